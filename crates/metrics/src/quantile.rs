/// The quantile of sorted numbers by type 7 of Hyndman and Fan (1996): linear between the order statistics at (n − 1)·p.
///
/// `None` without numbers; `p` is in 0..=1.
pub(crate) fn type_7(sorted: &[f64], p: f64) -> Option<f64> {
    let at = (sorted.len().checked_sub(1)? as f64 * p).max(0.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to n − 1")]
    let below = at as usize;
    let low = *sorted.get(below)?;
    let high = sorted.get(below + 1).unwrap_or(&low);
    let part = at - below as f64;
    // Not low + part·(high − low): the difference of two large numbers may be beyond a double.
    Some(low * (1.0 - part) + high * part)
}
