//! Weights optimised year by year on what was known, beside fixed ones, and beside those that only hindsight has.

use std::{error::Error, fmt::Write};

use allweather_data::DataSet;
use allweather_portfolio::{
    Choice, Holding, Holdings, Record, ScheduledTargets, Simulation, Spec, TargetSchedule, WalkForward,
    core::{Month, Rate},
    metrics::{
        Hurdle, Returns, Tail, annual_return_geometric, downside_deviation, max_drawdown, sharpe, volatility,
    },
    optimize::{Bounds, Constraints, Objective, Target},
};
use allweather_report::format;
use comfy_table::{Cell, CellAlignment, presets};

/// Fixed portfolios that others have published, in the assets of the embedded data.
const CLASSIC: [(&str, &[(&str, f64)]); 3] = [
    ("60/40", &[("us_equity", 0.6), ("ust_10y", 0.4)]),
    ("permanent portfolio", &[("us_equity", 0.25), ("ust_30y", 0.25), ("gold", 0.25), ("ust_2y", 0.25)]),
    ("All Seasons", &[("us_equity", 0.3), ("ust_30y", 0.4), ("ust_10y", 0.15), ("gold", 0.15)]),
];

/// What is known at the end of each December, five years of it at least; no asset has more than 2.5 times an equal share.
fn walk(objective: Objective, assets: usize) -> Result<WalkForward, Box<dyn Error>> {
    let most = Bounds::new(0.0, (2.5 / assets as f64).min(1.0))?;
    let constraints = Constraints::new().with_bounds(vec![most; assets]);
    Ok(WalkForward::new(objective, constraints, 12, 12, 60)?)
}

/// A run in figures; fractions, a year where there is a year in it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Figures {
    pub(crate) annual_return: f64,
    pub(crate) deviation: f64,
    pub(crate) downside: f64,
    pub(crate) drawdown: f64,
    pub(crate) turnover: f64,
    pub(crate) sharpe: f64,
}

impl Figures {
    fn of(record: &Record) -> Result<Self, Box<dyn Error>> {
        let (periodicity, outcome) = (record.periodicity(), record.outcome());
        let periods = outcome.period_returns();
        let returns = Returns::new(periodicity, &periods)?;
        let years = periods.len() as f64 / periodicity.periods_a_year();
        let mut rates = Vec::with_capacity(periods.len());
        for step in record.steps().skip(outcome.first_period) {
            let year = step.month.year();
            let rate = record.rates().get(&year).ok_or_else(|| format!("{year} has no prescribed rate"))?;
            let a_year = Rate::from_percent(rate.prescribed.rate).to_f64();
            rates.push((a_year.ln_1p() / periodicity.periods_a_year()).exp_m1());
        }
        let over_rates = returns.over(Hurdle::Series(Returns::new(periodicity, &rates)?))?;
        Ok(Self {
            annual_return: annual_return_geometric(&returns)?,
            deviation: volatility(&returns)?,
            downside: downside_deviation(&returns.over(Hurdle::Nothing)?)?,
            drawdown: -max_drawdown(&returns)?.depth,
            turnover: outcome.turnover / years,
            sharpe: sharpe(&over_rates)?,
        })
    }
}

/// All runs over the same months, under the same costs, hedge, expenses and rule.
pub(crate) struct Comparison {
    pub(crate) first: Month,
    pub(crate) rows: Vec<(String, Figures)>,
    pub(crate) choices: Vec<Choice>,
    pub(crate) hindsight: Choice,
    /// Portfolios that cannot be run on this data, with the reason.
    pub(crate) left_out: Vec<String>,
}

