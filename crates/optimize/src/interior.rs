//! A primal–dual interior-point method on the normal equations of the weights.
//!
//! Written out, because the general solver that was tried (clarabel 0.11, sparse, primal and dual form) takes two to four times as
//! long as the goal allows: it factorises a matrix with a row for each scenario, while here scenarios are eliminated one by one and
//! what is left is a matrix of assets by assets.

mod newton;
mod polish;
mod residuals;
mod system;

use ndarray::{Array1, Zip};
use residuals::{GAP, Residuals};
use system::System;

use crate::programme::{Hinges, Point, Programme};

/// Twenty or so are needed.
const ITERATIONS: usize = 120;

/// So many steps without a better point end the search.
const PATIENCE: usize = 25;

/// A step goes at most this far towards where a slack or a multiplier would be nought.
const TO_THE_EDGE: f64 = 0.995;

/// A step shorter than this is tried again towards the centre.
const SHORT: f64 = 0.3;

/// Which share of the mean product a step towards the centre aims at.
const TO_THE_CENTRE: f64 = 0.8;

/// The same where every step is one towards the centre.
const CAREFUL: f64 = 0.2;

/// By which share of its curvature a hinge's part in the matrix may be out of date, at most. Steps by a matrix that is nearly right are as
/// good: what they leave of the slopes is the next residual, and where that is what is off most the matrix is made anew.
const OUT_OF_DATE: f64 = 0.1;

/// At this gap, in units of what it may be, it is nearly known which bounds press and which hinges bend.
const NEARLY_KNOWN: f64 = 1e10;

/// Where that did not suffice to go straight to the end, the gap becomes this much smaller before it is tried again.
const CLEARER: f64 = 1e-3;

/// Bounds nearer to each other than this are one value.
pub(crate) const ONE_VALUE: f64 = 1e-9;

/// Solves a programme. The bounds leave room for a sum, if a row asks for one; the point is the best one seen, and whether it is good
/// enough is for the caller to check.
pub(crate) fn solve(programme: &Programme) -> Point {
    let (quick, done) = attempt(programme, false);
    if done {
        return quick;
    }
    // A few in a hundred thousand go round in circles; without the second order none does.
    let (careful, done) = attempt(programme, true);
    if done { careful } else { quick }
}

/// From a start to the best point, and whether that is good enough.
fn attempt(programme: &Programme, careful: bool) -> (Point, bool) {
    let mut state = State::start(programme);
    let mut system = System::new(programme);
    let (mut best, mut best_error, mut since) = (state.clone(), f64::INFINITY, 0);
    let (mut iterations, curved) = (0, programme.curved());
    let mut try_at = if polish::is_piecewise_quadratic(programme) { NEARLY_KNOWN } else { 0.0 };
    loop {
        let residuals = Residuals::of(programme, &state);
        let (off, gap) = residuals.error(programme, &state);
        let error = off.max(gap);
        if error < best_error {
            (best, best_error, since) = (state.clone(), error, 0);
        } else {
            since += 1;
        }
        // Past the gap the multipliers lose their digits, and nothing is gained.
        if best_error <= 1.0 || gap < 1e-4 || iterations == ITERATIONS || since > PATIENCE {
            break;
        }
        if gap < try_at {
            try_at = gap * CLEARER;
            if let Some((polished, steps)) = polish::polish(programme, &state) {
                let (off, gap) = Residuals::of(programme, &polished).error(programme, &polished);
                if off.max(gap) <= 1.0 {
                    return (polished.into_point(iterations + steps), true);
                }
            }
        }
        iterations += 1;
        let out_of_date = if careful || off > gap { 0.0 } else { (gap * GAP).sqrt().min(OUT_OF_DATE) };
        let Some(factors) = system.factorise(programme, &state, out_of_date) else { break };
        let predictor = state.step(programme, &system, &factors, &residuals, None, 0.0);
        let (primal, dual) = state.lengths(&predictor, 1.0);
        let ahead = state.mean_product_after(&predictor, primal, dual);
        let now = state.mean_product();
        let centring = (ahead / now).clamp(0.0, 1.0).powi(3);
        let mut step = state.step(programme, &system, &factors, &residuals, Some(&predictor), centring * now);
        let (mut primal, mut dual) = state.lengths(&step, TO_THE_EDGE);
        // A square in the objective ties both sides together.
        let tied = |(primal, dual): (f64, f64)| {
            if curved { (primal.min(dual), primal.min(dual)) } else { (primal, dual) }
        };
        (primal, dual) = tied((primal, dual));
        if primal.min(dual) < SHORT || careful {
            // Products that are far apart keep steps short or undo one another, and the second order keeps them apart.
            let share = if careful { CAREFUL } else { TO_THE_CENTRE };
            let centre = state.step(programme, &system, &factors, &residuals, None, share * now);
            let lengths = tied(state.lengths(&centre, TO_THE_EDGE));
            if careful || lengths.0.min(lengths.1) > primal.min(dual) {
                (step, (primal, dual)) = (centre, lengths);
            }
        }
        if !(primal.is_finite() && dual.is_finite()) {
            break;
        }
        state.advance(&step, primal, dual);
        if !state.is_finite() {
            break;
        }
    }
    (best.into_point(iterations), best_error <= 1.0)
}

