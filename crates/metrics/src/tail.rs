use serde::{Deserialize, Serialize};

use crate::{MetricsError, Returns, Undefined, error::finite, quantile::type_7};

/// A share of outcomes at one end of their distribution, above 0 and at most one half.
///
/// The worst 5 % are `0.05`. The same tail is called "95 %" by its complement; `0.95` is refused, so the two cannot be mixed up.
/// On the wire it is the fraction.
///
/// ```
/// use allweather_metrics::Tail;
/// assert_eq!(Tail::from_fraction(0.05)?, Tail::FIVE_PERCENT);
/// assert!(Tail::from_fraction(0.95).is_err());
/// # Ok::<(), allweather_metrics::MetricsError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Tail(f64);

impl Tail {
    /// 1 %, as in "expected shortfall 99 %".
    pub const ONE_PERCENT: Self = Self(0.01);
    /// 2.5 %; one on each side leaves an interval of 95 %.
    pub const TWO_AND_A_HALF_PERCENT: Self = Self(0.025);
    /// 5 %, as in "95 %"; one on each side leaves an interval of 90 %.
    pub const FIVE_PERCENT: Self = Self(0.05);

    /// A tail from its share.
    ///
    /// # Errors
    ///
    /// [`MetricsError::Tail`] unless it is above 0 and at most 0.5.
    pub fn from_fraction(fraction: f64) -> Result<Self, MetricsError> {
        if fraction > 0.0 && fraction <= 0.5 {
            Ok(Self(fraction))
        } else {
            Err(MetricsError::Tail { fraction })
        }
    }

    /// The share, above 0 and at most 0.5.
    #[must_use]
    pub fn fraction(self) -> f64 {
        self.0
    }

    /// How many of n outcomes are in the tail; the last one perhaps in part.
    pub(crate) fn of(self, n: usize) -> InTail {
        let exact = self.0 * n as f64;
        // (1 − 0.95) · 540 is 27 and a bit: the bit is rounding, and would make the 28th outcome part of the tail.
        let nearest = exact.round();
        let outcomes =
            if nearest >= 1.0 && (exact - nearest).abs() < 1e-9 * nearest { nearest } else { exact };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to n / 2")]
        let whole = outcomes as usize;
        InTail { outcomes, whole, part: outcomes - whole as f64 }
    }
}

impl TryFrom<f64> for Tail {
    type Error = MetricsError;

    fn try_from(fraction: f64) -> Result<Self, MetricsError> {
        Self::from_fraction(fraction)
    }
}

impl From<Tail> for f64 {
    fn from(tail: Tail) -> Self {
        tail.0
    }
}

/// How many outcomes are in a tail: so many whole ones and part of the next.
#[derive(Debug, Clone, Copy)]
pub(crate) struct InTail {
    pub(crate) outcomes: f64,
    pub(crate) whole: usize,
    pub(crate) part: f64,
}

impl InTail {
    /// How many outcomes are touched.
    pub(crate) fn touched(self) -> usize {
        self.whole + usize::from(self.part > 0.0)
    }

    /// The mean loss over the tail; `outcomes` holds at least the `touched` worst, in any order, and is left in another.
    pub(crate) fn mean_loss(self, outcomes: &mut [f64]) -> f64 {
        let Some(last) = self.touched().min(outcomes.len()).checked_sub(1) else { return 0.0 };
        // What is before the last that is touched is worse.
        let (worse, &mut boundary, _) = outcomes.select_nth_unstable_by(last, f64::total_cmp);
        let weight = if self.part > 0.0 { self.part } else { 1.0 };
        -(worse.iter().sum::<f64>() + weight * boundary) / self.outcomes
    }
}

