#![expect(clippy::expect_used, clippy::missing_panics_doc, reason = "valid by construction")]

use allweather_cashflow::{Anchored, GuytonKlinger, Published, Spending, Yale};
use allweather_core::Percent;
use allweather_portfolio::{Expenses, Knowledge};
use proptest::prelude::*;
use rust_decimal::Decimal;

/// Expenses under every spending rule, up to 20 % a year: a pool of up to 500,000 to begin with, and a largest one of 0 to 5
/// years. They make withdrawals, reinvestment, and quarters in which nothing may leave.
pub fn flows() -> BoxedStrategy<Expenses> {
    let percent = |range: std::ops::RangeInclusive<i64>| range.prop_map(|p| Percent::new(Decimal::new(p, 1)));
    let in_range = "a percentage in range";
    let rule = prop_oneof![
        3 => percent(0..=200).prop_map(move |p| Spending::Published(Published::new(p).expect(in_range))),
        1 => percent(1..=100).prop_map(move |p| Spending::Anchored(Anchored::new(p).expect(in_range))),
        1 => percent(1..=100).prop_map(move |p| Spending::Yale(Yale::new(p).expect(in_range))),
        1 => percent(1..=100).prop_map(move |p| Spending::GuytonKlinger(GuytonKlinger::new(p).expect(in_range))),
    ];
    let pool = prop_oneof![1 => Just(0), 1 => 0..500_000_i64];
    let knowledge = prop_oneof![Just(Knowledge::PointInTime), Just(Knowledge::Final)];
    (rule, pool, 0..=50_i64, knowledge)
        .prop_map(|(rule, pool, years, knowledge)| Expenses {
            rule,
            initial_pool: pool.into(),
            pool_years: Decimal::new(years, 1),
            knowledge,
        })
        .boxed()
}
