use allweather_metrics::{Tail, risk::Covariance};
use allweather_optimize::{
    Bounds, Constraints, Estimator, Group, Objective, Scenarios, Target, minimum_variance,
};
use ndarray::{Array2, Axis, concatenate};
use proptest::prelude::*;

use crate::{reference::objectives, solved};

fn returns() -> impl Strategy<Value = Array2<f64>> {
    (2..7_usize, 12..40_usize).prop_flat_map(|(assets, periods)| {
        prop::collection::vec(-0.1..0.1_f64, (assets + 1) * periods).prop_map(move |values| {
            let of = |(t, i): (usize, usize)| {
                values[t * (assets + 1) + i] * (1.0 + i as f64) + 0.5 * values[t * (assets + 1) + assets]
            };
            Array2::from_shape_fn((periods, assets), of)
        })
    })
}

fn weathered(returns: &Array2<f64>) -> Scenarios {
    let degree =
        |k: usize| (0..returns.nrows()).map(|t| f64::from(u8::from(t % 3 == k))).collect::<Vec<f64>>();
    let scenarios = Scenarios::new(returns).unwrap();
    scenarios.with_weather("zero", &degree(0)).unwrap().with_weather("one", &degree(1)).unwrap()
}

/// Value at risk and its mean beyond, of returns that are equally likely.
fn tail_of(returns: &mut [f64], tail: f64) -> (f64, f64) {
    returns.sort_by(f64::total_cmp);
    let exact = tail * returns.len() as f64 - 1e-9;
    // The first that is not wholly within, counted without a cast.
    let whole = (1..returns.len()).find(|k| *k as f64 >= exact).unwrap_or(returns.len()) - 1;
    let sum: f64 = returns[..whole].iter().sum();
    let outcomes = tail * returns.len() as f64;
    (-returns[whole], -(sum + (outcomes - whole as f64) * returns[whole]) / outcomes)
}

