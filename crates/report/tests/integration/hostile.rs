//! Names out of a data file that try to be markup, script, a template or a format.

use std::fs;

use allweather_data::DataSet;
use allweather_portfolio::Spec;
use allweather_report::{Report, Sources};
use proptest::prelude::*;
use scraper::{Html, Selector};

use crate::embedded_folder;

/// A folder's worth of data on two assets of these names, and a run over it.
fn report(first: &str, second: &str, name: &str) -> Option<Report> {
    let folder = embedded_folder();
    let quoted = |name: &str| format!("\"{}_jpy\"", name.replace('"', "\"\""));
    let mut prices = format!("month,{},{}\n", quoted(first), quoted(second));
    for month in 1..=12 {
        prices = format!("{prices}2001-{month:02},{},{}\n", 100 + month * 3 % 7, 100 + month * 5 % 11);
    }
    fs::write(folder.path().join("assets_month_end.csv"), prices).unwrap();
    let data: DataSet = allweather_data::read_folder(folder.path()).ok()?;
    let holding = |asset: &str| serde_json::json!({"asset": asset, "weight": 0.5});
    let spec = serde_json::json!({
        "name": name, "capital": 1000, "holdings": [holding(first), holding(second)],
        "rule": {"drift_band": {"measure": "portfolio", "threshold": 1, "scope": "all"}},
    });
    let record = data.simulate(&Spec::from_json(&spec.to_string()).ok()?).ok()?;
    Some(Report::new(&record, &Sources::new(&data.market, &data.statistics)).unwrap())
}

/// The elements of a page, each with the names of its attributes: what a name must not change.
fn shape(page: &str) -> Vec<(String, Vec<String>)> {
    let html = Html::parse_document(page);
    let every = Selector::parse("*").unwrap();
    html.select(&every)
        .map(|e| (e.value().name().to_owned(), e.value().attrs().map(|(name, _)| name.to_owned()).collect()))
        .collect()
}

fn compared(first: &str, second: &str, name: &str) -> bool {
    let Some(hostile) = report(first, second, name) else { return false };
    let tame = report("aaaa", "bbbb", "cccc").unwrap();
    let (hostile, tame) = (hostile.site().unwrap(), tame.site().unwrap());
    assert_eq!(hostile.files().keys().collect::<Vec<_>>(), tame.files().keys().collect::<Vec<_>>());
    for (path, page) in hostile.files().iter().filter(|(path, _)| path.contains(".html")) {
        let (page, other) =
            (std::str::from_utf8(page).unwrap(), std::str::from_utf8(&tame.files()[path]).unwrap());
        assert_eq!(shape(page), shape(other), "{path} with {first:?} and {second:?}");
    }
    true
}

#[test]
fn names_that_try_to_be_markup_change_no_element() {
    for (first, second) in [
        ("<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>"),
        ("</script><script>alert(1)</script>", "<!-- --!><svg/onload=alert(1)>"),
        ("' onmouseover='alert(1)", "\" autofocus onfocus=\"alert(1)"),
        ("{{ 7*7 }}{% include %}", "</title></textarea></style>"),
        ("&lt;b&gt;&#x3c;script&#x3e;", "]]><![CDATA["),
    ] {
        assert!(compared(first, second, first), "{first:?} and {second:?} are names");
        assert!(compared(second, first, second));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Any names at all.
    #[test]
    fn any_name_changes_no_element(first in "[ -~あ漢]{1,24}", second in "[<>&\"'/= a-z]{1,24}") {
        let (first, second) = (first.trim(), second.trim());
        prop_assume!(!first.is_empty() && !second.is_empty() && first != second);
        prop_assert!(compared(first, second, second), "{first:?} and {second:?} are names");
    }
}
