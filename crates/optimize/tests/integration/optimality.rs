//! The conditions of Karush, Kuhn and Tucker, checked from outside: with the multipliers that come with the weights, no small move that
//! the constraints allow makes anything better. This is the strongest law, for it holds at the best weights and nowhere else.

use allweather_metrics::risk::Covariance;
use allweather_optimize::{
    Bounds, Constraint, Constraints, Estimator, Group, Objective, Scenarios, Solution, Status, Target,
    Trading,
};
use ndarray::{Array2, ArrayView1};
use proptest::prelude::*;

use crate::{
    reference::{all_kinds, case, objectives, scenarios},
    solved,
};

/// The slope of the objective for each asset, computed here: from the weights of the scenarios, or from the weights.
fn slope(objective: &Objective, scenarios: &Scenarios, found: &Solution, cost_per_period: f64) -> Vec<f64> {
    let returns = scenarios.returns();
    let loss = |q: &[f64]| -> Vec<f64> {
        (0..scenarios.assets()).map(|i| -returns.column(i).dot(&ArrayView1::from(q))).collect()
    };
    match objective {
        Objective::MinimumVariance { estimator } => {
            let covariance = estimator.covariance(scenarios).unwrap();
            covariance.matrix().dot(&ArrayView1::from(&found.weights)).iter().map(|v| 2.0 * v).collect()
        }
        Objective::DownsideDeviation { target } => {
            let own = returns.dot(&ArrayView1::from(&found.weights));
            let means = scenarios.means();
            let mean: f64 = means.iter().zip(&found.weights).map(|(m, w)| m * w).sum();
            let level = if let Target::Return(target) = target { target + cost_per_period } else { mean };
            let q: Vec<f64> = own
                .iter()
                .zip(scenarios.probabilities())
                .map(|(r, p)| p * (level - r).max(0.0) / found.objective)
                .collect();
            let total: f64 = q.iter().sum();
            let moved = if *target == Target::Mean { total } else { 0.0 };
            loss(&q).iter().zip(means).map(|(loss, mean)| loss + moved * mean).collect()
        }
        _ => loss(&found.scenario_weights),
    }
}

/// Every condition, to a millionth of the size of the slopes.
#[track_caller]
fn check(objective: &Objective, scenarios: &Scenarios, constraints: &Constraints, parts: &Parts) {
    let found = solved(objective, scenarios, constraints);
    let (w, assets) = (&found.weights, scenarios.assets());
    let traded: Vec<f64> = w.iter().zip(&parts.before).map(|(w, before)| w - before).collect();
    let cost: f64 = traded.iter().zip(&parts.rates).map(|(d, c)| d.abs() * c).sum();

    // Feasible.
    assert!((w.iter().sum::<f64>() - 1.0).abs() < 1e-9, "{w:?}");
    for (w, (lower, upper)) in w.iter().zip(&parts.bounds) {
        assert!(*w >= lower - 1e-9 && *w <= upper + 1e-9, "{w}");
    }
    let value = |of: &[f64]| of.iter().zip(w).map(|(a, w)| a * w).sum::<f64>();
    // Complementary: a multiplier is not negative, a slack is not, and one of the two is nought.
    for m in found.multipliers.iter().filter(|m| m.constraint != Constraint::Invested) {
        assert!(m.value >= 0.0 && m.slack > -1e-8 && m.value * m.slack < 1e-8, "{m:?}");
    }
    // Where nothing falls short there is no slope, and nothing to be better than.
    if matches!(objective, Objective::DownsideDeviation { .. }) && found.objective < 1e-9 {
        return;
    }
    // Stationary: what is left of the slope of an asset is between what selling and what buying would save.
    let of = |constraint: Constraint| found.multiplier(&constraint);
    let mut left = slope(objective, scenarios, &found, cost / parts.periods);
    let size = left.iter().fold(0.0_f64, |a, b| a.max(b.abs()));
    let mut add = |times: f64, values: &[f64]| left.iter_mut().zip(values).for_each(|(l, v)| *l += times * v);
    add(-of(Constraint::Invested), &vec![1.0; assets]);
    for (name, members, limits) in &parts.groups {
        let sum = value(members);
        assert!(sum >= limits.0 - 1e-8 && sum <= limits.1 + 1e-8, "{name}: {sum}");
        let (least, most) = (
            of(Constraint::GroupMin { name: name.clone() }),
            of(Constraint::GroupMax { name: name.clone() }),
        );
        add(most - least, members);
    }
    if let Some((exposure, cap)) = &parts.currency {
        assert!(value(exposure).abs() <= cap + 1e-8);
        add(of(Constraint::CurrencyLong) - of(Constraint::CurrencyShort), exposure);
    }
    let floor = of(Constraint::ReturnFloor);
    if let Some(least) = parts.floor {
        assert!(value(&scenarios.means()) - cost / parts.periods >= least - 1e-9);
        add(-floor, &scenarios.means());
    }
    if let Some(limit) = parts.turnover {
        assert!(traded.iter().map(|d| d.abs()).sum::<f64>() <= limit + 1e-8);
    }
    for (asset, left) in left.iter_mut().enumerate() {
        *left += of(Constraint::Upper { asset }) - of(Constraint::Lower { asset });
    }
    // What of the objective is a cost: all of it in a tail, by the slope of the shortfall against a target, nothing otherwise.
    let felt = match objective {
        Objective::MinimumVariance { .. } | Objective::DownsideDeviation { target: Target::Mean } => 0.0,
        Objective::DownsideDeviation { .. } => {
            let own = scenarios.returns().dot(&ArrayView1::from(w));
            let Objective::DownsideDeviation { target: Target::Return(target) } = objective else { return };
            let short = own.iter().map(|r| (target + cost / parts.periods - r).max(0.0));
            short.zip(scenarios.probabilities()).map(|(s, p)| p * s / found.objective).sum()
        }
        _ => 1.0,
    };
    for asset in 0..assets {
        let rate = parts.rates[asset];
        let price =
            of(Constraint::Turnover) + of(Constraint::Cost) * rate + (floor + felt) * rate / parts.periods;
        let d = traded[asset];
        let left = left[asset];
        let tolerance = 1e-6 * size + 1e-9;
        let fine = if d > 1e-6 {
            (left + price).abs() < tolerance
        } else if d < -1e-6 {
            (left - price).abs() < tolerance
        } else {
            left.abs() < price + tolerance
        };
        assert!(
            fine,
            "{objective:?}, asset {asset}: slope {left}, price {price}, traded {d}, of {size}\n{found:?}"
        );
    }
    // And the bound that the multipliers prove.
    assert!(found.gap >= 0.0 && found.gap < 1e-7, "{}", found.gap);
}

