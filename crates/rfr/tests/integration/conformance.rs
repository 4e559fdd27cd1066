//! Cases of an independent oracle in exact rationals.

use allweather_core::{Percent, Year};
use allweather_rfr::{AnnualLevels, Indicator, Indicators, MissingPolicy, Reading, prescribed_rate};
use rust_decimal::{Decimal, dec};
use serde_json::Value;

fn decimal(value: &Value) -> Decimal {
    value.as_str().unwrap().parse().unwrap()
}

fn levels(input: &Value, suffix: &str) -> AnnualLevels {
    let level = |name: &str| Some(decimal(&input[format!("{name}{suffix}")]));
    AnnualLevels {
        jgb10y: Some(Reading::published(Percent::new(decimal(&input["jgb10y_pct"])))),
        cpi: level("cpi"),
        cgpi: level("cgpi"),
        gdp_deflator: level("gdp_deflator"),
        reer: level("reer"),
    }
}

#[test]
fn every_case_of_the_oracle() {
    let cases: Vec<Value> = serde_json::from_str(include_str!("../data/rfr.json")).unwrap();
    assert_eq!(cases.len(), 6);
    for case in cases {
        let (input, expect) = (&case["input"], &case["expect"]);
        let (now, before) = (levels(input, ""), levels(input, "_prev"));
        let indicators = Indicators::from_levels(Year::new(2000), &now, &before, None).unwrap();
        for indicator in Indicator::ALL {
            let percent = indicators.get(indicator).unwrap().percent;
            let expected = decimal(&expect["indicators"][indicator.to_string()]);
            assert!((percent.points() - expected).abs() <= dec!(1e-12), "{indicator} {percent} {expected}");
        }
        let rate = prescribed_rate(&indicators, MissingPolicy::Refuse).unwrap();
        let ranking: Vec<String> = rate.ranking.iter().map(|(indicator, _)| indicator.to_string()).collect();
        assert_eq!(serde_json::to_value(ranking).unwrap(), expect["ranking"]);
        assert_eq!(serde_json::to_value(rate.chosen).unwrap(), expect["chosen"]);
        assert!((rate.rate.points() - decimal(&expect["rfr_pct"])).abs() <= dec!(1e-12), "{}", rate.rate);
        assert!(rate.tied.is_empty() && rate.missing.is_empty());
    }
}
