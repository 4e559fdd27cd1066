//! What is said of weights after solving, computed from the weights and the multipliers alone.

use crate::{
    Constraint, Constraints, Multiplier, Solution, Status,
    draft::{Draft, Limit},
    programme::Point,
};

/// What a constraint may be broken by, in units of its largest coefficient.
const OBEYED: f64 = 1e-8;

/// What the objective may be above its lower bound by, in units of its scale.
const LEAST: f64 = 1e-7;

/// A weight this near to a bound that presses is the bound.
const AT_THE_BOUND: f64 = 1e-9;

/// A bound this near may press: what is left of the slope there is its multiplier.
const PRESSED: f64 = 1e-6;

/// A point, and what it is about.
pub(crate) struct Verdict<'a> {
    pub(crate) constraints: &'a Constraints,
    pub(crate) bounds: &'a [(f64, f64)],
    /// All but the bounds, in the order of the rows of the draft.
    pub(crate) limits: &'a [Limit],
    pub(crate) draft: &'a Draft,
    pub(crate) point: &'a Point,
    /// How much the objective changes for one unit of what the programme minimises.
    pub(crate) unit: f64,
    /// Of which size the objective is: what is above the least by 10⁻⁷ of it is nothing.
    pub(crate) scale: f64,
    /// What no weights can be below, whatever the multipliers say.
    pub(crate) never_below: f64,
}

/// The objective seen from some weights: never above the objective itself, and equal to it there or nearly so.
///
/// ```text
/// constant + gradient · w + Σ traded_i |w_i − w0_i|
/// ```
pub(crate) struct Tangent {
    pub(crate) constant: f64,
    pub(crate) gradient: Vec<f64>,
    /// Empty where trading does not count.
    pub(crate) traded: Vec<f64>,
}

impl Verdict<'_> {
    /// The weights, rid of what the solver keeps between them and a bound.
    pub(crate) fn weights(&self) -> Vec<f64> {
        let (bounds, point) = (self.bounds, self.point);
        let mut weights: Vec<f64> = point.variables.iter().take(bounds.len()).copied().collect();
        for ((weight, (lower, upper)), (low, high)) in weights.iter_mut().zip(bounds).zip(&point.bounds) {
            if (*weight - lower < AT_THE_BOUND && *low > *weight - lower) || *weight < *lower {
                *weight = *lower;
            } else if (upper - *weight < AT_THE_BOUND && *high > upper - *weight) || *weight > *upper {
                *weight = *upper;
            }
        }
        let missing = 1.0 - weights.iter().sum::<f64>();
        let room = |at: &usize| {
            let (weight, (lower, upper)) = (weights[*at], bounds[*at]);
            (weight - lower).min(upper - weight)
        };
        let widest = (0..weights.len()).max_by(|a, b| room(a).total_cmp(&room(b)));
        if let Some(widest) = widest.filter(|widest| missing.abs() <= room(widest)) {
            weights[widest] += missing;
        }
        // Adding nothing turns −0 into 0.
        weights.iter().map(|weight| weight + 0.0).collect()
    }

    /// The multiplier of each limit, in the units of objective and limit.
    fn of_limits(&self) -> Vec<f64> {
        let of = |(at, divisor): (usize, &f64)| {
            self.unit * self.point.rows.get(at).copied().unwrap_or_default() / divisor
        };
        self.draft.divisors.iter().enumerate().map(of).take(self.limits.len()).collect()
    }

    pub(crate) fn solution(
        &self,
        weights: Vec<f64>,
        objective: f64,
        tangent: &Tangent,
        scenario_weights: Vec<f64>,
        weathers: Vec<Multiplier>,
    ) -> Solution {
        let trading = self.constraints.trading.as_ref();
        let before = trading.map_or(&[][..], |trading| &trading.previous);
        let of_limits = self.of_limits();
        // What is left of the slope of each asset when all limits are priced, and what a trade in it costs.
        let mut slopes = tangent.gradient.clone();
        let mut prices = vec![0.0; weights.len()];
        add(&mut prices, 1.0, &tangent.traded);
        let mut bound = tangent.constant;
        let mut violation: f64 = 0.0;
        let mut multipliers = Vec::with_capacity(self.limits.len());
        for (limit, &value) in self.limits.iter().zip(&of_limits) {
            add(&mut slopes, value, &limit.weights);
            add(&mut prices, value, &limit.traded);
            bound -= value * limit.bound;
            let excess = limit.value(&weights, before) - limit.bound;
            let broken = if limit.equal { excess.abs() } else { excess };
            violation = violation.max(broken / limit.size());
            multipliers.push(named(limit, value, excess));
        }
        multipliers.extend(weathers);
        for (at, (&weight, &(lower, upper))) in weights.iter().zip(self.bounds).enumerate() {
            let (slope, price) = (slopes[at], prices[at].max(0.0));
            let held = before.get(at).copied().unwrap_or(weight);
            bound += least(slope, price, held, (lower, upper));
            violation = violation.max(lower - weight).max(weight - upper);
            let downwards = slope + if weight <= held { -price } else { price };
            let upwards = slope + if weight >= held { price } else { -price };
            let noise = 1e-9 * self.scale;
            if weight - lower <= PRESSED && downwards > noise {
                let slack = weight - lower;
                multipliers.push(Multiplier {
                    constraint: Constraint::Lower { asset: at },
                    value: downwards,
                    slack,
                });
            }
            if upper - weight <= PRESSED && upwards < -noise {
                let slack = upper - weight;
                multipliers.push(Multiplier {
                    constraint: Constraint::Upper { asset: at },
                    value: -upwards,
                    slack,
                });
            }
        }
        let gap = (objective - bound.max(self.never_below)).max(0.0);
        let good = violation <= OBEYED && gap <= LEAST * self.scale;
        Solution {
            objective,
            gap,
            violation: violation.max(0.0),
            status: if good { Status::Optimal } else { Status::Inexact },
            multipliers,
            scenario_weights,
            turnover: trading.map(|trading| trading.turnover_of(&weights)),
            cost: trading.map(|trading| trading.cost_of(&weights)),
            iterations: self.point.iterations,
            weights,
        }
    }
}

/// The multiplier under the name of its constraint: an equality that presses from below is the least, not the most.
fn named(limit: &Limit, value: f64, excess: f64) -> Multiplier {
    let constraint = match &limit.constraint {
        Constraint::GroupMax { name } if limit.equal && value < 0.0 => {
            Constraint::GroupMin { name: name.clone() }
        }
        Constraint::CurrencyLong if limit.equal && value < 0.0 => Constraint::CurrencyShort,
        other => other.clone(),
    };
    if constraint == Constraint::Invested {
        // Stated the other way round: what one more unit to invest adds.
        return Multiplier { constraint, value: -value, slack: 0.0 };
    }
    Multiplier { constraint, value: value.abs(), slack: if limit.equal { 0.0 } else { -excess } }
}

/// The least of `slope · w + price · |w − held|` within bounds: a line with one kink is least at an end or at the kink.
pub(crate) fn least(slope: f64, price: f64, held: f64, (lower, upper): (f64, f64)) -> f64 {
    let value = |w: f64| slope * w + price * (w - held).abs();
    value(lower).min(value(upper)).min(value(held.clamp(lower, upper)))
}

fn add(sum: &mut [f64], times: f64, values: &[f64]) {
    sum.iter_mut().zip(values).for_each(|(sum, value)| *sum += times * value);
}
