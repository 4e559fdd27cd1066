//! One instant's trade: holdings to targets or a pro-rata sale, divisible or in lots, within a budget.

use allweather_core::AssetId;
use allweather_costs::{CostModel, TradedAsset};
use allweather_market::AsOf;
use allweather_rebalance::{
    Outcome, Targets, UnderMinimum,
    paths::{Budget, LotSize, cost_of, sell_pro_rata, trade_to_targets},
};

use crate::{Operation, PortfolioError, Spec, prepare::Prepared};

/// Cost of a trade by kind, in base currency.
#[derive(Debug, Clone, Copy, PartialEq, Default, serde::Serialize)]
#[non_exhaustive]
pub struct CostParts {
    /// Broker's commission.
    pub commission: f64,
    /// Slippage.
    pub slippage: f64,
    /// Exchange fees: conversion of foreign trades and dealing in forwards.
    pub fx: f64,
}

impl CostParts {
    /// All kinds together.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.commission + self.slippage + self.fx
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.commission += other.commission;
        self.slippage += other.slippage;
        self.fx += other.fx;
    }
}

/// Lots of the run, by asset; nothing in simulation.
#[derive(Debug)]
struct Lots {
    sizes: Vec<LotSize>,
    policy: UnderMinimum,
    /// Smallest commission per order, in base currency.
    minimums: Vec<f64>,
    outcomes: Vec<Outcome>,
    /// Traded value of both legs.
    traded: Vec<f64>,
}

/// Buffers of the trade; nothing is allocated once they exist.
#[derive(Debug)]
pub(crate) struct Trading {
    pub(crate) after: Vec<f64>,
    commission: Vec<f64>,
    slippage: Vec<f64>,
    fx: Vec<f64>,
    total: Vec<f64>,
    /// Which kinds of cost there are at all.
    charged: Charged,
    rates_known: bool,
    lots: Option<Lots>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Charged {
    commission: bool,
    slippage: bool,
    fx: bool,
}

/// What is asked of the trade.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Wanted<'a> {
    Targets(&'a Targets),
    /// Nothing but what the budget forces: cash first, then holdings pro rata.
    Payment,
}

impl Trading {
    pub(crate) fn new(spec: &Spec, prepared: &Prepared) -> Self {
        let assets = prepared.universe.len();
        let lots = match &spec.operation {
            Operation::Simulation => None,
            Operation::Actual { lot, lots, under_minimum } => {
                let of = |id: &AssetId| lots.iter().find(|l| l.asset == *id).map_or(lot, |l| &l.lot);
                Some(Lots {
                    sizes: prepared.universe.iter().map(|id| LotSize::from(of(id))).collect(),
                    policy: *under_minimum,
                    minimums: vec![0.0; assets],
                    outcomes: vec![Outcome::Nothing; assets],
                    traded: vec![0.0; assets],
                })
            }
        };
        let zeros = || vec![0.0; assets];
        let (after, commission, slippage, fx, total) = (zeros(), zeros(), zeros(), zeros(), zeros());
        let charged = Charged::default();
        Self { after, commission, slippage, fx, total, charged, rates_known: false, lots }
    }

    /// What became of each order; empty in simulation.
    pub(crate) fn outcomes(&self) -> &[Outcome] {
        self.lots.as_ref().map_or(&[], |lots| &lots.outcomes)
    }

    /// The cost rates of step `t`, and in actual operation the smallest commissions.
    pub(crate) fn take_rates(
        &mut self,
        prepared: &Prepared,
        model: &dyn CostModel,
        market: AsOf<'_>,
        t: usize,
    ) -> Result<(), PortfolioError> {
        if self.rates_known && self.lots.is_none() {
            return Ok(());
        }
        self.charged = Charged::default();
        for (i, instrument) in prepared.instruments.iter().enumerate() {
            let mut asset = TradedAsset::new(&instrument.id, i, instrument.currency, market.base());
            if let Some(volatility) = &prepared.volatility {
                asset = asset.with_volatility(volatility.now[[t, i]], volatility.long_run[[t, i]])?;
            }
            let rates = model.rates(&asset);
            (self.commission[i], self.slippage[i], self.fx[i]) = (rates.commission, rates.slippage, rates.fx);
            self.total[i] = rates.total();
            self.charged.commission |= rates.commission != 0.0;
            self.charged.slippage |= rates.slippage != 0.0;
            self.charged.fx |= rates.fx != 0.0;
            if let Some(lots) = &mut self.lots {
                lots.minimums[i] = match model.minimum(&asset) {
                    None => 0.0,
                    Some(money) => {
                        let amount = allweather_core::Number::to_double(money.amount());
                        let spot = market.spot(money.currency()).and_then(|s| s.last());
                        let spot = if money.currency() == market.base() { Some(1.0) } else { spot };
                        amount
                            * spot.ok_or_else(|| PortfolioError::MissingSpot {
                                asset: instrument.id.clone(),
                                currency: money.currency(),
                                date: market.date(),
                            })?
                    }
                };
            }
        }
        self.rates_known = prepared.volatility.is_none();
        Ok(())
    }

