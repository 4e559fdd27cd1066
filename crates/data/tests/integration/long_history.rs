//! The embedded data with every asset from 1980 on.

use allweather_core::{AssetId, Currency};
use allweather_data::{all_weather, embedded};
use allweather_portfolio::{
    LongHistory,
    history::{Backfill, Method, SeriesKind},
    metrics::Bootstrap,
};

fn id(name: &str) -> AssetId {
    name.parse().unwrap()
}

#[test]
fn the_table_has_returns_over_cash_and_changes_of_exchange_rates() {
    let data = embedded().unwrap();
    let table = LongHistory::table(&data.market).unwrap();
    assert_eq!((table.first_month().to_string(), table.periods()), ("1980-02".to_owned(), 551));
    let of = |name: &str| table.series().iter().find(|series| *series.id() == id(name));
    let bond = of("jgb_10y").unwrap();
    let yen = data.market.short_rate_series(Currency::JPY).unwrap();
    // February earns the rate that was known when it began.
    let known = yen.get("1980-01".parse().unwrap()).unwrap() / 12.0;
    assert_eq!(bond.rates().unwrap()[0].to_bits(), known.to_bits());
    assert_eq!(bond.kind(), SeriesKind::Returns);
    assert!(of("gold").unwrap().rates().is_some(), "the dollar's rate is there until 2025-11");
    let spots = data.market.spots().unwrap();
    let on = |row: usize| spots.on(Currency::USD, data.market.prices().dates()[row]).unwrap();
    assert_eq!(of("usd").unwrap().kind(), SeriesKind::Indicator);
    assert_eq!(of("usd").unwrap().values()[4], Some(on(5) / on(4) - 1.0));
    assert!(of("eur").is_none(), "the euro began later");
}

/// What a month earned before the first price of an asset is estimated; what every month earned since the last one began is not.
#[test]
fn a_run_says_how_much_of_it_is_estimated() {
    let (mut data, spec) = (embedded().unwrap(), all_weather().unwrap());
    let market = data.market.clone();
    let backfill = Backfill::new(Bootstrap::new(2, 7).unwrap())
        .with_candidates(vec![Method::Stambaugh])
        .and_then(|spec| spec.with_hold_out(None))
        .unwrap();
    let long = LongHistory::new(&market, &backfill).unwrap();
    let mut wealth = Vec::new();
    for draw in 0..long.draws() {
        data.market = long.market(draw).unwrap();
        let record = data.simulate(&spec).unwrap();
        let estimated = record.estimated();
        let last = estimated.iter().rposition(|is| *is).unwrap();
        assert_eq!(
            record.step(last).unwrap().month.to_string(),
            "1990-06",
            "its level is the first that is observed"
        );
        assert!(estimated[1..=last].iter().all(|is| *is));
        let held = record.step(0).unwrap().after;
        assert!(
            held.len() == 10 && held.iter().all(|value| *value > 0.0),
            "every asset is held from the first day on"
        );
        wealth.push(record.outcome().returns.iter().map(|r| 1.0 + r).product::<f64>());
    }
    assert_ne!(wealth[0].to_bits(), wealth[1].to_bits());
}
