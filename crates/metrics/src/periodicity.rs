use std::num::NonZeroU16;

use serde::{Deserialize, Serialize};

/// How long the periods of a series are.
///
/// It is always stated and has no default: monthly returns annualised with 252 days are 1127 % a year instead of 12.68 %.
/// On the wire `"monthly"`, `"quarterly"`, `"annual"` or `{"daily":{"days_a_year":252}}`.
///
/// ```
/// use std::num::NonZeroU16;
/// use allweather_metrics::Periodicity;
/// assert_eq!(Periodicity::Monthly.periods_a_year(), 12.0);
/// let days_a_year = NonZeroU16::new(245).ok_or("no days")?;
/// assert_eq!(Periodicity::Daily { days_a_year }.periods_a_year(), 245.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Periodicity {
    /// Trading days.
    Daily {
        /// How many make a year: it depends on the market.
        days_a_year: NonZeroU16,
    },
    /// Months.
    Monthly,
    /// Quarters.
    Quarterly,
    /// Years.
    Annual,
}

impl Periodicity {
    /// How many periods make a year, at least 1.
    #[must_use]
    pub fn periods_a_year(self) -> f64 {
        self.whole_periods_a_year() as f64
    }

    pub(crate) fn whole_periods_a_year(self) -> usize {
        match self {
            Self::Daily { days_a_year } => days_a_year.get().into(),
            Self::Monthly => 12,
            Self::Quarterly => 4,
            Self::Annual => 1,
        }
    }
}
