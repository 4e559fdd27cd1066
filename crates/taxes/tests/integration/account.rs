use allweather_core::{Rate, Year};
use allweather_taxes::{LossAccount, LossDecision, LossLine, paths::Disallowed};
use rust_decimal::dec;

use crate::day;

/// By hand: a loss of December, of which a purchase in January disallows 300, belongs to December's year.
#[test]
fn sums_by_year_and_asset() {
    let line = |date, asset: &str, decision, loss, cost| {
        let mut line = LossLine::new(date, asset.parse().unwrap());
        line.decision = Some(decision);
        (line.round_trip, line.loss, line.cost, line.traded) = (loss * 10.0, loss, cost, 7.0);
        line
    };
    let december = line(day(2025, 12, 30), "a", LossDecision::Realise, 1000.0, 20.0);
    let mut january = line(day(2026, 1, 15), "a", LossDecision::BelowCost, 0.0, 0.0);
    january.disallowed.push(Disallowed::new(day(2025, 12, 30), 300.0));
    let other = line(day(2026, 1, 15), "b", LossDecision::Realise, 50.0, 30.0);
    let account = LossAccount::new([&december, &january, &other], Rate::from_fraction(dec!(0.2)));
    let total = account.total;
    assert_eq!((total.round_trips, total.left_alone, total.loss, total.cost), (2, 1, 1050.0, 50.0));
    assert_eq!((total.traded, total.round_trip, total.disallowed), (21.0, 10_500.0, 300.0));
    assert_eq!((total.allowed(), account.put_off(&total), account.net(&total)), (750.0, 150.0, 100.0));
    let year = account.years[&Year::new(2025)];
    assert_eq!(
        (year.loss, year.disallowed, account.years[&Year::new(2026)].disallowed),
        (1000.0, 300.0, 0.0)
    );
    let b = account.assets[&"b".parse().unwrap()];
    assert_eq!((account.put_off(&b), account.net(&b)), (10.0, -20.0));
    assert_eq!(LossAccount::new([], Rate::ZERO).total.round_trips, 0);
}
