//! Published figures: by hand, against a slow model, and their laws.

mod by_hand;
mod laws;
mod model;
mod offices;
mod text;

use allweather_market::{Dating, ReferencePeriod, SeriesId, Vintage, Vintages};
use chrono::NaiveDate;
use rust_decimal::Decimal;

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(crate) fn at(text: &str) -> ReferencePeriod {
    text.parse().unwrap()
}

pub(crate) fn id(name: &str) -> SeriesId {
    name.parse().unwrap()
}

/// A release of the series `s`: its values as `2024-01 100.5, 2024-02 101`; no unit when that is empty.
pub(crate) fn release(on: &str, source: &str, unit: &str, values: &str) -> Vintage {
    let values = values.split(", ").map(|value| value.split_once(' ').unwrap());
    let values = values.map(|(period, value)| (at(period), number(value))).collect();
    let vintage = Vintage::new(id("s"), day(on), Dating::Stated, source, values).unwrap();
    if unit.is_empty() { vintage } else { vintage.with_unit(unit).unwrap() }
}

pub(crate) fn all(releases: impl IntoIterator<Item = Vintage>) -> Vintages {
    let mut vintages = Vintages::new();
    for release in releases {
        vintages.add(release).unwrap();
    }
    vintages
}

fn number(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// Levels as `2024-01 100.5, 2024-02 101`, to three decimal places.
fn levels(vintages: &Vintages, on: &str) -> String {
    let levels = vintages.as_of(day(on)).levels("s").unwrap();
    let levels =
        levels.into_iter().map(|(period, level)| format!("{period} {}", level.round_dp(3).normalize()));
    levels.collect::<Vec<_>>().join(", ")
}
