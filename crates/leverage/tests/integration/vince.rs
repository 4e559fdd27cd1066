use allweather_leverage::{LeverageError, terminal_wealth_relative, vince};
use proptest::prelude::*;

use crate::near;

const TRADES: [f64; 4] = [100.0, -500.0, 1500.0, -600.0];

#[test]
fn two_to_one_on_a_coin() {
    let coin = vince(&[2.0, -1.0]).unwrap();
    near(coin.f, 0.25);
    near(coin.geometric_mean, 1.060_660_171_8);
    near(coin.published.unwrap(), 2.0 / 3.0);
    near(coin.worst_loss, 1.0);
    near(coin.multiple, 0.25);
}

#[test]
fn the_trades_of_the_book() {
    near(terminal_wealth_relative(&TRADES, 0.01).unwrap(), 1.007_970_906_25);
    let trades = vince(&TRADES).unwrap();
    assert!((trades.f - 0.124_131_685_5).abs() < 1e-10, "{}", trades.f);
    near(trades.published.unwrap(), 5.0 / 7.0);
    near(trades.geometric_mean.powi(4), terminal_wealth_relative(&TRADES, trades.f).unwrap());
}

#[test]
fn the_published_formula_is_positive_on_a_series_that_loses() {
    let losing = vince(&[0.01, -0.02, -0.03]).unwrap();
    assert_eq!((losing.f, losing.multiple, losing.geometric_mean), (0.0, 0.0, 1.0));
    near(losing.published.unwrap(), 0.25);
    assert_eq!(vince(&[0.0, -0.03]).unwrap().published, None);
    // A mean of exactly nothing is no reason to bet either.
    assert_eq!(vince(&[1.0, -1.0]).unwrap().f, 0.0);
}

#[test]
fn without_a_loss_it_is_undefined() {
    for results in [&[][..], &[0.0], &[0.1, 0.0, 0.2]] {
        assert_eq!(vince(results), Err(LeverageError::NoLoss));
        assert_eq!(terminal_wealth_relative(results, 0.1), Err(LeverageError::NoLoss));
    }
}

#[test]
fn numbers_that_are_none_are_refused_and_extremes_are_errors() {
    for bad in [f64::NAN, f64::NEG_INFINITY] {
        assert!(matches!(vince(&[1.0, bad]), Err(LeverageError::NotFinite { period: 1, .. })));
    }
    for bad in [f64::NAN, -0.1, 1.1] {
        assert!(matches!(terminal_wealth_relative(&TRADES, bad), Err(LeverageError::Fraction { .. })));
    }
    assert!(matches!(vince(&[f64::MAX, -f64::MIN_POSITIVE]), Err(LeverageError::Overflow(_))));
    assert!(matches!(
        terminal_wealth_relative(&[f64::MAX, f64::MAX, -1.0], 0.5),
        Err(LeverageError::Overflow(_))
    ));
    // A winner so rare and large that f* is next to 1 stays below it.
    let large = vince(&[1e300, -1.0]).unwrap();
    assert!(large.f < 1.0 && large.geometric_mean.is_finite());
}

fn results() -> impl Strategy<Value = Vec<f64>> {
    (prop::collection::vec(-0.2..0.25_f64, 1..30), 0.001..0.3_f64).prop_map(|(mut results, loss)| {
        results.push(-loss);
        results
    })
}

proptest! {
    #[test]
    fn it_is_nought_exactly_when_the_results_do_not_win_on_average(results in results()) {
        prop_assert_eq!(vince(&results).unwrap().f > 0.0, results.iter().sum::<f64>() > 0.0);
    }

    #[test]
    fn it_is_free_of_scale(results in results(), factor in 1e-6..1e6_f64) {
        let scaled: Vec<f64> = results.iter().map(|x| x * factor).collect();
        let (plain, scaled) = (vince(&results).unwrap(), vince(&scaled).unwrap());
        prop_assert!((plain.f - scaled.f).abs() < 1e-9, "{} {}", plain.f, scaled.f);
        prop_assert!((plain.geometric_mean / scaled.geometric_mean - 1.0).abs() < 1e-12);
        prop_assert!((plain.published.unwrap_or(0.0) - scaled.published.unwrap_or(0.0)).abs() < 1e-12);
        prop_assert!((plain.multiple - scaled.multiple * factor).abs() <= 1e-7 * (1.0 + plain.multiple));
    }

    #[test]
    fn log_wealth_is_concave_and_highest_at_f(results in results(), a in 0.0..0.99_f64, b in 0.0..0.99_f64) {
        let log = |f| terminal_wealth_relative(&results, f).unwrap().ln();
        let best = vince(&results).unwrap();
        prop_assert!(log(best.f) >= log(a) - 1e-12);
        prop_assert!(log(a.midpoint(b)) >= log(a).midpoint(log(b)) - 1e-12);
        prop_assert!((best.geometric_mean.ln() * results.len() as f64 - log(best.f)).abs() < 1e-12);
    }
}
