use allweather_core::AssetId;
use allweather_rebalance::{
    DriftMeasure, Lot, Outcome, PlanAsset, PlanRules, RebalanceError, Scope, UnderMinimum, paths::LotSize,
    plan,
};
use proptest::prelude::*;
use rust_decimal::{Decimal, dec};

fn asset(name: &str, units: Decimal, price: Decimal, target: Decimal, lot: Lot) -> PlanAsset {
    PlanAsset { id: AssetId::new(name).unwrap(), units, price, target, lot, cost_rate: dec!(0.0001) }
}

/// The document's example: 100 units are to be sold, the smallest order is 1 000.
fn currency_account() -> [PlanAsset; 2] {
    [
        asset("dollars", dec!(5100), dec!(1), dec!(0.5), Lot::CURRENCY),
        asset("bills", dec!(4900), dec!(1), dec!(0.5), Lot::WHOLE),
    ]
}

#[test]
fn the_three_policies_for_orders_below_the_minimum() {
    let rules = |under_minimum| PlanRules { under_minimum, buffer: dec!(0.01), ..PlanRules::published() };
    let skip = plan(&currency_account(), dec!(0), &rules(UnderMinimum::Skip)).unwrap();
    assert_eq!((skip.lines[0].outcome, skip.lines[0].net_units()), (Outcome::Skipped, dec!(0)));
    let words =
        "dollars 51.00 % against 50.00 % (+2 % rounded): wanted -100.01, skipped below the smallest order";
    assert_eq!(skip.lines[0].explain(), words);
    // Without that sale there is no cash for the purchase.
    assert_eq!((skip.lines[1].outcome, skip.lines[1].buy), (Outcome::Cut, dec!(0)));

    let trip = plan(&currency_account(), dec!(0), &rules(UnderMinimum::RoundTrip)).unwrap();
    assert_eq!((trip.lines[0].sell, trip.lines[0].buy), (dec!(1100), dec!(1000)));
    // Both legs pay: 2 100 · 0.01 % on this side.
    assert_eq!(trip.cost, dec!(0.21) + trip.lines[1].buy * dec!(0.0001));
    assert!(trip.cash >= dec!(0));

    let zero = plan(&currency_account(), dec!(0), &rules(UnderMinimum::Zero)).unwrap();
    assert_eq!((zero.lines[0].sell, zero.lines[0].outcome), (dec!(5100), Outcome::Zeroed));
}

#[test]
fn a_plan_refuses_what_is_no_account() {
    let rules = PlanRules::published();
    let refused = |change: fn(&mut PlanAsset)| {
        let mut account = currency_account();
        change(&mut account[1]);
        plan(&account, dec!(0), &rules).unwrap_err()
    };
    assert!(matches!(
        refused(|a| a.units = dec!(-1)),
        RebalanceError::Range { what: "units", position: 1, .. }
    ));
    assert!(matches!(refused(|a| a.price = dec!(0)), RebalanceError::Range { what: "price", .. }));
    assert!(matches!(refused(|a| a.cost_rate = dec!(0.5)), RebalanceError::Range { what: "cost rate", .. }));
    assert!(matches!(refused(|a| a.target = dec!(0.6)), RebalanceError::Sum { .. }));
    assert!(matches!(refused(|a| a.price = Decimal::MAX), RebalanceError::Overflow(_)));
    assert!(plan(&[], dec!(0), &rules).is_err());
}

#[test]
fn a_small_asset_that_needs_too_much_is_given_up_and_said_so() {
    let account = [
        asset("equity", dec!(990), dec!(100), dec!(0.99), Lot::WHOLE),
        asset("rare", dec!(1), dec!(1000), dec!(0.01), Lot::WHOLE),
    ];
    let plan = plan(&account, dec!(0), &PlanRules::published()).unwrap();
    assert_eq!(plan.zeroed[0].asset.as_str(), "rare");
    assert_eq!((plan.lines[1].sell, plan.lines[1].target), (dec!(1), dec!(0)));
    assert_eq!(plan.minimum_capital.unwrap().asset.as_str(), "rare");
}

#[test]
fn a_lot_read_from_a_file_is_checked() {
    assert!(serde_json::from_str::<Lot>(r#"{"minimum":"1000","increment":"1"}"#).is_ok());
    assert!(serde_json::from_str::<Lot>(r#"{"minimum":"1000","increment":"0"}"#).is_err());
    assert!(serde_json::from_str::<Lot>(r#"{"minimum":"-1","increment":"1"}"#).is_err());
    assert!(LotSize::from(&Lot::WHOLE).fit(f64::NAN, 1.0, UnderMinimum::Skip).is_err());
}

proptest! {
    #[test]
    fn a_plan_moves_towards_targets_with_whole_lots_and_money_adds_up(
        raw in prop::collection::vec((0..5000_u32, 1..500_u32, 1..100_u32, 1..50_u32), 2..7),
        cash in 0..10_000_u32,
        position in any::<bool>(), all in any::<bool>(), policy in 0..3_u8,
    ) {
        let sum: u32 = raw.iter().map(|r| r.2).sum();
        let assets: Vec<PlanAsset> = raw.iter().enumerate().map(|(i, (units, price, weight, minimum))| {
            let target = (Decimal::from(*weight) / Decimal::from(sum)).round_dp_with_strategy(6, rust_decimal::RoundingStrategy::ToZero);
            let lot = Lot::new((*minimum).into(), dec!(1)).unwrap();
            asset(&format!("a{i}"), (*units).into(), (*price).into(), target, lot)
        }).collect();
        let rules = PlanRules {
            measure: if position { DriftMeasure::Position } else { DriftMeasure::Portfolio },
            scope: if all { Scope::All } else { Scope::Breached },
            under_minimum: [UnderMinimum::Skip, UnderMinimum::RoundTrip, UnderMinimum::Zero][usize::from(policy)],
            buffer: dec!(0.000001),
            ..PlanRules::published()
        };
        prop_assume!(raw.iter().any(|r| r.0 > 0) || cash > 0);
        let plan = plan(&assets, cash.into(), &rules).unwrap();
        // Money: what was there is what is there, less the cost, exactly.
        let after: Decimal = assets.iter().zip(&plan.lines).map(|(a, l)| (a.units + l.net_units()) * a.price).sum();
        prop_assert_eq!(after + plan.cash, plan.value - plan.cost);
        prop_assert!(plan.cash >= dec!(0));
        for (asset, line) in assets.iter().zip(&plan.lines) {
            prop_assert!(asset.units + line.net_units() >= dec!(0));
            for leg in [line.sell, line.buy] {
                prop_assert!(leg.fract().is_zero());
                prop_assert!(leg.is_zero() || leg >= asset.lot.minimum() || leg == asset.units, "{line:?}");
            }
            prop_assert!(line.drift.breached || all || line.net_units().is_zero());
            prop_assert!(!line.explain().is_empty());
            // Never past what was wanted by more than half a step, unless the asset was given up.
            if line.outcome == Outcome::Done || line.outcome == Outcome::RoundTrip {
                prop_assert!((line.net_units() - line.wanted).abs() <= dec!(0.5) || line.sell == asset.units, "{line:?}");
            }
        }
    }
}
