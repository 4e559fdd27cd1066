//! W5: weights by tail, by downside deviation and of equal risk, 30 assets in 540 months and 100 in 2 000 days.

use std::error::Error;
use std::path::Path;

use allweather_metrics::Tail;
use allweather_optimize::{Constraints, Estimator, Objective, Scenarios, Target};
use ndarray::{Array1, Array2};

use crate::measured::{Bench, Figures};
use crate::tables::{monthly_growth, numbers};

pub(crate) fn both_sizes(data: &Path) -> crate::Outcome {
    let small = monthly_growth(data, 30)?.mapv(|growth| growth - 1.0);
    size("small", &small, 9, [0.011_320_793_542, 0.004_675_955_008, 0.117_820_440_763, 0.007_954_289_516])?;
    let large = numbers(data, "scenarios_2000x100.csv", 0)?;
    size("large", &large, 7, [0.005_206_296_140, 0.001_754_656_757, 0.031_820_355_915, 0.003_071_663_429])
}

/// `known`: the tail's mean loss, the semideviation, and the first and the last weight of equal risk.
fn size(size: &str, returns: &Array2<f64>, runs: usize, known: [f64; 4]) -> crate::Outcome {
    let none = Constraints::new();
    let least = |objective: &Objective| -> Result<Vec<f64>, Box<dyn Error>> {
        let answer = objective.minimise(&Scenarios::new(returns)?, &none)?;
        Ok(answer.solution().ok_or("no weights")?.weights.clone())
    };
    let [tail, semideviation, first, last] = known;

    let objective = Objective::ConditionalValueAtRisk { tail: Tail::FIVE_PERCENT };
    let (workload, expected) = (format!("w5-cvar-{size}"), [("cvar", tail, 1e-8)]);
    let bench = Bench { workload: &workload, peer: "allweather", runs, expected: &expected };
    bench.measure(|| least(&objective), |weights| vec![("cvar", tail_loss(returns, weights))])?;

    let objective = Objective::DownsideDeviation { target: Target::Mean };
    let (workload, expected) = (format!("w5-semi-{size}"), [("semim", semideviation, 1e-8)]);
    let bench = Bench { workload: &workload, peer: "allweather", runs, expected: &expected };
    bench.measure(|| least(&objective), |weights| vec![("semim", below_mean(returns, weights))])?;

    let workload = format!("w5-erc-{size}");
    let expected = [("w0", first, 1e-10), ("wlast", last, 1e-9)];
    let bench = |peer| Bench { workload: &workload, peer, runs, expected: &expected };
    let budgets = vec![1.0 / returns.ncols() as f64; returns.ncols()];
    let ends =
        |weights: &Vec<f64>| -> Figures { vec![("w0", weights[0]), ("wlast", weights[weights.len() - 1])] };
    let from_returns = || -> Result<Vec<f64>, Box<dyn Error>> {
        Ok(Estimator::Sample.covariance(&Scenarios::new(returns)?)?.risk_budget_weights(&budgets)?)
    };
    bench("allweather").measure(from_returns, ends)?;
    let covariance = Estimator::Sample.covariance(&Scenarios::new(returns)?)?;
    bench("allweather (covariance given)").measure(|| Ok(covariance.risk_budget_weights(&budgets)?), ends)
}

/// What the worst twentieth of the periods lost in the mean, computed from the weights alone.
fn tail_loss(returns: &Array2<f64>, weights: &[f64]) -> f64 {
    let mut months = returns.dot(&Array1::from(weights.to_vec())).to_vec();
    months.sort_by(f64::total_cmp);
    let worst = months.len() / 20;
    -months[..worst].iter().sum::<f64>() / worst as f64
}

fn below_mean(returns: &Array2<f64>, weights: &[f64]) -> f64 {
    let months = returns.dot(&Array1::from(weights.to_vec()));
    let mean = months.sum() / months.len() as f64;
    let squares: f64 = months.iter().map(|month| (month - mean).min(0.0).powi(2)).sum();
    (squares / months.len() as f64).sqrt()
}
