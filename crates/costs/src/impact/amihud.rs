use allweather_core::Overflow;

use crate::CostsError;
use crate::spread::DailyBars;

/// Amihud's illiquidity: how much the price moves per unit of money traded; `None` when no day has both.
///
/// ```text
/// mean of |r_t| / V_t        r: simple return from close to close; over days with a return and a traded value above 0
/// ```
///
/// | argument       | shape    | unit                                                           |
/// | -------------- | -------- | -------------------------------------------------------------- |
/// | `traded_value` | `[days]` | money, one for each day of the bars; 0 is a day without trades |
/// | answer         |          | 1 / that money                                                 |
///
/// # Errors
///
/// [`CostsError::Days`] when there is not one value a day, [`CostsError::Number`] when a value is negative or not finite,
/// [`CostsError::Overflow`] when the answer is too large for a double.
///
/// # Examples
///
/// ```
/// use allweather_costs::impact::amihud;
/// use allweather_costs::spread::DailyBars;
/// let close = [100.0, 101.0, 99.99];
/// let bars = DailyBars::new(&close, &close, &close, &close)?;
/// let illiquidity = amihud(&bars, &[Some(1e6), Some(2e6), None])?;
/// assert!((illiquidity.unwrap_or_default() - 0.01 / 2e6).abs() < 1e-20);
/// # Ok::<(), allweather_costs::CostsError>(())
/// ```
///
/// # Source
///
/// Amihud, *Illiquidity and stock returns*, Journal of Financial Markets, 2002.
pub fn amihud(bars: &DailyBars<'_>, traded_value: &[Option<f64>]) -> Result<Option<f64>, CostsError> {
    let (what, expected, found) = ("the traded value", bars.len(), traded_value.len());
    if found != expected {
        return Err(CostsError::Days { what, expected, found });
    }
    for value in traded_value.iter().copied().flatten() {
        if !(value.is_finite() && value >= 0.0) {
            return Err(CostsError::Number { what, value, rule: "must be finite and not negative" });
        }
    }
    let (mut sum, mut count) = (0.0, 0.0);
    for (change, value) in bars.returns().zip(traded_value.iter().skip(1)) {
        if let Some((change, value)) = change.zip(*value).filter(|(_, value)| *value > 0.0) {
            sum += change.abs() / value;
            count += 1.0;
        }
    }
    let mean: Option<f64> = (count > 0.0).then(|| sum / count);
    if mean.is_some_and(|mean| !mean.is_finite()) { Err(Overflow.into()) } else { Ok(mean) }
}
