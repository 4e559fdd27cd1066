//! What a run tells of each step.

use allweather_fx_overlay::{Book, Opened, Settled};
use allweather_rebalance::{Decision, MinimumCapital, Outcome as OrderOutcome, Targets};
use allweather_taxes::LossLine;

use crate::{CostParts, Flows, QuarterRecord, VaultStep};

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
    /// What was held before the trade; `None` when nothing was traded.
    pub(crate) before: Option<&'a [f64]>,
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
