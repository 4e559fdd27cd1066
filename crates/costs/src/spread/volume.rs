use crate::CostsError;
use crate::error::positive;
use crate::slippage::volatility;

/// The spread from volatility over volume, the full one as a fraction: for assets whose bars show no spread.
///
/// ```text
/// s = 8 · σ^(2/3) / V^(1/3)
/// ```
///
/// | argument           | unit                                                            |
/// | ------------------ | --------------------------------------------------------------- |
/// | `daily_volatility` | σ: standard deviation of daily returns, a fraction              |
/// | `daily_value`      | V: mean value traded a day, in US dollars **of the year 2000**  |
///
/// The constant 8 has a unit: other currencies must be converted and inflation since 2000 taken out, by the caller.
///
/// # Errors
///
/// [`CostsError::Number`] when the volatility is negative or not finite, or the value not finite and above 0.
///
/// # Examples
///
/// ```
/// use allweather_costs::spread::volatility_over_volume;
/// assert!((volatility_over_volume(0.02, 40e6)? - 0.001_723_548).abs() < 1e-9);
/// # Ok::<(), allweather_costs::CostsError>(())
/// ```
///
/// # Source
///
/// Fong, Holden and Tobek, *Are volatility over volume liquidity proxies useful for global or US research?*, 2018.
pub fn volatility_over_volume(daily_volatility: f64, daily_value: f64) -> Result<f64, CostsError> {
    let value = positive("the daily traded value", daily_value)?;
    let volatility = volatility("the daily volatility", Some(daily_volatility))?;
    Ok(8.0 * (volatility.unwrap_or_default().powi(2) / value).cbrt())
}
