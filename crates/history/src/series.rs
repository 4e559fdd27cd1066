use allweather_core::AssetId;

use crate::HistoryError;

/// What a series is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SeriesKind {
    /// Simple returns of something that can be held. Its gaps are filled.
    Returns,
    /// Any figure that may explain returns: a change of a yield, of an exchange rate, of prices. Its gaps are not filled.
    Indicator,
}

/// A named series of monthly values, gaps included.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    pub(crate) id: AssetId,
    pub(crate) kind: SeriesKind,
    pub(crate) values: Vec<Option<f64>>,
    /// `[periods]`, or nothing.
    pub(crate) rates: Option<Vec<f64>>,
}

impl Series {
    /// Simple returns of an asset, `[periods]`, fractions; a gap is `None`.
    #[must_use]
    pub fn returns(id: AssetId, values: Vec<Option<f64>>) -> Self {
        Self { id, kind: SeriesKind::Returns, values, rates: None }
    }

    /// A figure that may explain returns, `[periods]`, in any unit; a gap is `None`.
    ///
    /// A figure belongs to the month in which it was known: one that comes out late must be moved by its lag before. An indicator
    /// with gaps is left out, and the answer says so.
    #[must_use]
    pub fn indicator(id: AssetId, values: Vec<Option<f64>>) -> Self {
        Self { id, kind: SeriesKind::Indicator, values, rates: None }
    }

    /// The simple returns of levels, one fewer than there are levels: `level_t / level_{t−1} − 1`, and a gap where either is one.
    ///
    /// # Errors
    ///
    /// [`HistoryError::Level`] for a level that is not a finite number above 0.
    ///
    /// # Examples
    ///
    /// ```
    /// use allweather_history::Series;
    /// let series = Series::from_levels("fund".parse()?, &[None, Some(100.0), Some(110.0), Some(99.0)])?;
    /// assert_eq!(series.values()[0], None);
    /// assert!(series.values()[2].is_some_and(|r| (r + 0.1).abs() < 1e-12));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn from_levels(id: AssetId, levels: &[Option<f64>]) -> Result<Self, HistoryError> {
        check_levels(&id, levels)?;
        let change = |pair: &[Option<f64>]| match pair {
            [Some(before), Some(now)] => Some(now / before - 1.0),
            _ => None,
        };
        let values = levels.windows(2).map(change).collect();
        Ok(Self::returns(id, values))
    }

    /// The same with the rate of cash in its currency, `[periods]`, a fraction per month, known in every month.
    ///
    /// What is estimated is then the return over the rate, and the rate of the month is added again; all answers are of whole returns.
    /// Rates change by level: without this, years of high rates are filled with the mean of years of low ones, or a regression takes the
    /// level of rates for a cause.
    ///
    /// # Examples
    ///
    /// ```
    /// use allweather_history::Series;
    /// let bond = Series::returns("bond".parse()?, vec![None, Some(0.01)]).over(vec![0.006, 0.004]);
    /// assert_eq!(bond.rates(), Some(&[0.006, 0.004][..]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn over(self, rates: Vec<f64>) -> Self {
        Self { rates: Some(rates), ..self }
    }

    /// The rates of cash, when there are some.
    #[must_use]
    pub fn rates(&self) -> Option<&[f64]> {
        self.rates.as_deref()
    }

    /// The name.
    #[must_use]
    pub fn id(&self) -> &AssetId {
        &self.id
    }

    /// What it is.
    #[must_use]
    pub fn kind(&self) -> SeriesKind {
        self.kind
    }

    /// The values, `[periods]`, gaps included.
    #[must_use]
    pub fn values(&self) -> &[Option<f64>] {
        &self.values
    }
}

pub(crate) fn check_levels(id: &AssetId, levels: &[Option<f64>]) -> Result<(), HistoryError> {
    let wrong = |(_, level): &(usize, &Option<f64>)| level.is_some_and(|l| !(l.is_finite() && l > 0.0));
    match levels.iter().enumerate().find(wrong) {
        Some((position, Some(value))) => {
            Err(HistoryError::Level { series: id.clone(), position, value: *value })
        }
        _ => Ok(()),
    }
}
