use std::sync::Arc;

use allweather_core::Currency;
use allweather_fx_overlay::{
    Book, Carry, FxError, FxSpec, MarginSpec, Missing, Momentum, Opened, OverlaySpec, Pair, Position, Signal,
    SignalSpec, rank_weights,
};
use proptest::prelude::*;

use crate::{
    signals::daily,
    world::{FOREIGN, MONTH, World, close, end, rate, roomy, wandering},
};

const USD: Currency = Currency::USD;
const EUR: Currency = Currency::EUR;
const GBP: Currency = Currency::GBP;
const JPY: Currency = Currency::JPY;

fn overlay(currencies: &[Currency]) -> OverlaySpec {
    OverlaySpec::new(currencies, rate("0.03"), 1.5).unwrap()
}

fn carry_only(currencies: &[Currency], months: u16) -> OverlaySpec {
    overlay(currencies).with_signals(vec![SignalSpec::Carry]).unwrap().with_covariance_months(months).unwrap()
}

/// A book without exposures, opened in month `k` with net asset value 1000.
fn opened(spec: FxSpec, world: &World, k: usize) -> (Book, Opened) {
    let mut book = Book::new(spec, JPY, &[]).unwrap();
    let opened = book.open(world.market().as_of(end(k)), MONTH, 1000.0, &[]).unwrap();
    (book, opened)
}

fn targets(book: &Book) -> Vec<(Currency, f64)> {
    book.positions().iter().map(|p| (p.currency, p.overlay)).collect()
}

fn reasons(book: &Book) -> Vec<String> {
    book.omitted().iter().map(ToString::to_string).collect()
}

/// Three currencies with carries of 1, 2 and 4 %, and spots that go up and down by `size`, in step.
fn three(size: f64, months: usize) -> World {
    let mut world = World::level(&FOREIGN[..3], months);
    for (currency, carry) in [(USD, 0.02), (EUR, 0.05), (GBP, 0.03)] {
        world.rates_of(currency).fill(Some(carry));
        for (k, spot) in world.spots_of(currency).iter_mut().enumerate() {
            let up = if currency == EUR { size } else { -size };
            *spot = Some(if k % 2 == 0 { 100.0 } else { 100.0 * (1.0 + up) });
        }
    }
    world
}

#[test]
fn positions_are_sized_by_volatility_or_by_the_gross_limit() {
    // Weights −1 (USD), +1 (EUR), 0 (GBP). In the last two months EUR − USD earned a and b.
    let world = three(0.10, 3);
    let (up, down) = (0.10 + 0.10, (1.0 / 1.1 - 1.0) - (1.0 / 0.9 - 1.0));
    let mean: f64 = f64::midpoint(up, down);
    let volatility = (12.0 * ((up - mean).powi(2) + (down - mean).powi(2))).sqrt();
    let scale = 0.03 / volatility;
    assert!(scale * 2.0 < 1.5, "the volatility target binds");
    let (book, sized) = opened(roomy().with_overlay(carry_only(&FOREIGN[..3], 2)), &world, 2);
    assert_eq!(targets(&book)[2], (GBP, 0.0));
    assert!(
        close(targets(&book)[1].1, 1000.0 * scale, 1e-12)
            && close(targets(&book)[0].1, -1000.0 * scale, 1e-12)
    );
    assert!(close(sized.overlay_volatility, 0.03, 1e-12) && close(sized.overlay_gross, 2.0 * scale, 1e-12));
    assert_eq!(sized.overlay_scale, 1.0);
    assert!(close(sized.gross, 2000.0 * scale, 1e-12) && close(sized.margin, 80.0 * scale, 1e-12));

    // A tenth of the moves: now the gross limit of 1.5 binds, 0.75 a side.
    let (book, sized) = opened(roomy().with_overlay(carry_only(&FOREIGN[..3], 2)), &three(0.001, 3), 2);
    assert_eq!(targets(&book), [(USD, -750.0), (EUR, 750.0), (GBP, 0.0)]);
    assert!(sized.overlay_volatility < 0.03);
}

