//! The `f64` door: drift and self-financing trades of a simulated portfolio, without allocation.

use allweather_core::Number;
use rust_decimal::Decimal;

use crate::{DriftMeasure, Lot, Outcome, RebalanceError, UnderMinimum, lot};

pub use crate::budget::{Budget, value_after_costs, value_within};
pub use crate::constant_mix::{ConstantMix, MixTotals, Walker};
pub use crate::projection::project;
pub use crate::timetable::{Moment, Timetable};
pub use crate::trade::{cost_of, grow, sell_pro_rata, total, trade_to_targets, traded};

/// Binary fractions miss decimal ones by less than this many percent: 0.205 − 0.2 counts as the half percent it was typed as.
pub const TOLERANCE_PERCENT: f64 = 1e-9;

/// A quotient this close to a whole number, relatively, is that number.
const WHOLE_TOLERANCE: f64 = 1e-9;

/// The drift of one asset in percent, unrounded: the formula of [`drift()`](crate::drift()), without its checks.
///
/// `target` and `actual` are fractions of the portfolio, in 0..=1.
#[must_use]
#[inline]
pub fn drift_percent(target: f64, actual: f64, measure: DriftMeasure) -> f64 {
    match measure {
        DriftMeasure::Portfolio => portfolio_percent(target, actual),
        DriftMeasure::Position => position_percent(target, actual),
    }
}

#[inline]
pub(crate) fn portfolio_percent(target: f64, actual: f64) -> f64 {
    (actual - target) * 100.0
}

#[inline]
pub(crate) fn position_percent(target: f64, actual: f64) -> f64 {
    let without_target = if actual > 0.0 { 100.0 } else { 0.0 };
    if target > 0.0 { (actual - target) * 100.0 / target } else { without_target }
}

/// The drift rounded half away from zero to a whole percent, within [`TOLERANCE_PERCENT`] of the half.
#[must_use]
pub fn rounded_percent(drift: f64) -> f64 {
    (drift + TOLERANCE_PERCENT.copysign(drift)).round()
}

/// The sizes an asset trades in, as doubles: at least `minimum` units, in steps of `increment` units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LotSize {
    minimum: f64,
    increment: f64,
}

impl From<&Lot> for LotSize {
    fn from(lot: &Lot) -> Self {
        let double = |x: Decimal| x.to_double();
        Self { minimum: double(lot.minimum()), increment: double(lot.increment()) }
    }
}

/// The legs of an order in units: both 0 when nothing is done, both positive in a round trip.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct LotOrder {
    /// Units sold.
    pub sell: f64,
    /// Units bought.
    pub buy: f64,
    /// What became of it.
    pub outcome: Outcome,
}

impl LotSize {
    /// The step between sizes, in units.
    #[must_use]
    pub fn increment(self) -> f64 {
        self.increment
    }

    /// The order nearest to `wanted` units (positive buys) that this lot allows; a sale never exceeds `held`, but a round trip
    /// of a purchase sells back what it has just bought, whatever was held.
    ///
    /// # Errors
    ///
    /// [`RebalanceError::Overflow`] when a number is not finite.
    pub fn fit(self, wanted: f64, held: f64, policy: UnderMinimum) -> Result<LotOrder, RebalanceError> {
        let order = lot::fit(wanted, held, self.minimum, self.increment, policy)?;
        Ok(LotOrder { sell: order.sell, buy: order.buy, outcome: order.outcome })
    }

    /// The smallest sale of at least `units` that this lot allows out of `held` units: whole steps, not below the minimum, and
    /// everything when it would be more than is held.
    ///
    /// # Errors
    ///
    /// [`RebalanceError::Overflow`] when a number is not finite.
    pub fn sale_of_at_least(self, units: f64, held: f64) -> Result<f64, RebalanceError> {
        let steps = units.over(self.increment)?;
        // What is a whole number of steps but for the rounding of a division is that number. Never half a step: of a billion
        // steps, the next one must be in reach.
        let rounding = (WHOLE_TOLERANCE * steps.abs().max(1.0)).min(0.5);
        let size = (steps - rounding).ceil().times(self.increment)?;
        Ok(size.max(self.minimum).min(held.plus(0.0)?))
    }

    /// What remains of a purchase of `buy` units when `short` (a value) must be saved and one unit costs `unit_cost` with all
    /// charges; 0 when less than the smallest order would remain.
    ///
    /// # Errors
    ///
    /// [`RebalanceError::Overflow`] when a number is not finite.
    pub fn cut(self, buy: f64, unit_cost: f64, short: f64) -> Result<f64, RebalanceError> {
        Ok(lot::cut(buy, self.minimum, self.increment, unit_cost, short)?)
    }
}
