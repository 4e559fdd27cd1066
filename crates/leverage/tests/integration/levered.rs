use allweather_core::{Percent, Rate};
use allweather_leverage::{Charge, Funding, LeverageError, UnleveredMonth, paths};
use ndarray::{Array2, arr2};
use proptest::prelude::*;
use rust_decimal::{Decimal, dec};

use crate::{cases, decimal, double, exact, near};

const CHARGES: [Charge; 2] = [Charge::WholePosition, Charge::BorrowedPart];

fn month(change: Decimal, unreinvested: Decimal, funding: Decimal) -> UnleveredMonth {
    let [change, unreinvested, funding] = [change, unreinvested, funding].map(Rate::from_fraction);
    UnleveredMonth { change, unreinvested, funding }
}

#[test]
fn every_case_of_the_oracle_through_both_doors() {
    for case in cases(include_str!("../data/levered.json")) {
        let (input, expect) = (&case["input"], &case["expect"]);
        let jgb1y = Percent::new(decimal(&input["jgb1y_pct"]));
        let funding = Funding::default().monthly(jgb1y).unwrap().fraction();
        let month = month(decimal(&input["change"]), decimal(&input["unreinvested"]), funding);
        let levered = month.levered(decimal(&input["multiple"]), Charge::WholePosition).unwrap();
        exact(levered.fraction(), expect);

        let funding =
            paths::monthly_funding(Funding::default(), &[double(&input["jgb1y_pct"]) / 100.0]).unwrap();
        let levered = paths::levered(
            &[[double(&input["change"])]],
            &[[double(&input["unreinvested"])]],
            &funding,
            double(&input["multiple"]),
            Charge::WholePosition,
        );
        near(levered.unwrap()[[0, 0]], double(expect));
    }
}

#[test]
fn leverage_is_never_free() {
    // Assets that earn nothing lose the funding at 2x: on all of it as published, on the loan otherwise.
    let idle = month(dec!(0), dec!(0), dec!(0.002));
    assert_eq!(idle.levered(dec!(2), Charge::WholePosition).unwrap(), Rate::from_fraction(dec!(-0.004)));
    assert_eq!(idle.levered(dec!(2), Charge::BorrowedPart).unwrap(), Rate::from_fraction(dec!(-0.002)));
}

#[test]
fn the_pool_is_not_levered() {
    let pool = month(dec!(0), dec!(0.01), dec!(0));
    for charge in CHARGES {
        assert_eq!(pool.levered(dec!(5), charge).unwrap(), Rate::from_fraction(dec!(0.01)));
    }
}

#[test]
fn a_multiple_below_one_or_infinite_is_refused() {
    let idle = month(dec!(0), dec!(0), dec!(0));
    for charge in CHARGES {
        let error = idle.levered(dec!(0.99), charge).unwrap_err();
        assert_eq!(error.to_string(), "a multiple of 0.99 is not a number of 1 or more");
        for bad in [0.99, -2.0, f64::NAN, f64::INFINITY] {
            let error = paths::levered(&[[0.0]], &[[0.0]], &[0.0], bad, charge);
            assert!(matches!(error, Err(LeverageError::Multiple { .. })), "{bad}");
        }
    }
}

#[test]
fn shapes_that_differ_and_numbers_that_are_none_are_named() {
    let lever = |changes: Array2<f64>, pool: Array2<f64>, funding: &[f64]| {
        paths::levered(&changes, &pool, funding, 2.0, Charge::WholePosition).unwrap_err().to_string()
    };
    let (two_by_three, nan) = (Array2::zeros((2, 3)), arr2(&[[0.0; 3], [0.0, 0.0, f64::NAN]]));
    let zeros = [0.0; 3];
    assert_eq!(
        lever(two_by_three.clone(), Array2::zeros((3, 3)), &zeros),
        "the unreinvested part has 3 paths, the changes have 2"
    );
    assert_eq!(
        lever(two_by_three.clone(), Array2::zeros((2, 2)), &zeros),
        "the unreinvested part has 2 periods, the changes have 3"
    );
    assert_eq!(
        lever(two_by_three.clone(), nan.clone(), &[0.0; 4]),
        "the funding has 4 periods, the changes have 3"
    );
    let place = "is NaN on path 1 in period 2 (from 0), which is not finite";
    assert_eq!(lever(two_by_three.clone(), nan.clone(), &zeros), format!("the unreinvested part {place}"));
    assert_eq!(lever(nan, two_by_three.clone(), &zeros), format!("the change {place}"));
    let funding = lever(two_by_three.clone(), two_by_three, &[0.0, f64::INFINITY, 0.0]);
    assert_eq!(funding, "the funding rate is inf in period 1 (from 0), which is not finite");
}

