use allweather_core::{Month, Number, Year};
use allweather_metrics::{
    Hurdle, MetricsError, Periodicity, Returns, Tail, annual_return_geometric, downside_deviation,
    expected_shortfall, max_drawdown, sharpe, volatility,
};
use allweather_portfolio::{Outcome, Spec, TargetCheck};

use crate::{Event, Measure, StudyError};

/// What a path came to.
#[derive(Debug)]
pub(crate) struct Figures {
    measures: [Option<f64>; Measure::ALL.len()],
    events: [Option<bool>; Event::ALL.len()],
}

impl Figures {
    /// Of a run of `spec`, whose outcome is `None` when the portfolio is lost; `rate` is the path's prescribed rate of a year, a fraction.
    pub(crate) fn of(
        spec: &Spec,
        ruin_level: f64,
        outcome: Option<&Outcome>,
        rate: impl Fn(Year) -> Option<f64>,
    ) -> Result<Self, StudyError> {
        let returns = outcome.map(Outcome::period_returns);
        let mut walked = Walked::new(spec, ruin_level, outcome, returns.as_deref(), rate)?;
        // In their order: some are made of those before them.
        for measure in Measure::ALL {
            walked.figures.measures[measure as usize] = walked.told(measure);
        }
        for event in Event::ALL {
            walked.figures.events[event as usize] = walked.happened(event);
        }
        Ok(walked.figures)
    }

    /// `None` when the path does not have it.
    pub(crate) fn measure(&self, measure: Measure) -> Option<f64> {
        self.measures[measure as usize]
    }

    /// `None` when it cannot be told.
    pub(crate) fn event(&self, event: Event) -> Option<bool> {
        self.events[event as usize]
    }
}

/// A path while its figures are told.
struct Walked<'a> {
    /// Those so far.
    figures: Figures,
    outcome: Option<&'a Outcome>,
    returns: Option<Returns<'a>>,
    capital: f64,
    pool: f64,
    ruin_level: f64,
    /// Σ ln(1 + prescribed rate) / 12 over the path's months; `None` when a year has no rate.
    log_prices: Option<f64>,
    /// The mean of ln(1 + prescribed rate) over the path's months, as its targets have it.
    log_rate: Option<f64>,
    years: f64,
}

impl<'a> Walked<'a> {
    fn new(
        spec: &Spec,
        ruin_level: f64,
        outcome: Option<&'a Outcome>,
        returns: Option<&'a [f64]>,
        rate: impl Fn(Year) -> Option<f64>,
    ) -> Result<Self, MetricsError> {
        let returns = returns.map(|returns| Returns::new(Periodicity::Monthly, returns)).transpose()?;
        // The logarithm once for each year.
        let mut last = None;
        let mut log_rate = |month: Month| match last {
            Some((year, log)) if year == month.year() => log,
            _ => {
                let log = rate(month.year()).map(f64::ln_1p);
                last = Some((month.year(), log));
                log
            }
        };
        let months = || spec.start.zip(spec.end).into_iter().flat_map(|(start, end)| start.through(end));
        let (steps, sum) = (months().count(), months().map(&mut log_rate).sum::<Option<f64>>());
        // The first step buys at the end of history: the months of the path are those after it.
        let first = spec.start.and_then(&mut log_rate);
        let (periods, sum) = (steps.saturating_sub(1), sum.zip(first).map(|(sum, first)| sum - first));
        let figures = Figures { measures: [None; Measure::ALL.len()], events: [None; Event::ALL.len()] };
        Ok(Self {
            figures,
            outcome,
            returns,
            capital: spec.capital.amount().to_double(),
            pool: spec.expenses.as_ref().map_or(0.0, |expenses| expenses.initial_pool.to_double()),
            ruin_level,
            log_prices: sum.map(|sum| sum / 12.0),
            log_rate: sum.map(|sum| sum / periods.max(1) as f64),
            years: periods as f64 / 12.0,
        })
    }

    fn told(&self, measure: Measure) -> Option<f64> {
        let returns = self.returns.as_ref();
        match measure {
            // What is lost is worth nothing, whatever happened before.
            Measure::Wealth => {
                Some(self.outcome.map_or(0.0, |o| (o.final_value + o.pool) / (self.capital + self.pool)))
            }
            Measure::RealWealth => Some(self.figures.measure(Measure::Wealth)? / self.log_prices?.exp()),
            Measure::AnnualReturn => annual_return_geometric(returns?).ok(),
            Measure::OverPrescribedRate => {
                Some(self.figures.measure(Measure::AnnualReturn)? - self.log_rate?.exp_m1())
            }
            Measure::Deviation => volatility(returns?).ok(),
            Measure::DownsideDeviation => downside_deviation(&returns?.over(Hurdle::Nothing).ok()?).ok(),
            Measure::Drawdown => max_drawdown(returns?).ok().map(|drawdown| -drawdown.depth),
            Measure::ExpectedShortfall => expected_shortfall(returns?, Tail::FIVE_PERCENT).ok(),
            Measure::HaltedYears => Some(self.outcome?.expenses?.halted as f64 / 4.0),
            Measure::Unfunded => {
                let expenses = self.outcome?.expenses.filter(|expenses| expenses.consumption > 0.0)?;
                Some(expenses.shortfall / expenses.consumption)
            }
            Measure::Turnover => Some(self.outcome?.turnover / self.years),
            Measure::Costs => Some(self.outcome?.costs.total() / self.capital / self.years),
            Measure::Rebalances => Some(self.outcome?.rebalances as f64 / self.years),
            Measure::Sharpe => sharpe(&returns?.over(Hurdle::Nothing).ok()?).ok(),
        }
    }

    fn happened(&self, event: Event) -> Option<bool> {
        let lost = self.outcome.is_none();
        let met = |measure: Measure, test: fn(f64) -> bool| match self.figures.measure(measure) {
            Some(value) => Some(test(value)),
            None => lost.then_some(false),
        };
        match event {
            Event::Ruin => {
                let floor = self.ruin_level * self.capital;
                Some(self.outcome.is_none_or(|o| o.values.iter().any(|value| *value < floor)))
            }
            Event::Shortfall => Some(self.outcome?.expenses?.short > 0),
            Event::Halt => Some(self.outcome?.expenses?.halted > 0),
            Event::RealLoss => Some(lost || self.figures.measure(Measure::RealWealth)? < 1.0),
            Event::ReturnMet => met(Measure::OverPrescribedRate, |over| over >= TargetCheck::PREMIUM),
            Event::DeviationMet => met(Measure::Deviation, |deviation| deviation <= TargetCheck::DEVIATION),
            Event::DrawdownMet => met(Measure::Drawdown, |drawdown| drawdown <= TargetCheck::DRAWDOWN),
            Event::TargetsMet => {
                let all = [Event::ReturnMet, Event::DeviationMet, Event::DrawdownMet]
                    .map(|e| self.figures.event(e));
                if all.contains(&Some(false)) {
                    Some(false)
                } else {
                    all.iter().all(Option::is_some).then_some(true)
                }
            }
        }
    }
}
