//! The premium over buy and hold on paths: what the records of the paths say of it, and how it merges.

use allweather_core::Month;
use allweather_data::DataSet;
use allweather_market::Vintages;
use allweather_portfolio::{
    CostSpec, Spec,
    costs::Proportional,
    rebalance::{Calendar, DriftBand, DriftMeasure, Edge, Period, Rule, Scope},
};
use allweather_study::{
    Distribution, Entrant, Growth, Measure, Premium, Premiums, Results, Study, StudyError, StudySpec, Tally,
    Variant,
};
use rust_decimal::dec;
use serde_json::Value;

use crate::tournament::{base, market};

fn month(text: &str) -> Month {
    text.parse().unwrap()
}

fn rules() -> Vec<Rule> {
    let band = |measure, percent: u32| Rule::DriftBand(DriftBand::new(measure, percent, Scope::All).unwrap());
    let calendar = |every, on| Rule::Calendar(Calendar { every, on });
    vec![
        calendar(Period::Month, Edge::End),
        calendar(Period::Year, Edge::Start),
        band(DriftMeasure::Portfolio, 1),
        band(DriftMeasure::Position, 15),
        Rule::all_of(vec![calendar(Period::Quarter, Edge::End), band(DriftMeasure::Portfolio, 2)]).unwrap(),
        // Back to half of the band: this one runs on the engine.
        Rule::DriftBand(DriftBand::daryanani()),
    ]
}

/// The default weights without forwards and expenses, at one rate of costs.
fn simple(rule: Rule) -> Spec {
    let costs = CostSpec::Proportional(Proportional::from_bps(dec!(15)).unwrap());
    Spec { fx: None, expenses: None, costs, rule, ..allweather_data::all_weather().unwrap() }
}

fn one_path(study: &Study<'_>, variant: usize, path: u64) -> Tally {
    let job = study.jobs(1).find(|job| (job.variant, job.first) == (variant, path)).unwrap();
    study.run_job(&job).unwrap().tally
}

/// The parts in order, of one path or in the mean.
fn means(premium: &Premiums) -> [f64; 5] {
    let parts =
        [premium.total(), premium.excess_growth(), premium.drift(), premium.overlay(), premium.cost()];
    parts.map(|of| of.mean().unwrap())
}

fn parts(premium: &Premium) -> [f64; 5] {
    [premium.total, premium.excess_growth, premium.drift, premium.overlay, premium.cost]
}

/// What the records of two runs on the path say.
fn recorded(study: &Study<'_>, variant: &str, held: &str, path: u64) -> Premium {
    let market = study.market_of_path(path).unwrap();
    let growth = |variant: &str| Growth::of(&study.record_of_path(variant, path).unwrap(), &market).unwrap();
    growth(variant).premium_over(&growth(held))
}

/// On each path, by kernel and engine: the parts add up, all of it is what wealth says, and each is what the records say.
#[test]
fn on_each_path_it_is_what_the_records_say() {
    let DataSet { market, statistics, .. } = allweather_data::embedded().unwrap();
    for rule in rules() {
        let variants = vec![
            Variant::new("ruled", simple(rule.clone())).with_premium().against("held"),
            Variant::new("alone", simple(rule.clone())).with_premium(),
            Variant::new("held", simple(Rule::Never)),
        ];
        let spec = StudySpec::new(variants, 5, 150).unwrap().with_seed(3);
        let spec = spec.with_span(month("1990-07"), month("2024-09"));
        let study = Study::new(&spec, &market, &statistics).unwrap();
        for path in 0..5 {
            let tally = one_path(&study, 0, path);
            let found = means(tally.premium().unwrap());
            let [total, excess, drift, overlay, cost] = found;
            assert!((total - (excess + drift + overlay - cost)).abs() < 1e-12, "{found:?}");
            assert!(excess > 0.0 && overlay == 0.0 && cost > 0.0, "{found:?} under {rule:?}");
            let expected = parts(&recorded(&study, "ruled", "held", path));
            for (found, expected) in found.iter().zip(expected) {
                assert!((found - expected).abs() < 1e-12, "{found} for {expected} under {rule:?}");
            }
            // Both bought alike, so wealth differs by the premium.
            let wealth = |tally: &Tally| tally.measure(Measure::Wealth).mean().unwrap();
            let ratio = wealth(&tally) / wealth(&one_path(&study, 2, path));
            assert!((total - ratio.ln() / 12.5).abs() < 1e-12, "{total}");
            assert_eq!(tally.premium().unwrap().above().happened(), u64::from(total > 0.0));
            // Whoever stands beside it, and whoever holds.
            for (one, other) in means(one_path(&study, 1, path).premium().unwrap()).iter().zip(found) {
                assert!((one - other).abs() < 1e-12, "{one} {other}");
            }
        }
    }
}

