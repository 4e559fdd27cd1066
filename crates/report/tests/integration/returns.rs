//! The page of returns, and runs of every kind for the pages beside it.

use std::{collections::BTreeMap, fmt::Write, sync::OnceLock};

use allweather_core::{Currency, Month, Percent, Year};
use allweather_data::DataSet;
use allweather_market::{Market, PricePanel, Vintages};
use allweather_portfolio::{
    Record, Spec,
    rfr::{Indicator, Indicators, MissingPolicy, RateHistory, Reading, prescribed_rate},
    simulate,
};
use allweather_report::{Block, Figure, Language, Mark, Page, Points, Report, Sources, Table, Value, Words};
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

/// Returns of the months, compounded from the steps; of the whole run.
fn months(record: &Record) -> BTreeMap<Month, f64> {
    let mut months = BTreeMap::new();
    for step in record.steps() {
        *months.entry(step.month).or_insert(1.0) *= step.after_costs / step.value_before;
    }
    months.into_iter().map(|(month, growth)| (month, growth - 1.0)).collect()
}

#[test]
fn any_run_has_a_page() {
    for (name, _, report) in runs() {
        sound(page(report, "returns"));
        assert!(report.site().is_ok(), "{name}");
    }
}

#[test]
fn years_are_those_of_the_steps() {
    for (_, record, report) in runs() {
        let table = table(report, "years");
        let mut years: BTreeMap<Year, Vec<_>> = BTreeMap::new();
        record.steps().for_each(|step| years.entry(step.month.year()).or_default().push(step));
        assert_eq!(table.rows.len(), years.len());
        for (n, (year, steps)) in years.iter().enumerate() {
            let (mut wealth, mut peak, mut fall, mut costs) = (1.0_f64, 1.0_f64, 0.0_f64, 0.0);
            for step in steps {
                wealth *= step.after_costs / step.value_before;
                peak = peak.max(wealth);
                fall = fall.min(wealth / peak - 1.0);
                costs += step.costs.commission + step.costs.slippage + step.costs.fx;
            }
            let number = |column| number(table, n, column);
            assert_eq!(number("year"), Some(f64::from(year.number())));
            same(number("return"), Some(wealth - 1.0));
            same(number("drawdown"), Some(fall));
            same(number("costs"), Some(costs));
            assert_eq!(number("value"), steps.last().map(|step| step.value_after));
            let rate = record.rates().get(year).map(|rate| rate.prescribed.rate.to_f64() / 100.0);
            same(number("rate"), rate);
            same(number("aim"), rate.map(|rate| rate + 0.04));
            let whole = (1..=12).all(|month| steps.iter().any(|step| step.month.number() == month));
            same(number("difference"), rate.filter(|_| whole).map(|rate| wealth - 1.0 - rate - 0.04));
        }
    }
}

#[test]
fn what_rests_on_an_uncertain_rate_is_marked() {
    let main = main_job();
    let table = table(&main.report, "years");
    let marked: Vec<f64> = (0..table.rows.len())
        .filter(|row| {
            ["rate", "aim", "difference"]
                .iter()
                .all(|c| table.cell(*row, c).unwrap().mark == Some(Mark::Estimated))
        })
        .filter_map(|row| number(table, row, "year"))
        .collect();
    // 1980 and 2024 have four indicators, 2025 has three.
    assert_eq!(marked, [1980.0, 2024.0, 2025.0]);
    assert!(table.rows.iter().enumerate().all(|(n, _)| table.cell(n, "return").unwrap().mark.is_none()));
}

#[test]
fn the_yearly_figure_shows_the_table() {
    for (_, _, report) in runs() {
        let (figure, table) = (figure(report, "returns", "yearly_returns"), table(report, "years"));
        for row in 0..table.rows.len() {
            assert_eq!(series(figure, 0)[row], number(table, row, "return"));
            let whole = number(table, row, "difference").is_some();
            assert_eq!(series(figure, 1)[row], number(table, row, "aim").filter(|_| whole));
            let marked = table.cell(row, "rate").unwrap().mark.is_some();
            assert_eq!(figure.bands.first().is_some_and(|band| band.holds[row]), marked);
        }
    }
}

