use std::fmt;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::{Number, Overflow, Percent, wire};

/// A rate as a fraction: 0.043 is 4.3 %. On the wire it is the fraction, as text: `"0.043"`.
///
/// ```
/// use allweather_core::{Percent, Rate};
/// use rust_decimal::dec;
/// let rate = Rate::from_percent(Percent::new(dec!(4.3)));
/// assert_eq!(rate, Rate::from_fraction(dec!(0.043)));
/// assert_eq!(Rate::from_bps(dec!(150)).to_string(), "1.5 %");
/// # Ok::<(), allweather_core::Overflow>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Rate(#[serde(with = "wire")] Decimal);

impl Rate {
    /// Nothing.
    pub const ZERO: Self = Self(Decimal::ZERO);

    /// A rate from its fraction: 0.043 is 4.3 %.
    #[must_use]
    pub const fn from_fraction(fraction: Decimal) -> Self {
        Self(fraction)
    }

    /// A rate from percent.
    #[must_use]
    pub fn from_percent(percent: Percent) -> Self {
        Self(shifted(percent.points(), 2))
    }

    /// A rate from basis points: 150 is 1.5 %.
    #[must_use]
    pub fn from_bps(bps: Decimal) -> Self {
        Self(shifted(bps, 4))
    }

    /// The fraction: 0.043 for 4.3 %.
    #[must_use]
    pub const fn fraction(self) -> Decimal {
        self.0
    }

    /// The fraction as a double, nearest to the exact value.
    #[must_use]
    pub fn to_f64(self) -> f64 {
        self.0.to_double()
    }

    /// The rate in percent.
    ///
    /// # Errors
    ///
    /// [`Overflow`] when a hundred times the fraction does not fit a decimal.
    pub fn to_percent(self) -> Result<Percent, Overflow> {
        self.0.checked_mul(Decimal::ONE_HUNDRED).map(Percent::new).ok_or(Overflow)
    }
}

/// `x / 10^digits`: by the scale where it has room, which keeps every digit.
fn shifted(mut x: Decimal, digits: u32) -> Decimal {
    if x.set_scale(x.scale() + digits).is_ok() {
        return x;
    }
    x / Decimal::from(10_u64.pow(digits))
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.to_percent() {
            Ok(percent) => percent.fmt(f),
            Err(Overflow) => write!(f, "{} × 100 %", self.0),
        }
    }
}

impl fmt::Debug for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}
