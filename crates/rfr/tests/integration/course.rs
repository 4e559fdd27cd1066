//! One year from its first day until its rate is fixed, with stated days and round figures.

use allweather_core::{Percent, RateStatus, Year};
use allweather_market::Vintages;
use allweather_rfr::{Basis, FinalMonth, Indicator, MissingPolicy, RateRules, RfrError};
use chrono::{Days, NaiveDate};
use rust_decimal::{Decimal, dec};

use crate::office::{day, points, release, statistics};

const YEAR: Year = Year::new(2023);

fn year_2023() -> Vintages {
    statistics([
        release("jgb_10y", "2023-01-04", &[("2022-12-30", dec!(0.4))]),
        release("jp_cgpi", "2023-01-16", &[("2021-12", dec!(100)), ("2022-12", dec!(110))]),
        release("jp_cpi", "2023-01-20", &[("2021-12", dec!(100)), ("2022-12", dec!(104))]),
        release("jp_reer", "2023-01-25", &[("2021-12", dec!(80)), ("2022-12", dec!(74))]),
        release("jp_gdp_deflator", "2023-03-09", &[("2021Q4", dec!(100)), ("2022Q4", dec!(101.2))]),
        release("jgb_10y", "2023-06-30", &[("2023-06-30", dec!(0.5))]),
        release("jp_cgpi", "2023-07-12", &[("2022-06", dec!(100)), ("2023-06", dec!(104))]),
        release("jp_gdp_deflator", "2023-12-08", &[("2022Q3", dec!(100)), ("2023Q3", dec!(105.2))]),
        release("jp_cpi", "2023-12-22", &[("2022-11", dec!(100)), ("2023-11", dec!(104))]),
        release("jp_reer", "2023-12-22", &[("2022-11", dec!(80)), ("2023-11", dec!(74))]),
        release("jgb_10y", "2023-12-29", &[("2023-12-28", dec!(0.7)), ("2023-12-29", dec!(0.6))]),
        release("jp_cgpi", "2024-01-16", &[("2022-12", dec!(110)), ("2023-12", dec!(110.22))]),
        release("jp_cpi", "2024-01-19", &[("2022-12", dec!(104)), ("2023-12", dec!(106.6))]),
        release("jp_reer", "2024-01-25", &[("2022-12", dec!(74)), ("2023-12", dec!(70.3))]),
        release("jp_gdp_deflator", "2024-02-15", &[("2022Q4", dec!(100)), ("2023Q4", dec!(103.8))]),
        release("jp_cpi", "2024-02-27", &[("2023-01", dec!(104)), ("2024-01", dec!(119.6))]),
        release("jgb_10y", "2024-02-29", &[("2024-02-29", dec!(9.9))]),
        release("jp_gdp_deflator", "2024-03-11", &[("2022Q4", dec!(100)), ("2023Q4", dec!(103.9))]),
        release("jp_gdp_deflator", "2024-04-01", &[("2022Q4", dec!(100)), ("2023Q4", dec!(104.5))]),
    ])
}

