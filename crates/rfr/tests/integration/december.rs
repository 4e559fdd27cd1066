//! Which figure is that of the year's end, and which may stand in for it.

use allweather_core::{Percent, RateStatus, Year};
use allweather_market::Vintages;
use allweather_rfr::{Basis, ChangeRounding, Indicator, MissingPolicy, RateRules, Reading, RfrError};
use chrono::NaiveDate;
use rust_decimal::{Decimal, dec};

use crate::office::{day, release, statistics};

const YEAR: Year = Year::new(2023);

/// Enough to have a rate: two indicators that are far below any other.
fn two() -> Vintages {
    statistics([
        release("jp_cpi", "2024-01-01", &[("2022-12", dec!(100)), ("2023-12", dec!(50))]),
        release("jp_cgpi", "2024-01-01", &[("2022-12", dec!(100)), ("2023-12", dec!(40))]),
        release("jp_cpi", "2023-01-20", &[("2021-12", dec!(100)), ("2022-12", dec!(50))]),
        release("jp_cgpi", "2023-01-16", &[("2021-12", dec!(100)), ("2022-12", dec!(40))]),
    ])
}

fn rules() -> RateRules {
    RateRules { missing: MissingPolicy::at_least(2).unwrap(), ..RateRules::default() }
}

fn reading(statistics: &Vintages, of: Indicator, year: Year, on: &str) -> Option<Reading> {
    let known = rules().known(statistics, year, day(on)).unwrap();
    known.prescribed.ranking.iter().find(|(indicator, _)| *indicator == of).map(|(_, reading)| *reading)
}

fn with(series: &str, releases: &[(&str, &[(&str, Decimal)])]) -> Vintages {
    let mut statistics = two();
    for (on, figures) in releases {
        statistics.add(release(series, on, figures)).unwrap();
    }
    statistics
}

#[expect(clippy::unnecessary_wraps, reason = "reads like what it is compared with")]
fn is(points: Decimal, basis: Basis) -> Option<Reading> {
    Some(Reading { percent: Percent::new(points), basis })
}

#[test]
fn daily_and_monthly_yields_give_the_same_year_end() {
    let daily = with(
        "jgb_10y",
        &[
            ("2023-12-25", &[("2023-12-22", dec!(0.7)), ("2023-12-25", dec!(0.8))]),
            ("2023-12-29", &[("2023-12-28", dec!(0.65)), ("2023-12-29", dec!(0.6))]),
            ("2024-01-05", &[("2024-01-04", dec!(0.5)), ("2024-01-05", dec!(0.4))]),
        ],
    );
    let monthly = with(
        "jgb_10y",
        &[("2023-12-29", &[("2023-12", dec!(0.6))]), ("2024-01-31", &[("2024-01", dec!(0.4))])],
    );
    for on in ["2023-12-31", "2024-01-04", "2024-01-31", "2024-03-31", "2025-01-01"] {
        for statistics in [&daily, &monthly] {
            assert_eq!(
                reading(statistics, Indicator::Jgb10y, YEAR, on),
                is(dec!(0.6), Basis::Published),
                "{on}"
            );
        }
    }
    // A December that is not over has no last yield.
    let early = with("jgb_10y", &[("2023-12-11", &[("2023-12", dec!(0.75))])]);
    let jgb = |on| reading(&early, Indicator::Jgb10y, YEAR, on);
    assert_eq!(jgb("2023-12-30"), is(dec!(0.75), Basis::Estimated));
    assert_eq!(jgb("2023-12-31"), is(dec!(0.75), Basis::Published));
    // Until the year is over another quote may follow.
    let jgb = |on| reading(&daily, Indicator::Jgb10y, YEAR, on);
    assert_eq!(jgb("2023-12-24"), None);
    assert_eq!(jgb("2023-12-25"), is(dec!(0.8), Basis::Estimated));
    assert_eq!(jgb("2023-12-30"), is(dec!(0.6), Basis::Estimated));
}

#[test]
fn each_of_the_last_seven_days_can_be_the_last_quote_and_no_day_before() {
    for last in 24..=31 {
        let quote = format!("2023-12-{last}");
        let quotes = with("jgb_10y", &[(&quote, &[("2023-12-20", dec!(9)), (&quote, dec!(0.6))])]);
        let basis = if last == 24 { Basis::Estimated } else { Basis::Published };
        assert_eq!(reading(&quotes, Indicator::Jgb10y, YEAR, "2023-12-31"), is(dec!(0.6), basis));
        let fixed = reading(&quotes, Indicator::Jgb10y, YEAR, "2024-03-31");
        assert_eq!(fixed.is_some(), last > 24);
    }
}

