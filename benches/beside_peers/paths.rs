//! W3: 10 000 drawn paths of 540 months and 12 assets through W1's rule, on one thread and on two.

use std::error::Error;
use std::path::Path;

use allweather_rebalance::RebalanceError;
use allweather_rebalance::paths::{ConstantMix, MixTotals, Moment};
use benches::rows_of_path;
use rayon::prelude::*;

use crate::measured::{Bench, Figures};
use crate::tables::monthly_growth;

const PATHS: u64 = 10_000;
const PATHS_PER_JOB: u64 = 250;
const CAPITAL: f64 = 1_000_000.0;
const WEIGHTS: [f64; 12] = [0.05, 0.05, 0.05, 0.05, 0.08, 0.08, 0.08, 0.08, 0.10, 0.10, 0.14, 0.14];
const RATES: [f64; 12] = [0.001; 12];
/// A drift that rounds to a whole percent trades; binary fractions miss the half by less than the rest.
const HALF_WIDTHS: [f64; 12] = [0.005 - 1e-11; 12];

/// The layout is a part of it: from growth factors to what the paths came to.
fn all(growth: &[f64]) -> Result<Vec<MixTotals>, RebalanceError> {
    let mix = ConstantMix::new(growth, &WEIGHTS, &RATES, Some(&HALF_WIDTHS))?;
    let job = |job: u64| {
        let mut walker = mix.walker();
        let mut walk = |path| {
            let rows = rows_of_path(path, mix.rows()).map(|row| (row, Moment::Look));
            walker.walk(CAPITAL, rows, |_| ())
        };
        (job * PATHS_PER_JOB..(job + 1) * PATHS_PER_JOB).map(&mut walk).collect::<Result<Vec<_>, _>>()
    };
    let jobs: Vec<Vec<MixTotals>> =
        (0..PATHS / PATHS_PER_JOB).into_par_iter().map(job).collect::<Result<_, _>>()?;
    Ok(jobs.concat())
}

fn figures(paths: &[MixTotals]) -> Figures {
    let mean = |of: fn(&MixTotals) -> f64| paths.iter().map(of).sum::<f64>() / paths.len() as f64;
    vec![
        ("paths", paths.len() as f64),
        ("mean_final", mean(|path| path.value)),
        ("rebalances", paths.iter().map(|path| path.rebalances).sum::<usize>() as f64),
        ("turnover_mean", mean(|path| path.turnover)),
        ("final_path0", paths[0].value),
        ("final_path1", paths[1].value),
        ("mdd_mean", mean(|path| path.drawdown)),
    ]
}

pub(crate) fn drawn(data: &Path) -> crate::Outcome {
    let growth: Vec<f64> = monthly_growth(data, WEIGHTS.len())?.iter().copied().collect();
    // By the kernel in numba, trades that pay for themselves.
    let expected = [
        ("mean_final", 8_502_054.970_340_982, 1e-11),
        ("rebalances", 2_417_795.0, 0.0),
        ("turnover_mean", 6.036_673_761_125_483, 1e-11),
        ("final_path0", 7_193_981.773_763_084, 1e-11),
        ("final_path1", 9_083_732.567_574_894, 1e-11),
        ("mdd_mean", 0.069_487_104_135_655_79, 1e-10),
    ];
    for (peer, threads) in [("allweather, one thread", 1), ("allweather, two threads", 2)] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
        let bench = Bench { workload: "w3", peer, runs: 9, expected: &expected };
        let run = || -> Result<Vec<MixTotals>, Box<dyn Error>> { Ok(pool.install(|| all(&growth))?) };
        bench.measure(run, |paths| figures(paths))?;
    }
    Ok(())
}
