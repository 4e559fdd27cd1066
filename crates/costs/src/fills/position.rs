use allweather_core::Money;
use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::Instrument;

/// What the account holds of an instrument at the end of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct OpenPosition {
    /// What is held.
    pub instrument: Instrument,
    /// The day whose close this is.
    pub date: NaiveDate,
    /// Units or contracts: below 0 sold short.
    pub quantity: Decimal,
    /// The broker's price of a unit.
    pub mark: Option<Money>,
    /// The broker's value of it all.
    pub value: Option<Money>,
    /// What was paid for it, as the broker counts.
    pub cost: Option<Money>,
}

impl OpenPosition {
    /// A position with nothing told but this.
    #[must_use]
    pub const fn new(instrument: Instrument, date: NaiveDate, quantity: Decimal) -> Self {
        Self { instrument, date, quantity, mark: None, value: None, cost: None }
    }
}

/// Cash of one currency at both ends of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CashBalance {
    /// At the start.
    pub start: Option<Money>,
    /// At the end; of the same currency.
    pub end: Money,
    /// At the end, of what is settled.
    pub settled: Option<Money>,
}

impl CashBalance {
    /// A balance at the end.
    #[must_use]
    pub const fn new(end: Money) -> Self {
        Self { start: None, end, settled: None }
    }
}
