use crate::{
    Excess, Undefined,
    error::finite,
    spread::{Spread, noise},
};

/// What lies below a hurdle, for both doors.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Downside {
    pub(crate) n: usize,
    pub(crate) mean: f64,
    /// Σ min(x, 0)².
    pub(crate) squares: f64,
    /// The largest value, or 0.
    pub(crate) largest: f64,
}

impl Downside {
    fn of(excess: &Excess) -> Self {
        let values = excess.values();
        let spread = Spread::of(&values);
        let squares = values.iter().map(|x| x.min(0.0).powi(2)).sum();
        Self { n: spread.n, mean: spread.mean, squares, largest: spread.largest }
    }

    /// Per period.
    pub(crate) fn deviation(&self) -> Result<f64, Undefined> {
        crate::error::at_least(1, self.n)?;
        finite((self.squares / self.n as f64).sqrt())
    }

    /// Per period.
    pub(crate) fn sortino(&self) -> Result<f64, Undefined> {
        let deviation = self.deviation()?;
        if deviation <= noise(self.largest) {
            return Err(Undefined::NoDownside);
        }
        finite(self.mean / deviation)
    }
}

/// The annualised downside deviation, a fraction: how far returns fall below the hurdle.
///
/// ```text
/// √( Σ min(x_t, 0)² / n ) · √p        x = r − hurdle, n all periods, p periods a year
/// ```
///
/// It is 0 when no period is below the hurdle. All periods count in n, not only those below: a series that falls once in a
/// while is safer than one that always falls as far.
///
/// # Errors
///
/// [`Undefined::TooFew`] without returns, [`Undefined::TooLarge`] when it is beyond a double.
///
/// # Examples
///
/// ```
/// use allweather_metrics::{Hurdle, Periodicity, Returns, downside_deviation};
/// let returns = Returns::new(Periodicity::Annual, &[0.10, 0.02, 0.07, 0.08])?;
/// // One of four years is 2 % short of 4 %: √(0.02²/4).
/// assert!((downside_deviation(&returns.over(Hurdle::PerPeriod(0.04))?)? - 0.01).abs() < 1e-15);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Source
///
/// Sortino and Price, *Performance Measurement in a Downside Risk Framework*, 1994; Bacon 2008.
pub fn downside_deviation(excess: &Excess) -> Result<f64, Undefined> {
    finite(Downside::of(excess).deviation()? * excess.periodicity().periods_a_year().sqrt())
}

/// The Sortino ratio a year: the mean excess over the downside deviation.
///
/// ```text
/// x̄ / √( Σ min(x_t, 0)² / n ) · √p        x = r − hurdle
/// ```
///
/// # Errors
///
/// [`Undefined::NoDownside`] when no period is below the hurdle by more than rounding, [`Undefined::TooFew`] without returns,
/// [`Undefined::TooLarge`] beyond a double.
///
/// # Examples
///
/// ```
/// use allweather_metrics::{Hurdle, Periodicity, Returns, Undefined, sortino};
/// let returns = Returns::new(Periodicity::Annual, &[-0.03, -0.03])?;
/// // Equal losses are losses: their deviation is not taken around their own mean.
/// assert!((sortino(&returns.over(Hurdle::Nothing)?)? + 1.0).abs() < 1e-15);
/// assert_eq!(sortino(&returns.over(Hurdle::PerPeriod(-0.04))?), Err(Undefined::NoDownside));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Source
///
/// Sortino and Price, *Performance Measurement in a Downside Risk Framework*, 1994; Bacon 2008.
pub fn sortino(excess: &Excess) -> Result<f64, Undefined> {
    finite(Downside::of(excess).sortino()? * excess.periodicity().periods_a_year().sqrt())
}

/// Omega: what was earned above the hurdle over what was missed below it.
///
/// ```text
/// Σ max(x_t, 0) / Σ max(−x_t, 0)        x = r − hurdle
/// ```
///
/// It is 1 when the hurdle is the mean return, and needs no annualising.
///
/// # Errors
///
/// [`Undefined::NoDownside`] when no period is below the hurdle by more than rounding, [`Undefined::TooFew`] without returns,
/// [`Undefined::TooLarge`] beyond a double.
///
/// # Examples
///
/// ```
/// use allweather_metrics::{Hurdle, Periodicity, Returns, omega};
/// let returns = Returns::new(Periodicity::Monthly, &[0.03, -0.01, 0.01])?;
/// assert!((omega(&returns.over(Hurdle::Nothing)?)? - 4.0).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Source
///
/// Keating and Shadwick, *A Universal Performance Measure*, 2002.
pub fn omega(excess: &Excess) -> Result<f64, Undefined> {
    let downside = Downside::of(excess);
    if downside.deviation()? <= noise(downside.largest) {
        return Err(Undefined::NoDownside);
    }
    let above: f64 = excess.values().iter().map(|x| x.max(0.0)).sum();
    let below: f64 = excess.values().iter().map(|x| (-x).max(0.0)).sum();
    finite(above / below)
}
