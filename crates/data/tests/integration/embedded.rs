use allweather_core::{Currency, Month};
use allweather_data::embedded;
use allweather_market::{Market, ReferencePeriod};

fn month(text: &str) -> Month {
    text.parse().unwrap()
}

fn price(market: &Market, name: &str, at: &str) -> Option<f64> {
    let position = market.prices().position(&name.parse().unwrap()).unwrap();
    market.as_of(month(at).last_day()).price(position).last()
}

#[test]
fn every_asset_has_its_currency_and_span() {
    let data = embedded().unwrap();
    let prices = data.market.prices();
    let found: Vec<String> = prices
        .instruments()
        .iter()
        .enumerate()
        .map(|(position, instrument)| {
            let levels = prices.levels(position);
            let first = levels.iter().position(Option::is_some).unwrap();
            let last = levels.iter().rposition(Option::is_some).unwrap();
            let (first, last) = (prices.months()[first], prices.months()[last]);
            format!("{} {} {first} {last}", instrument.id, instrument.currency)
        })
        .collect();
    assert_eq!(
        found,
        [
            "us_equity USD 1980-01 2025-12",
            "dev_exus_equity USD 1990-06 2025-12",
            "jp_equity JPY 1990-06 2025-12",
            "ust_2y USD 1980-01 2025-12",
            "ust_10y USD 1980-01 2025-12",
            "ust_30y USD 1980-01 2025-12",
            "jgb_2y JPY 1980-01 2025-12",
            "jgb_10y JPY 1980-01 2025-12",
            "jgb_20y JPY 1986-12 2025-12",
            "gold USD 1980-01 2025-12",
            "us_tbill USD 1980-01 2025-12",
        ]
    );
}

#[test]
fn known_figures_stand_on_their_dates() {
    let market = embedded().unwrap().market;
    assert_eq!(price(&market, "gold", "1980-01"), Some(653.0));
    assert_eq!(price(&market, "gold", "2025-12"), Some(4334.75));
    // October 1987, October 2008: month ends, not averages, which would split the shock.
    let month_of = |at: &str| {
        let now = price(&market, "us_equity", at).unwrap();
        now / price(&market, "us_equity", &month(at).offset(-1).to_string()).unwrap() - 1.0
    };
    // That of docs/data.md.
    assert_eq!(format!("{:.1} %", 100.0 * month_of("1987-10")), "-22.6 %");
    assert!((-0.19..-0.16).contains(&month_of("2008-10")));
}

#[test]
fn spots_are_yen_per_unit() {
    let market = embedded().unwrap().market;
    let spots = market.spots().unwrap();
    let on = |currency, at: &str| spots.on(currency, month(at).last_day());
    assert_eq!(spots.base(), Currency::JPY);
    assert_eq!(on(Currency::USD, "1980-01"), Some(239.33));
    assert_eq!(on(Currency::USD, "2025-12"), Some(156.672));
    assert_eq!(on(Currency::EUR, "1998-12"), None);
    assert_eq!(on(Currency::EUR, "1999-01"), Some(132.1));
    assert_eq!(on(Currency::GBP, "1980-01"), Some(542.452));
}

#[test]
fn every_hole_is_listed() {
    let gaps: Vec<String> = embedded().unwrap().market.gaps().iter().map(ToString::to_string).collect();
    assert_eq!(
        gaps,
        [
            "dev_exus_equity: none from 1980-01 to 1990-05",
            "jp_equity: none from 1980-01 to 1990-05",
            "jgb_20y: none from 1980-01 to 1986-11",
            "spot EUR: none from 1980-01 to 1998-12",
            "short rate AUD: none from 2025-05 to 2025-12",
            "short rate CHF: none from 2025-05 to 2025-12",
            "short rate EUR: none from 1980-01 to 1993-12",
            "short rate EUR: none from 2025-05 to 2025-12",
            "short rate GBP: none from 2025-05 to 2025-12",
            "short rate USD: none from 2025-12 to 2025-12",
            "consumer prices EUR: none from 1980-01 to 1989-12",
            "consumer prices USD: none from 2025-10 to 2025-10",
            "statistic jgb_10y: none from 1980-01 to 1986-06",
            "statistic jgb_1y: none from 1980-01 to 1980-07",
            "statistic jgb_20y: none from 1980-01 to 1986-11",
            "statistic jp_iip: none from 2024-10 to 2025-12",
            "statistic jp_reer: none from 2024-10 to 2025-12",
            "statistic us_cpi: none from 2025-10 to 2025-10",
        ]
    );
}

