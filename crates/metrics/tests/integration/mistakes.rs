//! Mistakes found in released versions of other libraries, each with a test of ours.

use std::num::NonZeroU16;

use allweather_metrics::{
    Hurdle, Periodicity, Returns, SharpeSample, Undefined, annual_return_geometric, kurtosis_raw,
    max_drawdown, omega, sharpe, skewness, sortino, volatility,
};

use crate::{annual, monthly, near, over};

#[test]
fn monthly_returns_are_not_annualised_with_252_days() {
    let values = [0.01; 12];
    near(annual_return_geometric(&monthly(&values)).unwrap(), 0.126_825_030_131_97);
    let days_a_year = NonZeroU16::new(252).unwrap();
    let daily = Returns::new(Periodicity::Daily { days_a_year }, &values).unwrap();
    assert!((annual_return_geometric(&daily).unwrap() - 11.27).abs() < 0.01);
    // And a file that does not state its days is no periodicity.
    for bad in ["\"daily\"", r#"{"daily":{}}"#, r#"{"daily":{"days_a_year":0}}"#, "\"\"", "12"] {
        assert!(serde_json::from_str::<Periodicity>(bad).is_err(), "{bad}");
    }
}

#[test]
fn the_first_periods_loss_is_a_drawdown_from_the_starting_one() {
    let drawdown = max_drawdown(&monthly(&[-0.1, 0.05, 0.02])).unwrap();
    near(drawdown.depth, -0.1);
    assert_eq!((drawdown.peak, drawdown.trough), (0, 1));
}

#[test]
fn a_constant_series_has_a_volatility_of_exactly_nought() {
    // The mean of equal doubles need not be that double; 0.1 thrice is the classic.
    for (value, n) in [(0.1, 3), (0.003, 120), (-0.07, 7), (1.0 / 3.0, 24)] {
        assert_eq!(volatility(&monthly(&vec![value; n])).unwrap(), 0.0, "{value} x {n}");
    }
}

/// Others have a Sharpe ratio of 2.4e16, infinity or NaN.
#[test]
fn a_constant_series_has_no_ratios_and_says_why() {
    // Equal returns, and equal up to what rounding makes of prices that grow by 1 %.
    let price = |month: i32| 100.0 * 1.01_f64.powi(month);
    let from_prices: Vec<f64> = (0..60).map(|month| price(month + 1) / price(month) - 1.0).collect();
    assert!(volatility(&monthly(&from_prices)).unwrap() > 0.0);
    for values in [vec![0.1; 3], vec![0.003; 120], vec![-0.07; 7], from_prices] {
        assert_eq!(sharpe(&over(&values, 0.0)), Err(Undefined::NoVariation));
        assert_eq!(sharpe(&over(&values, 0.001)), Err(Undefined::NoVariation));
        assert_eq!(skewness(&monthly(&values)), Err(Undefined::NoVariation));
        assert_eq!(kurtosis_raw(&monthly(&values)), Err(Undefined::NoVariation));
        assert_eq!(SharpeSample::of(&over(&values, 0.0)), Err(Undefined::NoVariation));
        // Over itself it is 0 up to rounding: no downside of 10⁻¹⁷ to divide by.
        let itself = over(&values, values[0]);
        assert_eq!(sortino(&itself), Err(Undefined::NoDownside));
        assert_eq!(omega(&itself), Err(Undefined::NoDownside));
    }
    // A deposit over a rate that follows it has none either.
    let rates: Vec<f64> = (0..24).map(|t| 0.001 * f64::from(t % 5)).collect();
    let deposit: Vec<f64> = rates.iter().map(|rate| rate + 0.002).collect();
    let excess = monthly(&deposit).over(Hurdle::Series(monthly(&rates))).unwrap();
    assert_eq!(sharpe(&excess), Err(Undefined::NoVariation));
}

