//! The workloads that others are measured with, on the data of their scripts: one JSON line each, in the form of those scripts.
//!
//! ```text
//! cargo run --release -p benches --bin beside_peers -- DATA [WORKLOAD ...]
//! ```
//!
//! `DATA` is the folder that the scripts' `gen_data.py` writes. A time counts only if the result agrees with the reference: when one
//! does not, this says so and ends with a failure. `--once` does one run of W1 from file to figure, to be timed from outside.

mod backtests;
mod measured;
mod measures;
mod paths;
mod spreads;
mod tables;
mod weights;

use std::error::Error;
use std::path::{Path, PathBuf};

type Outcome = Result<(), Box<dyn Error>>;
/// Given the folder of the data.
type Workload = fn(&Path) -> Outcome;

/// Each workload with its name.
const WORKLOADS: [(&str, Workload); 6] = [
    ("w1", backtests::drift_band),
    ("w2", backtests::calendar),
    ("w3", paths::drawn),
    ("w4", measures::core),
    ("w5", weights::both_sizes),
    ("w6", spreads::edge_of_all),
];

fn main() -> Outcome {
    let mut arguments = std::env::args().skip(1);
    let usage = "give the folder of the data, then w1 to w6 (all when none is named) or --once";
    let data = PathBuf::from(arguments.next().ok_or(usage)?);
    let wanted: Vec<String> = arguments.collect();
    if wanted == ["--once"] {
        return backtests::once(&data);
    }
    if let Some(unknown) = wanted.iter().find(|name| !WORKLOADS.iter().any(|(known, _)| known == name)) {
        return Err(format!("there is no workload {unknown}: {usage}").into());
    }
    for (name, run) in WORKLOADS {
        if wanted.is_empty() || wanted.iter().any(|wanted| wanted == name) {
            run(&data)?;
        }
    }
    Ok(())
}
