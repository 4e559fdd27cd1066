use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Calendar, DriftBand, Reason, RebalanceError, Review, Targets};

/// The answer of a rule.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Trade nothing.
    Hold(Reason),
    /// Trade to the targets.
    Rebalance(Reason),
}

impl Decision {
    /// Why.
    #[must_use]
    pub fn reason(&self) -> &Reason {
        match self {
            Self::Hold(reason) | Self::Rebalance(reason) => reason,
        }
    }

    /// Whether anything is to be traded.
    #[must_use]
    pub fn trades(&self) -> bool {
        matches!(self, Self::Rebalance(_))
    }
}

/// A rule that says when, and to what, a portfolio is rebalanced. Implement it for a rule of your own.
///
/// # Laws
///
/// 1. **No look-ahead**: nothing after the review's day changes the answer (what the review offers cannot break it).
/// 2. **Determinism**: the same review gives the same answer.
/// 3. **Quiet at target**: a portfolio at its targets is held, or traded to what it already holds.
/// 4. **Weights**: what is wanted of the traded assets is in 0..=1 and, with what is kept, not above 1.
///
/// ```
/// use allweather_rebalance::{Decision, Reason, Rebalancer, RebalanceError, Review, Targets};
///
/// /// Trades when any asset is a tenth away from its target.
/// #[derive(Debug)]
/// struct Tenth;
/// impl Rebalancer for Tenth {
///     fn decide(&self, review: &Review<'_>, _: &mut Targets) -> Result<Decision, RebalanceError> {
///         let far = review.weights.iter().zip(review.targets).any(|(w, t)| (w - t).abs() > 0.1);
///         let reason = Reason::Other("a tenth away".into());
///         Ok(if far { Decision::Rebalance(reason) } else { Decision::Hold(reason) })
///     }
/// }
/// ```
pub trait Rebalancer: fmt::Debug + Send + Sync {
    /// Decides at a review. `targets` holds the strategic targets with every asset to be traded; a rule that wants
    /// something else changes them before it answers [`Decision::Rebalance`].
    ///
    /// # Errors
    ///
    /// [`RebalanceError`] when the rule cannot decide on what it is given; the run stops with it.
    fn decide(&self, review: &Review<'_>, targets: &mut Targets) -> Result<Decision, RebalanceError>;

    /// Whether the rule reads [`Review::cost_rates`], which an engine then works out before every review. `false` unless you say so.
    fn reads_costs(&self) -> bool {
        false
    }
}

/// The rules of this crate as plain data, for a spec file: `{"calendar":{"every":"quarter","on":"end"}}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Rule {
    /// Trades when assets have drifted.
    DriftBand(DriftBand),
    /// Trades on dates.
    Calendar(Calendar),
}

impl Rebalancer for Rule {
    fn decide(&self, review: &Review<'_>, targets: &mut Targets) -> Result<Decision, RebalanceError> {
        match self {
            Self::DriftBand(rule) => rule.decide(review, targets),
            Self::Calendar(rule) => rule.decide(review, targets),
        }
    }
}
