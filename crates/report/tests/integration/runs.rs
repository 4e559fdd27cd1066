//! Runs of every kind for the pages, and what holds of any page.

use std::{collections::BTreeMap, fmt::Write, sync::OnceLock};

use allweather_core::{Currency, Month, Percent, Year};
use allweather_data::DataSet;
use allweather_market::{Market, PricePanel, Vintages};
use allweather_portfolio::{
    Record, Spec,
    rfr::{Indicator, Indicators, MissingPolicy, RateHistory, Reading, prescribed_rate},
    simulate,
};
use allweather_report::{Block, Figure, Language, Page, Points, Report, Sources, Table, Words};
use chrono::{Datelike, NaiveDate};

use crate::main_job;

/// A run that lacks something, with its report.
pub(crate) struct Special {
    pub(crate) name: &'static str,
    pub(crate) record: Record,
    pub(crate) report: Report,
}

/// Runs without expenses, without rates, of a month, of days, of vaults: each made once.
pub(crate) fn special() -> &'static [Special] {
    static SPECIAL: OnceLock<Vec<Special>> = OnceLock::new();
    SPECIAL.get_or_init(|| {
        let data = &main_job().data;
        let of = |name, change: &dyn Fn(&mut Spec)| {
            let mut spec = allweather_data::all_weather().unwrap();
            spec.start = Some("2014-04".parse().unwrap());
            change(&mut spec);
            let record = data.simulate(&spec).unwrap();
            told(name, record, data)
        };
        let month = |text: &str| Some(text.parse::<Month>().unwrap());
        let mut all = vec![
            of("plain", &|spec| {
                spec.expenses = None;
                spec.fx = None;
            }),
            of("one month", &|spec| (spec.start, spec.end) = (month("1999-05"), month("1999-05"))),
            of("one quarter's end", &|spec| (spec.start, spec.end) = (month("1999-06"), month("1999-06"))),
            of("36 months", &|spec| (spec.start, spec.end) = (month("1990-03"), month("1993-02"))),
            of("some years without a rate", &|spec| {
                spec.expenses = None;
                spec.prescribed_rate.missing = MissingPolicy::Refuse;
            }),
        ];
        let mut spec = allweather_data::all_weather().unwrap();
        (spec.start, spec.expenses) = (month("2014-04"), None);
        let record = simulate(&spec, &data.market, &RateHistory::default()).unwrap();
        all.push(told("no rate at all", record, data));
        all.push(daily());
        all.push(vaults(data));
        all
    })
}

fn told(name: &'static str, record: Record, data: &DataSet) -> Special {
    let report = Report::new(&record, &Sources::new(&data.market, &data.statistics)).unwrap();
    Special { name, record, report }
}

/// Weekdays of two years and a bit, with expenses and stated rates, and no statistics at all.
fn daily() -> Special {
    let (first, last): (NaiveDate, NaiveDate) =
        ("2021-02-01".parse().unwrap(), "2023-03-31".parse().unwrap());
    let days = first
        .iter_days()
        .take_while(|day| *day <= last)
        .filter(|day| day.weekday().number_from_monday() <= 5);
    let mut prices = "date,stock_jpy,bond_jpy\n".to_owned();
    for (k, day) in (0_u32..).zip(days) {
        let (wave, drift) = (f64::from(k % 37), f64::from(k) * 0.02);
        writeln!(prices, "{day},{},{}", 100.0 + wave + drift, 50.0 - 0.1 * wave + drift).unwrap();
    }
    let market = Market::new(Currency::JPY, PricePanel::from_csv("prices.csv", &prices).unwrap());
    let spec = Spec::from_json(
        r#"{"name":"by day","capital":1000000,"expenses":{"initial_pool":"20000","knowledge":"final"},
            "holdings":[{"asset":"stock","weight":0.4},{"asset":"bond","weight":0.6}],
            "rule":{"calendar":{"every":"quarter","on":"end"}},"costs":{"proportional":"0.001"}}"#,
    )
    .unwrap();
    let rate = |number: i32| {
        let year = Year::new(number);
        let reading = |n: i64| Reading::published(Percent::new((n + i64::from(number % 3)).into()));
        let indicators = Indicator::ALL.into_iter().zip(1..);
        let indicators = indicators
            .fold(Indicators::new(year), |all, (indicator, n)| all.with(indicator, reading(n)).unwrap());
        (year, prescribed_rate(&indicators, MissingPolicy::Refuse).unwrap())
    };
    let rates: BTreeMap<_, _> = (2021..=2023).map(rate).collect();
    let record = simulate(&spec, &market, &rates.into()).unwrap();
    let nothing = Vintages::new();
    let report = Report::new(&record, &Sources::new(&market, &nothing).with_weathers(Vec::new())).unwrap();
    Special { name: "daily", record, report }
}

