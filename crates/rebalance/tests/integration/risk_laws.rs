//! The laws of `Rebalancer` over random markets, for the rules that measure past returns.

use allweather_market::Market;
use allweather_rebalance::{Decision, RebalanceError, Rebalancer, Review, Rule, Targets};
use proptest::prelude::*;

use crate::panel::{Case, market, months};

/// Every rule, and rules within rules.
fn rules() -> Vec<Rule> {
    let window = r#""window":{"least":6,"most":18}"#;
    let band = r#"{"drift_band":{"measure":"portfolio","threshold":2,"scope":"all"}}"#;
    let yearly = r#"{"calendar":{"every":"year","on":"end"}}"#;
    let dear = format!(r#"{{"cost_aware":{{{window}}}}}"#);
    let equal = format!(r#"{{"risk_contribution":{{{window}}}}}"#);
    let texts = [
        format!(
            r#"{{"when_volatile":{{"recent":3,{window},"ratio":1,"turbulent":{band},"calm":{yearly}}}}}"#
        ),
        format!(r#"{{"when_volatile":{{"recent":3,{window},"ratio":1,"turbulent":{dear},"calm":{equal}}}}}"#),
        format!(r#"{{"risk_contribution":{{{window},"budgets":"targets","threshold":10}}}}"#),
        format!(r#"{{"correlation_limit":{{{window},"limit":0.2,"cap":40,"rule":{band}}}}}"#),
        format!(r#"{{"correlation_limit":{{{window},"limit":0.2,"cap":40,"rule":{dear}}}}}"#),
        format!(r#"{{"correlation_limit":{{{window},"limit":0.2,"cap":40,"rule":{equal}}}}}"#),
        dear.replace("}}}", r#"},"cash":"invested"}}"#),
        dear,
        equal,
    ];
    texts.iter().map(|text| serde_json::from_str(text).unwrap()).collect()
}

fn cases() -> impl Strategy<Value = Case> {
    (1..5_usize).prop_flat_map(|n| {
        let column = prop::collection::vec(-0.1..0.1_f64, 30);
        let some = || prop::collection::vec(0.001..1.0_f64, n);
        (
            prop::collection::vec(column, n),
            some(),
            some(),
            prop::collection::vec(0.0..0.02_f64, n),
            0.5..=1.0_f64,
        )
            .prop_map(|(columns, targets, weights, costs, held)| {
                let part = |of: &[f64], whole: f64| {
                    let sum: f64 = of.iter().sum();
                    of.iter().map(|x| x / sum * whole).collect::<Vec<f64>>()
                };
                Case { targets: part(&targets, 1.0), weights: part(&weights, held), columns, costs }
            })
    })
}

/// The answer on the day of the return at `at`, and what is held afterwards.
fn answer(rule: &Rule, market: &Market, at: usize, case: &Case, weights: &[f64]) -> (Decision, Vec<f64>) {
    let dates = months(30);
    let review = Review::new(market.as_of(dates[at]), &case.targets, weights)
        .after(dates[at - 1])
        .before(dates[at + 1])
        .with_cost_rates(&case.costs);
    let mut targets = Targets::new(case.targets.clone());
    let decision = rule.decide(&review, &mut targets).unwrap();
    let of = |i: usize| if decision.trades() { targets.wanted(i).unwrap_or(weights[i]) } else { weights[i] };
    let held = (0..weights.len()).map(of).collect();
    (decision, held)
}

proptest! {
    /// Another future, another answer? Never. And the same twice.
    #[test]
    fn no_look_ahead_and_one_answer(case in cases(), at in 1..29_usize, shock in -0.5..0.5_f64) {
        let mut other = case.columns.clone();
        for column in &mut other {
            for r in &mut column[at..] { *r = shock; }
        }
        let (known, otherwise) = (market(&case.columns), market(&other));
        for rule in rules() {
            let found = answer(&rule, &known, at, &case, &case.weights);
            prop_assert_eq!(&found, &answer(&rule, &otherwise, at, &case, &case.weights), "{:?}", rule);
            prop_assert_eq!(&found, &answer(&rule, &known, at, &case, &case.weights));
        }
    }

    #[test]
    fn wanted_weights_are_a_portfolio(case in cases(), at in 1..29_usize) {
        let market = market(&case.columns);
        for rule in rules() {
            let (decision, held) = answer(&rule, &market, at, &case, &case.weights);
            let sum: f64 = held.iter().sum();
            prop_assert!(held.iter().all(|w| (0.0..=1.0).contains(w)) && sum <= 1.0 + 1e-12, "{} {:?}", sum, decision);
        }
    }

    /// What a rule has traded to, it keeps or trades to again.
    #[test]
    fn quiet_where_it_has_traded_to(case in cases(), at in 1..29_usize) {
        let market = market(&case.columns);
        // The second rule hands over from one member to another when the trade itself changes the volatility.
        for (_, rule) in rules().into_iter().enumerate().filter(|(i, _)| *i != 1) {
            let (first, held) = answer(&rule, &market, at, &case, &case.weights);
            if !first.trades() { continue; }
            let (_, again) = answer(&rule, &market, at, &case, &held);
            let moved: f64 = held.iter().zip(&again).map(|(a, b)| (a - b).abs()).sum();
            prop_assert!(moved < 1e-4, "{:?} {:?} {:?}", rule, held, again);
        }
    }
}

#[test]
fn every_rule_reads_costs_where_a_member_does() {
    let reads: Vec<bool> = rules().iter().map(Rebalancer::reads_costs).collect();
    assert_eq!(reads, [false, true, false, false, true, false, true, true, false]);
}

/// At the targets themselves, a rule whose destination they are has nothing to do.
#[test]
fn quiet_at_target() {
    let columns = vec![[0.02, -0.01, 0.03].repeat(10), [-0.01, 0.02, 0.02].repeat(10)];
    let case = Case { columns, targets: vec![0.6, 0.4], weights: vec![0.6, 0.4], costs: vec![0.001; 2] };
    let market = market(&case.columns);
    for rule in [&rules()[0], &rules()[2], &rules()[6], &rules()[7]] {
        let (decision, held) = answer(rule, &market, 20, &case, &case.weights);
        assert!(!decision.trades() || held == case.targets, "{decision:?}");
    }
}

#[test]
fn a_review_that_is_none_is_refused_and_nothing_panics() {
    let market = market(&[[0.02, -0.01, 0.03].repeat(4), [-0.01, 0.02, 0.02].repeat(4)]);
    let refused = |rule: &Rule, targets: &[f64], weights: &[f64]| {
        let review =
            Review::new(market.as_of(months(12)[12]), targets, weights).with_cost_rates(&[0.01, 0.01]);
        rule.decide(&review, &mut Targets::new(targets.to_vec())).unwrap_err()
    };
    for rule in rules() {
        for (targets, weights) in [(&[0.5, 0.5][..], &[1.0][..]), (&[1.0], &[0.5, 0.5])] {
            assert!(matches!(refused(&rule, targets, weights), RebalanceError::Length { .. }));
        }
        for bad in [f64::NAN, f64::INFINITY] {
            let error = refused(&rule, &[0.5, 0.5], &[0.5, bad]);
            assert!(matches!(error, RebalanceError::Range { what: "weight", position: 1, .. }), "{error}");
            assert!(matches!(
                refused(&rule, &[bad, 0.5], &[0.5, 0.5]),
                RebalanceError::Range { position: 0, .. }
            ));
        }
    }
}

#[test]
fn rules_nest_sixty_deep_and_then_are_refused() {
    let nested = |depth: usize| {
        let limit = r#"{"correlation_limit":{"limit":"0.5","cap":"50","window":{"least":2,"most":3},"rule":"#;
        let text = limit.repeat(depth) + r#"{"calendar":{"every":"year","on":"end"}}"# + &"}}".repeat(depth);
        serde_json::from_str::<Rule>(&text)
    };
    assert!(nested(60).is_ok());
    assert!(nested(70).unwrap_err().to_string().contains("recursion limit"));
    assert!(nested(10_000).is_err());
}
