use allweather_core::{Currency, Month};
use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::{ReferencePeriod, SeriesId};

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
    /// An instrument that a panel lacks.
    #[error("the panel has no instrument {name}")]
    #[non_exhaustive]
    Unknown {
        /// The instrument.
        name: String,
    },
    /// The name of a method of estimation.
    #[error("{found:?} is no name of a method: lower-case letters, digits and _, a letter first, at most 64")]
    #[non_exhaustive]
    Method {
        /// The refused text.
        found: String,
    },
    /// A level that cannot be marked as an estimate.
    #[error("{series} on {date} cannot be marked as estimated: {rule}")]
    #[non_exhaustive]
    Mark {
        /// The instrument.
        series: String,
        /// The day.
        date: NaiveDate,
        /// What stands against it.
        rule: &'static str,
    },
    /// An instrument that no exchange rate is for.
    #[error("{instrument} is in {currency}, for which there are no spots in {base}")]
    #[non_exhaustive]
    NoSpots {
        /// The instrument.
        instrument: String,
        /// Its currency.
        currency: Currency,
        /// The currency that the spots are in.
        base: Currency,
    },
    /// Levels of two kinds.
    #[error("{first} is {first_kind} and {second} {second_kind}: they do not go together")]
    #[non_exhaustive]
    Mixed {
        /// The first of the one kind.
        first: String,
        /// What it is.
        first_kind: String,
        /// The first of the other kind.
        second: String,
        /// What that is.
        second_kind: String,
    },
    /// A bond, its yield or the period it is held for.
    #[error("bond: {what} is {value}, not {rule}")]
    #[non_exhaustive]
    Bond {
        /// What is refused, with its month in a series.
        what: String,
        /// The value.
        value: f64,
        /// What was expected.
        rule: &'static str,
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
    /// The name of a series.
    #[error("{found:?} is no name of a series: lower-case letters, digits and _, a letter first, at most 64")]
    #[non_exhaustive]
    SeriesName {
        /// The refused text.
        found: String,
    },
    /// A reference period.
    #[error("{found:?} is no period: 2024-12-30, 2024-12, 2024Q4 or 2024, from the year 1 to 9999")]
    #[non_exhaustive]
    ReferencePeriod {
        /// The refused text.
        found: String,
    },
    /// A source or a unit.
    #[error("the {what} {found:?} is not one line of text")]
    #[non_exhaustive]
    Text {
        /// Source or unit.
        what: &'static str,
        /// The refused text.
        found: String,
    },
    /// A release mixes kinds of periods.
    #[error("{series} has {first} and {other}: a series has days, months, quarters or years, not a mixture")]
    #[non_exhaustive]
    PeriodKind {
        /// The series.
        series: SeriesId,
        /// One period.
        first: ReferencePeriod,
        /// A period of another kind.
        other: ReferencePeriod,
    },
    /// A release with a figure of a period that had not begun.
    #[error("{series} released on {released} has a figure for {period}, which had not begun")]
    #[non_exhaustive]
    Future {
        /// The series.
        series: SeriesId,
        /// The period.
        period: ReferencePeriod,
        /// The day of the release.
        released: NaiveDate,
    },
    /// One release gives a period two values.
    #[error(
        "{series} of {period} is {first} and {second} in {source_text} released on {released}: one release has one value; state \
         the day of each document"
    )]
    #[non_exhaustive]
    TwoValues {
        /// The series.
        series: SeriesId,
        /// The period.
        period: ReferencePeriod,
        /// The day of the release.
        released: NaiveDate,
        /// Publisher and document.
        source_text: String,
        /// One value.
        first: Decimal,
        /// The other.
        second: Decimal,
    },
    /// One release is in two units.
    #[error(
        "{series} is in {first:?} and in {second:?} in {source_text} released on {released}: one release has one unit"
    )]
    #[non_exhaustive]
    TwoUnits {
        /// The series.
        series: SeriesId,
        /// The day of the release.
        released: NaiveDate,
        /// Publisher and document.
        source_text: String,
        /// One unit.
        first: String,
        /// The other.
        second: String,
    },
    /// Two bases of an index without a period in common.
    #[error(
        "{series}: the release of {new} and that of {old} have no period in common, so nothing says how their bases compare"
    )]
    #[non_exhaustive]
    NoOverlap {
        /// The series.
        series: SeriesId,
        /// Day of the older release.
        old: NaiveDate,
        /// Day of the newer release.
        new: NaiveDate,
    },
    /// A level that cannot be put on another base.
    #[error(
        "{series}, {period}: the level {level} cannot be put on another base, it is not above 0 or does not fit a decimal"
    )]
    #[non_exhaustive]
    Rebase {
        /// The series.
        series: SeriesId,
        /// The period.
        period: ReferencePeriod,
        /// The level.
        level: Decimal,
    },
    /// A series that was asked for by month.
    #[error("{series} has a figure for {period}: it is not monthly")]
    #[non_exhaustive]
    NotMonthly {
        /// The series.
        series: String,
        /// One of its periods.
        period: ReferencePeriod,
    },
    /// A file that is open for writing elsewhere: in another process, or in this one.
    #[error("{file} is open for writing already, in this process or another")]
    #[non_exhaustive]
    Busy {
        /// The file.
        file: String,
    },
    /// A file that is none of the official formats.
    #[error("{file} begins with {found:?}, expected one of the official formats: {expected}")]
    #[non_exhaustive]
    Unrecognised {
        /// Name of the file.
        file: String,
        /// How it begins.
        found: String,
        /// The formats there are.
        expected: String,
    },
    /// Bytes that are no text in the encoding of their format.
    #[error("{file}, line {line}: bytes that are not {encoding}")]
    #[non_exhaustive]
    Encoding {
        /// Name of the file.
        file: String,
        /// Line, from 1.
        line: u64,
        /// The encoding.
        encoding: &'static str,
    },
    /// A file that is to be read and is not there.
    #[error("there is no file {file}")]
    #[non_exhaustive]
    Absent {
        /// The file.
        file: String,
    },
    /// A file or folder that cannot be read or written.
    #[error("{file} cannot be {action}: {reason}")]
    #[non_exhaustive]
    File {
        /// The file.
        file: String,
        /// What was tried.
        action: &'static str,
        /// What the system says.
        reason: String,
    },
}
