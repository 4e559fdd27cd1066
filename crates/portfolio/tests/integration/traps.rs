//! Bugs that released portfolio libraries had, each as a test of ours: what went wrong there is in the comment.

use allweather_core::Currency;
use allweather_costs::{CostModel, CostRates, TradedAsset};
use allweather_market::{Market, PricePanel};
use allweather_portfolio::{
    PortfolioError, Record, Simulation, Spec,
    rfr::{Indicator, Indicators, MissingPolicy, RateHistory, Reading, prescribed_rate},
    simulate,
};

fn market(prices: &str) -> Market {
    Market::new(Currency::JPY, PricePanel::from_csv("prices.csv", prices).unwrap())
}

fn spec(fields: &str) -> Spec {
    Spec::from_json(&format!(r#"{{"name": "trap", "capital": 1000, {fields}}}"#)).unwrap()
}

fn run(fields: &str, prices: &str) -> Record {
    simulate(&spec(fields), &market(prices), &rates()).unwrap()
}

/// Nought in every year.
fn rates() -> RateHistory {
    let one = |year: i32| {
        let year = allweather_core::Year::new(year);
        let zero = Reading::published(allweather_core::Percent::ZERO);
        let all = Indicator::ALL.into_iter().fold(Indicators::new(year), |all, i| all.with(i, zero).unwrap());
        (year, prescribed_rate(&all, MissingPolicy::Refuse).unwrap())
    };
    RateHistory::from((2019..2023).map(one).collect::<std::collections::BTreeMap<_, _>>())
}

fn near(a: f64, b: f64) {
    assert!((a - b).abs() <= 1e-12 * b.abs().max(1.0), "{a} {b}");
}

const HALVES: &str = r#""holdings": [{"asset": "a", "weight": 0.5}, {"asset": "b", "weight": 0.5}]"#;
const MONTHLY: &str = r#""rule": {"calendar": {"every": "month", "on": "end"}}"#;
const YEARLY: &str = r#""rule": {"calendar": {"every": "year", "on": "end"}}"#;

/// Flows: deposits and withdrawals were booked into the return.
#[test]
fn flows_stay_out_of_the_return() {
    let prices = "month,a_jpy,b_jpy\n2020-01,100,100\n2020-02,110,110\n2020-03,121,121\n2020-04,121,121\n";
    let with = run(&format!(r#"{HALVES}, {MONTHLY}, "expenses": {{}}"#), prices);
    let march = with.step(2).unwrap();
    assert!(march.withdrawn() > 100.0, "{}", march.withdrawn());
    for (step, expected) in with.steps().zip([0.0, 0.1, 0.1, 0.0]) {
        near(step.period_return(), expected);
    }
}

/// Flows: the time-weighted return came out near −100 % after a large withdrawal.
#[test]
fn a_large_withdrawal_is_no_loss() {
    let prices =
        "month,a_jpy,b_jpy\n2020-01,100,100\n2020-02,100,100\n2020-03,2000,2000\n2020-04,2000,2000\n";
    let spending = r#""expenses": {"rule": {"rule": "published", "spending": 100}, "pool_years": 20}"#;
    let record = run(&format!("{HALVES}, {MONTHLY}, {spending}"), prices);
    let (march, april) = (record.step(2).unwrap(), record.step(3).unwrap());
    near(march.withdrawn(), 19_000.0);
    near(march.value_after, 1_000.0);
    near(march.period_return(), 19.0);
    near(april.period_return(), 0.0);
    near(record.outcome().returns.iter().map(|r| 1.0 + r).product::<f64>(), 20.0);
}

/// Flows: a flow into nested portfolios was allocated wrongly.
#[test]
fn a_flow_reaches_every_vault_in_proportion() {
    let vault = |name: &str, holdings: &str| {
        format!(r#"{{"vault": {{"name": "{name}", "holdings": [{holdings}], {YEARLY}}}, "weight": 0.5}}"#)
    };
    let inner = vault("inner", r#"{"asset": "b", "weight": 0.25}, {"asset": "c", "weight": 0.75}"#);
    let outer = vault("outer", &format!(r#"{{"asset": "a", "weight": 0.5}}, {inner}"#));
    let holdings = format!(r#""holdings": [{{"asset": "d", "weight": 0.5}}, {outer}]"#);
    let prices = "month,a_jpy,b_jpy,c_jpy,d_jpy\n2020-01,1,1,1,1\n2020-02,1,1,1,1\n2020-03,2,4,1,2\n";
    let record = run(&format!(r#"{holdings}, {YEARLY}, "expenses": {{}}"#), prices);
    let march = record.step(2).unwrap();
    let part = march.value_after / march.value;
    assert!(march.withdrawn() > 0.0 && part < 0.96, "{part}");
    for (after, before) in march.after.iter().zip(march.before) {
        near(after / before, part);
    }
    for vault in march.vaults {
        near(vault.value_after / vault.value, part);
    }
}

/// Rebalancing: bands missed assets that were not held yet.
#[test]
fn a_band_sees_an_asset_that_is_not_held_yet() {
    let prices = "month,a_jpy,b_jpy\n2020-01,100,\n2020-02,100,100\n2020-03,100,100\n";
    let band = r#""late_assets": "leave_out", "rule": {"drift_band": {"measure": "position", "threshold": 5, "scope": "breached"}}"#;
    let record = run(&format!("{HALVES}, {band}"), prices);
    let february = record.step(1).unwrap();
    assert!(february.decision.trades());
    assert_eq!(february.after, [500.0, 500.0]);
}

/// Rebalancing: a cash target drifted 500 → 700 → 800 as the same rebalance was repeated.
#[test]
fn repeated_rebalances_trade_once() {
    let prices = "month,a_jpy,b_jpy\n2020-01,1,1\n2020-02,2,1\n2020-03,2,1\n2020-04,2,1\n2020-05,2,1\n";
    let record = run(&format!(r#"{HALVES}, {MONTHLY}, "costs": {{"proportional": 0.01}}"#), prices);
    let february = record.step(1).unwrap();
    for later in record.steps().skip(2) {
        assert!(later.decision.trades());
        near(later.costs.total(), 0.0);
        near(later.value_after, february.value_after);
        assert_eq!(later.cash, 0.0);
        for (a, b) in later.after.iter().zip(february.after) {
            near(*a, *b);
        }
    }
}

/// Rebalancing: costs were not funded, so that cash went negative or weights missed the target by the cost.
#[test]
fn costs_are_paid_out_of_the_trade() {
    let prices = "month,a_jpy,b_jpy\n2020-01,1,1\n2020-02,3,1\n2020-03,3,1\n";
    let record = run(&format!(r#"{HALVES}, {MONTHLY}, "costs": {{"proportional": 0.3}}"#), prices);
    for step in record.steps() {
        assert_eq!(step.cash, 0.0);
        near(step.after[0], step.value_after / 2.0);
        near(step.after[1], step.value_after / 2.0);
        near(step.value_after, step.value - step.costs.total());
    }
    // 1000 buy 1000/1.3; of 2000/1.3, V is left where V = 2000/1.3 − 0.3·(1500/1.3 − V/2) − 0.3·(V/2 − 500/1.3).
    near(record.step(0).unwrap().value_after, 1000.0 / 1.3);
    near(record.step(1).unwrap().value_after, (2000.0 - 0.3 * 1000.0) / 1.3);
}

/// Rebalancing: a 60/40 at 73/27 was sent back to its half-bands, 66/36, which do not add up to 1.
#[test]
fn half_bands_that_cannot_add_up() {
    // 73/27 after the move.
    let prices = "month,a_jpy,b_jpy\n2020-01,60,40\n2020-02,73,27\n2020-03,73,27\n";
    let holdings = r#""holdings": [{"asset": "a", "weight": 0.6}, {"asset": "b", "weight": 0.4}]"#;
    let rule = r#""rule": {"drift_band": {"measure": "position", "threshold": 20, "rounding": "none", "scope": "breached", "to": "half"}}"#;
    let record = run(&format!("{holdings}, {rule}"), prices);
    let february = record.step(1).unwrap();
    near(february.after[0], 640.0);
    near(february.after[1], 360.0);
    assert_eq!(february.cash, 0.0);
    assert!(!record.step(2).unwrap().decision.trades());
}

/// Costs: the model kept the first asset's volume for all.
#[test]
fn every_asset_pays_its_own_rate() {
    #[derive(Debug)]
    struct ByName;
    impl CostModel for ByName {
        fn rates(&self, asset: &TradedAsset<'_>) -> CostRates {
            let slippage = if asset.id().as_str() == "a" { 0.01 } else { 0.05 };
            CostRates { slippage, ..CostRates::default() }
        }
    }
    let prices = "month,a_jpy,b_jpy\n2020-01,1,1\n2020-02,1,1\n";
    let (market, rates) = (market(prices), rates());
    let cost = |holdings: &str| {
        let spec = spec(&format!("{holdings}, {YEARLY}"));
        let simulation = Simulation::new(&spec, &market, &rates).unwrap().with_costs(&ByName).unwrap();
        simulation.run().unwrap().step(0).unwrap().costs.slippage
    };
    let of = |first: &str, second: &str| {
        cost(&format!(
            r#""holdings": [{{"asset": "{first}", "weight": 0.5}}, {{"asset": "{second}", "weight": 0.5}}]"#
        ))
    };
    near(of("a", "b"), 1000.0 * 0.03 / 1.03);
    near(of("b", "a"), 1000.0 * 0.03 / 1.03);
}

/// Engine: a price that is no number on an open position was carried on with.
#[test]
fn a_missing_price_on_a_held_asset_stops_the_run() {
    let words =
        PricePanel::from_csv("prices.csv", "month,a_jpy,b_jpy\n2020-01,1,1\n2020-02,NaN,1\n").unwrap_err();
    assert!(words.to_string().contains("prices.csv"), "{words}");
    assert!(words.to_string().contains("NaN"), "{words}");
    let prices = "month,a_jpy,b_jpy\n2020-01,1,1\n2020-02,,1\n2020-03,1,1\n";
    let error = simulate(&spec(&format!("{HALVES}, {YEARLY}")), &market(prices), &rates()).unwrap_err();
    assert!(matches!(error, PortfolioError::MissingPrice { .. }));
    assert_eq!(error.to_string(), "a is held or to be traded but has no price on 2020-02-29");
}
