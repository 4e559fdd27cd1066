use allweather_core::Rate;
use allweather_market::{Cell, Market, MarketError, MonthlySeries, Table};

/// Reads `month,y1_pct,…` into fractions a year, by the name of the statistic.
pub(crate) fn yields_from_csv(
    file: &str,
    text: &str,
) -> Result<[(&'static str, MonthlySeries); 6], MarketError> {
    let table = Table::parse(file, text)?;
    let [month, y1, y2, y5, y9, y10, y20] =
        table.columns(["month", "y1_pct", "y2_pct", "y5_pct", "y9_pct", "y10_pct", "y20_pct"])?;
    let series = |column| {
        monthly(&table, month, column, |cell| {
            Ok(cell.percent()?.map(|percent| Rate::from_percent(percent).to_f64()))
        })
    };
    Ok([
        (Market::JGB_1Y, series(y1)?),
        ("jgb_2y", series(y2)?),
        ("jgb_5y", series(y5)?),
        ("jgb_9y", series(y9)?),
        ("jgb_10y", series(y10)?),
        ("jgb_20y", series(y20)?),
    ])
}

/// Reads `month,…`: every other heading is the name of a statistic, which keeps its unit.
pub(crate) fn statistics_from_csv(
    file: &str,
    text: &str,
) -> Result<Vec<(String, MonthlySeries)>, MarketError> {
    let table = Table::parse(file, text)?;
    if table.headings().next() != Some("month") {
        return Err(table.cell(0, 0).refuse("under the heading month, which comes first"));
    }
    let named = table.headings().enumerate().skip(1);
    named
        .map(|(column, name)| {
            let double =
                |cell: Cell<'_>| Ok(cell.decimal()?.map(|number| Rate::from_fraction(number).to_f64()));
            Ok((name.to_owned(), monthly(&table, 0, column, double)?))
        })
        .collect()
}

fn monthly(
    table: &Table,
    month: usize,
    column: usize,
    read: impl Fn(Cell<'_>) -> Result<Option<f64>, MarketError>,
) -> Result<MonthlySeries, MarketError> {
    let first = table.cell(0, month).month()?;
    let mut values = Vec::with_capacity(table.len());
    for (row, expected) in (0..table.len()).zip(first.through(first.offset(i32::MAX))) {
        if table.cell(row, month).month()? != expected {
            return Err(table.cell(row, month).refuse("the month after the line before"));
        }
        values.push(read(table.cell(row, column))?);
    }
    MonthlySeries::new(first, values)
}
