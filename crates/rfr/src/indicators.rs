use std::collections::BTreeMap;

use allweather_core::Year;

use crate::{Indicator, Reading, RfrError};

/// The readings of one calendar year, none or one for each [`Indicator`].
///
/// Build them from wherever the figures come from: with [`Indicators::with`] one by one, or with
/// [`Indicators::from_levels`] from index levels.
///
/// ```
/// use allweather_core::{Percent, Year};
/// use allweather_rfr::{Indicator, Indicators, Reading};
/// use rust_decimal::dec;
/// let cpi = Reading::published(Percent::new(dec!(2.5)));
/// let indicators = Indicators::new(Year::new(2023)).with(Indicator::Cpi, cpi)?;
/// assert_eq!(indicators.get(Indicator::Cpi), Some(cpi));
/// assert_eq!(indicators.missing().len(), 4);
/// assert!(indicators.with(Indicator::Cpi, cpi).is_err());
/// # Ok::<(), allweather_rfr::RfrError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Indicators {
    year: Year,
    readings: BTreeMap<Indicator, Reading>,
}

impl Indicators {
    /// A year without readings.
    #[must_use]
    pub const fn new(year: Year) -> Self {
        Self { year, readings: BTreeMap::new() }
    }

    pub(crate) const fn of(year: Year, readings: BTreeMap<Indicator, Reading>) -> Self {
        Self { year, readings }
    }

    /// The same year with one reading more.
    ///
    /// # Errors
    ///
    /// [`RfrError::Duplicate`] when the indicator has a reading already.
    pub fn with(mut self, indicator: Indicator, reading: Reading) -> Result<Self, RfrError> {
        match self.readings.insert(indicator, reading) {
            None => Ok(self),
            Some(_) => Err(RfrError::Duplicate { year: self.year, indicator }),
        }
    }

    /// The calendar year.
    #[must_use]
    pub const fn year(&self) -> Year {
        self.year
    }

    /// The reading of an indicator, if there is one.
    #[must_use]
    pub fn get(&self, indicator: Indicator) -> Option<Reading> {
        self.readings.get(&indicator).copied()
    }

    /// The readings there are, in published order.
    pub fn iter(&self) -> impl Iterator<Item = (Indicator, Reading)> + '_ {
        self.readings.iter().map(|(&indicator, &reading)| (indicator, reading))
    }

    /// The indicators without a reading, in published order.
    #[must_use]
    pub fn missing(&self) -> Vec<Indicator> {
        Indicator::ALL.into_iter().filter(|indicator| !self.readings.contains_key(indicator)).collect()
    }
}
