//! Weather as it was known, its laws, and the regime filter against a filter that enumerates.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod filter;
mod hindsight;
mod known;
mod laws;
mod nowcasts;
mod office;
mod probabilities;
mod refused;
