use allweather_core::Month;
use allweather_market::MarketError;
use chrono::NaiveDate;

/// Why a specification, a series or a model is refused. Every message gives the value and the rule.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum WeatherError {
    /// The published figures do not make a monthly series.
    #[error(transparent)]
    Market(#[from] MarketError),
    /// No release of a series that is needed.
    #[error("there is no release of the series {series:?}")]
    #[non_exhaustive]
    Unknown {
        /// The series.
        series: String,
    },
    /// An index level that has no change.
    #[error("{series} of {month} is {value}: a change needs levels above 0")]
    #[non_exhaustive]
    Level {
        /// The series.
        series: String,
        /// The month.
        month: Month,
        /// The level.
        value: f64,
    },
    /// A day outside the calendar this project works in.
    #[error("the day {day} is outside the years 1 to 9999")]
    #[non_exhaustive]
    Day {
        /// The day.
        day: NaiveDate,
    },
    /// A number of months outside its range.
    #[error("{what}: {months} months, expected {rule}")]
    #[non_exhaustive]
    Months {
        /// What the months are for.
        what: &'static str,
        /// How many.
        months: u16,
        /// How many there may be.
        rule: &'static str,
    },
    /// A month of the annual revision that no year has.
    #[error("an annual revision in month {month}, expected 1 to 12")]
    #[non_exhaustive]
    AnnualRevision {
        /// The number of the month.
        month: u32,
    },
    /// A number outside its range.
    #[error("{what} {value} is not {rule}")]
    #[non_exhaustive]
    Value {
        /// What the number is.
        what: &'static str,
        /// The number.
        value: f64,
        /// What it should be.
        rule: &'static str,
    },
    /// A list of numbers holds one outside its range.
    #[error("{what} {position} (from 0) is {value}, which is not {rule}")]
    #[non_exhaustive]
    Element {
        /// What the number is.
        what: &'static str,
        /// Its place, from 0.
        position: usize,
        /// The number.
        value: f64,
        /// What it should be.
        rule: &'static str,
    },
    /// Too many lags for a filter that keeps every history of states.
    #[error("an autoregression of {lags} lags: at most 8")]
    #[non_exhaustive]
    Lags {
        /// How many there are.
        lags: usize,
    },
    /// Too few observations.
    #[error("it takes {needed} observations or more, there are {found}")]
    #[non_exhaustive]
    TooFew {
        /// How many it takes.
        needed: usize,
        /// How many there are.
        found: usize,
    },
    /// Observations between which no two states can be told, or that two levels explain without an error.
    #[error("the {observations} observations do not vary around two levels: there is nothing to estimate")]
    #[non_exhaustive]
    NoVariation {
        /// How many there are.
        observations: usize,
    },
    /// Estimation of a model with an autoregression.
    #[error("only a model without autoregression is estimated here, this one has {lags} lags")]
    #[non_exhaustive]
    Autoregression {
        /// How many lags the model has.
        lags: usize,
    },
}
