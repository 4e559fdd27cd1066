use allweather_core::{AssetId, Percent};
use allweather_rebalance::{RebalanceError, Spread, minimum_capital, portfolio_minimum_capital, zero_small};
use rust_decimal::{Decimal, dec};
use serde_json::Value;

fn decimal(v: &Value) -> Decimal {
    Decimal::from_str_exact(v.as_str().unwrap()).unwrap()
}

fn asset(name: &str, unit: Decimal, weight: Decimal) -> (AssetId, Decimal, Decimal) {
    (AssetId::new(name).unwrap(), unit, weight)
}

#[test]
fn conformance() {
    let cases: Value = serde_json::from_str(include_str!("../data/min_capital.json")).unwrap();
    for case in cases.as_array().unwrap() {
        let of = |name: &str| decimal(&case["input"][name]);
        let capital =
            minimum_capital(of("unit_value"), Percent::new(of("precision_pct")), of("weight"), dec!(1))
                .unwrap();
        assert!((capital - decimal(&case["expect"])).abs() <= dec!(0.000000000001));
    }
    assert_eq!(cases.as_array().unwrap().len(), 6);
}

#[test]
fn the_asset_that_binds_is_named() {
    let assets = [
        asset("equity", dec!(25), dec!(0.05)),
        asset("gold", dec!(200), dec!(0.95)),
        asset("none", dec!(1e6), dec!(0)),
    ];
    let binding = portfolio_minimum_capital(&assets, Percent::new(dec!(0.1)), dec!(1)).unwrap().unwrap();
    assert_eq!((binding.asset.as_str(), binding.capital), ("equity", dec!(500000)));
    assert_eq!(portfolio_minimum_capital(&[], Percent::new(dec!(1)), dec!(1)).unwrap(), None);
    assert!(minimum_capital(dec!(1), Percent::ZERO, dec!(1), dec!(1)).is_err());
}

#[test]
fn a_small_weight_is_zeroed_and_spread_a_large_one_never_silently() {
    let assets = [
        asset("equity", dec!(100), dec!(0.495)),
        asset("bonds", dec!(100), dec!(0.495)),
        asset("rare", dec!(5000), dec!(0.01)),
    ];
    let one = Percent::new(dec!(1));
    let zeroing = zero_small(&assets, dec!(1_000_000), one, dec!(1), dec!(0.01), Spread::ProRata).unwrap();
    assert_eq!(zeroing.weights, [dec!(0.5), dec!(0.5), dec!(0)]);
    assert_eq!((zeroing.zeroed[0].asset.as_str(), zeroing.zeroed[0].capital), ("rare", dec!(50_000_000)));
    let cash = zero_small(&assets, dec!(1_000_000), one, dec!(1), dec!(0.01), Spread::Cash).unwrap();
    assert_eq!(cash.weights, [dec!(0.495), dec!(0.495), dec!(0)]);
    let enough = zero_small(&assets, dec!(50_000_000), one, dec!(1), dec!(0.01), Spread::ProRata).unwrap();
    assert!(enough.zeroed.is_empty());
    let error = zero_small(&assets, dec!(1_000), one, dec!(1), dec!(0.01), Spread::ProRata).unwrap_err();
    assert!(matches!(error, RebalanceError::TooLargeToZero { .. }));
    let words = error.to_string();
    for part in ["equity", "0.495", "20202", "1000", "0.01"] {
        assert!(words.contains(part), "{words} lacks {part}");
    }
}
