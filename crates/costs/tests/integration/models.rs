use allweather_core::{AssetId, Currency, Rate};
use allweather_costs::{
    AssetCosts, CostModel, CostRates, CostsError, Proportional, PublishedCosts, SlippageRule, TradedAsset,
};
use rust_decimal::{Decimal, dec};

use crate::usd;

fn id(name: &str) -> AssetId {
    name.parse().unwrap()
}

fn row(name: &str, max_rate: Decimal, base: Decimal) -> AssetCosts {
    let (max_rate, base_slippage) = (Rate::from_fraction(max_rate), Rate::from_fraction(base));
    AssetCosts { asset: id(name), max_rate, base_slippage, minimum: None }
}

fn costs() -> PublishedCosts {
    let bond = AssetCosts { minimum: Some(usd(dec!(1))), ..row("bond", dec!(0.25), dec!(0.125)) };
    PublishedCosts::new(vec![row("gold", dec!(0.25), dec!(0.03125)), bond], Rate::from_fraction(dec!(0.0625)))
        .unwrap()
}

#[test]
fn rates_follow_the_place_in_the_universe_not_in_the_data() {
    let (gold, bond) = (id("gold"), id("bond"));
    let model = costs().for_universe(&[bond.clone(), gold.clone()]).unwrap();
    let at = |id, place, currency| {
        TradedAsset::new(id, place, currency, Currency::JPY).with_volatility(Some(0.5), Some(0.25)).unwrap()
    };
    // Asked twice in both orders: one asset's answer must not be cached for the next.
    for _ in 0..2 {
        let bond = at(&bond, 0, Currency::USD);
        assert_eq!(model.rates(&bond), CostRates { commission: 0.25, slippage: 0.25, fx: 0.0625 });
        assert_eq!(model.minimum(&bond), Some(usd(dec!(1))));
        let gold = at(&gold, 1, Currency::JPY);
        assert_eq!(model.rates(&gold), CostRates { commission: 0.25, slippage: 0.0625, fx: 0.0 });
        assert_eq!(model.minimum(&gold), None);
    }
    // Outside the universe the highest of all answers, never nothing.
    let lost = model.rates(&at(&gold, 2, Currency::USD));
    assert_eq!(lost, CostRates { commission: 0.25, slippage: 0.25, fx: 0.0625 });
}

#[test]
fn without_volatility_the_base_is_charged_and_a_model_says_whether_it_reads_it() {
    let gold = id("gold");
    let model = costs().for_universe(std::slice::from_ref(&gold)).unwrap();
    let calm = model.rates(&TradedAsset::new(&gold, 0, Currency::JPY, Currency::JPY));
    assert_eq!(calm, CostRates { commission: 0.25, slippage: 0.03125, fx: 0.0 });
    assert!(model.reads_volatility());
    for deaf in [SlippageRule::new(0.0, 4.0).unwrap(), SlippageRule::new(1.0, 1.0).unwrap()] {
        let model = costs().with_slippage(deaf).for_universe(std::slice::from_ref(&gold)).unwrap();
        let stirred = TradedAsset::new(&gold, 0, Currency::JPY, Currency::JPY);
        let stirred = stirred.with_volatility(Some(0.9), Some(0.1)).unwrap();
        assert!(!model.reads_volatility());
        assert_eq!(model.rates(&stirred), calm);
    }
    assert!(
        TradedAsset::new(&gold, 0, Currency::JPY, Currency::JPY).with_volatility(Some(-1.0), None).is_err()
    );
    assert!(
        TradedAsset::new(&gold, 0, Currency::JPY, Currency::JPY)
            .with_volatility(None, Some(f64::NAN))
            .is_err()
    );
}

#[test]
fn a_universe_must_be_covered() {
    let error = costs().for_universe(&[id("gold"), id("oil")]).unwrap_err();
    assert_eq!(error.to_string(), "there are no rates for the asset oil");
    assert_eq!(costs().for_universe(&[]), Err(CostsError::NoAssets));
}

