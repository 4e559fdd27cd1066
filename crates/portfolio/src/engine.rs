use std::{ops::Range, sync::Arc};

use allweather_cashflow::SpendingRule;
use allweather_core::{AssetId, Currency, Number};
use allweather_costs::{CostModel, Proportional, UniverseCosts};
use allweather_fx_overlay::{Book, Opened, Settled, Signal};
use allweather_market::{AsOf, Market};
use allweather_rebalance::{
    MinimumCapital, Reason, Rebalancer, Review,
    paths::{Budget, total},
};
use allweather_rfr::RateHistory;
use allweather_taxes::LossLine;

use crate::{
    CashYield, CostParts, CostSpec, ExpenseTotals, Flows, LateAssets, Operation, Outcome, PortfolioError,
    QuarterRecord, Record, Spec, TargetSchedule, VaultStep,
    desk::{Desk, Standing},
    prepare::Prepared,
    purse::Purse,
    quarter::Payment,
    record::{Facts, Off, Recorder},
    small_weights::SmallAccount,
    trading::Trading,
    tree,
};

pub(crate) mod succession;

/// A run that is laid out and ready: the spec's parts, the market's rows, and any part of your own in place of the spec's.
///
/// Laying out reads the whole span once; after that a run under a drift band or a calendar allocates nothing per step.
///
/// ```
/// use allweather_portfolio::{costs::{CostModel, CostRates, TradedAsset}, prelude::*, rfr::RateHistory};
/// ///
/// /// Trades everything to its target when any asset is a fifth of its target away from it.
/// #[derive(Debug)]
/// struct Fifth;
/// impl Rebalancer for Fifth {
///     fn decide(&self, review: &Review<'_>, _: &mut Targets) -> Result<Decision, RebalanceError> {
///         let far = |(weight, target): (&f64, &f64)| (weight - target).abs() > 0.2 * target;
///         if review.weights.iter().zip(review.targets).any(far) {
///             return Ok(Decision::Rebalance(Reason::Other("a fifth away".into())));
///         }
///         Ok(Decision::Hold(Reason::Other("within a fifth".into())))
///     }
/// }
///
/// /// One per mille, whatever is traded.
/// #[derive(Debug)]
/// struct PerMille;
/// impl CostModel for PerMille {
///     fn rates(&self, _: &TradedAsset<'_>) -> CostRates {
///         CostRates { commission: 0.001, ..CostRates::default() }
///     }
/// }
///
/// let prices = PricePanel::from_csv("prices.csv", "month,a_jpy,b_jpy\n2020-01,100,100\n2020-02,160,100\n2020-03,160,99\n")?;
/// let market = Market::new(Currency::JPY, prices);
/// let spec = Spec::from_json(r#"{"name": "own parts", "capital": 1000,
///     "holdings": [{"asset": "a", "weight": 0.5}, {"asset": "b", "weight": 0.5}],
///     "rule": {"calendar": {"every": "year", "on": "end"}}}"#)?;
/// let rates = RateHistory::default();
/// let record = Simulation::new(&spec, &market, &rates)?.with_rule(&Fifth).with_costs(&PerMille)?.run()?;
/// assert_eq!(record.outcome().rebalances, 1);
/// # Ok::<(), PortfolioError>(())
/// ```
#[derive(Debug)]
pub struct Simulation<'a> {
    spec: &'a Spec,
    market: &'a Market,
    rates: &'a RateHistory,
    /// Of the portfolio, then of its vaults.
    rules: Vec<&'a dyn Rebalancer>,
    costs: Costs<'a>,
    spending: Option<&'a dyn SpendingRule>,
    signals: Option<Vec<Arc<dyn Signal>>>,
    /// Strategic weights of the portfolio with the steps from which they are in force, in the order of the steps.
    changes: Vec<(usize, Vec<f64>)>,
    /// Whether lots of the spec are put aside.
    divisible: bool,
    prepared: Prepared,
}

