//! Backfills: values of another program, laws, what is known when, how a method is chosen, what is refused, and the embedded data.
#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(clippy::float_cmp, reason = "what is known stays the same to the last bit, and so do equal draws")]

mod choice;
mod embedded;
mod golden;
mod known;
mod laws;
mod levels;
mod refused;
mod world;

use allweather_core::{AssetId, Month};
use allweather_history::{Backfill, Method, Series, Table};
use allweather_metrics::{Block, Bootstrap};

fn id(name: &str) -> AssetId {
    name.parse().unwrap()
}

fn month(text: &str) -> Month {
    text.parse().unwrap()
}

/// Series `s0`, `s1`, … of returns from 1980-02 on; `columns` are `[series][periods]`.
fn table(columns: &[Vec<Option<f64>>]) -> Table {
    let series =
        columns.iter().enumerate().map(|(k, column)| Series::returns(id(&format!("s{k}")), column.clone()));
    Table::new(month("1980-02"), series.collect()).unwrap()
}

fn bootstrap(draws: usize) -> Bootstrap {
    Bootstrap::new(draws, 7).unwrap().with_block(Block::Mean(1.0)).unwrap()
}

/// One method, no hold-out.
fn by(method: Method, draws: usize) -> Backfill {
    Backfill::new(bootstrap(draws))
        .with_hold_out(Some(12))
        .and_then(|spec| spec.with_candidates(vec![method]))
        .and_then(|spec| spec.with_hold_out(None))
        .unwrap()
}

fn factors() -> Method {
    Method::Factors { on: Vec::new() }
}

#[track_caller]
fn near(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance, "{found} is not {expected} to {tolerance}");
}
