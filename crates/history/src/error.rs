use allweather_core::{AssetId, Month};
use allweather_metrics::MetricsError;

/// Why a table or a spec is refused. That a series cannot be filled is an answer, [`Refusal`](crate::Refusal), and no error.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum HistoryError {
    /// There is no series, or no month.
    #[error("a table of {series} series and {periods} months: it takes one of each or more")]
    #[non_exhaustive]
    Empty {
        /// How many series there are.
        series: usize,
        /// How many months.
        periods: usize,
    },
    /// Two series have one name.
    #[error("the series {series} is there twice")]
    #[non_exhaustive]
    Duplicate {
        /// The name.
        series: AssetId,
    },
    /// A series is longer or shorter than the table.
    #[error("the series {series} has {found} months, the table has {expected}")]
    #[non_exhaustive]
    Length {
        /// The series.
        series: AssetId,
        /// The months of the table.
        expected: usize,
        /// Those of the series.
        found: usize,
    },
    /// A table that goes beyond the year 9999.
    #[error("{periods} months from {first} end after the year 9999")]
    #[non_exhaustive]
    Calendar {
        /// The first month.
        first: Month,
        /// How many there are.
        periods: usize,
    },
    /// A value that is not finite or too large, or a return that loses more than there is.
    #[error("{series} of {month} is {value}, which is not {rule}")]
    #[non_exhaustive]
    Value {
        /// The series.
        series: AssetId,
        /// The month.
        month: Month,
        /// The refused value.
        value: f64,
        /// What is allowed.
        rule: &'static str,
    },
    /// A level that is not a finite number above 0.
    #[error(
        "the level of {series} at position {position} (from 0) is {value}, which is not a finite number above 0"
    )]
    #[non_exhaustive]
    Level {
        /// The series.
        series: AssetId,
        /// The place in the list of levels, from 0.
        position: usize,
        /// The refused level.
        value: f64,
    },
    /// No candidate, or one that is there twice.
    #[error("{count} candidates, {distinct} of them different: it takes one or more, each once")]
    #[non_exhaustive]
    Candidates {
        /// How many there are.
        count: usize,
        /// How many are different.
        distinct: usize,
    },
    /// Several candidates and nothing to choose by.
    #[error("{count} candidates and no hold-out to choose by: state one, or one candidate")]
    #[non_exhaustive]
    NoHoldOut {
        /// How many candidates there are.
        count: usize,
    },
    /// A number in a spec is out of range.
    #[error("{what} of {value} is not {rule}")]
    #[non_exhaustive]
    Setting {
        /// Which number.
        what: &'static str,
        /// The refused value.
        value: f64,
        /// What is allowed.
        rule: &'static str,
    },
    /// A spec or a question names a series that the table or the answer does not have.
    #[error("there is no series {series}")]
    #[non_exhaustive]
    Unknown {
        /// The name.
        series: AssetId,
    },
    /// The stated date is before the first month of the table.
    #[error("what was known in {until} is asked for, and the table begins in {first}")]
    #[non_exhaustive]
    NothingKnown {
        /// The stated month.
        until: Month,
        /// The first month of the table.
        first: Month,
    },
    /// Moments by a method that the table does not allow.
    #[error("{series}: {refusal}")]
    #[non_exhaustive]
    Refused {
        /// The series.
        series: AssetId,
        /// Why.
        refusal: crate::Refusal,
    },
    /// Moments that the table does not have.
    #[error("there are no such moments: {refusal}")]
    #[non_exhaustive]
    NoMoments {
        /// Why.
        refusal: crate::Refusal,
    },
    /// A draw that was not made.
    #[error("there is no draw {draw} (from 0) among {draws}")]
    #[non_exhaustive]
    NoSuchDraw {
        /// The draw, from 0.
        draw: usize,
        /// How many there are.
        draws: usize,
    },
    /// Fewer levels than returns and one.
    #[error("{found} levels for {expected} returns: it takes one more than there are returns, or more")]
    #[non_exhaustive]
    Levels {
        /// How many returns there are.
        expected: usize,
        /// How many levels.
        found: usize,
    },
    /// More numbers than there is room for.
    #[error("{draws} draws of {periods} months and {series} series are more numbers than {limit}")]
    #[non_exhaustive]
    TooLarge {
        /// The draws.
        draws: usize,
        /// The months.
        periods: usize,
        /// The series.
        series: usize,
        /// The most numbers an answer holds.
        limit: usize,
    },
    /// Returns or a covariance were refused by `allweather-metrics`.
    #[error(transparent)]
    Metrics(#[from] MetricsError),
}
