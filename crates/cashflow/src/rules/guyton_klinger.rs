use allweather_core::{Number, Percent};
use rust_decimal::dec;
use serde::{Deserialize, Serialize};

use super::{first_expense, fraction, initial_share, missing, previous_expense, raised};
use crate::terms::share;
use crate::{CashflowError, SpendingRule, SpendingYear};

/// The guardrails of Guyton and Klinger.
///
/// ```text
/// raise:      S = S_{t−1}(1 + π), but S = S_{t−1} when π > 0, the last return was below 0 and S_{t−1}(1 + π)/MV > r0
/// guardrails: S/MV > r0·(1 + guard) → S·(1 − step)         S/MV < r0·(1 − guard) → S·(1 + step)
/// r0 = initial rate, guard = 20 %, step = 10 %, MV = market value at the start of the year
/// ```
///
/// The raise is decided first and the guardrails see the amount after it (our reading; at most one of them acts). A fall in
/// prices lowers the expense in every year: only a raise is skipped. The authors' stop of the upper guardrail in
/// the last fifteen years is left out, because this portfolio has no last year; so is the cap of 6 % on a raise.
///
/// # Source
///
/// Guyton and Klinger, "Decision Rules and Maximum Initial Withdrawal Rates", Journal of Financial Planning, 2006.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "GuytonKlingerWire")]
pub struct GuytonKlinger {
    initial: Percent,
    guard: Percent,
    step: Percent,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GuytonKlingerWire {
    initial: Percent,
    guard: Option<Percent>,
    step: Option<Percent>,
}

impl TryFrom<GuytonKlingerWire> for GuytonKlinger {
    type Error = CashflowError;
    fn try_from(wire: GuytonKlingerWire) -> Result<Self, CashflowError> {
        let plain = Self::new(wire.initial)?;
        plain.with_guardrails(wire.guard.unwrap_or(plain.guard), wire.step.unwrap_or(plain.step))
    }
}

impl GuytonKlinger {
    /// The rule with the authors' numbers, spending `initial` percent of the capital in the first year.
    ///
    /// # Errors
    ///
    /// [`CashflowError::Amount`] when it is not in 0..=100 %.
    pub fn new(initial: Percent) -> Result<Self, CashflowError> {
        let (guard, step) = (Percent::new(dec!(20)), Percent::new(dec!(10)));
        Ok(Self { initial: initial_share(initial)?, guard, step })
    }

    /// The same with other guardrails: how far the rate may stray, and by how much the expense is then changed.
    ///
    /// # Errors
    ///
    /// [`CashflowError::Amount`] when one is not in 0..=100 %.
    pub fn with_guardrails(self, guard: Percent, step: Percent) -> Result<Self, CashflowError> {
        let guard = share("the guardrail in percent", guard)?;
        Ok(Self { guard, step: share("the step in percent", step)?, ..self })
    }
}

impl SpendingRule for GuytonKlinger {
    fn annual_expense(&self, year: &SpendingYear<'_>) -> Result<f64, CashflowError> {
        let Some(last) = previous_expense(year)? else { return first_expense(self.initial, year) };
        let last_return = year.last_return().ok_or(missing(year))?;
        // The expense at the initial rate: comparing amounts instead of rates needs no division by a value of 0.
        let par = year.market_value().times(fraction(self.initial))?;
        let with_raise = raised(last, year)?;
        let skip = year.rate() > 0.0 && last_return < 0.0 && with_raise > par;
        let amount = if skip { last } else { with_raise };
        let (guard, step) = (fraction(self.guard), fraction(self.step));
        let change = if amount > par.times(1.0 + guard)? {
            1.0 - step
        } else if amount < par.times(1.0 - guard)? {
            1.0 + step
        } else {
            1.0
        };
        Ok(amount.times(change)?)
    }
}
