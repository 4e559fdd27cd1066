use std::fmt;

use allweather_core::{Month, Weights, Year};
use allweather_iterations::{Candidate, Iteration, Ledger, Standing};
use allweather_market::{AsOf, Market};
use allweather_rfr::RateHistory;
use chrono::NaiveDate;
use serde::Serialize;

use crate::{
    Outcome, PortfolioError, Simulation, Spec,
    engine::succession::{Leg, run_chain},
};

/// What was in force, chained: one portfolio through all iterations of a ledger, and beside it the path of each iteration by itself, from
/// before it was adopted until long after it was replaced.
///
/// # What is chained
///
/// The portfolio begins on the first step on or after the day from which the first iteration is in force, with that spec's capital. On
/// the first step on or after the day of another, that one takes over **in one trade**: what both hold stays, what the new one does not know is
/// sold, and everything is brought to the new targets within that step, at the costs of the day (of an asset that is sold out, by the cost
/// model of the iteration that leaves; of all others, by that of the new one). From then on rule, costs, hedge and spending rule are those of
/// the new spec. Capital, pool, invested capital and the unpaid costs of the running quarter go on: they are the account's, not
/// the model's. The return of that step, the trade included, belongs to the iteration that was held into it.
///
/// Of several iterations that come into force between two steps only the last one is ever held. Specs with vaults are chained only alone.
///
/// # What each path is
///
/// The path of an iteration is the run of its spec by itself, from the spec's first month to the **last price of the market**: the
/// spec's last month does not end it, and neither does its successor. Every figure of a path is [`Labelled`] by what the ledger says of
/// the day on which its period began; a year in which that changes has a row for each. There is no door to the figures of a path
/// but through their label.
///
/// ```
/// use std::num::NonZeroU16;
/// use allweather_portfolio::{iterations::{Ledger, Standing}, prelude::*, rfr::RateHistory, LiveTrack};
/// let prices = PricePanel::from_csv("prices.csv", "month,a_jpy,b_jpy\n2024-01,100,100\n2024-02,110,100\n2024-03,110,120\n2024-04,121,120\n")?;
/// let market = Market::new(Currency::JPY, prices);
/// let of = |asset: &str| Spec::from_json(&format!(r#"{{"name": "all in {asset}", "capital": 1000,
///     "holdings": [{{"asset": "{asset}", "weight": 1}}], "rule": {{"calendar": {{"every": "month", "on": "end"}}}}}}"#));
///
/// let (december, january) = (market.as_of("2023-12-31".parse()?), market.as_of("2024-01-31".parse()?));
/// let mut ledger = Ledger::new();
/// ledger.adopt(of("a")?.candidate(december, "")?, "2024-01-30".parse()?, NonZeroU16::MIN)?;
/// ledger.adopt(of("b")?.candidate(january, "")?, "2024-02-10".parse()?, NonZeroU16::MIN)?;
///
/// let live = LiveTrack::new(&ledger, &market, |_| Ok::<_, PortfolioError>(RateHistory::default()))?;
/// // a until the end of February, b from then on.
/// let returns: Vec<_> = live.steps().iter().map(|step| format!("{:.0} % by ITRL {}", 100.0 * step.period_return, step.iteration)).collect();
/// assert_eq!(returns, ["0 % by ITRL 1", "10 % by ITRL 1", "20 % by ITRL 2", "0 % by ITRL 2"]);
/// let b = &live.tracks()[1];
/// let shown: Vec<_> = b.months().iter().map(|month| month.period_return.to_string()).collect();
/// assert_eq!(shown, ["0.00 % (history)", "0.00 % (history)", "20.00 % (live)", "0.00 % (live)"]);
/// assert_eq!(live.tracks()[0].returns(Standing::Superseded).len(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Source
///
/// Published method, §7: the live track chains the portfolios that were optimised each time, history is not adjusted to newer weights, and
/// replaced portfolios are tracked forward.
#[derive(Debug, Clone)]
pub struct LiveTrack {
    steps: Vec<LiveStep>,
    outcome: Outcome,
    tracks: Vec<Track>,
}

