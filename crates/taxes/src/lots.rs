use allweather_core::Number;
use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::{
    LossScope, LotMethod, TaxError, Window,
    book::{self, Book, GRAIN_DIGITS},
};

/// The largest quantity or amount that is booked, and the largest sum of them that is held: 10¹³.
pub const MAX_AMOUNT: Decimal = Decimal::from_parts(1_316_134_912, 2328, 0, false, 0);

/// The lots of one asset in one account, exact.
///
/// Amounts are in one currency, whichever the caller keeps: for a foreign asset that is commonly the home currency at the rates
/// of the days. Whether a cost includes the commission, and proceeds are net of it, is the caller's to say.
///
/// Quantities and amounts have at most 14 digits after the point. What is divided, the cost of a part of a lot and its share of
/// the proceeds, is rounded to 14 digits, and the rest keeps what remains: no sum loses anything.
///
/// ```
/// use allweather_taxes::{LotMethod, Lots};
/// use chrono::NaiveDate;
/// use rust_decimal::dec;
///
/// let day = |d| NaiveDate::from_ymd_opt(2026, 3, d).ok_or("no day");
/// let mut lots = Lots::new(LotMethod::Fifo);
/// lots.buy(day(2)?, dec!(100), dec!(1000))?;
/// lots.buy(day(9)?, dec!(100), dec!(1200))?;
/// assert_eq!(lots.unrealised(dec!(9))?, dec!(-400));
/// // The oldest go first: all of the first lot, half of the second.
/// let sale = lots.sell(day(20)?, dec!(150), dec!(1350))?;
/// assert_eq!(sale.gain()?, dec!(-250));
/// assert_eq!((lots.quantity()?, lots.cost()?), (dec!(50), dec!(600)));
/// assert_eq!(sale.lots[1].days_held, 11);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Laws
///
/// 1. **Conserved**: the quantity held is what was bought less what was sold.
/// 2. **Nothing is lost**: gains realised and unrealised together are proceeds and value less what everything cost, exactly; a
///    disallowed loss is unrealised again.
/// 3. **Highest cost**: one sale realises no smaller loss by [`LotMethod::HighestCost`] than by any other method.
#[derive(Debug, Clone, PartialEq)]
pub struct Lots {
    pub(crate) book: Book<Decimal>,
}

/// Units bought at one time, or what is left of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Lot {
    /// The day they were bought; of a moving average the last purchase.
    pub bought: NaiveDate,
    /// The day from which they count as held: earlier than `bought` when they replace units sold at a disallowed loss; of a moving
    /// average the first purchase.
    pub since: NaiveDate,
    /// Units.
    pub quantity: Decimal,
    /// What they cost in all, disallowed losses included.
    pub cost: Decimal,
}

/// What a sale realised.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sale {
    /// The lots it came from, in the order they were sold.
    pub lots: Vec<SoldLot>,
    /// Losses of it that earlier purchases disallow at once.
    pub disallowed: Vec<Disallowed>,
}

/// What was sold of one lot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct SoldLot {
    /// The day from which the units counted as held.
    pub since: NaiveDate,
    /// For how many days.
    pub days_held: i64,
    /// Units.
    pub quantity: Decimal,
    /// What they had cost.
    pub cost: Decimal,
    /// Their share of the proceeds.
    pub proceeds: Decimal,
    /// Proceeds less cost: below 0 is a loss.
    pub gain: Decimal,
}

/// A loss that does not count, because other units replace those sold: it is in the cost of these now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Disallowed {
    /// The day of the sale at a loss.
    pub sold: NaiveDate,
    /// How many units are replaced.
    pub quantity: Decimal,
    /// Their loss, above 0.
    pub loss: Decimal,
}

/// What would be sold for its loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Losing {
    /// Units, the first that the method sells.
    pub quantity: Decimal,
    /// What they cost.
    pub cost: Decimal,
    /// Cost less value, above 0.
    pub loss: Decimal,
}

impl Sale {
    /// What was realised in all: below 0 is a loss, disallowed ones included.
    ///
    /// # Errors
    ///
    /// [`TaxError::Overflow`] when the sum does not fit.
    pub fn gain(&self) -> Result<Decimal, TaxError> {
        Ok(self.lots.iter().try_fold(Decimal::ZERO, |sum, lot| sum.plus(lot.gain))?)
    }
}

impl Lots {
    /// An empty book that sells by a method.
    #[must_use]
    pub fn new(method: LotMethod) -> Self {
        Self { book: Book::empty(method) }
    }

    /// The same with a window around sales at a loss. One that only [skips](crate::Treatment::Skip) changes nothing here.
    ///
    /// # Errors
    ///
    /// [`TaxError::AverageInWindow`] when the window disallows losses and the method is [`LotMethod::MovingAverage`].
    pub fn with_window(self, window: Window) -> Result<Self, TaxError> {
        Ok(Self { book: Book::new(self.book.method(), Some(window))? })
    }

