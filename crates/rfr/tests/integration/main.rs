//! The second highest of five: from readings, from levels, and from published statistics as they were known.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod conformance;
mod course;
mod december;
mod knowledge;
mod levels;
mod office;
mod prescribed;
mod rules;
mod vintages;
