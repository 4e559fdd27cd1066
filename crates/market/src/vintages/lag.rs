use chrono::{Days, NaiveDate};

use crate::ReferencePeriod;

/// A publication lag: how many calendar days after the last day of its period a figure is taken to come out.
///
/// An assumption, for series whose days of publication are not known. It is used where nothing better is: for figures older
/// than the oldest release that is at hand.
///
/// ```
/// use allweather_market::Lag;
/// let lag = Lag::days(28);
/// assert_eq!(lag.from("2024-12".parse()?).to_string(), "2025-01-28");
/// # Ok::<(), allweather_market::MarketError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lag(u16);

impl Lag {
    /// `days` calendar days.
    #[must_use]
    pub const fn days(days: u16) -> Self {
        Self(days)
    }

    /// The day on which a figure of `period` is taken to come out.
    #[must_use]
    pub fn from(self, period: ReferencePeriod) -> NaiveDate {
        period.last_day().checked_add_days(Days::new(self.0.into())).unwrap_or(NaiveDate::MAX)
    }
}
