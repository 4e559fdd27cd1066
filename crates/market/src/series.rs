use std::collections::BTreeMap;

use allweather_core::{Currency, Month, Rate};
use chrono::NaiveDate;

use crate::{Cell, MarketError, Table, spots::currency_headings};

/// A statistic by month, with the delay after which a month's figure is known.
///
/// ```
/// use allweather_core::Month;
/// use allweather_market::MonthlySeries;
/// let january = Month::new(2024, 1)?;
/// let cpi = MonthlySeries::new(january, vec![Some(106.9), Some(106.9), Some(107.2)])?.published_after(1);
/// // On the last of February, January's figure is out; February's is not.
/// let known = cpi.known_on(january.offset(1).last_day());
/// assert_eq!(known.last_month(), Some(january));
/// assert_eq!(known.get(january.offset(1)), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct MonthlySeries {
    first: Month,
    values: Vec<Option<f64>>,
    delay: u16,
}

/// The part of a [`MonthlySeries`] that is known on a day.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    first: Month,
    values: &'a [Option<f64>],
}

impl MonthlySeries {
    /// Values of consecutive months from `first`; `None` where nothing is published. Known on the last day of their month
    /// until [`MonthlySeries::published_after`] says otherwise.
    ///
    /// # Errors
    ///
    /// [`MarketError::Empty`] without values, [`MarketError::Statistic`] when a value is not finite.
    pub fn new(first: Month, values: Vec<Option<f64>>) -> Result<Self, MarketError> {
        if values.is_empty() {
            return Err(MarketError::Empty { what: "a monthly series" });
        }
        let months = first.through(first.offset(i32::MAX));
        if values.len() > months.len() {
            let date = first.offset(i32::MAX).last_day();
            return Err(MarketError::Calendar { date: date.succ_opt().unwrap_or(date) });
        }
        for (month, value) in months.zip(&values) {
            if let Some(value) = *value
                && !value.is_finite()
            {
                return Err(MarketError::Statistic { month, value });
            }
        }
        Ok(Self { first, values, delay: 0 })
    }

    /// The same series, each month's value known `months` after that month's last day.
    #[must_use]
    pub fn published_after(self, months: u16) -> Self {
        Self { delay: months, ..self }
    }

    /// How many months after its own month's end a value is known.
    #[must_use]
    pub fn delay(&self) -> u16 {
        self.delay
    }

    /// The first month.
    #[must_use]
    pub fn first(&self) -> Month {
        self.first
    }

    /// The values of consecutive months.
    #[must_use]
    pub fn values(&self) -> &[Option<f64>] {
        &self.values
    }

    /// The value of a month, whenever it was published.
    #[must_use]
    pub fn get(&self, month: Month) -> Option<f64> {
        Known { first: self.first, values: &self.values }.get(month)
    }

    /// What is known of it on a day.
    #[must_use]
    pub fn known_on(&self, date: NaiveDate) -> Known<'_> {
        // Before its last day, a month is not over and has no figure.
        let over = |month: Month| month.months_since(self.first) + i32::from(month.last_day() == date);
        let months = Month::containing(date).map_or(0, |month| over(month) - i32::from(self.delay));
        let count = usize::try_from(months).unwrap_or(0).min(self.values.len());
        Known { first: self.first, values: &self.values[..count] }
    }

    /// Reads a table `month,…` with one column a series; `columns` names the headings, all of them.
    ///
    /// # Errors
    ///
    /// [`MarketError`] with file, line and field of what is refused.
    pub fn from_csv<const N: usize>(
        file: &str,
        text: &str,
        columns: [&str; N],
    ) -> Result<[Self; N], MarketError> {
        let table = Table::parse(file, text)?;
        let read =
            monthly_columns(&table, |cell| Ok(cell.decimal()?.map(|x| Rate::from_fraction(x).to_f64())))?;
        let mut headings = vec!["month"];
        headings.extend(columns);
        if let Some(unknown) = table.headings().find(|h| !headings.contains(h)) {
            return Err(MarketError::Layout {
                file: file.to_owned(),
                line: 1,
                found: format!("unknown heading {unknown:?}"),
                rule: format!("the headings {}", headings.join(", ")),
            });
        }
        let mut chosen = Vec::with_capacity(N);
        for name in columns {
            let at = table.headings().position(|h| h == name).and_then(|at| at.checked_sub(1));
            let series = at.and_then(|at| read.get(at).cloned()).ok_or_else(|| MarketError::Layout {
                file: file.to_owned(),
                line: 1,
                found: format!("no heading {name:?}"),
                rule: format!("the headings {}", headings.join(", ")),
            })?;
            chosen.push(series);
        }
        chosen.try_into().map_err(|_| MarketError::Empty { what: "a table" })
    }

    /// Reads a table `month,usd,eur,…` of index levels by currency.
    ///
    /// # Errors
    ///
    /// [`MarketError`] with file, line and field of what is refused.
    pub fn by_currency_from_csv(file: &str, text: &str) -> Result<BTreeMap<Currency, Self>, MarketError> {
        let table = Table::parse(file, text)?;
        let read = monthly_columns(&table, Cell::level)?;
        Ok(currency_headings(&table)?.into_iter().zip(read).collect())
    }
}

