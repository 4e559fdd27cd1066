use allweather_core::{Number, Percent, Rate};
use serde::{Deserialize, Serialize};

use crate::terms::share;
use crate::{CashflowError, SpendingRule, SpendingYear};

mod anchored;
mod guyton_klinger;
mod published;
mod yale;

pub use anchored::Anchored;
pub use guyton_klinger::GuytonKlinger;
pub use published::Published;
pub use yale::Yale;

/// A spending rule by name, as a spec file writes it: `{"rule":"yale","initial":"4.5"}`.
///
/// ```
/// use allweather_cashflow::{Published, Spending, SpendingRule, SpendingYear};
/// let rule = Spending::Published(Published::default());
/// let expense = rule.annual_expense(&SpendingYear::new(1000.0, &[0.05], 1000.0)?)?;
/// assert_eq!(expense, 31.5);
/// # Ok::<(), allweather_cashflow::CashflowError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "rule", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Spending {
    /// The rule of the published method.
    Published(Published),
    /// Last year's expense and inflation.
    Anchored(Anchored),
    /// The smoothing rule of Yale's endowment.
    Yale(Yale),
    /// The guardrails of Guyton and Klinger.
    GuytonKlinger(GuytonKlinger),
}

impl SpendingRule for Spending {
    fn annual_expense(&self, year: &SpendingYear<'_>) -> Result<f64, CashflowError> {
        match self {
            Self::Published(rule) => rule.annual_expense(year),
            Self::Anchored(rule) => rule.annual_expense(year),
            Self::Yale(rule) => rule.annual_expense(year),
            Self::GuytonKlinger(rule) => rule.annual_expense(year),
        }
    }
}

impl Default for Spending {
    fn default() -> Self {
        Self::Published(Published::default())
    }
}

fn initial_share(initial: Percent) -> Result<Percent, CashflowError> {
    share("the initial expense in percent", initial)
}

fn fraction(percent: Percent) -> f64 {
    Rate::from_percent(percent).to_f64()
}

fn first_expense(initial: Percent, year: &SpendingYear<'_>) -> Result<f64, CashflowError> {
    Ok(fraction(initial).times(year.initial_capital())?)
}

/// `None` in the first year.
fn previous_expense(year: &SpendingYear<'_>) -> Result<Option<f64>, CashflowError> {
    if year.number() == 0 {
        return Ok(None);
    }
    year.previous_expense().map(Some).ok_or(missing(year))
}

fn missing(year: &SpendingYear<'_>) -> CashflowError {
    CashflowError::MissingHistory { number: year.number() }
}

fn raised(expense: f64, year: &SpendingYear<'_>) -> Result<f64, CashflowError> {
    Ok(expense.times(1.0 + year.rate())?)
}
