use std::{
    collections::{BTreeMap, BTreeSet},
    ops::RangeInclusive,
};

use allweather_core::{Month, Percent, Quarter, RateStatus, Year};
use allweather_market::{Published, ReferencePeriod, Vintages};
use chrono::{Datelike, Months, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::{
    Basis, ChangeRounding, FinalMonth, Indicator, Indicators, MissingPolicy, RateHistory, Reading, RfrError,
    YearRate, levels::change, prescribed_rate,
};

/// How the prescribed rate of a year is told from published statistics, on any day.
///
/// The statistics are a set of [`Vintages`] with the series `jgb_10y` (percent; `jgb_9y` stands in for it before 1986), `jp_cpi`,
/// `jp_cgpi`, `jp_gdp_deflator` and `jp_reer`; see [`Indicator::series`].
///
/// A rate is *estimated* while some figure of the year's end is not out: the newest year-on-year change, or yield, stands in its
/// place. It is *provisional* while all are out and may be revised. It is *final* from the end of March of the next year on: it is
/// made of what was published by that day, without estimates, and a later revision does not move it. `[our reading]`
///
/// ```
/// use allweather_core::{Percent, RateStatus, Year};
/// use allweather_market::{Dating, SeriesId, Vintage, Vintages};
/// use allweather_rfr::{MissingPolicy, RateRules};
/// use rust_decimal::dec;
///
/// let mut statistics = Vintages::new();
/// let mut release = |series: &str, on: &str, values: &[(&str, _)]| {
///     let mut exact = Vec::new();
///     for (period, value) in values {
///         exact.push((period.parse()?, *value));
///     }
///     statistics.add(Vintage::new(SeriesId::new(series)?, on.parse()?, Dating::Stated, "office", exact)?)?;
///     Ok::<_, Box<dyn std::error::Error>>(())
/// };
/// release("jgb_10y", "2024-01-04", &[("2023-12-29", dec!(0.647))])?;
/// release("jp_cpi", "2023-12-22", &[("2022-11", dec!(103.9)), ("2023-11", dec!(106.9))])?;
/// release("jp_cpi", "2024-01-19", &[("2022-12", dec!(104.1)), ("2023-12", dec!(106.8))])?;
///
/// let rules = RateRules { missing: MissingPolicy::at_least(2)?, ..RateRules::default() };
/// let known = |day: &str| {
///     let known = rules.known(&statistics, Year::new(2023), day.parse()?)?;
///     Ok::<_, Box<dyn std::error::Error>>((known.status, known.prescribed.ranking[0].1.percent.points().round_dp(3)))
/// };
/// assert_eq!(known("2024-01-10")?, (RateStatus::Estimated, dec!(2.887))); // consumer prices of November
/// assert_eq!(known("2024-01-19")?, (RateStatus::Provisional, dec!(2.594)));
/// assert_eq!(known("2024-03-31")?, (RateStatus::Final, dec!(2.594)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Source
///
/// Published method, §1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RateRules {
    /// What to do when not all five indicators can be told.
    pub missing: MissingPolicy,
    /// How changes are rounded; not at all by default.
    pub rounding: Option<ChangeRounding>,
    /// The month of the next year at whose end a rate is fixed.
    pub final_month: FinalMonth,
    /// How many months old, counted from the end of its period, a figure may be that stands in for one of the year's end: at 12,
    /// one of June stands in until the end of June of the next year.
    pub oldest_estimate: u8,
}

impl Default for RateRules {
    /// All five indicators, unrounded changes, fixed at the end of March, estimates at most twelve months old.
    fn default() -> Self {
        Self {
            missing: MissingPolicy::Refuse,
            rounding: None,
            final_month: FinalMonth::MARCH,
            oldest_estimate: 12,
        }
    }
}

impl RateRules {
    /// The day from whose end on the rate of a year is fixed: 31 March of the next year by default.
    ///
    /// # Errors
    ///
    /// [`RfrError::Calendar`] when the year is not 1 to 9998.
    pub fn fixed_on(&self, year: Year) -> Result<NaiveDate, RfrError> {
        if year.number() < 1 {
            return Err(RfrError::Calendar { year });
        }
        let month = Month::new(year.next().number(), self.final_month.get().into());
        month.map(Month::last_day).map_err(|_| RfrError::Calendar { year })
    }

