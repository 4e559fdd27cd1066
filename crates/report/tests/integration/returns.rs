//! The page of returns.

use std::collections::BTreeMap;

use allweather_core::{Month, Year};
use allweather_portfolio::Record;
use allweather_report::{Block, Language, Mark, Points, Value};

use crate::{
    main_job,
    runs::{figure, number, page, runs, same, series, sound, special, table},
};

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
