//! Against another program: numpy, scipy and arch, and the papers' formulas written out in matrices where ours are not.

use allweather_metrics::{
    Block, Bootstrap, Hurdle, Returns, SharpeSample, Summary, Tail, Trials, kurtosis_raw,
    optimal_block_length, reality_check, sharpe, sharpe_difference, sharpe_difference_bootstrap,
    superior_predictive_ability,
};
use ndarray::Array2;
use serde_json::Value;

use crate::{golden::BACON, monthly, near};

fn reference() -> Value {
    serde_json::from_str(include_str!("../data/reference.json")).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

fn measures(returns: &Returns<'_>, cash: Hurdle<'_>, expected: &Value) {
    let summary = Summary::of(returns, cash).unwrap();
    let is = |found: f64, name: &str| near(found, expected[name].as_f64().unwrap());
    is(summary.annual_return_arithmetic.unwrap(), "arithmetic");
    is(summary.annual_return_geometric.unwrap(), "geometric");
    is(summary.volatility.unwrap(), "volatility");
    is(summary.sharpe.unwrap(), "sharpe");
    is(summary.sharpe_autocorrelated.unwrap(), "lo");
    is(summary.downside_deviation.unwrap(), "downside");
    is(summary.sortino.unwrap(), "sortino");
    is(summary.omega.unwrap(), "omega");
    is(summary.max_drawdown.unwrap().depth, "max_drawdown");
    is(summary.calmar.unwrap(), "calmar");
    is(summary.ulcer_index.unwrap(), "ulcer");
    is(summary.pain_index.unwrap(), "pain");
    is(summary.value_at_risk.unwrap(), "var");
    is(summary.expected_shortfall.unwrap(), "es");
    is(summary.tail_ratio.unwrap(), "tail");
    is(summary.skewness.unwrap(), "skewness");
    is(summary.kurtosis_excess.unwrap() + 3.0, "kurtosis_raw");
    is(kurtosis_raw(returns).unwrap(), "kurtosis_raw");
    let sample = SharpeSample::of(&returns.over(cash).unwrap()).unwrap();
    is(sample.annual(), "sharpe");
    is(sample.probabilistic(0.5).unwrap(), "psr_half");
    let trials = Trials::new(20, 0.4).unwrap();
    is(trials.expected_maximum(), "expected_maximum");
    is(sample.deflated(&trials).unwrap(), "dsr");
}

#[test]
fn every_measure_of_one_series() {
    let reference = reference();
    let (a, cash) = (numbers(&reference["a"]), numbers(&reference["cash"]));
    measures(&monthly(&a), Hurdle::Series(monthly(&cash)), &reference["measures_a"]);
    measures(&monthly(&BACON), Hurdle::PerPeriod(0.002), &reference["measures_bacon"]);
}

#[test]
fn block_lengths() {
    for case in reference()["blocks"].as_array().unwrap() {
        let length = optimal_block_length(&numbers(&case["values"])).unwrap();
        near(length, case["length"].as_f64().unwrap());
    }
}

#[test]
fn the_difference_of_two_sharpe_ratios() {
    let reference = reference();
    let [a, b, cash] = ["a", "b", "cash"].map(|name| numbers(&reference[name]));
    let cash = Hurdle::Series(monthly(&cash));
    let (a, b) = (monthly(&a).over(cash).unwrap(), monthly(&b).over(cash).unwrap());
    let expected = |name: &str| reference["lw"][name].as_f64().unwrap();
    let found = sharpe_difference(&a, &b).unwrap();
    near(found.difference, expected("difference"));
    near(found.standard_error, expected("standard_error"));
    near(found.p_value, expected("p_value"));

    let bootstrap = Bootstrap::new(499, 11).unwrap();
    for (length, name) in [(5.0, "p_boot_5"), (7.2, "p_boot_7")] {
        let bootstrap = bootstrap.with_block(Block::Mean(length)).unwrap();
        near(sharpe_difference_bootstrap(&a, &b, &bootstrap).unwrap().p_value, expected(name));
    }
}

#[test]
fn the_interval_of_a_sharpe_ratio() {
    let reference = reference();
    let (a, cash) = (numbers(&reference["a"]), numbers(&reference["cash"]));
    let excess = monthly(&a).over(Hurdle::Series(monthly(&cash))).unwrap();
    let bootstrap = Bootstrap::new(400, 7).unwrap().with_block(Block::Mean(6.5)).unwrap();
    let interval = bootstrap.interval_of_excess(&excess, Tail::FIVE_PERCENT, sharpe).unwrap();
    near(interval.estimate, reference["measures_a"]["sharpe"].as_f64().unwrap());
    near(interval.low, reference["interval"]["low"].as_f64().unwrap());
    near(interval.high, reference["interval"]["high"].as_f64().unwrap());
    assert_eq!((interval.defined, interval.undefined), (400, 0));
}

#[test]
fn many_rules() {
    let reference = reference();
    let rules: Vec<f64> = reference["rules"].as_array().unwrap().iter().flat_map(numbers).collect();
    let rules = Array2::from_shape_vec((8, 120), rules).unwrap();
    let expected = &reference["tests"];
    let number = |value: &Value| value.as_f64().unwrap();
    let bootstrap = Bootstrap::new(500, 3).unwrap().with_block(Block::Mean(4.0)).unwrap();

    let check = reality_check(&rules, &bootstrap).unwrap();
    near(check.statistic, number(&expected["rc"]));
    near(check.p_value, number(&expected["rc_p"]));
    assert_eq!(Some(check.best as u64), expected["rc_best"].as_u64());
    // arch draws other numbers: 5000 of them, against our 500.
    assert!((check.p_value - number(&reference["arch_rc"])).abs() < 0.03);

    let test = superior_predictive_ability(&rules, &bootstrap).unwrap();
    near(test.statistic, number(&expected["spa"]));
    for (found, expected) in
        [test.lower, test.consistent, test.upper].into_iter().zip(numbers(&expected["p"]))
    {
        near(found, expected);
    }
    assert_eq!(Some(test.best as u64), expected["best"].as_u64());
    // One rule is clearly bad and the others are not: the three differ.
    assert!(test.lower < test.consistent && test.consistent < test.upper);
}
