//! The weather of a month: growth and inflation, each up or down, as it was known on a day and as it is now.
//!
//! Depend on this crate to group returns by weather, or to ask whether a month's weather is final.
//!
//! ```
//! use allweather_core::Month;
//! use allweather_market::{Dating, Lag, ReferencePeriod, SeriesId, Vintage, Vintages};
//! use allweather_weather::{Condition, Status, WeatherSpec};
//! use rust_decimal::Decimal;
//!
//! // Ten years of two indices, out four weeks after their month; activity falls in the last year.
//! let first = Month::new(2000, 1)?;
//! let level = |k: i64| Decimal::from(1000 + if k < 108 { 5 * k + k % 7 } else { 1000 - 5 * k });
//! let values = |months: i64| {
//!     let month = |k| first.offset(i32::try_from(k).unwrap_or(0));
//!     (0..months).map(|k| (ReferencePeriod::Month(month(k)), level(k))).collect()
//! };
//! let mut vintages = Vintages::new();
//! for name in ["us_indpro", "us_cpi"] {
//!     let id = SeriesId::new(name)?;
//!     let day = "2010-01-29".parse()?;
//!     vintages.add(Vintage::new(id.clone(), day, Dating::Stated, "a file of today", values(120))?)?;
//!     vintages = vintages.with_lag(id, Lag::days(28));
//! }
//!
//! let spec = WeatherSpec::us();
//! let december = Month::new(2009, 12)?;
//! let label = spec.label(&vintages, december, "2010-01-31".parse()?)?.ok_or("no label")?;
//! assert_eq!(label.weather.to_string(), "recession, deflation");
//! assert!(label.weather.is(Condition::Recession));
//! assert_eq!(label.status, Status::Provisional);
//! // On its own last day the month has no figures, and no label.
//! assert_eq!(spec.label(&vintages, december, december.last_day())?, None);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The four weathers
//!
//! The published text names inflation, deflation, recession and boom. They are read as the ends of two axes, so that each
//! month has one of each pair: boom or recession (growth up or down), inflation or deflation (inflation up or down)
//! `[our reading]`. "Down" means below the threshold: prices that rise more slowly than usual count as deflation.
//!
//! # What this crate does not do
//!
//! It trades nothing: weather never changes holdings. It forecasts nothing, reads no file and dates no recession. What it
//! calls recession is slow growth of one index, not what a committee decides.

mod axis;
mod changes;
mod error;
mod full_sample;
pub mod hamilton;
mod label;
mod revisions;
mod spec;
mod walk;
mod weather;

pub use error::WeatherError;
pub use full_sample::FullSampleLabel;
pub use label::{Axis, Label, Status};
pub use spec::{Mode, WeatherSpec};
pub use weather::{Condition, Direction, Weather};