/// One step of what was in force.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct LiveStep {
    /// Its day.
    pub date: NaiveDate,
    /// Its month.
    pub month: Month,
    /// The number of the iteration that was held into it, and earned its return.
    pub iteration: u32,
    /// The number of the iteration that took over in it.
    pub adopted: Option<u32>,
    /// Its return, net of costs; flows are no return. At the first step, the cost of the first purchase.
    pub period_return: f64,
    /// All costs, in base currency.
    pub costs: f64,
    /// Value after it in base currency, without the pool.
    pub value: f64,
    /// Whether any of its move rests on estimated prices.
    pub estimated: bool,
}

/// A calendar year of what was in force.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct LiveYear {
    /// The year.
    pub year: Year,
    /// The numbers of the iterations whose returns are in it, in order.
    pub iterations: Vec<u32>,
    /// Time-weighted return of its steps, net of costs.
    pub period_return: f64,
}

/// A month of what was in force.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct LiveMonth {
    /// The month.
    pub month: Month,
    /// The numbers of the iterations whose returns are in it, in order.
    pub iterations: Vec<u32>,
    /// Time-weighted return of its steps, net of costs.
    pub period_return: f64,
}

/// A return with what it is: shown, it always says so.
///
/// ```
/// use allweather_portfolio::{iterations::Standing, Labelled};
/// assert_eq!(Labelled::new(0.0123, Standing::History, true).to_string(), "1.23 % (history, estimated)");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Labelled {
    value: f64,
    standing: Standing,
    estimated: bool,
}

impl Labelled {
    /// A return, a fraction, with its label.
    #[must_use]
    pub fn new(value: f64, standing: Standing, estimated: bool) -> Self {
        Self { value, standing, estimated }
    }

    /// What it is.
    #[must_use]
    pub fn standing(&self) -> Standing {
        self.standing
    }

    /// Whether any of it rests on estimated prices.
    #[must_use]
    pub fn is_estimated(&self) -> bool {
        self.estimated
    }

    /// The return as a fraction, for whoever says which kind of figure is meant; `None` when it is another kind.
    #[must_use]
    pub fn of(&self, standing: Standing) -> Option<f64> {
        (self.standing == standing).then_some(self.value)
    }

    /// This and then another of the same kind.
    fn and(self, other: Self) -> Self {
        let value = (1.0 + self.value) * (1.0 + other.value) - 1.0;
        Self { value, estimated: self.estimated || other.estimated, ..self }
    }
}

impl fmt::Display for Labelled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let estimated = if self.estimated { ", estimated" } else { "" };
        write!(f, "{:.2} % ({}{estimated})", 100.0 * self.value, self.standing)
    }
}

/// The path of one iteration by itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Track {
    iteration: Iteration,
    spec: Spec,
    steps: Vec<TrackStep>,
    stopped: Option<PortfolioError>,
}

/// One step of an iteration's path.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TrackStep {
    /// Its day.
    pub date: NaiveDate,
    /// Its month.
    pub month: Month,
    /// Its return, net of costs; at the first step, the cost of the first purchase.
    pub period_return: Labelled,
}

/// A calendar year of an iteration's path, or the part of it with one label.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TrackYear {
    /// The year.
    pub year: Year,
    /// Time-weighted return of the steps with this label, net of costs.
    pub period_return: Labelled,
}

/// A month of an iteration's path, or the part of it with one label.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TrackMonth {
    /// The month.
    pub month: Month,
    /// Time-weighted return of the steps with this label, net of costs.
    pub period_return: Labelled,
}

impl Spec {
    /// This spec as a model that may be adopted, made from what `known` shows: the universe is that of its holdings, each asset or
    /// vault with its weight.
    ///
    /// # Errors
    ///
    /// None for a spec whose holdings were made by their constructor.
    pub fn candidate(&self, known: AsOf<'_>, note: &str) -> Result<Candidate, PortfolioError> {
        let holdings = self.holdings.as_slice();
        let universe = holdings.iter().map(|holding| holding.part.name().clone()).collect();
        let weights = Weights::new(holdings.iter().map(|holding| holding.weight).collect())?;
        Ok(Candidate::new(known, &self.canonical_json(), universe, weights, note)?)
    }
}

