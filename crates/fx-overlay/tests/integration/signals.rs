use allweather_core::Currency;
use allweather_fx_overlay::{Carry, FxError, Missing, Momentum, Pair, Signal, Value};
use allweather_market::{Frequency, Market, SpotPanel};
use chrono::NaiveDate;

use crate::world::{World, end, month};

const USD: Currency = Currency::USD;
const JPY: Currency = Currency::JPY;

fn value_of(signal: &dyn Signal, market: &Market, k: usize) -> Result<f64, Missing> {
    signal.value(&Pair::new(market.as_of(end(k)), USD))
}

#[test]
fn carry_is_the_difference_of_the_rates_of_the_month() {
    let mut world = World::level(&[USD], 3);
    world.rates_of(USD)[1] = Some(0.05);
    let market = world.market();
    assert!((value_of(&Carry, &market, 1).unwrap() - 0.04).abs() < 1e-15);
    assert!((value_of(&Carry, &market, 2).unwrap() - 0.02).abs() < 1e-15);
    world.rates_of(JPY)[2] = None;
    let lacking = value_of(&Carry, &world.market(), 2).unwrap_err();
    assert_eq!(lacking, Missing::ShortRate { currency: JPY, month: month(2) });
    assert_eq!(lacking.to_string(), "needs the short rate of JPY for 2000-03, there is none");
}

/// The dollar stands at 110 after 100 in the window; dollar prices rose by 20 %, yen prices by 5 %: dear twice over.
fn dear_dollar() -> World {
    let mut world = World::level(&[USD], 70);
    world.spots_of(USD)[66] = Some(110.0);
    world.prices_of(USD)[65] = Some(120.0);
    world.prices_of(JPY)[65] = Some(105.0);
    // What must not be looked at: the month of the day itself, and the months after.
    for k in 66..70 {
        world.prices_of(USD)[k] = Some(500.0);
    }
    world
}

#[test]
fn value_is_negative_for_a_currency_that_became_dear() {
    let expected = -((110.0_f64 / 100.0).ln() + (1.20_f64 / 1.05).ln());
    assert!((expected + 0.228_841).abs() < 1e-5, "worked by hand: ln 1.1 + ln 1.142857");
    let value = value_of(&Value::default(), &dear_dollar().market(), 66).unwrap();
    assert!((value - expected).abs() < 1e-14, "{value}");
    // Consumer prices without a publication delay: the month of the day is passed over all the same.
    let eager = value_of(&Value::default(), &dear_dollar().market_with_delay(0), 66).unwrap();
    assert!((eager - expected).abs() < 1e-14, "{eager}");
    // One month more of delay: prices have not moved yet, the spot has.
    let late = value_of(&Value::default(), &dear_dollar().market_with_delay(2), 66).unwrap();
    assert!((late + 1.1_f64.ln()).abs() < 1e-14, "{late}");
}

#[test]
fn value_measures_from_the_mean_of_the_window() {
    let mut world = dear_dollar();
    // 13 months, 66 to 54 back: months 0 to 12. Only these count.
    world.spots_of(USD)[0] = Some(113.0);
    world.prices_of(USD)[12] = Some(126.0);
    world.spots_of(USD)[13] = Some(999.0);
    world.prices_of(USD)[13] = Some(999.0);
    let value = value_of(&Value::default(), &world.market(), 66).unwrap();
    let expected = -((110.0_f64 / 101.0).ln() + (1.20_f64 / 1.02 / 1.05).ln());
    assert!((value - expected).abs() < 1e-14, "{value} {expected}");
}

#[test]
fn a_hole_in_consumer_prices_is_stepped_over() {
    let mut world = dear_dollar();
    // Yen prices of month 65 are not published: month 64 is the newest that both know (dollar 110, yen 100).
    world.prices_of(JPY)[65] = None;
    world.prices_of(USD)[64] = Some(110.0);
    let value = value_of(&Value::default(), &world.market(), 66).unwrap();
    assert!((value + 2.0 * 1.1_f64.ln()).abs() < 1e-14, "{value}");
    // A hole in the window: both means leave the month out.
    world.prices_of(USD)[5] = Some(1000.0);
    world.prices_of(JPY)[5] = None;
    assert_eq!(value_of(&Value::default(), &world.market(), 66).unwrap(), value);
}