/// A slack and its multiplier, entry by entry; both stay above nought.
#[derive(Debug, Clone)]
struct Pair {
    slack: Array1<f64>,
    dual: Array1<f64>,
}

/// The changes of a pair.
#[derive(Debug)]
struct PairStep {
    slack: Array1<f64>,
    dual: Array1<f64>,
}

impl Pair {
    fn len(&self) -> usize {
        self.slack.len()
    }

    fn product(&self) -> f64 {
        self.slack.dot(&self.dual)
    }

    fn product_after(&self, step: &PairStep, primal: f64, dual: f64) -> f64 {
        let slacks = self.slack.iter().zip(&step.slack);
        let duals = self.dual.iter().zip(&step.dual);
        slacks.zip(duals).map(|((s, ds), (y, dy))| (s + primal * ds) * (y + dual * dy)).sum()
    }

    fn advance(&mut self, step: &PairStep, primal: f64, dual: f64) {
        self.slack.scaled_add(primal, &step.slack);
        self.dual.scaled_add(dual, &step.dual);
    }
}

/// How far values may go along a step before one is nought.
fn room(values: &Array1<f64>, step: &Array1<f64>) -> f64 {
    let ratio = values.iter().zip(step).map(|(v, d)| if *d < 0.0 { -v / d } else { f64::INFINITY });
    ratio.fold(f64::INFINITY, f64::min)
}

/// Where the search is. Hinges and bounds always hold with slack to spare; rows may still be off.
#[derive(Debug, Clone)]
struct State {
    variables: Vec<f64>,
    /// One value a kind of hinges: slack `u − x` with its multiplier, and, where floored, `u` with its own. The third is `u`.
    hinges: Vec<(Pair, Option<Pair>, Array1<f64>)>,
    lower: Pair,
    upper: Pair,
    /// Slack and multiplier of a row that is an inequality; of an equality the slack is unused.
    rows: Vec<(f64, f64)>,
}

/// A step of everything.
#[derive(Debug)]
struct Step {
    variables: Vec<f64>,
    hinges: Vec<(PairStep, Option<PairStep>, Array1<f64>)>,
    lower: PairStep,
    upper: PairStep,
    rows: Vec<(f64, f64)>,
}

impl Programme {
    fn fixed(&self, asset: usize) -> bool {
        let (lower, upper) = self.bounds[asset];
        upper - lower <= ONE_VALUE
    }

    fn curved(&self) -> bool {
        self.quadratic.is_some() || self.hinges.iter().any(|h| h.curvature.iter().any(|c| *c > 0.0))
    }
}

