use ndarray::{Array1, ArrayView1};

use super::{ONE_VALUE, State, dot};
use crate::programme::Programme;

/// What the slopes may be off by, where returns are in units of their own size.
const SLOPES: f64 = 1e-9;

/// What rows may be off by.
const ROWS: f64 = 1e-10;

/// Which share of the objective the gap may be.
pub(super) const GAP: f64 = 1e-11;

/// What the optimality conditions are off by.
#[derive(Debug)]
pub(super) struct Residuals {
    pub(super) variables: Vec<f64>,
    pub(super) hinges: Vec<Array1<f64>>,
    pub(super) rows: Vec<f64>,
}

impl Residuals {
    pub(super) fn of(programme: &Programme, state: &State) -> Self {
        let assets = programme.assets();
        let mut variables = programme.linear.clone();
        let weights = ArrayView1::from(&state.variables[..assets]);
        if let Some(quadratic) = &programme.quadratic {
            for (place, value) in variables.iter_mut().zip(&quadratic.dot(&weights)) {
                *place += value;
            }
        }
        for at in 0..assets {
            if programme.fixed(at) {
                continue;
            }
            variables[at] += programme.ridge * weights[at] - state.lower.dual[at] + state.upper.dual[at];
        }
        for (row, (_, multiplier)) in programme.rows.iter().zip(&state.rows) {
            for (place, coefficient) in variables.iter_mut().zip(&row.coefficients) {
                *place += multiplier * coefficient;
            }
        }
        let mut hinges = Vec::with_capacity(programme.hinges.len());
        for (kind, (pair, floor, u)) in programme.hinges.iter().zip(&state.hinges) {
            kind.add_transposed(&pair.dual, &mut variables);
            let mut own = &kind.curvature * u;
            own += &kind.linear;
            own -= &pair.dual;
            if let Some(floor) = floor {
                own -= &floor.dual;
            }
            for (row, times) in &kind.links {
                own.scaled_add(state.rows[*row].1, times);
            }
            hinges.push(own);
        }
        for (at, place) in variables.iter_mut().enumerate().take(assets) {
            if programme.fixed(at) {
                // Its bound takes up whatever the others press with.
                *place = 0.0;
            }
        }
        Self { variables, hinges, rows: state.off_rows(programme) }
    }

    /// The largest of what is off, and the gap, each in units of what may be: done when both are at 1.
    pub(super) fn error(&self, programme: &Programme, state: &State) -> (f64, f64) {
        let largest = |values: &mut dyn Iterator<Item = &f64>| values.fold(0.0_f64, |a, b| a.max(b.abs()));
        let dual = largest(&mut self.variables.iter().chain(self.hinges.iter().flatten()));
        let rows = largest(&mut self.rows.iter());
        let objective = programme.value(state);
        let gap = state.product() / objective.abs().clamp(1e-3, 1.0) / GAP;
        let fixed = (0..programme.assets()).filter(|at| programme.fixed(*at));
        let off = fixed
            .map(|at| (state.variables[at] - programme.bounds[at].0).abs() - ONE_VALUE)
            .fold(0.0, f64::max);
        let finite = |value: f64| if value.is_finite() { value } else { f64::INFINITY };
        (finite((dual / SLOPES).max(rows.max(off) / ROWS)), finite(gap))
    }
}

impl Programme {
    fn value(&self, state: &State) -> f64 {
        let weights = ArrayView1::from(&state.variables[..self.assets()]);
        let mut value = dot(&self.linear, &state.variables);
        if let Some(quadratic) = &self.quadratic {
            value += 0.5 * weights.dot(&quadratic.dot(&weights));
        }
        for (kind, (_, _, u)) in self.hinges.iter().zip(&state.hinges) {
            value += kind.linear.dot(u);
            value += 0.5 * kind.curvature.iter().zip(u).map(|(h, u)| h * u * u).sum::<f64>();
        }
        value
    }
}