impl LiveTrack {
    /// Runs every iteration of a ledger on a market, and the chain of what was in force. A ledger without an iteration in force by the
    /// last price has a chain without steps.
    ///
    /// `rates` gives the prescribed rates that a run of a spec reads; only expenses read them.
    ///
    /// # Errors
    ///
    /// What `rates` says; [`PortfolioError::IterationSpec`] when a record does not fit its spec, [`PortfolioError::IterationStart`]
    /// when one is in force before its spec begins, [`PortfolioError::VaultsInChain`], [`PortfolioError::LossRealisationInChain`] and [`PortfolioError::ExpensesInChain`] for
    /// specs that one portfolio cannot change between; [`PortfolioError::Iteration`] when one cannot be laid out; what stops a
    /// run of the chain. What stops the path of one iteration is an answer: [`Track::stopped`].
    pub fn new<E: From<PortfolioError>>(
        ledger: &Ledger,
        market: &Market,
        mut rates: impl FnMut(&Spec) -> Result<RateHistory, E>,
    ) -> Result<Self, E> {
        let panel = market.prices();
        let (dates, months) = (panel.dates(), panel.months());
        let mut models = Vec::new();
        for iteration in ledger.iterations() {
            let spec = spec_of(iteration)?;
            // The first step on which it can be held.
            let from = dates.partition_point(|date| *date < iteration.adopted_from());
            models.push((iteration, spec, from));
        }
        let first = models.iter().map(|(_, _, from)| *from).min().unwrap_or(dates.len());
        let mut all_rates = Vec::with_capacity(models.len());
        for (_, spec, _) in &models {
            // The chain asks for the rates of its own first year, too.
            let begins = months.get(first).copied();
            let start = spec.start.map(|start| begins.map_or(start, |begins| start.min(begins)));
            all_rates.push(rates(&Spec { start, end: None, ..spec.clone() })?);
        }

        let mut tracks = Vec::with_capacity(models.len());
        for ((iteration, spec, _), rates) in models.iter().zip(&all_rates) {
            tracks.push(Track::new(ledger, iteration, spec, market, rates).map_err(|e| named(iteration, e))?);
        }
        let mut legs = Vec::new();
        for (place, ((iteration, spec, from), rates)) in models.iter().zip(&all_rates).enumerate() {
            let next = models.get(place + 1).map_or(dates.len(), |(_, _, next)| *next);
            if *from >= dates.len() || next == *from {
                continue;
            }
            if let Some(start) = spec.start.filter(|start| months[*from] < *start) {
                let (number, adopted_from) = (iteration.number(), iteration.adopted_from());
                return Err(PortfolioError::IterationStart { number, adopted_from, start }.into());
            }
            let rows = *from..dates.len().min(next + 1);
            let simulation = Simulation::over(spec, market, rates, rows).map_err(|e| named(iteration, e))?;
            legs.push(Leg { number: iteration.number(), simulation });
        }
        let (outcome, steps) = run_chain(&legs)?;
        let results = outcome.returns.iter().zip(&outcome.values).zip(&months[dates.len() - steps.len()..]);
        let steps = steps.into_iter().zip(results).map(|(step, ((period_return, value), month))| LiveStep {
            date: step.date,
            month: *month,
            iteration: step.number,
            adopted: step.adopted,
            period_return: *period_return,
            costs: step.costs,
            value: *value,
            estimated: step.estimated,
        });
        Ok(Self { steps: steps.collect(), outcome, tracks })
    }

    /// What was in force, step by step: the first is the first purchase.
    #[must_use]
    pub fn steps(&self) -> &[LiveStep] {
        &self.steps
    }

    /// The totals of the chain.
    #[must_use]
    pub fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    /// The path of each iteration by itself, in the order of their numbers.
    #[must_use]
    pub fn tracks(&self) -> &[Track] {
        &self.tracks
    }

    /// The chain by calendar years.
    #[must_use]
    pub fn years(&self) -> Vec<LiveYear> {
        let row = |first: &LiveStep, iterations, period_return| LiveYear {
            year: first.month.year(),
            iterations,
            period_return,
        };
        grouped(&self.steps, |a, b| a.month.year() == b.month.year(), row)
    }

    /// The chain by months.
    #[must_use]
    pub fn months(&self) -> Vec<LiveMonth> {
        let row = |first: &LiveStep, iterations, period_return| LiveMonth {
            month: first.month,
            iterations,
            period_return,
        };
        grouped(&self.steps, |a, b| a.month == b.month, row)
    }
}

