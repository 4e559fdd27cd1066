use allweather_core::{Currency, Money, Rate};
use allweather_costs::{Charge, CostsError, ExchangeRate, FeeSchedule, Order, Tier, TierMeasure};
use proptest::prelude::*;
use rust_decimal::{Decimal, dec};

use crate::usd;

fn fraction(x: Decimal) -> Rate {
    Rate::from_fraction(x)
}

fn order(quantity: Decimal, price: Decimal) -> Order {
    Order::new(quantity, usd(price)).unwrap()
}

fn fixed() -> FeeSchedule {
    let tier = Tier::new(None, Charge::PerShare(usd(dec!(0.005)))).with_minimum(usd(dec!(1)));
    FeeSchedule::new("fixed", Currency::USD, vec![tier]).unwrap().with_cap(fraction(dec!(0.01))).unwrap()
}

fn tiered() -> FeeSchedule {
    let tier = |up_to, charge| Tier::new(up_to, Charge::PerShare(usd(charge))).with_minimum(usd(dec!(0.35)));
    let tiers = vec![
        tier(Some(dec!(300_000)), dec!(0.0035)),
        tier(Some(dec!(3_000_000)), dec!(0.002)),
        tier(None, dec!(0.0015)),
    ];
    FeeSchedule::new("tiered", Currency::USD, tiers).unwrap()
}

fn spot() -> FeeSchedule {
    let tier = |up_to, charge, least| {
        Tier::new(up_to, Charge::PerValue(Rate::from_bps(charge))).with_minimum(usd(least))
    };
    let tiers = vec![tier(Some(dec!(1e9)), dec!(0.2), dec!(2)), tier(None, dec!(0.15), dec!(1.5))];
    FeeSchedule::new("spot", Currency::USD, tiers).unwrap()
}

#[test]
fn the_minimum_lifts_and_the_cap_binds_even_below_the_minimum() {
    let commission = |quantity, price| fixed().commission(&order(quantity, price), &[]).unwrap();
    assert_eq!(commission(dec!(100), dec!(25)), usd(dec!(1)));
    assert_eq!(commission(dec!(-1000), dec!(25)), usd(dec!(5)));
    assert_eq!(commission(dec!(1000), dec!(0.25)), usd(dec!(2.5)));
    assert_eq!(commission(dec!(10), dec!(0.2)), usd(dec!(0.02)));
}

#[test]
fn monthly_tiers_are_marginal_and_count_what_was_traded_before() {
    let commission = |order: Order| tiered().commission(&order, &[]).unwrap().amount();
    assert_eq!(commission(order(dec!(300_000), dec!(10))), dec!(1050));
    // 300 000 at .0035, 2 700 000 at .002, 1 000 000 at .0015.
    assert_eq!(commission(order(dec!(4_000_000), dec!(10))), dec!(1050) + dec!(5400) + dec!(1500));
    let later = order(dec!(200_000), dec!(10)).after_volume(dec!(200_000)).unwrap();
    assert_eq!(commission(later), dec!(350) + dec!(200));
    let beyond = order(dec!(1000), dec!(10)).after_volume(dec!(3_000_000)).unwrap();
    assert_eq!(commission(beyond), dec!(1.5));
}

#[test]
fn the_minimum_is_that_of_the_tier_where_the_order_begins() {
    let commission =
        |month| spot().commission(&order(dec!(1), dec!(5000)).after_volume(month).unwrap(), &[]).unwrap();
    assert_eq!(commission(dec!(0)), usd(dec!(2)));
    assert_eq!(commission(dec!(999_999_000)), usd(dec!(2)));
    assert_eq!(commission(dec!(1e9)), usd(dec!(1.5)));
}

#[test]
fn tiers_by_order_forget_the_month() {
    let schedule = spot().tiered_by(TierMeasure::Order);
    let large = order(dec!(2), dec!(1e9)).after_volume(dec!(1e12)).unwrap();
    assert_eq!(schedule.commission(&large, &[]).unwrap(), usd(dec!(35_000)));
    assert_eq!(spot().commission(&large, &[]).unwrap(), usd(dec!(30_000)));
}