/// With hedges, an overlay, expenses and what else the default spec has.
#[test]
fn with_everything_it_is_what_the_records_say() {
    let DataSet { market, statistics, .. } = allweather_data::embedded().unwrap();
    let spec = allweather_data::all_weather().unwrap();
    let variants = vec![
        Variant::new("all weather", spec.clone()).with_premium(),
        Variant::new("held", Spec { rule: Rule::Never, ..spec }).with_premium().against("all weather"),
    ];
    let spec = StudySpec::new(variants, 3, 60).unwrap().with_span(month("1990-07"), month("2024-09"));
    let study = Study::new(&spec, &market, &statistics).unwrap();
    for path in 0..3 {
        let tally = one_path(&study, 0, path);
        let found = means(tally.premium().unwrap());
        for (found, expected) in found.iter().zip(parts(&recorded(&study, "all weather", "held", path))) {
            assert!((found - expected).abs() < 1e-13, "{found} for {expected}");
        }
        let [total, excess, drift, overlay, cost] = found;
        assert!((total - (excess + drift + overlay - cost)).abs() < 1e-12 && overlay != 0.0, "{found:?}");
        // Buy and hold over itself: what it gains as a mixture it loses as drift.
        let held = means(one_path(&study, 1, path).premium().unwrap());
        assert_eq!((held[0], held[3], held[4]), (0.0, 0.0, 0.0));
        assert!(held[1] > 0.0 && (held[1] + held[2]).abs() < 1e-15, "{held:?}");
    }
}

fn spec(asked: bool) -> StudySpec {
    let rule = Rule::Calendar(Calendar { every: Period::Quarter, on: Edge::End });
    let mut variants = vec![
        Variant::new("quarterly", Spec { rule, ..base() }),
        Variant::new("half", Spec { rule: Rule::DriftBand(DriftBand::daryanani()), ..base() }),
        Variant::new("own", Spec { rule: Rule::Never, ..base() }).with_own_rule("never").against("quarterly"),
    ];
    for variant in &mut variants {
        variant.premium = asked;
    }
    StudySpec::new(variants, 60, 48).unwrap().with_seed(5)
}