fn monthly_columns<'t>(
    table: &'t Table,
    read: impl Fn(Cell<'t>) -> Result<Option<f64>, MarketError>,
) -> Result<Vec<MonthlySeries>, MarketError> {
    if table.headings().next() != Some("month") {
        return Err(table.refuse_heading(0, "month, the first heading"));
    }
    let first = table.cell(0, 0).month()?;
    let mut columns = vec![Vec::with_capacity(table.len()); table.headings().len() - 1];
    let mut months = first.through(first.offset(i32::MAX));
    for row in 0..table.len() {
        if months.next() != Some(table.cell(row, 0).month()?) {
            return Err(table.cell(row, 0).refuse("the month after the line before"));
        }
        for (column, values) in columns.iter_mut().enumerate() {
            values.push(read(table.cell(row, column + 1))?);
        }
    }
    columns.into_iter().map(|values| MonthlySeries::new(first, values)).collect()
}

/// Reads short interest rates in long form, `month,currency,rate_pct,basis`, into fractions a year by currency.
///
/// Months of one currency must increase; a month left out is a gap. The basis (what kind of rate stands in that month) must
/// not be empty; it documents the figure and does not change it.
///
/// # Errors
///
/// [`MarketError`] with file, line and field of what is refused.
pub fn rates_from_csv(file: &str, text: &str) -> Result<BTreeMap<Currency, MonthlySeries>, MarketError> {
    let table = Table::parse(file, text)?;
    let [month, currency, rate, basis] = table.columns(["month", "currency", "rate_pct", "basis"])?;
    let mut series: BTreeMap<Currency, (Month, Vec<Option<f64>>)> = BTreeMap::new();
    for row in 0..table.len() {
        let at = table.cell(row, month).month()?;
        let of: Currency = table.cell(row, currency).parse("a currency such as JPY")?;
        let percent = table.cell(row, rate).percent()?;
        let percent = percent.ok_or_else(|| table.cell(row, rate).refuse("a number of percent"))?;
        if table.cell(row, basis).text().is_empty() {
            return Err(table.cell(row, basis).refuse("the kind of the rate"));
        }
        let (first, values) = series.entry(of).or_insert((at, Vec::new()));
        let place = usize::try_from(at.months_since(*first)).ok().filter(|place| *place >= values.len());
        let place = place.ok_or_else(|| {
            table.cell(row, month).refuse("later than the line before of the same currency")
        })?;
        values.resize(place, None);
        values.push(Some(Rate::from_percent(percent).to_f64()));
    }
    series
        .into_iter()
        .map(|(currency, (first, values))| Ok((currency, MonthlySeries::new(first, values)?)))
        .collect()
}

impl Known<'_> {
    /// The value of a month; `None` when it is not published, or not yet.
    #[must_use]
    pub fn get(&self, month: Month) -> Option<f64> {
        let place = usize::try_from(month.months_since(self.first)).ok()?;
        *self.values.get(place)?
    }

    /// The newest month that has a value.
    #[must_use]
    pub fn last_month(&self) -> Option<Month> {
        let place = self.values.iter().rposition(Option::is_some)?;
        Some(self.first.offset(i32::try_from(place).ok()?))
    }
}
