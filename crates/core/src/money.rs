use std::fmt;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::{Currency, Rate, wire};

/// An exact amount of one currency.
///
/// There is no `Add` operator: adding dollars to yen is a bug that an operator could only answer with a panic. Use
/// [`Money::checked_add`]. On the wire the amount is text, `{"amount":"1","currency":"USD"}`; a number is read too.
///
/// ```
/// use allweather_core::{Currency, Money};
/// use rust_decimal::dec;
/// let fee = Money::new(dec!(1.25), Currency::USD);
/// assert_eq!(fee.checked_add(fee)?, Money::new(dec!(2.50), Currency::USD));
/// assert!(fee.checked_add(Money::new(dec!(100), Currency::JPY)).is_err());
/// # Ok::<(), allweather_core::MoneyError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Money {
    #[serde(with = "wire")]
    amount: Decimal,
    currency: Currency,
}

/// Why two amounts could not be combined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MoneyError {
    /// The amounts are in different currencies.
    #[error("cannot combine {left} with {right} without an exchange rate")]
    #[non_exhaustive]
    CurrencyMismatch {
        /// Currency of the left operand.
        left: Currency,
        /// Currency of the right operand.
        right: Currency,
    },
    /// The result needs more digits than a decimal can hold.
    #[error("the result needs more digits than a decimal can hold")]
    Overflow,
}

impl Money {
    /// An amount in major units: `Money::new(dec!(12.34), Currency::USD)` is twelve dollars and thirty-four cents.
    #[must_use]
    pub const fn new(amount: Decimal, currency: Currency) -> Self {
        Self { amount, currency }
    }

    /// The amount, in major units.
    #[must_use]
    pub const fn amount(self) -> Decimal {
        self.amount
    }

    /// The currency.
    #[must_use]
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// The amount without its sign.
    #[must_use]
    pub fn abs(self) -> Self {
        Self { amount: self.amount.abs(), ..self }
    }

    /// The sum of two amounts of the same currency.
    ///
    /// # Errors
    ///
    /// [`MoneyError::CurrencyMismatch`] when the currencies differ, [`MoneyError::Overflow`] when the sum does not fit.
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        let Self { amount, currency } = self.same_currency(other)?;
        let amount = amount.checked_add(other.amount).ok_or(MoneyError::Overflow)?;
        Ok(Self { amount, currency })
    }

    /// The amount times a rate: a fee of `rate` on this amount.
    ///
    /// # Errors
    ///
    /// [`MoneyError::Overflow`] when the product does not fit.
    pub fn checked_mul(self, rate: Rate) -> Result<Self, MoneyError> {
        let amount = self.amount.checked_mul(rate.fraction()).ok_or(MoneyError::Overflow)?;
        Ok(Self { amount, ..self })
    }

    /// The larger of two amounts of the same currency.
    ///
    /// # Errors
    ///
    /// [`MoneyError::CurrencyMismatch`] when the currencies differ.
    pub fn max(self, other: Self) -> Result<Self, MoneyError> {
        Ok(Self { amount: self.same_currency(other)?.amount.max(other.amount), ..self })
    }

    /// The smaller of two amounts of the same currency.
    ///
    /// # Errors
    ///
    /// [`MoneyError::CurrencyMismatch`] when the currencies differ.
    pub fn min(self, other: Self) -> Result<Self, MoneyError> {
        Ok(Self { amount: self.same_currency(other)?.amount.min(other.amount), ..self })
    }

    fn same_currency(self, other: Self) -> Result<Self, MoneyError> {
        if self.currency == other.currency {
            Ok(self)
        } else {
            Err(MoneyError::CurrencyMismatch { left: self.currency, right: other.currency })
        }
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.amount, self.currency)
    }
}
