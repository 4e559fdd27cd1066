use nalgebra::{DMatrix, DVector, Dyn, LU};
use ndarray::{Array1, Array2, Zip};

use super::State;
use crate::{
    gram::Gram,
    programme::{Design, Hinges, Programme},
};

/// What an equality may give in one step for each unit of its multiplier; the next step takes it back.
pub(super) const REDUNDANT: f64 = 1e-12;

/// The matrix that is left when hinges, bounds and slacks are eliminated.
///
/// ```text
/// [ P + D'·ΔD + bounds    A' + D'ΓH'           ]        Δ = d (h + d₀)/E, Γ = d/E, E = h + d + d₀
/// [ A + HΓD               −H E⁻¹ H' − slacks   ]        d, d₀ multiplier over slack of u − x and of u
/// ```
pub(super) struct System {
    matrix: DMatrix<f64>,
    pub(super) hinges: Vec<Scale>,
    grams: Vec<Gram>,
}

/// Of each hinge what its elimination leaves.
pub(super) struct Scale {
    /// E.
    pub(super) whole: Array1<f64>,
    /// Γ.
    pub(super) passed: Array1<f64>,
}

impl System {
    pub(super) fn new(programme: &Programme) -> Self {
        let size = programme.variables() + programme.rows.len();
        let scale =
            |kind: &Hinges| Scale { whole: Array1::zeros(kind.len()), passed: Array1::zeros(kind.len()) };
        Self {
            matrix: DMatrix::zeros(size, size),
            hinges: programme.hinges.iter().map(scale).collect(),
            grams: programme.hinges.iter().map(Gram::new).collect(),
        }
    }

    /// `None` when the matrix has no inverse.
    pub(super) fn factorise(
        &mut self,
        programme: &Programme,
        state: &State,
        out_of_date: f64,
    ) -> Option<LU<f64, Dyn, Dyn>> {
        let (assets, count) = (programme.assets(), programme.variables());
        let mut square = match &programme.quadratic {
            Some(quadratic) => quadratic.clone(),
            None => Array2::zeros((assets, assets)),
        };
        self.matrix.fill(0.0);
        for (at, row) in programme.rows.iter().enumerate() {
            for (column, coefficient) in row.coefficients.iter().enumerate() {
                self.matrix[(count + at, column)] = *coefficient;
            }
            let (slack, multiplier) = state.rows[at];
            // An equality that others say already, or that fixed weights leave nothing to, has no multiplier of its own.
            self.matrix[(count + at, count + at)] =
                if slack > 0.0 { -slack / multiplier } else { -REDUNDANT };
        }
        for (index, (kind, (pair, floor, _))) in programme.hinges.iter().zip(&state.hinges).enumerate() {
            let first = &pair.dual / &pair.slack;
            let second = match floor {
                Some(floor) => &floor.dual / &floor.slack + &kind.curvature,
                None => kind.curvature.clone(),
            };
            let scale = &mut self.hinges[index];
            scale.whole = &first + &second;
            scale.passed = &first / &scale.whole;
            let kept = &scale.passed * &second;
            match &kind.design {
                Design::Dense(matrix) => {
                    let gram = &mut self.grams[index];
                    square += gram.update(matrix, &kept, kind, out_of_date);
                }
                Design::Assets => square.diag_mut().scaled_add(1.0, &kept),
            }
            // Free variables that shift these hinges.
            let mut along = vec![0.0; count];
            if !kind.shift.is_empty() {
                kind.add_transposed(&kept, &mut along);
            }
            for (variable, times) in &kind.shift {
                for (at, value) in along.iter().enumerate() {
                    self.matrix[(*variable, at)] += times * value;
                }
            }
            for (row, link) in &kind.links {
                along.fill(0.0);
                kind.add_transposed(&(&scale.passed * link), &mut along);
                for (at, value) in along.iter().enumerate() {
                    self.matrix[(count + row, at)] += value;
                }
                for (other, of_other) in &kind.links {
                    let product = Zip::from(link)
                        .and(of_other)
                        .and(&scale.whole)
                        .fold(0.0, |sum, a, b, e| sum + a * b / e);
                    self.matrix[(count + row, count + other)] -= product;
                }
            }
        }
        for at in 0..assets {
            let bounds =
                state.lower.dual[at] / state.lower.slack[at] + state.upper.dual[at] / state.upper.slack[at];
            square[(at, at)] += programme.ridge + bounds;
        }
        for row in 0..assets {
            for column in 0..assets {
                self.matrix[(row, column)] = square[(row, column)];
            }
        }
        // What stands below the diagonal stands above it.
        let size = self.matrix.nrows();
        for row in assets..size {
            for column in 0..row {
                if row >= count || column < assets {
                    self.matrix[(column, row)] = self.matrix[(row, column)];
                }
            }
        }
        for at in (0..assets).filter(|at| programme.fixed(*at)) {
            self.matrix.row_mut(at).fill(0.0);
            self.matrix[(at, at)] = 1.0;
        }
        let factors = LU::new(self.matrix.clone());
        factors.is_invertible().then_some(factors)
    }

    pub(super) fn solve(&self, factors: &LU<f64, Dyn, Dyn>, right: Vec<f64>) -> Vec<f64> {
        refined(&self.matrix, factors, right)
    }
}

/// With one round of refinement: the matrix holds numbers of very different size near the end.
pub(super) fn refined(matrix: &DMatrix<f64>, factors: &LU<f64, Dyn, Dyn>, right: Vec<f64>) -> Vec<f64> {
    let right = DVector::from_vec(right);
    let mut solution = right.clone();
    factors.solve_mut(&mut solution);
    let mut off = &right - matrix * &solution;
    factors.solve_mut(&mut off);
    solution += off;
    solution.as_slice().to_vec()
}
