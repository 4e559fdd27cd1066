//! The page of the prescribed rate.
#![expect(clippy::float_cmp, reason = "figures are shown as they are, to the bit")]

use std::collections::{BTreeMap, BTreeSet};

use allweather_core::RateStatus;
use allweather_portfolio::{Record, rfr::Indicator};
use allweather_report::{Block, Language, Mark, Points, Report, Value};

use crate::{
    main_job,
    runs::{figure, number, page, runs, same, series, sound, table},
};

fn years(record: &Record) -> BTreeSet<i32> {
    record.steps().map(|step| step.month.year().number()).collect()
}

fn rated() -> impl Iterator<Item = (&'static str, &'static Record, &'static Report)> {
    runs().filter(|(_, record, _)| !record.rates().is_empty())
}

#[test]
fn any_run_has_a_page() {
    let mut without = 0;
    for (name, record, report) in runs() {
        let page = page(report, "rate");
        sound(page);
        if record.rates().is_empty() {
            without += 1;
            assert_eq!(page.tables().count(), 0, "{name}");
            assert!(page.sections[0].blocks.iter().any(|block| matches!(block, Block::Warning(_))));
        }
    }
    assert_eq!(without, 1);
}

#[test]
fn the_rate_is_the_second_highest_of_the_row() {
    for (name, record, report) in rated() {
        let table = table(report, "prescribed_rates");
        assert_eq!(table.rows.len(), years(record).len());
        let mut told = 0;
        for (row, number_of_year) in years(record).into_iter().enumerate() {
            let year = allweather_core::Year::new(number_of_year);
            assert_eq!(number(table, row, "year"), Some(f64::from(number_of_year)));
            let cell = |column: &str| table.cell(row, column).unwrap();
            let Some(rate) = record.rates().get(&year) else {
                assert!(table.rows[row][1..].iter().all(|cell| matches!(cell.value, Value::Missing(_))));
                continue;
            };
            told += 1;
            let ids = Indicator::ALL.map(|indicator| indicator.to_string());
            let mut readings: Vec<f64> = ids.iter().filter_map(|id| number(table, row, id)).collect();
            readings.sort_by(f64::total_cmp);
            assert_eq!(number(table, row, "rate"), readings.iter().rev().nth(1).copied(), "{name} {year}");
            assert_eq!(number(table, row, "indicators"), Some(readings.len() as f64));
            let chosen: Vec<&String> = ids.iter().filter(|id| cell(id).mark == Some(Mark::Chosen)).collect();
            assert_eq!(chosen, [&rate.prescribed.chosen.to_string()]);
            assert_eq!(number(table, row, chosen[0]), number(table, row, "rate"));
            for (indicator, id) in Indicator::ALL.into_iter().zip(&ids) {
                let missing = match &cell(id).value {
                    Value::Missing(why) => !why.text(Language::Japanese).is_empty(),
                    _ => false,
                };
                assert_eq!(missing, rate.prescribed.missing.contains(&indicator));
            }
            assert_eq!(cell("rate").mark.is_some(), rate.status != RateStatus::Final || readings.len() < 5);
            assert_eq!(cell("since").value, Value::Date(rate.since));
            assert_eq!(cell("status").value.text(Language::English), rate.status.to_string());
        }
        assert_eq!(told, record.rates().len());
    }
}

#[test]
fn the_figure_shows_the_table() {
    for (name, record, report) in rated() {
        let found = page(report, "rate").figures().find(|figure| figure.id == "indicators");
        if years(record).len() == 1 {
            assert!(found.is_none(), "{name}: a line of one point is none");
            continue;
        }
        let (figure, table) = (figure(report, "rate", "indicators"), table(report, "prescribed_rates"));
        let Points::Years(drawn) = &figure.points else { unreachable!() };
        assert_eq!(drawn.iter().copied().collect::<BTreeSet<_>>(), years(record));
        for row in 0..table.rows.len() {
            let all = ["rate", "jgb10y", "cpi", "cgpi", "gdp_deflator", "reer"];
            for (n, column) in all.into_iter().enumerate() {
                assert_eq!(series(figure, n)[row], number(table, row, column));
            }
            let hatched = figure.bands.iter().any(|band| band.hatched && band.holds[row]);
            assert_eq!(hatched, table.cell(row, "rate").unwrap().mark.is_some());
        }
    }
}

