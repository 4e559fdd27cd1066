use super::bars::log_ratio;
use super::{DailyBars, Spread, Unmeasured};

/// What becomes of the two-day estimates below 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum NegativeDays {
    /// They count as 0, as Corwin and Schultz do: never below 0, and too high where the spread is small.
    #[default]
    Zero,
    /// They count as they are; the mean may be below 0.
    Keep,
}

/// The spread from the ranges of one day and of two.
///
/// In logarithms, over each two days, `₋` the first:
///
/// ```text
/// b = (H − L)² + (H₋ − L₋)²,   g = (max(H, H₋) − min(L, L₋))²,   k = 3 − 2√2
/// a = (√(2b) − √b)/k − √(g/k)
/// s = 2(eᵃ − 1)/(1 + eᵃ)                                              the estimate is its mean
/// ```
///
/// An overnight gap counts as no range: where the close before is outside of the second day's range, that range is moved
/// until it reaches it, before g is taken. Opens are not read.
///
/// # Errors
///
/// [`Unmeasured::TooFewObservations`] when no two days in a row have the prices it takes.
///
/// # Examples
///
/// ```
/// use allweather_costs::spread::{DailyBars, NegativeDays, corwin_schultz};
/// // Two days of one range: a = ln(H/L), and the spread is nearly all of it.
/// let (high, low) = ([101.0, 101.0], [100.0, 100.0]);
/// let bars = DailyBars::new(&low, &high, &low, &high)?;
/// let spread = corwin_schultz(&bars, NegativeDays::Keep)?;
/// assert!((spread.signed() - 2.0 * 0.01 / 2.01).abs() < 1e-15);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Source
///
/// Corwin and Schultz, *A simple way to estimate bid-ask spreads from daily high and low prices*, Journal of Finance, 2012.
pub fn corwin_schultz(bars: &DailyBars<'_>, negative: NegativeDays) -> Result<Spread, Unmeasured> {
    let k = 3.0 - 2.0 * 2_f64.sqrt();
    let (mut sum, mut count) = (0.0, 0.0);
    for [before, now] in bars.pairs() {
        let (Some(high_before), Some(low_before), Some(close)) = (before.high, before.low, before.close)
        else {
            continue;
        };
        let Some((high, low)) = now.high.zip(now.low) else { continue };
        let b = log_ratio(high, low).powi(2) + log_ratio(high_before, low_before).powi(2);
        let gap = (close - high).max(0.0) + (close - low).min(0.0);
        let two_days = log_ratio(high_before.max(high + gap), low_before.min(low + gap));
        let a = ((2.0 * b).sqrt() - b.sqrt()) / k - two_days / k.sqrt();
        // 2(eᵃ − 1)/(1 + eᵃ), at any a.
        let spread = 2.0 * (a / 2.0).tanh();
        sum += if negative == NegativeDays::Zero { spread.max(0.0) } else { spread };
        count += 1.0;
    }
    if count < 1.0 {
        return Err(Unmeasured::TooFewObservations { needed: 1, found: 0 });
    }
    Ok(Spread::from_signed(sum / count))
}
