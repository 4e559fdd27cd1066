//! The regime filter, against published numbers and against a filter that goes through every path of states.
use allweather_weather::hamilton::MarkovSwitching;
use proptest::prelude::*;
use serde::Deserialize;

#[derive(Deserialize)]
struct Golden {
    growth: Vec<f64>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    means: [f64; 2],
    stay: [f64; 2],
    sd: f64,
    autoregression: Vec<f64>,
    log_likelihood: f64,
    filtered_down: Vec<f64>,
    smoothed_down: Vec<f64>,
}

#[test]
fn us_output_from_1951_to_1984() {
    let golden: Golden = serde_json::from_str(include_str!("../data/hamilton_gnp.json")).unwrap();
    assert_eq!((golden.growth.len(), golden.cases.len()), (135, 2));
    for case in golden.cases {
        let model = MarkovSwitching::new(case.means, case.stay, &case.autoregression, case.sd).unwrap();
        let filtered = model.filter(&golden.growth).unwrap();
        let full = model.full_sample(&golden.growth).unwrap();
        let near = |found: &[f64], expected: &[f64], what: &str| {
            assert_eq!(found.len(), expected.len());
            for (at, (found, expected)) in found.iter().zip(expected).enumerate() {
                assert!(
                    (found - expected).abs() < 1e-10,
                    "{} {what} {at}: {found}, not {expected}",
                    case.name
                );
            }
        };
        near(&filtered.down, &case.filtered_down, "filtered");
        near(&full.down, &case.smoothed_down, "smoothed");
        assert!((filtered.log_likelihood - case.log_likelihood).abs() < 1e-9);
    }
}

#[test]
fn the_published_likelihood() {
    // Hamilton 1989, table I; −181.26339 is the maximum that EViews and Stata print.
    let golden: Golden = serde_json::from_str(include_str!("../data/hamilton_gnp.json")).unwrap();
    let model = |means, stay, phi: &[f64], sd| MarkovSwitching::new(means, stay, phi, sd).unwrap();
    let published =
        model([-0.3577, -0.3577 + 1.522], [0.7550, 0.9049], &[0.014, -0.058, -0.247, -0.213], 0.769);
    let maximum = model(
        [-0.358_811, 1.163_516],
        [0.754_673, 1.0 - 0.095_915],
        &[0.013_486, -0.057_521, -0.246_983, -0.212_923],
        (-0.262_658_f64).exp(),
    );
    let likelihood = |model: MarkovSwitching| model.filter(&golden.growth).unwrap().log_likelihood;
    assert!((likelihood(published) + 181.264).abs() < 5e-4);
    assert!((likelihood(maximum) + 181.263_39).abs() < 5e-6);
}

/// Probabilities of the lower state, by the observations up to each time and by all, and the likelihood: the sum over every
/// path of states, one after the other.
fn enumerated(model: &MarkovSwitching, y: &[f64]) -> (Vec<f64>, Vec<f64>, f64) {
    let phi = model.autoregression();
    let lags = phi.len();
    let stay = model.stay();
    let joint = |path: u32, upto: usize| {
        let state = |t: usize| ((path >> t) & 1) as usize;
        let mut p = if state(0) == 0 { model.start_down() } else { 1.0 - model.start_down() };
        for t in 1..=upto {
            let kept = stay[state(t - 1)];
            p *= if state(t) == state(t - 1) { kept } else { 1.0 - kept };
        }
        for t in lags..=upto {
            let off = |t: usize| y[t] - model.means()[state(t)];
            let error = off(t) - (1..=lags).map(|lag| phi[lag - 1] * off(t - lag)).sum::<f64>();
            let z = error / model.sd();
            p *= (-z * z / 2.0).exp() / (model.sd() * std::f64::consts::TAU.sqrt());
        }
        p
    };
    let share = |at: usize, upto: usize| {
        let (mut down, mut all) = (0.0, 0.0);
        for path in 0..1_u32 << (upto + 1) {
            let p = joint(path, upto);
            all += p;
            if (path >> at) & 1 == 0 {
                down += p;
            }
        }
        (down / all, all)
    };
    let last = y.len() - 1;
    let filtered = (lags..=last).map(|t| share(t, t).0).collect();
    let smoothed = (lags..=last).map(|t| share(t, last).0).collect();
    (filtered, smoothed, share(last, last).1.ln())
}

