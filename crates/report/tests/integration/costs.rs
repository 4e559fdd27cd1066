//! The page of costs.

use std::collections::BTreeMap;

use allweather_core::Year;
use allweather_portfolio::costs::PublishedCosts;
use allweather_portfolio::costs::fills::{ArrivalPrice, Estimates, FlexXml, StatementReader, SymbolMap};
use allweather_portfolio::{Record, Spec, Step, simulate};
use allweather_report::{Block, Language, Mark, Report, Scale, Sources, Value};

use crate::{
    main_job,
    runs::{figure, number, page, runs, same, series, sound, table},
};

fn years(record: &Record) -> BTreeMap<Year, Vec<(usize, Step<'_>)>> {
    let mut years: BTreeMap<Year, Vec<_>> = BTreeMap::new();
    for (n, step) in record.steps().enumerate() {
        years.entry(step.month.year()).or_default().push((n, step));
    }
    years
}

fn column(report: &Report, id: &str, column: &str) -> f64 {
    let table = table(report, id);
    (0..table.rows.len()).filter_map(|row| number(table, row, column)).sum()
}

#[test]
fn any_run_has_a_page() {
    for (name, record, report) in runs() {
        let page = page(report, "costs");
        sound(page);
        let free = page.sections.iter().flat_map(|s| &s.blocks).any(|block| match block {
            Block::Warning(words) => words.text(Language::English).contains("charges nothing"),
            _ => false,
        });
        assert_eq!(free, record.outcome().costs.total() == 0.0, "{name}");
    }
}

/// Every amount on the page, those of the plot too, is counted in the one unit that stands above them.
#[test]
fn the_page_has_one_unit() {
    for (name, record, report) in runs() {
        let page = page(report, "costs");
        let annual = record.outcome().costs.total() / years(record).len() as f64;
        let scale = if annual > 0.0 { Scale::of(annual) } else { report.scale() };
        let unit = page.unit.as_ref().unwrap().text(Language::English);
        assert_eq!(unit, scale.of_currency("JPY").text(Language::English), "{name}");
        assert_eq!(figure(report, "costs", "costs_cumulative").scale, scale);
        let cell = table(report, "costs").cell(0, "commission").unwrap();
        assert!(matches!(cell.value, Value::Money(_, found) if found == scale), "{name}");
    }
    assert_eq!(page(&main_job().report, "costs").unit.as_ref().unwrap().text(Language::Japanese), "千JPY");
}

