use allweather_core::{AssetId, Currency, Overflow};
use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::CostsError;

/// Why a statement could not be read, or a report not made from it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FillsError {
    /// A field of a row is not what it must be.
    #[error("{file}, line {line}: {field} of {section} is {value:?}, and {rule}")]
    #[non_exhaustive]
    Field {
        /// The file.
        file: String,
        /// Its line, from 1.
        line: usize,
        /// The section or element.
        section: String,
        /// The field.
        field: String,
        /// The text that stands there.
        value: String,
        /// The rule it breaks.
        rule: &'static str,
    },
    /// A row lacks a field that it must have.
    #[error("{file}, line {line}: {section} has no {field}, and {rule}")]
    #[non_exhaustive]
    MissingField {
        /// The file.
        file: String,
        /// Its line, from 1.
        line: usize,
        /// The section or element.
        section: String,
        /// The field.
        field: String,
        /// The rule it breaks.
        rule: &'static str,
    },
    /// The file is not of the form it must have.
    #[error("{file}, line {line}: {what}")]
    #[non_exhaustive]
    Form {
        /// The file.
        file: String,
        /// Its line, from 1.
        line: usize,
        /// What is wrong.
        what: String,
    },
    /// Two rows have one id and tell different things.
    #[error("the {what} {id:?} is told twice and differently: {first} and {second}")]
    #[non_exhaustive]
    Contradiction {
        /// What they are: fill, cash movement.
        what: &'static str,
        /// The id.
        id: String,
        /// The first, in short.
        first: String,
        /// The second, in short.
        second: String,
    },
    /// Statements of two accounts cannot be merged.
    #[error("statements of the accounts {first:?} and {second:?} cannot be merged")]
    #[non_exhaustive]
    TwoAccounts {
        /// One account.
        first: String,
        /// The other.
        second: String,
    },
    /// An arrival price does not fit the statement.
    #[error("the arrival price of {order:?} {rule}")]
    #[non_exhaustive]
    Arrival {
        /// The order, or the fill.
        order: String,
        /// The rule it breaks.
        rule: &'static str,
    },
    /// No asset is given for a symbol.
    #[error("no asset is given for the symbol {symbol:?} in {currency}")]
    #[non_exhaustive]
    UnmappedSymbol {
        /// The symbol.
        symbol: String,
        /// The currency of its prices.
        currency: Currency,
    },
    /// A symbol is mapped twice.
    #[error("the symbol {symbol:?} is mapped twice{}", currency.map(|of| format!(" in {of}")).unwrap_or_default())]
    #[non_exhaustive]
    RepeatedSymbol {
        /// The symbol.
        symbol: String,
        /// The currency of its prices, where given.
        currency: Option<Currency>,
    },
    /// The volatilities of an asset and day are given twice.
    #[error("the volatilities of {asset} on {date} are given twice")]
    #[non_exhaustive]
    RepeatedVolatility {
        /// The asset.
        asset: AssetId,
        /// The day.
        date: NaiveDate,
    },
    /// A rule of the comparison is outside what it may be.
    #[error("{what} is {value}, and {rule}")]
    #[non_exhaustive]
    Rule {
        /// What the number is.
        what: &'static str,
        /// The number.
        value: Decimal,
        /// The rule it breaks.
        rule: &'static str,
    },
    /// An estimate could not be computed.
    #[error(transparent)]
    Costs(#[from] CostsError),
    /// A result needs more digits than its number type can hold.
    #[error(transparent)]
    Overflow(#[from] Overflow),
}
