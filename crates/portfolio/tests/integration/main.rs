//! The engine against an independent program, its identities over random markets, and what it refuses.
#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(clippy::float_cmp, reason = "where a law says equal it means every bit")]

mod actual;
mod allocations;
mod base;
mod constant_mix;
mod daily;
mod figures;
mod floors;
mod identities;
mod knowledge;
mod live_track;
mod long_history;
mod losses;
mod lots;
mod quiet;
mod reference;
mod refusals;
mod rules;
mod tables;
mod target_schedule;
mod traps;
mod vaults;
mod walk_forward;

/// What values are counted in.
const BASE: allweather_core::Currency = allweather_testkit::World::BASE;

/// Equal within a tolerance relative to a scale.
fn close(a: f64, b: f64, scale: f64, tolerance: f64) -> bool {
    (a - b).abs() <= tolerance * scale.abs()
}

/// Bands to the target and calendars, whose answers a test can foretell; rules of every kind are among the cases.
fn foretold() -> impl proptest::strategy::Strategy<Value = allweather_rebalance::Rule> {
    use allweather_rebalance::{Calendar, DriftBand, DriftMeasure, Edge, Period, Rule, Scope};
    use proptest::{prelude::*, prop_oneof};
    let measure = prop_oneof![Just(DriftMeasure::Position), Just(DriftMeasure::Portfolio)];
    let scope = prop_oneof![Just(Scope::All), Just(Scope::Breached)];
    let every =
        prop_oneof![Just(Period::Week), Just(Period::Month), Just(Period::Quarter), Just(Period::Year)];
    let on = prop_oneof![Just(Edge::Start), Just(Edge::End)];
    prop_oneof![
        2 => (measure, 1..=10_u32, scope)
            .prop_map(|(m, threshold, s)| Rule::DriftBand(DriftBand::new(m, threshold, s).unwrap())),
        1 => (every, on).prop_map(|(every, on)| Rule::Calendar(Calendar { every, on })),
    ]
}
