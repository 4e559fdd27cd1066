//! The guide's programs are the files of this folder, and the report in it is that of a real run.

use allweather_testkit::laws;

use crate::guide_broken::AboveMean;

const GUIDE: &str = include_str!("../../../../docs/property-testing.md");

/// The blocks of a kind, without their fences.
fn blocks(kind: &str) -> Vec<&'static str> {
    let fence = format!("```{kind}\n");
    GUIDE.split(&fence).skip(1).filter_map(|rest| rest.split("```").next()).collect()
}

#[test]
fn its_programs_are_compiled_and_tested() {
    let rust = blocks("rust");
    assert_eq!(rust[0], include_str!("guide_rule.rs"));
    assert_eq!(rust[1], include_str!("guide_broken.rs"));
    let lines = rust[0].lines().count() + blocks("toml")[0].lines().count();
    assert!(lines < 40, "{lines} lines from an empty crate to a tested rule");
}

#[test]
fn its_report_is_real() {
    let report = laws::rebalancer::fitted(AboveMean::fit).unwrap_err().to_string();
    assert_eq!(blocks("text")[0], report, "{report}");
}
