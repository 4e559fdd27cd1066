//! The rates of real years, whose deflator three releases tell differently.

use allweather_core::{Percent, RateStatus, Year};
use allweather_market::{Dating, Lag, MarketError, ReferencePeriod, SeriesId, Vintage, Vintages, official};
use allweather_rfr::{
    AnnualLevels, Indicator, Indicators, MissingPolicy, RateRules, Reading, RfrError, prescribed_rate,
};
use chrono::NaiveDate;
use rust_decimal::{Decimal, dec};

use crate::office::{day, points};

/// Releases of the deflator: document, day, unit. The day of the oldest is not known; this one is made up.
const DOCUMENTS: [(&str, &str, &str); 3] = [
    ("def-qk_2780", "2018-12-10", "2015=100"),
    ("def-qk2522", "2025-09-08", "2015=100"),
    ("def-qk2622", "2026-09-08", "2020=100"),
];

type Answer = (Indicator, Decimal);

/// What the rate of a year is by the older of two releases, and by the newer.
const RATES: [(i32, Answer, Answer); 4] = [
    (2014, (Indicator::Cpi, dec!(2.406)), (Indicator::GdpDeflator, dec!(2.447))),
    (2016, (Indicator::Jgb10y, dec!(0.043)), (Indicator::GdpDeflator, dec!(0.102))),
    (2020, (Indicator::GdpDeflator, dec!(0.197)), (Indicator::GdpDeflator, dec!(0.503))),
    (2023, (Indicator::GdpDeflator, dec!(4.268)), (Indicator::GdpDeflator, dec!(5.015))),
];

fn column(text: &str, column: usize) -> Vec<(ReferencePeriod, Decimal)> {
    let rows = text.lines().skip_while(|line| line.starts_with('#')).skip(1);
    let cells = rows.map(|row| row.split(',').collect::<Vec<_>>()).filter(|cells| !cells[column].is_empty());
    cells.map(|cells| (cells[0].parse().unwrap(), cells[column].parse().unwrap())).collect()
}

fn vintage(
    series: &str,
    on: &str,
    source: &str,
    unit: &str,
    figures: Vec<(ReferencePeriod, Decimal)>,
) -> Vintage {
    let vintage = Vintage::new(SeriesId::new(series).unwrap(), day(on), Dating::Stated, source, figures);
    vintage.unwrap().with_unit(unit).unwrap()
}

/// A release of the deflator from the quarter `from` on.
fn deflator(document: &str, from: &str) -> Vintage {
    let place = DOCUMENTS.iter().position(|(name, ..)| *name == document).unwrap();
    let (_, on, unit) = DOCUMENTS[place];
    let mut figures = column(include_str!("../data/jp_gdp_deflator.csv"), place + 1);
    figures.retain(|(quarter, _)| *quarter >= from.parse().unwrap());
    vintage("jp_gdp_deflator", on, document, unit, figures)
}

/// The other four in one release each, first known when the office usually publishes them, and the deflator as released.
fn statistics(deflators: impl IntoIterator<Item = Vintage>) -> Vintages {
    let decembers = include_str!("../data/december.csv");
    let mut statistics = Vintages::new();
    for (series, place) in [("jgb_10y", 1), ("jp_cpi", 2), ("jp_cgpi", 3), ("jp_reer", 4)] {
        statistics.add(vintage(series, "2025-02-28", "office", "unit", column(decembers, place))).unwrap();
    }
    deflators.into_iter().for_each(|release| statistics.add(release).unwrap());
    official::with_lags(statistics)
}

fn all(document: &str) -> Vintage {
    deflator(document, "1993Q1")
}

/// The second highest by the figures of a day, frozen or not.
fn second_highest(statistics: &Vintages, year: i32, day: NaiveDate) -> Answer {
    let published = statistics.as_of(day);
    let levels = |year: i32| {
        let figure = |series: &str, period: String| {
            published.figure(series, period.parse().unwrap()).map(|figure| figure.value)
        };
        let december = |series| figure(series, format!("{year}-12"));
        AnnualLevels {
            jgb10y: december("jgb_10y").map(|points| Reading::published(Percent::new(points))),
            cpi: december("jp_cpi"),
            cgpi: december("jp_cgpi"),
            gdp_deflator: figure("jp_gdp_deflator", format!("{year}Q4")),
            reer: december("jp_reer"),
        }
    };
    let indicators =
        Indicators::from_levels(Year::new(year), &levels(year), &levels(year - 1), None).unwrap();
    let rate = prescribed_rate(&indicators, MissingPolicy::Refuse).unwrap();
    (rate.chosen, rate.rate.points().round_dp(3))
}

