use std::{collections::BTreeMap, io, sync::Arc};

use allweather_core::{AssetId, Currency, Month, Year};
use allweather_fx_overlay::{Book, Omission, Opened, Position, Settled};
use allweather_market::{Frequency, Gap, Market, PricePanel};
use allweather_rebalance::{Decision, MinimumCapital, Outcome as OrderOutcome, Targets};
use allweather_rfr::{RateHistory, YearRate};
use allweather_taxes::{LossAccount, LossLine};
use chrono::NaiveDate;
use serde::Serialize;

use crate::{
    CostParts, Flows, ForwardProfit, ForwardRecord, QuarterRecord, Spec, Step, VaultStep,
    estimated_moves::EstimatedMoves, prepare::Prepared,
};

/// What a run came to, without its steps.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct Outcome {
    /// Return of each step, net of costs; flows are no return. Shape `[steps]`. The first step only buys: its return is what that cost.
    /// The targets count it; who wants periods of the market alone begins at the second.
    pub returns: Vec<f64>,
    /// Value of the portfolio after each step in base currency, without the pool. Shape `[steps]`.
    pub values: Vec<f64>,
    /// Value at the end, without the pool.
    pub final_value: f64,
    /// The pool at the end.
    pub pool: f64,
    /// Invested capital at the end; `None` without expenses.
    pub invested: Option<f64>,
    /// What the quarters came to; `None` without expenses.
    pub expenses: Option<ExpenseTotals>,
    /// All costs by kind.
    pub costs: CostParts,
    /// How often the rule rebalanced; the first purchase does not count.
    pub rebalances: usize,
    /// Traded value over portfolio value, summed over rebalances, both sides; the first purchase does not count.
    pub turnover: f64,
}

/// What the quarters of a run came to.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub struct ExpenseTotals {
    /// How many quarters were settled.
    pub quarters: usize,
    /// In how many of them principal was under water, so that nothing was withdrawn.
    pub halted: usize,
    /// In how many of them expenses were not funded in full.
    pub short: usize,
    /// Expenses asked for, base currency.
    pub consumption: f64,
    /// The part of them that nothing funded, base currency.
    pub shortfall: f64,
}

impl ExpenseTotals {
    pub(crate) fn add(&mut self, quarter: &QuarterRecord) {
        self.quarters += 1;
        self.halted += usize::from(quarter.halted);
        self.short += usize::from(quarter.shortfall > 0.0);
        self.consumption += quarter.consumption;
        self.shortfall += quarter.shortfall;
    }
}

impl Outcome {
    pub(crate) fn with_steps(steps: usize) -> Self {
        Self { returns: Vec::with_capacity(steps), values: Vec::with_capacity(steps), ..Self::default() }
    }
}

/// Everything about one step, borrowed from the run.
pub(crate) struct Facts<'a> {
    pub(crate) value_before: f64,
    pub(crate) capital: f64,
    pub(crate) flows: Flows,
    pub(crate) value: f64,
    pub(crate) after_costs: f64,
    pub(crate) value_after: f64,
    pub(crate) cash: f64,
    pub(crate) market_profit: f64,
    pub(crate) interest: f64,
    pub(crate) forwards: Settled,
    pub(crate) decision: &'a Decision,
    pub(crate) targets: &'a Targets,
    pub(crate) strategic: &'a [f64],
    pub(crate) zeroed: &'a [MinimumCapital],
    /// Handed over: the record takes them out.
    pub(crate) vaults: &'a mut Vec<VaultStep>,
    /// Handed over, too.
    pub(crate) losses: &'a mut Vec<LossLine>,
    pub(crate) before: &'a [f64],
    pub(crate) after: &'a [f64],
    pub(crate) outcomes: &'a [OrderOutcome],
    pub(crate) costs: CostParts,
    pub(crate) quarter: Option<QuarterRecord>,
    pub(crate) pool: f64,
    pub(crate) opened: Option<Opened>,
    pub(crate) book: Option<&'a Book>,
}

