//! What is known on a day, from the definitions, slowly.

use std::collections::{BTreeMap, BTreeSet};

use allweather_market::{Dating, Lag, MarketError, ReferencePeriod, Vintage};
use chrono::{Days, NaiveDate};
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::{
    all, id,
    offices::{PERIODS, days, kinds, offices, period, releases},
};

struct Model<'a> {
    /// By day and source.
    releases: Vec<&'a Vintage>,
    lag: Option<u64>,
    day: NaiveDate,
}

type Found<'a> = (Decimal, NaiveDate, Dating, &'a Vintage);
type Levels = BTreeMap<ReferencePeriod, Decimal>;

impl<'a> Model<'a> {
    fn new(releases: &'a [Vintage], lag: Option<u64>, day: NaiveDate) -> Self {
        let mut releases: Vec<_> = releases.iter().collect();
        releases.sort_by_key(|release| (release.released(), release.source()));
        Self { releases, lag, day }
    }

    /// The day on which a release showed a figure: its own, or by the lag.
    fn shown(&self, release: &Vintage, period: ReferencePeriod) -> NaiveDate {
        let by_lag = self.lag.map_or(NaiveDate::MAX, |days| period.last_day() + Days::new(days));
        release.released().min(by_lag)
    }

    /// The releases in the order in which they are asked: the newest that is out, …, the oldest that is not, ….
    fn order(&self) -> Vec<&'a Vintage> {
        let (mut out, later): (Vec<_>, Vec<_>) =
            self.releases.iter().partition(|release| release.released() <= self.day);
        out.reverse();
        out.into_iter().chain(later).collect()
    }

    fn value(&self, release: &Vintage, period: ReferencePeriod) -> Option<Decimal> {
        release.get(period).filter(|_| self.shown(release, period) <= self.day)
    }

    fn figure(&self, period: ReferencePeriod) -> Option<Found<'a>> {
        let release = self.order().into_iter().find(|release| self.value(release, period).is_some())?;
        let oldest = self.releases.iter().find(|release| release.get(period).is_some())?;
        let on = if release == *oldest { self.shown(release, period) } else { release.released() };
        let dating = if on == release.released() { release.dating() } else { Dating::Assumed };
        Some((self.value(release, period)?, on, dating, release))
    }

    fn publication_days(&self) -> BTreeSet<NaiveDate> {
        let mut days: BTreeSet<_> = self.releases.iter().map(|release| release.released()).collect();
        let mut seen = BTreeSet::new();
        for release in &self.releases {
            for (period, _) in release.values() {
                if seen.insert(*period) {
                    days.insert(self.shown(release, *period));
                }
            }
        }
        days
    }

    fn levels(&self, periods: &[ReferencePeriod]) -> Result<Levels, &'static str> {
        let figures: BTreeMap<_, _> = periods.iter().filter_map(|p| Some((*p, self.figure(*p)?))).collect();
        // Bases by the place of the first release of each.
        let order = self.order();
        let base = |release: &Vintage| {
            order
                .iter()
                .position(|other| {
                    *other == release || release.unit().is_some() && release.unit() == other.unit()
                })
                .unwrap()
        };
        let shows = |b: &usize| {
            order.iter().any(|r| base(r) == *b && periods.iter().any(|p| self.value(r, *p).is_some()))
        };
        let last = |b: usize| {
            figures.iter().filter(|(_, found)| base(found.3) == b).map(|(period, _)| *period).max()
        };
        let mut open: Vec<usize> = (0..order.len()).filter(|b| base(order[*b]) == *b && shows(b)).collect();
        open.sort_by_key(|b| std::cmp::Reverse(last(*b)));
        let held =
            |b: usize, period| order.iter().filter(|r| base(r) == b).find_map(|r| self.value(r, period));
        let mut levels = Levels::new();
        let mut joined: Vec<(usize, Decimal, Decimal)> = Vec::new();
        while open.iter().any(|b| last(*b).is_some()) {
            let next = open.iter().enumerate().find_map(|(place, b)| {
                if joined.is_empty() {
                    return Some((place, *b, Decimal::ONE, Decimal::ONE));
                }
                joined.iter().find_map(|(newer, onto, from)| {
                    let common = periods.iter().find_map(|p| held(*b, *p).zip(held(*newer, *p)));
                    common.map(|(old, new)| {
                        if old == new {
                            (place, *b, *onto, *from)
                        } else {
                            (place, *b, onto * new, from * old)
                        }
                    })
                })
            });
            let Some((place, b, onto, from)) = next else { return Err("overlap") };
            open.remove(place);
            for (period, found) in figures.iter().filter(|(_, found)| base(found.3) == b) {
                let level = if onto == from { found.0 } else { found.0 * onto / from };
                levels.insert(*period, level);
            }
            joined.push((b, onto, from));
        }
        Ok(levels)
    }

    fn comparable(
        &self,
        now: ReferencePeriod,
        before: ReferencePeriod,
        periods: &[ReferencePeriod],
    ) -> Result<Option<(Decimal, Decimal)>, &'static str> {
        let (Some(one), Some(other)) = (self.figure(now), self.figure(before)) else { return Ok(None) };
        if one.3.unit().is_some() && one.3.unit() == other.3.unit() {
            return Ok(Some((one.0, other.0)));
        }
        if let Some(level) = self.value(one.3, before) {
            return Ok(Some((one.0, level)));
        }
        self.levels(periods).map(|levels| Some((levels[&now], levels[&before])))
    }
}

