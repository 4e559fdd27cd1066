use allweather_fx_overlay::{FxError, forward, hedge_cost_per_year, hedged_return, short_forward_profit};
use proptest::prelude::*;

use crate::world::{MONTH, close};

#[test]
fn a_dollar_forward_and_its_cost() {
    // docs/formulas.md, §6, gives ten digits after the point.
    let plain = forward(150.0, 0.005, 0.045, 0.0, MONTH).unwrap();
    assert!((plain - 149.501_867_995_0).abs() < 5e-11, "{plain}");
    assert!((hedge_cost_per_year(150.0, plain, MONTH).unwrap() - 0.039_850_560_4).abs() < 5e-11);
    let with_basis = forward(150.0, 0.005, 0.045, -0.002, MONTH).unwrap();
    assert!((with_basis - 149.476_961_394_8).abs() < 5e-11, "{with_basis}");
    assert!((hedge_cost_per_year(150.0, with_basis, MONTH).unwrap() - 0.041_843_088_4).abs() < 5e-11);
}

#[test]
fn a_hedged_month_and_an_unhedged_one() {
    let price = forward(150.0, 0.005, 0.045, 0.0, MONTH).unwrap();
    assert!((hedged_return(0.02, 150.0, price, 147.0, 0.0).unwrap() + 0.0004).abs() < 1e-15);
    assert!((hedged_return(0.02, 150.0, price, 147.0, 1.0).unwrap() - 0.016_279_120_0).abs() < 5e-11);
}

#[test]
fn what_is_no_price_is_refused_by_name() {
    let refused = |result: Result<f64, FxError>| result.unwrap_err().to_string();
    assert_eq!(refused(forward(0.0, 0.0, 0.0, 0.0, MONTH)), "spot 0 is not a positive finite number");
    assert!(refused(forward(1.0, f64::NAN, 0.0, 0.0, MONTH)).starts_with("base rate NaN"));
    assert!(refused(forward(1.0, 0.0, f64::INFINITY, 0.0, MONTH)).starts_with("foreign rate inf"));
    assert!(refused(forward(1.0, 0.0, 0.0, f64::NEG_INFINITY, MONTH)).starts_with("basis -inf"));
    assert!(refused(forward(1.0, 0.0, 0.0, 0.0, 0.0)).starts_with("year fraction 0"));
    assert!(refused(forward(1.0, -12.0, 0.0, 0.0, MONTH)).starts_with("growth of base money"));
    assert!(refused(forward(1.0, 0.0, -13.0, 0.0, MONTH)).starts_with("growth of foreign money"));
    assert!(refused(forward(f64::MAX, 24.0, 0.0, 0.0, MONTH)).starts_with("forward inf"));
    assert!(refused(hedge_cost_per_year(f64::NAN, 1.0, MONTH)).starts_with("spot"));
    assert!(refused(hedge_cost_per_year(1.0, -1.0, MONTH)).starts_with("forward"));
    assert!(refused(hedge_cost_per_year(1.0, 1.0, f64::NAN)).starts_with("year fraction"));
    assert!(refused(short_forward_profit(f64::NAN, 1.0, 1.0)).starts_with("amount"));
    assert!(refused(short_forward_profit(1.0, 0.0, 1.0)).starts_with("forward"));
    assert!(refused(short_forward_profit(1.0, 1.0, 0.0)).starts_with("later spot"));
    assert!(refused(hedged_return(-1.1, 1.0, 1.0, 1.0, 1.0)).starts_with("local return"));
    assert!(refused(hedged_return(0.0, 1.0, 1.0, 1.0, 1.1)).starts_with("hedge ratio"));
    assert!(refused(hedged_return(0.0, 1.0, 1.0, 1.0, f64::NAN)).starts_with("hedge ratio"));
}

proptest! {
    #[test]
    fn equal_rates_without_basis_price_the_forward_at_the_spot(
        spot in 1e-3..1e4_f64, rate in -0.05..0.5_f64, tau in 0.01..1.0_f64,
    ) {
        prop_assert_eq!(forward(spot, rate, rate, 0.0, tau).unwrap(), spot);
    }

    /// A full hedge leaves the spot in the cross term only; and the formula is the sum of its two parts.
    #[test]
    fn a_full_hedge_leaves_the_cross_term(
        spot in 50.0..200.0_f64, later in 50.0..200.0_f64, local in -0.5..0.5_f64,
        base in -0.01..0.1_f64, foreign in -0.01..0.1_f64, basis in -0.01..0.01_f64, ratio in 0.0..=1.0_f64,
    ) {
        let price = forward(spot, base, foreign, basis, MONTH).unwrap();
        let hedged = hedged_return(local, spot, price, later, 1.0).unwrap();
        prop_assert!(close(hedged, local + (price - spot) / spot + local * (later / spot - 1.0), 1e-12));

        let unhedged = hedged_return(local, spot, price, later, 0.0).unwrap();
        let profit = short_forward_profit(ratio / spot, price, later).unwrap();
        prop_assert!(close(hedged_return(local, spot, price, later, ratio).unwrap(), unhedged + profit, 1e-12));
        // The yearly cost is what a spot that stays put loses, over the year fraction.
        let still = short_forward_profit(1.0 / spot, price, spot).unwrap();
        prop_assert!(close(hedge_cost_per_year(spot, price, MONTH).unwrap(), -still * 12.0, 1e-9));
    }
}
