use std::num::NonZeroU16;

use allweather_metrics::{
    Block, Bootstrap, Excess, Hurdle, MetricsError, Periodicity, Returns, SharpeSample, Trials, Undefined,
    sharpe, sharpe_autocorrelated, sharpe_difference, sharpe_difference_bootstrap,
};
use proptest::prelude::*;

use crate::{annual, monthly, near, over};

fn saw(n: u32, step: u32, mean: f64) -> Vec<f64> {
    (0..n).map(|t| 0.01 * (f64::from((t * step) % 11) - 5.0) + mean).collect()
}

#[test]
fn autocorrelation_by_hand() {
    // Returns 0.01, 0.03, 0.02, 0.04, 0.05 a quarter: deviations −2, 0, −1, 1, 2, squares 10, products 1, 0, −2.
    let values = [0.01, 0.03, 0.02, 0.04, 0.05];
    let excess = Returns::new(Periodicity::Quarterly, &values).unwrap().over(Hurdle::Nothing).unwrap();
    let variance: f64 = 4.0 + 2.0 * (3.0 * 0.1 + 2.0 * 0.0 - 0.2);
    near(sharpe_autocorrelated(&excess).unwrap(), 0.03 / 0.000_25_f64.sqrt() * 4.0 / variance.sqrt());
    // A year's return has nothing to adjust.
    let yearly = annual(&values).over(Hurdle::Nothing).unwrap();
    assert_eq!(sharpe_autocorrelated(&yearly), sharpe(&yearly));
}

#[test]
fn autocorrelation_takes_a_year_and_a_period() {
    let excess = over(&saw(12, 5, 0.0), 0.0);
    assert!(matches!(sharpe_autocorrelated(&excess), Err(Undefined::TooFew { needed: 13, found: 12, .. })));
    // Returns that are mostly taken back: ρ = −5/6, 4/6, −3/6, and 4 + 2(−15/6 + 8/6 − 3/6) = 2/3.
    let quarters = [1.0, -1.0, 1.0, -1.0, 1.0, -1.0].map(|r| 0.1 * r + 0.001);
    let excess = Returns::new(Periodicity::Quarterly, &quarters).unwrap().over(Hurdle::Nothing).unwrap();
    near(sharpe_autocorrelated(&excess).unwrap(), 0.001 / 0.012_f64.sqrt() * 4.0 / (2.0_f64 / 3.0).sqrt());
}

#[test]
fn figures_that_no_sample_has_are_refused() {
    let sample = |annual, periods, skewness, kurtosis| {
        SharpeSample::from_moments(Periodicity::Monthly, annual, periods, skewness, kurtosis)
    };
    for (annual, skewness, kurtosis) in [
        (f64::NAN, 0.0, 3.0),
        (1.0, f64::INFINITY, 3.0),
        (1.0, 0.0, f64::NAN),
        (1.0, 0.0, 0.5),
        (1.0, -2.0, 3.0),
    ] {
        assert!(matches!(sample(annual, 24, skewness, kurtosis), Err(MetricsError::Moments { .. })));
    }
    assert_eq!(
        sample(1.0, 24, -2.0, 3.0).unwrap_err().to_string(),
        "no sample has a Sharpe ratio of 1, a skewness of -2 and a raw kurtosis of 3: they are finite, and the \
         kurtosis is at least 1 + skewness²"
    );
    assert!(matches!(
        sample(1.0, 1, 0.0, 3.0),
        Err(MetricsError::Undefined(Undefined::TooFew { needed: 2, found: 1, .. }))
    ));
    let valid = sample(1.0, 24, 0.0, 3.0).unwrap();
    for bad in [f64::NAN, f64::INFINITY] {
        assert!(matches!(valid.probabilistic(bad), Err(MetricsError::Sharpe { .. })));
        assert!(matches!(Trials::of(&[0.1, bad]), Err(MetricsError::Sharpe { .. })));
        assert!(matches!(Trials::new(3, bad), Err(MetricsError::Trials { .. })));
    }
    assert!(matches!(Trials::new(0, 0.1), Err(MetricsError::Trials { .. })));
    assert!(matches!(Trials::new(2, -0.1), Err(MetricsError::Trials { .. })));
    // A variance of exactly 0: two outcomes, 1 + γ3² = γ4, and a ratio of 2/γ3.
    let two_outcomes = SharpeSample::from_moments(Periodicity::Annual, 2.0, 24, 1.0, 2.0).unwrap();
    assert_eq!(two_outcomes.standard_error(), Err(Undefined::NoVariance));
}

