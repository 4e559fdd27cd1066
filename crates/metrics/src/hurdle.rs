use ndarray::ArrayView1;

use crate::{MetricsError, Periodicity, Returns};

/// What a return must beat to count: a risk-free return, or the least return that is acceptable.
///
/// It is always stated. A negative one counts like any other: returns of 0 beat a rate of −0.5 %.
///
/// ```
/// use allweather_metrics::{Hurdle, Periodicity, Returns};
/// let fund = Returns::new(Periodicity::Monthly, &[0.01, -0.02])?;
/// let yen_bills = Returns::new(Periodicity::Monthly, &[-0.0001, -0.0002])?;
/// let excess = fund.over(Hurdle::Series(yen_bills))?;
/// assert!((excess.values()[0] - 0.0101).abs() < 1e-15);
/// # Ok::<(), allweather_metrics::MetricsError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Hurdle<'a> {
    /// A return of 0.
    Nothing,
    /// The same return in each period, a fraction above −1.
    PerPeriod(f64),
    /// The same return in each period, stated as its compound rate a year, a fraction above −1.
    ///
    /// ```text
    /// (1 + rate)^(1/p) − 1        p periods a year
    /// ```
    Annual(f64),
    /// A return for each period, such as that of bills.
    Series(Returns<'a>),
}

/// A hurdle in the terms of a series.
#[derive(Debug, Clone, Copy)]
pub(crate) enum PerPeriod<'a> {
    Constant(f64),
    Each(ArrayView1<'a, f64>),
}

impl<'a> Hurdle<'a> {
    pub(crate) fn per_period(
        self,
        periodicity: Periodicity,
        periods: usize,
    ) -> Result<PerPeriod<'a>, MetricsError> {
        let above_total_loss = |rate: f64| {
            if rate.is_finite() && rate > -1.0 { Ok(rate) } else { Err(MetricsError::Rate { rate }) }
        };
        match self {
            Self::Nothing => Ok(PerPeriod::Constant(0.0)),
            Self::PerPeriod(rate) => Ok(PerPeriod::Constant(above_total_loss(rate)?)),
            Self::Annual(rate) => {
                let log = above_total_loss(rate)?.ln_1p();
                Ok(PerPeriod::Constant((log / periodicity.periods_a_year()).exp_m1()))
            }
            Self::Series(series) if series.periodicity() != periodicity => {
                Err(MetricsError::Periodicities { expected: periodicity, found: series.periodicity() })
            }
            Self::Series(series) if series.len() != periods => {
                Err(MetricsError::Lengths { expected: periods, found: series.len() })
            }
            Self::Series(series) => Ok(PerPeriod::Each(series.values())),
        }
    }
}