#[derive(Debug)]
enum Costs<'a> {
    Proportional(Proportional),
    Published(UniverseCosts),
    Given(&'a dyn CostModel),
}

impl Costs<'_> {
    fn model(&self) -> &dyn CostModel {
        match self {
            Self::Proportional(model) => model,
            Self::Published(model) => model,
            Self::Given(model) => *model,
        }
    }
}

/// Runs a spec on a market and keeps the full record: [`Simulation::new`] and [`Simulation::run`] in one.
///
/// `rates` are the prescribed rates, with the days from which they were known; a spec without expenses needs none.
///
/// # Errors
///
/// As [`Simulation::new`] and [`Simulation::run`].
pub fn simulate(spec: &Spec, market: &Market, rates: &RateHistory) -> Result<Record, PortfolioError> {
    Simulation::new(spec, market, rates)?.run()
}

impl<'a> Simulation<'a> {
    /// Lays out a run of `spec` on `market`.
    ///
    /// `rates` are the prescribed rates, with the days from which they were known; only expenses read them.
    ///
    /// # Errors
    ///
    /// [`PortfolioError`] when an asset of the spec has no prices, begins late without leave, or lacks an exchange rate; when the
    /// span has no dates; when a part of the spec does not fit the universe.
    pub fn new(spec: &'a Spec, market: &'a Market, rates: &'a RateHistory) -> Result<Self, PortfolioError> {
        Self::over(spec, market, rates, Prepared::rows(spec, market)?)
    }

    /// The same over given rows of the price panel, whatever the spec says of its span.
    pub(crate) fn over(
        spec: &'a Spec,
        market: &'a Market,
        rates: &'a RateHistory,
        rows: Range<usize>,
    ) -> Result<Self, PortfolioError> {
        let universe: Vec<_> =
            spec.holdings.look_through().into_iter().map(|(asset, _)| asset.clone()).collect();
        let costs = match &spec.costs {
            CostSpec::Proportional(model) => Costs::Proportional(*model),
            CostSpec::Published(model) => Costs::Published(model.for_universe(&universe)?),
        };
        let prepared = Prepared::new(spec, market, rows, costs.model().reads_volatility())?;
        let spending = spec.expenses.as_ref().map(|e| &e.rule as &dyn SpendingRule);
        let signals = None;
        let rules: Vec<_> = tree::rules(spec).into_iter().map(|rule| rule as &dyn Rebalancer).collect();
        if prepared.tree.is_composed() && matches!(spec.operation, Operation::Actual { .. }) {
            return Err(PortfolioError::VaultsInLots);
        }
        if prepared.tree.is_composed() && spec.loss_realisation.is_some() {
            return Err(PortfolioError::VaultsInLossRealisation);
        }
        let (changes, divisible) = (Vec::new(), false);
        Ok(Self { spec, market, rates, rules, costs, spending, signals, changes, divisible, prepared })
    }

    /// The same run under a rule of your own; its vaults keep theirs.
    #[must_use]
    pub fn with_rule(mut self, rule: &'a dyn Rebalancer) -> Self {
        self.rules[0] = rule;
        self
    }

    /// The same run with a rule of your own in one of its vaults, by the vault's name.
    ///
    /// # Errors
    ///
    /// [`PortfolioError::UnknownVault`] when there is no such vault.
    pub fn with_vault_rule(
        mut self,
        vault: &AssetId,
        rule: &'a dyn Rebalancer,
    ) -> Result<Self, PortfolioError> {
        let mut names = self.spec.holdings.vaults().into_iter().map(|vault| &vault.name);
        let place = names.position(|name| name == vault);
        let place = place.ok_or_else(|| PortfolioError::UnknownVault { vault: vault.clone() })?;
        self.rules[place + 1] = rule;
        Ok(self)
    }

