use allweather_core::{Month, Quarter, Year};
use allweather_market::{Cell, MarketError, ReferencePeriod, Table};
use allweather_rfr::Indicator;
use rust_decimal::Decimal;

/// A series with its figures.
pub(crate) type Figures = (String, Vec<(ReferencePeriod, Decimal)>);

/// Reads `year,jgb10y_pct,jgb9y_pct,cpi_dec,cgpi_dec,gdp_deflator_q4,reer_dec`, one line a year without a hole, into the series of the
/// indicators: a figure of December or of the last quarter each.
pub(crate) fn levels_from_csv(file: &str, text: &str) -> Result<Vec<Figures>, MarketError> {
    let table = Table::parse(file, text)?;
    let [year, yields @ .., cpi, cgpi, gdp_deflator, reer] = table.columns([
        "year",
        "jgb10y_pct",
        "jgb9y_pct",
        "cpi_dec",
        "cgpi_dec",
        "gdp_deflator_q4",
        "reer_dec",
    ])?;
    let mut years: Vec<Year> = Vec::with_capacity(table.len());
    for row in 0..table.len() {
        let at = calendar_year(table.cell(row, year))?;
        if years.last().is_some_and(|before| before.next() != at) {
            return Err(table.cell(row, year).refuse("the year after the line before"));
        }
        years.push(at);
    }
    let column = |series: &str, column, quarterly: bool, index: bool| {
        let mut figures = Vec::with_capacity(years.len());
        for (row, year) in years.iter().enumerate() {
            let cell = table.cell(row, column);
            let Some(value) = cell.decimal()? else { continue };
            if index && value <= Decimal::ZERO {
                return Err(cell.refuse("an index level above 0 or an empty field"));
            }
            let number = year.number();
            let period = if quarterly {
                Quarter::new(number, 4).ok().map(ReferencePeriod::Quarter)
            } else {
                Month::new(number, 12).ok().map(ReferencePeriod::Month)
            };
            // A calendar year has both.
            figures.extend(period.map(|period| (period, value)));
        }
        Ok((series.to_owned(), figures))
    };
    let [ten, nine] = yields;
    Ok(vec![
        column(Indicator::Jgb10y.series(), ten, false, false)?,
        column("jgb_9y", nine, false, false)?,
        column(Indicator::Cpi.series(), cpi, false, true)?,
        column(Indicator::Cgpi.series(), cgpi, false, true)?,
        column(Indicator::GdpDeflator.series(), gdp_deflator, true, true)?,
        column(Indicator::Reer.series(), reer, false, true)?,
    ])
}

fn calendar_year(cell: Cell<'_>) -> Result<Year, MarketError> {
    const RULE: &str = "a calendar year from 1 to 9999, such as 1980";
    let number = cell.parse(RULE)?;
    if (1..=9999).contains(&number) { Ok(Year::new(number)) } else { Err(cell.refuse(RULE)) }
}
