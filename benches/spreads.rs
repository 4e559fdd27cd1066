//! EDGE of 100 assets over 2520 days: over the whole span, and over every 21 days.
#![expect(clippy::unwrap_used, reason = "a benchmark may panic")]

use std::hint::black_box;

use allweather_costs::spread::{DailyBars, RollingEdge, edge};
use criterion::{Criterion, criterion_group, criterion_main};

type Columns = [Vec<f64>; 4];

/// A walk of twelve trades a day, each half a spread (in ticks) off the middle: open, high, low and close.
fn walk(seed: u64, half: i64) -> Columns {
    let (mut state, mut middle) = (seed, 100_000_i64);
    let mut draw = |below: i64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from(state >> 33).unwrap() % below
    };
    let mut columns = Columns::default();
    for _ in 0..2520 {
        let trades = [(); 12].map(|()| {
            middle = (middle + draw(601) - 300).max(20_000);
            if draw(2) == 0 { middle + half } else { middle - half }
        });
        let (high, low) = (*trades.iter().max().unwrap(), *trades.iter().min().unwrap());
        for (column, ticks) in columns.iter_mut().zip([trades[0], high, low, trades[11]]) {
            column.push(ticks as f64 / 1000.0);
        }
    }
    columns
}

fn bars(columns: &Columns) -> DailyBars<'_> {
    let [open, high, low, close] = columns;
    DailyBars::new(open, high, low, close).unwrap()
}

fn spans(universe: &[Columns]) -> f64 {
    universe.iter().map(|columns| edge(&bars(columns)).unwrap().size()).sum()
}

fn windows(universe: &[Columns]) -> f64 {
    let mut rolling = RollingEdge::new(21).unwrap();
    let mut asset = |columns| rolling.over(&bars(columns)).map(|spread| spread.unwrap().size()).sum::<f64>();
    universe.iter().map(&mut asset).sum()
}

fn spreads(criterion: &mut Criterion) {
    let universe: Vec<Columns> = (1..=100).map(|k| walk(k, 5 * i64::try_from(k).unwrap())).collect();
    // A time counts only if the result is that of the estimator's authors (Python package bidask 2.1.0).
    assert!((spans(&universe) / 100.0 - 0.005_474_756_506_016_024).abs() < 1e-12);
    assert!((windows(&universe) / 250_000.0 - 0.005_353_806_050_157_85).abs() < 1e-12);

    let mut group = criterion.benchmark_group("spreads, 100 assets x 2520 days");
    group.bench_function("whole span", |b| b.iter(|| spans(black_box(&universe))));
    group.bench_function("rolling 21 days", |b| b.iter(|| windows(black_box(&universe))));
    group.finish();
}

criterion_group!(benches, spreads);
criterion_main!(benches);
