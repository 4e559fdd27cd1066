use allweather_market::{Market, Vintages};
use allweather_metrics::{
    Hurdle, MetricsError, Periodicity, Returns, annual_return_geometric, max_drawdown, sharpe, volatility,
};
use allweather_portfolio::{CostSpec, Simulation, Spec, rebalance::Rebalancer, rfr::RateHistory};
use chrono::NaiveDate;
use serde::Serialize;

use crate::{Growth, Span, StudyError};

/// What a rule came to on history, net of the costs of its level. The first purchase is not in it: all rules pay it alike.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PastFigures {
    /// Geometric return a year, net.
    pub annual_return: f64,
    /// The same of the same rule without costs.
    pub gross_return: f64,
    /// Costs over the value, a year: the sum of each month's.
    pub costs: f64,
    /// Standard deviation of returns, a year; `None` where they do not vary.
    pub deviation: Option<f64>,
    /// The largest drawdown, a positive fraction.
    pub drawdown: f64,
    /// Sharpe ratio over nought, a year.
    pub sharpe: Option<f64>,
    /// Both sides of what the rule traded over the value, a year.
    pub turnover: f64,
    /// How often it rebalanced a year.
    pub rebalances: f64,
}

/// A run on history.
#[derive(Debug)]
pub(crate) struct PastRun {
    /// Returns of the months after the first purchase, net.
    pub(crate) returns: Vec<f64>,
    costs: f64,
    turnover: f64,
    rebalances: f64,
    pub(crate) growth: Option<Growth>,
}

/// History, and what runs on it share.
pub(crate) struct Past<'a> {
    market: &'a Market,
    rates: RateHistory,
    base: Spec,
}

impl<'a> Past<'a> {
    pub(crate) fn new(
        base: &Spec,
        market: &'a Market,
        statistics: &Vintages,
        Span { first, last }: Span,
    ) -> Result<Self, StudyError> {
        // Bought at the end of the month before, so that the first return is that of the first month.
        let base = Spec { start: Some(first.offset(-1)), end: Some(last), ..base.clone() };
        let years = first.offset(-1).year()..=last.year();
        let rates = base.prescribed_rate.history(statistics, years, NaiveDate::MAX)?;
        Ok(Self { market, rates, base })
    }

    pub(crate) fn run(
        &self,
        rule: &allweather_portfolio::rebalance::Rule,
        own: Option<&dyn Rebalancer>,
        costs: &CostSpec,
    ) -> Result<PastRun, StudyError> {
        let spec = Spec { rule: rule.clone(), costs: costs.clone(), ..self.base.clone() };
        let simulation = Simulation::new(&spec, self.market, &self.rates)?;
        let record = match own {
            Some(rule) => simulation.with_rule(rule),
            None => simulation,
        }
        .run()?;
        let outcome = record.outcome();
        let years = record.len().saturating_sub(1).max(1) as f64 / 12.0;
        let costs: f64 = record.steps().skip(1).map(|step| step.costs.total() / step.value_before).sum();
        Ok(PastRun {
            returns: outcome.returns.iter().skip(1).copied().collect(),
            costs: costs / years,
            turnover: outcome.turnover / years,
            rebalances: outcome.rebalances as f64 / years,
            growth: Growth::of(&record, self.market),
        })
    }
}

impl PastRun {
    /// Its figures, beside the same rule without costs.
    pub(crate) fn figures(&self, free: &Self) -> Result<PastFigures, StudyError> {
        let returns = Returns::new(Periodicity::Monthly, &self.returns)?;
        let gross = Returns::new(Periodicity::Monthly, &free.returns)?;
        Ok(PastFigures {
            annual_return: annual_return_geometric(&returns).map_err(MetricsError::from)?,
            gross_return: annual_return_geometric(&gross).map_err(MetricsError::from)?,
            costs: self.costs,
            deviation: volatility(&returns).ok(),
            drawdown: max_drawdown(&returns).map_or(0.0, |drawdown| -drawdown.depth),
            sharpe: sharpe(&returns.over(Hurdle::Nothing)?).ok(),
            turnover: self.turnover,
            rebalances: self.rebalances,
        })
    }
}
