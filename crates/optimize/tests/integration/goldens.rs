use std::error::Error;

use allweather_metrics::{Tail, risk::Covariance};
use allweather_optimize::{
    Constraint, Constraints, Estimator, Group, Objective, Scenarios, Target, Trading, minimum_variance,
};
use ndarray::Array2;

use crate::{near, solved};

/// Losses of 1 to 10, one asset: the mean of the worst, the last of them in part.
#[test]
fn losses_from_one_to_ten() -> Result<(), Box<dyn Error>> {
    let losses = Array2::from_shape_fn((10, 1), |(t, _)| -(t as f64 + 1.0));
    let scenarios = Scenarios::new(&losses)?;
    for (tail, expected) in [(0.25, 9.2), (0.2, 9.5), (0.1, 10.0)] {
        let tail = Tail::from_fraction(tail)?;
        let found = solved(&Objective::ConditionalValueAtRisk { tail }, &scenarios, &Constraints::new());
        near(found.objective, expected, 1e-12);
        assert_eq!(found.weights, [1.0]);
    }
    // The tenth counts in full, the ninth too, the eighth in half: the weights of the scenarios say so.
    let tail = Tail::from_fraction(0.25)?;
    let found = solved(&Objective::ConditionalValueAtRisk { tail }, &scenarios, &Constraints::new());
    for (found, expected) in found.scenario_weights.iter().rev().zip([0.4, 0.4, 0.2, 0.0]) {
        near(*found, expected, 1e-8);
    }
    Ok(())
}

/// Two assets in closed form.
#[test]
fn by_hand() -> Result<(), Box<dyn Error>> {
    // w = (σ2² − σ12) / (σ1² + σ2² − 2σ12) = 0.07 / 0.11 of the first.
    let covariance = Covariance::new(&[[0.04, 0.01], [0.01, 0.09]])?;
    let answer = minimum_variance(&covariance, None, &Constraints::new())?;
    let found = answer.solution().ok_or("no weights")?;
    near(found.weights[0], 8.0 / 11.0, 1e-7);
    near(found.objective, (0.04 * 0.09 - 0.0001) / 0.11, 1e-12);
    // One more unit to invest: w'Σw grows with the square of what is invested, so by twice itself.
    near(found.multiplier(&Constraint::Invested), 2.0 * found.objective, 1e-9);

    // One loses 4 % where the other gains 1 %, and the other way round loses 2 % and gains 3 %: the worst is the same at
    // −4w + (1 − w) = 3w − 2(1 − w), w = 0.3, and then it is a loss of 0.5 %.
    let scenarios = Scenarios::new(&[[-0.04, 0.01], [0.03, -0.02]])?;
    let tail = Tail::from_fraction(0.5)?;
    let found = solved(&Objective::ConditionalValueAtRisk { tail }, &scenarios, &Constraints::new());
    near(found.weights[0], 0.3, 1e-9);
    near(found.objective, 0.005, 1e-10);
    // The two scenarios are mixed such that both assets do alike: q(−4) + (1−q)3 = q − 2(1−q), q = 0.5.
    near(found.scenario_weights[0], 0.5, 1e-8);

    // Short of 1 %: of cash at 0 and a bond of 3 % or −1 %, the deviation² is ½(1 − 3w)⁺² + ½(1 + w)². With w ≤ 1/3 the slope is
    // −3(1 − 3w) + (1 + w) = 0 at w = 0.2: √(½·0.16 + ½·1.44) % = √0.8 %.
    let scenarios = Scenarios::new(&[[0.0, 0.03], [0.0, -0.01]])?;
    let found = solved(
        &Objective::DownsideDeviation { target: Target::Return(0.01) },
        &scenarios,
        &Constraints::new(),
    );
    near(found.weights[1], 0.2, 1e-7);
    near(found.objective, 0.8_f64.sqrt() / 100.0, 1e-12);
    Ok(())
}

