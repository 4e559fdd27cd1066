use allweather_core::{Number, Percent};
use rust_decimal::{Decimal, dec, prelude::ToPrimitive};
use serde::{Deserialize, Deserializer, Serialize};
use wide::f64x4;

use crate::{
    Decision, Destination, DriftMeasure, Reason, RebalanceError, Rebalancer, Review, Targets, Threshold,
    inner,
    paths::{drift_percent, portfolio_percent},
    projection::{Reach, trade_within},
};

/// What trades when something has drifted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Every asset.
    All,
    /// Only the assets that have drifted; the remainder stays in cash, or is balanced where the
    /// [destination](DriftBand::destination) is not the target.
    Breached,
}

/// Trades when an asset's drift reaches a threshold, and as far back as its [`Destination`] says.
///
/// The threshold is compared with the drift rounded half away from zero to a whole percent (a whole number), or with the drift as it
/// is (a [`Percent`]). Cash does not trade by itself; it is an asset like the others in a trade that is balanced.
///
/// ```
/// use allweather_core::Percent;
/// use allweather_rebalance::{Destination, DriftBand, DriftMeasure, Scope, Threshold};
/// use rust_decimal::dec;
/// let published = DriftBand::published();
/// assert_eq!((published.threshold(), published.measure()), (Threshold::Rounded(1), DriftMeasure::Position));
/// let wide = DriftBand::new(DriftMeasure::Portfolio, 5, Scope::All)?;
/// assert_eq!(serde_json::to_string(&wide)?, r#"{"measure":"portfolio","threshold":5,"scope":"all"}"#);
/// let half = DriftBand::new(DriftMeasure::Portfolio, Percent::new(dec!(2.5)), Scope::All)?.back_to(Destination::Half)?;
/// let json = r#"{"measure":"portfolio","threshold":"2.5","rounding":"none","scope":"all","to":"half"}"#;
/// assert_eq!(serde_json::to_string(&half)?, json);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Source
///
/// Published method, §3: in actual operation an asset is "rebalanced when the drift, rounded, is 1 % or more". For the other forms
/// see [`DriftBand::daryanani`] and [`DriftBand::vanguard`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Wire", into = "Wire")]
pub struct DriftBand {
    measure: DriftMeasure,
    threshold: Threshold,
    scope: Scope,
    destination: Destination,
    /// The drift in percent that trades, as a double: it is compared at every step.
    limit: f64,
    /// The drift in percent that is left after a trade.
    left: f64,
}

/// The doubles follow from the rest and are never NaN.
impl Eq for DriftBand {}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    measure: DriftMeasure,
    #[serde(deserialize_with = "unrounded")]
    threshold: Threshold,
    #[serde(default, skip_serializing_if = "Rounding::is_whole_percent")]
    rounding: Rounding,
    scope: Scope,
    #[serde(default, skip_serializing_if = "Destination::is_target")]
    to: Destination,
}

#[derive(Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Rounding {
    #[default]
    WholePercent,
    None,
}

impl Rounding {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
    fn is_whole_percent(&self) -> bool {
        *self == Self::WholePercent
    }
}

/// Whether it is rounded is told by another field.
fn unrounded<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Threshold, D::Error> {
    Percent::deserialize(deserializer).map(Threshold::Unrounded)
}

impl DriftBand {
    /// A band that trades back to the targets: of whole percent, rounded, when `threshold` is a `u32`; unrounded when it is a
    /// [`Percent`].
    ///
    /// # Errors
    ///
    /// [`RebalanceError::Setting`] when the threshold is 0 (everything would trade always) or below.
    pub fn new(
        measure: DriftMeasure,
        threshold: impl Into<Threshold>,
        scope: Scope,
    ) -> Result<Self, RebalanceError> {
        Ok(Self::made(measure, threshold.into().checked()?, scope))
    }

    fn made(measure: DriftMeasure, threshold: Threshold, scope: Scope) -> Self {
        Self {
            measure,
            threshold,
            scope,
            destination: Destination::Target,
            limit: threshold.limit(),
            left: 0.0,
        }
    }

    /// The same band with another destination.
    ///
    /// # Errors
    ///
    /// [`RebalanceError::Setting`] when the destination is not inside the band.
    pub fn back_to(self, destination: Destination) -> Result<Self, RebalanceError> {
        let left = destination.drift(self.threshold)?.normalize().to_double();
        Ok(Self { destination, left, ..self })
    }