/// The days on which it moved, what it was then and after which indicator, and what was still estimated.
fn expected() -> Vec<(NaiveDate, RateStatus, Decimal, Indicator, Vec<Indicator>)> {
    use Indicator::{Cgpi, Cpi, GdpDeflator, Jgb10y, Reer};
    use RateStatus::{Estimated, Final, Provisional};
    [
        // cgpi 10, reer 7.5, cpi 4, gdp_deflator 1.2, jgb10y 0.4; the deflator of 2022 makes the five complete.
        ("2023-03-09", Estimated, dec!(7.5), Reer, vec![Jgb10y, Cpi, Cgpi, GdpDeflator, Reer]),
        // cgpi 4 like cpi, which is listed first.
        ("2023-07-12", Estimated, dec!(4), Cpi, vec![Jgb10y, Cpi, Cgpi, GdpDeflator, Reer]),
        ("2023-12-08", Estimated, dec!(5.2), GdpDeflator, vec![Jgb10y, Cpi, Cgpi, GdpDeflator, Reer]),
        // The year is over: the last yield is that of its end.
        ("2023-12-31", Estimated, dec!(5.2), GdpDeflator, vec![Cpi, Cgpi, GdpDeflator, Reer]),
        ("2024-01-16", Estimated, dec!(5.2), GdpDeflator, vec![Cpi, GdpDeflator, Reer]),
        ("2024-01-19", Estimated, dec!(5.2), GdpDeflator, vec![GdpDeflator, Reer]),
        // 5.2 of the third quarter, and the yen lost 5 %.
        ("2024-01-25", Estimated, dec!(5), Reer, vec![GdpDeflator]),
        ("2024-02-15", Provisional, dec!(3.8), GdpDeflator, vec![]),
        ("2024-03-11", Provisional, dec!(3.9), GdpDeflator, vec![]),
        ("2024-03-31", Final, dec!(3.9), GdpDeflator, vec![]),
    ]
    .map(|(since, status, rate, chosen, estimated)| (day(since), status, rate, chosen, estimated))
    .into()
}

#[test]
fn the_timeline_shows_each_move_and_the_day_on_which_the_rate_was_fixed() {
    let timeline = RateRules::default().timeline(&year_2023(), YEAR, NaiveDate::MAX).unwrap();
    let shown: Vec<_> = timeline
        .iter()
        .map(|known| {
            let rate = &known.prescribed;
            let mut estimated: Vec<Indicator> = Indicator::ALL.into();
            estimated.retain(|indicator| {
                rate.ranking.iter().any(|(of, reading)| of == indicator && reading.basis == Basis::Estimated)
            });
            (known.since, known.status, rate.rate.points(), rate.chosen, estimated)
        })
        .collect();
    assert_eq!(shown, expected());
    assert!(
        timeline.iter().all(|known| known.prescribed.year == YEAR && known.prescribed.missing.is_empty())
    );
    assert_eq!(points(&timeline[9], Indicator::Jgb10y), Some(dec!(0.6)));
}

#[test]
fn every_day_has_the_answer_of_the_newest_move() {
    let (statistics, rules, expected) = (year_2023(), RateRules::default(), expected());
    let history = rules.history(&statistics, YEAR..=YEAR, NaiveDate::MAX).unwrap();
    let days = day("2022-12-01").iter_days().take_while(|on| *on < day("2024-06-01"));
    for on in days {
        let moved = expected.iter().rev().find(|(since, ..)| *since <= on);
        let known = rules.known(&statistics, YEAR, on).ok();
        let shown =
            known.as_ref().map(|known| (known.status, known.prescribed.rate, known.prescribed.chosen));
        assert_eq!(
            shown,
            moved.map(|(_, status, rate, chosen, _)| (*status, Percent::new(*rate), *chosen)),
            "{on}"
        );
        assert_eq!(known.as_ref().map(|known| known.since), moved.map(|_| on.min(day("2024-03-31"))), "{on}");
        assert_eq!(
            history.known_on(YEAR, on).map(|known| known.since),
            moved.map(|(since, ..)| *since),
            "{on}"
        );
    }
    assert_eq!(history.settled(YEAR), history.timeline(YEAR).last());
    assert_eq!(history.known_on(YEAR.next(), NaiveDate::MAX), None);
}

#[test]
fn a_timeline_ends_on_the_day_that_is_asked() {
    let timeline = |until| RateRules::default().timeline(&year_2023(), YEAR, day(until)).unwrap();
    let last = |until| timeline(until).last().map(|known| (known.since, known.status));
    assert_eq!(timeline("2022-12-31"), []);
    assert_eq!(timeline("2023-03-08"), []);
    assert_eq!(last("2023-03-09"), Some((day("2023-03-09"), RateStatus::Estimated)));
    assert_eq!(last("2024-02-14"), Some((day("2024-01-25"), RateStatus::Estimated)));
    assert_eq!(last("2024-03-30"), Some((day("2024-03-11"), RateStatus::Provisional)));
    assert_eq!(last("2024-03-31"), Some((day("2024-03-31"), RateStatus::Final)));
    assert_eq!(timeline("2024-03-31"), timeline("9999-12-31"));
}