/// Fatal for yen: others leave a negative rate out.
#[test]
fn a_negative_risk_free_rate_counts() {
    let values = [0.01, -0.02, 0.03];
    let mean_and_deviation = (0.02_f64 / 3.0, (0.0019_f64 / 3.0).sqrt());
    let expected = |rate: f64| (mean_and_deviation.0 - rate) / mean_and_deviation.1 * 12.0_f64.sqrt();
    for rate in [0.002, 0.0, -0.002] {
        near(sharpe(&over(&values, rate)).unwrap(), expected(rate));
        let rates = [rate; 3];
        let excess = monthly(&values).over(Hurdle::Series(monthly(&rates))).unwrap();
        near(sharpe(&excess).unwrap(), expected(rate));
        let a_year = monthly(&values).over(Hurdle::Annual((1.0 + rate).powi(12) - 1.0)).unwrap();
        near(sharpe(&a_year).unwrap(), expected(rate));
    }
    // A month that loses less than the currency costs is no loss: the hurdle of Sortino and Omega as well.
    let excess = over(&[-0.001, 0.01, -0.001], -0.002);
    assert_eq!(sortino(&excess), Err(Undefined::NoDownside));
    assert_eq!(omega(&excess), Err(Undefined::NoDownside));
}

/// Others take the deviation of losses around their own mean, which is 0 when they are equal, or divide by the losers.
#[test]
fn sortino_is_below_the_hurdle_and_over_all_periods() {
    let losses = [-0.02, -0.02, -0.02];
    near(sortino(&over(&losses, 0.0)).unwrap(), -12.0_f64.sqrt());
    let one_of_four = [0.03, 0.01, -0.02, 0.02];
    near(sortino(&over(&one_of_four, 0.0)).unwrap(), 0.01 / (0.0004_f64 / 4.0).sqrt() * 12.0_f64.sqrt());
}

#[test]
fn a_doubling_in_one_year_is_a_hundred_percent() {
    near(annual_return_geometric(&annual(&[1.0])).unwrap(), 1.0);
    let twelfth = 2.0_f64.powf(1.0 / 12.0) - 1.0;
    near(annual_return_geometric(&monthly(&[twelfth; 12])).unwrap(), 1.0);
}

#[test]
fn one_return_has_no_volatility_and_none_has_nothing() {
    let volatility_of = |values: &[f64]| volatility(&monthly(values)).unwrap_err();
    assert_eq!(volatility_of(&[0.01]).to_string(), "it takes 2 returns or more, there are 1");
    assert!(matches!(volatility_of(&[]), Undefined::TooFew { needed: 2, found: 0, .. }));
    let none = monthly(&[]);
    assert!(matches!(annual_return_geometric(&none), Err(Undefined::TooFew { needed: 1, found: 0, .. })));
    assert!(matches!(max_drawdown(&none), Err(Undefined::TooFew { needed: 1, found: 0, .. })));
}

#[test]
fn a_total_loss_is_an_answer() {
    let ruined = monthly(&[0.1, -1.0, 0.5]);
    assert_eq!(annual_return_geometric(&ruined).unwrap(), -1.0);
    let drawdown = max_drawdown(&ruined).unwrap();
    assert_eq!((drawdown.depth, drawdown.peak, drawdown.trough), (-1.0, 1, 2));
}

#[test]
fn what_is_beyond_a_double_is_said_and_never_infinite() {
    let huge = monthly(&[1e200, -0.5]);
    assert_eq!(annual_return_geometric(&huge), Err(Undefined::TooLarge));
    assert_eq!(volatility(&huge), Err(Undefined::TooLarge));
    assert_eq!(sharpe(&huge.over(Hurdle::Nothing).unwrap()), Err(Undefined::TooLarge));
    near(max_drawdown(&monthly(&[1e200, 1e200, -0.5])).unwrap().depth, -0.5);
    // Wealth passes through 2^2000 on its way back to 1.
    let there_and_back = [vec![1.0; 2000], vec![-0.5; 2000]].concat();
    near(annual_return_geometric(&monthly(&there_and_back)).unwrap(), 0.0);
}