fn known(statistics: &Vintages, year: i32, day: NaiveDate) -> (RateStatus, NaiveDate, Answer) {
    let known = RateRules::default().known(statistics, Year::new(year), day).unwrap();
    (known.status, known.since, (known.prescribed.chosen, known.prescribed.rate.points().round_dp(3)))
}

#[test]
fn the_answer_for_four_years_depends_on_the_release_that_is_asked() {
    let both = statistics([all("def-qk2522"), all("def-qk2622")]);
    for (year, older, newer) in RATES {
        assert_eq!(second_highest(&both, year, day("2025-12-31")), older, "{year}");
        assert_eq!(second_highest(&both, year, day("2026-12-31")), newer, "{year}");
    }
    // In the years around them both releases say the same.
    for year in [2015, 2017, 2018, 2019, 2021, 2022] {
        let asked = ["2025-12-31", "2026-12-31"].map(|on| second_highest(&both, year, day(on)));
        assert_eq!(asked[0], asked[1], "{year}");
    }
}

#[test]
fn whoever_holds_one_release_fixes_the_rate_by_it() {
    let (older_only, newer_only) = (statistics([all("def-qk2522")]), statistics([all("def-qk2622")]));
    for (year, older, newer) in RATES {
        let fixed_on = NaiveDate::from_ymd_opt(year + 1, 3, 31).unwrap();
        let fixed = |rate| (RateStatus::Final, fixed_on, rate);
        assert_eq!(known(&older_only, year, day("2025-12-31")), fixed(older));
        assert_eq!(known(&newer_only, year, day("2026-12-31")), fixed(newer));
    }
}

#[test]
fn a_fixed_rate_is_not_moved_by_the_newer_release() {
    let older_only = statistics([all("def-qk2522")]);
    let both = statistics([all("def-qk2622"), all("def-qk2522")]);
    let rules = RateRules::default();
    for (year, older, newer) in RATES {
        for on in ["2025-12-31", "2026-09-08", "2026-12-31", "2099-01-01"] {
            assert_eq!(known(&both, year, day(on)).2, older, "{year} on {on}");
            assert_ne!(known(&both, year, day(on)).2, newer);
        }
        let year = Year::new(year);
        let history = |of| rules.history(of, year..=year, NaiveDate::MAX).unwrap();
        assert_eq!(history(&both), history(&older_only));
    }
}

#[test]
fn a_change_across_two_bases_is_taken_after_a_splice_at_the_first_common_quarter() {
    let change = |deflators: Vec<Vintage>, year| {
        let known = RateRules::default().known(&statistics(deflators), Year::new(year), day("2026-12-31"));
        known.map(|known| points(&known, Indicator::GdpDeflator).unwrap().round_dp(6))
    };
    // One release has both quarters: 113.9 / 114.4 and 113.1 / 113.9 on 2015=100, 111.7 / 112.4 on 2020=100.
    let older = || vec![all("def-qk_2780"), all("def-qk2522")];
    assert_eq!(change(older(), 1995).unwrap(), dec!(-0.437063));
    assert_eq!(change(older(), 1996).unwrap(), dec!(-0.702371));
    let newer = || vec![all("def-qk_2780"), all("def-qk2622")];
    assert_eq!(change(newer(), 1995).unwrap(), dec!(-0.622776));
    assert_eq!(change(newer(), 1996).unwrap(), dec!(-0.358102));

    // The newer begins in 1995: 111.7 / (114.4 · 111.8 / 113.9) of the last quarters; unspliced it would be −2.36 %.
    let cut = |document, from| change(vec![all("def-qk_2780"), deflator(document, from)], 1995);
    assert_eq!(cut("def-qk2622", "1995Q1").unwrap(), dec!(-0.526117));
    // On one base nothing needs splicing.
    assert_eq!(cut("def-qk2522", "1995Q1").unwrap(), dec!(-0.437063));
    assert_eq!(cut("def-qk2522", "1995Q2").unwrap(), dec!(-0.437063));
    // Two bases that nothing joins are refused.
    let apart = cut("def-qk2622", "1995Q2").unwrap_err();
    assert!(matches!(apart, RfrError::Market(MarketError::NoOverlap { .. })), "{apart}");
}

#[test]
fn without_a_lag_nothing_is_known_before_its_release() {
    let mut stated = Vintages::new();
    stated.merge(statistics([all("def-qk2522")])).unwrap();
    let stated = stated.with_lag(SeriesId::new("jgb_10y").unwrap(), Lag::days(0));
    let known = RateRules::default().known(&stated, Year::new(2014), day("2026-12-31"));
    // Of 2014 only the yield is taken to have been out by 31 March 2015.
    assert!(matches!(known, Err(RfrError::Missing { available: 1, .. })), "{known:?}");
}
