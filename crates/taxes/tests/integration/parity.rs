use allweather_core::{Number, Rate};
use allweather_taxes::{BuyBack, CostBasis, LossRealisation, LossScope, Lots, Treatment, Window, paths};
use proptest::prelude::*;
use rust_decimal::Decimal;

use crate::{day, lots};

proptest! {
    /// The same movements through both doors: gains, costs, disallowed losses and the programme's answers agree.
    #[test]
    fn both_doors_book_the_same(
        movements in lots::movements(),
        method in prop::sample::select(&lots::METHODS[..]),
        window in proptest::option::of((0..60_u16, 0..60_u16)),
        price in 1..9000_i64,
        bps in 0..100_i64,
        (position, charged, same_day) in (any::<bool>(), any::<bool>(), any::<bool>()),
    ) {
        let window = window.map(|(before, after)| Window { before, after, treatment: Treatment::Disallow });
        let exact = match window.map(|window| Lots::new(method).with_window(window)) {
            None => Lots::new(method),
            Some(Ok(lots)) => lots,
            Some(Err(_)) => return Ok(()),
        };
        let (mut exact, mut path) = (exact, paths::Lots::new(method, window).unwrap());
        let (mut date, mut disallowed, mut shifted) = (day(2024, 1, 1), Vec::new(), Decimal::ZERO);
        let near = |a: Decimal, b: f64| (a.to_double() - b).abs() <= 1e-6 * (1.0 + b.abs());
        for (buys, quantity, amount, days) in movements {
            date = date + chrono::Days::new(days.into());
            // Eighths and quarters: what doubles hold exactly, so that no dust remains in one door only.
            let (quantity, amount) = (Decimal::from(quantity) / Decimal::from(8), Decimal::from(amount) / Decimal::from(4));
            if buys {
                shifted += exact.buy(date, quantity, amount).unwrap().iter().map(|d| d.loss).sum::<Decimal>();
                path.buy(date, quantity.to_double(), amount.to_double(), &mut disallowed).unwrap();
            } else {
                let quantity = quantity.min(exact.quantity().unwrap());
                if quantity > Decimal::ZERO {
                    let sale = exact.sell(date, quantity, amount).unwrap();
                    shifted += sale.disallowed.iter().map(|d| d.loss).sum::<Decimal>();
                    let gain = path.sell(date, quantity.to_double(), amount.to_double(), &mut disallowed).unwrap();
                    prop_assert!(near(sale.gain().unwrap(), gain), "{:?} {gain}", sale);
                }
            }
            prop_assert!(near(exact.quantity().unwrap(), path.quantity()) && near(exact.cost().unwrap(), path.cost()));
        }
        prop_assert!(near(shifted, disallowed.iter().map(|d| d.loss).sum()));
        let scope = if position { LossScope::Position } else { LossScope::Lots };
        let programme = LossRealisation::default().with_lots(method, scope).unwrap();
        let programme = if charged { programme } else { programme.with_basis(CostBasis::WithoutCosts) };
        let programme = if same_day { programme.with_buy_back(BuyBack::SameDay) } else { programme };
        let (price, rate) = (Decimal::from(price) / Decimal::from(1024), Rate::from_bps(Decimal::from(bps)));
        let ours = programme.review(&exact, price, rate, date).unwrap();
        let theirs = programme.review_path(&path, price.to_double(), rate.to_f64(), date).unwrap();
        // At the very edge of a threshold doubles may fall on the other side.
        if ours.decision == theirs.decision {
            prop_assert!(near(ours.quantity, theirs.quantity) && near(ours.loss, theirs.loss) && near(ours.cost, theirs.cost), "{ours:?} {theirs:?}");
        } else {
            prop_assert!(near(ours.loss, ours.cost.to_double()) || ours.loss < Decimal::new(1, 4), "{ours:?} {theirs:?}");
        }
    }
}

#[test]
fn what_is_no_number_is_refused() {
    let mut lots = paths::Lots::new(lots::METHODS[0], None).unwrap();
    let (date, mut none) = (day(2026, 1, 1), Vec::new());
    for bad in [f64::NAN, f64::INFINITY, -1.0] {
        assert!(lots.buy(date, bad, 1.0, &mut none).is_err() && lots.buy(date, 1.0, bad, &mut none).is_err());
    }
    assert!(lots.buy(date, 0.0, 1.0, &mut none).is_err());
    assert!(lots.is_empty());
    lots.buy(date, 2.0, 10.0, &mut none).unwrap();
    for bad in [f64::NAN, f64::NEG_INFINITY] {
        assert!(
            lots.sell(date, bad, 1.0, &mut none).is_err() && lots.sell(date, 1.0, bad, &mut none).is_err()
        );
    }
    assert!(lots.sell(date, 3.0, 1.0, &mut none).is_err());
    assert_eq!((lots.quantity(), lots.cost(), lots.len()), (2.0, 10.0, 1));
    let programme = LossRealisation::default();
    for (price, rate) in [(f64::NAN, 0.0), (0.0, 0.0), (1.0, f64::NAN), (1.0, 0.5), (1.0, -0.1)] {
        assert!(programme.review_path(&lots, price, rate, date).is_err(), "{price} {rate}");
    }
}
