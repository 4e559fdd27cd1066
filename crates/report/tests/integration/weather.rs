//! The page of weather.

use std::collections::BTreeMap;

use allweather_core::Month;
use allweather_market::{ReturnCurrency, Vintages};
use allweather_portfolio::Record;
use allweather_report::{Block, Language, Mark, Report, Sources, Words};
use allweather_weather::{Condition, Label, Status, Weather, WeatherSpec};

use crate::{
    main_job,
    runs::{figure, number, page, runs, same, sound, table},
};

/// Whether a month is of a kind.
type Kind = Box<dyn Fn(Option<&Label>) -> bool>;

const REGIONS: [&str; 2] = ["united_states", "japan"];

fn labels(region: usize) -> BTreeMap<Month, Label> {
    let main = main_job();
    let (first, last) = (main.record.step(0).unwrap(), main.record.step(main.record.len() - 1).unwrap());
    let spec = if region == 0 { WeatherSpec::us() } else { WeatherSpec::japan() };
    let labels = spec.history(&main.data.statistics, first.month, last.month, last.date).unwrap();
    labels.into_iter().map(|label| (label.month, label)).collect()
}

/// Return and prescribed rate of each month.
fn months(record: &Record) -> BTreeMap<Month, (f64, f64)> {
    let row = |step: allweather_portfolio::Step<'_>| {
        let rate = record.rates()[&step.month.year()].prescribed.rate.to_f64() / 100.0;
        (step.month, (step.after_costs / step.value_before - 1.0, (1.0 + rate).powf(1.0 / 12.0) - 1.0))
    };
    record.steps().map(row).collect()
}

fn warnings(report: &Report) -> Vec<&str> {
    let blocks = page(report, "weather").sections.iter().flat_map(|s| &s.blocks);
    let words = blocks.filter_map(|block| match block {
        Block::Warning(words) => Some(words.text(Language::English)),
        _ => None,
    });
    words.collect()
}

#[test]
fn any_run_has_a_page() {
    for (name, record, report) in runs() {
        sound(page(report, "weather"));
        if let Some(table) = report.table("weather_united_states") {
            same(number(table, 9, "months"), Some(record.months().len() as f64));
        } else if name == "daily" {
            assert!(format!("{:?}", page(report, "weather")).contains("without any weather"));
        } else {
            // The figures of the last month are not out when it ends.
            assert_eq!(record.len(), 1, "{name}");
            assert!(warnings(report)[0].contains("No month of the run has a label"));
        }
    }
}

#[test]
fn every_month_is_in_its_weather() {
    let main = main_job();
    let months = months(&main.record);
    for (place, region) in REGIONS.iter().enumerate() {
        let labels = labels(place);
        let table = table(&main.report, &format!("weather_{region}"));
        assert_eq!(table.rows.len(), 10);
        let is = |weather: Weather| move |label: Option<&Label>| label.is_some_and(|l| l.weather == weather);
        let has = |end: Condition| move |label: Option<&Label>| label.is_some_and(|l| l.weather.is(end));
        let mut kinds: Vec<Kind> = Vec::new();
        for weather in Weather::ALL {
            kinds.push(Box::new(is(weather)));
        }
        for end in [Condition::Inflation, Condition::Deflation, Condition::Boom, Condition::Recession] {
            kinds.push(Box::new(has(end)));
        }
        kinds.push(Box::new(|label| label.is_none()));
        kinds.push(Box::new(|_| true));
        for (row, kind) in kinds.iter().enumerate() {
            let held = months.iter().filter(|(month, _)| kind(labels.get(month)));
            let (mut returns, mut excess, mut open) = (Vec::new(), Vec::new(), 0);
            for (month, (change, rate)) in held {
                returns.push(*change);
                excess.push(change - rate);
                open += usize::from(labels.get(month).is_some_and(|label| label.status != Status::Final));
            }
            let n = returns.len() as f64;
            let mean = |values: &[f64]| values.iter().sum::<f64>() / n;
            let deviation = |values: &[f64]| {
                let mean = mean(values);
                (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0) * 12.0).sqrt()
            };
            let number = |column| number(table, row, column);
            same(number("months"), Some(n));
            same(number("share"), Some(n / months.len() as f64));
            same(number("not_final"), Some(open as f64));
            let mark = (open > 0).then_some(Mark::Provisional);
            assert_eq!(table.cell(row, "annual_return").unwrap().mark, mark);
            assert_eq!(table.cell(row, "not_final").unwrap().mark, mark);
            if returns.len() < 2 {
                assert_eq!(number("deviation"), None);
                continue;
            }
            same(number("annual_return"), Some(mean(&returns) * 12.0));
            same(number("deviation"), Some(deviation(&returns)));
            same(number("sharpe"), Some(mean(&excess) * 12.0 / deviation(&excess)));
            same(number("gains"), Some(returns.iter().filter(|r| **r > 0.0).count() as f64 / n));
            same(number("worst"), returns.iter().copied().reduce(f64::min));
            same(number("best"), returns.iter().copied().reduce(f64::max));
        }
        let count = |row| number(table, row, "months").unwrap();
        let (labelled, all) = (labels.len() as f64, months.len() as f64);
        same(Some((0..4).map(count).sum()), Some(labelled));
        same(Some(labelled + count(8)), Some(all));
        same(Some(count(4) + count(5)), Some(labelled));
        same(Some(count(6) + count(7)), Some(labelled));
    }
}

