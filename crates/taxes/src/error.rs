use allweather_core::{Currency, Overflow};
use chrono::NaiveDate;
use rust_decimal::Decimal;

/// Why lots could not be kept, a setting not made, or a tax not added back.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TaxError {
    /// An exact number is outside what its use allows.
    #[error("{what} is {value}, and {rule}")]
    #[non_exhaustive]
    Amount {
        /// What the number is.
        what: &'static str,
        /// The number.
        value: Decimal,
        /// The rule it breaks.
        rule: &'static str,
    },
    /// A floating-point number is outside what its use allows.
    #[error("{what} is {value}, and {rule}")]
    #[non_exhaustive]
    Number {
        /// What the number is.
        what: &'static str,
        /// The number.
        value: f64,
        /// The rule it breaks.
        rule: &'static str,
    },
    /// More is sold than is held.
    #[error("{sold} units are sold on {date} and {held} are held")]
    #[non_exhaustive]
    TooMuch {
        /// The units sold.
        sold: f64,
        /// The units held.
        held: f64,
        /// The day.
        date: NaiveDate,
    },
    /// A movement before one that is already booked.
    #[error("{date} is booked after {last}: movements go by their days")]
    #[non_exhaustive]
    Order {
        /// The day of the last movement.
        last: NaiveDate,
        /// The day that comes too late.
        date: NaiveDate,
    },
    /// A window that disallows losses for a method without lots of their own.
    #[error("a window that disallows losses needs lots that keep their days: moving_average has none")]
    AverageInWindow,
    /// A country's code.
    #[error("{code:?} is no country's code of two capital letters")]
    #[non_exhaustive]
    Country {
        /// The refused text.
        code: String,
    },
    /// A tax in another currency without a rate.
    #[error("a tax of {date} was withheld in {from}, and there is no exchange rate to {to}")]
    #[non_exhaustive]
    MissingExchangeRate {
        /// The currency it was withheld in.
        from: Currency,
        /// The base currency.
        to: Currency,
        /// The day.
        date: NaiveDate,
    },
    /// Periods that overlap or end before they begin.
    #[error(
        "a period from {start} to {end} does not end after its start, or begins before the one in front ends"
    )]
    #[non_exhaustive]
    Period {
        /// The day it begins after.
        start: NaiveDate,
        /// Its last day.
        end: NaiveDate,
    },
    /// An amount of a day that is in no period.
    #[error("{amount} is to be added back on {date}, which is in no period")]
    #[non_exhaustive]
    OutsidePeriods {
        /// The amount in base currency.
        amount: Decimal,
        /// The day.
        date: NaiveDate,
    },
    /// A result needs more digits than its number type can hold.
    #[error(transparent)]
    Overflow(#[from] Overflow),
}
