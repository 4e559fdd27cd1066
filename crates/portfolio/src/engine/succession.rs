//! One portfolio whose model is replaced: a run that ends where the next takes over what it holds.

use allweather_iterations::iteration_name;
use allweather_rebalance::paths::total;
use chrono::NaiveDate;

use super::{Arrival, State};
use crate::{Outcome, PortfolioError, Record, Simulation, estimated_moves::EstimatedMoves, recorder::Off};

/// A run of a chain with the number of its iteration. It is laid out over the rows from its own first step to the first step of the one that
/// replaces it, that one included.
#[derive(Debug)]
pub(crate) struct Leg<'a> {
    pub(crate) number: u32,
    pub(crate) simulation: Simulation<'a>,
}

/// A step of a chain.
#[derive(Debug)]
pub(crate) struct ChainStep {
    pub(crate) date: NaiveDate,
    /// The number of the iteration that was held into the step.
    pub(crate) number: u32,
    /// The iteration that took over in it.
    pub(crate) adopted: Option<u32>,
    /// All costs of the step.
    pub(crate) costs: f64,
    /// Whether any of its move rests on estimated prices.
    pub(crate) estimated: bool,
}

/// One run through all legs.
pub(crate) fn run_chain(legs: &[Leg<'_>]) -> Result<(Outcome, Vec<ChainStep>), PortfolioError> {
    let Some(first) = legs.first() else { return Ok((Outcome::default(), Vec::new())) };
    let mut state = State::new(&first.simulation)?;
    let mut steps = Vec::new();
    let mut handed: Option<Handed> = None;
    for (place, leg) in legs.iter().enumerate() {
        let Simulation { market, prepared, .. } = &leg.simulation;
        let estimates = EstimatedMoves::new(market.prices(), market, prepared);
        let next = legs.get(place + 1);
        // The last row of a leg that is replaced is the first step of the next.
        let own = prepared.dates.len() - usize::from(next.is_some());
        for t in 0..own {
            let before = state.outcome.costs.total();
            let taken_over = handed.take();
            // What is held into the step; into the first one of a leg, the leg before holds.
            let moved = if t == 0 { 0.0 } else { estimates.of(t, &state.holdings) };
            let mut step = ChainStep {
                date: prepared.dates[t],
                number: taken_over.as_ref().map_or(leg.number, |handed| handed.number),
                adopted: (t == 0).then_some(leg.number),
                costs: 0.0,
                estimated: moved > 0.0 || taken_over.as_ref().is_some_and(|handed| handed.estimated),
            };
            match taken_over {
                Some(handed) => leg.simulation.act(t, handed.arrival, &mut state, &mut Off)?,
                None => leg.simulation.step(t, &mut state, &mut Off)?,
            }
            step.costs = state.outcome.costs.total() - before;
            steps.push(step);
        }
        if let Some(next) = next {
            let estimated = own > 0 && estimates.of(own, &state.holdings) > 0.0;
            let arrival = leg.simulation.arrive(own, &mut state)?;
            state = take_over(leg, own, next, state)?;
            let arrival = Arrival { invested: total(&state.holdings), ..arrival };
            handed = Some(Handed { number: leg.number, arrival, estimated });
        }
    }
    Ok((state.into_outcome(), steps))
}

struct Handed {
    number: u32,
    arrival: Arrival,
    estimated: bool,
}

/// The state of `next` at its first step, made of what `leg` holds there. What `next` does not know is to be sold, at the rates of the
/// run that bought it; the pool and the invested capital go on.
fn take_over(leg: &Leg<'_>, step: usize, next: &Leg<'_>, mut old: State) -> Result<State, PortfolioError> {
    let (from, to) = (&leg.simulation, &next.simulation);
    for (leg, simulation) in [(leg, from), (next, to)] {
        if simulation.prepared.tree.is_composed() {
            return Err(PortfolioError::VaultsInChain { number: leg.number });
        }
        // Lots would have to go on in books that another programme keeps its own way.
        if simulation.spec.loss_realisation.is_some() {
            return Err(PortfolioError::LossRealisationInChain { number: leg.number });
        }
    }
    let mut state = State::new(to)?;
    (state.cash, state.value) = (old.cash, old.value);
    let mut sold = false;
    for (place, asset) in from.prepared.universe.iter().enumerate() {
        let held = old.holdings[place];
        if let Some(place) = to.prepared.universe.iter().position(|other| other == asset) {
            state.holdings[place] = held;
        } else if held != 0.0 {
            if !sold {
                let market = from.market.as_of(from.prepared.dates[step]);
                old.trading.charges.take(&from.prepared, from.costs.model(), market, step)?;
                sold = true;
            }
            state.cash += held;
            state.left.value += held;
            state.left.costs.add(&old.trading.charges.order(place, held));
        }
    }
    state.purse = match (old.purse, &to.spec.expenses) {
        (Some(purse), Some(expenses)) => Some(purse.under(expenses)),
        (None, None) => None,
        _ => return Err(PortfolioError::ExpensesInChain { number: next.number }),
    };
    state.paid = old.paid;
    state.outcome = old.outcome;
    state.adopted = Some(format!("{} is adopted", iteration_name(next.number)));
    Ok(state)
}

impl Simulation<'_> {
    /// Runs until something stops it: the returns and marks of the steps before, and what it was.
    pub(crate) fn as_far_as_it_goes(&self) -> Result<(Record, Option<PortfolioError>), PortfolioError> {
        let mut record = Record::new(self.spec, self.market, &self.prepared, self.rates);
        let mut state = State::new(self)?;
        let stopped =
            (0..self.prepared.dates.len()).find_map(|t| self.step(t, &mut state, &mut record).err());
        Ok((record, stopped))
    }
}