#[test]
fn trials_from_their_ratios() {
    let trials = Trials::of(&[0.1, 0.5, -0.3]).unwrap();
    assert_eq!(trials, Trials::new(3, trials_deviation()).unwrap());
    assert!(matches!(
        Trials::of(&[0.1]),
        Err(MetricsError::Undefined(Undefined::TooFew { needed: 2, found: 1, .. }))
    ));
    // More trials, a higher bar.
    let bars: Vec<f64> = [1, 2, 5, 10, 100, 10_000, 100_000_000]
        .map(|count| Trials::new(count, 0.4).unwrap().expected_maximum())
        .into();
    assert!(bars.is_sorted_by(|low, high| low < high), "{bars:?}");
    assert_eq!(bars[0], 0.0);
}

fn trials_deviation() -> f64 {
    // Mean 0.1, squares 0, 0.16, 0.16 over 2.
    let mean: f64 = 0.1;
    (((0.1 - mean).powi(2) + (0.5 - mean).powi(2) + (-0.3 - mean).powi(2)) / 2.0).sqrt()
}

#[test]
fn series_that_do_not_go_together_have_no_difference() {
    let (a, b) = (saw(24, 5, 0.01), saw(24, 7, 0.0));
    let first = over(&a, 0.0);
    let quarterly = Returns::new(Periodicity::Quarterly, &b).unwrap().over(Hurdle::Nothing).unwrap();
    assert!(matches!(sharpe_difference(&first, &quarterly), Err(MetricsError::Periodicities { .. })));
    assert_eq!(
        sharpe_difference(&first, &over(&b[..23], 0.0)).unwrap_err().to_string(),
        "a series of 23 periods stands beside one of 24"
    );
    let undefined = |first: &Excess, second: &Excess| match sharpe_difference(first, second) {
        Err(MetricsError::Undefined(undefined)) => undefined,
        other => unreachable!("{other:?}"),
    };
    assert!(matches!(
        undefined(&over(&a[..9], 0.0), &over(&b[..9], 0.0)),
        Undefined::TooFew { needed: 10, .. }
    ));
    assert_eq!(undefined(&first, &first), Undefined::NoVariance);
    assert_eq!(undefined(&first, &over(&[0.01; 24], 0.0)), Undefined::NoVariation);
    // The same on another scale is the same ratio, up to rounding.
    let scaled: Vec<f64> = a.iter().map(|r| r * 0.7).collect();
    assert_eq!(undefined(&first, &over(&scaled, 0.0)), Undefined::NoVariance);
}

#[test]
fn a_difference_that_is_plain_is_found_and_one_that_is_not_is_not() {
    let (good, bad, same) =
        (over(&saw(120, 7, 0.03), 0.0), over(&saw(120, 5, -0.02), 0.0), over(&saw(120, 4, 0.03), 0.0));
    let bootstrap = Bootstrap::new(199, 1).unwrap();
    assert!(sharpe_difference(&good, &bad).unwrap().p_value < 1e-6);
    assert_eq!(sharpe_difference_bootstrap(&good, &bad, &bootstrap).unwrap().p_value, 1.0 / 200.0);
    assert!(sharpe_difference(&good, &same).unwrap().p_value > 0.2);
    assert!(sharpe_difference_bootstrap(&good, &same, &bootstrap).unwrap().p_value > 0.2);
    // Blocks longer than the series are cut to half of it.
    let long = bootstrap.with_block(Block::Mean(1e9)).unwrap();
    let half = bootstrap.with_block(Block::Mean(60.0)).unwrap();
    let p_value = |bootstrap| sharpe_difference_bootstrap(&good, &same, bootstrap).unwrap().p_value;
    assert_eq!(p_value(&long), p_value(&half));
    assert!(p_value(&long) < 1.0);
}

