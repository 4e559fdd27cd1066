use allweather_core::Overflow;

use super::law::finite;
use crate::CostsError;
use crate::error::positive;
use crate::slippage::volatility;

/// An order of a stock that is worked evenly over some time, for the impact of Almgren, Thum, Hauptmann and Li.
///
/// ```
/// use allweather_costs::impact::AlmgrenOrder;
/// // A tenth of a day's volume of IBM, worked over half a day.
/// let order = AlmgrenOrder {
///     shares: 656_100.0,
///     daily_volume: 6_561_000.0,
///     shares_outstanding: 1_725_543_000.0,
///     daily_volatility: 0.0157,
///     days: 0.5,
/// };
/// assert_eq!((order.impact()?.cost * 1e6).round(), 1841.0);
/// # Ok::<(), allweather_costs::CostsError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AlmgrenOrder {
    /// X: shares, of either sign.
    pub shares: f64,
    /// V: shares traded in a day.
    pub daily_volume: f64,
    /// Θ: shares outstanding.
    pub shares_outstanding: f64,
    /// σ: standard deviation of daily returns, a fraction.
    pub daily_volatility: f64,
    /// T: how long the order is worked, in trading days.
    pub days: f64,
}

/// What an order costs by its own impact, fractions of its value; never negative.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct AlmgrenImpact {
    /// I: how far the price stays moved.
    pub permanent: f64,
    /// J: what the order loses on average against the price before it.
    pub cost: f64,
}

impl AlmgrenOrder {
    /// The impact of the order.
    ///
    /// ```text
    /// I = 0.314 · σ · |X|/V · (Θ/V)^¼
    /// J = I/2 + 0.142 · σ · (|X|/(V·T))^0.6
    /// ```
    ///
    /// The constants were measured on US stocks; sales and purchases are alike.
    ///
    /// # Errors
    ///
    /// [`CostsError::Number`] when the shares are not finite, the volatility negative or not finite, or one of the others not
    /// finite and above 0; [`CostsError::Overflow`] when the answer is too large for a double.
    ///
    /// # Source
    ///
    /// Almgren, Thum, Hauptmann and Li, *Direct estimation of equity market impact*, 2005.
    pub fn impact(&self) -> Result<AlmgrenImpact, CostsError> {
        let shares = finite("the shares of the order", self.shares)?.abs();
        let volume = positive("the daily volume", self.daily_volume)?;
        let outstanding = positive("the shares outstanding", self.shares_outstanding)?;
        let days = positive("the time to work the order", self.days)?;
        let volatility = volatility("the daily volatility", Some(self.daily_volatility))?.unwrap_or_default();
        let permanent = 0.314 * volatility * (shares / volume) * (outstanding / volume).powf(0.25);
        let cost = permanent / 2.0 + 0.142 * volatility * (shares / volume / days).powf(0.6);
        if cost.is_finite() { Ok(AlmgrenImpact { permanent, cost }) } else { Err(Overflow.into()) }
    }
}
