use allweather_core::Percent;
use allweather_market::Market;
use allweather_rebalance::{CorrelationLimit, Decision, Reason, RebalanceError, Rebalancer, Rule};
use proptest::prelude::*;
use rust_decimal::{Decimal, dec};

use crate::panel::{decide, market, names, waves, window};

fn rule(json: &str) -> Rule {
    serde_json::from_str(json).unwrap()
}

/// Due on 31 January, the last day of 12 returns.
fn monthly() -> Rule {
    rule(r#"{"calendar":{"every":"month","on":"end"}}"#)
}

fn limit(limit: Decimal, cap: Decimal) -> CorrelationLimit {
    CorrelationLimit::new(window(4, 60), limit, Percent::new(cap), monthly()).unwrap()
}

/// `waves`, and after the first a twin of it, its size times 1.5: a correlation of 1.
fn twins() -> Vec<Vec<f64>> {
    let [first, second] = waves([0.04, 0.02], 3).try_into().unwrap();
    vec![first.clone(), first.iter().map(|r| 1.5 * r).collect(), second]
}

fn wanted(rule: &dyn Rebalancer, market: &Market, targets: &[f64]) -> Vec<f64> {
    decide(rule, market, targets, targets, &[]).unwrap().1.weights().to_vec()
}

fn near(found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len());
    assert!(found.iter().zip(expected).all(|(f, e)| (f - e).abs() < 1e-12), "{found:?} {expected:?}");
}

#[test]
fn what_moves_together_is_cut_to_the_cap_and_the_rest_goes_to_the_others() {
    let market = market(&twins());
    // 70 % in the twins, cut to 50 %: 40 and 30 become 4/7 and 3/7 of it.
    near(&wanted(&limit(dec!(0.9), dec!(50)), &market, &[0.4, 0.3, 0.3]), &[2.0 / 7.0, 1.5 / 7.0, 0.5]);
    // Below the cap nothing changes, not even by rounding.
    assert_eq!(wanted(&limit(dec!(0.9), dec!(70.1)), &market, &[0.4, 0.3, 0.3]), [0.4, 0.3, 0.3]);
    let (decision, _) =
        decide(&limit(dec!(0.9), dec!(50)), &market, &[0.4, 0.3, 0.3], &[0.4, 0.3, 0.3], &[]).unwrap();
    let Decision::Rebalance(Reason::Correlation { pair, correlation, mean, cut, .. }) = decision else {
        unreachable!("{decision:?}");
    };
    assert!(
        (correlation - 1.0).abs() < 1e-12 && (mean - 1.0 / 3.0).abs() < 1e-10 && (cut - 0.2).abs() < 1e-12
    );
    assert_eq!(pair, [0, 1]);
    assert!(
        decision.reason().explain(&names(3)).starts_with(
            "equity and bonds correlate most, 1.00 (limit 0.90, mean of all 0.33), targets cut by 20.0 %: monthly review"
        ),
        "{}",
        decision.reason().explain(&names(3))
    );
}

#[test]
fn a_lower_limit_makes_larger_groups() {
    // The third is half the first wave and half the second: a correlation of 1/√2 with either.
    let [first, second] = waves([0.04, 0.04], 3).try_into().unwrap();
    let mixed: Vec<f64> = first.iter().zip(&second).map(|(a, b)| (a + b) / 2.0).collect();
    let market = market(&[first, second, mixed]);
    let targets = [0.3, 0.3, 0.4];
    assert_eq!(wanted(&limit(dec!(0.71), dec!(40)), &market, &targets), targets);
    // All hang together by the third: no others, so what is cut stays in cash.
    near(&wanted(&limit(dec!(0.70), dec!(40)), &market, &targets), &[0.12, 0.12, 0.16]);
}

#[test]
fn a_group_that_is_lifted_above_the_cap_is_cut_as_well() {
    let [first, second] = waves([0.04, 0.02], 3).try_into().unwrap();
    let single: Vec<f64> = [0.03, -0.03, -0.03, 0.03].repeat(3);
    let market = market(&[first.clone(), second.clone(), first, single, second]);
    // Groups of 50 % (first, third) and 30 % (second, fifth), and 20 % alone.
    let targets = [0.3, 0.1, 0.2, 0.2, 0.2];
    near(&wanted(&limit(dec!(0.5), dec!(40)), &market, &targets), &[0.24, 0.12, 0.16, 0.24, 0.24]);
    near(&wanted(&limit(dec!(0.5), dec!(35)), &market, &targets), &[0.21, 0.35 / 3.0, 0.14, 0.3, 0.7 / 3.0]);
}

