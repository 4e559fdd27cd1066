//! A run, step by step: what it carries, and what happens in which order.

use allweather_core::{Currency, Number};
use allweather_fx_overlay::{Book, Opened, Settled};
use allweather_rebalance::{
    MinimumCapital, Reason, Review,
    paths::{grow, total},
};
use allweather_taxes::LossLine;

use crate::{
    CashYield, CostParts, ExpenseTotals, Flows, Outcome, PortfolioError, QuarterRecord, Simulation,
    VaultStep,
    desk::{Desk, Standing},
    purse::Purse,
    recorder::{Facts, Recorder},
    small_weights::SmallAccount,
    trading::Trading,
};

mod deal;
pub(crate) mod quiet;
pub(crate) mod succession;

use deal::{Dealt, Due};

/// What a run carries from step to step, and its buffers.
pub(crate) struct State {
    /// Values of the assets, then of the vaults' cash.
    holdings: Vec<f64>,
    cash: f64,
    /// Value after the step before, flows included: what the next return is measured on.
    value: f64,
    /// Of the portfolio, then of its vaults.
    desks: Vec<Desk>,
    /// How many of the scheduled changes of strategic weights have come into force.
    changed: usize,
    /// Whether any rule reads what trading costs.
    reads_costs: bool,
    trading: Trading,
    book: Option<Book>,
    exposures: Vec<(Currency, f64)>,
    forward_fee: f64,
    /// Short rate of the base currency when the period began.
    cash_rate: f64,
    purse: Option<Purse>,
    paid: CostParts,
    /// The quarter that the step settled.
    quarter: Option<QuarterRecord>,
    /// The vaults' lines of the step, on their way to the record.
    vault_steps: Vec<VaultStep>,
    /// What is sold in this step because a new run does not hold it, and why that run trades.
    left: Left,
    adopted: Option<String>,
    /// The lots' lines of the step, on their way to the record.
    loss_lines: Vec<LossLine>,
    /// What was set to zero at the step.
    zeroed: Vec<MinimumCapital>,
    outcome: Outcome,
}

/// Assets on their way out: their value is cash already, and their sale is to be paid.
#[derive(Debug, Clone, Copy, Default)]
struct Left {
    value: f64,
    costs: CostParts,
}

/// What a step finds.
#[derive(Debug, Clone, Copy)]
struct Arrival {
    value_before: f64,
    /// What the holdings are worth.
    invested: f64,
    market_profit: f64,
    interest: f64,
    forwards: Settled,
    forward_fee: f64,
}

/// What marking comes to.
#[derive(Debug, Clone, Copy, Default)]
struct Marked {
    /// What the holdings are worth, vaults' cash included.
    invested: f64,
    /// What the portfolio's own cash earned.
    interest: f64,
    /// What the vaults' cash earned.
    in_vaults: f64,
}

impl State {
    pub(crate) fn new(simulation: &Simulation<'_>) -> Result<Self, PortfolioError> {
        let Simulation { spec, prepared, market, .. } = simulation;
        let (tree, steps) = (&prepared.tree, prepared.dates.len());
        let capital = spec.capital.amount().to_double();
        let book = match &spec.fx {
            None => None,
            Some(fx) => {
                let book = Book::new(fx.clone(), market.base(), &prepared.foreign)?;
                Some(match &simulation.signals {
                    None => book,
                    Some(signals) => book.with_signals(signals.clone())?,
                })
            }
        };
        let purse = spec.expenses.as_ref().map(|e| Purse::new(e, capital, prepared));
        Ok(Self {
            holdings: vec![0.0; tree.places()],
            cash: capital,
            value: capital,
            desks: simulation
                .rules
                .iter()
                .enumerate()
                .map(|(node, rule)| Desk::new(tree, node, *rule))
                .collect(),
            changed: 0,
            reads_costs: simulation.rules.iter().any(|rule| rule.reads_costs()),
            trading: Trading::new(spec, prepared, simulation.divisible)?,
            book,
            exposures: prepared.foreign.iter().map(|c| (*c, 0.0)).collect(),
            forward_fee: spec.fx.as_ref().map_or(0.0, |fx| fx.fee().to_f64()),
            cash_rate: 0.0,
            purse,
            paid: CostParts::default(),
            quarter: None,
            vault_steps: Vec::new(),
            zeroed: Vec::new(),
            loss_lines: Vec::new(),
            left: Left::default(),
            adopted: None,
            outcome: Outcome {
                expenses: spec.expenses.is_some().then(ExpenseTotals::default),
                ..Outcome::with_steps(steps)
            },
        })
    }

    /// Whether no debt waits for a step to pay it.
    pub(crate) fn owes_nothing(&self) -> bool {
        self.cash >= 0.0
    }

