use allweather_market::{Dating, SeriesId, Vintage, Vintages};
use allweather_rfr::{Indicator, YearRate};
use chrono::NaiveDate;
use rust_decimal::Decimal;

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(crate) fn release(series: &str, on: &str, figures: &[(&str, Decimal)]) -> Vintage {
    let figures = figures.iter().map(|(period, value)| (period.parse().unwrap(), *value)).collect();
    let series = SeriesId::new(series).unwrap();
    Vintage::new(series, day(on), Dating::Stated, "office", figures).unwrap().with_unit("2020=100").unwrap()
}

pub(crate) fn statistics(releases: impl IntoIterator<Item = Vintage>) -> Vintages {
    let mut statistics = Vintages::new();
    releases.into_iter().for_each(|release| statistics.add(release).unwrap());
    statistics
}

/// The reading of one indicator, in percent.
pub(crate) fn points(known: &YearRate, indicator: Indicator) -> Option<Decimal> {
    let ranking = &known.prescribed.ranking;
    ranking.iter().find(|(of, _)| *of == indicator).map(|(_, reading)| reading.percent.points())
}
