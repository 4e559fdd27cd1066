//! The page of holdings.

use std::fmt::Write;

use allweather_core::Currency;
use allweather_market::{Market, PricePanel, Vintages};
use allweather_portfolio::{Record, Spec, rfr::RateHistory, simulate};
use allweather_report::{Block, Language, Report, Sources, Value};

use crate::{
    main_job,
    runs::{figure, number, page, same, series, sound, special, table},
};

/// A market of so many assets over two years of months, and a run of all of them.
pub(crate) fn made(assets: usize, spec: impl Fn(&str) -> String) -> (Market, Record) {
    let mut prices = "month".to_owned();
    for asset in 0..assets {
        write!(prices, ",asset{asset}_jpy").unwrap();
    }
    prices.push('\n');
    for month in 0..24 {
        write!(prices, "{}-{:02}", 2001 + month / 12, month % 12 + 1).unwrap();
        for asset in 0..assets {
            // Growing and shaking, each at its own pace.
            write!(prices, ",{}", 100 + month * (asset + 1) + (month * 7 + asset * 3) % 11).unwrap();
        }
        prices.push('\n');
    }
    let market = Market::new(Currency::JPY, PricePanel::from_csv("prices.csv", &prices).unwrap());
    let weight = 1.0 / assets as f64;
    let holdings: Vec<String> =
        (0..assets).map(|n| format!(r#"{{"asset":"asset{n}","weight":{weight}}}"#)).collect();
    let spec = Spec::from_json(&spec(&holdings.join(","))).unwrap();
    let record = simulate(&spec, &market, &RateHistory::default()).unwrap();
    (market, record)
}

pub(crate) fn told(market: &Market, record: &Record) -> Report {
    Report::new(record, &Sources::new(market, &Vintages::new()).with_weathers(Vec::new())).unwrap()
}

pub(crate) fn with_rule(rule: &str) -> impl Fn(&str) -> String {
    move |holdings| {
        format!(
            r#"{{"name":"made","capital":1000000,"holdings":[{holdings}],"rule":{rule},"costs":{{"proportional":0.001}}}}"#
        )
    }
}

#[test]
fn it_is_sound_for_every_run() {
    sound(page(&main_job().report, "holdings"));
    for run in special() {
        sound(page(&run.report, "holdings"));
    }
}

#[test]
fn profits_by_asset_are_those_of_the_record() {
    let all = special().iter().map(|run| (run.name, &run.record, &run.report));
    for (name, record, report) in all.chain([("main", &main_job().record, &main_job().report)]) {
        let (table, steps) = (table(report, "asset_profit"), record.steps().collect::<Vec<_>>());
        let assets = record.universe().len();
        assert_eq!(table.rows.len(), assets + 1, "{name}");
        let mut total = 0.0;
        for place in 0..assets {
            let gains = (1..steps.len()).map(|t| steps[t].before[place] - steps[t - 1].after[place]);
            let profit: f64 = gains.sum();
            same(number(table, place, "profit"), Some(profit));
            total += profit;
        }
        same(number(table, assets, "profit"), Some(total));
        // The record sums other figures: value by value, not asset by asset.
        let market: f64 = steps.iter().map(|step| step.market_profit).sum();
        let scale: f64 = steps.iter().map(|step| step.value).fold(1.0, f64::max) * steps.len() as f64;
        assert!((total - market).abs() <= 1e-14 * scale, "{name}: {total} {market}");
        if total != 0.0 {
            let shares: f64 = (0..assets).map(|place| number(table, place, "share").unwrap()).sum();
            assert!((shares - 1.0).abs() < 1e-9, "{name}: {shares}");
        }
    }
}

#[test]
fn weights_are_those_of_the_last_step() {
    for (record, report) in special()
        .iter()
        .map(|run| (&run.record, &run.report))
        .chain([(&main_job().record, &main_job().report)])
    {
        let table = table(report, "weights");
        let (assets, last) = (record.universe().len(), record.step(record.len() - 1).unwrap());
        assert_eq!(table.rows.len(), assets + 1);
        let strategic = record.spec().holdings.look_through();
        let mut sum = 0.0;
        for (place, (_, strategic)) in strategic.iter().enumerate() {
            let weight = last.after[place] / last.value_after;
            same(number(table, place, "value"), Some(last.after[place]));
            same(number(table, place, "weight"), Some(weight));
            same(number(table, place, "strategic"), Some(*strategic));
            same(number(table, place, "difference"), Some(weight - strategic));
            let weights: Vec<f64> = record.steps().map(|step| step.after[place] / step.value_after).collect();
            same(number(table, place, "highest"), weights.iter().copied().reduce(f64::max));
            same(number(table, place, "lowest"), weights.iter().copied().reduce(f64::min));
            same(number(table, place, "mean"), Some(weights.iter().sum::<f64>() / weights.len() as f64));
            sum += number(table, place, "weight").unwrap();
        }
        sum += number(table, assets, "weight").unwrap();
        assert!((sum - 1.0).abs() < 1e-9, "{sum}");
    }
}

#[test]
fn the_figure_adds_up_at_the_end_of_every_month() {
    let (market, record) =
        made(15, with_rule(r#"{"drift_band":{"measure":"portfolio","threshold":1,"scope":"breached"}}"#));
    let many = told(&market, &record);
    let daily = special().iter().find(|run| run.name == "daily").unwrap();
    for (record, report) in
        [(&record, &many), (&daily.record, &daily.report), (&main_job().record, &main_job().report)]
    {
        let figure = figure(report, "holdings", "weights_over_time");
        let months = record.months();
        assert!(figure.series.iter().all(|s| s.values.len() == months.len()));
        for (place, month) in months.iter().enumerate() {
            let sum: f64 = figure.series.iter().filter_map(|s| s.values[place]).sum();
            assert!((sum - 1.0).abs() < 1e-9, "{}: {sum}", month.month);
        }
    }
    // The smallest are one field, and the largest are not in it.
    let figure = figure(&many, "holdings", "weights_over_time");
    let names: Vec<&str> = figure.series.iter().map(|s| s.name.text(Language::English)).collect();
    assert!(
        names.contains(&"4 others") && names.contains(&"asset14") && !names.contains(&"asset0"),
        "{names:?}"
    );
    assert_eq!(names.len(), 13, "{names:?}"); // eleven, the others, cash
    let cash = series(figure, 12);
    same(cash[23], Some(record.step(23).unwrap().cash / record.step(23).unwrap().value_after));
}

#[test]
fn late_assets_are_said() {
    let table = table(&main_job().report, "late_assets");
    let shown: Vec<String> = table
        .rows
        .iter()
        .map(|row| row.iter().map(|cell| cell.value.text(Language::English)).collect::<Vec<_>>().join(" "))
        .collect();
    assert_eq!(
        shown,
        [
            "dev_exus_equity 4.00 % 1990-06-30 1990-06-30",
            "jp_equity 4.00 % 1990-06-30 1990-06-30",
            "jgb_20y 6.00 % 1986-12-31 1986-12-31",
        ]
    );
    let plain = special().iter().find(|run| run.name == "plain").unwrap();
    assert!(plain.report.table("late_assets").is_none());
}

#[test]
fn what_is_to_be_held_is_the_specs() {
    let table = table(&main_job().report, "strategic_weights");
    let text = |row: usize, column: &str| table.cell(row, column).unwrap().value.text(Language::English);
    assert_eq!(
        [text(0, "part"), text(0, "currency"), text(0, "first"), text(0, "last")],
        ["us_equity", "USD", "1980-01", "2025-12"]
    );
    assert_eq!(text(1, "first"), "1990-06");
    same(number(table, 0, "commission"), Some(100.0));
    same(number(table, 0, "slippage"), Some(3.0));
    let sum: f64 = (0..10).filter_map(|row| number(table, row, "weight")).sum();
    assert!((sum - 1.0).abs() < 1e-12);
    // Vaults stand above what is in them.
    let vaults = special().iter().find(|run| run.name == "vaults").unwrap();
    let table = crate::runs::table(&vaults.report, "strategic_weights");
    let shown: Vec<_> = (0..table.rows.len())
        .map(|row| {
            (
                table.cell(row, "part").unwrap().value.text(Language::English),
                number(table, row, "within").unwrap(),
                number(table, row, "weight").unwrap(),
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            ("stocks".into(), 0.4, 0.4),
            ("stocks/us_equity".into(), 0.5, 0.2),
            ("stocks/jp_equity".into(), 0.5, 0.2),
            ("jgb_10y".into(), 0.6, 0.6)
        ]
    );
    assert_eq!(crate::runs::table(&vaults.report, "rules").rows.len(), 2);
}

#[test]
fn every_rule_is_told_in_both_languages() {
    let rules = [
        r#"{"calendar":{"every":"review"}}"#,
        r#"{"calendar":{"every":"year","on":{"month":6,"day":15,"convention":"modified_following"}}}"#,
        r#"{"drift_band":{"measure":"position","threshold":5,"scope":"all"}}"#,
        r#"{"drift_band":{"measure":"portfolio","threshold":"2","rounding":"none","scope":"breached","to":{"within":"1.75"}}}"#,
        r#"{"all_of":[{"calendar":{"every":"quarter","on":"end"}},{"drift_band":{"measure":"portfolio","threshold":1,"scope":"all"}}]}"#,
        r#"{"first_of":[{"calendar":{"every":"month","on":"start"}},{"calendar":{"every":"week","on":"end"}}]}"#,
    ];
    let mut seen = Vec::new();
    for rule in rules {
        let (market, record) = made(2, with_rule(rule));
        let report = told(&market, &record);
        sound(page(&report, "holdings"));
        let cell = |column: &str| table(&report, "rules").cell(0, column).unwrap().value.clone();
        let (Value::Words(told), Value::Words(source)) = (cell("rule"), cell("source")) else {
            panic!("words")
        };
        for words in [&told, &source] {
            assert_ne!(words.text(Language::English), words.text(Language::Japanese));
        }
        assert_eq!(source.text(Language::English), record.spec().rule.source());
        assert!(!seen.contains(&told), "{told:?}");
        seen.push(told);
    }
    let text = |n: usize| seen[n].text(Language::English).to_owned();
    assert_eq!(
        text(1),
        "on day 15 of month 6 of every year; where there is none, on the next day there is in that month, else the one before"
    );
    assert_eq!(
        text(3),
        "when an asset has drifted by more than 2 points of the portfolio: what has drifted trades, to within 1.75 of its target"
    );
    let ja = seen[3].text(Language::Japanese);
    assert_eq!(
        ja,
        "資産の乖離が2 ポイント（ポートフォリオ比）超のとき：超過した資産を売買、目標から1.75以内まで"
    );
}

#[test]
fn one_month_has_no_course_of_time() {
    let run = special().iter().find(|run| run.name == "one month").unwrap();
    let page = page(&run.report, "holdings");
    assert_eq!(page.figures().count(), 0);
    let blocks = &page.sections.iter().find(|section| section.id == "over-time").unwrap().blocks;
    assert!(matches!(blocks[0], Block::Paragraph(_)));
}
