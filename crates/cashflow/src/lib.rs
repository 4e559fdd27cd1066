//! Living expenses, the pool that pays them and what is reinvested: one quarter after another, as published.
//!
//! Depend on this crate when you want only the flows of the method: an exact ledger in decimals ([`Ledger`]), the same
//! arithmetic over simulated paths ([`paths`]), or spending rules to compare ([`SpendingRule`]).
//!
//! ```
//! use allweather_cashflow::{KnownRates, Ledger, QuarterFigures, RateStatus, Terms};
//! use allweather_core::{Percent, Year};
//! use rust_decimal::{Decimal, dec};
//!
//! let mut rates = KnownRates::new(Year::new(2024));
//! rates.set(Year::new(2024), Percent::new(dec!(5)), RateStatus::Final)?;
//! let mut ledger = Ledger::new(Terms::new(dec!(1000))?, "2024Q1".parse()?);
//! let quarter = "2024Q1".parse()?;
//! let figures = QuarterFigures { quarter, gain: dec!(20), commission: dec!(1), slippage: dec!(1), fx: Decimal::ZERO };
//! let entry = ledger.settle(&figures, &rates)?;
//! // 3 % of 1000, raised by 5 %, is 31.5 a year; a quarter of it is consumed, the rest of the gain fills the pool.
//! assert_eq!(entry.consumption, dec!(7.875));
//! assert_eq!((entry.withdrawn, entry.pool), (dec!(18), dec!(10.125)));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The arithmetic
//!
//! ```text
//! A_n     = spending · I0 · Π_{i=0..n} (1 + RFR_{t+i})     annual expense; the product includes the first year itself
//! C_n     = A_n / 4                                        consumed at each quarter's end
//! cap_n   = pool years · A_n                               largest pool
//! F_q     = commission + slippage + fx fee
//! E_q     = gain_q − F_q − C_n                             excess return
//! H_{q−1} = cap_{q−1} − pool_{q−1}                         headroom, both from the quarter before
//! R_q     = max(E_q − H_{q−1}, 0)                          reinvested
//! D_q     = gain_q − F_q                                   halted when D_q ≤ 0; withdrawn = max(D_q, 0)
//! raw     = pool_{q−1} + max(D_q, 0) − C_n − R_q           pool = max(raw, 0), shortfall = max(−raw, 0)
//! K_q     = K_{q−1} + R_q                                  invested capital
//! ```
//!
//! Source: published method, §2. Our readings, where the published text is open: the index of the fx fee is the
//! quarter's; expenses that nothing funds are a shortfall, never invented; `R` follows its formula in every state, a
//! halted quarter included (it can be above 0 there only when the pool was above its cap); the first quarter of all takes
//! `H` from this year's cap and the initial pool.
//!
//! # What this crate does not do
//!
//! It does not compute the prescribed rate (`allweather-rfr`), the gain or the costs. It does not choose between the rate
//! known at a quarter's end and the final one: it uses the rates it is given. It trades nothing. In decimals it rounds
//! only the products of the rule (expense, consumption, cap), to [`GRAIN_DIGITS`] digits or as [`Terms`] say.

mod error;
mod expense;
mod ledger;
pub mod paths;
mod rates;
mod rounding;
mod rules;
mod settle;
mod spending;
mod terms;

pub use allweather_core::RateStatus;
pub use error::CashflowError;
pub use ledger::{Ledger, QuarterEntry, QuarterFigures};
pub use rates::KnownRates;
pub use rounding::{GRAIN_DIGITS, MAX_AMOUNT, Rounding, RoundingStrategy};
pub use rules::{Anchored, GuytonKlinger, Published, Spending, Yale};
pub use spending::{SpendingRule, SpendingYear};
pub use terms::Terms;
