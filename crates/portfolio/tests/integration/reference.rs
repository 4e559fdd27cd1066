//! The engine against results of an independent program on the same prices.

use allweather_core::Currency;
use allweather_market::{Market, PricePanel};
use allweather_portfolio::{Simulation, Spec, rfr::RateHistory};

/// 30 synthetic assets, 541 month ends, in one currency.
pub(crate) fn thirty_assets() -> (Spec, Market) {
    let prices = include_str!("../data/drift_band_30_assets.csv");
    let prices = PricePanel::from_csv("drift_band_30_assets.csv", prices).unwrap();
    let spec = Spec::from_json(include_str!("../data/drift_band_30_assets.json")).unwrap();
    (spec, Market::new(Currency::JPY, prices))
}

fn close(ours: f64, reference: f64) {
    assert!((ours / reference - 1.0).abs() < 1e-12, "{ours} {reference}");
}

#[test]
fn a_drift_band_with_costs_gives_the_reference_result() {
    let (spec, market) = thirty_assets();
    let rates = RateHistory::default();
    let simulation = Simulation::new(&spec, &market, &rates).unwrap();
    let outcome = simulation.outcome().unwrap();
    close(outcome.final_value, 116_198_034.512_269_02);
    close(outcome.turnover, 9.939_418_095_992);
    close(outcome.costs.total(), 256_246.456_746_9);
    assert_eq!(outcome.rebalances, 226);
    // With the record on, the same to the last bit.
    assert_eq!(simulation.run().unwrap().outcome(), &outcome);
}
