//! What fuzz targets have in common: the laws that an official document or a broker's statement keeps, whatever the bytes.

mod fills;
pub mod rows;

pub use fills::statements;

use allweather_market::{
    MarketError, Vintages,
    official::{self, Document, Format, OfficialSeries},
};
use chrono::{Datelike, NaiveDate};
use libfuzzer_sys::Corpus;
use rust_decimal::Decimal;

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// Reads `bytes` and checks what came of it. Inputs of another format are not kept: they belong to another target.
///
/// # Panics
///
/// When a law does not hold: that is how a fuzz target says so.
#[must_use]
pub fn official(format: Format, bytes: &[u8]) -> Corpus {
    let found = match official::read("file", bytes) {
        Ok(document) => {
            check(&document, bytes);
            if !bytes.starts_with(BYTE_ORDER_MARK) {
                let marked = official::read("file", &[BYTE_ORDER_MARK, bytes].concat());
                assert_eq!(marked.as_ref(), Ok(&document), "a byte-order mark changes nothing");
            }
            Some(document.format())
        }
        Err(error) => {
            assert!(!error.to_string().is_empty());
            let found = Format::recognise(bytes);
            assert_eq!(found.is_none(), matches!(error, MarketError::Unrecognised { .. }), "{error}");
            found
        }
    };
    if found == Some(format) { Corpus::Keep } else { Corpus::Reject }
}

/// A text of releases with the closing line that counts its lines: a change would hardly ever hit on it.
#[must_use]
pub fn closed(text: &str) -> String {
    let body = text.lines().take_while(|line| !line.starts_with("end,"));
    let closed: String = body.flat_map(|line| [line, "\n"]).collect();
    let lines = closed.lines().count();
    closed + &format!("end,{lines}\n")
}

fn check(document: &Document, bytes: &[u8]) {
    assert!(!document.all().is_empty(), "a document has a series");
    // Quotes and commas may stand between digits: "1,234.5".
    let plain: Vec<u8> = bytes.iter().copied().filter(|byte| !b"\","[..].contains(byte)).collect();
    for series in document.all() {
        check_series(document, series);
        // Of those that write no exponents.
        if !matches!(document.format(), Format::BisColumns | Format::BojApi) {
            check_digits(series, &plain);
        }
    }
    check_vintages(document);
}

fn check_series(document: &Document, series: &OfficialSeries) {
    let values = series.values();
    assert!(values.is_sorted_by(|a, b| a.0 < b.0 && a.0.same_kind(b.0)), "{}: periods in order", series.id());
    for (period, value) in values {
        assert!((1..=9999).contains(&period.last_day().year()), "{period} is in the calendar");
        assert_eq!(period.to_string().parse(), Ok(*period), "a period is read as it is written");
        let level = series.unit().is_some_and(|unit| unit.ends_with("=100"));
        assert!(!level || *value > Decimal::ZERO, "{}: {value} is an index level", series.id());
    }
    let named = document.all().iter().filter(|other| other.id() == series.id()).count();
    assert_eq!(named, 1, "{} is there once", series.id());
    assert_eq!(document.series(series.id().as_str()), Some(series));
    assert!(official::lag(series.id()).is_some(), "{} has a lag", series.id());
}

/// The digits of a figure stand in the file.
fn check_digits(series: &OfficialSeries, plain: &[u8]) {
    for (period, value) in series.values().first().into_iter().chain(series.values().last()) {
        let digits = value.abs().to_string();
        let stands = plain.windows(digits.len()).any(|window| window == digits.as_bytes());
        assert!(stands, "{} of {period}: {digits} does not stand in the file", series.id());
    }
}

fn check_vintages(document: &Document) {
    let with_figures: Vec<_> = document.all().iter().filter(|series| !series.values().is_empty()).collect();
    let newest = with_figures.iter().filter_map(|series| Some(series.values().last()?.0.last_day())).max();
    let last_of_calendar = NaiveDate::from_ymd_opt(9999, 12, 31);
    // From the end of the newest period on, nothing is of the future.
    for released in [newest, last_of_calendar].into_iter().flatten() {
        let vintages = document.vintages(Some(released)).expect("a day that no figure is later than");
        assert_eq!(vintages.len(), with_figures.len());
        let mut set = Vintages::new();
        for (vintage, series) in vintages.into_iter().zip(&with_figures) {
            assert_eq!(vintage.released(), released);
            assert_eq!((vintage.series(), vintage.values()), (series.id(), series.values()));
            set.add(vintage.clone()).expect("series of one document do not meet");
            let known = set.as_of(released);
            assert_eq!(
                known.newest(series.id().as_str()).map(|f| (f.period, f.value)),
                series.values().last().copied()
            );
            if let Some(before) = released.pred_opt() {
                assert!(
                    set.as_of(before).newest(series.id().as_str()).is_none(),
                    "nothing is known before its day"
                );
            }
        }
    }
    for released in [None, NaiveDate::from_ymd_opt(2000, 1, 1)] {
        match document.vintages(released) {
            Ok(vintages) => assert_eq!(vintages.len(), with_figures.len()),
            Err(MarketError::Future { .. } | MarketError::Calendar { .. }) => {}
            Err(other) => panic!("releases are refused for their days only: {other}"),
        }
    }
}
