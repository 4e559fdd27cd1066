//! The words every allweather crate uses: money, rates, percents, weights, currencies, assets and calendar periods.
//!
//! Depend on this crate when you write a crate of your own on top of allweather; as a user of the method you get it
//! through `allweather-portfolio`.
//!
//! ```
//! use allweather_core::{Currency, Money, Month, Percent, Rate};
//! use rust_decimal::dec;
//!
//! let fee = Rate::from_percent(Percent::new(dec!(0.35)));
//! assert_eq!(fee, Rate::from_bps(dec!(35)));
//! let price = Money::new(dec!(1200), Currency::JPY);
//! assert_eq!(price.checked_mul(fee)?, Money::new(dec!(4.2), Currency::JPY));
//! assert_eq!("1980-01".parse::<Month>()?.quarter().to_string(), "1980Q1");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What this crate does not do
//!
//! It holds no formula of the method and no data, knows no clock and does no input or output. It never rounds.

mod asset;
mod currency;
mod money;
mod month;
mod number;
mod percent;
mod quarter;
mod rate;
mod rate_status;
mod weights;
pub mod wire;
mod year;

pub use asset::{AssetId, AssetIdError};
pub use currency::{Currency, CurrencyError};
pub use money::{Money, MoneyError};
pub use month::{Month, MonthError};
#[doc(hidden)]
pub use number::Number;
pub use number::Overflow;
pub use percent::Percent;
pub use quarter::{Quarter, QuarterError};
pub use rate::Rate;
pub use rate_status::RateStatus;
pub use weights::{Weights, WeightsError};
pub use year::Year;
