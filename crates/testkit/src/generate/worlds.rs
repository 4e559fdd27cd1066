#![expect(clippy::expect_used, clippy::missing_panics_doc, reason = "valid by construction")]

use std::collections::BTreeMap;

use allweather_core::{Currency, Month};
use allweather_market::Market;
use proptest::{collection::vec, prelude::*};
use rust_decimal::Decimal;

use crate::{Asset, Series, World, shrink::Shrinking};

pub(super) const LONGEST: usize = 60;
pub(super) const MOST_ASSETS: usize = 6;
const HELD: [Currency; 3] = [World::BASE, Currency::USD, Currency::EUR];
pub(super) const FOREIGN: [Currency; 4] = [Currency::USD, Currency::EUR, Currency::GBP, Currency::AUD];

fn wander(start: f64, moves: &[f64], months: usize) -> Series {
    let level = |level: &mut f64, change: &f64| {
        *level *= 1.0 + change;
        Some(Some(*level))
    };
    moves.iter().scan(start, level).take(months).collect()
}

/// Monthly returns: wandering, rising, hardly moving, not moving at all, or with a crash.
fn returns() -> impl Strategy<Value = Vec<f64>> {
    let each = |range: std::ops::Range<f64>| vec(range, LONGEST);
    prop_oneof![
        4 => each(-0.08..0.08),
        2 => each(-0.01..0.03),
        1 => each(-1e-6..1e-6),
        1 => Just(vec![0.0; LONGEST]),
        2 => (each(-0.05..0.05), 0..LONGEST, -0.6..-0.3_f64).prop_map(|(mut returns, month, crash)| {
            returns[month] = crash;
            returns
        }),
    ]
}

/// An asset before it is cut to length.
#[derive(Debug, Clone)]
struct RawAsset {
    returns: Vec<f64>,
    price: f64,
    currency: usize,
    late: usize,
    /// Whether it moves as the asset before it does, to the last bit.
    tied: bool,
}

fn raw_asset() -> impl Strategy<Value = RawAsset> {
    let price = prop_oneof![0.5..5.0, 50.0..150.0, 500.0..2000.0_f64];
    let late = prop_oneof![5 => Just(0), 1 => 0..LONGEST];
    let tied = prop_oneof![6 => Just(false), 1 => Just(true)];
    (returns(), price, 0..HELD.len(), late, tied)
        .prop_map(|(returns, price, currency, late, tied)| RawAsset { returns, price, currency, late, tied })
}

/// Worlds of 1 to 6 assets in 1 to 3 currencies over 13 to 60 months from any month on: trends, crashes, prices that stand still
/// or hardly move, assets that move as one, assets that begin late; with short rates (also negative ones), consumer prices,
/// two statistics (`growth`, `inflation`, in percent) and five indicators a year.
///
/// The first asset is there from the beginning, and no price is missing once an asset has begun. Short rates of currencies that
/// nothing is quoted in have holes, and their exchange rates may begin late.
pub fn worlds() -> BoxedStrategy<World> {
    Shrinking(drawn_worlds().boxed()).boxed()
}

/// The markets of [`worlds`]. They do not shrink further than their worlds do; a law that shows what it found draws a world.
pub fn markets() -> BoxedStrategy<Market> {
    worlds().prop_map(|world| world.market().expect("valid by construction")).boxed()
}

pub(super) fn drawn_worlds() -> impl Strategy<Value = World> {
    let assets = (vec(raw_asset(), 1..=MOST_ASSETS), 1..=HELD.len());
    let foreign =
        (vec(vec(-0.08..0.08_f64, LONGEST), FOREIGN.len()), vec(0..LONGEST, 2), vec(0..10_u8, 2 * LONGEST));
    let money = (
        vec(vec(-0.01..0.12_f64, LONGEST), FOREIGN.len() + 1),
        vec(vec(-0.005..0.02_f64, LONGEST), FOREIGN.len() + 1),
    );
    let statistics = vec(vec(-4.0..8.0_f64, LONGEST), 2);
    let tenths = vec(prop::array::uniform5(-50..120_i64), 7);
    (13..=LONGEST, 0..24_i32, assets, foreign, money, (statistics, tenths)).prop_map(
        |(
            months,
            start,
            (raw, currencies),
            (moves, late_spots, holes),
            (rates, inflation),
            (statistics, tenths),
        )| {
            let first = Month::new(2000, 1).expect("a month").offset(start);
            let mut world = World::new(first, drawn_assets(raw, currencies, months));
            world.indicators = tenths.iter().map(|year| year.map(|x| Decimal::new(x, 1))).collect();
            for (currency, (rates, inflation)) in
                FOREIGN.into_iter().chain([World::BASE]).zip(rates.iter().zip(&inflation))
            {
                let rates = rates.iter().take(months).copied().map(Some).collect();
                world.short_rates.insert(currency, rates);
                world.consumer_prices.insert(currency, wander(100.0, inflation, months));
            }
            for (k, (currency, moves)) in FOREIGN.into_iter().zip(&moves).enumerate() {
                let mut spots = wander([110.0, 130.0, 1.5, 80.0][k], moves, months);
                if let Some(unheld) = k.checked_sub(2) {
                    spots[..late_spots[unheld].saturating_sub(LONGEST / 2).min(months)].fill(None);
                    let rates = world.short_rates.entry(currency).or_default();
                    for (rate, hole) in rates.iter_mut().zip(&holes[unheld * LONGEST..]) {
                        *rate = rate.filter(|_| *hole > 0);
                    }
                }
                world.spots.insert(currency, spots);
            }
            let named = ["growth", "inflation"].into_iter().zip(statistics);
            let cut = |(name, values): (&str, Vec<f64>)| {
                (name.to_owned(), values.into_iter().take(months).map(Some).collect())
            };
            world.statistics = named.map(cut).collect::<BTreeMap<_, _>>();
            world
        },
    )
}

fn drawn_assets(raw: Vec<RawAsset>, currencies: usize, months: usize) -> Vec<Asset> {
    let mut assets: Vec<Asset> = Vec::new();
    let mut moves: Vec<f64> = Vec::new();
    for (i, raw) in raw.into_iter().enumerate() {
        if !(raw.tied && i > 0) {
            moves = raw.returns;
        }
        let mut prices = wander(raw.price, &moves, months);
        let late = if i == 0 { 0 } else { raw.late.min(months - 1) };
        prices[..late].fill(None);
        let id = format!("a{i}").parse().expect("a name");
        assets.push(Asset { id, currency: HELD[raw.currency % currencies], prices });
    }
    assets
}