#[test]
fn rates_and_yields_are_fractions_known_on_the_day() {
    let market = embedded().unwrap().market;
    let on = market.as_of(month("2025-04").last_day());
    let later = market.as_of(month("2025-05").last_day());
    for (currency, rate) in [
        (Currency::AUD, 0.0402),
        (Currency::CHF, 0.002_01),
        (Currency::EUR, 0.022_48),
        (Currency::GBP, 0.0426),
    ] {
        assert_eq!((currency, on.short_rate(currency)), (currency, Some(rate)));
        assert_eq!((currency, later.short_rate(currency)), (currency, None));
    }
    assert!(later.short_rate(Currency::JPY).is_some());
    let december = market.as_of(month("2025-12").last_day());
    let yields =
        [(Market::JGB_1Y, 0.009_06), ("jgb_2y", 0.011_67), ("jgb_5y", 0.015_67), ("jgb_9y", 0.019_73)];
    for (name, fraction) in yields.into_iter().chain([("jgb_10y", 0.020_66), ("jgb_20y", 0.029_52)]) {
        assert_eq!((name, december.statistic(name).unwrap().get(month("2025-12"))), (name, Some(fraction)));
    }
}

#[test]
fn statistics_are_known_after_their_lag() {
    let market = embedded().unwrap().market;
    let on = market.as_of(month("2024-02").last_day());
    let newest = |currency| on.consumer_prices(currency).unwrap().last_month();
    for currency in [Currency::JPY, Currency::USD, Currency::EUR, Currency::GBP, Currency::CAD, Currency::CHF]
    {
        assert_eq!((currency, newest(currency)), (currency, Some(month("2024-01"))));
    }
    assert_eq!(newest(Currency::AUD), Some(month("2023-11")));
    for name in ["jp_cpi", "jp_cgpi", "jp_reer", "jp_iip", "us_cpi", "us_indpro"] {
        assert_eq!((name, on.statistic(name).unwrap().last_month()), (name, Some(month("2024-01"))));
    }
    assert_eq!(on.statistic("jp_cpi").unwrap().get(month("1970-01")), Some(30.3));
}

/// Three files hold some of the same figures.
#[test]
fn the_tables_agree_with_each_other() {
    let statistics = embedded().unwrap().statistics;
    let mut compared = 0;
    for series in ["jp_cpi", "jp_cgpi", "jp_reer", "jgb_9y", "jgb_10y"] {
        let releases = statistics.releases(series);
        let of = |file: &str| releases.iter().find(|release| release.source() == file).unwrap();
        let monthly =
            if series.starts_with("jgb") { "jgb_yields_month_end.csv" } else { "macro_monthly.csv" };
        let (december, monthly) = (of("rfr_indicators.csv"), of(monthly));
        assert_eq!(releases.len(), 2);
        for year in 1979..=2025 {
            let period = ReferencePeriod::Month(Month::new(year, 12).unwrap());
            assert_eq!(december.get(period), monthly.get(period), "{series} {year}");
            compared += usize::from(december.get(period).is_some());
        }
    }
    // 47 years each, less the 10-year bond before 1986 and the exchange rate since 2024.
    assert_eq!(compared, 5 * 47 - 7 - 2);
    assert_eq!(statistics.releases("jp_gdp_deflator").len(), 1);
}

#[test]
fn no_month_of_a_quarter_knows_the_quarter_before_it_is_over() {
    let market = embedded().unwrap().market;
    let series = market.consumer_price_series(Currency::AUD).unwrap();
    for first in month("1980-01").through(month("2025-10")).filter(|m| m.number() % 3 == 1) {
        let last = first.quarter().last_month();
        assert_eq!(series.get(first), series.get(last), "the file repeats the quarter's figure");
        let during = market.as_of(last.last_day()).consumer_prices(Currency::AUD).unwrap();
        assert_eq!(during.get(first), None, "{first}");
    }
}

#[test]
fn recessions_are_those_of_two_committees() {
    let recessions = embedded().unwrap().recessions;
    let of = |country: &str| recessions.iter().filter(|r| r.country == country).collect::<Vec<_>>();
    assert_eq!((of("US").len(), of("JP").len(), recessions.len()), (11, 16, 27));
    let last = of("US")[10];
    assert_eq!(
        (last.dater.as_str(), last.peak, last.trough),
        ("NBER", month("2020-02"), Some(month("2020-04")))
    );
    let last = of("JP")[15];
    assert_eq!(
        (last.dater.as_str(), last.peak, last.trough),
        ("ESRI", month("2018-10"), Some(month("2020-05")))
    );
}
