use allweather_core::Percent;
use rust_decimal::{Decimal, dec};
use serde::{Deserialize, Serialize};

use crate::rounding::{summable, summable_at_least_zero};
use crate::{CashflowError, Rounding};

/// What is agreed before the first quarter: capital, spending, size of the pool, rounding.
///
/// Amounts are in the base currency. In a file only `initial_capital` is needed; what is left out is as published
/// (no pool at first, 3 %, three years) and unrounded.
///
/// ```
/// use allweather_cashflow::Terms;
/// use allweather_core::Percent;
/// use rust_decimal::dec;
/// let terms = Terms::new(dec!(100_000_000))?.with_initial_pool(dec!(5_000_000))?;
/// assert_eq!(terms.spending(), Percent::new(dec!(3)));
/// assert!(Terms::new(dec!(0)).is_err());
/// # Ok::<(), allweather_cashflow::CashflowError>(())
/// ```
///
/// # Source
///
/// Published method, §2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "TermsWire")]
pub struct Terms {
    #[serde(with = "allweather_core::wire")]
    initial_capital: Decimal,
    #[serde(with = "allweather_core::wire")]
    initial_pool: Decimal,
    spending: Percent,
    #[serde(with = "allweather_core::wire")]
    pool_years: Decimal,
    rounding: Option<Rounding>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TermsWire {
    #[serde(with = "allweather_core::wire")]
    initial_capital: Decimal,
    #[serde(with = "allweather_core::wire", default)]
    initial_pool: Decimal,
    #[serde(default = "published_spending")]
    spending: Percent,
    #[serde(with = "allweather_core::wire", default = "published_pool_years")]
    pool_years: Decimal,
    #[serde(default)]
    rounding: Option<Rounding>,
}

/// 3 % of the initial capital a year.
pub(crate) fn published_spending() -> Percent {
    Percent::new(dec!(3))
}

fn published_pool_years() -> Decimal {
    dec!(3)
}

impl TryFrom<TermsWire> for Terms {
    type Error = CashflowError;
    fn try_from(wire: TermsWire) -> Result<Self, CashflowError> {
        let terms = Self::new(wire.initial_capital)?
            .with_initial_pool(wire.initial_pool)?
            .with_spending(wire.spending)?
            .with_pool_years(wire.pool_years)?;
        Ok(Self { rounding: wire.rounding, ..terms })
    }
}

impl Terms {
    /// The published terms for a capital: no pool at first, 3 % a year, a pool of at most three years, no rounding rule.
    ///
    /// # Errors
    ///
    /// [`CashflowError::Amount`] when the capital is not above 0, above [`crate::MAX_AMOUNT`] or finer than
    /// [`crate::GRAIN_DIGITS`].
    pub fn new(initial_capital: Decimal) -> Result<Self, CashflowError> {
        let what = "the initial capital";
        if initial_capital <= Decimal::ZERO {
            return Err(CashflowError::Amount { what, value: initial_capital, rule: "must be above 0" });
        }
        Ok(Self {
            initial_capital: summable(what, initial_capital)?,
            initial_pool: Decimal::ZERO,
            spending: published_spending(),
            pool_years: published_pool_years(),
            rounding: None,
        })
    }

    /// The same with a pool to begin with.
    ///
    /// # Errors
    ///
    /// [`CashflowError::Amount`] when it is negative, too large or too fine.
    pub fn with_initial_pool(self, initial_pool: Decimal) -> Result<Self, CashflowError> {
        Ok(Self { initial_pool: summable_at_least_zero("the initial pool", initial_pool)?, ..self })
    }

    /// The same with another annual expense, in percent of the initial capital.
    ///
    /// # Errors
    ///
    /// [`CashflowError::Amount`] when it is negative or above 100 %.
    pub fn with_spending(self, spending: Percent) -> Result<Self, CashflowError> {
        Ok(Self { spending: share("the spending in percent", spending)?, ..self })
    }

    /// The same with a pool of at most so many annual expenses.
    ///
    /// # Errors
    ///
    /// [`CashflowError::Amount`] when it is negative, too large or too fine.
    pub fn with_pool_years(self, pool_years: Decimal) -> Result<Self, CashflowError> {
        Ok(Self { pool_years: summable_at_least_zero("the pool in years", pool_years)?, ..self })
    }

    /// The same with a rule by which expense, consumption and cap are rounded.
    #[must_use]
    pub fn with_rounding(self, rounding: Rounding) -> Self {
        Self { rounding: Some(rounding), ..self }
    }

    /// The capital at the start, in the base currency.
    #[must_use]
    pub const fn initial_capital(&self) -> Decimal {
        self.initial_capital
    }

    /// The pool at the start, in the base currency.
    #[must_use]
    pub const fn initial_pool(&self) -> Decimal {
        self.initial_pool
    }

    /// The annual expense before any prescribed rate, in percent of the initial capital.
    #[must_use]
    pub const fn spending(&self) -> Percent {
        self.spending
    }

    /// The largest pool, in annual expenses.
    #[must_use]
    pub const fn pool_years(&self) -> Decimal {
        self.pool_years
    }

    /// How expense, consumption and cap are rounded; `None` keeps them to the working grain of 10⁻¹⁴.
    #[must_use]
    pub const fn rounding(&self) -> Option<Rounding> {
        self.rounding
    }
}

/// A percent from 0 to 100.
pub(crate) fn share(what: &'static str, percent: Percent) -> Result<Percent, CashflowError> {
    if percent < Percent::ZERO || percent > Percent::new(Decimal::ONE_HUNDRED) {
        return Err(CashflowError::Amount { what, value: percent.points(), rule: "must be in 0..=100" });
    }
    Ok(percent)
}
