//! Laws of a ledger of living expenses, one by one: what the published text says of every quarter.
//!
//! Each takes what settles drawn quarters, and answers with a line for each: the ledger of this project
//! ([`Quarters::by_ledger`](crate::generate::Quarters::by_ledger)), or a program of your own.

use allweather_core::Quarter;
use rust_decimal::Decimal;

use crate::{
    BookLine, Broken, PublishedBook, Settings,
    check::{Finding, Law, check},
    generate::{self, Quarters},
};

/// Checks all laws of a ledger: [`accounted`], [`halts`], [`pool`], [`capital`] and [`as_published`].
///
/// ```
/// use allweather_testkit::{generate::Quarters, laws};
/// laws::ledger(Quarters::by_ledger)?;
/// # Ok::<(), allweather_testkit::Broken>(())
/// ```
///
/// # Errors
///
/// [`Broken`] with the first law that does not hold and the smallest run of quarters found that shows it.
pub fn ledger<E: std::error::Error>(
    settle: impl Fn(&Quarters) -> Result<Vec<BookLine>, E>,
) -> Result<(), Broken> {
    all(&Settings::default(), settle)
}

/// As [`ledger`], with [`Settings`].
///
/// # Errors
///
/// As [`ledger`].
pub fn all<E: std::error::Error>(
    settings: &Settings,
    settle: impl Fn(&Quarters) -> Result<Vec<BookLine>, E>,
) -> Result<(), Broken> {
    accounted(settings, &settle)?;
    halts(settings, &settle)?;
    pool(settings, &settle)?;
    capital(settings, &settle)?;
    as_published(settings, &settle)
}

/// Everything that ever left is consumed, in the pool, or back; to the last digit.
///
/// ```text
/// Σ withdrawn = Σ consumption + Σ reinvested + Δpool − Σ shortfall
/// ```
///
/// # Errors
///
/// [`Broken`] with quarters, and the one by which money appeared or vanished.
pub fn accounted<E: std::error::Error>(
    settings: &Settings,
    settle: impl Fn(&Quarters) -> Result<Vec<BookLine>, E>,
) -> Result<(), Broken> {
    let words = "everything that left equals what was consumed, reinvested and put into the pool, less the shortfall.";
    each(Law { name: "accounted", words }, settings, settle, |before, _, line| {
        let used = line.consumption + line.reinvested + line.pool - before.pool - line.shortfall;
        must(line.withdrawn == used, || (format!("{used} withdrawn"), format!("{}", line.withdrawn)))
    })
}

/// Withdrawals are halted exactly when the gain after costs is not above 0; then nothing is withdrawn, and otherwise all of it.
///
/// # Errors
///
/// [`Broken`] with quarters, and the one that was halted and should not have been, or the other way round.
pub fn halts<E: std::error::Error>(
    settings: &Settings,
    settle: impl Fn(&Quarters) -> Result<Vec<BookLine>, E>,
) -> Result<(), Broken> {
    let words = "under water or even, nothing is withdrawn; in profit, all that is above invested capital.";
    each(Law { name: "halts", words }, settings, settle, |_, net, line| {
        let expected = (net.max(Decimal::ZERO), net <= Decimal::ZERO);
        let shown = |(withdrawn, halted)| {
            format!("{withdrawn} withdrawn, {}halted", if halted { "" } else { "not " })
        };
        must((line.withdrawn, line.halted) == expected, || {
            (shown(expected), shown((line.withdrawn, line.halted)))
        })
    })
}

/// The pool is never negative, never above its cap of the quarter before unless it was already, and never left while expenses are
/// short.
///
/// # Errors
///
/// [`Broken`] with quarters, and the pool that broke its bounds.
pub fn pool<E: std::error::Error>(
    settings: &Settings,
    settle: impl Fn(&Quarters) -> Result<Vec<BookLine>, E>,
) -> Result<(), Broken> {
    let words =
        "the pool is never negative, does not grow above its cap, and is empty when expenses are short.";
    each(Law { name: "pool", words }, settings, settle, |before, _, line| {
        let cap = before.pool_cap.unwrap_or(line.pool_cap);
        let highest = cap.max(before.pool);
        let empty = line.shortfall.is_zero() || line.pool.is_zero();
        let holds =
            line.pool >= Decimal::ZERO && line.shortfall >= Decimal::ZERO && line.pool <= highest && empty;
        must(holds, || {
            let expected = format!("a pool of 0 to {highest}, empty when there is a shortfall");
            (expected, format!("a pool of {} and a shortfall of {}", line.pool, line.shortfall))
        })
    })
}

