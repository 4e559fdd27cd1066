//! Mistakes found in released versions of other libraries, each with a test of ours.

use std::num::NonZeroU16;

use allweather_metrics::{
    Periodicity, Returns, Undefined, annual_return_geometric, max_drawdown, volatility,
};

use crate::{annual, monthly, near};

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
    near(max_drawdown(&monthly(&[1e200, 1e200, -0.5])).unwrap().depth, -0.5);
    // Wealth passes through 2^2000 on its way back to 1.
    let there_and_back = [vec![1.0; 2000], vec![-0.5; 2000]].concat();
    near(annual_return_geometric(&monthly(&there_and_back)).unwrap(), 0.0);
}
