//! The page of the currency hedge and overlay.

use std::collections::BTreeMap;

use allweather_core::{Currency, Month, Year};
use allweather_market::{Market, PricePanel, SpotPanel, Vintages, rates_from_csv};
use allweather_portfolio::{ForwardProfit, Spec, rfr::RateHistory, simulate};
use allweather_report::{Block, Language, Report, Sources, Value};

use crate::{
    main_job,
    runs::{figure, number, page, runs, same, series, sound, table},
};

fn warning(report: &Report) -> Option<&str> {
    page(report, "currency").sections.iter().flat_map(|s| &s.blocks).find_map(|block| match block {
        Block::Warning(words) | Block::Paragraph(words) => Some(words.text(Language::English)),
        _ => None,
    })
}

#[test]
fn any_run_has_a_page() {
    for (name, record, report) in runs() {
        let page = page(report, "currency");
        sound(page);
        let hedged = record.spec().fx.is_some();
        assert_eq!(report.table("hedge").is_some(), hedged, "{name}");
        assert_eq!(page.sections.len(), if hedged { 4 } else { 1 });
    }
    let unhedged =
        |name| runs().find(|(found, ..)| *found == name).and_then(|(.., report)| warning(report)).unwrap();
    assert!(unhedged("plain").contains("Foreign assets: 6 (USD 6)"), "{}", unhedged("plain"));
    assert!(unhedged("vaults").contains("Foreign assets: 1 (USD 1)"), "{}", unhedged("vaults"));
    assert!(unhedged("daily").contains("every asset is quoted in JPY"));
}

/// A run in dollars is told in dollars, its yen as the foreign currency.
#[test]
fn a_report_counts_in_the_base_of_its_market() {
    let prices = "month,home_usd,abroad_jpy\n2024-01,100,1000\n2024-02,102,1010\n2024-03,101,1030\n";
    let spots = "month,jpy\n2024-01,0.01\n2024-02,0.0098\n2024-03,0.0101\n";
    let rates = "month,currency,rate_pct,basis\n2024-01,USD,4.8,x\n2024-02,USD,4.8,x\n2024-01,JPY,0,x\n2024-02,JPY,0,x\n";
    let market = Market::new(Currency::USD, PricePanel::from_csv("prices.csv", prices).unwrap())
        .with_spots(SpotPanel::from_csv("fx.csv", spots, Currency::USD).unwrap())
        .unwrap()
        .with_short_rates(rates_from_csv("rates.csv", rates).unwrap());
    let spec = Spec::from_json(
        r#"{"name":"dollars","capital":20000000,"rule":{"calendar":{"every":"year","on":"end"}},
        "holdings":[{"asset":"home","weight":0.5},{"asset":"abroad","weight":0.5}],"costs":{"proportional":"0.001"},
        "fx":{"margin":{"rate":"0.05","gross_limit":2}}}"#,
    )
    .unwrap();
    let record = simulate(&spec, &market, &RateHistory::default()).unwrap();
    let report =
        Report::new(&record, &Sources::new(&market, &Vintages::new()).with_weathers(Vec::new())).unwrap();
    assert_eq!(report.unit().text(Language::English), "millions of USD");
    let json: serde_json::Value = serde_json::from_str(&report.to_json().unwrap()).unwrap();
    assert_eq!(json["base"], "USD");
    let told = format!("{:?}", report.pages());
    // The capital is counted in millions; costs, far below it, in thousands: a page says its own unit.
    assert_eq!(page(&report, "index").unit.as_ref().unwrap().text(Language::English), "millions of USD");
    assert_eq!(page(&report, "costs").unit.as_ref().unwrap().text(Language::English), "thousands of USD");
    // Yen are named where the foreign asset and its rates are, and nowhere in a heading or a unit.
    let rest = told.replace(r#"Name("JPY")"#, "").replace(r#"Name("short rate JPY")"#, "");
    assert!(!rest.contains("JPY"), "{}", &rest[rest.find("JPY").unwrap_or(0)..]);
    let table = table(&report, "hedge");
    let cost = number(table, 0, "hedge_cost").unwrap();
    assert!(cost < 0.0, "dollars pay more than yen, which the hedge earns: {cost}");
}

#[test]
fn the_account_is_that_of_the_steps() {
    for (name, record, report) in runs().filter(|(_, record, _)| record.spec().fx.is_some()) {
        let mut years: BTreeMap<Year, ForwardProfit> = BTreeMap::new();
        for step in record.steps() {
            let sums = years.entry(step.month.year()).or_default();
            sums.hedge += step.forwards.hedge;
            sums.overlay += step.forwards.overlay;
            sums.hedge_cost += step.forwards.hedge_cost;
        }
        let table = table(report, "hedge");
        assert_eq!(table.rows.len(), years.len(), "{name}");
        let (mut cost, mut profit) = (0.0, 0.0);
        for (row, (year, sums)) in years.iter().enumerate() {
            let number = |column| number(table, row, column);
            same(number("year"), Some(f64::from(year.number())));
            same(number("hedge_cost"), Some(sums.hedge_cost));
            same(number("overlay_profit"), Some(sums.overlay));
            same(number("hedge_profit"), Some(sums.hedge));
            same(number("net"), Some(sums.overlay - sums.hedge_cost));
            let paid = sums.hedge_cost > 0.0;
            same(number("earned_back"), paid.then(|| sums.overlay / sums.hedge_cost));
            (cost, profit) = (cost + sums.hedge_cost, profit + sums.overlay);
        }
        let account = record.hedge_account();
        let close = |a: f64, b: f64| assert!((a - b).abs() <= 1e-9 * b.abs().max(1.0), "{name} {a} {b}");
        close(cost, account.hedge_cost);
        close(profit, account.overlay_profit);
        let drawn = figure(report, "currency", "hedge_account");
        close(series(drawn, 0).last().unwrap().unwrap(), cost);
        close(series(drawn, 1).last().unwrap().unwrap(), profit);
    }
}

