use std::collections::BTreeMap;

use allweather_core::Currency;
use allweather_fx_overlay::{
    FxError, FxSpec, HedgeSpec, MarginSpec, Momentum, OverlaySpec, SignalSpec, Value,
};

use crate::world::{FOREIGN, rate, roomy};

const FULL: &str = r#"{
    "hedge": {"ratio": 0.5, "unhedged": ["USD", "HKD"]},
    "overlay": {"currencies": ["USD", "EUR", "GBP"], "target_volatility": "0.030", "gross_limit": 1.5,
        "signals": ["carry", {"value": {"newest": 48, "oldest": 60}}, {"momentum": {"horizons": [12, 1]}}],
        "covariance_months": 24},
    "margin": {"rate": "0.04", "gross_limit": 2.5},
    "basis": {"USD": "-0.0020"},
    "fee": "0.0001"
}"#;

#[test]
fn a_file_says_what_the_constructors_say() {
    let read: FxSpec = serde_json::from_str(FULL).unwrap();
    let signals = vec![
        SignalSpec::Carry,
        SignalSpec::Value(Value::new(48, 60).unwrap()),
        SignalSpec::Momentum(Momentum::new(&[1, 12]).unwrap()),
    ];
    let overlay = OverlaySpec::new(&FOREIGN[..3], rate("0.03"), 1.5).unwrap();
    let overlay = overlay.with_signals(signals).unwrap().with_covariance_months(24).unwrap();
    let made = FxSpec::new(MarginSpec::new(rate("0.04"), 2.5).unwrap())
        .with_hedge(HedgeSpec::new(0.5, &[Currency::HKD, Currency::USD]).unwrap())
        .with_overlay(overlay)
        .with_basis(BTreeMap::from([(Currency::USD, rate("-0.002"))]))
        .unwrap()
        .with_fee(rate("0.0001"))
        .unwrap();
    assert_eq!(read, made);
    // Equal specs are written alike, and read back.
    let written = serde_json::to_string(&read).unwrap();
    assert_eq!(written, serde_json::to_string(&made).unwrap());
    assert_eq!(serde_json::from_str::<FxSpec>(&written).unwrap(), made);
    assert_eq!(made.basis(Currency::USD), rate("-0.002"));
    assert_eq!(made.basis(Currency::EUR), rate("0"));
}

#[test]
fn a_short_file_gets_the_defaults() {
    let read: FxSpec = serde_json::from_str(r#"{"margin":{"rate":"0.04","gross_limit":25.0}}"#).unwrap();
    assert_eq!(read, roomy());
    assert_eq!((read.hedge().ratio(), read.overlay(), read.fee()), (1.0, None, rate("0")));
    let overlay: OverlaySpec =
        serde_json::from_str(r#"{"currencies":["USD"],"target_volatility":"0.03","gross_limit":1}"#).unwrap();
    assert_eq!(overlay, OverlaySpec::new(&[Currency::USD], rate("0.03"), 1.0).unwrap());
    assert_eq!(overlay.signals().len(), 3);
    assert_eq!(overlay.covariance_months(), 36);
}

#[test]
fn a_file_cannot_make_an_invalid_spec() {
    for (from, to) in [
        ("\"ratio\": 0.5", "\"ratio\": 1.5"),
        ("\"HKD\"", "\"USD\""),
        ("\"unhedged\"", "\"hedged\""),
        ("\"GBP\"]", "\"USD\"]"),
        ("\"USD\", \"EUR\", \"GBP\"", ""),
        ("\"0.030\"", "\"0\""),
        ("\"0.030\"", "\"1.1\""),
        ("\"0.030\"", "\"-0.03\""),
        ("\"gross_limit\": 1.5", "\"gross_limit\": 0"),
        ("\"gross_limit\": 2.5", "\"gross_limit\": -1"),
        ("\"rate\": \"0.04\"", "\"rate\": \"1.04\""),
        ("\"newest\": 48", "\"newest\": 4"),
        ("\"newest\"", "\"latest\""),
        ("[12, 1]", "[]"),
        ("\"carry\"", "\"carrry\""),
        ("\"covariance_months\": 24", "\"covariance_months\": 1"),
        ("\"-0.0020\"", "\"-1.1\""),
        ("\"fee\": \"0.0001\"", "\"fee\": \"-0.0001\""),
        ("\"fee\"", "\"fees\""),
        ("\"margin\": {\"rate\": \"0.04\", \"gross_limit\": 2.5},", ""),
    ] {
        assert!(FULL.contains(from), "{from}");
        assert!(serde_json::from_str::<FxSpec>(&FULL.replace(from, to)).is_err(), "{from} -> {to}");
    }
}

#[test]
fn constructors_give_the_value_and_the_rule() {
    let message = |e: FxError| e.to_string();
    assert_eq!(message(HedgeSpec::new(-0.1, &[]).unwrap_err()), "hedge ratio -0.1 is not in 0..=1");
    assert!(HedgeSpec::new(f64::NAN, &[]).is_err());
    assert_eq!(
        serde_json::to_string(&HedgeSpec::new(-0.0, &[]).unwrap()).unwrap(),
        serde_json::to_string(&HedgeSpec::new(0.0, &[]).unwrap()).unwrap()
    );
    for limit in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(MarginSpec::new(rate("0"), limit).is_err());
        assert!(MarginSpec::new(rate("0.5"), 2.0).is_ok() && MarginSpec::new(rate("0.5"), 2.1).is_err());
        assert!(OverlaySpec::new(&FOREIGN, rate("0.03"), limit).is_err());
    }
    assert!(OverlaySpec::new(&FOREIGN, rate("0.03"), 1.0).unwrap().with_signals(Vec::new()).is_err());
    assert_eq!(
        message(OverlaySpec::new(&[], rate("0.03"), 1.0).unwrap_err()),
        "there are no currencies in the overlay"
    );
}