    /// The same run with a cost model of your own.
    ///
    /// # Errors
    ///
    /// As [`Simulation::new`]: a model that reads volatility needs the run laid out again.
    pub fn with_costs(self, model: &'a dyn CostModel) -> Result<Self, PortfolioError> {
        let rows = Prepared::rows(self.spec, self.market)?;
        let prepared = Prepared::new(self.spec, self.market, rows, model.reads_volatility())?;
        Ok(Self { costs: Costs::Given(model), prepared, ..self })
    }

    /// The same run with a spending rule of your own in place of the one in the spec's expenses; without expenses in the spec,
    /// nothing is spent and this changes nothing.
    #[must_use]
    pub fn with_spending(self, rule: &'a dyn SpendingRule) -> Self {
        Self { spending: self.spending.map(|_| rule), ..self }
    }

    /// The same run with signals of your own in place of those of the spec's overlay. Without an overlay in the spec, or without
    /// a signal, the run is refused when it starts.
    #[must_use]
    pub fn with_signals(self, signals: Vec<Arc<dyn Signal>>) -> Self {
        Self { signals: Some(signals), ..self }
    }

    /// The same run with strategic weights that change: see [`TargetSchedule`]. Assets without a price yet are left out as always,
    /// where the spec has them left out. Costs and rules are those of the spec; vaults have no schedule.
    ///
    /// # Errors
    ///
    /// [`PortfolioError::VaultsInSchedule`] when the spec holds vaults, [`PortfolioError::ScheduleWidth`] when there is not one weight
    /// for each holding, [`PortfolioError::ScheduledLate`] when a weight comes into force before the first price of its asset
    /// and the spec does not have such assets left out, or when no other asset has a weight.
    pub fn with_schedule(mut self, schedule: &TargetSchedule) -> Result<Self, PortfolioError> {
        let Prepared { tree, dates, universe, .. } = &self.prepared;
        if tree.is_composed() {
            return Err(PortfolioError::VaultsInSchedule);
        }
        let mut changes: Vec<(usize, Vec<f64>)> = Vec::new();
        for entry in schedule.entries() {
            let (since, weights) = (entry.since, entry.weights.as_slice());
            let (found, expected) = (weights.len(), universe.len());
            if found != expected {
                return Err(PortfolioError::ScheduleWidth { since, found, expected });
            }
            let step = dates.partition_point(|date| *date < since);
            // Of several that come into force at one step, the last one holds.
            if changes.last().is_some_and(|(other, _)| *other == step) {
                changes.pop();
            }
            changes.push((step, weights.to_vec()));
        }
        changes.retain(|(step, _)| *step < dates.len());
        for (step, weights) in &changes {
            let wanted = || (0..weights.len()).filter(|place| weights[*place] > 0.0);
            let late = wanted().find(|place| !self.prepared.is_here(*place, *step));
            let nothing = wanted().all(|place| !self.prepared.is_here(place, *step));
            if let Some(place) = late.filter(|_| nothing || self.spec.late_assets == LateAssets::Refuse) {
                let (asset, date) = (universe[place].clone(), dates[*step]);
                return Err(PortfolioError::ScheduledLate { asset, date });
            }
        }
        self.changes = changes;
        Ok(self)
    }

    /// The same run in divisible holdings, whatever its operation. What is too small for the capital is still set to zero: this is
    /// what an account would come to without lots.
    #[must_use]
    pub fn divisible(self) -> Self {
        Self { divisible: true, ..self }
    }

    /// Runs and keeps the full record of every step.
    ///
    /// # Errors
    ///
    /// [`PortfolioError`] naming asset or currency and date when data that is held is missing, and when the portfolio is lost.
    pub fn run(&self) -> Result<Record, PortfolioError> {
        let mut record = Record::new(self.spec, self.market, &self.prepared, self.rates);
        let outcome = self.drive(&mut record)?;
        record.finish(outcome);
        Ok(record)
    }

    /// Runs and keeps only returns, values and totals.
    ///
    /// # Errors
    ///
    /// As [`Simulation::run`].
    pub fn outcome(&self) -> Result<Outcome, PortfolioError> {
        self.drive(&mut Off)
    }

