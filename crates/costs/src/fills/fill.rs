use allweather_core::{Currency, Money, Overflow};
use chrono::{NaiveDate, NaiveDateTime};
use rust_decimal::Decimal;

use super::Instrument;

/// One execution, or part of one: what was bought or sold, at which price, and what it cost.
///
/// A currency conversion is a fill as well, of the kind [`super::InstrumentKind::Forex`]: what was bought is
/// [`Fill::quantity`] of [`Instrument::bought`], what was paid is minus [`Fill::proceeds`].
///
/// ```
/// use allweather_core::{Currency, Money};
/// use allweather_costs::fills::{Fill, Instrument, InstrumentKind};
/// use chrono::NaiveDate;
/// use rust_decimal::dec;
/// let vti = Instrument::new("VTI", InstrumentKind::Stock, Currency::USD);
/// let day = NaiveDate::from_ymd_opt(2024, 3, 1).ok_or("a day")?;
/// let mut sale = Fill::new("123", vti, day, dec!(-10), dec!(250));
/// sale.commission = Money::new(dec!(1), Currency::USD);
/// assert_eq!(sale.proceeds()?, Money::new(dec!(2500), Currency::USD));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fill {
    /// The broker's number of the execution, unique within an account.
    pub id: String,
    /// The broker's number of the booking, where it has one beside the id.
    pub booking: Option<String>,
    /// The broker's number of the order; fills of one order are charged together.
    pub order: Option<String>,
    /// What was traded.
    pub instrument: Instrument,
    /// The day of the trade, as the broker books it.
    pub date: NaiveDate,
    /// When it was executed, in the broker's own time zone, which statements do not tell. Its day may be the one before
    /// [`Fill::date`]: a market's evening belongs to its next day.
    pub executed: Option<NaiveDateTime>,
    /// When the order was sent, in the same time zone.
    pub ordered: Option<NaiveDateTime>,
    /// The day on which it is settled.
    pub settled: Option<NaiveDate>,
    /// Units or contracts: above 0 bought, below 0 sold.
    pub quantity: Decimal,
    /// The price of a unit.
    pub price: Money,
    /// What the broker charged, in the currency it charged it in: above 0 a cost, below 0 a rebate.
    pub commission: Money,
    /// Taxes and fees of this trade beside the commission: above 0 a cost.
    pub charges: Vec<Charged>,
    /// Interest that a bond had earned since its last coupon, as cash of the trade: below 0 paid, above 0 received.
    pub accrued: Option<Money>,
    /// The price of a unit when the order was sent, in the currency of [`Fill::price`]. No broker's statement read here
    /// tells it: [`super::Statement::with_arrivals`] takes it from the user.
    pub arrival: Option<Money>,
    /// Units of the account's base currency for one of the instrument's.
    pub to_base: Option<Decimal>,
    /// When set, this row cancels or corrects a fill that is not in the statement.
    pub revises: Option<Revision>,
}

/// A tax or fee of a trade, beside its commission.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Charged {
    /// What the broker calls it.
    pub name: String,
    /// Above 0 a cost.
    pub amount: Money,
}

impl Charged {
    /// A charge by name.
    #[must_use]
    pub fn new(name: impl Into<String>, amount: Money) -> Self {
        Self { name: name.into(), amount }
    }
}

/// What a row does to an earlier one.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Revision {
    /// It takes the other back: its own quantity, price and commission are those of the other with the sign turned.
    Cancels(Original),
    /// It stands in the place of the other.
    Corrects(Original),
}

/// The row that a revision is about, as far as the broker tells.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Original {
    /// Its [`Fill::id`].
    pub id: Option<String>,
    /// Its [`Fill::booking`].
    pub booking: Option<String>,
    /// Its day.
    pub date: Option<NaiveDate>,
}

impl Original {
    /// The row with this id.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: Some(id.into()), ..Self::default() }
    }
}

impl Fill {
    /// A fill without commission: `quantity` above 0 is bought, below 0 sold; `price` is in the instrument's currency.
    #[must_use]
    pub fn new(
        id: impl Into<String>,
        instrument: Instrument,
        date: NaiveDate,
        quantity: Decimal,
        price: Decimal,
    ) -> Self {
        let currency = instrument.currency;
        Self {
            id: id.into(),
            booking: None,
            order: None,
            instrument,
            date,
            executed: None,
            ordered: None,
            settled: None,
            quantity,
            price: Money::new(price, currency),
            commission: Money::new(Decimal::ZERO, currency),
            charges: Vec::new(),
            accrued: None,
            arrival: None,
            to_base: None,
            revises: None,
        }
    }

    /// Whether it was bought.
    #[must_use]
    pub fn is_bought(&self) -> bool {
        self.quantity > Decimal::ZERO
    }

    /// The currency of the price.
    #[must_use]
    pub const fn currency(&self) -> Currency {
        self.price.currency()
    }

    /// Units that came, below 0 went: `quantity · multiplier`.
    ///
    /// # Errors
    ///
    /// [`Overflow`] when the product does not fit a decimal.
    pub fn units(&self) -> Result<Decimal, Overflow> {
        self.quantity.checked_mul(self.instrument.multiplier).ok_or(Overflow)
    }

    /// What its order is called: the broker's number of it, or the fill's own where there is none.
    #[must_use]
    pub fn order_name(&self) -> &str {
        self.order.as_deref().unwrap_or(&self.id)
    }

    /// Cash that the trade itself moves, before costs: `-quantity · price · multiplier`; above 0 for a sale.
    ///
    /// # Errors
    ///
    /// [`Overflow`] when the product does not fit a decimal.
    pub fn proceeds(&self) -> Result<Money, Overflow> {
        let paid = self.units()?.checked_mul(self.price.amount()).ok_or(Overflow)?;
        Ok(Money::new(-paid, self.currency()))
    }

    /// Traded value: `|quantity · price · multiplier|`.
    ///
    /// # Errors
    ///
    /// [`Overflow`] when the product does not fit a decimal.
    pub fn value(&self) -> Result<Money, Overflow> {
        Ok(self.proceeds()?.abs())
    }
}
