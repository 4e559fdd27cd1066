//! The page of costs.

use std::collections::BTreeMap;

use allweather_core::Year;
use allweather_portfolio::{Record, Spec, Step, simulate};
use allweather_report::{Block, Language, Report, Sources, Value};

use crate::{
    main_job,
    returns::{figure, number, page, runs, same, series, sound, table},
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
