//! W4: seven measures of 10 000 paths of 540 months.

use std::path::Path;

use allweather_metrics::{Hurdle, Periodicity, Tail, paths};
use ndarray::Array2;

use crate::clock::{Bench, Figures};
use crate::paths::{next, seed_of_path};

const PATHS: usize = 10_000;
const MONTHS: usize = 540;

/// Nearly normal months: sums of twelve uniforms.
fn made_up() -> Array2<f64> {
    let mut returns = Array2::zeros((PATHS, MONTHS));
    for (path, mut row) in (0_u64..).zip(returns.rows_mut()) {
        let mut state = seed_of_path(7, path);
        for month in &mut row {
            let twelve: f64 =
                (0..12).map(|_| (next(&mut state) >> 11) as f64 / 9_007_199_254_740_992.0).sum();
            *month = 0.005 + 0.04 * (twelve - 6.0);
        }
    }
    returns
}

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
    let returns = made_up();
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