/// A heuristic semicovariance adds up the assets' own shortfalls and cannot see that one makes good what the other loses.
#[test]
fn downside_is_exact_where_assets_hedge() -> Result<(), Box<dyn Error>> {
    let scenarios = Scenarios::new(&[[-0.10, 0.06, 0.001], [0.12, -0.05, -0.001], [0.01, 0.01, 0.0]])?;
    let found = solved(
        &Objective::DownsideDeviation { target: Target::Return(0.0) },
        &scenarios,
        &Constraints::new(),
    );
    // With 40 % in the first the two never lose: −.04 + .036 is made good at 0.375.
    assert_eq!(found.objective.max(1e-9), 1e-9);
    assert!(found.weights[2] < 1.0);
    Ok(())
}

/// Costs are what a change must earn: with a gain of 0.1 % of return for each period, 10 bp pay in one period and 20 bp do not.
#[test]
fn a_trade_is_made_when_it_pays() -> Result<(), Box<dyn Error>> {
    let scenarios = Scenarios::new(&[[-0.011, -0.010], [-0.011, -0.010]])?;
    let tail = Tail::from_fraction(0.5)?;
    let objective = Objective::ConditionalValueAtRisk { tail };
    for (rate, periods, moved) in
        [(0.0004, 1.0, true), (0.0006, 1.0, false), (0.0006, 2.0, true), (0.0011, 2.0, false)]
    {
        let trading = Trading::new(vec![1.0, 0.0], vec![rate, rate], periods)?;
        let found = solved(&objective, &scenarios, &Constraints::new().with_trading(trading));
        near(found.weights[1], if moved { 1.0 } else { 0.0 }, 1e-6);
        let cost = if moved { 2.0 * rate } else { 0.0 };
        near(found.cost.ok_or("no cost")?, cost, 1e-8);
        near(found.turnover.ok_or("no turnover")?, if moved { 2.0 } else { 0.0 }, 1e-5);
        near(found.objective, if moved { 0.01 } else { 0.011 } + cost / periods, 1e-8);
    }
    Ok(())
}

/// Half the weathers are good for the one and half for the other.
#[test]
fn no_weather_is_worse_than_it_must() -> Result<(), Box<dyn Error>> {
    let scenarios = Scenarios::new(&[[-0.06, 0.01], [0.02, -0.03], [0.03, 0.01], [-0.05, 0.02]])?
        .with_weather("inflation", &[1.0, 0.0, 0.0, 1.0])?
        .with_weather("deflation", &[0.0, 1.0, 1.0, 0.0])?;
    let found = solved(
        &Objective::WeatherBalanced { tail: Tail::from_fraction(0.5)? },
        &scenarios,
        &Constraints::new(),
    );
    // 6w − (1 − w) = −2w + 3(1 − w): w = 4/12.
    near(found.weights[0], 1.0 / 3.0, 1e-9);
    near(found.objective, 4.0 / 300.0, 1e-10);
    let share = |name: &str| found.multiplier(&Constraint::Weather { name: name.to_owned() });
    // Slopes 7 and −5: shares that cancel are 5/12 and 7/12.
    near(share("inflation"), 5.0 / 12.0, 1e-8);
    near(share("deflation"), 7.0 / 12.0, 1e-8);
    Ok(())
}

/// Products of slacks and multipliers that once stayed far apart for good: found by a law, and not to come back.
#[test]
fn a_stubborn_case() -> Result<(), Box<dyn Error>> {
    let returns = crate::reference::matrix(&serde_json::from_str(include_str!("../data/stubborn.json"))?);
    let objective =
        Objective::ConditionalValueAtRisk { tail: Tail::from_fraction(0.287_836_417_969_125_07)? };
    let found = solved(&objective, &Scenarios::new(&returns)?, &Constraints::new());
    assert!(found.iterations < 30, "{}", found.iterations);
    Ok(())
}

/// Steps that went round in circles, for a square under a limit.
#[test]
fn a_circling_case() -> Result<(), Box<dyn Error>> {
    let returns = crate::reference::matrix(&serde_json::from_str(include_str!("../data/circling.json"))?);
    let last = Group::new("last", vec![returns.ncols() - 1], Some(0.388_485_480_458_109_9), None)?;
    let objective = Objective::MinimumVariance { estimator: Estimator::Sample };
    solved(&objective, &Scenarios::new(&returns)?, &Constraints::new().with_group(last)?);
    Ok(())
}
