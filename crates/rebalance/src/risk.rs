use allweather_core::{Percent, Weights};
use allweather_metrics::risk::Covariance;
use rust_decimal::{Decimal, dec};
use serde::{Deserialize, Serialize};

use crate::{Decision, Reason, RebalanceError, Rebalancer, Review, Targets, Window, window::Unmeasured};

/// What share of the portfolio's risk each asset should carry.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RiskBudgets {
    /// The same for every asset with a target.
    #[default]
    Equal,
    /// What it would carry at the strategic targets.
    Targets,
    /// These shares, in universe order.
    Each(Weights),
}

/// Where a portfolio goes whose risk is not spread as budgeted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RiskDestination {
    /// To the weights with which every asset carries its budget. For [`RiskBudgets::Targets`] these are the strategic targets.
    #[default]
    Budgets,
    /// To the strategic targets.
    Targets,
}

/// Trades when an asset carries more or less of the portfolio's risk than its budget allows.
///
/// ```text
/// RC_i = w_i (Σw)_i / (w'Σw)           Σ: sample covariance over the window
/// trades when  max |RC_i / b_i − 1| > θ
/// ```
///
/// An asset that is held without a budget counts as 100 % off [our reading, as with drift]. Cash carries no risk. The rule holds, and
/// says why, where the window is not filled to its least, where the portfolio has no risk to share, and where an asset with a
/// budget does not vary.
///
/// # Examples
///
/// ```
/// use allweather_rebalance::{RiskBudgets, RiskContribution, RiskDestination, Rule, Window};
/// let rule: Rule = serde_json::from_str(r#"{"risk_contribution": { "window": { "least": 24, "most": 60 } }}"#)?;
/// let window = Window::new(24, 60, Default::default())?;
/// let (threshold, to) = (RiskContribution::THRESHOLD, RiskDestination::Budgets);
/// assert_eq!(rule, Rule::RiskContribution(RiskContribution::new(window, RiskBudgets::Equal, threshold, to)?));
///
/// // The risk as the strategic targets spread it, within a tenth.
/// let rule: Rule = serde_json::from_str(r#"{"risk_contribution": {
///     "window": { "least": 250, "most": 1250, "currency": "local" },
///     "budgets": "targets",
///     "threshold": "10"
/// }}"#)?;
/// // Equity, bonds and gold; back to the strategic targets.
/// let rule: Rule = serde_json::from_str(r#"{"risk_contribution": {
///     "window": { "least": 24, "most": 60 }, "budgets": { "each": [0.5, 0.3, 0.2] }, "to": "targets"
/// }}"#)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Source
///
/// Maillard, Roncalli and Teïletche, *The Properties of Equally Weighted Risk Contribution Portfolios*, 2010, for the
/// contributions; the text names rebalancing on them and gives no numbers, so the trigger and its default are [our reading].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Wire", into = "Wire")]
pub struct RiskContribution {
    window: Window,
    budgets: RiskBudgets,
    threshold: Percent,
    destination: RiskDestination,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    window: Window,
    #[serde(default)]
    budgets: RiskBudgets,
    #[serde(default = "threshold")]
    threshold: Percent,
    #[serde(default)]
    to: RiskDestination,
}

fn threshold() -> Percent {
    RiskContribution::THRESHOLD
}

impl RiskContribution {
    /// How far a contribution may be from its budget when nothing else is said: 25 % of the budget [our reading].
    pub const THRESHOLD: Percent = Percent::new(dec!(25));

    /// Trades when a contribution is more than `threshold` percent of its budget away from it.
    ///
    /// # Errors
    ///
    /// [`RebalanceError::Setting`] when the threshold is not above 0.
    pub fn new(
        window: Window,
        budgets: RiskBudgets,
        threshold: Percent,
        destination: RiskDestination,
    ) -> Result<Self, RebalanceError> {
        let value = threshold.points();
        if value <= Decimal::ZERO {
            return Err(RebalanceError::Setting { what: "risk threshold", value, rule: "above 0 %" });
        }
        Ok(Self { window, budgets, threshold, destination })
    }

    /// What the covariance is taken over.
    #[must_use]
    pub fn window(&self) -> Window {
        self.window
    }

