//! W3: 10 000 drawn paths of 540 months and 12 assets through W1's rule, on one thread and on two.

use std::error::Error;
use std::path::Path;

use allweather_rebalance::{
    RebalanceError,
    paths::{Budget, total, traded, value_after_costs},
};
use ndarray::Array2;
use rayon::prelude::*;

use crate::clock::{Bench, Figures};
use crate::tables::monthly_growth;

const PATHS: u64 = 10_000;
const ASSETS: usize = 12;
const CAPITAL: f64 = 1_000_000.0;
const WEIGHTS: [f64; ASSETS] = [0.05, 0.05, 0.05, 0.05, 0.08, 0.08, 0.08, 0.08, 0.10, 0.10, 0.14, 0.14];
const RATES: [f64; ASSETS] = [0.001; ASSETS];
/// The mean length of a block is 12 months: a draw begins one when its upper half is below this.
const NEW_BLOCK: u64 = 357_913_941;

/// `SplitMix64`, the numbers of the scripts.
pub(crate) fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let z = (*state ^ (*state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

pub(crate) fn seed_of_path(seed: u64, path: u64) -> u64 {
    next(&mut seed.wrapping_add(path.wrapping_mul(0x9E37_79B9_7F4A_7C15)))
}

/// The rows of a path as the scripts draw them: whole rows in blocks of random length, on a circle.
fn rows_of_path(path: u64, rows: usize) -> impl Iterator<Item = usize> {
    let (mut state, mut row) = (seed_of_path(42, path), None);
    (0..rows).map(move |_| {
        let draw = next(&mut state);
        let from = match row {
            Some(row) if (draw >> 32) >= NEW_BLOCK => (row + 1) % rows,
            _ => usize::try_from(((draw & 0xFFFF_FFFF) * rows as u64) >> 32).unwrap_or_default(),
        };
        row = Some(from);
        from
    })
}

struct Walked {
    value: f64,
    rebalances: usize,
    turnover: f64,
    drawdown: f64,
}

/// One path over the published functions of trades; the rule is written out here.
fn walk(growth: &Array2<f64>, path: u64) -> Result<Walked, RebalanceError> {
    let mut holdings = [0.0; ASSETS];
    let mut value = value_after_costs(&holdings, &WEIGHTS, &RATES, Budget::of(CAPITAL))?;
    holdings = WEIGHTS.map(|weight| weight * value);
    let mut walked = Walked { value, rebalances: 0, turnover: 0.0, drawdown: 0.0 };
    let mut peak = value;
    for row in rows_of_path(path, growth.nrows()) {
        for (holding, growth) in holdings.iter_mut().zip(growth.row(row)) {
            *holding *= growth;
        }
        value = total(&holdings);
        let leaves =
            |(holding, weight): (&f64, f64)| (100.0 * (holding / value - weight).abs() + 0.5).floor() >= 1.0;
        if holdings.iter().zip(WEIGHTS).any(leaves) {
            let before = (holdings, value);
            value = value_after_costs(&holdings, &WEIGHTS, &RATES, Budget::of(value))?;
            holdings = WEIGHTS.map(|weight| weight * value);
            walked.turnover += traded(&before.0, &holdings) / before.1;
            walked.rebalances += 1;
        }
        peak = f64::max(peak, value);
        walked.drawdown = walked.drawdown.max(1.0 - value / peak);
    }
    walked.value = value;
    Ok(walked)
}

fn figures(paths: &[Walked]) -> Figures {
    let mean = |of: fn(&Walked) -> f64| paths.iter().map(of).sum::<f64>() / paths.len() as f64;
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
    let growth = monthly_growth(data, ASSETS)?;
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
        let bench = Bench { workload: "w3", peer, runs: 7, expected: &expected };
        let all = || -> Result<Vec<Walked>, Box<dyn Error>> {
            Ok(pool.install(|| {
                (0..PATHS).into_par_iter().map(|path| walk(&growth, path)).collect::<Result<_, _>>()
            })?)
        };
        bench.measure(all, |paths| figures(paths))?;
    }
    Ok(())
}
