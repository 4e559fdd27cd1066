#![expect(clippy::expect_used, clippy::missing_panics_doc, reason = "valid by construction")]

use allweather_core::{Month, Quarter};
use allweather_market::{Dating, ReferencePeriod, SeriesId, Vintage, Vintages};
use chrono::Days;
use proptest::{collection::vec, prelude::*};
use rust_decimal::Decimal;

/// Periods a series has at most.
const LONGEST: usize = 24;

/// A series before its releases are made: index levels in tenths, the first of which is 100.
#[derive(Debug, Clone)]
struct RawSeries {
    moves: Vec<i64>,
    /// What each release adds to the newest figures of the one before, newest first.
    revisions: Vec<[i64; 3]>,
    /// From which release on the figures are on a new base, and by how much they are then divided, in tenths.
    rebased: Option<(usize, i64)>,
    /// Days from the end of a period to its release.
    late: u64,
}

fn raw_series() -> impl Strategy<Value = RawSeries> {
    let revisions = vec(prop::array::uniform3(prop_oneof![2 => Just(0), 1 => -20..=20_i64]), LONGEST);
    let rebased = proptest::option::of((1..LONGEST, 11..25_i64));
    (vec(-30..=30_i64, 2..=LONGEST), revisions, rebased, 0..60_u64)
        .prop_map(|(moves, revisions, rebased, late)| RawSeries { moves, revisions, rebased, late })
}

impl RawSeries {
    /// One release a period, each with all periods so far.
    fn releases(&self, name: &str, period: impl Fn(usize) -> ReferencePeriod, vintages: &mut Vintages) {
        let mut levels: Vec<i64> = Vec::new();
        for (release, (change, revisions)) in self.moves.iter().zip(&self.revisions).enumerate() {
            levels.push(levels.last().copied().unwrap_or(1000) + change);
            if release > 0 {
                // The newest figure is as first published; those before it are revised.
                let older = levels.iter_mut().rev().skip(1).zip(revisions);
                older.for_each(|(level, revision)| *level += revision);
            }
            let (unit, divisor) = match self.rebased {
                Some((from, tenths)) if release >= from => ("2010=100", Decimal::new(tenths, 1)),
                _ => ("2000=100", Decimal::ONE),
            };
            let figure = |level: &i64| (Decimal::new(*level, 1) / divisor).round_dp(1);
            let values =
                levels.iter().enumerate().map(|(place, level)| (period(place), figure(level))).collect();
            let day = period(release).last_day() + Days::new(self.late);
            let series = SeriesId::new(name).expect("a name");
            let vintage = Vintage::new(series, day, Dating::Stated, "office", values);
            let vintage = vintage.and_then(|vintage| vintage.with_unit(unit)).expect("a release");
            vintages.add(vintage).expect("each release once");
        }
    }
}

/// Published statistics with their releases: a monthly index `cpi` and a quarterly one `gdp`, from 2000 on, 2 to 24 periods each.
/// Every release may revise the three figures before its newest, and at some release all figures may move to another base.
pub fn statistics() -> BoxedStrategy<Vintages> {
    (raw_series(), raw_series())
        .prop_map(|(monthly, quarterly)| {
            let first = Month::new(2000, 1).expect("a month");
            let offset = |months: usize| first.offset(i32::try_from(months).unwrap_or(0));
            let quarter = |place: usize| -> Quarter { offset(3 * place).quarter() };
            let mut vintages = Vintages::new();
            monthly.releases("cpi", |place| ReferencePeriod::Month(offset(place)), &mut vintages);
            quarterly.releases("gdp", |place| ReferencePeriod::Quarter(quarter(place)), &mut vintages);
            vintages
        })
        .boxed()
}
