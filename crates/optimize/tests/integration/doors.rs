use std::error::Error;

use allweather_metrics::{Tail, risk::Covariance};
use allweather_optimize::{
    Bounds, Constraints, Estimator, Group, Objective, OptimizeError, Scenarios, Status, Target, Trading,
    minimum_variance, nearest_covariance,
};
use ndarray::{Array2, ArrayView2};
use proptest::prelude::*;

use crate::reference::{all_kinds, objectives};

#[test]
fn scenarios_that_are_none() -> Result<(), Box<dyn Error>> {
    let of = |returns: &Array2<f64>| Scenarios::new(returns).unwrap_err().to_string();
    assert_eq!(of(&Array2::zeros((0, 3))), "0 scenarios of 3 assets: it takes 1 or more of both");
    assert_eq!(of(&Array2::zeros((3, 0))), "3 scenarios of 0 assets: it takes 1 or more of both");
    for value in [f64::NAN, f64::INFINITY, -1e7] {
        let mut returns = Array2::zeros((2, 2));
        returns[(1, 0)] = value;
        assert!(matches!(Scenarios::new(&returns), Err(OptimizeError::Return { period: 1, asset: 0, .. })));
    }
    let two = || Scenarios::new(&[[0.1, 0.2], [0.3, 0.4]]).unwrap();
    let likely = |p: &[f64]| two().with_probabilities(p).unwrap_err().to_string();
    assert_eq!(likely(&[1.0]), "1 probabilities where there are 2");
    assert_eq!(likely(&[0.5, 0.6]), "the probabilities of the scenarios add up to 1.1, not 1");
    assert_eq!(
        likely(&[1.5, -0.5]),
        "-0.5 of scenario 1 (from 0) is neither a probability nor a degree of weather"
    );
    assert!(likely(&[f64::NAN, 1.0]).starts_with("NaN of scenario 0"));
    let weather = |d: &[f64]| two().with_weather("fog", d).unwrap_err().to_string();
    assert_eq!(weather(&[0.5]), "1 degrees of weather where there are 2");
    assert_eq!(weather(&[0.0, 0.0]), "no likely scenario belongs to the weather \"fog\"");
    assert_eq!(
        weather(&[0.0, 2.0]),
        "2 of scenario 1 (from 0) is neither a probability nor a degree of weather"
    );
    let fog = two().with_weather("fog", &[1.0, 0.0])?;
    assert_eq!(
        fog.clone().with_weather("fog", &[1.0, 1.0]).unwrap_err().to_string(),
        "the weather \"fog\" is there already"
    );
    // Later probabilities may leave a weather without scenarios.
    assert!(matches!(fog.with_probabilities(&[0.0, 1.0]), Err(OptimizeError::WeatherWithout { .. })));
    Ok(())
}

