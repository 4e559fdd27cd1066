//! Tests of the crate as its users see it.
#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(clippy::float_cmp, reason = "what is copied is the same to the last bit")]

mod allocations;
mod figures;
mod kernel;
mod paths;
mod premium;
mod premiums;
mod results;
mod sketch;
mod spec;
mod sum;
mod tournament;
mod versus;
