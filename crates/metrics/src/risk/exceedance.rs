use std::f64::consts::{FRAC_PI_2, PI, TAU};

use ndarray::ArrayView1;
use statrs::distribution::{ContinuousCDF, Normal};

use crate::{
    MetricsError, Undefined,
    error::{at_least, finite},
    spread::Spread,
};

/// The correlation of two series in the periods in which both are far below their means: do they fall together?
///
/// ```text
/// corr(x, y | x ≤ x̄ − k·s_x, y ≤ ȳ − k·s_y)        k deviations, s with n − 1
/// ```
///
/// Of two normal series it is lower than their correlation, and falls as k rises: choosing the bad months by itself changes it.
/// Only what is above [`normal_exceedance_correlation`] says that correlations rise in the tail.
///
/// # Errors
///
/// [`MetricsError::Exceedance`] unless `deviations` is in 0..=3, [`MetricsError::Lengths`], [`MetricsError::NotFinite`];
/// [`Undefined::TooFew`] with fewer than three such periods, [`Undefined::NoVariation`] when one series does not vary, as a whole or in
/// them.
///
/// # Examples
///
/// ```
/// use allweather_metrics::risk::exceedance_correlation;
/// let equity = [0.02, -0.05, 0.01, -0.02, 0.03, -0.04, 0.02, 0.01, -0.01, 0.03];
/// let credit = [0.01, -0.04, 0.02, -0.01, 0.01, -0.03, 0.0, 0.02, -0.02, 0.01];
/// assert!(exceedance_correlation(&equity, &credit, 0.0)? > 0.8);
/// # Ok::<(), allweather_metrics::MetricsError>(())
/// ```
///
/// # Source
///
/// Longin and Solnik, *Extreme Correlation of International Equity Markets*, 2001; Ang and Chen, *Asymmetric Correlations of Equity
/// Portfolios*, 2002.
pub fn exceedance_correlation<'a>(
    one: impl Into<ArrayView1<'a, f64>>,
    other: impl Into<ArrayView1<'a, f64>>,
    deviations: f64,
) -> Result<f64, MetricsError> {
    let (one, other) = (one.into(), other.into());
    check(0.0, deviations)?;
    let (expected, found) = (one.len(), other.len());
    if expected != found {
        return Err(MetricsError::Lengths { expected, found });
    }
    for values in [&one, &other] {
        if let Some((period, &value)) = values.iter().enumerate().find(|(_, value)| !value.is_finite()) {
            return Err(MetricsError::NotFinite { period, value });
        }
    }
    at_least(2, expected)?;
    let limit = |values: &ArrayView1<'_, f64>| -> Result<f64, Undefined> {
        let spread = Spread::of(values);
        finite(spread.mean - deviations * spread.varying_deviation()?)
    };
    let limits = (limit(&one)?, limit(&other)?);
    let both = one.iter().zip(&other).filter(|(x, y)| **x <= limits.0 && **y <= limits.1);
    let (x, y): (Vec<f64>, Vec<f64>) = both.map(|(x, y)| (*x, *y)).unzip();
    at_least(3, x.len())?;
    let (of_x, of_y) = (Spread::of(&ArrayView1::from(&x)), Spread::of(&ArrayView1::from(&y)));
    let sum: f64 = x.iter().zip(&y).map(|(x, y)| (x - of_x.mean) * (y - of_y.mean)).sum();
    let deviation = (of_x.varying_deviation()?, of_y.varying_deviation()?);
    Ok(finite(sum / (x.len() - 1) as f64 / deviation.0 / deviation.1)?.clamp(-1.0, 1.0))
}

