//! Laws of leverage rules, one by one: those that the rustdoc of [`LeverageRule`] states; and of leverage itself, which is not free.
//!
//! Those of rules take what makes the rule, a new one for every try, from a whole path. A rule needs no path when it is made and ignores
//! it: `|_| MyRule::new()`. One that is fitted to history gets later months here, and [`no_look_ahead`] catches what it must not use.

use allweather_leverage::{LeverageError, LeverageRule, UnleveredPath};
use proptest::prelude::*;

use super::told::Told;
use crate::{
    Broken, Settings,
    check::{Finding, Law, check},
    generate::{self, UnleveredMonths},
};

/// Checks all laws that every leverage rule must hold: [`answers`], [`a_multiple`], [`no_memory`] and [`no_look_ahead`].
///
/// [`any_order_of_months`] is a law of its own: a rule may go by what came last. [`no_free_leverage`], [`as_published`] and
/// [`no_early_ruin`] are laws of whatever applies the multiple.
///
/// ```
/// use allweather_portfolio::leverage::{LeverageError, LeverageRule, UnleveredPath};
/// use allweather_testkit::laws;
///
/// /// Twice, once there are three years to look back on.
/// #[derive(Debug)]
/// struct TwiceWhenSeasoned;
/// impl LeverageRule for TwiceWhenSeasoned {
///     fn multiple(&self, path: &UnleveredPath<'_>) -> Result<f64, LeverageError> {
///         Ok(if path.months() < 36 { 1.0 } else { 2.0 })
///     }
/// }
/// laws::leverage_rule(|| TwiceWhenSeasoned)?;
/// # Ok::<(), allweather_testkit::Broken>(())
/// ```
///
/// # Errors
///
/// [`Broken`] with the first law that does not hold and the smallest path found that shows it.
pub fn leverage_rule<R: LeverageRule>(make: impl Fn() -> R) -> Result<(), Broken> {
    all(&Settings::default(), make)
}

/// As [`leverage_rule`], with [`Settings`].
///
/// # Errors
///
/// As [`leverage_rule`].
pub fn all<R: LeverageRule>(settings: &Settings, make: impl Fn() -> R) -> Result<(), Broken> {
    all_fitted(settings, |_| make())
}