#[test]
fn constraints_that_are_none() -> Result<(), Box<dyn Error>> {
    let words = "a bound of 0.5 is not within -10..=10, the least not above the most";
    assert_eq!(Bounds::new(0.5, 0.4).unwrap_err().to_string(), words);
    assert!(Bounds::new(f64::NAN, 0.4).is_err() && Bounds::new(0.0, f64::INFINITY).is_err());
    let group = |name: &str, assets: Vec<usize>, min, max| {
        Group::new(name, assets, min, max).map(|_| ()).map_err(|e| e.to_string())
    };
    assert_eq!(group("a", vec![], None, Some(1.0)), Err("group \"a\" is without assets".to_owned()));
    assert_eq!(
        group("a", vec![1, 1], None, Some(1.0)),
        Err("group \"a\" is with an asset named twice".to_owned())
    );
    assert_eq!(group("a", vec![1], None, None), Err("group \"a\" is without a least or a most".to_owned()));
    assert_eq!(group(" ", vec![1], None, Some(1.0)), Err("group \" \" is without a name".to_owned()));
    assert!(
        group("a", vec![1], Some(0.5), Some(0.4)).is_err()
            && group("a", vec![1], Some(f64::NAN), None).is_err()
    );
    let one = Group::new("a", vec![0], None, Some(1.0))?;
    let twice = Constraints::new().with_group(one.clone())?.with_group(one).unwrap_err();
    assert_eq!(twice.to_string(), "group \"a\" is there already");
    assert!(
        Trading::new(vec![0.5], vec![0.1, 0.1], 1.0).is_err()
            && Trading::new(vec![0.5], vec![0.5], 1.0).is_err()
    );
    assert!(
        Trading::new(vec![f64::NAN], vec![], 1.0).is_err() && Trading::new(vec![0.5], vec![], 0.0).is_err()
    );
    let trading = Trading::new(vec![0.5, 0.5], vec![], 12.0)?;
    assert!(trading.clone().with_turnover(-0.1).is_err() && trading.clone().with_cost(f64::NAN).is_err());
    assert!(Constraints::new().with_currency(vec![1.0], vec![], 0.1).is_err());
    assert!(Constraints::new().with_currency(vec![1.0], vec![0.0], -0.1).is_err());
    assert!(Constraints::new().with_return_floor(f64::NAN).is_err());
    assert!(Constraints::new().with_return_floor_of(0.1, vec![f64::INFINITY]).is_err());

    // Lists for other assets are refused when they are used.
    let scenarios = Scenarios::new(&[[0.1, 0.2], [0.3, 0.4]])?;
    let objective = Objective::ConditionalValueAtRisk { tail: Tail::FIVE_PERCENT };
    let of = |constraints: Constraints| objective.minimise(&scenarios, &constraints).unwrap_err().to_string();
    assert_eq!(of(Constraints::new().with_bounds(vec![Bounds::LONG])), "1 bounds where there are 2");
    assert_eq!(
        of(Constraints::new().with_group(Group::new("a", vec![2], None, Some(1.0))?)?),
        "there is no asset 2 (from 0) among 2"
    );
    assert_eq!(
        of(Constraints::new().with_currency(vec![1.0], vec![0.0], 0.1)?),
        "1 currency exposures where there are 2"
    );
    assert_eq!(
        of(Constraints::new().with_trading(Trading::new(vec![1.0], vec![], 1.0)?)),
        "1 previous weights where there are 2"
    );
    assert_eq!(
        of(Constraints::new().with_return_floor_of(0.0, vec![0.1])?),
        "1 expected returns where there are 2"
    );
    let target = Objective::DownsideDeviation { target: Target::Return(f64::NAN) };
    assert_eq!(
        target.minimise(&scenarios, &Constraints::new()).unwrap_err().to_string(),
        "a target of NaN is not within ±10⁶"
    );
    let balanced = Objective::WeatherBalanced { tail: Tail::FIVE_PERCENT };
    assert_eq!(balanced.minimise(&scenarios, &Constraints::new()).unwrap_err(), OptimizeError::NoWeathers);
    let budgets = Objective::RiskBudgets { budgets: vec![0.5], estimator: Estimator::default() };
    assert!(matches!(budgets.minimise(&scenarios, &Constraints::new()), Err(OptimizeError::Metrics(_))));

    let covariance = Covariance::new(&[[0.04, 0.0], [0.0, 0.01]])?;
    let floor = Constraints::new().with_return_floor(0.1)?;
    let of = |expected: Option<&[f64]>| minimum_variance(&covariance, expected, &floor).unwrap_err();
    assert_eq!(of(None), OptimizeError::NothingExpected);
    assert_eq!(of(Some(&[0.1])).to_string(), "1 expected returns where there are 2");
    assert!(matches!(of(Some(&[0.1, f64::NAN])), OptimizeError::Setting { .. }));
    Ok(())
}

