//! Actual operation: an account run from fills, reconciled, and explained against the simulation.

mod beginning;
mod explanation;
mod from_bytes;
mod hand_worked;
mod parity;
mod reconciliation;
mod refusals;
mod small_weights;

use allweather_costs::fills::{CashKind, CashMovement, Fill, Instrument, InstrumentKind};
use allweather_portfolio::{
    actual::{Account, Movement, Standing},
    core::{AssetId, Currency, Money},
};
use chrono::NaiveDate;
use rust_decimal::Decimal;

const JPY: Currency = Currency::JPY;
const USD: Currency = Currency::USD;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn asset(name: &str) -> AssetId {
    name.parse().unwrap()
}

fn share(name: &str, currency: Currency) -> Instrument {
    Instrument::new(name, InstrumentKind::Stock, currency)
}

/// A fill by text: `+398 eq at 100.2 USD on 2024-01-31`.
fn trade(id: &str, name: &str, currency: Currency, on: &str, units: Decimal, price: Decimal) -> Fill {
    Fill::new(id, share(name, currency), day(on), units, price)
}

fn bought(id: &str, name: &str, on: &str, units: Decimal, price: Decimal) -> Movement {
    Movement::fill(asset(name), trade(id, name, JPY, on, units, price))
}

fn cash(on: &str, kind: CashKind, amount: Decimal, currency: Currency) -> Movement {
    Movement::cash(CashMovement::new(day(on), kind, Money::new(amount, currency)))
}

fn opened(on: &str, amount: Decimal) -> Account {
    Account::new(Standing::new(day(on)).with_cash(Money::new(amount, JPY)))
}