fn vaults(data: &DataSet) -> Special {
    let spec = Spec::from_json(
        r#"{"name":"vaults","capital":1000000,"start":"2001-01","end":"2008-12",
            "holdings":[
                {"vault":{"name":"stocks","holdings":[{"asset":"us_equity","weight":0.5},{"asset":"jp_equity","weight":0.5}],
                    "rule":{"calendar":{"every":"month","on":"end"}}},"weight":0.4},
                {"asset":"jgb_10y","weight":0.6}],
            "rule":{"calendar":{"every":"year","on":"end"}},"expenses":{"rule":{"rule":"anchored","initial":"4"}},
            "prescribed_rate":{"missing":{"at_least":3}}}"#,
    )
    .unwrap();
    told("vaults", data.simulate(&spec).unwrap(), data)
}

pub(crate) fn page<'a>(report: &'a Report, id: &str) -> &'a Page {
    report.pages().iter().find(|page| page.id == id).unwrap()
}

pub(crate) fn table<'a>(report: &'a Report, id: &str) -> &'a Table {
    report.table(id).unwrap()
}

pub(crate) fn number(table: &Table, row: usize, column: &str) -> Option<f64> {
    table.cell(row, column).unwrap().value.number()
}

pub(crate) fn figure<'a>(report: &'a Report, page: &str, id: &str) -> &'a Figure {
    self::page(report, page).figures().find(|figure| figure.id == id).unwrap()
}

/// The values of a figure's series, from 0.
pub(crate) fn series(figure: &Figure, n: usize) -> &[Option<f64>] {
    &figure.series[n].values
}

pub(crate) fn same(ours: Option<f64>, other: Option<f64>) {
    match (ours, other) {
        (Some(a), Some(b)) => assert!((a - b).abs() <= 1e-12 * a.abs().max(b.abs()).max(1.0), "{a} {b}"),
        _ => assert_eq!(ours, other),
    }
}

fn said(words: &Words) {
    for language in Language::ALL {
        let text = words.text(language);
        assert!(!text.trim().is_empty(), "{words:?}");
        assert!(!text.contains("  ") && !text.contains("{}"), "{text}");
    }
    // Words of a sentence's length are not left in English.
    let (en, ja) = (words.text(Language::English), words.text(Language::Japanese));
    assert!(en.len() < 25 || ja.chars().any(|c| c as u32 > 0x2fff), "{ja}");
}

/// What holds of any page: nothing is empty, every row and series has its cells, everything is said in both languages.
pub(crate) fn sound(page: &Page) {
    said(&page.title);
    said(&page.lead);
    assert!(!page.sections.is_empty());
    for section in &page.sections {
        said(&section.title);
        assert!(!section.blocks.is_empty(), "{}", section.id);
        for block in &section.blocks {
            match block {
                Block::Paragraph(words) | Block::Warning(words) => said(words),
                Block::Facts(facts) => {
                    assert!(!facts.is_empty());
                    for (fact, _) in facts {
                        said(fact);
                    }
                }
                Block::Table(table) => {
                    said(&table.title);
                    said(table.note.as_ref().unwrap());
                    assert!(!table.rows.is_empty(), "{}", table.id);
                    table.columns.iter().for_each(|column| said(&column.heading));
                    assert!(table.rows.iter().all(|row| row.len() == table.columns.len()), "{}", table.id);
                    let numbers = table.rows.iter().flatten().filter_map(|cell| cell.value.number());
                    assert!(numbers.into_iter().all(f64::is_finite), "{}", table.id);
                }
                Block::Figure(figure) => {
                    said(&figure.title);
                    said(&figure.caption);
                    let points = match &figure.points {
                        Points::Days(days) => days.len(),
                        Points::Years(years) => years.len(),
                        Points::Names(names) => names.len(),
                        _ => unreachable!(),
                    };
                    assert!(points > 0 && !(figure.series.is_empty() && figure.bands.is_empty()));
                    for series in &figure.series {
                        said(&series.name);
                        assert_eq!(series.values.len(), points, "{} {:?}", figure.id, series.name);
                    }
                    figure
                        .bands
                        .iter()
                        .for_each(|band| assert_eq!(band.holds.len(), points, "{}", figure.id));
                }
                _ => {}
            }
        }
    }
}

/// Every run, the main job first.
pub(crate) fn runs() -> impl Iterator<Item = (&'static str, &'static Record, &'static Report)> {
    let main = main_job();
    let others = special().iter().map(|special| (special.name, &special.record, &special.report));
    std::iter::once(("main job", &main.record, &main.report)).chain(others)
}

/// What is told on a page in whole sentences.
pub(crate) fn texts(page: &Page, language: Language) -> String {
    let blocks = page.sections.iter().flat_map(|section| &section.blocks);
    let told = blocks.filter_map(|block| match block {
        Block::Paragraph(words) | Block::Warning(words) => Some(words.text(language)),
        _ => None,
    });
    told.collect::<Vec<_>>().join("\n")
}
