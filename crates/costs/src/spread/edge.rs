use super::conditions::Conditions;
use super::moments::Sums;
use super::{DailyBars, Spread, Unmeasured};

/// EDGE, the efficient estimator of the spread from open, high, low and close.
///
/// In logarithms, `m = (h + l)/2`, `₋` the day before:
///
/// ```text
/// r1 = m − o,   r2 = o − m₋,   r3 = m − c₋,   r4 = c₋ − m₋,   r5 = o − c₋,   τ = 1 where h ≠ l or l ≠ c₋
/// p_o = mean(τ·[o ≠ h]) + mean(τ·[o ≠ l]),   p_c = mean(τ·[c₋ ≠ h₋]) + mean(τ·[c₋ ≠ l₋])
/// d_k = r_k − τ · mean(r_k)/mean(τ)                                          k = 1, 3, 5
/// x1 = −4/p_o · d1·r2 − 4/p_c · d3·r4,   x2 = −4/p_o · d1·r5 − 4/p_c · d5·r4
/// s² = (v2·e1 + v1·e2) / (v1 + v2)                                           e, v: mean and variance of x1 and x2
/// ```
///
/// [`Spread::size`] is the published estimate √|s²|. Over few days, or where the spread is small beside the volatility, s² is
/// often below 0 by chance: see [`edge_evidence`](super::edge_evidence).
///
/// # Errors
///
/// [`Unmeasured`] with fewer than 3 days, fewer than 2 that moved (Στ < 2), no open (`p_o = 0`) or no close (`p_c = 0`) off
/// its high or low, or nothing left by the gaps.
///
/// # Examples
///
/// ```
/// use allweather_costs::spread::{DailyBars, Unmeasured, edge};
/// let (open, high) = ([100.1, 99.9, 100.6, 101.2], [100.9, 100.7, 101.3, 101.4]);
/// let (low, close) = ([99.5, 99.8, 100.2, 100.4], [99.6, 100.5, 101.2, 100.5]);
/// let bars = DailyBars::new(&open, &high, &low, &close)?;
/// assert!((edge(&bars)?.signed() - 0.002_387_544_750_338_6).abs() < 1e-12);
/// assert!(matches!(edge(&bars.last(2)), Err(Unmeasured::TooFewDays { needed: 3, found: 2, .. })));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Source
///
/// Ardia, Guidotti and Kroencke, *Efficient estimation of bid-ask spreads from open, high, low, and close prices*, Journal of
/// Financial Economics, 2024.
pub fn edge(bars: &DailyBars<'_>) -> Result<Spread, Unmeasured> {
    if bars.len() < 3 {
        return Err(Unmeasured::TooFewDays { needed: 3, found: bars.len() });
    }
    if let Some(columns) = bars.complete()
        && let Some(spread) = Sums::of(&columns).spread(bars.len() - 1)?
    {
        return Ok(spread);
    }
    Conditions::spread(*bars)
}
