use allweather_metrics::risk::Covariance;
use nalgebra::{Cholesky, DMatrix};
use ndarray::ArrayView1;

use crate::{
    Answer, Constraints, OptimizeError,
    draft::{Draft, limits},
    elastic, interior,
    verdict::{Tangent, Verdict},
};

/// What is added for a unique answer, in units of the mean variance: the variance of a portfolio is a hundredth of it, so this is 10⁻⁸ of
/// what is minimised.
pub(crate) const RIDGE: f64 = 1e-10;

/// An eigenvalue that is negative by more than this, in units of the mean variance, is no rounding.
const INDEFINITE: f64 = 1e-9;

/// The weights of least variance for a covariance that is given; `expected` are the mean returns for a return floor that names none,
/// fractions of the period of the covariance, one an asset.
///
/// ```text
/// minimise w'Σw
/// ```
///
/// # Errors
///
/// [`OptimizeError::Length`] and [`OptimizeError::NoSuchAsset`] when constraints or returns are for other assets,
/// [`OptimizeError::NothingExpected`] for a return floor without expected returns, [`OptimizeError::Indefinite`] for a matrix that is not
/// positive semidefinite: [`nearest_covariance`](crate::nearest_covariance) repairs it.
///
/// # Examples
///
/// ```
/// use allweather_metrics::risk::Covariance;
/// use allweather_optimize::{Constraints, minimum_variance};
/// // 20 % and 10 % without correlation: weights go with 1/σ².
/// let covariance = Covariance::new(&[[0.04, 0.0], [0.0, 0.01]])?;
/// let answer = minimum_variance(&covariance, None, &Constraints::new())?;
/// let solution = answer.solution().ok_or("there are weights")?;
/// assert!((solution.weights[0] - 0.2).abs() < 1e-6);
/// assert!((solution.objective - 0.008).abs() < 1e-9);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Source
///
/// Markowitz, *Portfolio Selection*, 1952.
pub fn minimum_variance(
    covariance: &Covariance,
    expected: Option<&[f64]>,
    constraints: &Constraints,
) -> Result<Answer, OptimizeError> {
    constraints.check(covariance.assets())?;
    if let Some(expected) = expected {
        if expected.len() != covariance.assets() {
            let (found, expected) = (expected.len(), covariance.assets());
            return Err(OptimizeError::Length { what: "expected returns", found, expected });
        }
        if let Some(&value) = expected.iter().find(|value| !(-1e6..=1e6).contains(*value)) {
            return Err(OptimizeError::Setting { what: "expected return", value, rule: "within ±10⁶" });
        }
    }
    if expected.is_none() && constraints.return_floor.as_ref().is_some_and(|floor| floor.expected.is_none()) {
        return Err(OptimizeError::NothingExpected);
    }
    minimise(covariance, expected, constraints)
}

/// The same of constraints that fit.
pub(crate) fn minimise(
    covariance: &Covariance,
    means: Option<&[f64]>,
    constraints: &Constraints,
) -> Result<Answer, OptimizeError> {
    let assets = covariance.assets();
    let matrix = covariance.matrix();
    let mean = matrix.diag().sum() / assets as f64;
    let scale = if mean > 1e-300 { mean } else { 1.0 };
    let lifted = |row, column| matrix[(row, column)] / scale + if row == column { INDEFINITE } else { 0.0 };
    if Cholesky::new(DMatrix::from_fn(assets, assets, lifted)).is_none() {
        return Err(OptimizeError::Indefinite { assets });
    }
    if let Some(conflict) = elastic::conflict(constraints, means, assets) {
        return Ok(Answer::Infeasible(conflict));
    }
    let bounds = constraints.limits(assets);
    let limits = limits(constraints, means, assets, true);
    let before = constraints.trading.as_ref().map_or(&[][..], |trading| &trading.previous);
    let mut draft = Draft::new(bounds.clone(), 0, before, 2.0 * RIDGE);
    draft.programme.quadratic = Some(matrix.mapv(|value| value / scale));
    for limit in &limits {
        draft.row(limit, &[]);
    }
    let point = interior::solve(&draft.programme);
    let verdict = Verdict {
        constraints,
        bounds: &bounds,
        limits: &limits,
        draft: &draft,
        point: &point,
        unit: 2.0 * scale,
        scale,
        never_below: f64::NEG_INFINITY,
    };
    let weights = verdict.weights();
    let gradient: Vec<f64> =
        matrix.dot(&ArrayView1::from(&weights)).iter().map(|slope| 2.0 * slope).collect();
    let variance: f64 = gradient.iter().zip(&weights).map(|(slope, w)| slope * w / 2.0).sum();
    let tangent = Tangent { constant: -variance, gradient, traded: Vec::new() };
    Ok(Answer::Solved(verdict.solution(weights, variance, &tangent, Vec::new(), Vec::new())))
}
