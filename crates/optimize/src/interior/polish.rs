//! The end of the search, where which bounds press and which hinges bend is nearly known: Newton's steps on these alone.
//!
//! The interior point keeps a distance to every bound and every kink and gives it up slowly; of an objective of squares the point at the end
//! is the answer to linear equations in the few weights that are between their bounds.

use nalgebra::{DMatrix, LU};
use ndarray::{Array1, Array2, ArrayView1};

use super::{Pair, State, dot, system};
use crate::{
    gram::add_gram,
    programme::{Design, Hinges, Programme},
};

/// So many steps settle it, or the search goes on.
const STEPS: usize = 8;

/// What a weight may be outside its bounds by, and what a multiplier may be below nought by.
const ROUNDING: f64 = 1e-12;

/// Where the slopes of the free weights are nought to this, they are.
const FLAT: f64 = 1e-10;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Place {
    Free,
    Lower,
    Upper,
    /// Its bounds are one value.
    Fixed,
}

/// Whether the programme has nothing but squares, of weights and of what bends.
pub(super) fn is_piecewise_quadratic(programme: &Programme) -> bool {
    let plain = |kind: &Hinges| {
        let squares =
            kind.curvature.iter().all(|h| *h > 0.0) && kind.linear.iter().all(|linear| *linear == 0.0);
        let alone = kind.shift.is_empty() && kind.links.is_empty() && !kind.floored;
        squares && alone && matches!(kind.design, Design::Dense(_))
    };
    programme.curved() && programme.variables() == programme.assets() && programme.hinges.iter().all(plain)
}

/// The point where nothing is off but by rounding, when it is found from here, and how many steps it took. The caller checks it as any other.
pub(super) fn polish(programme: &Programme, from: &State) -> Option<(State, usize)> {
    let mut active = Active::near(programme, from);
    let (mut weights, mut multipliers) = (from.variables.clone(), vec![0.0; programme.rows.len()]);
    for step in 1..=STEPS {
        active.hold(programme, &mut weights);
        let bent = Bent::at(programme, &weights);
        let change = active.newton(programme, &weights, &bent, &mut multipliers)?;
        for (weight, change) in active.free().zip(change) {
            weights[weight] += change;
        }
        let bent = Bent::at(programme, &weights);
        let slopes = bent.slopes(programme, &multipliers);
        let flat = active.free().all(|at| slopes[at].abs() <= FLAT);
        if !active.changes(programme, &weights, &slopes, &multipliers) && flat {
            return Some((active.state(programme, weights, &multipliers, &bent, &slopes), step));
        }
    }
    None
}

/// Which bounds and rows hold the weights.
struct Active {
    places: Vec<Place>,
    rows: Vec<bool>,
}

impl Active {
    /// What presses more than it has room.
    fn near(programme: &Programme, state: &State) -> Self {
        let place = |at: usize| match () {
            () if programme.fixed(at) => Place::Fixed,
            () if state.lower.slack[at] < state.lower.dual[at] => Place::Lower,
            () if state.upper.slack[at] < state.upper.dual[at] => Place::Upper,
            () => Place::Free,
        };
        let rows = programme.rows.iter().zip(&state.rows);
        Self {
            places: (0..programme.assets()).map(place).collect(),
            rows: rows.map(|(row, (slack, multiplier))| row.equal || slack < multiplier).collect(),
        }
    }

    fn free(&self) -> impl Iterator<Item = usize> {
        (0..self.places.len()).filter(|at| self.places[*at] == Place::Free)
    }

    fn hold(&self, programme: &Programme, weights: &mut [f64]) {
        for ((weight, place), (lower, upper)) in weights.iter_mut().zip(&self.places).zip(&programme.bounds) {
            match place {
                Place::Free => {}
                Place::Lower => *weight = *lower,
                Place::Upper => *weight = *upper,
                Place::Fixed => *weight = f64::midpoint(*lower, *upper),
            }
        }
    }

    /// The step of the free weights to where the squares that bend here are least; the multipliers of all rows are those there.
    fn newton(
        &self,
        programme: &Programme,
        weights: &[f64],
        bent: &Bent,
        multipliers: &mut [f64],
    ) -> Option<Vec<f64>> {
        let free: Vec<usize> = self.free().collect();
        let rows: Vec<usize> = (0..self.rows.len()).filter(|row| self.rows[*row]).collect();
        let square = bent.curvature(programme, &free);
        let size = free.len() + rows.len();
        let mut matrix = DMatrix::zeros(size, size);
        for (i, at) in free.iter().enumerate() {
            for (j, other) in free.iter().enumerate() {
                let given = programme.quadratic.as_ref().map_or(0.0, |p| p[(*at, *other)]);
                matrix[(i, j)] = square[(i, j)] + given;
            }
            matrix[(i, i)] += programme.ridge;
        }
        let mut right: Vec<f64> = free.iter().map(|at| -bent.gradient[*at]).collect();
        for (i, row) in rows.iter().enumerate() {
            let (place, row) = (free.len() + i, &programme.rows[*row]);
            for (j, at) in free.iter().enumerate() {
                matrix[(place, j)] = row.coefficients[*at];
                matrix[(j, place)] = row.coefficients[*at];
            }
            matrix[(place, place)] = -system::REDUNDANT;
            right.push(row.limit - dot(&row.coefficients, weights));
        }
        let factors = LU::new(matrix.clone());
        if !factors.is_invertible() {
            return None;
        }
        let mut solution = system::refined(&matrix, &factors, right);
        if !solution.iter().all(|value| value.is_finite()) {
            return None;
        }
        multipliers.fill(0.0);
        for (row, multiplier) in rows.iter().zip(solution.split_off(free.len())) {
            multipliers[*row] = multiplier;
        }
        Some(solution)
    }

