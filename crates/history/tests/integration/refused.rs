//! What is refused, and in which words.
use allweather_history::{
    Backfill, Filled, HistoryError, Method, Moments, Note, Outcome, Refusal, Series, Table,
};
use allweather_metrics::Bootstrap;

use crate::{bootstrap, by, factors, id, month, table};

fn line(k: u32, periods: u32) -> Vec<Option<f64>> {
    (0..periods).map(|t| Some(0.01 * f64::from((t * t * 13 + t * k) % 17) - 0.08)).collect()
}

fn from(k: u32, start: usize, periods: u32) -> Vec<Option<f64>> {
    let mut column = line(k, periods);
    column[..start].fill(None);
    column
}

fn told(filled: &Filled) -> Vec<String> {
    filled.refused().iter().map(|(series, refusal)| format!("{series}: {refusal}")).collect()
}

#[test]
fn tables() {
    let words = |series: Vec<Series>| Table::new(month("1980-01"), series).unwrap_err().to_string();
    let of = |values: &[f64]| Series::returns(id("a"), values.iter().map(|v| Some(*v)).collect());
    assert_eq!(words(vec![]), "a table of 0 series and 0 months: it takes one of each or more");
    assert_eq!(words(vec![of(&[])]), "a table of 1 series and 0 months: it takes one of each or more");
    assert_eq!(words(vec![of(&[0.1]), of(&[0.1])]), "the series a is there twice");
    let other = Series::returns(id("b"), vec![None, None]);
    assert_eq!(words(vec![of(&[0.1]), other]), "the series b has 2 months, the table has 1");
    let rule = "which is not a finite number from -1 to 1e9";
    assert_eq!(words(vec![of(&[0.1, f64::NAN])]), format!("a of 1980-02 is NaN, {rule}"));
    assert_eq!(words(vec![of(&[-1.5])]), format!("a of 1980-01 is -1.5, {rule}"));
    assert_eq!(words(vec![of(&[2e9])]), format!("a of 1980-01 is 2000000000, {rule}"));
    let indicator = Series::indicator(id("i"), vec![Some(f64::INFINITY)]);
    assert_eq!(words(vec![indicator]), "i of 1980-01 is inf, which is not a finite number from -1e9 to 1e9");
    assert!(Table::new(month("1980-01"), vec![Series::indicator(id("i"), vec![Some(-5.0)])]).is_ok());
    assert!(Table::new(month("1980-01"), vec![of(&[-1.0])]).is_ok());
    assert_eq!(words(vec![of(&[0.1]).over(vec![])]), "the series a has 0 months, the table has 1");
    let rate = words(vec![of(&[0.1]).over(vec![4.3])]);
    assert_eq!(rate, "a of 1980-01 is 4.3, which is not a rate of cash from -1 to 1");
    let late = Table::new(month("9999-12"), vec![of(&[0.1, 0.1])]).unwrap_err().to_string();
    assert_eq!(late, "2 months from 9999-12 end after the year 9999");
    let level = Series::from_levels(id("a"), &[Some(1.0), Some(0.0)]).unwrap_err().to_string();
    assert_eq!(level, "the level of a at position 1 (from 0) is 0, which is not a finite number above 0");
    assert!(Series::from_levels(id("a"), &[]).unwrap().values().is_empty());
}

