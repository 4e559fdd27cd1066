use std::{collections::BTreeMap, io};

use allweather_core::{AssetId, Currency, Month, Percent, Quarter, Year};
use allweather_fx_overlay::{Book, Omission, Opened, Position, Settled};
use allweather_market::{Frequency, Gap, Market};
use allweather_rebalance::{Decision, Outcome as OrderOutcome, Targets};
use allweather_rfr::{Indicator, PrescribedRate};
use chrono::NaiveDate;
use serde::Serialize;

use crate::{CostParts, PortfolioError, Spec, prepare::Prepared};

/// What a run came to, without its steps.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct Outcome {
    /// Return of each step, net of costs; flows are no return. Shape `[steps]`.
    pub returns: Vec<f64>,
    /// Value of the portfolio after each step in base currency, without the pool. Shape `[steps]`.
    pub values: Vec<f64>,
    /// Value at the end, without the pool.
    pub final_value: f64,
    /// The pool at the end.
    pub pool: f64,
    /// Invested capital at the end; `None` without expenses.
    pub invested: Option<f64>,
    /// All costs by kind.
    pub costs: CostParts,
    /// How often the rule rebalanced; the first purchase does not count.
    pub rebalances: usize,
    /// Traded value over portfolio value, summed over rebalances, both sides; the first purchase does not count.
    pub turnover: f64,
}

impl Outcome {
    pub(crate) fn with_steps(steps: usize) -> Self {
        Self { returns: Vec::with_capacity(steps), values: Vec::with_capacity(steps), ..Self::default() }
    }
}

/// Everything about one step, borrowed from the run.
pub(crate) struct Facts<'a> {
    pub(crate) value_before: f64,
    pub(crate) value: f64,
    pub(crate) after_costs: f64,
    pub(crate) value_after: f64,
    pub(crate) cash: f64,
    pub(crate) market_profit: f64,
    pub(crate) interest: f64,
    pub(crate) forwards: Settled,
    pub(crate) decision: &'a Decision,
    pub(crate) targets: &'a Targets,
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
    fn step(&mut self, facts: &Facts<'_>);
}

/// No record.
pub(crate) struct Off;

impl Recorder for Off {
    const ON: bool = false;
    fn step(&mut self, _: &Facts<'_>) {}
}

/// The ledger's line of a quarter, as the `f64` door settled it; amounts in base currency.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct QuarterRecord {
    /// The quarter.
    pub quarter: Quarter,
    /// The prescribed rate of its year.
    pub rate: Option<Percent>,
    /// The indicator that gave it.
    pub indicator: Option<Indicator>,
    /// Value before any cost of the quarter less invested capital.
    pub gain: f64,
    /// All costs of the quarter.
    pub costs: f64,
    /// The year's assumed expense.
    pub annual_expense: f64,
    /// What the quarter consumes.
    pub consumption: f64,
    /// The largest pool.
    pub pool_cap: f64,
    /// Gain less costs and consumption.
    pub excess: f64,
    /// Room in the pool at the end of the quarter before.
    pub headroom: f64,
    /// Taken out of the portfolio.
    pub withdrawn: f64,
    /// Put back into it.
    pub reinvested: f64,
    /// The pool at the quarter's end.
    pub pool: f64,
    /// Consumption that nothing funds.
    pub shortfall: f64,
    /// Whether withdrawals are halted: principal is under water or flat.
    pub halted: bool,
    /// Invested capital after reinvestment.
    pub invested: f64,
}

/// Profit of the forwards that were settled at a step, in base currency.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
#[non_exhaustive]
pub struct ForwardProfit {
    /// Of the hedge, changes in the exchange rates included.
    pub hedge: f64,
    /// Of the overlay.
    pub overlay: f64,
    /// What the interest differential took from the hedge: positive is a cost.
    pub hedge_cost: f64,
}

/// A forward that was opened at a step.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ForwardRecord {
    /// The foreign currency.
    pub currency: Currency,
    /// Notional of the hedge in base currency; negative sells the currency forward.
    pub hedge: f64,
    /// Notional of the overlay in base currency.
    pub overlay: f64,
    /// The spot it was opened at, base per unit.
    pub spot: f64,
    /// The forward, base per unit.
    pub forward: f64,
}

