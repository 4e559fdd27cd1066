//! The lots of one asset, written once for both doors.

use allweather_core::{Number, Overflow};
use chrono::{Days, NaiveDate};
use rust_decimal::{Decimal, RoundingStrategy};

use crate::{LossScope, LotMethod, TaxError, Treatment, Window};

/// Digits after the point of what the exact door divides: the grain on which its sums lose nothing.
pub(crate) const GRAIN_DIGITS: u32 = 14;

/// A number that parts can be taken of.
pub(crate) trait Amount: Number {
    /// On the grain, where the number type has one.
    fn on_grain(self) -> Self;
}

impl Amount for Decimal {
    fn on_grain(self) -> Self {
        self.round_dp_with_strategy(GRAIN_DIGITS, RoundingStrategy::MidpointNearestEven)
    }
}

impl Amount for f64 {
    fn on_grain(self) -> Self {
        self
    }
}

/// The part of an amount that belongs to `part` of `whole` units. All of it is all, to the last digit.
fn share<N: Amount>(amount: N, part: N, whole: N) -> Result<N, Overflow> {
    if part == whole { Ok(amount) } else { Ok(amount.times(part)?.over(whole)?.on_grain()) }
}

fn smaller<N: Number>(a: N, b: N) -> N {
    if b < a { b } else { a }
}

/// Units bought at one time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Lot<N> {
    pub(crate) bought: NaiveDate,
    /// The day from which it counts as held: earlier than `bought` when it replaces units that were sold at a disallowed loss.
    pub(crate) since: NaiveDate,
    pub(crate) quantity: N,
    pub(crate) cost: N,
    /// Whether it has taken a disallowed loss: a unit replaces one unit only.
    pub(crate) replaces: bool,
}

/// What was sold of one lot.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Sold<N> {
    pub(crate) since: NaiveDate,
    pub(crate) quantity: N,
    pub(crate) cost: N,
    pub(crate) proceeds: N,
    pub(crate) gain: N,
}

/// A loss that is added to the cost of other units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Shifted<N> {
    pub(crate) sold: NaiveDate,
    pub(crate) quantity: N,
    pub(crate) loss: N,
}

/// Units sold at a loss that no purchase has replaced yet.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Unmatched<N> {
    sold: NaiveDate,
    bought: NaiveDate,
    days_held: u64,
    quantity: N,
    loss: N,
}

impl<N: Amount> Unmatched<N> {
    /// Takes the loss of so many units out.
    fn take(&mut self, quantity: N) -> Result<N, Overflow> {
        let loss = share(self.loss, quantity, self.quantity)?;
        (self.quantity, self.loss) = (self.quantity.minus(quantity)?, self.loss.minus(loss)?);
        Ok(loss)
    }

    /// The day from which a replacement bought on a day counts as held.
    fn since(&self, bought: NaiveDate) -> NaiveDate {
        bought.checked_sub_days(Days::new(self.days_held)).unwrap_or(bought)
    }
}

/// What would be sold for its loss.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Losing<N> {
    pub(crate) quantity: N,
    pub(crate) cost: N,
    pub(crate) loss: N,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Book<N> {
    method: LotMethod,
    /// Only one that disallows.
    window: Option<Window>,
    /// In the order they were bought.
    pub(crate) lots: Vec<Lot<N>>,
    unmatched: Vec<Unmatched<N>>,
    last: Option<NaiveDate>,
    last_bought: Option<NaiveDate>,
}

impl<N: Amount> Book<N> {
    pub(crate) fn new(method: LotMethod, window: Option<Window>) -> Result<Self, TaxError> {
        let window = window.filter(|window| window.treatment == Treatment::Disallow);
        if window.is_some() && method == LotMethod::MovingAverage {
            return Err(TaxError::AverageInWindow);
        }
        Ok(Self { window, ..Self::empty(method) })
    }

    pub(crate) fn empty(method: LotMethod) -> Self {
        let (lots, unmatched) = (Vec::new(), Vec::new());
        Self { method, window: None, lots, unmatched, last: None, last_bought: None }
    }

