use std::error::Error;

use allweather_metrics::Tail;
use allweather_optimize::{
    Bounds, Constraint, Constraints, Estimator, Group, Infeasible, Objective, Scenarios, Trading,
};

use crate::{
    near,
    reference::{all_kinds, case, list, objectives, scenarios},
    solved,
};

fn infeasible(objective: &Objective, scenarios: &Scenarios, constraints: &Constraints) -> Infeasible {
    objective.minimise(scenarios, constraints).unwrap().infeasible().unwrap().clone()
}

fn three() -> Result<Scenarios, Box<dyn Error>> {
    Ok(Scenarios::new(&[[0.03, 0.002, 0.01], [-0.02, 0.002, -0.01], [0.02, 0.002, 0.006]])?)
}

/// The largest return and the least turnover are those that another program finds (cvxpy with CLARABEL).
#[test]
fn the_best_attainable() -> Result<(), Box<dyn Error>> {
    let case = case();
    let plain = scenarios(&case);
    let weighted = plain.clone().with_probabilities(&list(&case["probabilities"]))?;
    for (of, scenarios) in [("plain", &plain), ("weighted", &weighted)] {
        let largest = case["results"][format!("largest return {of}")]["value"].as_f64().ok_or("no value")?;
        let least = case["results"][format!("least turnover {of}")]["value"].as_f64().ok_or("no value")?;
        let constraints = all_kinds().with_return_floor(largest + 0.0002)?;
        for (_, objective) in objectives() {
            let found = infeasible(&objective, scenarios, &constraints);
            let attainable = |constraint: Constraint| {
                found.conflict.iter().find(|c| c.constraint == constraint).and_then(|c| c.attainable)
            };
            near(attainable(Constraint::ReturnFloor).ok_or("no floor")?, largest, 1e-9);
            near(attainable(Constraint::Turnover).ok_or("no turnover")?, least, 1e-7);
        }
        // At the largest itself, and a hair below, there are weights.
        for floor in [largest - 1e-9, largest - 1e-5] {
            for (_, objective) in objectives() {
                let found = solved(&objective, scenarios, &all_kinds().with_return_floor(floor)?);
                assert!(found.binding().any(|m| m.constraint == Constraint::ReturnFloor), "{found:?}");
            }
        }
    }
    Ok(())
}

#[test]
fn a_floor_that_is_too_high_says_how_high_it_may_be() -> Result<(), Box<dyn Error>> {
    let constraints = Constraints::new()
        .with_bounds(vec![Bounds::new(0.0, 0.5)?, Bounds::LONG, Bounds::new(0.0, 0.2)?])
        .with_return_floor(0.01)?;
    let objective = Objective::MinimumVariance { estimator: Estimator::Sample };
    let found = infeasible(&objective, &three()?, &constraints);
    assert_eq!(found.conflict.len(), 1);
    assert_eq!(found.conflict[0].constraint, Constraint::ReturnFloor);
    // Half in the best, what is left in the last up to a fifth, the rest in the middle.
    near(found.conflict[0].attainable.ok_or("none")?, 0.5 * 0.01 + 0.2 * 0.002 + 0.3 * 0.002, 1e-10);
    let words = found.to_string();
    assert!(words.starts_with("no weights obey the return floor of 0.01 (attainable is 0.00"), "{words}");
    Ok(())
}

#[test]
fn the_constraints_that_contradict_each_other_are_named_and_no_others() -> Result<(), Box<dyn Error>> {
    let constraints = Constraints::new()
        .with_group(Group::new("first", vec![0, 1], Some(0.7), None)?)?
        .with_group(Group::new("second", vec![1, 2], None, Some(0.2))?)?
        .with_group(Group::new("third", vec![0], None, Some(0.4))?)?
        .with_group(Group::new("loose", vec![2], None, Some(0.9))?)?;
    // 0.7 of the first two and at most 0.4 of the first leave 0.3 for the second asset, which has at most 0.2.
    let objective = Objective::ConditionalValueAtRisk { tail: Tail::FIVE_PERCENT };
    let found = infeasible(&objective, &three()?, &constraints);
    let mut named: Vec<(String, f64)> =
        found.conflict.iter().map(|c| (c.constraint.to_string(), c.attainable.unwrap())).collect();
    named.sort_by(|a, b| a.0.cmp(&b.0));
    let names: Vec<&str> = named.iter().map(|(name, _)| name.as_str()).collect();
    // Not the first group: 0.4 + 0.2 < 0.7, but it is needed that all is invested: w2 = 1 − w0 − w1 ≤ 0.3.
    assert!(!names.contains(&"the most of group loose"), "{names:?}");
    assert!(
        names.contains(&"the most of group second") && names.contains(&"the most of group third"),
        "{names:?}"
    );
    for (name, attainable) in named {
        match name.as_str() {
            "the least of group first" | "the most of group second" => near(attainable, 0.6, 1e-8),
            "the most of group third" => near(attainable, 0.8, 1e-8),
            other => panic!("{other}"),
        }
    }
    Ok(())
}