#[test]
fn specs() {
    let spec = Backfill::new(bootstrap(1));
    let words = |result: Result<Backfill, HistoryError>| result.unwrap_err().to_string();
    assert_eq!(
        words(spec.clone().with_candidates(vec![])),
        "0 candidates, 0 of them different: it takes one or more, each once"
    );
    assert_eq!(
        words(spec.clone().with_candidates(vec![Method::Em, Method::Em])),
        "2 candidates, 1 of them different: it takes one or more, each once"
    );
    assert_eq!(
        words(spec.clone().with_hold_out(None)),
        "5 candidates and no hold-out to choose by: state one, or one candidate"
    );
    assert_eq!(words(spec.clone().with_hold_out(Some(11))), "a hold-out in months of 11 is not 12 or more");
    for share in [0.0, -1.0, 1.1, f64::NAN] {
        let method = Method::PrincipalComponents { share };
        let rule = format!("a share of variance of {share} is not above 0 and at most 1");
        assert_eq!(words(spec.clone().with_candidates(vec![method])), rule);
    }
    for trees in [0, 49, 10_001] {
        let method = Method::Forest { trees, leaf: 5 };
        let rule = format!("a number of trees of {trees} is not 50 to 10000");
        assert_eq!(words(spec.clone().with_candidates(vec![method])), rule);
    }
    let method = Method::Forest { trees: 50, leaf: 0 };
    assert_eq!(
        words(spec.clone().with_candidates(vec![method])),
        "a number of months in a leaf of 0 is not 1 or more"
    );
    let factor = Method::Factors { on: vec![id("gold")] };
    let spec = spec.with_candidates(vec![factor]).unwrap();
    assert_eq!(spec.fill(&table(&[line(3, 60)])).unwrap_err().to_string(), "there is no series gold");
}

#[test]
fn specs_on_the_wire() {
    let text = r#"{"bootstrap":{"draws":1000,"seed":7,"block":"automatic"}}"#;
    let spec: Backfill = serde_json::from_str(text).unwrap();
    assert_eq!(spec, Backfill::new(Bootstrap::new(1000, 7).unwrap()));
    assert_eq!((spec.hold_out(), spec.known_until(), spec.residuals()), (Some(120), None, true));
    let spec = spec
        .with_candidates(vec![Method::Factors { on: vec![id("a")] }, Method::Forest { trees: 60, leaf: 2 }])
        .unwrap()
        .with_known_until(Some(month("1995-12")))
        .without_residuals();
    let text = serde_json::to_string(&spec).unwrap();
    assert_eq!(
        text,
        concat!(
            r#"{"bootstrap":{"draws":1000,"seed":7,"block":"automatic"},"#,
            r#""candidates":[{"factors":{"on":["a"]}},{"forest":{"trees":60,"leaf":2}}],"#,
            r#""residuals":false,"hold_out":120,"known_until":"1995-12"}"#
        )
    );
    assert_eq!(serde_json::from_str::<Backfill>(&text).unwrap(), spec);
    for wrong in [
        r#"{"bootstrap":{"draws":0,"seed":7,"block":"automatic"}}"#,
        r#"{"bootstrap":{"draws":1,"seed":7,"block":"automatic"},"more":1}"#,
        r#"{"bootstrap":{"draws":1,"seed":7,"block":"automatic"},"candidates":[]}"#,
        r#"{"bootstrap":{"draws":1,"seed":7,"block":"automatic"},"candidates":["em"],"hold_out":3}"#,
        r#"{"bootstrap":{"draws":1,"seed":7,"block":"automatic"},"candidates":[{"forest":{"trees":5,"leaf":5}}]}"#,
        r#"{"bootstrap":{"draws":1,"seed":7,"block":"automatic"},"candidates":[{"factors":{"on":[],"of":[]}}]}"#,
    ] {
        assert!(serde_json::from_str::<Backfill>(wrong).is_err(), "{wrong}");
    }
    let words: Vec<String> = Method::all().iter().map(ToString::to_string).collect();
    assert_eq!(
        words,
        [
            "stambaugh",
            "em",
            "factor regression",
            "principal components of 90 % of the variance",
            "forest of 200 trees, 5 months a leaf"
        ]
    );
    assert_eq!(Method::Factors { on: vec![id("a"), id("b")] }.to_string(), "factor regression on a, b");
}

