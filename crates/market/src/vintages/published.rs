use std::collections::BTreeMap;

use allweather_core::{Month, Number};
use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::{figures::Figures, levels};
use crate::{Dating, Lag, MarketError, MonthlySeries, ReferencePeriod, Vintage, Vintages};

/// Statistics as they were known at the end of a day: [`Vintages::as_of`]. Nothing later can be reached through it.
///
/// ```
/// use allweather_market::{Dating, Lag, SeriesId, Vintage, Vintages};
/// use rust_decimal::dec;
/// let (old, new) = ("2024-09-09".parse()?, "2025-09-08".parse()?);
/// let id = SeriesId::new("deflator")?;
/// let level = |quarter: &str, level| quarter.parse().map(|quarter| (quarter, level));
/// let on_2015 = vec![level("2022Q4", dec!(104))?, level("2023Q4", dec!(107.9))?];
/// let on_2020 = vec![level("2023Q4", dec!(110))?, level("2024Q4", dec!(113.3))?];
/// let mut vintages = Vintages::new().with_lag(id.clone(), Lag::days(75));
/// vintages.add(Vintage::new(id.clone(), old, Dating::Stated, "office", on_2015)?.with_unit("2015=100")?)?;
/// vintages.add(Vintage::new(id, new, Dating::Stated, "office", on_2020)?.with_unit("2020=100")?)?;
///
/// let known = vintages.as_of("2025-03-31".parse()?);
/// let figure = known.newest("deflator").ok_or("nothing is known")?;
/// assert_eq!((figure.period.to_string().as_str(), figure.dating), ("2024Q4", Dating::Assumed)); // out by 2025-03-16
/// // Two bases, one series: the older levels are put on the newer base at the quarter that both have.
/// let levels: Vec<_> = vintages.newest().levels("deflator")?.into_values().map(|x| x.round_dp(3)).collect();
/// assert_eq!(levels, [dec!(106.024), dec!(110), dec!(113.3)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Published<'a> {
    vintages: &'a Vintages,
    day: NaiveDate,
}

/// One published figure with its provenance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Figure<'a> {
    /// The period that it refers to.
    pub period: ReferencePeriod,
    /// The value, in the unit of the release.
    pub value: Decimal,
    /// The day on which it came out.
    pub published_on: NaiveDate,
    /// Whether that day is stated, or assumed by a lag.
    pub dating: Dating,
    /// The release that it was read from, with source and unit.
    pub release: &'a Vintage,
}

impl<'a> Published<'a> {
    pub(super) fn new(vintages: &'a Vintages, day: NaiveDate) -> Self {
        Self { vintages, day }
    }

    /// The day.
    #[must_use]
    pub fn day(&self) -> NaiveDate {
        self.day
    }

