use crate::{Returns, Undefined, error::finite, spread::Spread};

/// The annualised volatility, a fraction: the sample standard deviation times the root of the periods a year.
///
/// ```text
/// √( Σ (r_t − r̄)² / (n − 1) ) · √p        n periods, p periods a year
/// ```
///
/// Returns that are all equal have exactly 0. The root of time holds for returns without autocorrelation.
///
/// # Errors
///
/// [`Undefined::TooFew`] with fewer than two returns, [`Undefined::TooLarge`] when it is beyond a double.
///
/// # Examples
///
/// ```
/// use allweather_metrics::{Periodicity, Returns, Undefined, volatility};
/// let returns = Returns::new(Periodicity::Quarterly, &[0.01, 0.03])?;
/// // Two returns 2 % apart: 0.02/√2 a quarter, twice that a year.
/// assert!((volatility(&returns)? - 0.028_284_271_247_461_9).abs() < 1e-15);
/// let one = Returns::new(Periodicity::Quarterly, &[0.01])?;
/// assert!(matches!(volatility(&one), Err(Undefined::TooFew { needed: 2, found: 1, .. })));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Source
///
/// Bacon, *Practical Portfolio Performance Measurement and Attribution*, 2008, with n − 1.
pub fn volatility(returns: &Returns<'_>) -> Result<f64, Undefined> {
    let deviation = Spread::of(&returns.values()).deviation()?;
    finite(deviation * returns.periodicity().periods_a_year().sqrt())
}
