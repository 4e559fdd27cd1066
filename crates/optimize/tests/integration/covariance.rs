use std::error::Error;

use allweather_metrics::{Tail, risk::Covariance};
use allweather_optimize::{
    Divisor, Estimator, OptimizeError, Scenarios, Stress, ledoit_wolf, nearest_covariance, turbulence,
};
use ndarray::{Array2, array};
use proptest::prelude::*;

use crate::{
    near,
    reference::{case, list, matrix, scenarios},
};

/// scikit-learn divides by T; the same written with T − 1.
#[test]
fn shrinkage_with_either_divisor() -> Result<(), Box<dyn Error>> {
    let case = case();
    let all = scenarios(&case);
    let short =
        Scenarios::new(&all.returns().slice_axis(ndarray::Axis(0), ndarray::Slice::from(..9)).to_owned())?;
    for (key, scenarios) in [("all", &all), ("short", &short)] {
        let expected = list(&case["ledoit_wolf"][key]);
        near(ledoit_wolf(scenarios, Divisor::Periods)?.intensity, expected[0], 1e-12);
        near(ledoit_wolf(scenarios, Divisor::PeriodsLessOne)?.intensity, expected[1], 1e-12);
    }
    let shrunk = ledoit_wolf(&all, Divisor::Periods)?.covariance;
    near(shrunk.matrix()[(0, 0)], case["ledoit_wolf"]["matrix00"].as_f64().ok_or("no value")?, 1e-15);
    near(shrunk.matrix()[(0, 1)], case["ledoit_wolf"]["matrix01"].as_f64().ok_or("no value")?, 1e-15);
    Ok(())
}

/// Higham's own example, and one of five assets by his algorithm in numpy.
#[test]
fn the_nearest_covariance() -> Result<(), Box<dyn Error>> {
    let case = case();
    let found = nearest_covariance(&matrix(&case["higham"]["given"]))?;
    for (found, expected) in found.matrix().iter().zip(&matrix(&case["higham"]["nearest"])) {
        near(*found, *expected, 1e-9);
    }
    // His distance for the example of the documentation: .5278.
    let given = array![[1.0, 1.0, 0.0], [1.0, 1.0, 1.0], [0.0, 1.0, 1.0]];
    let found = nearest_covariance(&given)?;
    near((&found.matrix() - &given).iter().map(|d| d * d).sum::<f64>().sqrt(), 0.527_8, 1e-4);
    // Variances stay, also of what does not vary; what is a covariance already stays to the last bit.
    let scaled =
        array![[4.0, 6.0, 0.0, 0.0], [6.0, 9.0, 12.0, 0.0], [0.0, 12.0, 16.0, 0.0], [0.0, 0.0, 0.0, 0.0]];
    let repaired = nearest_covariance(&scaled)?;
    assert_eq!(repaired.matrix().diag().to_vec(), [4.0, 9.0, 16.0, 0.0]);
    near(repaired.correlation(0, 1)?, found.matrix()[(0, 1)], 1e-9);
    let sound = Covariance::new(&[[0.04, 0.01], [0.01, 0.09]])?;
    assert_eq!(nearest_covariance(sound.matrix())?, sound);
    Ok(())
}

#[test]
fn blends_at_their_own_shares_give_back_the_whole() -> Result<(), Box<dyn Error>> {
    let scenarios = scenarios(&case());
    let whole = Estimator::Sample.covariance(&scenarios)?.matrix().mapv(|v| v * 47.0 / 48.0);
    let quarter = Tail::from_fraction(0.25)?;
    for estimator in [
        // A quarter of the scenarios with a quarter of the weight.
        Estimator::Blend { stress: Stress::Turbulent { share: quarter }, weight: 0.25 },
        Estimator::Blend { stress: Stress::Weather { name: "recession".to_owned() }, weight: 0.5 },
        Estimator::Mixture { weights: [("boom".to_owned(), 0.5), ("recession".to_owned(), 0.5)].into() },
    ] {
        for (found, expected) in estimator.covariance(&scenarios)?.matrix().iter().zip(&whole) {
            near(*found, *expected, 1e-16);
        }
    }
    // Correlations without a weight of stress are those of all.
    let none = Estimator::BlendedCorrelation { stress: Stress::Turbulent { share: quarter }, weight: 0.0 };
    for (found, expected) in
        none.covariance(&scenarios)?.matrix().iter().zip(Estimator::Sample.covariance(&scenarios)?.matrix())
    {
        near(*found, *expected, 1e-16);
    }
    Ok(())
}