/// Where the facts of steps go. Generic, so that a run without a record does no work for one.
pub(crate) trait Recorder {
    const ON: bool;
    fn step(&mut self, facts: Facts<'_>);
}

/// No record.
pub(crate) struct Off;

impl Recorder for Off {
    const ON: bool = false;
    fn step(&mut self, _: Facts<'_>) {}
}

/// The scalars of a step.
#[derive(Debug, Clone)]
struct Line {
    value_before: f64,
    capital: f64,
    flows: Flows,
    value: f64,
    after_costs: f64,
    value_after: f64,
    cash: f64,
    market_profit: f64,
    interest: f64,
    forwards: ForwardProfit,
    decision: Decision,
    /// Where the holdings before the trade begin in the record's flat list; `None` when nothing was traded.
    before: Option<usize>,
    /// Places of the step's own rows in the record's flat lists.
    targets: (usize, usize),
    /// Where the weights in force begin in the record's flat list: where they are written again, they have changed.
    strategic: usize,
    zeroed: (usize, usize),
    positions: (usize, usize),
    omitted: (usize, usize),
    losses: (usize, usize),
    costs: CostParts,
    /// Its place among the quarters.
    quarter: Option<usize>,
    pool: f64,
    gross: f64,
    margin: f64,
    overlay_scale: Option<f64>,
}

/// The record of a run: every step with its reason, and the totals. Two runs of one spec give the same bytes.
#[derive(Debug, Clone)]
pub struct Record {
    spec: Spec,
    base: Currency,
    frequency: Frequency,
    universe: Vec<AssetId>,
    dates: Vec<NaiveDate>,
    months: Vec<Month>,
    rates: BTreeMap<Year, YearRate>,
    lines: Vec<Line>,
    /// Holdings before each trade.
    before: Vec<f64>,
    after: Vec<f64>,
    quarters: Vec<QuarterRecord>,
    orders: Vec<OrderOutcome>,
    targets: Vec<Option<f64>>,
    /// Strategic weights of the parts, once for each change.
    strategic: Vec<f64>,
    zeroed: Vec<MinimumCapital>,
    /// As many a step as there are vaults.
    vaults: Vec<VaultStep>,
    losses: Vec<LossLine>,
    parts: Arc<[AssetId]>,
    positions: Vec<ForwardRecord>,
    omitted: Vec<Omission>,
    outcome: Outcome,
    gaps: Vec<Gap>,
    estimated: EstimatedMoves,
}

impl Record {
    pub(crate) fn new(spec: &Spec, market: &Market, prepared: &Prepared, rates: &RateHistory) -> Self {
        let (steps, assets) = (prepared.dates.len(), prepared.universe.len());
        let years = prepared.year(0).number()..=prepared.year(steps.saturating_sub(1)).number();
        let years = years.map(Year::new);
        Self {
            base: market.base(),
            frequency: market.prices().frequency(),
            universe: prepared.universe.clone(),
            dates: prepared.dates.clone(),
            months: prepared.months.clone(),
            rates: years.filter_map(|year| Some((year, rates.settled(year)?.clone()))).collect(),
            lines: Vec::with_capacity(steps),
            before: Vec::new(),
            after: Vec::with_capacity(steps * assets),
            quarters: Vec::new(),
            orders: Vec::new(),
            targets: Vec::new(),
            strategic: Vec::new(),
            zeroed: Vec::new(),
            vaults: Vec::new(),
            losses: Vec::new(),
            parts: Arc::clone(&prepared.tree.nodes[0].names),
            positions: Vec::new(),
            omitted: Vec::new(),
            outcome: Outcome::default(),
            gaps: market.gaps(),
            estimated: EstimatedMoves::new(market.prices(), market, prepared),
            spec: spec.clone(),
        }
    }

    /// Takes the marks of estimates from another panel: the one that values what is held.
    pub(crate) fn valued_by(&mut self, panel: &PricePanel, market: &Market, prepared: &Prepared) {
        self.estimated = EstimatedMoves::new(panel, market, prepared);
    }

