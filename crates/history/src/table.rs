use allweather_core::{AssetId, Month};

use crate::{HistoryError, Series, SeriesKind};

/// Values beyond this are refused: their squares must have room in a double.
const LARGEST: f64 = 1e9;

/// Monthly series on common months, some of them shorter than others.
///
/// | part | shape | unit |
/// | --- | --- | --- |
/// | months | `[periods]` | following one another |
/// | returns | `[periods, series]` | simple, fractions, −1 or more; a gap is `None` |
/// | indicators | `[periods, series]` | any; a gap is `None` |
///
/// Returns are simple and not logarithmic, because what is done with them is linear in simple returns: a portfolio's return is the
/// weighted mean of those of its parts, and so are means and covariances.
///
/// ```
/// use allweather_history::{Series, Table};
/// let long = Series::returns("long".parse()?, vec![Some(0.01), Some(-0.02), Some(0.03)]);
/// let short = Series::returns("short".parse()?, vec![None, None, Some(0.02)]);
/// let table = Table::new("1980-02".parse()?, vec![long, short])?;
/// assert_eq!(table.last_month().to_string(), "1980-04");
/// assert_eq!(table.until("1980-03".parse()?)?.periods(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    first: Month,
    periods: usize,
    series: Vec<Series>,
}

impl Table {
    /// A table whose series begin in one month.
    ///
    /// # Errors
    ///
    /// [`HistoryError::Empty`], [`HistoryError::Duplicate`], [`HistoryError::Length`], [`HistoryError::Calendar`], and
    /// [`HistoryError::Value`] for a value that is not finite or beyond 10⁹, a return below −1, or a rate of cash that is not −1 to 1.
    pub fn new(first: Month, series: Vec<Series>) -> Result<Self, HistoryError> {
        let periods = series.first().map_or(0, |series| series.values.len());
        if periods == 0 {
            return Err(HistoryError::Empty { series: series.len(), periods });
        }
        let last = i32::try_from(periods - 1).ok().map(|later| first.offset(later));
        // `offset` stops at the end of the calendar.
        if last.is_none_or(|last| usize::try_from(last.months_since(first)) != Ok(periods - 1)) {
            return Err(HistoryError::Calendar { first, periods });
        }
        for (place, Series { id, kind, values, rates }) in series.iter().enumerate() {
            if series.iter().take(place).any(|before| before.id == *id) {
                return Err(HistoryError::Duplicate { series: id.clone() });
            }
            if values.len() != periods {
                return Err(HistoryError::Length {
                    series: id.clone(),
                    expected: periods,
                    found: values.len(),
                });
            }
            let rule = match kind {
                SeriesKind::Returns => "a finite number from -1 to 1e9",
                SeriesKind::Indicator => "a finite number from -1e9 to 1e9",
            };
            let least = if *kind == SeriesKind::Returns { -1.0 } else { -LARGEST };
            for (month, value) in first.through(first.offset(i32::MAX)).zip(values) {
                if let Some(value) = *value
                    && !(least..=LARGEST).contains(&value)
                {
                    return Err(HistoryError::Value { series: id.clone(), month, value, rule });
                }
            }
            let Some(rates) = rates else { continue };
            if rates.len() != periods {
                return Err(HistoryError::Length {
                    series: id.clone(),
                    expected: periods,
                    found: rates.len(),
                });
            }
            let wrong = |(_, rate): &(Month, f64)| !(-1.0..=1.0).contains(rate);
            let mut months = first.through(first.offset(i32::MAX)).zip(rates.iter().copied());
            if let Some((month, value)) = months.find(wrong) {
                let rule = "a rate of cash from -1 to 1";
                return Err(HistoryError::Value { series: id.clone(), month, value, rule });
            }
        }
        Ok(Self { first, periods, series })
    }

    /// The same without anything after a month.
    ///
    /// # Errors
    ///
    /// [`HistoryError::NothingKnown`] when the month is before the first.
    pub fn until(&self, month: Month) -> Result<Self, HistoryError> {
        let periods = usize::try_from(month.months_since(self.first).saturating_add(1)).unwrap_or(0);
        if periods == 0 {
            return Err(HistoryError::NothingKnown { until: month, first: self.first });
        }
        let periods = periods.min(self.periods);
        let cut = |series: &Series| Series {
            values: series.values.iter().take(periods).copied().collect(),
            rates: series.rates.as_ref().map(|rates| rates.iter().take(periods).copied().collect()),
            ..series.clone()
        };
        Ok(Self { first: self.first, periods, series: self.series.iter().map(cut).collect() })
    }

    /// The first month.
    #[must_use]
    pub fn first_month(&self) -> Month {
        self.first
    }

    /// The last month.
    #[must_use]
    pub fn last_month(&self) -> Month {
        self.first.offset(i32::try_from(self.periods - 1).unwrap_or(i32::MAX))
    }

    /// How many months there are, 1 or more.
    #[must_use]
    pub fn periods(&self) -> usize {
        self.periods
    }

    /// The series, in the caller's order.
    #[must_use]
    pub fn series(&self) -> &[Series] {
        &self.series
    }

    /// Whether there is a series of this name.
    pub(crate) fn has(&self, id: &AssetId) -> bool {
        self.series.iter().any(|series| series.id == *id)
    }
}