#[test]
fn what_has_no_covariance() -> Result<(), Box<dyn Error>> {
    let one = Scenarios::new(&[[0.01, 0.02]])?;
    assert_eq!(
        Estimator::Sample.covariance(&one).unwrap_err().to_string(),
        "1 scenarios tell nothing of a covariance: it takes 2 or more likely ones"
    );
    let likely = Scenarios::new(&[[0.01], [0.02]])?.with_probabilities(&[1.0, 0.0])?;
    assert!(matches!(Estimator::Sample.covariance(&likely), Err(OptimizeError::TooFew { rows: 1, .. })));
    // Fewer scenarios than assets, twice the same asset, one that does not vary.
    let base = scenarios(&case());
    let few =
        Scenarios::new(&base.returns().slice_axis(ndarray::Axis(0), ndarray::Slice::from(..6)).to_owned())?;
    let doubled = Scenarios::new(&Array2::from_shape_fn((48, 2), |(t, _)| base.returns()[(t, 0)]))?;
    let still =
        Scenarios::new(&Array2::from_shape_fn(
            (48, 2),
            |(t, i)| if i == 0 { 0.003 } else { base.returns()[(t, 0)] },
        ))?;
    for scenarios in [few, doubled, still.clone()] {
        assert!(matches!(turbulence(&scenarios), Err(OptimizeError::Singular { .. })));
    }
    // The one that does not vary has exactly no variance.
    assert_eq!(Estimator::Sample.covariance(&still)?.matrix()[(0, 0)], 0.0);
    let stress = |name: &str| Stress::Weather { name: name.to_owned() };
    let of = |estimator: Estimator| estimator.covariance(&base).unwrap_err().to_string();
    assert_eq!(
        of(Estimator::Blend { stress: stress("fog"), weight: 0.5 }),
        "there is no weather \"fog\" among the scenarios"
    );
    assert_eq!(
        of(Estimator::Blend { stress: stress("boom"), weight: 1.5 }),
        "a weight of stress of 1.5 is not in 0..=1"
    );
    let mixture = |weights: &[(&str, f64)]| {
        of(Estimator::Mixture { weights: weights.iter().map(|(n, w)| ((*n).to_owned(), *w)).collect() })
    };
    assert_eq!(
        mixture(&[("boom", 0.5), ("recession", 0.4)]),
        "the probabilities of the scenarios add up to 0.9, not 1"
    );
    assert_eq!(
        mixture(&[("boom", 1.5), ("recession", -0.5)]),
        "a weight of a weather of 1.5 is not in 0..=1"
    );
    assert!(mixture(&[("boom", f64::NAN)]).contains("NaN"));
    let everything = base.clone().with_weather("always", &[1.0; 48])?;
    let error =
        Estimator::Blend { stress: stress("always"), weight: 0.5 }.covariance(&everything).unwrap_err();
    assert!(matches!(error, OptimizeError::TooFew { .. }));
    Ok(())
}

fn returns() -> impl Strategy<Value = Array2<f64>> {
    (2..6_usize, 12..40_usize).prop_flat_map(|(assets, periods)| {
        prop::collection::vec(-0.1..0.1_f64, assets * periods)
            .prop_map(move |values| Array2::from_shape_vec((periods, assets), values).unwrap())
    })
}

