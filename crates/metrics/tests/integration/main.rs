//! Measures of returns: golden values, another program's values, the mistakes that others made, laws, and what is refused.
#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(clippy::float_cmp, reason = "where a test says exactly 0 or -1, it means exactly")]

mod bootstrap;
mod drawdowns;
mod exceedance;
mod flows;
mod golden;
mod laws;
mod mistakes;
mod paths;
mod reference;
mod risk;
mod rules;
mod series;
mod sharpe;
mod stepdown;
mod summary;
mod tails;

use allweather_metrics::{Excess, Hurdle, Periodicity, Returns};

fn monthly(values: &[f64]) -> Returns<'_> {
    Returns::new(Periodicity::Monthly, values).unwrap()
}

fn annual(values: &[f64]) -> Returns<'_> {
    Returns::new(Periodicity::Annual, values).unwrap()
}

/// Monthly returns over a constant rate a month.
fn over(values: &[f64], rate: f64) -> Excess {
    monthly(values).over(Hurdle::PerPeriod(rate)).unwrap()
}

#[track_caller]
fn near(found: f64, expected: f64) {
    assert!((found - expected).abs() <= 1e-10, "{found} is not {expected}");
}
