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
mod leverage;
mod overview;
mod rate;
mod returns;
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
    let account = run.sources.account.iter().map(|account| actual::page(account, run.record.base()));
    let mut written = pages.into_iter().map(|page| page(run)).collect::<Result<Vec<_>, _>>()?;
    // Before what is estimated and the words, which end the menu.
    let place = written.len().saturating_sub(2);
    written.splice(place..place, account);
    Ok(written)
}
