//! Steps 4 and 5: the quarter's payment and everything that is traded, at once.

use allweather_rebalance::paths::{Budget, total};

use super::{CASH_ROUNDING, State};
use crate::{CostParts, PortfolioError, QuarterRecord, Simulation, quarter::Payment, trading::Trading};

/// What is to be dealt with at a step.
#[derive(Clone, Copy)]
pub(super) struct Due<'a> {
    pub(super) t: usize,
    /// Whether a rule asks for a trade.
    pub(super) trades: bool,
    /// What the ledger will do.
    pub(super) payment: Option<&'a Payment>,
    /// Of the portfolio, before any of it.
    pub(super) value: f64,
}

/// What was paid and traded at a step.
pub(super) struct Dealt {
    /// Of the trade, without dealing in forwards.
    pub(super) costs: CostParts,
    /// What the ledger took out and put back.
    pub(super) withdrawn: f64,
    pub(super) reinvested: f64,
    /// What the holdings are worth afterwards.
    pub(super) held: f64,
    /// What was traded, both sides together; `None` when nothing was asked for.
    pub(super) traded: Option<f64>,
}

impl Dealt {
    pub(super) fn nothing(held: f64) -> Self {
        Self { costs: CostParts::default(), withdrawn: 0.0, reinvested: 0.0, held, traded: None }
    }
}

