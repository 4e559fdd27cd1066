//! The changes that make a world smaller.

use allweather_core::{Currency, Month};
use rust_decimal::Decimal;

use crate::{Series, World, shrink::Simpler};

/// A change of a world.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum WorldEdit {
    /// Only these months are left.
    Months { skip: usize, keep: usize },
    /// One asset less.
    Without(usize),
    /// An asset in the base currency.
    AtHome(usize),
    /// A series other than prices is gone.
    Drop(Place),
    /// Every indicator is 0.
    NoIndicators,
    /// A series stands still.
    Flat(Place),
    /// A series in round numbers, to one or three digits that count.
    Round(Place, usize),
    /// A value like the one before it.
    Still(Place, usize),
}

/// A series of a world, by its table and its place in it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Place {
    Price(usize),
    Spot(usize),
    ShortRate(usize),
    ConsumerPrice(usize),
    Statistic(usize),
}

impl World {
    fn places(&self) -> Vec<Place> {
        let prices = (0..self.assets.len()).map(Place::Price);
        let spots = (0..self.spots.len()).map(Place::Spot);
        let rates = (0..self.short_rates.len()).map(Place::ShortRate);
        let consumer = (0..self.consumer_prices.len()).map(Place::ConsumerPrice);
        let statistics = (0..self.statistics.len()).map(Place::Statistic);
        prices.chain(spots).chain(rates).chain(consumer).chain(statistics).collect()
    }

    fn at(&mut self, place: Place) -> Option<&mut Series> {
        match place {
            Place::Price(i) => self.assets.get_mut(i).map(|asset| &mut asset.prices),
            Place::Spot(i) => self.spots.values_mut().nth(i),
            Place::ShortRate(i) => self.short_rates.values_mut().nth(i),
            Place::ConsumerPrice(i) => self.consumer_prices.values_mut().nth(i),
            Place::Statistic(i) => self.statistics.values_mut().nth(i),
        }
    }

    fn drop_series(&mut self, place: Place) {
        let key = |keys: Vec<Currency>, i: usize| keys.get(i).copied();
        match place {
            Place::Price(_) => {}
            Place::Spot(i) => {
                key(self.spots.keys().copied().collect(), i).and_then(|c| self.spots.remove(&c));
            }
            Place::ShortRate(i) => {
                key(self.short_rates.keys().copied().collect(), i).and_then(|c| self.short_rates.remove(&c));
            }
            Place::ConsumerPrice(i) => {
                key(self.consumer_prices.keys().copied().collect(), i)
                    .and_then(|c| self.consumer_prices.remove(&c));
            }
            Place::Statistic(i) => {
                let name = self.statistics.keys().nth(i).cloned();
                name.and_then(|name| self.statistics.remove(&name));
            }
        }
    }

    fn keep_months(&mut self, skip: usize, keep: usize) {
        let first = self.month(skip);
        let years = usize::try_from(first.year().number() - self.first.year().number()).unwrap_or(0);
        self.indicators.drain(..years.min(self.indicators.len()));
        self.first = first;
        for place in self.places() {
            if let Some(series) = self.at(place) {
                *series = series.iter().skip(skip).take(keep).copied().collect();
            }
        }
    }

    /// Whether every asset that is quoted abroad has its exchange rates, and something is left.
    fn whole(&self) -> bool {
        let spot = |currency: Currency| currency == Self::BASE || self.spots.contains_key(&currency);
        self.months() > 0
            && self.assets.iter().all(|a| spot(a.currency))
            && self.assets.iter().all(|a| a.prices.iter().any(Option::is_some))
    }
}

impl Simpler for World {
    type Edit = WorldEdit;

    fn edits(&self) -> Vec<WorldEdit> {
        let (months, places) = (self.months(), self.places());
        let keep = |skip, keep| WorldEdit::Months { skip, keep };
        let mut edits = vec![keep(0, months / 2), keep(months / 2, months - months / 2)];
        if self.assets.len() > 1 {
            edits.extend((0..self.assets.len()).rev().map(WorldEdit::Without));
        }
        edits.extend([keep(0, months.saturating_sub(1)), keep(1, months.saturating_sub(1))]);
        edits.extend((0..self.assets.len()).map(WorldEdit::AtHome));
        // From the back, so that a place is still the same after a drop.
        let series = places.iter().rev().filter(|p| !matches!(p, Place::Price(_)));
        edits.extend(series.copied().map(WorldEdit::Drop));
        edits.push(WorldEdit::NoIndicators);
        edits.extend(places.iter().copied().map(WorldEdit::Flat));
        for digits in [1, 3] {
            edits.extend(places.iter().map(|place| WorldEdit::Round(*place, digits)));
        }
        for place in places {
            edits.extend((1..months).map(|row| WorldEdit::Still(place, row)));
        }
        edits
    }

    fn edited(&self, edit: &WorldEdit) -> Option<Self> {
        let mut world = self.clone();
        match *edit {
            WorldEdit::Months { keep, .. } if keep < 2 => return None,
            WorldEdit::Months { skip, keep } => world.keep_months(skip, keep),
            WorldEdit::Without(asset) => {
                world.assets.remove(asset);
            }
            WorldEdit::AtHome(asset) => world.assets[asset].currency = Self::BASE,
            WorldEdit::Drop(place) => world.drop_series(place),
            WorldEdit::NoIndicators => world.indicators.fill([Decimal::ZERO; 5]),
            WorldEdit::Flat(place) => {
                let plain =
                    if matches!(place, Place::ShortRate(_) | Place::Statistic(_)) { 0.0 } else { 100.0 };
                world.at(place)?.iter_mut().flatten().for_each(|x| *x = plain);
            }
            WorldEdit::Round(place, digits) => {
                world.at(place)?.iter_mut().flatten().for_each(|x| *x = rounded(*x, digits));
            }
            WorldEdit::Still(place, row) => {
                let series = world.at(place)?;
                let (before, at) = (*series.get(row - 1)?, series.get_mut(row)?);
                *at = before.filter(|_| at.is_some()).or(*at);
            }
        }
        (world != *self && world.whole()).then_some(world)
    }
}

/// To so many digits that count.
pub(crate) fn rounded(x: f64, digits: usize) -> f64 {
    // Through text, so that 0.1 is 0.1 and not a sum of rounding errors.
    format!("{x:.*e}", digits.saturating_sub(1)).parse().unwrap_or(x)
}

/// By how many months a change moves the beginning.
pub(crate) fn skipped(edit: &WorldEdit) -> usize {
    if let WorldEdit::Months { skip, .. } = edit { *skip } else { 0 }
}

/// The later of two months.
pub(crate) fn later(a: Month, b: Month) -> Month {
    if b > a { b } else { a }
}