#[test]
fn overlaps_that_are_too_short() {
    // 36 months at the least.
    let long_enough = by(factors(), 2).fill(&table(&[line(3, 80), from(5, 44, 80)])).unwrap();
    assert_eq!(long_enough.refused(), []);
    let refused = by(factors(), 2).fill(&table(&[line(3, 80), from(5, 45, 80)])).unwrap();
    assert_eq!(told(&refused), ["s1: it takes 36 months in common, there are 35"]);
    assert_eq!(refused.series(), [id("s0")]);
    // 5 months for each coefficient: 8 factors and the intercept take 45.
    let mut columns: Vec<_> = (0..8).map(|k| line(k * k * k + 3, 80)).collect();
    columns.push(from(5, 36, 80));
    let filled = Backfill::new(bootstrap(2)).fill(&table(&columns)).unwrap();
    let too_few = |outcome: &Outcome| match outcome {
        Outcome::Refused(refusal) => refusal.to_string() == "it takes 45 months in common, there are 44",
        _ => false,
    };
    for trial in filled.trials() {
        let components = matches!(trial.method, Method::PrincipalComponents { .. });
        assert!(components || too_few(&trial.outcome), "{trial:?}");
    }
    columns[8][35] = Some(0.01);
    let filled = by(Method::Stambaugh, 2).fill(&table(&columns)).unwrap();
    assert_eq!((filled.refused(), filled.fill(&id("s8")).unwrap().overlap), (&[][..], 45));
}

#[test]
fn series_that_explain_nothing() {
    // Twice the same, and a constant.
    let twin: Vec<Option<f64>> = line(3, 80).iter().map(|v| v.map(|v| 2.0 * v)).collect();
    let columns = [line(3, 80), twin, from(5, 20, 80)];
    for method in [Method::Stambaugh, Method::Em, factors()] {
        let filled = by(method, 2).fill(&table(&columns)).unwrap();
        assert_eq!(told(&filled), ["s2: s1 does not vary apart from the other explaining series"]);
    }
    // Components and forests do not mind.
    for method in [Method::PrincipalComponents { share: 1.0 }, Method::Forest { trees: 50, leaf: 5 }] {
        assert_eq!(by(method, 2).fill(&table(&columns)).unwrap().refused(), []);
    }
    let columns = [line(3, 80), vec![Some(0.001); 80], from(5, 20, 80)];
    for method in [Method::Stambaugh, Method::Em, factors(), Method::PrincipalComponents { share: 0.9 }] {
        let filled = by(method, 2).fill(&table(&columns)).unwrap();
        assert_eq!(told(&filled), ["s2: s1 does not vary apart from the other explaining series"]);
    }
    // What is to be filled does not vary.
    let mut flat = vec![Some(0.001); 80];
    flat[..20].fill(None);
    let columns = [line(3, 80), flat];
    for method in [Method::Stambaugh, factors(), Method::Forest { trees: 50, leaf: 5 }] {
        let filled = by(method, 2).fill(&table(&columns)).unwrap();
        assert_eq!(filled.refused(), [(id("s1"), Refusal::NoVariation)]);
    }
}

#[test]
fn tables_without_a_whole_series() {
    let columns = [from(3, 1, 80), from(5, 20, 80)];
    for method in Method::all() {
        let em = method == Method::Em;
        let filled = by(method, 2).fill(&table(&columns)).unwrap();
        let refused = [(id("s0"), Refusal::NoWholeSeries), (id("s1"), Refusal::NoWholeSeries)];
        // What is missing altogether is drawn from what was, by EM.
        assert_eq!(filled.refused(), if em { &[][..] } else { &refused[..] });
    }
}

#[test]
fn factors_and_indicators_with_gaps() {
    let series = |gap: Option<f64>| {
        let mut indicator = line(7, 80);
        indicator[79] = gap;
        let series = vec![
            Series::returns(id("a"), line(3, 80)),
            Series::returns(id("b"), from(5, 20, 80)),
            Series::indicator(id("i"), indicator),
        ];
        Table::new(month("1980-01"), series).unwrap()
    };
    let on = |names: &[&str]| Method::Factors { on: names.iter().map(|name| id(name)).collect() };
    let filled = by(on(&["i"]), 2).fill(&series(None)).unwrap();
    assert_eq!(told(&filled), ["i: an indicator with gaps explains nothing", "b: the factor i has gaps"]);
    let filled = by(on(&["a", "b"]), 2).fill(&series(None)).unwrap();
    assert_eq!(told(&filled)[1], "b: the factor b has gaps");
    // A whole one explains, and is no part of the answer.
    let filled = by(on(&["i"]), 2).fill(&series(Some(0.01))).unwrap();
    assert_eq!((filled.refused(), filled.series()), (&[][..], &[id("a"), id("b")][..]));
    // Known until the month before its gap, it is whole.
    let spec = by(on(&["i"]), 2).with_known_until(Some(month("1986-07")));
    assert_eq!(spec.fill(&series(None)).unwrap().refused(), []);
}

