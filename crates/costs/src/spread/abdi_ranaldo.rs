use super::{DailyBars, Spread, Unmeasured};

/// The spread from closes and the middles of ranges.
///
/// ```text
/// s² = mean of 4 (c₋ − m₋)(c₋ − m)        c, m: logarithms of the close and of the middle of high and low; ₋ the day before
/// ```
///
/// Opens are not read.
///
/// # Errors
///
/// [`Unmeasured::TooFewObservations`] when no two days in a row have the prices it takes.
///
/// # Examples
///
/// ```
/// use allweather_costs::spread::{DailyBars, abdi_ranaldo};
/// let (high, low, close) = ([10.1, 10.1], [9.9, 9.9], [10.1, 9.9]);
/// let spread = abdi_ranaldo(&DailyBars::new(&close, &high, &low, &close)?)?;
/// // Twice the way from the middle to the close.
/// assert!((spread.signed() - 2.0 * (10.1_f64.ln() - (10.1_f64 * 9.9).ln() / 2.0)).abs() < 1e-15);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Source
///
/// Abdi and Ranaldo, *A simple estimation of bid-ask spreads from daily close, high, and low prices*, Review of Financial
/// Studies, 2017, without their truncation of single days.
pub fn abdi_ranaldo(bars: &DailyBars<'_>) -> Result<Spread, Unmeasured> {
    let (mut sum, mut count) = (0.0, 0.0);
    for [before, now] in bars.pairs() {
        let (Some(yesterday), Some(today)) =
            (before.middle_over(before.close), now.middle_over(before.close))
        else {
            continue;
        };
        sum += 4.0 * yesterday * today;
        count += 1.0;
    }
    if count < 1.0 {
        return Err(Unmeasured::TooFewObservations { needed: 1, found: 0 });
    }
    Ok(Spread::from_square(sum / count))
}