    /// Writes the holdings after the trade into `self.after` and returns its cost by kind.
    pub(crate) fn trade(
        &mut self,
        wanted: Wanted<'_>,
        holdings: &[f64],
        budget: Budget,
    ) -> Result<f64, PortfolioError> {
        match wanted {
            Wanted::Targets(targets) => {
                Ok(trade_to_targets(holdings, targets, &self.total, budget, &mut self.after)?)
            }
            Wanted::Payment => {
                self.after.copy_from_slice(holdings);
                Ok(sell_pro_rata(&mut self.after, &self.total, budget)?)
            }
        }
    }

    /// Whether orders are rounded to lots.
    pub(crate) fn in_lots(&self) -> bool {
        self.lots.is_some()
    }

    /// Rounds the divisible trade in `self.after` to lots and returns its cost by kind.
    pub(crate) fn round_to_lots(
        &mut self,
        holdings: &[f64],
        prices: &[f64],
    ) -> Result<CostParts, PortfolioError> {
        let Some(lots) = &mut self.lots else { return Ok(CostParts::default()) };
        for (i, (&held, &price)) in holdings.iter().zip(prices).enumerate() {
            (lots.traded[i], lots.outcomes[i]) = (0.0, Outcome::Nothing);
            if price <= 0.0 {
                // No price: nothing is held and nothing is wanted.
                self.after[i] = held;
                continue;
            }
            let order = lots.sizes[i].fit((self.after[i] - held) / price, held / price, lots.policy)?;
            self.after[i] = (held + (order.buy - order.sell) * price).max(0.0);
            lots.traded[i] = (order.buy + order.sell) * price;
            lots.outcomes[i] = order.outcome;
        }
        Ok(self.lot_costs())
    }

    /// Frees at least `short` in base currency: cuts the largest purchase, or sells more of the largest holding. `false` when
    /// neither is possible.
    pub(crate) fn free(
        &mut self,
        holdings: &[f64],
        prices: &[f64],
        short: f64,
    ) -> Result<bool, PortfolioError> {
        let Some(lots) = &mut self.lots else { return Ok(false) };
        let bought = |i: usize| self.after[i] - holdings[i];
        let largest =
            (0..holdings.len()).filter(|&i| bought(i) > 0.0).max_by(|&a, &b| bought(a).total_cmp(&bought(b)));
        if let Some(i) = largest {
            let price = prices[i];
            // A round trip has a sale of its own: it goes whole.
            let trip = lots.outcomes[i] == Outcome::RoundTrip;
            let unit_cost = price * (1.0 + self.total[i]);
            let remains = if trip { 0.0 } else { lots.sizes[i].cut(bought(i) / price, unit_cost, short)? };
            self.after[i] = holdings[i] + remains * price;
            lots.traded[i] = remains * price;
            lots.outcomes[i] = Outcome::Cut;
            return Ok(true);
        }
        let held = |i: usize| self.after[i];
        let Some(i) = (0..holdings.len())
            .filter(|&i| held(i) > 0.0 && prices[i] > 0.0)
            .max_by(|&a, &b| held(a).total_cmp(&held(b)))
        else {
            return Ok(false);
        };
        let (price, units) = (prices[i], holdings[i] / prices[i]);
        let sold = (holdings[i] - self.after[i]) / price;
        let more = short / (price * (1.0 - self.total[i]));
        let mut order = lots.sizes[i].fit(-(sold + more), units, UnderMinimum::Skip)?;
        let mut ask = sold + more;
        // Rounding to the nearest size may fall short, and a small order may be below the minimum: ask for more until it grows.
        while order.sell <= sold && order.sell < units {
            ask *= 2.0;
            order = lots.sizes[i].fit(-ask, units, UnderMinimum::Skip)?;
            if !ask.is_finite() {
                return Ok(false);
            }
        }
        self.after[i] = (holdings[i] - order.sell * price).max(0.0);
        lots.traded[i] = order.sell * price;
        lots.outcomes[i] = Outcome::Done;
        Ok(order.sell > sold)
    }

    /// Cost by kind of the lots in hand.
    pub(crate) fn lot_costs(&self) -> CostParts {
        let mut costs = CostParts::default();
        let Some(lots) = &self.lots else { return costs };
        for (i, &traded) in lots.traded.iter().enumerate() {
            if traded > 0.0 {
                costs.commission += (traded * self.commission[i]).max(lots.minimums[i]);
                costs.slippage += traded * self.slippage[i];
                costs.fx += traded * self.fx[i];
            }
        }
        costs
    }

    /// Cost by kind of the divisible trade from `holdings` to `self.after`.
    pub(crate) fn costs(&self, holdings: &[f64]) -> CostParts {
        let of = |rates: &[f64], any: bool| if any { cost_of(holdings, &self.after, rates) } else { 0.0 };
        CostParts {
            commission: of(&self.commission, self.charged.commission),
            slippage: of(&self.slippage, self.charged.slippage),
            fx: of(&self.fx, self.charged.fx),
        }
    }
}
