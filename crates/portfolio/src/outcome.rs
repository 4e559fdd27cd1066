use crate::{CostParts, QuarterRecord};

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
