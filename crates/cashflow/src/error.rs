use allweather_core::{Overflow, Percent, Quarter, Year};
use rust_decimal::Decimal;

/// Why a quarter could not be settled, or a rule not answer.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CashflowError {
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
    /// A quarter was settled out of order.
    #[error("quarters follow one another: expected {expected}, found {found}")]
    #[non_exhaustive]
    Order {
        /// The quarter that comes next.
        expected: Quarter,
        /// The quarter offered.
        found: Quarter,
    },
    /// A rate would leave a gap between years.
    #[error("rates are of consecutive years: expected a year from {first} to {next}, found {found}")]
    #[non_exhaustive]
    RateGap {
        /// The first year.
        first: Year,
        /// The year that comes next.
        next: Year,
        /// The year offered.
        found: Year,
    },
    /// A rate that is final would change.
    #[error("the rate of {year} is final at {fixed} and cannot become {offered}")]
    #[non_exhaustive]
    FinalRate {
        /// The year.
        year: Year,
        /// The final rate.
        fixed: Percent,
        /// The rate offered.
        offered: Percent,
    },
    /// The rate of a year is needed and not known.
    #[error("the rate of {year} is not known")]
    #[non_exhaustive]
    MissingRate {
        /// The year.
        year: Year,
    },
    /// A rule needs what happened in the year before, and there is none.
    #[error("year {number} (from 0) was given without the expense, value and return of the year before")]
    #[non_exhaustive]
    MissingHistory {
        /// The number of the year, from 0.
        number: usize,
    },
    /// A spending rule of your own has no answer.
    #[error("the spending rule has no expense: {reason}")]
    Rule {
        /// Why, in words.
        reason: String,
    },
    /// Two arrays do not fit each other.
    #[error("{what} has {found} entries where the gains have {expected}")]
    #[non_exhaustive]
    Shape {
        /// What the array is.
        what: &'static str,
        /// How many there should be.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// One quarter of one path could not be settled.
    #[error("path {path}, quarter {quarter} (both from 0): {cause}")]
    #[non_exhaustive]
    Path {
        /// The path, from 0.
        path: usize,
        /// The quarter, from 0.
        quarter: usize,
        /// Why.
        #[source]
        cause: Box<CashflowError>,
    },
    /// A result needs more digits than its number type can hold, or is not a finite number.
    #[error("the arithmetic left the range of its number type: {0}")]
    Overflow(#[from] Overflow),
}
