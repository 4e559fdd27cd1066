//! Minimum capital in a run: small weights are set to zero, larger ones refused by name.

use allweather_market::{Market, PricePanel};
use allweather_portfolio::{
    PortfolioError, Simulation, Spec, TargetSchedule,
    rebalance::{RebalanceError, SmallWeights, Spread},
    rfr::RateHistory,
    simulate,
};
use rust_decimal::{Decimal, dec};

use super::JPY;

const PRICES: &str =
    "month,a_jpy,b_jpy,c_jpy\n2024-01,100,100,9000\n2024-02,110,100,9000\n2024-03,121,100,9000\n";

fn market() -> Market {
    Market::new(JPY, PricePanel::from_csv("prices.csv", PRICES).unwrap())
}

/// Nine tenths in a, a little less than a tenth in b, `weight` in c, which is dear.
fn spec(capital: u64, weight: f64, small: &str) -> Spec {
    Spec::from_json(&format!(
        r#"{{"name": "x", "capital": {capital},
        "holdings": [{{"asset": "a", "weight": 0.9}}, {{"asset": "b", "weight": {}}}, {{"asset": "c", "weight": {weight}}}],
        "rule": {{"calendar": {{"every": "month", "on": "end"}}}},
        "operation": {{"actual": {{"lot": {{"minimum": 1, "increment": 1}}{small}}}}}}}"#,
        0.1 - weight
    ))
    .unwrap()
}

#[test]
fn a_small_weight_is_spread_over_the_others_and_named() {
    // 9 000 / 1 % / 1 % · 2 = 180 000 000 is needed.
    let record = simulate(&spec(100_000_000, 0.01, ""), &market(), &RateHistory::default()).unwrap();
    let first = record.step(0).unwrap();
    assert_eq!(first.zeroed[0].asset.as_str(), "c");
    assert_eq!(first.zeroed[0].capital, dec!(180000000));
    let expected = [0.9 / 0.99, 0.09 / 0.99, 0.0];
    assert!(first.strategic.iter().zip(expected).all(|(ours, theirs)| (ours - theirs).abs() < 1e-12));
    assert_eq!(first.after[2], 0.0);
    // It was judged when the weights came into force, and never again.
    assert!(record.step(1).unwrap().zeroed.is_empty());
    let mut lines = Vec::new();
    record.write_json_lines(&mut lines).unwrap();
    let line: serde_json::Value =
        serde_json::from_slice(lines.split(|b| *b == b'\n').nth(1).unwrap()).unwrap();
    assert_eq!(line["zeroed"][0]["asset"], "c");

    // With twice the capital it stays.
    let record = simulate(&spec(180_000_000, 0.01, ""), &market(), &RateHistory::default()).unwrap();
    assert!(record.step(0).unwrap().zeroed.is_empty());
    assert!(record.step(0).unwrap().after[2] > 0.0);
}

