//! One purchase in the engine: what a cost model's rates come to in a run.

use allweather_core::Month;
use allweather_costs::CostModel;
use allweather_portfolio::{Capital, Holding, Holdings, Record, Simulation, Spec};
use allweather_rebalance::{Calendar, Edge, Period, Rule};
use allweather_rfr::RateHistory;
use rust_decimal::Decimal;

use crate::{
    Asset, World,
    check::Finding,
    generate::{QuotedAsset, Universe},
};

pub(super) const CAPITAL: f64 = 1_000_000.0;
/// Of the capital: what the arithmetic of a trade may lose.
pub(super) const ROUNDING: f64 = 1e-12;

/// All assets of the universe bought from cash, on a day before there is any history.
pub(super) fn purchase(universe: &Universe, model: &dyn CostModel) -> Result<Record, Finding> {
    let month = Month::new(2020, 1).map_err(|e| Finding::error(&e))?;
    let prices = |asset: &QuotedAsset| Asset {
        id: asset.id.clone(),
        currency: asset.currency,
        prices: vec![Some(100.0)],
    };
    let mut world = World::new(month, universe.assets.iter().map(prices).collect());
    for asset in universe.assets.iter().filter(|asset| asset.currency != World::BASE) {
        world.spots.insert(asset.currency, vec![Some(100.0)]);
    }
    let sum: f64 = (1..=universe.assets.len()).map(|i| i as f64).sum();
    let holding = |(i, id)| Holding::asset(id, (i + 1) as f64 / sum);
    let holdings = universe.ids().into_iter().enumerate().map(holding).collect();
    let capital = Capital::new(Decimal::from(1_000_000)).map_err(|e| Finding::error(&e))?;
    let holdings = Holdings::new(holdings).map_err(|e| Finding::error(&e))?;
    let rule = Rule::Calendar(Calendar { every: Period::Month, on: Edge::End });
    let spec = Spec::new("a first purchase", capital, holdings, rule);
    let market = world.market().map_err(|e| Finding::error(&e))?;
    let rates = RateHistory::default();
    let run = Simulation::new(&spec, &market, &rates).and_then(|run| run.with_costs(model)?.run());
    run.map_err(|e| Finding::error(&e))
}
