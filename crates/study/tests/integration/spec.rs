use allweather_core::Month;
use allweather_portfolio::Spec;
use allweather_study::{Resampling, StudyError, StudySpec, Variant};

pub(crate) fn gold(name: &str) -> Variant {
    let spec = r#"{"name": "gold", "capital": 1000000, "holdings": [{"asset": "gold", "weight": 1}],
        "rule": {"calendar": {"every": "year", "on": "end"}}}"#;
    Variant::new(name, Spec::from_json(spec).unwrap())
}

#[test]
fn defaults_are_written_out_and_read_back() {
    let spec = StudySpec::new(vec![gold("a")], 10, 12).unwrap();
    let text = spec.canonical_json();
    assert!(text.ends_with(r#""paths":10,"months":12,"seed":0,"resampling":{"stationary":"automatic"},"span":null,"past":120,"ruin_level":0.5}"#), "{text}");
    assert_eq!(StudySpec::from_json(&text).unwrap(), spec);
    let short =
        format!(r#"{{"variants":[{}],"paths":10,"months":12}}"#, serde_json::to_string(&gold("a")).unwrap());
    assert_eq!(StudySpec::from_json(&short).unwrap(), spec);
}

#[test]
fn nothing_invalid_is_read() {
    let variant = serde_json::to_string(&gold("a")).unwrap();
    let study =
        |variants: &str, rest: &str| StudySpec::from_json(&format!(r#"{{"variants":[{variants}],{rest}}}"#));
    for (rest, rule) in [
        (r#""paths":0,"months":12"#, "a study has paths of at least 1"),
        (r#""paths":1,"months":0"#, "a study has months of at least 1"),
        (r#""paths":1,"months":1,"past":23"#, "23 months of the past are not 24 to 1200"),
        (r#""paths":1,"months":1,"past":4294967295"#, "not 24 to 1200"),
        (r#""paths":1,"months":1,"ruin_level":1"#, "the ruin level 1 is not in 0..1"),
        (r#""paths":1,"months":1,"resampling":{"blocks":0}"#, "the mean block length 0"),
        (r#""paths":1,"months":1,"resampling":{"stationary":{"mean":0.5}}"#, "the mean block length 0.5"),
        (r#""paths":1,"months":1,"path":1"#, "unknown field `path`"),
    ] {
        let error = study(&variant, rest).unwrap_err().to_string();
        assert!(error.contains(rule), "{error}");
    }
    let error = study("", r#""paths":1,"months":1"#).unwrap_err().to_string();
    assert!(error.contains("a study has variants of at least 1"), "{error}");
    let error = study(&format!("{variant},{variant}"), r#""paths":1,"months":1"#).unwrap_err().to_string();
    assert!(error.contains(r#"two variants are called "a""#), "{error}");
}

#[test]
fn what_history_does_not_have_is_named() {
    let data = allweather_data::embedded().unwrap();
    let refused =
        |spec: &StudySpec| allweather_study::Study::new(spec, &data.market, &data.statistics).unwrap_err();
    let month = |text: &str| text.parse::<Month>().unwrap();
    let spec = |asset: &str| {
        let text = serde_json::to_string(&gold("a").spec)
            .unwrap()
            .replace(r#""asset":"gold""#, &format!(r#""asset":"{asset}""#));
        StudySpec::new(vec![Variant::new("a", Spec::from_json(&text).unwrap())], 1, 12).unwrap()
    };
    let says = |spec: &StudySpec, words: &str| {
        let error = refused(spec).to_string();
        assert!(error.contains(words), "{error}");
    };
    says(&spec("silver"), "the market has no asset silver");
    says(&spec("jgb_20y").with_span(month("1986-12"), month("2000-12")), "jgb_20y has no value in 1986-12");
    says(&spec("gold").with_span(month("1980-01"), month("2000-12")), "1980-02 to 2025-12");
    says(&spec("gold").with_span(month("1990-01"), month("1990-11")), "not a year or more");
    says(&StudySpec::new(vec![gold("a")], 1, u32::MAX).unwrap(), "beyond the calendar");
    assert!(matches!(Resampling::blocks(0), Err(StudyError::BlockLength { .. })));
}