proptest! {
    /// The reported objective is what the weights themselves have, and no weights drawn at random have less.
    #[test]
    fn nobody_draws_anything_better(returns in returns(), raw in prop::collection::vec(0.0..1.0_f64, 7), tail in 0.05..0.5_f64) {
        let scenarios = weathered(&returns);
        let assets = returns.ncols();
        let sum: f64 = raw[..assets].iter().sum::<f64>() + 1e-9;
        let drawn: Vec<f64> = raw[..assets].iter().map(|w| (w + 1e-9 / assets as f64) / sum).collect();
        let of = |weights: &[f64]| returns.dot(&ndarray::ArrayView1::from(weights)).to_vec();
        let fraction = tail;
        let tail = Tail::from_fraction(tail).unwrap();

        let found = solved(&Objective::ConditionalValueAtRisk { tail }, &scenarios, &Constraints::new());
        let (var, cvar) = tail_of(&mut of(&found.weights), fraction);
        prop_assert!((cvar - found.objective).abs() < 1e-9, "{} {}", cvar, found.objective);
        prop_assert!(cvar >= var - 1e-12);
        prop_assert!(tail_of(&mut of(&drawn), fraction).1 >= found.objective - 1e-8);

        let balanced = solved(&Objective::WeatherBalanced { tail }, &scenarios, &Constraints::new());
        let worst = |weights: &[f64]| {
            let within = |k: usize| of(weights).into_iter().enumerate().filter(|(t, _)| t % 3 == k).map(|(_, r)| r).collect::<Vec<f64>>();
            (0..2).map(|k| tail_of(&mut within(k), fraction).1).fold(f64::NEG_INFINITY, f64::max)
        };
        prop_assert!((worst(&balanced.weights) - balanced.objective).abs() < 1e-9);
        prop_assert!(worst(&drawn) >= balanced.objective - 1e-8);

        let deviation = |weights: &[f64], target: f64| {
            (of(weights).iter().map(|r| (target - r).max(0.0).powi(2)).sum::<f64>() / returns.nrows() as f64).sqrt()
        };
        let found = solved(&Objective::DownsideDeviation { target: Target::Return(0.01) }, &scenarios, &Constraints::new());
        prop_assert!((deviation(&found.weights, 0.01) - found.objective).abs() < 1e-12);
        prop_assert!(deviation(&drawn, 0.01) >= found.objective - 1e-8);
        let mean = |weights: &[f64]| of(weights).iter().sum::<f64>() / returns.nrows() as f64;
        let found = solved(&Objective::DownsideDeviation { target: Target::Mean }, &scenarios, &Constraints::new());
        prop_assert!((deviation(&found.weights, mean(&found.weights)) - found.objective).abs() < 1e-12);
        prop_assert!(deviation(&drawn, mean(&drawn)) >= found.objective - 1e-8);

        let covariance = Covariance::of(&returns).unwrap();
        let found = solved(&Objective::MinimumVariance { estimator: Estimator::Sample }, &scenarios, &Constraints::new());
        prop_assert!(covariance.variance(&drawn).unwrap() >= found.objective - 1e-9);
    }

    /// A constraint more never makes anything better, and one that holds anyway changes nothing.
    #[test]
    fn tightening_never_improves(returns in returns(), which in 0..5_usize, least in 0.0..0.9_f64, most in 0.3..1.0_f64) {
        let (scenarios, objective) = (weathered(&returns), objectives()[which].1.clone());
        let assets = returns.ncols();
        let free = solved(&objective, &scenarios, &Constraints::new());
        let group = Group::new("first", vec![0], Some(least), None).unwrap();
        let one = Constraints::new().with_group(group).unwrap();
        let bound = solved(&objective, &scenarios, &one);
        prop_assert!(bound.objective >= free.objective - 1e-8);
        let tight = one.clone().with_bounds(vec![Bounds::new(0.0, most).unwrap(); assets]);
        if let Some(tight) = objective.minimise(&scenarios, &tight).unwrap().solution() {
            prop_assert!(tight.objective >= bound.objective - 1e-8);
        }
        let loose = one.with_bounds(vec![Bounds::new(-0.5, 1.5).unwrap(); assets]);
        prop_assert!(solved(&objective, &scenarios, &loose).objective <= bound.objective + 1e-8);
        let dominated = Group::new("anything", (0..assets).collect(), Some(0.0), Some(2.0)).unwrap();
        let same = solved(&objective, &scenarios, &Constraints::new().with_group(dominated).unwrap());
        prop_assert!((same.objective - free.objective).abs() < 1e-9);
        for (a, b) in same.weights.iter().zip(&free.weights) {
            prop_assert!((a - b).abs() < 1e-3, "{:?} {:?}", same.weights, free.weights);
        }
    }

    /// The order of the assets, the unit of returns and the order of scenarios are of no matter.
    #[test]
    fn neither_order_nor_unit_matters(returns in returns(), which in 0..5_usize, shift in 1..5_usize, scale in 0.01..100.0_f64) {
        let (periods, assets) = returns.dim();
        let objective = objectives()[which].1.clone();
        let free = solved(&objective, &weathered(&returns), &Constraints::new());
        let turned = Array2::from_shape_fn((periods, assets), |(t, i)| returns[(t, (i + shift) % assets)]);
        let found = solved(&objective, &weathered(&turned), &Constraints::new());
        prop_assert!((found.objective - free.objective).abs() < 1e-9);
        for i in 0..assets {
            prop_assert!((found.weights[i] - free.weights[(i + shift) % assets]).abs() < 1e-3);
        }
        if which == 1 {
            return Ok(()); // Its target has a unit.
        }
        let scaled = solved(&objective, &weathered(&returns.mapv(|r| r * scale)), &Constraints::new());
        let power = if which == 3 { scale * scale } else { scale };
        prop_assert!((scaled.objective / power - free.objective).abs() < 1e-9);
        for (a, b) in scaled.weights.iter().zip(&free.weights) {
            prop_assert!((a - b).abs() < 1e-3);
        }
    }

    /// A scenario that is there twice is a scenario of twice the probability, and one without probability is not there.
    #[test]
    fn twice_is_twice_as_likely(returns in returns(), which in 0..3_usize, twice in 0..12_usize) {
        let objective = objectives()[which].1.clone();
        let more = concatenate(Axis(0), &[returns.view(), returns.select(Axis(0), &[twice]).view()]).unwrap();
        let periods = returns.nrows();
        let mut probabilities = vec![1.0 / (periods + 1) as f64; periods + 1];
        probabilities[twice] *= 2.0;
        probabilities[periods] = 0.0;
        let likely = Scenarios::new(&more).unwrap().with_probabilities(&probabilities).unwrap();
        let found = solved(&objective, &likely, &Constraints::new());
        let expected = solved(&objective, &Scenarios::new(&more).unwrap(), &Constraints::new());
        prop_assert!((found.objective - expected.objective).abs() < 1e-9);
        for (a, b) in found.weights.iter().zip(&expected.weights) {
            prop_assert!((a - b).abs() < 1e-3);
        }
        prop_assert_eq!(found.scenario_weights[periods], 0.0);
    }

    /// Without correlation, least variance is `w ∝ 1/σ²` and risk budgets are `w ∝ √b/σ`.
    #[test]
    fn closed_forms(deviations in prop::collection::vec(0.02..0.4_f64, 1..9)) {
        let n = deviations.len();
        let matrix = Array2::from_shape_fn((n, n), |(i, j)| if i == j { deviations[i].powi(2) } else { 0.0 });
        let covariance = Covariance::new(&matrix).unwrap();
        let answer = minimum_variance(&covariance, None, &Constraints::new()).unwrap();
        let inverse: f64 = deviations.iter().map(|d| d.powi(-2)).sum();
        for (weight, deviation) in answer.solution().unwrap().weights.iter().zip(&deviations) {
            prop_assert!((weight - deviation.powi(-2) / inverse).abs() < 1e-5);
        }
        prop_assert!((answer.solution().unwrap().objective * inverse - 1.0).abs() < 1e-6);
    }

    #[test]
    fn each_asset_carries_its_budget(returns in returns(), raw in prop::collection::vec(0.05..1.0_f64, 7)) {
        let scenarios = Scenarios::new(&returns).unwrap();
        let assets = returns.ncols();
        let sum: f64 = raw[..assets].iter().sum();
        let budgets: Vec<f64> = raw[..assets].iter().map(|b| b / sum).collect();
        let objective = Objective::RiskBudgets { budgets: budgets.clone(), estimator: Estimator::Sample };
        let found = solved(&objective, &scenarios, &Constraints::new());
        let shares = Covariance::of(&returns).unwrap().risk_contributions(&found.weights).unwrap();
        for (share, budget) in shares.iter().zip(&budgets) {
            prop_assert!((share - budget).abs() < 1e-9);
        }
    }
}

/// Two assets that are the same: nothing says how to divide them, so they are divided equally.
#[test]
fn of_equally_good_weights_the_most_equal() {
    let three = [[0.01, 0.01, 0.004], [-0.02, -0.02, 0.001], [0.02, 0.02, -0.003], [-0.01, -0.01, 0.002]];
    let scenarios = weathered(&Array2::from_shape_fn((4, 3), |(t, i)| three[t][i]));
    for (_, objective) in objectives() {
        let found = solved(
            &objective,
            &scenarios,
            &Constraints::new().with_bounds(vec![Bounds::new(0.05, 0.6).unwrap(); 3]),
        );
        assert!((found.weights[0] - found.weights[1]).abs() < 1e-6, "{:?}", found.weights);
    }
}
