use allweather_core::{Currency, Money, Number, Overflow, Rate};
use rust_decimal::Decimal;

use crate::CostsError;
use crate::error::not_negative;

/// The rates of the published estimate for one order, each one way and not negative.
///
/// ```
/// use allweather_core::{Currency, Money, Rate};
/// use allweather_costs::OrderRates;
/// use rust_decimal::dec;
/// let rates = OrderRates {
///     max_rate: Rate::from_bps(dec!(8)),
///     slippage_base: Rate::from_bps(dec!(5)),
///     slippage_adjusted: Rate::from_bps(dec!(9)),
///     fx_rate: Rate::from_bps(dec!(0.2)),
/// };
/// let sold = Money::new(dec!(-1_000_000), Currency::JPY);
/// let cost = rates.estimate(sold, sold)?;
/// assert_eq!(cost.commission(), Money::new(dec!(800), Currency::JPY));
/// assert_eq!(cost.slippage(), Money::new(dec!(900), Currency::JPY));
/// assert_eq!(cost.total()?, Money::new(dec!(1720), Currency::JPY));
/// # Ok::<(), allweather_costs::CostsError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderRates {
    /// The highest rate that the broker charges for the asset.
    pub max_rate: Rate,
    /// Slippage from the asset's liquidity.
    pub slippage_base: Rate,
    /// The same, corrected for today's volatility.
    pub slippage_adjusted: Rate,
    /// What converting a currency costs.
    pub fx_rate: Rate,
}

impl OrderRates {
    /// The estimated cost of an order: `notional` is its value, `converted` the part that is converted into or out of
    /// another currency, both signed as you like and in one currency.
    ///
    /// ```text
    /// commission = |notional| · max_rate,   slippage = |notional| · max(base, adjusted),   fx = |converted| · fx_rate
    /// ```
    ///
    /// # Errors
    ///
    /// [`CostsError::Money`] when the currencies differ, [`CostsError::Amount`] when a rate is negative,
    /// [`CostsError::Overflow`] when a product does not fit.
    ///
    /// # Source
    ///
    /// Published method, §4.
    pub fn estimate(&self, notional: Money, converted: Money) -> Result<OrderCost, CostsError> {
        let currency = notional.currency();
        same_currency(currency, converted.currency())?;
        let max_rate = not_negative("the commission rate", self.max_rate.fraction())?;
        let base = not_negative("the base slippage", self.slippage_base.fraction())?;
        let adjusted = not_negative("the adjusted slippage", self.slippage_adjusted.fraction())?;
        let fx_rate = not_negative("the fx rate", self.fx_rate.fraction())?;
        Ok(OrderCost {
            currency,
            commission: charge(notional.amount(), max_rate)?,
            slippage: charge(notional.amount(), slippage_rate(base, adjusted))?,
            fx: charge(converted.amount(), fx_rate)?,
        })
    }
}

/// `|notional| · rate`.
pub(crate) fn charge<N: Number>(notional: N, rate: N) -> Result<N, Overflow> {
    notional.magnitude()?.times(rate)
}

/// `max(base, adjusted)`.
pub(crate) fn slippage_rate<N: Number>(base: N, adjusted: N) -> N {
    adjusted.or_above(base)
}

/// What an order, or a list of orders, costs; exact and in one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderCost {
    currency: Currency,
    commission: Decimal,
    slippage: Decimal,
    fx: Decimal,
}

impl OrderCost {
    /// No cost, in a currency.
    #[must_use]
    pub const fn none(currency: Currency) -> Self {
        Self { currency, commission: Decimal::ZERO, slippage: Decimal::ZERO, fx: Decimal::ZERO }
    }

    /// The cost of a list of orders, kind by kind, in `currency`; nothing for an empty list.
    ///
    /// ```
    /// use allweather_core::{Currency, Money};
    /// use allweather_costs::OrderCost;
    /// let all = OrderCost::sum(Currency::JPY, [OrderCost::none(Currency::JPY)])?;
    /// assert_eq!(all, OrderCost::none(Currency::JPY));
    /// assert!(OrderCost::sum(Currency::JPY, [OrderCost::none(Currency::USD)]).is_err());
    /// # Ok::<(), allweather_costs::CostsError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`CostsError::Money`] when one is in another currency, [`CostsError::Overflow`] when a sum does not fit.
    pub fn sum(currency: Currency, costs: impl IntoIterator<Item = Self>) -> Result<Self, CostsError> {
        costs.into_iter().try_fold(Self::none(currency), |sum, cost| {
            same_currency(currency, cost.currency)?;
            Ok(Self {
                currency,
                commission: sum.commission.plus(cost.commission)?,
                slippage: sum.slippage.plus(cost.slippage)?,
                fx: sum.fx.plus(cost.fx)?,
            })
        })
    }

    /// The same with a commission of `minimum` at least.
    pub(crate) fn at_least(self, minimum: Money) -> Result<Self, CostsError> {
        same_currency(self.currency, minimum.currency())?;
        Ok(Self { commission: self.commission.max(minimum.amount()), ..self })
    }

    /// Paid to the broker.
    #[must_use]
    pub const fn commission(&self) -> Money {
        Money::new(self.commission, self.currency)
    }

    /// Lost between the assumed price and the fill.
    #[must_use]
    pub const fn slippage(&self) -> Money {
        Money::new(self.slippage, self.currency)
    }

    /// Paid for converting currencies.
    #[must_use]
    pub const fn fx(&self) -> Money {
        Money::new(self.fx, self.currency)
    }

    /// All three.
    ///
    /// # Errors
    ///
    /// [`CostsError::Overflow`] when the sum does not fit a decimal.
    pub fn total(&self) -> Result<Money, CostsError> {
        Ok(Money::new(self.commission.plus(self.slippage)?.plus(self.fx)?, self.currency))
    }
}

fn same_currency(left: Currency, right: Currency) -> Result<(), CostsError> {
    // `MoneyError`'s variants are closed to other crates: core makes the error.
    Money::new(Decimal::ZERO, left).checked_add(Money::new(Decimal::ZERO, right))?;
    Ok(())
}
