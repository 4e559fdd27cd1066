use nalgebra::{DMatrix, DVector};

use super::Scaled;
use crate::RebalanceError;

/// Conditions hold when they are missed by no more than this; terms are of the order of 1.
const MET: f64 = 1e-13;

#[derive(Debug, Clone, Copy, PartialEq)]
enum State {
    /// Not traded.
    Kept,
    /// Traded, with the sign of its cost: 1 bought, −1 sold, 0 what trades for nothing.
    Traded(f64),
    /// Sold out.
    Gone,
}

/// A point that can be held, and which conditions it is moved along.
///
/// Each move goes to the optimum of what trades while everything else stands still, or as far as the next condition allows, which is
/// then kept; where it gets there, the one asset that would gain most by another state is given it. The objective falls with each move,
/// so no set of conditions comes twice, and the last one is the optimum: it is strictly convex.
///
/// # Source
///
/// Primal active-set method: Nocedal and Wright 2006, "Numerical optimization", algorithm 16.3.
pub(super) struct ActiveSet<'a> {
    of: &'a Scaled,
    point: Vec<f64>,
    states: Vec<State>,
    /// Whether the sum stands at its bound.
    full: bool,
}

impl<'a> ActiveSet<'a> {
    /// At what is held, or the nearest to it that adds up.
    pub(super) fn at_held(of: &'a Scaled) -> Self {
        let mut point = of.held.clone();
        let spare = of.room - point.iter().sum::<f64>();
        if spare < 0.0 {
            // More is held than there is (cash is owed): everything is cut in proportion.
            let held: f64 = point.iter().zip(&of.floor).map(|(d, floor)| d - floor).sum();
            let cut = if held > 0.0 { (-spare / held).min(1.0) } else { 0.0 };
            for (d, floor) in point.iter_mut().zip(&of.floor) {
                *d -= cut * (*d - floor);
            }
        } else if of.invested && spare > 0.0 {
            // Any asset will do to begin with.
            point[0] += spare;
        }
        let full = of.invested || spare <= 0.0;
        let state = |i: usize| match point[i] - of.held[i] {
            _ if of.costs[i] <= 0.0 => State::Traded(0.0),
            moved if moved.abs() > 0.0 => State::Traded(moved.signum()),
            _ => State::Kept,
        };
        Self { of, states: (0..point.len()).map(state).collect(), point, full }
    }

    /// The optimum.
    pub(super) fn settle(mut self) -> Result<Vec<f64>, RebalanceError> {
        let steps = 100 + 20 * self.states.len();
        for _ in 0..steps {
            let (wanted, price) = self.optimum();
            if !self.advance(&wanted) && !self.release(price) {
                return Ok(self.point);
            }
        }
        Err(RebalanceError::NotSettled { steps })
    }

    /// The optimum of what trades, and the price of a unit of the sum where it stands at its bound: `None` when nothing trades that could
    /// say it.
    fn optimum(&self) -> (Vec<f64>, Option<f64>) {
        let Scaled { risk, costs, .. } = self.of;
        let traded: Vec<(usize, f64)> = (0..self.states.len())
            .filter_map(|i| if let State::Traded(sign) = self.states[i] { Some((i, sign)) } else { None })
            .collect();
        let (f, size) = (traded.len(), traded.len() + usize::from(self.full));
        if traded.is_empty() {
            return (self.point.clone(), None);
        }
        // In steps from where it stands: `Q p + price = −slope`, `Σp = 0`.
        let slope = self.slope();
        let mut left = DMatrix::zeros(size, size);
        let mut right = DVector::zeros(size);
        for (row, (i, sign)) in traded.iter().enumerate() {
            for (column, (j, _)) in traded.iter().enumerate() {
                left[(row, column)] = risk[(*i, *j)];
            }
            right[row] = -slope[*i] - sign * costs[*i];
            if self.full {
                (left[(row, f)], left[(f, row)]) = (1.0, 1.0);
            }
        }
        let mut wanted = self.point.clone();
        // The ridge keeps the equations solvable.
        let Some(step) = left.lu().solve(&right) else { return (wanted, None) };
        for ((i, _), step) in traded.iter().zip(step.iter()) {
            wanted[*i] += step;
        }
        (wanted, self.full.then(|| step[f]))
    }