#[test]
fn signals_are_averaged() {
    let mut world = three(0.001, 40);
    // Carry: EUR, GBP, USD. Momentum over three months: GBP, USD, EUR.
    world.spots_of(GBP)[39] = Some(120.0);
    world.spots_of(EUR)[39] = Some(80.0);
    let signals = vec![SignalSpec::Carry, SignalSpec::Momentum(Momentum::new(&[3]).unwrap())];
    let spec = roomy().with_overlay(overlay(&FOREIGN[..3]).with_signals(signals).unwrap());
    let (book, _) = opened(spec, &world, 39);
    let [usd, eur, gbp] = book.positions() else { panic!("three positions") };
    // USD (−1 + 0)/2, EUR (1 − 1)/2, GBP (0 + 1)/2.
    assert!(gbp.overlay > 0.0 && eur.overlay == 0.0 && close(usd.overlay, -gbp.overlay, 1e-15));
}

#[test]
fn two_currencies_go_by_their_sign() {
    let mut world = three(0.001, 3);
    let (book, _) = opened(roomy().with_overlay(carry_only(&[USD, EUR], 2)), &world, 2);
    assert_eq!(targets(&book), [(USD, 750.0), (EUR, 750.0)]);
    world.rates_of(USD).fill(Some(-0.02));
    let (book, _) = opened(roomy().with_overlay(carry_only(&[USD, EUR], 2)), &world, 2);
    assert_eq!(targets(&book), [(USD, -750.0), (EUR, 750.0)]);
    // No differential, no opinion.
    world.rates_of(USD).fill(Some(0.01));
    let (book, _) = opened(roomy().with_overlay(carry_only(&[USD, EUR], 2)), &world, 2);
    assert_eq!(targets(&book), [(USD, 0.0), (EUR, 1500.0)]);
}

#[test]
fn a_constant_signal_takes_no_side() {
    let mut world = three(0.10, 3);
    for currency in FOREIGN.into_iter().take(3) {
        world.rates_of(currency).fill(Some(0.03));
    }
    let (mut book, sized) = opened(roomy().with_overlay(carry_only(&FOREIGN[..3], 2)), &world, 2);
    assert_eq!(targets(&book), [(USD, 0.0), (EUR, 0.0), (GBP, 0.0)]);
    assert_eq!((sized.gross, sized.overlay_volatility), (0.0, 0.0));
    assert!(book.omitted().is_empty());
    // Nothing is open, so no spot is needed to settle it.
    assert_eq!(book.settle(world.market().as_of(end(9))).unwrap().gross, 0.0);
}

#[test]
fn spots_that_never_moved_size_nothing() {
    // Level, or growing steadily and each at its own pace: rounding is no volatility.
    for growth in [1.0, 1.001_f64] {
        let mut world = three(0.0, 4);
        for (currency, growth) in [(USD, growth), (EUR, growth.powi(3)), (GBP, 1.0)] {
            for (k, spot) in world.spots_of(currency).iter_mut().enumerate() {
                *spot = Some(100.0 * f64::powi(growth, i32::try_from(k).unwrap()));
            }
        }
        let (book, sized) = opened(roomy().with_overlay(carry_only(&FOREIGN[..3], 3)), &world, 3);
        assert!(book.positions().is_empty(), "{growth}");
        assert_eq!(sized.gross, 0.0);
        assert_eq!(
            reasons(&book)[1],
            "EUR takes no position: the overlay has no volatility over the last 3 months to be sized by"
        );
        assert_eq!(book.omitted().len(), 3);
    }
}

#[test]
fn a_currency_without_data_takes_no_position_and_is_reported() {
    let mut world = three(0.10, 70);
    let (book, _) = opened(roomy().with_overlay(overlay(&FOREIGN[..3])), &world, 12);
    assert!(book.positions().is_empty());
    assert_eq!(reasons(&book)[1], "EUR takes no position: value needs 66 months of spots, 12 are there");

    let spec = || roomy().with_overlay(carry_only(&FOREIGN[..4], 36));
    world.rates_of(GBP)[69] = None;
    world.spots_of(USD)[40] = None;
    let (book, _) = opened(spec(), &world, 69);
    assert_eq!(
        reasons(&book),
        [
            "USD takes no position: its volatility needs 36 monthly returns in a row, 28 are there",
            "GBP takes no position: no short rate of GBP for 2005-10",
            "AUD takes no position: no spot on 2005-10-31",
        ]
    );
    // One is left: it goes by its sign.
    assert!(matches!(targets(&book)[..], [(EUR, long)] if long > 0.0));
    let (alone, _) = opened(roomy().with_overlay(carry_only(&[EUR], 36)), &world, 69);
    assert_eq!(targets(&book), targets(&alone), "what the others began is forgotten");

    world.rates.remove(&JPY);
    let (book, _) = opened(spec(), &world, 69);
    assert!(book.positions().is_empty());
    assert_eq!(reasons(&book)[1], "EUR takes no position: no short rate of JPY for 2005-10");
}