#[test]
fn it_may_go_to_cash_and_it_may_stay() {
    let to_cash = spec(100_000_000, 0.01, r#", "small_weights": {"spread": "cash"}"#);
    let record = simulate(&to_cash, &market(), &RateHistory::default()).unwrap();
    let first = record.step(0).unwrap();
    assert_eq!(first.strategic, [0.9, 0.09, 0.0]);
    assert!((first.cash / first.value_after - 0.01).abs() < 1e-6);
    let kept = spec(100_000_000, 0.01, r#", "small_weights": null"#);
    let record = simulate(&kept, &market(), &RateHistory::default()).unwrap();
    assert!(record.step(0).unwrap().after[2] > 0.0);
    // A coarser precision or no buffer needs less.
    let small = r#", "small_weights": {"buffer": 1, "precision": 2}"#;
    let record = simulate(&spec(100_000_000, 0.01, small), &market(), &RateHistory::default()).unwrap();
    assert!(record.step(0).unwrap().zeroed.is_empty());
}

#[test]
fn above_the_limit_it_is_refused_with_asset_weight_and_capital() {
    let refused = simulate(&spec(10_000_000, 0.02, ""), &market(), &RateHistory::default()).unwrap_err();
    let PortfolioError::Rebalance(RebalanceError::TooLargeToZero { asset, weight, required, .. }) = &refused
    else {
        unreachable!("{refused}")
    };
    assert_eq!((asset.as_str(), *weight, *required), ("c", dec!(0.02), dec!(90000000)));
    assert!(refused.to_string().contains("90000000"));
    // A limit of its own.
    let allowed = spec(10_000_000, 0.02, r#", "small_weights": {"limit": 0.02}"#);
    assert_eq!(
        simulate(&allowed, &market(), &RateHistory::default()).unwrap().step(0).unwrap().zeroed.len(),
        1
    );
}

#[test]
fn in_divisible_holdings_small_weights_are_still_set_to_zero() {
    let spec = spec(100_000_000, 0.01, "");
    let (market, rates) = (market(), RateHistory::default());
    let record = Simulation::new(&spec, &market, &rates).unwrap().divisible().run().unwrap();
    let first = record.step(0).unwrap();
    assert_eq!(first.after[2], 0.0);
    assert_eq!(first.zeroed.len(), 1);
    assert!((first.after[0] / first.value_after - 0.9 / 0.99).abs() < 1e-12);
    assert!(first.cash.abs() < 1e-6);
    assert!(first.orders.is_empty());
    // A simulation has nothing to set to zero.
    let record = simulate(&spec.simulated(), &market, &rates).unwrap();
    assert!(record.step(0).unwrap().after[2] > 0.0);
}

#[test]
fn the_smallest_order_counts_not_its_step() {
    let prices = "month,a_jpy,b_jpy\n2024-01,1,150\n2024-02,1,150\n";
    let market = Market::new(JPY, PricePanel::from_csv("prices.csv", prices).unwrap());
    let text = r#"{"name": "x", "capital": 100000000,
        "holdings": [{"asset": "a", "weight": 0.99}, {"asset": "b", "weight": 0.01}],
        "rule": {"calendar": {"every": "month", "on": "end"}},
        "operation": {"actual": {"lot": {"minimum": 1, "increment": 1},
            "lots": [{"asset": "b", "lot": {"minimum": 1000, "increment": 1}}]}}}"#;
    let record = simulate(&Spec::from_json(text).unwrap(), &market, &RateHistory::default()).unwrap();
    // 150 000 / 1 % / 1 % · 2.
    assert_eq!(record.step(0).unwrap().zeroed[0].capital, dec!(3000000000));
}

#[test]
fn weights_that_change_are_judged_again() {
    let spec = spec(100_000_000, 0.01, "");
    let schedule: TargetSchedule =
        serde_json::from_str(r#"[{"since": "2024-02-10", "weights": [0.495, 0.5, 0.005]}]"#).unwrap();
    let (market, rates) = (market(), RateHistory::default());
    let run = Simulation::new(&spec, &market, &rates).unwrap().with_schedule(&schedule).unwrap();
    let record = run.run().unwrap();
    let second = record.step(1).unwrap();
    assert!(second.strategic_changed);
    assert_eq!(second.zeroed[0].capital, dec!(360000000));
    assert_eq!(second.after[2], 0.0);
}

/// The published cases of minimum capital, through a run: exactly as much capital keeps the asset, a yen less gives it up.
#[test]
fn the_published_cases() {
    let cases = [
        ("4572.79", "0.1", "0.005", "914558000"),
        ("3332.06", "1", "0.01", "33320600"),
        ("169.48", "1", "0.01", "1694800"),
        ("3034.8", "1", "0.005", "60696000"),
        ("4400.04", "0.1", "0.01", "440004000"),
        ("4889.84", "0.1", "0.005", "977968000"),
    ];
    for (unit, precision, weight, least) in cases {
        // The conformance cases have no buffer.
        let text = format!("month,a_jpy,b_jpy\n2024-01,0.01,{unit}\n2024-02,0.01,{unit}\n");
        let market = Market::new(JPY, PricePanel::from_csv("prices.csv", &text).unwrap());
        let least: Decimal = least.parse().unwrap();
        let other = Decimal::ONE - weight.parse::<Decimal>().unwrap();
        let zeroed = |capital: Decimal| {
            let spec = Spec::from_json(&format!(
                r#"{{"name": "x", "capital": "{capital}",
                "holdings": [{{"asset": "a", "weight": {other}}}, {{"asset": "b", "weight": {weight}}}],
                "rule": {{"calendar": {{"every": "month", "on": "end"}}}},
                "operation": {{"actual": {{"lot": {{"minimum": 1, "increment": 1}},
                    "small_weights": {{"precision": "{precision}", "buffer": 1}}}}}}}}"#
            ));
            let record = simulate(&spec.unwrap(), &market, &RateHistory::default()).unwrap();
            record.step(0).unwrap().zeroed.len()
        };
        assert_eq!((zeroed(least), zeroed(least - Decimal::ONE)), (0, 1), "{unit}");
    }
}

#[test]
fn terms_are_refused_out_of_range() {
    for small in [r#"{"precision": 0}"#, r#"{"buffer": "-1"}"#, r#"{"limit": 1.5}"#, r#"{"other": 1}"#] {
        assert!(serde_json::from_str::<SmallWeights>(small).is_err(), "{small}");
    }
    let read: SmallWeights = serde_json::from_str("{}").unwrap();
    assert_eq!(read, SmallWeights::published());
    assert_eq!((read.buffer(), read.limit(), read.spread()), (dec!(2), dec!(0.01), Spread::ProRata));
    let text = serde_json::to_string(&read).unwrap();
    assert_eq!(text, r#"{"precision":"1","buffer":"2","limit":"0.01","spread":"pro_rata"}"#);
}