/// A row for steps that belong together, of the first of them, whose returns are in them, and their return together.
fn grouped<T>(
    steps: &[LiveStep],
    together: impl Fn(&LiveStep, &LiveStep) -> bool,
    row: impl Fn(&LiveStep, Vec<u32>, f64) -> T,
) -> Vec<T> {
    let one = |chunk: &[LiveStep]| {
        let mut iterations: Vec<u32> = chunk.iter().map(|step| step.iteration).collect();
        iterations.dedup();
        let growth: f64 = chunk.iter().map(|step| 1.0 + step.period_return).product();
        Some(row(chunk.first()?, iterations, growth - 1.0))
    };
    steps.chunk_by(together).filter_map(one).collect()
}

impl Track {
    fn new(
        ledger: &Ledger,
        iteration: &Iteration,
        spec: &Spec,
        market: &Market,
        rates: &RateHistory,
    ) -> Result<Self, PortfolioError> {
        let open = Spec { end: None, ..spec.clone() };
        let (record, stopped) = Simulation::new(&open, market, rates)?.as_far_as_it_goes()?;
        let mut began = None;
        let label = |step: crate::Step<'_>| {
            let begin = began.replace(step.date).unwrap_or(step.date);
            let standing = ledger.standing(iteration.number(), begin).unwrap_or(Standing::History);
            let period_return = Labelled::new(step.period_return(), standing, step.estimated > 0.0);
            TrackStep { date: step.date, month: step.month, period_return }
        };
        let steps = record.steps().map(label).collect();
        Ok(Self { iteration: iteration.clone(), spec: spec.clone(), steps, stopped })
    }

    /// The iteration, as it is on record.
    #[must_use]
    pub fn iteration(&self) -> &Iteration {
        &self.iteration
    }

    /// Its spec.
    #[must_use]
    pub fn spec(&self) -> &Spec {
        &self.spec
    }

    /// Its path, step by step: the first is the first purchase.
    #[must_use]
    pub fn steps(&self) -> &[TrackStep] {
        &self.steps
    }

    /// Why it ends before the market does: a price that is missing from then on, or a portfolio that is lost.
    #[must_use]
    pub fn stopped(&self) -> Option<&PortfolioError> {
        self.stopped.as_ref()
    }

    /// The returns of one kind, each a fraction, net of costs; its steps of that kind follow each other without a gap.
    #[must_use]
    pub fn returns(&self, standing: Standing) -> Vec<f64> {
        self.steps.iter().filter_map(|step| step.period_return.of(standing)).collect()
    }

    /// Its path by calendar years; a year with several labels has a row for each.
    #[must_use]
    pub fn years(&self) -> Vec<TrackYear> {
        let rows = self.labelled(|a, b| a.year() == b.year());
        rows.into_iter()
            .map(|(month, period_return)| TrackYear { year: month.year(), period_return })
            .collect()
    }

    /// Its path by months; a month with several labels has a row for each.
    #[must_use]
    pub fn months(&self) -> Vec<TrackMonth> {
        let rows = self.labelled(|a, b| a == b);
        rows.into_iter().map(|(month, period_return)| TrackMonth { month, period_return }).collect()
    }

    fn labelled(&self, together: impl Fn(Month, Month) -> bool) -> Vec<(Month, Labelled)> {
        let one = |a: &TrackStep, b: &TrackStep| {
            a.period_return.standing == b.period_return.standing && together(a.month, b.month)
        };
        let row = |chunk: &[TrackStep]| {
            let period_return = chunk.iter().map(|step| step.period_return).reduce(Labelled::and)?;
            Some((chunk.first()?.month, period_return))
        };
        self.steps.chunk_by(one).filter_map(row).collect()
    }
}

/// The spec of an iteration, which must be what its record says.
fn spec_of(iteration: &Iteration) -> Result<Spec, PortfolioError> {
    let spec = Spec::from_json(iteration.spec()).map_err(|e| named(iteration, e))?;
    let differs = |part| Err(PortfolioError::IterationSpec { number: iteration.number(), part });
    let holdings = spec.holdings.as_slice();
    if spec.canonical_json() != iteration.spec() {
        return differs("text");
    }
    if !holdings.iter().map(|holding| holding.part.name()).eq(iteration.universe()) {
        return differs("universe");
    }
    if !holdings.iter().map(|holding| &holding.weight).eq(iteration.weights().as_slice()) {
        return differs("list of weights");
    }
    Ok(spec)
}

fn named(iteration: &Iteration, error: PortfolioError) -> PortfolioError {
    PortfolioError::Iteration { number: iteration.number(), error: Box::new(error) }
}
