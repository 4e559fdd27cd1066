//! The value types refuse what they are not and give back what they were given.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod calendar;
mod values;