#[test]
fn costs_are_those_of_the_steps() {
    for (_, record, report) in runs() {
        let (costs, years) = (table(report, "costs"), years(record));
        assert_eq!(costs.rows.len(), years.len());
        for (row, (year, steps)) in years.iter().enumerate() {
            let sum = |of: &dyn Fn(&Step<'_>) -> f64| steps.iter().map(|(_, step)| of(step)).sum::<f64>();
            let (mut before, mut after) = (1.0, 1.0);
            for (_, step) in steps {
                // What a step is worth before its trade is what it would be worth had the trade cost nothing; only the fee of
                // settled forwards has left by then.
                let fees = step.value_before
                    + step.market_profit
                    + step.interest
                    + step.forwards.hedge
                    + step.forwards.overlay;
                before *= fees / step.value_before;
                after *= step.after_costs / step.value_before;
            }
            let number = |column| number(costs, row, column);
            assert_eq!(number("year"), Some(f64::from(year.number())));
            same(number("commission"), Some(sum(&|s| s.costs.commission)));
            same(number("slippage"), Some(sum(&|s| s.costs.slippage)));
            same(number("fx_fee"), Some(sum(&|s| s.costs.fx)));
            let total = sum(&|s| s.costs.commission + s.costs.slippage + s.costs.fx);
            assert!((number("total").unwrap() - total).abs() <= 1e-12 * total.abs());
            let mean = sum(&|s| s.value_before) / steps.len() as f64;
            same(number("share"), Some(total / mean));
            for (column, expected) in
                [("before_costs", before - 1.0), ("after_costs", after - 1.0), ("drag", before - after)]
            {
                let ours = number(column).unwrap();
                assert!((ours - expected).abs() < 1e-9, "{year} {column} {ours} {expected}");
            }
        }
        let all = record.outcome().costs;
        for (id, expected) in [
            ("commission", all.commission),
            ("slippage", all.slippage),
            ("fx_fee", all.fx),
            ("total", all.commission + all.slippage + all.fx),
        ] {
            assert!((column(report, "costs", id) - expected).abs() <= 1e-9 * expected, "{id}");
        }
        // The figures end where the table adds up to.
        let so_far = figure(report, "costs", "costs_cumulative");
        let ends: f64 = (0..3).map(|n| series(so_far, n).last().unwrap().unwrap()).sum();
        assert!((ends - all.total()).abs() <= 1e-9 * all.total());
        let shares = figure(report, "costs", "costs_by_year");
        for row in 0..years.len() {
            same(Some((0..3).map(|n| series(shares, n)[row].unwrap()).sum()), number(costs, row, "share"));
        }
    }
}

#[test]
fn turnover_is_that_of_the_rebalances() {
    for (name, record, report) in runs() {
        let (table, years) = (table(report, "turnover_by_year"), years(record));
        for (row, steps) in years.values().enumerate() {
            let decided =
                |step: &Step<'_>| step.decision.trades() || step.vaults.iter().any(|v| v.decision.trades());
            let trades: Vec<_> = steps.iter().filter(|(n, step)| *n > 0 && decided(step)).collect();
            let cost: f64 = trades.iter().map(|(_, step)| step.costs.total()).sum();
            let count = trades.len() as f64;
            same(number(table, row, "rebalances"), Some(count));
            same(number(table, row, "cost"), Some(cost));
            same(number(table, row, "cost_per_rebalance"), (count > 0.0).then(|| cost / count));
        }
        same(
            Some(column(report, "turnover_by_year", "rebalances")),
            Some(record.outcome().rebalances as f64),
        );
        let turnover = column(report, "turnover_by_year", "turnover");
        let composed = record.step(0).is_some_and(|step| !step.vaults.is_empty());
        let expected = record.outcome().turnover;
        assert!(
            if composed { turnover >= expected - 1e-12 } else { (turnover - expected).abs() < 1e-9 },
            "{name}"
        );
    }
}

#[test]
fn the_model_is_told() {
    let report = &main_job().report;
    let rates = table(report, "cost_rates");
    let costs = match &main_job().record.spec().costs {
        allweather_portfolio::CostSpec::Published(costs) => costs,
        other => unreachable!("{other:?}"),
    };
    assert_eq!(rates.rows.len(), costs.assets().len());
    let gold = costs.assets().iter().position(|row| row.asset.as_str() == "gold").unwrap();
    same(number(rates, gold, "max_rate"), Some(1.5));
    same(number(rates, gold, "base_slippage"), Some(5.0));
    assert!(matches!(rates.cell(gold, "minimum").unwrap().value, Value::Missing(_)));

    let mut spec = allweather_data::all_weather().unwrap();
    spec.start = Some("2020-01".parse().unwrap());
    let data = &main_job().data;
    let said = |spec: &Spec| {
        let record = simulate(spec, &data.market, &data.rates_for(spec).unwrap()).unwrap();
        let report = Report::new(&record, &Sources::new(&data.market, &data.statistics)).unwrap();
        sound(page(&report, "costs"));
        assert!(report.table("cost_rates").is_none());
        format!("{:?}", page(&report, "costs"))
    };
    spec.costs = serde_json::from_str(r#"{"proportional":"0.0025"}"#).unwrap();
    assert!(said(&spec).contains("Every trade costs 0.25 %"));
    spec.costs = allweather_portfolio::CostSpec::default();
    (spec.fx, spec.expenses) = (None, None);
    assert!(said(&spec).contains("charges nothing"));
}

#[test]
fn fills_stand_beside_the_estimate() {
    let statement = r#"<FlexQueryResponse><FlexStatements><FlexStatement accountId="U1"><AccountInformation currency="JPY"/><Trades>
        <Trade assetCategory="STK" symbol="VTI" currency="USD" tradeID="7" ibOrderID="3" tradeDate="20240301" quantity="10" tradePrice="250"
               proceeds="-2500" ibCommission="-2"/>
        <Trade assetCategory="STK" symbol="GLD" currency="USD" tradeID="8" ibOrderID="4" tradeDate="20240301" quantity="-5" tradePrice="200"
               proceeds="1000" ibCommission="-0.1"/>
        <Trade assetCategory="STK" symbol="&lt;b&gt;X" currency="USD" tradeID="9" tradeDate="20240301" quantity="1" tradePrice="2" ibCommission="0"/>
        <Trade assetCategory="CASH" symbol="USD.JPY" currency="JPY" tradeID="10" tradeDate="20240301" quantity="1000" tradePrice="150"
               proceeds="-150000" ibCommission="-300"/>
        </Trades></FlexStatement></FlexStatements></FlexQueryResponse>"#;
    let read = FlexXml.read("f.xml", statement.as_bytes()).unwrap().remove(0);
    let arrival =
        serde_json::from_str(r#"[{"order": "3", "price": {"amount": "249.5", "currency": "USD"}}]"#);
    let arrivals: Vec<ArrivalPrice> = arrival.unwrap();
    let read = read.with_arrivals(&arrivals).unwrap();
    let symbols: SymbolMap =
        serde_json::from_str(r#"[{"symbol": "VTI", "asset": "us"}, {"symbol": "GLD", "asset": "gold"}]"#)
            .unwrap();
    let costs: PublishedCosts = serde_json::from_str(
        r#"{"assets": [{"asset": "us", "max_rate": "0.0004", "base_slippage": "0.0004"},
            {"asset": "gold", "max_rate": "0.0004", "base_slippage": "0.0005"}], "fx_rate": "0.00002"}"#,
    )
    .unwrap();
    let compared = Estimates::new(&costs, &symbols).compare(&[read]).unwrap();
    let job = main_job();
    let sources = Sources::new(&job.data.market, &job.data.statistics);
    assert!(job.report.table("estimate_against_actual").is_none());
    let report = Report::new(&job.record, &sources.with_fills(&compared)).unwrap();
    sound(page(&report, "costs"));

    let beside = table(&report, "estimate_against_actual");
    let text = |row: usize, column: &str| beside.cell(row, column).unwrap().value.text(Language::English);
    let shown = |row| {
        ["asset", "kind", "currency", "orders", "value", "estimated", "actual", "above", "worst"]
            .map(|column| text(row, column))
    };
    // 4 bp of 1000; 4 bp of 2500 against 2, which is 4 bp too much; 4 bp of 2500 against 10 · 0.50; 0.2 bp of 150 000.
    assert_eq!(shown(0), ["gold", "commission", "USD", "1", "1 000.00", "0.40", "0.10", "0", "—"]);
    assert_eq!(shown(1), ["gold", "slippage", "USD", "0", "—", "—", "—", "—", "—"]);
    assert_eq!(shown(2), ["us", "commission", "USD", "1", "2 500.00", "1.00", "2.00", "1", "4.00"]);
    assert_eq!(shown(3), ["us", "slippage", "USD", "1", "2 500.00", "1.00", "5.00", "1", "16.00"]);
    assert_eq!(
        shown(4),
        ["USD.JPY", "exchange fees", "JPY", "1", "150 000.00", "3.00", "300.00", "1", "19.80"]
    );
    let marks: Vec<bool> =
        (0..5).map(|row| beside.cell(row, "actual").unwrap().mark == Some(Mark::NotMet)).collect();
    assert_eq!(marks, [false, false, true, true, true]);

    let suggested = table(&report, "suggested_base_slippage");
    assert_eq!((number(suggested, 0, "suggested"), number(suggested, 0, "base")), (None, Some(5.0)));
    same(number(suggested, 1, "suggested"), Some(20.0));
    let left_out = table(&report, "fills_not_compared");
    assert_eq!(left_out.rows.len(), 1);
    assert_eq!(left_out.cell(0, "symbol").unwrap().value, Value::Name("<b>X".to_owned()));
    let site = report.site().unwrap();
    for path in ["costs.html", "ja/costs.html"] {
        let page = String::from_utf8_lossy(&site.files()[path]);
        assert!(page.contains("fills_not_compared") && !page.contains("<b>X"), "{path}");
    }
}