/// Value at risk, a loss as a positive fraction: the return that only the tail is worse than, with its sign changed.
///
/// ```text
/// −r_(⌈α n⌉)        r_(1) ≤ r_(2) ≤ …, α the tail
/// ```
///
/// It belongs to one period. It is one of the observed returns: nothing is interpolated. Negative when even that one was a gain.
///
/// # Errors
///
/// [`Undefined::TooFew`] without returns.
///
/// # Examples
///
/// ```
/// use allweather_metrics::{Periodicity, Returns, Tail, value_at_risk};
/// let returns = Returns::new(Periodicity::Monthly, &[0.02, -0.03, 0.01, -0.05])?;
/// assert_eq!(value_at_risk(&returns, Tail::from_fraction(0.25)?)?, 0.05);
/// assert_eq!(value_at_risk(&returns, Tail::from_fraction(0.3)?)?, 0.03);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Source
///
/// Rockafellar and Uryasev, *Conditional Value-at-Risk for General Loss Distributions*, 2002.
pub fn value_at_risk(returns: &Returns<'_>, tail: Tail) -> Result<f64, Undefined> {
    returns.at_least(1)?;
    let mut values = returns.values().to_vec();
    let at = tail.of(values.len()).touched().saturating_sub(1);
    let (_, &mut boundary, _) = values.select_nth_unstable_by(at, f64::total_cmp);
    Ok(-boundary)
}

/// Expected shortfall, a loss as a positive fraction: the mean loss over the tail.
///
/// ```text
/// −( Σ_{i ≤ ⌊α n⌋} r_(i) + (α n − ⌊α n⌋) · r_(⌊α n⌋+1) ) / (α n)        r_(1) ≤ r_(2) ≤ …, α the tail
/// ```
///
/// Of 24 months, 5 % are 1.2: the worst counts in full and the second worst by a fifth. It is at least
/// [`value_at_risk`], belongs to one period, and is also called conditional value at risk.
///
/// # Errors
///
/// [`Undefined::TooFew`] without returns, [`Undefined::TooLarge`] beyond a double.
///
/// # Examples
///
/// ```
/// use allweather_metrics::{Periodicity, Returns, Tail, expected_shortfall};
/// let mut months = [0.01; 24];
/// (months[3], months[20]) = (-0.06, -0.03);
/// let returns = Returns::new(Periodicity::Monthly, &months)?;
/// let shortfall = expected_shortfall(&returns, Tail::FIVE_PERCENT)?;
/// assert!((shortfall - (0.06 + 0.2 * 0.03) / 1.2).abs() < 1e-15);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Source
///
/// Rockafellar and Uryasev, *Conditional Value-at-Risk for General Loss Distributions*, 2002; Acerbi and Tasche 2002.
pub fn expected_shortfall(returns: &Returns<'_>, tail: Tail) -> Result<f64, Undefined> {
    returns.at_least(1)?;
    finite(tail.of(returns.len()).mean_loss(&mut returns.values().to_vec()))
}

/// The tail ratio: the upper quantile over the lower, without signs.
///
/// ```text
/// |q_(1−α) / q_α|        α the tail; quantiles of type 7
/// ```
///
/// # Errors
///
/// [`Undefined::NoLowerTail`] when the lower quantile is 0, [`Undefined::TooFew`] without returns, [`Undefined::TooLarge`] beyond
/// a double.
///
/// # Examples
///
/// ```
/// use allweather_metrics::{Periodicity, Returns, Tail, tail_ratio};
/// let returns = Returns::new(Periodicity::Monthly, &[-0.02, 0.0, 0.03])?;
/// // A quarter of the way from one observation to the next: −0.01 and 0.015.
/// assert!((tail_ratio(&returns, Tail::from_fraction(0.25)?)? - 1.5).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Source
///
/// Usage of the field; quantiles by Hyndman and Fan, *Sample Quantiles in Statistical Packages*, 1996, type 7.
pub fn tail_ratio(returns: &Returns<'_>, tail: Tail) -> Result<f64, Undefined> {
    returns.at_least(1)?;
    let mut sorted = returns.values().to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let quantile = |p| type_7(&sorted, p).unwrap_or_default();
    let (upper, lower) = (quantile(1.0 - tail.0), quantile(tail.0));
    if lower == 0.0 { Err(Undefined::NoLowerTail) } else { finite((upper / lower).abs()) }
}
