use std::collections::BTreeMap;

use allweather_core::{AssetId, Currency, Money, Overflow, Rate};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::comparison::plus;
use super::{
    ComparedOrder, Comparison, ComparisonRules, Fill, FillsError, InstrumentKind, LeftOut, LeftOutReason,
    Revision, Statement, SymbolMap,
};
use crate::order::converted;
use crate::{AssetCosts, CostsError, ExchangeRate, OrderRates, PublishedCosts, RatioBasis};

/// The volatilities of an asset on a day, in any one unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DayVolatility {
    /// The asset.
    pub asset: AssetId,
    /// The day of the order.
    pub date: NaiveDate,
    /// Volatility as of that day.
    pub now: f64,
    /// Volatility over the long run.
    pub long_run: f64,
}

/// The estimate that fills are held against.
///
/// ```
/// use allweather_core::{Currency, Money, Rate};
/// use allweather_costs::fills::{Estimates, FlexXml, StatementReader, SymbolMap};
/// use allweather_costs::PublishedCosts;
/// use rust_decimal::dec;
/// let text = r#"<FlexQueryResponse><FlexStatements><FlexStatement accountId="U1"><Trades>
///   <Trade assetCategory="STK" symbol="VTI" currency="USD" tradeID="7" ibOrderID="3" tradeDate="20240301" buySell="BUY"
///          quantity="10" tradePrice="250" proceeds="-2500" ibCommission="-1"/>
/// </Trades></FlexStatement></FlexStatements></FlexQueryResponse>"#;
/// let statements = FlexXml.read("march.xml", text.as_bytes())?;
/// let symbols: SymbolMap = serde_json::from_str(r#"[{"symbol": "VTI", "asset": "us"}]"#)?;
/// let costs: PublishedCosts = serde_json::from_str(
///     r#"{"assets": [{"asset": "us", "max_rate": "0.0005", "base_slippage": "0.0004"}], "fx_rate": "0.00002"}"#,
/// )?;
/// let compared = Estimates::new(&costs, &symbols).compare(&statements)?;
/// let [us] = compared.assets() else { return Err("one asset".into()) };
/// assert_eq!((us.commission.estimated, us.commission.actual), (dec!(1.25), dec!(1)));
/// assert_eq!(us.commission.above, 0);
/// assert!(us.suggested.is_err()); // No arrival prices, no slippage.
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Estimates<'a> {
    costs: &'a PublishedCosts,
    symbols: &'a SymbolMap,
    volatilities: &'a [DayVolatility],
    rates: &'a [ExchangeRate],
    pub(super) rules: ComparisonRules,
}

/// By how much volatility raises slippage on a day, and what that rests on.
type ByDay<'a> = BTreeMap<(&'a AssetId, NaiveDate), (Decimal, RatioBasis)>;

impl<'a> Estimates<'a> {
    /// The published estimate for the assets that these symbols are: without volatilities (slippage is the base), and with the
    /// statements' own exchange rates only.
    #[must_use]
    pub fn new(costs: &'a PublishedCosts, symbols: &'a SymbolMap) -> Self {
        Self { costs, symbols, volatilities: &[], rates: &[], rules: ComparisonRules::default() }
    }

    /// The same with volatilities. A day that is not among them has the base slippage.
    #[must_use]
    pub const fn with_volatilities(self, volatilities: &'a [DayVolatility]) -> Self {
        Self { volatilities, ..self }
    }

    /// The same with exchange rates for costs in a currency that a statement gives no rate for.
    #[must_use]
    pub const fn with_rates(self, rates: &'a [ExchangeRate]) -> Self {
        Self { rates, ..self }
    }

    /// The same with other rules for suggestions.
    #[must_use]
    pub const fn with_rules(self, rules: ComparisonRules) -> Self {
        Self { rules, ..self }
    }

