use std::fmt;

use allweather_core::{AssetId, Number, Overflow, Percent};
use allweather_rebalance::{
    DriftMeasure, Lot, Plan, PlanAsset, PlanRules, RebalanceError, Scope, Spread, Targets, UnderMinimum,
    paths::{Budget, trade_to_targets},
    plan,
};
use proptest::{collection::vec, prelude::*};
use rust_decimal::{Decimal, dec};

use crate::table::Table;

/// What is held of an asset, at what price, and what is wanted of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TradeRow {
    /// Its name.
    pub id: AssetId,
    /// Units held.
    pub units: Decimal,
    /// Price of a unit.
    pub price: Decimal,
    /// Weight after the trade, of the value after costs.
    pub target: Decimal,
    /// What trading costs, a fraction of traded value.
    pub cost_rate: Decimal,
}

/// An account that is about to be traded to its targets, in divisible holdings. Shown with `{:?}` as a table.
#[derive(Clone, PartialEq, Eq)]
pub struct Trade {
    /// Beside the assets.
    pub cash: Decimal,
    /// The assets.
    pub assets: Vec<TradeRow>,
}

/// Fine enough that no case is near it.
const LOT: Decimal = dec!(0.000001);

impl Trade {
    /// The value of the account before costs.
    ///
    /// # Errors
    ///
    /// [`Overflow`] when what was put in by hand does not fit.
    pub fn value(&self) -> Result<Decimal, Overflow> {
        self.assets.iter().try_fold(self.cash, |sum, row| sum.plus(row.units.times(row.price)?))
    }

    /// The trade as the exact door of `allweather-rebalance` plans it: everything trades, in lots too small to matter.
    ///
    /// # Errors
    ///
    /// As [`plan`].
    pub fn by_plan(&self) -> Result<Plan, RebalanceError> {
        let lot = Lot::new(LOT, LOT)?;
        let asset = |row: &TradeRow| PlanAsset {
            id: row.id.clone(),
            units: row.units,
            price: row.price,
            target: row.target,
            lot,
            cost_rate: row.cost_rate,
        };
        let rules = PlanRules {
            measure: DriftMeasure::Position,
            threshold: 0,
            scope: Scope::All,
            under_minimum: UnderMinimum::Skip,
            precision: Percent::new(Decimal::ONE),
            buffer: Decimal::ONE,
            zero_limit: Decimal::ZERO,
            spread: Spread::Cash,
        };
        plan(&self.assets.iter().map(asset).collect::<Vec<_>>(), self.cash, &rules)
    }

    /// The value of each holding after the trade, by the kernel of simulations in doubles.
    ///
    /// # Errors
    ///
    /// As [`trade_to_targets`].
    pub fn by_paths(&self) -> Result<Vec<f64>, RebalanceError> {
        let column =
            |of: fn(&TradeRow) -> Decimal| self.assets.iter().map(|row| of(row).to_double()).collect();
        let (targets, rates): (Vec<f64>, Vec<f64>) = (column(|row| row.target), column(|row| row.cost_rate));
        let (units, prices): (Vec<f64>, Vec<f64>) = (column(|row| row.units), column(|row| row.price));
        let held: Vec<f64> = units.iter().zip(&prices).map(|(units, price)| units * price).collect();
        let budget = Budget::of(held.iter().sum::<f64>() + self.cash.to_double());
        let mut after = vec![0.0; held.len()];
        trade_to_targets(&held, &Targets::new(targets), &rates, budget, &mut after)?;
        Ok(after)
    }
}

impl fmt::Debug for Trade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = Table::new("asset", self.assets.iter().map(|row| row.id.to_string()).collect());
        let mut column = |heading: &str, of: fn(&TradeRow) -> Decimal| {
            table.column(heading.to_owned(), self.assets.iter().map(|row| of(row).to_string()).collect());
        };
        column("units", |row| row.units);
        column("price", |row| row.price);
        column("target", |row| row.target);
        column("cost rate", |row| row.cost_rate);
        write!(f, "cash {}\n{table}", self.cash)
    }
}

/// Accounts of 1 to 5 assets named `a0`, `a1`, …, and cash, with targets of 1 to 20 % each; the rest of the value is to be cash.
/// Trading costs 0 to 20 %.
pub fn trades() -> BoxedStrategy<Trade> {
    let rate = prop_oneof![2 => 0..=100_i64, 1 => 0..=2000_i64];
    let row = (0..=1000_i64, 1..=10_000_i64, 1..=20_i64, rate);
    (1..=1000_i64, vec(row, 1..=5))
        .prop_filter_map("names", |(cash, rows)| {
            let row = |(i, (units, cents, target, rate))| {
                Some(TradeRow {
                    id: format!("a{i}").parse().ok()?,
                    units: Decimal::from(units),
                    price: Decimal::new(cents, 2),
                    target: Decimal::new(target, 2),
                    cost_rate: Decimal::new(rate, 4),
                })
            };
            let assets = rows.into_iter().enumerate().map(row).collect::<Option<_>>()?;
            Some(Trade { cash: Decimal::from(cash * 1000), assets })
        })
        .boxed()
}
