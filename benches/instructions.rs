//! One call of a hot path, for `.ci/instructions` to count: `instructions NAME`, or the names when none is given.
//!
//! Everything that a call needs is laid out first, outside of what is counted ([`counted`]), and nothing depends on the machine, its time or
//! an order of threads.

use std::error::Error;
use std::hint::black_box;

use allweather_costs::spread::{RollingEdge, Spread, edge};
use allweather_market::Frequency;
use allweather_metrics::{Hurdle, Periodicity, Tail, paths};
use allweather_optimize::{Constraints, Estimator, Objective, Scenarios, Target};
use allweather_portfolio::{Simulation, Spec, rfr::RateHistory};
use allweather_rebalance::paths::{ConstantMix, Moment};
use allweather_study::{Study, StudySpec, Variant};
use benches::{Columns, SplitMix};

type Outcome = Result<(), Box<dyn Error>>;
type Workload = fn() -> Outcome;

const WORKLOADS: [(&str, Workload); 13] = [
    ("engine_months", || engine(Frequency::Monthly, 540, &benches::drift_band(), false)),
    ("engine_months_record", || engine(Frequency::Monthly, 540, &benches::drift_band(), true)),
    ("engine_days", || engine(Frequency::Daily, 2500, &benches::each_month(), false)),
    ("engine_all_weather", all_weather),
    ("constant_mix", constant_mix),
    ("study_path", || study(false)),
    ("study_path_bare", || study(true)),
    ("core_measures", core_measures),
    ("optimize_tail", || weights(&Objective::ConditionalValueAtRisk { tail: Tail::FIVE_PERCENT })),
    ("optimize_semideviation", || weights(&Objective::DownsideDeviation { target: Target::Mean })),
    ("risk_budget", risk_budget),
    ("edge", || spreads(false)),
    ("edge_rolling", || spreads(true)),
];

/// What is counted: callgrind looks for this name, so it stays a function of its own.
#[inline(never)]
fn counted(run: &mut dyn FnMut() -> Outcome) -> Outcome {
    run()
}

fn main() -> Outcome {
    let Some(wanted) = std::env::args().nth(1) else {
        for (name, _) in WORKLOADS {
            println!("{name}");
        }
        return Ok(());
    };
    let found = WORKLOADS.into_iter().find(|(name, _)| *name == wanted);
    found.ok_or_else(|| format!("there is no workload {wanted}"))?.1()
}

fn engine(frequency: Frequency, dates: usize, rule: &serde_json::Value, record: bool) -> Outcome {
    let (market, spec) = (benches::market(frequency, dates, 30)?, benches::spec(30, rule)?);
    let rates = RateHistory::default();
    let simulation = Simulation::new(&spec, &market, &rates)?;
    counted(&mut || {
        if record {
            black_box(simulation.run()?);
        } else {
            black_box(simulation.outcome()?);
        }
        Ok(())
    })
}

/// The default spec on the embedded data: hedge, overlay, expenses, published costs.
fn all_weather() -> Outcome {
    let (data, spec) = (allweather_data::embedded()?, allweather_data::all_weather()?);
    counted(&mut || {
        black_box(data.simulate(&spec)?);
        Ok(())
    })
}

/// 20 paths of 540 months and 12 assets.
fn constant_mix() -> Outcome {
    let growth: Vec<f64> = benches::returns(540, 12, 12.0).iter().map(|step| 1.0 + step).collect();
    let (weights, rates, widths) = ([1.0 / 12.0; 12], [0.001; 12], [0.005; 12]);
    counted(&mut || {
        let mix = ConstantMix::new(&growth, &weights, &rates, Some(&widths))?;
        let mut walker = mix.walker();
        let mut draws = SplitMix::new(7);
        for _ in 0..20 {
            let mut row = 0;
            let rows = (0..540).map(|_| {
                let draw = draws.next_number();
                row = if draw.is_multiple_of(12) { (draw >> 32) as usize % 540 } else { (row + 1) % 540 };
                (row, Moment::Look)
            });
            black_box(walker.walk(1e6, rows, |_| ())?);
        }
        Ok(())
    })
}

/// One path of 10 years of the default spec, or of its assets without forwards and expenses.
fn study(bare: bool) -> Outcome {
    let (data, mut spec) = (allweather_data::embedded()?, allweather_data::all_weather()?);
    if bare {
        spec = Spec { fx: None, expenses: None, ..spec };
    }
    let spec = StudySpec::new(vec![Variant::new("one", spec)], 1, 120)?
        .with_span("1990-07".parse()?, "2024-09".parse()?);
    let study = Study::new(&spec, &data.market, &data.statistics)?;
    let job = study.jobs(1).next().ok_or("no job")?;
    counted(&mut || {
        black_box(study.run_job(&job)?);
        Ok(())
    })
}

fn core_measures() -> Outcome {
    let returns = benches::paths(200, 540);
    counted(&mut || {
        black_box(paths::core_measures(Periodicity::Monthly, &returns, Hurdle::Nothing, Tail::FIVE_PERCENT)?);
        Ok(())
    })
}

fn weights(objective: &Objective) -> Outcome {
    let (returns, none) = (benches::returns(540, 30, 12.0), Constraints::new());
    counted(&mut || {
        black_box(objective.minimise(&Scenarios::new(&returns)?, &none)?);
        Ok(())
    })
}

fn risk_budget() -> Outcome {
    let scenarios = Scenarios::new(&benches::returns(540, 30, 12.0))?;
    let (covariance, budgets) = (Estimator::Sample.covariance(&scenarios)?, [1.0 / 30.0; 30]);
    counted(&mut || {
        black_box(covariance.risk_budget_weights(&budgets)?);
        Ok(())
    })
}

fn spreads(rolling: bool) -> Outcome {
    let columns = Columns::walk(7, 2520);
    let bars = columns.bars()?;
    let mut windows = RollingEdge::new(21)?;
    counted(&mut || {
        if rolling {
            black_box(windows.over(&bars).flatten().map(Spread::size).sum::<f64>());
        } else {
            black_box(edge(&bars)?);
        }
        Ok(())
    })
}
