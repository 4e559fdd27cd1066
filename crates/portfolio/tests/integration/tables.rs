//! Tables and texts made of a record: they add up to it, and are read back as they were written.

use std::collections::BTreeMap;

use allweather_core::{AssetId, Currency, Month, Percent, Year};
use allweather_market::{Market, MonthlySeries, PricePanel, SpotPanel, rates_from_csv};
use allweather_portfolio::{
    Capital, Record, Spec,
    leverage::Funding,
    rfr::{Indicator, Indicators, MissingPolicy, PrescribedRate, RateHistory, Reading, prescribed_rate},
    simulate,
};
use allweather_testkit::generate::cases;
use proptest::prelude::*;
use rust_decimal::Decimal;
use serde_json::Value;

use crate::{BASE, close};

/// One asset, held and not traded.
fn held(prices: &str, more: &str) -> (Spec, Market) {
    let market = Market::new(BASE, PricePanel::from_csv("prices.csv", prices).unwrap());
    let text = format!(
        r#"{{"name":"x","capital":1500,"rule":{{"calendar":{{"every":"year","on":"end"}}}},
            "holdings":[{{"asset":"a","weight":1}}]{more}}}"#
    );
    (Spec::from_json(&text).unwrap(), market)
}

fn run(spec: &Spec, market: &Market) -> Record {
    let two = Reading::published(Percent::new(Decimal::TWO));
    let all = Indicator::ALL
        .into_iter()
        .fold(Indicators::new(Year::new(2024)), |year, indicator| year.with(indicator, two).unwrap());
    let rate: PrescribedRate = prescribed_rate(&all, MissingPolicy::Refuse).unwrap();
    simulate(spec, market, &BTreeMap::from([(rate.year, rate)]).into()).unwrap()
}

fn near(ours: Option<f64>, expected: f64) {
    assert!((ours.unwrap() - expected).abs() < 1e-12, "{ours:?} {expected}");
}

#[test]
fn targets_by_hand() {
    let (spec, market) = held("month,a_jpy\n2024-01,100\n2024-02,110\n2024-03,99\n", "");
    let check = run(&spec, &market).targets();
    near(check.prescribed_rate, 0.02);
    near(check.annual_return.aim, 0.06);
    // Two months after the purchase: 10 %, −10 %.
    near(check.annual_return.reached, 0.99_f64.powi(6) - 1.0);
    near(check.deviation.reached, 0.1 * 24.0_f64.sqrt());
    near(check.drawdown.reached, 0.1);
    assert_eq!((check.deviation.aim, check.drawdown.aim), (Some(0.04), Some(0.06)));
    assert!(!check.annual_return.met && !check.deviation.met && !check.drawdown.met);

    let (spec, market) = held("month,a_jpy\n2024-01,100\n2024-02,101\n2024-03,102.01\n", "");
    let check = run(&spec, &market).targets();
    near(check.annual_return.reached, 1.0201_f64.powi(6) - 1.0);
    near(check.deviation.reached, 0.0);
    near(check.drawdown.reached, 0.0);
    assert!(check.annual_return.met && check.deviation.met && check.drawdown.met);

    // A year without a prescribed rate has no aim, and is not met.
    let (spec, market) = held("month,a_jpy\n2023-11,100\n2023-12,150\n2024-01,200\n", "");
    let check = run(&spec, &market).targets();
    assert_eq!(
        (check.prescribed_rate, check.annual_return.aim, check.annual_return.met),
        (None, None, false)
    );
    assert!(!check.deviation.met && check.drawdown.met);
}

