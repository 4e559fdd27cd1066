mod changes;
mod figures;
mod lag;
mod levels;
mod published;
mod reference_period;
mod series_id;
mod store;
mod text;
mod vintage;

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use crate::MarketError;
pub use changes::SeriesChange;
use figures::Figures;
pub use lag::Lag;
pub use published::{Figure, Published};
pub use reference_period::ReferencePeriod;
pub use series_id::SeriesId;
pub use store::VintageStore;
pub use vintage::{Dating, Vintage};

/// Published statistics with all their releases: a set of [`Vintage`]s that only grows.
///
/// Nothing in it is ever overwritten. Adding is idempotent, and the order in which releases are added changes nothing. To
/// read, ask what was known on a day: [`Vintages::as_of`].
///
/// ```
/// use allweather_market::{Dating, SeriesId, Vintage, Vintages};
/// use chrono::NaiveDate;
/// use rust_decimal::dec;
///
/// let day = |text: &str| text.parse::<NaiveDate>();
/// let gdp = SeriesId::new("gdp")?;
/// let release = |on, value| {
///     let values = vec![("2024Q1".parse()?, value)];
///     Vintage::new(gdp.clone(), on, Dating::Stated, "Statistics office", values)
/// };
/// let mut vintages = Vintages::new();
/// vintages.add(release(day("2024-06-10")?, dec!(100.9))?)?; // the revision is found first
/// vintages.add(release(day("2024-05-16")?, dec!(100.4))?)?;
///
/// let known = |on| vintages.as_of(on).figure("gdp", "2024Q1".parse().ok()?).map(|figure| figure.value);
/// assert_eq!(known(day("2024-05-15")?), None);
/// assert_eq!(known(day("2024-06-09")?), Some(dec!(100.4)));
/// assert_eq!(known(day("2024-06-10")?), Some(dec!(100.9)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Figures older than the oldest release
///
/// A document of today holds decades of figures, and says nothing of the days on which they first came out. Without more,
/// they are known from its own release on. [`Vintages::with_lag`] states an assumption instead: the oldest release that has a
/// period is taken to show what was published first, so many days after the period's end.
///
/// # Laws
///
/// - Without lags, a release that comes out after a day changes nothing that is known on that day. With a lag, a release newer
///   than all others changes no figure that was known before it came out; it may bring figures for periods that had none.
/// - Adding in any order, and adding again, gives the same set.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Vintages {
    // The releases of a series by day and source, strictly increasing; never empty.
    series: BTreeMap<SeriesId, Vec<Vintage>>,
    lags: BTreeMap<SeriesId, Lag>,
}

impl Vintages {
    /// No releases and no lags.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same set under an assumption on the day on which figures of a series first came out.
    #[must_use]
    pub fn with_lag(mut self, series: SeriesId, lag: Lag) -> Self {
        self.lags.insert(series, lag);
        self
    }

    /// The lag that is assumed for a series.
    #[must_use]
    pub fn lag(&self, series: &str) -> Option<Lag> {
        self.lags.get(series).copied()
    }

    /// Adds a release. A second part of one release (same series, day and source) joins the first.
    ///
    /// # Errors
    ///
    /// [`MarketError::TwoValues`] and [`MarketError::TwoUnits`] when the same release says something else already,
    /// [`MarketError::PeriodKind`] when the series has another kind of periods. Nothing is added then.
    pub fn add(&mut self, vintage: Vintage) -> Result<(), MarketError> {
        self.insert(vintage).map(|_| ())
    }

    /// Adds a release and says whether it brought anything.
    fn insert(&mut self, vintage: Vintage) -> Result<bool, MarketError> {
        let Some(held) = self.series.get_mut(vintage.series()) else {
            self.series.insert(vintage.series().clone(), vec![vintage]);
            return Ok(true);
        };
        if let Some(other) = held.first().map(|v| v.span().0).filter(|p| !p.same_kind(vintage.span().0)) {
            let first = vintage.span().0;
            return Err(MarketError::PeriodKind { series: vintage.series().clone(), first, other });
        }
        match held.binary_search_by(|v| v.key().cmp(&vintage.key())) {
            Err(place) => held.insert(place, vintage),
            Ok(place) => {
                let same = &mut held[place];
                if *same == vintage {
                    return Ok(false);
                }
                let joined = same.joined(&vintage)?;
                if *same == joined {
                    return Ok(false);
                }
                *same = joined;
            }
        }
        Ok(true)
    }

    /// Adds all releases of another set, or none of them. Lags stay as they are.
    ///
    /// # Errors
    ///
    /// As [`Vintages::add`].
    pub fn merge(&mut self, other: Self) -> Result<(), MarketError> {
        let held = other.series.keys().filter_map(|series| self.series.get_key_value(series));
        let mut merged = Self { series: held.map(|(k, v)| (k.clone(), v.clone())).collect(), ..Self::new() };
        for vintage in other.series.into_values().flatten() {
            merged.add(vintage)?;
        }
        self.series.append(&mut merged.series);
        Ok(())
    }

    /// The names of the series, sorted.
    pub fn series(&self) -> impl Iterator<Item = &SeriesId> {
        self.series.keys()
    }

    /// The releases of a series by day, then source; empty when there is no such series.
    #[must_use]
    pub fn releases(&self, series: &str) -> &[Vintage] {
        self.series.get(series).map_or(&[], Vec::as_slice)
    }

    /// What was known at the end of a day.
    #[must_use]
    pub fn as_of(&self, day: NaiveDate) -> Published<'_> {
        Published::new(self, day)
    }

    /// What is known by now: every release, the newest first.
    #[must_use]
    pub fn newest(&self) -> Published<'_> {
        self.as_of(NaiveDate::MAX)
    }

    /// The days from `first` to `last` on which something of a series came out, be it a release or, under a lag, a figure.
    #[must_use]
    pub fn publication_days(&self, series: &str, first: NaiveDate, last: NaiveDate) -> BTreeSet<NaiveDate> {
        let releases = self.releases(series);
        let mut days: BTreeSet<NaiveDate> = releases.iter().map(Vintage::released).collect();
        if let Some(lag) = self.lag(series) {
            let mut oldest = Figures::default();
            for release in releases {
                // What is due outside of the days asked for came out there, or with a release.
                let due = |by: &dyn Fn(NaiveDate) -> bool| {
                    release.values().partition_point(|(period, _)| by(lag.from(*period)))
                };
                let (from, to) = (due(&|day| day < first), due(&|day| day <= last));
                oldest.take(release, release.values().get(from..to).unwrap_or_default());
            }
            days.extend(
                oldest.iter().map(|(period, (_, release))| lag.from(*period).min(release.released())),
            );
        }
        days.retain(|day| (first..=last).contains(day));
        days
    }
}
