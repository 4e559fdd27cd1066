use allweather_core::{
    AssetId, Currency, Money, MoneyError, Number, Overflow, Percent, Rate, Weights, WeightsError,
};
use proptest::prelude::*;
use rust_decimal::{Decimal, dec};

#[test]
fn errors_can_cross_threads() {
    fn ok<E: std::error::Error + Send + Sync + 'static>() {}
    ok::<allweather_core::AssetIdError>();
    ok::<allweather_core::CurrencyError>();
    ok::<MoneyError>();
    ok::<WeightsError>();
    ok::<Overflow>();
}

#[test]
fn a_decimal_is_text_on_the_wire_and_reads_as_typed() {
    let rate = Rate::from_percent(Percent::new(dec!(4.3)));
    assert_eq!(serde_json::to_string(&rate).unwrap(), "\"0.043\"");
    for typed in ["\"0.1\"", "0.1", "1e-1"] {
        assert_eq!(serde_json::from_str::<Rate>(typed).unwrap(), Rate::from_fraction(dec!(0.1)), "{typed}");
    }
    assert_eq!(serde_json::from_str::<Percent>("-3").unwrap(), Percent::new(dec!(-3)));
    for bad in ["\"\"", "\"NaN\"", "\"1,5\"", "true", "null", "1e300", "\"1e2\"", "[1]"] {
        assert!(serde_json::from_str::<Rate>(bad).is_err(), "{bad}");
    }
}

#[test]
fn percents_are_shown_rounded_not_cut() {
    assert_eq!(format!("{:.3}", Percent::new(dec!(4.2836))), "4.284 %");
    assert_eq!(format!("{:.2}", Percent::new(dec!(-0.005))), "-0.01 %");
    assert_eq!(format!("{:.1}", Percent::new(dec!(2))), "2.0 %");
    assert_eq!(format!("{:.1}", Rate::from_bps(dec!(149.9))), "1.5 %");
}

#[test]
fn a_file_cannot_make_an_invalid_value() {
    for bad in ["[0.5,0.6]", "[]", "[-0.1,1.1]", "[1.5,-0.5]"] {
        assert!(serde_json::from_str::<Weights>(bad).is_err(), "{bad}");
    }
    assert!(matches!(Weights::new(vec![f64::NAN]), Err(WeightsError::Range { position: 0, .. })));
    assert!(serde_json::from_str::<Currency>("\"yen\"").is_err());
    assert!(serde_json::from_str::<AssetId>("\" gold\"").is_err());
    assert!(serde_json::from_str::<AssetId>("\"a\\u0000\"").is_err());
    assert!(serde_json::from_str::<Money>(r#"{"amount":"1","currency":"USD","extra":1}"#).is_err());
}

#[test]
fn money_of_two_currencies_does_not_mix() {
    let (usd, jpy) = (Money::new(dec!(1), Currency::USD), Money::new(dec!(1), Currency::JPY));
    assert!(matches!(usd.checked_add(jpy), Err(MoneyError::CurrencyMismatch { .. })));
    assert!(usd.max(jpy).is_err() && usd.min(jpy).is_err());
    let huge = Money::new(Decimal::MAX, Currency::USD);
    assert_eq!(huge.checked_add(huge), Err(MoneyError::Overflow));
    assert_eq!(huge.checked_mul(Rate::from_fraction(dec!(2))), Err(MoneyError::Overflow));
}

#[test]
fn percent_of_the_extremes_is_an_error_not_a_panic() {
    assert_eq!(Percent::change(dec!(1), dec!(0)), Err(Overflow));
    assert_eq!(Percent::change(Decimal::MAX, Decimal::MIN), Err(Overflow));
    assert_eq!(Rate::from_fraction(Decimal::MAX).to_percent(), Err(Overflow));
    assert_eq!(
        Rate::from_bps(Decimal::MAX).to_string(),
        Rate::from_bps(Decimal::MAX).to_percent().unwrap().to_string()
    );
    assert_eq!(f64::MAX.plus(f64::MAX), Err(Overflow));
    assert_eq!(1.0.over(0.0), Err(Overflow));
    assert_eq!(Decimal::ONE.over(Decimal::ZERO), Err(Overflow));
}

proptest! {
    #[test]
    fn percent_and_rate_round_trip(mantissa in any::<i64>(), scale in 0..10_u32) {
        let percent = Percent::new(Decimal::new(mantissa, scale));
        prop_assert_eq!(Rate::from_percent(percent).to_percent().unwrap(), percent);
        let json = serde_json::to_string(&percent).unwrap();
        prop_assert_eq!(serde_json::from_str::<Percent>(&json).unwrap(), percent);
    }

    #[test]
    fn scaled_fractions_are_weights(raw in prop::collection::vec(0.0..1.0_f64, 1..40)) {
        let sum: f64 = raw.iter().sum();
        prop_assume!(sum > 0.0);
        let weights = Weights::new(raw.iter().map(|x| x / sum).collect()).unwrap();
        let json = serde_json::to_string(&weights).unwrap();
        prop_assert_eq!(serde_json::from_str::<Weights>(&json).unwrap(), weights);
    }
}

proptest! {
    /// Short or long, a decimal's double is the one that its digits are read as.
    #[test]
    fn a_decimals_double_is_the_nearest(digits in any::<i128>(), shift in 32..128_u32, scale in 0..=28_u32) {
        let decimal = Decimal::from_i128_with_scale(digits >> shift, scale);
        let nearest: f64 = decimal.to_string().parse().unwrap();
        prop_assert_eq!(decimal.to_double().to_bits(), nearest.to_bits(), "{}", decimal);
    }
}

#[test]
fn a_third_is_the_nearest_double() {
    let third = Decimal::ONE.over(dec!(3)).unwrap();
    assert_eq!(third.to_double().to_bits(), (1.0_f64 / 3.0).to_bits());
    assert_eq!(Rate::from_fraction(third).to_f64().to_bits(), (1.0_f64 / 3.0).to_bits());
    assert_eq!(dec!(-0.07).to_double().to_bits(), (-0.07_f64).to_bits());
}
