//! The page of living expenses.
#![expect(clippy::float_cmp, reason = "figures are shown as they are, to the bit")]

use std::collections::BTreeMap;

use allweather_core::{Month, RateStatus};
use allweather_portfolio::{QuarterRecord, Record};
use allweather_report::{Block, Language, Mark, Points, Report, Value, Words};

use crate::runs::{figure, number, page, runs, same, series, sound, special, table};

fn quarters(record: &Record) -> Vec<&QuarterRecord> {
    record.steps().filter_map(|step| step.quarter).collect()
}

fn settled() -> impl Iterator<Item = (&'static str, &'static Record, &'static Report)> {
    runs().filter(|(_, record, _)| !quarters(record).is_empty())
}

fn facts(report: &Report) -> BTreeMap<String, Value> {
    let section = page(report, "expenses").sections.iter().find(|section| section.id == "totals").unwrap();
    let facts = section.blocks.iter().find_map(|block| match block {
        Block::Facts(facts) => Some(facts),
        _ => None,
    });
    facts
        .unwrap()
        .iter()
        .map(|(name, value)| (name.text(Language::English).to_owned(), value.clone()))
        .collect()
}

#[test]
fn any_run_has_a_page() {
    let mut without = 0;
    for (name, record, report) in runs() {
        let page = page(report, "expenses");
        sound(page);
        if quarters(record).is_empty() {
            without += 1;
            assert_eq!((page.tables().count(), page.figures().count()), (0, 0), "{name}");
            let none = record.spec().expenses.is_none();
            assert_eq!(page.sections[0].id, if none { "none" } else { "rule" });
        }
    }
    assert!(without >= 4);
}

#[test]
fn the_ledger_shows_every_figure() {
    for (_, record, report) in settled() {
        let table = table(report, "quarters");
        let quarters = quarters(record);
        assert_eq!(table.rows.len(), quarters.len());
        assert!(table.searchable);
        for (n, quarter) in quarters.iter().enumerate() {
            let text = |column| table.cell(n, column).unwrap().value.text(Language::English);
            assert_eq!(text("quarter"), quarter.quarter.to_string());
            assert_eq!(text("halted") == "yes", quarter.halted);
            for (column, amount) in [
                ("gain", quarter.gain),
                ("costs", quarter.costs),
                ("annual_expense", quarter.annual_expense),
                ("consumption", quarter.consumption),
                ("pool_cap", quarter.pool_cap),
                ("excess", quarter.excess),
                ("headroom", quarter.headroom),
                ("withdrawn", quarter.withdrawn),
                ("reinvested", quarter.reinvested),
                ("pool", quarter.pool),
                ("shortfall", quarter.shortfall),
                ("invested", quarter.invested),
            ] {
                assert_eq!(table.cell(n, column).unwrap().value.number(), Some(amount), "{column}");
            }
            same(number(table, n, "rate"), quarter.rate.map(|rate| rate.to_f64() / 100.0));
            let mark = match quarter.rate_status {
                Some(RateStatus::Estimated) => Some(Mark::Estimated),
                Some(RateStatus::Provisional) => Some(Mark::Provisional),
                _ => None,
            };
            assert_eq!(table.cell(n, "rate").unwrap().mark, mark);
        }
    }
}

/// Of the published text: excess = gain − costs − consumption, reinvested what exceeds the headroom, withdrawn what exceeds capital.
#[test]
fn the_ledger_follows_the_published_rule() {
    for (name, _, report) in settled() {
        let table = table(report, "quarters");
        let mut invested = None;
        for row in 0..table.rows.len() {
            let of = |column| number(table, row, column).unwrap();
            let near =
                |a: f64, b: f64| assert!((a - b).abs() <= 1e-9 * of("invested"), "{name} {row} {a} {b}");
            near(of("excess"), of("gain") - of("costs") - of("consumption"));
            near(of("consumption"), of("annual_expense") / 4.0);
            near(of("reinvested"), (of("excess") - of("headroom")).max(0.0));
            near(of("withdrawn"), (of("gain") - of("costs")).max(0.0));
            if let Some(invested) = invested {
                near(of("invested"), invested + of("reinvested"));
            }
            invested = Some(of("invested"));
        }
    }
}

#[test]
fn totals_add_up() {
    for (name, record, report) in settled() {
        let facts = facts(report);
        let fact = |name: &str| facts[name].number().unwrap();
        let sum = |of: fn(&QuarterRecord) -> f64| quarters(record).into_iter().map(of).sum::<f64>();
        same(Some(fact("expenses of all quarters")), Some(sum(|q| q.consumption)));
        same(Some(fact("withdrawn")), Some(sum(|q| q.withdrawn)));
        same(Some(fact("reinvested amount")), Some(sum(|q| q.reinvested)));
        let shortfall = fact("shortfall: nothing funded it");
        same(Some(shortfall), Some(sum(|q| q.shortfall)));
        let left = fact("withdrawn") + shortfall;
        let used = fact("expenses of all quarters") + fact("reinvested amount") + fact("pool at the end")
            - fact("pool at the start");
        assert!((left - used).abs() <= 1e-9 * used.abs(), "{name} {left} {used}");
        same(Some(fact("of these, paid")), Some(1.0 - shortfall / fact("expenses of all quarters")));
        let halted = quarters(record).iter().filter(|q| q.halted).count();
        assert_eq!(facts["quarters with withdrawals halted"], Value::Count(halted));
        assert_eq!(facts["quarters in all"], Value::Count(quarters(record).len()));
    }
}