/// The constraints once more, in the words of this file.
struct Parts {
    bounds: Vec<(f64, f64)>,
    groups: Vec<(String, Vec<f64>, (f64, f64))>,
    currency: Option<(Vec<f64>, f64)>,
    before: Vec<f64>,
    rates: Vec<f64>,
    periods: f64,
    turnover: Option<f64>,
    floor: Option<f64>,
}

#[test]
fn of_all_kinds_of_constraints_together() {
    let case = case();
    let scenarios = scenarios(&case);
    let floor = case["results"]["floor plain"]["value"].as_f64().unwrap();
    let group = |members: [usize; 2]| (0..6).map(|i| f64::from(u8::from(members.contains(&i)))).collect();
    let parts = Parts {
        bounds: vec![(0.0, 0.5), (0.0, 0.5), (0.05, 0.6), (0.0, 0.4), (0.0, 0.3), (0.0, 0.35)],
        groups: vec![
            ("equity".to_owned(), group([0, 1]), (0.1, 0.5)),
            ("bonds".to_owned(), group([2, 3]), (f64::NEG_INFINITY, 0.7)),
        ],
        currency: Some((vec![0.5, 0.0, 0.2, 0.0, 1.0, 0.0], 0.2)),
        before: vec![0.3, 0.1, 0.2, 0.2, 0.1, 0.1],
        rates: vec![0.001, 0.002, 0.0005, 0.0005, 0.003, 0.0],
        periods: 6.0,
        turnover: Some(0.5),
        floor: Some(floor),
    };
    for (_, objective) in objectives() {
        check(&objective, &scenarios, &all_kinds().with_return_floor(floor).unwrap(), &parts);
    }
}

#[derive(Debug, Clone)]
struct Problem {
    returns: Array2<f64>,
    probabilities: Vec<f64>,
    upper: Vec<f64>,
    least: f64,
    before: Vec<f64>,
    rates: Vec<f64>,
    moved: f64,
    ambition: f64,
}

fn problems() -> impl Strategy<Value = Problem> {
    (2..8_usize, 10..60_usize).prop_flat_map(|(assets, periods)| {
        let many = |range: std::ops::Range<f64>, count| prop::collection::vec(range, count);
        (
            (
                many(-0.1..0.1, assets * periods),
                many(-0.1..0.1, periods),
                many(0.0..1.0, periods),
                many(0.5..1.0, assets),
            ),
            (0.05..0.4_f64, many(0.01..1.0, assets), many(0.0..0.01, assets), 0.3..1.5_f64, 0.0..0.8_f64),
        )
            .prop_map(
                move |((own, common, likely, upper), (least, before, rates, moved, ambition))| {
                    let of = |(t, i): (usize, usize)| {
                        own[t * assets + i] * (0.3 + i as f64) / 3.0 + 0.5 * common[t] + 0.001 * i as f64
                    };
                    let (sum, held): (f64, f64) = (likely.iter().sum::<f64>() + 0.2, before.iter().sum());
                    let mut probabilities: Vec<f64> = likely.iter().map(|p| p / sum).collect();
                    probabilities[0] += 0.1 / sum;
                    probabilities[1] += 0.1 / sum;
                    Problem {
                        returns: Array2::from_shape_fn((periods, assets), of),
                        probabilities,
                        upper,
                        least,
                        before: before.iter().map(|w| w / held).collect(),
                        rates,
                        moved,
                        ambition,
                    }
                },
            )
    })
}

