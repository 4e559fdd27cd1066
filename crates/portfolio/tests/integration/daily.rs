//! Prices by day: quarters and calendars end on the last day there is.

use std::{collections::BTreeMap, fmt::Write};

use allweather_core::{Currency, Percent, Year};
use allweather_market::{Market, PricePanel, SpotPanel, rates_from_csv};
use allweather_portfolio::{
    PortfolioError, Record, Spec,
    rfr::{Indicator, Indicators, MissingPolicy, PrescribedRate, Reading, prescribed_rate},
    simulate,
};
use chrono::{Datelike, NaiveDate};
use rust_decimal::dec;

fn weekdays(first: &str, last: &str) -> Vec<NaiveDate> {
    let (first, last): (NaiveDate, NaiveDate) = (first.parse().unwrap(), last.parse().unwrap());
    let days = first.iter_days().take_while(|day| *day <= last);
    days.filter(|day| day.weekday().number_from_monday() <= 5).collect()
}

fn run(days: &[NaiveDate], end: &str) -> Result<Record, PortfolioError> {
    let mut prices = "date,home_jpy,abroad_usd\n".to_owned();
    let mut spots = "date,usd\n".to_owned();
    for (k, day) in (0_u32..).zip(days) {
        writeln!(prices, "{day},{},{}", 100.0 + f64::from(k % 7), 10.0 + f64::from(k % 5)).unwrap();
        writeln!(spots, "{day},{}", 140.0 + f64::from(k % 3)).unwrap();
    }
    let mut rates = "month,currency,rate_pct,basis\n".to_owned();
    for month in ["2022-12".parse().unwrap(), "2023-12".parse().unwrap()]
        .windows(2)
        .flat_map(|span: &[allweather_core::Month]| span[0].through(span[1]))
    {
        writeln!(rates, "{month},JPY,0,x\n{month},USD,5,x").unwrap();
    }
    let market = Market::new(Currency::JPY, PricePanel::from_csv("prices.csv", &prices).unwrap())
        .with_spots(SpotPanel::from_csv("fx.csv", &spots, Currency::JPY).unwrap())
        .unwrap()
        .with_short_rates(rates_from_csv("rates.csv", &rates).unwrap());
    let spec = Spec::from_json(&format!(
        r#"{{"name":"by day","capital":1000000,"end":"{end}","expenses":{{}},
            "holdings":[{{"asset":"home","weight":0.5}},{{"asset":"abroad","weight":0.5}}],
            "rule":{{"calendar":{{"every":"quarter","on":"end"}}}},
            "fx":{{"margin":{{"rate":"0.04","gross_limit":2}}}}}}"#
    ))
    .unwrap();
    let percent = |points| Reading::published(Percent::new(points));
    let mut indicators = Indicators::new(Year::new(2023));
    for indicator in Indicator::ALL {
        indicators = indicators.with(indicator, percent(dec!(2))).unwrap();
    }
    let rate: PrescribedRate = prescribed_rate(&indicators, MissingPolicy::Refuse).unwrap();
    simulate(&spec, &market, &BTreeMap::from([(Year::new(2023), rate)]).into())
}

fn settled(record: &Record) -> Vec<String> {
    record.steps().filter(|step| step.quarter.is_some()).map(|step| step.date.to_string()).collect()
}

const QUARTERS: [&str; 4] = ["2023-03-31", "2023-06-30", "2023-09-29", "2023-12-29"];

#[test]
fn quarters_end_on_their_last_weekday_with_or_without_a_day_to_follow() {
    for last in ["2023-12-29", "2024-01-05"] {
        let record = run(&weekdays("2023-01-02", last), "2023-12").unwrap();
        assert_eq!(settled(&record), QUARTERS);
        let traded =
            record.steps().skip(1).filter(|step| step.decision.trades()).map(|step| step.date.to_string());
        assert_eq!(traded.collect::<Vec<_>>(), QUARTERS, "payment and rebalance are one instant");
    }
    // The panel goes on, the run does not.
    let record = run(&weekdays("2023-01-02", "2024-01-05"), "2023-09").unwrap();
    assert_eq!(settled(&record), QUARTERS[..3]);
}

#[test]
fn a_quarter_that_the_panel_breaks_off_is_not_settled() {
    let record = run(&weekdays("2023-01-02", "2023-12-28"), "2023-12").unwrap();
    assert_eq!(settled(&record), QUARTERS[..3]);
}

/// Forwards over three nights cost three nights: simple rates over n / 365 of a year.
#[test]
fn the_hedge_of_a_weekend_costs_three_days() {
    let record = run(&weekdays("2023-01-02", "2023-12-29"), "2023-12").unwrap();
    let cost = |date: &str| {
        let step = record.steps().find(|step| step.date.to_string() == date).unwrap();
        let opened = record.steps().take_while(|s| s.date < step.date).last().unwrap();
        step.forwards.hedge_cost / opened.after[1]
    };
    let simple = |days: f64| 1.0 - 1.0 / (1.0 + 0.05 * days / 365.0);
    assert!((cost("2023-02-07") - simple(1.0)).abs() < 1e-12);
    assert!((cost("2023-02-06") - simple(3.0)).abs() < 1e-12);
}
