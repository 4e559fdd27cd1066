//! The laws: on parts that keep them, and on parts that are broken on purpose.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod cost_model;
mod generate;
mod guide;
#[expect(unreachable_pub, reason = "a library of somebody else's")]
mod guide_broken;
#[expect(unreachable_pub, reason = "a library of somebody else's")]
mod guide_rule;
mod ledger;
mod leverage_rule;
mod parity;
mod rebalancer;
mod record;
mod settings;
mod signal;
mod spec;
mod spending_rule;
