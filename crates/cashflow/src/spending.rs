use std::fmt;

use crate::CashflowError;

/// What a year's expense is decided from, seen at the start of the year: nothing later is in it.
///
/// The year's own prescribed rate is in `rates`, because the published product includes it; whether that is the rate
/// known by then or the final one is the caller's choice.
///
/// ```
/// use allweather_cashflow::SpendingYear;
/// // The second year: 3 % and 2 % of inflation, 1080 now; 45 spent of 1000 that returned 12 % in the year before.
/// let year = SpendingYear::new(1000.0, &[0.03, 0.02], 1080.0)?.after(45.0, 1000.0, 0.12)?;
/// assert_eq!((year.number(), year.rate()), (1, 0.02));
/// # Ok::<(), allweather_cashflow::CashflowError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SpendingYear<'a> {
    initial_capital: f64,
    rates: &'a [f64],
    rate: f64,
    market_value: f64,
    previous: Option<Previous>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Previous {
    expense: f64,
    market_value: f64,
    last_return: f64,
}

impl<'a> SpendingYear<'a> {
    /// The year whose rate is the last of `rates`.
    ///
    /// | argument | unit |
    /// | --- | --- |
    /// | `initial_capital` | money, above 0 |
    /// | `rates` | prescribed rates of the first year to this one, fractions above −1, at least one |
    /// | `market_value` | money at the start of this year, not negative |
    ///
    /// # Errors
    ///
    /// [`CashflowError::Number`] when a number is outside of these, or not finite.
    pub fn new(initial_capital: f64, rates: &'a [f64], market_value: f64) -> Result<Self, CashflowError> {
        accept("the initial capital", initial_capital, initial_capital > 0.0, "must be finite and above 0")?;
        for rate in rates {
            accept("a prescribed rate", *rate, *rate > -1.0, "must be finite and above -1")?;
        }
        let Some(rate) = rates.last().copied() else {
            let (what, rule) = ("the number of prescribed rates", "must be at least 1");
            return Err(CashflowError::Number { what, value: 0.0, rule });
        };
        let rule = "must be finite and not negative";
        accept("the market value", market_value, market_value >= 0.0, rule)?;
        Ok(Self { initial_capital, rates, rate, market_value, previous: None })
    }

    /// The same with what is known of the year before: its annual expense, the market value at its start, and the
    /// portfolio's return over it, a fraction.
    ///
    /// # Errors
    ///
    /// [`CashflowError::Number`] when this is the first year, expense or value is negative, the return is below −1, or one
    /// of them is not finite.
    pub fn after(self, expense: f64, market_value: f64, last_return: f64) -> Result<Self, CashflowError> {
        if self.number() == 0 {
            let (what, rule) = ("the number of the year", "must be at least 1 to have a year before");
            return Err(CashflowError::Number { what, value: 0.0, rule });
        }
        let rule = "must be finite and not negative";
        accept("the expense of the year before", expense, expense >= 0.0, rule)?;
        accept("the market value a year before", market_value, market_value >= 0.0, rule)?;
        let rule = "must be finite and at least -1";
        accept("the return of the year before", last_return, last_return >= -1.0, rule)?;
        Ok(Self { previous: Some(Previous { expense, market_value, last_return }), ..self })
    }

    /// `n`: years since the first, from 0.
    #[must_use]
    pub const fn number(&self) -> usize {
        // There is at least one rate.
        self.rates.len().saturating_sub(1)
    }

    /// Capital at the start of the first year.
    #[must_use]
    pub const fn initial_capital(&self) -> f64 {
        self.initial_capital
    }

    /// The prescribed rates of the first year to this one, as fractions.
    #[must_use]
    pub const fn rates(&self) -> &'a [f64] {
        self.rates
    }

    /// The prescribed rate of this year, a fraction.
    #[must_use]
    pub const fn rate(&self) -> f64 {
        self.rate
    }

    /// Market value at the start of this year.
    #[must_use]
    pub const fn market_value(&self) -> f64 {
        self.market_value
    }

    /// Annual expense of the year before.
    #[must_use]
    pub fn previous_expense(&self) -> Option<f64> {
        self.previous.map(|p| p.expense)
    }

    /// Market value at the start of the year before.
    #[must_use]
    pub fn previous_market_value(&self) -> Option<f64> {
        self.previous.map(|p| p.market_value)
    }

    /// The portfolio's return over the year before, a fraction.
    #[must_use]
    pub fn last_return(&self) -> Option<f64> {
        self.previous.map(|p| p.last_return)
    }
}

/// How much is spent in a year.
///
/// ```
/// use allweather_cashflow::{CashflowError, SpendingRule, SpendingYear};
///
/// /// A fixed share of what is there.
/// #[derive(Debug)]
/// struct Share(f64);
///
/// impl SpendingRule for Share {
///     fn annual_expense(&self, year: &SpendingYear<'_>) -> Result<f64, CashflowError> {
///         Ok(self.0 * year.market_value())
///     }
/// }
/// assert_eq!(Share(0.04).annual_expense(&SpendingYear::new(1000.0, &[0.02], 900.0)?)?, 36.0);
/// # Ok::<(), CashflowError>(())
/// ```
///
/// # Laws
///
/// 1. **An amount**: the answer is finite and not negative.
/// 2. **A function**: the same year gives the same answer; a rule keeps no state of its own.
/// 3. **Scale**: all money times k (above 0) gives the answer times k.
/// 4. **A start**: the first year needs no year before.
pub trait SpendingRule: fmt::Debug + Send + Sync {
    /// The assumed annual expense of the year, in the unit of its money.
    ///
    /// # Errors
    ///
    /// [`CashflowError::MissingHistory`] when a rule of this crate needs the year before and it was not given,
    /// [`CashflowError::Overflow`] when the answer is not finite, [`CashflowError::Rule`] with the reason of a rule of your own.
    fn annual_expense(&self, year: &SpendingYear<'_>) -> Result<f64, CashflowError>;
}

fn accept(what: &'static str, value: f64, holds: bool, rule: &'static str) -> Result<(), CashflowError> {
    if value.is_finite() && holds { Ok(()) } else { Err(CashflowError::Number { what, value, rule }) }
}