/// What [`exceedance_correlation`] is when the two are normal with a correlation ρ: the value that it must be compared with.
///
/// ```text
/// L = P(x > k, y > k),  q = φ(k)·Φ(−k√((1−ρ)/(1+ρ))),  d = √((1−ρ²)/2π)·φ(k√(2/(1+ρ)))
/// L·m1 = (1+ρ)q,  L·m2 = L + k(1+ρ²)q + ρd,  L·m11 = ρL + 2ρkq + d
/// (m11 − m1²)/(m2 − m1²)
/// ```
///
/// # Errors
///
/// [`MetricsError::Exceedance`] unless ρ is in −0.9..=1 and `deviations` in 0..=3.
///
/// # Examples
///
/// ```
/// use allweather_metrics::risk::normal_exceedance_correlation;
/// assert!((normal_exceedance_correlation(0.5, 0.0)? - 0.268_747).abs() < 1e-6);
/// assert!((normal_exceedance_correlation(0.5, 1.0)? - 0.178_924).abs() < 1e-6);
/// # Ok::<(), allweather_metrics::MetricsError>(())
/// ```
///
/// # Source
///
/// Ang and Chen 2002; moments of the truncated distribution by Rosenbaum, *Moments of a Truncated Bivariate Normal Distribution*, 1961.
pub fn normal_exceedance_correlation(correlation: f64, deviations: f64) -> Result<f64, MetricsError> {
    check(correlation, deviations)?;
    let (rho, k) = (correlation, deviations);
    let density = |x: f64| (-x * x / 2.0).exp() / TAU.sqrt();
    let probability = both_beyond(rho, k);
    let ratio = ((1.0 - rho) / (1.0 + rho)).sqrt();
    let q = density(k) * beyond(k * ratio);
    let d = ((1.0 - rho * rho) / TAU).sqrt() * density(k * (2.0 / (1.0 + rho)).sqrt());
    let first = (1.0 + rho) * q / probability;
    let second = 1.0 + (k * (1.0 + rho * rho) * q + rho * d) / probability;
    let cross = rho + (2.0 * rho * k * q + d) / probability;
    Ok(finite((cross - first * first) / (second - first * first))?.clamp(-1.0, 1.0))
}

fn check(correlation: f64, deviations: f64) -> Result<(), MetricsError> {
    if (-0.9..=1.0).contains(&correlation) && (0.0..=3.0).contains(&deviations) {
        Ok(())
    } else {
        Err(MetricsError::Exceedance { correlation, deviations })
    }
}

/// `P(x > k)` of a normal.
fn beyond(k: f64) -> f64 {
    // The error function has eleven digits; far out more are needed, for nearly all of them cancel.
    if k < NEAR { Normal::standard().sf(k) } else { sweep(FRAC_PI_2, |angle| k / angle.sin()) }
}

/// `P(x > k, y > k)` of two normals, by the integral of Owen, or far out by that of Craig over what it leaves: there nothing cancels.
fn both_beyond(rho: f64, k: f64) -> f64 {
    let angle = ((1.0 - rho) / (1.0 + rho)).sqrt().atan();
    if k < NEAR {
        beyond(k) - sweep(angle, |angle| k / angle.cos())
    } else {
        sweep(FRAC_PI_2 - angle, |angle| k / angle.sin())
    }
}

/// Below this a threshold is near: what is beyond both is not small, and Craig's integrand rises too fast for even steps.
const NEAR: f64 = 0.5;

/// `1/π ∫ exp(−distance²/2)` over the angles from 0: two of Simpson's rule and one step of Richardson's.
fn sweep(to: f64, distance: impl Fn(f64) -> f64) -> f64 {
    let simpson = |intervals: usize| {
        let step = to / intervals as f64;
        // At an angle of 0 the distance may be infinite, and then this is 0.
        let value = |at: usize| (-distance(step * at as f64).powi(2) / 2.0).exp();
        let inner: f64 = (1..intervals).map(|at| if at % 2 == 1 { 4.0 } else { 2.0 } * value(at)).sum();
        (value(0) + inner + value(intervals)) * step / 3.0
    };
    (16.0 * simpson(4096) - simpson(2048)) / 15.0 / PI
}
