mod rare;

use std::{collections::BTreeMap, io, sync::Arc};

use allweather_core::{AssetId, Currency, Month, Year};
use allweather_fx_overlay::{Book, Omission, Position};
use allweather_market::{Frequency, Gap, Market, PricePanel};
use allweather_rebalance::{Decision, MinimumCapital, Outcome as OrderOutcome};
use allweather_rfr::{RateHistory, YearRate};
use allweather_taxes::{LossAccount, LossLine};
use chrono::NaiveDate;
use rare::Rare;
use serde::Serialize;

use crate::{
    CostParts, Flows, ForwardProfit, ForwardRecord, Outcome, QuarterRecord, Spec, Step, VaultStep,
    estimated_moves::EstimatedMoves,
    prepare::Prepared,
    recorder::{Facts, Recorder},
};

/// What every step has, whatever the run is of.
#[derive(Debug, Clone)]
struct Line {
    value_before: f64,
    value: f64,
    after_costs: f64,
    value_after: f64,
    cash: f64,
    market_profit: f64,
    interest: f64,
    pool: f64,
    costs: CostParts,
    decision: Decision,
    /// Where its holdings end in the record's flat list.
    held: usize,
}

/// What a step has in a run with forwards.
#[derive(Debug, Clone, Copy)]
struct Forwards {
    profit: ForwardProfit,
    /// Where its own rows end in the record's flat lists.
    positions: usize,
    omitted: usize,
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
    /// Holdings after each step, and right before them those before its trade, if it traded.
    held: Vec<f64>,
    quarters: Rare<QuarterRecord>,
    orders: Vec<OrderOutcome>,
    /// What was wanted, once for each change.
    targets: Rare<Option<f64>>,
    /// Strategic weights of the parts, once for each change.
    strategic: Rare<f64>,
    zeroed: Rare<MinimumCapital>,
    /// As many a step as there are vaults.
    vaults: Vec<VaultStep>,
    losses: Rare<LossLine>,
    parts: Arc<[AssetId]>,
    /// One a step, or none.
    forwards: Vec<Forwards>,
    positions: Vec<ForwardRecord>,
    omitted: Vec<Omission>,
    /// Capital and flows of each step of an account.
    flows: Vec<(f64, Flows)>,
    outcome: Outcome,
    gaps: Vec<Gap>,
    estimated: EstimatedMoves,
    actual: bool,
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
            // Room for a trade at every step: what is not written takes no memory, and nothing is moved while it grows.
            held: Vec::with_capacity(2 * steps * assets),
            quarters: Rare::new(),
            orders: Vec::new(),
            targets: Rare::new(),
            strategic: Rare::new(),
            zeroed: Rare::new(),
            vaults: Vec::new(),
            losses: Rare::new(),
            parts: Arc::clone(&prepared.tree.nodes[0].names),
            forwards: Vec::new(),
            positions: Vec::new(),
            omitted: Vec::new(),
            flows: Vec::new(),
            outcome: Outcome::default(),
            gaps: market.gaps(),
            estimated: EstimatedMoves::new(market.prices(), market, prepared),
            spec: spec.clone(),
            actual: false,
        }
    }

    /// Says that it is of an account.
    pub(crate) fn of_account(self) -> Self {
        Self { actual: true, ..self }
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

    /// Whether it tells what an account did ([`ActualRun`](crate::actual::ActualRun)), and not what a simulation would have done: its spec's
    /// rule, costs, expenses and forwards are in no figure then.
    #[must_use]
    pub fn is_actual(&self) -> bool {
        self.actual
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
        Some(LossAccount::new(self.losses.rows(), programme.tax_rate()))
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
        let (before, after) = self.held(index)?;
        let (capital, flows) =
            self.flows.get(index).copied().unwrap_or((line.value_before, Flows::default()));
        let forwards = self.forwards.get(index);
        let (positions, omitted) = self.opened(index);
        Some(Step {
            date: *self.dates.get(index)?,
            month: *self.months.get(index)?,
            value_before: line.value_before,
            capital,
            flows,
            market_profit: line.market_profit,
            interest: line.interest,
            forwards: forwards.map_or_else(ForwardProfit::default, |f| f.profit),
            value: line.value,
            decision: &line.decision,
            universe: &self.universe,
            before,
            after,
            targets: if line.decision.trades() { self.targets.up_to(index) } else { &[] },
            strategic: self.strategic.up_to(index),
            zeroed: self.zeroed.of(index),
            strategic_changed: index > 0 && self.strategic.has(index),
            parts: &self.parts,
            vaults: self.vaults.get(vaults * index..vaults * (index + 1))?,
            losses: self.losses.of(index),
            estimated: self.estimated_share(index, line.value_before),
            orders: self.orders.get(index * assets..(index + 1) * assets).unwrap_or_default(),
            costs: line.costs,
            after_costs: line.after_costs,
            quarter: self.quarters.of(index).first(),
            value_after: line.value_after,
            cash: line.cash,
            pool: line.pool,
            positions,
            omitted,
            gross: forwards.map_or(0.0, |f| f.gross),
            margin: forwards.map_or(0.0, |f| f.margin),
            overlay_scale: forwards.and_then(|f| f.overlay_scale),
        })
    }

    /// Holdings before and after the step's trade; the same ones when nothing was traded.
    fn held(&self, index: usize) -> Option<(&[f64], &[f64])> {
        let from = index.checked_sub(1).and_then(|before| self.lines.get(before)).map_or(0, |line| line.held);
        let rows = self.held.get(from..self.lines.get(index)?.held)?;
        let assets = self.universe.len();
        Some((rows.get(..assets)?, rows.get(rows.len().checked_sub(assets)?..)?))
    }

    /// Notes the forwards that were settled and opened.
    fn forward(&mut self, facts: &Facts<'_>, book: &Book) {
        let position = |p: &Position| ForwardRecord {
            currency: p.currency,
            hedge: p.hedge,
            overlay: p.overlay,
            spot: p.spot,
            forward: p.forward,
        };
        if facts.opened.is_some() {
            self.positions.extend(book.positions().iter().map(position));
            self.omitted.extend_from_slice(book.omitted());
        }
        self.forwards.push(Forwards {
            profit: ForwardProfit {
                hedge: facts.forwards.hedge,
                overlay: facts.forwards.overlay,
                hedge_cost: facts.forwards.hedge_cost,
            },
            positions: self.positions.len(),
            omitted: self.omitted.len(),
            gross: facts.opened.map_or(0.0, |o| o.gross),
            margin: facts.opened.map_or(0.0, |o| o.margin),
            overlay_scale: facts.opened.map(|o| o.overlay_scale),
        });
    }

    /// Positions that the step opened, and what it left out.
    fn opened(&self, index: usize) -> (&[ForwardRecord], &[Omission]) {
        let end = |index: usize| self.forwards.get(index).map_or((0, 0), |f| (f.positions, f.omitted));
        let (from, to) = (index.checked_sub(1).map_or((0, 0), end), end(index));
        let positions = self.positions.get(from.0..to.0).unwrap_or_default();
        (positions, self.omitted.get(from.1..to.1).unwrap_or_default())
    }

    /// The share of the value before a step that moved by estimates.
    fn estimated_share(&self, index: usize, value_before: f64) -> f64 {
        // What is bought at the first step has not moved yet.
        let held = index.checked_sub(1).and_then(|before| self.held(before));
        held.map_or(0.0, |(_, held)| self.estimated.of(index, held) / value_before)
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
        let step = self.lines.len();
        if let Some(book) = facts.book {
            self.forward(&facts, book);
        }
        if self.actual {
            self.flows.push((facts.capital, facts.flows));
        }
        // Behind the assets stands the vaults' cash.
        let assets = self.universe.len();
        let vault_cash: f64 = facts.after[assets..].iter().sum();
        if let Some(before) = facts.before {
            self.held.extend_from_slice(&before[..assets]);
        }
        self.held.extend_from_slice(&facts.after[..assets]);
        self.quarters.push(step, facts.quarter);
        self.vaults.append(facts.vaults);
        self.losses.push(step, facts.losses.drain(..));
        self.zeroed.push(step, facts.zeroed.iter().cloned());
        self.orders.extend_from_slice(facts.outcomes);
        if facts.decision.trades() {
            let rows = facts.targets.weights().iter().zip(facts.targets.traded());
            let rows = rows.map(|(w, traded)| traded.then_some(*w));
            let bits = |row: Option<f64>| row.map(f64::to_bits);
            if !rows.clone().map(bits).eq(self.targets.last().iter().copied().map(bits)) {
                self.targets.push(step, rows);
            }
        }
        if self.strategic.last() != facts.strategic {
            self.strategic.push(step, facts.strategic.iter().copied());
        }
        self.lines.push(Line {
            value_before: facts.value_before,
            value: facts.value,
            after_costs: facts.after_costs,
            value_after: facts.value_after,
            cash: facts.cash + vault_cash,
            market_profit: facts.market_profit,
            interest: facts.interest,
            pool: facts.pool,
            costs: facts.costs,
            decision: facts.decision.clone(),
            held: self.held.len(),
        });
    }
}
