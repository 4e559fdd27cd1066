//! The laws of leverage rules and of leverage hold for ours, and each catches one that is broken on purpose.

use std::sync::atomic::{AtomicUsize, Ordering};

use allweather_portfolio::leverage::{
    Charge, Fixed, GrowthOptimal, HalfOptimalF, LeverageError, LeverageRule, UnleveredPath, VinceOptimalF,
    paths,
};
use allweather_testkit::{Broken, Settings, laws};
use ndarray::Axis;

fn levered(path: &UnleveredPath<'_>, multiple: f64, charge: Charge) -> Result<Vec<f64>, LeverageError> {
    let (invested, unreinvested) =
        (path.invested().insert_axis(Axis(0)), path.unreinvested().insert_axis(Axis(0)));
    Ok(paths::levered(invested, unreinvested, path.funding(), multiple, charge)?.into_iter().collect())
}

#[test]
fn our_rules_hold_all_laws() -> Result<(), Broken> {
    let settings = Settings::default();
    for multiple in [1.0, 2.0, 5.0] {
        laws::leverage_rule(|| Fixed::new(multiple).unwrap())?;
        laws::leverage_rule::any_order_of_months(&settings, |_| Fixed::new(multiple).unwrap())?;
    }
    laws::leverage_rule(|| HalfOptimalF)?;
    laws::leverage_rule(|| VinceOptimalF)?;
    laws::leverage_rule(|| GrowthOptimal)?;
    laws::leverage_rule::any_order_of_months(&settings, |_| VinceOptimalF)?;
    laws::leverage_rule::any_order_of_months(&settings, |_| GrowthOptimal)
}

#[test]
fn our_leverage_is_paid_for() -> Result<(), Broken> {
    let settings = Settings::default();
    let whole = |path: &UnleveredPath<'_>, multiple| levered(path, multiple, Charge::WholePosition);
    laws::leverage_rule::no_free_leverage(&settings, whole)?;
    laws::leverage_rule::as_published(&settings, whole)?;
    let borrowed = |path: &UnleveredPath<'_>, multiple| levered(path, multiple, Charge::BorrowedPart);
    laws::leverage_rule::no_free_leverage(&settings, borrowed)?;
    laws::leverage_rule::no_early_ruin(&settings, |changes| {
        paths::wealth(changes).map(|wealth| wealth.ruined_in)
    })
}

/// The published f goes by the largest loss as an amount, which depends on when it came.
#[test]
fn the_published_f_depends_on_the_order_of_months() {
    let broken =
        laws::leverage_rule::any_order_of_months(&Settings::default(), |_| HalfOptimalF).unwrap_err();
    assert!(broken.expected.starts_with("forwards: "), "{broken}");
}

/// A rule whose multiple is what a function makes of a path.
struct By<F>(F);

impl<F> std::fmt::Debug for By<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("By")
    }
}