#[test]
fn months_compound_to_years() {
    const NAMES: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    for (_, record, report) in runs() {
        let (table, mut months) = (table(report, "months"), months(record));
        for row in 0..table.rows.len() {
            let year = table.cell(row, "year").unwrap().value.number().unwrap();
            let mut growth = 1.0;
            for (name, month) in NAMES.iter().zip(1..) {
                #[expect(clippy::cast_possible_truncation, reason = "a year")]
                let month = Month::new(year as i32, month).unwrap();
                let ours = number(table, row, name);
                same(ours, months.remove(&month));
                growth *= 1.0 + ours.unwrap_or(0.0);
            }
            same(number(table, row, "total"), Some(growth - 1.0));
        }
        assert!(months.is_empty(), "every month is in the matrix");
    }
}

#[test]
fn the_best_and_the_worst_have_none_beyond_them() {
    for (_, record, report) in runs() {
        let (table, months) = (table(report, "best_and_worst"), months(record));
        assert_eq!(table.rows.len(), months.len().min(5));
        for row in 0..table.rows.len() {
            let better = |limit: f64| months.values().filter(|r| **r > limit + 1e-12).count();
            let worse = |limit: f64| months.values().filter(|r| **r < limit - 1e-12).count();
            for (kind, beyond) in [("best", &better as &dyn Fn(f64) -> usize), ("worst", &worse)] {
                let Value::Month(month) = table.cell(row, &format!("{kind}_month")).unwrap().value else {
                    unreachable!("a month")
                };
                let ours = number(table, row, &format!("{kind}_month_return"));
                same(ours, Some(months[&month]));
                assert!(beyond(ours.unwrap()) <= row);
            }
        }
        let years = self::table(report, "years");
        let whole: Vec<usize> = (0..years.rows.len())
            .filter(|row| {
                (1..=12).all(|m| {
                    #[expect(clippy::cast_possible_truncation, reason = "a year")]
                    let year = number(years, *row, "year").unwrap() as i32;
                    months.contains_key(&Month::new(year, m).unwrap())
                })
            })
            .collect();
        let mut returns: Vec<f64> = whole.iter().filter_map(|row| number(years, *row, "return")).collect();
        returns.sort_by(f64::total_cmp);
        for row in 0..table.rows.len() {
            assert_eq!(number(table, row, "worst_year_return"), returns.get(row).copied());
            assert_eq!(number(table, row, "best_year_return"), returns.iter().rev().nth(row).copied());
        }
    }
}

#[test]
fn the_histogram_counts_every_month_once() {
    for (name, record, report) in runs() {
        let (figure, months) = (figure(report, "returns", "month_histogram"), months(record));
        let Points::Names(names) = &figure.points else { unreachable!("names") };
        assert!(names.len() <= 24);
        let low = |n: usize| -> f64 {
            let text = names[n].text(Language::English).trim_end_matches(" %").replace(' ', "");
            text.parse().unwrap()
        };
        let width = if names.len() > 1 { low(1) - low(0) } else { 0.1 };
        let mut total = 0.0;
        for n in 0..names.len() {
            let (low, high) = (low(n), low(n) + width);
            let inside = months.values().filter(|r| low <= **r * 100.0 && **r * 100.0 < high).count();
            let (loss, gain) = (series(figure, 0)[n], series(figure, 1)[n]);
            assert_eq!(loss.is_some(), low < 0.0, "{name} {low}");
            assert_eq!(gain.is_some(), low >= 0.0, "{name} {low}");
            same(loss.or(gain), Some(inside as f64 / months.len() as f64));
            total += loss.or(gain).unwrap();
        }
        same(Some(total), Some(1.0));
    }
}

/// Return, deviation, Sharpe ratio and depth of a window, from their definitions.
fn measured(returns: &[f64], rates: Option<&[f64]>) -> [Option<f64>; 4] {
    let n = returns.len() as f64;
    let growth: f64 = returns.iter().map(|r| 1.0 + r).product();
    let spread = |values: &[f64]| {
        let mean = values.iter().sum::<f64>() / n;
        (mean, (values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / (n - 1.0)).sqrt())
    };
    let deviation = spread(returns).1 * 12.0_f64.sqrt();
    let sharpe = rates.map(|rates| {
        let excess: Vec<f64> =
            returns.iter().zip(rates).map(|(r, rate)| r - ((1.0 + rate).powf(1.0 / 12.0) - 1.0)).collect();
        let (mean, deviation) = spread(&excess);
        mean / deviation * 12.0_f64.sqrt()
    });
    let mut depth = 0.0_f64;
    for from in 0..returns.len() {
        for to in from..returns.len() {
            depth = depth.min(returns[from..=to].iter().map(|r| 1.0 + r).product::<f64>() - 1.0);
        }
    }
    [Some(growth.powf(12.0 / n) - 1.0), Some(deviation), sharpe, Some(depth)]
}

