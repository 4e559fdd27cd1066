//! The quarters of the published method, in decimals and over paths, and the rules to compare it with.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod conformance;
mod ledger;
mod paths;
mod rates;
mod spending;
mod terms;

use allweather_cashflow::{KnownRates, QuarterFigures, RateStatus};
use allweather_core::{Percent, Quarter, Year};
use rust_decimal::Decimal;

/// Final rates of the years from 2000, in percent.
fn final_rates(percents: &[Decimal]) -> KnownRates {
    let mut rates = KnownRates::new(Year::new(2000));
    for (percent, year) in percents.iter().zip(2000..) {
        rates.set(Year::new(year), Percent::new(*percent), RateStatus::Final).unwrap();
    }
    rates
}

/// The k-th quarter from 2000Q1.
fn quarter(k: u32) -> Quarter {
    Quarter::new(2000 + i32::try_from(k / 4).unwrap(), k % 4 + 1).unwrap()
}

fn figures(k: u32, gain: Decimal, commission: Decimal) -> QuarterFigures {
    let (slippage, fx) = (Decimal::ZERO, Decimal::ZERO);
    QuarterFigures { quarter: quarter(k), gain, commission, slippage, fx }
}
