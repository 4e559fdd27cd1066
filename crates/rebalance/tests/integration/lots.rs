use allweather_core::AssetId;
use allweather_rebalance::{
    DriftMeasure, Lot, Outcome, PlanAsset, PlanLine, PlanRules, RebalanceError, Scope, Targets, UnderMinimum,
    paths::LotSize, plan, plan_to,
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

#[test]
fn a_plan_goes_to_what_a_rule_wants_and_keeps_the_rest() {
    let account = [
        asset("equity", dec!(730), dec!(100), dec!(0.6), Lot::WHOLE),
        asset("bonds", dec!(170), dec!(100), dec!(0.3), Lot::WHOLE),
        asset("gold", dec!(100), dec!(100), dec!(0.1), Lot::WHOLE),
    ];
    let mut wanted = Targets::new(vec![0.66, 0.24, 0.1]);
    wanted.keep(2);
    let decimals = wanted.to_decimals().unwrap();
    assert_eq!(decimals, [Some(dec!(0.66)), Some(dec!(0.24)), None]);
    let plan = plan_to(&account, dec!(0), &decimals, &PlanRules::published()).unwrap();
    // Costs of 1 bp on 7 000 on each side are 1.4, a hundredth of a unit; the 70th unit of bonds is cut.
    assert_eq!(
        plan.lines.iter().map(PlanLine::net_units).collect::<Vec<_>>(),
        [dec!(-70), dec!(69), dec!(0)]
    );
    assert_eq!((plan.lines[0].to, plan.lines[2].to), (Some(dec!(0.66)), None));
    assert_eq!(plan.lines[2].outcome, Outcome::Nothing);
    let words = "equity 73.00 % against 60.00 % (+22 % rounded), to 66.00 %: wanted -70.0092, sells 70";
    assert_eq!(plan.lines[0].explain(), words);
    assert!(plan.zeroed.is_empty() && plan.minimum_capital.is_some());
    // A third written as a binary fraction is a third of an account.
    let thirds = Targets::new(vec![1.0 / 3.0; 3]).to_decimals().unwrap();
    assert_eq!(thirds, [Some(dec!(0.333333333333)); 3]);
    assert!(plan_to(&account, dec!(0), &thirds, &PlanRules::published()).unwrap().cash >= dec!(0));
}

#[test]
fn a_plan_refuses_what_nobody_can_want() {
    let (account, rules) = (currency_account(), PlanRules::published());
    let refused = |wanted: &[Option<Decimal>]| plan_to(&account, dec!(0), wanted, &rules).unwrap_err();
    assert!(matches!(
        refused(&[None]),
        RebalanceError::Length { what: "wanted weights", found: 1, expected: 2, .. }
    ));
    let high = refused(&[None, Some(dec!(1.1))]);
    assert!(matches!(high, RebalanceError::Range { what: "wanted weight", position: 1, .. }));
    assert!(matches!(refused(&[None, Some(dec!(-0.1))]), RebalanceError::Range { .. }));
    assert!(matches!(refused(&[Some(dec!(0.7)), Some(dec!(0.4))]), RebalanceError::Sum { .. }));
    assert!(Targets::new(vec![0.5, f64::NAN]).to_decimals().is_err());
}

proptest! {
    /// The two halves of a plan: what drift wants, given from outside, makes the same orders.
    #[test]
    fn a_plan_is_a_plan_to_what_its_drift_wants(
        raw in prop::collection::vec((1..5000_u32, 1..500_u32, 1..100_u32), 2..7), cash in 0..10_000_u32, all in any::<bool>(),
    ) {
        let sum: u32 = raw.iter().map(|r| r.2).sum();
        let assets: Vec<PlanAsset> = raw.iter().enumerate().map(|(i, (units, price, weight))| {
            let target = (Decimal::from(*weight) / Decimal::from(sum)).round_dp_with_strategy(6, rust_decimal::RoundingStrategy::ToZero);
            asset(&format!("a{i}"), (*units).into(), (*price).into(), target, Lot::WHOLE)
        }).collect();
        let scope = if all { Scope::All } else { Scope::Breached };
        let rules = PlanRules { scope, buffer: dec!(0.000001), ..PlanRules::published() };
        let one = plan(&assets, cash.into(), &rules).unwrap();
        let any = one.lines.iter().any(|l| l.drift.breached);
        let wanted: Vec<_> =
            assets.iter().zip(&one.lines).map(|(a, l)| (any && (all || l.drift.breached)).then_some(a.target)).collect();
        prop_assert_eq!(&one.lines.iter().map(|l| l.to).collect::<Vec<_>>(), &wanted);
        prop_assert_eq!(plan_to(&assets, cash.into(), &wanted, &rules).unwrap(), one);
    }

    /// Anything wanted: money adds up, cash is not overdrawn, and what is kept is kept.
    #[test]
    fn a_plan_to_anything_pays_for_itself(
        raw in prop::collection::vec((0..5000_u32, 1..500_u32, 1..100_u32, any::<bool>()), 2..7), cash in 0..10_000_u32,
    ) {
        prop_assume!(raw.iter().any(|r| r.0 > 0) || cash > 0);
        let sum: u32 = raw.iter().map(|r| r.2).sum();
        let assets: Vec<PlanAsset> = raw.iter().enumerate()
            .map(|(i, (units, price, ..))| asset(&format!("a{i}"), (*units).into(), (*price).into(), dec!(0), Lot::WHOLE))
            .collect();
        let mut wanted = Targets::new(raw.iter().map(|r| f64::from(r.2) / f64::from(sum)).collect());
        raw.iter().enumerate().filter(|(_, r)| r.3).for_each(|(i, _)| wanted.keep(i));
        let plan = plan_to(&assets, cash.into(), &wanted.to_decimals().unwrap(), &PlanRules::published()).unwrap();
        let after: Decimal = assets.iter().zip(&plan.lines).map(|(a, l)| (a.units + l.net_units()) * a.price).sum();
        prop_assert_eq!(after + plan.cash, plan.value - plan.cost);
        prop_assert!(plan.cash >= dec!(0));
        for (line, row) in plan.lines.iter().zip(&raw) {
            prop_assert!(!row.3 || line.net_units().is_zero());
            prop_assert!(line.outcome == Outcome::Cut || (line.net_units() - line.wanted).abs() <= dec!(0.5));
        }
    }

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
