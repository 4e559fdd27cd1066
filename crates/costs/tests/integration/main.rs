//! Fee schedules, the published estimate, slippage, cost models, and spreads and impact.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod bars;
mod base;
mod comparison;
mod conformance;
mod fees;
mod flex;
mod impact;
mod models;
mod rolling;
mod saxo;
mod slippage;
mod spread;
mod statements;

use allweather_core::{Currency, Money};
use rust_decimal::Decimal;

fn usd(amount: Decimal) -> Money {
    Money::new(amount, Currency::USD)
}
