use allweather_core::{Number, Percent};
use rust_decimal::dec;
use serde::{Deserialize, Serialize};

use super::{first_expense, fraction, initial_share, missing, previous_expense, raised};
use crate::terms::share;
use crate::{CashflowError, SpendingRule, SpendingYear};

/// The smoothing rule of Yale's endowment.
///
/// ```text
/// S_t = clamp((w·S_{t−1} + (1 − w)·target·MV)(1 + π), floor·MV, ceiling·MV)
/// w = 80 %, target = 5.25 %, floor = 4.0 %, ceiling = 6.5 %, MV = market value at the start of the year before
/// ```
///
/// The amount is clamped after inflation, against that same `MV` as it stands. π is the prescribed rate of the year. The
/// first year spends `initial` percent of the capital.
///
/// # Source
///
/// Yale University, policy 2202, "Endowment Spending and Distributions" (2023): "adjusted for inflation … and constrained
/// so that the calculated rate is at least 4.0% and not more than 6.5%". Its adjustment for taxes is left out. Earlier
/// reports clamped to 4.5–6.0 % of the inflation-adjusted value two years before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "YaleWire")]
pub struct Yale {
    initial: Percent,
    weight: Percent,
    target: Percent,
    floor: Percent,
    ceiling: Percent,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct YaleWire {
    initial: Percent,
    weight: Option<Percent>,
    target: Option<Percent>,
    floor: Option<Percent>,
    ceiling: Option<Percent>,
}

impl TryFrom<YaleWire> for Yale {
    type Error = CashflowError;
    fn try_from(wire: YaleWire) -> Result<Self, CashflowError> {
        let plain = Self::new(wire.initial)?;
        plain
            .with_target(wire.weight.unwrap_or(plain.weight), wire.target.unwrap_or(plain.target))?
            .with_limits(wire.floor.unwrap_or(plain.floor), wire.ceiling.unwrap_or(plain.ceiling))
    }
}

impl Yale {
    /// The rule with the university's numbers, spending `initial` percent of the capital in the first year.
    ///
    /// # Errors
    ///
    /// [`CashflowError::Amount`] when it is not in 0..=100 %.
    pub fn new(initial: Percent) -> Result<Self, CashflowError> {
        Ok(Self {
            initial: initial_share(initial)?,
            weight: Percent::new(dec!(80)),
            target: Percent::new(dec!(5.25)),
            floor: Percent::new(dec!(4)),
            ceiling: Percent::new(dec!(6.5)),
        })
    }

    /// The same with another weight of the last expense and another target rate.
    ///
    /// # Errors
    ///
    /// [`CashflowError::Amount`] when one is not in 0..=100 %.
    pub fn with_target(self, weight: Percent, target: Percent) -> Result<Self, CashflowError> {
        let weight = share("the weight of the last expense in percent", weight)?;
        Ok(Self { weight, target: share("the target rate in percent", target)?, ..self })
    }

    /// The same with other limits of the rate.
    ///
    /// # Errors
    ///
    /// [`CashflowError::Amount`] when one is not in 0..=100 %, or the floor is above the ceiling.
    pub fn with_limits(self, floor: Percent, ceiling: Percent) -> Result<Self, CashflowError> {
        let floor = share("the floor in percent", floor)?;
        let ceiling = share("the ceiling in percent", ceiling)?;
        if floor > ceiling {
            let (what, rule) = ("the floor in percent", "must not be above the ceiling");
            return Err(CashflowError::Amount { what, value: floor.points(), rule });
        }
        Ok(Self { floor, ceiling, ..self })
    }
}

impl SpendingRule for Yale {
    fn annual_expense(&self, year: &SpendingYear<'_>) -> Result<f64, CashflowError> {
        let Some(last) = previous_expense(year)? else { return first_expense(self.initial, year) };
        let value = year.previous_market_value().ok_or(missing(year))?;
        let weight = fraction(self.weight);
        let smoothed = weight * last + (1.0 - weight) * fraction(self.target) * value;
        let highest = value.times(fraction(self.ceiling))?;
        let amount = raised(smoothed, year)?.or_above(value.times(fraction(self.floor))?);
        Ok(if amount > highest { highest } else { amount })
    }
}
