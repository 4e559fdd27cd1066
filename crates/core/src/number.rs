use rust_decimal::Decimal;

/// The result needs more digits than its number type can hold (or is a division by zero).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the result does not fit: it overflows, or divides by zero")]
pub struct Overflow;

/// What a formula needs of its numbers, so that a ledger (`Decimal`) and its paths twin (`f64`) are one function.
///
/// Not an extension point: it is implemented for `Decimal` and `f64` and never appears in a stable signature.
#[doc(hidden)]
pub trait Number: Copy + PartialOrd + std::fmt::Debug {
    /// 0.
    const ZERO: Self;
    /// 1.
    const ONE: Self;
    /// A small whole number.
    fn from_int(n: i32) -> Self;
    /// The sum, if it fits.
    fn plus(self, other: Self) -> Result<Self, Overflow>;
    /// The difference, if it fits.
    fn minus(self, other: Self) -> Result<Self, Overflow>;
    /// The product, if it fits.
    fn times(self, other: Self) -> Result<Self, Overflow>;
    /// The quotient, if there is one and it fits.
    fn over(self, other: Self) -> Result<Self, Overflow>;
    /// The largest whole number not above it.
    #[must_use]
    fn whole_below(self) -> Self;
    /// The nearest double.
    fn to_double(self) -> f64;
    /// The larger of two.
    #[must_use]
    fn or_above(self, floor: Self) -> Self {
        if self < floor { floor } else { self }
    }
    /// Without its sign.
    fn magnitude(self) -> Result<Self, Overflow> {
        if self < Self::ZERO { Self::ZERO.minus(self) } else { Ok(self) }
    }
}

impl Number for Decimal {
    const ZERO: Self = Decimal::ZERO;
    const ONE: Self = Decimal::ONE;
    fn from_int(n: i32) -> Self {
        n.into()
    }
    fn plus(self, other: Self) -> Result<Self, Overflow> {
        self.checked_add(other).ok_or(Overflow)
    }
    fn minus(self, other: Self) -> Result<Self, Overflow> {
        self.checked_sub(other).ok_or(Overflow)
    }
    fn times(self, other: Self) -> Result<Self, Overflow> {
        self.checked_mul(other).ok_or(Overflow)
    }
    fn over(self, other: Self) -> Result<Self, Overflow> {
        self.checked_div(other).ok_or(Overflow)
    }
    fn whole_below(self) -> Self {
        self.floor()
    }
    fn to_double(self) -> f64 {
        // Two numbers that doubles hold exactly have the nearest double as their quotient.
        const EXACT: u128 = 1 << 53;
        let (digits, scale) = (self.mantissa(), self.scale());
        if digits.unsigned_abs() <= EXACT && scale <= 22 {
            return digits as f64 / 10_f64.powi(scale.cast_signed());
        }
        // Longer ones go by their digits: the decimal's own conversion can be a bit off. Every decimal is in a double's range.
        self.to_string().parse().unwrap_or_default()
    }
}

fn finite(x: f64) -> Result<f64, Overflow> {
    if x.is_finite() { Ok(x) } else { Err(Overflow) }
}

impl Number for f64 {
    const ZERO: Self = 0.0;
    const ONE: Self = 1.0;
    fn from_int(n: i32) -> Self {
        n.into()
    }
    fn plus(self, other: Self) -> Result<Self, Overflow> {
        finite(self + other)
    }
    fn minus(self, other: Self) -> Result<Self, Overflow> {
        finite(self - other)
    }
    fn times(self, other: Self) -> Result<Self, Overflow> {
        finite(self * other)
    }
    fn over(self, other: Self) -> Result<Self, Overflow> {
        finite(self / other)
    }
    fn whole_below(self) -> Self {
        self.floor()
    }
    fn to_double(self) -> f64 {
        self
    }
}