#[test]
fn years_are_sums_of_quarters() {
    for (_, record, report) in settled() {
        let (table, drawn) = (table(report, "years_money"), figure(report, "expenses", "yearly_flows"));
        let all = quarters(record);
        for row in 0..table.rows.len() {
            let year = number(table, row, "year").unwrap();
            let of_year = || all.iter().filter(|q| f64::from(q.quarter.year().number()) == year);
            let sum = |of: fn(&QuarterRecord) -> f64| of_year().map(|q| of(q)).sum::<f64>();
            let shown = |column| number(table, row, column).unwrap();
            same(Some(shown("expenses")), Some(sum(|q| q.consumption)));
            same(Some(shown("withdrawn")), Some(sum(|q| q.withdrawn)));
            same(Some(shown("reinvested")), Some(sum(|q| q.reinvested)));
            same(Some(shown("shortfall")), Some(sum(|q| q.shortfall)));
            assert_eq!(shown("halted"), of_year().filter(|q| q.halted).count() as f64);
            if let Some(last) = of_year().next_back() {
                assert_eq!(shown("pool"), last.pool);
            }
            let bars: Vec<f64> = (0..4).map(|n| series(drawn, n)[row].unwrap()).collect();
            same(Some(bars[0]), Some(shown("withdrawn")));
            same(Some(bars[1]), Some(shown("shortfall") - shown("expenses")));
            same(Some(bars[2]), Some(-shown("reinvested")));
            same(Some(bars[3]), Some(-shown("shortfall")));
            // The bars less the shortfall are what the pool gained.
            let start = record.spec().expenses.as_ref().unwrap().initial_pool.try_into().unwrap();
            let before = if row == 0 { start } else { number(table, row - 1, "pool").unwrap() };
            let gained = bars[0] + bars[1] + bars[2];
            assert!((shown("pool") - before - gained).abs() <= 1e-9 * shown("expenses").max(1.0));
        }
    }
}

#[test]
fn paths_stand_where_the_ledger_left_them() {
    for (name, record, report) in settled() {
        let (pool, capital) =
            (figure(report, "expenses", "pool"), figure(report, "expenses", "invested_capital"));
        let Points::Days(days) = &pool.points else { unreachable!() };
        let (mut cap, mut invested) = (None, record.step(0).map(|step| step.value_before));
        for (n, day) in days.iter().enumerate() {
            let month = Month::containing(*day).unwrap();
            let steps: Vec<_> = record.steps().filter(|step| step.month == month).collect();
            let last = steps.last().unwrap();
            if let Some(quarter) = steps.iter().find_map(|step| step.quarter) {
                (cap, invested) = (Some(quarter.pool_cap), Some(quarter.invested));
            }
            assert_eq!((series(pool, 0)[n], series(pool, 1)[n]), (Some(last.pool), cap), "{name} {month}");
            assert_eq!((series(capital, 0)[n], series(capital, 1)[n]), (Some(last.value_after), invested));
            let halted = quarters(record).iter().any(|q| q.halted && q.quarter == month.quarter());
            for figure in [pool, capital] {
                assert_eq!(figure.bands.first().is_some_and(|band| band.holds[n]), halted, "{name} {month}");
            }
        }
    }
}

#[test]
fn halts_are_runs_of_halted_quarters() {
    for (name, record, report) in settled() {
        let halted: Vec<&QuarterRecord> = quarters(record).into_iter().filter(|q| q.halted).collect();
        let Some(table) = report.table("halts") else {
            assert!(halted.is_empty(), "{name}");
            continue;
        };
        let mut left = halted.iter();
        for row in 0..table.rows.len() {
            let text = |column| table.cell(row, column).unwrap().value.text(Language::English);
            let mut quarter = left.next().unwrap();
            let first = quarter.quarter;
            assert_eq!(text("first"), first.to_string());
            let (mut below, mut shortfall, mut count) =
                (quarter.gain - quarter.costs, quarter.shortfall, 1.0);
            while quarter.quarter.to_string() != text("last") {
                let next = left.next().unwrap();
                assert_eq!(next.quarter, quarter.quarter.next(), "{name}: in a row");
                quarter = next;
                below = below.min(quarter.gain - quarter.costs);
                shortfall += quarter.shortfall;
                count += 1.0;
            }
            assert_eq!(number(table, row, "quarters"), Some(count));
            assert_eq!(
                (number(table, row, "deepest"), number(table, row, "pool")),
                (Some(below), Some(quarter.pool))
            );
            same(number(table, row, "shortfall"), Some(shortfall));
            assert!(
                !halted.iter().any(|q| q.quarter == quarter.quarter.next()),
                "{name}: the halt ends here"
            );
        }
        assert!(left.next().is_none(), "{name}: every halted quarter is in a halt");
    }
}

#[test]
fn the_rule_is_told_as_the_spec_has_it() {
    let said = |report: &Report| -> String {
        let rule = &page(report, "expenses").sections[0];
        let words = rule.blocks.iter().filter_map(|block| match block {
            Block::Paragraph(words) | Block::Warning(words) => Some(words),
            _ => None,
        });
        words.map(|words: &Words| words.text(Language::English).to_owned()).collect::<Vec<_>>().join(" ")
    };
    let of = |name: &str| said(&special().iter().find(|special| special.name == name).unwrap().report);
    let main = said(&crate::main_job().report);
    assert!(main.contains("3 % of the initial capital") && main.contains("3 annual expenses"), "{main}");
    assert!(main.contains("as they were known at its end"));
    assert!(of("daily").contains("fixed later"));
    assert!(of("vaults").contains("that of a later year is the one before"));
    assert!(of("one month").contains("No quarter ended"));
    assert!(of("plain").contains("Nothing is paid out"));
}