    pub(crate) fn into_outcome(self) -> Outcome {
        let mut outcome = self.outcome;
        outcome.final_value = self.value;
        outcome.pool = self.purse.as_ref().map_or(0.0, Purse::pool);
        outcome.invested = self.purse.as_ref().map(Purse::invested);
        outcome
    }
}

/// Cash that differs from nought by less than this fraction of the value is the rounding of the trade, not money.
const CASH_ROUNDING: f64 = 1e-12;

/// What of a portfolio worth `value` is cash, when its holdings are worth `held` and the difference is `cash`.
#[inline]
fn rounded_cash(cash: f64, value: f64) -> f64 {
    if cash.abs() <= CASH_ROUNDING * value { 0.0 } else { cash }
}

impl Simulation<'_> {
    /// One step, in the order of docs/architecture.md: mark, settle forwards, decide, settle the quarter, trade once, open forwards, record.
    pub(crate) fn step<R: Recorder>(
        &self,
        t: usize,
        state: &mut State,
        recorder: &mut R,
    ) -> Result<(), PortfolioError> {
        let arrival = self.arrive(t, state)?;
        self.act(t, arrival, state, recorder)
    }

    /// What time did to the portfolio: it is marked, and its forwards settle.
    fn arrive(&self, t: usize, state: &mut State) -> Result<Arrival, PortfolioError> {
        let value_before = state.value;
        state.zeroed.clear();
        let invested_before = value_before - state.cash;
        let Marked { invested, interest, in_vaults } = self.mark(t, state)?;
        let market_profit = if t == 0 { 0.0 } else { invested - in_vaults - invested_before };
        let (forwards, forward_fee) = self.settle_forwards(t, state)?;
        let interest = interest + in_vaults;
        Ok(Arrival { value_before, invested, market_profit, interest, forwards, forward_fee })
    }

    /// What is done about it: the rule decides, the quarter is settled, everything is traded, forwards are opened.
    fn act<R: Recorder>(
        &self,
        t: usize,
        arrival: Arrival,
        state: &mut State,
        recorder: &mut R,
    ) -> Result<(), PortfolioError> {
        let Arrival { value_before, invested, market_profit, interest, forwards, forward_fee } = arrival;
        let date = self.prepared.dates[t];
        let value = invested + state.cash;
        if !(value > 0.0 && value.is_finite()) {
            return Err(PortfolioError::Lost { value, date });
        }

        state.quarter = None;
        let trades = self.decide(t, value, state)?;
        let payment = self.payment(t, state)?;
        let dealt = if trades || payment.is_some() || !state.owes_nothing() {
            self.deal(Due { t, trades, payment: payment.as_ref(), value }, state)?
        } else {
            state.trading.forget_orders();
            Dealt::nothing(invested)
        };
        let Dealt { mut costs, withdrawn, reinvested, held, traded } = dealt;
        let after_costs = value - costs.total();
        let value_after = after_costs - withdrawn + reinvested;
        let cash = value_after - held;
        if cash < -1e-9 * value {
            return Err(PortfolioError::Unpayable { short: -cash, date });
        }
        state.cash = rounded_cash(cash, value);
        state.value = held + state.cash;

        costs.fx += forward_fee;
        let outcome = &mut state.outcome;
        outcome.returns.push(after_costs / value_before - 1.0);
        outcome.values.push(state.value);
        outcome.costs.add(&costs);
        if outcome.returns.len() > 1
            && let Some(traded) = traded.filter(|_| trades)
        {
            outcome.rebalances += 1;
            outcome.turnover += traded / value;
        }
        if let Some(purse) = &mut state.purse {
            purse.grow(after_costs / value_before);
        }
        self.book(t, traded.is_some(), R::ON, state)?;
        let opened = self.open_forwards(t, state)?;
        if R::ON {
            recorder.step(Facts {
                value_before,
                capital: value_before,
                flows: Flows::default(),
                value,
                after_costs,
                value_after: state.value,
                cash: state.cash,
                market_profit,
                interest,
                forwards,
                decision: state.desks[0].decision(),
                targets: state.desks[0].targets(),
                strategic: state.desks[0].in_force(),
                zeroed: &state.zeroed,
                vaults: &mut state.vault_steps,
                losses: &mut state.loss_lines,
                before: traded.map(|_| &state.trading.after[..]),
                after: &state.holdings,
                outcomes: state.trading.outcomes(),
                costs,
                quarter: state.quarter,
                pool: state.purse.as_ref().map_or(0.0, Purse::pool),
                opened,
                book: state.book.as_ref(),
            });
        }
        Ok(())
    }

    /// Step 1: holdings grow with their prices, cash with its rate.
    fn mark(&self, t: usize, state: &mut State) -> Result<Marked, PortfolioError> {
        if t == 0 {
            return Ok(Marked { invested: total(&state.holdings), ..Marked::default() });
        }
        let growth = self.prepared.growth_into(t..t + 1);
        if !self.prepared.whole[t]
            && let Some(i) = (0..growth.len()).find(|&i| growth[i] == 0.0 && state.holdings[i] != 0.0)
        {
            let asset = self.prepared.universe[i].clone();
            return Err(PortfolioError::MissingPrice { asset, date: self.prepared.dates[t] });
        }
        let mut invested = grow(&mut state.holdings, growth);
        let rate = state.cash_rate * self.prepared.year_fractions[t];
        let interest = state.cash * rate;
        state.cash += interest;
        let mut in_vaults = 0.0;
        if state.holdings.len() > growth.len() {
            for cash in &mut state.holdings[growth.len()..] {
                in_vaults += *cash * rate;
                *cash += *cash * rate;
            }
            invested = total(&state.holdings);
        }
        Ok(Marked { invested, interest, in_vaults })
    }

    /// Step 3: the rules answer; the first date buys without asking. Whether anything is to be traded.
    fn decide(&self, t: usize, value: f64, state: &mut State) -> Result<bool, PortfolioError> {
        let Self { prepared, rules, .. } = self;
        let market = self.market.as_of(prepared.dates[t]);
        let scheduled = self.changes.get(state.changed).is_some_and(|(step, _)| *step == t);
        state.changed += usize::from(scheduled);
        if prepared.begins[t] || scheduled {
            let here = |place| prepared.is_here(place, t);
            let change = state.changed.checked_sub(1).and_then(|last| self.changes.get(last));
            for (node, desk) in state.desks.iter_mut().enumerate() {
                // Where there is a schedule there are no vaults.
                let strategic = change.map_or(&prepared.tree.nodes[node].weights, |(_, weights)| weights);
                desk.put_in_force(&prepared.tree, strategic, &here);
            }
            if let Some(prices) = &prepared.unit_prices {
                let account = SmallAccount { prepared, prices: prices.row(t), value };
                state.zeroed = account.zero(&self.spec.operation, state.desks[0].in_force_mut())?;
            }
        }
        if t == 0 {
            state.desks.iter_mut().for_each(Desk::start);
            if let Some(reason) = state.adopted.take() {
                state.desks[0].start_because(Reason::Other(reason.into()));
            }
            return Ok(true);
        }
        if state.reads_costs {
            state.trading.charges.take(prepared, self.costs.model(), market, t)?;
        }
        let State { desks, holdings, trading, .. } = state;
        let standing = Standing { holdings, places: &prepared.places, cost_rates: trading.charges.total() };
        let next = prepared.dates.get(t + 1).copied().or(prepared.next_review);
        let mut trades = false;
        for (node, (desk, rule)) in desks.iter_mut().zip(rules).enumerate() {
            let value = if node == 0 { value } else { prepared.tree.node_value(node, holdings) };
            desk.decide(*rule, &prepared.tree, standing, value, |targets, weights| {
                let review = Review::new(market, targets, weights).after(prepared.dates[t - 1]);
                next.map_or(review, |next| review.before(next))
            })
            .map_err(|error| match error {
                PortfolioError::Rebalance(error) => PortfolioError::Rule { date: prepared.dates[t], error },
                other => other,
            })?;
            trades |= desk.wants_trade();
        }
        Ok(trades)
    }

    /// Step 6: hedge and overlay for the next step; nothing is opened on the last date.
    fn open_forwards(&self, t: usize, state: &mut State) -> Result<Option<Opened>, PortfolioError> {
        if t + 1 == self.prepared.dates.len() {
            return Ok(None);
        }
        let market = self.market.as_of(self.prepared.dates[t]);
        if self.spec.cash == CashYield::ShortRate {
            let (currency, date) = (market.base(), market.date());
            let rate = market.short_rate(currency);
            state.cash_rate = rate.ok_or(PortfolioError::MissingCashRate { currency, date })?;
        }
        let Some(book) = &mut state.book else { return Ok(None) };
        for (_, exposure) in &mut state.exposures {
            *exposure = 0.0;
        }
        for (place, held) in self.prepared.foreign_place.iter().zip(&state.holdings) {
            if let Some(place) = place {
                state.exposures[*place].1 += held;
            }
        }
        let year_fraction = self.prepared.year_fractions[t + 1];
        Ok(Some(book.open(market, year_fraction, state.value, &state.exposures)?))
    }

    /// Step 2: the forwards that were opened a step ago pay into cash, and their dealing fee leaves it.
    fn settle_forwards(&self, t: usize, state: &mut State) -> Result<(Settled, f64), PortfolioError> {
        let Some(book) = &mut state.book else { return Ok((Settled::default(), 0.0)) };
        let settled = book.settle(self.market.as_of(self.prepared.dates[t]))?;
        let fee = state.forward_fee * settled.gross;
        state.cash += settled.profit() - fee;
        state.paid.fx += fee;
        Ok((settled, fee))
    }
}
