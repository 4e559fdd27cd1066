use crate::{
    Excess, Undefined,
    error::{at_least, finite},
    spread::Spread,
};

/// The Sharpe ratio a year: the mean excess return over its standard deviation.
///
/// ```text
/// x̄ / √( Σ (x_t − x̄)² / (n − 1) ) · √p        x = r − risk-free, p periods a year
/// ```
///
/// The deviation is that of the excess return, which a constant hurdle does not change. The root of time holds for returns
/// without autocorrelation; see [`sharpe_autocorrelated`].
///
/// # Errors
///
/// [`Undefined::TooFew`] with fewer than two returns, [`Undefined::NoVariation`] when they are equal up to rounding,
/// [`Undefined::TooLarge`] beyond a double.
///
/// # Examples
///
/// ```
/// use allweather_metrics::{Hurdle, Periodicity, Returns, Undefined, sharpe};
/// let fund = Returns::new(Periodicity::Monthly, &[0.02, -0.01, 0.03])?;
/// assert!(sharpe(&fund.over(Hurdle::Annual(-0.005))?)? > sharpe(&fund.over(Hurdle::Nothing)?)?);
/// // A constant return over a constant rate has no ratio, however good it is.
/// let deposit = Returns::new(Periodicity::Monthly, &[0.01; 36])?;
/// assert_eq!(sharpe(&deposit.over(Hurdle::Nothing)?), Err(Undefined::NoVariation));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Source
///
/// Sharpe, *The Sharpe Ratio*, 1994.
pub fn sharpe(excess: &Excess) -> Result<f64, Undefined> {
    finite(Spread::of(&excess.values()).ratio()? * excess.periodicity().periods_a_year().sqrt())
}

/// The Sharpe ratio a year of returns that are autocorrelated.
///
/// ```text
/// SR · q / √( q + 2 Σ_{k=1}^{q−1} (q − k) ρ_k )        SR per period, q periods a year
/// ρ_k = Σ_{t>k} (x_t − x̄)(x_{t−k} − x̄) / Σ (x_t − x̄)²
/// ```
///
/// Smoothed returns have ρ > 0 and a smaller ratio than [`sharpe`] says. Without autocorrelation the factor is √q. For annual
/// returns there is nothing to adjust.
///
/// # Errors
///
/// As [`sharpe`]; [`Undefined::TooFew`] with fewer than a year and one period.
///
/// # Examples
///
/// ```
/// use allweather_metrics::{Hurdle, Periodicity, Returns, sharpe, sharpe_autocorrelated};
/// // Each quarter's return is smeared over the next.
/// let smooth = [0.01, 0.02, 0.02, 0.01, -0.01, -0.02, 0.0, 0.02, 0.03, 0.01];
/// let excess = Returns::new(Periodicity::Quarterly, &smooth)?.over(Hurdle::Nothing)?;
/// assert!(sharpe_autocorrelated(&excess)? < sharpe(&excess)?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Source
///
/// Lo, *The Statistics of Sharpe Ratios*, 2002, equation 20.
pub fn sharpe_autocorrelated(excess: &Excess) -> Result<f64, Undefined> {
    let values = excess.values();
    let spread = Spread::of(&values);
    let ratio = spread.ratio()?;
    let q = excess.periodicity().whole_periods_a_year();
    at_least(q + 1, excess.len())?;
    let autocorrelation = |k: usize| {
        let later = values.iter().skip(k);
        let products = later.zip(values).map(|(x, before)| (x - spread.mean) * (before - spread.mean));
        products.sum::<f64>() / spread.squares
    };
    // Above 0: these weights of these autocorrelations are a sum of squares.
    let variance = q as f64 + 2.0 * (1..q).map(|k| (q - k) as f64 * autocorrelation(k)).sum::<f64>();
    finite(ratio * q as f64 / variance.sqrt())
}
