use std::sync::Arc;

use allweather_core::Month;
use chrono::{Datelike, NaiveDate};

use crate::{Basis, Cell, Gap, History, MarketError, Table, estimates::Estimates};

/// How often a panel has prices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Frequency {
    /// On the last calendar day of each month, months following one another without a hole.
    Monthly,
    /// On increasing days.
    Daily,
}

impl Frequency {
    /// The first heading of a table with it.
    pub(crate) fn heading(self) -> &'static str {
        match self {
            Self::Monthly => "month",
            Self::Daily => "date",
        }
    }

    /// The day that a cell under that heading stands for.
    pub(crate) fn date(self, cell: &Cell<'_>) -> Result<NaiveDate, MarketError> {
        match self {
            Self::Monthly => Ok(cell.month()?.last_day()),
            Self::Daily => cell.parse("a date such as 1980-01-31"),
        }
    }
}

/// What a table of levels holds: how often, the dates, the columns.
pub(crate) type Rows = (Frequency, Vec<NaiveDate>, Vec<Vec<Option<f64>>>);

/// Levels on common dates: the part that prices and exchange rates share.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Levels {
    pub(crate) frequency: Frequency,
    pub(crate) dates: Vec<NaiveDate>,
    pub(crate) months: Vec<Month>,
    pub(crate) columns: Vec<Vec<Option<f64>>>,
    pub(crate) basis: Basis,
    pub(crate) estimates: Estimates,
}

/// What is shown in a cell of a panel that is made of another: the level of a row, and the method when that makes it an estimate.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    pub(crate) row: usize,
    pub(crate) method: Option<Arc<str>>,
}

impl Levels {
    pub(crate) fn new(
        frequency: Frequency,
        dates: Vec<NaiveDate>,
        columns: Vec<(String, Vec<Option<f64>>)>,
    ) -> Result<Self, MarketError> {
        if columns.is_empty() {
            return Err(MarketError::Empty { what: "a panel" });
        }
        let mut made = Self::dated(frequency, dates)?;
        for (series, values) in columns {
            if values.len() != made.dates.len() {
                return Err(MarketError::Length { series, found: values.len(), expected: made.dates.len() });
            }
            for (&date, value) in made.dates.iter().zip(&values) {
                if let Some(value) = *value
                    && !(value.is_finite() && value > 0.0)
                {
                    return Err(MarketError::Level { series, date, value });
                }
            }
            made.columns.push(values);
        }
        Ok(made)
    }

    /// Without columns yet.
    fn dated(frequency: Frequency, dates: Vec<NaiveDate>) -> Result<Self, MarketError> {
        if dates.is_empty() {
            return Err(MarketError::Empty { what: "a panel" });
        }
        let months = dates
            .iter()
            .map(|&date| Month::containing(date).map_err(|_| MarketError::Calendar { date }))
            .collect::<Result<Vec<_>, _>>()?;
        for (i, &date) in dates.iter().enumerate() {
            let before = if i == 0 { date } else { dates[i - 1] };
            let in_order = match frequency {
                Frequency::Daily => i == 0 || before < date,
                Frequency::Monthly => {
                    date == months[i].last_day() && (i == 0 || months[i].months_since(months[i - 1]) == 1)
                }
            };
            if !in_order {
                return Err(MarketError::Order { before, date });
            }
        }
        let (columns, basis, estimates) = (Vec::new(), Basis::End, Estimates::default());
        Ok(Self { frequency, dates, months, columns, basis, estimates })
    }

    /// The same columns on other dates: `source` says which row of a column is shown on a new row. Marks go with their levels.
    pub(crate) fn rebuilt(
        &self,
        frequency: Frequency,
        dates: Vec<NaiveDate>,
        source: impl Fn(usize, usize) -> Option<Source>,
    ) -> Result<Self, MarketError> {
        let mut made = Self { basis: self.basis, ..Self::dated(frequency, dates)? };
        for (column, values) in self.columns.iter().enumerate() {
            let mut shown = vec![None; made.dates.len()];
            for (row, place) in shown.iter_mut().enumerate() {
                let Some(Source { row: from, method }) = source(column, row) else { continue };
                *place = values.get(from).copied().flatten();
                let method = self.estimates.get(column, from).or(method.as_ref());
                if let Some(method) = method.filter(|_| place.is_some()) {
                    made.estimates.set(column, row, method);
                }
            }
            made.columns.push(shown);
        }
        Ok(made)
    }

