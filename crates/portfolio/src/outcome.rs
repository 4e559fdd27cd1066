use crate::{CostParts, QuarterRecord};

/// What a run came to, without its steps.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct Outcome {
    /// Return of each step, net of costs; flows are no return. Shape `[steps]`. The first step of a simulation only buys: its return is what
    /// that cost, and no time goes by for it. For figures a year take [`Outcome::period_returns`].
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
    /// The step at which the first period ends: 1 for a simulation, whose first step only buys, 0 for an account, which was there before.
    pub first_period: usize,
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
        let (returns, values) = (Vec::with_capacity(steps), Vec::with_capacity(steps));
        Self { returns, values, first_period: 1, ..Self::default() }
    }

    /// Return of each period, net of costs, with what came before the first one in it: what the first purchase cost is paid out of the
    /// first period's return. Shape `[steps − first_period]`; a run of one step has no period.
    ///
    /// Everything that is told a year is told of these: 12 months after the day of the purchase are 12 of them, and 13 steps.
    ///
    /// ```
    /// use allweather_portfolio::{prelude::*, rfr::RateHistory};
    /// let prices = PricePanel::from_csv("prices.csv", "month,a_jpy\n2024-01,100\n2024-02,110\n2024-03,99\n")?;
    /// let market = Market::new(Currency::JPY, prices);
    /// let spec = Spec::from_json(r#"{"name": "one", "capital": 1000, "rule": "never",
    ///     "holdings": [{"asset": "a", "weight": 1}], "costs": {"proportional": "0.01"}}"#)?;
    /// let outcome = Simulation::new(&spec, &market, &RateHistory::default())?.outcome()?;
    /// let periods = outcome.period_returns();
    /// // The purchase at 1 % is paid out of February's return.
    /// assert!(outcome.returns.len() == 3 && periods.len() == 2);
    /// assert!((periods[0] - (1.1 / 1.01 - 1.0)).abs() < 1e-12);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn period_returns(&self) -> Vec<f64> {
        let (before, periods) = self.returns.split_at_checked(self.first_period).unwrap_or_default();
        let mut periods = periods.to_vec();
        if let Some(first) = periods.first_mut() {
            *first = before.iter().fold(1.0 + *first, |all, paid| all * (1.0 + paid)) - 1.0;
        }
        periods
    }
}
