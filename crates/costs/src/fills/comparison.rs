use std::collections::BTreeMap;

use allweather_core::{AssetId, Currency, Overflow, Rate};
use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::suggestion::suggested;
use super::{Estimates, FillsError, NoSuggestion, Suggestion};
use crate::{OrderCost, RatioBasis};

/// What a cost was estimated to be and what it was, over the orders of which both are known. Amounts are in the currency of what holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Compared {
    /// How many orders.
    pub orders: usize,
    /// Their traded value.
    pub value: Decimal,
    /// What was estimated.
    pub estimated: Decimal,
    /// What it was; below 0 a gain.
    pub actual: Decimal,
    /// In how many orders it was above the estimate.
    pub above: usize,
    /// By how much at most, a fraction of traded value; `None` when none was above.
    pub worst: Option<Rate>,
    /// By how much on average, over the orders in which it was above: a fraction of traded value.
    pub mean: Option<Rate>,
}

/// An order beside its estimate; amounts in `currency`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ComparedOrder {
    /// The account.
    pub account: String,
    /// The broker's number of the order, or of its fill where it has none.
    pub order: String,
    /// The broker's symbol.
    pub symbol: String,
    /// The asset; `None` for a conversion of currencies.
    pub asset: Option<AssetId>,
    /// The day of its first fill.
    pub date: NaiveDate,
    /// The currency of its price.
    pub currency: Currency,
    /// Whether it was bought.
    pub bought: bool,
    /// How many fills.
    pub fills: usize,
    /// Traded value.
    pub value: Decimal,
    /// What was estimated. Of a conversion all of it is `fx`.
    pub estimated: OrderCost,
    /// The commission that was paid; below 0 a rebate.
    pub commission: Decimal,
    /// Taxes and fees of the trade beside it, which are not estimated.
    pub charges: Decimal,
    /// What was lost against the arrival price, above 0 to the worse; `None` unless every fill has one.
    pub shortfall: Option<Decimal>,
    /// By how much volatility raised the estimated slippage, from 1, and what that rests on.
    pub volatility: (Decimal, RatioBasis),
}

/// The orders of one asset in one currency.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ComparedAsset {
    /// The asset.
    pub asset: AssetId,
    /// The currency of the amounts.
    pub currency: Currency,
    /// How many orders.
    pub orders: usize,
    /// Their traded value.
    pub value: Decimal,
    /// Commissions.
    pub commission: Compared,
    /// Slippage, over the orders with arrival prices.
    pub slippage: Compared,
    /// What converting the traded value was estimated to cost; what it did cost is in [`Comparison::conversions`].
    pub estimated_fx: Decimal,
    /// Taxes and fees of trades, which are not estimated.
    pub charges: Decimal,
    /// The base slippage of the estimate.
    pub base: Rate,
    /// The one that what was seen speaks for.
    pub suggested: Result<Suggestion, NoSuggestion>,
}

/// The conversions of one pair of currencies.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ComparedConversion {
    /// The pair: `USD.JPY`.
    pub symbol: String,
    /// The currency of the amounts.
    pub currency: Currency,
    /// What converting cost: the commission, and where there is an arrival price what was lost against it.
    pub fx: Compared,
    /// Of how many orders the arrival price is known.
    pub with_arrival: usize,
}

/// A fill that was not compared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct LeftOut {
    /// The account.
    pub account: String,
    /// The fill.
    pub fill: String,
    /// The broker's symbol.
    pub symbol: String,
    /// Why.
    pub reason: LeftOutReason,
}

/// Why a fill was not compared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum LeftOutReason {
    /// No asset is given for its symbol.
    Unmapped,
    /// There are no rates for the asset.
    NotEstimated,
    /// It cancels a trade that is not in the statements.
    Cancellation,
    /// Nothing was paid for it: an option that expired.
    NoValue,
    /// A cost is in another currency, and no rate leads from it.
    NoExchangeRate {
        /// The currency of the cost.
        from: Currency,
        /// The currency of the price.
        to: Currency,
    },
}

/// Estimates beside what was paid, by asset and kind of cost.
///
/// Fills of one order are taken together, since a minimum commission is one of an order. Which rows come first, and into how many
/// fills an order was split, changes nothing.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Comparison {
    pub(super) orders: Vec<ComparedOrder>,
    assets: Vec<ComparedAsset>,
    conversions: Vec<ComparedConversion>,
    pub(super) left_out: Vec<LeftOut>,
}

