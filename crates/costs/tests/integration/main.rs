//! Fee schedules, the published estimate, slippage, cost models, and spreads and impact.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod bars;
mod base;
mod conformance;
mod fees;
mod impact;
mod models;
mod rolling;
mod slippage;
mod spread;

use allweather_core::{Currency, Money};
use rust_decimal::Decimal;

fn usd(amount: Decimal) -> Money {
    Money::new(amount, Currency::USD)
}
