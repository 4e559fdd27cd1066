//! The same problems solved by cvxpy with CLARABEL at 10⁻¹², covariances by numpy and scikit-learn: written from the formulas, outside of
//! this project.

use allweather_metrics::Tail;
use allweather_optimize::{Bounds, Constraints, Estimator, Group, Objective, Scenarios, Target, Trading};
use ndarray::Array2;
use serde_json::Value;

use crate::{near, solved};

pub(crate) fn case() -> Value {
    serde_json::from_str(include_str!("../data/reference.json")).unwrap()
}

pub(crate) fn list(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
}

pub(crate) fn matrix(value: &Value) -> Array2<f64> {
    let rows: Vec<Vec<f64>> = value.as_array().unwrap().iter().map(list).collect();
    Array2::from_shape_fn((rows.len(), rows[0].len()), |(row, column)| rows[row][column])
}

/// 48 made-up months of 6 assets in four weathers.
pub(crate) fn scenarios(case: &Value) -> Scenarios {
    let mut scenarios = Scenarios::new(&matrix(&case["returns"])).unwrap();
    for name in ["boom", "recession", "inflation", "deflation"] {
        scenarios = scenarios.with_weather(name, &list(&case["weathers"][name])).unwrap();
    }
    scenarios
}

/// All kinds of constraints at once but the floor.
pub(crate) fn all_kinds() -> Constraints {
    let bound = |min, max| Bounds::new(min, max).unwrap();
    let trading =
        Trading::new(vec![0.3, 0.1, 0.2, 0.2, 0.1, 0.1], vec![0.001, 0.002, 0.0005, 0.0005, 0.003, 0.0], 6.0);
    Constraints::new()
        .with_bounds(vec![
            bound(0.0, 0.5),
            bound(0.0, 0.5),
            bound(0.05, 0.6),
            bound(0.0, 0.4),
            bound(0.0, 0.3),
            bound(0.0, 0.35),
        ])
        .with_group(Group::new("equity", vec![0, 1], Some(0.1), Some(0.5)).unwrap())
        .unwrap()
        .with_group(Group::new("bonds", vec![2, 3], None, Some(0.7)).unwrap())
        .unwrap()
        .with_currency(vec![1.0, 0.0, 1.0, 0.0, 1.0, 0.0], vec![0.5, 0.0, 0.8, 0.0, 0.0, 0.0], 0.2)
        .unwrap()
        .with_trading(trading.unwrap().with_turnover(0.5).unwrap().with_cost(0.0006).unwrap())
}

pub(crate) fn objectives() -> [(&'static str, Objective); 5] {
    let tail = Tail::from_fraction(0.1).unwrap();
    [
        ("cvar", Objective::ConditionalValueAtRisk { tail }),
        ("downside", Objective::DownsideDeviation { target: Target::Return(0.002) }),
        ("semi", Objective::DownsideDeviation { target: Target::Mean }),
        ("variance", Objective::MinimumVariance { estimator: Estimator::Sample }),
        ("balanced", Objective::WeatherBalanced { tail }),
    ]
}

#[test]
fn every_objective_under_no_and_under_all_constraints() {
    let case = case();
    let plain = scenarios(&case);
    let weighted = plain.clone().with_probabilities(&list(&case["probabilities"])).unwrap();
    for (of, scenarios) in [("plain", &plain), ("weighted", &weighted)] {
        let floor = case["results"][format!("floor {of}")]["value"].as_f64().unwrap();
        let constrained = all_kinds().with_return_floor(floor).unwrap();
        for (how, constraints) in [("free", Constraints::new()), ("constrained", constrained)] {
            for (name, objective) in objectives() {
                let expected = &case["results"][format!("{name} {how} {of}")];
                let found = solved(&objective, scenarios, &constraints);
                let value = expected["value"].as_f64().unwrap();
                // A billionth of the size of a return, 3 %; of a variance, of its square.
                let tolerance = if name == "variance" { 1e-12 } else { 3e-9 };
                assert!(
                    (found.objective - value).abs() < tolerance,
                    "{name} {how} {of}: {} {value}",
                    found.objective
                );
                for (found, expected) in found.weights.iter().zip(list(&expected["weights"])) {
                    near(*found, expected, 1e-4);
                }
            }
        }
    }
}

#[test]
fn covariances() {
    let case = case();
    let scenarios = scenarios(&case);
    let of = |json: &str| serde_json::from_str::<Estimator>(json).unwrap().covariance(&scenarios).unwrap();
    let compare = |found: &Array2<f64>, expected: &Array2<f64>| {
        for (found, expected) in found.iter().zip(expected) {
            near(*found, *expected, 1e-15);
        }
    };
    let turbulent = r#"{"turbulent":{"share":0.25}}"#;
    for (estimator, key) in [
        (format!(r#"{{"blend":{{"stress":{turbulent},"weight":0.6}}}}"#), "blend"),
        (
            format!(r#"{{"blended_correlation":{{"stress":{turbulent},"weight":0.6}}}}"#),
            "blended_correlation",
        ),
        (r#"{"mixture":{"weights":{"boom":0.3,"recession":0.7}}}"#.to_owned(), "mixture"),
    ] {
        compare(&of(&estimator).matrix().to_owned(), &matrix(&case[key]));
    }
    for (found, expected) in
        allweather_optimize::turbulence(&scenarios).unwrap().iter().zip(list(&case["turbulence"]))
    {
        near(*found, expected, 1e-10);
    }
}
