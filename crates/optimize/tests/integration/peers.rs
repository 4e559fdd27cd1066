//! 30 synthetic assets over 540 months, and what other programs found.

use allweather_metrics::Tail;
use allweather_optimize::{Bounds, Constraints, Estimator, Group, Objective, Scenarios, Status, Target};
use ndarray::Array2;

use crate::{near, solved};

/// The prices of the engine's reference run, as returns.
pub(crate) fn months() -> Scenarios {
    let text = include_str!("../../../portfolio/tests/data/drift_band_30_assets.csv");
    let row = |line: &str| line.split(',').skip(1).map(|price| price.parse().unwrap()).collect::<Vec<f64>>();
    let prices: Vec<Vec<f64>> = text.lines().skip(1).map(row).collect();
    let of = |(t, i): (usize, usize)| prices[t + 1][i] / prices[t][i] - 1.0;
    Scenarios::new(&Array2::from_shape_fn((prices.len() - 1, 30), of)).unwrap()
}

#[test]
fn tails_deviations_and_equal_risk_as_others_have_them() {
    let (months, none) = (months(), Constraints::new());
    let tail = solved(&Objective::ConditionalValueAtRisk { tail: Tail::FIVE_PERCENT }, &months, &none);
    near(tail.objective, 0.011_320_793_537, 1e-11);
    let semideviation = solved(&Objective::DownsideDeviation { target: Target::Mean }, &months, &none);
    near(semideviation.objective, 0.004_675_955_008, 1e-11);
    let equal = solved(&Objective::EqualRisk { estimator: Estimator::Sample }, &months, &none);
    near(equal.weights[0], 0.117_820_440_763, 1e-11);
    near(equal.weights[29], 0.007_954_289_516, 1e-11);
}

/// Where all that bends is a square, the search goes straight to the end when it knows which bounds press: the interior point alone takes
/// 13 to 15 iterations for each of these.
#[test]
fn squares_end_with_newtons_steps() -> Result<(), Box<dyn std::error::Error>> {
    let half: Vec<usize> = (0..15).collect();
    let bounded = Constraints::new().with_bounds(vec![Bounds::new(0.01, 0.1)?; 30]);
    let grouped = Constraints::new().with_group(Group::new("half", half, Some(0.3), Some(0.4))?)?;
    let months = months();
    for constraints in [Constraints::new(), bounded, grouped] {
        for target in [Target::Mean, Target::Return(0.0)] {
            let found = solved(&Objective::DownsideDeviation { target }, &months, &constraints);
            assert_eq!(found.status, Status::Optimal);
            assert!(found.iterations <= 10, "{} with {constraints:?}", found.iterations);
            // What is left is that weights nearer to equal are preferred by a hair.
            assert!(found.gap < 1e-9 && found.violation < 1e-12, "{found:?}");
        }
    }
    Ok(())
}
