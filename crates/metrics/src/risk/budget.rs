use super::Covariance;
use crate::{MetricsError, Undefined, error::finite};

/// The weights have settled when none moved by more than this share of itself in a whole sweep.
const SETTLED: f64 = 1e-12;

/// Twenty or so are needed; hundreds when assets are nearly the same.
const SWEEPS: usize = 10_000;

/// Budgets add up to 1 within this.
const WHOLE: f64 = 1e-9;

/// Columns are padded to so many: whole vectors, no remainder.
const LANES: usize = 8;

impl Covariance {
    /// The long-only weights with which each asset carries its budget of the portfolio's risk; equal budgets give the portfolio of equal
    /// risk contributions.
    ///
    /// ```text
    /// RC_i = b_i,  Σw = 1,  w ≥ 0
    /// minimise ½ x'Σx − Σ b_i ln x_i,  w = x / Σx
    /// x_i ← ( −a + √(a² + 4 σ_ii b_i) ) / (2 σ_ii),  a = Σ_{j≠i} σ_ij x_j      one asset after the other
    /// ```
    ///
    /// | argument  | shape      | unit                                              |
    /// | --------- | ---------- | ------------------------------------------------- |
    /// | `budgets` | `[assets]` | share of risk, 0 or more; they add up to 1        |
    /// | answer    | `[assets]` | fraction of the portfolio; they add up to 1       |
    ///
    /// An asset with a budget of 0 is left out: it has a weight of 0, and need not vary. The answer is unique. It is taken when no
    /// weight has moved by more than 10⁻¹² of itself in a sweep over all assets, and it is the same on every machine.
    ///
    /// # Errors
    ///
    /// [`MetricsError::Budgets`] when there is not one for each asset or they do not add up to 1, [`MetricsError::Budget`] for one
    /// that is negative or not finite; [`Undefined::NoVariationOf`] for an asset with a budget whose variance is 0,
    /// [`Undefined::NotSettled`] when assets can be combined to no risk at all.
    ///
    /// # Examples
    ///
    /// ```
    /// use allweather_metrics::risk::Covariance;
    /// // 10 % and 20 %, correlation ½. Of two assets, equal risk is 1/σ whatever the correlation.
    /// let covariance = Covariance::new(&[[0.01, 0.01], [0.01, 0.04]])?;
    /// let weights = covariance.risk_budget_weights(&[0.5, 0.5])?;
    /// assert!((weights[0] - 2.0 / 3.0).abs() < 1e-12);
    /// # Ok::<(), allweather_metrics::MetricsError>(())
    /// ```
    ///
    /// # Source
    ///
    /// Spinu, *An Algorithm for Computing Risk Parity Weights*, 2013, for the objective; Griveau-Billion, Richard and Roncalli, *A Fast
    /// Algorithm for Computing High-dimensional Risk Parity Portfolios*, 2013, for cyclical coordinate descent; in correlations and
    /// rescaled as in Choi and Chen, *Improved Iterative Methods for Solving Risk Parity Portfolio*, 2022.
    pub fn risk_budget_weights(&self, budgets: &[f64]) -> Result<Vec<f64>, MetricsError> {
        let assets = self.assets();
        let sum = budgets.iter().sum();
        if budgets.len() != assets {
            return Err(MetricsError::Budgets { assets, found: budgets.len(), sum });
        }
        for (asset, &value) in budgets.iter().enumerate() {
            if !(value.is_finite() && value >= 0.0) {
                return Err(MetricsError::Budget { asset, value });
            }
        }
        if (sum - 1.0).abs() > WHOLE {
            return Err(MetricsError::Budgets { assets, found: assets, sum });
        }
        let mut problem = Problem::new(self, budgets)?;
        problem.solve()?;
        let mut weights = vec![0.0; assets];
        let total: f64 = problem.parts().map(|(_, part)| part).sum();
        for (asset, part) in problem.parts() {
            weights[asset] = finite(part / total)?;
        }
        Ok(weights)
    }
}

/// Of a portfolio with less than this share of the variance that it would have without hedging, correlations say nothing certain.
const CANCELLED: f64 = 1e-10;

/// The problem in units of each asset's deviation, `y_i = x_i σ_i`: correlations stand for covariances, and the division by the variance
/// falls away.
struct Problem {
    /// The assets that have a budget, with it and their deviation.
    active: Vec<(usize, f64, f64)>,
    /// One padded row an active asset.
    correlations: Vec<f64>,
    stride: usize,
    y: Vec<f64>,
    /// Correlations times y, kept up to date.
    gradient: Vec<f64>,
}