    pub(crate) fn finish(&mut self, outcome: Outcome) {
        self.outcome = outcome;
    }

    /// The spec that was run.
    #[must_use]
    pub fn spec(&self) -> &Spec {
        &self.spec
    }

    /// The currency that values are counted in.
    #[must_use]
    pub fn base(&self) -> Currency {
        self.base
    }

    /// How often there is a step.
    #[must_use]
    pub fn frequency(&self) -> Frequency {
        self.frequency
    }

    /// The assets, in the order of every list of the record.
    #[must_use]
    pub fn universe(&self) -> &[AssetId] {
        &self.universe
    }

    /// The prescribed rates of the run's years: final, or as far as figures have come in. What the run knew at a quarter's end is in
    /// its [`QuarterRecord`](crate::QuarterRecord).
    #[must_use]
    pub fn rates(&self) -> &BTreeMap<Year, YearRate> {
        &self.rates
    }

    /// The totals.
    #[must_use]
    pub fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    /// What the market had no data for, series by series.
    #[must_use]
    pub fn gaps(&self) -> &[Gap] {
        &self.gaps
    }

    /// Loss realised against cost paid; `None` when the spec realises no losses.
    #[must_use]
    pub fn losses(&self) -> Option<LossAccount> {
        let programme = self.spec.loss_realisation?;
        Some(LossAccount::new(&self.losses, programme.tax_rate()))
    }

    /// How many steps there are; the first is the first purchase.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether there are none (a run always has one).
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// One step, from 0.
    #[must_use]
    pub fn step(&self, index: usize) -> Option<Step<'_>> {
        let line = self.lines.get(index)?;
        let (assets, vaults) = (self.universe.len(), self.vaults.len() / self.lines.len());
        let row = |place: usize| place * assets..(place + 1) * assets;
        let after = self.after.get(row(index))?;
        Some(Step {
            date: *self.dates.get(index)?,
            month: *self.months.get(index)?,
            value_before: line.value_before,
            capital: line.capital,
            flows: line.flows,
            market_profit: line.market_profit,
            interest: line.interest,
            forwards: line.forwards,
            value: line.value,
            decision: &line.decision,
            universe: &self.universe,
            before: line.before.map_or(Some(after), |from| self.before.get(from..from + assets))?,
            after,
            targets: self.targets.get(line.targets.0..line.targets.1)?,
            strategic: self.strategic.get(line.strategic..line.strategic + self.parts.len())?,
            zeroed: self.zeroed.get(line.zeroed.0..line.zeroed.1)?,
            strategic_changed: index > 0 && self.lines.get(index - 1)?.strategic != line.strategic,
            parts: &self.parts,
            vaults: self.vaults.get(vaults * index..vaults * (index + 1))?,
            losses: self.losses.get(line.losses.0..line.losses.1)?,
            estimated: self.estimated_share(index, line.value_before),
            orders: self.orders.get(row(index)).unwrap_or_default(),
            costs: line.costs,
            after_costs: line.after_costs,
            quarter: line.quarter.and_then(|place| self.quarters.get(place)),
            value_after: line.value_after,
            cash: line.cash,
            pool: line.pool,
            positions: self.positions.get(line.positions.0..line.positions.1)?,
            omitted: self.omitted.get(line.omitted.0..line.omitted.1)?,
            gross: line.gross,
            margin: line.margin,
            overlay_scale: line.overlay_scale,
        })
    }

    /// The share of the value before a step that moved by estimates.
    fn estimated_share(&self, index: usize, value_before: f64) -> f64 {
        let assets = self.universe.len();
        // What is bought at the first step has not moved yet.
        let held = index.checked_sub(1).and_then(|before| self.after.get(before * assets..index * assets));
        held.map_or(0.0, |held| self.estimated.of(index, held) / value_before)
    }

    /// All steps in order.
    #[must_use = "iterators do nothing unless consumed"]
    pub fn steps(&self) -> impl Iterator<Item = Step<'_>> {
        // `step` answers for every index below the length.
        (0..self.len()).filter_map(|i| self.step(i))
    }