    /// The fills of the statements beside their estimates. A fill that two statements of an account tell alike counts once; what they
    /// tell in different words, or cancel in each other, only [`Statement::merge`] finds: merge what overlaps first.
    ///
    /// ```text
    /// estimated commission = max(value · max_rate, minimum)        estimated slippage = value · max(base, base · ratio^β)
    /// estimated fx = value · fx_rate, of assets in another currency than the account's and of conversions
    /// actual slippage = Σ quantity · multiplier · (price − arrival)
    /// ```
    ///
    /// # Errors
    ///
    /// [`FillsError::RepeatedVolatility`], [`FillsError::Costs`] when a volatility is not finite or negative,
    /// [`FillsError::Arrival`] when an arrival price is in another currency, [`FillsError::Overflow`] when a sum does not fit.
    pub fn compare(&self, statements: &[Statement]) -> Result<Comparison, FillsError> {
        let mut compared = Comparison::default();
        let volatilities = self.by_day()?;
        let mut orders: BTreeMap<Key<'_>, Vec<(&Statement, &Fill)>> = BTreeMap::new();
        let mut seen: BTreeMap<(&str, &str, &str), &Fill> = BTreeMap::new();
        for statement in statements {
            for fill in &statement.fills {
                let number = (&*statement.broker, &*statement.account, &*fill.id);
                if !fill.id.is_empty() && seen.insert(number, fill) == Some(fill) {
                    continue;
                }
                let asset = self.symbols.asset(&fill.instrument).ok();
                let reason = if matches!(fill.revises, Some(Revision::Cancels(_))) {
                    Some(LeftOutReason::Cancellation)
                } else if asset.is_none() && fill.instrument.kind != InstrumentKind::Forex {
                    Some(LeftOutReason::Unmapped)
                } else if asset.is_some_and(|asset| self.row(asset).is_none()) {
                    Some(LeftOutReason::NotEstimated)
                } else if fill.value()?.amount().is_zero() {
                    Some(LeftOutReason::NoValue)
                } else {
                    None
                };
                if let Some(reason) = reason {
                    compared.left_out.push(left_out(statement, fill, reason));
                    continue;
                }
                orders.entry(Key::of(statement, fill)).or_default().push((statement, fill));
            }
        }
        for fills in orders.values() {
            match self.order(fills, &volatilities)? {
                Ok(order) => compared.orders.push(order),
                Err(reason) => {
                    let all = fills.iter().map(|(statement, fill)| left_out(statement, fill, reason.clone()));
                    compared.left_out.extend(all);
                }
            }
        }
        compared.left_out.sort();
        compared.orders.sort_by(|a, b| {
            (a.date, &a.account, &a.order, &a.symbol, a.bought)
                .cmp(&(b.date, &b.account, &b.order, &b.symbol, b.bought))
        });
        compared.sum_up(self)?;
        Ok(compared)
    }

