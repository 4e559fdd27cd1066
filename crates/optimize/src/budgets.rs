use allweather_metrics::risk::Covariance;

use crate::{
    Answer, Conflict, Constraint, Constraints, Infeasible, OptimizeError, Solution, Status, draft::limits,
};

/// What a constraint may be broken by.
const OBEYED: f64 = 1e-9;

/// What a contribution may be off its budget by.
const CARRIED: f64 = 1e-8;

/// The one set of weights that carries the budgets, if it obeys the constraints.
pub(crate) fn carry(
    covariance: &Covariance,
    budgets: &[f64],
    means: &[f64],
    constraints: &Constraints,
) -> Result<Answer, OptimizeError> {
    let weights = covariance.risk_budget_weights(budgets)?;
    let trading = constraints.trading.as_ref();
    let before = trading.map_or(&[][..], |trading| &trading.previous);
    let mut conflict = Vec::new();
    let mut violation: f64 = 0.0;
    let mut compare = |constraint: Constraint, excess: f64, size: f64, limit: f64, found: f64| {
        if excess > OBEYED * size {
            conflict.push((excess / size, Conflict { constraint, limit, attainable: Some(found) }));
        }
        violation = violation.max(excess / size);
    };
    for (asset, (&weight, (lower, upper))) in
        weights.iter().zip(constraints.limits(weights.len())).enumerate()
    {
        compare(Constraint::Lower { asset }, lower - weight, 1.0, lower, weight);
        compare(Constraint::Upper { asset }, weight - upper, 1.0, upper, weight);
    }
    for limit in limits(constraints, Some(means), weights.len(), false).iter().skip(1) {
        let value = limit.value(&weights, before);
        let stated = |value: f64| limit.sign * value + 0.0;
        compare(
            limit.constraint.clone(),
            value - limit.bound,
            limit.size(),
            stated(limit.bound),
            stated(value),
        );
    }
    if !conflict.is_empty() {
        conflict.sort_by(|a, b| b.0.total_cmp(&a.0));
        let conflict = conflict.into_iter().map(|(_, conflict)| conflict).collect();
        return Ok(Answer::Infeasible(Infeasible { conflict }));
    }
    let shares = covariance.risk_contributions(&weights)?;
    let gap = shares.iter().zip(budgets).map(|(share, budget)| (share - budget).abs()).fold(0.0, f64::max);
    Ok(Answer::Solved(Solution {
        objective: covariance.volatility(&weights)?,
        gap,
        violation: violation.max(0.0),
        status: if gap <= CARRIED { Status::Optimal } else { Status::Inexact },
        multipliers: Vec::new(),
        scenario_weights: Vec::new(),
        turnover: trading.map(|trading| trading.turnover_of(&weights)),
        cost: trading.map(|trading| trading.cost_of(&weights)),
        iterations: 0,
        weights,
    }))
}
