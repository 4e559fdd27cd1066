use allweather_leverage::{LeverageError, OptimalF, optimal_f, optimal_f_rebased, paths};
use proptest::prelude::*;
use rust_decimal::{Decimal, dec};

use crate::{cases, decimal, double, exact, near};

#[test]
fn every_case_of_the_oracle_through_both_doors() {
    for case in cases(include_str!("../data/optimal_f.json")) {
        let (input, expect) = (&case["input"], &case["expect"]);
        let path = input["total_assets"].as_array().unwrap();
        let ledger: Vec<Decimal> = path.iter().map(decimal).collect();
        let doubles: Vec<f64> = path.iter().map(double).collect();
        // The cases begin at 100, so the preset and the letter agree.
        for found in [optimal_f(decimal(&input["initial"]), &ledger), optimal_f_rebased(&ledger)] {
            let OptimalF { up, down, f, half_f, size, multiple, .. } = found.unwrap();
            let check = |found: Decimal, name: &str| exact(found, &expect[name]);
            check(up.fraction(), "up");
            check(down.fraction(), "down");
            check(f, "f");
            check(half_f, "half_f");
            check(size, "size");
            check(multiple, "multiple");
        }
        let literal = paths::optimal_f(double(&input["initial"]), &doubles);
        for found in [literal, paths::optimal_f_rebased(&doubles)] {
            let found = found.unwrap();
            let check = |found: f64, name: &str| near(found, double(&expect[name]));
            check(found.up, "up");
            check(found.down, "down");
            check(found.f, "f");
            check(found.half_f, "half_f");
            check(found.size, "size");
            check(found.multiple, "multiple");
        }
    }
}

const YEN: [Decimal; 4] = [dec!(100_000_000), dec!(103_000_000), dec!(101_000_000), dec!(104_000_000)];

#[test]
fn the_letter_depends_on_the_unit_of_money_and_the_preset_does_not() {
    let millions = YEN.map(|amount| amount / dec!(1_000_000));
    let in_yen = optimal_f(YEN[0], &YEN).unwrap();
    let in_millions = optimal_f(millions[0], &millions).unwrap();
    assert_eq!((in_yen.f, in_yen.up), (in_millions.f, in_millions.up));
    assert!(in_yen.multiple < dec!(1.00001) && in_millions.multiple > dec!(2.7));
    assert_eq!(optimal_f_rebased(&YEN).unwrap(), in_millions);
    assert_eq!(optimal_f_rebased(&millions).unwrap(), in_millions);
}

#[test]
fn the_largest_loss_in_money_is_another_month_than_the_largest_in_percent() {
    // −10 % of 100, then −5 % of 300.
    let path = [dec!(100), dec!(90), dec!(300), dec!(285)];
    let found = optimal_f(dec!(100), &path).unwrap();
    assert_eq!(found.down.fraction(), dec!(-0.1));
    assert_eq!((found.size * found.half_f).round_dp(20), dec!(19));
}

#[test]
fn without_a_winner_or_a_loser_it_is_undefined_and_never_infinite() {
    for (path, error) in [
        (vec![], LeverageError::NoGain),
        (vec![dec!(100)], LeverageError::NoGain),
        (vec![dec!(100), dec!(100)], LeverageError::NoGain),
        (vec![dec!(100), dec!(99), dec!(99)], LeverageError::NoGain),
        (vec![dec!(100), dec!(101), dec!(101)], LeverageError::NoLoss),
    ] {
        assert_eq!(optimal_f(dec!(100), &path), Err(error.clone()));
        assert_eq!(optimal_f_rebased(&path), Err(error.clone()));
        let doubles: Vec<f64> = path.iter().map(|x| x.to_string().parse().unwrap()).collect();
        assert_eq!(paths::optimal_f(100.0, &doubles), Err(error.clone()));
        assert_eq!(paths::optimal_f_rebased(&doubles), Err(error));
    }
}

#[test]
fn amounts_that_are_none_are_named() {
    for bad in [dec!(0), dec!(-1)] {
        assert!(matches!(optimal_f(bad, &YEN), Err(LeverageError::Initial { .. })));
        for path in [[bad, dec!(1), dec!(2)], [dec!(1), dec!(2), bad]] {
            let position = path.iter().position(|x| *x == bad).unwrap();
            for error in [optimal_f(dec!(1), &path).unwrap_err(), optimal_f_rebased(&path).unwrap_err()] {
                assert_eq!(
                    error.to_string(),
                    format!("total assets of {bad} at position {position} (from 0) are not above 0")
                );
            }
        }
    }
    for bad in [f64::NAN, f64::INFINITY, 0.0, -1.0] {
        assert!(matches!(paths::optimal_f(bad, &[1.0, 2.0, 1.0]), Err(LeverageError::Initial { .. })));
        let found = paths::optimal_f(1.0, &[1.0, bad, 1.0]);
        assert!(matches!(found, Err(LeverageError::Assets { position: 1, .. })), "{found:?}");
        let found = paths::optimal_f_rebased(&[1.0, bad, 1.0]);
        assert!(matches!(found, Err(LeverageError::Assets { position: 1, .. })), "{found:?}");
    }
}

#[test]
fn amounts_that_do_not_fit_are_errors() {
    let path = [Decimal::MAX, dec!(1), Decimal::MAX];
    assert!(matches!(optimal_f_rebased(&path), Err(LeverageError::Overflow(_))));
    let path = [f64::MIN_POSITIVE, f64::MAX, 1.0];
    assert!(matches!(paths::optimal_f(1.0, &path), Err(LeverageError::Overflow(_))));
}

proptest! {
    #[test]
    fn the_preset_is_free_of_scale_through_both_doors(
        cents in prop::collection::vec(5_000..20_000_i64, 3..20),
        factor in 1..1_000_000_i64,
    ) {
        let path: Vec<Decimal> = cents.iter().map(|c| Decimal::new(*c, 2)).collect();
        prop_assume!(optimal_f_rebased(&path).is_ok());
        let plain = optimal_f_rebased(&path).unwrap();
        let scaled: Vec<Decimal> = path.iter().map(|x| x * Decimal::new(factor, 2)).collect();
        let scaled = optimal_f_rebased(&scaled).unwrap();
        prop_assert!((plain.multiple - scaled.multiple).abs() <= dec!(1e-15));
        prop_assert!(plain.f > Decimal::ZERO && plain.f < Decimal::ONE && plain.multiple > Decimal::ONE);
        let doubles: Vec<f64> = cents.iter().map(|c| *c as f64 * factor as f64).collect();
        let doubles = paths::optimal_f_rebased(&doubles).unwrap().multiple;
        let multiple: f64 = plain.multiple.to_string().parse().unwrap();
        prop_assert!((doubles / multiple - 1.0).abs() < 1e-10, "{} {}", doubles, multiple);
    }
}