/// Invested capital grows by what is reinvested and never falls.
///
/// # Errors
///
/// [`Broken`] with quarters, and the one after which invested capital is not what it must be.
pub fn capital<E: std::error::Error>(
    settings: &Settings,
    settle: impl Fn(&Quarters) -> Result<Vec<BookLine>, E>,
) -> Result<(), Broken> {
    let words = "invested capital grows by what is reinvested and never falls.";
    each(Law { name: "capital", words }, settings, settle, |before, _, line| {
        let grown = before.invested + line.reinvested;
        let holds = line.invested_capital == grown && line.reinvested >= Decimal::ZERO;
        must(holds, || {
            let expected = format!("invested capital of {grown} or more than {} before", before.invested);
            (expected, format!("{}, of which {} reinvested", line.invested_capital, line.reinvested))
        })
    })
}

/// Every figure of every quarter is that of [`PublishedBook`], to the last digit.
///
/// # Errors
///
/// [`Broken`] with quarters, and the first figure that differs.
pub fn as_published<E: std::error::Error>(
    settings: &Settings,
    settle: impl Fn(&Quarters) -> Result<Vec<BookLine>, E>,
) -> Result<(), Broken> {
    let words = "every figure of every quarter is what the published text says.";
    check(Law { name: "as published", words }, settings, &generate::quarters(), |quarters| {
        let mut book = PublishedBook::new(&quarters.terms);
        for ((quarter, amounts), line) in quarters.iter().zip(lines(quarters, &settle)?) {
            let rates = quarters.rates_to(quarter);
            let published =
                book.settle(rates, amounts.gain, amounts.costs).map_err(|e| Finding::error(&e))?;
            for ((name, expected), (_, found)) in named(&published).into_iter().zip(named(&line)) {
                if expected != found {
                    let expected = format!("{name} of {quarter} = {}", expected.normalize());
                    return Err(Finding::new(expected, format!("{}", found.normalize())));
                }
            }
        }
        Ok(())
    })
}

fn named(line: &BookLine) -> [(&'static str, Decimal); 11] {
    [
        ("annual expense", line.annual_expense),
        ("consumption", line.consumption),
        ("cap of the pool", line.pool_cap),
        ("headroom", line.headroom),
        ("excess return", line.excess),
        ("reinvestment", line.reinvested),
        ("withdrawal", line.withdrawn),
        ("pool", line.pool),
        ("shortfall", line.shortfall),
        ("halt (1 is yes)", Decimal::from(u8::from(line.halted))),
        ("invested capital", line.invested_capital),
    ]
}

/// What was so before a quarter.
struct Before {
    pool: Decimal,
    invested: Decimal,
    pool_cap: Option<Decimal>,
}

fn lines<E: std::error::Error>(
    quarters: &Quarters,
    settle: impl Fn(&Quarters) -> Result<Vec<BookLine>, E>,
) -> Result<Vec<BookLine>, Finding> {
    let lines = settle(quarters).map_err(|e| Finding::error(&e))?;
    if lines.len() == quarters.quarters.len() {
        return Ok(lines);
    }
    let expected = format!("{} quarters", quarters.quarters.len());
    Err(Finding::new(expected, format!("{} lines", lines.len())))
}

/// Checks each quarter by what was before it, its gain after costs, and its line.
fn each<E: std::error::Error>(
    law: Law,
    settings: &Settings,
    settle: impl Fn(&Quarters) -> Result<Vec<BookLine>, E>,
    holds: impl Fn(&Before, Decimal, &BookLine) -> Result<(), Finding>,
) -> Result<(), Broken> {
    check(law, settings, &generate::quarters(), |quarters| {
        let terms = &quarters.terms;
        let mut before =
            Before { pool: terms.initial_pool(), invested: terms.initial_capital(), pool_cap: None };
        for ((quarter, amounts), line) in quarters.iter().zip(lines(quarters, &settle)?) {
            let in_quarter = |finding: Finding| located(finding, quarter);
            holds(&before, amounts.gain - amounts.costs, &line).map_err(in_quarter)?;
            before =
                Before { pool: line.pool, invested: line.invested_capital, pool_cap: Some(line.pool_cap) };
        }
        Ok(())
    })
}

fn must(holds: bool, words: impl Fn() -> (String, String)) -> Result<(), Finding> {
    if holds {
        return Ok(());
    }
    let (expected, happened) = words();
    Err(Finding::new(expected, happened))
}

fn located(finding: Finding, quarter: Quarter) -> Finding {
    Finding { expected: format!("in {quarter}: {}", finding.expected), ..finding }
}
