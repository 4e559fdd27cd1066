//! Currency hedge and overlay as one book of forwards: what hedging costs, what the overlay earns, what margin both bind.
//!
//! Depend on this crate to hedge the foreign part of a portfolio and to earn the cost of the hedge back by carry, purchasing
//! power parity and momentum; or for one piece alone: [`forward`] prices by covered parity, [`rank_weights`] ranks, a
//! [`Signal`] tells how attractive a currency is. [`Book`] shows a month from opening to settlement.
//!
//! ```
//! use allweather_fx_overlay::{forward, hedge_cost_per_year, hedged_return};
//! let month = 1.0 / 12.0;
//! let forward = forward(150.0, 0.005, 0.045, -0.002, month)?; // yen 0.5 %, dollar 4.5 %, basis −20 bp
//! assert!((hedge_cost_per_year(150.0, forward, month)? - 0.041_843_088_4).abs() < 1e-9);
//! // The dollar falls to 147 yen: the hedge gains what the asset loses, less the interest differential.
//! assert!(hedged_return(0.02, 150.0, forward, 147.0, 1.0)? > 0.016);
//! # Ok::<(), allweather_fx_overlay::FxError>(())
//! ```
//!
//! # Units
//!
//! A spot or forward is the base currency's price of one unit of foreign money; rates and volatilities are fractions a year;
//! positions are base-currency values, bought when positive. A signal needs spots on consecutive month ends.
//!
//! # What this crate does not do
//!
//! It holds no cash and charges no fee (it says how much notional was opened), opens no files, and decides nothing about the
//! assets it hedges. It looks at nothing after the day it is asked about.

mod book;
mod carry;
mod error;
mod momentum;
mod overlay;
mod parity;
mod position;
mod signal;
mod spec;
mod targets;
mod value;
mod weights;

pub use book::Book;
pub use carry::Carry;
pub use error::FxError;
pub use momentum::Momentum;
pub use overlay::{OverlaySpec, SignalSpec};
pub use parity::{forward, hedge_cost_per_year, hedged_return, short_forward_profit};
pub use position::{Omission, Opened, Position, Reason, Settled, Settlement};
pub use signal::{Missing, Pair, Signal};
pub use spec::{FxSpec, HedgeSpec, MarginSpec};
pub use value::Value;
pub use weights::rank_weights;
