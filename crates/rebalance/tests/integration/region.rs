use allweather_core::Rate;
use allweather_rebalance::{
    Decision, NoTradeRegion, Reason, RebalanceError, Rebalancer, Rule, no_trade_half_width,
};
use proptest::prelude::*;
use rust_decimal::{Decimal, dec};

use crate::bands::{ask, close, try_ask};

fn region(risk_aversion: Decimal) -> NoTradeRegion {
    NoTradeRegion::new(risk_aversion).unwrap()
}

#[test]
fn golden_half_width_of_janecek_and_shreve() {
    assert!((no_trade_half_width(0.6, 5.0, 0.001).unwrap() - 0.025_853_216_3).abs() < 5e-11);
    // (3/(2·1.5) · (1/4)² · 0.002)^{1/3} = 0.05.
    assert!((no_trade_half_width(0.5, 1.5, 0.002).unwrap() - 0.05).abs() < 1e-15);
}

#[test]
fn it_trades_to_the_edge_and_no_further() {
    let half = no_trade_half_width(0.6, 5.0, 0.001).unwrap();
    let fixed = region(dec!(5)).with_cost_rate(Rate::from_fraction(dec!(0.001))).unwrap();
    close(&ask(&fixed, &[0.6, 0.4], &[0.65, 0.35], &[]).1, &[0.6 + half, 0.4 - half]);
    // Against cash it is the textbook's case: one risky asset.
    close(&ask(&fixed, &[0.6], &[0.65], &[]).1, &[0.6 + half]);
    close(&ask(&fixed, &[0.6], &[0.55], &[]).1, &[0.6 - half]);
    // With the costs of the day the same.
    close(&ask(&region(dec!(5)), &[0.6, 0.4], &[0.65, 0.35], &[0.001, 0.001]).1, &[0.6 + half, 0.4 - half]);
}

#[test]
fn what_is_dear_to_trade_may_drift_further() {
    let rates = [0.0, 0.008, 0.001];
    let (decision, to) = ask(&region(dec!(5)), &[0.4, 0.3, 0.3], &[0.5, 0.25, 0.25], &rates);
    let dear = no_trade_half_width(0.3, 5.0, 0.008).unwrap();
    let cheap = no_trade_half_width(0.3, 5.0, 0.001).unwrap();
    assert!((dear / cheap - 2.0).abs() < 1e-12 && dear < 0.05 && cheap < 0.05);
    // What costs nothing goes to its target, and there is no cash: that fills the other two.
    assert!(decision.trades());
    close(&to, &[0.4, 0.3, 0.3]);
    // The dear one is bought to its edge; what that takes is sold of the other two, level in their half-widths.
    let (_, to) = ask(&region(dec!(5)), &[0.4, 0.3, 0.3], &[0.5, 0.15, 0.35], &[0.001, 0.008, 0.001]);
    let first = no_trade_half_width(0.4, 5.0, 0.001).unwrap();
    let level = dear / (first + cheap);
    assert!(level < 1.0);
    close(&to, &[0.4 + first * level, 0.3 - dear, 0.3 + cheap * level]);
}

#[test]
fn it_says_how_near_the_edge_is() {
    let universe = ["equity".parse().unwrap(), "bonds".parse().unwrap()];
    let say = |weights: &[f64]| {
        ask(&region(dec!(5)), &[0.6, 0.4], weights, &[0.001, 0.001]).0.reason().explain(&universe)
    };
    assert_eq!(
        say(&[0.61, 0.39]),
        "equity 61.0 % against 60.0 %: 1.59 points from the edge of its no-trade region of 2.59 points"
    );
    assert_eq!(
        say(&[0.65, 0.35]),
        "equity 65.0 % against 60.0 %: +5.00 points, no-trade region 2.59, sold to 62.6 %; 2 assets outside"
    );
}

#[test]
fn it_reads_costs_unless_they_are_fixed() {
    let fixed = region(dec!(5)).with_cost_rate(Rate::from_fraction(dec!(0.001))).unwrap();
    assert!(region(dec!(5)).reads_costs() && !fixed.reads_costs());
    assert!(Rule::NoTradeRegion(region(dec!(5))).reads_costs());
    // An engine that did not give them is told so.
    let refused = try_ask(&region(dec!(5)), &[0.6, 0.4], &[0.7, 0.3], &[]);
    assert_eq!(refused.unwrap_err().to_string(), "0 cost rates for 2 assets");
}

