use ndarray::ArrayView1;

use crate::{MetricsError, Periodicity};

/// Simple returns of successive periods, borrowed, with the length of the period.
///
/// | part     | shape       | unit                                                  |
/// | -------- | ----------- | ----------------------------------------------------- |
/// | `values` | `[periods]` | fraction, −1 (all is lost) or more: 0.01 is 1 %       |
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
        Ok(Self { periodicity, values })
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

    pub(crate) fn at_least(&self, needed: usize) -> Result<(), crate::Undefined> {
        let found = self.len();
        if found < needed { Err(crate::Undefined::TooFew { needed, found }) } else { Ok(()) }
    }
}