#[test]
fn value_needs_its_whole_history() {
    let world = dear_dollar();
    let market = world.market();
    let short = value_of(&Value::default(), &market, 12).unwrap_err();
    assert_eq!(short, Missing::Spots { needed: 66, found: 12 });
    assert_eq!(short.to_string(), "needs 66 months of spots, 12 are there");
    assert_eq!(value_of(&Value::default(), &market, 65), Err(Missing::Spots { needed: 66, found: 65 }));

    let mut hole = world.clone();
    hole.spots_of(USD)[7] = None;
    assert_eq!(value_of(&Value::default(), &hole.market(), 66), Err(Missing::Spot { date: end(7) }));
    hole.spots_of(USD)[..8].fill(None);
    assert_eq!(
        value_of(&Value::default(), &hole.market(), 66),
        Err(Missing::Spots { needed: 66, found: 58 })
    );

    let mut ended = world.clone();
    ended.prices_of(JPY)[54..].fill(None);
    let stale = value_of(&Value::default(), &ended.market(), 66).unwrap_err();
    assert_eq!(
        stale.to_string(),
        "needs consumer prices of USD and JPY in 1 common months from 2004-07 to 2005-06, 0 are known"
    );
    ended.prices_of(JPY)[54] = Some(100.0);
    assert!(value_of(&Value::default(), &ended.market(), 66).is_ok(), "twelve months old is allowed");

    let mut quarterly = world.clone();
    for k in (0..13).filter(|k| k % 3 != 1) {
        quarterly.prices_of(USD)[k] = None;
    }
    assert!(value_of(&Value::default(), &quarterly.market(), 66).is_ok());
    quarterly.prices_of(JPY)[1] = None;
    let thin = value_of(&Value::default(), &quarterly.market(), 66).unwrap_err();
    assert!(matches!(thin, Missing::ConsumerPrices { needed: 4, found: 3, .. }), "{thin}");

    let mut broken = world;
    broken.prices_of(USD)[65] = Some(-3.0);
    let refused = value_of(&Value::default(), &broken.market(), 66).unwrap_err();
    assert_eq!(refused.to_string(), "needs a price index above zero, USD has -3 for 2005-06");
    broken.consumer_prices.remove(&USD);
    assert!(matches!(
        value_of(&Value::default(), &broken.market(), 66),
        Err(Missing::ConsumerPrices { needed: 4, found: 0, .. })
    ));
}

#[test]
fn momentum_compounds_excess_returns_and_averages_the_horizons() {
    // Rates 1.2 % and 0: the forward lies 0.1 % above the spot. The dollar rises by 1 % in the last month, falls by 2 % in
    // the one before: excess +0.9 % and −2.1 %, and −0.1 % in every earlier month.
    let mut world = World::level(&[USD], 13);
    world.rates_of(JPY).fill(Some(0.012));
    world.rates_of(USD).fill(Some(0.0));
    world.spots_of(USD)[11] = Some(98.0);
    world.spots_of(USD)[12] = Some(98.98);
    let one = 1.009_f64;
    let three = one * 0.979 * 0.999;
    let twelve = three * 0.999_f64.powi(9);
    let momentum = value_of(&Momentum::default(), &world.market(), 12).unwrap();
    assert!((momentum - ((one + three + twelve) / 3.0 - 1.0)).abs() < 1e-14, "{momentum}");

    let pair_of = |market: &Market, k| Pair::new(market.as_of(end(k)), USD).excess_return(1);
    assert!((pair_of(&world.market(), 12).unwrap() + 0.021).abs() < 1e-15);
    // The rates are those at the opening of each month.
    world.rates_of(JPY)[10] = Some(0.12);
    assert!((pair_of(&world.market(), 12).unwrap() + 0.03).abs() < 1e-15);
    world.rates_of(USD)[0] = None;
    let lacking = value_of(&Momentum::default(), &world.market(), 12).unwrap_err();
    assert_eq!(lacking, Missing::ShortRate { currency: USD, month: month(0) });
    assert!(value_of(&Momentum::new(&[11]).unwrap(), &world.market(), 12).is_ok());
    assert_eq!(
        value_of(&Momentum::default(), &world.market(), 11),
        Err(Missing::Spots { needed: 12, found: 11 })
    );
    world.rates_of(USD)[11] = Some(-99.0);
    assert!(matches!(value_of(&Momentum::default(), &world.market(), 12), Err(Missing::Other { .. })));
}

