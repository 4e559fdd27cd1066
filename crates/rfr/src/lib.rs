//! The prescribed risk-free rate: the second highest of five Japanese indicators of a calendar year.
//!
//! Depend on this crate alone when the rate is all you want: give it five numbers of a year and it names the rate, the
//! indicator behind it and the whole ranking.
//!
//! ```
//! use allweather_core::{Percent, Year};
//! use allweather_rfr::{Indicator, Indicators, MissingPolicy, Reading, prescribed_rate};
//! use rust_decimal::dec;
//!
//! let percent = |points| Reading::published(Percent::new(points));
//! let indicators = Indicators::new(Year::new(1980))
//!     .with(Indicator::Jgb10y, percent(dec!(9.2)))?
//!     .with(Indicator::Cpi, percent(dec!(7.1)))?
//!     .with(Indicator::Cgpi, percent(dec!(11.3)))?
//!     .with(Indicator::GdpDeflator, percent(dec!(5.4)))?
//!     .with(Indicator::Reer, percent(dec!(-14.0)))?;
//! let rate = prescribed_rate(&indicators, MissingPolicy::Refuse)?;
//! assert_eq!(rate.rate, Percent::new(dec!(9.2)));
//! assert_eq!(rate.chosen, Indicator::Jgb10y);
//! # Ok::<(), allweather_rfr::RfrError>(())
//! ```
//!
//! # What this crate does not do
//!
//! It reads no files and keeps no statistics: official files are read by [`allweather_market::official`], kept as
//! [`Vintages`](allweather_market::Vintages), and [`RateRules`] tells from them what a year's rate was on a day, and whether it was
//! final. It never rounds unless it is told to.

mod error;
mod final_month;
mod indicator;
mod indicators;
mod levels;
mod prescribed;
mod rate_rules;
mod reading;
mod year_rate;

pub use allweather_core::RateStatus;
pub use error::RfrError;
pub use final_month::FinalMonth;
pub use indicator::Indicator;
pub use indicators::Indicators;
pub use levels::{AnnualLevels, ChangeRounding};
pub use prescribed::{IndicatorCount, MissingPolicy, PrescribedRate, prescribed_rate};
pub use rate_rules::RateRules;
pub use reading::{Basis, Reading};
pub use year_rate::{RateHistory, YearRate};
