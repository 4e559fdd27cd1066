use ndarray::ArrayView1;

use crate::{MetricsError, Undefined, error::at_least, spread::Spread};

/// The mean block length, in periods, with which a stationary bootstrap of a series estimates its mean best.
///
/// ```text
/// b = (G² n / ( Ĝ(0)² ))^(1/3)        G = Σ λ(k/M) |k| R(k),  Ĝ(0) = Σ λ(k/M) R(k),  k = −M … M
/// λ(t) = 1 up to ½, then 2(1 − |t|);  M = 2m, at most ⌈√n⌉ + K
/// m    = the first lag from which K = max(5, ⌊log₁₀ n⌋) autocorrelations in a row are below 2√(log₁₀ n / n)
/// ```
///
/// At least 1, which is sampling one period at a time, and at most ⌈min(3√n, n/3)⌉. R is the autocovariance over n. Where the
/// paper and the program of its authors count m differently, the program is followed.
///
/// # Errors
///
/// [`MetricsError::NotFinite`]; [`Undefined::TooFew`] with fewer than 12 numbers, [`Undefined::NoVariation`] when they are equal
/// up to rounding.
///
/// # Examples
///
/// ```
/// use allweather_metrics::optimal_block_length;
/// let alternating: Vec<f64> = (0..60).map(|t| if t % 2 == 0 { 0.01 } else { -0.01 }).collect();
/// let trending: Vec<f64> = (0..60).map(|t| if t % 20 < 10 { 0.01 } else { -0.01 }).collect();
/// assert!(optimal_block_length(&trending)? > optimal_block_length(&alternating)?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Source
///
/// Politis and White, *Automatic Block-Length Selection for the Dependent Bootstrap*, 2004; correction of Patton, Politis and
/// White 2009.
pub fn optimal_block_length<'a>(values: impl Into<ArrayView1<'a, f64>>) -> Result<f64, MetricsError> {
    let values = values.into();
    if let Some((period, &value)) = values.iter().enumerate().find(|(_, value)| !value.is_finite()) {
        return Err(MetricsError::NotFinite { period, value });
    }
    Ok(stationary(&values)?)
}

/// The same of finite numbers.
pub(crate) fn stationary(values: &ArrayView1<'_, f64>) -> Result<f64, Undefined> {
    let count = values.len();
    at_least(12, count)?;
    let spread = Spread::of(values);
    // In units of the deviation: the length does not depend on it.
    let deviation = spread.varying_deviation()?;
    let centred: Vec<f64> = values.iter().map(|x| (x - spread.mean) / deviation).collect();
    let n = count as f64;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small and above 0")]
    let (in_a_row, root) = ((n.log10() as usize).max(5), n.sqrt().ceil() as usize);
    let longest = root + in_a_row;
    let sum_of_products = |lag: usize| -> f64 {
        centred.iter().zip(centred.iter().skip(lag)).map(|(before, x)| before * x).sum()
    };
    let covariances: Vec<f64> = (0..=longest).map(sum_of_products).collect();

    let critical = 2.0 * (n.log10() / n).sqrt();
    let insignificant = |lag: usize| {
        let energy = |part: &[f64]| part.iter().map(|x| x * x).sum::<f64>();
        let later = energy(centred.get(lag + 1..).unwrap_or_default());
        let earlier = energy(centred.get(..count - lag - 1).unwrap_or_default());
        covariances.get(lag).is_some_and(|product| product.abs() < critical * (later * earlier).sqrt())
    };
    let first_of_a_row = (1..=longest - in_a_row).find(|&lag| (lag..lag + in_a_row).all(&insignificant));
    let bandwidth = first_of_a_row.map_or(longest, |lag| (2 * lag).min(longest));

    let (mut slope, mut level) = (0.0, covariances.first().copied().unwrap_or_default());
    for (k, covariance) in covariances.iter().enumerate().take(bandwidth + 1).skip(1) {
        let at = k as f64 / bandwidth as f64;
        let weight = if at <= 0.5 { 1.0 } else { 2.0 * (1.0 - at) };
        slope += 2.0 * weight * k as f64 * covariance;
        level += 2.0 * weight * covariance;
    }
    let at_most = (3.0 * n.sqrt()).min(n / 3.0).ceil();
    let length = ((slope / level).powi(2) * n).cbrt();
    // A level of 0 asks for blocks without end.
    Ok(if length.is_nan() { at_most } else { length.clamp(1.0, at_most) })
}
