use std::error::Error;

use allweather_metrics::{MetricsError, Undefined, risk::Covariance, volatility};
use ndarray::{Array2, array};
use proptest::prelude::*;
use serde::Deserialize;

use crate::{annual, near};

/// The sample covariance of 30 assets over 540 months, and its risk-budget weights by another method: Newton's, on `Σx = b/x`.
#[derive(Deserialize)]
struct Case {
    /// Rows of the lower triangle.
    covariance: Vec<Vec<f64>>,
    equal: Vec<f64>,
    rising: Vec<f64>,
}

fn thirty() -> (Covariance, Case) {
    let case: Case = serde_json::from_str(include_str!("../data/risk.json")).unwrap();
    let of = |(i, j): (usize, usize)| case.covariance[i.max(j)][i.min(j)];
    (Covariance::new(&Array2::from_shape_fn((30, 30), of)).unwrap(), case)
}

fn refused(matrix: &Array2<f64>) -> MetricsError {
    Covariance::new(matrix).unwrap_err()
}

#[test]
fn equal_risk_of_thirty_assets() {
    let (covariance, case) = thirty();
    let weights = covariance.risk_budget_weights(&[1.0 / 30.0; 30]).unwrap();
    assert!(
        (weights[0] - 0.117_820_440_763).abs() < 5e-13 && (weights[29] - 0.007_954_289_516).abs() < 5e-13
    );
    for (found, expected) in weights.iter().zip(&case.equal) {
        assert!((found / expected - 1.0).abs() < 1e-11, "{found} {expected}");
    }
    let shares = covariance.risk_contributions(&weights).unwrap();
    assert!(shares.iter().all(|share| (share - 1.0 / 30.0).abs() < 1e-12), "{shares:?}");
}

#[test]
fn other_budgets_of_thirty_assets() {
    let (covariance, case) = thirty();
    let budgets: Vec<f64> = (1..=30).map(|k| f64::from(k) / 465.0).collect();
    let weights = covariance.risk_budget_weights(&budgets).unwrap();
    for (found, expected) in weights.iter().zip(&case.rising) {
        assert!((found / expected - 1.0).abs() < 1e-11, "{found} {expected}");
    }
}

#[test]
fn contributions_by_hand() {
    // 20 % and 30 %, correlation ½, half in each: Σw = (0.035, 0.06), w'Σw = 0.0475.
    let covariance = Covariance::new(&array![[0.04, 0.03], [0.03, 0.09]]).unwrap();
    near(covariance.variance(&[0.5, 0.5]).unwrap(), 0.0475);
    let shares = covariance.risk_contributions(&[0.5, 0.5]).unwrap();
    near(shares[0], 0.0175 / 0.0475);
    near(shares[1], 0.03 / 0.0475);
    // A short position hedges: its share is negative, and cash has none.
    let shares = covariance.risk_contributions(&[0.6, -0.1]).unwrap();
    near(shares[0], 0.6 * 0.021 / 0.0117);
    near(shares[1], -0.1 * 0.009 / 0.0117);
    assert!(shares[1] < 0.0);
}

#[test]
fn excess_growth_by_hand() {
    let independent = Covariance::new(&array![[0.04, 0.0], [0.0, 0.04]]).unwrap();
    near(independent.excess_growth_rate(&[0.5, 0.5]).unwrap(), 0.01);
    // One asset has none, and two that are the same have none.
    near(independent.excess_growth_rate(&[1.0, 0.0]).unwrap(), 0.0);
    let same = Covariance::new(&array![[0.04, 0.04], [0.04, 0.04]]).unwrap();
    near(same.excess_growth_rate(&[0.3, 0.7]).unwrap(), 0.0);
    // Half in cash: half of (½ − ¼) σ².
    let one = Covariance::new(&array![[0.04]]).unwrap();
    near(one.excess_growth_rate(&[0.5]).unwrap(), 0.005);
}