#[test]
fn the_other_rule_sees_the_limited_targets() {
    let market = market(&twins());
    let band = rule(r#"{"drift_band":{"measure":"portfolio","threshold":1,"scope":"breached"}}"#);
    let limit = CorrelationLimit::new(window(4, 60), dec!(0.9), Percent::new(dec!(50)), band).unwrap();
    let limited = [2.0 / 7.0, 1.5 / 7.0, 0.5];
    let (held, _) = decide(&limit, &market, &[0.4, 0.3, 0.3], &limited, &[]).unwrap();
    assert!(!held.trades(), "{held:?}");
    let (traded, wanted) = decide(&limit, &market, &[0.4, 0.3, 0.3], &[0.4, 0.3, 0.3], &[]).unwrap();
    assert!(traded.trades());
    near(wanted.weights(), &limited);
}

#[test]
fn what_does_not_vary_is_in_no_group_and_a_short_history_limits_nothing() {
    let still = market(&[twins()[0].clone(), vec![0.002; 12]]);
    let (decision, wanted) =
        decide(&limit(dec!(0.1), dec!(10)), &still, &[0.5, 0.5], &[0.5, 0.5], &[]).unwrap();
    // Nothing to limit: the other rule answers alone.
    assert!(
        decision.trades() && !matches!(decision.reason(), Reason::Correlation { .. }) && !wanted.changed()
    );
    let short = CorrelationLimit::new(window(13, 60), dec!(0.9), Percent::new(dec!(50)), monthly()).unwrap();
    let (decision, _) = decide(&short, &market(&twins()), &[0.4, 0.3, 0.3], &[0.4, 0.3, 0.3], &[]).unwrap();
    let Decision::Rebalance(Reason::Unmeasured { why, .. }) = decision else { unreachable!("{decision:?}") };
    assert_eq!(*why, Reason::TooShort { position: Some(0), found: 12, needed: 13 });
}

#[test]
fn settings_come_through_the_constructor() {
    let refused = |limit, cap| {
        let error = CorrelationLimit::new(window(4, 60), limit, Percent::new(cap), monthly()).unwrap_err();
        assert!(matches!(error, RebalanceError::Setting { .. }), "{error}");
    };
    refused(dec!(1), dec!(50));
    refused(dec!(-1), dec!(50));
    refused(dec!(0.5), dec!(0));
    refused(dec!(0.5), dec!(100));
    let dear = rule(r#"{"cost_aware":{"window":{"least":4,"most":60}}}"#);
    let costly = CorrelationLimit::new(window(4, 60), dec!(0.5), Percent::new(dec!(50)), dear).unwrap();
    assert!(costly.reads_costs() && !limit(dec!(0.5), dec!(50)).reads_costs());
    let rule = Rule::CorrelationLimit(costly);
    let json = serde_json::to_string(&rule).unwrap();
    assert_eq!(serde_json::from_str::<Rule>(&json).unwrap(), rule);
    assert!(serde_json::from_str::<Rule>(&json.replace("\"cap\"", "\"caps\"")).is_err());
    assert!(serde_json::from_str::<Rule>(&json.replace("\"0.5\"", "\"1.5\"")).is_err());
}

proptest! {
    /// The targets stay a portfolio: groups are at their cap at most, nothing outside of groups is cut, nothing is lost but to cash.
    #[test]
    fn limited_targets_are_a_portfolio(
        (columns, raw) in (2..6_usize).prop_flat_map(|n| {
            (prop::collection::vec(prop::collection::vec(-0.1..0.1_f64, 12), n), prop::collection::vec(0.01..1.0_f64, n))
        }),
        cap in 5_i64..95,
        level in -50_i64..95,
    ) {
        let sum: f64 = raw.iter().sum();
        let targets: Vec<f64> = raw.iter().map(|t| t / sum).collect();
        let market = market(&columns);
        let rule = limit(Decimal::new(level, 2), Decimal::from(cap));
        let (decision, wanted) = decide(&rule, &market, &targets, &targets, &[]).unwrap();
        let Reason::Correlation { cut, .. } = decision.reason() else { unreachable!() };
        let weights = wanted.weights();
        let cap = f64::from(i32::try_from(cap).unwrap()) / 100.0;
        let total: f64 = weights.iter().sum();
        prop_assert!(total <= 1.0 + 1e-12 && weights.iter().all(|w| *w >= 0.0));
        // Groups by another way: as far as pairs above the limit reach.
        let n = targets.len();
        let level = f64::from(i32::try_from(level).unwrap()) / 100.0;
        let mut reach = vec![vec![false; n]; n];
        for i in 0..n {
            for j in 0..n { reach[i][j] = i == j || correlation(&columns[i], &columns[j]) > level; }
        }
        for k in 0..n { for i in 0..n { for j in 0..n { reach[i][j] |= reach[i][k] && reach[k][j]; } } }
        let group = |i: usize, of: &[f64]| (0..n).filter(|j| reach[i][*j]).map(|j| of[j]).sum::<f64>();
        let size = |i: usize| reach[i].iter().filter(|r| **r).count();
        let mut at_cap = true;
        for i in 0..n {
            let held = group(i, weights);
            if size(i) == 1 { prop_assert!(weights[i] >= targets[i] - 1e-12); at_cap = false; } else {
                prop_assert!(held <= cap + 1e-9, "{} {}", held, cap);
                at_cap &= held >= cap - 1e-9;
            }
            // Within a group proportions stay.
            for j in 0..n {
                if reach[i][j] { prop_assert!((weights[i] * targets[j] - weights[j] * targets[i]).abs() < 1e-12); }
            }
        }
        prop_assert!(at_cap || (total - 1.0).abs() < 1e-9, "{}", total);
        if *cut == 0.0 { prop_assert_eq!(weights, &targets[..]); }
    }
}

fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let n = a.len() as f64;
    let (ma, mb) = (a.iter().sum::<f64>() / n, b.iter().sum::<f64>() / n);
    let product = |x: &[f64], mx: f64, y: &[f64], my: f64| {
        x.iter().zip(y).map(|(x, y)| (x - mx) * (y - my)).sum::<f64>()
    };
    product(a, ma, b, mb) / (product(a, ma, a, ma) * product(b, mb, b, mb)).sqrt()
}
