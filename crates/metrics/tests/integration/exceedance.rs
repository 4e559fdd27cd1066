use allweather_metrics::{
    MetricsError, Undefined,
    risk::{exceedance_correlation, normal_exceedance_correlation},
};
use proptest::prelude::*;

use crate::near;

/// The first two are the published goldens; the others are the same moments with thirty digits (mpmath), the probability by
/// another integral.
#[test]
fn of_two_normals() {
    for (correlation, deviations, expected) in [
        (0.5, 0.0, 0.268_747_300_393_379_8),
        (0.5, 1.0, 0.178_924_101_238_663_1),
        (-0.3, 0.5, -0.062_213_905_443_918_2),
        (0.9, 2.0, 0.551_230_887_888_296_4),
        (0.5, 2.5, 0.097_785_608_311_083_5),
        (-0.8, 1.0, -0.048_056_175_739_346),
        (0.99, 0.5, 0.964_607_083_726_665_5),
        (0.5, 3.0, 0.081_172_045_266_622_4),
        (-0.5, 2.0, -0.026_417_812_592_955_9),
        (0.0, 1.0, 0.0),
        (1.0, 2.0, 1.0),
    ] {
        near(normal_exceedance_correlation(correlation, deviations).unwrap(), expected);
    }
}

/// By hand: of six months three are below both means, and there they are on one line.
#[test]
fn of_what_was_observed() {
    let one = [-0.03, -0.02, -0.01, 0.01, 0.02, 0.03];
    let other = [-0.06, -0.04, -0.02, 0.02, 0.07, 0.03];
    near(exceedance_correlation(&one, &other, 0.0).unwrap(), 1.0);
    let apart = [-0.02, -0.04, -0.06, 0.02, 0.07, 0.03];
    near(exceedance_correlation(&one, &apart, 0.0).unwrap(), -1.0);
    let of = |one: &[f64], other: &[f64], k| exceedance_correlation(one, other, k).unwrap_err();
    assert!(matches!(
        of(&one, &other, 1.0),
        MetricsError::Undefined(Undefined::TooFew { needed: 3, found: 1, .. })
    ));
    assert!(matches!(of(&one, &other[..5], 0.0), MetricsError::Lengths { expected: 6, found: 5, .. }));
    assert!(matches!(of(&one, &[0.01; 6], 0.0), MetricsError::Undefined(Undefined::NoVariation)));
    assert!(matches!(of(&[f64::NAN; 6], &other, 0.0), MetricsError::NotFinite { .. }));
    assert!(matches!(
        of(&one, &[-0.02, -0.02, -0.02, 0.1, 0.1, 0.1], 0.0),
        MetricsError::Undefined(Undefined::NoVariation)
    ));
    assert!(
        of(&one, &other, -0.1)
            .to_string()
            .starts_with("no exceedance correlation for a correlation of 0 at -0.1")
    );
    for (correlation, deviations) in [(-0.95, 1.0), (1.1, 1.0), (f64::NAN, 1.0), (0.5, 3.1), (0.5, f64::NAN)]
    {
        assert!(normal_exceedance_correlation(correlation, deviations).is_err());
    }
}

proptest! {
    /// It has the sign of the correlation, is nearer to nought than that, and fades as the threshold goes out.
    #[test]
    fn of_normals_it_fades(correlation in -0.85..0.99_f64, deviations in 0.0..2.8_f64) {
        let near = normal_exceedance_correlation(correlation, deviations).unwrap();
        let far = normal_exceedance_correlation(correlation, deviations + 0.2).unwrap();
        prop_assert!(near * correlation >= -1e-12 && near.abs() <= correlation.abs() + 1e-12);
        prop_assert!(far.abs() <= near.abs() + 1e-9, "{} {}", near, far);
    }

    /// Units and levels are of no matter.
    #[test]
    fn units_do_not_matter(pairs in prop::collection::vec((-0.1..0.1_f64, -0.1..0.1_f64), 20..60), scale in 0.1..10.0_f64, level in -0.1..0.1_f64) {
        let (one, other): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
        let moved: Vec<f64> = one.iter().map(|x| scale * x + level).collect();
        match (exceedance_correlation(&one, &other, 0.3), exceedance_correlation(&moved, &other, 0.3)) {
            (Ok(a), Ok(b)) => prop_assert!((a - b).abs() < 1e-9),
            (a, b) => prop_assert_eq!(a, b),
        }
    }
}
