//! A market in another currency than the yen: names of currencies are names, and a hedge is that of whoever counts.

use std::collections::BTreeMap;

use allweather_core::Currency;
use allweather_market::{
    Frequency, Instrument, Market, MonthlySeries, PricePanel, SpotPanel, rates_from_csv,
};
use allweather_portfolio::{Simulation, Spec, WalkForward, rfr::RateHistory, simulate};
use allweather_testkit::{World, generate::cases};
use proptest::prelude::*;

use crate::{BASE, close};

const WALK: &str =
    r#"{"objective":{"downside_deviation":{"target":{"return":0.0}}},"every":3,"month":12,"least":4}"#;

/// The same world with yen and dollars changing names, so that dollars are what is counted in.
fn renamed(world: &World) -> Market {
    let name = |currency: Currency| match currency {
        Currency::JPY => Currency::USD,
        Currency::USD => Currency::JPY,
        other => other,
    };
    let series = |by: &BTreeMap<Currency, Vec<Option<f64>>>, late| -> BTreeMap<Currency, MonthlySeries> {
        by.iter()
            .map(|(currency, values)| {
                (
                    name(*currency),
                    MonthlySeries::new(world.first, values.clone()).unwrap().published_after(late),
                )
            })
            .collect()
    };
    let columns = world.assets.iter().map(|asset| {
        (Instrument { id: asset.id.clone(), currency: name(asset.currency) }, asset.prices.clone())
    });
    let prices = PricePanel::new(Frequency::Monthly, world.dates(), columns.collect()).unwrap();
    let market = Market::new(name(BASE), prices)
        .with_short_rates(series(&world.short_rates, 0))
        .with_consumer_prices(series(&world.consumer_prices, 1));
    if world.spots.is_empty() {
        return market;
    }
    let spots = world.spots.iter().map(|(currency, values)| (name(*currency), values.clone())).collect();
    market.with_spots(SpotPanel::new(name(BASE), Frequency::Monthly, world.dates(), spots).unwrap()).unwrap()
}

fn renamed_spec(spec: &Spec) -> Spec {
    let text = spec
        .canonical_json()
        .replace("\"JPY\"", "\"yen\"")
        .replace("\"USD\"", "\"JPY\"")
        .replace("\"yen\"", "\"USD\"");
    Spec::from_json(&text).unwrap()
}

proptest! {
    /// Hedge, overlay, margin, costs and cash in dollars are those in yen.
    #[test]
    fn a_name_of_a_currency_is_only_a_name(case in cases()) {
        let yen = case.run().unwrap();
        let (spec, market, rates) = (renamed_spec(&case.spec), renamed(&case.world), case.world.rates());
        let dollars = Simulation::new(&spec, &market, &rates).unwrap().run().unwrap();
        prop_assert_eq!((yen.base(), dollars.base()), (Currency::JPY, Currency::USD));
        prop_assert_eq!(yen.len(), dollars.len());
        for (one, two) in yen.steps().zip(dollars.steps()) {
            let scale = one.value_before;
            // Currencies stand in another order, so sums may differ in their last digits.
            let same = |a: f64, b: f64| close(a, b, scale, 1e-10);
            prop_assert!(same(one.value_after, two.value_after), "{} {} {}", one.month, one.value_after, two.value_after);
            prop_assert!(same(one.forwards.hedge_cost, two.forwards.hedge_cost) && same(one.forwards.overlay, two.forwards.overlay));
            prop_assert!(same(one.costs.total(), two.costs.total()) && same(one.gross, two.gross) && same(one.pool, two.pool));
            prop_assert_eq!(one.positions.len(), two.positions.len());
        }
        let walk: WalkForward = serde_json::from_str(WALK).unwrap();
        let chosen = |spec, market: &Market| walk.schedule(spec, market).map_err(|error| error.to_string());
        let (one, two) = (chosen(&case.spec, &case.world.market().unwrap()), chosen(&spec, &market));
        prop_assert_eq!(one, two);
    }
}

/// Half in dollars at +2 %, half in yen at +1 %, while a yen falls from 0.0100 to 0.0098 dollars. Dollars lend at 4.8 % a year, yen at 0:
/// the forward is 0.0100 · 1.004 = 0.01004, and selling 500 dollars' worth of yen brings 500 · (0.01004 − 0.0098) / 0.01 = 12, of which 2
/// is the differential that is earned: a cost of −2.
#[test]
fn a_hedge_of_yen_earns_what_dollars_pay_more() {
    let prices = "month,home_usd,abroad_jpy\n2024-01,100,1000\n2024-02,102,1010\n";
    let spots =
        SpotPanel::from_csv("fx.csv", "month,jpy\n2024-01,0.01\n2024-02,0.0098\n", Currency::USD).unwrap();
    let rates = "month,currency,rate_pct,basis\n2024-01,USD,4.8,x\n2024-02,USD,4.8,x\n2024-01,JPY,0,x\n2024-02,JPY,0,x\n";
    let market = Market::new(Currency::USD, PricePanel::from_csv("prices.csv", prices).unwrap())
        .with_spots(spots)
        .unwrap()
        .with_short_rates(rates_from_csv("rates.csv", rates).unwrap());
    let run = |hedge: &str| {
        let spec = format!(
            r#"{{"name":"dollars","capital":1000,"rule":{{"calendar":{{"every":"year","on":"end"}}}},
            "holdings":[{{"asset":"home","weight":0.5}},{{"asset":"abroad","weight":0.5}}],
            "fx":{{"hedge":{{{hedge}}},"margin":{{"rate":"0.05","gross_limit":2}}}}}}"#
        );
        simulate(&Spec::from_json(&spec).unwrap(), &market, &RateHistory::default()).unwrap()
    };
    let hedged = run(r#""ratio":1,"unhedged":[]"#);
    let (bought, step) = (hedged.step(0).unwrap(), hedged.step(1).unwrap());
    assert_eq!(
        (hedged.base(), bought.positions.len(), bought.positions[0].currency),
        (Currency::USD, 1, Currency::JPY)
    );
    assert!(
        close(bought.positions[0].hedge, -500.0, 1.0, 1e-9)
            && close(bought.positions[0].forward, 0.010_04, 1.0, 1e-15)
    );
    assert!(close(step.forwards.hedge, 12.0, 1.0, 1e-9), "{}", step.forwards.hedge);
    assert!(close(step.forwards.hedge_cost, -2.0, 1.0, 1e-9), "{}", step.forwards.hedge_cost);
    // 510 + 500 · 1.01 · 0.98 + 12
    assert!(close(step.value, 1016.9, 1.0, 1e-9), "{}", step.value);
    let open = run(r#""ratio":1,"unhedged":["JPY"]"#);
    assert!(close(open.step(1).unwrap().value, 1004.9, 1.0, 1e-9));
}
