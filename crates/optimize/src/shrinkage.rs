use allweather_metrics::risk::Covariance;
use ndarray::ArrayView1;

use crate::{
    Divisor, OptimizeError, Scenarios,
    estimator::{around, freedom},
};

/// A covariance that was drawn towards something simpler.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Shrunk {
    /// The covariance of one period.
    pub covariance: Covariance,
    /// How far it was drawn, from 0 (not at all) to 1.
    pub intensity: f64,
}

/// The sample covariance drawn towards equal variances without correlation, as far as makes the expected squared error least.
///
/// ```text
/// S = Σ p_t y_t y_t' / D,  y = r − μ;   m = tr S / N,   d² = ‖S − mI‖²,   b² = min( Σ p_t² ‖y_t y_t' − S‖² / D², d² )
/// δ = b²/d²,   Σ = δ m I + (1 − δ) S                        ‖·‖ Frobenius, D = 1, or 1 − Σp² for T − 1
/// ```
///
/// The paper divides by T; programs that divide by T − 1 get another intensity. Of few scenarios the difference shows, so it is
/// always said which. Probabilities that are not equal are our extension.
///
/// # Errors
///
/// [`OptimizeError::TooFew`] without two likely scenarios.
///
/// # Examples
///
/// ```
/// use allweather_optimize::{Divisor, Scenarios, ledoit_wolf};
/// let scenarios = Scenarios::new(&[[0.03, 0.01], [-0.02, 0.0], [0.01, 0.02], [0.0, -0.02], [-0.01, 0.01]])?;
/// let shrunk = ledoit_wolf(&scenarios, Divisor::Periods)?;
/// assert!(shrunk.intensity > 0.0 && shrunk.intensity <= 1.0);
/// # Ok::<(), allweather_optimize::OptimizeError>(())
/// ```
///
/// # Source
///
/// Ledoit and Wolf, *A Well-Conditioned Estimator for Large-Dimensional Covariance Matrices*, 2004.
pub fn ledoit_wolf(scenarios: &Scenarios, divisor: Divisor) -> Result<Shrunk, OptimizeError> {
    let divisor = match divisor {
        Divisor::Periods => freedom(scenarios).map(|_| 1.0)?,
        Divisor::PeriodsLessOne => freedom(scenarios)?,
    };
    let (means, probabilities) = (scenarios.means(), scenarios.probabilities().to_vec());
    let mut matrix = around(&scenarios.returns(), &probabilities, &means) / divisor;
    let assets = scenarios.assets() as f64;
    let mean = matrix.diag().sum() / assets;
    let squares: f64 = matrix.iter().map(|value| value * value).sum();
    let dispersion = squares - assets * mean * mean;
    let mut error = 0.0;
    for (row, probability) in scenarios.returns().rows().into_iter().zip(&probabilities) {
        let y: Vec<f64> = row.iter().zip(&means).map(|(value, mean)| value - mean).collect();
        let length: f64 = y.iter().map(|y| y * y).sum();
        let y = ArrayView1::from(&y);
        // ‖yy' − S‖² without the matrix yy'.
        error += probability * probability * (length * length - 2.0 * y.dot(&matrix.dot(&y)) + squares);
    }
    let error = (error / divisor / divisor).max(0.0);
    // Without any dispersion it is what it would be drawn to.
    let intensity = if dispersion > 1e-14 * squares { (error / dispersion).min(1.0) } else { 1.0 };
    matrix *= 1.0 - intensity;
    for variance in matrix.diag_mut() {
        *variance += intensity * mean;
    }
    Ok(Shrunk { covariance: Covariance::new(&matrix)?, intensity })
}
