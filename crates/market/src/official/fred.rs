use chrono::{Datelike, NaiveDate};

use super::{
    OfficialSeries, name,
    number::{Notation, Style},
    sheet::Sheet,
};
use crate::{MarketError, ReferencePeriod};
use allweather_core::{Month, Year};

const FIGURE: Notation =
    Notation { missing: &[".", ""], style: Style::Plain, rule: "a number, . or an empty field" };
const DATE: [&str; 2] = ["observation_date", "DATE"];

/// Whether it is the line of headings: the date, then ids. Prices of a share also come under `DATE`, with other words.
pub(super) fn is_heading(row: &[String]) -> bool {
    const OTHER: [&str; 8] = ["OPEN", "HIGH", "LOW", "CLOSE", "VOLUME", "PRICE", "VALUE", "ADJ_CLOSE"];
    let is_id = |cell: &String| is_id(cell) && !OTHER.contains(&cell.as_str());
    match row {
        [date, ids @ ..] => DATE.contains(&date.as_str()) && !ids.is_empty() && ids.iter().all(is_id),
        [] => false,
    }
}

/// Whether it can be the first line below.
pub(super) fn is_line(row: &[String]) -> bool {
    row.first().and_then(|cell| day(cell)).is_some()
}

fn is_id(cell: &str) -> bool {
    cell.starts_with(|c: char| c.is_ascii_uppercase())
        && cell.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}

pub(super) fn read(sheet: &Sheet<'_>) -> Result<Vec<OfficialSeries>, MarketError> {
    let mut series = Vec::new();
    for (column, code) in sheet.cells(0).enumerate().skip(1) {
        let id = name::fred(code).ok().filter(|_| is_id(code));
        let id = id.ok_or_else(|| sheet.heading(0, column, "an id of FRED such as RBJPBIS"))?;
        series.push(OfficialSeries::new(id, code));
    }
    if let Some(again) = name::repeated(&series) {
        return Err(sheet.heading(0, again + 1, "each series once"));
    }
    let mut days: Vec<NaiveDate> = Vec::new();
    for row in 1..sheet.len() {
        let text = sheet.cell(row, 0);
        let refuse = |rule| sheet.field(row, sheet.cell(0, 0), text, rule);
        let day = day(text).ok_or_else(|| refuse("a day such as 2024-12-01"))?;
        if days.last().is_some_and(|last| *last >= day) {
            return Err(refuse("later than the day in the line before"));
        }
        sheet.check_width(row, 0)?;
        days.push(day);
    }
    let alone = series.len() == 1;
    for (column, series) in (1..).zip(&mut series) {
        let heading = sheet.cell(0, column);
        let level = name::is_level(series);
        let mut figures = Vec::new();
        let mut own_days = Vec::new();
        for (row, day) in (1..).zip(&days) {
            let figure = sheet.number(row, column, heading, FIGURE, level)?;
            // In a file of several series, lines between those of a slower one are no part of it.
            if alone || figure.is_some() {
                own_days.push(*day);
            }
            figures.extend(figure.map(|figure| (*day, figure)));
        }
        if figures.is_empty() {
            continue;
        }
        let step = Step::of(&own_days).ok_or_else(|| {
            sheet.layout(
                0,
                format!("one date for {heading}"),
                "two or more, which tell months from quarters and years",
            )
        })?;
        for (day, figure) in figures {
            let period =
                step.period(day).ok_or_else(|| sheet.heading(0, column, "dates of the years 1 to 9999"))?;
            series.push(period, figure);
        }
    }
    Ok(series)
}

fn day(text: &str) -> Option<NaiveDate> {
    match text.parse().ok()? {
        ReferencePeriod::Day(day) => Some(day),
        _ => None,
    }
}

/// What a date stands for. FRED gives a period by its first day, and does not say its kind.
#[derive(Clone, Copy)]
enum Step {
    Day,
    Month,
    Quarter,
    Year,
}

impl Step {
    /// The longest period that begins on all of the dates.
    fn of(days: &[NaiveDate]) -> Option<Self> {
        if days.iter().any(|day| day.day() != 1) {
            return Some(Self::Day);
        }
        if days.len() < 2 {
            return None;
        }
        let all_begin = |months: u32| days.iter().all(|day| day.month0() % months == 0);
        Some(match () {
            () if all_begin(12) => Self::Year,
            () if all_begin(3) => Self::Quarter,
            () => Self::Month,
        })
    }

    fn period(self, day: NaiveDate) -> Option<ReferencePeriod> {
        let month = Month::containing(day).ok()?;
        Some(match self {
            Self::Day => ReferencePeriod::Day(day),
            Self::Month => ReferencePeriod::Month(month),
            Self::Quarter => ReferencePeriod::Quarter(month.quarter()),
            Self::Year => ReferencePeriod::Year(Year::new(day.year())),
        })
    }
}