#[test]
fn a_position_of_last_month_is_not_carried_on() {
    let mut world = three(0.001, 6);
    let before = world.market();
    let mut book = Book::new(roomy().with_overlay(carry_only(&FOREIGN[..3], 2)), JPY, &[]).unwrap();
    book.open(before.as_of(end(2)), MONTH, 1000.0, &[]).unwrap();
    book.settle(before.as_of(end(3))).unwrap();
    // Spot and rate are there, the returns are not.
    world.spots_of(EUR)[3] = None;
    let after = world.market();
    book.open(after.as_of(end(4)), MONTH, 1000.0, &[]).unwrap();
    assert_eq!(book.omitted()[0].currency, EUR);
    assert_eq!(targets(&book), [(USD, 750.0), (GBP, 750.0)]);
    // Reported anew each time, once.
    book.settle(after.as_of(end(5))).unwrap();
    book.open(after.as_of(end(5)), MONTH, 1000.0, &[]).unwrap();
    assert_eq!(book.omitted().len(), 1);
}

#[test]
fn hedge_and_overlay_in_one_currency_are_one_position() {
    let world = three(0.001, 4);
    let market = world.market();
    let mut book = Book::new(roomy().with_overlay(carry_only(&FOREIGN[..3], 2)), JPY, &[EUR]).unwrap();
    let sized = book.open(market.as_of(end(2)), MONTH, 1000.0, &[(EUR, 400.0)]).unwrap();
    let [eur, usd, gbp] = book.positions() else { panic!("three positions") };
    assert_eq!((eur.currency, eur.hedge, eur.overlay, eur.net()), (EUR, -400.0, 750.0, 350.0));
    assert_eq!((usd.net(), gbp.net()), (-750.0, 0.0));
    assert_eq!((sized.gross, sized.overlay_gross), (1100.0, 1.5));
    let settled = book.settle(market.as_of(end(3))).unwrap();
    assert_eq!(settled.gross, 1100.0);
    assert_eq!(book.settlements().len(), 2, "nothing is open in pounds");
    assert!(settled.hedge_cost > 0.0 && settled.overlay != 0.0);

    // Its rate ends: the overlay goes without it; held and to be hedged, it stops the run.
    let mut ended = three(0.001, 4);
    ended.rates_of(EUR)[2] = None;
    let ended = ended.market();
    book.open(ended.as_of(end(2)), MONTH, 1000.0, &[(EUR, 0.0)]).unwrap();
    assert_eq!(book.omitted()[0].currency, EUR);
    book.settle(ended.as_of(end(3))).unwrap();
    let held = book.open(ended.as_of(end(2)), MONTH, 1000.0, &[(EUR, 1.0)]);
    assert!(matches!(held, Err(FxError::Unhedgeable { currency: EUR, .. })));
    assert!(book.omitted().is_empty());
}

