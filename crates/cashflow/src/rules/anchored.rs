use allweather_core::Percent;
use serde::{Deserialize, Serialize};

use super::{first_expense, initial_share, previous_expense, raised};
use crate::{CashflowError, SpendingRule, SpendingYear};

/// Last year's expense raised by inflation: `S_t = S_{t−1}(1 + π)`, π the prescribed rate of the year.
///
/// The first year spends `initial` percent of the capital as it is, so this lags [`Published`](crate::Published) by the first year's rate.
///
/// # Source
///
/// The constant real withdrawal of Bengen (1994), with the prescribed rate for inflation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "AnchoredWire")]
pub struct Anchored {
    initial: Percent,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AnchoredWire {
    initial: Percent,
}

impl TryFrom<AnchoredWire> for Anchored {
    type Error = CashflowError;
    fn try_from(wire: AnchoredWire) -> Result<Self, CashflowError> {
        Self::new(wire.initial)
    }
}

impl Anchored {
    /// The rule that spends `initial` percent of the capital in the first year.
    ///
    /// # Errors
    ///
    /// [`CashflowError::Amount`] when it is not in 0..=100 %.
    pub fn new(initial: Percent) -> Result<Self, CashflowError> {
        Ok(Self { initial: initial_share(initial)? })
    }
}

impl SpendingRule for Anchored {
    fn annual_expense(&self, year: &SpendingYear<'_>) -> Result<f64, CashflowError> {
        let Some(last) = previous_expense(year)? else { return first_expense(self.initial, year) };
        raised(last, year)
    }
}
