//! Losses that a trade realises.

use allweather_core::AssetId;
use allweather_rebalance::paths::{Budget, cost_of, sell_pro_rata, trade_to_targets, value_within};
use allweather_taxes::LossLine;
use chrono::NaiveDate;

use super::Trading;
use crate::{PortfolioError, desk::Desk, losses::Moved};

impl Trading {
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
        let Self { losses: Some(losses), charges, .. } = self else { return Ok(false) };
        losses.look(date, holdings, |i| charges.side(i, holdings[i]))?;
        Ok(losses.closes())
    }

    /// The trade with losses realised: what is sold for its loss and not sold anyway is bought back, and its cost is solved together with
    /// the trade's. What is not worth it once the trade has sold its part is left alone, and then all is solved again.
    pub(super) fn trade_and_close(
        &mut self,
        desks: &[Desk],
        date: NaiveDate,
        holdings: &[f64],
        budget: Budget,
    ) -> Result<f64, PortfolioError> {
        let Self { losses: Some(losses), after, charges, free, .. } = self else { return Ok(0.0) };
        let rates = charges.total();
        loop {
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
            let sold = |i: usize| (holdings[i] - after[i]).max(0.0);
            let side = |i: usize| charges.side(i, holdings[i]);
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
        let Self { losses: Some(losses), lots, after, charges, .. } = self else { return Ok(()) };
        for (i, (&held, asset)) in holdings.iter().zip(universe).enumerate() {
            let (sold, bought) = match lots {
                None => ((held - after[i]).max(0.0), (after[i] - held).max(0.0)),
                Some(lots) => lots.legs(i, held, prices[i]),
            };
            let line = losses.book(date, i, asset, Moved { held, sold, bought }, charges)?;
            if let Some(lines) = &mut lines {
                lines.extend(line);
            }
        }
        Ok(())
    }
}

/// What selling and buying back costs.
pub(super) fn round_trips(trips: &[f64], rates: &[f64]) -> f64 {
    2.0 * trips.iter().zip(rates).map(|(trip, rate)| trip * rate).sum::<f64>()
}
