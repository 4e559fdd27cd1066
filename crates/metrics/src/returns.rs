use ndarray::ArrayView1;

use crate::{MetricsError, Periodicity, Undefined, error::at_least};

/// Simple returns of successive periods, borrowed, with the length of the period.
///
/// | part        | shape       | unit                                                             |
/// | ----------- | ----------- | ---------------------------------------------------------------- |
/// | `values`    | `[periods]` | fraction, −1 (all is lost) or more: 0.01 is 1 %                  |
/// | `estimated` | `[periods]` | true where the return stands in for one that was never measured  |
///
/// The first value is the return of the first period, not the change from it to the second. An empty series is a series;
/// its measures are [`Undefined`](crate::Undefined).
///
/// ```
/// use allweather_metrics::{Periodicity, Returns};
/// let returns = Returns::new(Periodicity::Monthly, &[0.01, -0.02])?;
/// assert_eq!(returns.len(), 2);
/// assert!(Returns::new(Periodicity::Monthly, &[0.01, f64::NAN]).is_err());
/// # Ok::<(), allweather_metrics::MetricsError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Returns<'a> {
    periodicity: Periodicity,
    values: ArrayView1<'a, f64>,
    estimated: Option<ArrayView1<'a, bool>>,
}

impl<'a> Returns<'a> {
    /// A series from a slice or an array of fractions.
    ///
    /// # Errors
    ///
    /// [`MetricsError::NotFinite`] and [`MetricsError::BelowTotalLoss`], each with the period.
    pub fn new(
        periodicity: Periodicity,
        values: impl Into<ArrayView1<'a, f64>>,
    ) -> Result<Self, MetricsError> {
        let values = values.into();
        for (period, &value) in values.iter().enumerate() {
            if !value.is_finite() {
                return Err(MetricsError::NotFinite { period, value });
            }
            if value < -1.0 {
                return Err(MetricsError::BelowTotalLoss { period, value });
            }
        }
        Ok(Self { periodicity, values, estimated: None })
    }

    /// The series with a mark on each period: whether its return is estimated.
    ///
    /// The marks change no measure; they say what a measure rests on.
    ///
    /// # Errors
    ///
    /// [`MetricsError::Lengths`] when there is not one mark for each period.
    ///
    /// # Examples
    ///
    /// ```
    /// use allweather_metrics::{Periodicity, Returns};
    /// let returns = Returns::new(Periodicity::Monthly, &[0.01, -0.02, 0.0, 0.03])?;
    /// assert_eq!(returns.estimated_share(), None);
    /// let returns = returns.with_estimated(&[true, false, false, false])?;
    /// assert_eq!(returns.estimated_share(), Some(0.25));
    /// # Ok::<(), allweather_metrics::MetricsError>(())
    /// ```
    pub fn with_estimated(self, estimated: impl Into<ArrayView1<'a, bool>>) -> Result<Self, MetricsError> {
        let estimated = estimated.into();
        if estimated.len() != self.len() {
            return Err(MetricsError::Lengths { expected: self.len(), found: estimated.len() });
        }
        Ok(Self { estimated: Some(estimated), ..self })
    }

    /// The length of a period.
    #[must_use]
    pub fn periodicity(&self) -> Periodicity {
        self.periodicity
    }

    /// The returns, `[periods]`, fractions.
    #[must_use]
    pub fn values(&self) -> ArrayView1<'a, f64> {
        self.values
    }

    /// The share of periods whose return is estimated, 0 to 1; `None` when nobody said, or there is no period.
    #[must_use]
    pub fn estimated_share(&self) -> Option<f64> {
        let marks = self.estimated.filter(|marks| !marks.is_empty())?;
        Some(marks.iter().filter(|&&mark| mark).count() as f64 / marks.len() as f64)
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

    pub(crate) fn at_least(&self, needed: usize) -> Result<(), Undefined> {
        at_least(needed, self.len())
    }
}