    /// The figure of a period: from the newest release that was out; before any was, by the lag of the series, from the oldest.
    #[must_use]
    pub fn figure(&self, series: &str, period: ReferencePeriod) -> Option<Figure<'a>> {
        let (out, later) = self.releases(series);
        let lag = self.vintages.lag(series);
        let of = |release: &'a Vintage| release.get(period).map(|value| (release, value));
        let (release, value) = begun(out, period).iter().rev().find_map(of).or_else(|| {
            let known = lag.is_some_and(|lag| lag.from(period) <= self.day);
            if known { later.iter().find_map(of) } else { None }
        })?;
        Some(self.dated(lag, period, value, release))
    }

    /// The figure of the newest period that has one.
    #[must_use]
    pub fn newest(&self, series: &str) -> Option<Figure<'a>> {
        let last = self.known(series).filter_map(|(_, known)| known.last()).map(|(period, _)| *period).max();
        self.figure(series, last?)
    }

    /// The levels of two periods on one base, `(now, before)`, such that their ratio is a change; `None` when either is not
    /// known.
    ///
    /// They are the figures where those are in one stated unit. Otherwise both are read from the release of the first, if it
    /// has both, or rebased.
    ///
    /// # Errors
    ///
    /// As [`Published::levels`].
    pub fn comparable(
        &self,
        series: &str,
        now: ReferencePeriod,
        before: ReferencePeriod,
    ) -> Result<Option<(Decimal, Decimal)>, MarketError> {
        let (Some(now), Some(before)) = (self.figure(series, now), self.figure(series, before)) else {
            return Ok(None);
        };
        if now.release.unit().is_some() && now.release.unit() == before.release.unit() {
            return Ok(Some((now.value, before.value)));
        }
        if let Some(level) = self.shown(now.release, before.period) {
            return Ok(Some((now.value, level)));
        }
        let levels = self.levels(series)?;
        Ok(levels.get(&now.period).copied().zip(levels.get(&before.period).copied()))
    }

    /// The whole series as known, on the base of its newest figure. Empty when nothing is known.
    ///
    /// ```text
    /// s        = the first period that an older and a newer base have both
    /// result_p = newer_p                       where the newer base has p
    ///          = older_p · newer_s / older_s   elsewhere
    /// ```
    ///
    /// Releases with the same stated unit are on one base; a release without a unit is a base of its own. Where both agree at
    /// `s`, nothing is rebased.
    ///
    /// # Errors
    ///
    /// [`MarketError::NoOverlap`] when bases have no period in common, [`MarketError::Rebase`] when a level that must be
    /// rebased is not above 0 or does not fit a decimal.
    pub fn levels(&self, series: &str) -> Result<BTreeMap<ReferencePeriod, Decimal>, MarketError> {
        levels::on_newest_base(&self.figures(series), self.known(series))
    }

    /// A monthly series as known, in doubles, by the same rules as [`Published::levels`].
    ///
    /// # Errors
    ///
    /// As [`Published::levels`]; [`MarketError::Empty`] when nothing is known, [`MarketError::NotMonthly`] when the periods are
    /// no months.
    pub fn monthly(&self, series: &str) -> Result<MonthlySeries, MarketError> {
        let levels = self.levels(series)?;
        let month = |period: &ReferencePeriod| match *period {
            ReferencePeriod::Month(month) => Ok(month),
            period => Err(MarketError::NotMonthly { series: series.to_owned(), period }),
        };
        let Some((first, _)) = levels.first_key_value() else {
            return Err(MarketError::Empty { what: "what is known of a series" });
        };
        let first: Month = month(first)?;
        let mut values = Vec::with_capacity(levels.len());
        for (period, level) in &levels {
            let place = usize::try_from(month(period)?.months_since(first)).unwrap_or(0);
            values.resize(place, None);
            values.push(Some(level.to_double()));
        }
        MonthlySeries::new(first, values)
    }

    /// The releases that were out, and those that were not.
    fn releases(&self, series: &str) -> (&'a [Vintage], &'a [Vintage]) {
        let releases = self.vintages.releases(series);
        releases.split_at(releases.partition_point(|release| release.released() <= self.day))
    }

    /// The values that each release showed by the day: those that were out all they have, the newest first; under a lag, the
    /// others what is taken to have come out before them, the oldest first.
    fn known(&self, series: &str) -> impl Iterator<Item = (&'a Vintage, &'a [(ReferencePeriod, Decimal)])> {
        let (out, later) = self.releases(series);
        let day = self.day;
        let by_lag = self.vintages.lag(series).into_iter().flat_map(move |lag| {
            later.iter().map(move |release| {
                let known = release.values().partition_point(|(period, _)| lag.from(*period) <= day);
                (release, &release.values()[..known])
            })
        });
        let stated = out.iter().rev().map(|release| (release, release.values()));
        stated.chain(by_lag)
    }

    /// All figures, each as [`Published::figure`] has it.
    pub(super) fn figures(&self, series: &str) -> Figures<'a> {
        let mut figures = Figures::default();
        for (release, known) in self.known(series) {
            figures.take(release, known);
        }
        figures
    }

    /// The value of a period in a release, if it showed that by the day.
    fn shown(&self, release: &Vintage, period: ReferencePeriod) -> Option<Decimal> {
        let lag = self.vintages.lag(release.series().as_str());
        let by_lag = || lag.is_some_and(|lag| lag.from(period) <= self.day);
        release.get(period).filter(|_| release.released() <= self.day || by_lag())
    }

    fn dated(
        &self,
        lag: Option<Lag>,
        period: ReferencePeriod,
        value: Decimal,
        release: &'a Vintage,
    ) -> Figure<'a> {
        let (mut published_on, mut dating) = (release.released(), release.dating());
        if let Some(assumed) = lag.map(|lag| lag.from(period)).filter(|day| *day < published_on) {
            let releases = self.vintages.releases(release.series().as_str());
            let mut releases = begun(releases, period).iter();
            let oldest = releases.find(|release| release.get(period).is_some());
            if oldest.is_some_and(|oldest| std::ptr::eq(oldest, release)) {
                (published_on, dating) = (assumed, Dating::Assumed);
            }
        }
        Figure { period, value, published_on, dating, release }
    }
}

/// Without the releases before a period began, none of which has it.
fn begun(releases: &[Vintage], period: ReferencePeriod) -> &[Vintage] {
    &releases[releases.partition_point(|release| release.released() < period.first_day())..]
}
