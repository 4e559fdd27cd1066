//! A primal–dual interior-point method on the normal equations of the weights.
//!
//! Written out, because the general solver that was tried (clarabel 0.11, sparse, primal and dual form) takes two to four times as
//! long as the goal allows: it factorises a matrix with a row for each scenario, while here scenarios are eliminated one by one and
//! what is left is a matrix of assets by assets.

use nalgebra::{DMatrix, DVector, Dyn, LU};
use ndarray::{Array1, Array2, ArrayView1, Axis, Slice, Zip, linalg::general_mat_mul};

use crate::programme::{Design, Hinges, Point, Programme};

/// What the slopes may be off by, where returns are in units of their own size.
const SLOPES: f64 = 1e-9;

/// What rows may be off by.
const ROWS: f64 = 1e-10;

/// Which share of the objective the gap may be.
const GAP: f64 = 1e-11;

/// Twenty or so are needed.
const ITERATIONS: usize = 120;

/// So many steps without a better point end the search.
const PATIENCE: usize = 25;

/// A step goes at most this far towards where a slack or a multiplier would be nought.
const TO_THE_EDGE: f64 = 0.995;

/// What an equality may give in one step for each unit of its multiplier; the next step takes it back.
const REDUNDANT: f64 = 1e-12;

/// Bounds nearer to each other than this are one value.
pub(crate) const ONE_VALUE: f64 = 1e-9;