    /// Takes in what is broken, lets go what does not press, and says whether there was any.
    fn changes(
        &mut self,
        programme: &Programme,
        weights: &[f64],
        slopes: &[f64],
        multipliers: &[f64],
    ) -> bool {
        let mut changed = false;
        for (at, place) in self.places.iter_mut().enumerate() {
            let (weight, slope, (lower, upper)) = (weights[at], slopes[at], programme.bounds[at]);
            let next = match *place {
                Place::Free if weight < lower - ROUNDING => Place::Lower,
                Place::Free if weight > upper + ROUNDING => Place::Upper,
                Place::Lower if slope < -ROUNDING => Place::Free,
                Place::Upper if slope > ROUNDING => Place::Free,
                same => same,
            };
            changed |= next != *place;
            *place = next;
        }
        for ((row, active), multiplier) in programme.rows.iter().zip(&mut self.rows).zip(multipliers) {
            let next = if *active {
                row.equal || *multiplier >= -ROUNDING
            } else {
                dot(&row.coefficients, weights) > row.limit + ROUNDING
            };
            changed |= next != *active;
            *active = next;
        }
        changed
    }

    /// Where this settles it: what presses has no room, and what has room does not press.
    fn state(
        &self,
        programme: &Programme,
        weights: Vec<f64>,
        multipliers: &[f64],
        bent: &Bent,
        slopes: &[f64],
    ) -> State {
        let side = |of: Place, sign: f64, bound: fn((f64, f64)) -> f64| {
            let slack = |at: usize| {
                let room = sign * (weights[at] - bound(programme.bounds[at]));
                if self.places[at] == Place::Fixed { 1.0 } else { room.max(0.0) }
            };
            let dual = |at: usize| if self.places[at] == of { (sign * slopes[at]).max(0.0) } else { 0.0 };
            let assets = weights.len();
            Pair { slack: Array1::from_shape_fn(assets, slack), dual: Array1::from_shape_fn(assets, dual) }
        };
        let (lower, upper) = (side(Place::Lower, 1.0, |b| b.0), side(Place::Upper, -1.0, |b| b.1));
        let of_hinges = programme.hinges.iter().zip(&bent.excess).map(|(kind, x)| {
            let u = x.mapv(|x| x.max(0.0));
            (Pair { slack: x.mapv(|x| (-x).max(0.0)), dual: &kind.curvature * &u }, None, u)
        });
        let rows = programme.rows.iter().zip(multipliers).zip(&self.rows);
        let rows = rows.map(|((row, multiplier), active)| {
            if *active {
                (0.0, if row.equal { *multiplier } else { multiplier.max(0.0) })
            } else {
                ((row.limit - dot(&row.coefficients, &weights)).max(0.0), 0.0)
            }
        });
        let (hinges, rows) = (of_hinges.collect(), rows.collect());
        State { variables: weights, hinges, lower, upper, rows }
    }
}

/// The hinges at some weights, and the slope of the objective.
struct Bent {
    /// x, kind by kind.
    excess: Vec<Array1<f64>>,
    gradient: Vec<f64>,
}

impl Bent {
    fn at(programme: &Programme, weights: &[f64]) -> Self {
        let mut gradient = programme.linear.clone();
        if let Some(quadratic) = &programme.quadratic {
            let slopes = quadratic.dot(&ArrayView1::from(weights));
            gradient.iter_mut().zip(&slopes).for_each(|(sum, slope)| *sum += slope);
        }
        gradient.iter_mut().zip(weights).for_each(|(sum, weight)| *sum += programme.ridge * weight);
        let mut excess = Vec::with_capacity(programme.hinges.len());
        for kind in &programme.hinges {
            let mut x = kind.apply(weights, programme.assets());
            x += &kind.constant;
            let pressed = Array1::from_shape_fn(x.len(), |at| kind.curvature[at] * x[at].max(0.0));
            kind.add_transposed(&pressed, &mut gradient);
            excess.push(x);
        }
        Self { excess, gradient }
    }

    /// The slope that is left when all rows are priced.
    fn slopes(&self, programme: &Programme, multipliers: &[f64]) -> Vec<f64> {
        let mut slopes = self.gradient.clone();
        for (row, multiplier) in programme.rows.iter().zip(multipliers) {
            slopes.iter_mut().zip(&row.coefficients).for_each(|(sum, value)| *sum += multiplier * value);
        }
        slopes
    }

    /// `D'hD` of the hinges that bend, of some weights.
    fn curvature(&self, programme: &Programme, free: &[usize]) -> Array2<f64> {
        let mut square = Array2::zeros((free.len(), free.len()));
        for (kind, x) in programme.hinges.iter().zip(&self.excess) {
            if let Design::Dense(design) = &kind.design {
                let bent: Vec<usize> = (0..x.len()).filter(|at| x[*at] > 0.0).collect();
                let mut rows = Array2::zeros((bent.len(), free.len()));
                let mut scaled = rows.clone();
                for (i, at) in bent.iter().enumerate() {
                    let (row, curvature) = (design.row(*at), kind.curvature[*at]);
                    for (j, asset) in free.iter().enumerate() {
                        rows[(i, j)] = row[*asset];
                        scaled[(i, j)] = curvature * row[*asset];
                    }
                }
                add_gram(&scaled.view(), &rows.view(), &mut square);
            }
        }
        square
    }
}
