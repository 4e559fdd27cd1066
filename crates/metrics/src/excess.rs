use ndarray::{Array1, ArrayView1};

use crate::{Hurdle, MetricsError, Periodicity, Returns, hurdle::PerPeriod};

/// Returns less a hurdle, period by period: what ratios and downside measures are made of.
///
/// It comes from [`Returns::over`], so a risk-free rate is never left out by an oversight. Values are fractions and may be
/// below −1: a total loss in a period that paid interest is worse than that.
#[derive(Debug, Clone, PartialEq)]
pub struct Excess {
    periodicity: Periodicity,
    values: Array1<f64>,
}

impl Excess {
    /// For resampling: the values are those of a checked series in another order.
    pub(crate) fn unchecked(periodicity: Periodicity, values: Array1<f64>) -> Self {
        Self { periodicity, values }
    }

    pub(crate) fn into_values(self) -> Array1<f64> {
        self.values
    }

    /// The length of a period.
    #[must_use]
    pub fn periodicity(&self) -> Periodicity {
        self.periodicity
    }

    /// Return less hurdle, `[periods]`, fractions.
    #[must_use]
    pub fn values(&self) -> ArrayView1<'_, f64> {
        self.values.view()
    }

    /// How many periods there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there is no period.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }
}

impl Returns<'_> {
    /// What the returns are above a hurdle, period by period.
    ///
    /// ```text
    /// x_t = r_t − h_t
    /// ```
    ///
    /// # Errors
    ///
    /// [`MetricsError::Rate`] for a constant hurdle that is not a finite number above −1;
    /// [`MetricsError::Periodicities`] and [`MetricsError::Lengths`] for a series that does not go with this one.
    ///
    /// # Examples
    ///
    /// ```
    /// use allweather_metrics::{Hurdle, Periodicity, Returns};
    /// let returns = Returns::new(Periodicity::Monthly, &[0.01, -0.02])?;
    /// // 3 % a year is 0.2466 % a month.
    /// let excess = returns.over(Hurdle::Annual(0.03))?;
    /// assert!((excess.values()[0] - 0.007_533_73).abs() < 1e-8);
    /// # Ok::<(), allweather_metrics::MetricsError>(())
    /// ```
    pub fn over(&self, hurdle: Hurdle<'_>) -> Result<Excess, MetricsError> {
        let values = match hurdle.per_period(self.periodicity(), self.len())? {
            PerPeriod::Constant(rate) => self.values().mapv(|r| r - rate),
            PerPeriod::Each(rates) => &self.values() - &rates,
        };
        Ok(Excess { periodicity: self.periodicity(), values })
    }
}
