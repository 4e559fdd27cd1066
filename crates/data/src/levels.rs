use std::collections::BTreeMap;

use allweather_core::Year;
use allweather_market::{Cell, MarketError, Table};
use allweather_rfr::{AnnualLevels, Basis, Reading};
use rust_decimal::Decimal;

/// The Ministry of Finance quotes the 10-year bond from 5 July 1986: year-ends before 1986 have none.
const FIRST_10_YEAR: Year = Year::new(1986);

/// Reads `year,jgb10y_pct,jgb9y_pct,cpi_dec,cgpi_dec,gdp_deflator_q4,reer_dec`, one line a year without a hole.
pub(crate) fn levels_from_csv(file: &str, text: &str) -> Result<BTreeMap<Year, AnnualLevels>, MarketError> {
    let table = Table::parse(file, text)?;
    let [year, ten, nine, cpi, cgpi, gdp_deflator, reer] = table.columns([
        "year",
        "jgb10y_pct",
        "jgb9y_pct",
        "cpi_dec",
        "cgpi_dec",
        "gdp_deflator_q4",
        "reer_dec",
    ])?;
    let mut levels: BTreeMap<Year, AnnualLevels> = BTreeMap::new();
    for row in 0..table.len() {
        let cell = |column| table.cell(row, column);
        let at = calendar_year(cell(year))?;
        if levels.last_key_value().is_some_and(|(before, _)| before.next() != at) {
            return Err(cell(year).refuse("the year after the line before"));
        }
        let published = cell(ten).percent()?.map(Reading::published);
        let stand_in = cell(nine).percent()?.map(|percent| Reading { percent, basis: Basis::StandIn });
        levels.insert(
            at,
            AnnualLevels {
                // A 10-year yield that is absent later on is a gap, not an occasion for the 9-year bond.
                jgb10y: published.or(stand_in.filter(|_| at < FIRST_10_YEAR)),
                cpi: index(cell(cpi))?,
                cgpi: index(cell(cgpi))?,
                gdp_deflator: index(cell(gdp_deflator))?,
                reer: index(cell(reer))?,
            },
        );
    }
    Ok(levels)
}

fn calendar_year(cell: Cell<'_>) -> Result<Year, MarketError> {
    const RULE: &str = "a calendar year from 1 to 9999, such as 1980";
    let number = cell.parse(RULE)?;
    if (1..=9999).contains(&number) { Ok(Year::new(number)) } else { Err(cell.refuse(RULE)) }
}

fn index(cell: Cell<'_>) -> Result<Option<Decimal>, MarketError> {
    match cell.decimal()? {
        Some(level) if level <= Decimal::ZERO => Err(cell.refuse("an index level above 0 or an empty field")),
        level => Ok(level),
    }
}
