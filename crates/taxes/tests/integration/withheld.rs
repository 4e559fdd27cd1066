use allweather_core::{Currency, Money, Year};
use allweather_costs::fills::{CashKind, CashMovement, Instrument, InstrumentKind, Taxed};
use allweather_taxes::withheld;
use chrono::NaiveDate;
use rust_decimal::{Decimal, dec};

use crate::day;

pub(crate) fn movement(
    date: NaiveDate,
    kind: CashKind,
    amount: Decimal,
    currency: Currency,
    country: &str,
) -> CashMovement {
    let mut movement = CashMovement::new(date, kind, Money::new(amount, currency));
    movement.country = (!country.is_empty()).then(|| country.to_owned());
    movement
}

fn of(mut movement: CashMovement, symbol: &str) -> CashMovement {
    movement.instrument = Some(Instrument::new(symbol, InstrumentKind::Stock, movement.amount.currency()));
    movement
}

const DIVIDEND: CashKind = CashKind::WithheldTax(Taxed::Dividend);

/// A Japanese broker's own example: 333 shares at 0.21 dollars a share. The United States take 10 % (7.00 dollars, rounded by the broker),
/// Japan 15.315 % and 5 % of the rest in yen, each rounded down.
#[test]
fn a_foreign_dividend_taxed_twice() {
    let date = day(2026, 3, 20);
    let movements = [
        of(movement(date, CashKind::Dividend, dec!(69.93), Currency::USD, "US"), "A"),
        of(movement(date, DIVIDEND, dec!(-7.00), Currency::USD, "US"), "A"),
        of(movement(date, DIVIDEND, dec!(-1062), Currency::JPY, "JP"), "A"),
        of(movement(date, DIVIDEND, dec!(-346), Currency::JPY, "JP"), "A"),
    ];
    let rows = withheld(&movements).unwrap();
    let told: Vec<_> =
        rows.iter().map(|r| (r.country.as_deref(), r.currency, r.withheld, r.income)).collect();
    assert_eq!(
        told,
        [
            (Some("JP"), Currency::JPY, dec!(1408), None),
            (Some("US"), Currency::USD, dec!(7.00), Some(dec!(69.93))),
        ]
    );
    assert_eq!(rows[0].rate(), None);
    // 20.315 % of 62.93 dollars at 110.20, but for the rounding of two taxes down to a yen.
    let exact = dec!(62.93) * dec!(110.20) * dec!(0.20315);
    assert!(exact - rows[0].net().unwrap() < dec!(2) && exact > rows[0].net().unwrap());
    let rate = rows[1].rate().unwrap();
    assert!((rate - dec!(0.1)).abs() < dec!(0.001), "{rate}");
}

/// A correction of the next year nets out in its own year and is told apart; interest, gains and unknown ones have rows of their own.
#[test]
fn kinds_countries_currencies_and_years_are_kept_apart() {
    let interest = CashKind::WithheldTax(Taxed::Interest);
    let gain = CashKind::WithheldTax(Taxed::CapitalGain);
    let movements = [
        of(movement(day(2025, 12, 20), CashKind::Dividend, dec!(200), Currency::USD, "IE"), "B"),
        of(movement(day(2025, 12, 20), CashKind::PaymentInLieu, dec!(100), Currency::USD, "IE"), "B"),
        of(movement(day(2025, 12, 20), CashKind::Dividend, dec!(999), Currency::USD, "IE"), "C"),
        of(movement(day(2025, 12, 20), DIVIDEND, dec!(-45), Currency::USD, "IE"), "B"),
        of(movement(day(2026, 2, 1), DIVIDEND, dec!(15), Currency::USD, "IE"), "B"),
        movement(day(2025, 6, 1), interest.clone(), dec!(-3), Currency::JPY, "JP"),
        movement(day(2025, 6, 1), CashKind::BrokerInterest, dec!(15), Currency::JPY, ""),
        movement(day(2025, 6, 2), gain, dec!(-20315), Currency::JPY, "JP"),
        movement(day(2025, 6, 2), CashKind::WithheldTax(Taxed::NotTold), dec!(-1), Currency::USD, ""),
        movement(day(2025, 6, 3), CashKind::Fee, dec!(-500), Currency::USD, "US"),
    ];
    let rows = withheld(&movements).unwrap();
    let told: Vec<_> = rows
        .iter()
        .map(|r| (r.year.number(), r.taxed, r.country.as_deref(), r.withheld, r.given_back, r.income))
        .collect();
    assert_eq!(
        told,
        [
            (2025, Taxed::Dividend, Some("IE"), dec!(45), dec!(0), Some(dec!(300))),
            (2025, Taxed::Interest, Some("JP"), dec!(3), dec!(0), Some(dec!(15))),
            (2025, Taxed::CapitalGain, Some("JP"), dec!(20315), dec!(0), None),
            (2025, Taxed::NotTold, None, dec!(1), dec!(0), None),
            (2026, Taxed::Dividend, Some("IE"), dec!(0), dec!(15), None),
        ]
    );
    assert_eq!(rows[4].net().unwrap(), dec!(-15));
    assert_eq!(rows[0].rate(), Some(dec!(0.15)));
    assert_eq!(rows[4].year, Year::new(2026));
    let overflow = [
        movement(day(2025, 1, 1), DIVIDEND, -Decimal::MAX, Currency::USD, "US"),
        movement(day(2025, 1, 1), DIVIDEND, -Decimal::MAX, Currency::USD, "US"),
    ];
    assert!(withheld(&overflow).is_err());
}
