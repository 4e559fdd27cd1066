use serde::Serialize;

use crate::{Returns, Undefined};

/// Wealth this close to its peak is at its peak: 100, 90, 100 as returns multiply to 1 only up to rounding.
const RECOVERED: f64 = 1.0 - 1e-12;

/// A fall of wealth from a peak, and the way back.
///
/// `peak`, `trough` and `recovery` count wealths, not returns: 0 is the start, k is the end of the k-th period.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Drawdown {
    /// `trough wealth / peak wealth − 1`, a fraction from −1 (all is lost) to 0 (wealth never fell).
    pub depth: f64,
    /// Where wealth was highest before the fall; 0 when there is none.
    pub peak: usize,
    /// Where it was lowest; 0 when it never fell. The first, if it was as low again.
    pub trough: usize,
    /// Where wealth was back at its peak (to 10⁻¹² of it); `None` when the series ends before.
    pub recovery: Option<usize>,
    /// How many periods it lasted: from the peak to the recovery, or to the end of the series.
    pub periods: usize,
}

/// What there is to say of a series without a fall.
const NONE: Drawdown = Drawdown { depth: 0.0, peak: 0, trough: 0, recovery: Some(0), periods: 0 };

/// Wealth over its highest so far, at the end of each period.
///
/// It stays in 0..=1 however far wealth itself goes.
fn of_peak(returns: &Returns<'_>) -> impl Iterator<Item = f64> {
    returns.values().into_iter().scan(1.0_f64, |of_peak, r| {
        *of_peak = (*of_peak * (1.0 + r)).min(1.0);
        Some(*of_peak)
    })
}

/// Every fall of wealth from a peak, in order; empty when wealth never fell.
///
/// A drawdown begins at a peak and lasts until wealth is back there, so two of them do not overlap. The path begins at 1, so a
/// loss in the first period is a drawdown from the start.
///
/// # Errors
///
/// [`Undefined::TooFew`] without returns.
///
/// # Examples
///
/// ```
/// use allweather_metrics::{Periodicity, Returns, drawdowns};
/// let returns = Returns::new(Periodicity::Monthly, &[-0.1, 0.2, -0.5, 0.5])?;
/// let all = drawdowns(&returns)?;
/// assert_eq!((all[0].peak, all[0].trough, all[0].recovery), (0, 1, Some(2)));
/// assert_eq!((all[1].peak, all[1].trough, all[1].recovery), (2, 3, None));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Source
///
/// Bacon, *Practical Portfolio Performance Measurement and Attribution*, 2008.
pub fn drawdowns(returns: &Returns<'_>) -> Result<Vec<Drawdown>, Undefined> {
    returns.at_least(1)?;
    let mut all = Vec::new();
    let (mut peak, mut open) = (0, None);
    for (at, of_peak) in (1..).zip(of_peak(returns)) {
        if of_peak >= RECOVERED {
            if let Some(fall) = open.take() {
                all.push(Drawdown { recovery: Some(at), periods: at - peak, ..fall });
            }
            peak = at;
            continue;
        }
        let fall = open.get_or_insert(Drawdown { peak, recovery: None, ..NONE });
        fall.periods = at - peak;
        if of_peak - 1.0 < fall.depth {
            (fall.depth, fall.trough) = (of_peak - 1.0, at);
        }
    }
    all.extend(open);
    Ok(all)
}

/// How far wealth is below its highest so far, at the end of each period: `[periods]`, fractions from −1 to 0.
///
/// ```text
/// wealth_0 = 1,  wealth_k = wealth_{k−1} · (1 + r_k)
/// dd_k     = wealth_k / max(wealth_0 … wealth_k) − 1        k = 1 … n
/// ```
///
/// It is empty when the series is.
///
/// # Examples
///
/// ```
/// use allweather_metrics::{Periodicity, Returns, drawdown_series};
/// let returns = Returns::new(Periodicity::Monthly, &[-0.25, 0.5, -0.5])?;
/// assert_eq!(drawdown_series(&returns), [-0.25, 0.0, -0.5]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Source
///
/// Bacon, *Practical Portfolio Performance Measurement and Attribution*, 2008.
#[must_use]
pub fn drawdown_series(returns: &Returns<'_>) -> Vec<f64> {
    of_peak(returns).map(|of_peak| of_peak - 1.0).collect()
}

/// The maximum drawdown of the wealth path, which includes the starting 1.
///
/// ```text
/// wealth_0 = 1,  wealth_k = wealth_{k−1} · (1 + r_k)
/// depth    = min over k of  wealth_k / max(wealth_0 … wealth_k) − 1
/// ```
///
/// Wealth is looked at where periods end: monthly returns do not show what happened within a month. Of equal depths the first
/// counts.
///
/// # Errors
///
/// [`Undefined::TooFew`] without returns.
///
/// # Examples
///
/// ```
/// use allweather_metrics::{Periodicity, Returns, max_drawdown};
/// let returns = Returns::new(Periodicity::Monthly, &[-0.25, 0.5, -0.1])?;
/// let drawdown = max_drawdown(&returns)?;
/// // The first month's loss counts: the path starts at 1, not at 0.75.
/// assert_eq!((drawdown.depth, drawdown.peak, drawdown.trough), (-0.25, 0, 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Source
///
/// Bacon, *Practical Portfolio Performance Measurement and Attribution*, 2008.
pub fn max_drawdown(returns: &Returns<'_>) -> Result<Drawdown, Undefined> {
    let all = drawdowns(returns)?;
    Ok(all.into_iter().fold(NONE, |deepest, next| if next.depth < deepest.depth { next } else { deepest }))
}

/// The drawdown that lasted longest, from its peak to its recovery or to the end of the series; of equals the first.
///
/// # Errors
///
/// [`Undefined::TooFew`] without returns.
///
/// # Examples
///
/// ```
/// use allweather_metrics::{Periodicity, Returns, longest_drawdown};
/// let returns = Returns::new(Periodicity::Monthly, &[-0.2, 0.3, -0.01, 0.001, 0.001])?;
/// let longest = longest_drawdown(&returns)?;
/// // Not the deepest, and the series ends under water.
/// assert_eq!((longest.peak, longest.recovery, longest.periods), (2, None, 3));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Source
///
/// Bacon, *Practical Portfolio Performance Measurement and Attribution*, 2008.
pub fn longest_drawdown(returns: &Returns<'_>) -> Result<Drawdown, Undefined> {
    let all = drawdowns(returns)?;
    Ok(all
        .into_iter()
        .fold(NONE, |longest, next| if next.periods > longest.periods { next } else { longest }))
}
