//! Laws over random statistics offices: what was known on a day stays what it was.

use allweather_core::{Month, Percent, RateStatus, Year};
use allweather_market::{Dating, Lag, ReferencePeriod, SeriesId, Vintage, Vintages};
use allweather_rfr::{FinalMonth, Indicator, MissingPolicy, RateRules, RfrError, YearRate};
use chrono::{Days, NaiveDate};
use proptest::{prelude::*, sample::Index};
use rust_decimal::Decimal;

use crate::office::day;

const YEAR: Year = Year::new(2022);
const SERIES: [&str; 5] = ["jgb_10y", "jp_cpi", "jp_cgpi", "jp_gdp_deflator", "jp_reer"];

/// What one document says: so many figures of a series, the newest of them `age` periods old.
#[derive(Debug, Clone)]
struct Document {
    series: usize,
    released: NaiveDate,
    age: u8,
    levels: Vec<i64>,
    unit: u8,
}

impl Document {
    /// The period of the figure that is `back` periods older than the newest.
    fn period(&self, back: usize) -> ReferencePeriod {
        let back = i32::try_from(back).unwrap();
        let month = |back: i32| Month::containing(self.released).unwrap().offset(-back);
        match self.series {
            // Every second day, so that the last quote of a year is not always that of its last day.
            0 => {
                let days = u64::from(self.age) + 2 * u64::try_from(back).unwrap();
                ReferencePeriod::Day(self.released - Days::new(days))
            }
            3 => ReferencePeriod::Quarter(month(1 + 3 * (back + i32::from(self.age))).quarter()),
            _ => ReferencePeriod::Month(month(1 + back + i32::from(self.age))),
        }
    }

    fn vintage(&self, name: &str, level: impl Fn(ReferencePeriod, i64) -> Decimal, unit: &str) -> Vintage {
        let figures = self.levels.iter().enumerate().map(|(back, given)| {
            let period = self.period(back);
            (period, level(period, *given))
        });
        let series = SeriesId::new(SERIES[self.series]).unwrap();
        let vintage = Vintage::new(series, self.released, Dating::Stated, name, figures.collect());
        vintage.unwrap().with_unit(unit).unwrap()
    }
}

fn documents(units: u8) -> impl Strategy<Value = Vec<Document>> {
    let document = (0..5_usize, 0..1000_u64, 0..3_u8, 0..units, prop::collection::vec(90..112_i64, 14..30));
    let document = document.prop_map(|(series, after, age, unit, levels)| {
        let released = day("2021-06-01") + Days::new(after);
        Document { series, released, age, levels, unit }
    });
    prop::collection::vec(document, 5..45)
}

fn name(place: usize) -> String {
    format!("document {place}")
}

fn vintages(documents: &[Document]) -> Vec<Vintage> {
    let plain = |_, level| Decimal::from(level);
    let all = documents.iter().enumerate();
    all.map(|(place, d)| d.vintage(&name(place), plain, ["2015=100", "2020=100"][usize::from(d.unit)]))
        .collect()
}

fn statistics(vintages: impl IntoIterator<Item = Vintage>, lags: &[Option<u16>; 5]) -> Vintages {
    let mut statistics = Vintages::new();
    for (series, lag) in SERIES.into_iter().zip(lags) {
        if let Some(days) = lag {
            statistics = statistics.with_lag(SeriesId::new(series).unwrap(), Lag::days(*days));
        }
    }
    vintages.into_iter().for_each(|vintage| statistics.add(vintage).unwrap());
    statistics
}

fn rules() -> impl Strategy<Value = RateRules> {
    (2..=5_u8, prop::sample::select(vec![1, 3, 3, 7, 12]), prop::sample::select(vec![0, 1, 2, 5, 12]))
        .prop_map(|(enough, month, oldest_estimate)| RateRules {
            missing: MissingPolicy::at_least(enough).unwrap(),
            final_month: FinalMonth::new(month).unwrap(),
            oldest_estimate,
            ..RateRules::default()
        })
}

fn lags() -> impl Strategy<Value = [Option<u16>; 5]> {
    prop::array::uniform5(prop::option::of(0..90_u16))
}

type Shown = (Percent, Indicator, RateStatus, Vec<Indicator>);

fn shown(known: &YearRate) -> Shown {
    let rate = &known.prescribed;
    (rate.rate, rate.chosen, known.status, rate.missing.clone())
}

/// What is known, or nothing; refused are bases that nothing joins, for which there is no answer of a day either.
fn known(rules: RateRules, statistics: &Vintages, on: NaiveDate) -> Result<Option<YearRate>, RfrError> {
    match rules.known(statistics, YEAR, on) {
        Ok(known) => Ok(Some(known)),
        Err(RfrError::Missing { .. }) => Ok(None),
        Err(refused) => Err(refused),
    }
}

