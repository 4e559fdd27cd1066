//! The laws of cost models hold for ours, and each catches a model that is broken on purpose.

use std::sync::atomic::{AtomicUsize, Ordering};

use allweather_portfolio::{
    core::{AssetId, Currency, Money, Rate},
    costs::{
        AssetCosts, CostModel, CostRates, Proportional, PublishedCosts, SlippageRule, TradedAsset,
        UniverseCosts,
    },
};
use allweather_testkit::{Broken, Settings, laws};
use rust_decimal::dec;

fn proportional(bps: i64) -> Proportional {
    Proportional::from_bps(bps.into()).unwrap()
}

/// Rates that differ from asset to asset, and a smallest commission for every other one.
fn published(universe: &[AssetId], slippage: SlippageRule) -> UniverseCosts {
    let row = |asset: &AssetId| {
        let number: i64 = asset.as_str().trim_start_matches('a').parse().unwrap();
        AssetCosts {
            asset: asset.clone(),
            max_rate: Rate::from_bps((2 + number).into()),
            base_slippage: Rate::from_bps((5 * number).into()),
            minimum: (number % 2 == 0).then(|| Money::new(dec!(1), Currency::USD)),
        }
    };
    let costs = PublishedCosts::new(universe.iter().map(row).collect(), Rate::from_bps(dec!(0.2))).unwrap();
    costs.with_slippage(slippage).for_universe(universe).unwrap()
}

#[test]
fn our_models_hold_all_laws() -> Result<(), Broken> {
    let settings = Settings::default();
    for bps in [0, 10, 4999] {
        laws::cost_model(|| proportional(bps))?;
        laws::cost_model::any_order(&settings, |_| proportional(bps))?;
        laws::cost_model::conservative(&settings, |_| proportional(bps))?;
    }
    for (exponent, cap) in [(1.0, 4.0), (0.0, 4.0), (2.0 / 3.0, 1.0), (2.0, 10.0)] {
        let make = |universe: &[AssetId]| published(universe, SlippageRule::new(exponent, cap).unwrap());
        laws::cost_model::fitted(make)?;
        laws::cost_model::conservative(&settings, make)?;
    }
    Ok(())
}

/// A model whose rates are what a function makes of an asset.
struct By<F>(F);

impl<F> std::fmt::Debug for By<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("By")
    }
}

impl<F: Fn(&TradedAsset<'_>) -> CostRates + Send + Sync> CostModel for By<F> {
    fn rates(&self, asset: &TradedAsset<'_>) -> CostRates {
        (self.0)(asset)
    }
}

fn commission(commission: f64) -> CostRates {
    CostRates { commission, ..CostRates::default() }
}

fn slippage(slippage: f64) -> CostRates {
    CostRates { slippage, ..CostRates::default() }
}

#[test]
fn a_rebate_is_no_cost() {
    // Only abroad, and only in commission: the sum is above 0.
    let rebate = |asset: &TradedAsset<'_>| CostRates {
        commission: if asset.is_foreign() { -0.0002 } else { 0.0 },
        slippage: 0.001,
        fx: 0.0,
    };
    let broken = laws::cost_model(|| By(rebate)).unwrap_err();
    assert_eq!(broken.law, "no subsidy");
    assert_eq!(broken.happened, "a0: commission -0.0002, slippage 0.001, fx 0");
    // One asset, as simple as can be.
    assert_eq!(
        broken.case,
        "portfolio in JPY\nasset   volatility now  long run\na0 USD               -         -"
    );
}

