use allweather_taxes::{LossScope, LotMethod, Lots, MAX_AMOUNT, TaxError};
use proptest::prelude::*;
use rust_decimal::{Decimal, dec};

use crate::day;

pub(crate) const METHODS: [LotMethod; 4] =
    [LotMethod::Fifo, LotMethod::Lifo, LotMethod::HighestCost, LotMethod::MovingAverage];

/// Bought (units, cost) or sold (units, proceeds), drawn once.
const MOVEMENTS: [(char, i64, i64); 24] = [
    ('b', 51, 459),
    ('b', 16, 128),
    ('s', 13, 156),
    ('s', 33, 330),
    ('b', 14, 112),
    ('b', 18, 162),
    ('b', 64, 512),
    ('s', 16, 160),
    ('s', 75, 525),
    ('b', 83, 996),
    ('b', 38, 304),
    ('s', 35, 385),
    ('b', 79, 632),
    ('s', 144, 1296),
    ('b', 83, 1079),
    ('b', 22, 264),
    ('s', 145, 1015),
    ('b', 89, 801),
    ('b', 78, 858),
    ('s', 120, 1680),
    ('b', 41, 369),
    ('s', 32, 256),
    ('s', 34, 476),
    ('b', 53, 689),
];

fn close(a: Decimal, b: f64) -> bool {
    (a - Decimal::try_from(b).unwrap()).abs() < dec!(0.0000000001)
}

/// Gains and the cost that is left, from an independent program in exact fractions.
#[test]
fn sales_give_the_reference_gains() {
    let expected = [
        (LotMethod::Fifo, [39.0, 33.0, 27.0, -93.0, 69.0, -152.0, -620.0, 531.0, -96.0, 126.0], 950.0),
        (LotMethod::Lifo, [52.0, 36.0, 32.0, -93.0, 105.0, -104.0, -746.0, 444.0, -32.0, 170.0], 950.0),
        (LotMethod::HighestCost, [39.0, 33.0, 16.0, -82.0, -35.0, -48.0, -648.0, 444.0, -32.0, 170.0], 943.0),
        (
            LotMethod::MovingAverage,
            [
                42.104_477_611_940_3,
                40.880_597_014_925_37,
                27.352_468_427_095_29,
                -96.785_304_247_990_81,
                24.154_228_855_721_39,
                -51.045_713_839_181_06,
                -685.564_534_896_473_8,
                479.243_986_947_560_9,
                -50.304_069_346_896_03,
                150.551_926_318_923,
            ],
            966.588_062_845_624_6,
        ),
    ];
    for (method, gains, left) in expected {
        let mut lots = Lots::new(method);
        let mut found = Vec::new();
        for (place, (side, quantity, amount)) in MOVEMENTS.into_iter().enumerate() {
            let date = day(2025, 1, 1) + chrono::Days::new(place as u64);
            let (quantity, amount) = (Decimal::from(quantity), Decimal::from(amount));
            if side == 'b' {
                assert!(lots.buy(date, quantity, amount).unwrap().is_empty());
            } else {
                found.push(lots.sell(date, quantity, amount).unwrap().gain().unwrap());
            }
        }
        assert_eq!(found.len(), gains.len());
        for (ours, theirs) in found.into_iter().zip(gains) {
            assert!(close(ours, theirs), "{method:?} {ours} {theirs}");
        }
        assert!(close(lots.cost().unwrap(), left), "{method:?}");
    }
}

/// A Japanese broker's answer about trades of one day, unrounded: bought at 3 000 (88 of commission), sold the next day and bought at
/// 2 800; purchases of a day come first, so 100 are sold at an average of 2 900.88.
#[test]
fn a_moving_average_takes_the_purchase_of_a_day_first() {
    let mut lots = Lots::new(LotMethod::MovingAverage);
    lots.buy(day(2026, 3, 2), dec!(100), dec!(300088)).unwrap();
    lots.buy(day(2026, 3, 3), dec!(100), dec!(280088)).unwrap();
    let sale = lots.sell(day(2026, 3, 3), dec!(100), dec!(320000)).unwrap();
    assert_eq!((sale.lots[0].cost, lots.cost().unwrap()), (dec!(290088), dec!(290088)));
    assert_eq!(lots.lots().map(|lot| lot.since).next(), Some(day(2026, 3, 2)));
    // Another: bought at 1 000, sold at 800, bought back the same day at 820: the new cost is 910, and the loss 110 instead of 200.
    let mut lots = Lots::new(LotMethod::MovingAverage);
    lots.buy(day(2026, 3, 2), dec!(1), dec!(1000)).unwrap();
    lots.buy(day(2026, 3, 3), dec!(1), dec!(820)).unwrap();
    assert_eq!(lots.sell(day(2026, 3, 3), dec!(1), dec!(800)).unwrap().gain().unwrap(), dec!(-110));
    assert_eq!(lots.cost().unwrap(), dec!(910));
}

