//! The kernel of many paths against the engine, on the same market.

use allweather_core::{AssetId, Month, Percent};
use allweather_market::{Frequency, Instrument, Market, PricePanel};
use allweather_portfolio::{Capital, CostSpec, Holding, Holdings, Simulation, Spec, rfr::RateHistory};
use allweather_rebalance::{
    Calendar, DriftBand, DriftMeasure, Edge, Period, Rule, Scope, Threshold,
    paths::{ConstantMix, Timetable},
};
use proptest::prelude::*;
use rust_decimal::Decimal;

use crate::{BASE, close};

fn band() -> impl Strategy<Value = Rule> {
    let measure = prop_oneof![Just(DriftMeasure::Position), Just(DriftMeasure::Portfolio)];
    let rounded = (1..=12_u32).prop_map(Threshold::Rounded);
    let unrounded =
        (1..=300_i64).prop_map(|tenths| Threshold::Unrounded(Percent::new(Decimal::new(tenths, 1))));
    (measure, prop_oneof![rounded, unrounded])
        .prop_map(|(measure, at)| Rule::DriftBand(DriftBand::new(measure, at, Scope::All).unwrap()))
}

fn calendar() -> impl Strategy<Value = Rule> {
    let every = prop_oneof![
        Just(Period::Review),
        Just(Period::Month),
        Just(Period::Quarter),
        Just(Period::HalfYear),
        Just(Period::Year)
    ];
    let on = prop_oneof![Just(Edge::Start), Just(Edge::End)];
    (every, on).prop_map(|(every, on)| Rule::Calendar(Calendar { every, on }))
}

fn rule() -> impl Strategy<Value = Rule> {
    prop_oneof![
        4 => band(),
        3 => calendar(),
        1 => Just(Rule::Never),
        1 => (calendar(), band()).prop_map(|(a, b)| Rule::first_of(vec![a, b]).unwrap()),
        1 => (band(), calendar()).prop_map(|(a, b)| Rule::all_of(vec![a, b]).unwrap()),
    ]
}

proptest! {
    /// The same values, rebalances, turnover and costs, whatever growth, weights, cost rate and rule.
    #[test]
    fn the_kernel_comes_to_what_the_engine_comes_to(
        mut raw in prop::collection::vec(prop_oneof![1 => Just(0_u32), 6 => 1..100_u32], 1..=14),
        held in any::<prop::sample::Index>(),
        moves in prop::collection::vec(0.8..1.3, 14 * 90),
        months in 1..=90_usize,
        // How many dates of the panel lie behind the end of the run.
        behind in 0..=2_usize,
        bps in prop_oneof![1 => Just(0), 3 => 1..200_i64],
        rule in rule(),
    ) {
        let place = held.index(raw.len());
        raw[place] = raw[place].max(1);
        let (assets, sum) = (raw.len(), raw.iter().sum::<u32>());
        let months = months.saturating_sub(behind).max(1);
        let weights: Vec<f64> = raw.iter().map(|weight| f64::from(*weight) / f64::from(sum)).collect();
        let first = Month::new(1999, 8).unwrap();
        let month = |after: usize| first.offset(i32::try_from(after).unwrap());
        let dates: Vec<_> = (0..=months + behind).map(|after| month(after).last_day()).collect();
        let levels = |asset: usize| -> Vec<f64> {
            let mut level = 100.0;
            let grown = (0..months + behind).map(|month| { level *= moves[month % 90 * 14 + asset]; level });
            std::iter::once(100.0).chain(grown).collect()
        };
        let levels: Vec<Vec<f64>> = (0..assets).map(levels).collect();
        let id = |asset: usize| -> AssetId { format!("a{asset}").parse().unwrap() };
        let series = |asset: usize| {
            (Instrument { id: id(asset), currency: BASE }, levels[asset].iter().copied().map(Some).collect())
        };
        let panel = PricePanel::new(Frequency::Monthly, dates.clone(), (0..assets).map(series).collect()).unwrap();
        let market = Market::new(BASE, panel);
        let holdings = Holdings::new((0..assets).map(|asset| Holding::asset(id(asset), weights[asset])).collect());
        let costs = allweather_costs::Proportional::from_bps(Decimal::from(bps)).unwrap();
        let capital = Capital::new(1_000_000.into()).unwrap();
        let spec = Spec {
            costs: CostSpec::Proportional(costs),
            end: Some(month(months)),
            ..Spec::new("simple", capital, holdings.unwrap(), rule.clone())
        };
        let rates = RateHistory::default();
        let engine = Simulation::new(&spec, &market, &rates).unwrap().outcome().unwrap();

        let growth: Vec<f64> = (0..months)
            .flat_map(|month| levels.iter().map(move |level| level[month + 1] / level[month]))
            .collect();
        let (run, later) = dates.split_at(months + 1);
        let table = Timetable::of(&rule, run, later.first().copied()).unwrap().unwrap();
        let cost_rates = vec![costs.rate().to_f64(); assets];
        let mix = ConstantMix::new(&growth, &weights, &cost_rates, Some(&table.half_widths(&weights))).unwrap();
        let mut values = Vec::new();
        let path = (0..months).zip(table.moments().iter().copied());
        let totals = mix.walker().walk(1e6, path, |value| values.push(value)).unwrap();

        prop_assert_eq!(totals.rebalances, engine.rebalances);
        prop_assert_eq!(values.len(), engine.values.len());
        for (kernel, engine) in values.iter().zip(&engine.values) {
            prop_assert!(close(*kernel, *engine, *engine, 1e-12), "{} for {}", kernel, engine);
        }
        prop_assert!(close(totals.value, engine.final_value, engine.final_value, 1e-12));
        // One asset alone trades what was rounded.
        prop_assert!(close(totals.turnover, engine.turnover, engine.turnover.max(0.1), 1e-12));
        let costs = engine.costs.total();
        prop_assert!(close(totals.costs, costs, costs, 1e-12), "{} for {}", totals.costs, costs);
    }
}