#[test]
fn what_was_known_is_what_the_ledger_read() {
    let (mut with, mut without) = (0, 0);
    for (name, record, report) in rated() {
        let quarters: BTreeMap<String, _> =
            record.steps().filter_map(|step| step.quarter).map(|q| (q.quarter.to_string(), q)).collect();
        let Some(table) = report.table("rates_known") else {
            without += 1;
            assert!(quarters.is_empty() || name == "daily", "{name}");
            continue;
        };
        with += 1;
        let mut seen = 0;
        for row in 0..table.rows.len() {
            let year = table.cell(row, "year").unwrap().value.text(Language::English);
            let mut last = None;
            for n in 1..=4 {
                let cell = table.cell(row, &format!("q{n}")).unwrap();
                let quarter = quarters.get(&format!("{year}Q{n}"));
                let known = quarter.and_then(|q| q.rate).map(|rate| rate.to_f64() / 100.0);
                same(cell.value.number(), known);
                let mark = quarter.and_then(|q| q.rate_status).and_then(|status| match status {
                    RateStatus::Estimated => Some(Mark::Estimated),
                    RateStatus::Provisional => Some(Mark::Provisional),
                    _ => None,
                });
                assert_eq!(cell.mark, mark);
                last = known.or(last);
                seen += usize::from(known.is_some());
            }
            let settled = number(self::table(report, "prescribed_rates"), row, "rate");
            assert_eq!(number(table, row, "settled"), settled);
            same(number(table, row, "later"), settled.zip(last).map(|(settled, last)| settled - last));
        }
        assert_eq!(seen, quarters.len());
    }
    assert!(with >= 3 && without >= 3);
}

#[test]
fn statuses_count_every_quarter() {
    let section =
        page(&main_job().report, "rate").sections.iter().find(|section| section.id == "known").unwrap();
    let facts = section.blocks.iter().find_map(|block| match block {
        Block::Facts(facts) => Some(facts),
        _ => None,
    });
    let counts: Vec<f64> = facts.unwrap().iter().filter_map(|(_, value)| value.number()).collect();
    let quarters = main_job().record.steps().filter(|step| step.quarter.is_some()).count();
    assert_eq!((counts[0] + counts[1] + counts[2], counts[3]), (quarters as f64, quarters as f64));
    assert!(counts[0] > 0.0, "before a year is over, its figures are estimated");
}

#[test]
fn every_year_has_one_chosen_indicator() {
    for (_, record, report) in rated() {
        let table = table(report, "indicators_chosen");
        assert_eq!(table.rows.len(), 5);
        let told: Vec<_> = record.rates().values().map(|rate| &rate.prescribed).collect();
        let (mut total, mut share) = (0.0, 0.0);
        for (row, indicator) in Indicator::ALL.into_iter().enumerate() {
            let shown = |column| number(table, row, column).unwrap();
            assert_eq!(shown("chosen"), told.iter().filter(|rate| rate.chosen == indicator).count() as f64);
            let has = |rate: &&&allweather_portfolio::rfr::PrescribedRate| {
                rate.ranking.iter().any(|(of, _)| *of == indicator)
            };
            assert_eq!(shown("available"), told.iter().filter(has).count() as f64);
            assert_eq!(shown("available") + shown("missing"), told.len() as f64);
            total += shown("chosen");
            share += shown("share");
        }
        assert_eq!(total, told.len() as f64);
        same(Some(share), Some(1.0));
    }
}