    pub(crate) fn method(&self) -> LotMethod {
        self.method
    }

    pub(crate) fn last_bought(&self) -> Option<NaiveDate> {
        self.last_bought
    }

    pub(crate) fn quantity(&self) -> Result<N, Overflow> {
        self.lots.iter().try_fold(N::ZERO, |sum, lot| sum.plus(lot.quantity))
    }

    pub(crate) fn cost(&self) -> Result<N, Overflow> {
        self.lots.iter().try_fold(N::ZERO, |sum, lot| sum.plus(lot.cost))
    }

    fn advance(&mut self, date: NaiveDate) -> Result<(), TaxError> {
        match self.last {
            Some(last) if date < last => Err(TaxError::Order { last, date }),
            _ => {
                self.last = Some(date);
                Ok(())
            }
        }
    }

    /// The lot that is sold next.
    fn next(&self) -> Result<Option<usize>, Overflow> {
        match self.method {
            LotMethod::Fifo | LotMethod::MovingAverage => Ok(self.lots.first().map(|_| 0)),
            LotMethod::Lifo => Ok(self.lots.len().checked_sub(1)),
            LotMethod::HighestCost => {
                let mut best: Option<(usize, N)> = None;
                for (place, lot) in self.lots.iter().enumerate() {
                    let each = lot.cost.over(lot.quantity)?;
                    if best.is_none_or(|(_, highest)| each > highest) {
                        best = Some((place, each));
                    }
                }
                Ok(best.map(|(place, _)| place))
            }
        }
    }

    pub(crate) fn buy(
        &mut self,
        date: NaiveDate,
        quantity: N,
        cost: N,
        mut shifted: impl FnMut(Shifted<N>),
    ) -> Result<(), TaxError> {
        self.advance(date)?;
        self.last_bought = Some(date);
        if self.method == LotMethod::MovingAverage
            && let Some(pool) = self.lots.first_mut()
        {
            (pool.quantity, pool.cost) = (pool.quantity.plus(quantity)?, pool.cost.plus(cost)?);
            pool.bought = date;
            return Ok(());
        }
        let (mut left, mut left_cost) = (quantity, cost);
        if let Some(window) = self.window {
            self.unmatched.retain(|open| window.counts_after(open.sold, date));
            for open in &mut self.unmatched {
                if left <= N::ZERO {
                    break;
                }
                let part = smaller(left, open.quantity);
                let part_cost = share(left_cost, part, left)?;
                (left, left_cost) = (left.minus(part)?, left_cost.minus(part_cost)?);
                let since = open.since(date);
                let loss = open.take(part)?;
                let cost = part_cost.plus(loss)?;
                self.lots.push(Lot { bought: date, since, quantity: part, cost, replaces: true });
                shifted(Shifted { sold: open.sold, quantity: part, loss });
            }
            self.unmatched.retain(|open| open.quantity > N::ZERO);
        }
        if left > N::ZERO {
            let lot = Lot { bought: date, since: date, quantity: left, cost: left_cost, replaces: false };
            self.lots.push(lot);
        }
        Ok(())
    }

    pub(crate) fn sell(
        &mut self,
        date: NaiveDate,
        quantity: N,
        proceeds: N,
        mut sold: impl FnMut(Sold<N>),
        shifted: impl FnMut(Shifted<N>),
    ) -> Result<(), TaxError> {
        let held = self.quantity()?;
        if quantity > held {
            let (sold, held) = (quantity.to_double(), held.to_double());
            return Err(TaxError::TooMuch { sold, held, date });
        }
        self.advance(date)?;
        let new = self.unmatched.len();
        let (mut left, mut money) = (quantity, proceeds);
        while left > N::ZERO
            && let Some(place) = self.next()?
            && let Some(lot) = self.lots.get_mut(place)
        {
            let part = smaller(lot.quantity, left);
            let received = share(money, part, left)?;
            let cost = share(lot.cost, part, lot.quantity)?;
            (left, money) = (left.minus(part)?, money.minus(received)?);
            (lot.quantity, lot.cost) = (lot.quantity.minus(part)?, lot.cost.minus(cost)?);
            let (bought, since, empty) = (lot.bought, lot.since, lot.quantity <= N::ZERO);
            if empty {
                self.lots.remove(place);
            }
            let gain = received.minus(cost)?;
            sold(Sold { since, quantity: part, cost, proceeds: received, gain });
            if self.window.is_some() && gain < N::ZERO {
                let loss = gain.magnitude()?;
                let days_held = (date - since).num_days().unsigned_abs();
                self.unmatched.push(Unmatched { sold: date, bought, days_held, quantity: part, loss });
            }
        }
        self.replace_earlier(date, new, shifted)
    }