    pub(super) fn row(&self, asset: &AssetId) -> Option<&'a AssetCosts> {
        self.costs.assets().iter().find(|row| row.asset == *asset)
    }

    /// By how much each day's volatility raises slippage: the slippage of a base of 1.
    fn by_day(&self) -> Result<ByDay<'a>, FillsError> {
        let mut by_day = BTreeMap::new();
        for DayVolatility { asset, date, now, long_run } in self.volatilities {
            let raised = self.costs.slippage().slippage(1.0, Some(*now), Some(*long_run))?;
            let factor = Decimal::try_from(raised.rate).map_err(|_| Overflow)?;
            if by_day.insert((asset, *date), (factor, raised.basis)).is_some() {
                return Err(FillsError::RepeatedVolatility { asset: asset.clone(), date: *date });
            }
        }
        Ok(by_day)
    }

    fn order(
        &self,
        fills: &[(&Statement, &Fill)],
        volatilities: &ByDay<'_>,
    ) -> Result<Result<ComparedOrder, LeftOutReason>, FillsError> {
        let Some((statement, first)) = fills.iter().min_by_key(|(_, fill)| (fill.date, &fill.id)) else {
            return Ok(Err(LeftOutReason::NoValue));
        };
        let currency = first.currency();
        let (mut value, mut commission, mut charges) = (Decimal::ZERO, Decimal::ZERO, Decimal::ZERO);
        let mut shortfall = Some(Decimal::ZERO);
        for (statement, fill) in fills {
            value = plus(value, fill.value()?.amount())?;
            match self.in_price(statement, fill, fill.commission)? {
                Ok(amount) => commission = plus(commission, amount)?,
                Err(reason) => return Ok(Err(reason)),
            }
            for charge in &fill.charges {
                match self.in_price(statement, fill, charge.amount)? {
                    Ok(amount) => charges = plus(charges, amount)?,
                    Err(reason) => return Ok(Err(reason)),
                }
            }
            shortfall = match (shortfall, fill.shortfall()?) {
                (Some(sum), Some(lost)) => Some(plus(sum, lost.amount())?),
                _ => None,
            };
        }
        let asset = self.symbols.asset(&first.instrument).ok();
        let row = asset.and_then(|asset| self.row(asset));
        let none = (Decimal::ONE, RatioBasis::Missing);
        let volatility =
            asset.and_then(|asset| volatilities.get(&(asset, first.date))).copied().unwrap_or(none);
        let traded = Money::new(value, currency);
        let foreign = row.is_none() || statement.base_currency.is_some_and(|base| base != currency);
        let base = row.map_or(Rate::ZERO, |row| row.base_slippage);
        let adjusted = base.fraction().checked_mul(volatility.0).ok_or(Overflow)?;
        let rates = OrderRates {
            max_rate: row.map_or(Rate::ZERO, |row| row.max_rate),
            slippage_base: base,
            slippage_adjusted: Rate::from_fraction(adjusted),
            fx_rate: self.costs.fx_rate(),
        };
        let converting = if foreign { traded } else { Money::new(Decimal::ZERO, currency) };
        let mut estimated = rates.estimate(traded, converting)?;
        if let Some(minimum) = row.and_then(|row| row.minimum) {
            match self.in_price(statement, first, minimum)? {
                Ok(minimum) => estimated = estimated.at_least(Money::new(minimum, currency))?,
                Err(reason) => return Ok(Err(reason)),
            }
        }
        Ok(Ok(ComparedOrder {
            account: statement.account.clone(),
            order: first.order_name().to_owned(),
            symbol: first.instrument.symbol.clone(),
            asset: asset.cloned(),
            date: first.date,
            currency,
            bought: first.is_bought(),
            fills: fills.len(),
            value,
            estimated,
            commission,
            charges,
            shortfall,
            volatility,
        }))
    }

    /// An amount in the currency of the price: by the statement's rate where it is in the account's currency, else by the user's.
    fn in_price(
        &self,
        statement: &Statement,
        fill: &Fill,
        amount: Money,
    ) -> Result<Result<Decimal, LeftOutReason>, FillsError> {
        let (from, to) = (amount.currency(), fill.currency());
        if from == to || amount.amount().is_zero() {
            return Ok(Ok(amount.amount()));
        }
        if let (Some(base), Some(rate)) = (statement.base_currency, fill.to_base)
            && base == from
        {
            return Ok(Ok(amount.amount().checked_div(rate).ok_or(Overflow)?));
        }
        match converted(amount, to, self.rates) {
            Ok(amount) => Ok(Ok(amount.amount())),
            Err(CostsError::MissingExchangeRate { from, to }) => {
                Ok(Err(LeftOutReason::NoExchangeRate { from, to }))
            }
            Err(e) => Err(e.into()),
        }
    }
}

/// What makes fills one order.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Key<'a> {
    account: (&'a str, &'a str),
    order: &'a str,
    symbol: &'a str,
    currency: Currency,
    bought: bool,
}

impl<'a> Key<'a> {
    fn of(statement: &'a Statement, fill: &'a Fill) -> Self {
        Self {
            account: (&statement.broker, &statement.account),
            order: fill.order_name(),
            symbol: &fill.instrument.symbol,
            currency: fill.currency(),
            bought: fill.is_bought(),
        }
    }
}

fn left_out(statement: &Statement, fill: &Fill, reason: LeftOutReason) -> LeftOut {
    let symbol = fill.instrument.symbol.clone();
    LeftOut { account: statement.account.clone(), fill: fill.id.clone(), symbol, reason }
}
