use allweather_core::Overflow;
use ndarray::ArrayView1;

use crate::{LeverageError, bisection::last_positive, error::all_finite};

/// Vince's optimal f of a series of results, beside the published shortcut.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct VinceF {
    /// The fraction f* in 0..1 that maximises terminal wealth; 0 when the results do not win on average.
    pub f: f64,
    /// `up / (up + |down|)`, the published formula on the same results; `None` when none wins.
    ///
    /// It looks at two results only and is positive even when the series loses.
    pub published: Option<f64>,
    /// The worst loss, positive, in the unit of the results.
    pub worst_loss: f64,
    /// `f / worst_loss`: the multiple to hold when the results are changes as fractions, below 1 when holding less is
    /// better. Meaningless for results in money.
    pub multiple: f64,
    /// The growth factor per period at f*: `TWR(f*)^(1/n)`.
    pub geometric_mean: f64,
}

/// Vince's optimal f: the fraction that maximises terminal wealth relative (TWR).
///
/// ```text
/// W      = the worst loss, positive
/// HPR_t  = 1 + f · x_t / W
/// f*     = argmax Π HPR_t on [0, 1)        by bisection on Σ (x_t/W) / (1 + f · x_t/W), which decreases in f
/// ```
///
/// | argument  | shape       | unit                                                    |
/// | --------- | ----------- | ------------------------------------------------------- |
/// | `results` | `[periods]` | any: `f` is the same in fractions, yen or millions of yen |
///
/// # Errors
///
/// [`LeverageError::NotFinite`] when a result is not finite, [`LeverageError::NoLoss`] when none loses,
/// [`LeverageError::Overflow`] when a result is too large beside the worst loss.
///
/// # Examples
///
/// ```
/// use allweather_leverage::vince;
/// let coin = vince(&[2.0, -1.0])?;
/// assert!((coin.f - 0.25).abs() < 1e-12);
/// assert_eq!(coin.published, Some(2.0 / 3.0));
/// // A losing series: nothing is optimal, while the published formula still says 3/7.
/// let losing = vince(&[0.03, -0.04, -0.01])?;
/// assert_eq!(losing.f, 0.0);
/// assert!(losing.published > Some(0.42));
/// # Ok::<(), allweather_leverage::LeverageError>(())
/// ```
///
/// # Source
///
/// Vince, *Portfolio Management Formulas*, 1990.
pub fn vince<'a>(results: impl Into<ArrayView1<'a, f64>>) -> Result<VinceF, LeverageError> {
    let results = results.into();
    let worst_loss = worst_loss(&results)?;
    let scaled = scaled(&results, worst_loss)?;
    let slope = |f: f64| scaled.iter().map(|x| x / (1.0 + f * x)).sum::<f64>();
    let f = last_positive(0.0, 1.0, slope);
    let best = results.iter().copied().fold(0.0, f64::max);
    // Both scaled by the worst loss: the sum cannot overflow.
    let published = (best > 0.0).then(|| 1.0 / (1.0 + worst_loss / best));
    let log_growth = scaled.iter().map(|x| (f * x).ln_1p()).sum::<f64>() / scaled.len() as f64;
    let (multiple, geometric_mean) = (f / worst_loss, log_growth.exp());
    if multiple.is_finite() && geometric_mean.is_finite() {
        Ok(VinceF { f, published, worst_loss, multiple, geometric_mean })
    } else {
        Err(Overflow.into())
    }
}

/// Terminal wealth relative: what 1 becomes when the fraction `f` is bet on every result in turn.
///
/// ```text
/// TWR(f) = Π (1 + f · x_t / W)        W = the worst loss, positive
/// ```
///
/// | argument   | shape       | unit                 |
/// | ---------- | ----------- | -------------------- |
/// | `results`  | `[periods]` | any                  |
/// | `fraction` | one number  | fraction in 0..=1    |
///
/// # Errors
///
/// [`LeverageError::Fraction`] when `fraction` is not in 0..=1, otherwise as [`vince`].
///
/// # Examples
///
/// ```
/// use allweather_leverage::terminal_wealth_relative;
/// let twr = terminal_wealth_relative(&[100.0, -500.0, 1500.0, -600.0], 0.01)?;
/// assert!((twr - 1.007_970_906).abs() < 1e-9);
/// # Ok::<(), allweather_leverage::LeverageError>(())
/// ```
///
/// # Source
///
/// Vince, *Portfolio Management Formulas*, 1990.
pub fn terminal_wealth_relative<'a>(
    results: impl Into<ArrayView1<'a, f64>>,
    fraction: f64,
) -> Result<f64, LeverageError> {
    if !(0.0..=1.0).contains(&fraction) {
        return Err(LeverageError::Fraction { fraction });
    }
    let results = results.into();
    let scaled = scaled(&results, worst_loss(&results)?)?;
    let wealth: f64 = scaled.iter().map(|x| 1.0 + fraction * x).product();
    if wealth.is_finite() { Ok(wealth) } else { Err(Overflow.into()) }
}

fn worst_loss(results: &ArrayView1<'_, f64>) -> Result<f64, LeverageError> {
    all_finite("the result", results)?;
    let worst = results.iter().copied().fold(0.0, f64::min);
    if worst < 0.0 { Ok(-worst) } else { Err(LeverageError::NoLoss) }
}

/// The results in units of the worst loss, of which the least is −1.
fn scaled(results: &ArrayView1<'_, f64>, worst_loss: f64) -> Result<Vec<f64>, Overflow> {
    let scaled: Vec<f64> = results.iter().map(|x| x / worst_loss).collect();
    if scaled.iter().all(|x| x.is_finite()) { Ok(scaled) } else { Err(Overflow) }
}
