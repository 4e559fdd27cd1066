use allweather_leverage::{LeverageError, UnleveredPath, growth_optimal, vince};
use proptest::prelude::*;

use crate::near;

fn optimal(invested: &[f64], pool: f64, funding: f64) -> Result<f64, LeverageError> {
    let constant = |x: f64| vec![x; invested.len()];
    growth_optimal(&UnleveredPath::new(invested, &constant(pool), &constant(funding)).unwrap())
}

#[test]
fn a_coin_with_funding_in_closed_form() {
    // u/(1+c+Lu) = d/(1+c−Ld) with u = a − c and d = b + c gives L = (1+c)·(u − d)/(2·u·d).
    let (a, b, c) = (0.03, 0.02, 0.001);
    let (u, d) = (a - c, b + c);
    near(optimal(&[a, -b], 0.0, c).unwrap(), (1.0 + c) * (u - d) / (2.0 * u * d));
    // The pool's gain is wealth that carries more leverage.
    near(optimal(&[a, -b], 0.01, c).unwrap(), (1.01 + c) * (u - d) / (2.0 * u * d));
}

#[test]
fn between_holding_and_borrowing_there_is_a_kink_at_one() {
    assert_eq!(optimal(&[0.02, -0.01], 0.0, 0.006).unwrap(), 1.0);
    // Without funding 25 times would be best, so it is the funding that stops at 1.
    near(optimal(&[0.02, -0.01], 0.0, 0.0).unwrap(), 25.0);
}

#[test]
fn below_one_it_says_to_hold_less() {
    // (u − d)/(2·u·d) with u = 0.6 and d = 0.5.
    near(optimal(&[0.6, -0.5], 0.0, 0.001).unwrap(), 1.0 / 6.0);
    assert_eq!(optimal(&[0.1, -0.2], 0.0, 0.001).unwrap(), 0.0);
    // A month that loses everything at 1 keeps the multiple below 1.
    near(optimal(&[2.0, -1.0], 0.0, 0.0).unwrap(), 0.25);
    near(optimal(&[2.0, -2.0, 3.0], 0.0, 0.0).unwrap(), vince(&[2.0, -2.0, 3.0]).unwrap().multiple);
}

#[test]
fn without_a_month_short_of_its_funding_there_is_no_largest_multiple() {
    for (invested, funding) in [(&[0.01, 0.02][..], 0.001), (&[0.001], 0.001), (&[], 0.0)] {
        assert_eq!(optimal(invested, 0.0, funding), Err(LeverageError::Unbounded));
    }
    // Months may win and still be short of their funding.
    assert!(optimal(&[0.01, 0.02], 0.0, 0.015).is_ok());
}

#[test]
fn what_no_multiple_can_answer_is_an_error() {
    assert!(matches!(optimal(&[0.01, -0.01], -1.0, 0.0), Err(LeverageError::Ruined { period: 0, .. })));
    // A loss so small that the multiple it allows is no double.
    assert!(matches!(optimal(&[-1e-310, 0.1], 0.0, 0.0), Err(LeverageError::Overflow(_))));
}

fn growth(invested: &[f64], pool: f64, funding: f64, multiple: f64) -> f64 {
    let borrowed = (multiple - 1.0).max(0.0);
    invested.iter().map(|r| (1.0 + pool + multiple * r - borrowed * funding).ln()).sum()
}

proptest! {
    #[test]
    fn no_other_multiple_grows_more(
        invested in prop::collection::vec(-0.1..0.13_f64, 2..30),
        pool in -0.01..0.01_f64,
        funding in 0.0..0.02_f64,
        other in 0.0..12.0_f64,
    ) {
        prop_assume!(invested.iter().any(|r| *r < funding));
        let best = optimal(&invested, pool, funding).unwrap();
        let top = growth(&invested, pool, funding, best);
        prop_assert!(top.is_finite());
        for neighbour in [other, best * 0.99, best * 1.01, best + 0.01] {
            let grown = growth(&invested, pool, funding, neighbour);
            // Not a number beyond ruin.
            prop_assert!(grown.is_nan() || grown <= top + 1e-9, "{} {} {} {}", best, top, neighbour, grown);
        }
    }

    #[test]
    fn without_funding_it_is_the_multiple_of_vince(invested in prop::collection::vec(-0.2..0.25_f64, 2..30)) {
        prop_assume!(invested.iter().any(|r| *r < -0.001));
        let (growth, vince) = (optimal(&invested, 0.0, 0.0).unwrap(), vince(&invested).unwrap().multiple);
        prop_assert!((growth - vince).abs() <= 1e-7 * (1.0 + vince), "{} {}", growth, vince);
    }

    #[test]
    fn dearer_funding_never_means_more_leverage(
        invested in prop::collection::vec(-0.1..0.13_f64, 2..30),
        funding in 0.0..0.02_f64,
        more in 0.0..0.02_f64,
    ) {
        prop_assume!(invested.iter().any(|r| *r < funding));
        let (cheap, dear) = (optimal(&invested, 0.0, funding).unwrap(), optimal(&invested, 0.0, funding + more).unwrap());
        prop_assert!(dear <= cheap.max(1.0) + 1e-7, "{} {}", cheap, dear);
    }
}
