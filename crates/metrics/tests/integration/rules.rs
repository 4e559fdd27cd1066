use allweather_metrics::{
    Block, Bootstrap, MetricsError, Undefined, reality_check, superior_predictive_ability,
};
use ndarray::{Array2, Axis, Slice, arr2, concatenate};
use proptest::prelude::*;

fn bootstrap() -> Bootstrap {
    Bootstrap::new(299, 5).unwrap().with_block(Block::Mean(3.0)).unwrap()
}

/// Rules of noise, each of another phase and with a mean of 0.
fn noise(rules: usize, periods: usize) -> Array2<f64> {
    let noise = |k: usize, t: usize| ((((t * 7 + k * 5) * (t + 3)) % 23) as f64 - 11.0) * 0.001;
    let mut rules = Array2::from_shape_fn((rules, periods), |(k, t)| noise(k, t));
    for mut rule in rules.rows_mut() {
        let mean = rule.mean().unwrap();
        rule.mapv_inplace(|d| d - mean);
    }
    rules
}

#[test]
fn many_bad_rules_hide_nothing_from_hansen() {
    let mut rules = noise(1, 120);
    rules.row_mut(0).mapv_inplace(|d| d + 0.0016);
    let alone = superior_predictive_ability(&rules, &bootstrap()).unwrap();
    // Twenty rules that lose 5 % a month and are ten times as noisy.
    let bad = noise(20, 120).mapv(|d| d * 10.0 - 0.05);
    let crowd = concatenate(Axis(0), &[rules.view(), bad.view()]).unwrap();
    let test = superior_predictive_ability(&crowd, &bootstrap()).unwrap();
    assert_eq!((test.best, test.statistic), (0, alone.statistic));
    assert_eq!((test.lower, test.consistent), (alone.lower, alone.consistent));
    // White's check does not see through them.
    let check = reality_check(&crowd, &bootstrap()).unwrap();
    assert_eq!(check.best, 0);
    assert!(
        check.p_value > 0.5 && test.consistent < 0.06 && test.upper > test.consistent,
        "{check:?} {test:?}"
    );
}

#[test]
fn where_nothing_beats_the_benchmark_nothing_is_sure() {
    let rules = noise(5, 60).mapv(|d| d - 0.02);
    let test = superior_predictive_ability(&rules, &bootstrap()).unwrap();
    assert_eq!((test.statistic, test.lower, test.consistent, test.upper), (0.0, 1.0, 1.0, 1.0));
    let check = reality_check(&rules, &bootstrap()).unwrap();
    assert!(check.statistic < 0.0 && check.p_value > 0.99);
}

#[test]
fn a_rule_that_is_the_benchmark_harms_nothing() {
    let rules = noise(3, 60).mapv(|d| d + 0.001);
    let zero = Array2::zeros((1, 60));
    let with = concatenate(Axis(0), &[rules.view(), zero.view()]).unwrap();
    assert_eq!(
        superior_predictive_ability(&with, &bootstrap()).unwrap(),
        superior_predictive_ability(&rules, &bootstrap()).unwrap()
    );
    // The benchmark up to rounding is the benchmark.
    let nearly = Array2::from_shape_fn((1, 60), |(_, t)| if t % 3 == 0 { 1e-17 } else { 0.0 });
    let with = concatenate(Axis(0), &[rules.view(), nearly.view()]).unwrap();
    assert_eq!(
        superior_predictive_ability(&with, &bootstrap()).unwrap(),
        superior_predictive_ability(&rules, &bootstrap()).unwrap()
    );
    let undefined = |rules: &Array2<f64>| match superior_predictive_ability(rules, &bootstrap()) {
        Err(MetricsError::Undefined(undefined)) => {
            assert_eq!(reality_check(rules, &bootstrap()).unwrap_err(), undefined.into());
            undefined
        }
        other => unreachable!("{other:?}"),
    };
    assert_eq!(undefined(&zero), Undefined::NoVariation);
    assert_eq!(undefined(&Array2::from_elem((2, 60), 0.01)), Undefined::NoVariation);
    assert!(matches!(undefined(&Array2::zeros((0, 60))), Undefined::TooFew { needed: 1, found: 0, .. }));
    assert!(matches!(undefined(&Array2::zeros((3, 1))), Undefined::TooFew { needed: 2, found: 1, .. }));
}

#[test]
fn a_number_that_is_none_is_named_with_its_rule() {
    let mut rules = noise(3, 60);
    rules[(2, 17)] = f64::NAN;
    let error = reality_check(&rules, &bootstrap()).unwrap_err();
    assert_eq!(error.to_string(), "the number in row 2, period 17 (both from 0) is NaN, which is not finite");
    assert!(superior_predictive_ability(&rules, &bootstrap()).is_err());
    // A rule may be more than 100 % short of its benchmark.
    let far = arr2(&[[-1.5, 0.2, 0.4, 0.1]]);
    assert!(reality_check(&far, &bootstrap()).is_ok());
}

#[test]
fn how_the_rules_lie_in_memory_does_not_matter() {
    let rules = noise(4, 60);
    let by_period = rules.t().as_standard_layout().into_owned();
    assert_eq!(
        reality_check(&rules, &bootstrap()).unwrap(),
        reality_check(by_period.t(), &bootstrap()).unwrap()
    );
    // Automatic blocks are the longest of the rules'.
    let automatic = Bootstrap::new(299, 5).unwrap();
    let longest = rules
        .rows()
        .into_iter()
        .map(|row| allweather_metrics::optimal_block_length(row).unwrap())
        .fold(1.0, f64::max);
    let fixed = automatic.with_block(Block::Mean(longest)).unwrap();
    assert_eq!(reality_check(&rules, &automatic).unwrap(), reality_check(&rules, &fixed).unwrap());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn more_of_the_same_changes_nothing_and_the_three_are_in_order(
        values in prop::collection::vec(-0.1..0.1_f64, 3 * 24),
        factor in 0.1..10.0_f64,
    ) {
        let rules = Array2::from_shape_vec((3, 24), values).unwrap();
        let test = superior_predictive_ability(&rules, &bootstrap()).unwrap();
        prop_assert!(test.lower <= test.consistent && test.consistent <= test.upper && test.upper <= 1.0);
        // A rule twice over is no more luck than once.
        let twice = concatenate(Axis(0), &[rules.view(), rules.slice_axis(Axis(0), Slice::from(1..))]).unwrap();
        prop_assert_eq!(superior_predictive_ability(&twice, &bootstrap()).unwrap(), test);
        // And the unit of the returns does not matter.
        let scaled = superior_predictive_ability(&rules.mapv(|d| d * factor), &bootstrap()).unwrap();
        prop_assert!((scaled.statistic - test.statistic).abs() < 1e-9 * (1.0 + test.statistic));
        prop_assert!((scaled.consistent - test.consistent).abs() < 0.01);
    }
}
