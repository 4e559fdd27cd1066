use std::fmt;

use allweather_market::AsOf;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::{Calendar, DriftBand, Reason, RebalanceError, Targets};

/// What a rule sees at a review: the portfolio as it stands and the market as known that day. Nothing later can be reached.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Review<'a> {
    /// The market as known at the end of the day.
    pub market: AsOf<'a>,
    /// The strategic targets in force, fractions that add up to 1, in universe order.
    pub targets: &'a [f64],
    /// What each asset makes of the portfolio now, fractions in universe order; what is missing to 1 is cash.
    pub weights: &'a [f64],
    /// The day of the review before, if there was one.
    pub previous: Option<NaiveDate>,
    /// The day of the next review, if there is one: a calendar is known in advance, prices are not.
    pub next: Option<NaiveDate>,
}

impl<'a> Review<'a> {
    /// A first review: of `weights` against `targets`, with the market as of the day.
    #[must_use]
    pub fn new(market: AsOf<'a>, targets: &'a [f64], weights: &'a [f64]) -> Self {
        Self { market, targets, weights, previous: None, next: None }
    }

    /// The same review with the day of the one before.
    #[must_use]
    pub fn after(self, previous: NaiveDate) -> Self {
        Self { previous: Some(previous), ..self }
    }

    /// The same review with the day of the next one.
    #[must_use]
    pub fn before(self, next: NaiveDate) -> Self {
        Self { next: Some(next), ..self }
    }

    /// The day of the review.
    #[must_use]
    pub fn date(&self) -> NaiveDate {
        self.market.date()
    }
}

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
