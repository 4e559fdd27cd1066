//! The core measures of 10 000 paths of 540 months.
#![expect(clippy::unwrap_used, reason = "a benchmark may panic")]

use std::hint::black_box;

use allweather_metrics::{Hurdle, Periodicity, Returns, Tail, paths};
use criterion::{Criterion, criterion_group, criterion_main};
use ndarray::Array2;

fn metrics(criterion: &mut Criterion) {
    let returns = benches::paths(10_000, 540);
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
