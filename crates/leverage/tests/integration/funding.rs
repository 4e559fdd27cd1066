use allweather_core::{Percent, Rate};
use allweather_leverage::{Funding, LeverageError, paths};
use proptest::prelude::*;
use rust_decimal::{Decimal, dec};

use crate::{cases, decimal, double, exact, near};

fn monthly(points: Decimal) -> Decimal {
    Funding::default().monthly(Percent::new(points)).unwrap().fraction()
}

#[test]
fn every_case_of_the_oracle_through_both_doors() {
    for case in cases(include_str!("../data/borrow.json")) {
        let points = &case["input"]["jgb1y_pct"];
        exact(monthly(decimal(points)), &case["expect"]);
        let doubles = paths::monthly_funding(Funding::default(), &[double(points) / 100.0]).unwrap();
        near(doubles[0], double(&case["expect"]));
    }
}

#[test]
fn a_negative_yield_counts_as_nought() {
    assert_eq!(monthly(dec!(-0.3)), monthly(dec!(0)));
    let free = Funding::new(Rate::ZERO).unwrap();
    assert_eq!(free.monthly(Percent::new(dec!(-0.3))).unwrap(), Rate::ZERO);
    assert_eq!(paths::monthly_funding(free, &[-0.003]).unwrap()[0].to_bits(), 0);
}

#[test]
fn a_spread_below_nought_is_refused_also_from_a_file() {
    assert!(matches!(Funding::new(Rate::from_bps(dec!(-1))), Err(LeverageError::Spread { .. })));
    assert!(serde_json::from_str::<Funding>(r#"{"spread":"-0.01"}"#).is_err());
    assert!(serde_json::from_str::<Funding>(r#"{"spread":"0.01","extra":0}"#).is_err());
    let json = serde_json::to_string(&Funding::default()).unwrap();
    assert_eq!(json, r#"{"spread":"0.015"}"#);
    assert_eq!(serde_json::from_str::<Funding>(&json).unwrap(), Funding::default());
}

#[test]
fn the_extremes_are_answers_or_errors() {
    // (1 + 7.9e26)^(1/12) − 1: far beyond sense, within a decimal.
    assert!(Funding::default().monthly(Percent::new(Decimal::MAX)).unwrap() > Rate::from_fraction(dec!(100)));
    let spread = Funding::new(Rate::from_fraction(Decimal::MAX)).unwrap();
    assert!(matches!(spread.monthly(Percent::new(dec!(100))), Err(LeverageError::Overflow(_))));
    for bad in [f64::NAN, f64::INFINITY] {
        let error = paths::monthly_funding(Funding::default(), &[0.01, bad]);
        assert!(matches!(error, Err(LeverageError::NotFinite { period: 1, .. })));
    }
}

proptest! {
    #[test]
    fn twelve_months_compound_to_the_year_through_both_doors(jgb1y in -500..100_000_i64, spread in 0..50_000_i64) {
        let funding = Funding::new(Rate::from_fraction(Decimal::new(spread, 5))).unwrap();
        let jgb1y = Percent::new(Decimal::new(jgb1y, 3));
        let monthly = funding.monthly(jgb1y).unwrap().fraction();
        let year = (0..12).fold(Decimal::ONE, |product, _| product * (Decimal::ONE + monthly));
        let annual = Decimal::ONE + Rate::from_percent(jgb1y).fraction().max(Decimal::ZERO) + Decimal::new(spread, 5);
        prop_assert!((year - annual).abs() <= dec!(1e-18), "{} {}", year, annual);
        let double = paths::monthly_funding(funding, &[jgb1y.to_f64() / 100.0]).unwrap()[0];
        prop_assert!((double - Rate::from_fraction(monthly).to_f64()).abs() <= 1e-14, "{} {}", double, monthly);
    }
}
