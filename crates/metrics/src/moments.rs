use ndarray::ArrayView1;

use crate::{Returns, Undefined, error::finite, spread::Spread};

/// Skewness and raw kurtosis, moments over n.
pub(crate) fn shape(values: &ArrayView1<'_, f64>) -> Result<(f64, f64), Undefined> {
    let spread = Spread::of(values);
    spread.varying_deviation()?;
    let n = spread.n as f64;
    let deviation = (spread.squares / n).sqrt();
    let mean_power = |power: i32| {
        finite(values.iter().map(|x| ((x - spread.mean) / deviation).powi(power)).sum::<f64>() / n)
    };
    Ok((mean_power(3)?, mean_power(4)?))
}

/// The skewness of the returns, moments over n: below 0 when the large moves are losses.
///
/// ```text
/// m3 / m2^(3/2)        m_k = Σ (r_t − r̄)^k / n
/// ```
///
/// It belongs to one period and is not annualised.
///
/// # Errors
///
/// [`Undefined::TooFew`] with fewer than two returns, [`Undefined::NoVariation`] when they are equal up to rounding,
/// [`Undefined::TooLarge`] beyond a double.
///
/// # Examples
///
/// ```
/// use allweather_metrics::{Periodicity, Returns, skewness};
/// let returns = Returns::new(Periodicity::Monthly, &[0.01, 0.01, 0.01, -0.03])?;
/// assert!((skewness(&returns)? + 2.0 / 3.0_f64.sqrt()).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Source
///
/// Bacon, *Practical Portfolio Performance Measurement and Attribution*, 2008.
pub fn skewness(returns: &Returns<'_>) -> Result<f64, Undefined> {
    Ok(shape(&returns.values())?.0)
}

/// The raw kurtosis of the returns, moments over n: 3 for a normal distribution, never below 1.
///
/// ```text
/// m4 / m2²        m_k = Σ (r_t − r̄)^k / n
/// ```
///
/// This is the one that [`SharpeSample`](crate::SharpeSample) wants.
///
/// # Errors
///
/// As [`skewness`].
///
/// # Examples
///
/// ```
/// use allweather_metrics::{Periodicity, Returns, kurtosis_excess, kurtosis_raw};
/// let returns = Returns::new(Periodicity::Monthly, &[0.01, -0.01, 0.01, -0.01])?;
/// assert!((kurtosis_raw(&returns)? - 1.0).abs() < 1e-12);
/// assert!((kurtosis_excess(&returns)? + 2.0).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Source
///
/// Bacon, *Practical Portfolio Performance Measurement and Attribution*, 2008.
pub fn kurtosis_raw(returns: &Returns<'_>) -> Result<f64, Undefined> {
    Ok(shape(&returns.values())?.1)
}

/// The excess kurtosis of the returns: [`kurtosis_raw`] less 3, 0 for a normal distribution.
///
/// # Errors
///
/// As [`skewness`].
///
/// # Examples
///
/// See [`kurtosis_raw`].
///
/// # Source
///
/// Bacon, *Practical Portfolio Performance Measurement and Attribution*, 2008.
pub fn kurtosis_excess(returns: &Returns<'_>) -> Result<f64, Undefined> {
    Ok(kurtosis_raw(returns)? - 3.0)
}
