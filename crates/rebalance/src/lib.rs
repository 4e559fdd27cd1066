//! When and what to trade: coded rules instead of nerve.
//!
//! Depend on this crate to write a rule of your own ([`Rebalancer`]), to solve a self-financing trade, or to plan the orders
//! of an account with lots and minimum sizes ([`plan()`]).
//!
//! ```
//! use allweather_core::AssetId;
//! use allweather_rebalance::{Lot, PlanAsset, PlanRules, plan};
//! use rust_decimal::dec;
//!
//! let asset = |name: &str, units, price, target| -> Result<PlanAsset, Box<dyn std::error::Error>> {
//!     Ok(PlanAsset { id: AssetId::new(name)?, units, price, target, lot: Lot::WHOLE, cost_rate: dec!(0.001) })
//! };
//! let account = [
//!     asset("equity", dec!(660), dec!(1000), dec!(0.6))?, // has grown to 66 %
//!     asset("bonds", dec!(340), dec!(1000), dec!(0.4))?,
//! ];
//! let plan = plan(&account, dec!(0), &PlanRules::published())?;
//! assert_eq!(plan.lines[0].net_units(), dec!(-60));
//! assert_eq!(plan.lines[1].net_units(), dec!(59)); // the 60th would cost more than the sale brings in
//! println!("{}", plan.lines[0].explain());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Two doors
//!
//! [`plan()`] and [`drift()`] are exact, for an account that is really traded. [`paths`] and [`Rebalancer`] work in `f64` for
//! simulation. The formulas are shared where that reads well and compared by tests everywhere.
//!
//! # What this crate does not do
//!
//! It knows no fee schedule (it is given cost rates), keeps no positions and settles no expenses.

mod account;
mod band;
mod budget;
mod calendar;
mod capital;
mod combine;
mod constant_mix;
mod correlation;
mod cost_aware;
mod door;
mod drift;
mod error;
mod inner;
mod lot;
pub mod paths;
mod plan;
mod programme;
mod projection;
mod reason;
mod region;
mod review;
mod risk;
mod rule;
mod schedule;
mod targets;
mod threshold;
mod timetable;
mod trade;
mod volatility;
mod window;

pub use band::{DriftBand, Scope};
pub use calendar::{Calendar, Edge, Period};
pub use capital::{
    MinimumCapital, SmallWeights, Spread, Zeroing, minimum_capital, portfolio_minimum_capital, zero_small,
};
pub use combine::{Rules, all_of, first_of};
pub use correlation::CorrelationLimit;
pub use cost_aware::{CostAware, SpareCash};
pub use drift::{Drift, DriftMeasure, drift};
pub use error::RebalanceError;
pub use lot::{Lot, Outcome, UnderMinimum};
pub use plan::{Plan, PlanAsset, PlanLine, PlanRules, plan, plan_to};
pub use reason::Reason;
pub use region::{NoTradeRegion, no_trade_half_width};
pub use review::{Review, ReviewDay};
pub use risk::{RiskBudgets, RiskContribution, RiskDestination};
pub use rule::{Decision, Rebalancer, Rule};
pub use schedule::{Convention, ScheduledDay};
pub use targets::Targets;
pub use threshold::{Destination, Threshold};
pub use volatility::WhenVolatile;
pub use window::Window;
