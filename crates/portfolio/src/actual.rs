//! Actual operation: a run from what a broker reports instead of simulated trades.
//!
//! An [`Account`] is what an account began with, and everything that happened since: fills, cash, corporate actions, as a broker's
//! statements tell them. Three questions are asked of it:
//!
//! - [`Account::reconcile`]: does it lead to the positions and the cash that the broker states? Each [`Difference`] is named.
//! - [`ActualRun`]: what did it earn? The answer has an ordinary [`Record`](crate::Record): tables, measures and reports work on it.
//! - [`Actual::explain`]: why is that not what the simulation earned? An [`Explanation`] by [`Cause`], which adds up.
//!
//! ```
//! use allweather_portfolio::{actual::{Account, ActualRun, Cause, Movement, Standing, Tolerance}, prelude::*, rfr::RateHistory};
//! use allweather_portfolio::{core::Money, costs::fills::{CashKind, CashMovement, Fill, Instrument, InstrumentKind}};
//! use rust_decimal::dec;
//!
//! // What was simulated: half and half, in whole shares.
//! let prices = PricePanel::from_csv("prices.csv", "month,a_jpy,b_jpy\n2024-01,100,50\n2024-02,110,50\n2024-03,121,49\n")?;
//! let market = Market::new(Currency::JPY, prices);
//! let spec = Spec::from_json(r#"{"name": "mine", "capital": 1000,
//!     "holdings": [{"asset": "a", "weight": 0.5}, {"asset": "b", "weight": 0.5}],
//!     "rule": {"calendar": {"every": "year", "on": "end"}},
//!     "operation": {"actual": {"lot": {"minimum": 1, "increment": 1}, "small_weights": null}}}"#)?;
//!
//! // What happened: 1 000 was there, and a was bought a day late, at 102 instead of 100.
//! let (a, b) = (AssetId::new("a")?, AssetId::new("b")?);
//! let bought = |id: &str, asset: &AssetId, day: &str, units, price| {
//!     let share = Instrument::new(asset.as_str(), InstrumentKind::Stock, Currency::JPY);
//!     Ok::<_, chrono::ParseError>(Movement::fill(asset.clone(), Fill::new(id, share, day.parse()?, units, price)))
//! };
//! let opening = Standing::new("2024-01-30".parse()?).with_cash(Money::new(dec!(1000), Currency::JPY));
//! let account = Account::new(opening)
//!     .with(bought("1", &b, "2024-01-31", dec!(10), dec!(50))?)?
//!     .with(bought("2", &a, "2024-02-01", dec!(5), dec!(102))?)?
//!     .with_stated(Standing::new("2024-03-31".parse()?).with_units(a, dec!(5)).with_units(b, dec!(9)))?;
//!
//! // The broker states one share less.
//! let reconciled = account.reconcile(Tolerance::default())?;
//! assert_eq!(reconciled.differences[0].to_string(), "2024-03-31: b is stated as 9 and expected to be 10");
//!
//! // A percent was lost by being late: 5 · (100 − 102) = −10.
//! let rates = RateHistory::default();
//! let actual = ActualRun::new(&spec, &market, &rates, &account).run()?;
//! let explanation = actual.explain(&spec.simulated(), &market, &rates)?;
//! let february = &explanation.steps()[1];
//! assert!((february.causes.of(Cause::Timing) - -0.01).abs() < 1e-12);
//! assert!((february.actual - february.simulated - february.causes.sum()).abs() < 1e-12);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Units and prices
//!
//! A position is worth its units times the panel's level of the day, so levels must be prices at which a unit trades, not levels of
//! an index of total returns: those go into [`ActualRun::with_traded_prices`] beside the market that the simulation ran on, and what
//! assets pay arrives as cash. A fill whose price is not within three times the panel's level, nor of
//! that of the step before, is refused, unless a corporate action changed the units meanwhile.
//!
//! # What this does not do
//!
//! Positions sold short, futures and contracts for difference are refused; forwards are covered as far as they are conversions of
//! cash, which is marked at spot. Expenses of the spec are not settled: what leaves an account is what its owner takes.

mod account;
mod error;
mod explain;
mod marks;
mod movement;
mod period;
mod reconcile;
mod run;
mod standing;

pub use account::Account;
pub use error::ActualError;
pub use explain::{Cause, Causes, ExplainedStep, Explanation};
pub use movement::Movement;
pub use reconcile::{Difference, Held, Reconciliation, Tolerance};
pub use run::{Actual, ActualRun, ActualStep};
pub use standing::Standing;
