use allweather_core::Month;
use rust_decimal::{Decimal, RoundingStrategy};

use super::{
    OfficialSeries, name,
    number::{Notation, Style, digits},
    sheet::Sheet,
};
use crate::{MarketError, ReferencePeriod};

const INDEX: Notation = Notation { missing: &[""], style: Style::Plain, rule: "a number or an empty field" };
const CODES: &str = "類・品目符号(Group/Item code)";
pub(super) const ALL_ITEMS: &str = "0001";

/// One column an item: lines of headings, among them the codes, then a line a month.
pub(super) fn read(sheet: &Sheet<'_>) -> Result<Vec<OfficialSeries>, MarketError> {
    let codes = sheet
        .row_of(&[CODES])
        .ok_or_else(|| sheet.layout(0, format!("{:?} and no line of codes", sheet.cell(0, 0)), CODES))?;
    let titles = sheet.row_of(&["Group/Item"]).or_else(|| sheet.row_of(&["類・品目"]));
    let mut series = Vec::new();
    for (column, code) in sheet.cells(codes).enumerate().skip(1) {
        let refuse = || sheet.heading(codes, column, "a code of four digits, such as 0001");
        digits(code, 4).ok_or_else(refuse)?;
        let title = titles.map_or("", |row| sheet.cell(row, column));
        series.push(OfficialSeries::new(name::cpi(code)?, code).with_title(title));
    }
    if let Some(again) = name::repeated(&series) {
        return Err(sheet.heading(codes, again + 1, "each item once"));
    }
    if !series.iter().any(|series| series.code() == ALL_ITEMS) {
        return Err(sheet.layout(codes, "no code 0001".to_owned(), "all items, 総合, among the codes"));
    }
    let end = sheet.end(|first| month(first).is_some());
    // More headings follow the codes: serial numbers and weights.
    let first = (codes + 1..end).find(|row| sheet.cell(*row, 0).starts_with(|c: char| c.is_ascii_digit()));
    let first =
        first.ok_or_else(|| sheet.layout(codes, "codes and no months".to_owned(), "a line a month"))?;
    let mut last = None;
    for row in first..end {
        let text = sheet.cell(row, 0);
        let refuse = |rule| sheet.field(row, "month", text, rule);
        let month = month(text).ok_or_else(|| refuse("a month such as 202412"))?;
        if last.replace(month).is_some_and(|last| last >= month) {
            return Err(refuse("later than the month in the line before"));
        }
        sheet.check_width(row, codes)?;
        for (column, series) in (1..).zip(&mut series) {
            if let Some(index) = sheet.number(row, column, sheet.cell(codes, column), INDEX, true)? {
                series.push(ReferencePeriod::Month(month), index);
            }
        }
    }
    Ok(with_base(series))
}

/// The same series with their unit, which the file does not state: all are on one base year, and in that year all items average
/// 100.0. It is looked for among the years divisible by 5, to which the bureau rebases.
pub(super) fn with_base(series: Vec<OfficialSeries>) -> Vec<OfficialSeries> {
    let all_items = series.iter().find(|series| series.code() == ALL_ITEMS);
    let years = all_items.map_or(&[][..], OfficialSeries::values).chunk_by(|a, b| year(a.0) == year(b.0));
    let mut bases = years.filter_map(|months| {
        let year = months
            .first()
            .map(|(period, _)| year(*period))
            .filter(|year| year % 5 == 0 && months.len() == 12)?;
        let sum = months.iter().try_fold(Decimal::ZERO, |sum, (_, index)| sum.checked_add(*index))?;
        let mean = sum
            .checked_div(Decimal::from(12))?
            .round_dp_with_strategy(1, RoundingStrategy::MidpointAwayFromZero);
        (mean == Decimal::ONE_HUNDRED).then_some(year)
    });
    match (bases.next(), bases.next()) {
        (Some(year), None) => {
            let unit = format!("{year}=100");
            series.into_iter().map(|series| series.with_unit(Some(&unit))).collect()
        }
        _ => series,
    }
}

fn year(period: ReferencePeriod) -> i32 {
    use chrono::Datelike as _;
    period.last_day().year()
}

/// `202412`.
fn month(text: &str) -> Option<Month> {
    let number = digits(text, 6)?;
    Month::new((number / 100).cast_signed(), number % 100).ok()
}
