use allweather_core::{Percent, Weights};
use allweather_metrics::risk::Covariance;
use allweather_rebalance::{
    Decision, Reason, RebalanceError, RiskBudgets, RiskContribution, RiskDestination, Rule, Targets,
    paths::{Budget, trade_to_targets},
};
use ndarray::Array2;
use rust_decimal::{Decimal, dec};

use crate::panel::{decide, market, names, waves, window};

fn of(budgets: RiskBudgets, threshold: Decimal, to: RiskDestination) -> RiskContribution {
    RiskContribution::new(window(8, 60), budgets, Percent::new(threshold), to).unwrap()
}

/// 4 % and 2 % a month, no correlation.
fn two() -> allweather_market::Market {
    market(&waves([0.04, 0.02], 3))
}

#[test]
fn a_share_of_the_risk_too_far_from_its_budget_trades() {
    let market = two();
    // Half in each: variances 4 to 1, so 80 % and 20 % of the risk, 60 % off a budget of a half.
    let rule = |threshold| of(RiskBudgets::Equal, threshold, RiskDestination::Budgets);
    let (traded, wanted) = decide(&rule(dec!(59)), &market, &[0.5, 0.5], &[0.5, 0.5], &[]).unwrap();
    let Decision::Rebalance(Reason::RiskBudget { position: 0, share, budget, breached: 2, .. }) = traded
    else {
        unreachable!("{traded:?}");
    };
    assert!((share - 0.8).abs() < 1e-10 && (budget - 0.5).abs() < 1e-15, "{share}");
    assert_eq!(
        traded.reason().explain(&names(2)),
        "equity carries 80.0 % of the risk, budget 50.0 %, trades from 59 % off; 2 assets breached"
    );
    // Equal risk without correlation is 1/σ: a third and two thirds.
    assert!(
        (wanted.weights()[0] - 1.0 / 3.0).abs() < 1e-10 && (wanted.weights()[1] - 2.0 / 3.0).abs() < 1e-10
    );
    let (held, wanted) = decide(&rule(dec!(61)), &market, &[0.5, 0.5], &[0.5, 0.5], &[]).unwrap();
    assert!(matches!(held, Decision::Hold(Reason::RiskBudget { breached: 0, .. })), "{held:?}");
    assert!(!wanted.changed());
}

#[test]
fn budgets_and_destinations() {
    let market = two();
    // What the targets imply is what they carry: nothing to do at the targets.
    let implied = of(RiskBudgets::Targets, dec!(25), RiskDestination::Budgets);
    let (held, _) = decide(&implied, &market, &[0.7, 0.3], &[0.7, 0.3], &[]).unwrap();
    assert!(
        matches!(held, Decision::Hold(Reason::RiskBudget { share, budget, .. }) if (share - budget).abs() < 1e-15)
    );
    // Away from them it goes back to them, with cash in hand as well.
    let (traded, wanted) = decide(&implied, &market, &[0.7, 0.3], &[0.2, 0.5], &[]).unwrap();
    assert!(traded.trades() && !wanted.changed());

    let budgets = RiskBudgets::Each(Weights::new(vec![0.2, 0.8]).unwrap());
    let (_, wanted) = decide(
        &of(budgets.clone(), dec!(25), RiskDestination::Budgets),
        &market,
        &[0.5, 0.5],
        &[0.5, 0.5],
        &[],
    )
    .unwrap();
    // w ∝ √b/σ: √0.2/4 to √0.8/2 is 1 to 4.
    assert!((wanted.weights()[0] - 0.2).abs() < 1e-10, "{wanted:?}");
    let to_targets = of(budgets, dec!(25), RiskDestination::Targets);
    let (traded, wanted) = decide(&to_targets, &market, &[0.5, 0.5], &[0.5, 0.5], &[]).unwrap();
    assert!(traded.trades() && !wanted.changed());

    let wrong = of(RiskBudgets::Each(Weights::new(vec![1.0]).unwrap()), dec!(25), RiskDestination::Budgets);
    let error = decide(&wrong, &market, &[0.5, 0.5], &[0.5, 0.5], &[]).unwrap_err();
    assert_eq!(error.to_string(), "1 risk budgets for 2 assets");
}

#[test]
fn a_holding_without_a_budget_is_a_hundred_percent_off() {
    let rule = of(RiskBudgets::Equal, dec!(99), RiskDestination::Budgets);
    let (traded, wanted) = decide(&rule, &two(), &[0.0, 1.0], &[0.01, 0.99], &[]).unwrap();
    assert!(
        matches!(traded, Decision::Rebalance(Reason::RiskBudget { position: 0, breached: 1, .. })),
        "{traded:?}"
    );
    assert_eq!(wanted.weights(), [0.0, 1.0]);
}

#[test]
fn what_cannot_be_measured_is_held_with_words() {
    let rule = of(RiskBudgets::Equal, dec!(25), RiskDestination::Budgets);
    let words = |market, weights: &[f64]| {
        let (decision, _) = decide(&rule, &market, &[0.5, 0.5], weights, &[]).unwrap();
        assert!(!decision.trades());
        decision.reason().explain(&names(2))
    };
    assert_eq!(words(market(&waves([0.1, 0.1], 1)), &[0.9, 0.1]), "equity has 4 returns, 8 are needed");
    assert_eq!(words(two(), &[0.0, 0.0]), "the returns do not vary");
    let still = market(&[waves([0.1, 0.1], 3)[0].clone(), vec![0.002; 12]]);
    assert_eq!(words(still, &[0.5, 0.5]), "bonds does not vary");
}