#[test]
fn the_books_limit_scales_the_overlay_and_leaves_the_hedge() {
    let world = three(0.001, 4);
    let market = world.market();
    let open = |limit: f64, held: [f64; 3]| {
        let spec = FxSpec::new(MarginSpec::new(rate("0.04"), limit).unwrap());
        let mut book =
            Book::new(spec.with_overlay(carry_only(&FOREIGN[..3], 2)), JPY, &FOREIGN[..3]).unwrap();
        let exposures: Vec<_> = FOREIGN.into_iter().zip(held).collect();
        let opened = book.open(market.as_of(end(2)), MONTH, 1000.0, &exposures).unwrap();
        (book, opened)
    };
    // Overlay: −750 USD, +750 EUR. Hedge −400 USD: gross 400 + 1500·g ≤ 1000 at g = 0.4.
    let (book, opened) = open(1.0, [400.0, 0.0, 0.0]);
    assert!(close(opened.overlay_scale, 0.4, 1e-12) && close(opened.gross, 1000.0, 1e-12), "{opened:?}");
    assert_eq!(book.positions()[0].hedge, -400.0);
    // Hedge −400 EUR: the overlay first closes it. |−400 + 750g| + 750g ≤ 500 at g = 0.6, beyond the kink at 0.5333.
    let (_, opened) = open(0.5, [0.0, 400.0, 0.0]);
    assert!(close(opened.overlay_scale, 0.6, 1e-12) && close(opened.gross, 500.0, 1e-12), "{opened:?}");
    // The hedge fills the limit by itself: no overlay.
    let (book, opened) = open(0.4, [400.0, 0.0, 0.0]);
    assert!(opened.overlay_scale.abs() < 1e-9 && close(opened.gross, 400.0, 1e-12), "{opened:?}");
    assert!(close(book.positions()[0].net(), -400.0, 1e-9));
    // Beyond it: an error, and nothing is left of the attempt.
    let spec = FxSpec::new(MarginSpec::new(rate("0.04"), 0.3).unwrap());
    let mut book = Book::new(spec.with_overlay(carry_only(&FOREIGN[..4], 2)), JPY, &[USD]).unwrap();
    let refused = book.open(market.as_of(end(2)), MONTH, 1000.0, &[(USD, 400.0)]);
    assert!(matches!(refused, Err(FxError::HedgeLimit { .. })));
    assert!(book.positions().is_empty() && book.omitted().is_empty() && book.opened().is_none());
}

/// An opinion by letter; no opinion on sterling.
#[derive(Debug)]
struct Alphabetical(f64);

impl Signal for Alphabetical {
    fn value(&self, pair: &Pair<'_>) -> Result<f64, Missing> {
        match pair.currency {
            GBP => Err(Missing::Other { what: "a letter it knows" }),
            other => Ok(f64::from(other.code().as_bytes()[0]) * self.0),
        }
    }
    fn name(&self) -> &'static str {
        "alphabet"
    }
}

#[test]
fn a_signal_of_ones_own() {
    let world = three(0.001, 3);
    let book = || Book::new(roomy().with_overlay(carry_only(&FOREIGN[..3], 2)), JPY, &[]).unwrap();
    let market = world.market();
    let mut own = book().with_signals(vec![Arc::new(Carry), Arc::new(Alphabetical(-1.0))]).unwrap();
    own.open(market.as_of(end(2)), MONTH, 1000.0, &[]).unwrap();
    assert_eq!(reasons(&own), ["GBP takes no position: alphabet needs a letter it knows"]);
    // Signs: carry is +1 for both, the alphabet −1 for both; they cancel.
    assert_eq!(targets(&own), [(USD, 0.0), (EUR, 0.0)]);
    let mut broken = book().with_signals(vec![Arc::new(Alphabetical(f64::NAN))]).unwrap();
    assert_eq!(
        broken.open(market.as_of(end(2)), MONTH, 1000.0, &[]).unwrap_err().to_string(),
        "signal alphabet of USD on 2000-03-31 is NaN, not a finite number"
    );
    assert!(matches!(book().with_signals(Vec::new()), Err(FxError::Empty { .. })));
    let plain = Book::new(roomy(), JPY, &[]).unwrap();
    assert!(matches!(plain.with_signals(vec![Arc::new(Carry)]), Err(FxError::NoOverlay)));
}

/// Prefers one currency to all others, which are alike to it.
#[derive(Debug)]
struct Likes(Currency);

impl Signal for Likes {
    fn value(&self, pair: &Pair<'_>) -> Result<f64, Missing> {
        Ok(if pair.currency == self.0 { 1.0 } else { 0.0 })
    }
}

