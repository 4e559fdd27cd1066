use allweather_core::Rate;
use allweather_taxes::{
    BuyBack, CostBasis, LossDecision, LossRealisation, LossScope, LotMethod, Lots, TaxError, Treatment,
    Window,
};
use rust_decimal::{Decimal, dec};

use crate::day;

fn bought(method: LotMethod, quantity: Decimal, cost: Decimal) -> Lots {
    let mut lots = Lots::new(method);
    lots.buy(day(2026, 1, 30), quantity, cost).unwrap();
    lots
}

/// 1 000 units for 1 000 each: the loss at a price is weighed against its costs of 0.1 % twice.
#[test]
fn a_loss_must_be_worth_its_cost() {
    let lots = bought(LotMethod::Fifo, dec!(1000), dec!(1_000_000));
    let rate = Rate::from_bps(dec!(10));
    let date = day(2026, 3, 31);
    let review = |programme: LossRealisation, price| programme.review(&lots, price, rate, date).unwrap();
    let default = LossRealisation::default();
    let at = |price| review(default, price).decision;
    // Net of 0.1 %, 999.5 each brings 998 500.5: a loss of 1 499.5 for 1 999.
    assert_eq!(at(dec!(1002)), LossDecision::NoLoss);
    assert_eq!(review(default, dec!(999.5)).loss, dec!(1499.5));
    assert_eq!(at(dec!(999.5)), LossDecision::BelowCost);
    // loss = 10^6 − 999 p, cost = 2 p: even at 10^6 / 1001.
    assert_eq!(at(dec!(999.001)), LossDecision::BelowCost);
    assert_eq!(at(dec!(998.9)), LossDecision::Realise);
    let values = default.with_basis(CostBasis::WithoutCosts);
    assert_eq!(review(values, dec!(998.9)).decision, LossDecision::BelowCost);
    assert_eq!((review(values, dec!(990)).loss, review(values, dec!(990)).cost), (dec!(10_000), dec!(1980)));
    // Ten times the cost, a hundredth of what was paid, 10 000.
    let dear = default.with_thresholds(dec!(10), Decimal::ZERO, Decimal::ZERO).unwrap();
    assert_eq!(review(dear, dec!(985)).decision, LossDecision::BelowCost);
    let share = default.with_thresholds(dec!(1), dec!(0.02), Decimal::ZERO).unwrap();
    assert_eq!(review(share, dec!(985)).decision, LossDecision::BelowThreshold);
    assert_eq!(review(share, dec!(980)).decision, LossDecision::Realise);
    let amount = default.with_thresholds(dec!(1), Decimal::ZERO, dec!(16_000)).unwrap();
    assert_eq!(review(amount, dec!(985)).decision, LossDecision::BelowThreshold);
    assert_eq!(review(amount, dec!(984)).decision, LossDecision::Realise);
    let none = default.with_thresholds(Decimal::ZERO, Decimal::ZERO, Decimal::ZERO).unwrap();
    assert_eq!(review(none, dec!(1000)).decision, LossDecision::Realise);
}

/// Same-day averaging: of 200 under water, selling all and buying back on the day realises 100.
#[test]
fn a_day_that_averages_realises_half() {
    let lots = bought(LotMethod::MovingAverage, dec!(1), dec!(1000));
    let programme =
        LossRealisation::default().with_lots(LotMethod::MovingAverage, LossScope::Position).unwrap();
    let loss = |programme: LossRealisation| {
        programme.review(&lots, dec!(800), Rate::ZERO, day(2026, 3, 3)).unwrap().loss
    };
    assert_eq!((loss(programme), loss(programme.with_buy_back(BuyBack::SameDay))), (dec!(200), dec!(100)));
    // It differs for averages only.
    let fifo = LossRealisation::default().with_buy_back(BuyBack::SameDay);
    assert_eq!(loss(fifo), dec!(100), "the lots say how they are sold");
    let lots = bought(LotMethod::Fifo, dec!(1), dec!(1000));
    assert_eq!(fifo.review(&lots, dec!(800), Rate::ZERO, day(2026, 3, 3)).unwrap().loss, dec!(200));
}

#[test]
fn a_window_that_skips_leaves_alone() {
    let lots = bought(LotMethod::Fifo, dec!(10), dec!(1000));
    let decided = |before, after, month, of_month| {
        let window = Window { before, after, treatment: Treatment::Skip };
        let programme = LossRealisation::default().with_window(window).unwrap();
        programme.review(&lots, dec!(90), Rate::ZERO, day(2026, month, of_month)).unwrap().decision
    };
    // Bought on 30 January.
    assert_eq!(decided(30, 0, 3, 1), LossDecision::WithinWindow);
    assert_eq!(decided(30, 0, 3, 2), LossDecision::Realise);
    assert_eq!(decided(0, 1, 3, 2), LossDecision::WithinWindow, "what is bought back at once is in it");
    assert_eq!(decided(0, 0, 1, 30), LossDecision::Realise);
    let disallows = LossRealisation::default().with_window(Window::UNITED_STATES).unwrap();
    let review = disallows.review(&lots, dec!(90), Rate::ZERO, day(2026, 2, 2)).unwrap();
    assert_eq!(review.decision, LossDecision::Realise);
}

#[test]
fn a_setting_that_is_none_is_refused() {
    let programme = LossRealisation::default();
    assert!(matches!(
        programme.with_thresholds(dec!(-1), dec!(0), dec!(0)),
        Err(TaxError::Amount { what: "times_cost", .. })
    ));
    assert!(matches!(
        programme.with_thresholds(dec!(0), dec!(-1), dec!(0)),
        Err(TaxError::Amount { what: "least_share", .. })
    ));
    assert!(matches!(
        programme.with_thresholds(dec!(0), dec!(0), dec!(-1)),
        Err(TaxError::Amount { what: "least_amount", .. })
    ));
    assert!(programme.with_tax_rate(Rate::from_fraction(dec!(1.01))).is_err());
    let american = programme.with_window(Window::UNITED_STATES).unwrap();
    assert_eq!(
        american.with_lots(LotMethod::MovingAverage, LossScope::Lots).unwrap_err(),
        TaxError::AverageInWindow
    );
    let lots = bought(LotMethod::Fifo, dec!(1), dec!(1));
    for (price, bps) in [(dec!(0), 0), (dec!(-1), 0), (dec!(1), 5000), (dec!(1), -1), (Decimal::MAX, 0)] {
        assert!(programme.review(&lots, price, Rate::from_bps(bps.into()), day(2026, 3, 1)).is_err());
    }
    let text = serde_json::to_string(&american).unwrap();
    assert_eq!(serde_json::from_str::<LossRealisation>(&text).unwrap(), american);
    assert!(serde_json::from_str::<LossRealisation>(r#"{"lots":"best"}"#).is_err());
}