#[test]
fn covariances_by_hand() {
    let covariance = Covariance::of(&[[0.01, 0.1, 0.5], [0.03, 0.4, 0.5], [0.02, -0.2, 0.5]]).unwrap();
    let matrix = covariance.matrix();
    near(matrix[(0, 0)], 0.0001);
    near(matrix[(1, 1)], 0.09);
    near(matrix[(0, 1)], 0.01 * 0.3 / 2.0);
    // Equal returns vary by nothing at all, and so do their covariances.
    for asset in 0..3 {
        assert!(matrix[(2, asset)] == 0.0 && matrix[(asset, 2)] == 0.0);
    }
    near(covariance.correlation(0, 1).unwrap(), 0.0015 / (0.01 * 0.3));
    let error = covariance.correlation(0, 2).unwrap_err();
    assert_eq!(error, covariance.correlation(2, 2).unwrap_err());
    assert_eq!(error.to_string(), "asset 2 (from 0) does not vary");
    // Growth of 1 % with the rounding of prices is no variation.
    let price = |month: usize| 100.0 * 1.01_f64.powf(month as f64);
    let grown = Array2::from_shape_fn((60, 1), |(t, _)| price(t + 1) / price(t) - 1.0);
    assert_eq!(Covariance::of(&grown).unwrap().matrix()[(0, 0)], 0.0);
}

#[test]
fn what_is_refused_and_how() -> Result<(), Box<dyn Error>> {
    let of = |returns: &Array2<f64>| Covariance::of(returns).unwrap_err();
    assert_eq!(
        of(&array![[0.1, 0.2], [0.1, f64::NAN]]).to_string(),
        "the return of asset 1 in period 1 (both from 0) is NaN, which is not finite"
    );
    assert!(matches!(
        of(&array![[0.1]]),
        MetricsError::Undefined(Undefined::TooFew { needed: 2, found: 1, .. })
    ));
    assert_eq!(of(&Array2::zeros((3, 0))), MetricsError::NoAssets);
    assert_eq!(of(&array![[1e200], [-1e200]]), Undefined::TooLarge.into());
    assert_eq!(refused(&Array2::zeros((0, 0))), MetricsError::NoAssets);
    assert_eq!(refused(&Array2::zeros((1, 2))).to_string(), "a covariance matrix of 1 rows and 2 columns");
    assert_eq!(
        refused(&array![[0.1, 0.0], [0.0, -0.1]]).to_string(),
        "the covariance -0.1 of assets 1 and 1 (from 0) is not 0 or more: it is a variance"
    );
    assert!(matches!(
        refused(&array![[0.1, f64::INFINITY], [0.0, 0.1]]),
        MetricsError::Covariance { row: 0, column: 1, .. }
    ));
    assert!(matches!(
        refused(&array![[0.1, 0.01], [-0.01, 0.1]]),
        MetricsError::Covariance { row: 0, column: 1, .. }
    ));

    let two = Covariance::new(&array![[0.04, 0.01], [0.01, 0.09]])?;
    assert_eq!(two.variance(&[1.0]).unwrap_err().to_string(), "1 weights for 2 assets");
    let error = two.risk_contributions(&[0.5, f64::NAN]).unwrap_err();
    assert_eq!(error.to_string(), "the weight NaN of asset 1 (from 0) is not finite");
    assert_eq!(two.correlation(0, 2).unwrap_err().to_string(), "there is no asset 2 (from 0) among 2");
    assert_eq!(two.risk_contributions(&[0.0, 0.0]).unwrap_err(), Undefined::NoVariation.into());
    assert_eq!(two.variance(&[1e200, 0.0]).unwrap_err(), Undefined::TooLarge.into());
    let budgets = |budgets: &[f64]| two.risk_budget_weights(budgets).unwrap_err().to_string();
    assert_eq!(
        budgets(&[0.5, 0.6]),
        "2 risk budgets that add up to 1.1, for 2 assets: it takes one each, and together 1"
    );
    assert_eq!(
        budgets(&[1.5, -0.5]),
        "the risk budget -0.5 of asset 1 (from 0) is not a number of 0 or more"
    );
    assert!(budgets(&[1.0]).starts_with("1 risk budgets"));
    assert!(budgets(&[f64::NAN, 1.0]).starts_with("the risk budget NaN of asset 0"));

    let still = Covariance::new(&array![[0.04, 0.0], [0.0, 0.0]])?;
    assert_eq!(
        still.risk_budget_weights(&[0.5, 0.5]).unwrap_err().to_string(),
        "asset 1 (from 0) does not vary"
    );
    // Without a budget it is left out.
    assert_eq!(still.risk_budget_weights(&[1.0, 0.0])?, [1.0, 0.0]);
    // Two that cancel: any amount of both is without risk.
    let hedged = Covariance::new(&array![[0.04, -0.04], [-0.04, 0.04]])?;
    assert!(matches!(
        hedged.risk_budget_weights(&[0.5, 0.5]).unwrap_err(),
        MetricsError::Undefined(Undefined::NotSettled { .. })
    ));
    assert_eq!(hedged.risk_contributions(&[0.5, 0.5]).unwrap_err(), Undefined::NoVariation.into());
    // And where rounding leaves something of nothing, that is not shared out.
    let returns = [0.0131, -0.0272, 0.0413, -0.0094, 0.0355, 0.0018, -0.0267];
    for k in [3.0, 5.0, 11.0, 13.0, 17.0, 19.0, 23.0] {
        let hedged = Covariance::of(&returns.map(|r| [r, -k * r / 7.0]))?;
        let hedge = [k / (k + 7.0), 7.0 / (k + 7.0)];
        assert!(hedged.volatility(&hedge)? < 1e-9);
        assert_eq!(hedged.risk_contributions(&hedge).unwrap_err(), Undefined::NoVariation.into());
    }
    Ok(())
}

