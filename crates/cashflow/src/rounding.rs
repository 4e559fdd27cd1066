use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::CashflowError;

/// Decimal digits after the point that the ledger works with: its products are rounded to them (half to even), and an
/// amount with more is refused.
pub const GRAIN_DIGITS: u32 = 14;

/// The largest amount of the ledger, either way: 10¹³.
///
/// A decimal holds 28 digits and drops the last ones of a longer sum without a word. Up to this size, on the grain of
/// [`GRAIN_DIGITS`], every sum within a quarter is exact; a larger amount is refused. Sums of your own over many entries
/// are exact up to 7·10¹⁴.
pub const MAX_AMOUNT: Decimal = Decimal::from_parts(1_316_134_912, 2328, 0, false, 0);

/// How a half is rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RoundingStrategy {
    /// To the nearest, a half to the even neighbour.
    HalfToEven,
    /// To the nearest, a half away from zero.
    HalfAwayFromZero,
    /// What lies beyond the last digit is cut off.
    TowardZero,
}

/// To how many digits, and how, the ledger rounds what it multiplies: the annual expense, the quarter's consumption and
/// the cap of the pool. Sums are never rounded.
///
/// ```
/// use allweather_cashflow::{Rounding, RoundingStrategy};
/// let whole_yen = Rounding::new(0, RoundingStrategy::TowardZero)?;
/// assert_eq!(whole_yen.digits(), 0);
/// # Ok::<(), allweather_cashflow::CashflowError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "RoundingWire")]
pub struct Rounding {
    digits: u32,
    strategy: RoundingStrategy,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RoundingWire {
    digits: u32,
    strategy: RoundingStrategy,
}

impl TryFrom<RoundingWire> for Rounding {
    type Error = CashflowError;
    fn try_from(wire: RoundingWire) -> Result<Self, CashflowError> {
        Self::new(wire.digits, wire.strategy)
    }
}

impl Rounding {
    /// The working grain of a ledger without a rounding rule.
    pub(crate) const GRAIN: Self = Self { digits: GRAIN_DIGITS, strategy: RoundingStrategy::HalfToEven };

    /// Rounding to `digits` digits after the point.
    ///
    /// # Errors
    ///
    /// [`CashflowError::Amount`] when there are more than [`GRAIN_DIGITS`].
    pub fn new(digits: u32, strategy: RoundingStrategy) -> Result<Self, CashflowError> {
        if digits > GRAIN_DIGITS {
            let rule = "must be at most 14: the ledger works on no finer grain";
            return Err(CashflowError::Amount { what: "the number of digits", value: digits.into(), rule });
        }
        Ok(Self { digits, strategy })
    }

    /// How many digits stay after the point.
    #[must_use]
    pub const fn digits(self) -> u32 {
        self.digits
    }

    /// What becomes of the rest.
    #[must_use]
    pub const fn strategy(self) -> RoundingStrategy {
        self.strategy
    }

    pub(crate) fn round(self, x: Decimal) -> Decimal {
        let strategy = match self.strategy {
            RoundingStrategy::HalfToEven => rust_decimal::RoundingStrategy::MidpointNearestEven,
            RoundingStrategy::HalfAwayFromZero => rust_decimal::RoundingStrategy::MidpointAwayFromZero,
            RoundingStrategy::TowardZero => rust_decimal::RoundingStrategy::ToZero,
        };
        x.round_dp_with_strategy(self.digits, strategy)
    }
}

/// The amount without trailing zeros, if sums with it are exact.
pub(crate) fn summable(what: &'static str, x: Decimal) -> Result<Decimal, CashflowError> {
    if x.abs() > MAX_AMOUNT {
        let rule = "must be at most 10^13 in size, or sums would lose digits";
        return Err(CashflowError::Amount { what, value: x, rule });
    }
    let x = x.normalize();
    if x.scale() > GRAIN_DIGITS {
        let rule = "must have at most 14 digits after the point, or sums would lose digits: round it first";
        return Err(CashflowError::Amount { what, value: x, rule });
    }
    Ok(x)
}

/// The same, where an amount below zero makes no sense.
pub(crate) fn summable_at_least_zero(what: &'static str, x: Decimal) -> Result<Decimal, CashflowError> {
    if x < Decimal::ZERO {
        return Err(CashflowError::Amount { what, value: x, rule: "must not be negative" });
    }
    summable(what, x)
}
