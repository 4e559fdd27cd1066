//! Three measures: golden values, the mistakes that others made, and laws.
#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(clippy::float_cmp, reason = "where a test says exactly 0 or -1, it means exactly")]

mod golden;
mod laws;
mod mistakes;
mod series;

use allweather_metrics::{Periodicity, Returns};

fn monthly(values: &[f64]) -> Returns<'_> {
    Returns::new(Periodicity::Monthly, values).unwrap()
}

fn annual(values: &[f64]) -> Returns<'_> {
    Returns::new(Periodicity::Annual, values).unwrap()
}

#[track_caller]
fn near(found: f64, expected: f64) {
    assert!((found - expected).abs() <= 1e-10, "{found} is not {expected}");
}