#[test]
fn the_month_of_fixing_is_a_choice() {
    let fixed = |month, year: i32| {
        let rules = RateRules { final_month: FinalMonth::new(month).unwrap(), ..RateRules::default() };
        rules.fixed_on(Year::new(year)).unwrap()
    };
    assert_eq!(
        [fixed(3, 2023), fixed(2, 2023), fixed(2, 2024)],
        ["2024-03-31", "2024-02-29", "2025-02-28"].map(day)
    );
    assert_eq!([fixed(1, 1), fixed(12, 9998)], ["0002-01-31", "9999-12-31"].map(day));
    assert_eq!(RateRules::default().fixed_on(YEAR).unwrap(), day("2024-03-31"));

    let april = RateRules { final_month: FinalMonth::new(4).unwrap(), ..RateRules::default() };
    let known = |on| {
        let known = april.known(&year_2023(), YEAR, day(on)).unwrap();
        (known.status, known.prescribed.rate.points())
    };
    assert_eq!(known("2024-03-31"), (RateStatus::Provisional, dec!(3.9)));
    assert_eq!(known("2024-04-01"), (RateStatus::Provisional, dec!(4.5)));
    assert_eq!(known("2024-04-30"), (RateStatus::Final, dec!(4.5)));

    // By the end of January the deflator of the last quarter is not out, and a fixed rate has no estimates.
    let january = RateRules { final_month: FinalMonth::new(1).unwrap(), ..RateRules::default() };
    let history = january.history(&year_2023(), YEAR..=YEAR, NaiveDate::MAX).unwrap();
    assert_eq!(
        history.known_on(YEAR, day("2024-01-30")).map(|known| known.status),
        Some(RateStatus::Estimated)
    );
    for on in ["2024-01-31", "2024-02-15", "2099-01-01"] {
        let refused = january.known(&year_2023(), YEAR, day(on)).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "2023 has 4 of the five indicators, 5 are required; missing: gdp_deflator"
        );
        assert_eq!(history.known_on(YEAR, day(on)), None);
    }
    assert_eq!(history.settled(YEAR), None);
    assert_eq!(history.timeline(YEAR).last().map(|known| known.since), Some(day("2024-01-25")));
    let four = RateRules { missing: MissingPolicy::at_least(4).unwrap(), ..january };
    let known = four.known(&year_2023(), YEAR, NaiveDate::MAX).unwrap();
    assert_eq!((known.status, known.prescribed.rate.points()), (RateStatus::Final, dec!(2.5)));
    assert_eq!(known.prescribed.missing, [Indicator::GdpDeflator]);
}

#[test]
fn a_figure_stands_in_for_so_many_months_and_not_a_day_longer() {
    // Consumer prices stop in June 2022, and the change in corporate prices comes in each month.
    let mut releases =
        vec![release("jp_cpi", "2022-07-22", &[("2021-06", dec!(100)), ("2022-06", dec!(103))])];
    for month in 1..=12 {
        let figures = [(format!("2022-{month:02}"), dec!(100)), (format!("2023-{month:02}"), dec!(101))];
        let figures = figures.each_ref().map(|(month, level)| (month.as_str(), *level));
        releases.push(release("jp_cgpi", &format!("2023-{month:02}-28"), &figures));
    }
    let old = statistics(releases);
    let until = |oldest_estimate| {
        let missing = MissingPolicy::at_least(2).unwrap();
        let rules = RateRules { missing, oldest_estimate, ..RateRules::default() };
        let history = rules.history(&old, YEAR..=YEAR, NaiveDate::MAX).unwrap();
        let told = |on: &NaiveDate| {
            let known = history.known_on(YEAR, *on);
            assert_eq!(known.is_some(), rules.known(&old, YEAR, *on).is_ok(), "{on}");
            known.is_some()
        };
        let last = day("2023-01-28").iter_days().take_while(told).last();
        assert!(last.is_none_or(|last| history.known_on(YEAR, last + Days::new(400)).is_none()));
        last.map(|last| last.to_string())
    };
    assert_eq!(until(12).as_deref(), Some("2023-06-30"));
    assert_eq!(until(11).as_deref(), Some("2023-05-31"));
    assert_eq!(until(8).as_deref(), Some("2023-02-28"));
    assert_eq!(until(7).as_deref(), Some("2023-01-31"));
    assert_eq!(until(6), None);
    // Then it is fixed, without the figure.
    assert_eq!(until(255).as_deref(), Some("2024-03-30"));
}