proptest! {
    #[test]
    fn a_sample_is_half_sure_of_its_own_ratio(values in prop::collection::vec(-0.3..0.35_f64, 3..60)) {
        let excess = over(&values, 0.001);
        if let Ok(sample) = SharpeSample::of(&excess)
            && let Ok(error) = sample.standard_error()
        {
            prop_assert_eq!(sample.annual(), sharpe(&excess).unwrap());
            prop_assert_eq!(sample.probabilistic(sample.annual()).unwrap(), 0.5);
            // Two errors below it is as sure as two errors of a normal distribution.
            let sure = sample.probabilistic(sample.annual() - 2.0 * error).unwrap();
            prop_assert!((sure - 0.977_249_868_051_820_8).abs() < 1e-10);
        }
    }

    #[test]
    fn a_ratio_ignores_the_unit_and_a_shift_of_both(
        values in prop::collection::vec(-0.3..0.35_f64, 3..60),
        factor in 0.01..2.0_f64,
        rate in -0.02..0.02_f64,
    ) {
        let plain = sharpe(&over(&values, rate));
        let scaled: Vec<f64> = values.iter().map(|r| r * factor).collect();
        let shifted: Vec<f64> = values.iter().map(|r| r - rate).collect();
        let others = [sharpe(&over(&scaled, rate * factor)), sharpe(&over(&shifted, 0.0))];
        for other in others {
            prop_assert!((plain.unwrap() - other.unwrap()).abs() < 1e-9 * (1.0 + plain.unwrap().abs()));
        }
        // Days and years of the same numbers differ by the root of the days.
        let days = Periodicity::Daily { days_a_year: NonZeroU16::new(245).unwrap() };
        let daily = Returns::new(days, &values).unwrap().over(Hurdle::PerPeriod(rate)).unwrap();
        let yearly = annual(&values).over(Hurdle::PerPeriod(rate)).unwrap();
        prop_assert!((sharpe(&daily).unwrap() - sharpe(&yearly).unwrap() * 245.0_f64.sqrt()).abs() < 1e-9);
    }

    #[test]
    fn a_difference_turns_with_its_sides(
        pairs in prop::collection::vec((-0.3..0.35_f64, -0.3..0.35_f64), 12..60),
    ) {
        let (a, b): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
        let (a, b) = (over(&a, 0.0), over(&b, 0.0));
        if let (Ok(there), Ok(back)) = (sharpe_difference(&a, &b), sharpe_difference(&b, &a)) {
            prop_assert_eq!(there.difference, -back.difference);
            prop_assert!((there.p_value - back.p_value).abs() < 1e-9);
            prop_assert!((0.0..=1.0).contains(&there.p_value));
            let ratios = sharpe(&a).unwrap() - sharpe(&b).unwrap();
            prop_assert!((there.difference - ratios).abs() < 1e-9);
        }
    }
}

#[test]
fn a_hurdle_must_go_with_the_series() {
    let returns = monthly(&[0.01, 0.02]);
    for bad in [-1.0, -2.0, f64::NAN, f64::INFINITY] {
        assert!(matches!(returns.over(Hurdle::PerPeriod(bad)), Err(MetricsError::Rate { .. })), "{bad}");
        assert!(matches!(returns.over(Hurdle::Annual(bad)), Err(MetricsError::Rate { .. })), "{bad}");
    }
    let short = [0.01];
    assert!(matches!(
        returns.over(Hurdle::Series(monthly(&short))),
        Err(MetricsError::Lengths { expected: 2, found: 1, .. })
    ));
    let yearly = [0.01, 0.02];
    assert_eq!(
        returns.over(Hurdle::Series(annual(&yearly))).unwrap_err().to_string(),
        "a series of period Annual stands beside one of period Monthly"
    );
    // A total loss in a month that paid interest is worse than a total loss.
    let excess = monthly(&[-1.0]).over(Hurdle::PerPeriod(0.01)).unwrap();
    near(excess.values()[0], -1.01);
    assert_eq!((excess.len(), excess.is_empty(), excess.periodicity()), (1, false, Periodicity::Monthly));
}
