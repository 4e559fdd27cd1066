//! The cost-aware quadratic programme.
//!
//! Solved by an active set and not by an interior point: where the objective is flat, as it is along what moves together, an interior
//! point stops at a distance that a second review would trade away; and over windows shorter than the list of assets it gives up. (Both
//! were seen with clarabel. The one dense active-set solver on crates.io, quadprog, is under the GPL.)

mod active_set;

use ndarray::{Array2, ArrayView2};

use self::active_set::ActiveSet;
use crate::RebalanceError;

/// What moves by less than this fraction of the portfolio does not move.
const STILL: f64 = 1e-6;

/// What is added on the diagonal: of the mean variance, and of the objective's largest term where risk is small against cost. It keeps
/// the optimum unique and the equations solvable.
const RIDGE: f64 = 1e-8;
const LEAST_RIDGE: f64 = 1e-11;

/// `minimise aversion/2 (w − w*)'Σ(w − w*) + Σ c|w − w0|`, long only. All slices and the sides of the matrix are `[assets]`.
pub(crate) struct Programme<'a> {
    pub(crate) covariance: ArrayView2<'a, f64>,
    pub(crate) aversion: f64,
    pub(crate) targets: &'a [f64],
    pub(crate) weights: &'a [f64],
    pub(crate) cost_rates: &'a [f64],
    /// `Σw = 1` instead of `Σw ≤ 1`.
    pub(crate) invested: bool,
}

impl Programme<'_> {
    /// The optimal weights; those that do not move are exactly the weights held.
    pub(crate) fn solve(&self) -> Result<Vec<f64>, RebalanceError> {
        let held = self.weights;
        let counts = |i: &usize| self.targets[*i] != 0.0 || held[*i] != 0.0;
        let assets: Vec<usize> = (0..held.len()).filter(counts).collect();
        let distance = assets.iter().map(|i| (held[*i] - self.targets[*i]).abs()).fold(0.0, f64::max);
        let mut wanted = held.to_vec();
        if distance <= STILL {
            return Ok(wanted);
        }
        if assets.iter().all(|i| self.cost_rates[*i] == 0.0) {
            // Nothing is better than no distance at no cost.
            wanted.copy_from_slice(self.targets);
        } else {
            for (i, off_target) in
                assets.iter().zip(ActiveSet::at_held(&self.scaled(&assets, distance)).settle()?)
            {
                wanted[*i] = (self.targets[*i] + off_target * distance).clamp(0.0, 1.0);
            }
        }
        for (wanted, held) in wanted.iter_mut().zip(held) {
            if (*wanted - held).abs() <= STILL {
                *wanted = *held;
            }
        }
        fit(&mut wanted, held);
        Ok(wanted)
    }

    /// The weights of these assets in units of the largest distance from a target, and the objective in units of its largest term:
    /// tolerances are absolute.
    fn scaled(&self, assets: &[usize], distance: f64) -> Scaled {
        let risk = |i: usize, j: usize| self.aversion * self.covariance[(i, j)];
        let cost = |i: &usize| self.cost_rates[*i] / distance;
        let variance = || assets.iter().map(|i| risk(*i, *i));
        let scale = variance().chain(assets.iter().map(cost)).fold(0.0, f64::max);
        let ridge = (RIDGE * variance().sum::<f64>() / assets.len() as f64).max(LEAST_RIDGE * scale);
        let entry = |(row, column): (usize, usize)| {
            let on_diagonal = if row == column { ridge } else { 0.0 };
            (risk(assets[row], assets[column]) + on_diagonal) / scale
        };
        let of =
            |value: &dyn Fn(usize) -> f64| assets.iter().map(|i| value(*i) / distance).collect::<Vec<f64>>();
        Scaled {
            risk: Array2::from_shape_fn((assets.len(), assets.len()), entry),
            costs: assets.iter().map(|i| cost(i) / scale).collect(),
            held: of(&|i| self.weights[i] - self.targets[i]),
            floor: of(&|i| -self.targets[i]),
            room: (1.0 - assets.iter().map(|i| self.targets[*i]).sum::<f64>()) / distance,
            invested: self.invested,
        }
    }
}

/// `minimise ½ d'Qd + k'|d − held|  subject to  d ≥ floor,  Σd ≤ room (or =)`: everything is counted from the targets.
struct Scaled {
    risk: Array2<f64>,
    costs: Vec<f64>,
    held: Vec<f64>,
    floor: Vec<f64>,
    room: f64,
    invested: bool,
}

/// Takes what rounding has put above 1 from what trades.
fn fit(wanted: &mut [f64], held: &[f64]) {
    let excess = wanted.iter().sum::<f64>() - 1.0;
    let traded = |wanted: f64, held: f64| (wanted - held).abs() > 0.0;
    let trades = wanted.iter().zip(held).filter(|(wanted, held)| traded(**wanted, **held));
    let sum: f64 = trades.map(|(wanted, _)| wanted).sum();
    if excess > 0.0 && sum > 0.0 {
        let factor = (1.0 - excess / sum).max(0.0);
        for (wanted, held) in wanted.iter_mut().zip(held) {
            if traded(*wanted, *held) {
                *wanted *= factor;
            }
        }
    }
}