#[test]
fn leverage_variants_by_hand() {
    let (spec, market) = held("month,a_jpy\n2024-01,100\n2024-02,110\n2024-03,99\n", "");
    let january: Month = "2024-01".parse().unwrap();
    let jgb = MonthlySeries::new(january, vec![Some(0.0), Some(-0.01)]).unwrap();
    let market = market.with_statistic(Market::JGB_1Y, jgb);
    let record = run(&spec, &market);
    let variants = record.variants(&market, Funding::default()).unwrap();
    let names: Vec<_> = variants.iter().map(|v| v.name.as_str()).collect();
    assert_eq!(names, ["1x", "2x", "5x", "optimal f/2"]);
    // 1.5 % a year, negative yields counted as nought; charged on the whole position.
    let funding = 1.015_f64.powf(1.0 / 12.0) - 1.0;
    for (variant, multiple) in variants.iter().zip([1.0, 2.0, 5.0, 1.36]) {
        near(variant.multiple.clone().ok(), multiple);
        let r = if multiple == 1.0 { 0.0 } else { funding };
        let changes = [(0.1 - r) * multiple, (-0.1 - r) * multiple];
        near(variant.annual_return, ((1.0 + changes[0]) * (1.0 + changes[1])).powi(6) - 1.0);
        near(variant.deviation, 0.1 * multiple * 2.0_f64.sqrt() * 12.0_f64.sqrt());
        near(variant.drawdown, -changes[1]);
        assert_eq!(variant.ruined_in, None);
        assert_eq!(variant.wealth.len(), 2);
        near(variant.wealth.first().copied(), 1.0 + changes[0]);
        near(variant.wealth.last().copied(), (1.0 + changes[0]) * (1.0 + changes[1]));
    }
    // Index 100, 110, 99: f = 0.1/(0.1 + 0.1), size = 99/(11 · f/2) = 36.
    let path = record.funded_path(&market, Funding::default()).unwrap().unwrap();
    assert_eq!(path.months(), [january.offset(1), january.offset(2)]);
    assert_eq!(path.funding().len(), 2);
    path.funding().iter().for_each(|month| near(Some(*month), funding));

    let (spec, deep) = held("month,a_jpy\n2024-01,100\n2024-02,110\n2024-03,80\n", "");
    let jgb = MonthlySeries::new(january, vec![Some(0.0), Some(0.0)]).unwrap();
    let deep = deep.with_statistic(Market::JGB_1Y, jgb);
    let variants = run(&spec, &deep).variants(&deep, Funding::default()).unwrap();
    assert_eq!(variants[2].ruined_in, Some(january.offset(2)));
    assert_eq!((variants[2].annual_return, variants[2].drawdown), (Some(-1.0), Some(1.0)));
    near(variants[2].wealth.first().copied(), 1.0 + (0.1 - funding) * 5.0);
    assert_eq!(variants[2].wealth.last(), Some(&0.0));
    // Without a loss there is no optimal f and no wealth under it; without a yield there is no path.
    let (spec, rising) = held("month,a_jpy\n2024-01,100\n2024-02,110\n2024-03,120\n", "");
    let jgb = MonthlySeries::new(january, vec![Some(0.0), Some(0.0)]).unwrap();
    let rising = rising.with_statistic(Market::JGB_1Y, jgb);
    let variants = run(&spec, &rising).variants(&rising, Funding::default()).unwrap();
    assert!(variants[3].multiple.is_err() && variants[3].wealth.is_empty());
    assert!(record.variants(&held("month,a_jpy\n2024-01,1\n", "").1, Funding::default()).unwrap().is_empty());
}

#[test]
fn the_hedge_account_by_hand() {
    let (spec, market) = held(
        "month,a_usd\n2024-01,10\n2024-02,10\n2024-03,10\n",
        r#","fx":{"margin":{"rate":"0.04","gross_limit":2}}"#,
    );
    let spots = SpotPanel::from_csv("fx.csv", "month,usd\n2024-01,150\n2024-02,147\n2024-03,150\n", BASE);
    let rates = "month,currency,rate_pct,basis\n2024-01,JPY,0.5,x\n2024-02,JPY,0.5,x\n2024-01,USD,4.5,x\n2024-02,USD,4.5,x\n";
    let market = market.with_spots(spots.unwrap()).unwrap();
    let market = market.with_short_rates(rates_from_csv("rates.csv", rates).unwrap());
    let record = run(&spec, &market);
    let account = record.hedge_account();
    // 1 500 yen, then 1 470: each pays the differential of a month.
    assert!((account.hedge_cost - 2970.0 * 0.039_850_560_4 / 12.0).abs() < 1e-7);
    assert_eq!((account.overlay_profit, account.earned_back), (0.0, Some(0.0)));
    let february = record.step(1).unwrap();
    assert!((february.forwards.hedge - 10.0 * (149.501_867_995_0 - 147.0)).abs() < 1e-8);
    assert!((february.value - (1470.0 + february.forwards.hedge)).abs() < 1e-9);
    assert!((february.cash - february.forwards.hedge).abs() < 1e-9);
    assert_eq!(february.market_profit, -30.0);
}

