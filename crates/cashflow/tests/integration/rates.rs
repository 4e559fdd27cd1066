use allweather_cashflow::{CashflowError, KnownRates, RateStatus};
use allweather_core::{Percent, Year};
use rust_decimal::dec;

#[test]
fn rates_grow_by_one_year_and_only_provisional_ones_change() {
    let (y0, y1) = (Year::new(2020), Year::new(2021));
    let (one, two) = (Percent::new(dec!(1)), Percent::new(dec!(2)));
    let mut rates = KnownRates::new(y0);
    assert_eq!((rates.first(), rates.get(y0)), (y0, None));
    for gap in [Year::new(2019), y1, Year::new(i32::MIN), Year::new(i32::MAX)] {
        assert!(
            matches!(rates.set(gap, one, RateStatus::Final), Err(CashflowError::RateGap { .. })),
            "{gap}"
        );
    }
    rates.set(y0, one, RateStatus::Provisional).unwrap();
    rates.set(y0, two, RateStatus::Provisional).unwrap();
    rates.set(y0, two, RateStatus::Final).unwrap();
    rates.set(y0, two, RateStatus::Final).unwrap();
    let error = rates.set(y0, one, RateStatus::Final).unwrap_err();
    assert_eq!(error.to_string(), "the rate of 2020 is final at 2 % and cannot become 1 %");
    assert!(rates.set(y0, two, RateStatus::Provisional).is_err(), "final stays final");
    rates.set(y1, one, RateStatus::Provisional).unwrap();
    let all: Vec<_> = rates.iter().collect();
    assert_eq!(all, [(y0, two, RateStatus::Final), (y1, one, RateStatus::Provisional)]);
    let error = rates.set(Year::new(2023), one, RateStatus::Final).unwrap_err();
    assert_eq!(
        error.to_string(),
        "rates are of consecutive years: expected a year from 2020 to 2022, found 2023"
    );
}

#[test]
fn a_rate_that_leaves_nothing_of_prices_is_refused() {
    let mut rates = KnownRates::new(Year::new(2020));
    for bad in [dec!(-100), dec!(-250)] {
        let result = rates.set(Year::new(2020), Percent::new(bad), RateStatus::Final);
        assert!(matches!(result, Err(CashflowError::Amount { .. })));
    }
    rates.set(Year::new(2020), Percent::new(dec!(-99.9)), RateStatus::Final).unwrap();
}
