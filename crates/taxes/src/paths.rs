//! The `f64` door: lots within a simulation.

use chrono::NaiveDate;
use serde::Serialize;

use crate::{
    LossScope, LotMethod, TaxError, Window,
    book::{self, Book},
};

/// The lots of one asset, as [`crate::Lots`] in `f64`: the same formulas, without rounding.
///
/// Amounts are in one currency, whichever the caller keeps, as there; quantities are units of the asset.
///
/// **After an error** the book may be partly changed: what a sale takes is booked lot by lot, and no copy is kept for the sake of speed. What
/// is refused before anything is booked (a number, an order of days, more than is held) changes nothing; after [`TaxError::Overflow`] the
/// book, and the list of disallowed losses, are of no use. [`crate::Lots`] is as it was after every error.
///
/// ```
/// use allweather_taxes::{LotMethod, paths::Lots};
/// use chrono::NaiveDate;
/// let day = NaiveDate::from_ymd_opt(2026, 3, 2).ok_or("no day")?;
/// let mut lots = Lots::new(LotMethod::HighestCost, None)?;
/// let mut disallowed = Vec::new();
/// lots.buy(day, 100.0, 1000.0, &mut disallowed)?;
/// lots.buy(day, 100.0, 1200.0, &mut disallowed)?;
/// assert_eq!(lots.sell(day, 100.0, 900.0, &mut disallowed)?, -300.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Lots {
    pub(crate) book: Book<f64>,
}

/// A loss that does not count, because other units replace those sold: it is in the cost of these now.
///
/// # Source
///
/// 26 U.S.C. § 1091, wash sales, as [`Window`] has it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Disallowed {
    /// The day of the sale at a loss.
    pub sold: NaiveDate,
    /// The loss in the currency of the book, above 0.
    pub loss: f64,
}

impl Disallowed {
    /// A loss of a day's sale.
    #[must_use]
    pub const fn new(sold: NaiveDate, loss: f64) -> Self {
        Self { sold, loss }
    }
}

/// What would be sold for its loss; all three are nought when there is none.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Losing {
    /// Units, the first that the method sells.
    pub quantity: f64,
    /// What they cost in all, in the currency of the book.
    pub cost: f64,
    /// Cost less value, in the same currency.
    pub loss: f64,
}

fn finite(what: &'static str, value: f64, above: bool) -> Result<(), TaxError> {
    if value.is_finite() && (!above || value > 0.0) {
        return Ok(());
    }
    let rule = if above { "must be finite and above 0" } else { "must be finite" };
    Err(TaxError::Number { what, value, rule })
}

impl Lots {
    /// An empty book.
    ///
    /// # Errors
    ///
    /// [`TaxError::AverageInWindow`], as [`crate::Lots::with_window`].
    pub fn new(method: LotMethod, window: Option<Window>) -> Result<Self, TaxError> {
        Ok(Self { book: Book::new(method, window)? })
    }

    /// Books a purchase of `quantity` units for `cost` in all; adds the losses that it disallows to a list.
    ///
    /// # Errors
    ///
    /// [`TaxError::Number`] when the quantity is not above 0, the cost below 0 or one not finite; [`TaxError::Order`] when something
    /// later is booked already.
    pub fn buy(
        &mut self,
        date: NaiveDate,
        quantity: f64,
        cost: f64,
        disallowed: &mut Vec<Disallowed>,
    ) -> Result<(), TaxError> {
        finite("the quantity bought", quantity, true)?;
        finite("the cost of a purchase", cost, false)?;
        if cost < 0.0 {
            let (what, rule) = ("the cost of a purchase", "must not be negative");
            return Err(TaxError::Number { what, value: cost, rule });
        }
        self.book.buy(date, quantity, cost, |shifted| disallowed.push(shifted.into()))
    }

    /// Books a sale of `quantity` units for `proceeds` in all and returns what it realised, disallowed losses included; adds those to
    /// a list.
    ///
    /// # Errors
    ///
    /// [`TaxError::TooMuch`] when less is held, [`TaxError::Number`] and [`TaxError::Order`] as for a purchase.
    pub fn sell(
        &mut self,
        date: NaiveDate,
        quantity: f64,
        proceeds: f64,
        disallowed: &mut Vec<Disallowed>,
    ) -> Result<f64, TaxError> {
        finite("the quantity sold", quantity, true)?;
        finite("the proceeds", proceeds, false)?;
        let mut gain = 0.0;
        self.book.sell(
            date,
            quantity,
            proceeds,
            |sold| gain += sold.gain,
            |shifted| disallowed.push(shifted.into()),
        )?;
        Ok(gain)
    }

    /// Units held.
    #[must_use]
    pub fn quantity(&self) -> f64 {
        self.book.lots.iter().map(|lot| lot.quantity).sum()
    }

    /// What they cost, disallowed losses included.
    #[must_use]
    pub fn cost(&self) -> f64 {
        self.book.lots.iter().map(|lot| lot.cost).sum()
    }

    /// How many lots there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.book.lots.len()
    }

    /// Whether nothing is held.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.book.lots.is_empty()
    }

    /// What would be sold for its loss at a price per unit.
    ///
    /// # Errors
    ///
    /// [`TaxError::Overflow`] when a value does not fit.
    pub fn losing(&self, scope: LossScope, price: f64) -> Result<Losing, TaxError> {
        let book::Losing { quantity, cost, loss } = self.book.losing(scope, price)?;
        Ok(Losing { quantity, cost, loss })
    }
}

impl From<book::Shifted<f64>> for Disallowed {
    fn from(shifted: book::Shifted<f64>) -> Self {
        Self { sold: shifted.sold, loss: shifted.loss }
    }
}