    /// Units bought before the sale replace what was sold: the earliest bought first, on both sides.
    fn replace_earlier(
        &mut self,
        date: NaiveDate,
        new: usize,
        mut shifted: impl FnMut(Shifted<N>),
    ) -> Result<(), TaxError> {
        let Some(window) = self.window else { return Ok(()) };
        let Self { lots, unmatched, .. } = self;
        let losses = unmatched.get_mut(new..).unwrap_or_default();
        losses.sort_by_key(|open| open.bought);
        for open in losses {
            let mut place = 0;
            while open.quantity > N::ZERO
                && let Some(lot) = lots.get_mut(place)
            {
                if !lot.replaces && window.counts_before(date, lot.bought) {
                    let part = smaller(open.quantity, lot.quantity);
                    let cost = share(lot.cost, part, lot.quantity)?;
                    let rest =
                        Lot { quantity: lot.quantity.minus(part)?, cost: lot.cost.minus(cost)?, ..*lot };
                    let since = open.since(lot.bought);
                    let loss = open.take(part)?;
                    *lot = Lot { since, quantity: part, cost: cost.plus(loss)?, replaces: true, ..*lot };
                    if rest.quantity > N::ZERO {
                        lots.insert(place + 1, rest);
                    }
                    shifted(Shifted { sold: date, quantity: part, loss });
                }
                place += 1;
            }
        }
        unmatched.retain(|open| window.after > 0 && open.quantity > N::ZERO);
        Ok(())
    }

    /// `new` units for every `old`.
    pub(crate) fn split(&mut self, new: N, old: N) -> Result<(), Overflow> {
        for lot in &mut self.lots {
            lot.quantity = lot.quantity.times(new)?.over(old)?.on_grain();
        }
        for open in &mut self.unmatched {
            open.quantity = open.quantity.times(new)?.over(old)?.on_grain();
        }
        Ok(())
    }

    /// What would be sold at a price per unit for its loss; a loss of nought when there is none.
    pub(crate) fn losing(&self, scope: LossScope, price: N) -> Result<Losing<N>, Overflow> {
        let nothing = Losing { quantity: N::ZERO, cost: N::ZERO, loss: N::ZERO };
        let (mut best, mut so_far) = (nothing, nothing);
        let mut take = |lot: &Lot<N>, keep_if_gain: bool| -> Result<(), Overflow> {
            let loss = lot.cost.minus(lot.quantity.times(price)?.on_grain())?;
            if keep_if_gain && loss <= N::ZERO {
                return Ok(());
            }
            so_far.quantity = so_far.quantity.plus(lot.quantity)?;
            so_far.cost = so_far.cost.plus(lot.cost)?;
            so_far.loss = so_far.loss.plus(loss)?;
            if so_far.loss > best.loss {
                best = so_far;
            }
            Ok(())
        };
        match (scope, self.method) {
            (LossScope::Lots, LotMethod::HighestCost) => {
                self.lots.iter().try_for_each(|lot| take(lot, true))?;
            }
            (LossScope::Lots, LotMethod::Lifo) => {
                self.lots.iter().rev().try_for_each(|lot| take(lot, false))?;
            }
            _ => self.lots.iter().try_for_each(|lot| take(lot, false))?,
        }
        if scope == LossScope::Position {
            // All of it, or nothing.
            best = if so_far.loss > N::ZERO { so_far } else { nothing };
        }
        Ok(best)
    }
}
