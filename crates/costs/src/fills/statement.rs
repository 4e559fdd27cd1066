use allweather_core::Currency;
use chrono::NaiveDate;

use super::{CashBalance, CashMovement, Fill, OpenPosition};

/// The days a statement tells of, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Span {
    /// Its first day.
    pub first: NaiveDate,
    /// Its last day.
    pub last: NaiveDate,
}

impl Span {
    /// The days from `first` through `last`; `None` when they are the wrong way round.
    #[must_use]
    pub fn new(first: NaiveDate, last: NaiveDate) -> Option<Self> {
        (first <= last).then_some(Self { first, last })
    }
}

/// What a broker reports of one account over some days.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Statement {
    /// The broker: `Interactive Brokers`.
    pub broker: String,
    /// The account's number.
    pub account: String,
    /// The currency the account is kept in, where told.
    pub base_currency: Option<Currency>,
    /// The days it tells of, where told.
    pub span: Option<Span>,
    /// Executions, by day, time and id; cancelled ones and their cancellations are gone, see [`Statement::cancelled`].
    pub fills: Vec<Fill>,
    /// Dividends, withheld taxes, interest, fees, deposits and withdrawals, by day.
    pub cash: Vec<CashMovement>,
    /// What is held at the end, by symbol.
    pub positions: Vec<OpenPosition>,
    /// Cash at the end, by currency.
    pub balances: Vec<CashBalance>,
    /// Fills that were cancelled or corrected within the statement, and are therefore not in [`Statement::fills`].
    pub cancelled: Vec<CancelledFill>,
    /// Rows that are read and not acted upon: corporate actions, transfers, exercises.
    pub not_handled: Vec<NotHandled>,
    /// Sections and fields that this reader does not know, by section and name.
    pub unknown: Vec<UnknownField>,
}

impl Statement {
    /// An empty statement of an account.
    #[must_use]
    pub fn new(broker: impl Into<String>, account: impl Into<String>) -> Self {
        Self {
            broker: broker.into(),
            account: account.into(),
            base_currency: None,
            span: None,
            fills: Vec::new(),
            cash: Vec::new(),
            positions: Vec::new(),
            balances: Vec::new(),
            cancelled: Vec::new(),
            not_handled: Vec::new(),
            unknown: Vec::new(),
        }
    }
}

/// A fill that was cancelled, and what took it back.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CancelledFill {
    /// The fill as it was reported first.
    pub fill: Fill,
    /// The id of the row that took it back.
    pub by: String,
    /// Whether that row stands in its place, rather than only taking it back.
    pub corrected: bool,
}

impl CancelledFill {
    /// A fill, and the id of the row that took it back.
    #[must_use]
    pub fn new(fill: Fill, by: impl Into<String>) -> Self {
        Self { fill, by: by.into(), corrected: false }
    }
}

/// A row that is read and not acted upon; whoever trusts positions or lots must look at it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct NotHandled {
    /// The section it stands in: `CorporateActions`.
    pub section: String,
    /// Its day.
    pub date: Option<NaiveDate>,
    /// The symbol it is about.
    pub symbol: Option<String>,
    /// What it says: type, quantity, words.
    pub description: String,
}

impl NotHandled {
    /// A row of a section.
    #[must_use]
    pub fn new(section: impl Into<String>, description: impl Into<String>) -> Self {
        Self { section: section.into(), date: None, symbol: None, description: description.into() }
    }
}

/// A section or field that a reader does not know.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct UnknownField {
    /// The section or element.
    pub section: String,
    /// The field; `None` when the whole section is unknown.
    pub field: Option<String>,
    /// How many times it stands there.
    pub times: usize,
}

impl UnknownField {
    /// A field of a section, or the whole section.
    #[must_use]
    pub fn new(section: impl Into<String>, field: Option<String>, times: usize) -> Self {
        Self { section: section.into(), field, times }
    }
}
