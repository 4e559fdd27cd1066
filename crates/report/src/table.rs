use std::borrow::Cow;

use allweather_core::{Month, Year};
use chrono::NaiveDate;
use rust_decimal::{Decimal, prelude::ToPrimitive};
use serde::{Serialize, Serializer, ser::SerializeMap};

use crate::{
    Language, Scale, Words,
    format::{decimals, exact, money, percent},
};

/// What a cell of a table holds, with its unit.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Value {
    /// A fraction, shown in percent.
    Percent(f64),
    /// An amount in base currency, and what it is shown in.
    Money(f64, Scale),
    /// A plain number and how many decimals are shown.
    Number(f64, usize),
    /// An exact number, shown with all its decimals; on the wire it is a text, so that none is lost.
    Exact(Decimal),
    /// A count.
    Count(usize),
    /// A year.
    Year(Year),
    /// A month.
    Month(Month),
    /// A day.
    Date(NaiveDate),
    /// A name out of the data: of an asset, an indicator, a currency. It may hold anything.
    Name(String),
    /// Words of ours.
    Words(Words),
    /// There is none, and why.
    Missing(Words),
}

/// What a reader must know about a value before trusting it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Mark {
    /// It rests on figures that were estimated, not observed.
    Estimated,
    /// It may still change.
    Provisional,
    /// It is the one that counts among its neighbours.
    Chosen,
    /// A target that is met.
    Met,
    /// A target that is not met.
    NotMet,
}

/// A cell of a table.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Cell {
    /// What it holds.
    pub value: Value,
    /// Its mark, if it has one.
    pub mark: Option<Mark>,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Column {
    /// Its name for machines, unique in its table.
    pub id: String,
    /// Its heading.
    pub heading: Words,
}

/// A table of figures. On the wire it is a list of objects, a value under the id of its column; percentages are fractions, amounts
/// in base currency, what is missing is `null`, and a marked value has its mark under `<id>_mark`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Table {
    /// Its name for machines, unique in its report.
    pub id: Cow<'static, str>,
    /// What it shows.
    pub title: Words,
    /// How to read it: units, what was left out.
    pub note: Option<Words>,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows; each has as many cells as there are columns.
    pub rows: Vec<Vec<Cell>>,
    /// Whether it is long, so that a reader wants to search it.
    pub searchable: bool,
}

impl Value {
    /// An amount; its report gives it its scale.
    pub(crate) fn money(amount: f64) -> Self {
        Self::Money(amount, Scale::default())
    }

    pub(crate) fn scale(&mut self, scale: Scale) -> bool {
        let Self::Money(_, own) = self else { return false };
        *own = scale;
        true
    }

    /// A number of that unit, or that there is none.
    pub(crate) fn or_missing<T>(value: Option<T>, unit: impl Fn(T) -> Self) -> Self {
        value.map_or(Self::Missing(Words::new("", "")), unit)
    }

    /// How it is shown; what is missing is a dash.
    #[must_use]
    pub fn text(&self, language: Language) -> String {
        match self {
            Self::Percent(fraction) => percent(*fraction),
            Self::Money(amount, scale) => money(*amount, *scale),
            Self::Number(number, places) => decimals(*number, *places),
            Self::Exact(number) => exact(*number),
            Self::Count(count) => count.to_string(),
            Self::Year(year) => year.to_string(),
            Self::Month(month) => month.to_string(),
            Self::Date(date) => date.to_string(),
            Self::Name(name) => name.clone(),
            Self::Words(words) => words.text(language).to_owned(),
            Self::Missing(_) => "—".to_owned(),
        }
    }

    /// The number behind it, unrounded; `None` when it is not one.
    #[must_use]
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Percent(number) | Self::Money(number, _) | Self::Number(number, _) => Some(*number),
            Self::Exact(number) => number.to_f64(),
            Self::Count(count) => Some(*count as f64),
            Self::Year(year) => Some(f64::from(year.number())),
            _ => None,
        }
    }

    /// Whether it is read from the right: figures are, names and words are not.
    #[must_use]
    pub fn is_figure(&self) -> bool {
        matches!(
            self,
            Self::Percent(_)
                | Self::Money(..)
                | Self::Number(..)
                | Self::Exact(_)
                | Self::Count(_)
                | Self::Missing(_)
        )
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Percent(number) | Self::Money(number, _) | Self::Number(number, _) => {
                serializer.serialize_f64(*number)
            }
            Self::Exact(number) => serializer.collect_str(&number.normalize()),
            Self::Count(count) => count.serialize(serializer),
            Self::Year(year) => year.serialize(serializer),
            Self::Month(month) => month.serialize(serializer),
            Self::Date(date) => date.serialize(serializer),
            Self::Name(name) => name.serialize(serializer),
            Self::Words(words) => words.serialize(serializer),
            Self::Missing(_) => serializer.serialize_none(),
        }
    }
}

impl Cell {
    pub(crate) fn new(value: Value) -> Self {
        Self { value, mark: None }
    }

    pub(crate) fn marked(self, mark: Option<Mark>) -> Self {
        Self { mark, ..self }
    }
}

impl From<Value> for Cell {
    fn from(value: Value) -> Self {
        Self::new(value)
    }
}

impl Column {
    pub(crate) fn new(id: impl Into<String>, heading: Words) -> Self {
        Self { id: id.into(), heading }
    }
}

impl Table {
    pub(crate) fn new<const N: usize>(
        id: impl Into<Cow<'static, str>>,
        title: Words,
        columns: [(&'static str, Words); N],
    ) -> Self {
        let columns = columns.into_iter().map(|(id, heading)| Column::new(id, heading)).collect();
        Self { id: id.into(), title, note: None, columns, rows: Vec::new(), searchable: false }
    }

    pub(crate) fn with_note(self, note: Words) -> Self {
        Self { note: Some(note), ..self }
    }

    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = impl Into<Cell>>) {
        self.rows.push(cells.into_iter().map(Into::into).collect());
    }

    /// Whether the column of that id is read from the right: its first cell that is not missing holds a figure.
    #[must_use]
    pub fn of_figures(&self, column: &str) -> bool {
        let Some(place) = self.columns.iter().position(|c| c.id == column) else { return false };
        let mut values = self.rows.iter().filter_map(|row| row.get(place)).map(|cell| &cell.value);
        values.find(|value| !matches!(value, Value::Missing(_))).is_some_and(Value::is_figure)
    }

    /// The cell of a row, from 0, under the id of a column.
    #[must_use]
    pub fn cell(&self, row: usize, column: &str) -> Option<&Cell> {
        let place = self.columns.iter().position(|c| c.id == column)?;
        self.rows.get(row)?.get(place)
    }
}

impl Serialize for Table {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        struct Row<'a>(&'a [Column], &'a [Cell]);
        impl Serialize for Row<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut map = serializer.serialize_map(None)?;
                for (column, cell) in self.0.iter().zip(self.1) {
                    map.serialize_entry(&column.id, &cell.value)?;
                    if let Some(mark) = cell.mark {
                        map.serialize_entry(&format!("{}_mark", column.id), &mark)?;
                    }
                }
                map.end()
            }
        }
        serializer.collect_seq(self.rows.iter().map(|cells| Row(&self.columns, cells)))
    }
}