fn models(lags: usize) -> impl Strategy<Value = MarkovSwitching> {
    let shares = (0.02..0.98_f64, 0.02..0.98_f64);
    let phi = prop::collection::vec(-0.4..0.4_f64, lags);
    (-2.0..0.5_f64, 0.0..3.0_f64, shares, phi, 0.4..2.0_f64, prop::option::of(0.0..=1.0_f64)).prop_map(
        |(low, gap, (down, up), phi, sd, start)| {
            let model = MarkovSwitching::new([low, low + gap], [down, up], &phi, sd).unwrap();
            start.map_or(model.clone(), |start| model.with_start(start).unwrap())
        },
    )
}

fn series(length: impl Into<prop::collection::SizeRange>) -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(prop_oneof![4 => -3.0..3.0_f64, 1 => Just(1.0)], length)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn filter_and_smoother_are_those_that_enumerate(
        (model, y) in (0..4_usize).prop_flat_map(|lags| (models(lags), series(lags + 1..=9)))
    ) {
        let (filtered, smoothed, likelihood) = enumerated(&model, &y);
        let found = model.filter(&y).unwrap();
        let full = model.full_sample(&y).unwrap();
        prop_assert_eq!(found.down.len(), filtered.len());
        for (found, expected) in found.down.iter().chain(&full.down).zip(filtered.iter().chain(&smoothed)) {
            prop_assert!((found - expected).abs() < 1e-9, "{} instead of {}", found, expected);
        }
        prop_assert!((found.log_likelihood - likelihood).abs() < 1e-8);
    }

    #[test]
    fn later_observations_do_not_reach_back(
        (model, y) in (0..3_usize).prop_flat_map(|lags| (models(lags), series(12..40))),
        cut in 5..11_usize,
    ) {
        let all = model.filter(&y).unwrap();
        let part = model.filter(&y[..cut]).unwrap();
        prop_assert_eq!(&all.down[..part.down.len()], &part.down[..]);
    }

    #[test]
    fn units_do_not_matter(
        (model, y) in (0..3_usize).prop_flat_map(|lags| (models(lags), series(12..40))),
        factor in 0.01..100.0_f64,
        shift in -5.0..5.0_f64,
    ) {
        let [low, high] = model.means();
        let moved = |x: f64| x * factor + shift;
        let other = MarkovSwitching::new([moved(low), moved(high)], model.stay(), model.autoregression(), model.sd() * factor);
        let other = other.unwrap().with_start(model.start_down()).unwrap();
        let scaled: Vec<f64> = y.iter().map(|x| moved(*x)).collect();
        let (a, b) = (model.filter(&y).unwrap(), other.filter(&scaled).unwrap());
        for (a, b) in a.down.iter().zip(&b.down) {
            prop_assert!((a - b).abs() < 1e-8);
        }
        let expected = a.log_likelihood - factor.ln() * a.down.len() as f64;
        prop_assert!((b.log_likelihood - expected).abs() < 1e-7);
    }

    #[test]
    fn a_step_never_makes_the_series_less_likely(model in models(0), y in series(8..60)) {
        let mut model = model;
        let mut before = model.filter(&y).unwrap().log_likelihood;
        for _ in 0..10 {
            let Ok(better) = model.improved(&y) else { break };
            let after = better.filter(&y).unwrap().log_likelihood;
            prop_assert!(after >= before - 1e-9 * (1.0 + before.abs()), "{} after {}", after, before);
            (model, before) = (better, after);
        }
    }

    #[test]
    fn an_estimate_scales_with_its_series(y in series(30..60), factor in 0.01..100.0_f64, shift in -5.0..5.0_f64) {
        let scaled: Vec<f64> = y.iter().map(|x| x * factor + shift).collect();
        if let (Ok(a), Ok(b)) = (MarkovSwitching::fit(&y), MarkovSwitching::fit(&scaled)) {
            prop_assume!(a.converged && b.converged && a.steps == b.steps);
            // Of noise without two states the likelihood is flat, and estimates that are equally likely may lie apart.
            let (one, other) = (a.model.filter(&y).unwrap(), b.model.filter(&scaled).unwrap());
            let expected = one.log_likelihood - factor.ln() * one.down.len() as f64;
            prop_assert!((other.log_likelihood - expected).abs() < 1e-5 * (1.0 + expected.abs()));
        }
    }

    #[test]
    fn nothing_is_ever_not_a_number(
        means in prop::array::uniform2(prop::num::f64::ANY),
        stay in prop::array::uniform2(0.0..=1.0_f64),
        sd in prop::num::f64::POSITIVE,
        phi in prop::collection::vec(prop::num::f64::ANY, 0..3),
        y in prop::collection::vec(prop_oneof![prop::num::f64::ANY, -1.0..1.0_f64], 0..12),
    ) {
        let valid = |p: &f64| (0.0..=1.0).contains(p);
        let mut means = means;
        means.sort_by(f64::total_cmp);
        if let Ok(model) = MarkovSwitching::new(means, stay, &phi, sd) {
            if let Ok(filtered) = model.filter(&y) {
                prop_assert!(filtered.down.iter().all(valid) && filtered.log_likelihood.is_finite());
                prop_assert!(model.full_sample(&y).unwrap().down.iter().all(valid));
            }
            if let Ok(better) = model.improved(&y) {
                prop_assert!(better.sd() > 0.0 && better.means().iter().all(|m| m.is_finite()));
            }
        }
        if let Ok(fitted) = MarkovSwitching::fit(&y) {
            prop_assert!(fitted.log_likelihood.is_finite());
        }
    }
}

