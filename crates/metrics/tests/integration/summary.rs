use allweather_metrics::{Hurdle, MetricsError, Summary, Undefined};

use crate::{golden::BACON, monthly};

#[test]
fn how_much_is_estimated_travels_with_the_measures() {
    let marks: Vec<bool> = (0..24).map(|month| month < 9).collect();
    let plain = Summary::of(&monthly(&BACON), Hurdle::Nothing).unwrap();
    let returns = monthly(&BACON).with_estimated(&marks).unwrap();
    let mut marked = Summary::of(&returns, Hurdle::Nothing).unwrap();
    assert_eq!((plain.estimated_share, marked.estimated_share), (None, Some(0.375)));
    // The marks change nothing else.
    marked.estimated_share = None;
    assert_eq!(marked, plain);
    assert_eq!(
        monthly(&BACON).with_estimated(&marks[..23]).unwrap_err(),
        monthly(&BACON).over(Hurdle::Series(monthly(&BACON[..23]))).unwrap_err()
    );
    // Measured throughout is not the same as unknown.
    assert_eq!(monthly(&BACON).with_estimated(&[false; 24]).unwrap().estimated_share(), Some(0.0));
    assert_eq!(monthly(&[]).with_estimated(&[]).unwrap().estimated_share(), None);
}

#[test]
fn what_is_undefined_says_why_and_leaves_the_rest() {
    let summary = Summary::of(&monthly(&[0.01; 24]), Hurdle::Nothing).unwrap();
    assert_eq!(summary.volatility, Ok(0.0));
    assert_eq!(summary.sharpe, Err(Undefined::NoVariation));
    assert_eq!(summary.sharpe_autocorrelated, Err(Undefined::NoVariation));
    assert_eq!(summary.skewness, Err(Undefined::NoVariation));
    assert_eq!(summary.kurtosis_excess, Err(Undefined::NoVariation));
    assert_eq!(summary.sortino, Err(Undefined::NoDownside));
    assert_eq!(summary.omega, Err(Undefined::NoDownside));
    assert_eq!(summary.calmar, Err(Undefined::NoDrawdown));
    let json = serde_json::to_value(&summary).unwrap();
    assert_eq!(json["sharpe"], serde_json::json!({"Err": "no_variation"}));
    assert_eq!(json["volatility"], serde_json::json!({"Ok": 0.0}));

    let one = Summary::of(&monthly(&[-0.01]), Hurdle::Nothing).unwrap();
    let json = serde_json::to_value(&one).unwrap();
    assert_eq!(json["volatility"], serde_json::json!({"Err": {"too_few": {"needed": 2, "found": 1}}}));
    assert_eq!(one.expected_shortfall, Ok(0.01));

    // The deepest fall and the longest are two.
    let falls = Summary::of(&monthly(&[-0.5, 1.0, -0.1, 0.0, 0.0]), Hurdle::Nothing).unwrap();
    assert_eq!(falls.max_drawdown.map(|fall| fall.peak), Ok(0));
    assert_eq!(falls.longest_drawdown.map(|fall| fall.peak), Ok(2));

    let none = Summary::of(&monthly(&[]), Hurdle::Nothing).unwrap();
    assert!(
        none.annual_return_arithmetic.is_err() && none.downside_deviation.is_err() && none.omega.is_err()
    );
    assert!(matches!(Summary::of(&monthly(&[]), Hurdle::Annual(f64::NAN)), Err(MetricsError::Rate { .. })));
}