#[test]
fn what_is_wrong_is_refused_and_changes_nothing() {
    let mut lots = Lots::new(LotMethod::Fifo);
    lots.buy(day(2026, 1, 5), dec!(10), dec!(100)).unwrap();
    let before = lots.clone();
    let refusal = |lots: &mut Lots, date, quantity, amount, sell: bool| {
        let refused = if sell {
            lots.sell(date, quantity, amount).err()
        } else {
            lots.buy(date, quantity, amount).err()
        };
        refused.unwrap()
    };
    let later = day(2026, 1, 6);
    assert!(matches!(refusal(&mut lots, later, dec!(10.1), dec!(1), true), TaxError::TooMuch { .. }));
    assert!(matches!(refusal(&mut lots, day(2026, 1, 4), dec!(1), dec!(1), true), TaxError::Order { .. }));
    assert!(matches!(refusal(&mut lots, day(2026, 1, 4), dec!(1), dec!(1), false), TaxError::Order { .. }));
    for (quantity, amount) in [
        (dec!(0), dec!(1)),
        (dec!(-1), dec!(1)),
        (dec!(1), dec!(-1)),
        (dec!(0.000000000000001), dec!(1)),
        (dec!(1), dec!(0.000000000000001)),
        (MAX_AMOUNT, dec!(1)),
        (dec!(1), MAX_AMOUNT),
        (Decimal::MAX, Decimal::MAX),
    ] {
        assert!(
            matches!(refusal(&mut lots, later, quantity, amount, false), TaxError::Amount { .. }),
            "{quantity} {amount}"
        );
    }
    assert!(lots.split(dec!(0), dec!(1)).is_err() && lots.split(MAX_AMOUNT, dec!(1)).is_err());
    // Of ten units, a thousand-billionth twice over is none.
    assert!(lots.clone().split(dec!(1), MAX_AMOUNT).is_ok() && lots == before);
    lots.split(dec!(1), MAX_AMOUNT).unwrap();
    assert!(matches!(lots.split(dec!(1), MAX_AMOUNT), Err(TaxError::Amount { .. })));
    let mut lots = before.clone();
    assert!(lots.sell(later, dec!(1), dec!(-5)).is_ok(), "charges may exceed the price");
    assert_eq!(MAX_AMOUNT, dec!(10000000000000));
}

#[test]
fn a_split_keeps_the_cost() {
    let mut lots = Lots::new(LotMethod::Fifo);
    lots.buy(day(2026, 1, 5), dec!(100), dec!(1000)).unwrap();
    lots.split(dec!(3), dec!(2)).unwrap();
    assert_eq!((lots.quantity().unwrap(), lots.cost().unwrap()), (dec!(150), dec!(1000)));
    let sale = lots.sell(day(2026, 1, 6), dec!(75), dec!(600)).unwrap();
    assert_eq!(sale.gain().unwrap(), dec!(100));
}

#[test]
fn what_is_under_water_is_found_by_scope() {
    let book = |method| {
        let mut lots = Lots::new(method);
        for (d, cost) in [(1, 120), (2, 90), (3, 130), (4, 80)] {
            lots.buy(day(2026, 1, d), dec!(10), Decimal::from(cost) * dec!(10)).unwrap();
        }
        lots
    };
    let found = |method, scope, price| {
        book(method).losing(scope, price).unwrap().map(|l| (l.quantity, l.cost, l.loss))
    };
    let (position, some) = (LossScope::Position, LossScope::Lots);
    // Lots of 120, 90, 130 and 80 at 100: 20 − 10 + 30 − 20 = 20 a unit, ten of each.
    assert_eq!(found(LotMethod::Fifo, position, dec!(100)), Some((dec!(40), dec!(4200), dec!(200))));
    assert_eq!(found(LotMethod::Fifo, some, dec!(100)), Some((dec!(30), dec!(3400), dec!(400))));
    // From the newest: −20, 10, 0, 20.
    assert_eq!(found(LotMethod::Lifo, some, dec!(100)), Some((dec!(40), dec!(4200), dec!(200))));
    assert_eq!(found(LotMethod::HighestCost, some, dec!(100)), Some((dec!(20), dec!(2500), dec!(500))));
    assert_eq!(found(LotMethod::MovingAverage, some, dec!(100)), Some((dec!(40), dec!(4200), dec!(200))));
    // At 110 the position gains; two lots still lose.
    assert_eq!(found(LotMethod::HighestCost, position, dec!(110)), None);
    assert_eq!(found(LotMethod::HighestCost, some, dec!(110)), Some((dec!(20), dec!(2500), dec!(300))));
    assert_eq!(found(LotMethod::MovingAverage, some, dec!(110)), None);
    // The oldest alone: 10, then −20.
    assert_eq!(found(LotMethod::Fifo, some, dec!(110)), Some((dec!(10), dec!(1200), dec!(100))));
}

