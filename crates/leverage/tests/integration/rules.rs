use allweather_leverage::{
    Fixed, GrowthOptimal, HalfOptimalF, LeverageError, LeverageRule, UnleveredPath, VinceOptimalF,
};

use crate::{cases, double, near};

fn rules() -> [Box<dyn LeverageRule>; 4] {
    [
        Box::new(Fixed::new(2.0).unwrap()),
        Box::new(HalfOptimalF),
        Box::new(VinceOptimalF),
        Box::new(GrowthOptimal),
    ]
}

#[test]
fn every_rule_answers_a_multiple_and_always_the_same() {
    let invested = [0.02, -0.015, 0.01, -0.005];
    let losing = invested.map(|x| x - 0.01);
    for rule in rules() {
        for invested in [invested, losing] {
            let path = UnleveredPath::new(&invested, &[0.001; 4], &[0.001; 4]).unwrap();
            let multiple = rule.multiple(&path).unwrap();
            assert!(multiple.is_finite() && multiple >= 1.0, "{rule:?} {multiple}");
            assert_eq!(rule.multiple(&path).unwrap().to_bits(), multiple.to_bits(), "{rule:?}");
        }
    }
}

#[test]
fn half_optimal_f_on_changes_is_the_published_multiple_of_the_index() {
    for case in cases(include_str!("../data/optimal_f.json")) {
        let path: Vec<f64> = case["input"]["total_assets"].as_array().unwrap().iter().map(double).collect();
        let changes: Vec<f64> = path.windows(2).map(|w| w[1] / w[0] - 1.0).collect();
        // What the pool earns is part of total assets.
        let (pool, funding) = (vec![0.001; changes.len()], vec![0.0; changes.len()]);
        let invested: Vec<f64> = changes.iter().map(|x| x - 0.001).collect();
        let view = UnleveredPath::new(&invested, &pool, &funding).unwrap();
        near(HalfOptimalF.multiple(&view).unwrap(), double(&case["expect"]["multiple"]));
    }
}

#[test]
fn vince_and_growth_look_at_what_their_docs_say() {
    let path = UnleveredPath::new(&[0.02, -0.011], &[0.0, 0.001], &[0.0, 0.0]).unwrap();
    // Total assets: +2 %, −1 %.
    near(VinceOptimalF.multiple(&path).unwrap(), 25.0);
    let path = UnleveredPath::new(&[0.03, -0.02], &[0.0, 0.0], &[0.001, 0.001]).unwrap();
    near(GrowthOptimal.multiple(&path).unwrap(), 1.001 * 0.008 / (2.0 * 0.029 * 0.021));
}

#[test]
fn a_rule_without_an_answer_says_why() {
    let winning = UnleveredPath::new(&[0.01, 0.02], &[0.0; 2], &[0.001; 2]).unwrap();
    assert_eq!(HalfOptimalF.multiple(&winning), Err(LeverageError::NoLoss));
    assert_eq!(VinceOptimalF.multiple(&winning), Err(LeverageError::NoLoss));
    assert_eq!(GrowthOptimal.multiple(&winning), Err(LeverageError::Unbounded));
    let ruined = UnleveredPath::new(&[0.01, -1.5], &[0.0; 2], &[0.001; 2]).unwrap();
    assert!(matches!(HalfOptimalF.multiple(&ruined), Err(LeverageError::Assets { position: 2, .. })));
}

#[test]
fn a_fixed_multiple_is_checked_also_from_a_file() {
    for bad in ["0.99", "-1", "null", "\"2\""] {
        assert!(serde_json::from_str::<Fixed>(bad).is_err(), "{bad}");
    }
    for bad in [f64::NAN, f64::INFINITY] {
        assert!(matches!(Fixed::new(bad), Err(LeverageError::Multiple { .. })));
    }
    let fixed = Fixed::new(5.0).unwrap();
    assert_eq!(serde_json::from_str::<Fixed>(&serde_json::to_string(&fixed).unwrap()).unwrap(), fixed);
}

#[test]
fn a_path_that_is_none_is_named() {
    let path = |invested: &[f64], pool: &[f64], funding: &[f64]| {
        UnleveredPath::new(invested, pool, funding).unwrap_err().to_string()
    };
    assert_eq!(path(&[0.0], &[], &[0.0]), "the unreinvested part has 0 periods, the changes have 1");
    assert_eq!(path(&[0.0], &[0.0], &[0.0; 2]), "the funding has 2 periods, the changes have 1");
    assert_eq!(path(&[0.0], &[0.0], &[-0.1]), "the funding rate -0.1 in period 0 (from 0) is below 0");
    let nan = [0.0, f64::NAN];
    let none = [0.0; 2];
    for (invested, pool, funding, series) in [
        (nan, none, none, "the invested part"),
        (none, nan, none, "the unreinvested part"),
        (none, none, nan, "the funding rate"),
    ] {
        let expected = format!("{series} is NaN in period 1 (from 0), which is not finite");
        assert_eq!(path(&invested, &pool, &funding), expected);
    }
}

#[test]
fn errors_can_cross_threads() {
    fn ok<E: std::error::Error + Send + Sync + 'static>() {}
    ok::<LeverageError>();
}
