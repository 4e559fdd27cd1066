//! Stretches of steps at which nothing can happen: no rule may trade, nothing falls due, every price is known. There is nothing to ask and
//! nothing to settle; holdings grow.

use std::ops::Range;

use allweather_rebalance::{ReviewDay, paths::grow};

use super::{State, rounded_cash};
use crate::{CashYield, PortfolioError, Simulation};

/// For each step, the first from there on that is not quiet: the step itself when it is not. Empty when none can be.
///
/// A step that is passed over does exactly what [`Simulation::step`] does with it when the rule holds.
pub(crate) fn ends(simulation: &Simulation<'_>) -> Vec<usize> {
    let Simulation { spec, prepared, rules, changes, .. } = simulation;
    let busy = prepared.tree.is_composed() || spec.fx.is_some() || spec.cash != CashYield::Nothing;
    let [rule] = rules.as_slice() else { return Vec::new() };
    // Costs that a rule reads are asked for at every step, and may be refused there.
    if busy || rule.reads_costs() {
        return Vec::new();
    }
    let dates = &prepared.dates;
    let falls_due = |t: usize| {
        spec.expenses.is_some() && (prepared.ends_quarter[t] || prepared.year(t) != prepared.year(t - 1))
    };
    let is_quiet = |t: usize| {
        let next = dates.get(t + 1).copied().or(prepared.next_review);
        let growth = prepared.growth_into(t..t + 1);
        let known = || (0..growth.len()).all(|place| growth[place] != 0.0 || !prepared.is_here(place, t));
        !falls_due(t)
            && !rule.may_trade(ReviewDay::new(Some(dates[t - 1]), dates[t], next))
            // What has not begun is not held, and what begins has no growth into its first step.
            && (prepared.whole[t] || known())
    };
    let mut ends: Vec<usize> = (0..dates.len()).collect();
    for t in (1..dates.len()).rev() {
        if is_quiet(t) && changes.binary_search_by_key(&t, |(step, _)| *step).is_err() {
            ends[t] = ends.get(t + 1).copied().unwrap_or(t + 1);
        }
    }
    ends
}

impl Simulation<'_> {
    /// Passes over quiet steps.
    pub(crate) fn drift(&self, steps: Range<usize>, state: &mut State) -> Result<(), PortfolioError> {
        let State { holdings, cash, value, purse, outcome, .. } = state;
        let growth = self.prepared.growth_into(steps.clone()).chunks_exact(holdings.len().max(1));
        let passed = outcome.returns.len();
        outcome.returns.resize(passed + steps.len(), 0.0);
        outcome.values.resize(passed + steps.len(), 0.0);
        let results = outcome.returns[passed..].iter_mut().zip(&mut outcome.values[passed..]);
        for (i, (growth, (r, after))) in growth.zip(results).enumerate() {
            let held = grow(holdings, growth);
            let now = held + *cash;
            if !(now > 0.0 && now.is_finite()) {
                return Err(PortfolioError::Lost { value: now, date: self.prepared.dates[steps.start + i] });
            }
            let growth = now / *value;
            *cash = rounded_cash(now - held, now);
            *value = held + *cash;
            (*r, *after) = (growth - 1.0, *value);
            if let Some(purse) = purse {
                purse.grow(growth);
            }
        }
        Ok(())
    }
}
