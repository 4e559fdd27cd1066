//! Lots, windows, the programme's decisions, and withheld taxes.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod account;
mod add_back;
mod loss_realisation;
mod lots;
mod parity;
mod window;
mod withheld;

use chrono::NaiveDate;

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}
