//! 30 assets over 540 months under a drift band of 1 % with costs of 10 bp: the engine with the record off and on.
#![expect(clippy::unwrap_used, reason = "a benchmark may panic")]

use std::hint::black_box;

use allweather_core::{Currency, Weights};
use allweather_market::{Market, PricePanel};
use allweather_portfolio::{ScheduledTargets, Simulation, Spec, TargetSchedule, rfr::RateHistory};
use criterion::{Criterion, criterion_group, criterion_main};

fn drift_band(criterion: &mut Criterion) {
    // The data of the engine's reference test.
    let prices = include_str!("../crates/portfolio/tests/data/drift_band_30_assets.csv");
    let prices = PricePanel::from_csv("drift_band_30_assets.csv", prices).unwrap();
    let spec = include_str!("../crates/portfolio/tests/data/drift_band_30_assets.json");
    let (spec, market) = (Spec::from_json(spec).unwrap(), Market::new(Currency::JPY, prices));
    let rates = RateHistory::default();
    let simulation = Simulation::new(&spec, &market, &rates).unwrap();
    // A time counts only if the result is the reference's.
    let outcome = simulation.outcome().unwrap();
    assert!((outcome.final_value / 116_198_034.512_269_02 - 1.0).abs() < 1e-12);
    assert_eq!(outcome.rebalances, 226);

    let mut group = criterion.benchmark_group("drift band, 30 assets x 540 months");
    group.bench_function("lay out", |b| {
        b.iter(|| Simulation::new(black_box(&spec), &market, &rates).unwrap());
    });
    // A schedule of the spec's own weights: the same run, with the work of a change.
    let own: Vec<f64> = spec.holdings.as_slice().iter().map(|holding| holding.weight).collect();
    let own = Weights::new(own).unwrap();
    for (name, months) in [("schedule, each year", 12), ("schedule, each month", 1)] {
        let days = market.prices().dates().iter().step_by(months);
        let entries = days.map(|since| ScheduledTargets { since: *since, weights: own.clone() }).collect();
        let schedule = TargetSchedule::new(entries).unwrap();
        let scheduled = Simulation::new(&spec, &market, &rates).unwrap().with_schedule(&schedule).unwrap();
        assert_eq!(scheduled.outcome().unwrap(), outcome);
        group.bench_function(name, |b| b.iter(|| black_box(&scheduled).outcome().unwrap()));
    }
    group.bench_function("record off", |b| b.iter(|| black_box(&simulation).outcome().unwrap()));
    group.bench_function("record on", |b| b.iter(|| black_box(&simulation).run().unwrap()));
    group.finish();
}

criterion_group!(benches, drift_band);
criterion_main!(benches);