proptest! {
    #[test]
    fn turbulence_knows_no_units_and_has_a_known_mean(returns in returns(), scale in 0.01..100.0_f64) {
        let (periods, assets) = returns.dim();
        let plain = turbulence(&Scenarios::new(&returns).unwrap()).unwrap();
        let mean = plain.iter().sum::<f64>() / periods as f64;
        prop_assert!((mean - assets as f64 * (1.0 - 1.0 / periods as f64)).abs() < 1e-8);
        let mut other = returns.clone();
        other.column_mut(0).mapv_inplace(|r| r * scale);
        for (a, b) in plain.iter().zip(turbulence(&Scenarios::new(&other).unwrap()).unwrap()) {
            prop_assert!((a - b).abs() < 1e-8);
        }
    }

    /// Shrinkage keeps the total variance, and every estimator is positive semidefinite: no portfolio has less than no risk.
    #[test]
    fn every_estimator_is_a_covariance(returns in returns(), weights in prop::collection::vec(-1.0..1.0_f64, 6), weight in 0.0..1.0_f64) {
        let half: Vec<f64> = (0..returns.nrows()).map(|t| if t % 3 == 0 { 1.0 } else { 0.2 }).collect();
        let scenarios = Scenarios::new(&returns).unwrap().with_weather("some", &half).unwrap();
        let share = Tail::from_fraction(0.3).unwrap();
        let some = Stress::Weather { name: "some".to_owned() };
        for estimator in [
            Estimator::Sample,
            Estimator::LedoitWolf { divisor: Divisor::Periods },
            Estimator::LedoitWolf { divisor: Divisor::PeriodsLessOne },
            Estimator::Blend { stress: Stress::Turbulent { share }, weight },
            Estimator::BlendedCorrelation { stress: Stress::Turbulent { share }, weight },
            Estimator::Blend { stress: some.clone(), weight },
            Estimator::BlendedCorrelation { stress: some.clone(), weight },
            Estimator::Mixture { weights: [("some".to_owned(), 1.0)].into() },
        ] {
            let covariance = estimator.covariance(&scenarios).unwrap();
            let w = ndarray::ArrayView1::from(&weights[..returns.ncols()]);
            prop_assert!(w.dot(&covariance.matrix().dot(&w)) > -1e-15, "{:?}", estimator);
        }
        let plain = Estimator::Sample.covariance(&scenarios).unwrap().matrix().diag().sum();
        let shrunk = ledoit_wolf(&scenarios, Divisor::PeriodsLessOne).unwrap();
        prop_assert!((shrunk.covariance.matrix().diag().sum() - plain).abs() < 1e-14);
        prop_assert!((0.0..=1.0).contains(&shrunk.intensity));
    }

    #[test]
    fn a_repair_makes_a_covariance_and_no_repair_is_nearer(entries in prop::collection::vec(-1.0..1.0_f64, 6), other in prop::collection::vec(-1.0..1.0_f64, 16)) {
        let mut given = Array2::eye(4);
        let mut entries = entries.into_iter();
        for i in 0..4 {
            for j in i + 1..4 {
                let c = entries.next().unwrap();
                (given[(i, j)], given[(j, i)]) = (c, c);
            }
        }
        let found = nearest_covariance(&given).unwrap();
        let matrix = found.matrix();
        // Any other correlation matrix, from the angles of four vectors.
        let vectors: Vec<&[f64]> = other.chunks(4).collect();
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
        let angle = Array2::from_shape_fn((4, 4), |(i, j)| dot(vectors[i], vectors[j]) / (dot(vectors[i], vectors[i]) * dot(vectors[j], vectors[j])).sqrt());
        let distance = |m: ndarray::ArrayView2<'_, f64>| (&m - &given).iter().map(|d| d * d).sum::<f64>();
        prop_assert!(distance(matrix) <= distance(angle.view()) + 1e-9);
        for w in vectors {
            let w = ndarray::ArrayView1::from(w);
            prop_assert!(w.dot(&matrix.dot(&w)) > -1e-9);
        }
    }
}