#[test]
fn a_figure_of_the_next_year_says_nothing_of_this_one() {
    type Case<'a> = (&'a str, Indicator, &'a [(&'a str, Decimal)]);
    let cases: [Case<'_>; 5] = [
        ("jgb_10y", Indicator::Jgb10y, &[("2024-01-04", dec!(5))]),
        ("jgb_10y", Indicator::Jgb10y, &[("2024-01", dec!(5))]),
        ("jp_reer", Indicator::Reer, &[("2023-01", dec!(100)), ("2024-01", dec!(95))]),
        ("jp_gdp_deflator", Indicator::GdpDeflator, &[("2023Q1", dec!(100)), ("2024Q1", dec!(105))]),
        ("jp_gdp_deflator", Indicator::GdpDeflator, &[("2023", dec!(100)), ("2024", dec!(105))]),
    ];
    for (series, indicator, figures) in cases {
        let late = with(series, &[("2024-02-20", figures)]);
        assert_eq!(reading(&late, indicator, YEAR, "2024-02-20"), None, "{series}");
        assert_eq!(reading(&late, indicator, YEAR.next(), "2024-02-20"), is(dec!(5), Basis::Estimated));
    }
}

#[test]
fn quarters_years_and_months_each_have_their_last() {
    let quarterly = with(
        "jp_gdp_deflator",
        &[
            ("2023-06-08", &[("2022Q1", dec!(100)), ("2023Q1", dec!(101))]),
            ("2023-12-08", &[("2022Q3", dec!(100)), ("2023Q3", dec!(103))]),
            ("2024-03-11", &[("2022Q4", dec!(100)), ("2023Q4", dec!(104))]),
        ],
    );
    let deflator = |statistics: &Vintages, on| reading(statistics, Indicator::GdpDeflator, YEAR, on);
    assert_eq!(deflator(&quarterly, "2023-06-07"), None);
    assert_eq!(deflator(&quarterly, "2023-06-08"), is(dec!(1), Basis::Estimated));
    assert_eq!(deflator(&quarterly, "2023-12-08"), is(dec!(3), Basis::Estimated));
    assert_eq!(deflator(&quarterly, "2024-03-10"), is(dec!(3), Basis::Estimated));
    assert_eq!(deflator(&quarterly, "2024-03-11"), is(dec!(4), Basis::Published));

    let annual = with(
        "jp_gdp_deflator",
        &[
            ("2023-03-09", &[("2021", dec!(100)), ("2022", dec!(102))]),
            ("2024-03-11", &[("2022", dec!(100)), ("2023", dec!(104))]),
        ],
    );
    assert_eq!(deflator(&annual, "2023-12-31"), is(dec!(2), Basis::Estimated));
    assert_eq!(deflator(&annual, "2024-01-01"), None); // The year 2022 is more than twelve months ago.
    assert_eq!(deflator(&annual, "2024-03-11"), is(dec!(4), Basis::Published));

    // A weaker yen is inflation, and a month without the one a year before has no change.
    let reer = with("jp_reer", &[("2024-01-25", &[("2022-12", dec!(80)), ("2023-12", dec!(76))])]);
    assert_eq!(reading(&reer, Indicator::Reer, YEAR, "2024-01-25"), is(dec!(5), Basis::Published));
    let alone = with("jp_reer", &[("2024-01-25", &[("2022-11", dec!(80)), ("2023-12", dec!(76))])]);
    assert_eq!(reading(&alone, Indicator::Reer, YEAR, "2024-01-25"), None);
}

