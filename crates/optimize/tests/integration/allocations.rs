//! The inner loops take no memory: how often a solution allocates depends on its iterations alone, never on the scenarios or the assets.

use allweather_metrics::Tail;
use allweather_optimize::{Constraints, Estimator, Objective, Scenarios, Target};
use ndarray::Array2;

/// A common factor and noise of their own, by a multiplicative congruence.
fn scenarios(periods: usize, assets: usize) -> Scenarios {
    let mut state = 7_u64;
    let mut draw = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as f64 / f64::from(u32::MAX >> 1) - 0.5
    };
    let mut returns = Array2::zeros((periods, assets));
    for mut row in returns.rows_mut() {
        let common = draw();
        for (i, value) in row.iter_mut().enumerate() {
            *value = 0.002 + (0.01 + 0.001 * i as f64) * (common + draw());
        }
    }
    Scenarios::new(&returns).unwrap()
}

const SIZES: [(usize, usize); 4] = [(120, 4), (120, 40), (2000, 4), (1000, 40)];

#[test]
fn an_iteration_takes_as_many_vectors_whatever_the_scenarios() {
    let objectives = [
        Objective::ConditionalValueAtRisk { tail: Tail::FIVE_PERCENT },
        Objective::DownsideDeviation { target: Target::Mean },
        Objective::MinimumVariance { estimator: Estimator::Sample },
    ];
    for objective in objectives {
        for (periods, assets) in SIZES {
            let (scenarios, none) = (scenarios(periods, assets), Constraints::new());
            let mut answer = None;
            let counted = allocation_counter::measure(|| answer = objective.minimise(&scenarios, &none).ok());
            let iterations = answer.unwrap().solution().unwrap().iterations as u64;
            // Some 80 an iteration and 50 around them.
            let most = 100 * (iterations + 1);
            assert!(
                counted.count_total <= most,
                "{objective:?} {periods}x{assets}: {} > {most}",
                counted.count_total
            );
        }
    }
}

#[test]
fn weights_of_equal_risk_take_memory_once() {
    for (periods, assets) in SIZES {
        let covariance = Estimator::Sample.covariance(&scenarios(periods, assets)).unwrap();
        let budgets = vec![1.0 / assets as f64; assets];
        let counted =
            allocation_counter::measure(|| assert!(covariance.risk_budget_weights(&budgets).is_ok()));
        assert_eq!(counted.count_total, 6, "{assets}");
    }
}