impl State {
    /// A point in the middle: weights within their bounds, hinges as far from their kink as they scatter.
    fn start(programme: &Programme) -> Self {
        let assets = programme.assets();
        let mut variables = vec![0.0; programme.variables()];
        // As near to equal weights as the bounds allow with room to spare.
        for (weight, (lower, upper)) in variables.iter_mut().zip(&programme.bounds) {
            let margin = 0.1 * (upper - lower);
            *weight = (1.0 / assets as f64).clamp(lower + margin, upper - margin);
        }
        let mut places = Vec::with_capacity(programme.hinges.len());
        for kind in &programme.hinges {
            let mut x = kind.apply(&variables, assets);
            x += &kind.constant;
            let scatter = (x.dot(&x) / x.len().max(1) as f64).sqrt().max(1e-3);
            let u =
                x.mapv(|x| f64::midpoint(x, (x * x + 4.0 * scatter * scatter).sqrt()).max(1e-3 * scatter));
            let slack = Zip::from(&u).and(&x).map_collect(|u, x| (u - x).max(1e-3 * scatter));
            // u exceeds x by what the slack says.
            let u = &x + &slack;
            places.push((slack, u));
        }
        // What presses on u is split such that its own equation holds, and that all products are alike.
        let split = |kind: &Hinges, (slack, u): &(Array1<f64>, Array1<f64>), least: f64, of_rows: f64| {
            let pressed = |at: usize| {
                let links: f64 = kind.links.iter().map(|(_, times)| of_rows * times[at]).sum();
                (kind.linear[at] + kind.curvature[at] * u[at] + links).max(least)
            };
            let part = |at: usize| if kind.floored { u[at] / (u[at] + slack[at]) } else { 1.0 };
            let dual = Array1::from_shape_fn(kind.len(), |at| pressed(at) * part(at));
            let floor = kind.floored.then(|| {
                let dual = Array1::from_shape_fn(kind.len(), |at| pressed(at) * (1.0 - part(at)));
                Pair { slack: u.clone(), dual }
            });
            (Pair { slack: slack.clone(), dual }, floor, u.clone())
        };
        // The slopes that the objective leaves say how large the multipliers of everything else will be.
        let mut slopes = programme.linear.clone();
        for (kind, place) in programme.hinges.iter().zip(&places) {
            kind.add_transposed(&split(kind, place, 0.0, 0.0).0.dual, &mut slopes);
        }
        let price = slopes.iter().fold(1e-2_f64, |a, b| a.max(b.abs()));
        let inequalities = programme.rows.iter().filter(|row| !row.equal).count().max(1) as f64;
        let hinges: Vec<_> = programme
            .hinges
            .iter()
            .zip(&places)
            .map(|(kind, place)| {
                split(kind, place, 1e-3 * price / kind.len().max(1) as f64, price / inequalities)
            })
            .collect();
        // A fixed weight has a row of its own instead; its pairs stay where they are.
        let side = |of: fn(f64, (f64, f64)) -> f64| {
            let slack = |at: usize| {
                if programme.fixed(at) { 1.0 } else { of(variables[at], programme.bounds[at]) }
            };
            let dual = |at: usize| {
                if programme.fixed(at) { 0.0 } else { price / (assets * assets) as f64 / slack(at) }
            };
            Pair { slack: Array1::from_shape_fn(assets, slack), dual: Array1::from_shape_fn(assets, dual) }
        };
        let (lower, upper) = (side(|w, b| w - b.0), side(|w, b| b.1 - w));
        let row =
            |equal: bool, value: f64| if equal { (0.0, 0.0) } else { (value.max(0.1), price / inequalities) };
        let mut state =
            Self { variables, hinges, lower, upper, rows: vec![(0.0, 0.0); programme.rows.len()] };
        let off = state.off_rows(programme);
        for ((at, row_of), off) in programme.rows.iter().enumerate().zip(off) {
            state.rows[at] = row(row_of.equal, -off);
        }
        state
    }

