use std::fmt;

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

use crate::{Number, Overflow, wire};

/// A number of percent: `Percent::new(dec!(4.3))` is 4.3 %.
///
/// Statistics are published in percent; arithmetic wants fractions. The two do not mix: [`crate::Rate`] is the fraction,
/// and [`crate::Rate::from_percent`] is the only way across.
///
/// ```
/// use allweather_core::Percent;
/// use rust_decimal::dec;
/// let change = Percent::change(dec!(102.5), dec!(100))?;
/// assert_eq!(change, Percent::new(dec!(2.5)));
/// assert_eq!(change.to_string(), "2.5 %");
/// # Ok::<(), allweather_core::Overflow>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Percent(#[serde(with = "wire")] Decimal);

impl Percent {
    /// Nought percent.
    pub const ZERO: Self = Self(Decimal::ZERO);

    /// `points` percent: 4.3 is 4.3 %.
    #[must_use]
    pub const fn new(points: Decimal) -> Self {
        Self(points)
    }

    /// The change from `before` to `now`, in percent: `(now / before − 1) · 100`, from unrounded levels.
    ///
    /// # Errors
    ///
    /// [`Overflow`] when `before` is zero or the result does not fit a decimal.
    pub fn change(now: Decimal, before: Decimal) -> Result<Self, Overflow> {
        // The difference first: it is exact, so only the quotient rounds.
        let difference = now.checked_sub(before).ok_or(Overflow)?;
        let hundredfold = difference.checked_mul(Decimal::ONE_HUNDRED).ok_or(Overflow)?;
        hundredfold.checked_div(before).map(Self).ok_or(Overflow)
    }

    /// The number of percent: 4.3 for 4.3 %.
    #[must_use]
    pub const fn points(self) -> Decimal {
        self.0
    }

    /// The number of percent as a double, nearest to the exact value: 4.3 for 4.3 %.
    #[must_use]
    pub fn to_f64(self) -> f64 {
        self.0.to_double()
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match f.precision() {
            // Rounded first: the decimal's own precision cuts digits off.
            Some(digits) => {
                let places = u32::try_from(digits).unwrap_or(u32::MAX);
                let rounded = self.0.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero);
                write!(f, "{rounded:.digits$} %")
            }
            None => write!(f, "{} %", self.0.normalize()),
        }
    }
}

impl fmt::Debug for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}
