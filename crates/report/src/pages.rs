//! The pages: each reads a run and says what is on it.
#![expect(clippy::unnecessary_wraps, reason = "all pages have one form, and some of them can fail")]

use crate::{Page, ReportError, run::Run};

mod actual;
mod costs;
mod currency;
mod decisions;
mod estimates;
mod expenses;
mod glossary;
mod holdings;
mod iterations;
mod leverage;
mod overview;
mod rate;
mod returns;
mod study;
mod taxes;
mod tournament;
mod weather;

/// What writes a page.
type Writer = fn(&Run<'_>) -> Result<Page, ReportError>;

/// All pages in the order of the menu.
pub(crate) fn all(run: &Run<'_>) -> Result<Vec<Page>, ReportError> {
    let pages: [Writer; 12] = [
        overview::page,
        returns::page,
        expenses::page,
        rate::page,
        weather::page,
        holdings::page,
        currency::page,
        costs::page,
        leverage::page,
        decisions::page,
        estimates::page,
        glossary::page,
    ];
    let mut pages: Vec<Page> = pages.into_iter().map(|page| page(run)).collect::<Result<_, _>>()?;
    if let Some((ledger, live)) = run.sources.iterations {
        // Before what is listed: decisions, what is estimated, words.
        pages.insert(pages.len().saturating_sub(3), iterations::page(run, ledger, live));
    }
    // Behind the costs; only where there is something to say.
    let place = pages.iter().position(|page| page.id == "leverage").unwrap_or(pages.len());
    pages.splice(place..place, taxes::page(run));
    if let Some((study, results)) = run.sources.study {
        pages.insert(pages.len().saturating_sub(3), study::page(study, results)?);
    }
    if let Some(standings) = run.sources.tournament {
        // Before what is listed: decisions, what is estimated, words.
        pages.insert(pages.len().saturating_sub(3), tournament::page(standings));
    }
    let account = run.sources.account.iter().map(|account| actual::page(run, account));
    // Before what is estimated and the words, which end the menu.
    let place = pages.len().saturating_sub(2);
    pages.splice(place..place, account);
    Ok(pages)
}
