//! The embedded figures, the rates that follow from them, and what a folder of one's own may hold.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod all_weather;
mod bonds;
mod embedded;
mod folder;
mod long_history;
mod rates;
mod weather;
