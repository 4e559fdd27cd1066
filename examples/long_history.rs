//! The default spec with every asset from 1980 on: months before an asset was observed are estimated, many times over, and marked.
//!
//! ```text
//! cargo run --release --example long_history
//! ```

use std::{
    error::Error,
    io::{self, Write},
};

use allweather_portfolio::{
    LongHistory, Outcome, Simulation,
    history::Backfill,
    metrics::{Bootstrap, Periodicity, Returns, annual_return_geometric, max_drawdown, type_7, volatility},
};

const DRAWS: usize = 200;

/// Return and deviation a year, largest drawdown, value at the end in millions.
fn figures(outcome: &Outcome) -> Result<[f64; 4], Box<dyn Error>> {
    let periods = outcome.period_returns();
    let returns = Returns::new(Periodicity::Monthly, &periods)?;
    Ok([
        100.0 * annual_return_geometric(&returns)?,
        100.0 * volatility(&returns)?,
        -100.0 * max_drawdown(&returns)?.depth,
        outcome.final_value / 1e6,
    ])
}

fn main() -> Result<(), Box<dyn Error>> {
    let data = allweather_data::embedded()?;
    let spec = allweather_data::all_weather()?;
    let rates = data.rates_for(&spec)?;
    let mut out = io::stdout();

    let long = LongHistory::new(&data.market, &Backfill::new(Bootstrap::new(DRAWS, 7)?))?;
    writeln!(out, "{:<16} {:>6}  {:<40} {:>9}", "asset", "months", "estimated by", "error / σ")?;
    for asset in long.filled().series() {
        let Some(fill) = long.filled().fill(asset) else { continue };
        let told = long.filled().score(asset).ok_or("hidden months are told")?.rmse_ratio;
        let asset = asset.as_str();
        writeln!(out, "{asset:<16} {:>6}  {:<40} {told:>9.2}", fill.months, fill.method.to_string())?;
    }

    let mut drawn: [Vec<f64>; 4] = Default::default();
    for draw in 0..long.draws() {
        let market = long.market(draw)?;
        let found = figures(&Simulation::new(&spec, &market, &rates)?.outcome()?)?;
        drawn.iter_mut().zip(found).for_each(|(all, figure)| all.push(figure));
    }
    let left_out = figures(&Simulation::new(&spec, &data.market, &rates)?.outcome()?)?;
    writeln!(out, "\n{:<26} {:>10} {:>8} {:>8} {:>8}", "", "left out", "5 %", "median", "95 %")?;
    let names =
        ["return a year, %", "deviation a year, %", "largest drawdown, %", "value at the end, millions"];
    for ((name, mut all), left_out) in names.into_iter().zip(drawn).zip(left_out) {
        all.sort_by(f64::total_cmp);
        write!(out, "{name:<26} {left_out:>10.2}")?;
        for at in [0.05, 0.5, 0.95] {
            write!(out, " {:>8.2}", type_7(&all, at).ok_or("there are draws")?)?;
        }
        writeln!(out)?;
    }
    Ok(())
}
