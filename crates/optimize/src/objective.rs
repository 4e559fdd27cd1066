use allweather_metrics::Tail;
use serde::{Deserialize, Serialize};

use crate::{Answer, Constraints, Estimator, OptimizeError, Scenarios, budgets, quadratic, scenario_risk};

/// What is to be as small as it can be.
///
/// On the wire `{"minimum_variance":{}}`, `{"conditional_value_at_risk":{"tail":0.05}}`, `{"downside_deviation":{"target":{"return":0.0}}}`,
/// `{"equal_risk":{"estimator":{"ledoit_wolf":{"divisor":"periods"}}}}`, `{"risk_budgets":{"budgets":[0.5,0.5]}}`,
/// `{"weather_balanced":{"tail":0.05}}`; an estimator that is left out is the sample's.
///
/// ```
/// use allweather_metrics::Tail;
/// use allweather_optimize::{Constraints, Objective, Scenarios};
/// let scenarios = Scenarios::new(&[[0.03, 0.002], [-0.04, 0.003], [0.02, -0.001], [0.01, 0.004]])?;
/// let tail = Tail::from_fraction(0.25)?;
/// let answer = Objective::ConditionalValueAtRisk { tail }.minimise(&scenarios, &Constraints::new())?;
/// let solution = answer.solution().ok_or("there are always weights without constraints")?;
/// // Of the worst of four scenarios, with a little equity the bond's own −0.1 % is made good.
/// assert!(solution.objective < 0.001 && solution.weights[1] > 0.9);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Objective {
    /// The variance, `w'Σw`, of one period: unit return².
    ///
    /// # Source
    ///
    /// Markowitz, *Portfolio Selection*, 1952.
    MinimumVariance {
        /// Where Σ comes from.
        #[serde(default)]
        estimator: Estimator,
    },
    /// The mean loss in the tail, a loss as a positive fraction of one period: unit return.
    ///
    /// ```text
    /// minimise z + Σ p_t u_t / α,  u_t ≥ −r_t'w − z,  u ≥ 0        α the tail
    /// ```
    ///
    /// # Source
    ///
    /// Rockafellar and Uryasev, *Optimization of Conditional Value-at-Risk*, 2000; *… for General Loss Distributions*, 2002.
    ConditionalValueAtRisk {
        /// The tail: the worst 5 % are 0.05.
        tail: Tail,
    },
    /// The downside deviation of one period, exactly and not by a semicovariance: unit return.
    ///
    /// ```text
    /// √( Σ p_t max(target − r_t'w, 0)² )
    /// ```
    ///
    /// # Source
    ///
    /// Sortino and Price, *Performance Measurement in a Downside Risk Framework*, 1994; Markowitz, *Portfolio Selection*, 1959, for
    /// the programme over scenarios.
    DownsideDeviation {
        /// What a return falls short of.
        target: Target,
    },
    /// Equal contributions of all assets to the risk; the objective is the volatility of one period.
    ///
    /// # Source
    ///
    /// Maillard, Roncalli and Teïletche 2010; solved by
    /// [`risk_budget_weights`](allweather_metrics::risk::Covariance::risk_budget_weights).
    EqualRisk {
        /// Where Σ comes from.
        #[serde(default)]
        estimator: Estimator,
    },
    /// Each asset carries its budget of the risk; the objective is the volatility of one period.
    ///
    /// Budgets settle the weights wholly: constraints are not weighed against them, and weights that break one are no answer.
    RiskBudgets {
        /// One an asset, 0 or more, together 1.
        budgets: Vec<f64>,
        /// Where Σ comes from.
        #[serde(default)]
        estimator: Estimator,
    },
    /// The worst of the tails of all weathers: a portfolio that no weather hits harder than it must.
    ///
    /// ```text
    /// minimise s,  CVaR_k(w) ≤ s for every weather k
    /// ```
    ///
    /// # Source
    ///
    /// Our own; the worst case over a set of distributions is Zhu and Fukushima, *Worst-Case Conditional Value-at-Risk*, 2009.
    WeatherBalanced {
        /// The tail within each weather.
        tail: Tail,
    },
}

/// What a return falls short of, when it falls short.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Target {
    /// A return per period, a fraction: 0 counts every loss.
    Return(f64),
    /// The mean of the portfolio itself. The deviation is then called semideviation.
    Mean,
}

impl Objective {
    /// The weights at which the objective is least.
    ///
    /// Where several weights are equally good, those are taken that are nearest to equal: 10⁻⁸ of `w'w` is added, in units of the size
    /// of a return (the root of the mean square over scenarios and assets; of a variance, its square).
    ///
    /// # Errors
    ///
    /// What does not fit together: [`OptimizeError::Length`], [`OptimizeError::NoSuchAsset`], [`OptimizeError::NoWeathers`],
    /// [`OptimizeError::Setting`] for a target that is not within ±10⁶, and why there is no covariance. That no weights obey the
    /// constraints is [`Answer::Infeasible`].
    pub fn minimise(
        &self,
        scenarios: &Scenarios,
        constraints: &Constraints,
    ) -> Result<Answer, OptimizeError> {
        constraints.check(scenarios.assets())?;
        match self {
            Self::MinimumVariance { estimator } => {
                quadratic::minimise(&estimator.covariance(scenarios)?, Some(&scenarios.means()), constraints)
            }
            Self::ConditionalValueAtRisk { tail } => {
                Ok(scenario_risk::shortfall(scenarios, *tail, constraints))
            }
            Self::DownsideDeviation { target } => scenario_risk::downside(scenarios, *target, constraints),
            Self::WeatherBalanced { tail } => scenario_risk::balanced(scenarios, *tail, constraints),
            Self::EqualRisk { estimator } => {
                let equal = vec![1.0 / scenarios.assets() as f64; scenarios.assets()];
                budgets::carry(&estimator.covariance(scenarios)?, &equal, &scenarios.means(), constraints)
            }
            Self::RiskBudgets { budgets, estimator } => {
                budgets::carry(&estimator.covariance(scenarios)?, budgets, &scenarios.means(), constraints)
            }
        }
    }
}
