//! Scores and the choice between methods.
use allweather_history::{Backfill, Filled, Method, Note, Outcome, Refusal, Score};
use proptest::prelude::*;

use crate::{
    bootstrap, by, factors, id, near, table,
    world::{full, late},
};

fn scored(outcome: &Outcome) -> Score {
    match outcome {
        Outcome::Scored(score) => *score,
        other => unreachable!("{other:?}"),
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / count(values.len())
}

fn count(n: usize) -> f64 {
    f64::from(u32::try_from(n).unwrap())
}

fn deviation(values: &[f64]) -> f64 {
    let mean = mean(values);
    (values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / count(values.len())).sqrt()
}

fn correlation(one: &[f64], other: &[f64]) -> f64 {
    let (a, b) = (mean(one), mean(other));
    let product = one.iter().zip(other).map(|(x, y)| (x - a) * (y - b)).sum::<f64>() / count(one.len());
    product / deviation(one) / deviation(other)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// A score is what the draws of a table say in which the months were never there.
    #[test]
    fn a_score_is_that_of_a_table_without_the_months(full in full(130, 2, 2), hidden in 20..40_usize) {
        let whole = late(&full, 2, &[20, 30]);
        let masked = table(&late(&full, 2, &[20 + hidden, 30 + hidden]));
        let methods = [Method::Stambaugh, Method::Em, factors(), Method::Forest { trees: 50, leaf: 3 }];
        let draws = 60;
        for method in methods {
            let months = u16::try_from(hidden).unwrap();
            let spec = Backfill::new(bootstrap(draws)).with_candidates(vec![method.clone()]).unwrap();
            let filled = spec.with_hold_out(Some(months)).unwrap().fill(&table(&whole)).unwrap();
            let told = by(method, draws).fill(&masked).unwrap();
            for (place, start) in [(2, 20), (3, 30)] {
                let score = scored(&filled.trials()[place - 2].outcome);
                let months = start..start + hidden;
                let known: Vec<f64> = months.clone().map(|t| full[place][t]).collect();
                let paths: Vec<Vec<f64>> =
                    (0..draws).map(|d| months.clone().map(|t| told.draws()[(d, t, place)]).collect()).collect();
                let centre = |k: usize| mean(&paths.iter().map(|path| path[k]).collect::<Vec<_>>());
                let squares: Vec<f64> = known.iter().enumerate().map(|(k, y)| (y - centre(k)).powi(2)).collect();
                near(score.rmse, mean(&squares).sqrt(), 1e-12);
                near(score.rmse_ratio, score.rmse / deviation(&known), 1e-9);
                let ratios: Vec<f64> = paths.iter().map(|path| deviation(path) / deviation(&known)).collect();
                near(score.volatility_ratio, mean(&ratios), 1e-9);
                let errors: Vec<f64> = (0..2).map(|long| {
                    let long: Vec<f64> = months.clone().map(|t| full[long][t]).collect();
                    let drawn: Vec<f64> = paths.iter().map(|path| correlation(path, &long)).collect();
                    (mean(&drawn) - correlation(&known, &long)).abs()
                }).collect();
                near(score.correlation_error.unwrap(), mean(&errors), 1e-9);
                let share = |values: &[f64], x: f64, strictly: bool| {
                    count(values.iter().filter(|v| **v < x || (!strictly && **v == x)).count()) / count(values.len())
                };
                let all: Vec<f64> = paths.concat();
                let points = known.iter().chain(&all);
                let distance = points
                    .map(|x| (share(&known, *x, false) - share(&all, *x, false)).abs())
                    .fold(0.0, f64::max);
                near(score.kolmogorov_smirnov, distance, 1e-12);
                let inside = known.iter().enumerate().filter(|(k, y)| {
                    let at: Vec<f64> = paths.iter().map(|path| path[*k]).collect();
                    (0.05..=0.95).contains(&share(&at, **y, true))
                });
                near(score.coverage, count(inside.count()) / count(hidden), 1e-12);
                let apart = |d: usize, k: usize| (paths[d][k] - paths[(d + 1) % draws][k]).abs();
                let scores: Vec<f64> = (0..hidden).flat_map(|k| {
                    (0..draws).map(|d| (paths[d][k] - known[k]).abs() - apart(d, k) / 2.0).collect::<Vec<_>>()
                }).collect();
                near(score.crps, mean(&scores), 1e-12);
                prop_assert_eq!(score.months, hidden);
            }
        }
    }

    #[test]
    fn the_smallest_loss_is_chosen(full in full(130, 2, 2)) {
        let spec = Backfill::new(bootstrap(40)).with_hold_out(Some(30)).unwrap();
        let filled = spec.fill(&table(&late(&full, 2, &[20, 30]))).unwrap();
        prop_assert_eq!(filled.trials().len(), 2 * spec.candidates().len());
        for series in ["s2", "s3"].map(id) {
            let least = filled.score(&series).unwrap().crps;
            let losses = filled.trials().iter().filter(|t| t.series == series).map(|t| scored(&t.outcome).crps);
            prop_assert!(losses.into_iter().all(|loss| least <= loss * (1.0 + 1e-8)));
            prop_assert_eq!(filled.method(0, &series), Some(&filled.fill(&series).unwrap().method));
        }
    }
}

fn noise(t: u32, salt: u32) -> f64 {
    f64::from((t * t * 37 + t * salt) % 1009) / 1009.0 - 0.5
}

fn bent() -> Vec<Vec<Option<f64>>> {
    let long = |t| 0.1 * noise(t, 11);
    vec![
        (0..400).map(|t| Some(long(t))).collect(),
        (0..400).map(|t| (t >= 100).then(|| long(t).abs() + 0.002 * noise(t, 53))).collect(),
    ]
}

#[test]
fn a_forest_holds_what_a_line_cannot() {
    let spec = Backfill::new(bootstrap(100));
    let filled = spec.fill(&table(&bent())).unwrap();
    let fill = filled.fill(&id("s1")).unwrap();
    assert!(matches!(fill.method, Method::Forest { .. }), "{fill:?}");
    assert!(fill.r_squared > 0.9);
    let of = |method: &Method| {
        let trial = filled.trials().iter().find(|trial| trial.method == *method).unwrap();
        scored(&trial.outcome)
    };
    let (line, forest) = (of(&factors()), of(&fill.method));
    assert!(line.rmse_ratio > 0.9 && forest.rmse_ratio < 0.3, "{line:?} {forest:?}");
    // Errors out of the bag: as wide as those of months that it has not seen.
    assert!((0.9..1.1).contains(&forest.volatility_ratio) && forest.coverage > 0.8, "{forest:?}");
}

#[test]
fn of_equals_the_first_is_chosen() {
    let full: Vec<Vec<f64>> =
        (0..2_u32).map(|k| (0..150).map(|t| 0.1 * noise(t, 11 + 42 * k)).collect()).collect();
    let columns = late(&full, 1, &[15]);
    // With one long series, all of these are the same regression.
    let same = [Method::Em, Method::PrincipalComponents { share: 1.0 }, factors(), Method::Stambaugh];
    for first in 0..same.len() {
        let mut candidates = same.to_vec();
        candidates.rotate_left(first);
        let spec = Backfill::new(bootstrap(30)).with_candidates(candidates.clone()).unwrap();
        let filled = spec.with_hold_out(Some(40)).unwrap().fill(&table(&columns)).unwrap();
        assert_eq!(filled.fill(&id("s1")).unwrap().method, candidates[0]);
        assert!(
            filled
                .notes()
                .iter()
                .any(|note| matches!(note, Note::LowRSquared { r_squared, .. } if *r_squared < 0.3))
        );
    }
}

/// Draws that are equal to known values count as not above them and not below.
#[test]
fn ties_count_once() {
    let column = (0..121_u32).map(|t| (t > 0).then(|| [-0.5, 0.0, 0.5, 0.0][t as usize % 4])).collect();
    let spec = Backfill::new(bootstrap(3)).with_candidates(vec![Method::Em]).unwrap().without_residuals();
    let filled = spec.with_hold_out(Some(40)).unwrap().fill(&table(&[column])).unwrap();
    let score = filled.score(&id("s0")).unwrap();
    // The mean, 0, against a quarter below and three quarters not above it.
    assert!(filled.draws().iter().step_by(121).all(|value| *value == 0.0));
    near(score.kolmogorov_smirnov, 0.25, 1e-15);
    assert_eq!((score.correlation_error, score.volatility_ratio), (None, 0.0));
    near(score.crps, 0.25, 1e-15);
    near(score.rmse, 0.125_f64.sqrt(), 1e-15);
}

#[test]
fn too_few_months_to_hide_any_is_said() {
    let full: Vec<Vec<f64>> =
        (0..2_u32).map(|k| (0..60).map(|t| 0.1 * noise(t, 11 + 42 * k)).collect()).collect();
    let filled: Filled = Backfill::new(bootstrap(3)).fill(&table(&late(&full, 1, &[15]))).unwrap();
    assert!(filled.trials().iter().all(|trial| trial.outcome == Outcome::NotScored));
    assert_eq!(filled.fill(&id("s1")).unwrap().method, Method::Stambaugh);
    assert_eq!(filled.score(&id("s1")), None);
    assert!(filled.notes().iter().any(|note| matches!(note, Note::NotScored { .. })));
}

#[test]
fn a_later_gap_is_left_to_other_methods() {
    let mut columns = bent();
    columns[1][200] = None;
    let filled = Backfill::new(bootstrap(10)).fill(&table(&columns)).unwrap();
    assert_eq!(filled.trials()[0].outcome, Outcome::Refused(Refusal::NotMonotone));
    assert!(filled.trials()[1..].iter().all(|trial| matches!(trial.outcome, Outcome::Scored(_))));
    assert_eq!(filled.fill(&id("s1")).unwrap().months, 101);
    // The answer can be read by a report.
    let text = serde_json::to_string(&filled.trials()[0]).unwrap();
    assert_eq!(text, r#"{"series":"s1","method":"stambaugh","outcome":{"refused":"not_monotone"}}"#);
}
