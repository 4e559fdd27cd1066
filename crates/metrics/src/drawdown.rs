use serde::Serialize;

use crate::{Returns, Undefined};

/// The deepest fall of wealth from an earlier peak.
///
/// `peak` and `trough` count wealths, not returns: 0 is the start, k is the end of the k-th period.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Drawdown {
    /// `trough wealth / peak wealth − 1`, a fraction from −1 (all is lost) to 0 (wealth never fell).
    pub depth: f64,
    /// Where wealth was highest before the fall; 0 when there is none.
    pub peak: usize,
    /// Where it was lowest; 0 when it never fell. The first, if it was as low again.
    pub trough: usize,
}

/// The maximum drawdown of the wealth path, which includes the starting 1.
///
/// ```text
/// wealth_0 = 1,  wealth_k = wealth_{k−1} · (1 + r_k)
/// depth    = min over k of  wealth_k / max(wealth_0 … wealth_k) − 1
/// ```
///
/// Wealth is looked at where periods end: monthly returns do not show what happened within a month.
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
    returns.at_least(1)?;
    let mut deepest = Drawdown { depth: 0.0, peak: 0, trough: 0 };
    // Wealth as a fraction of its peak so far: it stays in 0..=1 however far wealth itself goes.
    let (mut of_peak, mut peak) = (1.0, 0);
    for (trough, r) in (1..).zip(returns.values()) {
        of_peak *= 1.0 + r;
        if of_peak >= 1.0 {
            (of_peak, peak) = (1.0, trough);
        }
        if of_peak - 1.0 < deepest.depth {
            deepest = Drawdown { depth: of_peak - 1.0, peak, trough };
        }
    }
    Ok(deepest)
}