impl<F> LeverageRule for By<F>
where
    F: Fn(&UnleveredPath<'_>) -> Result<f64, LeverageError> + Send + Sync,
{
    fn multiple(&self, path: &UnleveredPath<'_>) -> Result<f64, LeverageError> {
        (self.0)(path)
    }
}

fn none(reason: &str) -> LeverageError {
    LeverageError::Rule { reason: reason.to_owned() }
}

#[test]
fn a_rule_that_never_answers() {
    let broken =
        laws::leverage_rule(|| By(|_: &UnleveredPath<'_>| Err(none("not in this market")))).unwrap_err();
    assert_eq!(broken.law, "answers");
    assert!(broken.happened.ends_with("at last, the rule has no multiple: not in this market"), "{broken}");
}

#[test]
fn a_number_that_stands_for_none() {
    let sharpe = |path: &UnleveredPath<'_>| Ok(1.0 + path.invested().sum() / path.invested().std(0.0));
    let broken = laws::leverage_rule(|| By(sharpe)).unwrap_err();
    assert_eq!((broken.law, &*broken.happened), ("a multiple", "NaN"));
    assert_eq!(broken.case, "a path without months");
    // Less than 1 is not for a leverage rule to say.
    let broken = laws::leverage_rule(|| By(|_: &UnleveredPath<'_>| Ok(0.5))).unwrap_err();
    assert_eq!((broken.law, &*broken.happened), ("a multiple", "0.5"));
}

#[test]
fn a_rule_that_remembers_its_highest_multiple() {
    let make = || {
        let most = AtomicUsize::new(0);
        By(move |path: &UnleveredPath<'_>| {
            let wins = path.invested().iter().filter(|change| **change > 0.0).count();
            let first = path.invested().first().is_some_and(|change| *change > 0.05);
            let now = if first { wins } else { 0 } + usize::from(path.months() == 1);
            Ok(1.0 + most.fetch_max(now, Ordering::Relaxed).max(now) as f64)
        })
    };
    let broken = laws::leverage_rule(make).unwrap_err();
    assert_eq!(broken.law, "no memory");
    assert_eq!((&*broken.expected, &*broken.happened), ("asked alone: 1", "asked after shorter paths: 2"));
    assert_eq!(broken.case.lines().count(), 3, "{broken}");
}

#[test]
fn a_multiple_fitted_to_months_to_come() {
    let broken = laws::leverage_rule::fitted(|whole| {
        let mean = whole.invested().mean().unwrap_or_default();
        By(move |_: &UnleveredPath<'_>| Ok(if mean > 0.0 { 2.0 } else { 1.0 }))
    });
    let broken = broken.unwrap_err();
    assert_eq!(broken.law, "no look-ahead");
    assert_eq!(broken.expected, "made from the months up to then: 1");
    let case = "\
asked after the first 0 of these months
month  invested  unreinvested  funding
0        0.0001             0        0";
    assert_eq!(broken.case, case);
}

#[test]
fn a_rule_that_goes_by_the_last_month() {
    let last = |path: &UnleveredPath<'_>| Ok(if path.invested().last() > Some(&0.0) { 2.0 } else { 1.0 });
    laws::leverage_rule(|| By(last)).unwrap();
    let broken = laws::leverage_rule::any_order_of_months(&Settings::default(), |_| By(last)).unwrap_err();
    assert_eq!(broken.case.lines().count(), 3, "{broken}");
}

#[test]
fn leverage_that_is_free() {
    let free = |path: &UnleveredPath<'_>, multiple: f64| {
        let months = path.invested().into_iter().zip(path.unreinvested());
        Ok::<_, LeverageError>(months.map(|(change, rest)| change * multiple + rest).collect())
    };
    let broken = laws::leverage_rule::no_free_leverage(&Settings::default(), free).unwrap_err();
    assert!(broken.expected.starts_with("a change of -0.00011"), "{broken}");
    assert!(broken.expected.ends_with(" in month 0 at 1.1 times"), "{broken}");
    assert_eq!(broken.happened, "0");
    let case = "\
at 1.1 times
month  invested  unreinvested  funding
0             0             0   0.0001";
    assert_eq!(broken.case, case);
}

#[test]
fn a_charge_at_one_times() {
    // The formula applied where it does not apply: nobody lent anything.
    let always = |path: &UnleveredPath<'_>, multiple: f64| {
        let months = path.invested().into_iter().zip(path.unreinvested()).zip(path.funding());
        let levered = months.map(|((change, rest), funding)| (change - funding) * multiple + rest);
        Ok::<_, LeverageError>(levered.collect())
    };
    let broken = laws::leverage_rule::no_free_leverage(&Settings::default(), always).unwrap_err();
    assert_eq!(broken.expected, "a change of 0 in month 0 at 1 times");
}

#[test]
fn a_charge_on_the_borrowed_part_is_not_the_published_one() {
    let borrowed = |path: &UnleveredPath<'_>, multiple| levered(path, multiple, Charge::BorrowedPart);
    let broken = laws::leverage_rule::as_published(&Settings::default(), borrowed).unwrap_err();
    assert_eq!(broken.law, "as published");
    assert!(broken.expected.starts_with("a change of -0.00011"), "{broken}");
}

#[test]
fn twice_as_much_does_not_die_of_a_half() {
    let half = |changes: &[f64]| Ok::<_, LeverageError>(changes.iter().position(|change| *change <= -0.5));
    let broken = laws::leverage_rule::no_early_ruin(&Settings::default(), half).unwrap_err();
    assert_eq!((&*broken.expected, &*broken.happened), ("no ruin", "ruin in month 0"));
    assert_eq!(broken.case, "changes [-0.5]");
}
