use allweather_core::{Currency, Money, Number, Rate};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::error::{above_zero, not_negative};
use crate::order::converted;
use crate::{CostsError, ExchangeRate, Order};

/// What a tier charges.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Charge {
    /// So much money a share.
    PerShare(Money),
    /// A fraction of traded value.
    PerValue(Rate),
}

impl Charge {
    fn number(self) -> Decimal {
        match self {
            Self::PerShare(money) => money.amount(),
            Self::PerValue(rate) => rate.fraction(),
        }
    }
}

/// The volume that decides the tier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TierMeasure {
    /// What was traded in the month, this order included: shares where the charge is per share, otherwise value.
    #[default]
    Month,
    /// This order alone.
    Order,
}

/// One tier of a schedule: what is charged up to a volume, and at least how much per order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tier {
    #[serde(default, skip_serializing_if = "Option::is_none", with = "allweather_core::wire::option")]
    up_to: Option<Decimal>,
    charge: Charge,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    minimum: Option<Money>,
}

impl Tier {
    /// A tier up to and including a volume (shares, or value in the schedule's currency); the last has no bound.
    #[must_use]
    pub const fn new(up_to: Option<Decimal>, charge: Charge) -> Self {
        Self { up_to, charge, minimum: None }
    }

    /// The same with a smallest commission per order, in a currency of its own.
    #[must_use]
    pub const fn with_minimum(self, minimum: Money) -> Self {
        Self { minimum: Some(minimum), ..self }
    }

    /// The volume up to which it reaches; `None` for the last.
    #[must_use]
    pub const fn up_to(&self) -> Option<Decimal> {
        self.up_to
    }

    /// What it charges.
    #[must_use]
    pub const fn charge(&self) -> Charge {
        self.charge
    }

    /// The smallest commission per order.
    #[must_use]
    pub const fn minimum(&self) -> Option<Money> {
        self.minimum
    }
}

/// A broker's fee schedule for one kind of asset, as plain data.
///
/// ```text
/// commission = min(max(Σ over tiers of charge · volume of the order within the tier, minimum), cap · value)
/// ```
///
/// Tiers are marginal: each part of an order pays the charge of the tier it falls into. The minimum is that of the tier in
/// which the order begins. A cap below the minimum binds. All three are `[our reading]` of the broker's tables; where
/// charges and minimums fall with volume, the first two are never cheaper than the alternatives.
///
/// ```
/// use allweather_core::{Currency, Money};
/// use allweather_costs::{FeeSchedule, Order};
/// use rust_decimal::dec;
/// let schedule: FeeSchedule = serde_json::from_str(
///     r#"{"plan": "Australian stocks, fixed", "currency": "AUD",
///         "tiers": [{"charge": {"per_value": "0.0008"}, "minimum": {"amount": "6", "currency": "AUD"}}]}"#,
/// )?;
/// let aud = |amount| Money::new(amount, Currency::AUD);
/// assert_eq!(schedule.commission(&Order::new(dec!(400), aud(dec!(50)))?, &[])?, aud(dec!(16)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "FeeScheduleWire")]
pub struct FeeSchedule {
    plan: String,
    currency: Currency,
    tiers_by: TierMeasure,
    tiers: Vec<Tier>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cap: Option<Rate>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FeeScheduleWire {
    plan: String,
    currency: Currency,
    #[serde(default)]
    tiers_by: TierMeasure,
    tiers: Vec<Tier>,
    #[serde(default)]
    cap: Option<Rate>,
}

impl TryFrom<FeeScheduleWire> for FeeSchedule {
    type Error = CostsError;
    fn try_from(wire: FeeScheduleWire) -> Result<Self, CostsError> {
        let schedule = Self::new(&wire.plan, wire.currency, wire.tiers)?.tiered_by(wire.tiers_by);
        match wire.cap {
            Some(cap) => schedule.with_cap(cap),
            None => Ok(schedule),
        }
    }
}

impl FeeSchedule {
    /// A schedule without a cap, its tiers by the volume of the month; `plan` is its name.
    ///
    /// # Errors
    ///
    /// [`CostsError::NoTiers`] when there are none; [`CostsError::Tier`] when bounds do not ascend above 0, a tier but the
    /// last has none, the last has one, or charges are per share and by value in one schedule or not in its currency;
    /// [`CostsError::Amount`] when a charge or minimum is negative.
    pub fn new(plan: &str, currency: Currency, tiers: Vec<Tier>) -> Result<Self, CostsError> {
        let Some((first, last)) = tiers.first().zip(tiers.len().checked_sub(1)) else {
            return Err(CostsError::NoTiers);
        };
        let mut below = Decimal::ZERO;
        for (position, tier) in tiers.iter().enumerate() {
            let broken = |rule| Err(CostsError::Tier { position, rule });
            match tier.up_to {
                Some(bound) if position < last && bound > below => below = bound,
                None if position == last => {}
                Some(_) if position == last => return broken("is the last and must have no bound"),
                Some(_) => return broken("must end above the one before, and above 0"),
                None => return broken("is not the last and must have a bound"),
            }
            match (first.charge, tier.charge) {
                (Charge::PerValue(_), Charge::PerValue(_)) => {}
                (Charge::PerShare(_), Charge::PerShare(money)) if money.currency() == currency => {}
                (Charge::PerShare(_), Charge::PerShare(_)) => {
                    return broken("must charge in the currency of the schedule");
                }
                _ => return broken("must charge as the first does, per share or by value"),
            }
            not_negative("a charge", tier.charge.number())?;
            not_negative("a minimum", tier.minimum.map_or(Decimal::ZERO, Money::amount))?;
        }
        Ok(Self { plan: plan.to_owned(), currency, tiers_by: TierMeasure::Month, tiers, cap: None })
    }

