use allweather_core::{Number, Overflow};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::RebalanceError;

/// The sizes an asset trades in: at least `minimum` units, in steps of `increment` units.
///
/// The two differ: spot currencies trade from 1 000 units up, then in steps of 1.
///
/// ```
/// use allweather_rebalance::Lot;
/// use rust_decimal::dec;
/// let currency = Lot::new(dec!(1000), dec!(1))?;
/// assert_eq!(currency.minimum(), dec!(1000));
/// assert!(Lot::new(dec!(0), dec!(0)).is_err());
/// # Ok::<(), allweather_rebalance::RebalanceError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Wire", into = "Wire")]
pub struct Lot {
    minimum: Decimal,
    increment: Decimal,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    #[serde(with = "allweather_core::wire")]
    minimum: Decimal,
    #[serde(with = "allweather_core::wire")]
    increment: Decimal,
}

impl Lot {
    /// Whole units, from one up: shares and funds.
    pub const WHOLE: Self = Self { minimum: Decimal::ONE, increment: Decimal::ONE };
    /// 1 000 units, then steps of 1: spot currencies (published method, actual operation).
    pub const CURRENCY: Self = Self { minimum: Decimal::ONE_THOUSAND, increment: Decimal::ONE };

    /// At least `minimum` units, in steps of `increment`.
    ///
    /// # Errors
    ///
    /// [`RebalanceError::Setting`] when the increment is not positive or the minimum is negative.
    pub fn new(minimum: Decimal, increment: Decimal) -> Result<Self, RebalanceError> {
        if increment <= Decimal::ZERO {
            return Err(RebalanceError::Setting {
                what: "lot increment",
                value: increment,
                rule: "positive",
            });
        }
        if minimum < Decimal::ZERO {
            return Err(RebalanceError::Setting {
                what: "lot minimum",
                value: minimum,
                rule: "nought or more",
            });
        }
        // Without trailing zeros: equal lots are written alike.
        Ok(Self { minimum: minimum.normalize(), increment: increment.normalize() })
    }

    /// The smallest order, in units.
    #[must_use]
    pub fn minimum(&self) -> Decimal {
        self.minimum
    }

    /// The step between sizes, in units.
    #[must_use]
    pub fn increment(&self) -> Decimal {
        self.increment
    }
}

impl TryFrom<Wire> for Lot {
    type Error = RebalanceError;
    fn try_from(wire: Wire) -> Result<Self, Self::Error> {
        Self::new(wire.minimum, wire.increment)
    }
}

impl From<Lot> for Wire {
    fn from(lot: Lot) -> Self {
        Self { minimum: lot.minimum, increment: lot.increment }
    }
}

/// What is done with an order below the smallest size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnderMinimum {
    /// It is not done.
    #[default]
    Skip,
    /// A round trip: sell 1 100, buy 1 000 back. Both legs pay costs.
    RoundTrip,
    /// The asset is given up: what is held of it is sold, nothing is bought.
    Zero,
}

/// What became of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Outcome {
    /// Nothing was wanted.
    Nothing,
    /// Done, rounded to the nearest size.
    Done,
    /// Not done: below the smallest size.
    Skipped,
    /// Done as a round trip of two orders.
    RoundTrip,
    /// The asset was given up.
    Zeroed,
    /// Cut, or left out, because cash did not suffice.
    Cut,
}

/// The legs of an order, in units: both are 0 when nothing is done, both positive in a round trip.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct LotOrder<N> {
    pub(crate) sell: N,
    pub(crate) buy: N,
    pub(crate) outcome: Outcome,
}

/// The order that is nearest to `wanted` units (positive buys) among the sizes of a lot, where a sale never
/// exceeds `held`; a round trip of a purchase sells back what it has just bought, whatever was held.
/// `minimum` and `increment` are in units; an increment of nought does not fit.
pub(crate) fn fit<N: Number>(
    wanted: N,
    held: N,
    minimum: N,
    increment: N,
    policy: UnderMinimum,
) -> Result<LotOrder<N>, Overflow> {
    let order = |sell, buy, outcome| Ok(LotOrder { sell, buy, outcome });
    let (none, selling) = (N::ZERO, wanted < N::ZERO);
    let half = N::ONE.over(N::from_int(2))?;
    let steps = wanted.magnitude()?.over(increment)?.plus(half)?.whole_below();
    let mut size = steps.times(increment)?;
    if size == none {
        // Less than half a step: there is nothing to do for any policy.
        let outcome = if wanted == none { Outcome::Nothing } else { Outcome::Skipped };
        return order(none, none, outcome);
    }
    if selling && size > held {
        // A position is closed whatever it measures; more than it cannot be sold.
        size = held;
        if size <= none {
            return order(none, none, Outcome::Skipped);
        }
        return order(size, none, Outcome::Done);
    }
    if size >= minimum || (selling && size == held) {
        return if selling { order(size, none, Outcome::Done) } else { order(none, size, Outcome::Done) };
    }
    match policy {
        UnderMinimum::Zero => {
            let outcome = if held > none { Outcome::Zeroed } else { Outcome::Skipped };
            order(held.or_above(none), none, outcome)
        }
        UnderMinimum::RoundTrip => {
            let there = minimum.plus(size)?;
            if !selling {
                order(minimum, there, Outcome::RoundTrip)
            } else if there <= held {
                order(there, minimum, Outcome::RoundTrip)
            } else {
                order(none, none, Outcome::Skipped)
            }
        }
        UnderMinimum::Skip => order(none, none, Outcome::Skipped),
    }
}

/// Takes `short` (a value) off a purchase of `buy` units: the purchase that remains, 0 when it would fall below the minimum.
///
/// `unit_cost` is what one unit costs with all charges.
pub(crate) fn cut<N: Number>(
    buy: N,
    minimum: N,
    increment: N,
    unit_cost: N,
    short: N,
) -> Result<N, Overflow> {
    let steps = short.over(unit_cost.times(increment)?)?;
    let whole = steps.whole_below();
    let steps = if whole < steps { whole.plus(N::ONE)? } else { whole };
    let left = buy.minus(steps.times(increment)?)?;
    // Less than half a step is what rounding left of a purchase that is cut to nothing.
    let nothing = left.plus(left)? < increment;
    Ok(if left < minimum || nothing { N::ZERO } else { left })
}
