use allweather_market::Vintages;
use allweather_portfolio::{
    Spec,
    rebalance::{Calendar, Edge, Period, Rule},
    rfr::{ChangeRounding, MissingPolicy},
};
use allweather_study::{Measure, Results, Study, StudyError, StudySpec, Variant};

use crate::tournament::{base, market};

fn spec() -> StudySpec {
    let yearly = Rule::Calendar(Calendar { every: Period::Year, on: Edge::End });
    let variants = vec![
        Variant::new("held", base()).against("yearly"),
        Variant::new("yearly", Spec { rule: yearly, ..base() }),
    ];
    StudySpec::new(variants, 50, 36).unwrap().with_seed(4)
}

/// A difference is that of the two runs of one path, and the shares are counted.
#[test]
fn differences_are_of_the_same_path() {
    let (market, nothing, spec) = (market(), Vintages::new(), spec());
    let study = Study::new(&spec, &market, &nothing).unwrap();
    let results = study.run(2, &|_| ()).unwrap();
    let wealth = |variant, path| {
        let record = study.record_of_path(variant, path).unwrap();
        record.outcome().final_value / 1e6
    };
    let differences: Vec<f64> = (0..50).map(|path| wealth("held", path) - wealth("yearly", path)).collect();
    let versus = results.tally("held").unwrap().versus().unwrap();
    let found = versus.difference(Measure::Wealth);
    assert!((found.mean().unwrap() - differences.iter().sum::<f64>() / 50.0).abs() < 1e-14);
    let above = versus.above(Measure::Wealth);
    assert_eq!((above.happened(), above.of()), (differences.iter().filter(|d| **d > 0.0).count() as u64, 50));
    assert!(above.happened() > 0 && above.happened() < 50);
    let deviation = {
        let mean = differences.iter().sum::<f64>() / 50.0;
        (differences.iter().map(|d| (d - mean).powi(2)).sum::<f64>() / 49.0).sqrt()
    };
    assert!((found.deviation().unwrap() / deviation - 1.0).abs() < 1e-9);
    // A path without expenses has no halted years to compare.
    assert_eq!(versus.difference(Measure::HaltedYears).undefined(), 50);
    assert!(results.tally("yearly").unwrap().versus().is_none());
    // Any threads, any parts, and read back: the same bytes.
    let json = results.to_json();
    assert_eq!(study.run(1, &|_| ()).unwrap().to_json(), json);
    assert_eq!(Results::from_json("results", &json).unwrap().to_json(), json);
    let (mut left, mut right) = (Results::new(&study), Results::new(&study));
    for (place, job) in study.jobs(7).enumerate() {
        let half = if place % 2 == 0 { &mut left } else { &mut right };
        half.add(&study.run_job(&job).unwrap()).unwrap();
    }
    right.merge(&left).unwrap();
    assert_eq!(right.to_json(), json);
    // A comparison of other paths than the tally's is forged.
    let (before, versus) = json.split_once(r#""versus":"#).unwrap();
    for (found, instead) in [(r#""undefined":50"#, r#""undefined":49"#), (r#""of":50"#, r#""of":49"#)] {
        let forged = versus.replacen(found, instead, 1);
        assert_ne!(forged, versus, "{found}");
        assert!(Results::from_json("results", &format!(r#"{before}"versus":{forged}"#)).is_err(), "{found}");
    }
}

#[test]
fn figures_of_trading_are_those_of_the_record() {
    let (market, nothing, spec) = (market(), Vintages::new(), spec());
    let study = Study::new(&spec, &market, &nothing).unwrap();
    let results = study.run(1, &|_| ()).unwrap();
    let rebalances = results.tally("yearly").unwrap().measure(Measure::Rebalances);
    assert_eq!((rebalances.mean(), rebalances.deviation()), (Some(1.0), Some(0.0)));
    assert_eq!(results.tally("held").unwrap().measure(Measure::Rebalances).mean(), Some(0.0));
    let sharpe = |path| {
        let record = study.record_of_path("yearly", path).unwrap();
        let returns = record.outcome().period_returns();
        let (n, mean) = (returns.len() as f64, returns.iter().sum::<f64>() / returns.len() as f64);
        let variance = returns.iter().map(|r| (r - mean).powi(2)).sum::<f64>() / (n - 1.0);
        mean / variance.sqrt() * 12.0_f64.sqrt()
    };
    let mean = (0..50).map(sharpe).sum::<f64>() / 50.0;
    let found = results.tally("yearly").unwrap().measure(Measure::Sharpe).mean().unwrap();
    assert!((found - mean).abs() < 1e-12, "{found} {mean}");
}

#[test]
fn a_rival_that_is_not_there_is_named() {
    let error = StudySpec::new(vec![Variant::new("held", base()).against("none")], 1, 12).unwrap_err();
    assert!(matches!(error, StudyError::Unnamed { variant, .. } if variant == "none"));
    let error = StudySpec::new(vec![Variant::new("held", base()).against("held")], 1, 12).unwrap_err();
    assert!(matches!(error, StudyError::Itself { variant, .. } if variant == "held"));
}

/// A tally that lost its comparison is found before anything is merged with it, which would lose its own.
#[test]
fn a_comparison_that_is_missing_is_not_merged() {
    let (market, nothing, spec) = (market(), Vintages::new(), spec());
    let study = Study::new(&spec, &market, &nothing).unwrap();
    let (mut left, mut right) = (Results::new(&study), Results::new(&study));
    for (place, job) in study.jobs(25).enumerate() {
        let half = if place % 2 == 0 { &mut left } else { &mut right };
        half.add(&study.run_job(&job).unwrap()).unwrap();
    }
    let mut stripped: serde_json::Value = serde_json::from_str(&left.to_json()).unwrap();
    assert!(stripped["variants"][0]["tally"].as_object_mut().unwrap().remove("versus").is_some());
    let mut stripped = Results::from_json("results", &stripped.to_string()).unwrap();
    let error = stripped.clone().merge(&right).unwrap_err().to_string();
    assert!(
        error.contains("some of its paths are compared with another variant and some are not"),
        "{error}"
    );
    assert!(right.clone().merge(&stripped).is_err());
    let error = study.resume(&mut stripped, 1, &|_| (), |_| Ok(())).unwrap_err().to_string();
    assert!(error.contains("held is compared if the study says so, and only then"), "{error}");
    // One that nobody asked for is none of the study either.
    let mut more: serde_json::Value = serde_json::from_str(&left.to_json()).unwrap();
    more["variants"][1]["tally"]["versus"] = more["variants"][0]["tally"]["versus"].clone();
    let mut more = Results::from_json("results", &more.to_string()).unwrap();
    let error = study.resume(&mut more, 1, &|_| (), |_| Ok(())).unwrap_err().to_string();
    assert!(error.contains("yearly is compared if"), "{error}");
    right.merge(&left).unwrap();
    study.resume(&mut right, 1, &|_| (), |_| Ok(())).unwrap();
}

/// What is drawn of a path is drawn once for both sides, and each is told the rates of its own rules.
#[test]
fn each_side_has_the_rates_of_its_own_rules() {
    let data = allweather_data::embedded().unwrap();
    let default = allweather_data::all_weather().unwrap();
    let mut other = default.clone();
    other.prescribed_rate.missing = MissingPolicy::at_least(2).unwrap();
    other.prescribed_rate.rounding = Some(ChangeRounding::TenthOfPercent);
    let spared = Spec { expenses: None, ..other.clone() };
    let variants = vec![
        Variant::new("default", default).against("other"),
        Variant::new("other", other.clone()).with_premium().against("default"),
        Variant::new("other alone", other),
        Variant::new("spared", spared.clone()).against("other"),
        Variant::new("spared alone", spared),
    ];
    let spec = StudySpec::new(variants, 2, 40).unwrap();
    let spec = spec.with_span("1990-07".parse().unwrap(), "2024-09".parse().unwrap());
    let study = Study::new(&spec, &data.market, &data.statistics).unwrap();
    let results = study.run(2, &|_| ()).unwrap();
    let tally = |variant| results.tally(variant).unwrap();
    for (beside, alone) in [("other", "other alone"), ("spared", "spared alone")] {
        for measure in Measure::ALL {
            assert_eq!(
                tally(beside).measure(measure),
                tally(alone).measure(measure),
                "{measure} of {beside}"
            );
        }
    }
    let mean = |variant, measure| tally(variant).measure(measure).mean().unwrap();
    for (variant, against) in [("default", "other"), ("other", "default"), ("spared", "other")] {
        for measure in [Measure::Wealth, Measure::RealWealth, Measure::OverPrescribedRate] {
            let found = tally(variant).versus().unwrap().difference(measure).mean().unwrap();
            assert!((found - (mean(variant, measure) - mean(against, measure))).abs() < 1e-14, "{measure}");
            assert!(measure == Measure::Wealth || found != 0.0, "{measure} of {variant}: the rules differ");
        }
    }
}
