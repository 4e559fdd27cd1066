use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::MetricsError;

/// An amount of money on a day: a valuation or a flow. The function that takes it says what its sign means.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatedAmount {
    /// The day; the amount is there at its end.
    pub date: NaiveDate,
    /// The amount, in one currency.
    pub amount: f64,
}

impl DatedAmount {
    /// An amount on a day.
    #[must_use]
    pub fn new(date: NaiveDate, amount: f64) -> Self {
        Self { date, amount }
    }

    pub(crate) fn finite(self) -> Result<Self, MetricsError> {
        let Self { date, amount } = self;
        if amount.is_finite() { Ok(self) } else { Err(MetricsError::Amount { date, amount }) }
    }
}
