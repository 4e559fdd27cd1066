//! Weights by tail, downside deviation and variance: 30 assets in 540 scenarios, and 100 in 2 000.
#![expect(clippy::unwrap_used, reason = "a benchmark may panic")]

use std::hint::black_box;

use allweather_metrics::Tail;
use allweather_optimize::{Constraints, Estimator, Objective, Scenarios, Target};
use benches::SplitMix;
use criterion::{Criterion, criterion_group, criterion_main};
use ndarray::Array2;

/// The months of the engine's reference test.
fn months() -> Scenarios {
    let text = include_str!("../crates/portfolio/tests/data/drift_band_30_assets.csv");
    let row = |line: &str| line.split(',').skip(1).map(|price| price.parse().unwrap()).collect::<Vec<f64>>();
    let prices: Vec<Vec<f64>> = text.lines().skip(1).map(row).collect();
    let of = |(t, i): (usize, usize)| prices[t + 1][i] / prices[t][i] - 1.0;
    Scenarios::new(&Array2::from_shape_fn((prices.len() - 1, 30), of)).unwrap()
}

/// 2 000 days of 100 assets: one common factor and noise, sums of twelve uniforms.
fn days() -> Scenarios {
    let mut draws = SplitMix::new(7);
    let mut returns = Array2::zeros((2000, 100));
    for mut row in returns.rows_mut() {
        let common = draws.normal();
        for (i, value) in row.iter_mut().enumerate() {
            let part = i as f64 / 99.0;
            let (mean, deviation, beta) = (0.000_08 + 0.000_4 * part, 0.005 + 0.017 * part, 0.3 + 0.5 * part);
            *value = mean + deviation * (beta * common + (1.0 - beta * beta).sqrt() * draws.normal());
        }
    }
    Scenarios::new(&returns).unwrap()
}

fn optimize(criterion: &mut Criterion) {
    let none = Constraints::new();
    let tail = Objective::ConditionalValueAtRisk { tail: Tail::FIVE_PERCENT };
    let semideviation = Objective::DownsideDeviation { target: Target::Mean };
    let variance = Objective::MinimumVariance { estimator: Estimator::Sample };
    let cases = [
        ("30 assets x 540", months(), [(&tail, 0.011_320_793_537), (&semideviation, 0.004_675_955_008)]),
        ("100 assets x 2 000", days(), [(&tail, LARGE_TAIL), (&semideviation, LARGE_SEMIDEVIATION)]),
    ];
    for (size, scenarios, known) in cases {
        // A time counts only if the result is that of other programs (HiGHS and CLARABEL).
        for (objective, expected) in known {
            let answer = objective.minimise(&scenarios, &none).unwrap();
            let found = answer.solution().unwrap().objective;
            assert!((found - expected).abs() < 1e-9, "{found} is not {expected}");
        }
        let mut group = criterion.benchmark_group(size);
        group.sample_size(20);
        for (name, objective) in [("tail", &tail), ("semideviation", &semideviation), ("variance", &variance)]
        {
            group.bench_function(name, |b| {
                b.iter(|| objective.minimise(black_box(&scenarios), &none).unwrap());
            });
        }
        group.finish();
    }
}

const LARGE_TAIL: f64 = 0.004_621_725_058;
const LARGE_SEMIDEVIATION: f64 = 0.001_686_053_408;

criterion_group!(benches, optimize);
criterion_main!(benches);
