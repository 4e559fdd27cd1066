use allweather_core::{Number, Overflow};
use rust_decimal::{Decimal, RoundingStrategy, prelude::ToPrimitive};
use serde::{Deserialize, Serialize};

use crate::RebalanceError;

/// What drift is measured against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DriftMeasure {
    /// Relative to the position: `actual / target − 1`. The arithmetic of the published document [our reading].
    Position,
    /// In points of the portfolio: `actual − target`.
    Portfolio,
}

/// How far one asset is from its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Drift {
    /// The unrounded drift in percent (of the position or of the portfolio), positive when the asset is overweight.
    #[serde(with = "allweather_core::wire")]
    pub percent: Decimal,
    /// The drift rounded half away from zero to a whole percent.
    pub rounded: i64,
    /// Whether the rounded drift is at least the threshold.
    pub breached: bool,
}

/// The drift of each asset, exactly.
///
/// ```text
/// position:  (actual − target) / target · 100     a holding whose target is 0 counts as drifted by 100 %
/// portfolio: (actual − target) · 100
/// ```
///
/// `targets` and `actual` are fractions of the portfolio, in the same order. An asset is breached when its drift, rounded half
/// away from zero to a whole percent, is at least `threshold` percent: with 1, a raw drift of 0.5 % trades.
///
/// ```
/// use allweather_rebalance::{DriftMeasure, drift};
/// use rust_decimal::dec;
/// let drifts = drift(&[dec!(0.6), dec!(0.4)], &[dec!(0.604), dec!(0.396)], DriftMeasure::Position, 1)?;
/// assert_eq!((drifts[0].rounded, drifts[0].breached), (1, true));
/// # Ok::<(), allweather_rebalance::RebalanceError>(())
/// ```
///
/// # Errors
///
/// [`RebalanceError::Length`] when the lists differ, [`RebalanceError::Overflow`] when a result does not fit.
///
/// # Source
///
/// Published method, §3: "exceptional differences of actual operation".
pub fn drift(
    targets: &[Decimal],
    actual: &[Decimal],
    measure: DriftMeasure,
    threshold: u32,
) -> Result<Vec<Drift>, RebalanceError> {
    if targets.len() != actual.len() {
        let (found, expected) = (actual.len(), targets.len());
        return Err(RebalanceError::Length { what: "actual weights", found, expected });
    }
    let one = |(&target, &actual): (&Decimal, &Decimal)| {
        let percent = drift_percent(target, actual, measure)?;
        let whole = percent.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero);
        let rounded = whole.to_i64().ok_or(Overflow)?;
        Ok(Drift { percent, rounded, breached: rounded.unsigned_abs() >= u64::from(threshold) })
    };
    targets.iter().zip(actual).map(one).collect()
}

/// The exact twin of [`crate::paths::drift_percent`], which a simulation calls for every asset at every step and which
/// therefore cannot afford this one's checks.
fn drift_percent(target: Decimal, actual: Decimal, measure: DriftMeasure) -> Result<Decimal, Overflow> {
    let points = actual.minus(target)?.times(Decimal::ONE_HUNDRED)?;
    match measure {
        DriftMeasure::Portfolio => Ok(points),
        DriftMeasure::Position if target > Decimal::ZERO => points.over(target),
        DriftMeasure::Position if actual > Decimal::ZERO => Ok(Decimal::ONE_HUNDRED),
        DriftMeasure::Position => Ok(Decimal::ZERO),
    }
}