impl Comparison {
    /// The orders, by day, account and number.
    #[must_use]
    pub fn orders(&self) -> &[ComparedOrder] {
        &self.orders
    }

    /// The assets, by name and currency.
    #[must_use]
    pub fn assets(&self) -> &[ComparedAsset] {
        &self.assets
    }

    /// Conversions of currencies, by pair.
    #[must_use]
    pub fn conversions(&self) -> &[ComparedConversion] {
        &self.conversions
    }

    /// What was not compared, and why.
    #[must_use]
    pub fn left_out(&self) -> &[LeftOut] {
        &self.left_out
    }

    /// Sums the orders up by asset and pair.
    pub(super) fn sum_up(&mut self, estimates: &Estimates<'_>) -> Result<(), FillsError> {
        let mut by_asset: BTreeMap<(&AssetId, Currency), Vec<&ComparedOrder>> = BTreeMap::new();
        let mut by_pair: BTreeMap<(&str, Currency), Vec<&ComparedOrder>> = BTreeMap::new();
        for order in &self.orders {
            match &order.asset {
                Some(asset) => by_asset.entry((asset, order.currency)).or_default().push(order),
                None => by_pair.entry((&order.symbol, order.currency)).or_default().push(order),
            }
        }
        let mut assets = Vec::new();
        for ((asset, currency), orders) in by_asset {
            let base = estimates.row(asset).map_or(Rate::ZERO, |row| row.base_slippage);
            let mut seen = Vec::new();
            for order in &orders {
                if let Some(lost) = order.shortfall {
                    let calm =
                        order.value.checked_mul(order.volatility.0).and_then(|value| lost.checked_div(value));
                    seen.push(calm.ok_or(Overflow)?);
                }
            }
            let paid =
                |order: &ComparedOrder| Some((order.estimated.commission().amount(), order.commission));
            let lost = |order: &ComparedOrder| Some((order.estimated.slippage().amount(), order.shortfall?));
            assets.push(ComparedAsset {
                asset: asset.clone(),
                currency,
                orders: orders.len(),
                value: sum(orders.iter().map(|order| order.value))?,
                commission: held(&orders, paid)?,
                slippage: held(&orders, lost)?,
                estimated_fx: sum(orders.iter().map(|order| order.estimated.fx().amount()))?,
                charges: sum(orders.iter().map(|order| order.charges))?,
                base,
                suggested: suggested(seen, base, &estimates.rules)?,
            });
        }
        let mut conversions = Vec::new();
        for ((symbol, currency), orders) in by_pair {
            let all = |order: &ComparedOrder| {
                let actual = order.commission.checked_add(order.shortfall.unwrap_or_default())?;
                Some((order.estimated.fx().amount(), actual))
            };
            conversions.push(ComparedConversion {
                symbol: symbol.to_owned(),
                currency,
                fx: held(&orders, all)?,
                with_arrival: orders.iter().filter(|order| order.shortfall.is_some()).count(),
            });
        }
        (self.assets, self.conversions) = (assets, conversions);
        Ok(())
    }
}

pub(super) fn plus(a: Decimal, b: Decimal) -> Result<Decimal, Overflow> {
    a.checked_add(b).ok_or(Overflow)
}

fn sum(amounts: impl Iterator<Item = Decimal>) -> Result<Decimal, Overflow> {
    amounts.into_iter().try_fold(Decimal::ZERO, plus)
}

/// Estimates and what was paid, of the orders of which `cost` knows both.
fn held(
    orders: &[&ComparedOrder],
    cost: impl Fn(&ComparedOrder) -> Option<(Decimal, Decimal)>,
) -> Result<Compared, FillsError> {
    let mut all = Compared::default();
    let mut excess = Decimal::ZERO;
    for order in orders {
        let Some((estimated, actual)) = cost(order) else { continue };
        all.orders += 1;
        all.value = plus(all.value, order.value)?;
        all.estimated = plus(all.estimated, estimated)?;
        all.actual = plus(all.actual, actual)?;
        if actual > estimated {
            all.above += 1;
            let over = actual
                .checked_sub(estimated)
                .and_then(|over| over.checked_div(order.value))
                .ok_or(Overflow)?;
            excess = plus(excess, over)?;
            all.worst = Some(Rate::from_fraction(all.worst.map_or(over, |worst| worst.fraction().max(over))));
        }
    }
    if all.above > 0 {
        all.mean = Some(Rate::from_fraction(excess.checked_div(all.above.into()).ok_or(Overflow)?));
    }
    Ok(all)
}