#[test]
fn a_file_cannot_make_invalid_costs() {
    let read: PublishedCosts = serde_json::from_str(
        r#"{"assets":[{"asset":"gold","max_rate":"0.25","base_slippage":"0.03125"},
            {"asset":"bond","max_rate":"0.25","base_slippage":"0.125","minimum":{"amount":"1","currency":"USD"}}],
            "fx_rate":"0.0625"}"#,
    )
    .unwrap();
    assert_eq!(read, costs());
    let json = serde_json::to_string(&costs().with_slippage(SlippageRule::new(0.5, 3.0).unwrap())).unwrap();
    let back: PublishedCosts = serde_json::from_str(&json).unwrap();
    assert_eq!((back.slippage().exponent(), back.fx_rate()), (0.5, Rate::from_fraction(dec!(0.0625))));
    assert_eq!(back.assets(), costs().assets());
    let asset = |fields: &str| format!(r#"{{"assets":[{{"asset":"gold",{fields}}}],"fx_rate":"0"}}"#);
    let twice =
        asset(r#""max_rate":"0","base_slippage":"0"},{"asset":"gold","max_rate":"0","base_slippage":"0""#);
    assert!(serde_json::from_str::<PublishedCosts>(&twice).unwrap_err().to_string().contains("listed twice"));
    for bad in [
        asset(r#""max_rate":"-0.1","base_slippage":"0""#),
        asset(r#""max_rate":"1.1","base_slippage":"0""#),
        asset(r#""max_rate":"0","base_slippage":"-0.1""#),
        asset(r#""max_rate":"0""#),
        asset(r#""max_rate":"0","base_slippage":"0","extra":"0""#),
        asset(r#""max_rate":"0","base_slippage":"0","minimum":{"amount":"-1","currency":"USD"}"#),
        r#"{"assets":[],"fx_rate":"-1"}"#.to_owned(),
        r#"{"assets":[]}"#.to_owned(),
    ] {
        assert!(serde_json::from_str::<PublishedCosts>(&bad).is_err(), "{bad}");
    }
}

#[test]
fn proportional_costs_are_one_rate_and_nothing_is_none() {
    let gold = id("gold");
    let asset = TradedAsset::new(&gold, 7, Currency::USD, Currency::JPY);
    let eighth = Proportional::new(Rate::from_fraction(dec!(0.125))).unwrap();
    assert_eq!(eighth.rates(&asset), CostRates { commission: 0.125, slippage: 0.0, fx: 0.0 });
    assert_eq!(Proportional::NONE.rates(&asset), CostRates::default());
    assert!(!eighth.reads_volatility() && eighth.minimum(&asset).is_none());
    assert_eq!(serde_json::to_string(&eighth).unwrap(), "\"0.125\"");
    assert_eq!(serde_json::from_str::<Proportional>("\"0.125\"").unwrap(), eighth);
    for bad in ["\"-0.1\"", "\"1.01\""] {
        assert!(serde_json::from_str::<Proportional>(bad).is_err(), "{bad}");
    }
    assert!(Proportional::from_bps(dec!(10_001)).is_err());
}

#[test]
fn models_are_objects_and_errors_cross_threads() {
    fn ok<T: Send + Sync + 'static>() {}
    ok::<CostsError>();
    ok::<Box<dyn CostModel>>();
}

#[test]
fn costs_in_a_dearer_market() {
    let text = r#"{"assets": [{"asset": "gold", "max_rate": "0.0015", "base_slippage": "0.0005",
        "minimum": {"amount": "2", "currency": "USD"}}], "fx_rate": "0.00002"}"#;
    let costs: PublishedCosts = serde_json::from_str(text).unwrap();
    let three = costs.times(dec!(3)).unwrap();
    let expected = r#"{"assets": [{"asset": "gold", "max_rate": "0.0045", "base_slippage": "0.0015",
        "minimum": {"amount": "6", "currency": "USD"}}], "fx_rate": "0.00006"}"#;
    let expected: PublishedCosts = serde_json::from_str(expected).unwrap();
    assert_eq!(three, expected);
    assert_eq!(costs.times(Decimal::ONE).unwrap(), costs);
    assert!(costs.times(dec!(400)).is_err() && costs.times(dec!(-1)).is_err());
    assert!(costs.times(Decimal::MAX).is_err());
    let ten = Proportional::from_bps(dec!(10)).unwrap();
    let twice = Proportional::from_bps(dec!(20)).unwrap();
    assert_eq!(ten.times(dec!(2)).unwrap(), twice);
    assert!(ten.times(dec!(500)).is_err());
}
