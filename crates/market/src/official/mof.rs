use chrono::{Datelike, NaiveDate};

use super::{
    OfficialSeries, name,
    number::{Notation, Style, digits},
    sheet::Sheet,
};
use crate::{MarketError, ReferencePeriod, SeriesId};

const YIELD: Notation = Notation { missing: &["-"], style: Style::Plain, rule: "a number of percent or -" };
const HEADINGS: &str = "基準日 or Date, then maturities such as 10年 or 10Y";
const DAY: &str = "a day such as R6.12.30 (eras S, H and R, within the era) or 2024/12/30";

/// Whether it is the line with the title: `国債金利情報,,…,(単位 : %)`, in the current month's file with the month behind.
pub(super) fn is_title(row: &[String]) -> bool {
    row.first().is_some_and(|first| first.starts_with("国債金利情報") || first == "Interest Rate")
}

/// Whether it is the line with the headings. Copies come without the title.
pub(super) fn is_heading(row: &[String]) -> bool {
    match row {
        [first, ..] if first == "基準日" => true,
        [first, second, ..] => first == "Date" && years(second).is_some(),
        _ => false,
    }
}

pub(super) fn read(sheet: &Sheet<'_>) -> Result<Vec<OfficialSeries>, MarketError> {
    let heading = sheet.row_of(&["基準日", "Date"]).filter(|row| *row <= 1).ok_or_else(|| {
        sheet.layout(0, format!("{:?} and no line of headings", sheet.cell(0, 0)), HEADINGS)
    })?;
    // The title, when there is one.
    if heading > 0
        && let Some(column) = sheet.cells(0).position(|cell| cell.starts_with('('))
        && !sheet.cell(0, column).ends_with("%)")
    {
        return Err(sheet.heading(0, column, "percent, (単位 : %) or (Unit : %)"));
    }
    let mut series = Vec::new();
    for (column, label) in sheet.cells(heading).enumerate().skip(1) {
        let years =
            years(label).ok_or_else(|| sheet.heading(heading, column, "a maturity such as 10年 or 10Y"))?;
        let id = SeriesId::new(&format!("jgb_{years}y"))?;
        series.push(OfficialSeries::new(id, label).with_unit(Some("percent")));
    }
    if let Some(again) = name::repeated(&series) {
        return Err(sheet.heading(heading, again + 1, "each maturity once"));
    }
    let end = sheet.end(|first| day(first).is_some());
    if series.is_empty() || end <= heading + 1 {
        return Err(sheet.layout(heading, "headings and no yields".to_owned(), HEADINGS));
    }
    let mut last = None;
    for row in heading + 1..end {
        let text = sheet.cell(row, 0);
        let refuse = |rule| sheet.field(row, sheet.cell(heading, 0), text, rule);
        let day = day(text).ok_or_else(|| refuse(DAY))?;
        if last.replace(day).is_some_and(|last| last >= day) {
            return Err(refuse("later than the day in the line before"));
        }
        sheet.check_width(row, heading)?;
        for (column, series) in (1..).zip(&mut series) {
            if let Some(percent) = sheet.number(row, column, sheet.cell(heading, column), YIELD, false)? {
                series.push(ReferencePeriod::Day(day), percent);
            }
        }
    }
    Ok(series)
}

/// `10年` or `10Y`.
fn years(label: &str) -> Option<u32> {
    short(label.strip_suffix(['年', 'Y'])?).filter(|_| !label.starts_with('0'))
}

/// `R6.12.30` or `2024/12/30`, months and days with or without a leading zero.
fn day(text: &str) -> Option<NaiveDate> {
    let date = |year: i32, month: &str, day: &str| NaiveDate::from_ymd_opt(year, short(month)?, short(day)?);
    if let Some((year, rest)) = text.split_once('/') {
        let (month, day) = rest.split_once('/')?;
        let year = digits(year, 4)?.cast_signed();
        return date(year, month, day).filter(|_| year > 0);
    }
    let era = ERAS.iter().find(|era| text.starts_with(era.letter))?;
    let mut parts = text.get(1..)?.split('.');
    let (year, month, day) = (short(parts.next()?)?, parts.next()?, parts.next()?);
    let day = date(era.year_before + year.cast_signed(), month, day)?;
    let within = (era.first..=era.last).contains(&(day.year(), day.month(), day.day()));
    (parts.next().is_none() && within).then_some(day)
}

/// One or two digits.
fn short(text: &str) -> Option<u32> {
    digits(text, 1).or_else(|| digits(text, 2))
}

/// An era of the Japanese calendar. The ministry's curve begins in the Shōwa era, so earlier ones are refused.
struct Era {
    letter: char,
    /// The year before the era's year 1.
    year_before: i32,
    first: (i32, u32, u32),
    last: (i32, u32, u32),
}

const ERAS: [Era; 3] = [
    Era { letter: 'S', year_before: 1925, first: (1926, 12, 25), last: (1989, 1, 7) },
    Era { letter: 'H', year_before: 1988, first: (1989, 1, 8), last: (2019, 4, 30) },
    Era { letter: 'R', year_before: 2018, first: (2019, 5, 1), last: (9999, 12, 31) },
];
