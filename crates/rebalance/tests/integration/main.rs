//! Conformance, laws and traps of when and what to trade.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod bands;
mod capital;
mod combine;
mod constant_mix;
mod correlation;
mod cost_aware;
mod drift;
mod lots;
mod panel;
mod projection;
mod region;
mod risk;
mod risk_laws;
mod rules;
mod schedule;
mod trades;
mod volatility;
