//! Random statistical offices: they publish late, leave gaps, revise and rebase.

use allweather_core::Month;
use allweather_market::{Dating, ReferencePeriod, Vintage};
use chrono::{Days, NaiveDate};
use proptest::{prelude::*, sample::Index};
use rust_decimal::Decimal;

use super::id;

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Kind {
    Day,
    Month,
    Quarter,
    Year,
}

/// The period `k` places after the first that an office has.
pub(crate) fn period(kind: Kind, k: usize) -> ReferencePeriod {
    let k = i32::try_from(k).unwrap();
    let month = |k| Month::new(2000, 1).unwrap().offset(k);
    match kind {
        Kind::Day => ReferencePeriod::Day(month(0).first_day() + Days::new(k.unsigned_abs().into())),
        Kind::Month => ReferencePeriod::Month(month(k)),
        Kind::Quarter => ReferencePeriod::Quarter(month(3 * k).quarter()),
        Kind::Year => ReferencePeriod::Year(month(12 * k).year()),
    }
}

/// How many periods an office covers at most.
pub(crate) const PERIODS: usize = 16;

/// Days over all periods and a while after, with some before.
pub(crate) fn days(kind: Kind) -> impl Strategy<Value = NaiveDate> {
    let (first, last) = (period(kind, 0).last_day(), period(kind, PERIODS + 2).last_day());
    let days = (last - first).num_days().unsigned_abs();
    (0..days + 10).prop_map(move |k| first + Days::new(k) - Days::new(3))
}

/// Releases of the series `s`, of one kind; those of one day and source agree with one another.
pub(crate) fn releases(kind: Kind, levels: std::ops::Range<i64>) -> impl Strategy<Value = Vec<Vintage>> {
    let values = prop::collection::vec(prop::option::weighted(0.8, levels), 1..PERIODS);
    let release = (days(kind), 0..2_usize, 0..4_usize, 0..PERIODS, values);
    prop::collection::vec(release, 0..9).prop_map(move |drawn| {
        let mut releases: Vec<Vintage> = Vec::new();
        for (on, source, unit, first, values) in drawn {
            let (source, unit) =
                (["agency", "bureau, \"b\""][source], ["", "2015=100", "2020=100", "2025=100"][unit]);
            let values = values
                .into_iter()
                .enumerate()
                .filter_map(|(k, value)| Some((period(kind, first + k), value?)));
            let values = values.map(|(period, value)| (period, Decimal::new(value, 1)));
            // A year ahead is refused by name; what had not begun is no part of a release.
            let begun = values.filter(|(period, _)| begins(*period) <= on).collect();
            let Ok(vintage) = Vintage::new(id("s"), on, Dating::Stated, source, begun) else { continue };
            let vintage = if unit.is_empty() { vintage } else { vintage.with_unit(unit).unwrap() };
            if releases.iter().all(|held| (held.released(), held.source()) != (on, source)) {
                releases.push(vintage);
            }
        }
        releases
    })
}

fn begins(period: ReferencePeriod) -> NaiveDate {
    match period {
        ReferencePeriod::Day(day) => day,
        ReferencePeriod::Month(month) => month.first_day(),
        ReferencePeriod::Quarter(quarter) => quarter.last_month().offset(-2).first_day(),
        ReferencePeriod::Year(year) => Month::new(year.number(), 1).unwrap().first_day(),
    }
}

pub(crate) fn kinds() -> impl Strategy<Value = Kind> {
    prop::sample::select(vec![Kind::Day, Kind::Month, Kind::Quarter, Kind::Year])
}

/// An office of months mostly, its releases, and a day to ask on.
pub(crate) fn offices() -> impl Strategy<Value = (Kind, Vec<Vintage>, NaiveDate)> {
    kinds().prop_flat_map(|kind| {
        let drawn = (releases(kind, 1..2000), days(kind), any::<Index>(), any::<bool>());
        drawn.prop_map(move |(releases, day, which, on_release)| {
            // Half of the days are days of release: there the edges are.
            let day = if on_release && !releases.is_empty() { which.get(&releases).released() } else { day };
            (kind, releases, day)
        })
    })
}
