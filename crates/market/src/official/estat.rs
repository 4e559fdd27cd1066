use std::collections::BTreeMap;

use allweather_core::Month;
use rust_decimal::Decimal;

use super::{
    OfficialSeries, cpi, name, number,
    number::{Notation, Style},
    sheet::Sheet,
};
use crate::{MarketError, ReferencePeriod};

const INDEX: Notation = Notation { missing: &[""], style: Style::Plain, rule: "a number or an empty field" };
const HEADINGS: [&str; 6] = ["tab_name", "cat01_code", "cat01_name", "area_code", "time_code", "value"];

/// One line a figure, the newest first, item after item.
pub(super) fn read(sheet: &Sheet<'_>) -> Result<Vec<OfficialSeries>, MarketError> {
    let mut places = [0; HEADINGS.len()];
    for (place, name) in places.iter_mut().zip(HEADINGS) {
        *place = sheet
            .cells(0)
            .position(|cell| cell == name)
            .ok_or_else(|| sheet.layout(0, format!("no heading {name:?}"), &HEADINGS.join(", ")))?;
    }
    let [table, item, title, area, time, value] = places;
    let unit = sheet.cells(0).position(|cell| cell == "unit");
    let mut order: Vec<OfficialSeries> = Vec::new();
    let mut figures: BTreeMap<&str, BTreeMap<Month, Decimal>> = BTreeMap::new();
    for row in 1..sheet.end(|_| false) {
        sheet.check_width(row, 0)?;
        let refuse = |column, rule| sheet.field(row, sheet.cell(0, column), sheet.cell(row, column), rule);
        // Changes from a year before, and single cities, stand in the same table of e-Stat.
        if sheet.cell(row, table) != "指数" {
            return Err(refuse(table, "指数, the index"));
        }
        if sheet.cell(row, area) != "00000" {
            return Err(refuse(area, "00000, the whole country"));
        }
        let month = month(sheet.cell(row, time)).ok_or_else(|| refuse(time, "a month such as 2024001212"))?;
        let code = sheet.cell(row, item);
        if !figures.contains_key(code) {
            let id = name::cpi(code).map_err(|_| refuse(item, "a code of an item, such as 0001"))?;
            let base = unit.and_then(|column| number::base(sheet.cell(row, column)));
            order.push(
                OfficialSeries::new(id, code).with_title(sheet.cell(row, title)).with_unit(base.as_deref()),
            );
        }
        let months = figures.entry(code).or_default();
        if months.contains_key(&month) {
            return Err(refuse(time, "a month that the item did not have before"));
        }
        if let Some(index) = sheet.number(row, value, "value", INDEX, true)? {
            months.insert(month, index);
        }
    }
    if let Some(again) = name::repeated(&order) {
        let code = order.get(again).map_or("", OfficialSeries::code);
        return Err(sheet.layout(0, format!("the code {code:?}"), "codes that differ in letters or digits"));
    }
    if order.is_empty() {
        return Err(sheet.layout(0, "headings and no figures".to_owned(), "a line a figure"));
    }
    for series in &mut order {
        for (month, index) in figures.get(series.code()).into_iter().flatten() {
            series.push(ReferencePeriod::Month(*month), *index);
        }
    }
    let stated = order.iter().any(|series| series.unit().is_some());
    Ok(if stated { order } else { cpi::with_base(order) })
}

/// `2024001212`: year, `00`, and the month twice.
fn month(code: &str) -> Option<Month> {
    let (year, rest) = code.split_at_checked(4)?;
    let (zeros, months) = rest.split_at_checked(2)?;
    let (month, again) = months.split_at_checked(2)?;
    if zeros != "00" || month != again {
        return None;
    }
    Month::new(number::digits(year, 4)?.cast_signed(), number::digits(month, 2)?).ok()
}