/// Shannon's demon: half in an asset and half in cash. Rebalancing earns where the path turns back, and costs where it goes on.
#[test]
fn rebalancing_earns_on_turns_and_loses_on_trends() {
    let walk = |returns: [f64; 2]| {
        let (mut rebalanced, mut held) = ([0.5, 0.5], [0.5, 0.5]);
        for r in returns {
            rebalanced[0] *= 1.0 + r;
            held[0] *= 1.0 + r;
            let value = Budget::of(rebalanced.iter().sum());
            let targets = Targets::new(vec![0.5, 0.5]);
            trade_to_targets(&rebalanced.clone(), &targets, &[0.0; 2], value, &mut rebalanced).unwrap();
        }
        (rebalanced.iter().sum::<f64>(), held.iter().sum::<f64>())
    };
    let (rebalanced, held) = walk([1.0, -0.5]);
    assert!((rebalanced - 1.125).abs() < 1e-15 && (held - 1.0).abs() < 1e-15, "{rebalanced} {held}");
    let (rebalanced, held) = walk([0.2, 0.2]);
    assert!((rebalanced - 1.21).abs() < 1e-15 && (held - 1.22).abs() < 1e-15, "{rebalanced} {held}");
    // The growth on the turning path is the excess growth rate, up to its third order: ½(½σ² − ¼σ²), σ = ln 2 a step.
    let variance = 2.0_f64.ln().powi(2);
    let rate = Covariance::new(&[[variance]]).unwrap().excess_growth_rate(&[0.5]).unwrap();
    assert!((rate - 1.125_f64.ln() / 2.0).abs() < 0.0012, "{rate}");
}

#[test]
fn settings_come_through_the_constructor() {
    let error =
        RiskContribution::new(window(8, 60), RiskBudgets::Equal, Percent::ZERO, RiskDestination::Budgets);
    assert!(matches!(error, Err(RebalanceError::Setting { what: "risk threshold", .. })));
    let read = |text: &str| serde_json::from_str::<Rule>(text);
    let window = r#""window":{"least":8,"most":60}"#;
    for bad in [
        format!(r#"{{"risk_contribution":{{{window},"threshold":0}}}}"#),
        format!(r#"{{"risk_contribution":{{{window},"budget":"equal"}}}}"#),
        format!(r#"{{"risk_contribution":{{{window},"budgets":{{"each":[0.5,0.6]}}}}}}"#),
        r#"{"risk_contribution":{}}"#.to_owned(),
    ] {
        assert!(read(&bad).is_err(), "{bad}");
    }
    let budgets = RiskBudgets::Each(Weights::new(vec![0.25, 0.75]).unwrap());
    let rule = Rule::RiskContribution(of(budgets, dec!(12.5), RiskDestination::Targets));
    let json = serde_json::to_string(&rule).unwrap();
    assert_eq!(
        json,
        r#"{"risk_contribution":{"window":{"least":8,"most":60,"currency":"base"},"budgets":{"each":[0.25,0.75]},"threshold":"12.5","to":"targets"}}"#
    );
    assert_eq!(read(&json).unwrap(), rule);
}

/// A money-market column among the assets: it has no risk to carry and none is asked of it.
#[test]
fn an_asset_that_does_not_vary_is_no_breach() {
    let mut columns = waves([0.04, 0.02], 6);
    columns.push(vec![0.001; columns[0].len()]);
    let market = market(&columns);
    let (targets, weights) = ([0.4, 0.4, 0.2], [0.41, 0.39, 0.2]);
    let (held, _) = decide(
        &of(RiskBudgets::Targets, dec!(60), RiskDestination::Targets),
        &market,
        &targets,
        &weights,
        &[],
    )
    .unwrap();
    assert!(matches!(held, Decision::Hold(Reason::RiskBudget { breached: 0, .. })), "{held:?}");
    // What should carry a third of it cannot, wherever the trade would go.
    for to in [RiskDestination::Budgets, RiskDestination::Targets] {
        let (held, _) =
            decide(&of(RiskBudgets::Equal, dec!(60), to), &market, &targets, &weights, &[]).unwrap();
        assert!(matches!(held, Decision::Hold(Reason::NoMeasure(_))), "{held:?}");
    }
}

/// An asset that has not begun has no target; the others share its budget.
#[test]
fn a_late_assets_budget_goes_to_the_others() {
    let mut columns = waves([0.04, 0.02], 6);
    columns.push([0.04, -0.04, -0.04, 0.04].repeat(columns[0].len() / 4));
    let market = market(&columns);
    let budgets = RiskBudgets::Each(Weights::new(vec![0.5, 0.3, 0.2]).unwrap());
    let rule = of(budgets, dec!(1), RiskDestination::Budgets);
    let (decision, wanted) = decide(&rule, &market, &[0.5, 0.5, 0.0], &[0.5, 0.5, 0.0], &[]).unwrap();
    assert!(decision.trades());
    let after: Vec<f64> = (0..3).map(|i| wanted.wanted(i).unwrap()).collect();
    let covariance =
        Covariance::of(&Array2::from_shape_fn((columns[0].len(), 3), |(t, i)| columns[i][t])).unwrap();
    let shares = covariance.risk_contributions(&after).unwrap();
    assert!(
        (shares[0] - 0.625).abs() < 1e-9 && (shares[1] - 0.375).abs() < 1e-9 && shares[2].abs() <= 0.0,
        "{shares:?}"
    );
}
