//! An append-only ledger of model versions: which one was in force when, and what was only history.
//!
//! Depend on this crate to write down which model you adopt, before its results are known, in a way that can be checked by others
//! later. What the versions earned is computed by `allweather-portfolio` (`LiveTrack`).
//!
//! ```
//! use std::num::NonZeroU16;
//! use allweather_core::{Currency, Weights};
//! use allweather_iterations::{Candidate, Ledger, Standing};
//! use allweather_market::{Market, PricePanel};
//!
//! let prices = PricePanel::from_csv("prices.csv", "month,equity_jpy,bonds_jpy\n2024-11,100,100\n2024-12,101,99\n")?;
//! let market = Market::new(Currency::JPY, prices);
//! let universe = vec!["equity".parse()?, "bonds".parse()?];
//! let known = market.as_of("2024-12-31".parse()?); // what the weights were chosen from
//! let model = Candidate::new(known, r#"{"rule":"yearly"}"#, universe, Weights::new(vec![0.6, 0.4])?, "the first one")?;
//!
//! let mut ledger = Ledger::new();
//! let first = ledger.adopt(model, "2025-01-06".parse()?, NonZeroU16::MIN)?; // recorded today, in force from tomorrow
//! assert_eq!((first.name(), first.adopted_from().to_string()), ("ITRL 1".into(), "2025-01-07".into()));
//! assert_eq!(ledger.standing(1, "2020-05-31".parse()?), Some(Standing::History));
//! assert!(ledger.overdue("2026-01-07".parse()?)); // a year without a review
//!
//! // One digit of the past changed, and the record is named.
//! let text = ledger.to_text();
//! let changed = Ledger::from_text("iterations.jsonl", &text.replace("2024-12-31", "2024-12-30"));
//! assert!(changed.is_err_and(|e| e.to_string().contains("the adoption of ITRL 1 was changed after it was written")));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What this crate does not do
//!
//! It runs no model and knows no spec: a spec is a JSON text to it. It has no clock: the day of a record is what its caller says, and the
//! [`Ledger`] says what follows from that. It signs nothing: who wrote a record is not in it.

mod candidate;
mod content_hash;
mod entry;
mod error;
mod ledger;
mod ledger_file;
mod line;
mod standing;
mod text;

pub use candidate::Candidate;
pub use content_hash::ContentHash;
pub use entry::{Entry, Iteration, Review, iteration_name};
pub use error::IterationsError;
pub use ledger::{InForce, LateReview, Ledger};
pub use ledger_file::LedgerFile;
pub use standing::Standing;
pub use text::Torn;