/// The same for a rule that is made from a path: of past and future, of which it must not use the future.
///
/// # Errors
///
/// As [`leverage_rule`].
pub fn fitted<R: LeverageRule>(make: impl Fn(&UnleveredPath<'_>) -> R) -> Result<(), Broken> {
    all_fitted(&Settings::default(), make)
}

/// As [`fitted`], with [`Settings`].
///
/// # Errors
///
/// As [`leverage_rule`].
pub fn all_fitted<R: LeverageRule>(
    settings: &Settings,
    make: impl Fn(&UnleveredPath<'_>) -> R,
) -> Result<(), Broken> {
    answers(settings, &make)?;
    a_multiple(settings, &make)?;
    no_memory(settings, &make)?;
    no_look_ahead(settings, &make)
}

/// There is a path to which the rule has an answer: otherwise the other laws would say nothing.
///
/// # Errors
///
/// [`Broken`] when no path was found.
pub fn answers<R: LeverageRule>(
    settings: &Settings,
    make: impl Fn(&UnleveredPath<'_>) -> R,
) -> Result<(), Broken> {
    let law = Law { name: "answers", words: "the rule has a multiple for some path." };
    let answered = std::cell::Cell::new(false);
    let reason = std::cell::RefCell::new(String::new());
    check(law, settings, &generate::unlevered_months(), |months| {
        let path = path(months)?;
        match make(&path).multiple(&path) {
            Ok(_) => answered.set(true),
            Err(error) => *reason.borrow_mut() = format!(": at last, {error}"),
        }
        Ok(())
    })?;
    if answered.get() {
        return Ok(());
    }
    let happened = format!("it never had one{}", reason.take());
    let finding = Finding::new("a multiple for one path at least", happened);
    // One more case, so that the report is like every other.
    check(law, &settings.clone().with_cases(1), &generate::unlevered_months(), |_| Err(finding.clone()))
}

/// An answer is finite and 1 or more.
///
/// # Errors
///
/// [`Broken`] with a path whose multiple is none.
pub fn a_multiple<R: LeverageRule>(
    settings: &Settings,
    make: impl Fn(&UnleveredPath<'_>) -> R,
) -> Result<(), Broken> {
    let words = "an answer is finite and 1 or more; a rule without an answer says so with an error.";
    check(Law { name: "a multiple", words }, settings, &generate::unlevered_months(), |months| {
        let path = path(months)?;
        match make(&path).multiple(&path) {
            Ok(multiple) if !(multiple.is_finite() && multiple >= 1.0) => {
                Err(Finding::new("a multiple of 1 or more, or none", format!("{multiple}")))
            }
            _ => Ok(()),
        }
    })
}

/// The same path gives the same answer, however often and in whatever order it is asked.
///
/// # Errors
///
/// [`Broken`] with a path, and its two answers.
pub fn no_memory<R: LeverageRule>(
    settings: &Settings,
    make: impl Fn(&UnleveredPath<'_>) -> R,
) -> Result<(), Broken> {
    let words = "the same path gives the same answer, however often and in whatever order it is asked.";
    check(Law { name: "no memory", words }, settings, &generate::unlevered_months(), |months| {
        let path = path(months)?;
        let used = make(&path);
        for length in 0..=months.invested.len() {
            // What shorter paths answer is not looked at: only what they leave behind.
            let _ = used.multiple(&self::path(&months.first(length))?);
        }
        let alone = make(&path).multiple(&path);
        for there in ["asked after shorter paths", "asked after shorter paths, and again"] {
            must_be(&alone, &used.multiple(&path), "asked alone", there)?;
        }
        Ok(())
    })
}

/// Months after a path change no answer to it.
///
/// # Errors
///
/// [`Broken`] with a path, the months after it, and the two answers.
pub fn no_look_ahead<R: LeverageRule>(
    settings: &Settings,
    make: impl Fn(&UnleveredPath<'_>) -> R,
) -> Result<(), Broken> {
    let words = "the answer to a path does not change with the months that come after it.";
    // The place first: proptest makes the parts of a tuple smaller in turn, and does not come back.
    let cases = (0..=36_usize, generate::unlevered_months()).prop_map(|(known, months)| {
        let known = known.min(months.invested.len());
        Told::new((months, known), |(months, known)| {
            format!("asked after the first {known} of these months\n{months:?}")
        })
    });
    check(Law { name: "no look-ahead", words }, settings, &cases, |told| {
        let (months, known) = &told.case;
        let past = months.first(*known);
        let (past, whole) = (path(&past)?, path(months)?);
        let (here, there) = ("made from the months up to then", "made from the later ones too");
        must_be(&make(&past).multiple(&past), &make(&whole).multiple(&past), here, there)
    })
}

/// The order of the months does not count.
///
/// Not part of [`leverage_rule`]: a rule may go by what came last.
///
/// # Errors
///
/// [`Broken`] with a path, and its answers forwards and backwards.
pub fn any_order_of_months<R: LeverageRule>(
    settings: &Settings,
    make: impl Fn(&UnleveredPath<'_>) -> R,
) -> Result<(), Broken> {
    let words = "the same months in another order give the same answer.";
    check(Law { name: "any order of months", words }, settings, &generate::unlevered_months(), |months| {
        let mut turned = months.clone();
        for series in [&mut turned.invested, &mut turned.unreinvested, &mut turned.funding] {
            series.reverse();
        }
        let (path, turned) = (path(months)?, self::path(&turned)?);
        let (one, other) = (make(&path).multiple(&path), make(&turned).multiple(&turned));
        match (&one, &other) {
            (Ok(one), Ok(other)) if (one - other).abs() <= 1e-9 * one.abs() => Ok(()),
            // An error may name the month, and that one has moved.
            (Err(_), Err(_)) => Ok(()),
            _ => must_be(&one, &other, "forwards", "backwards"),
        }
    })
}

/// Leverage costs what is borrowed, at least; at 1× nothing is borrowed. For what applies a multiple to a path, of this project or
/// your own: it answers with the change of each month.
///
/// ```text
/// levered = change + unreinvested                        at L = 1
/// levered ≤ change · L − funding · (L − 1) + unreinvested    the lender's charge
/// levered ≥ (change − funding) · L + unreinvested            the published charge, which is the highest
/// ```
///
/// ```
/// use allweather_portfolio::leverage::{Charge, LeverageError, UnleveredPath, paths};
/// use allweather_testkit::{Settings, laws};
/// let published = |path: &UnleveredPath<'_>, multiple| {
///     let one = |series: ndarray::ArrayView1<'_, f64>| series.insert_axis(ndarray::Axis(0)).to_owned();
///     let (change, rest) = (one(path.invested()), one(path.unreinvested()));
///     let levered = paths::levered(&change, &rest, path.funding(), multiple, Charge::WholePosition)?;
///     Ok::<_, LeverageError>(levered.into_iter().collect::<Vec<f64>>())
/// };
/// laws::leverage_rule::no_free_leverage(&Settings::default(), published)?;
/// laws::leverage_rule::as_published(&Settings::default(), published)?;
/// # Ok::<(), allweather_testkit::Broken>(())
/// ```
///
/// # Errors
///
/// [`Broken`] with a path, a multiple, and the month that is too good or too bad.
pub fn no_free_leverage<E: std::error::Error>(
    settings: &Settings,
    levered: impl Fn(&UnleveredPath<'_>, f64) -> Result<Vec<f64>, E>,
) -> Result<(), Broken> {
    let words = "whatever is borrowed is paid for, at the funding rate and on the whole position at most.";
    let law = Law { name: "no free leverage", words };
    applied(law, settings, levered, |change, funding, multiple| {
        (change * multiple - funding * multiple, change * multiple - funding * (multiple - 1.0))
    })
}

/// The published charge to the letter: the funding rate on the whole position, and nothing at 1×.
///
/// # Errors
///
/// As [`no_free_leverage`].
///
/// # Source
///
/// Published method, §5.
pub fn as_published<E: std::error::Error>(
    settings: &Settings,
    levered: impl Fn(&UnleveredPath<'_>, f64) -> Result<Vec<f64>, E>,
) -> Result<(), Broken> {
    let words = "the funding rate is charged on the whole position, not on what was borrowed; at 1× there is no charge.";
    let law = Law { name: "as published", words };
    applied(law, settings, levered, |change, funding, multiple| {
        ((change - funding) * multiple, (change - funding) * multiple)
    })
}

/// Checks each levered month between the two bounds of what the invested part may come to.
fn applied<E: std::error::Error>(
    law: Law,
    settings: &Settings,
    levered: impl Fn(&UnleveredPath<'_>, f64) -> Result<Vec<f64>, E>,
    bounds: impl Fn(f64, f64, f64) -> (f64, f64),
) -> Result<(), Broken> {
    let multiple = prop_oneof![1 => Just(10), 4 => 11..=100_u32].prop_map(|tenths| f64::from(tenths) / 10.0);
    let cases = (multiple, generate::unlevered_months()).prop_map(|(multiple, months)| {
        Told::new((months, multiple), |(months, multiple)| format!("at {multiple} times\n{months:?}"))
    });
    check(law, settings, &cases, |told| {
        let (months, multiple) = &told.case;
        let levered = levered(&path(months)?, *multiple).map_err(|e| Finding::error(&e))?;
        if levered.len() != months.invested.len() {
            let expected = format!("{} levered months", months.invested.len());
            return Err(Finding::new(expected, format!("{}", levered.len())));
        }
        for (month, levered) in levered.into_iter().enumerate() {
            let (change, rest) = (months.invested[month], months.unreinvested[month]);
            let (least, most) = if *multiple > 1.0 {
                bounds(change, months.funding[month], *multiple)
            } else {
                (change, change)
            };
            let (least, most) = (least + rest, most + rest);
            if !(levered >= least - 1e-12 && levered <= most + 1e-12) {
                let between = if least < most { format!("{least} to {most}") } else { format!("{most}") };
                let expected = format!("a change of {between} in month {month} at {multiple} times");
                return Err(Finding::new(expected, format!("{levered}")));
            }
        }
        Ok(())
    })
}

/// A path is lost in the first month whose change takes all that is there, and not before: 2× does not die of a fall by a half.
///
/// For what finds the month of ruin in levered changes, of this project or your own: months count from 0.
///
/// # Errors
///
/// [`Broken`] with the changes, and the two months.
pub fn no_early_ruin<E: std::error::Error>(
    settings: &Settings,
    ruined_in: impl Fn(&[f64]) -> Result<Option<usize>, E>,
) -> Result<(), Broken> {
    let words = "wealth ends in the first month whose change is -100 % or worse, and not before.";
    let change = prop_oneof![4 => -99..=100_i32, 1 => -150..=-80_i32].prop_map(|p| f64::from(p) / 100.0);
    let cases = proptest::collection::vec(change, 0..=12).prop_map(|changes| {
        Told::new(changes, |changes| format!("changes {}", crate::table::numbers(changes)))
    });
    check(Law { name: "no early ruin", words }, settings, &cases, |told| {
        let expected = told.case.iter().position(|change| *change <= -1.0);
        let found = ruined_in(&told.case).map_err(|e| Finding::error(&e))?;
        let words = |month: Option<usize>| {
            month.map_or("no ruin".to_owned(), |month| format!("ruin in month {month}"))
        };
        if found == expected { Ok(()) } else { Err(Finding::new(words(expected), words(found))) }
    })
}

type Answer = Result<f64, LeverageError>;

fn path(months: &UnleveredMonths) -> Result<UnleveredPath<'_>, Finding> {
    months.path().map_err(|e| Finding::error(&e))
}

fn must_be(one: &Answer, other: &Answer, here: &str, there: &str) -> Result<(), Finding> {
    // To the bit: a multiple that is no number is the affair of another law.
    let same = match (one, other) {
        (Ok(one), Ok(other)) => one.to_bits() == other.to_bits(),
        (one, other) => one == other,
    };
    if same {
        return Ok(());
    }
    let shown = |answer: &Answer| match answer {
        Ok(multiple) => format!("{multiple}"),
        Err(error) => format!("no multiple ({error})"),
    };
    Err(Finding::new(format!("{here}: {}", shown(one)), format!("{there}: {}", shown(other))))
}