pub(crate) fn kind_of(error: &MarketError) -> &'static str {
    match error {
        MarketError::NoOverlap { .. } => "overlap",
        MarketError::Rebase { .. } => "rebase",
        _ => "other",
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]
    #[test]
    fn what_is_known_is_what_the_definitions_say(
        (kind, releases, day) in offices(),
        lag in prop::option::of(prop::sample::select(vec![0_u16, 1, 20, 40, 100, 400])),
    ) {
        let mut vintages = all(releases.clone());
        if let Some(lag) = lag {
            vintages = vintages.with_lag(id("s"), Lag::days(lag));
        }
        let model = Model::new(&releases, lag.map(u64::from), day);
        let known = vintages.as_of(day);
        let periods: Vec<_> = (0..2 * PERIODS + 2).map(|k| period(kind, k)).collect();
        for at in &periods {
            let figure = known.figure("s", *at).map(|f| (f.value, f.published_on, f.dating, f.release));
            prop_assert_eq!(figure, model.figure(*at), "{}", at);
        }
        let newest = periods.iter().rev().find(|at| model.figure(**at).is_some());
        prop_assert_eq!(known.newest("s").map(|figure| figure.period), newest.copied());
        let levels = known.levels("s").map_err(|e| kind_of(&e));
        prop_assert_eq!(&levels, &model.levels(&periods));
        for now in &periods {
            for before in &periods {
                let pair = known.comparable("s", *now, *before).map_err(|e| kind_of(&e));
                prop_assert_eq!(pair, model.comparable(*now, *before, &periods), "{} {}", now, before);
            }
        }
        let days = vintages.publication_days("s", NaiveDate::MIN, NaiveDate::MAX);
        prop_assert_eq!(&days, &model.publication_days());
        let later: BTreeSet<_> = days.into_iter().filter(|on| *on >= day).collect();
        prop_assert_eq!(vintages.publication_days("s", day, NaiveDate::MAX), later);
    }

    /// What is newly known is the difference of what is known.
    #[test]
    fn changes_are_the_difference_of_two_sets((kind, earlier, more) in kinds().prop_flat_map(|kind| {
        (Just(kind), releases(kind, 1..5), releases(kind, 1..5))
    })) {
        let earlier = all(earlier);
        let mut now = earlier.clone();
        prop_assume!(now.merge(all(more)).is_ok());
        let changes = now.changes_since(&earlier);
        let (before, after) = (earlier.newest(), now.newest());
        let periods: Vec<_> = (0..2 * PERIODS + 2).map(|k| period(kind, k)).collect();
        let pairs = periods.iter().map(|at| (*at, before.figure("s", *at), after.figure("s", *at)));
        let mut new = Vec::new();
        let mut revised = Vec::new();
        for (at, old, figure) in pairs {
            match (old, figure) {
                (None, Some(figure)) => new.push((at, figure.value)),
                (Some(old), Some(figure)) if old.release.unit() == figure.release.unit() && old.value != figure.value => {
                    revised.push((at, old.value, figure.value));
                }
                _ => {}
            }
        }
        let found = changes.first().map(|change| (change.new.clone(), change.revised.clone()));
        prop_assert_eq!(changes.is_empty(), now == earlier);
        prop_assert_eq!(found.unwrap_or_default(), (new, revised));
        let came = now.releases("s").len() - earlier.releases("s").len();
        prop_assert_eq!(changes.first().map_or(0, |change| change.releases), came);
    }

    /// A day within the years there are has a figure before it, at it, or none; nothing panics.
    #[test]
    fn any_day_can_be_asked((kind, releases, _) in offices(), other in kinds().prop_flat_map(days), lag in any::<u16>()) {
        let vintages = all(releases).with_lag(id("s"), Lag::days(lag));
        for day in [NaiveDate::MIN, other, NaiveDate::MAX] {
            let known = vintages.as_of(day);
            let _ = (known.levels("s"), known.monthly("s"), known.newest("s"), known.figure("s", period(kind, 3)));
        }
        prop_assert!(vintages.as_of(NaiveDate::MIN).newest("s").is_none());
    }
}
