//! W1 and W2: one account of 30 assets, by drift band in months and by calendar in days.

use std::path::Path;

use allweather_market::Market;
use allweather_portfolio::{Outcome, Simulation, Spec, rfr::RateHistory};
use benches::clock::peak_memory;
use serde_json::json;

use crate::measured::{Bench, Figures};
use crate::tables::market;

/// The weights of the scripts, fractions.
const WEIGHTS: [(usize, f64); 3] = [(10, 0.02), (10, 0.03), (10, 0.05)];
/// Orders of sums differ.
const NEAR: f64 = 1e-11;

fn spec(rule: &serde_json::Value) -> Result<Spec, Box<dyn std::error::Error>> {
    let weights = WEIGHTS.iter().flat_map(|(many, weight)| std::iter::repeat_n(weight, *many));
    let holding = |(i, weight)| json!({ "asset": format!("A{i:02}"), "weight": weight });
    let holdings: Vec<_> = weights.enumerate().map(holding).collect();
    let costs = json!({ "proportional": "0.001" });
    let spec =
        json!({ "name": "w", "capital": "1000000", "holdings": holdings, "rule": rule, "costs": costs });
    Ok(Spec::from_json(&spec.to_string())?)
}

fn band() -> Result<Spec, Box<dyn std::error::Error>> {
    spec(&json!({ "drift_band": { "measure": "portfolio", "threshold": 1, "scope": "all" } }))
}

fn figures(outcome: &Outcome) -> Figures {
    vec![
        ("final", outcome.final_value),
        ("rebalances", outcome.rebalances as f64),
        ("turnover", outcome.turnover),
        ("cost", outcome.costs.total()),
    ]
}

/// From file to figure, once: what a user of a command line waits for.
pub(crate) fn once(data: &Path) -> crate::Outcome {
    let (spec, market) = (band()?, market(data, "monthly_prices_30.csv")?);
    let rates = RateHistory::default();
    let outcome = Simulation::new(&spec, &market, &rates)?.outcome()?;
    println!(
        "{}",
        json!({ "workload": "w1", "peer": "allweather", "final": outcome.final_value, "peak_rss_mb": peak_memory()? })
    );
    Ok(())
}

pub(crate) fn drift_band(data: &Path) -> crate::Outcome {
    let expected = [
        ("final", 116_198_034.512_269_02, NEAR),
        ("rebalances", 226.0, 0.0),
        ("turnover", 9.939_418_095_992, NEAR),
        ("cost", 256_246.456_746_9, NEAR),
    ];
    three_ways("w1", &band()?, &market(data, "monthly_prices_30.csv")?, &expected)
}

pub(crate) fn calendar(data: &Path) -> crate::Outcome {
    let spec = spec(&json!({ "calendar": { "every": "month", "on": "start" } }))?;
    let expected = [
        ("final", 15_802_555.663_265_362, NEAR),
        ("rebalances", 506.0, 0.0),
        ("turnover", 14.632_189_184_917, NEAR),
        ("cost", 81_547.014_772, NEAR),
    ];
    three_ways("w2", &spec, &market(data, "daily_prices_30.csv")?, &expected)
}

fn three_ways(workload: &str, spec: &Spec, market: &Market, expected: &[(&str, f64, f64)]) -> crate::Outcome {
    let rates = RateHistory::default();
    let simulation = Simulation::new(spec, market, &rates)?;
    let bench = |peer| Bench { workload, peer, runs: 15, expected };
    bench("allweather").measure(|| Ok(simulation.outcome()?), figures)?;
    bench("allweather, laid out anew")
        .measure(|| Ok(Simulation::new(spec, market, &rates)?.outcome()?), figures)?;
    bench("allweather, full record").measure(|| Ok(simulation.run()?), |record| figures(record.outcome()))
}
