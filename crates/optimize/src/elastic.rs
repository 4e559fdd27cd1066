//! Whether any weights obey the constraints, and which constraints contradict each other if none do.

use crate::{
    Conflict, Constraint, Constraints, Infeasible,
    draft::{Draft, Limit, limits},
    interior,
    verdict::least,
};

/// A constraint that must give by less than this, in units of its largest coefficient, counts as obeyed.
const ROUNDING: f64 = 1e-9;

/// A constraint with a smaller share in the contradiction has none.
const SHARE: f64 = 1e-6;

/// `None` when there are weights that obey all constraints.
pub(crate) fn conflict(
    constraints: &Constraints,
    means: Option<&[f64]>,
    assets: usize,
) -> Option<Infeasible> {
    let bounds = constraints.limits(assets);
    let (least, most) = bounds.iter().fold((0.0, 0.0), |(a, b), (lower, upper)| (a + lower, b + upper));
    if least > 1.0 + ROUNDING || most < 1.0 - ROUNDING {
        let attainable = Some(if least > 1.0 { least } else { most });
        return Some(Infeasible {
            conflict: vec![Conflict { constraint: Constraint::Invested, limit: 1.0, attainable }],
        });
    }
    let all = limits(constraints, means, assets, false);
    let before = constraints.trading.as_ref().map_or(&[][..], |trading| &trading.previous);
    let deepest = deepest(&all, &bounds, before)?;
    // Said only with a proof; where the solver has none, the weights will tell.
    if deepest.broken <= ROUNDING || deepest.proven <= 0.0 {
        return None;
    }
    let mut found: Vec<(f64, Conflict)> = Vec::new();
    for (at, limit) in all.iter().enumerate().skip(1) {
        let share = deepest.shares[at];
        if share > SHARE {
            let attainable = attainable(&all, at, &bounds, before).map(|value| limit.sign * value + 0.0);
            let stated = limit.sign * limit.bound + 0.0;
            found.push((share, Conflict { constraint: limit.constraint.clone(), limit: stated, attainable }));
        }
    }
    found.sort_by(|a, b| b.0.total_cmp(&a.0));
    Some(Infeasible { conflict: found.into_iter().map(|(_, conflict)| conflict).collect() })
}

/// Where all inequalities are obeyed best.
struct Deepest {
    /// By how much they are broken there, in units of their largest coefficients; below nought when there is room.
    broken: f64,
    /// What no weights can do better than, as the multipliers prove.
    proven: f64,
    /// The share of each limit in the proof; they add up to 1.
    shares: Vec<f64>,
}

/// `None` without inequalities.
fn deepest(all: &[Limit], bounds: &[(f64, f64)], before: &[f64]) -> Option<Deepest> {
    if all.len() < 2 {
        return None;
    }
    let give = bounds.len();
    let mut draft = Draft::new(bounds.to_vec(), 1, before, 0.0);
    draft.programme.linear[give] = 1.0;
    for limit in all {
        let gives = [(give, -1.0)];
        draft.row(limit, if limit.equal { &[] } else { &gives });
    }
    let point = interior::solve(&draft.programme);
    // As the weights are, not as the solver says.
    let weights = &point.variables[..give];
    let excess = all.iter().skip(1).map(|limit| (limit.value(weights, before) - limit.bound) / limit.size());
    let broken = excess.fold(f64::NEG_INFINITY, f64::max);
    // Multiples of the limits that add up to 1: their sum is broken by no less than its least over the bounds.
    let total: f64 = point.rows.iter().skip(1).sum();
    let shares: Vec<f64> = point.rows.iter().map(|share| share / total).collect();
    let (mut slopes, mut prices, mut proven) = (vec![0.0; give], vec![0.0; give], 0.0);
    for (limit, share) in all.iter().zip(&shares) {
        let times = share / limit.size();
        slopes.iter_mut().zip(&limit.weights).for_each(|(sum, value)| *sum += times * value);
        prices.iter_mut().zip(&limit.traded).for_each(|(sum, value)| *sum += times * value);
        proven -= times * limit.bound;
    }
    for (at, bound) in bounds.iter().enumerate() {
        proven += least(slopes[at], prices[at], before.get(at).copied().unwrap_or_default(), *bound);
    }
    Some(Deepest { broken, proven, shares })
}

/// The least that the left side of one constraint can be while all others hold.
fn attainable(all: &[Limit], one: usize, bounds: &[(f64, f64)], before: &[f64]) -> Option<f64> {
    let others: Vec<Limit> =
        all.iter().enumerate().filter(|(at, _)| *at != one).map(|(_, l)| l.clone()).collect();
    if deepest(&others, bounds, before).is_some_and(|deepest| deepest.broken > ROUNDING) {
        return None;
    }
    let target = &all[one];
    let mut draft = Draft::new(bounds.to_vec(), 0, before, 0.0);
    for limit in &others {
        draft.row(limit, &[]);
    }
    let size = target.size();
    draft.charge(&target.traded.iter().map(|price| price / size).collect::<Vec<f64>>());
    for (place, weight) in draft.programme.linear.iter_mut().zip(&target.weights) {
        *place += weight / size;
    }
    let point = interior::solve(&draft.programme);
    Some(target.value(&point.variables[..bounds.len()], before))
}
