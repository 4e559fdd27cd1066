//! Objectives over scenarios: tails, downside deviation, the worst weather.

use allweather_metrics::Tail;
use ndarray::{Array1, Axis};

use crate::{
    Answer, Constraint, Constraints, Infeasible, Multiplier, OptimizeError, Scenarios, Target,
    draft::{Draft, Limit, limits},
    elastic, interior,
    programme::{Design, Hinges, Point},
    quadratic,
    verdict::{Tangent, Verdict},
};

/// What is added to a tail for a unique answer, in units of the size of a return.
const RIDGE: f64 = 1e-8;

/// What all three have in common.
struct Setting<'a> {
    scenarios: &'a Scenarios,
    constraints: &'a Constraints,
    bounds: Vec<(f64, f64)>,
    limits: Vec<Limit>,
    before: &'a [f64],
    /// The size of a return.
    scale: f64,
    /// What a unit traded takes from the return of a period, in units of the scale; empty without trading.
    prices: Vec<f64>,
}

impl<'a> Setting<'a> {
    fn new(scenarios: &'a Scenarios, constraints: &'a Constraints) -> Result<Self, Infeasible> {
        let (assets, means) = (scenarios.assets(), scenarios.means());
        if let Some(conflict) = elastic::conflict(constraints, Some(&means), assets) {
            return Err(conflict);
        }
        let scale = scenarios.scale();
        let trading = constraints.trading.as_ref();
        Ok(Self {
            scenarios,
            constraints,
            bounds: constraints.limits(assets),
            limits: limits(constraints, Some(&means), assets, true),
            before: trading.map_or(&[], |trading| &trading.previous),
            scale,
            prices: trading.map_or_else(Vec::new, |t| t.per_period().iter().map(|p| p / scale).collect()),
        })
    }

    fn draft(&self, free: usize, ridge: f64) -> Draft {
        let mut draft = Draft::new(self.bounds.clone(), free, self.before, 2.0 * ridge);
        for limit in &self.limits {
            draft.row(limit, &[]);
        }
        draft
    }

    fn verdict<'b>(&'b self, draft: &'b Draft, point: &'b Point, unit: f64) -> Verdict<'b> {
        let Self { constraints, bounds, limits, scale, .. } = self;
        let never_below = f64::NEG_INFINITY;
        Verdict { constraints, bounds, limits, draft, point, unit, scale: *scale, never_below }
    }

    /// What trading to the weights takes from the return of a period.
    fn cost(&self, weights: &[f64]) -> f64 {
        self.constraints.trading.as_ref().map_or(0.0, |trading| trading.cost_of(weights) / trading.periods)
    }

    /// The prices in the unit of returns.
    fn traded(&self) -> Vec<f64> {
        self.prices.iter().map(|price| price * self.scale).collect()
    }

    /// `−Σ q_t r_t`: the slope of a loss under the weights q of the scenarios.
    fn slope(&self, weights_of_scenarios: &[f64]) -> Vec<f64> {
        let mut slope = vec![0.0; self.scenarios.assets()];
        for (row, q) in self.scenarios.returns().rows().into_iter().zip(weights_of_scenarios) {
            slope.iter_mut().zip(row).for_each(|(sum, value)| *sum -= q * value);
        }
        slope
    }

    /// The hinges of a tail: what each likely scenario loses beyond z.
    fn tail(&self, probabilities: &[f64], z: usize, tail: Tail) -> (Vec<usize>, Hinges, Array1<f64>) {
        let rows: Vec<usize> = (0..probabilities.len()).filter(|row| probabilities[*row] > 0.0).collect();
        let mut losses = self.scenarios.returns().select(Axis(0), &rows);
        losses /= -self.scale;
        let count = rows.len();
        let steepness: Array1<f64> = rows.iter().map(|row| probabilities[*row] / tail.fraction()).collect();
        let hinges = Hinges {
            design: Design::Dense(losses),
            shift: vec![(z, -1.0)],
            constant: Array1::zeros(count),
            linear: Array1::zeros(count),
            curvature: Array1::zeros(count),
            floored: true,
            links: Vec::new(),
        };
        (rows, hinges, steepness)
    }
}

/// The mean loss over the tail of scenarios with probabilities; the last one in it counts in part.
fn mean_loss(returns: &[f64], probabilities: &[f64], tail: Tail) -> f64 {
    let mut order: Vec<usize> = (0..returns.len()).collect();
    order.sort_by(|a, b| returns[*a].total_cmp(&returns[*b]));
    let (mut left, mut sum) = (tail.fraction(), 0.0);
    for at in order {
        let part = probabilities[at].min(left);
        sum -= part * returns[at];
        left -= part;
        if left <= 0.0 {
            break;
        }
    }
    sum / tail.fraction()
}

