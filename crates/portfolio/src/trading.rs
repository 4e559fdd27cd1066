//! One instant's trade: holdings to targets or a pro-rata sale, divisible or in lots, within a budget.

use allweather_rebalance::{
    Outcome,
    paths::{Budget, cost_of, sell_pro_rata, trade_to_targets, traded},
};
use chrono::NaiveDate;

use crate::{
    CostParts, PortfolioError, Spec, VaultStep,
    desk::Desk,
    losses::Losses,
    prepare::Prepared,
    tree::Tree,
    vaults::{Order, Vaults},
};

pub(crate) mod charges;
mod closing;
mod lots;

use charges::Charges;
use closing::round_trips;
use lots::Lots;

/// Buffers of the trade; nothing is allocated once they exist.
#[derive(Debug)]
pub(crate) struct Trading {
    pub(crate) after: Vec<f64>,
    pub(crate) charges: Charges,
    lots: Option<Lots>,
    vaults: Option<Vaults>,
    losses: Option<Losses>,
    /// No cost at all, by asset: what a part of the solving asks for.
    free: Vec<f64>,
}

impl Trading {
    pub(crate) fn new(spec: &Spec, prepared: &Prepared, divisible: bool) -> Result<Self, PortfolioError> {
        let (assets, places) = (prepared.universe.len(), prepared.tree.places());
        let lots = if divisible { None } else { Lots::new(spec, &prepared.universe) };
        let losses = spec.loss_realisation.map(|programme| Losses::new(programme, assets)).transpose()?;
        Ok(Self {
            after: vec![0.0; places],
            charges: Charges::new(places, lots.as_ref().map(|_| assets)),
            lots,
            vaults: Vaults::new(&prepared.tree),
            free: vec![0.0; if losses.is_some() { assets } else { 0 }],
            losses,
        })
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
        let Self { after, charges, vaults, .. } = self;
        let rates = charges.total();
        if let Some(vaults) = vaults {
            return vaults.trade(Order { tree, desks, holdings, rates, budget }, after);
        }
        if desks[0].decision().trades() {
            return Ok(trade_to_targets(holdings, desks[0].targets(), rates, budget, after)?);
        }
        after.copy_from_slice(holdings);
        Ok(sell_pro_rata(after, rates, budget)?)
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
            vaults.settle(tree, desks, holdings, after, self.charges.total(), lines);
        }
    }

    /// Whether orders are rounded to lots.
    pub(crate) fn in_lots(&self) -> bool {
        self.lots.is_some()
    }

    /// Cost by kind of the divisible trade from `holdings` to `self.after`.
    pub(crate) fn costs(&self, holdings: &[f64]) -> CostParts {
        let trips = self.losses.as_ref().filter(|losses| losses.closes()).map(Losses::trips);
        self.charges.by_kind(|rates| match &self.vaults {
            None => {
                let trade = cost_of(holdings, &self.after, rates);
                trips.map_or(trade, |trips| trade + round_trips(trips, rates))
            }
            Some(vaults) => {
                let left = rates.iter().zip(vaults.netted()).map(|(rate, netted)| rate * netted);
                let traded = holdings.iter().zip(&self.after).map(|(before, after)| (after - before).abs());
                left.zip(traded).map(|(rate, traded)| rate * traded).sum()
            }
        })
    }
}