fn days() -> impl Iterator<Item = NaiveDate> {
    day("2021-12-20").iter_days().take_while(|on| *on < day("2024-01-10"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_history_misses_no_day_on_which_the_answer_changes(
        documents in documents(1), lags in lags(), rules in rules(), until in 0..900_u64,
    ) {
        let statistics = statistics(vintages(&documents), &lags);
        let history = rules.history(&statistics, YEAR..=YEAR, NaiveDate::MAX).unwrap();
        for on in days() {
            let known = known(rules, &statistics, on).unwrap();
            prop_assert_eq!(history.known_on(YEAR, on).map(shown), known.as_ref().map(shown), "{}", on);
        }
        let timeline = history.timeline(YEAR);
        prop_assert!(timeline.is_sorted_by(|a, b| a.since < b.since));
        for entry in timeline {
            prop_assert_eq!(Ok(entry.clone()), rules.known(&statistics, YEAR, entry.since));
        }
        // As far as a day, it is the beginning of the whole.
        let until = day("2021-12-20") + Days::new(until);
        let short = rules.history(&statistics, YEAR..=YEAR, until).unwrap();
        let part = timeline.partition_point(|entry| entry.since <= until);
        prop_assert_eq!(short.timeline(YEAR), &timeline[..part]);
        let last = known(rules, &statistics, until).unwrap();
        prop_assert_eq!(short.settled(YEAR).map(shown), last.as_ref().map(shown));
    }

    #[test]
    fn with_two_bases_it_is_refused_or_misses_no_day_either(
        documents in documents(2), lags in lags(), rules in rules(),
    ) {
        let statistics = statistics(vintages(&documents), &lags);
        match rules.history(&statistics, YEAR..=YEAR, NaiveDate::MAX) {
            Ok(history) => for on in days().step_by(3) {
                let known = known(rules, &statistics, on).unwrap();
                prop_assert_eq!(history.known_on(YEAR, on).map(shown), known.as_ref().map(shown), "{}", on);
            },
            Err(refused) => {
                prop_assert!(matches!(refused, RfrError::Market(_)), "{}", refused);
                prop_assert!(days().any(|on| known(rules, &statistics, on) == Err(refused.clone())));
            }
        }
    }

    #[test]
    fn what_comes_out_after_a_day_changes_nothing_that_was_known_on_it(
        documents in documents(2), rules in rules(), after in 0..900_u64,
    ) {
        let on = day("2021-12-01") + Days::new(after);
        let (all, none) = (vintages(&documents), [None; 5]);
        let by_then = all.iter().filter(|vintage| vintage.released() <= on).cloned();
        let by_then = statistics(by_then, &none);
        prop_assert_eq!(rules.known(&by_then, YEAR, on), rules.known(&statistics(all, &none), YEAR, on));
    }

    #[test]
    fn under_a_lag_a_newest_release_of_known_periods_changes_nothing_before_it(
        documents in documents(1), lags in lags(), rules in rules(), revision in -9..9_i64, of in any::<Index>(),
    ) {
        let released = documents.iter().map(|document| document.released).max().unwrap();
        let before = statistics(vintages(&documents), &lags);
        let revised = of.get(&documents);
        let level = |_, level: i64| Decimal::from(level + revision);
        let figures = revised.vintage("revision", level, "2020=100");
        let figures = figures.values().to_vec();
        let series = SeriesId::new(SERIES[revised.series]).unwrap();
        let newest = Vintage::new(series, released + Days::new(1), Dating::Stated, "revision", figures).unwrap();
        let mut after = before.clone();
        after.add(newest.with_unit("2015=100").unwrap()).unwrap();
        for on in days().step_by(7).filter(|on| *on <= released) {
            prop_assert_eq!(known(rules, &before, on).unwrap(), known(rules, &after, on).unwrap(), "{}", on);
        }
    }

    #[test]
    fn a_fixed_rate_stays(
        documents in documents(1), more in documents(1), lags in lags(), rules in rules(), later in 0..3000_u64,
    ) {
        let fixed_on = rules.fixed_on(YEAR).unwrap();
        let fixed = statistics(vintages(&documents), &lags);
        let rate = known(rules, &fixed, fixed_on).unwrap();
        prop_assert!(rate.iter().all(|rate| (rate.status, rate.since) == (RateStatus::Final, fixed_on)));
        prop_assert_eq!(&known(rules, &fixed, fixed_on + Days::new(later)).unwrap(), &rate);
        for before in [1, 40, 200] {
            let open = known(rules, &fixed, fixed_on - Days::new(before)).unwrap();
            prop_assert!(open.iter().all(|open| open.status != RateStatus::Final));
        }

        // Neither do later releases move it.
        let stated = statistics(vintages(&documents), &[None; 5]);
        let rate = known(rules, &stated, fixed_on).unwrap();
        let mut after = stated;
        for (place, mut document) in more.into_iter().enumerate() {
            document.released = fixed_on + Days::new(1 + u64::try_from(place).unwrap() + later % 50);
            let vintage = document.vintage(&format!("later {place}"), |_, level| Decimal::from(level), "2015=100");
            after.add(vintage).unwrap();
        }
        for days in [0, 1, 60, later] {
            prop_assert_eq!(&known(rules, &after, fixed_on + Days::new(days)).unwrap(), &rate);
        }
    }

    #[test]
    fn the_order_in_which_releases_are_found_changes_nothing(
        (documents, order) in documents(2).prop_flat_map(|documents| {
            let order = Just((0..documents.len()).collect::<Vec<_>>()).prop_shuffle();
            (Just(documents), order)
        }),
        lags in lags(), rules in rules(),
    ) {
        let vintages = vintages(&documents);
        let shuffled = order.iter().map(|place| vintages[*place].clone());
        let shuffled = statistics(shuffled.collect::<Vec<_>>(), &lags);
        let given = statistics(vintages, &lags);
        let history = |of| rules.history(of, YEAR..=YEAR.next(), NaiveDate::MAX);
        prop_assert_eq!(history(&given), history(&shuffled));
    }

    #[test]
    fn a_series_on_another_scale_has_the_same_changes(
        documents in documents(1), lags in lags(), rules in rules(), factors in prop::array::uniform4(1..5000_i64),
    ) {
        // Yields are no indices: theirs stays.
        let all = documents.iter().enumerate();
        let rescaled = all.map(|(place, document)| {
            let factor = document.series.checked_sub(1).map_or(Decimal::ONE, |index| Decimal::new(factors[index], 3));
            document.vintage(&name(place), |_, level| Decimal::from(level) * factor, "2015=100")
        });
        let history = |of| rules.history(&statistics(of, &lags), YEAR..=YEAR, NaiveDate::MAX);
        prop_assert_eq!(history(rescaled.collect()), history(vintages(&documents)));
    }

    #[test]
    fn an_office_that_changes_its_base_with_each_release_changes_no_rate(
        documents in documents(1), lags in lags(), rules in rules(), truth in prop::collection::vec(90..112_i64, 97),
        factors in prop::collection::vec(1..5000_i64, 45),
    ) {
        // One true level for each period, and every document goes back to the same one, so that all bases overlap.
        let level = |period: ReferencePeriod| {
            let place = period.last_day().signed_duration_since(day("2000-01-01")).num_days();
            Decimal::from(truth[usize::try_from(place).unwrap() % truth.len()])
        };
        let long = documents.iter().map(|document| {
            let back = (0..2000).take_while(|back| document.period(*back).last_day() >= day("2020-01-01")).count();
            Document { levels: vec![0; back], ..document.clone() }
        });
        let long: Vec<Document> = long.collect();
        let plain = long.iter().enumerate().map(|(place, d)| d.vintage(&name(place), |at, _| level(at), "level"));
        let rebased = long.iter().enumerate().map(|(place, document)| {
            let factor = if document.series == 0 { Decimal::ONE } else { Decimal::new(factors[place], 3) };
            document.vintage(&name(place), |at, _| level(at) * factor, &format!("{factor} and {place}"))
        });
        let (plain, rebased) = (statistics(plain.collect::<Vec<_>>(), &lags), statistics(rebased.collect::<Vec<_>>(), &lags));
        for on in days().step_by(11) {
            let (plain, rebased) = (known(rules, &plain, on).unwrap(), known(rules, &rebased, on).unwrap());
            prop_assert_eq!(plain.as_ref().map(|known| known.status), rebased.as_ref().map(|known| known.status));
            if let Some((plain, rebased)) = plain.zip(rebased) {
                let apart = plain.prescribed.rate.points() - rebased.prescribed.rate.points();
                prop_assert!(apart.abs() < Decimal::new(1, 20), "{} on {}", apart, on);
            }
        }
    }
}

#[test]
fn the_random_offices_have_rates_of_every_status_and_lapses() {
    use proptest::{strategy::ValueTree, test_runner::TestRunner};
    let mut runner = TestRunner::deterministic();
    let mut seen = std::collections::BTreeMap::new();
    for _ in 0..40 {
        let (documents, lags, rules) =
            (documents(1), lags(), rules()).new_tree(&mut runner).unwrap().current();
        let statistics = statistics(vintages(&documents), &lags);
        let history = rules.history(&statistics, YEAR..=YEAR, NaiveDate::MAX).unwrap();
        for known in history.timeline(YEAR) {
            *seen.entry(Some(known.status)).or_insert(0) += 1;
        }
        let lapsed = history
            .timeline(YEAR)
            .iter()
            .any(|known| days().any(|on| on > known.since && history.known_on(YEAR, on).is_none()));
        *seen.entry(None).or_insert(0) += i32::from(lapsed);
    }
    let all = [None, Some(RateStatus::Estimated), Some(RateStatus::Provisional), Some(RateStatus::Final)];
    assert!(all.iter().all(|status| seen.get(status).is_some_and(|count| *count > 5)), "{seen:?}");
}
