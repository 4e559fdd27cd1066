//! Fee schedules, the published estimate, slippage, and cost models.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod conformance;
mod fees;
mod models;
mod slippage;

use allweather_core::{Currency, Money};
use rust_decimal::Decimal;

fn usd(amount: Decimal) -> Money {
    Money::new(amount, Currency::USD)
}
