//! The core measures of 10 000 paths of 540 months.
#![expect(clippy::unwrap_used, reason = "a benchmark may panic")]

use std::hint::black_box;

use allweather_metrics::{Hurdle, Periodicity, Returns, Tail, paths};
use criterion::{Criterion, criterion_group, criterion_main};
use ndarray::Array2;

/// `SplitMix64`, as the programs that this is compared with draw their numbers.
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let z = (*state ^ (*state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// Nearly normal months: a mean of 0.5 % and a deviation of 4 %, from sums of twelve uniforms.
fn made_up(paths: usize, months: usize) -> Array2<f64> {
    let mut returns = Array2::zeros((paths, months));
    for (path, mut row) in (0_u64..).zip(returns.rows_mut()) {
        let mut state = 7_u64.wrapping_add(path.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let mut state = next(&mut state);
        for month in &mut row {
            let twelve: f64 =
                (0..12).map(|_| (next(&mut state) >> 11) as f64 / 9_007_199_254_740_992.0).sum();
            *month = 0.005 + 0.04 * (twelve - 6.0);
        }
    }
    returns
}

fn metrics(criterion: &mut Criterion) {
    let returns = made_up(10_000, 540);
    let months = Periodicity::Monthly;
    let core = |returns: &Array2<f64>, hurdle| {
        paths::core_measures(months, returns, hurdle, Tail::FIVE_PERCENT).unwrap()
    };

    // A time counts only if the result is that of another program: means over the paths.
    let measures = core(&returns, Hurdle::Nothing);
    let near = |of: fn(&paths::CoreMeasures) -> f64, expected: f64| {
        let mean = measures.iter().map(of).sum::<f64>() / measures.len() as f64;
        assert!((mean / expected - 1.0).abs() < 1e-11, "{mean} is not {expected}");
    };
    near(|m| m.annual_return.unwrap(), 0.051_985_698_320_239_02);
    near(|m| m.volatility.unwrap(), 0.138_499_161_892_093_7);
    near(|m| m.sharpe.unwrap(), 0.434_624_681_935_831_7);
    near(|m| m.sortino.unwrap(), 0.691_142_677_295_537_4);
    near(|m| m.downside_deviation.unwrap(), 0.088_323_379_221_351_11);
    near(|m| m.max_drawdown.unwrap(), -0.426_681_884_302_001);
    near(|m| m.expected_shortfall.unwrap(), 0.076_623_140_390_175_13);

    let mut group = criterion.benchmark_group("core measures, 10 000 paths x 540 months");
    group.measurement_time(std::time::Duration::from_secs(10)).sample_size(30);
    group.bench_function("over nothing", |b| b.iter(|| core(black_box(&returns), Hurdle::Nothing)));
    let cash = vec![0.001; 540];
    let cash = Hurdle::Series(Returns::new(months, &cash).unwrap());
    group.bench_function("over a series", |b| b.iter(|| core(black_box(&returns), cash)));
    let by_month = returns.t().as_standard_layout().into_owned().reversed_axes();
    group.bench_function("months outermost", |b| b.iter(|| core(black_box(&by_month), Hurdle::Nothing)));
    group.finish();
}

criterion_group!(benches, metrics);
criterion_main!(benches);
