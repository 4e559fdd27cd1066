//! One instant's trade: holdings to targets or a pro-rata sale, divisible or in lots, within a budget.

use allweather_core::AssetId;
use allweather_costs::{CostModel, TradedAsset};
use allweather_market::AsOf;
use allweather_rebalance::{
    Outcome, UnderMinimum,
    paths::{Budget, LotSize, cost_of, sell_pro_rata, trade_to_targets, traded, value_within},
};

use allweather_taxes::LossLine;
use chrono::NaiveDate;

use crate::{
    Operation, PortfolioError, Spec, VaultStep,
    desk::Desk,
    losses::{LegCost, Losses, Moved},
    prepare::Prepared,
    tree::Tree,
    vaults::{Order, Vaults},
};

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
    /// Units sold and bought: both in a round trip.
    sell: Vec<f64>,
    buy: Vec<f64>,
}

impl Lots {
    /// Value of a holding after its order.
    fn left(&self, i: usize, held: f64, price: f64) -> f64 {
        if self.buy[i] == 0.0 && self.sell[i] >= held / price {
            // All of it: not what rounding would leave, which the next sale would pay a whole commission for.
            return 0.0;
        }
        (held + (self.buy[i] - self.sell[i]) * price).max(0.0)
    }

    /// Values sold and bought.
    fn legs(&self, i: usize, held: f64, price: f64) -> (f64, f64) {
        let (sold, bought) = (self.sell[i] * price, self.buy[i] * price);
        (if bought > 0.0 { sold } else { sold.min(held) }, bought)
    }
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
    vaults: Option<Vaults>,
    losses: Option<Losses>,
    /// No cost at all, by asset: what a part of the solving asks for.
    free: Vec<f64>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Charged {
    commission: bool,
    slippage: bool,
    fx: bool,
}

impl Trading {
    pub(crate) fn new(spec: &Spec, prepared: &Prepared, divisible: bool) -> Result<Self, PortfolioError> {
        let assets = prepared.universe.len();
        let lots = match &spec.operation {
            Operation::Actual { lot, lots, under_minimum, .. } if !divisible => {
                let of = |id: &AssetId| lots.iter().find(|l| l.asset == *id).map_or(lot, |l| &l.lot);
                Some(Lots {
                    sizes: prepared.universe.iter().map(|id| LotSize::from(of(id))).collect(),
                    policy: *under_minimum,
                    minimums: vec![0.0; assets],
                    outcomes: vec![Outcome::Nothing; assets],
                    sell: vec![0.0; assets],
                    buy: vec![0.0; assets],
                })
            }
            _ => None,
        };
        let zeros = || vec![0.0; prepared.tree.places()];
        let vaults = Vaults::new(&prepared.tree);
        let (after, commission, slippage, fx, total) = (zeros(), zeros(), zeros(), zeros(), zeros());
        let (charged, rates_known) = (Charged::default(), false);
        let losses = spec.loss_realisation.map(|programme| Losses::new(programme, assets)).transpose()?;
        let free = vec![0.0; if losses.is_some() { assets } else { 0 }];
        Ok(Self { after, commission, slippage, fx, total, charged, rates_known, lots, vaults, losses, free })
    }

    /// What became of each order; empty in simulation.
    pub(crate) fn outcomes(&self) -> &[Outcome] {
        self.lots.as_ref().map_or(&[], |lots| &lots.outcomes)
    }

    /// Nothing is traded: the orders of an earlier step are not this one's.
    pub(crate) fn forget_orders(&mut self) {
        if let Some(lots) = &mut self.lots {
            lots.outcomes.fill(Outcome::Nothing);
        }
        self.forget_losses();
    }

    /// A step begins: the programme has decided nothing.
    pub(crate) fn forget_losses(&mut self) {
        if let Some(losses) = &mut self.losses {
            losses.forget();
        }
    }

    /// Lets the programme decide which losses are realised at this step. Whether there are any.
    pub(crate) fn look_for_losses(
        &mut self,
        date: NaiveDate,
        holdings: &[f64],
    ) -> Result<bool, PortfolioError> {
        let Some(mut losses) = self.losses.take() else { return Ok(false) };
        let looked = losses.look(date, holdings, |i| self.side(i, holdings[i]));
        let closes = losses.closes();
        self.losses = Some(losses);
        looked.map(|()| closes)
    }