#[test]
fn series_that_were_never_known_together() {
    let (mut early, mut late) = (line(3, 120), line(5, 120));
    early[60..].fill(None);
    late[..60].fill(None);
    early[0] = None;
    late[0] = None;
    let filled = by(factors(), 2).fill(&table(&[line(11, 120), early, late])).unwrap();
    // Month 0 lacks both, and there is no month that knows both.
    assert_eq!(told(&filled), ["s1: it takes 36 months in common, there are 0"]);
    assert_eq!(filled.series(), [id("s0"), id("s2")]);
}

#[test]
fn answers_that_are_too_large() {
    // Refused before anything is computed: draws that no counter holds, and ten million.
    for draws in [usize::MAX, 10_000_000] {
        let spec = Backfill::new(Bootstrap::new(draws, 7).unwrap());
        let error = spec.fill(&table(&[line(3, 80), from(5, 20, 80)])).unwrap_err();
        let words = format!("{draws} draws of 80 months and 2 series are more numbers than 268435456");
        assert_eq!(error.to_string(), words);
    }
}

#[test]
fn what_would_lose_everything_is_held_and_said() {
    // Explained by a slope of 30, a fall of 7 % would be one of 210 %.
    let long = line(3, 120);
    let short = long.iter().enumerate().map(|(t, v)| v.filter(|v| t >= 30 && *v > -0.02).map(|v| 30.0 * v));
    let short: Vec<_> = short.collect();
    let filled = by(factors(), 4).fill(&table(&[long, short])).unwrap();
    let held = filled.draws().iter().filter(|value| **value == -0.99).count();
    assert!(held > 0 && filled.draws().iter().all(|value| *value >= -0.99));
    assert!(
        matches!(filled.notes(), [_, Note::Limited { cells, .. }] if *cells == held),
        "{:?}",
        filled.notes()
    );
}

#[test]
fn what_is_beyond_the_overlap_is_said() {
    // The first series is a rate that falls; the second one does not move.
    let rate: Vec<Option<f64>> = (0..100_u32).map(|t| Some(0.01 - 0.0001 * f64::from(t))).collect();
    let columns = [rate, line(3, 100), from(5, 40, 100)];
    let filled = by(Method::Em, 2).fill(&table(&columns)).unwrap();
    let far = |note: &Note| {
        matches!(note, Note::FarFromOverlap { explaining, deviations, .. }
        // Means of months 0 to 39 and 40 to 99, over the deviation of 60 numbers in a row.
        if *explaining == id("s0") && (deviations - 50.0 / ((60.0 * 60.0 - 1.0) / 12.0_f64).sqrt()).abs() < 1e-9)
    };
    assert!(filled.notes().iter().any(far), "{:?}", filled.notes());
    let filled = by(Method::Factors { on: vec![id("s1")] }, 2).fill(&table(&columns)).unwrap();
    assert!(!filled.notes().iter().any(|note| matches!(note, Note::FarFromOverlap { .. })));
}

#[test]
fn moments_that_there_are_not() {
    let holes = {
        let mut column = from(5, 20, 80);
        column[50] = None;
        column
    };
    let words = |result: Result<Moments, HistoryError>| result.unwrap_err().to_string();
    assert_eq!(
        words(Moments::stambaugh(&table(&[line(3, 80), holes]))),
        "s1: it has a gap after its first month"
    );
    assert_eq!(words(Moments::stambaugh(&table(&[from(3, 1, 80)]))), "s0: no series is whole");
    let short = table(&[line(3, 80), from(5, 50, 80)]);
    assert_eq!(words(Moments::em(&short)), "s1: it takes 36 months in common, there are 30");
    let twins = table(&[line(3, 80), line(3, 80)]);
    assert_eq!(
        words(Moments::em(&table(&[line(3, 80), vec![Some(0.5); 80]]))),
        "there are no such moments: s1 does not vary apart from the other explaining series"
    );
    // Nothing is explained by anything here: twins have moments.
    assert!(Moments::em(&twins).is_ok() && Moments::stambaugh(&twins).is_ok());
}
