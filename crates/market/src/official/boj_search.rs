use super::{
    OfficialSeries, name,
    number::{Notation, Style, digits},
    sheet::Sheet,
};
use crate::{MarketError, ReferencePeriod};
use allweather_core::Month;

const FIGURE: Notation = Notation { missing: &[""], style: Style::Plain, rule: "a number or an empty field" };

/// Codes in the first line, names in the second, then a line a month. Months that are still to come are empty.
pub(super) fn read(sheet: &Sheet<'_>) -> Result<Vec<OfficialSeries>, MarketError> {
    const CODES: usize = 0;
    const RULE: &str = "データコード, then codes such as FM09'FX180110002";
    let names = sheet.row_of(&["系列名称"]).filter(|row| *row == 1);
    let mut series = Vec::new();
    for (column, code) in sheet.cells(CODES).enumerate().skip(1) {
        let refuse = |_| sheet.heading(CODES, column, "a code such as FM09'FX180110002");
        let id = name::boj(code).map_err(refuse)?;
        series
            .push(OfficialSeries::new(id, code).with_title(names.map_or("", |row| sheet.cell(row, column))));
    }
    if let Some(again) = name::repeated(&series) {
        return Err(sheet.heading(CODES, again + 1, "each series once"));
    }
    let first = names.map_or(1, |row| row + 1);
    if series.is_empty() || sheet.len() <= first {
        return Err(sheet.layout(CODES, "codes and no months".to_owned(), RULE));
    }
    let mut last = None;
    for row in first..sheet.len() {
        let text = sheet.cell(row, 0);
        let refuse = |rule| sheet.field(row, sheet.cell(CODES, 0), text, rule);
        let month = month(text).ok_or_else(|| refuse("a month such as 2024/12"))?;
        if last.replace(month).is_some_and(|last| last >= month) {
            return Err(refuse("later than the month in the line before"));
        }
        sheet.check_width(row, CODES)?;
        for (column, series) in (1..).zip(&mut series) {
            let level = name::is_level(series);
            if let Some(value) = sheet.number(row, column, sheet.cell(CODES, column), FIGURE, level)? {
                series.push(ReferencePeriod::Month(month), value);
            }
        }
    }
    Ok(series)
}

fn month(text: &str) -> Option<Month> {
    let (year, month) = text.split_once('/')?;
    Month::new(digits(year, 4)?.cast_signed(), digits(month, 2)?).ok()
}