#[test]
fn half_of_the_trade_is_too_much() {
    let broken = laws::cost_model(|| By(|_: &TradedAsset<'_>| slippage(0.5))).unwrap_err();
    assert_eq!(broken.law, "no subsidy");
    assert!(laws::cost_model(|| By(|_: &TradedAsset<'_>| slippage(f64::NAN))).is_err());
}

#[test]
fn a_rate_that_rises_with_each_question() {
    let make = || {
        let asked = AtomicUsize::new(0);
        By(move |_: &TradedAsset<'_>| {
            commission(0.001 * asked.fetch_add(1, Ordering::Relaxed).min(100) as f64)
        })
    };
    let broken = laws::cost_model(make).unwrap_err();
    assert_eq!((broken.law, broken.number), ("a function", 1));
    assert_eq!(broken.expected, "a0, asked at first: commission 0, slippage 0, fx 0");
    assert_eq!(broken.happened, "a0, asked again: commission 0.001, slippage 0, fx 0");
}

#[test]
fn the_first_assets_figure_kept_for_all() {
    // The impact model of a released library did this: the volume of the first asset asked about served for all of them.
    let make = || {
        let first = AtomicUsize::new(usize::MAX);
        By(move |asset: &TradedAsset<'_>| {
            let own = asset.position();
            let _ = first.compare_exchange(usize::MAX, own, Ordering::Relaxed, Ordering::Relaxed);
            slippage(0.001 * (1 + first.load(Ordering::Relaxed)) as f64)
        })
    };
    let broken = laws::cost_model(make).unwrap_err();
    assert_eq!(broken.law, "no memory");
    assert_eq!(broken.words, "one asset's answer never depends on which asset was asked about before.");
    assert!(broken.expected.contains("asked alone"), "{broken}");
    assert!(broken.happened.contains("asked after a"), "{broken}");
    // Two assets are enough to show it.
    assert_eq!(broken.case.lines().count(), 4, "{broken}");
}

#[test]
fn volatility_read_in_secret() {
    #[derive(Debug)]
    struct Secretive;
    impl CostModel for Secretive {
        fn rates(&self, asset: &TradedAsset<'_>) -> CostRates {
            slippage(0.01 * asset.volatility_now().unwrap_or_default())
        }
        fn reads_volatility(&self) -> bool {
            false
        }
    }
    let broken = laws::cost_model(|| Secretive).unwrap_err();
    assert_eq!(broken.law, "honest");
    assert_eq!(broken.expected, "a0, without volatilities: commission 0, slippage 0, fx 0");
    assert_eq!(broken.happened, "a0, with them: commission 0, slippage 0.0001, fx 0");
}

#[test]
fn a_smallest_commission_that_is_paid_out() {
    #[derive(Debug)]
    struct Welcome;
    impl CostModel for Welcome {
        fn rates(&self, _: &TradedAsset<'_>) -> CostRates {
            commission(0.001)
        }
        fn minimum(&self, _: &TradedAsset<'_>) -> Option<Money> {
            Some(Money::new(dec!(-5), Currency::JPY))
        }
    }
    let broken = laws::cost_model(|| Welcome).unwrap_err();
    assert_eq!(broken.law, "minimum");
    assert_eq!(broken.expected, "a smallest commission of a0 that is not negative");
}

#[test]
fn an_order_that_gets_cheaper_as_it_grows() {
    // Rates that are lower at each question: the larger order is asked about second.
    let make = |_: &[AssetId]| {
        let asked = AtomicUsize::new(0);
        By(move |_: &TradedAsset<'_>| commission(0.01 / (1 + asked.fetch_add(1, Ordering::Relaxed)) as f64))
    };
    let broken = laws::cost_model::minimum(&Settings::default(), make).unwrap_err();
    assert!(broken.expected.contains("for no less than"), "{broken}");
}

#[test]
fn a_run_that_pays_less_than_the_model_says() {
    // Every other model that is made charges nothing: the one that runs, and not the one that is asked about it.
    let made = AtomicUsize::new(0);
    let make = |_: &[AssetId]| {
        let free = made.fetch_add(1, Ordering::Relaxed).is_multiple_of(2);
        By(move |_: &TradedAsset<'_>| commission(if free { 0.0 } else { 0.001 }))
    };
    let broken = laws::cost_model::charged(&Settings::default(), make).unwrap_err();
    assert_eq!(broken.law, "charged");
    assert_eq!(broken.expected, "commission 1000 of 1000000, by a model that was not asked before");
    assert_eq!(broken.happened, "commission 0 in the run");
}

#[test]
fn a_discount_for_those_who_come_back() {
    let made = AtomicUsize::new(0);
    let make = |_: &[AssetId]| {
        let rate = if made.fetch_add(1, Ordering::Relaxed).is_multiple_of(2) { 0.01 } else { 0.001 };
        By(move |_: &TradedAsset<'_>| commission(rate))
    };
    let broken = laws::cost_model::dearer(&Settings::default(), make).unwrap_err();
    assert_eq!(broken.law, "dearer");
    assert!(broken.happened.ends_with("are left when each slippage is 0.001 higher"), "{broken}");
}

#[test]
fn cheaper_when_markets_are_wild() {
    let calm = |asset: &TradedAsset<'_>| {
        slippage(0.01 * (1.0 - asset.volatility_now().unwrap_or_default().min(1.0)))
    };
    // On purpose or not: it holds every law but this one.
    laws::cost_model(|| By(calm)).unwrap();
    let broken = laws::cost_model::conservative(&Settings::default(), |_| By(calm)).unwrap_err();
    assert!(
        broken.expected.starts_with("slippage of a0 at least 0.01 when its volatility rises from 0"),
        "{broken}"
    );
    assert!(broken.case.starts_with("volatility now rises by 0.01\n"), "{broken}");
}

#[test]
fn an_asset_known_by_its_place() {
    let place = |asset: &TradedAsset<'_>| commission(0.001 * asset.position() as f64);
    laws::cost_model(|| By(place)).unwrap();
    let broken = laws::cost_model::fitted(|_| By(place)).unwrap_err();
    assert_eq!(broken.law, "any order");
    assert!(broken.happened.contains("in place"), "{broken}");
    assert_eq!(broken.case.lines().count(), 4, "{broken}");
}