#[test]
fn results_that_do_not_fit_are_errors() {
    let huge = month(Decimal::MAX, dec!(0), dec!(0));
    assert!(matches!(huge.levered(dec!(2), Charge::BorrowedPart), Err(LeverageError::Overflow(_))));
    let error = paths::levered(&[[f64::MAX]], &[[0.0]], &[0.0], 2.0, Charge::BorrowedPart);
    assert!(matches!(error, Err(LeverageError::Overflow(_))));
    assert!(matches!(paths::wealth(&[f64::MAX, f64::MAX]), Err(LeverageError::Overflow(_))));
    assert!(matches!(paths::wealth(&[0.0, f64::NAN]), Err(LeverageError::NotFinite { period: 1, .. })));
}

#[test]
fn wealth_begins_at_one_and_ends_for_good() {
    let none = paths::wealth(&[]).unwrap();
    assert_eq!((none.wealth, none.ruined_in), (vec![1.0], None));
    let first = paths::wealth(&[-0.5, 1.0]).unwrap();
    assert_eq!((first.wealth, first.ruined_in), (vec![1.0, 0.5, 1.0], None));
    // Exactly everything is ruin; later gains, and gains upon a debt, bring nothing back.
    let exact = paths::wealth(&[0.5, -1.0, 9.0]).unwrap();
    assert_eq!((exact.wealth, exact.ruined_in), (vec![1.0, 1.5, 0.0, 0.0], Some(1)));
    let debt = paths::wealth(&[-3.0, -3.0, -1.0]).unwrap();
    assert_eq!((debt.wealth, debt.ruined_in), (vec![1.0, 0.0, 0.0, 0.0], Some(0)));
}

#[test]
fn a_charge_has_one_wire_form() {
    assert_eq!(serde_json::to_string(&CHARGES).unwrap(), r#"["whole_position","borrowed_part"]"#);
}

fn fraction() -> impl Strategy<Value = Decimal> {
    (-50_000..50_000_i64).prop_map(|x| Decimal::new(x, 5))
}

proptest! {
    #[test]
    fn one_times_is_no_leverage(change in fraction(), pool in fraction(), funding in fraction()) {
        for charge in CHARGES {
            let levered = month(change, pool, funding).levered(Decimal::ONE, charge).unwrap();
            prop_assert_eq!(levered.fraction(), change + pool);
        }
    }

    #[test]
    fn charging_the_loan_alone_is_never_worse(
        change in fraction(), pool in fraction(), funding in 0..5_000_i64, multiple in 100..1_000_i64,
    ) {
        let (funding, multiple) = (Decimal::new(funding, 5), Decimal::new(multiple, 2));
        let month = month(change, pool, funding);
        let [whole, borrowed] = CHARGES.map(|charge| month.levered(multiple, charge).unwrap().fraction());
        let own = if multiple == Decimal::ONE { Decimal::ZERO } else { Decimal::ONE };
        prop_assert_eq!(borrowed - whole, funding * own);
    }

    #[test]
    fn ledger_and_paths_agree(
        months in prop::collection::vec((fraction(), fraction(), fraction()), 1..8),
        multiple in 100..1_000_i64,
    ) {
        let multiple = Decimal::new(multiple, 2);
        let double = |x: Decimal| Rate::from_fraction(x).to_f64();
        let row = |pick: fn(&(Decimal, Decimal, Decimal)) -> Decimal| -> Vec<f64> {
            months.iter().map(|m| double(pick(m))).collect()
        };
        let periods = months.len();
        let changes = Array2::from_shape_vec((1, periods), row(|m| m.0)).unwrap();
        let pool = Array2::from_shape_vec((1, periods), row(|m| m.1)).unwrap();
        for charge in CHARGES {
            let paths = paths::levered(&changes, &pool, &row(|m| m.2), double(multiple), charge).unwrap();
            for (found, m) in paths.iter().zip(&months) {
                let ledger = month(m.0, m.1, m.2).levered(multiple, charge).unwrap();
                prop_assert!((found - ledger.to_f64()).abs() <= 1e-13, "{} {}", found, ledger);
            }
        }
    }
}