#[test]
fn other_currencies_need_exactly_the_rates_that_are_named() {
    let yen = |amount| Money::new(amount, Currency::JPY);
    let order = Order::new(dec!(1), yen(dec!(15_000_000))).unwrap();
    let error = spot().commission(&order, &[]).unwrap_err();
    assert_eq!(error.to_string(), "an exchange rate from JPY to USD is needed and was not given");
    let back = ExchangeRate::new(Currency::USD, Currency::JPY, dec!(100)).unwrap();
    assert!(spot().commission(&order, &[back]).is_err(), "the way back is another rate");
    let rate = ExchangeRate::new(Currency::JPY, Currency::USD, dec!(0.01)).unwrap();
    // 150 000 dollars at .2 basis points.
    assert_eq!(spot().commission(&order, &[back, rate]).unwrap(), usd(dec!(3)));
    let tier = Tier::new(None, Charge::PerValue(Rate::from_bps(dec!(1)))).with_minimum(usd(dec!(2)));
    let domestic = FeeSchedule::new("yen, least in dollars", Currency::JPY, vec![tier]).unwrap();
    let small = Order::new(dec!(1), yen(dec!(1000))).unwrap();
    assert!(matches!(
        domestic.commission(&small, &[rate]),
        Err(CostsError::MissingExchangeRate { from: Currency::USD, to: Currency::JPY, .. })
    ));
    assert_eq!(domestic.commission(&small, &[back]).unwrap(), yen(dec!(200)));
}

#[test]
fn the_highest_rate_is_the_cap_or_the_highest_charge() {
    assert_eq!(fixed().max_rate(None).unwrap(), fraction(dec!(0.01)));
    assert_eq!(spot().max_rate(None).unwrap(), Rate::from_bps(dec!(0.2)));
    assert_eq!(tiered().max_rate(Some(usd(dec!(10)))).unwrap(), fraction(dec!(0.00035)));
    assert_eq!(tiered().max_rate(None), Err(CostsError::MissingPrice));
    assert!(matches!(tiered().max_rate(Some(usd(dec!(0)))), Err(CostsError::Amount { .. })));
    let yen = Money::new(dec!(10), Currency::JPY);
    assert!(matches!(tiered().max_rate(Some(yen)), Err(CostsError::MissingExchangeRate { .. })));
}

#[test]
fn a_schedule_that_does_not_hold_together_is_refused_with_the_tier() {
    let value = |up_to, bps| Tier::new(up_to, Charge::PerValue(Rate::from_bps(bps)));
    let share = |currency| Tier::new(None, Charge::PerShare(Money::new(dec!(0.01), currency)));
    let one = Some(dec!(1));
    let make = |tiers| FeeSchedule::new("x", Currency::USD, tiers);
    assert_eq!(make(vec![]), Err(CostsError::NoTiers));
    for (position, tiers) in [
        (0, vec![value(one, dec!(1))]),
        (0, vec![value(None, dec!(1)), value(None, dec!(1))]),
        (0, vec![value(Some(dec!(0)), dec!(1)), value(None, dec!(1))]),
        (1, vec![value(one, dec!(1)), value(one, dec!(1)), value(None, dec!(1))]),
        (1, vec![value(one, dec!(1)), share(Currency::USD)]),
        (0, vec![share(Currency::AUD)]),
    ] {
        let error = make(tiers).unwrap_err();
        assert!(matches!(error, CostsError::Tier { position: found, .. } if found == position), "{error}");
    }
    assert!(matches!(make(vec![value(None, dec!(-1))]), Err(CostsError::Amount { .. })));
    let minus = value(None, dec!(1)).with_minimum(usd(dec!(-1)));
    assert!(matches!(make(vec![minus]), Err(CostsError::Amount { .. })));
    assert!(fixed().with_cap(fraction(dec!(-0.01))).is_err());
    assert!(Order::new(dec!(0), usd(dec!(1))).is_err());
    assert!(Order::new(dec!(1), usd(dec!(0))).is_err());
    assert!(order(dec!(1), dec!(1)).after_volume(dec!(-1)).is_err());
    assert!(ExchangeRate::new(Currency::USD, Currency::JPY, dec!(0)).is_err());
}

