//! Random inputs, valid by construction: strategies of [proptest](https://docs.rs/proptest), for laws of your own.
//!
//! Every case drawn here runs to its end, so that a test rejects nothing. Cases shrink as a person would make them smaller: fewer
//! months, fewer assets, no costs, flat prices, round numbers.
//!
//! ```
//! use allweather_testkit::generate;
//! use proptest::prelude::*;
//!
//! // In a test of yours this stands under #[test].
//! proptest!(|(case in generate::cases())| {
//!     let record = case.run()?;
//!     prop_assert!(record.outcome().final_value > 0.0);
//! });
//! ```

mod currencies;
mod flows;
mod quarters;
mod reviews;
mod specs;
mod spending_years;
mod statistics;
mod trades;
mod universe;
mod unlevered_months;
mod weights;
mod worlds;

pub use currencies::currencies;
pub use flows::flows;
pub use quarters::{QuarterAmounts, Quarters, quarters};
pub use reviews::reviews;
pub use specs::{actual_operations, cases, costs, forwards, overlays, rules, specs_for};
pub use spending_years::{SpendingYears, YearFacts, spending_years};
pub use statistics::statistics;
pub use trades::{Trade, TradeRow, trades};
pub use universe::{QuotedAsset, Universe, universe};
pub use unlevered_months::{UnleveredMonths, unlevered_months};
pub use weights::weights;
pub use worlds::{markets, worlds};
