use crate::{Returns, Undefined, error::finite, spread::Spread};

/// The geometric annual return, a fraction: the constant rate a year that ends at the same wealth.
///
/// ```text
/// W^(p/n) − 1        W = Π (1 + r_t), n periods, p periods a year
/// ```
///
/// A series that loses everything has −1. The year is counted in periods, not in days: 12 months are a year.
///
/// # Errors
///
/// [`Undefined::TooFew`] without returns, [`Undefined::TooLarge`] when the rate is beyond a double.
///
/// # Examples
///
/// ```
/// use allweather_metrics::{Periodicity, Returns, annual_return_geometric};
/// let returns = Returns::new(Periodicity::Monthly, &[0.01; 24])?;
/// let annual = annual_return_geometric(&returns)?;
/// assert!((annual - 0.126_825_030_131_969_7).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Source
///
/// Bacon, *Practical Portfolio Performance Measurement and Attribution*, 2008.
pub fn annual_return_geometric(returns: &Returns<'_>) -> Result<f64, Undefined> {
    returns.at_least(1)?;
    // By logarithms, so that a long path cannot overflow on its way to a moderate rate.
    let log_wealth: f64 = returns.values().iter().map(|r| r.ln_1p()).sum();
    annual_of_log(log_wealth, returns.len(), returns.periodicity().periods_a_year())
}

/// The annual rate of a logarithm of wealth.
pub(crate) fn annual_of_log(log_wealth: f64, n: usize, periods_a_year: f64) -> Result<f64, Undefined> {
    finite((log_wealth * (periods_a_year / n as f64)).exp_m1())
}

/// The arithmetic annual return, a fraction: the mean return times the periods a year.
///
/// ```text
/// p · r̄        p periods a year
/// ```
///
/// It is at least [`annual_return_geometric`] in a series of annual returns, and nobody earns it by holding: +50 % and −50 %
/// have a mean of 0 and leave 75 %.
///
/// # Errors
///
/// [`Undefined::TooFew`] without returns, [`Undefined::TooLarge`] when it is beyond a double.
///
/// # Examples
///
/// ```
/// use allweather_metrics::{Periodicity, Returns, annual_return_arithmetic};
/// let returns = Returns::new(Periodicity::Monthly, &[0.5, -0.48])?;
/// assert!((annual_return_arithmetic(&returns)? - 0.12).abs() < 1e-15);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Source
///
/// Bacon, *Practical Portfolio Performance Measurement and Attribution*, 2008.
pub fn annual_return_arithmetic(returns: &Returns<'_>) -> Result<f64, Undefined> {
    returns.at_least(1)?;
    finite(Spread::of(&returns.values()).mean * returns.periodicity().periods_a_year())
}
