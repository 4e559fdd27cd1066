use allweather_metrics::{MetricsError, Tail, Undefined, expected_shortfall, tail_ratio, value_at_risk};
use proptest::prelude::*;

use crate::{monthly, near};

#[test]
fn a_tail_is_the_small_side() {
    for bad in [0.0, -0.05, 0.95, 0.500_001, f64::NAN, f64::INFINITY] {
        assert!(matches!(Tail::from_fraction(bad), Err(MetricsError::Tail { .. })), "{bad}");
    }
    assert_eq!(
        Tail::from_fraction(0.95).unwrap_err().to_string(),
        "a tail of 0.95 is not above 0 and at most 0.5: the worst 5 % are a tail of 0.05"
    );
    assert_eq!(serde_json::to_string(&Tail::FIVE_PERCENT).unwrap(), "0.05");
    assert_eq!(serde_json::from_str::<Tail>("0.05").unwrap(), Tail::FIVE_PERCENT);
    assert!(serde_json::from_str::<Tail>("0.95").is_err());
    assert_eq!(Tail::ONE_PERCENT.fraction() + Tail::TWO_AND_A_HALF_PERCENT.fraction(), 0.035);
}

/// 5 % of 30 are one and a half: three libraries have three answers, the two worst, the worst, and something between.
#[test]
fn of_thirty_returns_one_and_a_half_are_in_the_tail() {
    let mut values = [0.01; 30];
    (values[4], values[17], values[29]) = (-0.06, -0.03, -0.02);
    let returns = monthly(&values);
    near(expected_shortfall(&returns, Tail::FIVE_PERCENT).unwrap(), (0.06 + 0.5 * 0.03) / 1.5);
    near(value_at_risk(&returns, Tail::FIVE_PERCENT).unwrap(), 0.03);
}

/// 5 % of 540 are 27, not 27 and a bit, however the 5 % were computed: the 28th worst month is not in the tail.
#[test]
fn a_whole_number_in_the_tail_is_whole() {
    for (n, whole) in [(20_u32, 1_u32), (60, 3), (540, 27), (1000, 50), (11_000, 550)] {
        let values: Vec<f64> = (0..n).map(|k| -0.9 + f64::from(k) * 1e-5).collect();
        let returns = monthly(&values);
        near(value_at_risk(&returns, Tail::FIVE_PERCENT).unwrap(), 0.9 - f64::from(whole - 1) * 1e-5);
        let mean = 0.9 - f64::from(whole - 1) / 2.0 * 1e-5;
        near(expected_shortfall(&returns, Tail::FIVE_PERCENT).unwrap(), mean);
        // 1 − 0.95 is 0.05 and a bit.
        let left = Tail::from_fraction(1.0 - 0.95).unwrap();
        assert_eq!(value_at_risk(&returns, left), value_at_risk(&returns, Tail::FIVE_PERCENT));
    }
}

#[test]
fn a_tail_smaller_than_one_return_is_the_worst_return() {
    let returns = monthly(&[0.02, -0.03, 0.01]);
    near(expected_shortfall(&returns, Tail::ONE_PERCENT).unwrap(), 0.03);
    near(value_at_risk(&returns, Tail::ONE_PERCENT).unwrap(), 0.03);
    // And gains in the tail are negative losses.
    near(expected_shortfall(&monthly(&[0.02, 0.04]), Tail::FIVE_PERCENT).unwrap(), -0.02);
}

#[test]
fn no_tail_to_divide_by() {
    assert_eq!(tail_ratio(&monthly(&[0.0, 0.0, 0.01]), Tail::FIVE_PERCENT), Err(Undefined::NoLowerTail));
    near(tail_ratio(&monthly(&[0.01]), Tail::FIVE_PERCENT).unwrap(), 1.0);
    for undefined in [
        tail_ratio(&monthly(&[]), Tail::FIVE_PERCENT),
        value_at_risk(&monthly(&[]), Tail::FIVE_PERCENT),
        expected_shortfall(&monthly(&[]), Tail::FIVE_PERCENT),
    ] {
        assert!(matches!(undefined, Err(Undefined::TooFew { needed: 1, found: 0, .. })));
    }
    assert_eq!(
        expected_shortfall(&monthly(&[f64::MAX; 4]), Tail::from_fraction(0.5).unwrap()),
        Err(Undefined::TooLarge)
    );
}

proptest! {
    #[test]
    fn shortfall_is_at_least_value_at_risk_and_at_most_the_worst(
        values in prop::collection::vec(-0.5..0.5_f64, 1..80),
        fraction in 0.001..0.5_f64,
    ) {
        let (returns, tail) = (monthly(&values), Tail::from_fraction(fraction).unwrap());
        let shortfall = expected_shortfall(&returns, tail).unwrap();
        let worst = -values.iter().copied().fold(f64::INFINITY, f64::min);
        prop_assert!(shortfall >= value_at_risk(&returns, tail).unwrap() - 1e-12);
        prop_assert!(shortfall <= worst + 1e-12);
        // A larger tail is a milder one.
        let wider = Tail::from_fraction((fraction * 1.5).min(0.5)).unwrap();
        prop_assert!(expected_shortfall(&returns, wider).unwrap() <= shortfall + 1e-12);
        // The mean of value at risk over all smaller tails, which is where the part of an outcome comes from.
        let steps = 4000_u32;
        let mean = (0..steps)
            .map(|k| Tail::from_fraction(fraction * (f64::from(k) + 0.5) / f64::from(steps)).unwrap())
            .map(|tail| value_at_risk(&returns, tail).unwrap())
            .sum::<f64>() / f64::from(steps);
        prop_assert!((mean - shortfall).abs() < 1.0 / f64::from(steps) * 80.0, "{} {}", mean, shortfall);
    }

    #[test]
    fn tails_scale_and_shift(
        values in prop::collection::vec(-0.5..0.5_f64, 1..80),
        factor in 0.1..1.5_f64,
        shift in -0.2..0.2_f64,
    ) {
        let moved: Vec<f64> = values.iter().map(|r| r * factor + shift).collect();
        let plain = expected_shortfall(&monthly(&values), Tail::FIVE_PERCENT).unwrap();
        let shortfall = expected_shortfall(&monthly(&moved), Tail::FIVE_PERCENT).unwrap();
        prop_assert!((shortfall - (plain * factor - shift)).abs() < 1e-12);
        let plain = value_at_risk(&monthly(&values), Tail::FIVE_PERCENT).unwrap();
        let at_risk = value_at_risk(&monthly(&moved), Tail::FIVE_PERCENT).unwrap();
        prop_assert!((at_risk - (plain * factor - shift)).abs() < 1e-12);
    }
}
