//! The page of decisions, and reasons in two languages.

use std::collections::BTreeSet;

use allweather_metrics::Undefined;
use allweather_portfolio::{Record, Simulation, rfr::RateHistory};
use allweather_rebalance::{
    Decision, DriftMeasure, Period, Reason, RebalanceError, Rebalancer, Review, Targets, Threshold,
};
use allweather_report::{Language, Report, Value};
use chrono::Datelike;

use crate::{
    holdings::{made, told, with_rule},
    main_job,
    runs::{number, page, same, sound, special, table},
};

fn runs() -> impl Iterator<Item = (&'static str, &'static Record, &'static Report)> {
    let all = special().iter().map(|run| (run.name, &run.record, &run.report));
    all.chain([("main", &main_job().record, &main_job().report)])
}

#[test]
fn it_is_sound_for_every_run() {
    for (_, _, report) in runs() {
        sound(page(report, "decisions"));
    }
}

#[test]
fn every_step_has_its_row_and_its_reason() {
    for (name, record, report) in runs() {
        let table = table(report, "decisions");
        assert!(table.searchable);
        assert_eq!(table.rows.len(), record.len(), "{name}");
        for (i, step) in record.steps().enumerate() {
            let value = |column: &str| &table.cell(i, column).unwrap().value;
            assert_eq!(value("date"), &Value::Date(step.date));
            assert_eq!(value("reason").text(Language::English), step.explain());
            assert!(value("reason").text(Language::Japanese) != step.explain(), "{name}: {}", step.explain());
            same(number(table, i, "costs"), Some(step.costs.total()));
            same(number(table, i, "withdrawn"), Some(step.withdrawn()));
            same(number(table, i, "value"), Some(step.value_after));
            let traded = step.decision.trades() || step.vaults.iter().any(|vault| vault.decision.trades());
            assert_eq!(number(table, i, "turnover").is_some(), i > 0 && traded, "{name} {}", step.date);
            let decided = value("decision").text(Language::English);
            let word = if i == 0 {
                "first purchase"
            } else if step.decision.trades() {
                "traded"
            } else {
                "held"
            };
            assert!(decided.starts_with(word), "{decided}");
        }
    }
}

#[test]
fn counts_and_turnover_are_those_of_the_record() {
    for (name, record, report) in runs() {
        let log = table(report, "decisions");
        let turnover: f64 = (0..log.rows.len()).filter_map(|row| number(log, row, "turnover")).sum();
        let outcome = record.outcome();
        assert!((turnover - outcome.turnover).abs() < 1e-9, "{name}: {turnover} {}", outcome.turnover);
        let years = table(report, "decisions_by_year");
        assert_eq!(years.rows.len(), record.years().len());
        let sum =
            |column: &str| (0..years.rows.len()).map(|row| number(years, row, column).unwrap()).sum::<f64>();
        assert_eq!(sum("traded"), outcome.rebalances as f64, "{name}");
        assert_eq!(sum("traded") + sum("held") + 1.0, record.len() as f64, "{name}");
        assert!((sum("turnover") - outcome.turnover).abs() < 1e-9, "{name}");
        assert!(
            (sum("costs") - outcome.costs.total()).abs() <= 1e-9 * outcome.costs.total().max(1.0),
            "{name}"
        );
        let kinds = table(report, "decisions_by_kind");
        let last = kinds.rows.len() - 1;
        let held = record.steps().filter(|step| !step.decision.trades()).count();
        assert_eq!(number(kinds, last, "held"), Some(held as f64));
        assert_eq!(number(kinds, last, "traded"), Some((record.len() - held) as f64));
        let value = number(kinds, last, "traded_value").unwrap();
        assert!((value - sum("traded_value")).abs() <= 1e-9 * value);
    }
}

#[test]
fn every_vault_has_its_rows() {
    let run = special().iter().find(|run| run.name == "vaults").unwrap();
    let table = table(&run.report, "vault_decisions");
    let all: Vec<_> =
        run.record.steps().flat_map(|step| step.vaults.iter().map(move |vault| (step.date, vault))).collect();
    assert_eq!(table.rows.len(), all.len());
    for (row, (date, vault)) in all.iter().enumerate() {
        let value = |column: &str| &table.cell(row, column).unwrap().value;
        assert_eq!(value("date"), &Value::Date(*date));
        assert_eq!(value("reason").text(Language::English), vault.explain());
        same(number(table, row, "value"), Some(vault.value_after));
        same(number(table, row, "nav"), Some(vault.nav));
    }
    assert!(main_job().report.table("vault_decisions").is_none());
}

