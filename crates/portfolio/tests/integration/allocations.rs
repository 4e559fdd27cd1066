//! A step of a run without a record allocates nothing: a run of many steps allocates as often as one of few.

use allweather_core::{Currency, Month, Weights};
use allweather_portfolio::{ScheduledTargets, Simulation, Spec, TargetSchedule, rfr::RateHistory};
use allweather_testkit::{Asset, Noise, World};
use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::BASE;

const FOREIGN: [Currency; 4] = [Currency::USD, Currency::EUR, Currency::GBP, Currency::AUD];

fn world(months: usize) -> World {
    let mut noise = Noise::new(7);
    let mut series = |start: f64, spread: f64| -> Vec<Option<f64>> {
        let mut level = start;
        let step = |_| {
            level *= 1.0 + spread * (noise.unit() - 0.48);
            Some(level)
        };
        (0..months).map(step).collect()
    };
    let assets = (0..6)
        .map(|i| Asset {
            id: format!("a{i}").parse().unwrap(),
            currency: [BASE, Currency::USD, Currency::EUR][i % 3],
            prices: series(100.0, 0.1),
        })
        .collect();
    let currencies = || FOREIGN.into_iter().chain([BASE]);
    let mut world = World::new(Month::new(2000, 1).unwrap(), assets);
    world.spots = FOREIGN.into_iter().map(|c| (c, series(100.0, 0.05))).collect();
    world.short_rates = currencies().map(|c| (c, series(0.03, 0.05))).collect();
    world.consumer_prices = currencies().map(|c| (c, series(100.0, 0.005))).collect();
    world.indicators = vec![[Decimal::ONE; 5]; months / 12 + 1];
    world
}

fn spec(more: &str) -> Spec {
    let holdings: Vec<_> = [0.2, 0.2, 0.2, 0.2, 0.1, 0.1]
        .iter()
        .enumerate()
        .map(|(i, w)| format!(r#"{{"asset":"a{i}","weight":{w}}}"#))
        .collect();
    let holdings = holdings.join(",");
    Spec::from_json(&format!(r#"{{"name":"x","capital":1000000,"holdings":[{holdings}],{more}}}"#)).unwrap()
}

/// Other weights every year.
fn schedule(months: usize) -> TargetSchedule {
    let entry = |(i, date): (usize, &NaiveDate)| {
        let first = if i % 24 == 0 { 0.3 } else { 0.1 };
        let rest = (1.0 - first) / 5.0;
        let weights = Weights::new(vec![first, rest, rest, rest, rest, rest]).unwrap();
        ScheduledTargets { since: *date, weights }
    };
    let dates = world(months).dates();
    TargetSchedule::new(dates.iter().enumerate().step_by(12).map(entry).collect()).unwrap()
}

/// How often a run without a record allocates.
fn allocations(spec: &Spec, months: usize, schedule: &TargetSchedule) -> u64 {
    let (market, rates) = (world(months).market().unwrap(), world(months).rates());
    let simulation = Simulation::new(spec, &market, &rates).unwrap().with_schedule(schedule).unwrap();
    let mut outcome = None;
    let counted = allocation_counter::measure(|| outcome = simulation.outcome().ok());
    let outcome = outcome.unwrap();
    assert_eq!(outcome.returns.len(), months);
    assert!(outcome.rebalances > months / 60);
    counted.count_total
}

fn same_for_any_length(spec: &Spec) {
    let none = TargetSchedule::default();
    let (few, many) = (allocations(spec, 60, &none), allocations(spec, 240, &none));
    assert_eq!(few, many);
    assert!(few > 0, "the outcome itself is allocated");
    assert_eq!(few, allocations(spec, 240, &schedule(240)), "nor do strategic weights that change");
}

const BAND: &str = r#""rule":{"drift_band":{"measure":"portfolio","threshold":1,"scope":"all"}}"#;

#[test]
fn a_plain_run_allocates_nothing_per_step() {
    same_for_any_length(&spec(&format!(r#"{BAND},"costs":{{"proportional":"0.001"}}"#)));
}

#[test]
fn hedge_overlay_expenses_and_costs_allocate_nothing_per_step() {
    let costs: Vec<_> =
        (0..6).map(|i| format!(r#"{{"asset":"a{i}","max_rate":"0.001","base_slippage":"0.001"}}"#)).collect();
    let costs = costs.join(",");
    same_for_any_length(&spec(&format!(
        r#""rule":{{"drift_band":{{"measure":"position","threshold":1,"scope":"breached"}}}},
        "costs":{{"published":{{"fx_rate":"0.0001","assets":[{costs}]}}}},
        "expenses":{{"initial_pool":1000}},"cash":"short_rate",
        "fx":{{"margin":{{"rate":"0.04","gross_limit":2}},"fee":"0.0001",
            "overlay":{{"currencies":["USD","EUR","GBP","AUD"],"target_volatility":"0.05","gross_limit":1,
                "signals":["carry",{{"momentum":{{"horizons":[1,3]}}}},{{"value":{{"newest":13,"oldest":14}}}}],
                "covariance_months":6}}}}"#
    )));
}

#[test]
fn lots_allocate_nothing_per_step() {
    let actual = r#""operation":{"actual":{"lot":{"minimum":1,"increment":1},"under_minimum":"round_trip","small_weights":null}}"#;
    same_for_any_length(&spec(&format!(
        r#"{BAND},{actual},"expenses":{{}},"costs":{{"proportional":"0.001"}}"#
    )));
}

/// Nor does a step of a full record: its lists are as large as the run is long from the beginning. The same count tells of a step that does,
/// written as JSON.
#[test]
fn a_plain_record_allocates_nothing_per_step() {
    let spec = spec(BAND);
    let count = |months| {
        let (market, rates) = (world(months).market().unwrap(), RateHistory::default());
        let simulation = Simulation::new(&spec, &market, &rates).unwrap();
        let mut record = None;
        let kept = allocation_counter::measure(|| record = simulation.run().ok());
        let record = record.unwrap();
        let written =
            allocation_counter::measure(|| record.write_json_lines(std::io::sink()).unwrap()).count_total;
        (kept, written)
    };
    let ((few, few_written), (many, many_written)) = (count(60), count(240));
    assert_eq!(few.count_total, many.count_total);
    // Six assets: two rows of 48 bytes a step at most, a line of 176, date and month, return and value.
    assert!(many.bytes_current - few.bytes_current < 180 * 320, "{few:?} {many:?}");
    assert!(many_written > few_written + 180);
}
