use allweather_market::Market;
use allweather_rfr::RateHistory;
use chrono::NaiveDate;
use serde::Serialize;

use super::{Actual, ActualError};
use crate::{Operation, PortfolioError, Record, Simulation, Spec, Step, simulate};

/// Why an account did not earn what the simulation did: the rungs of the ladder between them, in this order, which is part of the
/// definition [our reading].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Cause {
    /// Weights too small for the capital are set to zero.
    Zeroing,
    /// Whole lots, the smallest commission of an order, and the rule of actual operation.
    Lots,
    /// Costs as charged in place of estimated ones.
    Costs,
    /// Trades at their own times and prices in place of the prices of the step that they carry out.
    Timing,
    /// More or less was invested: remainders, flows, and interest.
    Cash,
    /// Cash in foreign currencies in place of forwards.
    Currency,
    /// What assets paid, after tax and with what of it was added back, and how their traded prices moved, in place of the prices
    /// that were simulated.
    Income,
    /// What is left: other orders than the simulation's.
    Unexplained,
}

impl Cause {
    /// All causes, in the order of the ladder.
    pub const ALL: [Self; 8] = [
        Self::Zeroing,
        Self::Lots,
        Self::Costs,
        Self::Timing,
        Self::Cash,
        Self::Currency,
        Self::Income,
        Self::Unexplained,
    ];
}

/// Parts of a difference between two returns, by cause; fractions.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Causes([f64; Cause::ALL.len()]);

impl Causes {
    /// The part of one cause.
    #[must_use]
    pub fn of(&self, cause: Cause) -> f64 {
        self.0[cause as usize]
    }

    /// All parts together: actual less simulated.
    #[must_use]
    pub fn sum(&self) -> f64 {
        self.0.iter().sum()
    }
}

impl Serialize for Causes {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(Cause::ALL.iter().map(|cause| (cause, self.of(*cause))))
    }
}

/// One step explained.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ExplainedStep {
    /// The day.
    pub date: NaiveDate,
    /// Return of the simulation, net of costs, a fraction.
    pub simulated: f64,
    /// Return of the account.
    pub actual: f64,
    /// The difference by cause.
    pub causes: Causes,
}

/// Actual less simulated, by cause, step by step and over the whole.
///
/// ```text
/// step    r_actual − r_simulated = Σ cause
/// whole   Π(1 + r_actual) − Π(1 + r_simulated) = Σ (G_k − G_{k−1}),   G_k = Π(1 + r_k)
/// ```
///
/// `r_k` is the return with the causes up to the k-th: each rung changes one thing, so the parts add up whatever they are.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Explanation {
    steps: Vec<ExplainedStep>,
    /// Return of the simulation over all steps, a fraction.
    pub simulated: f64,
    /// Return of the account over all steps.
    pub actual: f64,
    /// Their difference by cause.
    pub causes: Causes,
}

impl Explanation {
    /// The steps.
    #[must_use]
    pub fn steps(&self) -> &[ExplainedStep] {
        &self.steps
    }

    /// The same chained over some of the steps, as those of a year: the sums over their parts.
    #[must_use]
    pub fn chained<'a>(steps: impl IntoIterator<Item = &'a ExplainedStep>) -> Self {
        let steps: Vec<ExplainedStep> = steps.into_iter().cloned().collect();
        // Growth with the causes up to each rung; the first is the simulation itself.
        let mut growth = [1.0; Cause::ALL.len() + 1];
        let mut actual = 1.0;
        for step in &steps {
            let mut rung = step.simulated;
            growth[0] *= 1.0 + rung;
            for (place, part) in step.causes.0.iter().enumerate() {
                rung += part;
                growth[place + 1] *= 1.0 + rung;
            }
            actual *= 1.0 + step.actual;
        }
        // The last rung is the account itself, to rounding.
        growth[Cause::ALL.len()] = actual;
        let mut causes = Causes::default();
        for (place, part) in causes.0.iter_mut().enumerate() {
            *part = growth[place + 1] - growth[place];
        }
        Self { steps, simulated: growth[0] - 1.0, actual: actual - 1.0, causes }
    }
}

