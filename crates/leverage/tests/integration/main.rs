//! Funding, the levered change, and the multiples that are said to be optimal.
#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(clippy::float_cmp, reason = "where a test says exactly 0 or 1, it means exactly")]

mod funding;
mod growth;
mod levered;
mod optimal_f;
mod rules;
mod vince;

use rust_decimal::{Decimal, dec};
use serde_json::Value;

fn cases(json: &str) -> Vec<Value> {
    let cases: Vec<Value> = serde_json::from_str(json).unwrap();
    assert_eq!(cases.len(), 6);
    cases
}

fn decimal(value: &Value) -> Decimal {
    value.as_str().unwrap().parse().unwrap()
}

fn double(value: &Value) -> f64 {
    value.as_str().unwrap().parse().unwrap()
}

#[track_caller]
fn exact(found: Decimal, expected: &Value) {
    assert!((found - decimal(expected)).abs() <= dec!(1e-12), "{found} is not {expected}");
}

#[track_caller]
fn near(found: f64, expected: f64) {
    assert!((found - expected).abs() <= 1e-10 * expected.abs(), "{found} is not {expected}");
}