    /// The rate of a year as known at the end of a day; `since` is that day, or the day on which the rate was fixed.
    ///
    /// # Errors
    ///
    /// [`RfrError::Missing`] when too few indicators could be told, as on every day before the year begins; [`RfrError::Calendar`]
    /// for a year that is not 1 to 9998, [`RfrError::Level`] and [`RfrError::Change`] for a level that no change can be taken of,
    /// [`RfrError::Market`] when releases on different bases cannot be compared.
    pub fn known(&self, statistics: &Vintages, year: Year, day: NaiveDate) -> Result<YearRate, RfrError> {
        let fixed_on = self.fixed_on(year)?;
        let since = day.min(fixed_on);
        let mut readings = BTreeMap::new();
        for indicator in Indicator::ALL {
            if let Some((reading, _)) = self.reading(statistics, indicator, year, since)? {
                readings.insert(indicator, reading);
            }
        }
        self.told(year, since, readings)
    }

    /// How the rate of a year moved, from its first day until it was fixed, or until the day `until`: one entry for each day on
    /// which the rate, the indicator behind it, its status, or what is missing or estimated became another.
    ///
    /// # Errors
    ///
    /// As [`RateRules::known`], except that days on which too few indicators could be told are left out.
    pub fn timeline(
        &self,
        statistics: &Vintages,
        year: Year,
        until: NaiveDate,
    ) -> Result<Vec<YearRate>, RfrError> {
        Ok(self.course(statistics, year, until)?.into_iter().filter_map(|(_, known)| known).collect())
    }

    /// The timelines of several years, as far as known on the day `until`.
    ///
    /// # Errors
    ///
    /// As [`RateRules::timeline`].
    pub fn history(
        &self,
        statistics: &Vintages,
        years: RangeInclusive<Year>,
        until: NaiveDate,
    ) -> Result<RateHistory, RfrError> {
        let mut history = RateHistory::default();
        for number in years.start().number()..=years.end().number() {
            let year = Year::new(number);
            history.insert(year, self.course(statistics, year, until)?);
        }
        Ok(history)
    }

    /// The days on which what is known of a year became another, with what is known from then on; `None` where too few
    /// indicators could be told any more.
    fn course(
        self,
        statistics: &Vintages,
        year: Year,
        until: NaiveDate,
    ) -> Result<Vec<(NaiveDate, Option<YearRate>)>, RfrError> {
        let last = until.min(self.fixed_on(year)?);
        let mut course: Vec<(NaiveDate, Option<YearRate>)> = Vec::new();
        let mut readings = BTreeMap::new();
        let mut due = days_of_change(statistics, year, last);
        while let Some((day, indicator)) = due.pop_first() {
            match self.reading(statistics, indicator, year, day)? {
                Some((reading, lapses_on)) => {
                    due.extend(lapses_on.filter(|day| *day <= last).map(|day| (day, indicator)));
                    readings.insert(indicator, reading);
                }
                None => drop(readings.remove(&indicator)),
            }
            if due.first().is_some_and(|(next, _)| *next == day) {
                continue;
            }
            let known = match self.told(year, day, readings.clone()) {
                Ok(known) => Some(known),
                Err(RfrError::Missing { .. }) => None,
                Err(error) => return Err(error),
            };
            let before = course.last().and_then(|(_, known)| known.as_ref());
            if before.map(deciding) != known.as_ref().map(deciding) {
                course.push((day, known));
            }
        }
        Ok(course)
    }

    /// The rate of a year by the readings of a day.
    fn told(
        self,
        year: Year,
        since: NaiveDate,
        readings: BTreeMap<Indicator, Reading>,
    ) -> Result<YearRate, RfrError> {
        let estimated = readings.values().any(|reading| reading.basis == Basis::Estimated);
        let status = match (since < self.fixed_on(year)?, estimated) {
            (false, _) => RateStatus::Final,
            (true, true) => RateStatus::Estimated,
            (true, false) => RateStatus::Provisional,
        };
        let prescribed = prescribed_rate(&Indicators::of(year, readings), self.missing)?;
        Ok(YearRate { since, status, prescribed })
    }

    /// The day from which on a figure may not stand in for that of the year's end.
    fn too_old_from(self, period: ReferencePeriod) -> NaiveDate {
        // Counted from the day after, so that the end of a month is as far from the end of another as their names say.
        let after = period.last_day().succ_opt();
        after
            .and_then(|day| day.checked_add_months(Months::new(self.oldest_estimate.into())))
            .unwrap_or(NaiveDate::MAX)
    }

