//! The all-weather method in one engine: prices, hedge, expenses, rebalancing and costs, every step on record.
//!
//! Depend on this crate to run the method; it re-exports the parts. Data comes from `allweather-data`, or is your own.
//!
//! ```
//! use allweather_portfolio::{prelude::*, rfr::RateHistory};
//!
//! let prices = PricePanel::from_csv("prices.csv", "month,equity_jpy,bonds_jpy\n2020-01,100,100\n2020-02,90,101\n2020-03,99,101\n")?;
//! let market = Market::new(Currency::JPY, prices);
//! let spec = Spec::from_json(r#"{
//!     "name": "sixty forty", "capital": 1000000,
//!     "holdings": [{"asset": "equity", "weight": 0.6}, {"asset": "bonds", "weight": 0.4}],
//!     "rule": {"drift_band": {"measure": "portfolio", "threshold": 2, "scope": "all"}},
//!     "costs": {"proportional": 0.001}
//! }"#)?;
//! let record = simulate(&spec, &market, &RateHistory::default())?;
//! for step in record.steps() {
//!     println!("{} {:>9.0} {}", step.month, step.value_after, step.explain());
//! }
//! assert_eq!(record.outcome().rebalances, 2);
//! # Ok::<(), PortfolioError>(())
//! ```
//!
//! # What happens in a step
//!
//! Holdings are marked, forwards settle, the rule decides on what is known that day, the quarter is settled, everything is
//! traded once, forwards are opened for the next step, and all of it is recorded. The quarter's withdrawal and the cost of the
//! trade depend on each other and are solved together, exactly.
//!
//! # What this crate does not do
//!
//! It decides nothing itself: formulas are in the parts. It reads no files and writes none: see [`PendingFile`](allweather_market::PendingFile).

pub mod actual;
mod cost_parts;
mod desk;
mod engine;
mod error;
mod estimated_moves;
mod holdings;
mod live_track;
mod long_history;
mod losses;
mod outcome;
pub mod prelude;
mod prepare;
mod purse;
mod quarter;
mod record;
mod recorder;
mod simulation;
mod small_weights;
mod spec;
mod step;
mod summary;
mod tables;
mod target_schedule;
mod trading;
mod tree;
mod variant;
mod vaults;
mod walk_forward;

pub use allweather_cashflow as cashflow;
pub use allweather_core as core;
pub use allweather_costs as costs;
pub use allweather_fx_overlay as fx_overlay;
pub use allweather_history as history;
pub use allweather_iterations as iterations;
pub use allweather_leverage as leverage;
pub use allweather_market as market;
pub use allweather_metrics as metrics;
pub use allweather_optimize as optimize;
pub use allweather_rebalance as rebalance;
pub use allweather_rfr as rfr;
pub use allweather_taxes as taxes;
pub use allweather_weather as weather;

pub use cost_parts::CostParts;
pub use error::PortfolioError;
pub use holdings::{Holding, Holdings, Part, Vault};
pub use live_track::{
    Labelled, LiveMonth, LiveStep, LiveTrack, LiveYear, Track, TrackMonth, TrackStep, TrackYear,
};
pub use long_history::LongHistory;
pub use outcome::{ExpenseTotals, Outcome};
pub use record::Record;
pub use simulation::{Simulation, simulate};
pub use spec::{AssetLot, Capital, CashYield, CostSpec, Expenses, Knowledge, LateAssets, Operation, Spec};
pub use step::{Flows, ForwardProfit, ForwardRecord, QuarterRecord, Step};
pub use summary::{HedgeAccount, Target, TargetCheck};
pub use tables::{MonthRow, YearRow};
pub use target_schedule::{ScheduledTargets, TargetSchedule};
pub use variant::{FundedPath, Variant};
pub use vaults::VaultStep;
pub use walk_forward::{Choice, WalkForward};

// The guides' programs are tested here.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/taxes.md")]
struct Taxes;

#[cfg(doctest)]
#[doc = include_str!("../../../docs/actual.md")]
struct ActualPage;

#[cfg(doctest)]
#[doc = include_str!("../../../docs/iterations.md")]
struct IterationsPage;

#[cfg(doctest)]
#[doc = include_str!("../../../docs/published-figures.md")]
struct PublishedFiguresPage;
