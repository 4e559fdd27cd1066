use allweather_core::Currency;
use chrono::NaiveDate;

use crate::Reason;

/// Why a specification, a price or a book of forwards is refused. Every message gives the value and the rule.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FxError {
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
    /// A number of months outside its range.
    #[error("{what}: {months} months, expected {rule}")]
    #[non_exhaustive]
    Months {
        /// What the months are for.
        what: &'static str,
        /// How many.
        months: usize,
        /// How many there should be.
        rule: &'static str,
    },
    /// A list without anything in it.
    #[error("there are no {what}")]
    #[non_exhaustive]
    Empty {
        /// What there should be at least one of.
        what: &'static str,
    },
    /// A currency named twice.
    #[error("{currency} appears twice in {list}")]
    #[non_exhaustive]
    Duplicate {
        /// The list.
        list: &'static str,
        /// The currency.
        currency: Currency,
    },
    /// The base currency among the foreign ones: there is no exchange rate of a currency with itself.
    #[error("{currency} is the base currency and cannot be among {list}")]
    #[non_exhaustive]
    Base {
        /// The list.
        list: &'static str,
        /// The base currency.
        currency: Currency,
    },
    /// A market that counts in another currency than the book.
    #[error("the market counts in {found}, the book in {expected}")]
    #[non_exhaustive]
    MarketBase {
        /// Base currency of the market.
        found: Currency,
        /// Base currency of the book.
        expected: Currency,
    },
    /// An exposure to a currency that the book was not built for.
    #[error("exposure to {currency}, which is not among the currencies the book was built for")]
    #[non_exhaustive]
    Unknown {
        /// The currency.
        currency: Currency,
    },
    /// A held currency whose forward has no price.
    #[error("{currency} is held on {date} and cannot be hedged: {reason}")]
    #[non_exhaustive]
    Unhedgeable {
        /// The currency.
        currency: Currency,
        /// The day.
        date: NaiveDate,
        /// What is missing.
        reason: Reason,
    },
    /// A forward that cannot be closed.
    #[error("the forward in {currency} opened on {opened} cannot be settled on {date}: no spot")]
    #[non_exhaustive]
    Unsettled {
        /// The currency.
        currency: Currency,
        /// The day it was opened.
        opened: NaiveDate,
        /// The day without a spot.
        date: NaiveDate,
    },
    /// Forwards opened on top of forwards.
    #[error("forwards opened on {opened} are not settled yet on {date}")]
    #[non_exhaustive]
    AlreadyOpen {
        /// The day they were opened.
        opened: NaiveDate,
        /// The day of the second opening.
        date: NaiveDate,
    },
    /// A settlement that is not after the opening.
    #[error("forwards opened on {opened} cannot be settled on {date}, only later")]
    #[non_exhaustive]
    Backwards {
        /// The day they were opened.
        opened: NaiveDate,
        /// The day of the settlement.
        date: NaiveDate,
    },
    /// A hedge that alone breaks the limit of the book.
    #[error(
        "the hedge alone is {gross} times net asset value on {date}, the limit of the book is {limit} times"
    )]
    #[non_exhaustive]
    HedgeLimit {
        /// The day.
        date: NaiveDate,
        /// Notional of the hedge over net asset value.
        gross: f64,
        /// The limit, in net asset values.
        limit: f64,
    },
    /// Signals over spots that are not on consecutive month ends.
    #[error(
        "spots of {currency} up to {date} are not on consecutive month ends, which the signals of an overlay need"
    )]
    #[non_exhaustive]
    NotMonthly {
        /// The currency.
        currency: Currency,
        /// The day.
        date: NaiveDate,
    },
    /// A signal that answered with something that is no number.
    #[error("signal {name} of {currency} on {date} is {value}, not a finite number")]
    #[non_exhaustive]
    Signal {
        /// The signal's name.
        name: &'static str,
        /// The currency.
        currency: Currency,
        /// The day.
        date: NaiveDate,
        /// Its answer.
        value: f64,
    },
    /// Signals for a book that has no overlay.
    #[error("the book has no overlay that could use signals")]
    NoOverlay,
}

impl FxError {
    /// `value` when it satisfies the rule (which no NaN does).
    pub(crate) fn unless(
        holds: bool,
        what: &'static str,
        value: f64,
        rule: &'static str,
    ) -> Result<f64, Self> {
        if holds && value.is_finite() { Ok(value) } else { Err(Self::Value { what, value, rule }) }
    }

    /// Refuses a currency that is in the list twice.
    pub(crate) fn no_currency_twice(list: &'static str, currencies: &[Currency]) -> Result<(), Self> {
        for (i, &currency) in currencies.iter().enumerate() {
            if currencies.iter().take(i).any(|c| *c == currency) {
                return Err(Self::Duplicate { list, currency });
            }
        }
        Ok(())
    }
}
