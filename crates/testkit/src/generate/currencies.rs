use allweather_core::{AssetId, Currency, Month};
use proptest::{collection::vec, prelude::*};

use crate::{Asset, Noise, Series, World};

const CURRENCIES: [Currency; 4] = [Currency::USD, Currency::EUR, Currency::GBP, Currency::AUD];
const LONGEST: usize = 84;

/// How the currencies of a market move.
#[derive(Debug, Clone, Copy)]
enum Moves {
    /// Not at all: the smallest case.
    None,
    /// As a seed has it.
    Random(u64),
}

/// Markets of 1 to 4 foreign currencies over 2 to 84 months, with spots, short rates and consumer prices of all of them and of
/// the yen, and now and then a hole. Two thirds are longer than the 67 months that a five-year signal looks back.
pub fn currencies() -> BoxedStrategy<World> {
    let months = prop_oneof![1 => 2..=LONGEST, 2 => 68..=LONGEST];
    let moves = prop_oneof![1 => Just(Moves::None), 9 => any::<u64>().prop_map(Moves::Random)];
    let holes = vec((0..3_usize, 0..CURRENCIES.len(), 0..LONGEST), 0..=2);
    (months, 0..24_i32, 1..=CURRENCIES.len(), moves, holes)
        .prop_filter_map("a month and a name", |(months, start, count, moves, holes)| {
            let first = Month::new(2000, 1).ok()?.offset(start);
            Some(world(first, cash(months)?, count, moves, &holes))
        })
        .boxed()
}

/// A market has assets; signals need none.
fn cash(months: usize) -> Option<Asset> {
    let id: AssetId = "cash".parse().ok()?;
    Some(Asset { id, currency: World::BASE, prices: vec![Some(100.0); months] })
}

fn world(first: Month, cash: Asset, count: usize, moves: Moves, holes: &[(usize, usize, usize)]) -> World {
    let months = cash.prices.len();
    let mut noise = Noise::new(match moves {
        Moves::None => 0,
        Moves::Random(seed) => seed,
    });
    let mut draw = |low: f64, high: f64| match moves {
        Moves::None => 0.0,
        Moves::Random(_) => noise.between(low, high),
    };
    let mut walk = |start: f64, low: f64, high: f64| -> Series {
        let mut level = start;
        let mut next = || {
            let now = level;
            level *= 1.0 + draw(low, high);
            Some((now * 1e4).round() / 1e4)
        };
        (0..months).map(|_| next()).collect()
    };
    let mut world = World::new(first, vec![cash]);
    for currency in CURRENCIES.into_iter().take(count).chain([World::BASE]) {
        if currency != World::BASE {
            world.spots.insert(currency, walk(100.0, -0.08, 0.08));
        }
        world.consumer_prices.insert(currency, walk(100.0, -0.005, 0.015));
        let rates =
            walk(1.0, -0.1, 0.11).into_iter().map(|level| level.map(|level| (level * 200.0).round() / 1e4));
        world.short_rates.insert(currency, rates.collect());
    }
    for &(kind, currency, back) in holes {
        let Some(row) = months.checked_sub(back + 1) else { continue };
        let series = match kind {
            0 => &mut world.spots,
            1 => &mut world.short_rates,
            _ => &mut world.consumer_prices,
        };
        if let Some(value) = series.get_mut(&CURRENCIES[currency]).and_then(|series| series.get_mut(row)) {
            *value = None;
        }
    }
    world
}