#[test]
fn the_book_stays_within_its_limits() {
    let main = main_job();
    let fx = main.record.spec().fx.clone().unwrap();
    let (gross, margin) =
        (figure(&main.report, "currency", "gross_notional"), figure(&main.report, "currency", "margin"));
    for (n, step) in main.record.steps().enumerate() {
        let opened = step.overlay_scale.is_some();
        assert_eq!(opened, n + 1 < main.record.len());
        same(series(gross, 0)[n], opened.then(|| step.gross / step.value_after));
        same(series(margin, 0)[n], opened.then(|| step.margin / step.value_after));
        same(series(gross, 1)[n], Some(fx.margin().gross_limit()));
        same(series(margin, 1)[n], Some(0.05 * 2.0));
        assert!(series(gross, 0)[n].unwrap_or(0.0) <= fx.margin().gross_limit() * (1.0 + 1e-9));
        let net: f64 = step.positions.iter().map(|p| (p.hedge + p.overlay).abs()).sum();
        same(series(gross, 0)[n], opened.then(|| net / step.value_after));
    }
}

#[test]
fn omitted_positions_are_not_drawn() {
    let main = main_job();
    let drawn = figure(&main.report, "currency", "overlay_positions");
    let currencies = main.record.spec().fx.as_ref().unwrap().overlay().unwrap().currencies().to_vec();
    assert_eq!(drawn.series.len(), currencies.len());
    let (mut held, mut holes) = (0, 0);
    for (line, currency) in currencies.iter().enumerate() {
        assert_eq!(drawn.series[line].name.text(Language::Japanese), currency.to_string());
        for (n, step) in main.record.steps().enumerate() {
            let omitted = step.omitted.iter().any(|omission| omission.currency == *currency);
            let position = step.positions.iter().find(|p| p.currency == *currency).filter(|_| !omitted);
            same(series(drawn, line)[n], position.map(|p| p.overlay / step.value_after));
            if position.is_some() { held += 1 } else { holes += 1 }
        }
    }
    assert!(held > 1000 && holes > 100, "{held} {holes}");
}

#[test]
fn omissions_are_told_month_by_month() {
    let main = main_job();
    let mut omitted: BTreeMap<(String, Month), String> = BTreeMap::new();
    for step in main.record.steps() {
        for omission in step.omitted {
            omitted.insert((omission.currency.to_string(), step.month), omission.reason.to_string());
        }
    }
    let table = table(&main.report, "overlay_omissions");
    let month = |row, column| match table.cell(row, column).unwrap().value {
        Value::Month(month) => month,
        ref other => unreachable!("{other:?}"),
    };
    let mut told = 0;
    for row in 0..table.rows.len() {
        let currency = table.cell(row, "currency").unwrap().value.text(Language::English);
        let (from, to) = (month(row, "from"), month(row, "to"));
        for month in from.through(to) {
            assert!(omitted.contains_key(&(currency.clone(), month)), "{currency} {month}");
            told += 1;
        }
        assert!(!omitted.contains_key(&(currency.clone(), from.offset(-1))));
        assert!(!omitted.contains_key(&(currency.clone(), to.offset(1))));
        same(number(table, row, "months"), Some(from.through(to).count() as f64));
        let reason = &table.cell(row, "reason").unwrap().value;
        assert_eq!(reason.text(Language::English), omitted[&(currency, to)]);
        assert_ne!(reason.text(Language::English), reason.text(Language::Japanese));
    }
    assert_eq!(told, omitted.len());
}

#[test]
fn a_hedge_may_be_without_overlay_or_partial() {
    let data = &main_job().data;
    let mut spec = allweather_data::all_weather().unwrap();
    (spec.start, spec.expenses) = (Some("2022-06".parse().unwrap()), None);
    let fx = r#"{"hedge":{"ratio":0.5,"unhedged":["EUR"]},"margin":{"rate":"0.05","gross_limit":2}}"#;
    spec.fx = Some(serde_json::from_str(fx).unwrap());
    let record = data.simulate(&spec).unwrap();
    let report = Report::new(&record, &Sources::new(&data.market, &data.statistics)).unwrap();
    let page = page(&report, "currency");
    sound(page);
    let text = format!("{page:?}");
    assert!(text.contains("The run has no overlay") && text.contains("left unhedged"));
    assert!(report.table("overlay_omissions").is_none() && !text.contains("earned back, millions"));
}
