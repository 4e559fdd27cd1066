//! 30 assets over 540 months under a drift band of 1 % with costs of 10 bp: the engine with the record off and on.
#![expect(clippy::unwrap_used, reason = "a benchmark may panic")]

use std::{collections::BTreeMap, hint::black_box};

use allweather_core::Currency;
use allweather_market::{Market, PricePanel};
use allweather_portfolio::{Simulation, Spec};
use criterion::{Criterion, criterion_group, criterion_main};

fn thirty_assets() -> (Spec, Market) {
    let text = include_str!("../crates/portfolio/tests/data/drift_band_30_assets.csv");
    let (heading, rows) = text.split_once('\n').unwrap();
    let named: Vec<String> = heading.split(',').skip(1).map(|name| format!("{name}_jpy")).collect();
    let prices = PricePanel::from_csv("prices.csv", &format!("date,{}\n{rows}", named.join(","))).unwrap();
    let weight = |i: usize| [0.02, 0.03, 0.05][i / 10];
    let holdings: Vec<String> =
        (0..30).map(|i| format!(r#"{{"asset":"A{i:02}","weight":{}}}"#, weight(i))).collect();
    let spec = format!(
        r#"{{"name":"drift band","capital":"1000000","holdings":[{}],
            "rule":{{"drift_band":{{"measure":"portfolio","threshold":1,"scope":"all"}}}},
            "costs":{{"proportional":"0.001"}}}}"#,
        holdings.join(",")
    );
    (Spec::from_json(&spec).unwrap(), Market::new(Currency::JPY, prices))
}

fn drift_band(criterion: &mut Criterion) {
    let (spec, market) = thirty_assets();
    let rates = BTreeMap::new();
    let simulation = Simulation::new(&spec, &market, &rates).unwrap();
    // A time counts only if the result is the reference's.
    let outcome = simulation.outcome().unwrap();
    assert!((outcome.final_value / 116_198_034.512_269_02 - 1.0).abs() < 1e-12);
    assert_eq!(outcome.rebalances, 226);

    let mut group = criterion.benchmark_group("drift band, 30 assets x 540 months");
    group.bench_function("lay out", |b| {
        b.iter(|| Simulation::new(black_box(&spec), &market, &rates).unwrap());
    });
    group.bench_function("record off", |b| b.iter(|| black_box(&simulation).outcome().unwrap()));
    group.bench_function("record on", |b| b.iter(|| black_box(&simulation).run().unwrap()));
    group.finish();
}

criterion_group!(benches, drift_band);
criterion_main!(benches);