#[test]
fn a_rate_that_lapsed_comes_back_with_the_next_figure() {
    let old = statistics([
        release("jgb_10y", "2023-01-10", &[("2023-01-10", dec!(0.5))]),
        release("jp_cpi", "2023-02-24", &[("2022-01", dec!(100)), ("2023-01", dec!(104))]),
        release("jgb_10y", "2023-07-03", &[("2023-07-03", dec!(0.5))]),
        release("jp_cpi", "2023-07-21", &[("2022-06", dec!(100)), ("2023-06", dec!(103))]),
    ]);
    let missing = MissingPolicy::at_least(2).unwrap();
    let rules = RateRules { missing, oldest_estimate: 3, ..RateRules::default() };
    let history = rules.history(&old, YEAR..=YEAR, NaiveDate::MAX).unwrap();
    let mut spans: Vec<(String, String)> = Vec::new();
    let mut before = None;
    for on in day("2023-01-01").iter_days().take(500) {
        let known = history.known_on(YEAR, on);
        assert_eq!(known.is_some(), rules.known(&old, YEAR, on).is_ok(), "{on}");
        match (before, known) {
            (None, Some(known)) => spans.push((known.since.to_string(), String::new())),
            (Some(_), None) => spans.last_mut().unwrap().1 = on.to_string(),
            _ => {}
        }
        before = known;
    }
    // The yield of 10 January stands in until 10 April, consumer prices of June until the end of September.
    let spans: Vec<_> = spans.iter().map(|(from, to)| (from.as_str(), to.as_str())).collect();
    assert_eq!(spans, [("2023-02-24", "2023-04-11"), ("2023-07-21", "2023-10-01")]);
    assert_eq!(history.timeline(YEAR).len(), 2);
}

#[test]
fn years_and_days_at_the_edges_of_the_calendar_are_refused_or_answered() {
    let (statistics, rules) = (year_2023(), RateRules::default());
    for number in [i32::MIN, -1, 0, 9999, 10_000, i32::MAX] {
        let year = Year::new(number);
        let message = format!("{number}: rates are of the years 1 to 9998");
        assert_eq!(rules.known(&statistics, year, day("2024-01-01")).unwrap_err().to_string(), message);
        assert_eq!(rules.timeline(&statistics, year, NaiveDate::MAX).unwrap_err().to_string(), message);
        assert_eq!(rules.history(&statistics, year..=year, NaiveDate::MIN).unwrap_err().to_string(), message);
        assert_eq!(rules.fixed_on(year).unwrap_err().to_string(), message);
    }
    for year in [1, 9998].map(Year::new) {
        for on in [NaiveDate::MIN, day("0001-01-01"), day("9999-12-31"), NaiveDate::MAX] {
            assert!(matches!(
                rules.known(&statistics, year, on),
                Err(RfrError::Missing { available: 0, .. })
            ));
            assert_eq!(rules.timeline(&statistics, year, on).unwrap(), []);
        }
    }
    let all = rules.history(&statistics, Year::new(2020)..=Year::new(2026), NaiveDate::MAX).unwrap();
    assert_eq!(all.years().map(Year::number).collect::<Vec<_>>(), [2020, 2021, 2022, 2023, 2024, 2025, 2026]);
    assert_eq!(all.timeline(Year::new(2021)), []);
    let none = rules.history(&statistics, Year::new(2024)..=Year::new(2023), NaiveDate::MAX).unwrap();
    assert_eq!(none.years().count(), 0);
}
