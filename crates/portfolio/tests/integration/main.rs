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
mod markets;
mod reference;
mod refusals;
mod tables;
