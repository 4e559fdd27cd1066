//! The default data set, compiled in: assets, exchange rates, interest rates and statistics from 1980 to 2025, and a
//! broker's fees.
//!
//! Depend on this crate for a run without files of your own, or to read a folder of your own files in the same formats.
//!
//! ```
//! use allweather_core::{Currency, Month, Year};
//! use allweather_rfr::RateRules;
//!
//! let data = allweather_data::embedded()?;
//! let january = Month::new(1980, 1)?.last_day();
//! let spots = data.market.spots().and_then(|spots| spots.on(Currency::USD, january));
//! assert_eq!(spots, Some(239.33)); // yen per dollar
//!
//! let rates = data.rates(&RateRules::default());
//! assert_eq!(rates[&Year::new(1989)].as_ref().map(|rate| rate.prescribed.rate.to_string()), Ok("5.616 %".to_owned()));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What this crate does not do
//!
//! It fetches nothing, estimates nothing and fills no hole: what is not published is a gap that `Market::gaps` lists. It
//! keeps one figure for each date, the newest revision that was found, and no vintages. Publishers, terms and the making of
//! each series are in the project's data page.

mod all_weather;
mod data_set;
mod error;
mod fees;
mod levels;
mod recession;
mod statistics;

pub use all_weather::all_weather;
pub use data_set::{
    CONSUMER_PRICE_LAG, DataSet, MACRO_LAG, QUARTERLY_CONSUMER_PRICE_LAG, embedded, read_folder,
};
pub use error::DataError;
pub use fees::{FeeRow, FeeTableError, fee_table, interactive_brokers};
pub use recession::Recession;

// The README's program is tested here, because this crate has data to run it on.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
