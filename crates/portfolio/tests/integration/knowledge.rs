//! What a run knows of the prescribed rates, and when.

use std::{collections::BTreeMap, fmt::Write};

use allweather_core::{Month, Quarter, RateStatus, Year};
use allweather_market::{Dating, Market, PricePanel, ReferencePeriod, SeriesId, Vintage, Vintages};
use allweather_portfolio::{
    Expenses, Knowledge, PortfolioError, QuarterRecord, Record, Spec,
    rfr::{Indicator, MissingPolicy, RateHistory, RateRules, YearRate},
    simulate,
};
use allweather_testkit::{Case, Noise, generate::cases};
use chrono::{Days, NaiveDate};
use proptest::prelude::*;
use rust_decimal::{Decimal, dec};

use crate::BASE;

/// How the statistics of a world come out: figures from a seed, and how many days after its quarter one comes out at most.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Publications {
    seed: u64,
    slowest: u64,
}

/// Prompt ones are out on the last day of the quarter, so that a year's rate is provisional as the year ends; the others leave
/// it estimated. All are out by 25 March.
pub(crate) fn publications() -> impl Strategy<Value = Publications> {
    let slowest = prop_oneof![1 => Just(0), 1 => 1..84_u64];
    (any::<u64>(), slowest).prop_map(|(seed, slowest)| Publications { seed, slowest })
}

/// One release a quarter of each series, with the same quarter a year before, which may be revised. From the day after `known`
/// on, all figures are others.
fn statistics(case: &Case, publications: Publications, known: Option<NaiveDate>) -> Vintages {
    let mut noise = Noise::new(publications.seed);
    let mut statistics = Vintages::new();
    let first = case.world.first.year().number();
    for indicator in Indicator::ALL {
        let series = SeriesId::new(indicator.series()).unwrap();
        let mut levels = BTreeMap::new();
        for (year, number) in (first - 3..first + 8).flat_map(|year| (1..=4).map(move |q| (year, q))) {
            let quarter = ReferencePeriod::Quarter(Quarter::new(year, number).unwrap());
            let late = noise.whole() % (publications.slowest + 1);
            let released = quarter.last_day() + Days::new(late);
            let mut draw = |from: u64, choices: u64| Decimal::from(from + noise.whole() % choices);
            let (level, revision, other) = (draw(900, 200), draw(0, 10), draw(50, 500));
            let level = if known.is_some_and(|known| known < released) { level + other } else { level };
            let mut values = vec![(quarter, level)];
            if let Some(before) = quarter.year_before()
                && let Some(level) = levels.get(&before)
            {
                values.push((before, level + revision));
            }
            levels.insert(quarter, level);
            let release = Vintage::new(series.clone(), released, Dating::Stated, "office", values).unwrap();
            statistics.add(release.with_unit("points").unwrap()).unwrap();
        }
    }
    statistics
}

fn history_of(case: &Case, statistics: &Vintages) -> RateHistory {
    let first = case.world.first.year();
    let rates =
        RateRules::default().history(statistics, first..=Year::new(first.number() + 6), NaiveDate::MAX);
    rates.unwrap()
}

/// The rates of a world's years, with the days from which they were known.
pub(crate) fn history(case: &Case, publications: Publications) -> RateHistory {
    history_of(case, &statistics(case, publications, None))
}

/// The rate of a year that counts on a day: searched from the end of its timeline, as a reader of it would.
pub(crate) fn counted(rates: &RateHistory, knowledge: Knowledge, year: Year, date: NaiveDate) -> &YearRate {
    let mut newest_first = rates.timeline(year).iter().rev();
    match knowledge {
        Knowledge::PointInTime => newest_first.find(|rate| rate.since <= date),
        Knowledge::Final => newest_first.next(),
    }
    .unwrap()
}

fn knowing(case: &Case, knowledge: Knowledge) -> Case {
    let mut case = case.clone();
    case.spec.expenses = case.spec.expenses.map(|e| Expenses { knowledge, ..e });
    case
}

fn run(case: &Case, rates: &RateHistory) -> Record {
    simulate(&case.spec, &case.world.market().unwrap(), rates).unwrap()
}

