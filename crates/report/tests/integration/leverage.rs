//! The page of leverage.

use allweather_core::Month;
use allweather_market::Market;
use allweather_portfolio::Record;
use allweather_report::{Block, Language, Points, Report, Value};

use crate::{
    main_job,
    runs::{figure, number, page, runs, same, series, sound, table},
};

/// Changes of total assets and yields of the months before, for the months at the end that have both.
fn path(record: &Record, market: &Market) -> Vec<(Month, f64, f64)> {
    let mut path = Vec::new();
    let steps: Vec<_> = record.steps().collect();
    for pair in steps.windows(2) {
        let (before, now) = (&pair[0], &pair[1]);
        let jgb = market.statistic_series(Market::JGB_1Y).and_then(|series| series.get(before.month));
        let Some(jgb) = jgb else {
            path.clear();
            continue;
        };
        let change = (now.after_costs - now.value_before) / (before.value_after + before.pool);
        path.push((now.month, change, (jgb.max(0.0) + 0.015 + 1.0).powf(1.0 / 12.0) - 1.0));
    }
    path
}

fn facts(report: &Report, section: &str) -> Vec<f64> {
    let section = page(report, "leverage").sections.iter().find(|s| s.id == section).unwrap();
    let facts = section.blocks.iter().find_map(|block| match block {
        Block::Facts(facts) => Some(facts),
        _ => None,
    });
    facts.unwrap().iter().filter_map(|(_, value)| value.number()).collect()
}

#[test]
fn any_run_has_a_page() {
    let mut without = 0;
    for (name, record, report) in runs() {
        let page = page(report, "leverage");
        sound(page);
        let warned = page.sections.iter().flat_map(|s| &s.blocks).find_map(|block| match block {
            Block::Warning(words) => Some(words.text(Language::English)),
            _ => None,
        });
        assert_eq!(warned.is_none(), report.table("variants").is_some(), "{name}");
        if let Some(words) = warned {
            without += 1;
            assert!(
                words.contains(if record.len() == 1 { "one month" } else { "jgb_1y" }),
                "{name}: {words}"
            );
        }
    }
    assert!(without >= 3);
}

#[test]
fn variants_are_the_published_formula() {
    let main = main_job();
    let path = path(&main.record, &main.data.market);
    let (table, growth) =
        (table(&main.report, "variants"), figure(&main.report, "leverage", "leverage_growth"));
    let Points::Days(days) = &growth.points else { unreachable!() };
    assert_eq!(days.len(), path.len() + 1);
    assert_eq!(days[0], path[0].0.offset(-1).last_day());
    assert_eq!(days.last().copied(), path.last().map(|(month, ..)| month.last_day()));

    // Optimal f on the index of 100, by hand.
    let (mut index, mut up, mut down, mut loss) = (100.0_f64, 0.0_f64, 0.0_f64, 0.0_f64);
    for (_, change, _) in &path {
        (up, down) = (up.max(*change), down.min(*change));
        loss = loss.max(-index * change);
        index *= 1.0 + change;
    }
    let f = up / (up - down);
    let optimal = 1.0 + index / (loss * f / 2.0) / 100.0;
    for (ours, expected) in facts(&main.report, "leverage-optimal-f").iter().zip([
        up,
        down,
        f,
        f / 2.0,
        (optimal - 1.0) * 100.0,
        optimal,
    ]) {
        assert!((ours / expected - 1.0).abs() < 1e-9, "{ours} {expected}");
    }

    assert_eq!(table.rows.len(), 4);
    for (row, multiple) in [1.0, 2.0, 5.0, optimal].into_iter().enumerate() {
        let (mut wealth, mut peak, mut fall, mut ruin) = (1.0_f64, 1.0_f64, 0.0_f64, None);
        let drawn = series(growth, row);
        assert_eq!(drawn[0], Some(100.0));
        for ((month, change, funding), drawn) in path.iter().zip(&drawn[1..]) {
            let funding = if row == 0 { 0.0 } else { *funding };
            wealth *= 1.0 + (change - funding) * multiple;
            if wealth <= 0.0 {
                (wealth, ruin) = (0.0, ruin.or(Some(*month)));
            }
            peak = peak.max(wealth);
            fall = fall.max(1.0 - wealth / peak);
            assert_eq!(drawn.is_some(), wealth > 0.0);
            assert!(
                (drawn.unwrap_or(0.0) - 100.0 * wealth).abs() <= 1e-7 * wealth.max(1e-6),
                "{drawn:?} {wealth}"
            );
        }
        let close = |column, expected: f64| {
            let ours = number(table, row, column).unwrap();
            assert!(
                (ours - expected).abs() < 1e-9 * expected.abs().max(1.0),
                "{row} {column} {ours} {expected}"
            );
        };
        close("multiple", multiple);
        close("drawdown", fall);
        if ruin.is_none() {
            close("annual_return", wealth.powf(12.0 / path.len() as f64) - 1.0);
            let changes: Vec<f64> =
                path.iter().map(|(_, c, r)| (c - if row == 0 { 0.0 } else { *r }) * multiple).collect();
            let mean = changes.iter().sum::<f64>() / changes.len() as f64;
            let squares: f64 = changes.iter().map(|c| (c - mean).powi(2)).sum();
            close("deviation", (squares / (changes.len() - 1) as f64 * 12.0).sqrt());
        } else {
            close("annual_return", -1.0);
        }
        let cell = &table.cell(row, "ruined_in").unwrap().value;
        match ruin {
            Some(month) => assert_eq!(*cell, Value::Month(month)),
            None => assert!(matches!(cell, Value::Missing(_))),
        }
    }
}

#[test]
fn funding_is_the_yield_and_the_spread() {
    let main = main_job();
    let path = path(&main.record, &main.data.market);
    let funding = figure(&main.report, "leverage", "funding");
    assert_eq!(series(funding, 0).len(), path.len());
    let annual: Vec<f64> = path.iter().map(|(_, _, r)| (1.0 + r).powi(12) - 1.0).collect();
    for (ours, expected) in series(funding, 0).iter().zip(&annual) {
        assert!((ours.unwrap() - expected).abs() < 1e-12);
    }
    let facts = facts(&main.report, "leverage-funding");
    same(facts.first().copied(), Some(annual.iter().sum::<f64>() / annual.len() as f64));
    same(facts.get(1).copied(), annual.iter().copied().reduce(f64::max));
    same(facts.get(2).copied(), annual.last().copied());
    same(facts.get(3).copied(), Some(0.015));
}
