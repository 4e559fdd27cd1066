//! A study of the default spec: a path with everything, one without forwards and expenses, one of its weights alone on the kernel of many
//! paths, and merging results.
#![expect(clippy::unwrap_used, reason = "a benchmark may panic")]

use std::hint::black_box;

use allweather_portfolio::{
    CostSpec, Spec,
    costs::Proportional,
    rebalance::{DriftBand, DriftMeasure, Rule, Scope},
};
use allweather_study::{Study, StudySpec, Variant};
use criterion::{Criterion, criterion_group, criterion_main};

fn study(criterion: &mut Criterion) {
    let (data, spec) = (allweather_data::embedded().unwrap(), allweather_data::all_weather().unwrap());
    let bare = Spec { fx: None, expenses: None, ..spec.clone() };
    let band = Rule::DriftBand(DriftBand::new(DriftMeasure::Portfolio, 1, Scope::All).unwrap());
    let costs = CostSpec::Proportional(Proportional::from_bps(10.into()).unwrap());
    let weights = Spec { rule: band, costs, ..bare.clone() };
    let variants =
        vec![Variant::new("default", spec), Variant::new("bare", bare), Variant::new("weights", weights)];
    let spec = StudySpec::new(variants, 100_000, 360)
        .unwrap()
        .with_span("1990-07".parse().unwrap(), "2024-09".parse().unwrap());
    let study = Study::new(&spec, &data.market, &data.statistics).unwrap();
    let job = |size: u64, place: usize| study.jobs(size).nth(place).unwrap();
    let (first, bare, weights) = (job(1, 0), job(1, 100_000), job(1, 200_000));

    let mut group = criterion.benchmark_group("study of 30 years");
    group.sample_size(20);
    group.bench_function("path", |b| b.iter(|| study.run_job(black_box(&first)).unwrap()));
    group.bench_function("path without forwards and expenses", |b| {
        b.iter(|| study.run_job(black_box(&bare)).unwrap());
    });
    group.bench_function("path of fixed weights", |b| {
        b.iter(|| study.run_job(black_box(&weights)).unwrap());
    });
    group.bench_function("draw a market", |b| b.iter(|| study.market_of_path(black_box(7)).unwrap()));
    let of = |place: usize| study.run_job(&job(200, place)).unwrap().tally;
    let (one, other) = (of(500), of(501));
    group.bench_function("merge", |b| {
        b.iter(|| {
            let mut merged = one.clone();
            merged.merge(black_box(&other));
            merged
        });
    });
    group.finish();
}

criterion_group!(benches, study);
criterion_main!(benches);