impl Problem {
    fn new(covariance: &Covariance, budgets: &[f64]) -> Result<Self, MetricsError> {
        let mut active = Vec::with_capacity(budgets.len());
        for (asset, &budget) in budgets.iter().enumerate().filter(|(_, budget)| **budget > 0.0) {
            active.push((asset, budget, covariance.deviation(asset)?));
        }
        let n = active.len();
        let stride = n.next_multiple_of(LANES);
        let mut correlations = vec![0.0; n * stride];
        let inverse: Vec<f64> = active.iter().map(|(_, _, deviation)| 1.0 / deviation).collect();
        for (i, row) in correlations.chunks_exact_mut(stride).enumerate() {
            let of_asset = covariance.matrix.row(active[i].0);
            for ((place, (other, _, _)), of_other) in row.iter_mut().zip(&active).zip(&inverse) {
                *place = of_asset[*other] * inverse[i] * of_other;
            }
            // What is left of rounding would count in every step.
            row[i] = 1.0;
        }
        Ok(Self { active, correlations, stride, y: vec![0.0; n], gradient: vec![0.0; stride] })
    }

    /// What each active asset has of the whole, times any constant.
    fn parts(&self) -> impl Iterator<Item = (usize, f64)> {
        self.active.iter().zip(&self.y).map(|(&(asset, _, deviation), y)| (asset, y / deviation))
    }

    fn solve(&mut self) -> Result<(), Undefined> {
        // The answer without correlation.
        for (y, (_, budget, _)) in self.y.iter_mut().zip(&self.active) {
            *y = budget.sqrt();
        }
        for (row, y) in self.correlations.chunks_exact(self.stride).zip(&self.y) {
            add_scaled(&mut self.gradient, row, *y);
        }
        for sweeps in 0..SWEEPS {
            let variance = self.rescale();
            let unhedged: f64 = self.y.iter().sum();
            if variance <= CANCELLED * unhedged * unhedged {
                // What is left is the rounding of no risk at all, and so would be the answer.
                return Err(Undefined::NotSettled { sweeps });
            }
            if self.sweep() {
                return Ok(());
            }
        }
        Err(Undefined::NotSettled { sweeps: SWEEPS })
    }

    /// To `y'Cy = Σb = 1`, which holds in the end: the best that can be done along the ray, and it saves every sixth sweep. Returns what
    /// `y'Cy` then is.
    fn rescale(&mut self) -> f64 {
        let variance: f64 = self.gradient.iter().zip(&self.y).map(|(g, y)| g * y).sum();
        // Where nearly all is hedged away it is all rounding.
        if variance <= 1e-4 {
            return variance;
        }
        let scale = 1.0 / variance.sqrt();
        self.y.iter_mut().chain(&mut self.gradient).for_each(|value| *value *= scale);
        1.0
    }

    /// One pass over all assets; whether nothing has moved.
    fn sweep(&mut self) -> bool {
        let mut settled = true;
        let rows = self.correlations.chunks_exact(self.stride);
        for (i, (row, (_, budget, _))) in rows.zip(&self.active).enumerate() {
            let before = self.y[i];
            let after = root(self.gradient[i] - before, *budget);
            let step = after - before;
            settled &= step.abs() <= SETTLED * after;
            self.y[i] = after;
            add_scaled(&mut self.gradient, row, step);
        }
        settled
    }
}

/// The positive root of `y² + a y = b`, without the cancellation of a large `a`.
#[inline]
fn root(a: f64, b: f64) -> f64 {
    let root = (a * a + 4.0 * b).sqrt();
    // Below this the shorter form loses no more than three digits of sixteen, and saves the division.
    if a * a > 1e3 * b && a > 0.0 { 2.0 * b / (root + a) } else { (root - a) / 2.0 }
}

#[inline]
fn add_scaled(sum: &mut [f64], row: &[f64], factor: f64) {
    let ((sum, _), (row, _)) = (sum.as_chunks_mut::<LANES>(), row.as_chunks::<LANES>());
    for (sum, row) in sum.iter_mut().zip(row) {
        for lane in 0..LANES {
            sum[lane] += row[lane] * factor;
        }
    }
}
