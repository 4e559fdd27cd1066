//! The cost-aware quadratic programme, and the one place that knows its solver.

mod active_set;

use clarabel::{
    algebra::CscMatrix,
    solver::{
        DefaultSettings, DefaultSolver, IPSolver, SolverStatus,
        SupportedConeT::{NonnegativeConeT, ZeroConeT},
    },
};
use ndarray::{Array2, ArrayView2};

use self::active_set::ActiveSet;
use crate::RebalanceError;

/// What moves by less than this fraction of the portfolio does not move.
const STILL: f64 = 1e-6;

/// What is added on the diagonal, of the mean variance.
const RIDGE: f64 = 1e-8;

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

/// A sparse matrix, column by column.
struct Columns {
    rows: usize,
    starts: Vec<usize>,
    places: Vec<usize>,
    values: Vec<f64>,
}

impl Columns {
    fn new(rows: usize) -> Self {
        Self { rows, starts: vec![0], places: Vec::new(), values: Vec::new() }
    }

    /// The next column, rows in ascending order.
    fn push(&mut self, entries: impl IntoIterator<Item = (usize, f64)>) {
        for (row, value) in entries {
            self.places.push(row);
            self.values.push(value);
        }
        self.starts.push(self.places.len());
    }

    fn finished(self) -> CscMatrix<f64> {
        CscMatrix::new(self.rows, self.starts.len() - 1, self.starts, self.places, self.values)
    }
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
            for (i, off_target) in assets.iter().zip(self.scaled(&assets, distance).solve()?) {
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

    /// The weights of these assets in units of the largest distance from a target, and the objective in units of its largest term: the
    /// solver's tolerances are absolute.
    fn scaled(&self, assets: &[usize], distance: f64) -> Scaled {
        let risk = |i: usize, j: usize| self.aversion * self.covariance[(i, j)];
        let cost = |i: &usize| self.cost_rates[*i] / distance;
        let variance = || assets.iter().map(|i| risk(*i, *i));
        let scale = variance().chain(assets.iter().map(cost)).fold(0.0, f64::max);
        let ridge = RIDGE * variance().sum::<f64>() / assets.len() as f64;
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

impl Scaled {
    /// The active set answers exactly, from what is held where that leads anywhere (mostly nothing or little trades), else from where the
    /// interior point says. Where that does not settle either, the interior point's own answer counts if it has converged.
    fn solve(&self) -> Result<Vec<f64>, RebalanceError> {
        if let Some(exact) = ActiveSet::near(self, &self.held).settle() {
            return Ok(exact);
        }
        let (status, near) = self.interior_point()?;
        if near.iter().all(|d| d.is_finite())
            && let Some(exact) = ActiveSet::near(self, &near).settle()
        {
            return Ok(exact);
        }
        let converged = matches!(status, SolverStatus::Solved | SolverStatus::AlmostSolved);
        if converged { Ok(near) } else { Err(RebalanceError::NotSolved { status: format!("{status:?}") }) }
    }

    /// Purchases b and sales s are variables of their own: `d − b + s = held`, `b ≥ 0`, `s ≥ 0`, at a cost of `k'(b + s)`. What trades for
    /// nothing needs none.
    fn interior_point(&self) -> Result<(SolverStatus, Vec<f64>), RebalanceError> {
        let n = self.costs.len();
        let costly: Vec<usize> = (0..n).filter(|i| self.costs[*i] > 0.0).collect();
        let m = costly.len();
        // The upper triangle; purchases and sales carry no risk.
        let mut quadratic = Columns::new(n + 2 * m);
        (0..n).for_each(|j| quadratic.push((0..=j).map(|i| (i, self.risk[(i, j)]))));
        (0..2 * m).for_each(|_| quadratic.push([]));
        let mut linear = vec![0.0; n];
        linear.extend(costly.iter().chain(&costly).map(|i| self.costs[*i]));

        // Rows: m balances, the sum, n floors, m purchases, m sales.
        let mut constraints = Columns::new(3 * m + n + 1);
        for i in 0..n {
            let balance = costly.binary_search(&i).ok().map(|row| (row, 1.0));
            constraints.push(balance.into_iter().chain([(m, 1.0), (m + 1 + i, -1.0)]));
        }
        (0..m).for_each(|k| constraints.push([(k, -1.0), (m + 1 + n + k, -1.0)]));
        (0..m).for_each(|k| constraints.push([(k, 1.0), (2 * m + 1 + n + k, -1.0)]));
        let mut bounds: Vec<f64> = costly.iter().map(|i| self.held[*i]).collect();
        bounds.push(self.room);
        bounds.extend(self.floor.iter().map(|floor| -floor));
        bounds.resize(3 * m + n + 1, 0.0);
        let equations = if self.invested { m + 1 } else { m };
        let cones = [ZeroConeT(equations), NonnegativeConeT(3 * m + n + 1 - equations)];

        let (quadratic, constraints) = (quadratic.finished(), constraints.finished());
        let mut solver = DefaultSolver::new(&quadratic, &linear, &constraints, &bounds, &cones, settings())
            .map_err(|error| RebalanceError::NotSolved { status: error.to_string() })?;
        solver.solve();
        let mut near = solver.solution.x;
        near.truncate(n);
        Ok((solver.solution.status, near))
    }
}

/// Silent, and the same on every machine: one thread, one factorisation, no limit of time.
fn settings() -> DefaultSettings<f64> {
    DefaultSettings {
        verbose: false,
        max_threads: 1,
        direct_solve_method: "qdldl".to_owned(),
        tol_gap_abs: 1e-10,
        tol_gap_rel: 1e-10,
        tol_feas: 1e-10,
        // Where rounding stops it earlier, this is good enough.
        reduced_tol_gap_abs: 1e-8,
        reduced_tol_gap_rel: 1e-8,
        reduced_tol_feas: 1e-8,
        ..DefaultSettings::default()
    }
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