impl Comparison {
    pub(crate) fn new(data: &DataSet, spec: &Spec) -> Result<Self, Box<dyn Error>> {
        let assets = spec.holdings.as_slice().len();
        let downside = walk(Objective::DownsideDeviation { target: Target::Return(0.0) }, assets)?;
        let tail = walk(Objective::ConditionalValueAtRisk { tail: Tail::FIVE_PERCENT }, assets)?;

        // Every run begins where the optimised ones can, in the month after their first choice.
        let (schedule, _) = downside.schedule(spec, &data.market)?;
        let chosen =
            schedule.entries().first().ok_or("no asset has five years of prices at any year's end")?;
        let first = Month::containing(chosen.since)?.offset(1);
        let spec = Spec { start: Some(spec.start.map_or(first, |start| start.max(first))), ..spec.clone() };
        let rates = data.rates_for(&spec)?;
        let run = |spec: &Spec, schedule: &TargetSchedule| -> Result<Figures, Box<dyn Error>> {
            let simulation = Simulation::new(spec, &data.market, &rates)?.with_schedule(schedule)?;
            Figures::of(&simulation.run()?)
        };

        let mut rows = vec![("the spec's own, fixed".to_owned(), run(&spec, &TargetSchedule::default())?)];
        let (schedule, choices) = downside.schedule(&spec, &data.market)?;
        rows.push(("walk-forward, downside".to_owned(), run(&spec, &schedule)?));
        let (tails, _) = tail.schedule(&spec, &data.market)?;
        rows.push(("walk-forward, tail 5 %".to_owned(), run(&spec, &tails)?));
        let hindsight = downside.in_hindsight(&spec, &data.market)?;
        let known = ScheduledTargets { since: first.first_day(), weights: hindsight.weights.clone() };
        rows.push(("hindsight, downside".to_owned(), run(&spec, &TargetSchedule::new(vec![known])?)?));

        let mut left_out = Vec::new();
        for (name, weights) in CLASSIC {
            let holding = |(asset, weight): &(&str, f64)| Ok(Holding::asset(asset.parse()?, *weight));
            let holdings = weights.iter().map(holding).collect::<Result<_, Box<dyn Error>>>()?;
            let classic = Spec { holdings: Holdings::new(holdings)?, ..spec.clone() };
            match run(&classic, &TargetSchedule::default()) {
                Ok(figures) => rows.push((name.to_owned(), figures)),
                Err(reason) => left_out.push(format!("{name}: {reason}")),
            }
        }
        Ok(Self { first: spec.start.unwrap_or(first), rows, choices, hindsight, left_out })
    }

    pub(crate) fn row(&self, name: &str) -> Option<Figures> {
        self.rows.iter().find(|(row, _)| row == name).map(|(_, figures)| *figures)
    }
}

pub(crate) fn printed(data: &DataSet, spec: &Spec) -> Result<String, Box<dyn Error>> {
    let comparison = Comparison::new(data, spec)?;
    let mut drawn = comfy_table::Table::new();
    drawn.load_preset(presets::NOTHING);
    drawn.set_header(["portfolio", "return", "deviation", "downside", "drawdown", "turnover", "Sharpe"]);
    for (name, row) in &comparison.rows {
        let percents = [row.annual_return, row.deviation, row.downside, row.drawdown, row.turnover];
        let cells = percents.into_iter().map(format::percent).chain([format::decimals(row.sharpe, 2)]);
        drawn.add_row(std::iter::once(name.clone()).chain(cells).map(Cell::new));
    }
    for (place, column) in drawn.column_iter_mut().enumerate() {
        column.set_padding((if place == 0 { 0 } else { 2 }, 0));
        column.set_cell_alignment(if place == 0 { CellAlignment::Left } else { CellAlignment::Right });
    }
    let mut text = format!(
        "Optimised and fixed weights, all from {} under one rule, hedge and costs\n{}\n",
        comparison.first,
        drawn.trim_fmt()
    );
    let pair = comparison.row("hindsight, downside").zip(comparison.row("walk-forward, downside"));
    if let Some((known, earned)) = pair {
        write!(
            text,
            "Hindsight less walk-forward: return {:+.2} points a year, downside deviation\n\
             {:+.2} points, Sharpe ratio {:+.2}. Nobody could have had that.\n",
            (known.annual_return - earned.annual_return) * 100.0,
            (known.downside - earned.downside) * 100.0,
            known.sharpe - earned.sharpe,
        )?;
    }
    let kept = comparison.choices.iter().filter(|c| c.answer.as_ref().is_none_or(|a| a.solution().is_none()));
    write!(
        text,
        "Walk-forward chose {} times, each December from the months known; {} times it\n\
         found no weights and kept those before. Hindsight saw {} months at once.\n\
         What is minimised leaves out the cost of the hedge; all figures above have it.\n\
         In the permanent portfolio ust_2y stands in for cash; in All Seasons gold also\n\
         for the 7.5 % of commodities. The Sharpe ratio is over the prescribed rate.\n",
        comparison.choices.len(),
        kept.count(),
        comparison.hindsight.months,
    )?;
    text.extend(comparison.left_out.iter().map(|reason| format!("not run: {reason}\n")));
    Ok(text + "\n")
}