impl Spec {
    /// The spec in divisible holdings, as the published performance is simulated.
    #[must_use]
    pub fn simulated(&self) -> Self {
        Self { operation: Operation::Simulation, ..self.clone() }
    }
}

impl Actual {
    /// Explains the account's returns against those of a simulation.
    ///
    /// `simulated` is the spec of the simulation; the spec that the account was run with is how it was meant to be operated: in lots, by
    /// its own rule. Between the two stands the simulation with small weights set to zero.
    ///
    /// # Errors
    ///
    /// As [`Simulation::run`] for each; [`ActualError::Days`] when the specs do not have the same steps.
    pub fn explain(
        &self,
        simulated: &Spec,
        market: &Market,
        rates: &RateHistory,
    ) -> Result<Explanation, PortfolioError> {
        let operated = self.record.spec();
        if simulated.operation != Operation::Simulation {
            return Err(ActualError::NotSimulated.into());
        }
        let zeroing = Spec { operation: operated.operation.clone(), ..simulated.clone() };
        let zeroed = Simulation::new(&zeroing, market, rates)?.divisible().run()?;
        let simulated = simulate(simulated, market, rates)?;
        self.explain_by(&simulated, &zeroed, &simulate(operated, market, rates)?)
    }

    /// The same from records: of the simulation, of it with small weights set to zero, and in lots. For runs with parts of your own.
    ///
    /// With V the value before of the operated record, `K` the account's capital, `m` the operated record's market profit over V, and `s`
    /// the parts invested (the account's with late trades counted as done):
    ///
    /// ```text
    /// zeroing      r_zeroed − r_simulated
    /// lots         r_operated − r_zeroed
    /// costs        estimated costs / V − charged costs / K
    /// timing       Σ units · (price of the step − price of the fill) / K
    /// cash         (s_actual / s_operated − 1) · m + interest / K − interest_operated / V
    /// currency     what exchange rates did to cash / K − forwards / V
    /// income       (income + what traded prices rose more than the market's) / K
    /// unexplained  the rest: Σ (w_actual − w_operated · s_actual / s_operated) · r of each asset
    /// ```
    ///
    /// # Errors
    ///
    /// [`ActualError::Days`] when a record has other days than the account's run.
    pub fn explain_by(
        &self,
        simulated: &Record,
        zeroed: &Record,
        operated: &Record,
    ) -> Result<Explanation, PortfolioError> {
        let days = |record: &Record| record.steps().map(|step| step.date).collect::<Vec<_>>();
        let expected = days(&self.record);
        for (what, record) in [("simulated", simulated), ("zeroed", zeroed), ("operated", operated)] {
            if days(record) != expected {
                let (expected, found) = (expected.len(), record.len());
                return Err(ActualError::Days { what, expected, found }.into());
            }
        }
        let mut steps = Vec::with_capacity(expected.len());
        let mut idle = None;
        let rows = self.steps.iter().zip(self.record.steps());
        let rows = rows.zip(simulated.steps()).zip(zeroed.steps()).zip(operated.steps());
        for ((((own, account), simulated), zeroed), operated) in rows {
            let (capital, value) = (own.capital, operated.value_before);
            let [simulated, zeroed, lots, actual] =
                [&simulated, &zeroed, &operated, &account].map(Step::period_return);
            let forwards = operated.forwards.hedge + operated.forwards.overlay;
            // Cash of the step before is what was not invested since.
            let invested = idle.map_or(0.0, |idle| value - idle) / value;
            let more = if invested > 0.0 { own.invested / capital / invested - 1.0 } else { 0.0 };
            let mut causes = [
                zeroed - simulated,
                lots - zeroed,
                operated.costs.total() / value - own.costs.total() / capital,
                own.timing / capital,
                more * operated.market_profit / value + own.interest / capital - operated.interest / value,
                own.planned_currency / capital - forwards / value,
                (own.income + own.tracking) / capital,
                0.0,
            ];
            let explained: f64 = causes.iter().sum();
            causes[Cause::Unexplained as usize] = actual - simulated - explained;
            steps.push(ExplainedStep { date: own.date, simulated, actual, causes: Causes(causes) });
            idle = Some(operated.cash);
        }
        Ok(Explanation::chained(&steps))
    }
}
