use allweather_core::{Month, Year};
use allweather_portfolio::Spec;
use allweather_rfr::{Indicator, MissingPolicy, RateRules};
use chrono::NaiveDate;

use crate::source::{Index, Source};

/// The prescribed rates of a path's years as they settle, in doubles: what [`RateRules::known`] says of each at the end of the path. Which
/// figures a year's rate is made of depends on the calendar and the real past, not on what is drawn, so it is laid out once for all paths.
#[derive(Debug)]
pub(crate) struct YearRates {
    first: Year,
    /// The readings of each year; `None` where it has no rate.
    years: Vec<Option<Vec<Reading>>>,
    required: usize,
}

/// What one indicator says: of which months of a path, in the order of its months.
#[derive(Debug, Clone, Copy)]
struct Reading {
    index: usize,
    now: usize,
    taken: Taken,
}

#[derive(Debug, Clone, Copy)]
enum Taken {
    /// The value as it is.
    Value,
    /// The change from another month.
    Change { before: usize },
    /// The same with its sign flipped.
    Flipped { before: usize },
}

/// Levels that a decimal can hold: beyond, the statistics of a path have no figure.
const LEVELS: std::ops::Range<f64> = 1e-20..7e28;

impl YearRates {
    /// `None` where rates must be told exactly: for expenses, which read them as they were known, and where changes are rounded.
    pub(crate) fn of(spec: &Spec, source: &Source) -> Option<Self> {
        let rules = spec.prescribed_rate;
        if spec.expenses.is_some() || rules.rounding.is_some() {
            return None;
        }
        let (start, end) = (spec.start?, spec.end?);
        let required = match rules.missing {
            MissingPolicy::AtLeast(count) => usize::from(count.get()),
            MissingPolicy::Refuse => Indicator::ALL.len(),
        };
        let years = start.year().number()..=end.year().number();
        let years = years.map(|year| readings(rules, source, Year::new(year), end));
        Some(Self { first: start.year(), years: years.collect(), required })
    }

    /// The rates of the path of these rows, in the order of its years, into `rates`; `levels` is a place to work in.
    pub(crate) fn of_path(
        &self,
        source: &Source,
        rows: &[usize],
        levels: &mut Vec<f64>,
        rates: &mut Vec<Option<f64>>,
    ) {
        levels.clear();
        for index in source.indicators() {
            index.track.draw_into(rows, levels);
        }
        let months = levels.len() / source.indicators().len().max(1);
        let level = |index: usize, month: usize| {
            Some(levels[index * months + month]).filter(|level| LEVELS.contains(level))
        };
        let told = |reading: &Reading| {
            let now = level(reading.index, reading.now);
            let change = |before: usize| Some((now? / level(reading.index, before)? - 1.0) * 100.0);
            match reading.taken {
                Taken::Value => Some(levels[reading.index * months + reading.now]),
                Taken::Change { before } => change(before),
                Taken::Flipped { before } => change(before).map(|change| -change),
            }
        };
        rates.clear();
        rates.extend(self.years.iter().map(|readings| {
            let (mut count, mut highest, mut second) = (0, f64::NEG_INFINITY, f64::NEG_INFINITY);
            for percent in readings.as_ref()?.iter().filter_map(told) {
                count += 1;
                (highest, second) = (highest.max(percent), second.max(highest.min(percent)));
            }
            (count >= self.required).then_some(second / 100.0)
        }));
    }

    /// The rate of a year of the path that was told last, a fraction.
    pub(crate) fn rate(&self, year: Year, rates: &[Option<f64>]) -> Option<f64> {
        let place = usize::try_from(year.number() - self.first.number()).ok()?;
        rates.get(place).copied().flatten()
    }
}

/// What a year's rate is made of, as known at the end of a path. `None` where it has none whatever is drawn.
fn readings(rules: RateRules, source: &Source, year: Year, end: Month) -> Option<Vec<Reading>> {
    let fixed_on = rules.fixed_on(year).ok()?;
    let since = fixed_on.min(end.last_day());
    let all = source.indicators().iter().enumerate();
    let mut found = Vec::new();
    for (index, of) in all {
        let Some(now) = month_read(rules, source, of, (year, since, fixed_on)) else { continue };
        let place = |month: Month| source.place(of, month);
        let taken = match of.indicator() {
            Some(Indicator::Jgb10y) => Taken::Value,
            Some(Indicator::Reer) => Taken::Flipped { before: place(now.offset(-12))? },
            _ => Taken::Change { before: place(now.offset(-12))? },
        };
        found.push(Reading { index, now: place(now)?, taken });
    }
    Some(found)
}

/// The month whose figure an index is read at: the year's end, or until the rate is fixed the newest that may stand in for it.
fn month_read(
    rules: RateRules,
    source: &Source,
    index: &Index,
    (year, since, fixed_on): (Year, NaiveDate, NaiveDate),
) -> Option<Month> {
    let until = Month::containing(since).ok()?;
    let known = |month: Month| source.place(index, month).is_some() && index.out(month) <= since;
    let readable = |month: Month| {
        let change = index.indicator() != Some(Indicator::Jgb10y);
        known(month) && (!change || source.place(index, month.offset(-12)).is_some())
    };
    let december = Month::new(year.number(), 12).ok()?;
    if until >= december && readable(december) {
        return Some(december);
    }
    let past = std::iter::successors(Some(until), |month| Some(month.offset(-1)));
    let newest = past.take_while(|month| *month >= source.first_month()).find(|month| known(*month))?;
    let stands_in = since < fixed_on
        && until.year() >= year
        && newest.year() <= year
        && until.months_since(newest) <= i32::from(rules.oldest_estimate);
    (stands_in && readable(newest)).then_some(newest)
}
