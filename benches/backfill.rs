//! A thousand draws of ten assets over 46 years, three of which begin late: each linear method, and the forest.
#![expect(clippy::unwrap_used, reason = "a benchmark may panic")]

use std::hint::black_box;

use allweather_history::{Backfill, Method, Series, Table};
use allweather_metrics::Bootstrap;
use criterion::{Criterion, criterion_group, criterion_main};

/// The assets of the embedded data without the bill, in their own currencies: 551 months.
fn table() -> Table {
    let market = allweather_data::embedded().unwrap().market;
    let prices = market.prices();
    let assets = prices.instruments().iter().enumerate().filter(|(_, asset)| asset.id.as_str() != "us_tbill");
    let series = assets.map(|(k, asset)| Series::from_levels(asset.id.clone(), prices.levels(k)).unwrap());
    Table::new(prices.months()[1], series.collect()).unwrap()
}

fn backfill(criterion: &mut Criterion) {
    let table = table();
    let mut group = criterion.benchmark_group("backfill, 1000 draws, 551 x 10");
    group.sample_size(10);
    for method in Method::all() {
        let spec =
            Backfill::new(Bootstrap::new(1000, 7).unwrap()).with_candidates(vec![method.clone()]).unwrap();
        group.bench_function(format!("{method}, hold-out and draws"), |b| {
            b.iter(|| black_box(&spec).fill(black_box(&table)).unwrap());
        });
        let spec = spec.with_hold_out(None).unwrap();
        group.bench_function(format!("{method}, draws"), |b| {
            b.iter(|| black_box(&spec).fill(black_box(&table)).unwrap());
        });
    }
}

criterion_group!(benches, backfill);
criterion_main!(benches);
