//! Weights of equal risk for 30 assets, the covariance given.
#![expect(clippy::unwrap_used, reason = "a benchmark may panic")]

use std::hint::black_box;

use allweather_metrics::risk::Covariance;
use criterion::{Criterion, criterion_group, criterion_main};
use ndarray::Array2;

/// The sample covariance of 540 months, from the tests of `allweather-metrics`.
fn covariance() -> Covariance {
    let text = include_str!("../crates/metrics/tests/data/risk.json");
    let case: serde_json::Value = serde_json::from_str(text).unwrap();
    let of = |(i, j): (usize, usize)| case["covariance"][i.max(j)][i.min(j)].as_f64().unwrap();
    Covariance::new(&Array2::from_shape_fn((30, 30), of)).unwrap()
}

fn risk_budget(criterion: &mut Criterion) {
    let (covariance, budgets) = (covariance(), [1.0 / 30.0; 30]);
    let weights = covariance.risk_budget_weights(&budgets).unwrap();
    // A time counts only if the result is that of another program (coordinate descent in numba).
    assert!(
        (weights[0] - 0.117_820_440_763).abs() < 1e-12 && (weights[29] - 0.007_954_289_516).abs() < 1e-12
    );
    criterion.bench_function("risk budget, 30 assets", |b| {
        b.iter(|| black_box(&covariance).risk_budget_weights(black_box(&budgets)).unwrap());
    });
}

criterion_group!(benches, risk_budget);
criterion_main!(benches);