    fn drive<R: Recorder>(&self, recorder: &mut R) -> Result<Outcome, PortfolioError> {
        let mut state = State::new(self)?;
        for t in 0..self.prepared.dates.len() {
            self.step(t, &mut state, recorder)?;
        }
        Ok(state.into_outcome())
    }
}

/// What a run carries from step to step, and its buffers.
struct State {
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

impl State {
    fn new(simulation: &Simulation<'_>) -> Result<Self, PortfolioError> {
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
        let purse = spec.expenses.as_ref().map(|e| Purse::new(e, capital, prepared.year(0), steps));
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

    fn into_outcome(self) -> Outcome {
        let mut outcome = self.outcome;
        outcome.final_value = self.value;
        outcome.pool = self.purse.as_ref().map_or(0.0, Purse::pool);
        outcome.invested = self.purse.as_ref().map(Purse::invested);
        outcome
    }
}

/// Cash that differs from nought by less than this fraction of the value is the rounding of the trade, not money.
const CASH_ROUNDING: f64 = 1e-12;

impl Simulation<'_> {
    /// One step, in the order of docs/architecture.md: mark, settle forwards, decide, settle the quarter, trade once, open forwards, record.
    fn step<R: Recorder>(&self, t: usize, state: &mut State, recorder: &mut R) -> Result<(), PortfolioError> {
        let arrival = self.arrive(t, state)?;
        self.act(t, arrival, state, recorder)
    }