#[test]
fn on_the_wire() -> Result<(), Box<dyn Error>> {
    for constraints in
        [Constraints::new(), all_kinds(), all_kinds().with_return_floor_of(0.001, vec![0.01; 6])?]
    {
        let text = serde_json::to_string(&constraints)?;
        assert_eq!(serde_json::from_str::<Constraints>(&text)?, constraints, "{text}");
    }
    assert_eq!(serde_json::to_string(&Constraints::new())?, "{}");
    for (_, objective) in objectives() {
        let text = serde_json::to_string(&objective)?;
        assert_eq!(serde_json::from_str::<Objective>(&text)?, objective, "{text}");
    }
    for text in [
        r#"{"minimum_variance":{}}"#,
        r#"{"equal_risk":{"estimator":{"ledoit_wolf":{"divisor":"periods_less_one"}}}}"#,
        r#"{"downside_deviation":{"target":"mean"}}"#,
        r#"{"downside_deviation":{"target":{"return":0.0}}}"#,
        r#"{"risk_budgets":{"budgets":[0.5,0.5]}}"#,
        r#"{"minimum_variance":{"estimator":{"blended_correlation":{"stress":{"weather":{"name":"recession"}},"weight":1.0}}}}"#,
    ] {
        serde_json::from_str::<Objective>(text)?;
    }
    // A file makes nothing that code could not, and says nothing that is not read.
    for text in [
        r#"{"bounds":[{"min":0.5,"max":0.4}]}"#,
        r#"{"groups":[{"name":"a","assets":[]}]}"#,
        r#"{"groups":[{"name":"a","assets":[0],"max":1},{"name":"a","assets":[1],"max":1}]}"#,
        r#"{"trading":{"previous":[1.0]}}"#,
        r#"{"trading":{"previous":[1.0],"periods":12,"turnover":-1}}"#,
        r#"{"currency":{"exposure":[1.0],"hedge":[],"cap":1}}"#,
        r#"{"return_floor":{"floor":1e9}}"#,
        r#"{"turnover":1}"#,
        r#"{"bounds":[{"least":0.5}]}"#,
    ] {
        assert!(serde_json::from_str::<Constraints>(text).is_err(), "{text}");
    }
    for text in [r#"{"conditional_value_at_risk":{"tail":0.95}}"#, r#"{"minimum_variance":{"shrink":1}}"#] {
        assert!(serde_json::from_str::<Objective>(text).is_err(), "{text}");
    }
    let scenarios = Scenarios::new(&[[0.1, 0.2], [0.3, -0.4]])?;
    let answer = objectives()[0].1.minimise(&scenarios, &Constraints::new())?;
    let text = serde_json::to_string(&answer)?;
    assert!(
        text.starts_with(r#"{"solved":{"weights":["#) && text.contains(r#""status":"optimal""#),
        "{text}"
    );
    Ok(())
}

#[test]
fn odd_but_allowed() -> Result<(), Box<dyn Error>> {
    // Nothing varies, nothing is lost, one scenario, one asset: always weights, and finite numbers.
    let cases: [ArrayView2<'_, f64>; 6] = [
        (&[[0.0, 0.0], [0.0, 0.0]]).into(),
        (&[[0.01, 0.02], [0.01, 0.02]]).into(),
        (&[[1e6, -1e6], [-1e6, 1e6]]).into(),
        (&[[1e-12, -1e-12], [-1e-12, 2e-12]]).into(),
        (&[[1e-200, 0.0], [0.0, 1e-200]]).into(),
        (&[[0.02], [-0.01]]).into(),
    ];
    for returns in cases {
        let scenarios = Scenarios::new(returns)?.with_weather("any", &[1.0, 1.0])?;
        for (name, objective) in objectives() {
            let answer = objective.minimise(&scenarios, &Constraints::new())?;
            let found = answer.solution().ok_or("no weights")?;
            assert_eq!(found.status, Status::Optimal, "{name} {returns:?} {found:?}");
            assert!((found.weights.iter().sum::<f64>() - 1.0).abs() < 1e-9 && found.objective.is_finite());
        }
    }
    // A matrix that is no covariance has no least variance, but the nearest that is one has.
    let impossible = Covariance::new(&[[1.0, 1.0, -1.0], [1.0, 1.0, 1.0], [-1.0, 1.0, 1.0]])?;
    let error = minimum_variance(&impossible, None, &Constraints::new()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the matrix of 3 assets is no covariance: some weights would have a negative variance"
    );
    let repaired = nearest_covariance(impossible.matrix())?;
    assert!(minimum_variance(&repaired, None, &Constraints::new())?.solution().is_some());
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    /// Whatever is allowed in gets an answer with finite numbers in it.
    #[test]
    fn no_panic_and_no_nan(
        raw in prop::collection::vec(prop_oneof![4 => -0.2..0.2_f64, 1 => Just(0.0), 1 => -1e6..1e6_f64, 1 => -1e-9..1e-9_f64], 24),
        bounds in prop::collection::vec((-1.0..0.5_f64, 0.0..1.5_f64), 3),
        floor in -0.1..0.1_f64, cap in 0.0..1.0_f64, moved in 0.0..2.0_f64, which in 0..5_usize,
    ) {
        let returns = Array2::from_shape_vec((8, 3), raw).unwrap();
        let scenarios = Scenarios::new(&returns).unwrap().with_weather("all", &[1.0; 8]).unwrap();
        let bounds = bounds.into_iter().map(|(min, width)| Bounds::new(min, min + width).unwrap()).collect();
        let trading = Trading::new(vec![0.4, 0.4, 0.2], vec![0.01; 3], 1.0).unwrap().with_turnover(moved).unwrap();
        let constraints = Constraints::new().with_bounds(bounds).with_trading(trading)
            .with_currency(vec![1.0, 0.0, 0.5], vec![0.5, 0.0, -0.5], cap).unwrap().with_return_floor(floor).unwrap();
        let answer = objectives()[which].1.minimise(&scenarios, &constraints).unwrap();
        let text = serde_json::to_string(&answer).unwrap();
        // JSON has no word for what is not finite but null.
        prop_assert!(!text.replace(r#""attainable":null"#, "").contains("null"), "{}", text);
        if let Some(solution) = answer.solution() {
            prop_assert!(solution.violation < 1e-6 || solution.status == Status::Inexact);
        }
    }
}
