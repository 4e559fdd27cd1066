use std::num::NonZeroU16;

use allweather_metrics::{
    Periodicity, SharpeSample, Tail, Trials, annual_return_arithmetic, annual_return_geometric,
    downside_deviation, expected_shortfall, max_drawdown, omega, volatility,
};

use crate::{monthly, near, over};

/// The 24 monthly portfolio returns of the examples in Bacon (2008).
pub(crate) const BACON: [f64; 24] = [
    0.003, 0.026, 0.011, -0.010, 0.015, 0.025, 0.016, 0.067, -0.014, 0.040, -0.005, 0.081, 0.040, -0.037,
    -0.061, 0.017, -0.049, -0.022, 0.070, 0.058, -0.065, 0.024, -0.005, -0.009,
];

#[test]
fn the_portfolio_of_bacon() {
    let returns = monthly(&BACON);
    near(annual_return_arithmetic(&returns).unwrap(), 0.108);
    near(annual_return_geometric(&returns).unwrap(), 0.103_678_289_730);
    near(volatility(&returns).unwrap(), 0.137_000_158_680);
    let drawdown = max_drawdown(&returns).unwrap();
    near(drawdown.depth, -0.144_672_955_739);
    // From the end of January 2001 to the end of June 2001, and not back by the end of that year.
    assert_eq!((drawdown.peak, drawdown.trough, drawdown.recovery, drawdown.periods), (13, 18, None, 11));
    near(expected_shortfall(&returns, Tail::FIVE_PERCENT).unwrap(), 0.064_333_333_333);

    let over_half_a_percent = over(&BACON, 0.005);
    near(omega(&over_half_a_percent).unwrap(), 1.291_793_313_070);
    // Published a month, 2.55 %; ours is a year's.
    near(downside_deviation(&over_half_a_percent).unwrap() / 12.0_f64.sqrt(), 0.025_536_738_241);
}

/// Bailey and López de Prado (2014): the best of 100 strategies on five years of days.
#[test]
fn the_deflated_sharpe_ratio_of_its_authors() {
    let days_a_year = NonZeroU16::new(250).unwrap();
    let daily = Periodicity::Daily { days_a_year };
    let best = SharpeSample::from_moments(daily, 2.5, 1250, -3.0, 10.0).unwrap();
    let trials = |count| Trials::new(count, 0.5_f64.sqrt()).unwrap();
    // Printed 0.1132 a day and 0.9004.
    near(trials(100).expected_maximum() / 250.0_f64.sqrt(), 0.113_172_001_865);
    let deflated = best.deflated(&trials(100)).unwrap();
    assert!((deflated - 0.900_396_8).abs() < 5e-8, "{deflated}");
    // Had it been 46 trials, it would pass at 95 %; printed 0.9505.
    assert!((best.deflated(&trials(46)).unwrap() - 0.9505).abs() < 5e-5);
    // One trial was not chosen from any.
    assert_eq!(best.deflated(&trials(1)).unwrap(), best.probabilistic(0.0).unwrap());
}

/// Bailey and López de Prado (2012): the same ratio, read as normal and as it is.
#[test]
fn the_probabilistic_sharpe_ratio_wants_raw_kurtosis() {
    let annual = 0.458 * 12.0_f64.sqrt();
    let psr = |skewness, kurtosis| {
        let sample =
            SharpeSample::from_moments(Periodicity::Monthly, annual, 24, skewness, kurtosis).unwrap();
        sample.probabilistic(0.0).unwrap()
    };
    assert!((psr(0.0, 3.0) - 0.982).abs() < 5e-4);
    assert!((psr(-2.448, 10.164) - 0.913).abs() < 5e-4);
    // Fed excess kurtosis it would claim more; and that of a normal distribution, 0, is refused.
    assert!(psr(-2.448, 7.164) > psr(-2.448, 10.164) + 0.005);
    assert!(SharpeSample::from_moments(Periodicity::Monthly, annual, 24, 0.0, 0.0).is_err());
}