#[test]
fn the_ribbon_has_a_stripe_for_every_label() {
    let main = main_job();
    for (place, region) in REGIONS.iter().enumerate() {
        let labels = labels(place);
        let ribbon = figure(&main.report, "weather", &format!("ribbon_{region}"));
        assert!(ribbon.bands.iter().any(|band| band.hatched), "{region}");
        for (n, row) in main.record.months().iter().enumerate() {
            let held: Vec<_> = ribbon.bands.iter().filter(|band| band.holds[n]).collect();
            assert_eq!(held.len(), 1, "{}", row.month);
            let Some(label) = labels.get(&row.month) else {
                assert_eq!(held[0].name.text(Language::English), "no label");
                continue;
            };
            let (name, open) = (held[0].name.text(Language::English), label.status != Status::Final);
            assert_eq!(held[0].hatched, open);
            let weather = label.weather.to_string();
            assert_eq!(name, if open { format!("{weather}, not final") } else { weather });
        }
    }
}

#[test]
fn assets_return_what_their_prices_did() {
    let main = main_job();
    for (place, region) in REGIONS.iter().enumerate() {
        let labels = labels(place);
        let table = table(&main.report, &format!("assets_by_weather_{region}"));
        assert_eq!(table.rows.len(), main.record.universe().len());
        for (row, asset) in main.record.universe().iter().enumerate() {
            assert_eq!(table.cell(row, "asset").unwrap().value.text(Language::English), asset.as_str());
            let position = main.data.market.prices().position(asset).unwrap();
            let mut by_weather: BTreeMap<Weather, Vec<f64>> = BTreeMap::new();
            for (month, label) in &labels {
                // The newest return known at the month's end.
                let known = main.data.market.as_of(month.last_day());
                if let Some(change) = known.returns(position, ReturnCurrency::Base).next() {
                    by_weather.entry(label.weather).or_default().push(change);
                }
            }
            let columns = ["boom_inflation", "boom_deflation", "recession_inflation", "recession_deflation"];
            for (weather, column) in Weather::ALL.iter().zip(columns) {
                let values = by_weather.get(weather);
                same(
                    number(table, row, column),
                    values.map(|v| v.iter().sum::<f64>() / v.len() as f64 * 12.0),
                );
            }
            same(number(table, row, "months"), Some(by_weather.values().map(Vec::len).sum::<usize>() as f64));
        }
    }
}

#[test]
fn what_cannot_be_told_is_said() {
    let (main, nothing) = (main_job(), Vintages::new());
    let report = Report::new(&main.record, &Sources::new(&main.data.market, &nothing)).unwrap();
    sound(page(&report, "weather"));
    let said = warnings(&report);
    assert_eq!(said.len(), 2);
    assert!(said[0].contains("us_indpro") && said[1].contains("jp_iip"), "{said:?}");

    // Too much history asked for, twice under one name, and a name without a letter.
    let never = WeatherSpec::us().with_minimum_months(1200).unwrap();
    let named = |name: &'static str, spec: &WeatherSpec| (Words::new(name, name), spec.clone());
    let us = WeatherSpec::us();
    let weathers = vec![
        named("米国の天候", &us),
        named("US", &us),
        named("U.S.", &us),
        named("us", &us),
        named("never", &never),
    ];
    let sources = Sources::new(&main.data.market, &main.data.statistics).with_weathers(weathers);
    let report = Report::new(&main.record, &sources).unwrap();
    sound(page(&report, "weather"));
    assert!(warnings(&report)[0].contains("No month of the run has a label"));
    for id in ["weather_1", "weather_us", "weather_u_s", "weather_us_4"] {
        assert_eq!(report.table(id).unwrap().rows.len(), 10, "{id}");
    }
}
