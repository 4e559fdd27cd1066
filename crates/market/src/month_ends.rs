use allweather_core::Month;
use serde::{Deserialize, Serialize};

use crate::{
    Frequency, MarketError, PricePanel, SpotPanel,
    levels::{Levels, Source},
};

/// What becomes of a month that is not over on the last date of daily data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunningMonth {
    /// It is no month yet. A month is over when there is a date after it or on its last calendar day: whether an exchange opens once
    /// more is not known before.
    #[default]
    LeftOut,
    /// Its last level so far counts as the month's; a later day changes it.
    Included,
}

impl PricePanel {
    /// The monthly panel of a daily one: the last level of each month, dated on the month's last day.
    ///
    /// A month in which an instrument has no level is a gap. Monthly returns are the daily ones compounded, because they end at the
    /// same levels. Marks go with their levels.
    ///
    /// ```
    /// use allweather_market::{PricePanel, RunningMonth};
    /// let text = "date,a_jpy\n2024-01-30,100\n2024-01-31,101\n2024-02-29,103\n2024-03-01,102\n";
    /// let daily = PricePanel::from_csv("prices.csv", text)?;
    /// assert_eq!(daily.month_ends(RunningMonth::LeftOut)?.levels(0), [Some(101.0), Some(103.0)]);
    /// assert_eq!(daily.month_ends(RunningMonth::Included)?.levels(0), [Some(101.0), Some(103.0), Some(102.0)]);
    /// # Ok::<(), allweather_market::MarketError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`MarketError::Empty`] when no month is over.
    pub fn month_ends(&self, running: RunningMonth) -> Result<Self, MarketError> {
        Ok(Self { instruments: self.instruments.clone(), levels: self.levels.month_ends(running)? })
    }
}

impl SpotPanel {
    /// The monthly rates of daily ones, as [`PricePanel::month_ends`].
    ///
    /// # Errors
    ///
    /// [`MarketError::Empty`] when no month is over.
    pub fn month_ends(&self, running: RunningMonth) -> Result<Self, MarketError> {
        Ok(self.with_levels(self.levels.month_ends(running)?))
    }
}

impl Levels {
    fn month_ends(&self, running: RunningMonth) -> Result<Self, MarketError> {
        const NONE: MarketError = MarketError::Empty { what: "the list of months that are over" };
        let (Some(first), Some(last)) = (self.months.first(), self.months.last()) else { return Err(NONE) };
        let over = self.dates.last() == Some(&last.last_day()) || running == RunningMonth::Included;
        if !over && first == last {
            return Err(NONE);
        }
        let last = if over { *last } else { last.offset(-1) };
        let months = first.through(last);
        // Rows of each month, from and until.
        let rows: Vec<(usize, usize)> = months
            .clone()
            .map(|month| {
                (self.months.partition_point(|m| *m < month), self.months.partition_point(|m| *m <= month))
            })
            .collect();
        let dates = months.map(Month::last_day).collect();
        self.rebuilt(Frequency::Monthly, dates, |column, row| {
            let (from, until) = *rows.get(row)?;
            let within = self.columns.get(column)?.get(from..until)?;
            let row = from + within.iter().rposition(Option::is_some)?;
            Some(Source { row, method: None })
        })
    }
}
