//! The engine against an independent program, its identities over random markets, and what it refuses.
#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(clippy::float_cmp, reason = "where a law says equal it means every bit")]

mod allocations;
mod daily;
mod figures;
mod floors;
mod identities;
mod knowledge;
mod lots;
mod reference;
mod refusals;
mod tables;
mod traps;
mod vaults;

/// What values are counted in.
const BASE: allweather_core::Currency = allweather_testkit::World::BASE;

/// Equal within a tolerance relative to a scale.
fn close(a: f64, b: f64, scale: f64, tolerance: f64) -> bool {
    (a - b).abs() <= tolerance * scale.abs()
}
