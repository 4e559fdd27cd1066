use allweather_rebalance::{DriftMeasure, drift, paths};
use proptest::prelude::*;
use rust_decimal::{Decimal, dec, prelude::ToPrimitive};
use serde_json::Value;

fn decimal(v: &Value) -> Decimal {
    Decimal::from_str_exact(v.as_str().unwrap()).unwrap()
}

#[test]
fn conformance_in_both_doors() {
    let cases: Value = serde_json::from_str(include_str!("../data/drift.json")).unwrap();
    let mut seen = 0;
    for case in cases.as_array().unwrap() {
        let list =
            |name: &str| case["input"][name].as_array().unwrap().iter().map(decimal).collect::<Vec<_>>();
        let (targets, actual) = (list("target"), list("actual"));
        let measure: DriftMeasure = serde_json::from_value(case["input"]["measure"].clone()).unwrap();
        let drifts = drift(&targets, &actual, measure, 1).unwrap();
        for (((d, t), a), want) in
            drifts.iter().zip(&targets).zip(&actual).zip(case["expect"].as_array().unwrap())
        {
            assert!((d.percent - decimal(&want["drift_pct"])).abs() <= dec!(0.000000000001), "{d:?} {want}");
            assert_eq!(d.rounded, want["rounded"].as_i64().unwrap());
            assert_eq!(d.breached, want["breached"].as_bool().unwrap());
            let double = paths::drift_percent(t.to_f64().unwrap(), a.to_f64().unwrap(), measure);
            let exact = d.percent.to_f64().unwrap();
            assert!((double - exact).abs() <= 1e-10 * exact.abs().max(1.0), "{double} {exact}");
            assert!((paths::rounded_percent(double) - want["rounded"].as_f64().unwrap()).abs() < 0.5);
            seen += 1;
        }
    }
    assert!(seen > 40, "{seen}");
}

#[test]
fn half_a_percent_rounds_away_from_zero_in_both_doors() {
    for (target, actual, rounded) in
        [(dec!(0.2), dec!(0.205), 1), (dec!(0.205), dec!(0.2), -1), (dec!(0.2), dec!(0.2049), 0)]
    {
        let d = drift(&[target], &[actual], DriftMeasure::Portfolio, 1).unwrap()[0];
        assert_eq!(d.rounded, rounded);
        let double =
            paths::drift_percent(target.to_f64().unwrap(), actual.to_f64().unwrap(), DriftMeasure::Portfolio);
        assert_eq!(paths::rounded_percent(double).to_i64().unwrap(), rounded, "{double}");
    }
}

#[test]
fn a_holding_without_target_counts_as_drifted_by_a_hundred_percent() {
    let d = drift(&[dec!(0), dec!(0)], &[dec!(0.001), dec!(0)], DriftMeasure::Position, 1).unwrap();
    assert_eq!((d[0].percent, d[0].breached), (dec!(100), true));
    assert_eq!((d[1].percent, d[1].breached), (dec!(0), false));
    assert!(drift(&[dec!(1)], &[], DriftMeasure::Position, 1).is_err());
    assert!(
        drift(&[dec!(0.0000000000000000000000000001)], &[Decimal::MAX], DriftMeasure::Position, 1).is_err()
    );
}

proptest! {
    #[test]
    fn the_doors_agree(target in 1..100_000_u32, actual in 0..100_000_u32, position in any::<bool>()) {
        let (t, a) = (Decimal::new(target.into(), 5), Decimal::new(actual.into(), 5));
        let measure = if position { DriftMeasure::Position } else { DriftMeasure::Portfolio };
        let exact = drift(&[t], &[a], measure, 1).unwrap()[0];
        let double = paths::drift_percent(t.to_f64().unwrap(), a.to_f64().unwrap(), measure);
        prop_assert!((double - exact.percent.to_f64().unwrap()).abs() <= 1e-10 * exact.percent.to_f64().unwrap().abs().max(1.0));
        prop_assert_eq!(paths::rounded_percent(double).to_i64().unwrap(), exact.rounded);
    }
}
