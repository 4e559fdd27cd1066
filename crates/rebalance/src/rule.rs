use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    Calendar, CorrelationLimit, CostAware, DriftBand, NoTradeRegion, Reason, RebalanceError, Review,
    ReviewDay, RiskContribution, Rules, Targets, WhenVolatile, combine,
};

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

    /// The same answer with its reason inside another.
    pub(crate) fn because(self, reason: impl FnOnce(Box<Reason>) -> Reason) -> Self {
        match self {
            Self::Hold(inner) => Self::Hold(reason(Box::new(inner))),
            Self::Rebalance(inner) => Self::Rebalance(reason(Box::new(inner))),
        }
    }
}

/// A rule that says when, and to what, a portfolio is rebalanced. Implement it for a rule of your own.
///
/// # Laws
///
/// 1. **No look-ahead**: nothing after the review's day changes the answer (what the review offers cannot break it).
/// 2. **Determinism**: the same review gives the same answer.
/// 3. **Quiet at target**: a portfolio at the rule's own targets (the strategic ones, if it has no others) is held, or traded to what it
///    already holds; so a rule asked twice at one instant trades once.
/// 4. **Weights**: what is wanted of the traded assets is in 0..=1 and, with what is kept at no more than its target, not above 1.
/// 5. **Quiet days**: on a day on which it [may not trade](Rebalancer::may_trade), the rule holds, whatever the portfolio and the market,
///    and does not fail.
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

    /// Whether the rule may trade on this day, as far as days tell: an engine need not ask a rule that may not, and passes over such
    /// days fast. `true` unless you say so.
    ///
    /// ```
    /// use allweather_rebalance::{Calendar, Edge, Period, Rebalancer, ReviewDay};
    /// let day = |day: &str| day.parse::<chrono::NaiveDate>();
    /// let quarterly = Calendar { every: Period::Quarter, on: Edge::Start };
    /// let march = ReviewDay::new(Some(day("2024-02-29")?), day("2024-03-01")?, Some(day("2024-03-04")?));
    /// let april = ReviewDay::new(Some(day("2024-03-29")?), day("2024-04-01")?, None);
    /// assert!(!quarterly.may_trade(march));
    /// assert!(quarterly.may_trade(april));
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    fn may_trade(&self, day: ReviewDay) -> bool {
        let _ = day;
        true
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
    /// Trades to the edge of the region in which trading costs more than it gains.
    NoTradeRegion(NoTradeRegion),
    /// The first rule that wants to trade decides.
    FirstOf(Rules),
    /// Trades when all rules want to, to what the first one wants.
    AllOf(Rules),
    /// Trades when an asset carries more or less of the risk than its budget.
    RiskContribution(RiskContribution),
    /// Trades as far as it is worth its cost.
    CostAware(CostAware),
    /// One rule decides in turbulent markets, another in calm ones.
    WhenVolatile(WhenVolatile),
    /// A rule decides, with targets that limit what moves together.
    CorrelationLimit(CorrelationLimit),
    /// Trades nothing after the first purchase: buy and hold, to compare with. An asset that begins later is not bought.
    Never,
}

impl Rule {
    /// The first of these rules that wants to trade decides.
    ///
    /// # Errors
    ///
    /// As [`Rules::new`].
    pub fn first_of(rules: Vec<Self>) -> Result<Self, RebalanceError> {
        Rules::new(rules).map(Self::FirstOf)
    }

    /// Trades when all of these rules want to, to what the first one wants.
    ///
    /// # Errors
    ///
    /// As [`Rules::new`].
    pub fn all_of(rules: Vec<Self>) -> Result<Self, RebalanceError> {
        Rules::new(rules).map(Self::AllOf)
    }

    /// Where the rule comes from, in short; its documentation has the whole reference.
    #[must_use]
    pub fn source(&self) -> &'static str {
        match self {
            Self::DriftBand(rule) => rule.source(),
            Self::Calendar(rule) => rule.source(),
            Self::NoTradeRegion(_) => "Janeček and Shreve 2004, no-trade region",
            Self::FirstOf(_) | Self::AllOf(_) => "ours: rules combined",
            Self::RiskContribution(_) => "Maillard, Roncalli and Teïletche 2010; the trigger is ours",
            Self::CostAware(_) => "Grinold and Kahn 1999, tracking error against costs; defaults are ours",
            Self::WhenVolatile(_) => "ours: recent against long-run volatility chooses the rule",
            Self::CorrelationLimit(_) => "ours: what moves together is capped",
            Self::Never => "buy and hold",
        }
    }
}

impl Rebalancer for Rule {
    fn decide(&self, review: &Review<'_>, targets: &mut Targets) -> Result<Decision, RebalanceError> {
        match self {
            Self::DriftBand(rule) => rule.decide(review, targets),
            Self::Calendar(rule) => rule.decide(review, targets),
            Self::NoTradeRegion(rule) => rule.decide(review, targets),
            Self::FirstOf(rules) => combine::first(rules.each(), review, targets),
            Self::AllOf(rules) => combine::all(rules.each(), review, targets),
            Self::RiskContribution(rule) => rule.decide(review, targets),
            Self::CostAware(rule) => rule.decide(review, targets),
            Self::WhenVolatile(rule) => rule.decide(review, targets),
            Self::CorrelationLimit(rule) => rule.decide(review, targets),
            Self::Never => Ok(Decision::Hold(Reason::Never)),
        }
    }

    fn reads_costs(&self) -> bool {
        match self {
            Self::DriftBand(rule) => rule.reads_costs(),
            Self::Calendar(rule) => rule.reads_costs(),
            Self::NoTradeRegion(rule) => rule.reads_costs(),
            Self::FirstOf(rules) | Self::AllOf(rules) => rules.reads_costs(),
            Self::RiskContribution(rule) => rule.reads_costs(),
            Self::CostAware(rule) => rule.reads_costs(),
            Self::WhenVolatile(rule) => rule.reads_costs(),
            Self::CorrelationLimit(rule) => rule.reads_costs(),
            Self::Never => false,
        }
    }

    fn may_trade(&self, day: ReviewDay) -> bool {
        match self {
            Self::DriftBand(rule) => rule.may_trade(day),
            Self::Calendar(rule) => rule.may_trade(day),
            Self::NoTradeRegion(rule) => rule.may_trade(day),
            Self::FirstOf(rules) => rules.as_slice().iter().any(|rule| rule.may_trade(day)),
            // The others are asked only after the first, and may refuse.
            Self::AllOf(rules) => rules.as_slice().first().is_none_or(|rule| rule.may_trade(day)),
            Self::RiskContribution(rule) => rule.may_trade(day),
            Self::CostAware(rule) => rule.may_trade(day),
            Self::WhenVolatile(rule) => rule.may_trade(day),
            Self::CorrelationLimit(rule) => rule.may_trade(day),
            Self::Never => false,
        }
    }
}