impl Simulation<'_> {
    /// Solves trade and payment together; what is held afterwards is in the trading buffer.
    pub(super) fn deal(&self, due: Due<'_>, state: &mut State) -> Result<Dealt, PortfolioError> {
        let mut costs = self.trade(due, state)?;
        let left = std::mem::take(&mut state.left);
        costs.add(&left.costs);
        state.quarter = self.settle_quarter(due, &costs, state)?;
        if let (Some(totals), Some(quarter)) = (&mut state.outcome.expenses, &state.quarter) {
            totals.add(quarter);
        }
        let (withdrawn, reinvested) =
            state.quarter.as_ref().map_or((0.0, 0.0), |q| (q.withdrawn, q.reinvested));
        let traded = state.trading.traded(&state.holdings) + left.value;
        Ok(Dealt { costs, withdrawn, reinvested, held: total(&state.trading.after), traded: Some(traded) })
    }

    /// What the ledger will do at this step, if it ends a quarter and there are expenses. A portfolio that is bought on a quarter's last day
    /// was not there in that quarter.
    pub(super) fn payment(&self, t: usize, state: &mut State) -> Result<Option<Payment>, PortfolioError> {
        let (Some(purse), Some(rule)) = (&mut state.purse, self.spending) else { return Ok(None) };
        purse.enter(self.prepared.year(t), state.value);
        if !self.prepared.ends_quarter[t] || state.outcome.returns.is_empty() {
            return Ok(None);
        }
        purse.claim(rule, self.rates, self.prepared.dates[t]).map(Some)
    }

    /// The trade: netted with the quarter's payment, solved together with it.
    fn trade(&self, due: Due<'_>, state: &mut State) -> Result<CostParts, PortfolioError> {
        let Due { t, trades, payment, value } = due;
        let State { trading, holdings, desks, left, .. } = state;
        let leaving = left.costs.total();
        let market = self.market.as_of(self.prepared.dates[t]);
        trading.charges.take(&self.prepared, self.costs.model(), market, t)?;
        trading.forget_losses();
        let (tree, date) = (&self.prepared.tree, market.date());
        if trades {
            trading.look_for_losses(date, holdings)?;
        }
        let Some(payment) = payment else {
            trading.trade(tree, desks, date, holdings, less(Budget::of(value), leaving))?;
            return self.in_lots(due, state);
        };
        // The piece that the value after costs lies on is the one it was solved on: at most a piece down for each try.
        let solve = |trading: &mut Trading| -> Result<f64, PortfolioError> {
            let mut piece = payment.piece(value);
            let mut cost = 0.0;
            for _ in 0..3 {
                let budget = less(payment.budget(piece, value), leaving);
                cost = trading.trade(tree, desks, date, holdings, budget)?;
                let solved = payment.piece(value - cost - leaving);
                if solved == piece {
                    break;
                }
                piece = solved;
            }
            Ok(cost)
        };
        let cost = solve(trading)?;
        // The rule holds: losses are realised when something is withdrawn.
        if !trades && value - cost - leaving > payment.invested && trading.look_for_losses(date, holdings)? {
            solve(trading)?;
        }
        self.in_lots(due, state)
    }

    /// Costs of the divisible trade; in actual operation, of the lots it is rounded to, cut until cash is not negative.
    fn in_lots(&self, due: Due<'_>, state: &mut State) -> Result<CostParts, PortfolioError> {
        let Due { t, payment, value, .. } = due;
        let State { trading, holdings, left, .. } = state;
        let leaving = left.costs.total();
        if !trading.in_lots() {
            return Ok(trading.costs(holdings));
        }
        let (prices, date) = (self.lot_prices(t), self.prepared.dates[t]);
        let mut costs = trading.round_to_lots(date, holdings, prices)?;
        loop {
            let all_costs = costs.total() + leaving;
            let after_costs = value - all_costs;
            let after = match payment {
                None => after_costs,
                Some(payment) => {
                    let budget = payment.budget(payment.piece(after_costs), value);
                    budget.base - budget.multiple * all_costs
                }
            };
            let cash = after - total(&trading.after);
            if cash >= -CASH_ROUNDING * value {
                return Ok(costs);
            }
            if !trading.free(date, holdings, prices, -cash)? {
                return Err(PortfolioError::Unpayable { short: -cash, date: self.prepared.dates[t] });
            }
            costs = trading.lot_costs(prices);
        }
    }

    /// Prices of one unit in base currency; none where holdings are divisible.
    fn lot_prices(&self, t: usize) -> &[f64] {
        let prices = self.prepared.unit_prices.as_ref().and_then(|prices| prices.as_slice());
        let assets = self.prepared.universe.len();
        prices.and_then(|prices| prices.get(t * assets..(t + 1) * assets)).unwrap_or_default()
    }

    /// The ledger, with the cost of the trade that was solved with it.
    fn settle_quarter(
        &self,
        due: Due<'_>,
        trade_costs: &CostParts,
        state: &mut State,
    ) -> Result<Option<QuarterRecord>, PortfolioError> {
        let Due { t, payment, value, .. } = due;
        state.paid.add(trade_costs);
        let (Some(payment), Some(purse)) = (payment, &mut state.purse) else { return Ok(None) };
        // What was paid before this step has already left the value: the gain is before any cost of the quarter.
        let costs = state.paid.total();
        let gain = value + (costs - trade_costs.total()) - payment.invested;
        state.paid = CostParts::default();
        let rate = purse.rate(self.rates, self.prepared.year(t), self.prepared.dates[t]);
        purse.settle(self.prepared.months[t].quarter(), rate, gain, costs).map(Some)
    }

    /// What was done is booked: the vaults' shares move, lots are sold and bought, and what is held from here on is in `holdings`, while the
    /// trading buffer holds what was.
    pub(super) fn book(
        &self,
        t: usize,
        traded: bool,
        lines: bool,
        state: &mut State,
    ) -> Result<(), PortfolioError> {
        let State { trading, desks, holdings, vault_steps, loss_lines, .. } = state;
        trading.settle_vaults(&self.prepared.tree, desks, holdings, traded, lines.then_some(vault_steps));
        if !traded {
            return Ok(());
        }
        self.refuse_trades_without_price(t, holdings, &trading.after)?;
        let (prices, universe) = (self.lot_prices(t), &self.prepared.universe);
        let date = self.prepared.dates[t];
        trading.book_losses(date, holdings, prices, universe, lines.then_some(loss_lines))?;
        std::mem::swap(holdings, &mut trading.after);
        Ok(())
    }

    /// An asset can be bought and sold only at a price.
    fn refuse_trades_without_price(
        &self,
        t: usize,
        before: &[f64],
        after: &[f64],
    ) -> Result<(), PortfolioError> {
        let Some(priced) = &self.prepared.priced else { return Ok(()) };
        let trades = before.iter().zip(after).map(|(before, after)| after - before != 0.0);
        let blind = trades.zip(priced.row(t)).position(|(trades, priced)| trades && !priced);
        match blind {
            None => Ok(()),
            Some(i) => {
                let asset = self.prepared.universe[i].clone();
                Err(PortfolioError::MissingPrice { asset, date: self.prepared.dates[t] })
            }
        }
    }
}

/// A budget from which something is paid before the trade.
fn less(budget: Budget, paid: f64) -> Budget {
    Budget { base: budget.base - budget.multiple * paid, ..budget }
}
