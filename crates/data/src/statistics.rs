use allweather_core::Rate;
use allweather_market::{
    Cell, Dating, Lag, Market, MarketError, MonthlySeries, ReferencePeriod, SeriesId, Table, Vintage,
    Vintages, official,
};

use crate::levels::Figures;

/// How many days after its month's end a figure is taken to come out, where the series is none of those that official files have:
/// an assumption.
const OTHER_LAG: Lag = Lag::days(31);

/// Adds figures of a table as one release of each series: released, as an assumption, when its newest figure came out.
pub(crate) fn release(vintages: &mut Vintages, file: &str, figures: Vec<Figures>) -> Result<(), MarketError> {
    for (name, figures) in figures {
        let Some(newest) = figures.iter().map(|(period, _)| *period).max() else { continue };
        let series = SeriesId::new(&name)?;
        let lag = official::lag(&series).unwrap_or(OTHER_LAG);
        *vintages = std::mem::take(vintages).with_lag(series.clone(), lag);
        vintages.add(Vintage::new(series, lag.from(newest), Dating::Assumed, file, figures)?)?;
    }
    Ok(())
}

/// The tables' releases, with those of a store in the place of every series that it has.
pub(crate) fn replaced_by(tables: &Vintages, store: Vintages) -> Result<Vintages, MarketError> {
    let mut all = store;
    for series in
        tables.series().filter(|series| all.releases(series.as_str()).is_empty()).cloned().collect::<Vec<_>>()
    {
        for release in tables.releases(series.as_str()) {
            all.add(release.clone())?;
        }
    }
    for series in tables.series() {
        if let Some(lag) = tables.lag(series.as_str()) {
            all = all.with_lag(series.clone(), lag);
        }
    }
    Ok(official::with_lags(all))
}

/// Reads the columns of a table `month,…` under the given names, exactly; a column without a name is left out.
pub(crate) fn figures_from_csv(
    file: &str,
    text: &str,
    name: impl Fn(&str) -> Option<String>,
) -> Result<Vec<Figures>, MarketError> {
    let table = Table::parse(file, text)?;
    let mut all = Vec::new();
    for (column, heading) in table.headings().enumerate().skip(1) {
        let Some(name) = name(heading) else { continue };
        if SeriesId::new(&name).is_err() {
            return Err(table.refuse_heading(column, "a name of a to z, digits and _, a letter first"));
        }
        let mut figures = Vec::with_capacity(table.len());
        for row in 0..table.len() {
            let month = table.cell(row, 0).month()?;
            figures.extend(
                table.cell(row, column).decimal()?.map(|value| (ReferencePeriod::Month(month), value)),
            );
        }
        all.push((name, figures));
    }
    Ok(all)
}

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
    let mut months = first.through(first.offset(i32::MAX));
    for row in 0..table.len() {
        if months.next() != Some(table.cell(row, month).month()?) {
            return Err(table.cell(row, month).refuse("the month after the line before"));
        }
        values.push(read(table.cell(row, column))?);
    }
    MonthlySeries::new(first, values)
}