    /// How far each row is above its limit, slack included.
    fn off_rows(&self, programme: &Programme) -> Vec<f64> {
        let mut off: Vec<f64> = programme
            .rows
            .iter()
            .zip(&self.rows)
            .map(|(row, (slack, _))| dot(&row.coefficients, &self.variables) - row.limit + slack)
            .collect();
        for (kind, (_, _, u)) in programme.hinges.iter().zip(&self.hinges) {
            for (row, times) in &kind.links {
                off[*row] += times.dot(u);
            }
        }
        off
    }

    fn pairs(&self) -> impl Iterator<Item = &Pair> {
        let hinges = self.hinges.iter().flat_map(|(pair, floor, _)| std::iter::once(pair).chain(floor));
        hinges.chain([&self.lower, &self.upper])
    }

    fn product(&self) -> f64 {
        self.pairs().map(Pair::product).sum::<f64>() + self.rows.iter().map(|(s, y)| s * y).sum::<f64>()
    }

    fn mean_product(&self) -> f64 {
        self.product() / self.count()
    }

    fn count(&self) -> f64 {
        (self.pairs().map(Pair::len).sum::<usize>() + self.rows.len()) as f64
    }

    fn mean_product_after(&self, step: &Step, primal: f64, dual: f64) -> f64 {
        let pairs: f64 = self.pairs().zip(step.pairs()).map(|(p, s)| p.product_after(s, primal, dual)).sum();
        let rows = self.rows.iter().zip(&step.rows);
        let rows: f64 = rows.map(|((s, y), (ds, dy))| (s + primal * ds) * (y + dual * dy)).sum();
        (pairs + rows) / self.count()
    }

    /// How far the primal and the dual side may go, 1 at most.
    fn lengths(&self, step: &Step, share: f64) -> (f64, f64) {
        let (mut primal, mut dual) = (f64::INFINITY, f64::INFINITY);
        for (pair, step) in self.pairs().zip(step.pairs()) {
            primal = primal.min(room(&pair.slack, &step.slack));
            dual = dual.min(room(&pair.dual, &step.dual));
        }
        for ((slack, multiplier), (ds, dy)) in self.rows.iter().zip(&step.rows) {
            if *slack > 0.0 {
                if *ds < 0.0 {
                    primal = primal.min(-slack / ds);
                }
                if *dy < 0.0 {
                    dual = dual.min(-multiplier / dy);
                }
            }
        }
        ((share * primal).min(1.0), (share * dual).min(1.0))
    }

    fn advance(&mut self, step: &Step, primal: f64, dual: f64) {
        for (value, change) in self.variables.iter_mut().zip(&step.variables) {
            *value += primal * change;
        }
        for ((pair, floor, u), (by, floor_by, du)) in self.hinges.iter_mut().zip(&step.hinges) {
            pair.advance(by, primal, dual);
            if let (Some(floor), Some(by)) = (floor, floor_by) {
                floor.advance(by, primal, dual);
            }
            u.scaled_add(primal, du);
        }
        self.lower.advance(&step.lower, primal, dual);
        self.upper.advance(&step.upper, primal, dual);
        for ((slack, multiplier), (ds, dy)) in self.rows.iter_mut().zip(&step.rows) {
            *slack += primal * ds;
            *multiplier += dual * dy;
        }
    }

    fn is_finite(&self) -> bool {
        let rows = self.rows.iter().all(|(s, y)| s.is_finite() && y.is_finite());
        rows && self.variables.iter().all(|v| v.is_finite()) && self.product().is_finite()
    }

    fn into_point(self, iterations: usize) -> Point {
        Point {
            variables: self.variables,
            rows: self.rows.into_iter().map(|(_, multiplier)| multiplier).collect(),
            bounds: self.lower.dual.iter().copied().zip(self.upper.dual.iter().copied()).collect(),
            hinges: self.hinges.into_iter().map(|(pair, _, _)| pair.dual.to_vec()).collect(),
            iterations,
        }
    }
}

impl Step {
    fn pairs(&self) -> impl Iterator<Item = &PairStep> {
        let hinges = self.hinges.iter().flat_map(|(pair, floor, _)| std::iter::once(pair).chain(floor));
        hinges.chain([&self.lower, &self.upper])
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