/// Weights of scenarios as the solver left them, made such that no scenario has more than its share of the tail: then they prove
/// a lower bound.
fn in_the_tail(found: &[f64], most: impl Iterator<Item = f64>, total: f64) -> Vec<f64> {
    let mut weights: Vec<f64> = found.iter().zip(most).map(|(found, most)| found.clamp(0.0, most)).collect();
    let sum: f64 = weights.iter().sum();
    if sum > 0.0 {
        for weight in &mut weights {
            *weight *= total / sum;
        }
    }
    weights
}

pub(crate) fn shortfall(scenarios: &Scenarios, tail: Tail, constraints: &Constraints) -> Answer {
    let setting = match Setting::new(scenarios, constraints) {
        Ok(setting) => setting,
        Err(conflict) => return Answer::Infeasible(conflict),
    };
    let (assets, probabilities) = (scenarios.assets(), scenarios.probabilities().to_vec());
    let mut draft = setting.draft(1, RIDGE);
    draft.charge(&setting.prices);
    draft.programme.linear[assets] = 1.0;
    let (rows, mut hinges, steepness) = setting.tail(&probabilities, assets, tail);
    hinges.linear.clone_from(&steepness);
    draft.programme.hinges.push(hinges);
    let point = interior::solve(&draft.programme);

    let verdict = setting.verdict(&draft, &point, setting.scale);
    let weights = verdict.weights();
    let found = point.hinges.last().map_or(&[][..], Vec::as_slice);
    let of_rows = in_the_tail(found, steepness.into_iter(), 1.0);
    let mut of_scenarios = vec![0.0; scenarios.periods()];
    rows.iter().zip(of_rows).for_each(|(row, weight)| of_scenarios[*row] = weight);
    let objective = mean_loss(&scenarios.of(&weights), &probabilities, tail) + setting.cost(&weights);
    let tangent = Tangent { constant: 0.0, gradient: setting.slope(&of_scenarios), traded: setting.traded() };
    Answer::Solved(verdict.solution(weights, objective, &tangent, of_scenarios, Vec::new()))
}

pub(crate) fn balanced(
    scenarios: &Scenarios,
    tail: Tail,
    constraints: &Constraints,
) -> Result<Answer, OptimizeError> {
    let weathers = scenarios.by_weather();
    if weathers.is_empty() {
        return Err(OptimizeError::NoWeathers);
    }
    let within: Vec<Vec<f64>> =
        weathers.iter().map(|weather| scenarios.within(weather)).collect::<Result<_, _>>()?;
    let setting = match Setting::new(scenarios, constraints) {
        Ok(setting) => setting,
        Err(conflict) => return Ok(Answer::Infeasible(conflict)),
    };
    // One value at risk for each weather, then s.
    let (assets, worst) = (scenarios.assets(), scenarios.assets() + weathers.len());
    let mut draft = setting.draft(weathers.len() + 1, RIDGE);
    // The cost is the same in every weather.
    draft.charge(&setting.prices);
    draft.programme.linear[worst] = 1.0;
    let mut tails = Vec::with_capacity(weathers.len());
    for (k, (weather, probabilities)) in weathers.iter().zip(&within).enumerate() {
        let limit = Limit {
            constraint: Constraint::Weather { name: weather.name.clone() },
            weights: vec![0.0; assets],
            traded: Vec::new(),
            bound: 0.0,
            equal: false,
            sign: 1.0,
        };
        let row = draft.row(&limit, &[(assets + k, 1.0), (worst, -1.0)]);
        let (rows, mut hinges, steepness) = setting.tail(probabilities, assets + k, tail);
        hinges.links.push((row, steepness.clone()));
        tails.push((row, rows, steepness, draft.programme.hinges.len()));
        draft.programme.hinges.push(hinges);
    }
    let point = interior::solve(&draft.programme);

    let verdict = setting.verdict(&draft, &point, setting.scale);
    let weights = verdict.weights();
    let shares: f64 = tails.iter().map(|(row, ..)| point.rows[*row].max(0.0)).sum();
    let returns = scenarios.of(&weights);
    let losses: Vec<f64> =
        within.iter().map(|probabilities| mean_loss(&returns, probabilities, tail)).collect();
    let largest = losses.iter().fold(f64::NEG_INFINITY, |a, b| a.max(*b));
    let mut of_scenarios = vec![0.0; scenarios.periods()];
    let mut multipliers = Vec::with_capacity(weathers.len());
    for (((row, rows, steepness, hinges), weather), loss) in tails.into_iter().zip(weathers).zip(&losses) {
        let share = if shares > 0.0 { point.rows[row].max(0.0) / shares } else { 0.0 };
        let of_rows =
            in_the_tail(&point.hinges[hinges], steepness.into_iter().map(|most| share * most), share);
        rows.iter().zip(of_rows).for_each(|(row, weight)| of_scenarios[*row] += weight);
        let constraint = Constraint::Weather { name: weather.name.clone() };
        multipliers.push(Multiplier { constraint, value: share, slack: largest - loss });
    }
    let objective = largest + setting.cost(&weights);
    let tangent = Tangent { constant: 0.0, gradient: setting.slope(&of_scenarios), traded: setting.traded() };
    Ok(Answer::Solved(verdict.solution(weights, objective, &tangent, of_scenarios, multipliers)))
}