    /// What time did to the portfolio: it is marked, and its forwards settle.
    fn arrive(&self, t: usize, state: &mut State) -> Result<Arrival, PortfolioError> {
        let market = self.market.as_of(self.prepared.dates[t]);
        let value_before = state.value;
        state.zeroed.clear();
        let invested_before = value_before - state.cash;
        let (interest, vaults_interest) = self.mark(t, state)?;
        let invested = total(&state.holdings);
        let market_profit = if t == 0 { 0.0 } else { invested - vaults_interest - invested_before };
        let (forwards, forward_fee) = settle_forwards(market, state)?;
        let interest = interest + vaults_interest;
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
        let market = self.market.as_of(self.prepared.dates[t]);
        let value = invested + state.cash;
        if !(value > 0.0 && value.is_finite()) {
            return Err(PortfolioError::Lost { value, date: market.date() });
        }

        let trades = self.decide(t, market, value, state)?;
        let payment = self.payment(t, state)?;
        let trade = self.trade(t, market, trades, payment.as_ref(), value, state)?;
        let left = std::mem::take(&mut state.left);
        let mut costs = trade.unwrap_or_default();
        costs.add(&left.costs);
        let after_costs = value - costs.total();
        let quarter = self.settle_quarter(t, value, &costs, payment.as_ref(), state)?;
        if let (Some(totals), Some(quarter)) = (&mut state.outcome.expenses, &quarter) {
            totals.add(quarter);
        }
        let (withdrawn, reinvested) = quarter.map_or((0.0, 0.0), |q| (q.withdrawn, q.reinvested));
        let value_after = after_costs - withdrawn + reinvested;
        let held = if trade.is_some() { total(&state.trading.after) } else { invested };
        let cash = value_after - held;
        if cash < -1e-9 * value {
            return Err(PortfolioError::Unpayable { short: -cash, date: market.date() });
        }
        state.cash = if cash.abs() <= CASH_ROUNDING * value { 0.0 } else { cash };
        state.value = held + state.cash;

        costs.fx += forward_fee;
        let outcome = &mut state.outcome;
        outcome.returns.push(after_costs / value_before - 1.0);
        outcome.values.push(state.value);
        outcome.costs.add(&costs);
        if outcome.returns.len() > 1 && trades {
            outcome.rebalances += 1;
            outcome.turnover += (state.trading.traded(&state.holdings) + left.value) / value;
        }
        if let Some(purse) = &mut state.purse {
            purse.grow(after_costs / value_before);
        }
        let lines = R::ON.then_some(&mut state.vault_steps);
        state.trading.settle_vaults(
            &self.prepared.tree,
            &state.desks,
            &state.holdings,
            trade.is_some(),
            lines,
        );
        if trade.is_some() {
            self.refuse_trades_without_price(t, state)?;
            let lines = R::ON.then_some(&mut state.loss_lines);
            let prices = self.lot_prices(t);
            let universe = &self.prepared.universe;
            state.trading.book_losses(market.date(), &state.holdings, prices, universe, lines)?;
            // From here on `holdings` is what is held, and the trading buffer holds what was.
            std::mem::swap(&mut state.holdings, &mut state.trading.after);
        }
        let opened = self.open_forwards(t, market, state)?;
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
                before: if trade.is_some() { &state.trading.after } else { &state.holdings },
                after: &state.holdings,
                outcomes: state.trading.outcomes(),
                costs,
                quarter,
                pool: state.purse.as_ref().map_or(0.0, Purse::pool),
                opened,
                book: state.book.as_ref(),
            });
        }
        Ok(())
    }

    /// Step 1: holdings grow with their prices, cash with its rate. Returns what the portfolio's own cash and that of its vaults
    /// earned.
    fn mark(&self, t: usize, state: &mut State) -> Result<(f64, f64), PortfolioError> {
        if t == 0 {
            return Ok((0.0, 0.0));
        }
        let growth = self.prepared.growth.row(t);
        let growth = growth.as_slice().unwrap_or_default();
        if !self.prepared.whole[t]
            && let Some(i) = (0..growth.len()).find(|&i| growth[i] == 0.0 && state.holdings[i] != 0.0)
        {
            let asset = self.prepared.universe[i].clone();
            return Err(PortfolioError::MissingPrice { asset, date: self.prepared.dates[t] });
        }
        for (h, g) in state.holdings.iter_mut().zip(growth) {
            *h *= g;
        }
        let rate = state.cash_rate * self.prepared.year_fractions[t];
        let interest = state.cash * rate;
        state.cash += interest;
        let mut in_vaults = 0.0;
        for cash in &mut state.holdings[growth.len()..] {
            in_vaults += *cash * rate;
            *cash += *cash * rate;
        }
        Ok((interest, in_vaults))
    }

    /// An asset can be bought and sold only at a price.
    fn refuse_trades_without_price(&self, t: usize, state: &State) -> Result<(), PortfolioError> {
        let Some(priced) = &self.prepared.priced else { return Ok(()) };
        let trades =
            state.holdings.iter().zip(&state.trading.after).map(|(before, after)| after - before != 0.0);
        let blind = trades.zip(priced.row(t)).position(|(trades, priced)| trades && !priced);
        match blind {
            None => Ok(()),
            Some(i) => {
                let asset = self.prepared.universe[i].clone();
                Err(PortfolioError::MissingPrice { asset, date: self.prepared.dates[t] })
            }
        }
    }

    /// Step 3: the rules answer; the first date buys without asking. Whether anything is to be traded.
    fn decide(
        &self,
        t: usize,
        market: AsOf<'_>,
        value: f64,
        state: &mut State,
    ) -> Result<bool, PortfolioError> {
        let Self { prepared, rules, .. } = self;
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
            state.trading.take_rates(prepared, self.costs.model(), market, t)?;
        }
        let State { desks, holdings, trading, .. } = state;
        let standing = Standing { holdings, places: &prepared.places, cost_rates: trading.rates() };
        let next = prepared.dates.get(t + 1).copied().or(prepared.next_review);
        let mut trades = false;
        for (node, (desk, rule)) in desks.iter_mut().zip(rules).enumerate() {
            let value = if node == 0 { value } else { prepared.tree.node_value(node, holdings) };
            desk.decide(*rule, &prepared.tree, standing, value, |targets, weights| {
                let review = Review::new(market, targets, weights).after(prepared.dates[t - 1]);
                next.map_or(review, |next| review.before(next))
            })?;
            trades |= desk.wants_trade();
        }
        Ok(trades)
    }

    /// What the ledger will do at this step, if it ends a quarter and there are expenses.
    fn payment(&self, t: usize, state: &mut State) -> Result<Option<Payment>, PortfolioError> {
        let (Some(purse), Some(rule)) = (&mut state.purse, self.spending) else { return Ok(None) };
        purse.enter(self.prepared.year(t), state.value);
        if !self.prepared.ends_quarter[t] {
            return Ok(None);
        }
        purse.claim(rule, self.rates, self.prepared.dates[t]).map(Some)
    }

    /// Steps 4 and 5, the trade: netted with the quarter's payment, solved together with it. `None` when nothing is asked.
    fn trade(
        &self,
        t: usize,
        market: AsOf<'_>,
        trades: bool,
        payment: Option<&Payment>,
        value: f64,
        state: &mut State,
    ) -> Result<Option<CostParts>, PortfolioError> {
        let State { trading, holdings, desks, cash, left, .. } = state;
        let leaving = left.costs.total();
        if !trades && payment.is_none() && *cash >= 0.0 {
            trading.forget_orders();
            return Ok(None);
        }
        trading.take_rates(&self.prepared, self.costs.model(), market, t)?;
        trading.forget_losses();
        let (tree, date) = (&self.prepared.tree, market.date());
        if trades {
            trading.look_for_losses(date, holdings)?;
        }
        let Some(payment) = payment else {
            trading.trade(tree, desks, date, holdings, less(Budget::of(value), leaving))?;
            return self.in_lots(t, None, value, state).map(Some);
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
        self.in_lots(t, Some(payment), value, state).map(Some)
    }

    /// Costs of the divisible trade; in actual operation, of the lots it is rounded to, cut until cash is not negative.
    fn in_lots(
        &self,
        t: usize,
        payment: Option<&Payment>,
        value: f64,
        state: &mut State,
    ) -> Result<CostParts, PortfolioError> {
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

    /// Step 4, the ledger, with the cost of the trade that was solved with it.
    fn settle_quarter(
        &self,
        t: usize,
        value: f64,
        trade_costs: &CostParts,
        payment: Option<&Payment>,
        state: &mut State,
    ) -> Result<Option<QuarterRecord>, PortfolioError> {
        state.paid.add(trade_costs);
        let (Some(payment), Some(purse)) = (payment, &mut state.purse) else { return Ok(None) };
        // What was paid before this step has already left the value: the gain is before any cost of the quarter.
        let costs = state.paid.total();
        let gain = value + (costs - trade_costs.total()) - payment.invested;
        state.paid = CostParts::default();
        let rate = purse.rate(self.rates, self.prepared.year(t), self.prepared.dates[t]);
        purse.settle(self.prepared.months[t].quarter(), rate, gain, costs).map(Some)
    }

    /// Step 6: hedge and overlay for the next step; nothing is opened on the last date.
    fn open_forwards(
        &self,
        t: usize,
        market: AsOf<'_>,
        state: &mut State,
    ) -> Result<Option<Opened>, PortfolioError> {
        if t + 1 == self.prepared.dates.len() {
            return Ok(None);
        }
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
}

/// A budget from which something is paid before the trade.
fn less(budget: Budget, paid: f64) -> Budget {
    Budget { base: budget.base - budget.multiple * paid, ..budget }
}

/// Step 2: the forwards that were opened a step ago pay into cash, and their dealing fee leaves it.
fn settle_forwards(market: AsOf<'_>, state: &mut State) -> Result<(Settled, f64), PortfolioError> {
    let Some(book) = &mut state.book else { return Ok((Settled::default(), 0.0)) };
    let settled = book.settle(market)?;
    let fee = state.forward_fee * settled.gross;
    state.cash += settled.profit() - fee;
    state.paid.fx += fee;
    Ok((settled, fee))
}
