//! A rule of one's own beside a built-in one, on the embedded data from 1980 to 2025; and the laws it keeps.
//!
//! ```text
//! cargo run --release --example custom_rule
//! cargo test --example custom_rule
//! ```

use std::{
    error::Error,
    io::{self, Write},
};

use allweather_portfolio::{market::ReturnCurrency, prelude::*, rebalance::DriftBand};

/// Trades when an asset is further from its target than one of its usual months would take it: `|w − t| > k · t · σ`, where σ is the
/// standard deviation of the asset's last 36 monthly returns. Calm assets are kept close, restless ones are given room.
#[derive(Debug, Clone)]
struct UsualMonths {
    k: f64,
}

impl Rebalancer for UsualMonths {
    fn decide(&self, review: &Review<'_>, _: &mut Targets) -> Result<Decision, RebalanceError> {
        let Some(returns) = review.returns(12, 36, ReturnCurrency::Base) else {
            return Ok(Decision::Hold(Reason::Other("less than a year of prices".into())));
        };
        let sides = review.weights.iter().zip(review.targets);
        for (place, (column, (weight, target))) in returns.columns().into_iter().zip(sides).enumerate() {
            let months = self.k * target * column.std(1.0);
            if (weight - target).abs() > months {
                let words = format!("is further away than {} of its usual months", self.k).into();
                return Ok(Decision::Rebalance(Reason::About { position: place, words }));
            }
        }
        Ok(Decision::Hold(Reason::Other("no asset is far away".into())))
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let data = allweather_data::embedded()?;
    let spec = allweather_data::all_weather()?;
    let rates = data.rates_for(&spec)?;
    let simulation = Simulation::new(&spec, &data.market, &rates)?;

    let (band, own) = (DriftBand::published(), UsualMonths { k: 2.0 });
    let rules: [(&str, &dyn Rebalancer); 2] = [("drift of 1 %", &band), ("two usual months", &own)];
    let mut out = io::stdout();
    writeln!(out, "{:<18} {:>8} {:>12} {:>14}", "rule", "trades", "costs", "value at end")?;
    let simulation = rules.into_iter().try_fold(simulation, |simulation, (name, rule)| {
        let simulation = simulation.with_rule(rule);
        let outcome = simulation.outcome()?;
        let (trades, costs) = (outcome.rebalances, outcome.costs.total());
        writeln!(out, "{name:<18} {trades:>8} {costs:>12.0} {:>14.0}", outcome.final_value)?;
        Ok::<_, Box<dyn Error>>(simulation)
    })?;
    let record = simulation.run()?;
    for step in record.steps().filter(|step| step.decision.trades()).take(3) {
        writeln!(out, "{}: {}", step.month, step.explain())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use allweather_testkit::{Broken, Settings, laws};

    #[test]
    fn it_keeps_the_laws_of_rules() -> Result<(), Broken> {
        laws::rebalancer(|| UsualMonths { k: 2.0 })
    }

    /// Relative to the position: neither the unit of prices, nor the order of assets, nor halves matter.
    #[test]
    fn it_keeps_what_it_promises() -> Result<(), Broken> {
        let settings = Settings::default();
        laws::rebalancer::scale(&settings, |_| UsualMonths { k: 2.0 })?;
        laws::rebalancer::permutation(&settings, |_| UsualMonths { k: 2.0 })?;
        laws::rebalancer::splitting(&settings, |_| UsualMonths { k: 2.0 })
    }

    #[test]
    fn it_runs_on_the_embedded_data() -> Result<(), Box<dyn Error>> {
        main()
    }
}