proptest! {
    #[test]
    fn of_random_problems(problem in problems(), which in 0..5_usize) {
        let assets = problem.upper.len();
        let half: Vec<f64> = (0..problem.returns.nrows()).map(|t| f64::from(u8::from(t % 2 == 0))).collect();
        let other: Vec<f64> = half.iter().map(|h| 1.0 - h).collect();
        let scenarios = Scenarios::new(&problem.returns).unwrap().with_probabilities(&problem.probabilities).unwrap();
        let scenarios = scenarios.with_weather("even", &half).unwrap().with_weather("odd", &other).unwrap();
        let members: Vec<f64> = (0..assets).map(|i| f64::from(u8::from(i % 2 == 0))).collect();
        let group = Group::new("even", (0..assets).step_by(2).collect(), Some(problem.least), None).unwrap();
        let trading = Trading::new(problem.before.clone(), problem.rates.clone(), 12.0).unwrap().with_turnover(problem.moved).unwrap();
        let bounds: Vec<Bounds> = problem.upper.iter().map(|upper| Bounds::new(0.0, *upper).unwrap()).collect();
        let constraints = Constraints::new().with_bounds(bounds).with_group(group).unwrap().with_trading(trading);
        // A floor between what comes out without one and the most there is.
        let objective = objectives()[which].1.clone();
        let answer = objective.minimise(&scenarios, &constraints).unwrap();
        let Some(free) = answer.solution() else { return Ok(()) };
        let means = scenarios.means();
        let earned: f64 = means.iter().zip(&free.weights).map(|(m, w)| m * w).sum::<f64>() - free.cost.unwrap() / 12.0;
        let impossible = constraints.clone().with_return_floor(1.0).unwrap();
        let most = objective.minimise(&scenarios, &impossible).unwrap();
        let most = most.infeasible().unwrap().conflict.iter().find(|c| c.constraint == Constraint::ReturnFloor).unwrap().attainable.unwrap();
        prop_assert!(most >= earned - 1e-9, "{} {}", most, earned);
        let floor = earned + problem.ambition * (most - earned);
        let parts = Parts {
            bounds: problem.upper.iter().map(|upper| (0.0, *upper)).collect(),
            groups: vec![("even".to_owned(), members, (problem.least, f64::INFINITY))],
            currency: None,
            before: problem.before.clone(),
            rates: problem.rates.clone(),
            periods: 12.0,
            turnover: Some(problem.moved),
            floor: Some(floor),
        };
        check(&objective, &scenarios, &constraints.with_return_floor(floor).unwrap(), &parts);
    }

    /// The multipliers are prices: a limit that is relaxed a little makes the objective as much better as they say.
    #[test]
    fn multipliers_are_what_a_relaxed_limit_is_worth(problem in problems()) {
        let covariance = Covariance::of(&problem.returns).unwrap();
        let group = |least: f64| Group::new("last", vec![problem.upper.len() - 1], Some(least), None).unwrap();
        let at = |least: f64| {
            let constraints = Constraints::new().with_group(group(least)).unwrap();
            let answer = allweather_optimize::minimum_variance(&covariance, None, &constraints).unwrap();
            let found = answer.solution().unwrap().clone();
            assert_eq!(found.status, Status::Optimal, "{found:?}");
            found
        };
        let least = 0.2 + problem.least;
        let here = at(least);
        let price = here.multiplier(&Constraint::GroupMin { name: "last".to_owned() });
        // The least risk is a convex function of the limit, and the multiplier its slope: nowhere is it below the tangent.
        for step in [-0.1, -1e-3, 1e-3, 0.1] {
            let there = at(least + step).objective;
            prop_assert!(there >= here.objective + price * step - 1e-9, "{} {} {}", there, here.objective, price);
        }
    }
}

#[test]
fn a_sample_covariance_is_the_one_of_metrics() {
    let scenarios = scenarios(&case());
    let ours = Estimator::Sample.covariance(&scenarios).unwrap();
    let theirs = Covariance::of(scenarios.returns()).unwrap();
    for (ours, theirs) in ours.matrix().iter().zip(theirs.matrix()) {
        assert!((ours - theirs).abs() < 1e-17);
    }
}