    /// What each asset should carry.
    #[must_use]
    pub fn budgets(&self) -> &RiskBudgets {
        &self.budgets
    }

    /// How far a contribution may be from its budget, in percent of the budget.
    #[must_use]
    pub fn threshold(&self) -> Percent {
        self.threshold
    }

    /// Where it trades to.
    #[must_use]
    pub fn destination(&self) -> RiskDestination {
        self.destination
    }

    fn measured(&self, review: &Review<'_>, targets: &mut Targets) -> Result<Decision, Unmeasured> {
        let covariance = Covariance::of(&self.window.returns(review)?)?;
        let budgets = self.budgets.of(review, &covariance)?;
        for (asset, _) in budgets.iter().enumerate().filter(|(_, budget)| **budget > 0.0) {
            // Says which asset does not vary, and so cannot carry what it should.
            covariance.correlation(asset, asset)?;
        }
        let shares = covariance.risk_contributions(review.weights)?;
        let threshold = self.threshold.to_f64() / 100.0;
        let deviation = |i: usize| deviation(shares[i], budgets[i], review.weights[i]).abs();
        let breached = (0..shares.len()).filter(|i| deviation(*i) > threshold).count();
        let further = |a: usize, b: usize| if deviation(b) > deviation(a) { b } else { a };
        let position = (0..shares.len()).fold(0, further);
        let (share, budget) = (shares[position], budgets[position]);
        let reason = Reason::RiskBudget { position, share, budget, threshold, breached };
        if breached == 0 {
            return Ok(Decision::Hold(reason));
        }
        if self.destination == RiskDestination::Budgets && self.budgets != RiskBudgets::Targets {
            for (position, weight) in covariance.risk_budget_weights(&budgets)?.into_iter().enumerate() {
                // Rounding alone takes the only asset of a portfolio above 1.
                targets.set(position, weight.min(1.0))?;
            }
        }
        Ok(Decision::Rebalance(reason))
    }
}

impl RiskBudgets {
    fn of(&self, review: &Review<'_>, covariance: &Covariance) -> Result<Vec<f64>, Unmeasured> {
        let expected = review.targets.len();
        match self {
            Self::Equal => {
                let assets = review.targets.iter().filter(|target| **target > 0.0).count();
                let budget = |target: &f64| if *target > 0.0 { 1.0 / assets as f64 } else { 0.0 };
                Ok(review.targets.iter().map(budget).collect())
            }
            Self::Targets => Ok(covariance.risk_contributions(review.targets)?),
            Self::Each(budgets) if budgets.len() == expected => {
                // What is not there yet carries nothing; the others share its budget.
                let here = || budgets.as_slice().iter().zip(review.targets);
                let of = |(budget, target): (&f64, &f64)| if *target > 0.0 { *budget } else { 0.0 };
                let sum: f64 = here().map(of).sum();
                Ok(here().map(|pair| if sum > 0.0 { of(pair) / sum } else { 0.0 }).collect())
            }
            Self::Each(budgets) => {
                let error = RebalanceError::Length { what: "risk budgets", found: budgets.len(), expected };
                Err(error.into())
            }
        }
    }
}

/// A share of the risk that is none but for rounding.
const STILL: f64 = 1e-12;

/// A share of the risk relative to its budget; an asset without a budget may carry none.
fn deviation(share: f64, budget: f64, weight: f64) -> f64 {
    if budget != 0.0 {
        share / budget - 1.0
    } else if weight > 0.0 && share.abs() > STILL {
        1.0
    } else {
        0.0
    }
}

impl TryFrom<Wire> for RiskContribution {
    type Error = RebalanceError;
    fn try_from(wire: Wire) -> Result<Self, Self::Error> {
        Self::new(wire.window, wire.budgets, wire.threshold, wire.to)
    }
}

impl From<RiskContribution> for Wire {
    fn from(rule: RiskContribution) -> Self {
        let RiskContribution { window, budgets, threshold, destination } = rule;
        Self { window, budgets, threshold, to: destination }
    }
}

impl Rebalancer for RiskContribution {
    fn decide(&self, review: &Review<'_>, targets: &mut Targets) -> Result<Decision, RebalanceError> {
        self.measured(review, targets).or_else(Unmeasured::decision)
    }
}
