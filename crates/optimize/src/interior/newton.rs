use nalgebra::{Dyn, LU};
use ndarray::{Array1, Zip};

use super::{Pair, PairStep, State, Step, residuals::Residuals, system::System};
use crate::programme::Programme;

impl State {
    /// Newton's step towards products of `target`, with the second order of the predictor.
    pub(super) fn step(
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
        for (at, (first, second, mut du)) in of_hinges.into_iter().enumerate() {
            let (kind, (pair, floor, _)) = (&programme.hinges[at], &self.hinges[at]);
            let dx = kind.apply(variables, assets);
            let along = Zip::from(&dx).and(&pair.dual).and(&pair.slack);
            du += &along.map_collect(|dx, y, s| y / s * dx);
            for (row, times) in &kind.links {
                du.scaled_add(-multipliers[*row], times);
            }
            du /= &system.hinges[at].whole;
            let floor =
                floor.as_ref().zip(second).map(|(floor, wanted)| PairStep::of(floor, wanted, du.clone()));
            hinges.push((PairStep::of(pair, first, &du - &dx), floor, du));
        }
        let moved = |sign: f64| {
            Array1::from_shape_fn(assets, |at| if programme.fixed(at) { 0.0 } else { sign * variables[at] })
        };
        // A fixed weight has no multiplier here, and wants none.
        let free = |wanted: Array1<f64>| {
            Array1::from_shape_fn(assets, |at| if programme.fixed(at) { 0.0 } else { wanted[at] })
        };
        let lower = PairStep::of(&self.lower, free(lower), moved(1.0));
        let upper = PairStep::of(&self.upper, free(upper), moved(-1.0));
        let row = |(at, (slack, multiplier)): (usize, &(f64, f64))| {
            let change = multipliers[at];
            if *slack > 0.0 { (of_rows[at] - slack / multiplier * change, change) } else { (0.0, change) }
        };
        let rows = self.rows.iter().enumerate().map(row).collect();
        Step { variables: variables.to_vec(), hinges, lower, upper, rows }
    }
}

impl PairStep {
    /// The step of a pair whose slack moves so: the multiplier follows such that the product becomes what is wanted.
    fn of(pair: &Pair, wanted: Array1<f64>, slack: Array1<f64>) -> Self {
        let mut dual = wanted;
        let pairs = Zip::from(&mut dual).and(&slack).and(&pair.dual).and(&pair.slack);
        pairs.for_each(|dy, ds, y, s| *dy -= y / s * ds);
        Self { slack, dual }
    }
}

/// What is to be made of the products slack · multiplier: the target less the product, less what the predictor would add.
fn wanted(pair: &Pair, predictor: Option<&PairStep>, target: f64) -> Array1<f64> {
    let mut wanted = Zip::from(&pair.slack).and(&pair.dual).map_collect(|s, y| target - s * y);
    if let Some(step) = predictor {
        Zip::from(&mut wanted).and(&step.slack).and(&step.dual).for_each(|w, s, y| *w -= s * y);
    }
    wanted
}