    fn slope(&self) -> Vec<f64> {
        let rows = self.of.risk.rows().into_iter();
        rows.map(|row| row.iter().zip(&self.point).map(|(q, d)| q * d).sum()).collect()
    }

    /// Moves towards `wanted` as far as conditions allow, and keeps the one that stopped it; whether one did.
    fn advance(&mut self, wanted: &[f64]) -> bool {
        let Scaled { held, floor, room, .. } = self.of;
        // The first condition on the way: how far, and which asset comes to stand where.
        let (mut share, mut stop) = (1.0, None);
        let mut meet = |at: f64, asset: Option<(usize, State, f64)>| {
            if at < share {
                (share, stop) = (at.max(0.0), Some(asset));
            }
        };
        for (i, state) in self.states.iter().enumerate() {
            let (from, to) = (self.point[i], wanted[i]);
            let State::Traded(sign) = *state else { continue };
            let way = |bound: f64| (bound - from) / (to - from);
            if sign > 0.0 && to < held[i] || sign < 0.0 && to > held[i] {
                meet(way(held[i]), Some((i, State::Kept, held[i])));
            } else if sign <= 0.0 && to < floor[i] {
                meet(way(floor[i]), Some((i, State::Gone, floor[i])));
            }
        }
        let (from, to): (f64, f64) = (self.point.iter().sum(), wanted.iter().sum());
        if !self.full && to > *room {
            meet((room - from) / (to - from), None);
        }
        for (point, wanted) in self.point.iter_mut().zip(wanted) {
            *point += share * (wanted - *point);
        }
        match stop {
            None => false,
            Some(None) => {
                self.full = true;
                true
            }
            Some(Some((i, state, bound))) => {
                (self.states[i], self.point[i]) = (state, bound);
                true
            }
        }
    }

    /// Lets go of the condition that costs most; whether there is one.
    fn release(&mut self, price: Option<f64>) -> bool {
        let Scaled { costs, held, floor, invested, .. } = self.of;
        let slope = self.slope();
        // What a unit more of an asset is worth must not be above the first of these, nor below the second.
        let bounds = |i: usize| match self.states[i] {
            State::Kept => (costs[i], if held[i] > floor[i] { -costs[i] } else { f64::NEG_INFINITY }),
            State::Gone => (-costs[i], f64::NEG_INFINITY),
            State::Traded(_) => (f64::INFINITY, f64::NEG_INFINITY),
        };
        let price = price.unwrap_or_else(|| {
            // The lowest that keeps every asset from being bought.
            let lowest = if *invested || !self.full { f64::NEG_INFINITY } else { 0.0 };
            let of = |i: usize| -slope[i] - bounds(i).0;
            if self.full { (0..costs.len()).map(of).fold(lowest, f64::max) } else { 0.0 }
        });
        let (mut most, mut release) = (MET, None);
        for i in 0..self.states.len() {
            let (above, below) = bounds(i);
            let worth = -slope[i] - price;
            // What was sold out comes back by being sold less, or freely where it trades for nothing.
            let sign = match self.states[i] {
                State::Gone if costs[i] > 0.0 => -1.0,
                State::Gone => 0.0,
                _ => 1.0,
            };
            if worth - above > most {
                (most, release) = (worth - above, Some((i, State::Traded(sign))));
            }
            if below - worth > most {
                (most, release) = (below - worth, Some((i, State::Traded(-1.0))));
            }
        }
        if self.full && !invested && -price > most {
            self.full = false;
            return true;
        }
        if let Some((i, state)) = release {
            self.states[i] = state;
        }
        release.is_some()
    }
}