#[test]
fn budgets_far_apart_settle() {
    let covariance = Covariance::new(&array![[0.04, 0.018], [0.018, 0.01]]).unwrap();
    let budgets = [1e-9, 1.0 - 1e-9];
    let weights = covariance.risk_budget_weights(&budgets).unwrap();
    let shares = covariance.risk_contributions(&weights).unwrap();
    assert!((shares[0] / 1e-9 - 1.0).abs() < 1e-6, "{shares:?}");
}

/// Returns of a few assets that share a factor, and weights that add up to at most 1.
fn returns() -> impl Strategy<Value = (Array2<f64>, Vec<f64>)> {
    (2..7_usize, 8..40_usize).prop_flat_map(|(assets, periods)| {
        let own = prop::collection::vec(-0.1..0.1_f64, assets * periods);
        let common = prop::collection::vec(-0.1..0.1_f64, periods);
        let weights = prop::collection::vec(0.01..1.0_f64, assets);
        (own, common, weights, -0.5..1.0_f64).prop_map(move |(own, common, weights, beta)| {
            let of = |(t, i): (usize, usize)| own[t * assets + i] * (1.0 + i as f64) + beta * common[t];
            let sum: f64 = weights.iter().sum::<f64>() * 1.1;
            (Array2::from_shape_fn((periods, assets), of), weights.iter().map(|w| w / sum).collect())
        })
    })
}

