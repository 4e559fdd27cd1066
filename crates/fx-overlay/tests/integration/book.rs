use std::collections::BTreeMap;

use allweather_core::Currency;
use allweather_fx_overlay::{Book, FxError, FxSpec, HedgeSpec, MarginSpec, OverlaySpec, Settled, forward};
use proptest::prelude::*;

use crate::world::{FOREIGN, MONTH, World, close, end, rate, roomy, wandering};

const USD: Currency = Currency::USD;
const EUR: Currency = Currency::EUR;
const JPY: Currency = Currency::JPY;

/// The dollar of docs/formulas.md, §6: 150, then 147; yen 0.5 %, dollar 4.5 %.
fn dollar() -> World {
    let mut world = World::level(&[USD, EUR], 2);
    *world.spots_of(USD) = vec![Some(150.0), Some(147.0)];
    world.rates_of(USD).fill(Some(0.045));
    world.rates_of(JPY).fill(Some(0.005));
    world
}

#[test]
fn a_hedge_brings_what_the_forward_says() {
    let market = dollar().market();
    let mut book = Book::new(roomy(), JPY, &[USD, JPY, USD]).unwrap();
    // Two holdings in dollars are one exposure; yen are none.
    let exposures = [(USD, 600.0), (JPY, 1e9), (USD, 400.0)];
    let opened = book.open(market.as_of(end(0)), MONTH, 2000.0, &exposures).unwrap();
    assert_eq!((opened.gross, opened.margin), (1000.0, 40.0));
    assert_eq!((opened.overlay_gross, opened.overlay_volatility, opened.overlay_scale), (0.0, 0.0, 1.0));
    let price = forward(150.0, 0.005, 0.045, 0.0, MONTH).unwrap();
    let [position] = book.positions() else { panic!("one position") };
    assert_eq!((position.currency, position.hedge, position.overlay), (USD, -1000.0, 0.0));
    assert_eq!((position.spot, position.forward), (150.0, price));
    assert_eq!(book.opened(), Some(end(0)));

    let settled = book.settle(market.as_of(end(1))).unwrap();
    assert!(close(settled.hedge, 1000.0 * (price - 147.0) / 150.0, 1e-13));
    assert!(close(settled.hedge_cost, 1000.0 * 0.039_850_560_4 / 12.0, 1e-9));
    assert_eq!((settled.overlay, settled.profit(), settled.gross), (0.0, settled.hedge, 1000.0));
    assert_eq!(book.settlements()[0].spot, 147.0);
    assert_eq!((book.positions(), book.opened()), (&[][..], None));
    // What is settled is gone.
    assert_eq!(book.settle(market.as_of(end(1))).unwrap(), Settled::default());
    assert!(book.settlements().is_empty());
}

#[test]
fn the_basis_is_in_the_price_and_in_the_cost() {
    let market = dollar().market();
    let spec = roomy().with_basis(BTreeMap::from([(USD, rate("-0.002"))])).unwrap();
    let mut book = Book::new(spec, JPY, &[USD]).unwrap();
    book.open(market.as_of(end(0)), MONTH, 2000.0, &[(USD, 1.0)]).unwrap();
    assert!((book.positions()[0].forward - 149.476_961_394_8).abs() < 5e-11);
    let settled = book.settle(market.as_of(end(1))).unwrap();
    assert!((settled.hedge_cost - 0.041_843_088_4 / 12.0).abs() < 1e-11);
}

#[test]
fn half_a_hedge_and_a_currency_left_alone() {
    let market = dollar().market();
    let spec = roomy().with_hedge(HedgeSpec::new(0.5, &[EUR]).unwrap());
    let mut book = Book::new(spec, JPY, &[EUR, USD]).unwrap();
    book.open(market.as_of(end(0)), MONTH, 2000.0, &[(EUR, 300.0), (USD, 1000.0)]).unwrap();
    let hedges: Vec<_> = book.positions().iter().map(|p| (p.currency, p.hedge)).collect();
    assert_eq!(hedges, [(USD, -500.0)]);
}

#[test]
fn a_held_currency_that_cannot_be_hedged_stops_the_run() {
    let open = |world: &World, spec: FxSpec| {
        let mut book = Book::new(spec, JPY, &[USD]).unwrap();
        let result = book.open(world.market().as_of(end(1)), MONTH, 2000.0, &[(USD, 1000.0)]);
        assert_eq!(book.opened().is_some(), result.is_ok());
        assert!(result.is_ok() || book.positions().is_empty());
        result.map_err(|e| e.to_string())
    };
    let mut no_spot = dollar();
    no_spot.spots_of(USD)[1] = None;
    assert_eq!(
        open(&no_spot, roomy()).unwrap_err(),
        "USD is held on 2000-02-29 and cannot be hedged: no spot on 2000-02-29"
    );
    let mut no_rate = dollar();
    no_rate.rates_of(USD)[1] = None;
    assert_eq!(
        open(&no_rate, roomy()).unwrap_err(),
        "USD is held on 2000-02-29 and cannot be hedged: no short rate of USD for 2000-02"
    );
    let mut no_base_rate = dollar();
    no_base_rate.rates.remove(&JPY);
    assert!(open(&no_base_rate, roomy()).unwrap_err().ends_with("no short rate of JPY for 2000-02"));
    // By name, it may stay unhedged; and a ratio of 0 hedges nothing.
    for spec in [HedgeSpec::new(1.0, &[USD]).unwrap(), HedgeSpec::new(0.0, &[]).unwrap()] {
        assert!(open(&no_spot, roomy().with_hedge(spec)).is_ok());
    }
    // What is not held needs no hedge.
    let mut book = Book::new(roomy(), JPY, &[USD]).unwrap();
    book.open(no_spot.market().as_of(end(1)), MONTH, 2000.0, &[(USD, 0.0)]).unwrap();
    assert!(book.positions().is_empty());
}