#[test]
fn signals_that_cancel_out_leave_no_dust_to_be_scaled_up() {
    // Each of four currencies is liked by one signal: +1 and three times −1/3, which doubles do not add up to 0.
    let mut world = three(0.10, 3);
    let fourth = Currency::AUD;
    world.spots.push((fourth, vec![Some(100.0), Some(101.0), Some(100.0)]));
    world.rates.insert(fourth, vec![Some(0.03); 3]);
    let market = world.market();
    let likes = FOREIGN[..4].iter().map(|c| Arc::new(Likes(*c)) as Arc<dyn Signal>).collect();
    let book = Book::new(roomy().with_overlay(carry_only(&FOREIGN[..4], 2)), JPY, &[]).unwrap();
    let mut book = book.with_signals(likes).unwrap();
    assert_eq!(book.open(market.as_of(end(2)), MONTH, 1000.0, &[]).unwrap().gross, 0.0);
    assert_eq!((book.positions().len(), book.omitted().len()), (4, 0));
}

#[test]
fn daily_spots_can_hedge_but_not_overlay() {
    let world = World::level(&[USD], 3);
    let days = [end(0).pred_opt().unwrap(), end(0), end(1).pred_opt().unwrap(), end(1)];
    let market = daily(&world, &days);
    let now = market.as_of(end(1));
    let mut hedge = Book::new(roomy(), JPY, &[USD]).unwrap();
    assert!(hedge.open(now, MONTH, 1000.0, &[(USD, 1.0)]).is_ok());
    let mut both = Book::new(roomy().with_overlay(carry_only(&[USD], 2)), JPY, &[USD]).unwrap();
    let refused = both.open(now, MONTH, 1000.0, &[(USD, 1.0)]).unwrap_err();
    assert!(matches!(refused, FxError::NotMonthly { currency: USD, .. }), "{refused}");
}

fn volatility(world: &World, positions: &[Position], last: usize, months: usize) -> f64 {
    let returns = |c: Currency| -> Vec<f64> {
        let spots = &world.spots.iter().find(|(found, _)| *found == c).unwrap().1;
        (last + 1 - months..=last).map(|k| spots[k].unwrap() / spots[k - 1].unwrap() - 1.0).collect()
    };
    let mut variance = 0.0;
    for a in positions {
        for b in positions {
            let (x, y) = (returns(a.currency), returns(b.currency));
            let mean = |v: &[f64]| v.iter().sum::<f64>() / v.len() as f64;
            let (mx, my) = (mean(&x), mean(&y));
            let sum: f64 = x.iter().zip(&y).map(|(x, y)| (x - mx) * (y - my)).sum();
            variance += a.overlay * b.overlay * sum / (months as f64 - 1.0) * 12.0;
        }
    }
    variance.max(0.0).sqrt()
}