    /// What an indicator says for a year on a day, and the day on which that lapses when nothing newer comes out.
    ///
    /// From the first day of the year until the rate is fixed, the newest figure may stand in for that of the year's end.
    fn reading(
        self,
        statistics: &Vintages,
        indicator: Indicator,
        year: Year,
        day: NaiveDate,
    ) -> Result<Option<(Reading, Option<NaiveDate>)>, RfrError> {
        let published = statistics.as_of(day);
        let may_estimate = (first_day(year)..self.fixed_on(year)?).contains(&day);
        for series in indicator.series_of(year) {
            let Some(newest) = published.newest(series).map(|figure| figure.period) else { continue };
            let value = |now: ReferencePeriod| match indicator {
                Indicator::Jgb10y => {
                    Ok(published.figure(series, now).map(|figure| Percent::new(figure.value)))
                }
                _ => self.change_to(&published, indicator, series, now),
            };
            let basis = if series == indicator.series() { Basis::Published } else { Basis::StandIn };
            // In 1986 the 9-year bond only fills the months until the 10-year bond was quoted.
            let ends = if basis == Basis::StandIn && year >= Indicator::FIRST_10Y {
                Vec::new()
            } else {
                year_ends(newest, year, day)
            };
            for now in ends {
                if let Some(percent) = value(now)? {
                    return Ok(Some((Reading { percent, basis }, None)));
                }
            }
            let too_old_from = self.too_old_from(newest);
            let stands_in = may_estimate && newest.last_day().year() <= year.number() && day < too_old_from;
            if stands_in && let Some(percent) = value(newest)? {
                return Ok(Some((Reading { percent, basis: Basis::Estimated }, Some(too_old_from))));
            }
        }
        Ok(None)
    }

    fn change_to(
        self,
        published: &Published<'_>,
        indicator: Indicator,
        series: &str,
        now: ReferencePeriod,
    ) -> Result<Option<Percent>, RfrError> {
        let Some(before) = now.year_before() else { return Ok(None) };
        let Some((now_level, before_level)) = published.comparable(series, now, before)? else {
            return Ok(None);
        };
        let year = |period: ReferencePeriod| Year::new(period.last_day().year());
        for (period, level) in [(now, now_level), (before, before_level)] {
            if level <= rust_decimal::Decimal::ZERO {
                return Err(RfrError::Level { year: year(period), indicator, level });
            }
        }
        let change = change(indicator, now_level, before_level)
            .map_err(|_| RfrError::Change { year: year(now), indicator })?;
        Ok(Some(self.rounding.map_or(change, |rounding| rounding.apply(change))))
    }
}

/// The periods whose figure is that of the year's end, the best first: December, the last quarter, the year, or the last days on
/// which a market is open; none before the year is over. The newest period tells which kind the series has.
fn year_ends(newest: ReferencePeriod, year: Year, today: NaiveDate) -> Vec<ReferencePeriod> {
    let number = year.number();
    if today < ReferencePeriod::Year(year).last_day() {
        return Vec::new();
    }
    match newest {
        ReferencePeriod::Month(_) => Month::new(number, 12).map(ReferencePeriod::Month).into_iter().collect(),
        ReferencePeriod::Quarter(_) => {
            Quarter::new(number, 4).map(ReferencePeriod::Quarter).into_iter().collect()
        }
        ReferencePeriod::Year(_) => vec![ReferencePeriod::Year(year)],
        ReferencePeriod::Day(_) => {
            // Tokyo's last trading day was never before 27 December.
            let days = (25..=31).rev().filter_map(|day| NaiveDate::from_ymd_opt(number, 12, day));
            days.map(ReferencePeriod::Day).collect()
        }
    }
}

fn first_day(year: Year) -> NaiveDate {
    NaiveDate::from_ymd_opt(year.number(), 1, 1).unwrap_or(NaiveDate::MIN)
}

/// The days, from the first of the year to `last`, on which an indicator may say something else, unless by growing too old.
fn days_of_change(statistics: &Vintages, year: Year, last: NaiveDate) -> BTreeSet<(NaiveDate, Indicator)> {
    let first = first_day(year);
    let mut days = BTreeSet::new();
    for indicator in Indicator::ALL {
        // The end of the year turns the newest figure, if it is of December, into that of the year's end.
        days.extend([first, ReferencePeriod::Year(year).last_day(), last].map(|day| (day, indicator)));
        for series in indicator.series_of(year) {
            let published = statistics.publication_days(series, first, last);
            days.extend(published.into_iter().map(|day| (day, indicator)));
        }
    }
    days.retain(|(day, _)| (first..=last).contains(day));
    days
}

/// What makes a new entry of a timeline: the digits of an indicator that decides nothing do not.
fn deciding(known: &YearRate) -> (RateStatus, Percent, Indicator, &[Indicator], [bool; 5]) {
    let rate = &known.prescribed;
    let estimated = |indicator| {
        rate.ranking.iter().any(|(of, reading)| *of == indicator && reading.basis == Basis::Estimated)
    };
    (known.status, rate.rate, rate.chosen, rate.missing.as_slice(), Indicator::ALL.map(estimated))
}
