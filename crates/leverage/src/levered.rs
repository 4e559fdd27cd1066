use allweather_core::{Number, Overflow, Rate};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::LeverageError;

/// What the funding rate is charged on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Charge {
    /// On the whole position `L`, as published.
    WholePosition,
    /// On the borrowed part `L − 1`, which is what a lender charges on.
    BorrowedPart,
}

/// One month before leverage, all as fractions of last month's total assets.
///
/// Both changes are flow-adjusted: a withdrawal is no loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnleveredMonth {
    /// Profit and loss of the invested assets.
    pub change: Rate,
    /// Profit and loss of what was not reinvested (the pool), which is never levered.
    pub unreinvested: Rate,
    /// The funding rate of the month: [`Funding::monthly`](crate::Funding::monthly).
    pub funding: Rate,
}

impl UnleveredMonth {
    /// The change of total assets at `multiple` times leverage, a fraction.
    ///
    /// ```text
    /// (change − r_m) · L + unreinvested                  Charge::WholePosition, as published
    /// change · L − r_m · (L − 1) + unreinvested          Charge::BorrowedPart
    /// change + unreinvested                              L = 1, either way
    /// ```
    ///
    /// The published formula charges the funding rate on the whole position, also on the part that nobody lent.
    /// `[our reading]` At L = 1 nothing is borrowed and the formula does not apply. A result of −1 or less is ruin; see
    /// [`crate::paths::wealth`].
    ///
    /// # Errors
    ///
    /// [`LeverageError::Multiple`] when the multiple is below 1, [`LeverageError::Overflow`] when the result does not
    /// fit a decimal.
    ///
    /// # Examples
    ///
    /// ```
    /// use allweather_core::Rate;
    /// use allweather_leverage::{Charge, UnleveredMonth};
    /// use rust_decimal::dec;
    /// let rate = Rate::from_fraction;
    /// let month = UnleveredMonth { change: rate(dec!(0.02)), unreinvested: Rate::ZERO, funding: rate(dec!(0.002)) };
    /// assert_eq!(month.levered(dec!(2), Charge::WholePosition)?, rate(dec!(0.036)));
    /// assert_eq!(month.levered(dec!(2), Charge::BorrowedPart)?, rate(dec!(0.038)));
    /// assert_eq!(month.levered(dec!(1), Charge::WholePosition)?, rate(dec!(0.02)));
    /// # Ok::<(), allweather_leverage::LeverageError>(())
    /// ```
    ///
    /// # Source
    ///
    /// Published method, §5; charging the borrowed part only is ours.
    pub fn levered(self, multiple: Decimal, charge: Charge) -> Result<Rate, LeverageError> {
        if multiple < Decimal::ONE {
            return Err(LeverageError::Multiple { multiple: multiple.to_double() });
        }
        let [change, unreinvested, funding] =
            [self.change, self.unreinvested, self.funding].map(Rate::fraction);
        Ok(Rate::from_fraction(levered(change, unreinvested, funding, multiple, charge)?))
    }
}

/// The change at a multiple of 1 or more, which the callers check.
pub(crate) fn levered<N: Number>(
    change: N,
    unreinvested: N,
    funding: N,
    multiple: N,
    charge: Charge,
) -> Result<N, Overflow> {
    let borrowed = multiple.minus(N::ONE)?;
    let charged_on = match charge {
        Charge::WholePosition if borrowed > N::ZERO => multiple,
        Charge::WholePosition | Charge::BorrowedPart => borrowed,
    };
    change.times(multiple)?.minus(funding.times(charged_on)?)?.plus(unreinvested)
}