const EXPOSURES: [(Currency, f64); 3] = [(USD, 400.0), (EUR, 100.0), (GBP, 50.0)];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Limits, netting and the split of the profit, in worlds with everything.
    #[test]
    fn the_book_keeps_its_limits_and_adds_up(world in wandering(3..=5, 69), limit in 0.6..3.0_f64) {
        let market = world.market();
        let currencies = &FOREIGN[..world.spots.len()];
        let spec = FxSpec::new(MarginSpec::new(rate("0.05"), limit).unwrap()).with_overlay(overlay(currencies));
        let mut book = Book::new(spec, JPY, currencies).unwrap();
        let opened = book.open(market.as_of(end(67)), MONTH, 1000.0, &EXPOSURES).unwrap();
        prop_assert!(book.omitted().is_empty());
        let positions = book.positions().to_vec();
        prop_assert_eq!(positions.len(), currencies.len());
        let gross: f64 = positions.iter().map(|p| p.net().abs()).sum();
        prop_assert!(gross <= limit * 1000.0 * (1.0 + 1e-11));
        prop_assert!(close(gross, opened.gross, 1e-12) && close(opened.margin, 0.05 * gross, 1e-12));
        let overlay: f64 = positions.iter().map(|p| p.overlay.abs()).sum();
        prop_assert!(overlay <= 1500.0 * (1.0 + 1e-12) && close(overlay, opened.overlay_gross * 1000.0, 1e-12));
        let risk = volatility(&world, &positions, 67, 36) / 1000.0;
        prop_assert!(risk <= 0.03 * (1.0 + 1e-9) && (risk - opened.overlay_volatility).abs() < 1e-9);
        // One of the three limits binds, unless the signals cancel out.
        let bound = close(risk, 0.03, 1e-9) || close(overlay, 1500.0, 1e-9) || close(gross, limit * 1000.0, 1e-9);
        prop_assert!(bound || overlay == 0.0);
        prop_assert!(positions.iter().map(|p| p.overlay).sum::<f64>().abs() < 1e-9, "long and short are equal");

        let settled = book.settle(market.as_of(end(68))).unwrap();
        let mut profit = 0.0;
        for position in &positions {
            let spots = &world.spots.iter().find(|(c, _)| *c == position.currency).unwrap().1;
            let (before, after) = (spots[67].unwrap(), spots[68].unwrap());
            profit += position.net() * (after / before - position.forward / before);
        }
        prop_assert!(close(settled.profit() / 1000.0, profit / 1000.0, 1e-12));
        prop_assert!(close(book.settlements().iter().map(|s| s.hedge).sum(), settled.hedge, 1e-12));
        prop_assert_eq!(settled.gross, opened.gross);
    }

    /// One signal, roomy limits: positions are the rank weights, scaled.
    #[test]
    fn one_signal_gives_its_rank_weights(world in wandering(3..=5, 40)) {
        let currencies = &FOREIGN[..world.spots.len()];
        let (book, opened) = opened(roomy().with_overlay(carry_only(currencies, 36)), &world, 39);
        let carries: Vec<f64> = currencies.iter().map(|c| world.rates[c][39].unwrap()).collect();
        let weights = rank_weights(&carries).unwrap();
        for (position, weight) in book.positions().iter().zip(weights) {
            prop_assert!(close(position.overlay, weight * opened.overlay_gross / 2.0 * 1000.0, 1e-12));
        }
    }

    /// No look-ahead, scale, order of currencies.
    #[test]
    fn only_what_was_known_counts(world in wandering(3..=5, 72), factor in 0.5..2.0_f64, money in 0.01..100.0_f64) {
        let currencies = &FOREIGN[..world.spots.len()];
        let open = |world: &World, currencies: &[Currency], money: f64| {
            let spec = FxSpec::new(MarginSpec::new(rate("0.05"), 1.2).unwrap()).with_overlay(overlay(currencies));
            let mut book = Book::new(spec, JPY, currencies).unwrap();
            let exposures = EXPOSURES.map(|(c, value)| (c, value * money));
            let opened = book.open(world.market().as_of(end(68)), MONTH, 1000.0 * money, &exposures).unwrap();
            (book.positions().to_vec(), opened)
        };
        let (positions, opened) = open(&world, currencies, 1.0);

        let mut other = world.clone();
        for (_, spots) in &mut other.spots {
            spots[69..].iter_mut().for_each(|x| *x = x.map(|x| x * factor));
        }
        for rates in other.rates.values_mut() {
            rates[69..].fill(None);
        }
        for prices in other.consumer_prices.values_mut() {
            // Published a month late: that of the day's own month is not out either.
            prices[68..].iter_mut().for_each(|x| *x = x.map(|x| x * factor + 1.0));
        }
        prop_assert_eq!(&open(&other, currencies, 1.0).0, &positions);
        prop_assert_eq!(open(&other, currencies, 1.0).1, opened);

        // A book that has been used decides as a new one.
        let market = world.market();
        let spec = FxSpec::new(MarginSpec::new(rate("0.05"), 1.2).unwrap()).with_overlay(overlay(currencies));
        let mut used = Book::new(spec, JPY, currencies).unwrap();
        used.open(market.as_of(end(67)), MONTH, 500.0, &[(EUR, 10.0)]).unwrap();
        used.settle(market.as_of(end(68))).unwrap();
        used.open(market.as_of(end(68)), MONTH, 1000.0, &EXPOSURES).unwrap();
        prop_assert_eq!(used.positions(), &positions);

        let (scaled, _) = open(&world, currencies, money);
        for (a, b) in positions.iter().zip(&scaled) {
            prop_assert!(close(a.overlay * money, b.overlay, 1e-9) && close(a.hedge * money, b.hedge, 1e-12));
        }

        let reversed: Vec<_> = currencies.iter().rev().copied().collect();
        let (backwards, _) = open(&world, &reversed, 1.0);
        for (a, b) in positions.iter().zip(backwards.iter().rev()) {
            prop_assert_eq!(a.currency, b.currency);
            prop_assert!(close(a.overlay, b.overlay, 1e-9) && a.hedge == b.hedge);
        }
    }
}
