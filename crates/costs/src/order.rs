use allweather_core::{Currency, Money, Number, Overflow};
use rust_decimal::Decimal;

use crate::CostsError;
use crate::error::{above_zero, not_negative};

/// One order, as a fee schedule sees it: how much at which price, and how much was traded before it in the month.
///
/// ```
/// use allweather_core::{Currency, Money};
/// use allweather_costs::Order;
/// use rust_decimal::dec;
/// let sale = Order::new(dec!(-400), Money::new(dec!(50), Currency::AUD))?.after_volume(dec!(1_000))?;
/// assert_eq!(sale.value()?, Money::new(dec!(20_000), Currency::AUD));
/// # Ok::<(), allweather_costs::CostsError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    quantity: Decimal,
    price: Money,
    month_so_far: Decimal,
}

impl Order {
    /// An order of `quantity` units (shares, ounces, units of a currency; negative for a sale) at `price` per unit, the
    /// first of its month.
    ///
    /// # Errors
    ///
    /// [`CostsError::Amount`] when the quantity is 0 or the price not above 0.
    pub fn new(quantity: Decimal, price: Money) -> Result<Self, CostsError> {
        above_zero("the quantity without its sign", quantity.abs())?;
        above_zero("the price", price.amount())?;
        Ok(Self { quantity: quantity.abs(), price, month_so_far: Decimal::ZERO })
    }

    /// The same after a volume that was already traded in the month: shares for a schedule that charges per share, value in
    /// the schedule's currency for one that charges by value.
    ///
    /// # Errors
    ///
    /// [`CostsError::Amount`] when the volume is negative.
    pub fn after_volume(self, month_so_far: Decimal) -> Result<Self, CostsError> {
        Ok(Self { month_so_far: not_negative("the volume of the month so far", month_so_far)?, ..self })
    }

    /// How many units, without sign.
    #[must_use]
    pub const fn quantity(&self) -> Decimal {
        self.quantity
    }

    /// The price of a unit.
    #[must_use]
    pub const fn price(&self) -> Money {
        self.price
    }

    /// The volume of the month before this order.
    #[must_use]
    pub const fn month_so_far(&self) -> Decimal {
        self.month_so_far
    }

    /// Its value: `|quantity| · price`, in the currency of the price.
    ///
    /// # Errors
    ///
    /// [`CostsError::Overflow`] when the value does not fit a decimal.
    pub fn value(&self) -> Result<Money, CostsError> {
        Ok(Money::new(self.quantity.times(self.price.amount())?, self.price.currency()))
    }
}

/// An exchange rate: one unit of `from` is `rate` units of `to`.
///
/// ```
/// use allweather_core::Currency;
/// use allweather_costs::ExchangeRate;
/// use rust_decimal::dec;
/// let dollar = ExchangeRate::new(Currency::USD, Currency::JPY, dec!(150))?;
/// assert_eq!((dollar.from(), dollar.to(), dollar.rate()), (Currency::USD, Currency::JPY, dec!(150)));
/// # Ok::<(), allweather_costs::CostsError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExchangeRate {
    from: Currency,
    to: Currency,
    rate: Decimal,
}

impl ExchangeRate {
    /// The rate by which `from` becomes `to`. The way back is another rate: give both where both are needed.
    ///
    /// # Errors
    ///
    /// [`CostsError::Amount`] when the rate is not above 0.
    pub fn new(from: Currency, to: Currency, rate: Decimal) -> Result<Self, CostsError> {
        Ok(Self { from, to, rate: above_zero("the exchange rate", rate)? })
    }

    /// The currency that is given.
    #[must_use]
    pub const fn from(&self) -> Currency {
        self.from
    }

    /// The currency that is got.
    #[must_use]
    pub const fn to(&self) -> Currency {
        self.to
    }

    /// Units of `to` for one unit of `from`.
    #[must_use]
    pub const fn rate(&self) -> Decimal {
        self.rate
    }
}

/// The amount in another currency, by the first of the rates that leads there.
pub(crate) fn converted(amount: Money, to: Currency, rates: &[ExchangeRate]) -> Result<Money, CostsError> {
    let from = amount.currency();
    if from == to {
        return Ok(amount);
    }
    let found = rates.iter().find(|rate| rate.from == from && rate.to == to);
    let rate = found.ok_or(CostsError::MissingExchangeRate { from, to })?.rate;
    Ok(Money::new(amount.amount().checked_mul(rate).ok_or(Overflow)?, to))
}
