//! What is refused, with its place; what a view as of a day can see.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod alignment;
mod basis;
mod bond;
mod conversion;
mod days;
mod estimates;
mod files;
mod knowledge;
mod month_ends;
mod official;
mod pending_file;
mod store;
mod vintages;