#[test]
fn the_nine_year_bond_stands_in_until_the_ten_year_bond_was_quoted() {
    let mut bonds = Vintages::new();
    for year in 1984..=1988 {
        for (series, now) in [("jp_cpi", dec!(50)), ("jp_cgpi", dec!(40))] {
            let (before, end) = (format!("{}-12", year - 1), format!("{year}-12"));
            let figures = [(before.as_str(), dec!(100)), (end.as_str(), now)];
            bonds.add(release(series, &format!("{}-01-20", year + 1), &figures)).unwrap();
        }
        for month in ["06", "12"] {
            let quote = format!("{year}-{month}-28");
            bonds.add(release("jgb_9y", &quote, &[(&quote, dec!(6))])).unwrap();
        }
    }
    let jgb =
        |statistics: &Vintages, year, on: &str| reading(statistics, Indicator::Jgb10y, Year::new(year), on);
    assert_eq!(jgb(&bonds, 1985, "1985-12-30"), is(dec!(6), Basis::Estimated));
    assert_eq!(jgb(&bonds, 1985, "1985-12-31"), is(dec!(6), Basis::StandIn));
    assert_eq!(jgb(&bonds, 1985, "1999-01-01"), is(dec!(6), Basis::StandIn));
    // It is published: no estimate.
    let known = rules().known(&bonds, Year::new(1985), day("1986-03-30")).unwrap();
    assert_eq!(known.status, RateStatus::Provisional);
    // In 1986 it tells something until the 10-year bond does; at the year's end its absence is a gap, as later on.
    assert_eq!(jgb(&bonds, 1986, "1986-02-01"), is(dec!(6), Basis::Estimated));
    assert_eq!(jgb(&bonds, 1986, "1999-01-01"), None);
    assert_eq!(jgb(&bonds, 1987, "1987-06-30"), None);
    assert_eq!(jgb(&bonds, 1987, "1999-01-01"), None);

    bonds.add(release("jgb_10y", "1986-07-05", &[("1986-07-05", dec!(5))])).unwrap();
    bonds.add(release("jgb_10y", "1986-12-27", &[("1986-12-27", dec!(5.4))])).unwrap();
    assert_eq!(jgb(&bonds, 1986, "1986-07-04"), is(dec!(6), Basis::Estimated));
    assert_eq!(jgb(&bonds, 1986, "1986-07-05"), is(dec!(5), Basis::Estimated));
    assert_eq!(jgb(&bonds, 1986, "1986-12-31"), is(dec!(5.4), Basis::Published));
    assert_eq!(jgb(&bonds, 1986, "1987-03-31"), is(dec!(5.4), Basis::Published));
    assert_eq!(jgb(&bonds, 1985, "1999-01-01"), is(dec!(6), Basis::StandIn));
}

#[test]
fn a_year_says_nothing_before_it_begins() {
    let monthly = with("jgb_10y", &[("2022-12-30", &[("2022-12-30", dec!(0.4))])]);
    let on = |on| rules().known(&monthly, Year::new(2024), day(on));
    assert!(matches!(on("2023-12-31"), Err(RfrError::Missing { available: 0, .. })));
    assert_eq!(on("2024-01-01").unwrap().status, RateStatus::Estimated);
    let timeline = rules().timeline(&monthly, Year::new(2024), day("2024-02-01")).unwrap();
    assert_eq!(timeline.first().map(|known| known.since), Some(day("2024-01-01")));
}

#[test]
fn changes_are_rounded_when_that_is_asked_for_and_yields_never() {
    let statistics = statistics([
        release("jgb_10y", "2023-12-29", &[("2023-12-29", dec!(0.647))]),
        release("jp_cpi", "2024-01-19", &[("2022-12", dec!(100)), ("2023-12", dec!(102.25))]),
        release("jp_reer", "2024-01-25", &[("2022-12", dec!(100)), ("2023-12", dec!(100.25))]),
    ]);
    let ranking = |rounding| {
        let known = RateRules { rounding, ..rules() }.known(&statistics, YEAR, NaiveDate::MAX).unwrap();
        known.prescribed.ranking.iter().map(|(_, reading)| reading.percent.points()).collect::<Vec<_>>()
    };
    assert_eq!(ranking(None), [dec!(2.25), dec!(0.647), dec!(-0.25)]);
    assert_eq!(ranking(Some(ChangeRounding::TenthOfPercent)), [dec!(2.3), dec!(0.647), dec!(-0.3)]);
}

#[test]
fn a_level_that_no_change_can_be_taken_of_is_refused_with_its_year() {
    let error = |before, now| {
        let bad = with("jp_reer", &[("2024-01-25", &[("2022-12", before), ("2023-12", now)])]);
        let known = rules().known(&bad, YEAR, day("2024-03-31")).unwrap_err();
        assert_eq!(rules().timeline(&bad, YEAR, NaiveDate::MAX).unwrap_err(), known);
        assert_eq!(rules().history(&bad, YEAR..=YEAR, NaiveDate::MAX).unwrap_err(), known);
        known.to_string()
    };
    assert_eq!(error(dec!(80), dec!(0)), "the level 0 of reer in 2023 is not above 0");
    assert_eq!(error(dec!(-80), dec!(76)), "the level -80 of reer in 2022 is not above 0");
    assert_eq!(
        error(dec!(0.0000000000000000000000000001), Decimal::MAX),
        "the change of reer to 2023 does not fit a decimal"
    );
    // A yield may be anything.
    let negative = with("jgb_10y", &[("2023-12-29", &[("2023-12-29", dec!(-0.3))])]);
    assert_eq!(reading(&negative, Indicator::Jgb10y, YEAR, "2024-03-31"), is(dec!(-0.3), Basis::Published));
}