#[test]
fn two_levels_that_were_planted_are_found() {
    // 40 months up, 15 down, and so on; errors of ±0.1 in a fixed pattern.
    let y: Vec<f64> = (0..300_u32)
        .map(|t| {
            let level = if t % 55 < 40 { 1.0 } else { -1.0 };
            level
                + [0.1, -0.1, 0.1, 0.1, -0.1, -0.1, 0.1][(t % 7) as usize]
                    * if t % 3 == 0 { 1.0 } else { 0.5 }
        })
        .collect();
    let fitted = MarkovSwitching::fit(&y).unwrap();
    assert!(fitted.converged && fitted.steps < 100);
    let [low, high] = fitted.model.means();
    assert!((low + 1.0).abs() < 0.05 && (high - 1.0).abs() < 0.05, "{low} {high}");
    // Five times down in 300 months: 75 months, left five times; up, 225 months, left five times.
    let [down, up] = fitted.model.stay();
    assert!((down - 70.0 / 75.0).abs() < 1e-3, "{down}");
    assert!((up - 219.0 / 224.0).abs() < 1e-3, "{up}");
    assert!((fitted.log_likelihood - fitted.model.filter(&y).unwrap().log_likelihood).abs() < 1e-9);
    assert!(fitted.model.start_down() < 1e-6);
}

#[test]
fn an_impossible_state_stays_so_however_well_it_fits() {
    let model = MarkovSwitching::new([-1000.0, 0.0], [0.5, 1.0], &[], 1.0).unwrap().with_start(0.0).unwrap();
    let y = [-1000.0, 0.0, -1000.0];
    let filtered = model.filter(&y).unwrap();
    assert!(filtered.down.iter().chain(&model.full_sample(&y).unwrap().down).all(|down| down.abs() < 1e-300));
    let expected = -1e6 - 1.5 * std::f64::consts::TAU.ln();
    assert!((filtered.log_likelihood - expected).abs() < 1e-6);
}
