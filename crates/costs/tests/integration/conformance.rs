//! Cases from an independent program, through both doors.

use allweather_core::{AssetId, Currency, Money, Rate};
use allweather_costs::{
    AssetCosts, CostModel, CostsError, OrderCost, OrderRates, PublishedCosts, TradedAsset,
};
use rust_decimal::{Decimal, dec, prelude::ToPrimitive};
use serde_json::Value;

use crate::usd;

fn decimal(case: &Value, field: &str) -> Decimal {
    case[field].as_str().unwrap().parse().unwrap()
}

#[test]
fn the_estimate_agrees_exactly_and_its_double_to_1e_10() {
    let cases: Vec<Value> = serde_json::from_str(include_str!("../data/costs.json")).unwrap();
    assert_eq!(cases.len(), 6);
    let mut all = Vec::new();
    for case in &cases {
        let (input, expect) = (&case["input"], &case["expect"]);
        let rate = |field| Rate::from_fraction(decimal(input, field));
        let rates = OrderRates {
            max_rate: rate("max_rate"),
            slippage_base: rate("slip_base"),
            slippage_adjusted: rate("slip_adjusted"),
            fx_rate: rate("fx_rate"),
        };
        let notional = usd(decimal(input, "notional"));
        let cost = rates.estimate(notional, notional).unwrap();
        assert_eq!(cost.commission(), usd(decimal(expect, "commission")));
        assert_eq!(cost.slippage(), usd(decimal(expect, "slippage")));
        assert_eq!(cost.fx(), usd(decimal(expect, "fx")));
        all.push(cost);

        // The model reaches the same adjusted rate by a ratio of volatilities (below the cap of 100).
        let asset: AssetId = "x".parse().unwrap();
        let row = AssetCosts {
            asset: asset.clone(),
            max_rate: rates.max_rate,
            base_slippage: rates.slippage_base,
            minimum: None,
        };
        let model = PublishedCosts::new(vec![row], rates.fx_rate)
            .unwrap()
            .with_slippage(allweather_costs::SlippageRule::new(1.0, 100.0).unwrap())
            .for_universe(std::slice::from_ref(&asset))
            .unwrap();
        let (now, long_run) = (rates.slippage_adjusted.to_f64(), rates.slippage_base.to_f64());
        let traded = TradedAsset::new(&asset, 0, Currency::USD, Currency::JPY)
            .with_volatility(Some(now), Some(long_run))
            .unwrap();
        let fractions = model.rates(&traded);
        let size = notional.amount().abs().to_f64().unwrap();
        for (double, field) in
            [(fractions.commission, "commission"), (fractions.slippage, "slippage"), (fractions.fx, "fx")]
        {
            let wanted = decimal(expect, field).to_f64().unwrap();
            assert!(
                (double * size - wanted).abs() <= 1e-10 * wanted,
                "{field}: {}, not {wanted}",
                double * size
            );
        }
    }
    let list = OrderCost::sum(Currency::USD, all).unwrap();
    assert_eq!(list.commission(), usd(dec!(61259.812516)));
    let [slippage, fx] =
        ["slippage", "fx"].map(|f| cases.iter().map(|c| decimal(&c["expect"], f)).sum::<Decimal>());
    assert_eq!(list.total().unwrap(), usd(dec!(61259.812516) + slippage + fx));
}

#[test]
fn an_estimate_refuses_mixed_currencies_negative_rates_and_what_does_not_fit() {
    let rates = OrderRates {
        max_rate: Rate::from_bps(dec!(1)),
        slippage_base: Rate::ZERO,
        slippage_adjusted: Rate::ZERO,
        fx_rate: Rate::ZERO,
    };
    let yen = Money::new(dec!(1), Currency::JPY);
    assert!(matches!(rates.estimate(usd(dec!(1)), yen), Err(CostsError::Money(_))));
    let minus = Rate::from_bps(dec!(-1));
    for bad in [
        OrderRates { max_rate: minus, ..rates },
        OrderRates { slippage_base: minus, ..rates },
        OrderRates { slippage_adjusted: minus, ..rates },
        OrderRates { fx_rate: minus, ..rates },
    ] {
        assert!(matches!(bad.estimate(usd(dec!(1)), usd(dec!(1))), Err(CostsError::Amount { .. })));
    }
    let huge = OrderRates { max_rate: Rate::from_fraction(dec!(2)), ..rates };
    let most = usd(Decimal::MIN);
    assert!(matches!(huge.estimate(most, most), Err(CostsError::Overflow(_))));
    let whole = OrderRates { max_rate: Rate::from_fraction(dec!(1)), ..rates }.estimate(most, most).unwrap();
    assert!(matches!(OrderCost::sum(Currency::USD, [whole, whole]), Err(CostsError::Overflow(_))));
    assert!(matches!(OrderCost::sum(Currency::JPY, [whole]), Err(CostsError::Money(_))));
}

#[test]
fn only_what_is_converted_pays_for_conversion() {
    let fx_rate = Rate::from_bps(dec!(10));
    let rates = OrderRates {
        max_rate: Rate::ZERO,
        slippage_base: Rate::ZERO,
        slippage_adjusted: Rate::ZERO,
        fx_rate,
    };
    let cost = rates.estimate(usd(dec!(-5000)), usd(dec!(-2000))).unwrap();
    assert_eq!((cost.fx(), cost.total().unwrap()), (usd(dec!(2)), usd(dec!(2))));
}
