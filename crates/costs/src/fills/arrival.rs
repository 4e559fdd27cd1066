use std::collections::BTreeMap;

use allweather_core::Money;
use serde::{Deserialize, Serialize};

use super::{Fill, FillsError, Statement};

/// The price of a unit when an order was sent, as the user knows it: the middle of the quotes at [`Fill::ordered`], say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArrivalPrice {
    /// The broker's number of the order, or of a fill that has none.
    pub order: String,
    /// The price, in the currency of the instrument.
    pub price: Money,
}

impl Statement {
    /// The same with arrival prices, which no statement read here tells: every fill of an order takes the order's.
    ///
    /// ```
    /// use allweather_core::{Currency, Money};
    /// use allweather_costs::fills::{ArrivalPrice, Fill, Instrument, InstrumentKind, Statement};
    /// use chrono::NaiveDate;
    /// use rust_decimal::dec;
    /// let day = NaiveDate::from_ymd_opt(2024, 3, 1).ok_or("a day")?;
    /// let vti = Instrument::new("VTI", InstrumentKind::Stock, Currency::USD);
    /// let mut statement = Statement::new("Interactive Brokers", "U1");
    /// statement.fills.push(Fill::new("7", vti, day, dec!(10), dec!(250)));
    /// let arrivals = [ArrivalPrice { order: "7".to_owned(), price: Money::new(dec!(249.95), Currency::USD) }];
    /// let statement = statement.with_arrivals(&arrivals)?;
    /// assert_eq!(statement.fills.first().and_then(|fill| fill.arrival), Some(Money::new(dec!(249.95), Currency::USD)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`FillsError::Arrival`] when an order is given twice or is not in the statement, or its price is not above 0 or in another
    /// currency than the fill's.
    pub fn with_arrivals(mut self, arrivals: &[ArrivalPrice]) -> Result<Self, FillsError> {
        let refused = |order: &str, rule| FillsError::Arrival { order: order.to_owned(), rule };
        let mut unused: BTreeMap<&str, (Money, bool)> = BTreeMap::new();
        for ArrivalPrice { order, price } in arrivals {
            if price.amount() <= rust_decimal::Decimal::ZERO {
                return Err(refused(order, "must be above 0"));
            }
            if unused.insert(order, (*price, false)).is_some() {
                return Err(refused(order, "must be given once"));
            }
        }
        for fill in &mut self.fills {
            let name = fill.order_name();
            let Some((price, used)) = unused.get_mut(name) else { continue };
            if price.currency() != fill.currency() {
                return Err(refused(name, "must be in the currency of the fill"));
            }
            *used = true;
            fill.arrival = Some(*price);
        }
        match unused.iter().find(|(_, (_, used))| !used) {
            Some((order, _)) => Err(refused(order, "must be of an order of the statement")),
            None => Ok(self),
        }
    }
}

impl Fill {
    /// What was lost between the arrival price and the fill, in the currency of the price; above 0 it was adverse. `None` without an
    /// arrival price.
    ///
    /// ```text
    /// shortfall = quantity · multiplier · (price − arrival)      quantity below 0 for a sale
    /// ```
    ///
    /// # Errors
    ///
    /// [`FillsError::Overflow`] when it does not fit a decimal, [`FillsError::Arrival`] when the arrival price is in another currency.
    ///
    /// # Source
    ///
    /// Perold (1988), The implementation shortfall: paper versus reality.
    pub fn shortfall(&self) -> Result<Option<Money>, FillsError> {
        let Some(arrival) = self.arrival else { return Ok(None) };
        if arrival.currency() != self.currency() {
            return Err(FillsError::Arrival {
                order: self.id.clone(),
                rule: "must be in the currency of the fill",
            });
        }
        let worse = self.price.amount().checked_sub(arrival.amount());
        let lost = worse.zip(self.units().ok()).and_then(|(worse, units)| worse.checked_mul(units));
        Ok(Some(Money::new(lost.ok_or(allweather_core::Overflow)?, self.currency())))
    }
}
