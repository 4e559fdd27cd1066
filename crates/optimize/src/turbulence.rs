use nalgebra::{Cholesky, DMatrix, DVector};

use crate::{OptimizeError, Scenarios, estimator::sample};

/// How unusual each scenario is, `[scenarios]`: its squared distance from the mean in units of what is usual.
///
/// ```text
/// d_t = (r_t − μ)' Σ⁻¹ (r_t − μ)        Σ the sample covariance
/// ```
///
/// A scenario is unusual when a return is large for its asset, or when assets move together that do not, or apart that do not. Over
/// scenarios that are equally likely the mean of d is the number of assets times (T − 1)/T.
///
/// # Errors
///
/// [`OptimizeError::TooFew`] without two likely scenarios, [`OptimizeError::Singular`] when the covariance has no inverse: with no more
/// scenarios than assets, or with assets that can be combined to no risk.
///
/// # Examples
///
/// ```
/// use allweather_optimize::{Scenarios, turbulence};
/// // The last is no larger than the others, but the two assets go apart.
/// let scenarios = Scenarios::new(&[[0.02, 0.021], [-0.02, -0.019], [0.01, 0.011], [-0.01, -0.012], [0.01, -0.01]])?;
/// let unusual = turbulence(&scenarios)?;
/// assert!(unusual[4] > 1.5 * unusual[0]);
/// assert!((unusual.iter().sum::<f64>() / 5.0 - 2.0 * 0.8).abs() < 1e-9);
/// # Ok::<(), allweather_optimize::OptimizeError>(())
/// ```
///
/// # Source
///
/// Kritzman and Li, *Skulls, Financial Turbulence, and Risk Management*, 2010.
pub fn turbulence(scenarios: &Scenarios) -> Result<Vec<f64>, OptimizeError> {
    let covariance = sample(scenarios)?;
    let (assets, rows) = (scenarios.assets(), scenarios.periods());
    let singular = OptimizeError::Singular { assets, rows };
    // In correlations: whether there is an inverse has nothing to do with how large returns are.
    let deviations: Vec<f64> = covariance.diag().iter().map(|variance| variance.sqrt()).collect();
    if deviations.iter().any(|deviation| *deviation <= 0.0) {
        return Err(singular);
    }
    let scaled = |row: usize, column: usize| covariance[(row, column)] / deviations[row] / deviations[column];
    let factor = Cholesky::new(DMatrix::from_fn(assets, assets, scaled)).ok_or(singular.clone())?;
    // A pivot is what of an asset the ones before it leave unexplained.
    if factor.l_dirty().diagonal().iter().any(|pivot| pivot * pivot < 1e-12) {
        return Err(singular);
    }
    let means = scenarios.means();
    let distance = |row: ndarray::ArrayView1<'_, f64>| {
        let entries = row
            .iter()
            .zip(&means)
            .zip(&deviations)
            .map(|((value, mean), deviation)| (value - mean) / deviation);
        let mut scaled = DVector::from_iterator(assets, entries);
        factor.l_dirty().solve_lower_triangular_mut(&mut scaled);
        scaled.norm_squared()
    };
    Ok(scenarios.returns().rows().into_iter().map(distance).collect())
}
