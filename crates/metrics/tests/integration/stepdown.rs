use allweather_metrics::{Block, Bootstrap, MetricsError, Undefined, stepdown, superior_predictive_ability};
use ndarray::{Array2, Axis, arr2, concatenate};
use proptest::prelude::*;

fn bootstrap() -> Bootstrap {
    Bootstrap::new(199, 5).unwrap().with_block(Block::Mean(4.0)).unwrap()
}

fn rules(means: &[f64]) -> Array2<f64> {
    let noise = |k: usize, t: usize| ((((t * 7 + k * 5) * (t + 3)) % 23) as f64 - 11.0) * 0.001;
    Array2::from_shape_fn((means.len(), 90), |(k, t)| noise(k, t) + means[k])
}

/// The definition, taken word by word: sets of rules, and for each draw the largest of each set. ω is from its definition as well.
fn by_definition(rules: &Array2<f64>, bootstrap: &Bootstrap, mean_length: f64) -> Vec<f64> {
    let (count, n) = rules.dim();
    let mean = |row: &[f64]| row.iter().sum::<f64>() / n as f64;
    let rows: Vec<Vec<f64>> = rules.rows().into_iter().map(|row| row.to_vec()).collect();
    let omega = |row: &Vec<f64>| {
        let (m, q) = (mean(row), 1.0 - 1.0 / mean_length);
        let r = |i: usize| (0..n - i).map(|t| (row[t] - m) * (row[t + i] - m)).sum::<f64>() / n as f64;
        let kernel = |i: usize| {
            let (i, n) = (i as f64, n as f64);
            (n - i) / n * q.powf(i) + i / n * q.powf(n - i)
        };
        (r(0) + 2.0 * (1..n).map(|i| kernel(i) * r(i)).sum::<f64>()).sqrt()
    };
    let scale: Vec<f64> = rows.iter().map(|row| (n as f64).sqrt() / omega(row)).collect();
    let t: Vec<f64> = rows.iter().zip(&scale).map(|(row, s)| mean(row) * s).collect();
    let drawn: Vec<Vec<f64>> = (0..bootstrap.draws() as u64)
        .map(|draw| {
            let at: Vec<usize> = bootstrap.periods_of_draw(draw, n, mean_length).collect();
            let one = |k: usize| {
                let row: Vec<f64> = at.iter().map(|t| rows[k][*t]).collect();
                (mean(&row) - mean(&rows[k])) * scale[k]
            };
            (0..count).map(one).collect()
        })
        .collect();
    let alone = |k: usize| {
        let set: Vec<usize> = (0..count).filter(|j| t[*j] <= t[k]).collect();
        let largest = |stars: &Vec<f64>| set.iter().map(|j| stars[*j]).fold(f64::NEG_INFINITY, f64::max);
        drawn.iter().filter(|stars| largest(stars) >= t[k]).count() as f64 / drawn.len() as f64
    };
    let p: Vec<f64> = (0..count).map(alone).collect();
    (0..count).map(|k| (0..count).filter(|j| t[*j] >= t[k]).map(|j| p[j]).fold(0.0, f64::max)).collect()
}

#[test]
fn it_is_what_its_definition_says() {
    let rules = rules(&[0.0, 0.0012, -0.001, 0.002, 0.0004]);
    let found = stepdown(&rules, &bootstrap()).unwrap();
    let expected = by_definition(&rules, &bootstrap(), 4.0);
    assert_eq!(found.iter().map(|p| p.unwrap()).collect::<Vec<_>>(), expected);
    assert!(expected.iter().any(|p| *p < 0.2) && expected.iter().any(|p| *p > 0.5), "{expected:?}");
}

#[test]
fn the_benchmark_itself_has_no_p_value_and_harms_nobody() {
    let differing = rules(&[0.0, 0.002]);
    let with = concatenate(Axis(0), &[Array2::zeros((1, 90)).view(), differing.view()]).unwrap();
    let found = stepdown(&with, &bootstrap()).unwrap();
    assert_eq!(found[0], None);
    assert_eq!(found[1..], stepdown(&differing, &bootstrap()).unwrap());
}

#[test]
fn what_cannot_be_tested_is_refused() {
    let nothing = Array2::<f64>::zeros((2, 10));
    assert!(matches!(stepdown(&nothing, &bootstrap()), Err(MetricsError::Undefined(Undefined::NoVariation))));
    assert!(stepdown(&arr2(&[[0.1, f64::NAN]]), &bootstrap()).is_err());
}

proptest! {
    /// The smallest p-value is the conservative one of Hansen's test; a better statistic never has a larger p-value; what is tried beside
    /// a rule never makes it surer.
    #[test]
    fn it_agrees_with_hansen_and_more_trials_never_help(means in prop::collection::vec(-0.002..0.003_f64, 2..6)) {
        let all = rules(&means);
        let found: Vec<f64> = stepdown(&all, &bootstrap()).unwrap().into_iter().map(Option::unwrap).collect();
        let test = superior_predictive_ability(&all, &bootstrap()).unwrap();
        if test.statistic > 0.0 {
            prop_assert_eq!(found[test.best], test.upper);
            prop_assert!(found.iter().all(|p| *p >= test.upper));
        }
        let alone = stepdown(&rules(&means[..1]), &bootstrap()).unwrap()[0].unwrap();
        prop_assert!(found[0] >= alone);
    }
}