#[test]
fn equal_specs_are_written_alike_however_they_were_typed() {
    let text = |capital: &str, weight: &str, step: &str| {
        format!(
            r#"{{"name":"x","capital":{capital},"holdings":[{{"asset":"a","weight":1}},{{"asset":"b","weight":{weight}}}],
                "rule":{{"calendar":{{"every":"year","on":"end"}}}},
                "operation":{{"actual":{{"lot":{{"minimum":{step},"increment":{step}}}}}}}}}"#
        )
    };
    let one = Spec::from_json(&text("1500", "0", "10")).unwrap();
    for other in [text("\"1500.00\"", "0.0", "\"10.0\""), text("1500.0", "-0.0", "10")] {
        let other = Spec::from_json(&other).unwrap();
        assert_eq!(one, other);
        assert_eq!(one.canonical_json(), other.canonical_json());
        assert_eq!(one.content_hash(), other.content_hash());
    }
}

proptest! {
    #[test]
    fn years_and_months_add_up_to_the_record(case in cases()) {
        let record = case.run().unwrap();
        let (years, months) = (record.years(), record.months());
        prop_assert_eq!(months.len(), record.len());
        for (row, step) in months.iter().zip(record.steps()) {
            let q = step.quarter;
            prop_assert_eq!(row.month, step.month);
            prop_assert!(close(row.period_return, step.period_return(), 1.0, 1e-14));
            prop_assert_eq!((row.value, row.cash, row.pool), (step.value_after, step.cash, step.pool));
            prop_assert_eq!((row.market_profit, row.interest), (step.market_profit, step.interest));
            let forwards = (row.hedge_profit, row.hedge_cost, row.overlay_profit);
            prop_assert_eq!(forwards, (step.forwards.hedge, step.forwards.hedge_cost, step.forwards.overlay));
            let costs = (row.commission, row.slippage, row.fx_fee);
            prop_assert_eq!(costs, (step.costs.commission, step.costs.slippage, step.costs.fx));
            prop_assert_eq!((row.withdrawn, row.reinvested), (step.withdrawn(), step.reinvested()));
            prop_assert_eq!(row.expenses, q.map_or(0.0, |q| q.consumption));
            prop_assert_eq!(row.shortfall, q.map_or(0.0, |q| q.shortfall));
            prop_assert_eq!(row.rebalanced, step.decision.trades());
        }
        for pair in years.windows(2) {
            prop_assert_eq!(pair[0].year.next(), pair[1].year);
        }
        let mut seen = 0;
        for row in &years {
            let steps: Vec<_> = record.steps().filter(|s| s.month.year() == row.year).collect();
            seen += steps.len();
            let last = steps.last().unwrap();
            prop_assert_eq!((row.value, row.pool), (last.value_after, last.pool));
            prop_assert_eq!(row.rate, record.rates().get(&row.year));
            let growth: f64 = steps.iter().map(|s| 1.0 + s.period_return()).product();
            prop_assert!(close(row.period_return, growth - 1.0, 1.0, 1e-12));
            let quarters: Vec<_> = steps.iter().filter_map(|s| s.quarter).collect();
            prop_assert_eq!(row.halted_quarters, quarters.iter().filter(|q| q.halted).count());
            for (ours, expected) in [
                (row.expenses, quarters.iter().map(|q| q.consumption).sum::<f64>()),
                (row.withdrawn, quarters.iter().map(|q| q.withdrawn).sum()),
                (row.reinvested, quarters.iter().map(|q| q.reinvested).sum()),
                (row.shortfall, quarters.iter().map(|q| q.shortfall).sum()),
                (row.costs, steps.iter().map(|s| s.costs.total()).sum()),
            ] {
                prop_assert!(close(ours, expected, 1.0 + expected, 1e-12));
            }
        }
        prop_assert_eq!(seen, record.len());
    }

    #[test]
    fn the_monthly_table_is_read_back_as_it_was(case in cases()) {
        let (record, mut text) = (case.run().unwrap(), Vec::new());
        record.write_monthly_csv(&mut text).unwrap();
        let mut reader = csv::Reader::from_reader(text.as_slice());
        let headings = reader.headers().unwrap().clone();
        let expected = "month,return,value,cash,pool,market_profit,interest,hedge_profit,hedge_cost,overlay_profit,\
            commission,slippage,fx_fee,expenses,withdrawn,reinvested,shortfall,rebalanced,estimated";
        prop_assert_eq!(headings.iter().collect::<Vec<_>>().join(","), expected);
        let lines: Vec<_> = reader.records().map(Result::unwrap).collect();
        prop_assert_eq!(lines.len(), record.len());
        for (line, row) in lines.iter().zip(record.months()) {
            prop_assert_eq!(line[0].parse::<Month>().unwrap(), row.month);
            let numbers: Vec<f64> = (1..17).map(|i| line[i].parse().unwrap()).collect();
            let expected = [
                row.period_return, row.value, row.cash, row.pool, row.market_profit, row.interest, row.hedge_profit,
                row.hedge_cost, row.overlay_profit, row.commission, row.slippage, row.fx_fee, row.expenses, row.withdrawn,
                row.reinvested, row.shortfall,
            ];
            prop_assert_eq!(numbers, expected);
            prop_assert_eq!(line[17].parse::<bool>().unwrap(), row.rebalanced);
            prop_assert_eq!(line[18].parse::<f64>().unwrap(), row.estimated);
        }
    }

    #[test]
    fn the_lines_of_a_record_are_its_steps(case in cases()) {
        let (record, mut text) = (case.run().unwrap(), Vec::new());
        record.write_json_lines(&mut text).unwrap();
        let text = String::from_utf8(text).unwrap();
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        prop_assert_eq!(lines.len(), record.len() + 1);
        let heading = &lines[0];
        prop_assert_eq!(Spec::from_json(&heading["spec"].to_string()).unwrap(), case.spec.clone());
        prop_assert_eq!(&heading["spec_sha256"], &case.spec.content_hash());
        prop_assert_eq!(heading["universe"].as_array().unwrap().len(), record.universe().len());
        prop_assert_eq!(heading["rates"].as_array().unwrap().len(), record.rates().len());
        for (line, step) in lines[1..].iter().zip(record.steps()) {
            let number = |name: &str| line[name].as_f64().unwrap();
            prop_assert_eq!(&line["date"], &step.date.to_string());
            for (name, expected) in [
                ("value_before", step.value_before),
                ("market_profit", step.market_profit),
                ("interest", step.interest),
                ("value", step.value),
                ("return", step.period_return()),
                ("value_after", step.value_after),
                ("cash", step.cash),
                ("pool", step.pool),
                ("gross", step.gross),
                ("margin", step.margin),
            ] {
                prop_assert_eq!(number(name), expected, "{}", name);
            }
            prop_assert_eq!(line["overlay_scale"].as_f64(), step.overlay_scale);
            prop_assert_eq!(line["costs"]["commission"].as_f64(), Some(step.costs.commission));
            prop_assert_eq!(line["costs"]["slippage"].as_f64(), Some(step.costs.slippage));
            prop_assert_eq!(line["costs"]["fx"].as_f64(), Some(step.costs.fx));
            prop_assert_eq!(line["forwards"]["hedge"].as_f64(), Some(step.forwards.hedge));
            prop_assert_eq!(line["forwards"]["overlay"].as_f64(), Some(step.forwards.overlay));
            prop_assert_eq!(line["decision"].get("rebalance").is_some(), step.decision.trades());
            prop_assert_eq!(&line["reason"], &step.explain());
            prop_assert_eq!(line["opened"].as_array().unwrap().len(), step.positions.len());
            prop_assert_eq!(line["omitted"].as_array().unwrap().len(), step.omitted.len());
            for (i, asset) in line["assets"].as_array().unwrap().iter().enumerate() {
                prop_assert_eq!(&asset["asset"], step.universe[i].as_str());
                prop_assert_eq!(asset["before"].as_f64(), Some(step.before[i]));
                prop_assert_eq!(asset["after"].as_f64(), Some(step.after[i]));
                prop_assert_eq!(asset["target"].as_f64(), step.targets.get(i).copied().flatten());
                prop_assert_eq!(asset.get("order").is_some(), !step.orders.is_empty());
            }
            match step.quarter {
                None => prop_assert!(line["quarter"].is_null()),
                Some(q) => {
                    let of = |name: &str| line["quarter"][name].as_f64().unwrap();
                    prop_assert_eq!(&line["quarter"]["quarter"], &q.quarter.to_string());
                    prop_assert_eq!((of("gain"), of("costs"), of("withdrawn")), (q.gain, q.costs, q.withdrawn));
                    prop_assert_eq!((of("pool"), of("invested"), of("shortfall")), (q.pool, q.invested, q.shortfall));
                    prop_assert_eq!(line["quarter"]["halted"].as_bool(), Some(q.halted));
                    prop_assert_eq!(&line["quarter"]["rate_status"], &serde_json::json!(q.rate_status));
                    prop_assert!(q.rate_status.is_some());
                }
            }
        }
    }

    #[test]
    fn specs_hash_equal_exactly_when_they_are_equal(a in cases(), b in cases(), cents in 1..100_i64) {
        let (a, b) = (a.spec, b.spec);
        prop_assert_eq!(a == b, a.content_hash() == b.content_hash());
        let again = Spec::from_json(&a.canonical_json()).unwrap();
        prop_assert_eq!(&again, &a);
        prop_assert_eq!(again.canonical_json(), a.canonical_json());
        prop_assert_eq!(again.content_hash(), a.content_hash());
        prop_assert_eq!(a.content_hash().len(), 64);
        let richer = Capital::new(a.capital.amount() + Decimal::new(cents, 2)).unwrap();
        let richer = Spec { capital: richer, ..a.clone() };
        prop_assert_ne!(richer.content_hash(), a.content_hash());
    }
}

