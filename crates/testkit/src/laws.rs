//! Laws to hold: each is a function that searches for a case that breaks it, and answers with the smallest one it found.
//!
//! A function tries all laws that every implementation of a trait owes; the module of the same name has the single laws, and those
//! that only some implementations promise.

mod answer;
pub mod cost_model;
pub mod ledger;
pub mod leverage_rule;
pub mod parity;
mod purchase;
pub mod rebalancer;
pub mod record;
pub mod signal;
mod spec;
pub mod spending_rule;
mod told;

use allweather_rebalance::Rebalancer;

use crate::{Broken, Settings};

pub use cost_model::cost_model;
pub use ledger::ledger;
pub use leverage_rule::leverage_rule;
pub use parity::parity;
pub use signal::signal;
pub use spec::{spec_content_hash, spec_round_trip};
pub use spending_rule::spending_rule;

/// Tries every law that each rule owes, with the default [`Settings`]: those of [`Rebalancer`], and that runs under it keep cash,
/// value and returns in order. Single laws, and others for rules that promise more, are in the module [`rebalancer`](mod@rebalancer).
///
/// `make` makes a rule that was never asked anything. A rule that is made from data goes through [`rebalancer::fitted`].
///
/// ```
/// use allweather_portfolio::rebalance::DriftBand;
/// use allweather_testkit::laws;
/// laws::rebalancer(DriftBand::published)?;
/// # Ok::<(), allweather_testkit::Broken>(())
/// ```
///
/// # Errors
///
/// [`Broken`] with the first law that does not hold, and the smallest case found; also when the rule answers with an error, or
/// panics.
pub fn rebalancer<R: Rebalancer + 'static>(make: impl Fn() -> R) -> Result<(), Broken> {
    rebalancer::all(&Settings::default(), make)
}