    /// Books a purchase of `quantity` units for `cost` in all. Answers with the losses of earlier sales that it disallows.
    ///
    /// # Errors
    ///
    /// [`TaxError::Amount`] when the quantity is not above 0, the cost is below 0, one has more than 14 digits after the point, or
    /// more than [`MAX_AMOUNT`] would be held; [`TaxError::Order`] when something later is booked already. The book is then
    /// as it was.
    pub fn buy(
        &mut self,
        date: NaiveDate,
        quantity: Decimal,
        cost: Decimal,
    ) -> Result<Vec<Disallowed>, TaxError> {
        checked("the quantity bought", quantity, true)?;
        let cost = checked("the cost of a purchase", cost, false)?;
        checked("the quantity held", self.quantity()?.plus(quantity)?, true)?;
        checked("the cost of what is held", self.cost()?.plus(cost)?, false)?;
        let (mut book, mut disallowed) = (self.book.clone(), Vec::new());
        book.buy(date, quantity, cost, |shifted| disallowed.push(shifted.into()))?;
        self.book = book;
        Ok(disallowed)
    }

    /// Books a sale of `quantity` units for `proceeds` in all (below 0 when charges exceed the price).
    ///
    /// # Errors
    ///
    /// [`TaxError::TooMuch`] when less is held; [`TaxError::Amount`] when the quantity is not above 0, one has more than 14 digits after
    /// the point, or proceeds exceed [`MAX_AMOUNT`] in size; [`TaxError::Order`] when something later is booked already. The book
    /// is then as it was.
    pub fn sell(&mut self, date: NaiveDate, quantity: Decimal, proceeds: Decimal) -> Result<Sale, TaxError> {
        checked("the quantity sold", quantity, true)?;
        checked("the proceeds without their sign", proceeds.abs(), false)?;
        let mut book = self.book.clone();
        let mut sale = Sale { lots: Vec::new(), disallowed: Vec::new() };
        let Sale { lots, disallowed } = &mut sale;
        let sold = |sold: book::Sold<Decimal>| {
            let book::Sold { since, quantity, cost, proceeds, gain } = sold;
            let days_held = (date - since).num_days();
            lots.push(SoldLot { since, days_held, quantity, cost, proceeds, gain });
        };
        book.sell(date, quantity, proceeds, sold, |shifted| disallowed.push(shifted.into()))?;
        self.book = book;
        Ok(sale)
    }

    /// Every `old` units become `new` ones (a split, or a reverse split); what they cost stays.
    ///
    /// # Errors
    ///
    /// [`TaxError::Amount`] when a number is not above 0 or the units held would exceed [`MAX_AMOUNT`].
    pub fn split(&mut self, new: Decimal, old: Decimal) -> Result<(), TaxError> {
        checked("the units after a split", new, true)?;
        checked("the units before a split", old, true)?;
        let mut book = self.book.clone();
        book.split(new, old)?;
        checked("the quantity held", book.quantity()?, false)?;
        if let Some(lot) = book.lots.iter().find(|lot| lot.quantity <= Decimal::ZERO) {
            let (what, rule) = ("a lot's quantity after a split", "must be above 0");
            return Err(TaxError::Amount { what, value: lot.quantity, rule });
        }
        self.book = book;
        Ok(())
    }

    /// The lots, in the order they were bought.
    #[must_use = "iterators do nothing unless consumed"]
    pub fn lots(&self) -> impl ExactSizeIterator<Item = Lot> + '_ {
        self.book.lots.iter().map(|lot| Lot {
            bought: lot.bought,
            since: lot.since,
            quantity: lot.quantity,
            cost: lot.cost,
        })
    }

    /// Units held.
    ///
    /// # Errors
    ///
    /// [`TaxError::Overflow`] never in practice: what is booked is limited.
    pub fn quantity(&self) -> Result<Decimal, TaxError> {
        Ok(self.book.quantity()?)
    }

    /// What they cost, disallowed losses included.
    ///
    /// # Errors
    ///
    /// As [`Lots::quantity`].
    pub fn cost(&self) -> Result<Decimal, TaxError> {
        Ok(self.book.cost()?)
    }

    /// Value at a price per unit less cost: below 0 is under water.
    ///
    /// # Errors
    ///
    /// [`TaxError::Overflow`] when the value does not fit.
    pub fn unrealised(&self, price: Decimal) -> Result<Decimal, TaxError> {
        Ok(self.quantity()?.times(price)?.minus(self.cost()?)?)
    }

    /// What would be sold for its loss at a price per unit (net of what selling costs, where costs count); `None` without a loss.
    ///
    /// # Errors
    ///
    /// [`TaxError::Overflow`] when a value does not fit.
    pub fn losing(&self, scope: LossScope, price: Decimal) -> Result<Option<Losing>, TaxError> {
        let book::Losing { quantity, cost, loss } = self.book.losing(scope, price)?;
        Ok((loss > Decimal::ZERO).then_some(Losing { quantity, cost, loss }))
    }
}

impl From<book::Shifted<Decimal>> for Disallowed {
    fn from(shifted: book::Shifted<Decimal>) -> Self {
        Self { sold: shifted.sold, quantity: shifted.quantity, loss: shifted.loss }
    }
}

/// A number on the grain and within bounds; above 0 where it must be, never below.
fn checked(what: &'static str, value: Decimal, positive: bool) -> Result<Decimal, TaxError> {
    let refused = |rule| Err(TaxError::Amount { what, value, rule });
    if positive && value <= Decimal::ZERO {
        return refused("must be above 0");
    }
    if value < Decimal::ZERO {
        return refused("must not be negative");
    }
    if value > MAX_AMOUNT {
        return refused("must be at most 10^13, or sums would lose digits");
    }
    if value.normalize().scale() > GRAIN_DIGITS {
        return refused("must have at most 14 digits after the point");
    }
    Ok(value)
}