fn with_study<T>(asked: bool, run: impl FnOnce(&Study<'_>) -> T) -> T {
    let (market, nothing, spec) = (market(), Vintages::new(), spec(asked));
    run(&Study::new(&spec, &market, &nothing).unwrap().with_rule("own", &Rule::Never).unwrap())
}

#[test]
fn it_merges_as_everything_does() {
    with_study(true, |study| {
        let json = study.run(1, &|_| ()).unwrap().to_json();
        assert_eq!(study.run(3, &|_| ()).unwrap().to_json(), json);
        let results = Results::from_json("results", &json).unwrap();
        assert_eq!(results.to_json(), json);
        let (mut left, mut right) = (Results::new(study), Results::new(study));
        for (place, job) in study.jobs(7).enumerate() {
            let half = if place % 3 == 0 { &mut left } else { &mut right };
            half.add(&study.run_job(&job).unwrap()).unwrap();
        }
        right.merge(&left).unwrap();
        assert_eq!(right.to_json(), json);
        let premium = |variant: &str| results.tally(variant).unwrap().premium().unwrap();
        let told = |of: &Distribution| (of.defined(), of.undefined());
        assert_eq!(told(premium("half").drift()), (60, 0));
        let [total, excess, drift, overlay, cost] = means(premium("quarterly"));
        assert!((total - (excess + drift + overlay - cost)).abs() < 1e-15);
        assert!(premium("quarterly").drift().quantile(0.5) < Some(0.0) && excess > 0.0);
        // A rule of one's own that never trades has none, though it runs on the engine: not even by rounding.
        let own = premium("own");
        assert_eq!((own.above().happened(), own.above().of()), (0, 60));
        assert_eq!(own.total().quantile(0.0), Some(0.0));
        assert_eq!((own.total().quantile(1.0), own.cost().quantile(1.0)), (Some(0.0), Some(0.0)));
    });
}

/// Who does not ask has none, and asking changes no other figure.
#[test]
fn asking_changes_no_other_figure() {
    let plain = with_study(false, |study| study.run(1, &|_| ()).unwrap());
    let asked = with_study(true, |study| study.run(1, &|_| ()).unwrap());
    for ((name, plain), (_, asked)) in plain.tallies().zip(asked.tallies()) {
        assert!(plain.premium().is_none() && !serde_json::to_string(plain).unwrap().contains("premium"));
        let mut asked = serde_json::to_value(asked).unwrap();
        assert!(asked.as_object_mut().unwrap().remove("premium").is_some());
        assert_eq!(asked, serde_json::to_value(plain).unwrap(), "{name}");
    }
    let text = spec(false).canonical_json();
    assert!(!text.contains("premium"), "the name of a study that does not ask is what it was");
    assert_ne!(with_study(true, |study| study.id().to_owned()), with_study(false, |s| s.id().to_owned()));
}

#[test]
fn a_premium_that_is_missing_or_forged_is_refused() {
    with_study(true, |study| {
        let (mut left, mut right) = (Results::new(study), Results::new(study));
        for (place, job) in study.jobs(30).enumerate() {
            let half = if place % 2 == 0 { &mut left } else { &mut right };
            half.add(&study.run_job(&job).unwrap()).unwrap();
        }
        let mut stripped: Value = serde_json::from_str(&left.to_json()).unwrap();
        assert!(stripped["variants"][1]["tally"].as_object_mut().unwrap().remove("premium").is_some());
        let mut stripped = Results::from_json("results", &stripped.to_string()).unwrap();
        let error = right.clone().merge(&stripped).unwrap_err().to_string();
        assert!(error.ends_with("some of its paths have a premium over buy and hold and some have not"));
        let error = study.resume(&mut stripped, 1, &|_| (), |_| Ok(())).unwrap_err().to_string();
        assert!(error.ends_with("half has a premium if the study says so, and only then"), "{error}");
        let (before, premium) =
            right.to_json().split_once(r#""premium":"#).map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
        // Of another number of paths than the tally's, in all or in a part, or above on more.
        for (found, instead) in [
            (r#""undefined":0"#, r#""undefined":1"#),
            (r#""of":30"#, r#""of":29"#),
            (r#""drift":"#, r#""drifts":"#),
        ] {
            let forged = premium.replacen(found, instead, 1);
            assert_ne!(forged, premium, "{found}");
            let text = format!(r#"{before}"premium":{forged}"#);
            assert!(Results::from_json("results", &text).is_err(), "{found}");
        }
        let whole: Value = serde_json::from_str(&right.to_json()).unwrap();
        let mut of_more = whole.clone();
        for part in ["total", "excess_growth", "drift", "overlay", "cost"] {
            of_more["variants"][0]["tally"]["premium"][part]["undefined"] = 1.into();
            let mut forged = whole.clone();
            forged["variants"][0]["tally"]["premium"][part]["undefined"] = 1.into();
            assert!(Results::from_json("results", &forged.to_string()).is_err(), "{part}");
        }
        // All parts agree, on paths that are not there.
        assert!(Results::from_json("results", &of_more.to_string()).is_err());
    });
    // Nobody asked for one.
    let more = with_study(true, |study| study.run(1, &|_| ()).unwrap().to_json());
    with_study(false, |study| {
        let more = more.replacen(&with_study(true, |asked| asked.id().to_owned()), study.id(), 1);
        let mut more = Results::from_json("results", &more).unwrap();
        let refused = study.resume(&mut more, 1, &|_| (), |_| Ok(()));
        assert!(matches!(refused, Err(StudyError::Results { .. })));
    });
}

/// What numpy makes of the same drawn months: prices of the path's market, holdings step by step, costs by bisection.
static EXPECTED: &str = include_str!("../data/premiums.json");

#[test]
fn on_drawn_months_it_is_as_an_independent_program_has_it() {
    let (market, nothing) = (market(), Vintages::new());
    let mut entrants = vec![Entrant::monthly(), Entrant::yearly()];
    entrants.extend(Entrant::bands(&[dec!(3)]).unwrap());
    let variant = |entrant: &Entrant| {
        Variant::new(&entrant.name, Spec { rule: entrant.rule.clone(), ..base() }).with_premium()
    };
    let spec = StudySpec::new(entrants.iter().map(variant).collect(), 4, 60).unwrap().with_seed(5);
    let study = Study::new(&spec, &market, &nothing).unwrap();
    let expected: Value = serde_json::from_str(EXPECTED).unwrap();
    for (variant, named) in spec.variants().iter().enumerate() {
        for path in 0..4 {
            let tally = one_path(&study, variant, path);
            let [total, excess, drift, overlay, cost] = means(tally.premium().unwrap());
            let of = &expected[named.name.as_str()][usize::try_from(path).unwrap()];
            for (part, found) in [("total", total), ("excess", excess), ("drift", drift), ("cost", cost)] {
                let expected = of[part].as_f64().unwrap();
                assert!(
                    (found - expected).abs() < 1e-12,
                    "{part} of {} on {path}: {found} for {expected}",
                    named.name
                );
            }
            assert_eq!(overlay, 0.0);
        }
    }
    let all = study.run(2, &|_| ()).unwrap();
    let mean = expected["mean of yearly"].as_f64().unwrap();
    let found = all.tally("yearly").unwrap().premium().unwrap().total().mean().unwrap();
    assert!((found - mean).abs() < 1e-13);
}
