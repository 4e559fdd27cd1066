//! Tax lots, loss realisation and withheld taxes.
//!
//! Depend on this crate to keep the lots of an account ([`Lots`]), to decide which losses are worth realising
//! ([`LossRealisation`]) and to report what that realised and cost ([`LossAccount`]), or to sum up withheld taxes
//! ([`withheld()`]) and add them back to a performance that is shown untaxed ([`AddBack`]).
//!
//! ```
//! use allweather_core::Rate;
//! use allweather_taxes::{LossDecision, LossRealisation, LotMethod, Lots};
//! use chrono::NaiveDate;
//! use rust_decimal::dec;
//!
//! let day = |m, d| NaiveDate::from_ymd_opt(2026, m, d).ok_or("no day");
//! let mut lots = Lots::new(LotMethod::Fifo);
//! lots.buy(day(1, 30)?, dec!(100), dec!(100_100))?; // 1 000 each, and 0.1 %
//! let (price, rate) = (dec!(900), Rate::from_bps(dec!(10)));
//! let review = LossRealisation::default().review(&lots, price, rate, day(3, 31)?)?;
//! assert_eq!(review.decision, LossDecision::Realise);
//! let sale = lots.sell(day(3, 31)?, review.quantity, dec!(89_910))?;
//! lots.buy(day(3, 31)?, review.quantity, dec!(90_090))?;
//! assert_eq!((sale.gain()?, lots.cost()?), (dec!(-10_190), dec!(90_090)));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Two doors
//!
//! [`Lots`] is exact, for one account; [`paths::Lots`] is its twin in `f64`, for a simulation. Both are one private book over numbers.
//!
//! # What this crate does not do
//!
//! It is no tax advice and computes no tax return. It knows no country's law: rates, lots and windows are settings. It does not set losses
//! against gains, carries none forward, knows no short and long term, no wallets of one taxpayer beyond the account, and no rule
//! on what counts as the same asset. It reads no files: statements come from `allweather-costs`.

mod account;
mod add_back;
mod book;
mod error;
mod loss_realisation;
mod lots;
mod method;
pub mod paths;
mod window;
mod withheld;

pub use account::{LossAccount, LossLine, LossSum};
pub use add_back::{AddBack, AddedBack, TaxedPeriod, UntaxedPeriod, untaxed};
pub use error::TaxError;
pub use loss_realisation::{BuyBack, CostBasis, LossDecision, LossRealisation, LossReview, PathReview};
pub use lots::{Disallowed, Losing, Lot, Lots, MAX_AMOUNT, Sale, SoldLot};
pub use method::{LossScope, LotMethod};
pub use window::{Treatment, Window};
pub use withheld::{WithheldRow, withheld};