#[test]
fn orders_of_two_vaults_in_one_asset_are_netted() {
    let spec = |_: &str| {
        r#"{"name":"netted","capital":1000000,"holdings":[
            {"vault":{"name":"a","holdings":[{"asset":"asset0","weight":0.5},{"asset":"asset1","weight":0.5}],
                "rule":{"calendar":{"every":"month","on":"end"}}},"weight":0.5},
            {"vault":{"name":"b","holdings":[{"asset":"asset0","weight":0.2},{"asset":"asset2","weight":0.8}],
                "rule":{"calendar":{"every":"quarter","on":"end"}}},"weight":0.5}],
            "rule":{"calendar":{"every":"quarter","on":"end"}},"costs":{"proportional":0.002}}"#
            .to_owned()
    };
    let (market, record) = made(3, spec);
    let report = told(&market, &record);
    let log = table(&report, "decisions");
    let turnover: f64 = (0..log.rows.len()).filter_map(|row| number(log, row, "turnover")).sum();
    assert!((turnover - record.outcome().turnover).abs() < 1e-12, "{turnover} {}", record.outcome().turnover);
    let years = table(&report, "decisions_by_year");
    let traded: f64 = (0..2).map(|row| number(years, row, "traded").unwrap()).sum();
    assert_eq!(traded, record.outcome().rebalances as f64);
    assert_eq!(log.cell(1, "decision").unwrap().value.text(Language::English), "held; 1 vault traded");
}

/// Gives one reason after another, a month each.
#[derive(Debug)]
struct Script(Vec<Reason>);

impl Rebalancer for Script {
    fn decide(&self, review: &Review<'_>, _: &mut Targets) -> Result<Decision, RebalanceError> {
        let year = usize::try_from(review.date().year() - 2001).unwrap();
        let month = year * 12 + review.date().month0() as usize;
        Ok(Decision::Hold(self.0.get(month - 1).cloned().unwrap_or(Reason::NothingHeld)))
    }
}

/// Every variant that there is, with figures that no other place has.
fn reasons() -> Vec<Reason> {
    let boxed = |reason| Box::new(reason);
    let day = "2003-04-05".parse().unwrap();
    let (measure, threshold) = (DriftMeasure::Portfolio, Threshold::Rounded(2));
    vec![
        Reason::Start,
        Reason::NothingHeld,
        Reason::WithinBand { largest: 0.7, measure, threshold },
        Reason::Drift {
            position: 1,
            weight: 0.231,
            target: 0.2,
            drift: 3.1,
            measure: DriftMeasure::Position,
            threshold,
            to: 0.21,
            breached: 3,
        },
        Reason::WithinRegion { position: 0, weight: 0.31, target: 0.3, half_width: 0.025 },
        Reason::OutsideRegion {
            position: 0,
            weight: 0.27,
            target: 0.3,
            half_width: 0.025,
            to: 0.28,
            outside: 2,
        },
        Reason::Due(Period::Review),
        Reason::NotDue(Period::Week),
        Reason::Due(Period::HalfYear),
        Reason::Never,
        Reason::DueFor { every: Period::Quarter, scheduled: day },
        Reason::NotDueUntil { every: Period::Month, scheduled: Some(day) },
        Reason::NotDueUntil { every: Period::Year, scheduled: None },
        Reason::Member { member: 4, reason: boxed(Reason::Due(Period::Year)) },
        Reason::All(vec![
            Reason::NotDue(Period::Month),
            Reason::WithinBand { largest: 0.4, measure, threshold },
        ]),
        Reason::TooShort { position: Some(1), found: 7, needed: 36 },
        Reason::TooShort { position: None, found: 0, needed: 24 },
        Reason::Unmeasured {
            why: boxed(Reason::TooShort { position: Some(0), found: 5, needed: 12 }),
            reason: boxed(Reason::Due(Period::Quarter)),
        },
        Reason::NoMeasure(Undefined::NoVariation),
        Reason::Volatility {
            recent: 0.061,
            long_run: 0.034,
            ratio: 1.5,
            turbulent: true,
            reason: boxed(Reason::NotDue(Period::Quarter)),
        },
        Reason::RiskBudget { position: 1, share: 0.62, budget: 0.5, threshold: 0.2, breached: 1 },
        Reason::Correlation {
            pair: [0, 1],
            correlation: 0.83,
            mean: 0.41,
            limit: 0.7,
            cut: 0.062,
            reason: boxed(Reason::Due(Period::Month)),
        },
        Reason::NotWorthTrading { tracking_error: 0.0123 },
        Reason::WorthTrading {
            tracking_error: 0.0234,
            left: 0.0045,
            cost: 0.000_678,
            position: 0,
            traded: 2,
        },
        Reason::About { position: 1, words: "3.1 points away".into() },
        Reason::Other("the moon is full".into()),
    ]
}