fn steps(record: &Record) -> Vec<String> {
    record.steps().map(|step| serde_json::to_string(&step).unwrap()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn what_comes_out_later_changes_nothing_before(case in cases(), publications in publications(), at in any::<prop::sample::Index>()) {
        let case = knowing(&case, Knowledge::PointInTime);
        let rates = history(&case, publications);
        let record = run(&case, &rates);
        let at = at.index(record.len());
        let date = record.step(at).unwrap().date;
        let others = history_of(&case, &statistics(&case, publications, Some(date)));
        prop_assert_ne!(&rates, &others, "other figures are other rates");
        let other = run(&case, &others);
        for (step, other) in steps(&record).into_iter().zip(steps(&other)).take(at + 1) {
            prop_assert_eq!(step, other);
        }
    }

    #[test]
    fn a_quarter_says_which_rate_counted_and_whether_it_could_change(case in cases(), publications in publications()) {
        let rates = history(&case, publications);
        for knowledge in [Knowledge::PointInTime, Knowledge::Final] {
            let record = run(&knowing(&case, knowledge), &rates);
            for step in record.steps() {
                let Some(q) = step.quarter else { continue };
                let rate = counted(&rates, knowledge, step.month.year(), step.date);
                prop_assert_eq!(q.rate, Some(rate.prescribed.rate));
                prop_assert_eq!(q.indicator, Some(rate.prescribed.chosen));
                prop_assert_eq!(q.rate_status, Some(rate.status));
                let expected = match knowledge {
                    Knowledge::Final => RateStatus::Final,
                    // All five are out on the last day of the year, and only then.
                    Knowledge::PointInTime if publications.slowest == 0 && step.month.number() == 12 => RateStatus::Provisional,
                    Knowledge::PointInTime => rate.status.min(RateStatus::Provisional),
                };
                prop_assert_eq!(q.rate_status, Some(expected));
            }
            // Tables of years and the target check speak of the rates as they were fixed.
            for (year, rate) in record.rates() {
                prop_assert_eq!((Some(rate), rate.status), (rates.settled(*year), RateStatus::Final));
            }
        }
    }

    #[test]
    fn stated_rates_are_known_and_final_from_the_first_day(case in cases()) {
        let rates = case.world.rates();
        let [now, later] = [Knowledge::PointInTime, Knowledge::Final].map(|knowledge| run(&knowing(&case, knowledge), &rates));
        prop_assert_eq!(steps(&now), steps(&later));
        prop_assert!(now.steps().filter_map(|s| s.quarter).all(|q| q.rate_status == Some(RateStatus::Final)));
    }
}

/// One asset that pays for everything, from January 2020 to June 2021.
fn plain(knowledge: &str) -> (Spec, Market) {
    let mut prices = "month,a_jpy\n".to_owned();
    let (first, last): (Month, Month) = ("2020-01".parse().unwrap(), "2021-06".parse().unwrap());
    for (k, month) in first.through(last).enumerate() {
        writeln!(prices, "{month},{}", 100 + 2 * k).unwrap();
    }
    let spec = format!(
        r#"{{"name":"x","capital":1000000,"rule":{{"calendar":{{"every":"year","on":"end"}}}},
            "holdings":[{{"asset":"a","weight":1}}],"expenses":{{"knowledge":"{knowledge}"}}}}"#
    );
    let market = Market::new(BASE, PricePanel::from_csv("prices.csv", &prices).unwrap());
    (Spec::from_json(&spec).unwrap(), market)
}

/// Two indicators: a yield of 50 %, and consumer prices, which therefore decide. Each release is a day, a quarter, and its change
/// over a year in percent.
fn two_indicators(releases: &[(&str, &str, Decimal)]) -> RateHistory {
    let mut statistics = Vintages::new();
    let mut add = |series: &str, on: &str, values: Vec<(ReferencePeriod, Decimal)>| {
        let released = on.parse().unwrap();
        let series = SeriesId::new(series).unwrap();
        let release = Vintage::new(series, released, Dating::Stated, "office", values).unwrap();
        statistics.add(release.with_unit("points").unwrap()).unwrap();
    };
    for day in ["2019-12-30", "2020-12-30", "2021-12-30"] {
        add("jgb_10y", day, vec![(day.parse().unwrap(), dec!(50))]);
    }
    for (on, quarter, change) in releases {
        let quarter: ReferencePeriod = quarter.parse().unwrap();
        let values = vec![(quarter.year_before().unwrap(), dec!(100)), (quarter, dec!(100) + change)];
        add("jp_cpi", on, values);
    }
    let rules = RateRules { missing: MissingPolicy::at_least(2).unwrap(), ..RateRules::default() };
    rules.history(&statistics, Year::new(2020)..=Year::new(2021), NaiveDate::MAX).unwrap()
}

const RELEASES: [(&str, &str, Decimal); 8] = [
    ("2020-02-14", "2019Q4", dec!(1)),
    ("2020-04-20", "2020Q1", dec!(2)),
    ("2020-09-30", "2020Q2", dec!(3)),
    // The day after the quarter's end is too late for it.
    ("2021-01-01", "2020Q3", dec!(4)),
    ("2021-02-15", "2020Q4", dec!(5)),
    // The last word before the rate is fixed, on the very day; and one that comes too late.
    ("2021-03-31", "2020Q4", dec!(6)),
    ("2021-04-01", "2020Q4", dec!(7)),
    ("2022-02-15", "2021Q4", dec!(9)),
];

fn quarters(record: &Record) -> Vec<(Decimal, RateStatus, f64)> {
    let of =
        |q: &QuarterRecord| (q.rate.unwrap().points().normalize(), q.rate_status.unwrap(), q.annual_expense);
    record.steps().filter_map(|step| step.quarter.map(of)).collect()
}

fn check(found: &[(Decimal, RateStatus, f64)], expected: &[(Decimal, RateStatus, f64)]) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert_eq!((found.0, found.1), (expected.0, expected.1));
        assert!((found.2 - expected.2).abs() < 1e-6, "{found:?} {expected:?}");
    }
}