    /// What one side of a trade of this value costs, over the value: the smallest commission counts too.
    fn side(&self, i: usize, value: f64) -> f64 {
        // A decision by this bound is a decision: a half or more is never worth a loss.
        (self.leg(i, value) / value).min(0.499)
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
            let parts = [rates.commission, rates.slippage, rates.fx];
            if !(parts.iter().all(|rate| *rate >= 0.0) && rates.total() < 0.5) {
                let (asset, rate, date) = (instrument.id.clone(), rates.total(), market.date());
                return Err(PortfolioError::CostRates { asset, rate, date });
            }
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

    /// What trading each place costs, as taken last.
    pub(crate) fn rates(&self) -> &[f64] {
        &self.total
    }

    /// Writes the holdings after the trade into `self.after` and returns its cost, before orders of several vaults meet. A rule that holds trades only what the budget
    /// forces: cash first, then holdings pro rata.
    pub(crate) fn trade(
        &mut self,
        tree: &Tree,
        desks: &[Desk],
        date: NaiveDate,
        holdings: &[f64],
        budget: Budget,
    ) -> Result<f64, PortfolioError> {
        if self.losses.as_ref().is_some_and(Losses::closes) {
            return self.trade_and_close(desks, date, holdings, budget);
        }
        let Self { after, total: rates, vaults, .. } = self;
        if let Some(vaults) = vaults {
            return vaults.trade(Order { tree, desks, holdings, rates, budget }, after);
        }
        if desks[0].decision().trades() {
            return Ok(trade_to_targets(holdings, desks[0].targets(), rates, budget, after)?);
        }
        after.copy_from_slice(holdings);
        Ok(sell_pro_rata(after, rates, budget)?)
    }

    /// The same with losses realised: what is sold for its loss and not sold anyway is bought back, and its cost is solved together with
    /// the trade's. What is not worth it once the trade has sold its part is left alone, and then all is solved again.
    fn trade_and_close(
        &mut self,
        desks: &[Desk],
        date: NaiveDate,
        holdings: &[f64],
        budget: Budget,
    ) -> Result<f64, PortfolioError> {
        let Some(mut losses) = self.losses.take() else { return Ok(0.0) };
        let solved = self.solve_and_close(&mut losses, desks, date, holdings, budget);
        self.losses = Some(losses);
        solved
    }

    fn solve_and_close(
        &mut self,
        losses: &mut Losses,
        desks: &[Desk],
        date: NaiveDate,
        holdings: &[f64],
        budget: Budget,
    ) -> Result<f64, PortfolioError> {
        loop {
            let Self { after, total: rates, free, .. } = &mut *self;
            let mut cost = 0.0;
            value_within(budget, |value| {
                let part = Budget { base: value, multiple: 0.0 };
                if desks[0].decision().trades() {
                    trade_to_targets(holdings, desks[0].targets(), free, part, after)?;
                } else {
                    after.copy_from_slice(holdings);
                    sell_pro_rata(after, free, part)?;
                }
                losses.buy_back(holdings, after);
                cost = cost_of(holdings, after, rates) + round_trips(losses.trips(), rates);
                Ok::<f64, PortfolioError>(cost)
            })?;
            let sold = |i: usize| (holdings[i] - self.after[i]).max(0.0);
            let side = |i: usize| self.side(i, holdings[i]);
            // Each pass leaves one alone at least, or is the last.
            if !losses.leave_alone(date, holdings, sold, side)? {
                return Ok(cost);
            }
        }
    }

    /// Books the step's sales and purchases, and writes a line for each asset with something to tell, when lines are wanted.
    pub(crate) fn book_losses(
        &mut self,
        date: NaiveDate,
        holdings: &[f64],
        prices: &[f64],
        universe: &[AssetId],
        mut lines: Option<&mut Vec<LossLine>>,
    ) -> Result<(), PortfolioError> {
        let Some(mut losses) = self.losses.take() else { return Ok(()) };
        for (i, (&held, asset)) in holdings.iter().zip(universe).enumerate() {
            let (sold, bought) = match &self.lots {
                None => ((held - self.after[i]).max(0.0), (self.after[i] - held).max(0.0)),
                Some(lots) => lots.legs(i, held, prices[i]),
            };
            let line = losses.book(date, i, asset, Moved { held, sold, bought }, &*self)?;
            if let Some(lines) = &mut lines {
                lines.extend(line);
            }
        }
        self.losses = Some(losses);
        Ok(())
    }

    /// What the programme sells and buys back, in lots: not more than is left under water, in sizes that can be bought.
    fn trips_in_lots(
        &mut self,
        date: NaiveDate,
        holdings: &[f64],
        prices: &[f64],
    ) -> Result<(), PortfolioError> {
        let Some(mut losses) = self.losses.take() else { return Ok(()) };
        let answer = self.fit_trips(&mut losses, date, holdings, prices);
        self.losses = Some(losses);
        answer
    }

    fn fit_trips(
        &self,
        losses: &mut Losses,
        date: NaiveDate,
        holdings: &[f64],
        prices: &[f64],
    ) -> Result<(), PortfolioError> {
        let Some(lots) = &self.lots else { return Ok(()) };
        let sold = |i: usize| lots.legs(i, holdings[i], prices[i]).0;
        for (i, &price) in prices.iter().enumerate() {
            let left = losses.trip_left(i, sold(i));
            let mut units = 0.0;
            if left > 0.0 && price > 0.0 {
                let wanted = left / price;
                units = lots.sizes[i].fit(wanted, 0.0, UnderMinimum::Skip)?.buy;
                if units > wanted * (1.0 + 1e-9) {
                    // Rounded up: a step less.
                    units = lots.sizes[i].cut(units, 1.0, lots.sizes[i].increment())?;
                }
            }
            losses.set_trip(i, (units * price).min(left));
        }
        losses.leave_alone(date, holdings, sold, |i| self.side(i, holdings[i])).map(|_| ())
    }

    /// What was traded, both sides together, after orders of several vaults have met.
    pub(crate) fn traded(&self, holdings: &[f64]) -> f64 {
        match &self.vaults {
            None => traded(holdings, &self.after),
            Some(vaults) => {
                let rows = holdings.iter().zip(&self.after).zip(vaults.netted());
                rows.map(|((before, after), netted)| netted * (after - before).abs()).sum()
            }
        }
    }

    /// Moves the shares of the vaults after a trade, or after none.
    pub(crate) fn settle_vaults(
        &mut self,
        tree: &Tree,
        desks: &[Desk],
        holdings: &[f64],
        traded: bool,
        lines: Option<&mut Vec<VaultStep>>,
    ) {
        if let Some(vaults) = &mut self.vaults {
            let after = traded.then_some(self.after.as_slice());
            vaults.settle(tree, desks, holdings, after, &self.total, lines);
        }
    }

    /// Whether orders are rounded to lots.
    pub(crate) fn in_lots(&self) -> bool {
        self.lots.is_some()
    }

    /// Rounds the divisible trade in `self.after` to lots and returns its cost by kind.
    pub(crate) fn round_to_lots(
        &mut self,
        date: NaiveDate,
        holdings: &[f64],
        prices: &[f64],
    ) -> Result<CostParts, PortfolioError> {
        let Some(lots) = &mut self.lots else { return Ok(CostParts::default()) };
        for (i, (&held, &price)) in holdings.iter().zip(prices).enumerate() {
            if price > 0.0 {
                let wanted = (self.after[i] - held) / price;
                let order = lots.sizes[i].fit(wanted, held / price, lots.policy)?;
                (lots.sell[i], lots.buy[i], lots.outcomes[i]) = (order.sell, order.buy, order.outcome);
            } else {
                // No price: nothing is held and nothing is wanted.
                (lots.sell[i], lots.buy[i], lots.outcomes[i]) = (0.0, 0.0, Outcome::Nothing);
            }
            self.after[i] = lots.left(i, held, price);
        }
        self.trips_in_lots(date, holdings, prices)?;
        Ok(self.lot_costs(prices))
    }

    /// Frees cash towards `short` (base currency): cuts the largest purchase, or sells more of the largest holding. `false` when
    /// everything is sold. Every call changes an order by a whole step at least, so calling it again and again ends.
    pub(crate) fn free(
        &mut self,
        date: NaiveDate,
        holdings: &[f64],
        prices: &[f64],
        short: f64,
    ) -> Result<bool, PortfolioError> {
        let freed = self.free_some(holdings, prices, short)?;
        self.trips_in_lots(date, holdings, prices)?;
        Ok(freed)
    }

    fn free_some(&mut self, holdings: &[f64], prices: &[f64], short: f64) -> Result<bool, PortfolioError> {
        let Some(lots) = &mut self.lots else { return Ok(false) };
        let net = |lots: &Lots, i: usize| (lots.buy[i] - lots.sell[i]) * prices[i];
        let places = || (0..holdings.len()).filter(|&i| prices[i] > 0.0);
        let largest_purchase = places()
            .filter(|&i| lots.buy[i] > lots.sell[i])
            .max_by(|&a, &b| net(lots, a).total_cmp(&net(lots, b)));
        if let Some(i) = largest_purchase {
            // A round trip has a sale of its own: it goes whole.
            let trip = lots.sell[i] > 0.0;
            let unit_cost = prices[i] * (1.0 + self.total[i]);
            let remains = if trip { 0.0 } else { lots.sizes[i].cut(lots.buy[i], unit_cost, short)? };
            (lots.sell[i], lots.buy[i], lots.outcomes[i]) = (0.0, remains, Outcome::Cut);
            self.after[i] = lots.left(i, holdings[i], prices[i]);
            return Ok(true);
        }
        // A holding that is sold out but for the rounding of its value has nothing left to give.
        let left = |i: usize| holdings[i] / prices[i] + lots.buy[i] - lots.sell[i];
        let largest_holding = places()
            .filter(|&i| left(i) > 1e-9 * holdings[i] / prices[i])
            .max_by(|&a, &b| self.after[a].total_cmp(&self.after[b]));
        let Some(i) = largest_holding else { return Ok(false) };
        let held = holdings[i] / prices[i];
        let sold = lots.sell[i] - lots.buy[i];
        let more = short / (prices[i] * (1.0 - self.total[i]));
        let mut sell = lots.sizes[i].sale_of_at_least(sold + more, held)?;
        if sell <= sold {
            // What is short is less than the rounding of the size: one step more.
            sell = lots.sizes[i].sale_of_at_least(sold + lots.sizes[i].increment(), held)?;
        }
        (lots.sell[i], lots.buy[i], lots.outcomes[i]) = (sell, 0.0, Outcome::Done);
        self.after[i] = lots.left(i, holdings[i], prices[i]);
        Ok(sell > sold)
    }

    /// Cost by kind of the lots in hand.
    pub(crate) fn lot_costs(&self, prices: &[f64]) -> CostParts {
        let mut costs = CostParts::default();
        let Some(lots) = &self.lots else { return costs };
        for (i, price) in prices.iter().enumerate() {
            let trip = self.losses.as_ref().map_or(0.0, |losses| losses.trips()[i]);
            // Each leg is an order of its own and pays the smallest commission at least.
            for value in [lots.sell[i] * price + trip, lots.buy[i] * price + trip] {
                if value > 0.0 {
                    costs.add(&self.order(i, value));
                }
            }
        }
        costs
    }

    /// Cost by kind of one order of this value, at the rates taken last: its commission is the smallest one at least.
    pub(crate) fn order(&self, place: usize, value: f64) -> CostParts {
        let smallest = self.lots.as_ref().map_or(0.0, |lots| lots.minimums[place]);
        CostParts {
            commission: (value * self.commission[place]).max(smallest),
            slippage: value * self.slippage[place],
            fx: value * self.fx[place],
        }
    }

    /// Cost by kind of the divisible trade from `holdings` to `self.after`.
    pub(crate) fn costs(&self, holdings: &[f64]) -> CostParts {
        let trips = self.losses.as_ref().filter(|losses| losses.closes()).map(Losses::trips);
        let of = |rates: &[f64], any: bool| match &self.vaults {
            _ if !any => 0.0,
            None => {
                let trade = cost_of(holdings, &self.after, rates);
                trips.map_or(trade, |trips| trade + round_trips(trips, rates))
            }
            Some(vaults) => {
                let left = rates.iter().zip(vaults.netted()).map(|(rate, netted)| rate * netted);
                let traded = holdings.iter().zip(&self.after).map(|(before, after)| (after - before).abs());
                left.zip(traded).map(|(rate, traded)| rate * traded).sum()
            }
        };
        CostParts {
            commission: of(&self.commission, self.charged.commission),
            slippage: of(&self.slippage, self.charged.slippage),
            fx: of(&self.fx, self.charged.fx),
        }
    }
}

impl LegCost for Trading {
    fn leg(&self, i: usize, value: f64) -> f64 {
        if value <= 0.0 {
            return 0.0;
        }
        let minimum = self.lots.as_ref().map_or(0.0, |lots| lots.minimums[i]);
        (value * self.commission[i]).max(minimum) + value * (self.slippage[i] + self.fx[i])
    }
}

/// What selling and buying back costs.
fn round_trips(trips: &[f64], rates: &[f64]) -> f64 {
    2.0 * trips.iter().zip(rates).map(|(trip, rate)| trip * rate).sum::<f64>()
}