/// A mark on a price shows in the step that moves by it and in the next, by the share of the value that it moved.
#[test]
fn estimated_prices_are_marked_in_the_record() {
    let text = "month,equity_jpy,bonds_jpy\n2001-01,100,50\n2001-02,110,50\n2001-03,99,50\n2001-04,99,55\n";
    let equity = AssetId::new("equity").unwrap();
    let panel = |marked: &[&str]| {
        let days = marked.iter().map(|day| day.parse().unwrap());
        PricePanel::from_csv("prices.csv", text).unwrap().with_estimates(&equity, "stambaugh", days).unwrap()
    };
    let spec = Spec::from_json(
        r#"{"name": "half and half", "capital": 1000, "holdings": [{"asset": "equity", "weight": 0.5}, {"asset": "bonds", "weight": 0.5}],
            "rule": {"calendar": {"every": "year", "on": "end"}}}"#,
    )
    .unwrap();
    let run = |marked: &[&str]| {
        let market = Market::new(Currency::JPY, panel(marked));
        simulate(&spec, &market, &RateHistory::default()).unwrap()
    };
    let observed = run(&[]);
    assert_eq!(observed.estimated(), [false; 4]);
    // The level of February is an estimate, and so are the moves into and out of it.
    let record = run(&["2001-02-28"]);
    assert_eq!(record.estimated(), [false, true, true, false]);
    let shares: Vec<f64> = record.steps().map(|step| step.estimated).collect();
    assert_eq!(shares[1], 0.5);
    assert!((shares[2] - 550.0 / 1050.0).abs() < 1e-15);
    assert_eq!(record.months().iter().map(|row| row.estimated).collect::<Vec<_>>(), shares);
    // A mark changes no figure.
    assert_eq!(record.outcome(), observed.outcome());
    let mut lines = Vec::new();
    record.write_json_lines(&mut lines).unwrap();
    assert_eq!(String::from_utf8(lines).unwrap().matches("\"estimated\":").count(), 2);
}