    /// The rule of actual operation: 1 % of the position [our reading], rounded, only breached assets, to their targets.
    #[must_use]
    pub fn published() -> Self {
        Self::made(DriftMeasure::Position, Threshold::Rounded(1), Scope::Breached)
    }

    /// Look often, trade little: only what is more than 20 % of its position away, back to half of that.
    ///
    /// # Source
    ///
    /// Daryanani, "Opportunistic Rebalancing: A New Paradigm for Wealth Managers", Journal of Financial Planning, January 2008. It looks
    /// every two weeks: combine it with a calendar by [`Rule::AllOf`](crate::Rule::AllOf).
    #[must_use]
    pub fn daryanani() -> Self {
        let threshold = Threshold::Unrounded(Percent::new(dec!(20)));
        let band = Self::made(DriftMeasure::Position, threshold, Scope::Breached);
        Self { destination: Destination::Half, left: 10.0, ..band }
    }

    /// 200 basis points of the portfolio trigger, and what is outside goes back to within 175 of its target.
    ///
    /// # Source
    ///
    /// Vanguard, "The Rebalancing Edge: Optimizing Target-Date Fund Rebalancing Through Threshold-Based Strategies", December 2024. It
    /// does not say what balances the trade; ours is [`project`](crate::paths::project).
    #[must_use]
    pub fn vanguard() -> Self {
        let threshold = Threshold::Unrounded(Percent::new(dec!(2)));
        let destination = Destination::Within(Percent::new(dec!(1.75)));
        let band = Self::made(DriftMeasure::Portfolio, threshold, Scope::Breached);
        Self { destination, left: 1.75, ..band }
    }

    /// What drift is measured against.
    #[must_use]
    pub fn measure(&self) -> DriftMeasure {
        self.measure
    }

    /// The drift that trades.
    #[must_use]
    pub fn threshold(&self) -> Threshold {
        self.threshold
    }

    /// What trades.
    #[must_use]
    pub fn scope(&self) -> Scope {
        self.scope
    }

    /// How far back it trades.
    #[must_use]
    pub fn destination(&self) -> Destination {
        self.destination
    }

    pub(crate) fn source(&self) -> &'static str {
        match (self.threshold, self.destination, self.measure) {
            (Threshold::Rounded(_), Destination::Target, _) => "Published method, §3",
            (Threshold::Unrounded(_), Destination::Half, DriftMeasure::Position) => {
                "Daryanani 2008, Opportunistic Rebalancing"
            }
            (Threshold::Unrounded(_), Destination::Within(_), DriftMeasure::Portfolio) => {
                "Vanguard 2024, The Rebalancing Edge"
            }
            _ => "a drift band; this combination is ours",
        }
    }

    pub(crate) fn trades_all_to_targets(&self) -> bool {
        self.scope == Scope::All && self.destination == Destination::Target
    }

    /// How far from its target a weight may be, a fraction of the portfolio: as far as that, it trades.
    pub(crate) fn half_width(&self, target: f64) -> f64 {
        // What has no target and is not held does not drift.
        if self.measure == DriftMeasure::Position && target <= 0.0 {
            return f64::INFINITY;
        }
        self.fraction(self.limit, target)
    }

    /// A share of the portfolio for a drift in percent of this measure.
    fn fraction(&self, percent: f64, target: f64) -> f64 {
        match self.measure {
            DriftMeasure::Portfolio => percent / 100.0,
            DriftMeasure::Position => percent / 100.0 * target,
        }
    }

    /// What one asset, or cash, must come within when there is a trade that is balanced.
    fn reach(&self, target: f64, weight: f64) -> Reach {
        let breached = drift_percent(target, weight, self.measure).abs() >= self.limit;
        let moves = self.scope == Scope::All || breached;
        let distance = if moves { self.fraction(self.left, target) } else { f64::INFINITY };
        let unit = match self.measure {
            DriftMeasure::Portfolio => 1.0,
            DriftMeasure::Position if target > 0.0 => target,
            // Drifted by 100 % of what is held.
            DriftMeasure::Position => weight.max(0.0),
        };
        Reach { distance, unit }
    }

    /// Marks what trades, and to which weight.
    fn want(&self, review: &Review<'_>, targets: &mut Targets) -> Result<(), RebalanceError> {
        if self.destination != Destination::Target {
            return trade_within(review, targets, |_, target, weight| self.reach(target, weight));
        }
        if self.scope == Scope::Breached {
            for (position, (&target, &weight)) in review.targets.iter().zip(review.weights).enumerate() {
                if drift_percent(target, weight, self.measure).abs() < self.limit {
                    targets.keep(position);
                }
            }
        }
        Ok(())
    }
}