#[test]
fn a_schedule_round_trips_and_a_file_cannot_make_an_invalid_one() {
    for schedule in [fixed(), tiered(), spot().tiered_by(TierMeasure::Order)] {
        let json = serde_json::to_string(&schedule).unwrap();
        assert_eq!(serde_json::from_str::<FeeSchedule>(&json).unwrap(), schedule, "{json}");
    }
    for bad in [
        r#"{"plan":"x","currency":"USD","tiers":[]}"#,
        r#"{"plan":"x","currency":"USD","tiers":[{"charge":{"per_value":"0.1"},"up_to":"5"}]}"#,
        r#"{"plan":"x","currency":"USD","tiers":[{"charge":{"per_value":"-0.1"}}]}"#,
        r#"{"plan":"x","currency":"USD","tiers":[{"charge":{"per_value":"0.1"}}],"cap":"-1"}"#,
        r#"{"plan":"x","currency":"USD","tiers":[{"charge":{"per_value":"0.1"},"least":"1"}]}"#,
        r#"{"plan":"x","currency":"USD","tiers":[{"charge":{"per_value":"0.1"}}],"max":"1"}"#,
    ] {
        assert!(serde_json::from_str::<FeeSchedule>(bad).is_err(), "{bad}");
    }
}

#[test]
fn numbers_that_do_not_fit_are_errors() {
    let huge = Order::new(Decimal::MAX, usd(Decimal::MAX)).unwrap();
    assert!(matches!(huge.value(), Err(CostsError::Overflow(_))));
    assert!(fixed().commission(&huge, &[]).is_err());
    let late = order(dec!(1), Decimal::MAX).after_volume(Decimal::MAX).unwrap();
    assert!(matches!(spot().commission(&late, &[]), Err(CostsError::Overflow(_))));
}

proptest! {
    #[test]
    fn an_order_in_two_parts_is_charged_as_in_one_where_nothing_else_binds(a in 1..5_000_000_i64, b in 1..5_000_000_i64) {
        let tiers = tiered().tiers().iter().map(|t| Tier::new(t.up_to(), t.charge())).collect();
        let schedule = FeeSchedule::new("no minimum", Currency::USD, tiers).unwrap();
        let cost = |o: Order| schedule.commission(&o, &[]).unwrap().amount();
        let whole = cost(order((a + b).into(), dec!(10)));
        let second = order(b.into(), dec!(10)).after_volume(a.into()).unwrap();
        prop_assert_eq!(whole, cost(order(a.into(), dec!(10))) + cost(second));
    }

    #[test]
    fn a_commission_rises_with_quantity_and_stays_under_the_highest_rate(
        quantity in 1..10_000_000_i64, more in 1..1_000_000_i64, cents in 1..100_000_i64, month in 0..4_000_000_i64,
    ) {
        let price = Decimal::new(cents, 2);
        for schedule in [fixed(), tiered(), spot()] {
            let cost = |quantity: i64| {
                let order = order(quantity.into(), price).after_volume(month.into()).unwrap();
                (schedule.commission(&order, &[]).unwrap().amount(), order.value().unwrap().amount())
            };
            let (less, value) = cost(quantity);
            prop_assert!(Decimal::ZERO < less && less <= cost(quantity + more).0);
            let rate = schedule.max_rate(Some(usd(price))).unwrap().fraction();
            let least = schedule.tiers()[0].minimum().unwrap().amount();
            // The quotient of a charge per share and a price keeps 28 digits.
            prop_assert!(less <= (value * rate + dec!(1e-12)).max(least), "{} of {}", less, value);
        }
    }
}