proptest! {
    /// `w'Σw` is the variance of the portfolio's own returns, which another function measures.
    #[test]
    fn a_portfolios_variance_is_that_of_its_returns((returns, weights) in returns()) {
        let covariance = Covariance::of(&returns).unwrap();
        let own: Vec<f64> = returns.rows().into_iter().map(|row| row.iter().zip(&weights).map(|(r, w)| r * w).sum()).collect();
        let expected = volatility(&annual(&own)).unwrap();
        prop_assert!((covariance.volatility(&weights).unwrap() - expected).abs() < 1e-12);
    }

    #[test]
    fn contributions_add_up_to_the_whole_and_scale_changes_nothing((returns, weights) in returns(), scale in 0.1..10.0_f64) {
        let covariance = Covariance::of(&returns).unwrap();
        let shares = covariance.risk_contributions(&weights).unwrap();
        prop_assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        let more: Vec<f64> = weights.iter().map(|w| w * scale).collect();
        for (share, again) in shares.iter().zip(covariance.risk_contributions(&more).unwrap()) {
            prop_assert!((share - again).abs() < 1e-12);
        }
        // The share is the asset's part in what the volatility changes by: RC_i = w_i ∂σ/∂w_i / σ.
        let sigma = covariance.volatility(&weights).unwrap();
        for (i, share) in shares.iter().enumerate() {
            let at = |step: f64| {
                let mut moved = weights.clone();
                moved[i] += step;
                covariance.volatility(&moved).unwrap()
            };
            let slope = (at(1e-6) - at(-1e-6)) / 2e-6;
            prop_assert!((weights[i] * slope / sigma - share).abs() < 1e-6);
        }
    }

    #[test]
    fn each_asset_carries_its_budget((returns, raw) in returns(), order in 0..5_usize) {
        let covariance = Covariance::of(&returns).unwrap();
        let sum: f64 = raw.iter().sum();
        let budgets: Vec<f64> = raw.iter().map(|b| b / sum).collect();
        let weights = covariance.risk_budget_weights(&budgets).unwrap();
        prop_assert!(weights.iter().all(|w| *w > 0.0) && (weights.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        for (share, budget) in covariance.risk_contributions(&weights).unwrap().iter().zip(&budgets) {
            prop_assert!((share - budget).abs() < 1e-10, "{} {}", share, budget);
        }
        // The order of the assets is of no matter.
        let n = weights.len();
        let moved = |i: usize| (i + order) % n;
        let turned = Array2::from_shape_fn((n, n), |(i, j)| covariance.matrix()[(moved(i), moved(j))]);
        let turned_budgets: Vec<f64> = (0..n).map(|i| budgets[moved(i)]).collect();
        let turned = Covariance::new(&turned).unwrap().risk_budget_weights(&turned_budgets).unwrap();
        for i in 0..n {
            prop_assert!((turned[i] - weights[moved(i)]).abs() < 1e-10);
        }
    }

    /// Without correlation, `w ∝ √b / σ`.
    #[test]
    fn without_correlation_there_is_a_closed_form(parts in prop::collection::vec((0.01..0.5_f64, 0.01..1.0_f64), 1..9)) {
        let n = parts.len();
        let sum: f64 = parts.iter().map(|part| part.1).sum();
        let covariance = Array2::from_shape_fn((n, n), |(i, j)| if i == j { parts[i].0 * parts[i].0 } else { 0.0 });
        let budgets: Vec<f64> = parts.iter().map(|part| part.1 / sum).collect();
        let weights = Covariance::new(&covariance).unwrap().risk_budget_weights(&budgets).unwrap();
        let closed: Vec<f64> = parts.iter().zip(&budgets).map(|(part, b)| b.sqrt() / part.0).collect();
        let sum: f64 = closed.iter().sum();
        for (weight, closed) in weights.iter().zip(&closed) {
            prop_assert!((weight - closed / sum).abs() < 1e-12);
        }
    }

    #[test]
    fn excess_growth_of_a_whole_long_portfolio_is_never_negative((returns, raw) in returns()) {
        let covariance = Covariance::of(&returns).unwrap();
        let sum: f64 = raw.iter().sum();
        let weights: Vec<f64> = raw.iter().map(|w| w / sum).collect();
        let rate = covariance.excess_growth_rate(&weights).unwrap();
        prop_assert!(rate >= -1e-15);
        // Half the mean of squared differences to the portfolio: another form of the same (Fernholz 2002, lemma 1.1.2).
        let relative = returns.rows().into_iter().map(|row| {
            let own: f64 = row.iter().zip(&weights).map(|(r, w)| r * w).sum();
            row.iter().map(|r| r - own).collect::<Vec<f64>>()
        });
        let rows: Vec<Vec<f64>> = relative.collect();
        let of = |i: usize| volatility(&annual(&rows.iter().map(|row| row[i]).collect::<Vec<f64>>())).unwrap().powi(2);
        let expected: f64 = weights.iter().enumerate().map(|(i, w)| w * of(i) / 2.0).sum();
        prop_assert!((rate - expected).abs() < 1e-12, "{} {}", rate, expected);
    }
}
