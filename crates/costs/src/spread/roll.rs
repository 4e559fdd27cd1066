use super::bars::log_ratio;
use super::{DailyBars, Spread, Unmeasured};

/// The spread from closes alone: trades that bounce between bid and ask make returns follow each other with opposite signs.
///
/// ```text
/// s² = −4 · cov(r_t, r_{t−1})        r: log returns from close to close; the covariance with n − 1, n pairs of returns
/// ```
///
/// # Errors
///
/// [`Unmeasured::TooFewObservations`] with fewer than two pairs of returns: three closes in a row make a pair.
///
/// # Examples
///
/// ```
/// use allweather_costs::spread::{DailyBars, roll};
/// let close = [10.0, 10.1, 10.0, 10.1, 10.0];
/// let spread = roll(&DailyBars::new(&close, &close, &close, &close)?)?;
/// // Three pairs of ±ln 1.01, whose returns do not average 0: their covariance is −4/3 of ln² 1.01.
/// assert!((spread.signed() - 1.01_f64.ln() * (16.0_f64 / 3.0).sqrt()).abs() < 1e-14);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Source
///
/// Roll, *A simple implicit measure of the effective bid-ask spread in an efficient market*, Journal of Finance, 1984, with the
/// sample covariance.
pub fn roll(bars: &DailyBars<'_>) -> Result<Spread, Unmeasured> {
    let returns = || {
        let closes = |[before, now]: [super::bars::Bar<Option<f64>>; 2]| now.close.zip(before.close);
        bars.pairs().map(closes).map(|pair| pair.map(|(now, before)| log_ratio(now, before)))
    };
    let pairs = || returns().zip(returns().skip(1)).filter_map(|(before, now)| before.zip(now));
    let found = pairs().count();
    if found < 2 {
        return Err(Unmeasured::TooFewObservations { needed: 2, found });
    }
    let n = found as f64;
    let (before, now) = pairs().fold((0.0, 0.0), |(x, y), (before, now)| (x + before, y + now));
    let (before_mean, now_mean) = (before / n, now / n);
    let products: f64 = pairs().map(|(before, now)| (before - before_mean) * (now - now_mean)).sum();
    Ok(Spread::from_square(-4.0 * products / (n - 1.0)))
}
