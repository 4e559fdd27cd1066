//! Hedge, signals, overlay and the book of forwards, on small markets made up here.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]
#![expect(clippy::float_cmp, reason = "where a test says equal it means every bit")]

mod book;
mod overlay;
mod parity;
mod signals;
mod spec;
mod weights;
mod world;
