//! 10 000 bootstrapped paths of 540 months of 12 assets under a drift band of 1 % with costs of 10 bp: on one thread and on two.
#![expect(clippy::unwrap_used, reason = "a benchmark may panic")]

use std::hint::black_box;

use allweather_market::PricePanel;
use allweather_portfolio::rebalance::paths::{ConstantMix, MixTotals, Moment};
use benches::rows_of_path;
use criterion::{Criterion, criterion_group, criterion_main};
use rayon::prelude::*;

const PATHS: u64 = 10_000;
const MONTHS: usize = 540;
const WEIGHTS: [f64; 12] = [0.05, 0.05, 0.05, 0.05, 0.08, 0.08, 0.08, 0.08, 0.1, 0.1, 0.14, 0.14];

fn growth() -> Vec<f64> {
    let prices = include_str!("../crates/portfolio/tests/data/drift_band_30_assets.csv");
    let prices = PricePanel::from_csv("drift_band_30_assets.csv", prices).unwrap();
    let of = |row: usize, asset: usize| {
        prices.levels(asset)[row].unwrap() / prices.levels(asset)[row - 1].unwrap()
    };
    (1..=MONTHS)
        .flat_map(|row| (0..WEIGHTS.len()).map(move |asset| (row, asset)))
        .map(|(row, asset)| of(row, asset))
        .collect()
}

fn mix(growth: &[f64]) -> ConstantMix {
    ConstantMix::new(growth, &WEIGHTS, &[0.001; 12], Some(&[0.005 - 1e-11; 12])).unwrap()
}

fn some(mix: &ConstantMix, paths: std::ops::Range<u64>) -> Vec<MixTotals> {
    let mut walker = mix.walker();
    let walk =
        |path| walker.walk(1e6, rows_of_path(path, MONTHS).map(|row| (row, Moment::Look)), |_| ()).unwrap();
    paths.map(walk).collect()
}

/// All paths from prices on, in jobs of 250.
fn all(growth: &[f64]) -> Vec<MixTotals> {
    let mix = mix(growth);
    let jobs = (0..PATHS / 250).into_par_iter();
    jobs.flat_map_iter(|job| some(&mix, job * 250..(job + 1) * 250)).collect()
}

/// A time counts only if these are the figures of an independent program, a loop over steps in Python compiled by numba.
fn check(totals: &[MixTotals]) {
    let mean = |of: fn(&MixTotals) -> f64| totals.iter().map(of).sum::<f64>() / totals.len() as f64;
    let near =
        |found: f64, expected: f64| assert!((found / expected - 1.0).abs() < 1e-12, "{found} for {expected}");
    near(totals[0].value, 7_193_981.773_763_084);
    near(totals[1].value, 9_083_732.567_574_894);
    near(mean(|totals| totals.value), 8_502_054.970_340_982);
    near(mean(|totals| totals.turnover), 6.036_673_761_125_483);
    near(mean(|totals| totals.drawdown), 0.069_487_104_135_655_79);
    assert_eq!(totals.iter().map(|totals| totals.rebalances).sum::<usize>(), 2_417_795);
}

fn paths(criterion: &mut Criterion) {
    let growth = growth();
    let mut group = criterion.benchmark_group("10 000 paths x 540 months x 12 assets");
    group.sample_size(20);
    group.bench_function("lay out", |b| b.iter(|| mix(black_box(&growth))));
    for threads in [1, 2] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let run = || pool.install(|| all(black_box(&growth)));
        check(&run());
        group.bench_function(format!("threads: {threads}"), |b| b.iter(run));
    }
    group.finish();
}

criterion_group!(benches, paths);
criterion_main!(benches);
