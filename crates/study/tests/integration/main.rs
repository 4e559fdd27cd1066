//! Tests of the crate as its users see it.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod allocations;
mod kernel;
mod paths;
mod results;
mod sketch;
mod spec;
mod sum;
