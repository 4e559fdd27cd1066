use allweather_core::{Month, Number};
use allweather_portfolio::{
    CashYield, CostSpec, Operation, Outcome, Part, Spec,
    rebalance::paths::{ConstantMix, Moment, Timetable, Walker},
};

use crate::source::Source;

/// A spec that is nothing but fixed weights: it is walked by the kernel of many paths, which comes to what the engine comes to.
#[derive(Debug)]
pub(crate) struct Mix {
    mix: ConstantMix,
    /// What is done at each drawn month.
    moments: Vec<Moment>,
    capital: f64,
}

impl Mix {
    /// `None` where the engine is needed: for forwards, expenses, vaults, lots, realised losses, interest on cash, costs that are not one
    /// rate, rules that read more than dates and drifts or trade otherwise than all to targets, and months so wild that a level might not
    /// fit a double.
    pub(crate) fn of(spec: &Spec, source: &Source) -> Option<Self> {
        let simple = spec.fx.is_none()
            && spec.expenses.is_none()
            && spec.loss_realisation.is_none()
            && spec.operation == Operation::Simulation
            && spec.cash == CashYield::Nothing;
        let CostSpec::Proportional(costs) = &spec.costs else { return None };
        let (start, end) = (spec.start?, spec.end?);
        let holdings = spec.holdings.as_slice();
        if !simple || holdings.iter().any(|holding| matches!(holding.part, Part::Vault(_))) {
            return None;
        }
        let dates: Vec<_> = start.through(end).map(Month::last_day).collect();
        let timetable = Timetable::of(&spec.rule, &dates).ok()??;
        let assets: Vec<_> = holdings.iter().map(|holding| holding.part.name()).collect();
        let growth = source.growth(&assets, dates.len())?;
        let sum: f64 = holdings.iter().map(|holding| holding.weight).sum();
        let weights: Vec<f64> = holdings.iter().map(|holding| holding.weight / sum).collect();
        let rates = vec![costs.rate().to_f64(); weights.len()];
        let mix = ConstantMix::new(&growth, &weights, &rates, Some(&timetable.half_widths(&weights))).ok()?;
        let capital = spec.capital.amount().to_double();
        Some(Self { mix, moments: timetable.moments().to_vec(), capital })
    }

    pub(crate) fn walker(&self) -> Walker<'_> {
        self.mix.walker()
    }

    /// Walks the path of these rows into `outcome`. Whether it stays within the range of doubles; the engine says what is wrong if not.
    pub(crate) fn walk(&self, walker: &mut Walker<'_>, rows: &[usize], outcome: &mut Outcome) -> bool {
        let path = rows.iter().copied().zip(self.moments.iter().copied());
        let values = &mut outcome.values;
        values.clear();
        let Ok(totals) = walker.walk(self.capital, path, |value| values.push(value)) else { return false };
        let before = std::iter::once(&self.capital).chain(values.iter());
        outcome.returns.clear();
        outcome.returns.extend(values.iter().zip(before).map(|(after, before)| after / before - 1.0));
        outcome.final_value = totals.value;
        outcome.costs.commission = totals.costs;
        (outcome.rebalances, outcome.turnover) = (totals.rebalances, totals.turnover);
        true
    }
}