/// Solves a programme. The bounds leave room for a sum, if a row asks for one; the point is the best one seen, and whether it is good
/// enough is for the caller to check.
pub(crate) fn solve(programme: &Programme) -> Point {
    let mut state = State::start(programme);
    let mut system = System::new(programme);
    let (mut best, mut best_error, mut since) = (state.clone(), f64::INFINITY, 0);
    let mut iterations = 0;
    loop {
        let residuals = Residuals::of(programme, &state);
        let (error, gap) = residuals.error(programme, &state);
        if error < best_error {
            (best, best_error, since) = (state.clone(), error, 0);
        } else {
            since += 1;
        }
        // Past the gap the multipliers lose their digits, and nothing is gained.
        if best_error <= 1.0 || gap < 1e-4 || iterations == ITERATIONS || since > PATIENCE {
            break;
        }
        iterations += 1;
        let Some(factors) = system.factorise(programme, &state) else { break };
        let predictor = state.step(programme, &system, &factors, &residuals, None, 0.0);
        let (primal, dual) = state.lengths(&predictor, 1.0);
        let ahead = state.mean_product_after(&predictor, primal, dual);
        let now = state.mean_product();
        let centring = (ahead / now).clamp(0.0, 1.0).powi(3);
        let step = state.step(programme, &system, &factors, &residuals, Some(&predictor), centring * now);
        let (primal, dual) = state.lengths(&step, TO_THE_EDGE);
        // A square in the objective ties both sides together.
        let (primal, dual) =
            if programme.curved() { (primal.min(dual), primal.min(dual)) } else { (primal, dual) };
        if !(primal.is_finite() && dual.is_finite()) {
            break;
        }
        state.advance(&step, primal, dual);
        if !state.is_finite() {
            break;
        }
    }
    best.into_point(iterations)
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

/// What is to be made of the products slack · multiplier: the target less the product, less what the predictor would add.
fn wanted(pair: &Pair, predictor: Option<&PairStep>, target: f64) -> Array1<f64> {
    let mut wanted = Zip::from(&pair.slack).and(&pair.dual).map_collect(|s, y| target - s * y);
    if let Some(step) = predictor {
        Zip::from(&mut wanted).and(&step.slack).and(&step.dual).for_each(|w, s, y| *w -= s * y);
    }
    wanted
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

    /// Newton's step towards products of `target`, with the second order of the predictor.
    fn step(
        &self,
        programme: &Programme,
        system: &System,
        factors: &LU<f64, Dyn, Dyn>,
        residuals: &Residuals,
        predictor: Option<&Step>,
        target: f64,
    ) -> Step {
        let (assets, count) = (programme.assets(), programme.variables());
        let mut right = vec![0.0; count + programme.rows.len()];
        for (place, residual) in right.iter_mut().zip(&residuals.variables) {
            *place = -residual;
        }
        for (place, residual) in right[count..].iter_mut().zip(&residuals.rows) {
            *place = -residual;
        }
        // Hinges: t is the right side of the equation of u.
        let mut of_hinges = Vec::with_capacity(self.hinges.len());
        for (at, (kind, (pair, floor, _))) in programme.hinges.iter().zip(&self.hinges).enumerate() {
            let before = predictor.map(|step| &step.hinges[at]);
            let first = wanted(pair, before.map(|step| &step.0), target) / &pair.slack;
            let second = floor
                .as_ref()
                .map(|floor| wanted(floor, before.and_then(|step| step.1.as_ref()), target) / &floor.slack);
            let mut t = &first - &residuals.hinges[at];
            if let Some(second) = &second {
                t += second;
            }
            let scale = &system.hinges[at];
            let through =
                Zip::from(&first).and(&t).and(&scale.passed).map_collect(|first, t, p| p * t - first);
            kind.add_transposed(&through, &mut right[..count]);
            for (row, times) in &kind.links {
                right[count + row] -=
                    Zip::from(times).and(&t).and(&scale.whole).fold(0.0, |sum, h, t, e| sum + h * t / e);
            }
            of_hinges.push((first, second, t));
        }
        let lower = wanted(&self.lower, predictor.map(|step| &step.lower), target) / &self.lower.slack;
        let upper = wanted(&self.upper, predictor.map(|step| &step.upper), target) / &self.upper.slack;
        for at in 0..assets {
            if programme.fixed(at) {
                right[at] =
                    f64::midpoint(programme.bounds[at].0, programme.bounds[at].1) - self.variables[at];
            } else {
                right[at] += lower[at] - upper[at];
            }
        }
        let mut of_rows = vec![0.0; programme.rows.len()];
        for (at, (slack, multiplier)) in self.rows.iter().enumerate() {
            if *slack > 0.0 {
                let mut product = target - slack * multiplier;
                if let Some(step) = predictor {
                    product -= step.rows[at].0 * step.rows[at].1;
                }
                of_rows[at] = product / multiplier;
                right[count + at] -= of_rows[at];
            }
        }
        let solution = system.solve(factors, right);
        let (variables, multipliers) = solution.split_at(count);
        let mut hinges = Vec::with_capacity(of_hinges.len());
        for (at, (first, second, t)) in of_hinges.into_iter().enumerate() {
            let (kind, (pair, floor, _)) = (&programme.hinges[at], &self.hinges[at]);
            let dx = kind.apply(variables, assets);
            let mut du = t;
            Zip::from(&mut du)
                .and(&dx)
                .and(&pair.dual)
                .and(&pair.slack)
                .for_each(|du, dx, y, s| *du += y / s * dx);
            for (row, times) in &kind.links {
                du.scaled_add(-multipliers[*row], times);
            }
            du /= &system.hinges[at].whole;
            let slack = &du - &dx;
            let mut dual = first;
            Zip::from(&mut dual)
                .and(&slack)
                .and(&pair.dual)
                .and(&pair.slack)
                .for_each(|dy, ds, y, s| *dy -= y / s * ds);
            let floor = floor.as_ref().zip(second).map(|(floor, mut dual)| {
                Zip::from(&mut dual)
                    .and(&du)
                    .and(&floor.dual)
                    .and(&floor.slack)
                    .for_each(|dy, ds, y, s| *dy -= y / s * ds);
                PairStep { slack: du.clone(), dual }
            });
            hinges.push((PairStep { slack, dual }, floor, du));
        }
        let moved = ArrayView1::from(&variables[..assets]);
        let bound = |pair: &Pair, wanted: Array1<f64>, sign: f64| {
            let mut step = PairStep { slack: moved.mapv(|w| sign * w), dual: wanted };
            for at in 0..assets {
                if programme.fixed(at) {
                    (step.slack[at], step.dual[at]) = (0.0, 0.0);
                } else {
                    step.dual[at] -= pair.dual[at] / pair.slack[at] * step.slack[at];
                }
            }
            step
        };
        let (lower, upper) = (bound(&self.lower, lower, 1.0), bound(&self.upper, upper, -1.0));
        let row = |(at, (slack, multiplier)): (usize, &(f64, f64))| {
            let change = multipliers[at];
            if *slack > 0.0 { (of_rows[at] - slack / multiplier * change, change) } else { (0.0, change) }
        };
        let rows = self.rows.iter().enumerate().map(row).collect();
        Step { variables: variables.to_vec(), hinges, lower, upper, rows }
    }
}

impl Step {
    fn pairs(&self) -> impl Iterator<Item = &PairStep> {
        let hinges = self.hinges.iter().flat_map(|(pair, floor, _)| std::iter::once(pair).chain(floor));
        hinges.chain([&self.lower, &self.upper])
    }
}

/// What the optimality conditions are off by.
#[derive(Debug)]
struct Residuals {
    variables: Vec<f64>,
    hinges: Vec<Array1<f64>>,
    rows: Vec<f64>,
}

impl Residuals {
    fn of(programme: &Programme, state: &State) -> Self {
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

    /// The largest of what is off and of the gap, each in units of what may be: done at 1. And the gap alone.
    fn error(&self, programme: &Programme, state: &State) -> (f64, f64) {
        let largest = |values: &mut dyn Iterator<Item = &f64>| values.fold(0.0_f64, |a, b| a.max(b.abs()));
        let dual = largest(&mut self.variables.iter().chain(self.hinges.iter().flatten()));
        let rows = largest(&mut self.rows.iter());
        let objective = programme.value(state);
        let gap = state.product() / objective.abs().clamp(1e-3, 1.0) / GAP;
        let fixed = (0..programme.assets()).filter(|at| programme.fixed(*at));
        let off = fixed
            .map(|at| (state.variables[at] - programme.bounds[at].0).abs() - ONE_VALUE)
            .fold(0.0, f64::max);
        let error = (dual / SLOPES).max(rows.max(off) / ROWS).max(gap);
        if error.is_finite() { (error, gap) } else { (f64::INFINITY, gap) }
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

/// The matrix that is left when hinges, bounds and slacks are eliminated.
///
/// ```text
/// [ P + D'·ΔD + bounds    A' + D'ΓH'           ]        Δ = d (h + d₀)/E, Γ = d/E, E = h + d + d₀
/// [ A + HΓD               −H E⁻¹ H' − slacks   ]        d, d₀ multiplier over slack of u − x and of u
/// ```
struct System {
    matrix: DMatrix<f64>,
    hinges: Vec<Scale>,
    scaled: Vec<Array2<f64>>,
}

/// Of each hinge what its elimination leaves.
struct Scale {
    /// E.
    whole: Array1<f64>,
    /// Γ.
    passed: Array1<f64>,
}

impl System {
    fn new(programme: &Programme) -> Self {
        let size = programme.variables() + programme.rows.len();
        let scaled = |kind: &Hinges| match &kind.design {
            Design::Dense(matrix) => Array2::zeros(matrix.dim()),
            Design::Assets => Array2::zeros((0, 0)),
        };
        let scale =
            |kind: &Hinges| Scale { whole: Array1::zeros(kind.len()), passed: Array1::zeros(kind.len()) };
        Self {
            matrix: DMatrix::zeros(size, size),
            hinges: programme.hinges.iter().map(scale).collect(),
            scaled: programme.hinges.iter().map(scaled).collect(),
        }
    }

    /// `None` when the matrix has no inverse.
    fn factorise(&mut self, programme: &Programme, state: &State) -> Option<LU<f64, Dyn, Dyn>> {
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
                    let scaled = &mut self.scaled[index];
                    for ((mut to, from), kept) in scaled.rows_mut().into_iter().zip(matrix.rows()).zip(&kept)
                    {
                        Zip::from(&mut to).and(&from).for_each(|to, from| *to = kept * from);
                    }
                    add_gram(scaled, matrix, &mut square);
                }
                Design::Assets => square.diag_mut().scaled_add(1.0, &kept),
            }
            // Free variables that shift these hinges.
            let mut along = vec![0.0; count];
            kind.add_transposed(&kept, &mut along);
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

    /// With one round of refinement: the matrix holds numbers of very different size near the end.
    fn solve(&self, factors: &LU<f64, Dyn, Dyn>, right: Vec<f64>) -> Vec<f64> {
        let right = DVector::from_vec(right);
        let mut solution = right.clone();
        factors.solve_mut(&mut solution);
        let mut off = &right - &self.matrix * &solution;
        factors.solve_mut(&mut off);
        solution += off;
        solution.as_slice().to_vec()
    }
}

/// Adds `scaled' · matrix`, which is symmetric: the quarter above the diagonal blocks is mirrored, not computed.
fn add_gram(scaled: &Array2<f64>, matrix: &Array2<f64>, sum: &mut Array2<f64>) {
    let assets = matrix.ncols();
    let half = assets / 2;
    for (rows, columns) in
        [((0, half), (0, half)), ((half, assets), (half, assets)), ((half, assets), (0, half))]
    {
        let (rows, columns) = (Slice::from(rows.0..rows.1), Slice::from(columns.0..columns.1));
        let (left, right) = (scaled.slice_axis(Axis(1), rows), matrix.slice_axis(Axis(1), columns));
        let mut part = sum.slice_axis_mut(Axis(0), rows);
        let mut part = part.slice_axis_mut(Axis(1), columns);
        general_mat_mul(1.0, &left.t(), &right, 1.0, &mut part);
    }
    for row in 0..half {
        for column in half..assets {
            sum[(row, column)] = sum[(column, row)];
        }
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
