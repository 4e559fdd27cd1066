use allweather_taxes::{LotMethod, Lots, TaxError, Treatment, Window};
use proptest::prelude::*;
use rust_decimal::{Decimal, dec};

use crate::{day, lots};

fn american() -> Lots {
    Lots::new(LotMethod::Fifo).with_window(Window::UNITED_STATES).unwrap()
}

fn costs(lots: &Lots) -> Vec<(Decimal, Decimal)> {
    lots.lots().map(|lot| (lot.quantity, lot.cost)).collect()
}

/// IRS Publication 550, wash sales, and its course for volunteers (VITA), case study 1: 100 shares for 1 000, sold for 750, bought again
/// for 800: no loss, and a basis of 1 050.
#[test]
fn the_disallowed_loss_is_in_the_new_cost() {
    let mut lots = american();
    lots.buy(day(2025, 1, 2), dec!(100), dec!(1000)).unwrap();
    let sale = lots.sell(day(2025, 6, 2), dec!(100), dec!(750)).unwrap();
    assert_eq!((sale.gain().unwrap(), sale.disallowed.len()), (dec!(-250), 0));
    let disallowed = lots.buy(day(2025, 6, 20), dec!(100), dec!(800)).unwrap();
    assert_eq!((disallowed[0].sold, disallowed[0].loss), (day(2025, 6, 2), dec!(250)));
    assert_eq!(costs(&lots), [(dec!(100), dec!(1050))]);
    // The days that the sold shares were held count for the new ones.
    let lot = lots.lots().next().unwrap();
    assert_eq!((lot.bought - lot.since).num_days(), (day(2025, 6, 2) - day(2025, 1, 2)).num_days());
}

/// Publication 550, more or less stock bought than sold, example 1: 75 of 100 shares are replaced by 50 and 25 that were bought before.
#[test]
fn earlier_purchases_replace_as_many_as_they_are() {
    let mut lots = american();
    lots.buy(day(2024, 9, 24), dec!(100), dec!(5000)).unwrap();
    lots.buy(day(2024, 12, 21), dec!(50), dec!(2750)).unwrap();
    lots.buy(day(2024, 12, 28), dec!(25), dec!(1125)).unwrap();
    let sale = lots.sell(day(2025, 1, 4), dec!(100), dec!(4000)).unwrap();
    assert_eq!(sale.gain().unwrap(), dec!(-1000));
    let losses: Vec<_> = sale.disallowed.iter().map(|d| (d.quantity, d.loss)).collect();
    assert_eq!(losses, [(dec!(50), dec!(500)), (dec!(25), dec!(250))]);
    assert_eq!(costs(&lots), [(dec!(50), dec!(3250)), (dec!(25), dec!(1375))]);
}

/// Example 2: 200 shares bought over four days replace 100 sold; the first two purchases take half of the loss each.
#[test]
fn later_purchases_replace_in_their_order() {
    let mut lots = american();
    lots.buy(day(2024, 9, 24), dec!(100), dec!(5000)).unwrap();
    lots.sell(day(2025, 2, 1), dec!(100), dec!(4000)).unwrap();
    let losses: Vec<Decimal> = (12..=15)
        .map(|d| {
            let shifted = lots.buy(day(2025, 2, d), dec!(50), dec!(2000)).unwrap();
            shifted.iter().map(|s| s.loss).sum()
        })
        .collect();
    assert_eq!(losses, [dec!(500), dec!(500), dec!(0), dec!(0)]);
    assert_eq!(costs(&lots)[1..3], [(dec!(50), dec!(2500)), (dec!(50), dec!(2000))]);
}

/// A sale of several lots, of which some gain: 288 shares bought ten days later replace the losing ones only, the earliest bought first.
/// The lots sold were themselves bought in the window; what is gone replaces nothing.
#[test]
fn gains_are_not_replaced_and_what_is_sold_replaces_nothing() {
    let mut lots = american();
    for (date, quantity, cost) in [
        (day(2007, 2, 1), 10, 800),
        (day(2007, 3, 30), 111, 6789),
        (day(2007, 12, 22), 98, 5921),
        (day(2007, 12, 31), 37, 4567),
        (day(2008, 9, 16), 25, 2816),
    ] {
        lots.buy(date, Decimal::from(quantity), Decimal::from(cost)).unwrap();
    }
    let sale = lots.sell(day(2008, 9, 23), dec!(281), dec!(21075)).unwrap();
    let gains: Vec<_> = sale.lots.iter().map(|lot| lot.gain).collect();
    assert_eq!(gains, [dec!(-50), dec!(1536), dec!(1429), dec!(-1792), dec!(-941)]);
    assert!(sale.disallowed.is_empty());
    lots.buy(day(2008, 10, 3), dec!(288), dec!(17280)).unwrap();
    assert_eq!(costs(&lots)[..2], [(dec!(10), dec!(650)), (dec!(37), dec!(4012))]);
    assert_eq!(costs(&lots)[2].1, dec!(25) * dec!(60) + dec!(941));
    assert_eq!(costs(&lots)[3], (dec!(216), dec!(12960)));
}