/// A rate that was carried over a holiday moves what it values, into its day and out of it.
#[test]
fn estimated_exchange_rates_are_marked_in_the_record() {
    let prices = "date,home_jpy,abroad_usd\n2024-01-04,100,10\n2024-01-05,101,11\n2024-01-08,102,12\n2024-01-09,103,12\n2024-01-10,104,13\n";
    let prices = PricePanel::from_csv("prices.csv", prices).unwrap();
    let spots = "date,usd\n2024-01-04,140\n2024-01-05,141\n2024-01-09,142\n2024-01-10,143\n";
    let spots = SpotPanel::from_csv("fx.csv", spots, Currency::JPY).unwrap();
    assert!(!spots.has_estimates());
    let spots = spots.on_dates(prices.dates(), 3).unwrap();
    assert!(spots.has_estimates());
    let market = Market::new(Currency::JPY, prices).with_spots(spots).unwrap();
    let run = |foreign: f64| {
        let spec = format!(
            r#"{{"name":"carried","capital":1000,"rule":{{"calendar":{{"every":"year","on":"end"}}}},"holdings":[
                {{"asset":"home","weight":{}}},{{"asset":"abroad","weight":{foreign}}}]}}"#,
            1.0 - foreign
        );
        simulate(&Spec::from_json(&spec).unwrap(), &market, &RateHistory::default()).unwrap()
    };
    let record = run(0.25);
    assert_eq!(record.estimated(), [false, false, true, true, false]);
    for step in record.steps().filter(|step| step.estimated > 0.0) {
        let before = record.steps().take_while(|earlier| earlier.date < step.date).last().unwrap();
        assert_eq!(step.estimated, before.after[1] / step.value_before);
    }
    // What is not held abroad does not move with it.
    assert_eq!(run(0.0).estimated(), [false; 5]);
}
