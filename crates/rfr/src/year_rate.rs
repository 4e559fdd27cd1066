use std::collections::{BTreeMap, BTreeSet};

use allweather_core::{RateStatus, Year};
use chrono::NaiveDate;
use serde::Serialize;

use crate::PrescribedRate;

/// The prescribed rate of a year as it stood from a day on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct YearRate {
    /// The day from which it stood so.
    pub since: NaiveDate,
    /// Whether it could still change.
    pub status: RateStatus,
    /// The rate, with everything that decided it.
    #[serde(flatten)]
    pub prescribed: PrescribedRate,
}

/// The prescribed rates of several years, each with its timeline: how it moved as figures came in, and when it was fixed.
///
/// Made by [`RateRules::history`](crate::RateRules::history) from statistics with their releases, or from rates that somebody
/// states: `RateHistory::from(map)`. Stated rates count as known, and final, from the first day of their year on: that they
/// were is for whoever states them to answer for.
///
/// ```
/// use std::collections::BTreeMap;
/// use allweather_core::{Percent, RateStatus, Year};
/// use allweather_rfr::{Indicator, Indicators, MissingPolicy, RateHistory, Reading, prescribed_rate};
/// use rust_decimal::dec;
/// let year = Year::new(2023);
/// let five = Indicator::ALL.into_iter().zip([dec!(0.6), dec!(2.6), dec!(0.2), dec!(4.3), dec!(5.0)]);
/// let indicators = five.into_iter().try_fold(Indicators::new(year), |all, (indicator, points)| {
///     all.with(indicator, Reading::published(Percent::new(points)))
/// })?;
/// let stated = RateHistory::from(BTreeMap::from([(year, prescribed_rate(&indicators, MissingPolicy::Refuse)?)]));
/// let known = stated.known_on(year, "2023-06-30".parse()?).ok_or("no rate")?;
/// assert_eq!((known.prescribed.rate, known.status), (Percent::new(dec!(4.3)), RateStatus::Final));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RateHistory {
    // By day, increasing.
    years: BTreeMap<Year, Vec<YearRate>>,
    // The days from which on too few indicators could be told, until the next entry of the year.
    lapsed: BTreeSet<(Year, NaiveDate)>,
}

impl RateHistory {
    /// The course of a year by day; `None` where too few indicators could be told any more.
    pub(crate) fn insert(&mut self, year: Year, course: Vec<(NaiveDate, Option<YearRate>)>) {
        let lapsed = course.iter().filter(|(_, known)| known.is_none());
        self.lapsed.extend(lapsed.map(|(day, _)| (year, *day)));
        self.years.insert(year, course.into_iter().filter_map(|(_, known)| known).collect());
    }

    /// The rate of a year as known at the end of a day; `None` when it could not be told.
    #[must_use]
    pub fn known_on(&self, year: Year, day: NaiveDate) -> Option<&YearRate> {
        let timeline = self.timeline(year);
        let known = timeline.get(timeline.partition_point(|rate| rate.since <= day).checked_sub(1)?)?;
        let told = self.lapsed.range((year, known.since)..=(year, day)).next().is_none();
        told.then_some(known)
    }

    /// The rate of a year as it stands in the end: fixed, or as far as figures have come in; `None` when it could not be told,
    /// as when a figure of the year's end was not out by the day on which the rate is fixed.
    #[must_use]
    pub fn settled(&self, year: Year) -> Option<&YearRate> {
        self.known_on(year, NaiveDate::MAX)
    }

    /// How the rate of a year moved, by day; empty when it never had one.
    #[must_use]
    pub fn timeline(&self, year: Year) -> &[YearRate] {
        self.years.get(&year).map_or(&[], Vec::as_slice)
    }

    /// The years, increasing.
    pub fn years(&self) -> impl Iterator<Item = Year> + '_ {
        self.years.keys().copied()
    }
}

impl From<BTreeMap<Year, PrescribedRate>> for RateHistory {
    fn from(stated: BTreeMap<Year, PrescribedRate>) -> Self {
        let one = |(year, prescribed): (Year, PrescribedRate)| {
            let since = NaiveDate::from_ymd_opt(year.number(), 1, 1).unwrap_or(NaiveDate::MIN);
            (year, vec![YearRate { since, status: RateStatus::Final, prescribed }])
        };
        Self { years: stated.into_iter().map(one).collect(), lapsed: BTreeSet::new() }
    }
}