    /// Writes the record as JSON lines: first a heading (name, hash and text of the spec, universe, rates, gaps), then one line
    /// a step.
    ///
    /// # Errors
    ///
    /// Those of the writer.
    pub fn write_json_lines(&self, mut out: impl io::Write) -> io::Result<()> {
        #[derive(Serialize)]
        struct Heading<'a> {
            spec: &'a Spec,
            spec_sha256: String,
            base: Currency,
            universe: &'a [AssetId],
            rates: Vec<&'a YearRate>,
            gaps: Vec<String>,
        }
        let heading = Heading {
            spec: &self.spec,
            spec_sha256: self.spec.content_hash(),
            base: self.base,
            universe: &self.universe,
            rates: self.rates.values().collect(),
            gaps: self.gaps.iter().map(ToString::to_string).collect(),
        };
        serde_json::to_writer(&mut out, &heading)?;
        out.write_all(b"\n")?;
        for step in self.steps() {
            serde_json::to_writer(&mut out, &step)?;
            out.write_all(b"\n")?;
        }
        out.flush()
    }
}

impl Recorder for Record {
    const ON: bool = true;
    fn step(&mut self, facts: Facts<'_>) {
        let position = |p: &Position| ForwardRecord {
            currency: p.currency,
            hedge: p.hedge,
            overlay: p.overlay,
            spot: p.spot,
            forward: p.forward,
        };
        let (positions, omitted) = (self.positions.len(), self.omitted.len());
        if let Some(book) = facts.book.filter(|_| facts.opened.is_some()) {
            self.positions.extend(book.positions().iter().map(position));
            self.omitted.extend_from_slice(book.omitted());
        }
        // Behind the assets stands the vaults' cash.
        let assets = self.universe.len();
        let vault_cash: f64 = facts.after[assets..].iter().sum();
        let before = (!std::ptr::eq(facts.before, facts.after)).then(|| {
            self.before.extend_from_slice(&facts.before[..assets]);
            self.before.len() - assets
        });
        let quarter = facts.quarter.map(|quarter| {
            self.quarters.push(quarter);
            self.quarters.len() - 1
        });
        self.after.extend_from_slice(&facts.after[..assets]);
        self.vaults.append(facts.vaults);
        let losses = self.losses.len();
        self.losses.append(facts.losses);
        let zeroed = self.zeroed.len();
        self.zeroed.extend_from_slice(facts.zeroed);
        self.orders.extend_from_slice(facts.outcomes);
        let targets = self.targets.len();
        if facts.decision.trades() {
            let rows = facts.targets.weights().iter().zip(facts.targets.traded());
            self.targets.extend(rows.map(|(w, traded)| traded.then_some(*w)));
        }
        let parts = facts.strategic.len();
        if self.strategic.is_empty() || !self.strategic.ends_with(facts.strategic) {
            self.strategic.extend_from_slice(facts.strategic);
        }
        self.lines.push(Line {
            value_before: facts.value_before,
            capital: facts.capital,
            flows: facts.flows,
            value: facts.value,
            after_costs: facts.after_costs,
            value_after: facts.value_after,
            cash: facts.cash + vault_cash,
            market_profit: facts.market_profit,
            interest: facts.interest,
            forwards: ForwardProfit {
                hedge: facts.forwards.hedge,
                overlay: facts.forwards.overlay,
                hedge_cost: facts.forwards.hedge_cost,
            },
            decision: facts.decision.clone(),
            before,
            targets: (targets, self.targets.len()),
            strategic: self.strategic.len() - parts,
            zeroed: (zeroed, self.zeroed.len()),
            positions: (positions, self.positions.len()),
            omitted: (omitted, self.omitted.len()),
            losses: (losses, self.losses.len()),
            costs: facts.costs,
            quarter,
            pool: facts.pool,
            gross: facts.opened.map_or(0.0, |o| o.gross),
            margin: facts.opened.map_or(0.0, |o| o.margin),
            overlay_scale: facts.opened.map(|o| o.overlay_scale),
        });
    }
}