#[test]
fn the_edges_of_the_window() {
    let loss = |before: u16, after: u16, bought: i64| {
        let window = Window { before, after, treatment: Treatment::Disallow };
        let mut lots = Lots::new(LotMethod::Fifo).with_window(window).unwrap();
        let sold = day(2026, 6, 15);
        lots.buy(day(2026, 1, 1), dec!(10), dec!(1000)).unwrap();
        if bought < 0 {
            lots.buy(sold - chrono::Days::new(bought.unsigned_abs()), dec!(10), dec!(900)).unwrap();
        }
        let sale = lots.sell(sold, dec!(10), dec!(900)).unwrap();
        let mut shifted: Decimal = sale.disallowed.iter().map(|d| d.loss).sum();
        if bought >= 0 {
            let later =
                lots.buy(sold + chrono::Days::new(bought.unsigned_abs()), dec!(10), dec!(900)).unwrap();
            shifted += later.iter().map(|d| d.loss).sum::<Decimal>();
        }
        shifted > Decimal::ZERO
    };
    assert_eq!(
        [loss(30, 30, -31), loss(30, 30, -30), loss(30, 30, 0), loss(30, 30, 30), loss(30, 30, 31)],
        [false, true, true, true, false]
    );
    assert_eq!([loss(0, 30, -1), loss(30, 0, 0), loss(30, 0, 1), loss(0, 1, 1)], [false, false, false, true]);
}

/// Five units bought in the window replace five; five more that are sold find nothing left to replace them.
#[test]
fn a_unit_replaces_one_unit_only() {
    let mut lots = american();
    lots.buy(day(2026, 1, 5), dec!(10), dec!(1000)).unwrap();
    lots.buy(day(2026, 6, 1), dec!(5), dec!(400)).unwrap();
    let disallowed = |lots: &mut Lots, proceeds| {
        let sale = lots.sell(day(2026, 6, 10), dec!(5), proceeds).unwrap();
        sale.disallowed.iter().map(|d| d.loss).sum::<Decimal>()
    };
    assert_eq!([disallowed(&mut lots, dec!(400)), disallowed(&mut lots, dec!(350))], [dec!(100), dec!(0)]);
}

/// Of two lots sold at once the one bought first is replaced first, whichever was sold first.
#[test]
fn the_earliest_bought_is_replaced_first() {
    let mut lots = Lots::new(LotMethod::Lifo).with_window(Window::UNITED_STATES).unwrap();
    lots.buy(day(2026, 1, 5), dec!(5), dec!(1000)).unwrap();
    lots.buy(day(2026, 2, 5), dec!(5), dec!(600)).unwrap();
    lots.sell(day(2026, 6, 10), dec!(10), dec!(1000)).unwrap();
    let disallowed = lots.buy(day(2026, 6, 11), dec!(5), dec!(500)).unwrap();
    assert_eq!(disallowed.iter().map(|d| d.loss).collect::<Vec<_>>(), [dec!(500)]);
}

#[test]
fn an_average_has_no_lots_to_replace() {
    let refused = Lots::new(LotMethod::MovingAverage).with_window(Window::UNITED_STATES);
    assert_eq!(refused.unwrap_err(), TaxError::AverageInWindow);
    let skips = Window { treatment: Treatment::Skip, ..Window::UNITED_STATES };
    assert!(Lots::new(LotMethod::MovingAverage).with_window(skips).is_ok());
}

proptest! {
    /// A disallowed loss is not lost: what was realised less what was disallowed, and what is unrealised, is the money that is there.
    #[test]
    fn nothing_is_lost_in_a_window(
        movements in lots::movements(),
        method in prop::sample::select(&lots::METHODS[..3]),
        (before, after) in (0..60_u16, 0..60_u16),
        price in 1..900_i64,
    ) {
        let window = Window { before, after, treatment: Treatment::Disallow };
        let (mut with, mut without) = (Lots::new(method).with_window(window).unwrap(), Lots::new(method));
        let mut shifted = Decimal::ZERO;
        let mut date = day(2024, 1, 1);
        let (mut paid, mut received, mut realised) = (Decimal::ZERO, Decimal::ZERO, Decimal::ZERO);
        for (buys, quantity, amount, days) in movements {
            date = date + chrono::Days::new(days.into());
            let (quantity, amount) = (Decimal::new(quantity.into(), 3), Decimal::new(amount.into(), 2));
            if buys {
                let disallowed = with.buy(date, quantity, amount).unwrap();
                without.buy(date, quantity, amount).unwrap();
                paid += amount;
                shifted += disallowed.iter().map(|d| d.loss).sum::<Decimal>();
                for d in disallowed {
                    prop_assert!(d.loss > Decimal::ZERO && (date - d.sold).num_days() <= i64::from(after));
                }
            } else {
                let quantity = quantity.min(with.quantity().unwrap());
                if quantity > Decimal::ZERO {
                    let sale = with.sell(date, quantity, amount).unwrap();
                    without.sell(date, quantity, amount).unwrap();
                    received += amount;
                    realised += sale.gain().unwrap();
                    shifted += sale.disallowed.iter().map(|d| d.loss).sum::<Decimal>();
                }
            }
        }
        let price = Decimal::new(price, 1);
        let held = with.quantity().unwrap();
        prop_assert_eq!(held, without.quantity().unwrap());
        prop_assert_eq!(
            realised + shifted + with.unrealised(price).unwrap(),
            received + held * price - paid
        );
        prop_assert!(with.lots().all(|lot| lot.since <= lot.bought && lot.quantity > Decimal::ZERO));
    }
}
