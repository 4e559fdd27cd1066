//! Rules and rates as JSON.

use allweather_core::Year;
use allweather_rfr::{ChangeRounding, FinalMonth, MissingPolicy, RateRules};
use rust_decimal::dec;
use serde_json::json;

use crate::office::{day, release, statistics};

#[test]
fn rules_come_back_as_they_were_written() {
    let written = json!({"missing": "refuse", "rounding": null, "final_month": 3, "oldest_estimate": 12});
    assert_eq!(serde_json::to_value(RateRules::default()).unwrap(), written);
    let all = RateRules {
        missing: MissingPolicy::at_least(4).unwrap(),
        rounding: Some(ChangeRounding::TenthOfPercent),
        final_month: FinalMonth::new(6).unwrap(),
        oldest_estimate: 18,
    };
    let written = json!({"missing": {"at_least": 4}, "rounding": "tenth_of_percent", "final_month": 6, "oldest_estimate": 18});
    assert_eq!(serde_json::to_value(all).unwrap(), written);
    for rules in [RateRules::default(), all] {
        let text = serde_json::to_string(&rules).unwrap();
        assert_eq!(serde_json::from_str::<RateRules>(&text).unwrap(), rules);
    }
}

#[test]
fn what_a_file_leaves_out_is_as_published() {
    assert_eq!(serde_json::from_str::<RateRules>("{}").unwrap(), RateRules::default());
    let june = serde_json::from_str::<RateRules>(r#"{"final_month":6}"#).unwrap();
    assert_eq!(june, RateRules { final_month: FinalMonth::new(6).unwrap(), ..RateRules::default() });
}

#[test]
fn a_file_cannot_make_invalid_rules() {
    let refused = |text: &str| serde_json::from_str::<RateRules>(text).unwrap_err().to_string();
    for number in [0, 13, 255] {
        assert_eq!(
            FinalMonth::new(number).unwrap_err().to_string(),
            format!("month {number}: a rate is fixed at the end of a month, 1 to 12")
        );
        let text = format!(r#"{{"final_month":{number}}}"#);
        assert!(
            refused(&text).starts_with(&format!("month {number}: a rate is fixed at the end of a month"))
        );
    }
    assert!(refused(r#"{"final":6}"#).starts_with("unknown field `final`, expected one of `missing`"));
    assert!(refused(r#"{"missing":{"at_least":6}}"#).contains("the number is 2 to 5"));
    for text in [
        r#"{"final_month":"march"}"#,
        r#"{"final_month":3.5}"#,
        r#"{"final_month":-1}"#,
        r#"{"oldest_estimate":256}"#,
        r#"{"oldest_estimate":null}"#,
        r#"{"rounding":"whole"}"#,
    ] {
        assert!(serde_json::from_str::<RateRules>(text).is_err(), "{text}");
    }
    for number in 1..=12_u8 {
        let month = FinalMonth::new(number).unwrap();
        assert_eq!((month.get(), u8::from(month)), (number, number));
        assert_eq!(serde_json::to_value(month).unwrap(), json!(number));
    }
    assert_eq!(FinalMonth::MARCH.get(), 3);
}

#[test]
fn a_rate_of_a_year_is_written_flat() {
    let two = statistics([
        release("jgb_10y", "2023-12-29", &[("2023-12-29", dec!(0.6))]),
        release("jp_cpi", "2023-12-22", &[("2022-11", dec!(100)), ("2023-11", dec!(102.5))]),
    ]);
    let rules = RateRules { missing: MissingPolicy::at_least(2).unwrap(), ..RateRules::default() };
    let known = rules.known(&two, Year::new(2023), day("2024-01-05")).unwrap();
    let written = json!({
        "since": "2024-01-05",
        "status": "estimated",
        "year": 2023,
        "rate": "0.6",
        "chosen": "jgb10y",
        "basis": "published",
        "ranking": [
            ["cpi", {"percent": "2.5", "basis": "estimated"}],
            ["jgb10y", {"percent": "0.6", "basis": "published"}],
        ],
        "tied": [],
        "missing": ["cgpi", "gdp_deflator", "reer"],
    });
    assert_eq!(serde_json::to_value(&known).unwrap(), written);
}
