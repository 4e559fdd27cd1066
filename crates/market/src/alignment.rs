use std::sync::Arc;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::{
    MarketError, PricePanel, SpotPanel,
    levels::{Levels, Source, no_name_twice},
};

/// On which dates panels of different calendars are put side by side, and what a panel shows on a date that it does not have.
///
/// Nothing is ever filled from a later date. A date that a panel has without a level is a gap and stays one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum CommonDates {
    /// The dates that all panels have. Nothing is carried; the moves of a day that is left out are in the next return.
    Shared,
    /// The dates that any panel has. Where a panel has none (a holiday), its last level stands in while it is at most so many
    /// calendar days old, marked as an estimate by the method `carried`; after that there is a gap. 0 carries nothing.
    Any {
        /// How old a level may be, in calendar days.
        oldest: u16,
    },
}

impl PricePanel {
    /// One panel of several, on common dates: their instruments in the order of the panels, their marks with them.
    ///
    /// ```
    /// use allweather_market::{CommonDates, PricePanel};
    /// let new_york = PricePanel::from_csv("us.csv", "date,spx_usd\n2023-12-29,100\n2024-01-02,99\n2024-01-04,98\n")?;
    /// let tokyo = PricePanel::from_csv("jp.csv", "date,topix_jpy\n2023-12-29,100\n2024-01-04,101\n")?;
    /// let panels = [new_york, tokyo];
    /// let shared = PricePanel::aligned(&panels, CommonDates::Shared)?;
    /// assert_eq!(shared.levels(0), [Some(100.0), Some(98.0)]);
    /// // On 2 January Tokyo is closed, and its last level is four days old.
    /// let any = PricePanel::aligned(&panels, CommonDates::Any { oldest: 4 })?;
    /// assert_eq!(any.levels(1), [Some(100.0), Some(100.0), Some(101.0)]);
    /// assert_eq!(any.estimate(1, 1), Some("carried"));
    /// let strict = PricePanel::aligned(&panels, CommonDates::Any { oldest: 3 })?;
    /// assert_eq!(strict.levels(1), [Some(100.0), None, Some(101.0)]);
    /// # Ok::<(), allweather_market::MarketError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`MarketError::Empty`] without panels, or when no date is shared; [`MarketError::Mixed`] for panels of two frequencies or of
    /// two bases, by the names of their first instruments; [`MarketError::Duplicate`] for an instrument of two panels;
    /// [`MarketError::Order`] for monthly panels that leave a hole between them.
    pub fn aligned(panels: &[Self], dates: CommonDates) -> Result<Self, MarketError> {
        let Some((first, others)) = panels.split_first() else {
            return Err(MarketError::Empty { what: "the list of panels" });
        };
        for panel in others {
            first.levels.same_kind(first.name(), &panel.levels, panel.name())?;
        }
        let (common, oldest) = match dates {
            CommonDates::Shared => (shared(panels), 0),
            CommonDates::Any { oldest } => (any(panels), oldest),
        };
        if common.is_empty() {
            return Err(MarketError::Empty { what: "the list of dates that all panels have" });
        }
        let mut levels = first.levels.on_dates(&common, oldest)?;
        for panel in others {
            levels.append(panel.levels.on_dates(&common, oldest)?);
        }
        let instruments: Vec<_> = panels.iter().flat_map(Self::instruments).cloned().collect();
        no_name_twice(instruments.iter().map(|it| it.id.as_str()))?;
        Ok(Self { instruments, levels })
    }
}

impl SpotPanel {
    /// The same rates on other dates, such as those of a price panel: as [`CommonDates::Any`] does it, a rate stands in while it is
    /// at most `oldest` calendar days old, marked as `carried`, and a later date never fills an earlier one.
    ///
    /// ```
    /// use allweather_core::Currency;
    /// use allweather_market::SpotPanel;
    /// let spots = SpotPanel::from_csv("fx.csv", "date,usd\n2023-12-29,141.4\n2024-01-02,142.1\n", Currency::JPY)?;
    /// let new_year = "2024-01-01".parse()?;
    /// assert_eq!(spots.on_dates(&[new_year], 3)?.on(Currency::USD, new_year), Some(141.4));
    /// assert_eq!(spots.on_dates(&[new_year], 3)?.estimate(Currency::USD, new_year), Some("carried"));
    /// assert_eq!(spots.on_dates(&[new_year], 2)?.on(Currency::USD, new_year), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`SpotPanel::new`] for dates that are no dates of a panel of the same frequency.
    pub fn on_dates(&self, dates: &[NaiveDate], oldest: u16) -> Result<Self, MarketError> {
        Ok(self.with_levels(self.levels.on_dates(dates, oldest)?))
    }
}

impl Levels {
    /// Puts columns of the same dates behind these.
    fn append(&mut self, others: Self) {
        self.estimates.append(self.columns.len(), others.estimates);
        self.columns.extend(others.columns);
    }

    fn on_dates(&self, dates: &[NaiveDate], oldest: u16) -> Result<Self, MarketError> {
        let carried: Arc<str> = "carried".into();
        let sources = dates.iter().map(|date| {
            let row = self.until(*date).checked_sub(1)?;
            let known = *self.dates.get(row)?;
            let stale = (*date - known).num_days();
            let method = (stale > 0).then(|| Arc::clone(&carried));
            (stale <= i64::from(oldest)).then_some(Source { row, method })
        });
        let sources: Vec<_> = sources.collect();
        self.rebuilt(self.frequency, dates.to_vec(), |_, row| sources.get(row).cloned().flatten())
    }
}

fn shared(panels: &[PricePanel]) -> Vec<NaiveDate> {
    let (first, others) =
        panels.split_first().map_or((&[][..], panels), |(first, rest)| (first.dates(), rest));
    let in_all = |date: &&NaiveDate| others.iter().all(|panel| panel.dates().binary_search(date).is_ok());
    first.iter().filter(in_all).copied().collect()
}

fn any(panels: &[PricePanel]) -> Vec<NaiveDate> {
    let mut all: Vec<NaiveDate> = panels.iter().flat_map(PricePanel::dates).copied().collect();
    all.sort_unstable();
    all.dedup();
    all
}
