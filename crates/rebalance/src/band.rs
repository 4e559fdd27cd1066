use serde::{Deserialize, Serialize};

use crate::{
    Decision, DriftMeasure, Reason, RebalanceError, Rebalancer, Review, Targets,
    paths::{TOLERANCE_PERCENT, drift_percent, portfolio_percent, position_percent},
};

/// What trades when something has drifted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Every asset.
    All,
    /// Only the assets that have drifted; the remainder stays in cash.
    Breached,
}

/// Trades when an asset's drift, rounded half away from zero to a whole percent, reaches a threshold.
///
/// ```
/// use allweather_rebalance::{DriftBand, DriftMeasure, Scope};
/// let published = DriftBand::published();
/// assert_eq!((published.threshold(), published.measure()), (1, DriftMeasure::Position));
/// let wide = DriftBand::new(DriftMeasure::Portfolio, 5, Scope::All)?;
/// assert_eq!(serde_json::to_string(&wide)?, r#"{"measure":"portfolio","threshold":5,"scope":"all"}"#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Source
///
/// Published method, §3: in actual operation an asset is "rebalanced when the drift, rounded, is 1 % or more".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Wire", into = "Wire")]
pub struct DriftBand {
    measure: DriftMeasure,
    threshold: u32,
    scope: Scope,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    measure: DriftMeasure,
    threshold: u32,
    scope: Scope,
}

impl DriftBand {
    /// A band of `threshold` whole percent, 1 or more.
    ///
    /// # Errors
    ///
    /// [`RebalanceError::Setting`] when the threshold is 0: everything would trade always.
    pub fn new(measure: DriftMeasure, threshold: u32, scope: Scope) -> Result<Self, RebalanceError> {
        if threshold == 0 {
            let rule = "a whole percent from 1 up";
            return Err(RebalanceError::Setting { what: "drift threshold", value: 0.into(), rule });
        }
        Ok(Self { measure, threshold, scope })
    }

    /// The rule of actual operation: 1 % of the position [our reading], only breached assets.
    #[must_use]
    pub fn published() -> Self {
        Self { measure: DriftMeasure::Position, threshold: 1, scope: Scope::Breached }
    }

    /// What drift is measured against.
    #[must_use]
    pub fn measure(&self) -> DriftMeasure {
        self.measure
    }

    /// The drift in whole percent that trades.
    #[must_use]
    pub fn threshold(&self) -> u32 {
        self.threshold
    }

    /// What trades.
    #[must_use]
    pub fn scope(&self) -> Scope {
        self.scope
    }
}

impl TryFrom<Wire> for DriftBand {
    type Error = RebalanceError;
    fn try_from(wire: Wire) -> Result<Self, Self::Error> {
        Self::new(wire.measure, wire.threshold, wire.scope)
    }
}

impl From<DriftBand> for Wire {
    fn from(band: DriftBand) -> Self {
        Self { measure: band.measure, threshold: band.threshold, scope: band.scope }
    }
}

impl Rebalancer for DriftBand {
    fn decide(&self, review: &Review<'_>, targets: &mut Targets) -> Result<Decision, RebalanceError> {
        let (measure, threshold) = (self.measure, self.threshold);
        // Rounded half away from zero, n is reached from n − ½ on.
        let limit = f64::from(threshold) - 0.5 - TOLERANCE_PERCENT;
        let largest = largest_drift(review.targets, review.weights, measure);
        if largest < limit {
            return Ok(Decision::Hold(Reason::WithinBand { largest, measure, threshold }));
        }
        if self.scope == Scope::Breached {
            for (position, (&target, &weight)) in review.targets.iter().zip(review.weights).enumerate() {
                if drift_percent(target, weight, measure).abs() < limit {
                    targets.keep(position);
                }
            }
        }
        let of = |(&target, &weight): (&f64, &f64)| drift_percent(target, weight, measure);
        let drifts = || review.targets.iter().zip(review.weights).map(of);
        let breached = drifts().filter(|drift| drift.abs() >= limit).count();
        let position = drifts().position(|drift| drift.abs() >= largest).unwrap_or_default();
        let drift = drifts().nth(position).unwrap_or_default();
        let (weight, target) = (review.weights[position], review.targets[position]);
        Ok(Decision::Rebalance(Reason::Drift {
            position,
            weight,
            target,
            drift,
            measure,
            threshold,
            breached,
        }))
    }
}

/// The largest drift in percent without its sign. Four lanes and no branch: this is what a simulation does at every step.
fn largest_drift(targets: &[f64], weights: &[f64], measure: DriftMeasure) -> f64 {
    match measure {
        DriftMeasure::Portfolio => largest(targets, weights, portfolio_percent),
        DriftMeasure::Position => largest(targets, weights, position_percent),
    }
}

fn largest(targets: &[f64], weights: &[f64], percent: impl Fn(f64, f64) -> f64) -> f64 {
    let larger = |a: f64, b: f64| if b > a { b } else { a };
    let mut lanes = [0.0_f64; 4];
    let ((t, t_rest), (w, w_rest)) = (targets.as_chunks::<4>(), weights.as_chunks::<4>());
    for (t, w) in t.iter().zip(w) {
        for lane in 0..4 {
            lanes[lane] = larger(lanes[lane], percent(t[lane], w[lane]).abs());
        }
    }
    let rest = t_rest.iter().zip(w_rest).map(|(t, w)| percent(*t, *w).abs());
    rest.chain(lanes).fold(0.0, larger)
}