pub(crate) fn downside(
    scenarios: &Scenarios,
    target: Target,
    constraints: &Constraints,
) -> Result<Answer, OptimizeError> {
    let (assets, probabilities) = (scenarios.assets(), scenarios.probabilities());
    let target = match target {
        Target::Mean => None,
        Target::Return(value) if (-1e6..=1e6).contains(&value) => Some(value),
        Target::Return(value) => {
            return Err(OptimizeError::Setting { what: "target", value, rule: "within ±10⁶" });
        }
    };
    let setting = match Setting::new(scenarios, constraints) {
        Ok(setting) => setting,
        Err(conflict) => return Ok(Answer::Infeasible(conflict)),
    };
    let scale = setting.scale;
    // A cost lowers every return alike: it is felt against a target, and not against the portfolio's own mean.
    let priced = target.is_some() && setting.prices.iter().any(|price| *price > 0.0);
    let mut draft = setting.draft(usize::from(priced), quadratic::RIDGE);
    let rows: Vec<usize> = (0..probabilities.len()).filter(|row| probabilities[*row] > 0.0).collect();
    // Against the mean a return of each asset is less its own mean.
    let against = if target.is_none() { scenarios.means() } else { vec![0.0; assets] };
    let mut shortfalls = scenarios.returns().select(Axis(0), &rows);
    for mut row in shortfalls.rows_mut() {
        row.iter_mut().zip(&against).for_each(|(value, mean)| *value = (mean - *value) / scale);
    }
    let likely: Array1<f64> = rows.iter().map(|row| probabilities[*row]).collect();
    if priced {
        let limit = Limit {
            constraint: Constraint::Cost,
            weights: vec![0.0; assets],
            traded: setting.prices.clone(),
            bound: 0.0,
            equal: false,
            sign: 1.0,
        };
        draft.row(&limit, &[(assets, -1.0 / limit.size())]);
    }
    let count = rows.len();
    draft.programme.hinges.push(Hinges {
        design: Design::Dense(shortfalls),
        shift: if priced { vec![(assets, 1.0)] } else { Vec::new() },
        constant: Array1::from_elem(count, target.unwrap_or_default() / scale),
        linear: Array1::zeros(count),
        curvature: likely.clone(),
        floored: false,
        links: Vec::new(),
    });
    let point = interior::solve(&draft.programme);

    let mut verdict = Verdict { never_below: 0.0, ..setting.verdict(&draft, &point, 0.0) };
    let weights = verdict.weights();
    let returns = scenarios.of(&weights);
    let mean: f64 = returns.iter().zip(probabilities).map(|(r, p)| p * r).sum();
    let level = target.map_or(mean, |target| target + setting.cost(&weights));
    let short: Vec<f64> = returns.iter().map(|value| (level - value).max(0.0)).collect();
    let square: f64 = short.iter().zip(probabilities).map(|(short, p)| p * short * short).sum();
    let deviation = square.sqrt();
    // For any y ≥ 0 no deviation is below Σ y·short / √(Σ y²/p) (Cauchy and Schwarz), and at the best weights y is p·short. It is taken
    // from the solver: where a return is just at the target, its small shortfall is what fits the multipliers.
    let found = point.hinges.last().map_or(&[][..], Vec::as_slice);
    let norm = found.iter().zip(&likely).map(|(y, p)| y * y / p).sum::<f64>().sqrt();
    let mut own = vec![0.0; scenarios.periods()];
    if deviation <= 1e-12 * scale || norm <= 0.0 {
        // Nothing falls short, so no constraint holds anything back.
        let flat = Tangent { constant: 0.0, gradient: vec![0.0; assets], traded: Vec::new() };
        return Ok(Answer::Solved(verdict.solution(weights, deviation, &flat, own, Vec::new())));
    }
    rows.iter().zip(found).for_each(|(row, y)| own[*row] = y / norm);
    verdict.unit = scale / norm;
    // Solved as a square: of a small deviation, 10⁻⁹ of the square of a return is more than 10⁻⁷ of a return.
    verdict.scale = scale.max(verdict.unit * scale / 100.0);
    let total: f64 = own.iter().sum();
    let mut gradient = setting.slope(&own);
    gradient.iter_mut().zip(&against).for_each(|(slope, mean)| *slope += total * mean);
    let traded =
        if priced { setting.traded().iter().map(|price| total * price).collect() } else { Vec::new() };
    let tangent = Tangent { constant: total * target.unwrap_or_default(), gradient, traded };
    let of_scenarios = own.iter().map(|weight| weight / total).collect();
    Ok(Answer::Solved(verdict.solution(weights, deviation, &tangent, of_scenarios, Vec::new())))
}
