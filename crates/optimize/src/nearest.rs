use allweather_metrics::risk::Covariance;
use nalgebra::{DMatrix, SymmetricEigen};
use ndarray::{Array2, ArrayView2};

use crate::OptimizeError;

/// Projections until nothing moves by more than this.
const SETTLED: f64 = 1e-12;

/// Dozens are needed.
const ROUNDS: usize = 10_000;

/// The covariance matrix with the nearest correlations, where a matrix of one's own is none: correlations that were raised by hand, or
/// taken from different sources, may contradict each other.
///
/// Variances stay. Of the correlations the nearest matrix is taken that is positive semidefinite with ones on its diagonal, by the sum
/// of squared differences; a matrix that is a covariance already stays as it is.
///
/// # Errors
///
/// [`OptimizeError::Metrics`] when it is not square, finite and symmetric, or a variance is negative.
///
/// # Examples
///
/// ```
/// use allweather_optimize::nearest_covariance;
/// // Both move with the one in the middle, but not with each other: impossible.
/// let repaired = nearest_covariance(&[[1.0, 1.0, 0.0], [1.0, 1.0, 1.0], [0.0, 1.0, 1.0]])?;
/// assert!((repaired.matrix()[(0, 1)] - 0.760_689).abs() < 1e-6);
/// assert!((repaired.matrix()[(0, 2)] - 0.157_298).abs() < 1e-6);
/// # Ok::<(), allweather_optimize::OptimizeError>(())
/// ```
///
/// # Source
///
/// Higham, *Computing the Nearest Correlation Matrix — a Problem from Finance*, 2002, algorithm 3.3.
pub fn nearest_covariance<'a>(matrix: impl Into<ArrayView2<'a, f64>>) -> Result<Covariance, OptimizeError> {
    let given = Covariance::new(matrix)?;
    let size = given.assets();
    let deviations: Vec<f64> = given.matrix().diag().iter().map(|variance| variance.sqrt()).collect();
    let correlation = |row: usize, column: usize| {
        let scale = deviations[row] * deviations[column];
        if row == column {
            1.0
        } else if scale > 0.0 {
            given.matrix()[(row, column)] / deviations[row] / deviations[column]
        } else {
            0.0
        }
    };
    let start = DMatrix::from_fn(size, size, correlation);
    if SymmetricEigen::new(start.clone()).eigenvalues.min() >= -SETTLED
        && start.iter().all(|c| c.abs() <= 1.0)
    {
        return Ok(given);
    }
    let (mut with_ones, mut correction) = (start, DMatrix::zeros(size, size));
    for _ in 0..ROUNDS {
        let shifted = &with_ones - &correction;
        let semidefinite = positive(&shifted);
        correction = &semidefinite - shifted;
        let before = with_ones;
        with_ones = semidefinite;
        with_ones.fill_diagonal(1.0);
        if (&with_ones - before).amax() <= SETTLED {
            break;
        }
    }
    // Last onto the semidefinite side; what that does to the ones is rounding, and is scaled away.
    let settled = positive(&with_ones);
    let entry = |(row, column): (usize, usize)| {
        let at = (row.min(column), row.max(column));
        let scale = (settled[(row, row)] * settled[(column, column)]).sqrt();
        if row == column {
            given.matrix()[(row, row)]
        } else {
            deviations[at.0] * deviations[at.1] * (settled[at] / scale).clamp(-1.0, 1.0)
        }
    };
    Ok(Covariance::new(&Array2::from_shape_fn((size, size), entry))?)
}

/// The nearest positive semidefinite matrix: negative eigenvalues become nought.
fn positive(matrix: &DMatrix<f64>) -> DMatrix<f64> {
    let eigen = SymmetricEigen::new(matrix.clone());
    let scaled = DMatrix::from_fn(matrix.nrows(), matrix.ncols(), |row, column| {
        eigen.eigenvectors[(row, column)] * eigen.eigenvalues[column].max(0.0)
    });
    let product = scaled * eigen.eigenvectors.transpose();
    (&product + product.transpose()) * 0.5
}
