//! The second highest of five, from readings and from levels, and the splice under them.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod conformance;
mod levels;
mod prescribed;
mod splice;