fn numbers(text: &str) -> Vec<String> {
    let mut found = vec![String::new()];
    for c in text.chars() {
        let sign = "+-".contains(c) && found.last().is_some_and(String::is_empty);
        if c.is_ascii_digit() || sign || (c == '.' && !found.last().unwrap().is_empty()) {
            found.last_mut().unwrap().push(c);
        } else if !found.last().unwrap().is_empty() {
            found.push(String::new());
        }
    }
    found.retain(|number| number.contains(|c: char| c.is_ascii_digit()));
    found.into_iter().map(|number| number.trim_end_matches('.').to_owned()).collect()
}

#[test]
fn every_reason_has_its_japanese_words_and_the_same_figures() {
    let script = Script(reasons());
    // Names without digits, so that numbers are those of the reason.
    let line = |m| format!("{}-{:02},{},{}", 2001 + m / 12, m % 12 + 1, 100 + m, 100 + m % 5);
    let lines: Vec<String> = (0..30).map(line).collect();
    let text = format!("month,gold_jpy,bonds_jpy\n{}\n", lines.join("\n"));
    let prices = allweather_market::PricePanel::from_csv("prices.csv", &text).unwrap();
    let market = allweather_market::Market::new(allweather_core::Currency::JPY, prices);
    let spec = with_rule(r#"{"calendar":{"every":"review"}}"#)(
        r#"{"asset":"gold","weight":0.5},{"asset":"bonds","weight":0.5}"#,
    );
    let spec = allweather_portfolio::Spec::from_json(&spec).unwrap();
    let rates = RateHistory::default();
    let record = Simulation::new(&spec, &market, &rates).unwrap().with_rule(&script).run().unwrap();
    let report = told(&market, &record);
    let log = table(&report, "decisions");
    for (i, reason) in script.0.iter().enumerate() {
        let cell = &log.cell(i + 1, "reason").unwrap().value;
        let (en, ja) = (cell.text(Language::English), cell.text(Language::Japanese));
        assert_eq!(en, reason.explain(record.universe()));
        if matches!(reason, Reason::About { .. } | Reason::Other(_)) {
            assert_eq!(en, ja);
            continue;
        }
        assert_ne!(en, ja);
        assert_eq!(numbers(&en), numbers(&ja), "{en}\n{ja}");
        for name in ["gold", "bonds"] {
            assert_eq!(en.matches(name).count(), ja.matches(name).count(), "{en}\n{ja}");
        }
        // Nothing but names is left in Latin letters.
        let latin = ja.replace("gold", "").replace("bonds", "");
        assert!(!latin.contains(|c: char| c.is_ascii_alphabetic()), "{ja}");
    }
}

#[test]
fn no_reason_is_forgotten() {
    let source = include_str!("../../../rebalance/src/reason.rs");
    let body = source.split_once("pub enum Reason {").unwrap().1.split_once("\n}\n").unwrap().0;
    let variants: BTreeSet<String> = body
        .lines()
        .filter_map(|line| {
            line.strip_prefix("    ").filter(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()))
        })
        .map(|line| line.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap().to_owned())
        .collect();
    let tried: BTreeSet<String> = reasons()
        .iter()
        .map(|reason| {
            format!("{reason:?}").split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap().to_owned()
        })
        .collect();
    assert_eq!(variants, tried);
}
