//! Market data as it was known on a day: price panels, exchange rates, monthly statistics, and views that cannot see later.
//!
//! Depend on this crate to hand data of your own to the engine, or to write a rule that reads history: a rule is given an
//! [`AsOf`], through which nothing after its date can be reached.
//!
//! ```
//! use allweather_core::{Currency, Month};
//! use allweather_market::{Market, PricePanel, SpotPanel};
//!
//! let prices = PricePanel::from_csv("prices.csv", "month,us_equity_usd\n1980-01,100\n1980-02,99.7\n1980-03,88.0\n")?;
//! let spots = SpotPanel::from_csv("fx.csv", "month,usd\n1980-01,238.8\n1980-02,249.8\n1980-03,249.7\n", Currency::JPY)?;
//! let market = Market::new(Currency::JPY, prices).with_spots(spots)?;
//!
//! let february = market.as_of(Month::new(1980, 2)?.last_day());
//! assert_eq!(february.price(0).last(), Some(99.7));
//! assert_eq!(february.price(0).len(), 2); // March cannot be seen
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Units
//!
//! Prices and total-return levels are positive numbers in the instrument's own currency; a spot is the base currency's price
//! of one unit of foreign money; interest rates and yields are fractions a year (0.043 is 4.3 %).
//!
//! # What this crate does not do
//!
//! It opens no files (it parses text it is given), fills no gaps (a holiday's level stands in where the caller says for how long, and is
//! marked), and knows nothing of portfolios.

mod alignment;
mod as_of;
mod basis;
mod bond;
mod conversion;
mod error;
mod estimates;
mod file_lock;
mod levels;
mod market;
mod month_ends;
pub mod official;
mod panel;
mod pending_file;
mod series;
mod spots;
mod table;
mod vintages;

pub use alignment::CommonDates;
pub use as_of::{AsOf, History, ReturnCurrency};
pub use basis::Basis;
pub use bond::ParBond;
pub use error::MarketError;
pub use file_lock::FileLock;
pub use levels::Frequency;
pub use market::{Gap, Market};
pub use month_ends::RunningMonth;
pub use panel::{Instrument, PricePanel};
pub use pending_file::PendingFile;
pub use series::{Known, MonthlySeries, rates_from_csv};
pub use spots::SpotPanel;
pub use table::{Cell, Table};
pub use vintages::{
    Dating, Figure, Lag, Published, ReferencePeriod, SeriesChange, SeriesId, Vintage, VintageStore, Vintages,
};
