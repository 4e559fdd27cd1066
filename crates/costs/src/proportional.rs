use allweather_core::{Overflow, Rate};
use rust_decimal::{Decimal, dec};
use serde::{Deserialize, Serialize};

use crate::{CostModel, CostRates, CostsError, TradedAsset};

/// One rate for everything, counted as commission. On the wire it is the fraction: `"0.001"`.
///
/// ```
/// use allweather_costs::Proportional;
/// use rust_decimal::dec;
/// let ten = Proportional::from_bps(dec!(10))?;
/// assert_eq!(ten.rate().to_string(), "0.1 %");
/// # Ok::<(), allweather_costs::CostsError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Rate", into = "Rate")]
pub struct Proportional {
    rate: Rate,
    fraction: f64,
}

impl Proportional {
    /// Trading costs nothing.
    pub const NONE: Self = Self { rate: Rate::ZERO, fraction: 0.0 };

    /// A rate on traded value, one way.
    ///
    /// # Errors
    ///
    /// [`CostsError::Amount`] when it is not in 0..0.5.
    pub fn new(rate: Rate) -> Result<Self, CostsError> {
        Ok(Self { rate, fraction: one_way("the cost rate", rate)? })
    }

    /// The same from basis points: 10 is 0.1 %.
    ///
    /// # Errors
    ///
    /// [`CostsError::Amount`] when it is not in 0..5000.
    pub fn from_bps(bps: Decimal) -> Result<Self, CostsError> {
        Self::new(Rate::from_bps(bps))
    }

    /// The same, so many times as much.
    ///
    /// # Errors
    ///
    /// [`CostsError::Amount`] when the rate is not in 0..0.5 then, [`CostsError::Overflow`] beyond a decimal.
    pub fn times(&self, times: Decimal) -> Result<Self, CostsError> {
        Self::new(multiplied(self.rate, times)?)
    }

    /// The rate.
    #[must_use]
    pub const fn rate(&self) -> Rate {
        self.rate
    }
}

impl TryFrom<Rate> for Proportional {
    type Error = CostsError;
    fn try_from(rate: Rate) -> Result<Self, CostsError> {
        Self::new(rate)
    }
}

impl From<Proportional> for Rate {
    fn from(model: Proportional) -> Self {
        model.rate
    }
}

impl CostModel for Proportional {
    fn rates(&self, _: &TradedAsset<'_>) -> CostRates {
        CostRates { commission: self.fraction, ..CostRates::default() }
    }

    fn reads_volatility(&self) -> bool {
        false
    }
}

/// So many times a rate.
pub(crate) fn multiplied(rate: Rate, times: Decimal) -> Result<Rate, CostsError> {
    Ok(Rate::from_fraction(rate.fraction().checked_mul(times).ok_or(Overflow)?.normalize()))
}

/// A rate in 0..0.5 as a double: at a half on each side a trade would eat itself.
pub(crate) fn one_way(what: &'static str, rate: Rate) -> Result<f64, CostsError> {
    let value = rate.fraction();
    if value < Decimal::ZERO || value >= dec!(0.5) {
        return Err(CostsError::Amount { what, value, rule: "must be in 0..0.5" });
    }
    Ok(rate.to_f64())
}