/// The scalars of a step.
#[derive(Debug, Clone)]
struct Line {
    value_before: f64,
    value: f64,
    after_costs: f64,
    value_after: f64,
    cash: f64,
    market_profit: f64,
    interest: f64,
    forwards: ForwardProfit,
    decision: Decision,
    /// Places of the step's own rows in the record's flat lists.
    kept: Option<usize>,
    positions: (usize, usize),
    omitted: (usize, usize),
    costs: CostParts,
    quarter: Option<QuarterRecord>,
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
    rates: BTreeMap<Year, PrescribedRate>,
    lines: Vec<Line>,
    before: Vec<f64>,
    after: Vec<f64>,
    orders: Vec<OrderOutcome>,
    targets: Vec<Option<f64>>,
    positions: Vec<ForwardRecord>,
    omitted: Vec<Omission>,
    outcome: Outcome,
    gaps: Vec<Gap>,
}

impl Record {
    pub(crate) fn new(
        spec: &Spec,
        market: &Market,
        prepared: &Prepared,
        rates: &BTreeMap<Year, PrescribedRate>,
    ) -> Self {
        let (steps, assets) = (prepared.dates.len(), prepared.universe.len());
        let years = prepared.year(0)..=prepared.year(steps.saturating_sub(1));
        Self {
            base: market.base(),
            frequency: market.prices().frequency(),
            universe: prepared.universe.clone(),
            dates: prepared.dates.clone(),
            months: prepared.months.clone(),
            rates: rates.range(years).map(|(year, rate)| (*year, rate.clone())).collect(),
            lines: Vec::with_capacity(steps),
            before: Vec::with_capacity(steps * assets),
            after: Vec::with_capacity(steps * assets),
            orders: Vec::new(),
            targets: Vec::new(),
            positions: Vec::new(),
            omitted: Vec::new(),
            outcome: Outcome::default(),
            gaps: market.gaps(),
            spec: spec.clone(),
        }
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

    /// The prescribed rates of the run's years.
    #[must_use]
    pub fn rates(&self) -> &BTreeMap<Year, PrescribedRate> {
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
        let assets = self.universe.len();
        let row = |place: usize| place * assets..(place + 1) * assets;
        Some(Step {
            date: *self.dates.get(index)?,
            month: *self.months.get(index)?,
            value_before: line.value_before,
            market_profit: line.market_profit,
            interest: line.interest,
            forwards: line.forwards,
            value: line.value,
            decision: &line.decision,
            universe: &self.universe,
            before: self.before.get(row(index))?,
            after: self.after.get(row(index))?,
            targets: line.kept.and_then(|place| self.targets.get(row(place))).unwrap_or_default(),
            orders: self.orders.get(row(index)).unwrap_or_default(),
            costs: line.costs,
            after_costs: line.after_costs,
            quarter: line.quarter.as_ref(),
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
            rates: Vec<&'a PrescribedRate>,
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
    fn step(&mut self, facts: &Facts<'_>) {
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
        self.before.extend_from_slice(facts.before);
        self.after.extend_from_slice(facts.after);
        self.orders.extend_from_slice(facts.outcomes);
        let kept = facts.decision.trades().then(|| {
            let rows = facts.targets.weights().iter().zip(facts.targets.traded());
            self.targets.extend(rows.map(|(w, traded)| traded.then_some(*w)));
            self.targets.len() / self.universe.len() - 1
        });
        self.lines.push(Line {
            value_before: facts.value_before,
            value: facts.value,
            after_costs: facts.after_costs,
            value_after: facts.value_after,
            cash: facts.cash,
            market_profit: facts.market_profit,
            interest: facts.interest,
            forwards: ForwardProfit {
                hedge: facts.forwards.hedge,
                overlay: facts.forwards.overlay,
                hedge_cost: facts.forwards.hedge_cost,
            },
            decision: facts.decision.clone(),
            kept,
            positions: (positions, self.positions.len()),
            omitted: (omitted, self.omitted.len()),
            costs: facts.costs,
            quarter: facts.quarter,
            pool: facts.pool,
            gross: facts.opened.map_or(0.0, |o| o.gross),
            margin: facts.opened.map_or(0.0, |o| o.margin),
            overlay_scale: facts.opened.map(|o| o.overlay_scale),
        });
    }
}

/// One step of a run, as recorded. Values are in base currency; lists of assets are in universe order.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Step<'a> {
    /// The day.
    pub date: NaiveDate,
    /// Its month.
    pub month: Month,
    /// Value after the step before, flows included (the initial capital at the first step).
    pub value_before: f64,
    /// What prices and exchange rates did to the holdings.
    pub market_profit: f64,
    /// What cash earned.
    pub interest: f64,
    /// What the forwards of the step before brought.
    pub forwards: ForwardProfit,
    /// Value before trade and flows.
    pub value: f64,
    /// What the rule decided, and why.
    pub decision: &'a Decision,
    /// The assets.
    pub universe: &'a [AssetId],
    /// Holdings before the trade.
    pub before: &'a [f64],
    /// Holdings after the trade.
    pub after: &'a [f64],
    /// Weights wanted when the rule traded (`None` for an asset that was to be kept); empty when it held.
    pub targets: &'a [Option<f64>],
    /// What became of each order in lots; empty in simulation.
    pub orders: &'a [OrderOutcome],
    /// Costs by kind: of the trade, and of dealing in the forwards that were settled.
    pub costs: CostParts,
    /// Value after costs, before flows: what the return is measured to.
    pub after_costs: f64,
    /// The quarter that ends here, if one does and there are expenses.
    pub quarter: Option<&'a QuarterRecord>,
    /// Value after trade and flows.
    pub value_after: f64,
    /// Cash in it.
    pub cash: f64,
    /// The pool beside it.
    pub pool: f64,
    /// Forwards opened for the next step.
    pub positions: &'a [ForwardRecord],
    /// Currencies of the overlay that take no position, each with its reason.
    pub omitted: &'a [Omission],
    /// Gross notional of the forwards opened.
    pub gross: f64,
    /// Margin they need.
    pub margin: f64,
    /// By how much the overlay was scaled down to fit the book's limit (1 is not at all); `None` without forwards.
    pub overlay_scale: Option<f64>,
}

impl Step<'_> {
    /// The step's return: value before flows and after costs, over the value of the step before.
    #[must_use]
    pub fn period_return(&self) -> f64 {
        self.after_costs / self.value_before - 1.0
    }

    /// Taken out of the portfolio at this step.
    #[must_use]
    pub fn withdrawn(&self) -> f64 {
        self.quarter.map_or(0.0, |q| q.withdrawn)
    }

    /// Put back into the portfolio at this step.
    #[must_use]
    pub fn reinvested(&self) -> f64 {
        self.quarter.map_or(0.0, |q| q.reinvested)
    }

    /// The decision in plain words.
    #[must_use]
    pub fn explain(&self) -> String {
        self.decision.reason().explain(self.universe)
    }
}

impl Serialize for Step<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Asset<'a> {
            #[serde(rename = "asset")]
            id: &'a AssetId,
            before: f64,
            #[serde(skip_serializing_if = "Option::is_none")]
            target: Option<f64>,
            after: f64,
            #[serde(skip_serializing_if = "Option::is_none")]
            order: Option<OrderOutcome>,
        }
        #[derive(Serialize)]
        struct Wire<'a> {
            date: NaiveDate,
            value_before: f64,
            market_profit: f64,
            interest: f64,
            forwards: ForwardProfit,
            value: f64,
            decision: &'a Decision,
            reason: String,
            assets: Vec<Asset<'a>>,
            costs: CostParts,
            #[serde(rename = "return")]
            period_return: f64,
            quarter: Option<&'a QuarterRecord>,
            value_after: f64,
            cash: f64,
            pool: f64,
            opened: &'a [ForwardRecord],
            omitted: Vec<String>,
            gross: f64,
            margin: f64,
            overlay_scale: Option<f64>,
        }
        let assets = self.universe.iter().enumerate().map(|(i, id)| Asset {
            id,
            before: self.before[i],
            target: self.targets.get(i).copied().flatten(),
            after: self.after[i],
            order: self.orders.get(i).copied(),
        });
        Wire {
            date: self.date,
            value_before: self.value_before,
            market_profit: self.market_profit,
            interest: self.interest,
            forwards: self.forwards,
            value: self.value,
            decision: self.decision,
            reason: self.explain(),
            assets: assets.collect(),
            costs: self.costs,
            period_return: self.period_return(),
            quarter: self.quarter,
            value_after: self.value_after,
            cash: self.cash,
            pool: self.pool,
            opened: self.positions,
            omitted: self.omitted.iter().map(ToString::to_string).collect(),
            gross: self.gross,
            margin: self.margin,
            overlay_scale: self.overlay_scale,
        }
        .serialize(serializer)
    }
}

/// Replaces a file whole: what `write` writes goes to a new file beside it, which takes its place only when all of it is on disk.
/// On failure the old file stays as it was.
///
/// # Errors
///
/// [`PortfolioError::Write`] naming the file.
pub fn replace_file(
    path: &std::path::Path,
    write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>,
) -> Result<(), PortfolioError> {
    let refuse =
        |e: io::Error| PortfolioError::Write { file: path.display().to_string(), reason: e.to_string() };
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(std::path::Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(refuse)?;
    let mut out = io::BufWriter::new(file.as_file_mut());
    write(&mut out).map_err(refuse)?;
    io::Write::flush(&mut out).map_err(refuse)?;
    drop(out);
    file.as_file().sync_all().map_err(refuse)?;
    file.persist(path).map_err(|e| refuse(e.error))?;
    Ok(())
}
