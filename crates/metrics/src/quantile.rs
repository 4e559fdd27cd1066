/// The quantile of sorted numbers by type 7 of Hyndman and Fan (1996): linear between the order statistics at (n − 1)·p.
///
/// `None` without numbers, and when `p` is not in 0..=1. The numbers must be finite and ascending.
///
/// # Examples
///
/// ```
/// use allweather_metrics::type_7;
/// assert_eq!(type_7(&[1.0, 2.0, 4.0], 0.75), Some(3.0));
/// assert_eq!(type_7(&[], 0.5), None);
/// ```
///
/// # Source
///
/// Hyndman and Fan, *Sample Quantiles in Statistical Packages*, 1996.
#[must_use]
pub fn type_7(sorted: &[f64], p: f64) -> Option<f64> {
    if !(0.0..=1.0).contains(&p) {
        return None;
    }
    let at = sorted.len().checked_sub(1)? as f64 * p;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to n − 1")]
    let below = at as usize;
    let low = *sorted.get(below)?;
    let high = sorted.get(below + 1).unwrap_or(&low);
    let part = at - below as f64;
    // Not low + part·(high − low): the difference of two large numbers may be beyond a double.
    Some(low * (1.0 - part) + high * part)
}
