use std::fmt;

use serde::Serialize;

/// What came out: weights, or why there are none.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Answer {
    /// Weights.
    Solved(Solution),
    /// No weights obey all constraints.
    Infeasible(Infeasible),
}

impl Answer {
    /// The weights, if there are any.
    #[must_use]
    pub fn solution(&self) -> Option<&Solution> {
        match self {
            Self::Solved(solution) => Some(solution),
            Self::Infeasible(_) => None,
        }
    }

    /// The conflict, if there is one.
    #[must_use]
    pub fn infeasible(&self) -> Option<&Infeasible> {
        match self {
            Self::Solved(_) => None,
            Self::Infeasible(conflict) => Some(conflict),
        }
    }
}

/// Weights, and how far they can be trusted to be the best.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Solution {
    /// A fraction of the portfolio for each asset, `[assets]`; they add up to 1.
    pub weights: Vec<f64>,
    /// The objective at these weights, in its own unit, computed from the weights and not taken from the solver.
    pub objective: f64,
    /// How much better any weights could be at most: the objective less a lower bound of it that the multipliers prove. Of risk
    /// budgets, how far the largest departure of a contribution from its budget is.
    pub gap: f64,
    /// By how much the worst constraint is broken, in units of its largest coefficient; 0 when none is.
    pub violation: f64,
    /// Whether gap and violation are no more than rounding.
    pub status: Status,
    /// What each constraint costs: all that is not a bound, and the bounds that press.
    pub multipliers: Vec<Multiplier>,
    /// How much of the objective's slope each scenario makes up, `[scenarios]`; they add up to 1 where the objective has a slope, and are
    /// empty where it does not look at scenarios. In a tail these are the scenarios of the tail.
    pub scenario_weights: Vec<f64>,
    /// What is traded to get there, `Σ|w − w0|`, if something was held before.
    pub turnover: Option<f64>,
    /// What the trade costs, a fraction of the portfolio, if something was held before.
    pub cost: Option<f64>,
    /// How many steps the solver took.
    pub iterations: usize,
}

impl Solution {
    /// The multipliers of the constraints that hold the objective back: above nought, with no slack.
    pub fn binding(&self) -> impl Iterator<Item = &Multiplier> {
        self.multipliers
            .iter()
            .filter(|m| m.constraint != Constraint::Invested && m.value > 0.0 && m.slack < 1e-6)
    }

    /// The multiplier of a constraint; 0 for a bound that does not press.
    #[must_use]
    pub fn multiplier(&self, constraint: &Constraint) -> f64 {
        self.multipliers.iter().find(|m| m.constraint == *constraint).map_or(0.0, |m| m.value)
    }
}

/// Whether weights are what they should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Status {
    /// Constraints hold to 10⁻⁸, and the objective is the least there is to 10⁻⁷ of the size of a return (of its square, of a variance;
    /// the square of a deviation to 10⁻⁹ of that, where this is more).
    Optimal,
    /// The solver stopped before: see gap and violation.
    Inexact,
}

/// A constraint by its name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Constraint {
    /// The weights add up to 1.
    Invested,
    /// The least of an asset.
    Lower {
        /// The asset, from 0.
        asset: usize,
    },
    /// The most of an asset.
    Upper {
        /// The asset, from 0.
        asset: usize,
    },
    /// The least of a group.
    GroupMin {
        /// The name of the group.
        name: String,
    },
    /// The most of a group.
    GroupMax {
        /// The name of the group.
        name: String,
    },
    /// The cap on currency that is held.
    CurrencyLong,
    /// The cap on currency that is owed.
    CurrencyShort,
    /// The limit on turnover.
    Turnover,
    /// The limit on the cost of trading.
    Cost,
    /// The least mean return.
    ReturnFloor,
    /// That the tail of a weather is not above the worst of all.
    Weather {
        /// The name of the weather.
        name: String,
    },
}

impl fmt::Display for Constraint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invested => f.write_str("all is invested"),
            Self::Lower { asset } => write!(f, "the least of asset {asset}"),
            Self::Upper { asset } => write!(f, "the most of asset {asset}"),
            Self::GroupMin { name } => write!(f, "the least of group {name}"),
            Self::GroupMax { name } => write!(f, "the most of group {name}"),
            Self::CurrencyLong => f.write_str("the cap on currency held"),
            Self::CurrencyShort => f.write_str("the cap on currency owed"),
            Self::Turnover => f.write_str("the limit on turnover"),
            Self::Cost => f.write_str("the limit on costs"),
            Self::ReturnFloor => f.write_str("the return floor"),
            Self::Weather { name } => write!(f, "the tail in {name}"),
        }
    }
}

/// What a constraint costs.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Multiplier {
    /// Which.
    pub constraint: Constraint,
    /// How much lower the objective would be for each unit that the limit is relaxed by: 0 or more. That of
    /// [`Constraint::Invested`] is how much higher it would be for each unit more to invest less what that unit does to the other
    /// limits, and may have any sign.
    pub value: f64,
    /// What is left to the limit, 0 or more but for rounding.
    pub slack: f64,
}

/// Why no weights obey all constraints.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Infeasible {
    /// The constraints that contradict each other, together with bounds and full investment: some multiple of each adds up to what
    /// no weights fulfil. The strongest first.
    pub conflict: Vec<Conflict>,
}

/// A constraint in a contradiction.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Conflict {
    /// Which.
    pub constraint: Constraint,
    /// Its limit.
    pub limit: f64,
    /// The nearest limit at which there are weights while all others stay: of a return floor the largest attainable return. `None`
    /// when the others contradict each other without this one.
    pub attainable: Option<f64>,
}

impl fmt::Display for Infeasible {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no weights obey ")?;
        for (at, Conflict { constraint, limit, attainable }) in self.conflict.iter().enumerate() {
            if at > 0 {
                f.write_str(" together with ")?;
            }
            write!(f, "{constraint} of {limit}")?;
            if let Some(attainable) = attainable {
                write!(f, " (attainable is {attainable})")?;
            }
        }
        Ok(())
    }
}