    /// Rows of a table whose first heading is `month` or `date`; the other headings are columns.
    pub(crate) fn from_table(table: &Table) -> Result<Rows, MarketError> {
        let first = table.headings().next();
        let known =
            [Frequency::Monthly, Frequency::Daily].into_iter().find(|kind| first == Some(kind.heading()));
        let frequency = known.ok_or_else(|| table.refuse_heading(0, "month or date, the first heading"))?;
        let mut dates: Vec<NaiveDate> = Vec::with_capacity(table.len());
        let mut columns = vec![Vec::with_capacity(table.len()); table.headings().len() - 1];
        for row in 0..table.len() {
            let cell = table.cell(row, 0);
            let date = frequency.date(&cell)?;
            let before = dates.last().copied();
            if before.is_some_and(|before| before >= date) {
                return Err(cell.refuse("later than the line before"));
            }
            let skips = |before: NaiveDate| {
                // Month ends follow one another when the day after the first lies in the month of the second.
                let next = before.succ_opt();
                next.is_none_or(|next| (next.year(), next.month()) != (date.year(), date.month()))
            };
            if frequency == Frequency::Monthly && before.is_some_and(skips) {
                return Err(cell.refuse("the month after the line before"));
            }
            dates.push(date);
            for (column, values) in columns.iter_mut().enumerate() {
                values.push(table.cell(row, column + 1).level()?);
            }
        }
        Ok((frequency, dates, columns))
    }

    pub(crate) fn history(&self, column: usize, until: usize) -> History<'_> {
        let values = self.columns.get(column).map_or(&[][..], |values| &values[..until]);
        History::new(self.frequency, &self.dates[..values.len()], values)
            .marked(self.estimates.column(column, until))
    }

    /// Refuses two frequencies or two bases, under names of the first of each.
    pub(crate) fn same_kind(&self, name: String, other: &Self, named: String) -> Result<(), MarketError> {
        if self.frequency == other.frequency {
            return self.same_basis(name, other, named);
        }
        let kind = |frequency| match frequency {
            Frequency::Monthly => "monthly".to_owned(),
            Frequency::Daily => "daily".to_owned(),
        };
        let (first_kind, second_kind) = (kind(self.frequency), kind(other.frequency));
        Err(MarketError::Mixed { first: name, first_kind, second: named, second_kind })
    }

    /// Refuses two bases, under names of the first of each.
    pub(crate) fn same_basis(&self, name: String, other: &Self, named: String) -> Result<(), MarketError> {
        if self.basis == other.basis {
            return Ok(());
        }
        let (first_kind, second_kind) = (self.basis.to_string(), other.basis.to_string());
        Err(MarketError::Mixed { first: name, first_kind, second: named, second_kind })
    }

    pub(crate) fn until(&self, date: NaiveDate) -> usize {
        self.dates.partition_point(|d| *d <= date)
    }

    /// The holes of a column within a span of months.
    pub(crate) fn gaps(
        &self,
        name: &str,
        column: usize,
        (first, last): (Month, Month),
        found: &mut Vec<Gap>,
    ) {
        let from = self.months.partition_point(|m| *m < first);
        let to = self.months.partition_point(|m| *m <= last).max(from);
        Gap::collect(name, &self.months[from..to], &self.columns[column][from..to], found);
    }
}

pub(crate) fn no_name_twice<'a>(names: impl Iterator<Item = &'a str>) -> Result<(), MarketError> {
    let mut seen = Vec::new();
    for name in names {
        if seen.contains(&name) {
            return Err(MarketError::Duplicate { name: name.to_owned() });
        }
        seen.push(name);
    }
    Ok(())
}
