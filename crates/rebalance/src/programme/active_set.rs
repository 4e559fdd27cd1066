use ndarray::{Array1, Array2};

use super::Scaled;

/// Conditions hold when they are missed by no more than this; terms are of the order of 1.
const MET: f64 = 1e-10;

/// How far from a bound the interior point may be and count as at it.
const AT_BOUND: f64 = 1e-5;

#[derive(Debug, Clone, Copy, PartialEq)]
enum State {
    /// Not traded.
    Kept,
    /// Traded, with the sign of its cost: 1 bought, −1 sold.
    Traded(f64),
    /// Sold out.
    Gone,
}

/// Which assets trade, and whether the sum is at its bound. Given these, the optimum is the solution of linear equations; it is the
/// optimum of all when no asset would rather be in another state.
pub(super) struct ActiveSet<'a> {
    of: &'a Scaled,
    states: Vec<State>,
    full: bool,
}

impl<'a> ActiveSet<'a> {
    /// As they are near this point.
    pub(super) fn near(of: &'a Scaled, point: &[f64]) -> Self {
        let state = |i: usize| {
            let moved = point[i] - of.held[i];
            if of.costs[i] > 0.0 && moved.abs() <= AT_BOUND {
                State::Kept
            } else if point[i] - of.floor[i] <= AT_BOUND {
                State::Gone
            } else {
                State::Traded(moved.signum())
            }
        };
        let full = of.invested || of.room - point.iter().sum::<f64>() <= AT_BOUND;
        Self { of, states: (0..point.len()).map(state).collect(), full }
    }

    /// The optimum; `None` when states go on changing, or the equations have no one solution.
    pub(super) fn settle(mut self) -> Option<Vec<f64>> {
        for _ in 0..8 + 2 * self.states.len() {
            let (point, price) = self.solve()?;
            let before = (self.states.clone(), self.full);
            self.revise(&point, price);
            if before == (self.states.clone(), self.full) {
                return Some(point);
            }
        }
        None
    }

    /// The point of these states and the price of a unit of the sum, 0 where it is not at its bound.
    fn solve(&self) -> Option<(Vec<f64>, f64)> {
        let Scaled { risk, costs, held, floor, room, .. } = self.of;
        let mut point: Vec<f64> = (0..held.len())
            .map(|i| match self.states[i] {
                State::Kept => held[i],
                State::Gone => floor[i],
                State::Traded(_) => 0.0,
            })
            .collect();
        let traded: Vec<(usize, f64)> = (0..held.len())
            .filter_map(|i| if let State::Traded(sign) = self.states[i] { Some((i, sign)) } else { None })
            .collect();
        let fixed = risk.dot(&Array1::from(point.clone()));
        if traded.is_empty() {
            let spare = room - point.iter().sum::<f64>();
            if spare < -MET || self.of.invested && spare > MET {
                return None;
            }
            if !self.full || spare > MET {
                return Some((point, 0.0));
            }
            // Any price will do that no asset is bought at; the lowest of them.
            let bought = (0..held.len()).map(|i| -costs[i] - fixed[i]);
            let price = if self.of.invested { f64::NEG_INFINITY } else { 0.0 };
            return Some((point, bought.fold(price, f64::max)));
        }
        let (f, size) = (traded.len(), traded.len() + usize::from(self.full));
        let mut left = Array2::zeros((size, size));
        let mut right = vec![0.0; size];
        for (row, (i, sign)) in traded.iter().enumerate() {
            for (column, (j, _)) in traded.iter().enumerate() {
                left[(row, column)] = risk[(*i, *j)];
            }
            right[row] = -fixed[*i] - sign * costs[*i];
            if self.full {
                (left[(row, f)], left[(f, row)]) = (1.0, 1.0);
            }
        }
        if self.full {
            right[f] = room - point.iter().sum::<f64>();
        }
        let solution = solved(left, right)?;
        for ((i, _), value) in traded.iter().zip(&solution) {
            point[*i] = *value;
        }
        Some((point, if self.full { solution[f] } else { 0.0 }))
    }

    /// Puts each asset into the state that it would rather be in.
    fn revise(&mut self, point: &[f64], price: f64) {
        let Scaled { risk, costs, held, floor, room, invested } = self.of;
        let slope = risk.dot(&Array1::from(point.to_vec()));
        for (i, state) in self.states.iter_mut().enumerate() {
            // What a unit more of it brings, before its cost.
            let worth = -slope[i] - price;
            let cost = costs[i];
            *state = match *state {
                State::Kept if worth > cost + MET => State::Traded(1.0),
                State::Kept if worth < -cost - MET && held[i] > floor[i] => State::Traded(-1.0),
                State::Gone if worth > -cost + MET => State::Traded(-1.0),
                State::Traded(_) if point[i] < floor[i] - MET => State::Gone,
                State::Traded(sign) if cost > 0.0 && (point[i] - held[i]) * sign < -MET => State::Kept,
                same => same,
            };
        }
        if !invested {
            self.full = if self.full { price >= -MET } else { point.iter().sum::<f64>() > room + MET };
        }
    }
}

/// The solution of linear equations, by elimination with row exchange; `None` when there is not one.
fn solved(mut left: Array2<f64>, mut right: Vec<f64>) -> Option<Vec<f64>> {
    let n = right.len();
    for column in 0..n {
        let larger =
            |a: usize, b: usize| if left[(b, column)].abs() > left[(a, column)].abs() { b } else { a };
        let pivot = (column..n).fold(column, larger);
        if left[(pivot, column)].abs() < 1e-13 {
            return None;
        }
        for k in 0..n {
            left.swap((pivot, k), (column, k));
        }
        right.swap(pivot, column);
        for row in column + 1..n {
            let factor = left[(row, column)] / left[(column, column)];
            for k in column..n {
                left[(row, k)] -= factor * left[(column, k)];
            }
            right[row] -= factor * right[column];
        }
    }
    for row in (0..n).rev() {
        let known: f64 = (row + 1..n).map(|k| left[(row, k)] * right[k]).sum();
        right[row] = (right[row] - known) / left[(row, row)];
    }
    right.iter().all(|value| value.is_finite()).then_some(right)
}
