use std::{cmp::Reverse, fmt};

use allweather_core::{Percent, Year};
use serde::{Deserialize, Serialize};

use crate::{Basis, Indicator, Indicators, Reading, RfrError};

/// How many indicators are enough: 2 to 5, because fewer than two have no second highest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct IndicatorCount(u8);

impl IndicatorCount {
    const ALL_FIVE: Self = Self(5);

    /// `count` indicators.
    ///
    /// # Errors
    ///
    /// [`RfrError::Count`] when it is not 2 to 5.
    pub fn new(count: u8) -> Result<Self, RfrError> {
        if (2..=5).contains(&count) { Ok(Self(count)) } else { Err(RfrError::Count { count }) }
    }

    /// The number, 2 to 5.
    #[must_use]
    pub const fn get(self) -> u8 {
        self.0
    }
}

impl TryFrom<u8> for IndicatorCount {
    type Error = RfrError;
    fn try_from(count: u8) -> Result<Self, Self::Error> {
        Self::new(count)
    }
}

impl From<IndicatorCount> for u8 {
    fn from(count: IndicatorCount) -> Self {
        count.0
    }
}

impl fmt::Display for IndicatorCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What to do when not all five indicators are there. On the wire `"refuse"` or `{"at_least":4}`.
///
/// The published text is silent on this; the default is `[our reading]`.
///
/// ```
/// use allweather_rfr::MissingPolicy;
/// assert_eq!(MissingPolicy::default(), MissingPolicy::Refuse);
/// assert!(MissingPolicy::at_least(4).is_ok());
/// assert!(MissingPolicy::at_least(1).is_err());
/// # Ok::<(), allweather_rfr::RfrError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MissingPolicy {
    /// All five, or there is no rate.
    #[default]
    Refuse,
    /// The second highest of those available, when there are at least that many.
    AtLeast(IndicatorCount),
}

impl MissingPolicy {
    /// The second highest of those available, when there are at least `count` (2 to 5).
    ///
    /// # Errors
    ///
    /// [`RfrError::Count`] when the number is not 2 to 5.
    pub fn at_least(count: u8) -> Result<Self, RfrError> {
        IndicatorCount::new(count).map(Self::AtLeast)
    }

    const fn required(self) -> IndicatorCount {
        match self {
            Self::Refuse => IndicatorCount::ALL_FIVE,
            Self::AtLeast(count) => count,
        }
    }
}

/// The prescribed risk-free rate of a year, and everything that decided it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PrescribedRate {
    /// The calendar year.
    pub year: Year,
    /// The rate, in percent. Negative in deflation.
    pub rate: Percent,
    /// The indicator that it is named after.
    pub chosen: Indicator,
    /// The basis of that indicator's reading.
    pub basis: Basis,
    /// The readings there were, highest first; equal ones in published order.
    pub ranking: Vec<(Indicator, Reading)>,
    /// The other indicators whose reading equals the rate, in published order.
    pub tied: Vec<Indicator>,
    /// The indicators without a reading, in published order.
    pub missing: Vec<Indicator>,
}

/// The prescribed risk-free rate (規定RFR) of a year: the second highest of its five indicators.
///
/// ```text
/// rate = sort(jgb10y, cpi, cgpi, gdp_deflator, reer) descending, the second
/// ```
///
/// Equal readings count separately, so the second of 3, 3, 1 is 3. `[our reading]` The indicator named among equals is
/// the one that is published first. A negative rate is legal.
///
/// # Errors
///
/// [`RfrError::Missing`] when fewer indicators are there than `policy` asks for.
///
/// # Examples
///
/// ```
/// use allweather_core::{Percent, Year};
/// use allweather_rfr::{Indicator, Indicators, MissingPolicy, Reading, prescribed_rate};
/// use rust_decimal::dec;
/// let percent = |points| Reading::published(Percent::new(points));
/// let three = Indicators::new(Year::new(2009))
///     .with(Indicator::Cpi, percent(dec!(-1.7)))?
///     .with(Indicator::Cgpi, percent(dec!(-3.9)))?
///     .with(Indicator::Jgb10y, percent(dec!(1.3)))?;
/// assert!(prescribed_rate(&three, MissingPolicy::Refuse).is_err());
/// let rate = prescribed_rate(&three, MissingPolicy::at_least(3)?)?;
/// assert_eq!((rate.chosen, rate.rate), (Indicator::Cpi, Percent::new(dec!(-1.7))));
/// assert_eq!(rate.missing, [Indicator::GdpDeflator, Indicator::Reer]);
/// # Ok::<(), allweather_rfr::RfrError>(())
/// ```
///
/// # Source
///
/// Published method, §1.
pub fn prescribed_rate(indicators: &Indicators, policy: MissingPolicy) -> Result<PrescribedRate, RfrError> {
    let year = indicators.year();
    let missing = indicators.missing();
    let required = policy.required();
    let mut ranking: Vec<(Indicator, Reading)> = indicators.iter().collect();
    // Stable: equal readings keep the published order.
    ranking.sort_by_key(|(_, reading)| Reverse(reading.percent));
    let available = ranking.len();
    let second = ranking.get(1).filter(|_| available >= usize::from(required.get()));
    let Some(&(_, Reading { percent: rate, .. })) = second else {
        return Err(RfrError::Missing { year, available, required, missing });
    };
    let mut equal = ranking.iter().filter(|(_, reading)| reading.percent == rate);
    // The second is one of them, so there is a first.
    let Some(&(chosen, Reading { basis, .. })) = equal.next() else {
        return Err(RfrError::Missing { year, available, required, missing });
    };
    let tied = equal.map(|&(indicator, _)| indicator).collect();
    Ok(PrescribedRate { year, rate, chosen, basis, ranking, tied, missing })
}
