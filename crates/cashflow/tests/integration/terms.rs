use allweather_cashflow::{CashflowError, Rounding, RoundingStrategy, Terms};
use allweather_core::Percent;
use rust_decimal::{Decimal, dec};

#[test]
fn a_file_names_only_what_differs_from_the_published_terms() {
    let read: Terms = serde_json::from_str(r#"{"initial_capital":"400"}"#).unwrap();
    assert_eq!(read, Terms::new(dec!(400)).unwrap());
    assert_eq!((read.initial_pool(), read.pool_years(), read.rounding()), (dec!(0), dec!(3), None));
    let full = Terms::new(dec!(400.5))
        .and_then(|t| t.with_initial_pool(dec!(1.25)))
        .and_then(|t| t.with_spending(Percent::new(dec!(4))))
        .and_then(|t| t.with_pool_years(dec!(2.5)))
        .unwrap()
        .with_rounding(Rounding::new(2, RoundingStrategy::TowardZero).unwrap());
    let json = serde_json::to_string(&full).unwrap();
    assert_eq!(
        json,
        r#"{"initial_capital":"400.5","initial_pool":"1.25","spending":"4","pool_years":"2.5","rounding":{"digits":2,"strategy":"toward_zero"}}"#
    );
    assert_eq!(serde_json::from_str::<Terms>(&json).unwrap(), full);
}

#[test]
fn a_file_cannot_make_invalid_terms() {
    for bad in [
        r#"{"initial_capital":"0"}"#,
        r#"{"initial_capital":"-5"}"#,
        r#"{"initial_capital":"10000000000001"}"#,
        r#"{"initial_capital":"1.000000000000001"}"#,
        "{}",
        r#"{"initial_capital":"1","initial_pool":"-1"}"#,
        r#"{"initial_capital":"1","spending":"-1"}"#,
        r#"{"initial_capital":"1","spending":"101"}"#,
        r#"{"initial_capital":"1","pool_years":"-1"}"#,
        r#"{"initial_capital":"1","rounding":{"digits":15,"strategy":"toward_zero"}}"#,
        r#"{"initial_capital":"1","rounding":{"digits":0,"strategy":"up"}}"#,
        r#"{"initial_capital":"1","capital":"1"}"#,
    ] {
        assert!(serde_json::from_str::<Terms>(bad).is_err(), "{bad}");
    }
    assert!(matches!(Terms::new(Decimal::MAX), Err(CashflowError::Amount { .. })));
}

#[test]
fn errors_can_cross_threads() {
    fn ok<E: std::error::Error + Send + Sync + 'static>() {}
    ok::<CashflowError>();
}