#[test]
fn a_forward_without_a_spot_cannot_be_settled() {
    let mut world = dollar();
    let before = world.market();
    let mut book = Book::new(roomy(), JPY, &[EUR, USD]).unwrap();
    book.open(before.as_of(end(0)), MONTH, 2000.0, &[(EUR, 0.0), (USD, 1000.0)]).unwrap();
    world.spots_of(EUR)[1] = None;
    world.spots_of(USD)[1] = None;
    let after = world.market();
    assert_eq!(
        book.settle(after.as_of(end(1))).unwrap_err().to_string(),
        "the forward in USD opened on 2000-01-31 cannot be settled on 2000-02-29: no spot"
    );
    assert!(matches!(book.settle(before.as_of(end(0))), Err(FxError::Backwards { .. })));
    assert_eq!(book.opened(), Some(end(0)), "a refused settlement leaves the forwards open");
    world.spots_of(USD)[1] = Some(147.0);
    assert!(book.settle(world.market().as_of(end(1))).is_ok(), "nothing is open in euro");
}

#[test]
fn doors_refuse_what_is_no_number_and_what_is_out_of_turn() {
    let market = dollar().market();
    let now = market.as_of(end(0));
    let mut book = Book::new(roomy(), JPY, &[USD]).unwrap();
    for bad in [f64::NAN, f64::INFINITY, 0.0, -1.0] {
        assert!(matches!(book.open(now, bad, 1.0, &[]), Err(FxError::Value { .. })), "{bad}");
        assert!(matches!(book.open(now, MONTH, bad, &[]), Err(FxError::Value { .. })), "{bad}");
    }
    for bad in [f64::NAN, f64::INFINITY] {
        assert!(matches!(book.open(now, MONTH, 1.0, &[(USD, bad)]), Err(FxError::Value { .. })), "{bad}");
    }
    assert!(matches!(
        book.open(now, MONTH, f64::MAX, &[(USD, f64::MAX), (USD, f64::MAX)]),
        Err(FxError::Value { .. })
    ));
    assert!(matches!(book.open(now, MONTH, 1.0, &[(EUR, 1.0)]), Err(FxError::Unknown { currency: EUR, .. })));
    book.open(now, MONTH, 1.0, &[(USD, 1.0)]).unwrap();
    assert!(matches!(book.open(market.as_of(end(1)), MONTH, 1.0, &[]), Err(FxError::AlreadyOpen { .. })));
    assert_eq!(book.positions().len(), 1, "they stay as they were");

    let mut dollars = Book::new(roomy(), USD, &[]).unwrap();
    assert!(matches!(dollars.open(now, MONTH, 1.0, &[]), Err(FxError::MarketBase { .. })));
    assert!(matches!(dollars.settle(now), Err(FxError::MarketBase { .. })));
    let overlay = OverlaySpec::new(&FOREIGN, rate("0.03"), 1.0).unwrap();
    assert!(matches!(Book::new(roomy().with_overlay(overlay), EUR, &[]), Err(FxError::Base { .. })));
}

#[test]
fn a_hedge_above_the_limit_is_an_error_and_one_at_the_limit_is_not() {
    let market = dollar().market();
    let spec = FxSpec::new(MarginSpec::new(rate("0.04"), 1.0).unwrap());
    let mut book = Book::new(spec, JPY, &[USD, EUR]).unwrap();
    let now = market.as_of(end(0));
    assert_eq!(
        book.open(now, MONTH, 1000.0, &[(USD, 1000.0), (EUR, 250.0)]).unwrap_err().to_string(),
        "the hedge alone is 1.25 times net asset value on 2000-01-31, the limit of the book is 1 times"
    );
    // 0.1 + 0.2 is more than 0.3 in doubles.
    book.open(now, MONTH, 0.3, &[(USD, 0.1), (EUR, 0.2)]).unwrap();
}

proptest! {
    /// Full hedge: what is left of the spot is the cross term.
    #[test]
    fn a_fully_hedged_value_moves_with_the_spot_by_the_cross_term_only(
        world in wandering(2, 2), held in 1.0..1e6_f64, local in -0.3..0.3_f64,
    ) {
        let market = world.market();
        let mut book = Book::new(roomy(), JPY, &[USD]).unwrap();
        book.open(market.as_of(end(0)), MONTH, 1e6, &[(USD, held)]).unwrap();
        let position = book.positions()[0];
        let settled = book.settle(market.as_of(end(1))).unwrap();
        let change = book.settlements()[0].spot / position.spot - 1.0;
        let asset = held * ((1.0 + local) * (1.0 + change) - 1.0);
        let carry = (position.forward - position.spot) / position.spot;
        prop_assert!(close((asset + settled.profit()) / held, local + carry + local * change, 1e-12));
        prop_assert!(close(settled.hedge_cost / held, -carry, 1e-12));
    }
}
