//! Orders in lots.

use allweather_core::AssetId;
use allweather_rebalance::{Outcome, UnderMinimum, paths::LotSize};
use chrono::NaiveDate;

use super::Trading;
use crate::{CostParts, Operation, PortfolioError, Spec};

/// Lots of the run, by asset; nothing in simulation.
#[derive(Debug)]
pub(super) struct Lots {
    sizes: Vec<LotSize>,
    policy: UnderMinimum,
    pub(super) outcomes: Vec<Outcome>,
    /// Units sold and bought: both in a round trip.
    sell: Vec<f64>,
    buy: Vec<f64>,
}

impl Lots {
    /// None in simulation, where holdings are divisible.
    pub(super) fn new(spec: &Spec, universe: &[AssetId]) -> Option<Self> {
        let Operation::Actual { lot, lots, under_minimum, .. } = &spec.operation else { return None };
        let of = |id: &AssetId| lots.iter().find(|l| l.asset == *id).map_or(lot, |l| &l.lot);
        let assets = universe.len();
        Some(Self {
            sizes: universe.iter().map(|id| LotSize::from(of(id))).collect(),
            policy: *under_minimum,
            outcomes: vec![Outcome::Nothing; assets],
            sell: vec![0.0; assets],
            buy: vec![0.0; assets],
        })
    }

    /// Value of a holding after its order.
    fn left(&self, i: usize, held: f64, price: f64) -> f64 {
        if self.buy[i] == 0.0 && self.sell[i] >= held / price {
            // All of it: not what rounding would leave, which the next sale would pay a whole commission for.
            return 0.0;
        }
        (held + (self.buy[i] - self.sell[i]) * price).max(0.0)
    }

    /// Values sold and bought.
    pub(super) fn legs(&self, i: usize, held: f64, price: f64) -> (f64, f64) {
        let (sold, bought) = (self.sell[i] * price, self.buy[i] * price);
        (if bought > 0.0 { sold } else { sold.min(held) }, bought)
    }
}

impl Trading {
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
            let unit_cost = prices[i] * (1.0 + self.charges.total()[i]);
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
        let more = short / (prices[i] * (1.0 - self.charges.total()[i]));
        let mut sell = lots.sizes[i].sale_of_at_least(sold + more, held)?;
        if sell <= sold {
            // What is short is less than the rounding of the size: one step more.
            sell = lots.sizes[i].sale_of_at_least(sold + lots.sizes[i].increment(), held)?;
        }
        (lots.sell[i], lots.buy[i], lots.outcomes[i]) = (sell, 0.0, Outcome::Done);
        self.after[i] = lots.left(i, holdings[i], prices[i]);
        Ok(sell > sold)
    }

    /// What the programme sells and buys back, in lots: not more than is left under water, in sizes that can be bought.
    fn trips_in_lots(
        &mut self,
        date: NaiveDate,
        holdings: &[f64],
        prices: &[f64],
    ) -> Result<(), PortfolioError> {
        let Self { losses: Some(losses), lots: Some(lots), charges, .. } = self else { return Ok(()) };
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
        losses.leave_alone(date, holdings, sold, |i| charges.side(i, holdings[i])).map(|_| ())
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
                    costs.add(&self.charges.order(i, value));
                }
            }
        }
        costs
    }
}