#[test]
fn each_quarter_pays_by_the_rates_of_its_day() {
    use RateStatus::{Estimated, Final};
    let rates = two_indicators(&RELEASES);
    let (spec, market) = plain("point_in_time");
    // 3 % of a million by hand. In 2021 the rate of 2020 is final at 6 %, and that of 2021 is estimated: first by the 6 % that
    // the last quarter of 2020 shows on 31 March, then by the 7 % that it shows from 1 April on.
    check(
        &quarters(&simulate(&spec, &market, &rates).unwrap()),
        &[
            (dec!(1), Estimated, 30_300.0),
            (dec!(2), Estimated, 30_600.0),
            (dec!(3), Estimated, 30_900.0),
            (dec!(3), Estimated, 30_900.0),
            (dec!(6), Estimated, 30_000.0 * 1.06 * 1.06),
            (dec!(7), Estimated, 30_000.0 * 1.06 * 1.07),
        ],
    );
    // With what was fixed later.
    let (spec, market) = plain("final");
    check(
        &quarters(&simulate(&spec, &market, &rates).unwrap()),
        &[
            (dec!(6), Final, 31_800.0),
            (dec!(6), Final, 31_800.0),
            (dec!(6), Final, 31_800.0),
            (dec!(6), Final, 31_800.0),
            (dec!(9), Final, 30_000.0 * 1.06 * 1.09),
            (dec!(9), Final, 30_000.0 * 1.06 * 1.09),
        ],
    );
}

/// The opposite of the law above: who counts final rates sees what comes out later.
#[test]
fn final_rates_change_the_past() {
    let mut later = RELEASES;
    later[5].2 = dec!(8);
    let [rates, others] = [two_indicators(&RELEASES), two_indicators(&later)];
    let before = |knowledge| {
        let (spec, market) = plain(knowledge);
        let run = |rates| steps(&simulate(&spec, &market, rates).unwrap());
        let (one, two) = (run(&rates), run(&others));
        // Up to the end of February 2021 nobody could tell them apart.
        (one[..14] == two[..14], one[..2] == two[..2])
    };
    assert_eq!(before("point_in_time"), (true, true));
    assert_eq!(before("final"), (false, true), "January and February 2020 settle nothing");
}

#[test]
fn a_rate_that_nobody_knew_on_the_day_is_missing_with_year_and_day() {
    let rates = two_indicators(&RELEASES[1..]);
    let (spec, market) = plain("point_in_time");
    let error = simulate(&spec, &market, &rates).unwrap_err();
    let day = NaiveDate::from_ymd_opt(2020, 3, 31).unwrap();
    assert!(
        matches!(&error, PortfolioError::MissingRate { year, date, .. } if (*year, *date) == (Year::new(2020), day))
    );
    assert_eq!(
        error.to_string(),
        "no prescribed rate for 2020 is known on 2020-03-31, and the expenses need it"
    );
    // Known later, it serves a run that counts what was known later.
    let (spec, market) = plain("final");
    let record = simulate(&spec, &market, &rates).unwrap();
    assert_eq!(quarters(&record)[0].0, dec!(6));
    // A year that is never fixed has no final rate, whatever was estimated while it ran.
    let unfixed = two_indicators(&RELEASES[..7]);
    let error = simulate(&spec, &market, &unfixed).unwrap_err().to_string();
    assert_eq!(error, "no prescribed rate for 2021 is known on 2021-03-31, and the expenses need it");
    let (spec, market) = plain("point_in_time");
    assert_eq!(quarters(&simulate(&spec, &market, &unfixed).unwrap()).len(), 6);
    // A year that never gets a rate.
    let none = RateHistory::default();
    let error = simulate(&spec, &market, &none).unwrap_err().to_string();
    assert_eq!(error, "no prescribed rate for 2020 is known on 2020-03-31, and the expenses need it");
}

#[test]
fn knowledge_is_named_in_the_spec() {
    let (spec, _) = plain("final");
    assert_eq!(spec.expenses.as_ref().unwrap().knowledge, Knowledge::Final);
    assert!(spec.canonical_json().contains(r#""knowledge":"final""#));
    let unnamed = spec.canonical_json().replace(r#","knowledge":"final""#, "");
    assert_eq!(
        Spec::from_json(&unnamed).unwrap().expenses.unwrap().knowledge,
        Expenses::published().knowledge
    );
    assert_eq!(Expenses::published().knowledge, Knowledge::PointInTime);
    let odd = spec.canonical_json().replace(r#""final""#, r#""someday""#);
    assert!(Spec::from_json(&odd).unwrap_err().to_string().contains("unknown variant `someday`"));
    let refuse = r#""prescribed_rate":{"missing":"refuse""#;
    assert!(spec.canonical_json().contains(refuse), "{}", spec.canonical_json());
    let three = spec.canonical_json().replace(refuse, r#""prescribed_rate":{"missing":{"at_least":3}"#);
    let three = Spec::from_json(&three).unwrap().prescribed_rate;
    assert_eq!(three, RateRules { missing: MissingPolicy::at_least(3).unwrap(), ..RateRules::default() });
}
