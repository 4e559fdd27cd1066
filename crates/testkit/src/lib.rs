//! Markets to test on, and laws to hold: property tests for strategies of your own.
//!
//! Depend on this crate, in `[dev-dependencies]`, when you write a part of your own for `allweather-portfolio`: a rebalancing rule, a
//! cost model, a spending rule, a signal, a leverage rule. One call tries every law that such a part owes on random markets, and
//! answers with the smallest case that breaks one.
//!
//! ```
//! use allweather_portfolio::prelude::*;
//! use allweather_testkit::laws;
//!
//! /// Trades when any asset is a fifth of its target away from it.
//! #[derive(Debug)]
//! struct Fifth;
//! impl Rebalancer for Fifth {
//!     fn decide(&self, review: &Review<'_>, _: &mut Targets) -> Result<Decision, RebalanceError> {
//!         let far = review.weights.iter().zip(review.targets).any(|(w, t)| (w - t).abs() > 0.2 * t);
//!         let reason = Reason::Other("a fifth away".into());
//!         Ok(if far { Decision::Rebalance(reason) } else { Decision::Hold(reason) })
//!     }
//! }
//!
//! laws::rebalancer(|| Fifth)?; // no look-ahead, determinism, weights, idempotence, cash, value, flows
//! # Ok::<(), allweather_testkit::Broken>(())
//! ```
//!
//! - [`laws`] are functions that return [`Broken`] with a report. They are deterministic: [`Settings`] say how many cases and which seed.
//! - [`generate`] has the random inputs as strategies of proptest, for laws of your own: [`World`], [`Case`], [`ReviewCase`].
//!
//! # What this crate does not do
//!
//! A law that holds on random cases is not proved. Nothing here says whether a rule earns money: markets are drawn without any belief
//! about returns, so compare rules on data, and judge them with `allweather-metrics`.

mod broken;
mod case;
mod check;
mod edit;
mod future;
pub mod generate;
pub mod laws;
mod noise;
mod published_book;
mod review_case;
mod settings;
mod shrink;
mod table;
mod world;

pub use broken::Broken;
pub use case::Case;
pub use noise::Noise;
pub use published_book::{BookLine, PublishedBook};
pub use review_case::ReviewCase;
pub use settings::Settings;
pub use world::{Asset, Series, World};

// The guide's programs are tested here.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/property-testing.md")]
struct PropertyTesting;
