use allweather_core::Overflow;
use serde::{Deserialize, Serialize};

use crate::CostsError;
use crate::error::positive;
use crate::slippage::volatility;

/// The square-root law of impact: how an order moves the price, whatever way it is worked.
///
/// ```text
/// impact = Y · σ · (|Q| / V)^δ        Y = 1, δ = 1/2
/// ```
///
/// In a file both may be left out.
///
/// ```
/// use allweather_costs::impact::ImpactLaw;
/// let law = ImpactLaw::default();
/// let (one, four) = (law.impact(1e6, 4e8, 0.02)?, law.impact(-4e6, 4e8, 0.02)?);
/// assert!((one - 0.001).abs() < 1e-15 && (four - 2.0 * one).abs() < 1e-15);
/// # Ok::<(), allweather_costs::CostsError>(())
/// ```
///
/// # Source
///
/// Sato and Kanazawa, 2024, who measure δ = 0.489 over all stocks of the Tokyo exchange. Y = 1 is ours: published values
/// are of order 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "ImpactLawWire")]
pub struct ImpactLaw {
    coefficient: f64,
    exponent: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct ImpactLawWire {
    coefficient: f64,
    exponent: f64,
}

impl Default for ImpactLawWire {
    fn default() -> Self {
        let ImpactLaw { coefficient, exponent } = ImpactLaw::default();
        Self { coefficient, exponent }
    }
}

impl TryFrom<ImpactLawWire> for ImpactLaw {
    type Error = CostsError;
    fn try_from(wire: ImpactLawWire) -> Result<Self, CostsError> {
        Self::new(wire.coefficient, wire.exponent)
    }
}

impl Default for ImpactLaw {
    fn default() -> Self {
        Self { coefficient: 1.0, exponent: 0.5 }
    }
}

impl ImpactLaw {
    /// The law with another coefficient Y and another exponent δ.
    ///
    /// # Errors
    ///
    /// [`CostsError::Number`] when the coefficient is not in 0..=10 or the exponent not in 0..=1.
    pub fn new(coefficient: f64, exponent: f64) -> Result<Self, CostsError> {
        if !(0.0..=10.0).contains(&coefficient) {
            let (what, rule) = ("the coefficient of impact", "must be in 0..=10");
            return Err(CostsError::Number { what, value: coefficient, rule });
        }
        if !(0.0..=1.0).contains(&exponent) {
            let (what, rule) = ("the exponent of impact", "must be in 0..=1");
            return Err(CostsError::Number { what, value: exponent, rule });
        }
        Ok(Self { coefficient, exponent })
    }

    /// Y.
    #[must_use]
    pub const fn coefficient(&self) -> f64 {
        self.coefficient
    }

    /// δ.
    #[must_use]
    pub const fn exponent(&self) -> f64 {
        self.exponent
    }

    /// How far an order moves the price, a fraction of it.
    ///
    /// | argument           | unit                                                           |
    /// | ------------------ | -------------------------------------------------------------- |
    /// | `order`            | Q: shares or value, of either sign                             |
    /// | `daily_volume`     | V: traded in a day, in the unit of the order                   |
    /// | `daily_volatility` | σ: standard deviation of daily returns, a fraction             |
    ///
    /// # Errors
    ///
    /// [`CostsError::Number`] when the order is not finite, the volume not finite and above 0, or the volatility negative or
    /// not finite; [`CostsError::Overflow`] when the answer is too large for a double.
    pub fn impact(&self, order: f64, daily_volume: f64, daily_volatility: f64) -> Result<f64, CostsError> {
        let order = finite("the order", order)?;
        let volume = positive("the daily volume", daily_volume)?;
        let volatility = volatility("the daily volatility", Some(daily_volatility))?.unwrap_or_default();
        if order == 0.0 {
            return Ok(0.0);
        }
        let impact = self.coefficient * volatility * (order.abs() / volume).powf(self.exponent);
        if impact.is_finite() { Ok(impact) } else { Err(Overflow.into()) }
    }
}

pub(super) fn finite(what: &'static str, value: f64) -> Result<f64, CostsError> {
    if value.is_finite() {
        return Ok(value);
    }
    Err(CostsError::Number { what, value, rule: "must be finite" })
}
