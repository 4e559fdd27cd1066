//! Whether any weights obey the constraints, and which constraints contradict each other if none do.

use crate::{
    Conflict, Constraint, Constraints, Infeasible,
    draft::{Draft, Limit, limits},
    interior,
    programme::Point,
};

/// A constraint that must give by less than this, in units of its largest coefficient, counts as obeyed.
const ROUNDING: f64 = 1e-9;

/// A constraint with a smaller share in the contradiction has none.
const SHARE: f64 = 1e-6;

/// `None` when there are weights that obey all constraints.
pub(crate) fn conflict(constraints: &Constraints, means: Option<&[f64]>, assets: usize) -> Option<Infeasible> {
    let bounds = constraints.limits(assets);
    let (least, most) = bounds.iter().fold((0.0, 0.0), |(a, b), (lower, upper)| (a + lower, b + upper));
    if least > 1.0 + ROUNDING || most < 1.0 - ROUNDING {
        let attainable = Some(if least > 1.0 { least } else { most });
        return Some(Infeasible { conflict: vec![Conflict { constraint: Constraint::Invested, limit: 1.0, attainable }] });
    }
    let all = limits(constraints, means, assets, false);
    let before = constraints.trading.as_ref().map_or(&[][..], |trading| &trading.previous);
    let (depth, point) = depth(&all, &bounds, before)?;
    if depth <= ROUNDING {
        return None;
    }
    let total: f64 = point.rows.iter().skip(1).sum();
    let mut found: Vec<(f64, Conflict)> = Vec::new();
    for (at, limit) in all.iter().enumerate().skip(1) {
        let share = point.rows[at] / total;
        if share > SHARE {
            let attainable = attainable(&all, at, &bounds, before).map(|value| limit.sign * value + 0.0);
            let stated = limit.sign * limit.limit + 0.0;
            found.push((share, Conflict { constraint: limit.constraint.clone(), limit: stated, attainable }));
        }
    }
    found.sort_by(|a, b| b.0.total_cmp(&a.0));
    Some(Infeasible { conflict: found.into_iter().map(|(_, conflict)| conflict).collect() })
}

/// By how much all inequalities can be more than obeyed at once, with its sign changed, and where: above nought there is a
/// contradiction, and the multipliers of the rows are its proof. `None` without inequalities.
fn depth(all: &[Limit], bounds: &[(f64, f64)], before: &[f64]) -> Option<(f64, Point)> {
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
    let excess = all.iter().skip(1).map(|limit| (limit.value(weights, before) - limit.limit) / limit.size());
    Some((excess.fold(f64::NEG_INFINITY, f64::max), point))
}

/// The least that the left side of one constraint can be while all others hold.
fn attainable(all: &[Limit], one: usize, bounds: &[(f64, f64)], before: &[f64]) -> Option<f64> {
    let others: Vec<Limit> = all.iter().enumerate().filter(|(at, _)| *at != one).map(|(_, l)| l.clone()).collect();
    if depth(&others, bounds, before).is_some_and(|(depth, _)| depth > ROUNDING) {
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