#[test]
fn what_is_no_region_is_refused() {
    for (weight, aversion, rate) in [
        (1.1, 5.0, 0.001),
        (f64::NAN, 5.0, 0.001),
        (0.5, 0.0, 0.001),
        (0.5, f64::INFINITY, 0.001),
        (0.5, 5.0, -0.1),
        (0.5, 5.0, 0.5),
    ] {
        assert!(matches!(no_trade_half_width(weight, aversion, rate), Err(RebalanceError::Range { .. })));
    }
    assert!(NoTradeRegion::new(dec!(0)).is_err());
    assert!(region(dec!(5)).with_cost_rate(Rate::from_fraction(dec!(0.5))).is_err());
    assert!(region(dec!(5)).with_cost_rate(Rate::from_fraction(dec!(-0.1))).is_err());
    for json in [
        r#"{"risk_aversion":0}"#,
        r#"{"risk_aversion":1,"cost_rate":1}"#,
        r#"{"risk_aversion":1,"x":1}"#,
        "{}",
    ] {
        assert!(serde_json::from_str::<NoTradeRegion>(json).is_err(), "{json}");
    }
    for json in [r#"{"risk_aversion":"5"}"#, r#"{"risk_aversion":"2.5","cost_rate":"0.001"}"#] {
        let rule: NoTradeRegion = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_string(&rule).unwrap(), json);
    }
}

fn cases() -> impl Strategy<Value = (Vec<f64>, Vec<f64>, Vec<f64>)> {
    let fractions = |n: usize| {
        prop::collection::vec(1..1000_u32, n + 1).prop_map(|parts| {
            let sum: u32 = parts.iter().sum();
            parts[1..].iter().map(|part| f64::from(*part) / f64::from(sum)).collect::<Vec<f64>>()
        })
    };
    let rates = |n: usize| prop::collection::vec((0..100_u32).prop_map(|bp| f64::from(bp) / 1e4), n);
    (1..=6_usize).prop_flat_map(move |n| (fractions(n), fractions(n), rates(n)))
}

proptest! {
    #[test]
    fn the_half_width_grows_with_the_cube_root_of_costs(weight in 0.0..=1.0, aversion in 0.1..50.0, rate in 0.0..0.06) {
        let half = |rate| no_trade_half_width(weight, aversion, rate).unwrap();
        prop_assert!((half(8.0 * rate) - 2.0 * half(rate)).abs() < 1e-14);
        prop_assert!((no_trade_half_width(weight, 8.0 * aversion, rate).unwrap() - half(rate) / 2.0).abs() < 1e-14);
        // Cash is the other side of the same trade.
        prop_assert!((no_trade_half_width(1.0 - weight, aversion, rate).unwrap() - half(rate)).abs() < 1e-14);
    }

    #[test]
    fn inside_nothing_trades_and_outside_everything_ends_inside((targets, held, rates) in cases(), aversion in 1..20_i64) {
        let rule = region(aversion.into());
        #[expect(clippy::cast_precision_loss, reason = "small")]
        let half: Vec<f64> =
            targets.iter().zip(&rates).map(|(t, k)| no_trade_half_width(*t, aversion as f64, *k).unwrap()).collect();
        let inside = |x: &[f64]| (0..x.len()).all(|i| (x[i] - targets[i]).abs() <= half[i] + 1e-10);
        let (decision, to) = ask(&rule, &targets, &held, &rates);
        prop_assert_eq!(decision.trades(), !inside(&held));
        prop_assert!(inside(&to), "{to:?}");
        prop_assert!(to.iter().sum::<f64>() <= 1.0 + 1e-12);
        let (again, still) = ask(&rule, &targets, &to, &rates);
        prop_assert!(!again.trades() && still == to, "{again:?}");
        let near = matches!(again, Decision::Hold(Reason::WithinRegion { .. }));
        prop_assert!(near);
    }

    #[test]
    fn without_costs_everything_goes_to_its_target((targets, held, rates) in cases()) {
        let free = vec![0.0; rates.len()];
        let (_, to) = ask(&region(dec!(5)), &targets, &held, &free);
        for (x, t) in to.iter().zip(&targets) {
            prop_assert!((x - t).abs() < 1e-10);
        }
    }
}