/// Purchases and sales, the sales as parts of what is held; all on the grain.
pub(crate) fn movements() -> impl Strategy<Value = Vec<(bool, u32, u32, u8)>> {
    proptest::collection::vec((any::<bool>(), 1..5_000_000_u32, 0..9_000_000_u32, 0..40_u8), 1..30)
}

/// Runs drawn movements: returns what was bought and sold in units and in money.
pub(crate) fn run(lots: &mut Lots, movements: &[(bool, u32, u32, u8)]) -> [Decimal; 5] {
    let [mut units_in, mut units_out, mut paid, mut received, mut realised] = [Decimal::ZERO; 5];
    let mut date = day(2024, 1, 1);
    for (buys, quantity, amount, days) in movements {
        date = date + chrono::Days::new((*days).into());
        let (quantity, amount) = (Decimal::new((*quantity).into(), 3), Decimal::new((*amount).into(), 2));
        if *buys {
            lots.buy(date, quantity, amount).unwrap();
            (units_in, paid) = (units_in + quantity, paid + amount);
        } else {
            let quantity = quantity.min(lots.quantity().unwrap());
            if quantity > Decimal::ZERO {
                let gain = lots.sell(date, quantity, amount).unwrap().gain().unwrap();
                (units_out, received, realised) = (units_out + quantity, received + amount, realised + gain);
            }
        }
    }
    [units_in, units_out, paid, received, realised]
}

proptest! {
    /// Quantity conserved; realised and unrealised are proceeds and value less cost, to the last digit.
    #[test]
    fn nothing_is_lost(movements in movements(), method in prop::sample::select(&METHODS[..]), price in 1..900_i64) {
        let mut lots = Lots::new(method);
        let [units_in, units_out, paid, received, realised] = run(&mut lots, &movements);
        let (held, price) = (lots.quantity().unwrap(), Decimal::new(price, 1));
        prop_assert_eq!(held, units_in - units_out);
        prop_assert_eq!(realised + lots.unrealised(price).unwrap(), received + held * price - paid);
        prop_assert!(lots.lots().all(|lot| lot.quantity > Decimal::ZERO && lot.cost >= Decimal::ZERO));
    }

    /// One sale by highest cost realises no smaller loss than the same sale of the same lots by another method.
    #[test]
    fn highest_cost_realises_the_largest_loss(
        bought in proptest::collection::vec((1..1000_u32, 0..100_000_u32), 1..12),
        part in 1..1000_u32,
        price in 1..200_u32,
    ) {
        let gain = |method| {
            let mut lots = Lots::new(method);
            for (quantity, cost) in &bought {
                lots.buy(day(2026, 1, 1), (*quantity).into(), (*cost).into()).unwrap();
            }
            let quantity = (lots.quantity().unwrap() * Decimal::from(part) / dec!(1000)).round_dp(6).max(dec!(0.000001));
            let sale = lots.sell(day(2026, 1, 2), quantity, (quantity * Decimal::from(price)).round_dp(14)).unwrap();
            sale.gain().unwrap()
        };
        let highest = gain(LotMethod::HighestCost);
        for method in METHODS {
            prop_assert!(highest <= gain(method) + dec!(0.000000000001), "{method:?}");
        }
    }

    /// What is told to be losing is what a sale of it realises, and no first part of the lots loses more.
    #[test]
    fn what_loses_most_is_found(movements in movements(), method in prop::sample::select(&METHODS[..]), price in 1..9000_i64) {
        let mut lots = Lots::new(method);
        run(&mut lots, &movements);
        let price = Decimal::new(price, 3);
        let date = day(2030, 1, 1);
        let Some(found) = lots.losing(LossScope::Lots, price).unwrap() else {
            prop_assert!(lots.losing(LossScope::Position, price).unwrap().is_none());
            return Ok(());
        };
        let realised = |quantity: Decimal| {
            let sale = lots.clone().sell(date, quantity, (quantity * price).round_dp(14)).unwrap();
            -sale.gain().unwrap()
        };
        let near = dec!(0.00000001);
        prop_assert!((realised(found.quantity) - found.loss).abs() < near);
        let mut so_far = Decimal::ZERO;
        let held = lots.quantity().unwrap();
        for part in 1..=20 {
            so_far = (held * Decimal::from(part) / dec!(20)).round_dp(6).min(held);
            if so_far > Decimal::ZERO {
                prop_assert!(realised(so_far) <= found.loss + near, "{so_far}");
            }
        }
        let whole = lots.losing(LossScope::Position, price).unwrap().map_or(Decimal::ZERO, |l| l.loss);
        prop_assert!(whole <= found.loss && so_far > Decimal::ZERO);
    }
}