    /// The same with its tiers by another volume.
    #[must_use]
    pub fn tiered_by(self, tiers_by: TierMeasure) -> Self {
        Self { tiers_by, ..self }
    }

    /// The same with a largest commission per order, as a fraction of the order's value.
    ///
    /// # Errors
    ///
    /// [`CostsError::Amount`] when it is negative.
    pub fn with_cap(self, cap: Rate) -> Result<Self, CostsError> {
        not_negative("the cap", cap.fraction())?;
        Ok(Self { cap: Some(cap), ..self })
    }

    /// The name of the plan.
    #[must_use]
    pub fn plan(&self) -> &str {
        &self.plan
    }

    /// The currency it charges in.
    #[must_use]
    pub const fn currency(&self) -> Currency {
        self.currency
    }

    /// The volume that decides the tier.
    #[must_use]
    pub const fn tiers_by(&self) -> TierMeasure {
        self.tiers_by
    }

    /// The tiers, by ascending volume; at least one.
    #[must_use]
    pub fn tiers(&self) -> &[Tier] {
        &self.tiers
    }

    /// The largest commission per order, as a fraction of its value.
    #[must_use]
    pub const fn cap(&self) -> Option<Rate> {
        self.cap
    }

    /// The commission of one order, in the currency of the schedule.
    ///
    /// `rates` is asked only where currencies differ: from the order's to the schedule's, from a minimum's to the
    /// schedule's.
    ///
    /// # Errors
    ///
    /// [`CostsError::MissingExchangeRate`] names a rate that is needed and not among `rates`; [`CostsError::Overflow`] and
    /// [`CostsError::Money`] when an amount does not fit a decimal.
    pub fn commission(&self, order: &Order, rates: &[ExchangeRate]) -> Result<Money, CostsError> {
        let value = converted(order.value()?, self.currency, rates)?;
        let start = match self.tiers_by {
            TierMeasure::Month => order.month_so_far(),
            TierMeasure::Order => Decimal::ZERO,
        };
        let mut below = Decimal::ZERO;
        let mut charged = Decimal::ZERO;
        let mut minimum = None;
        for tier in &self.tiers {
            let volume = match tier.charge {
                Charge::PerShare(_) => order.quantity(),
                Charge::PerValue(_) => value.amount(),
            };
            let end = start.plus(volume)?;
            let top = tier.up_to.map_or(end, |bound| bound.min(end));
            let within = top.minus(below.max(start))?;
            if within > Decimal::ZERO {
                charged = charged.plus(within.times(tier.charge.number())?)?;
                // An order begins in the first tier that it touches.
                minimum = minimum.or(Some(tier.minimum));
            }
            below = tier.up_to.unwrap_or(below);
        }
        let mut commission = Money::new(charged, self.currency);
        if let Some(minimum) = minimum.flatten() {
            commission = commission.max(converted(minimum, self.currency, rates)?)?;
        }
        match self.cap {
            Some(cap) => Ok(commission.min(value.checked_mul(cap)?)?),
            None => Ok(commission),
        }
    }

    /// What the published method charges for an asset under this schedule: the highest rate that can apply to an order, as
    /// a fraction of its value. That is the cap, where there is one; otherwise the highest charge. The minimum per order
    /// comes on top.
    ///
    /// ```
    /// use allweather_core::{Currency, Money, Rate};
    /// use allweather_costs::{Charge, FeeSchedule, Tier};
    /// use rust_decimal::dec;
    /// let usd = |amount| Money::new(amount, Currency::USD);
    /// let tier = Tier::new(None, Charge::PerShare(usd(dec!(0.005))));
    /// let schedule = FeeSchedule::new("per share", Currency::USD, vec![tier])?;
    /// assert_eq!(schedule.max_rate(Some(usd(dec!(20))))?, Rate::from_fraction(dec!(0.00025)));
    /// assert!(schedule.max_rate(None).is_err());
    /// let capped = schedule.with_cap(Rate::from_fraction(dec!(0.01)))?;
    /// assert_eq!(capped.max_rate(None)?, Rate::from_fraction(dec!(0.01)));
    /// # Ok::<(), allweather_costs::CostsError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`CostsError::MissingPrice`] for a charge per share without a cap and without `price`,
    /// [`CostsError::MissingExchangeRate`] when that price is in another currency, [`CostsError::Amount`] when it is not
    /// above 0, [`CostsError::Overflow`] when the rate does not fit a decimal.
    ///
    /// # Source
    ///
    /// Published method, §4: the highest rate the broker charges.
    pub fn max_rate(&self, price: Option<Money>) -> Result<Rate, CostsError> {
        if let Some(cap) = self.cap {
            return Ok(cap);
        }
        let highest = self.tiers.iter().map(|tier| tier.charge.number()).max().unwrap_or_default();
        if self.tiers.iter().all(|tier| matches!(tier.charge, Charge::PerValue(_))) {
            return Ok(Rate::from_fraction(highest));
        }
        let price = converted(price.ok_or(CostsError::MissingPrice)?, self.currency, &[])?.amount();
        above_zero("the price", price)?;
        Ok(Rate::from_fraction(highest.over(price)?))
    }
}
