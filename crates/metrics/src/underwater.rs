use crate::{Returns, Undefined, annual_return_geometric, drawdown_series, error::finite, max_drawdown};

/// The Calmar ratio: the geometric annual return over the depth of the maximum drawdown.
///
/// ```text
/// (W^(p/n) − 1) / |maximum drawdown|
/// ```
///
/// Over the whole series; its author took the last 36 months.
///
/// # Errors
///
/// [`Undefined::NoDrawdown`] when wealth never fell by more than rounding, [`Undefined::TooFew`] without returns,
/// [`Undefined::TooLarge`] beyond a double.
///
/// # Examples
///
/// ```
/// use allweather_metrics::{Periodicity, Returns, Undefined, calmar};
/// let returns = Returns::new(Periodicity::Annual, &[0.5, -0.2])?;
/// assert!((calmar(&returns)? - (1.2_f64.sqrt() - 1.0) / 0.2).abs() < 1e-12);
/// let never_fell = Returns::new(Periodicity::Annual, &[0.5, 0.2])?;
/// assert_eq!(calmar(&never_fell), Err(Undefined::NoDrawdown));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Source
///
/// Young, *Calmar Ratio: A Smoother Tool*, 1991.
pub fn calmar(returns: &Returns<'_>) -> Result<f64, Undefined> {
    let depth = -max_drawdown(returns)?.depth;
    if depth == 0.0 {
        return Err(Undefined::NoDrawdown);
    }
    finite(annual_return_geometric(returns)? / depth)
}

/// The Ulcer index, a fraction: the root mean square of the drawdowns at the ends of the periods.
///
/// ```text
/// √( Σ dd_k² / n )
/// ```
///
/// # Errors
///
/// [`Undefined::TooFew`] without returns.
///
/// # Examples
///
/// ```
/// use allweather_metrics::{Periodicity, Returns, pain_index, ulcer_index};
/// let returns = Returns::new(Periodicity::Monthly, &[-0.5, 1.0, 0.0, 0.0])?;
/// assert_eq!(ulcer_index(&returns)?, 0.25);
/// assert_eq!(pain_index(&returns)?, 0.125);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Source
///
/// Martin and `McCann`, *The Investor's Guide to Fidelity Funds*, 1989.
pub fn ulcer_index(returns: &Returns<'_>) -> Result<f64, Undefined> {
    returns.at_least(1)?;
    let squares: f64 = drawdown_series(returns).iter().map(|drawdown| drawdown.powi(2)).sum();
    Ok((squares / returns.len() as f64).sqrt())
}

/// The Pain index, a fraction: the mean depth of the drawdowns at the ends of the periods.
///
/// ```text
/// Σ |dd_k| / n
/// ```
///
/// # Errors
///
/// [`Undefined::TooFew`] without returns.
///
/// # Examples
///
/// See [`ulcer_index`].
///
/// # Source
///
/// Becker, *The Zephyr Pain Index*, 2006; Bacon 2008.
pub fn pain_index(returns: &Returns<'_>) -> Result<f64, Undefined> {
    returns.at_least(1)?;
    Ok(drawdown_series(returns).iter().map(|drawdown| drawdown.abs()).sum::<f64>() / returns.len() as f64)
}