#[test]
fn an_old_spot_does_not_stand_in() {
    let mut world = World::level(&[USD], 5);
    let after = world.market();
    assert_eq!(Pair::new(after.as_of(end(9)), USD).spot(0), Err(Missing::Spot { date: end(9) }));
    world.spots_of(USD)[4] = None;
    let market = world.market();
    assert_eq!(Pair::new(market.as_of(end(4)), USD).spot(0), Err(Missing::Spot { date: end(4) }));
    assert_eq!(Pair::new(market.as_of(end(4)), USD).spot(1), Err(Missing::Spot { date: end(4) }));
    assert_eq!(Pair::new(market.as_of(end(3)), Currency::EUR).spot(0), Err(Missing::Spot { date: end(3) }));
}

/// The same spot on each of these days.
pub(crate) fn daily(world: &World, days: &[NaiveDate]) -> Market {
    let spots = vec![(USD, vec![Some(100.0); days.len()])];
    let panel = SpotPanel::new(JPY, Frequency::Daily, days.to_vec(), spots).unwrap();
    world.market().with_spots(panel).unwrap()
}

#[test]
fn daily_spots_are_refused() {
    let world = World::level(&[USD], 5);
    let day = |month: u32, day| NaiveDate::from_ymd_opt(2000, month, day).unwrap();
    let refused = |days: &[NaiveDate], months_back| {
        let market = daily(&world, days);
        let pair = Pair::new(market.as_of(*days.last().unwrap()), USD);
        pair.spot(months_back) == Err(Missing::MonthEnds { date: *days.last().unwrap() })
    };
    assert!(refused(&[day(3, 30), day(3, 31)], 0), "the row before is not a month before");
    assert!(refused(&[day(2, 29), day(3, 30)], 0), "the day is no month end");
    assert!(refused(&[day(2, 29), day(3, 30)], 1), "the day is no month end, though the row before is");
    assert!(refused(&[day(1, 28), day(2, 29), day(3, 31)], 2), "a row further back is no month end");
    assert!(!refused(&[day(1, 28), day(2, 29), day(3, 31)], 1));
    assert!(!refused(&[day(3, 31)], 0));
}

#[test]
fn parameters_outside_their_range_are_refused() {
    assert!(matches!(Value::new(12, 66), Err(FxError::Months { months: 12, .. })));
    assert!(matches!(Value::new(54, 53), Err(FxError::Months { months: 53, .. })));
    assert!(matches!(Value::new(54, 601), Err(FxError::Months { months: 601, .. })));
    assert!(matches!(Momentum::new(&[]), Err(FxError::Empty { .. })));
    for bad in [&[0][..], &[601], &[3, 1, 3]] {
        assert!(matches!(Momentum::new(bad), Err(FxError::Months { .. })), "{bad:?}");
    }
    assert_eq!(Momentum::new(&[12, 1]).unwrap().horizons(), [1, 12]);
    assert_eq!(
        Value::new(12, 66).unwrap_err().to_string(),
        "window of value: 12 months, expected more than 12 back to its newest end"
    );
}
