//! A statistics office: two indices, published with a delay and revised.
use allweather_core::Month;
use allweather_market::{Dating, ReferencePeriod, SeriesId, Vintage, Vintages};
use allweather_weather::{Mode, WeatherSpec};
use chrono::NaiveDate;
use rust_decimal::Decimal;

pub(crate) const NAMES: [&str; 2] = ["activity", "prices"];

pub(crate) fn id(name: &str) -> SeriesId {
    SeriesId::new(name).unwrap()
}

pub(crate) fn month(text: &str) -> Month {
    text.parse().unwrap()
}

pub(crate) fn first() -> Month {
    month("2000-01")
}

pub(crate) fn at(k: usize) -> Month {
    first().offset(i32::try_from(k).unwrap())
}

pub(crate) fn spec(minimum: u16) -> WeatherSpec {
    WeatherSpec::new(&id(NAMES[0]), &id(NAMES[1]))
        .with_mode(Mode::Level)
        .with_minimum_months(minimum)
        .unwrap()
}

pub(crate) fn release(
    name: &str,
    on: NaiveDate,
    values: impl IntoIterator<Item = (Month, Decimal)>,
) -> Vintage {
    let values = values.into_iter().map(|(month, level)| (ReferencePeriod::Month(month), level)).collect();
    Vintage::new(id(name), on, Dating::Stated, "office", values).unwrap().with_unit("index").unwrap()
}

/// Each month's level comes out on the 20th of the next month, never revised.
pub(crate) fn unrevised(activity: &[Decimal], prices: &[Decimal]) -> Vintages {
    let mut vintages = Vintages::new();
    for (name, levels) in NAMES.into_iter().zip([activity, prices]) {
        for (k, &level) in levels.iter().enumerate() {
            vintages.add(release(name, twentieth(k + 1), [(at(k), level)])).unwrap();
        }
    }
    vintages
}

pub(crate) fn twentieth(k: usize) -> NaiveDate {
    at(k).first_day() + chrono::Days::new(19)
}

/// Levels whose 12-month changes are the given ones, exactly where they can be; the first twelve are 100.
pub(crate) fn levels(changes: &[Decimal]) -> Vec<Decimal> {
    let mut levels = vec![Decimal::ONE_HUNDRED; 12];
    for (k, change) in changes.iter().enumerate() {
        levels.push(levels[k] * (Decimal::ONE + change));
    }
    levels
}
