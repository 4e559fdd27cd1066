use std::error::Error;

use allweather_metrics::{Block, Bootstrap, Tail};
use allweather_optimize::{
    Bands, Bounds, Constraints, Estimator, Objective, OptimizeError, Scenarios, Stress,
};
use ndarray::Array2;

use crate::{
    near,
    reference::{case, objectives, scenarios},
    solved,
};

#[test]
fn the_same_for_any_number_of_threads() -> Result<(), Box<dyn Error>> {
    let scenarios = scenarios(&case());
    let bootstrap = Bootstrap::new(40, 11)?.with_block(Block::Mean(4.0))?;
    for (_, objective) in objectives() {
        let of = |threads| {
            objective.bootstrap_bands(
                &scenarios,
                &bootstrap,
                &Constraints::new(),
                Tail::FIVE_PERCENT,
                threads,
            )
        };
        let one = of(1)?;
        for threads in [0, 2, 3, 100] {
            assert_eq!(of(threads)?, one);
        }
        assert_eq!(one.solved + one.undefined, 40);
        near(one.assets.iter().map(|band| band.mean).sum(), 1.0, 1e-9);
        assert!(one.assets.iter().all(|b| b.low <= b.median && b.median <= b.high));
        let other = Bootstrap::new(40, 12)?.with_block(Block::Mean(4.0))?;
        assert_ne!(
            objective.bootstrap_bands(&scenarios, &other, &Constraints::new(), Tail::FIVE_PERCENT, 2)?,
            one
        );
    }
    Ok(())
}

/// Draw k of an estimated history: its bands are the quantiles of what each draw gives by itself.
#[test]
fn bands_are_quantiles_of_single_answers() -> Result<(), Box<dyn Error>> {
    let base = scenarios(&case());
    let draw = |k: usize| {
        let moved = |(t, i): (usize, usize)| {
            base.returns()[(t, i)]
                + if i == 4 && t < 20 { 0.01 * ((t * 7 + k * 13) % 11) as f64 - 0.05 } else { 0.0 }
        };
        Scenarios::new(&Array2::from_shape_fn((48, 6), moved))
    };
    let objective = Objective::ConditionalValueAtRisk { tail: Tail::from_fraction(0.1)? };
    let bands = objective.bands(5, draw, &Constraints::new(), Tail::from_fraction(0.25)?, 2)?;
    let mut alone: Vec<Vec<f64>> = Vec::new();
    for k in 0..5 {
        alone.push(solved(&objective, &draw(k)?, &Constraints::new()).weights);
    }
    for (asset, band) in bands.assets.iter().enumerate() {
        let mut weights: Vec<f64> = alone.iter().map(|weights| weights[asset]).collect();
        weights.sort_by(f64::total_cmp);
        assert_eq!((band.low, band.median, band.high), (weights[1], weights[2], weights[3]));
    }
    assert!(bands.assets.iter().any(|band| band.high > band.low));
    Ok(())
}

#[test]
fn what_a_draw_may_lack() -> Result<(), Box<dyn Error>> {
    let none = Constraints::new();
    let pairs = |seed: usize| {
        Array2::from_shape_fn((6, 2), |(t, i)| 0.01 * (((t + 1) * (i + 2) * (seed + 3)) % 7) as f64 - 0.03)
    };
    let tail = Tail::FIVE_PERCENT;
    let objective = Objective::ConditionalValueAtRisk { tail };
    let counted = |bands: Bands| (bands.solved, bands.infeasible, bands.undefined, bands.inexact);
    // One draw without the weather.
    let draw = |k: usize| Scenarios::new(&pairs(k))?.with_weather("w", &[if k == 1 { 0.0 } else { 1.0 }; 6]);
    assert_eq!(counted(objective.bands(3, draw, &none, tail, 2)?), (2, 0, 1, 0));
    // A floor that only some reach.
    let high = |k: usize| Scenarios::new(&pairs(k).mapv(|r| r + if k == 0 { 0.5 } else { 0.0 }));
    let floor = Constraints::new().with_return_floor(0.4)?;
    assert_eq!(counted(objective.bands(3, high, &floor, tail, 2)?), (1, 2, 0, 0));
    // None at all.
    let bands = objective.bands(3, high, &Constraints::new().with_return_floor(9.0)?, tail, 2)?;
    assert_eq!((bands.infeasible, bands.assets.len()), (3, 0));
    // What is no chance is an error, and that of the first draw.
    assert_eq!(objective.bands(0, high, &none, tail, 1).unwrap_err(), OptimizeError::NoDraws);
    let wrong = Constraints::new().with_bounds(vec![Bounds::LONG; 5]);
    assert!(matches!(objective.bands(3, high, &wrong, tail, 2), Err(OptimizeError::Length { found: 5, .. })));
    let ragged =
        |k: usize| Scenarios::new(&Array2::from_shape_fn((6, 2 + k), |(t, i)| 0.01 * (t * i) as f64));
    assert!(matches!(
        objective.bands(3, ragged, &none, tail, 2),
        Err(OptimizeError::Length { found: 3, expected: 2, .. })
    ));
    // An automatic block length needs a series that has one.
    let short = Scenarios::new(&pairs(0))?;
    let error = objective.bootstrap_bands(&short, &Bootstrap::new(5, 1)?, &none, tail, 1).unwrap_err();
    assert_eq!(error.to_string(), "it takes 12 returns or more, there are 6");
    let singular = Objective::MinimumVariance {
        estimator: Estimator::Blend { stress: Stress::Turbulent { share: tail }, weight: 0.5 },
    };
    let same = |_| Scenarios::new(&Array2::from_shape_fn((6, 2), |(t, _)| 0.01 * t as f64));
    assert_eq!(counted(singular.bands(2, same, &none, tail, 1)?), (0, 0, 2, 0));
    Ok(())
}
