use allweather_core::Quarter;

use super::{
    OfficialSeries, number,
    number::{Notation, Style},
    sheet::Sheet,
};
use crate::{MarketError, ReferencePeriod, SeriesId};

const INDEX: Notation = Notation { missing: &["***"], style: Style::Thousands, rule: "a number or ***" };
const JAPANESE: &str = "国内総生産(支出側)";
const ENGLISH: &str = "GDP(ExpenditureApproach)";
const COLUMN: &str = "a column 国内総生産(支出側), GDP (Expenditure Approach)";

/// Lines of headings on several levels, a line a quarter with the year on the first of each year, notes.
pub(super) fn read(sheet: &Sheet<'_>) -> Result<Vec<OfficialSeries>, MarketError> {
    let end = sheet.end(|first| quarter(first).is_some());
    let first = (0..end).find(|row| sheet.cell(*row, 0).starts_with(|c: char| c.is_ascii_digit()));
    let first =
        first.ok_or_else(|| sheet.layout(0, "a title and no quarters".to_owned(), "a line a quarter"))?;
    let adjusted = (0..first)
        .any(|row| ["季節調整", "Seasonally Adjusted"].iter().any(|t| sheet.cell(row, 0).contains(t)));
    if !adjusted {
        return Err(sheet.heading(0, 0, "a seasonally adjusted series, 季節調整系列"));
    }
    let mut gdp: Option<usize> = None;
    let mut unit: Option<String> = None;
    for row in 0..first {
        for (column, cell) in sheet.cells(row).enumerate() {
            let name: String = cell.replace('（', "(").replace('）', ")").split_whitespace().collect();
            if (name == JAPANESE || name == ENGLISH)
                && gdp.replace(column).is_some_and(|other| other != column)
            {
                return Err(sheet.heading(row, column, "one column of this name"));
            }
            if let Some(base) = number::base(cell.trim_matches(['(', ')', '（', '）']))
                && unit.replace(base.clone()).is_some_and(|other| other != base)
            {
                return Err(sheet.heading(row, column, "one base year"));
            }
        }
    }
    let Some(gdp) = gdp else {
        return Err(sheet.layout(0, "headings without gross domestic product".to_owned(), COLUMN));
    };
    let id = SeriesId::new("jp_gdp_deflator")?;
    let mut series =
        OfficialSeries::new(id, JAPANESE).with_title("GDP (Expenditure Approach)").with_unit(unit.as_deref());
    let mut last: Option<Quarter> = None;
    for row in first..end {
        let text = sheet.cell(row, 0);
        let refuse = |rule| sheet.field(row, "quarter", text, rule);
        let (year, number) = quarter(text).ok_or_else(|| refuse("a quarter such as 1980/ 1- 3. or 4- 6."))?;
        let year = match (year, number, last) {
            (Some(year), _, _) => year,
            (None, 2.., Some(last)) => last.year().number(),
            _ => return Err(refuse("a quarter with its year, such as 1980/ 1- 3.")),
        };
        let quarter = Quarter::new(year, number).map_err(|_| refuse("a quarter of the years 1 to 9999"))?;
        if last.replace(quarter).is_some_and(|last| last.next() != quarter || last == quarter) {
            return Err(refuse("the quarter after that in the line before"));
        }
        sheet.check_width(row, 0)?;
        if let Some(index) = sheet.number(row, gdp, JAPANESE, INDEX, true)? {
            series.push(ReferencePeriod::Quarter(quarter), index);
        }
    }
    Ok(vec![series])
}

/// `1980/ 1- 3.`, or `4- 6.` within the year.
fn quarter(text: &str) -> Option<(Option<i32>, u32)> {
    let text: String = text.split_whitespace().collect();
    let (year, months) = match text.split_once('/') {
        Some((year, months)) => (Some(number::digits(year, 4)?.cast_signed()), months),
        None => (None, text.as_str()),
    };
    let number = ["1-3.", "4-6.", "7-9.", "10-12."].iter().position(|quarter| *quarter == months)?;
    Some((year, u32::try_from(number).ok()? + 1))
}
