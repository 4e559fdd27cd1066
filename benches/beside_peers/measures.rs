//! W4: seven measures of 10 000 paths of 540 months.

use std::path::Path;

use allweather_metrics::{Hurdle, Periodicity, Tail, paths};

use crate::measured::{Bench, Figures};

const PATHS: usize = 10_000;
const MONTHS: usize = 540;

fn figures(measures: &[paths::CoreMeasures]) -> Figures {
    let mean = |of: fn(&paths::CoreMeasures) -> Option<f64>| {
        let sum: Option<f64> = measures.iter().map(of).sum();
        sum.map_or(f64::NAN, |sum| sum / measures.len() as f64)
    };
    vec![
        ("mean_ann", mean(|m| m.annual_return.ok())),
        ("mean_vol", mean(|m| m.volatility.ok())),
        ("mean_sharpe", mean(|m| m.sharpe.ok())),
        ("mean_sortino", mean(|m| m.sortino.ok())),
        ("mean_downside", mean(|m| m.downside_deviation.ok())),
        ("mean_mdd", mean(|m| m.max_drawdown.ok())),
        // Theirs is the mean return of the tail, ours the loss.
        ("mean_cvar", -mean(|m| m.expected_shortfall.ok())),
    ]
}

pub(crate) fn core(_: &Path) -> crate::Outcome {
    // The numbers of the scripts.
    let returns = benches::paths(PATHS, MONTHS);
    // Means over the paths, by the kernel in numba.
    let expected = [
        ("mean_ann", 0.051_985_698_320_239_02, 1e-11),
        ("mean_vol", 0.138_499_161_892_093_7, 1e-11),
        ("mean_sharpe", 0.434_624_681_935_831_7, 1e-11),
        ("mean_sortino", 0.691_142_677_295_537_4, 1e-11),
        ("mean_downside", 0.088_323_379_221_351_11, 1e-11),
        ("mean_mdd", -0.426_681_884_302_001, 1e-11),
        ("mean_cvar", -0.076_623_140_390_175_13, 1e-11),
    ];
    let bench = Bench { workload: "w4", peer: "allweather", runs: 9, expected: &expected };
    let measure =
        || Ok(paths::core_measures(Periodicity::Monthly, &returns, Hurdle::Nothing, Tail::FIVE_PERCENT)?);
    bench.measure(measure, |measures| figures(measures))
}