#[test]
fn two_conflicts_at_once_have_no_single_remedy() -> Result<(), Box<dyn Error>> {
    let constraints = Constraints::new()
        .with_group(Group::new("one", vec![0], Some(0.9), None)?)?
        .with_group(Group::new("two", vec![1], Some(0.9), None)?)?
        .with_group(Group::new("three", vec![2], Some(0.9), None)?)?;
    let objective = Objective::ConditionalValueAtRisk { tail: Tail::FIVE_PERCENT };
    let found = infeasible(&objective, &three()?, &constraints);
    assert_eq!(found.conflict.len(), 3);
    assert!(found.conflict.iter().all(|c| c.attainable.is_none()));
    Ok(())
}

#[test]
fn bounds_that_leave_no_room_for_all() -> Result<(), Box<dyn Error>> {
    let objective = Objective::MinimumVariance { estimator: Estimator::Sample };
    for (bounds, attainable) in [(Bounds::new(0.0, 0.3)?, 0.9), (Bounds::new(0.4, 0.5)?, 1.2)] {
        let found = infeasible(&objective, &three()?, &Constraints::new().with_bounds(vec![bounds; 3]));
        assert_eq!(found.conflict.len(), 1);
        assert_eq!(found.conflict[0].constraint, Constraint::Invested);
        near(found.conflict[0].attainable.ok_or("none")?, attainable, 1e-12);
    }
    Ok(())
}

/// Room for one point only.
#[test]
fn no_freedom_is_still_an_answer() -> Result<(), Box<dyn Error>> {
    let scenarios = three()?;
    for (_, objective) in objectives() {
        let scenarios = scenarios.clone().with_weather("any", &[1.0, 1.0, 1.0])?;
        let fixed = vec![Bounds::new(0.5, 0.5)?, Bounds::new(0.3, 0.3)?, Bounds::new(0.2, 0.2)?];
        let found = solved(&objective, &scenarios, &Constraints::new().with_bounds(fixed));
        assert_eq!(found.weights, [0.5, 0.3, 0.2]);
        // One fixed, one pinned by a group, and the rest by the sum.
        let pinned = Constraints::new()
            .with_bounds(vec![Bounds::LONG, Bounds::new(0.3, 0.3)?, Bounds::LONG])
            .with_group(Group::new("pair", vec![0, 1], Some(0.8), Some(0.8))?)?;
        let found = solved(&objective, &scenarios, &pinned);
        found.weights.iter().zip([0.5, 0.3, 0.2]).for_each(|(w, e)| near(*w, e, 1e-8));
        // Nothing may be traded.
        let kept = Trading::new(vec![0.5, 0.3, 0.2], vec![0.001; 3], 12.0)?.with_turnover(0.0)?;
        let found = solved(&objective, &scenarios, &Constraints::new().with_trading(kept));
        found.weights.iter().zip([0.5, 0.3, 0.2]).for_each(|(w, e)| near(*w, e, 1e-7));
    }
    Ok(())
}

/// Risk budgets leave nothing to choose.
#[test]
fn budgets_against_constraints() -> Result<(), Box<dyn Error>> {
    let scenarios = Scenarios::new(&[
        [0.03, 0.002, 0.01],
        [-0.02, 0.001, -0.005],
        [0.02, 0.003, 0.0],
        [0.01, -0.001, 0.01],
    ])?;
    let objective = Objective::EqualRisk { estimator: Estimator::Sample };
    let found = solved(&objective, &scenarios, &Constraints::new());
    assert!(found.weights[0] > 0.0 && found.gap < 1e-10);
    let least = Constraints::new().with_bounds(vec![Bounds::new(0.5, 1.0)?, Bounds::LONG, Bounds::LONG]);
    let conflict = infeasible(&objective, &scenarios, &least);
    assert_eq!(conflict.conflict[0].constraint, Constraint::Lower { asset: 0 });
    near(conflict.conflict[0].attainable.ok_or("none")?, found.weights[0], 1e-12);
    Ok(())
}