#[test]
fn rolling_measures_are_those_of_their_windows() {
    let near = |a: f64, b: f64| (a - b).abs() <= 1e-9 * a.abs().max(1.0);
    for (name, record, report) in runs() {
        let all: Vec<(Month, f64)> = months(record).into_iter().collect();
        let fit: Vec<usize> = [12, 36, 60].into_iter().filter(|window| *window <= all.len()).collect();
        let page = page(report, "returns");
        if fit.is_empty() {
            assert!(report.table("rolling").is_none());
            assert!(page.figures().all(|figure| !figure.id.starts_with("rolling")), "{name}");
            continue;
        }
        let table = table(report, "rolling");
        assert_eq!(table.rows.len(), 4 * fit.len());
        let ids = ["rolling_return", "rolling_deviation", "rolling_sharpe", "rolling_drawdown"];
        for (w, window) in fit.iter().enumerate() {
            let mut found: [Vec<(Month, f64)>; 4] = Default::default();
            for (last, span) in (window - 1..).zip(all.windows(*window)) {
                let returns: Vec<f64> = span.iter().map(|(_, r)| *r).collect();
                let rate =
                    |month: Month| Some(record.rates().get(&month.year())?.prescribed.rate.to_f64() / 100.0);
                let rates: Option<Vec<f64>> = span.iter().map(|(month, _)| rate(*month)).collect();
                for (m, value) in measured(&returns, rates.as_deref()).into_iter().enumerate() {
                    let drawn = page.figures().find(|figure| figure.id == ids[m]);
                    let drawn = drawn.and_then(|figure| series(figure, w)[last]);
                    assert_eq!(drawn.is_some(), value.is_some(), "{name} {} {window} {last}", ids[m]);
                    let Some(value) = value else { continue };
                    assert!(near(drawn.unwrap(), value), "{name} {} {window} {drawn:?} {value}", ids[m]);
                    found[m].push((span[window - 1].0, value));
                }
            }
            for (m, mut found) in found.into_iter().enumerate() {
                let row = m * fit.len() + w;
                assert_eq!(number(table, row, "window"), Some(*window as f64));
                assert_eq!(number(table, row, "windows"), Some(found.len() as f64));
                let Some(newest) = found.last().copied() else {
                    assert_eq!(number(table, row, "median"), None);
                    continue;
                };
                let shown = |column: &str| number(table, row, column).unwrap();
                assert!(near(shown("newest"), newest.1));
                assert_eq!(table.cell(row, "newest_month").unwrap().value, Value::Month(newest.0));
                found.sort_by(|a, b| a.1.total_cmp(&b.1));
                let (low, high) = (found[0], found[found.len() - 1]);
                let middle = f64::midpoint(found[(found.len() - 1) / 2].1, found[found.len() / 2].1);
                assert!(
                    near(shown("lowest"), low.1)
                        && near(shown("highest"), high.1)
                        && near(shown("median"), middle)
                );
                for (column, value) in [("lowest_month", low.1), ("highest_month", high.1)] {
                    let Value::Month(month) = table.cell(row, column).unwrap().value else {
                        unreachable!("a month")
                    };
                    assert!(found.iter().any(|(of, v)| *of == month && near(*v, value)));
                }
            }
        }
    }
}

#[test]
fn windows_too_long_are_said() {
    let run = special().iter().find(|special| special.name == "36 months").unwrap();
    let section = page(&run.report, "returns").sections.iter().find(|s| s.id == "rolling").unwrap();
    let said = section.blocks.iter().any(|block| match block {
        Block::Paragraph(words) => {
            words.text(Language::English).contains("only 36 months: windows of 60 months")
        }
        _ => false,
    });
    assert!(said);
}
