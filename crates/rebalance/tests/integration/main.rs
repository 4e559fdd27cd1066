//! Conformance, laws and traps of when and what to trade.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod capital;
mod drift;
mod lots;
mod rules;
mod trades;
