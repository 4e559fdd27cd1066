use std::cell::Cell;

use allweather_portfolio::rebalance::DriftBand;
use allweather_testkit::{Settings, laws};

/// How often a law makes a rule, which is once a case for a law without another rule.
fn made(settings: &Settings) -> u32 {
    let count = Cell::new(0);
    laws::rebalancer::weights(settings, |_| {
        count.set(count.get() + 1);
        DriftBand::published()
    })
    .unwrap();
    count.get()
}

#[test]
fn a_law_is_tried_on_as_many_cases_as_are_set() {
    assert_eq!(made(&Settings::default().with_cases(5)), 5);
    assert_eq!(Settings::default().with_cases(0).cases(), 1);
}

#[test]
fn settings_hold_what_was_set() {
    let settings = Settings::default().with_cases(9).with_seed(3).with_shrinks(2);
    assert_eq!((settings.cases(), settings.seed(), settings.shrinks()), (9, 3, 2));
}
