use allweather_core::{Overflow, Rate};
use rust_decimal::Decimal;

use super::{DailyBars, EdgeEvidence, Unmeasured, edge_evidence, volatility_over_volume};
use crate::CostsError;
use crate::proportional::one_way;

/// Which of its figures a base slippage is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Basis {
    /// Half of the EDGE spread, which was accepted.
    Edge,
    /// Half of the spread by volatility over volume: EDGE was not accepted.
    VolatilityOverVolume,
    /// The floor: above what was measured, or nothing was.
    Floor,
}

/// The base slippage of an asset, one way, and what it rests on.
///
/// ```text
/// base = max(floor, spread / 2)        spread: EDGE if accepted, otherwise volatility over volume if given
/// ```
///
/// [`BaseSlippage::rate`] is for [`AssetCosts::base_slippage`](crate::AssetCosts); volatility then corrects it
/// ([`SlippageRule`](crate::SlippageRule)). It keeps the digits of a double, about 15.
///
/// # Source
///
/// Published method, §4: "determined from research and statistics on slippage with regard to liquidity, such as volume". Which
/// statistics is `[our reading]`, as is the rule of acceptance ([`edge_evidence`]).
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct BaseSlippage {
    /// The base, a fraction of traded value.
    pub rate: Rate,
    /// Which of the figures below it is.
    pub basis: Basis,
    /// The least it may be.
    pub floor: Rate,
    /// The days of the bars it was measured on.
    pub days: usize,
    /// EDGE and its bound, or why there is none.
    pub edge: Result<EdgeEvidence, Unmeasured>,
    /// The full spread by volatility over volume; `None` without a traded value or without two returns.
    pub volatility_over_volume: Option<f64>,
}

impl BaseSlippage {
    /// The base slippage from bars, at least `floor`.
    ///
    /// `daily_value` is the mean value traded a day in US dollars of the year 2000 ([`volatility_over_volume`]); the
    /// volatility is the standard deviation of the bars' daily returns, with n − 1.
    ///
    /// # Errors
    ///
    /// [`CostsError::Amount`] when the floor or the base is not in 0..0.5, [`CostsError::Number`] when the traded value is not
    /// finite and above 0, [`CostsError::Overflow`] when the volatility is too large for a double.
    ///
    /// # Examples
    ///
    /// ```
    /// use allweather_core::Rate;
    /// use allweather_costs::spread::{BaseSlippage, Basis, DailyBars};
    /// use rust_decimal::dec;
    /// let close = [100.0, 102.0, 100.98];
    /// let bars = DailyBars::new(&close, &close, &close, &close)?;
    /// let base = BaseSlippage::estimate(&bars, Rate::from_bps(dec!(2)), Some(40e6))?;
    /// // Opens that are highs show no spread. Returns of 2 % and −1 %, 40 million dollars a day: a spread of 18 basis points.
    /// assert!(base.edge.is_err() && base.basis == Basis::VolatilityOverVolume);
    /// assert_eq!((base.rate.to_f64() * 1e7).round(), 8963.0);
    /// # Ok::<(), allweather_costs::CostsError>(())
    /// ```
    pub fn estimate(bars: &DailyBars<'_>, floor: Rate, daily_value: Option<f64>) -> Result<Self, CostsError> {
        one_way("the floor of the base slippage", floor)?;
        let edge = edge_evidence(bars);
        let by_volume = match (daily_value, daily_volatility(bars)) {
            (Some(value), Some(volatility)) if volatility.is_finite() => {
                Some(volatility_over_volume(volatility, value)?)
            }
            (Some(_), Some(_)) => return Err(Overflow.into()),
            // A bad value is refused even where it is of no use.
            (Some(value), None) => volatility_over_volume(0.0, value).map(|_| None)?,
            (None, _) => None,
        };
        let measured = match edge {
            Ok(edge) if edge.accepted() => Some((edge.spread.one_way(), Basis::Edge)),
            _ => by_volume.map(|spread| (spread / 2.0, Basis::VolatilityOverVolume)),
        };
        let (mut rate, mut basis) = (floor, Basis::Floor);
        if let Some((half, measured)) = measured {
            let half = Rate::from_fraction(Decimal::try_from(half).map_err(|_| Overflow)?);
            if half > floor {
                (rate, basis) = (half, measured);
            }
        }
        one_way("the base slippage", rate)?;
        Ok(Self { rate, basis, floor, days: bars.len(), edge, volatility_over_volume: by_volume })
    }
}

/// The standard deviation of daily returns, with n − 1; `None` with fewer than two.
fn daily_volatility(bars: &DailyBars<'_>) -> Option<f64> {
    let returns = || bars.returns().flatten();
    let (n, first) = (returns().count() as f64, returns().next()?);
    if n < 2.0 {
        return None;
    }
    // Counted from the first return: equal returns then differ by exactly 0.
    let mean = returns().map(|r| r - first).sum::<f64>() / n;
    let squares: f64 = returns().map(|r| (r - first - mean).powi(2)).sum();
    Some((squares / (n - 1.0)).sqrt())
}