impl TryFrom<Wire> for DriftBand {
    type Error = RebalanceError;
    fn try_from(wire: Wire) -> Result<Self, Self::Error> {
        let threshold = match (wire.rounding, wire.threshold) {
            (Rounding::WholePercent, Threshold::Unrounded(percent)) => {
                let value = percent.points();
                let rule = "a whole percent from 1 up (for a fraction: \"rounding\":\"none\")";
                let whole = value.to_u32().filter(|n| Decimal::from(*n) == value);
                let whole = whole.ok_or(RebalanceError::Setting { what: "drift threshold", value, rule })?;
                Threshold::Rounded(whole)
            }
            (_, threshold) => threshold,
        };
        Self::new(wire.measure, threshold, wire.scope)?.back_to(wire.to)
    }
}

impl From<DriftBand> for Wire {
    fn from(band: DriftBand) -> Self {
        let DriftBand { measure, threshold, scope, destination: to, .. } = band;
        let rounding = match threshold {
            Threshold::Rounded(_) => Rounding::WholePercent,
            Threshold::Unrounded(_) => Rounding::None,
        };
        Self { measure, threshold, rounding, scope, to }
    }
}

impl Rebalancer for DriftBand {
    fn decide(&self, review: &Review<'_>, targets: &mut Targets) -> Result<Decision, RebalanceError> {
        let (measure, threshold, limit) = (self.measure, self.threshold, self.limit);
        let largest = largest_drift(review.targets, review.weights, measure);
        if largest < limit {
            return Ok(Decision::Hold(Reason::WithinBand { largest, measure, threshold }));
        }
        self.want(review, targets)?;
        let (breached, position) = match measure {
            DriftMeasure::Portfolio => beyond(review, limit, largest, portfolio_percents),
            DriftMeasure::Position => beyond(review, limit, largest, position_percents),
        };
        let (weight, target) = (review.weights[position], review.targets[position]);
        let drift = drift_percent(target, weight, measure);
        let to = targets.wanted(position).unwrap_or(weight);
        Ok(Decision::Rebalance(Reason::Drift {
            position,
            weight,
            target,
            drift,
            measure,
            threshold,
            to,
            breached,
        }))
    }
}

/// The largest drift in percent without its sign: what a simulation asks at every step.
fn largest_drift(targets: &[f64], weights: &[f64], measure: DriftMeasure) -> f64 {
    match measure {
        // A larger difference is never a smaller percent, however it is rounded: the largest is the same.
        DriftMeasure::Portfolio => portfolio_percent(0.0, inner::largest_of(targets, weights, |t, w| w - t)),
        DriftMeasure::Position => inner::largest_of(targets, weights, position_percents),
    }
}

/// How many assets have drifted to the limit, and the place of the first with the largest drift.
fn beyond(
    review: &Review<'_>,
    limit: f64,
    largest: f64,
    percents: impl Fn(f64x4, f64x4) -> f64x4,
) -> (usize, usize) {
    let (mut breached, mut row, mut position) = (0, 0, None);
    let (limit, largest) = (f64x4::splat(limit), f64x4::splat(largest));
    inner::each([review.targets, review.weights], [0.0; 2], |[t, w]| {
        let drift = percents(t, w).abs();
        breached += drift.simd_ge(limit).to_bitmask().count_ones() as usize;
        let here = drift.simd_ge(largest).to_bitmask();
        if here != 0 && position.is_none() {
            position = Some(inner::LANES * row + here.trailing_zeros() as usize);
        }
        row += 1;
    });
    (breached, position.unwrap_or_default())
}

/// [`portfolio_percent`] in lanes.
#[inline]
fn portfolio_percents(target: f64x4, actual: f64x4) -> f64x4 {
    (actual - target) * f64x4::splat(100.0)
}

/// [`position_percent`] in lanes.
#[inline]
fn position_percents(target: f64x4, actual: f64x4) -> f64x4 {
    let (zero, hundred) = (f64x4::splat(0.0), f64x4::splat(100.0));
    let without_target = actual.simd_gt(zero).select(hundred, zero);
    target.simd_gt(zero).select((actual - target) * hundred / target, without_target)
}
