//! The laws of spending rules hold for ours, and each catches a rule that is broken on purpose.

use std::sync::atomic::{AtomicUsize, Ordering};

use allweather_portfolio::{
    cashflow::{
        Anchored, CashflowError, GuytonKlinger, Published, Spending, SpendingRule, SpendingYear, Yale,
    },
    core::Percent,
};
use allweather_testkit::{Broken, Settings, laws};
use rust_decimal::dec;

#[test]
fn our_rules_hold_all_laws() -> Result<(), Broken> {
    for initial in [dec!(0), dec!(0.5), dec!(4), dec!(100)].map(Percent::new) {
        laws::spending_rule(|| Published::new(initial).unwrap())?;
        laws::spending_rule(|| Anchored::new(initial).unwrap())?;
        laws::spending_rule(|| Yale::new(initial).unwrap())?;
        laws::spending_rule(|| GuytonKlinger::new(initial).unwrap())?;
    }
    laws::spending_rule(Spending::default)?;
    let narrow = |points| Percent::new(points);
    laws::spending_rule(|| {
        let rule = GuytonKlinger::new(narrow(dec!(5))).unwrap();
        rule.with_guardrails(narrow(dec!(0)), narrow(dec!(100))).unwrap()
    })
}

/// A rule whose expense is what a function makes of a year.
struct By<F>(F);

impl<F> std::fmt::Debug for By<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("By")
    }
}

impl<F> SpendingRule for By<F>
where
    F: Fn(&SpendingYear<'_>) -> Result<f64, CashflowError> + Send + Sync,
{
    fn annual_expense(&self, year: &SpendingYear<'_>) -> Result<f64, CashflowError> {
        (self.0)(year)
    }
}

#[test]
fn an_expense_below_nothing() {
    // What is above the initial capital, also when that is less than nothing.
    let broken = laws::spending_rule(|| {
        By(|year: &SpendingYear<'_>| Ok(year.market_value() - year.initial_capital()))
    });
    let broken = broken.unwrap_err();
    assert_eq!(broken.law, "an amount");
    assert_eq!((&*broken.expected, &*broken.happened), ("an expense of 0 or more in year 0", "-1000"));
    let case = "\
initial capital 1000
year  prescribed rate  market value  expense  return
0                   0             0        0       0";
    assert_eq!(broken.case, case);
}

#[test]
fn an_error_where_everything_was_given() {
    let broken = laws::spending_rule(|| {
        By(|year: &SpendingYear<'_>| match year.number() {
            0 => Ok(1.0 * year.initial_capital()),
            _ => Err(CashflowError::from(allweather_portfolio::core::Overflow)),
        })
    });
    let broken = broken.unwrap_err();
    assert_eq!(
        (broken.law, &*broken.expected),
        ("an amount", "an expense in year 1, for which everything was given")
    );
}

#[test]
fn an_expense_that_grows_when_asked() {
    let make = || {
        let asked = AtomicUsize::new(0);
        By(move |year: &SpendingYear<'_>| {
            Ok(0.01 * year.initial_capital() * asked.fetch_add(1, Ordering::Relaxed) as f64)
        })
    };
    let broken = laws::spending_rule(make).unwrap_err();
    assert_eq!((broken.law, broken.number), ("a function", 1));
    assert_eq!(broken.expected, "0 in year 0 when a new rule is asked for it alone");
    assert_eq!(broken.happened, "10 when it is asked twice");
}

#[test]
fn a_year_that_remembers_the_one_before() {
    // Looks right in a run from the first year on, and wrong in any other order.
    let make = || {
        let last = AtomicUsize::new(0);
        By(move |year: &SpendingYear<'_>| {
            let before = last.swap(year.number(), Ordering::Relaxed);
            Ok(year.initial_capital() * if before > year.number() { 0.02 } else { 0.03 })
        })
    };
    let broken = laws::spending_rule(make).unwrap_err();
    assert_eq!(broken.law, "a function");
    assert!(broken.happened.ends_with("when it was asked for other years before"), "{broken}");
    assert!(broken.case.contains("\n1 ") && !broken.case.contains("\n2 "), "{broken}");
}

#[test]
fn a_floor_in_yen() {
    let broken =
        laws::spending_rule(|| By(|year: &SpendingYear<'_>| Ok((0.04 * year.market_value()).max(100.0))));
    let broken = broken.unwrap_err();
    assert_eq!(
        (broken.law, broken.words),
        ("scale", "all money times k, above 0, gives the expense times k.")
    );
    assert_eq!(broken.expected, "k times 100 in year 0");
    assert_eq!(broken.happened, "100 with all money times k");
    assert!(broken.case.starts_with("k = 0.5\ninitial capital 1000\n"), "{broken}");
}

#[test]
fn a_rule_that_begins_in_its_second_year() {
    let late = |year: &SpendingYear<'_>| {
        year.previous_expense().ok_or(CashflowError::Rule { reason: "nothing was spent yet".to_owned() })
    };
    let broken = laws::spending_rule(|| By(late)).unwrap_err();
    assert_eq!(broken.law, "a start");
    assert_eq!(broken.happened, "the spending rule has no expense: nothing was spent yet");
}

#[test]
fn a_rule_fitted_to_later_rates() {
    let broken = laws::spending_rule::fitted(|rates| {
        // The mean of all years smooths the expense, and knows them all.
        let mean = rates.iter().sum::<f64>() / rates.len() as f64;
        By(move |year: &SpendingYear<'_>| Ok(0.03 * (1.0 + mean) * year.initial_capital()))
    });
    let broken = broken.unwrap_err();
    assert_eq!(broken.law, "no look-ahead");
    assert!(broken.expected.ends_with("in year 0, whatever comes later"), "{broken}");
    assert!(broken.case.starts_with("after year 0, rates of "), "{broken}");
}

#[test]
fn a_rule_that_cannot_live_through_a_run() {
    let fails = |_: &SpendingYear<'_>| Err(CashflowError::from(allweather_portfolio::core::Overflow));
    let broken = laws::spending_rule::in_a_run(&Settings::default(), |_| By(fails)).unwrap_err();
    assert_eq!(broken.law, "in a run");
    assert!(broken.happened.starts_with("an error: "), "{broken}");
    // The first quarter's end is enough: four dates at least.
    assert!(broken.case.contains("2020-03"), "{broken}");
}

#[test]
fn two_runs_that_differ() {
    let make = |_: &[f64]| {
        let asked = AtomicUsize::new(0);
        By(move |year: &SpendingYear<'_>| {
            Ok(0.001 * year.initial_capital() * asked.fetch_add(1, Ordering::Relaxed) as f64)
        })
    };
    let broken = laws::spending_rule::in_a_run(&Settings::default(), make).unwrap_err();
    assert_eq!(broken.expected, "an annual expense of 0 in 2020Q1");
    assert_eq!(broken.happened, "1000 in a second run under the same rule");
}
