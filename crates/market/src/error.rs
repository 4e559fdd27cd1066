use allweather_core::{Currency, Month};
use chrono::NaiveDate;

/// Why market data is refused. Every message gives the value, its place and the rule.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum MarketError {
    /// A field of a file.
    #[error("{file}, line {line}, field {field}: {value:?} is not {rule}")]
    #[non_exhaustive]
    Field {
        /// Name of the file.
        file: String,
        /// Line, from 1.
        line: u64,
        /// Heading of the column.
        field: String,
        /// The text found.
        value: String,
        /// What was expected there.
        rule: &'static str,
    },
    /// The shape of a file.
    #[error("{file}, line {line}: {found}, expected {rule}")]
    #[non_exhaustive]
    Layout {
        /// Name of the file.
        file: String,
        /// Line, from 1.
        line: u64,
        /// What is there.
        found: String,
        /// What was expected.
        rule: String,
    },
    /// A price, exchange rate or index level.
    #[error("{series} on {date}: level {value} is not a positive finite number")]
    #[non_exhaustive]
    Level {
        /// The asset or currency.
        series: String,
        /// The day.
        date: NaiveDate,
        /// The value.
        value: f64,
    },
    /// A statistic.
    #[error("monthly series, {month}: {value} is not a finite number")]
    #[non_exhaustive]
    Statistic {
        /// The month.
        month: Month,
        /// The value.
        value: f64,
    },
    /// Dates out of order.
    #[error("date {date} follows {before}: dates must increase, months one by one in a monthly panel")]
    #[non_exhaustive]
    Order {
        /// The date before.
        before: NaiveDate,
        /// The date that breaks the order.
        date: NaiveDate,
    },
    /// A date outside the calendar this project works in.
    #[error("date {date} is outside the years 1 to 9999")]
    #[non_exhaustive]
    Calendar {
        /// The date.
        date: NaiveDate,
    },
    /// A name used twice.
    #[error("{name} appears twice")]
    #[non_exhaustive]
    Duplicate {
        /// The asset, currency or statistic.
        name: String,
    },
    /// Rows and dates that do not match.
    #[error("{series} has {found} values for {expected} dates")]
    #[non_exhaustive]
    Length {
        /// The asset or currency.
        series: String,
        /// How many values it has.
        found: usize,
        /// How many there should be.
        expected: usize,
    },
    /// No data at all.
    #[error("{what} is empty")]
    #[non_exhaustive]
    Empty {
        /// What is empty.
        what: &'static str,
    },
    /// Exchange rates into another currency than the market's base.
    #[error("exchange rates are in {found}, the market's base currency is {expected}")]
    #[non_exhaustive]
    Base {
        /// Currency the rates are in.
        found: Currency,
        /// The market's base currency.
        expected: Currency,
    },
}
