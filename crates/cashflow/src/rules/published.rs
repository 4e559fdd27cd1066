use allweather_core::Percent;
use serde::{Deserialize, Serialize};

use super::fraction;
use crate::terms::{published_spending, share};
use crate::{CashflowError, SpendingRule, SpendingYear, paths};

/// The published rule: `spending · I0 · Π(1 + RFR)`, the first year's rate included. It needs no year before.
///
/// # Source
///
/// Published method, §2; 3 % by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "PublishedWire")]
pub struct Published {
    spending: Percent,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PublishedWire {
    #[serde(default = "published_spending")]
    spending: Percent,
}

impl TryFrom<PublishedWire> for Published {
    type Error = CashflowError;
    fn try_from(wire: PublishedWire) -> Result<Self, CashflowError> {
        Self::new(wire.spending)
    }
}

impl Default for Published {
    fn default() -> Self {
        Self { spending: published_spending() }
    }
}

impl Published {
    /// The rule with another share of the initial capital.
    ///
    /// # Errors
    ///
    /// [`CashflowError::Amount`] when it is not in 0..=100 %.
    pub fn new(spending: Percent) -> Result<Self, CashflowError> {
        Ok(Self { spending: share("the spending in percent", spending)? })
    }
}

impl SpendingRule for Published {
    fn annual_expense(&self, year: &SpendingYear<'_>) -> Result<f64, CashflowError> {
        Ok(paths::annual_expense(fraction(self.spending), year.initial_capital(), year.rates())?)
    }
}
