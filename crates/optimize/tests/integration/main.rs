//! Weights against another program, goldens, laws of the optimum, covariances, conflicts, bands, and what is refused.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]
#![expect(clippy::float_cmp, reason = "where a test says exactly 0, it means exactly")]

mod allocations;
mod bands;
mod conflicts;
mod covariance;
mod doors;
mod goldens;
mod laws;
mod optimality;
mod peers;
mod reference;

use allweather_optimize::{Answer, Constraints, Objective, Scenarios, Solution, Status};

/// The solution of a problem that has one.
#[track_caller]
fn solved(objective: &Objective, scenarios: &Scenarios, constraints: &Constraints) -> Solution {
    match objective.minimise(scenarios, constraints).unwrap() {
        Answer::Solved(solution) => {
            assert_eq!(solution.status, Status::Optimal, "{objective:?} {solution:?}");
            solution
        }
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn near(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance, "{found} is not {expected} ± {tolerance}");
}
