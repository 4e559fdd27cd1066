use std::collections::BTreeMap;

use allweather_core::{AssetId, Currency, Money};
use chrono::NaiveDate;
use rust_decimal::Decimal;

/// What an account holds at the end of a day.
///
/// What is stated is stated wholly: with positions told, an asset that is not among them is stated to be none, and so with cash.
///
/// ```
/// use allweather_core::{Currency, Money};
/// use allweather_portfolio::actual::Standing;
/// use rust_decimal::dec;
/// let standing = Standing::new("2024-01-31".parse()?)
///     .with_units("equity".parse()?, dec!(120))
///     .with_cash(Money::new(dec!(350.25), Currency::USD));
/// assert_eq!(standing.cash.and_then(|cash| cash.get(&Currency::USD).copied()), Some(dec!(350.25)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Standing {
    /// The day.
    pub date: NaiveDate,
    /// Units by asset; `None` when positions are not told.
    pub positions: Option<BTreeMap<AssetId, Decimal>>,
    /// Cash by currency; `None` when cash is not told.
    pub cash: Option<BTreeMap<Currency, Decimal>>,
}

impl Standing {
    /// A day of which nothing is told yet.
    #[must_use]
    pub const fn new(date: NaiveDate) -> Self {
        Self { date, positions: None, cash: None }
    }

    /// The same with so many units of an asset.
    #[must_use]
    pub fn with_units(mut self, asset: AssetId, units: Decimal) -> Self {
        self.positions.get_or_insert_default().insert(asset, units);
        self
    }

    /// The same with this cash in its currency.
    #[must_use]
    pub fn with_cash(mut self, cash: Money) -> Self {
        self.cash.get_or_insert_default().insert(cash.currency(), cash.amount());
        self
    }
}
