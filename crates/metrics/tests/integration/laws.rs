use allweather_metrics::{
    Undefined, annual_return_arithmetic, annual_return_geometric, downside_deviation, kurtosis_excess,
    kurtosis_raw, max_drawdown, omega, skewness, sortino, volatility,
};
use proptest::prelude::*;

use crate::{annual, monthly, over};

fn returns() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(prop_oneof![9 => -0.3..0.35_f64, 1 => Just(0.0)], 1..60)
}

fn wealth(values: &[f64]) -> Vec<f64> {
    let mut wealth = vec![1.0];
    for r in values {
        wealth.push(wealth[wealth.len() - 1] * (1.0 + r));
    }
    wealth
}

proptest! {
    #[test]
    fn the_geometric_mean_is_at_most_the_arithmetic(values in returns()) {
        let mean = annual_return_arithmetic(&annual(&values)).unwrap();
        prop_assert!((mean - values.iter().sum::<f64>() / values.len() as f64).abs() < 1e-12);
        let rate = annual_return_geometric(&annual(&values)).unwrap();
        prop_assert!(rate <= mean + 1e-12, "{} {}", rate, mean);
        // And it ends at the same wealth.
        let years = f64::from(u32::try_from(values.len()).unwrap());
        prop_assert!(((1.0 + rate).powf(years) / wealth(&values)[values.len()] - 1.0).abs() < 1e-10);
    }

    #[test]
    fn a_series_twice_over_has_the_same_rate(values in returns()) {
        let once = annual_return_geometric(&monthly(&values)).unwrap();
        let twice = annual_return_geometric(&monthly(&values.repeat(2))).unwrap();
        prop_assert!((once - twice).abs() <= 1e-11 * (1.0 + once.abs()));
    }

    #[test]
    fn volatility_ignores_the_level_and_scales_with_the_spread(
        values in prop::collection::vec(-0.3..0.35_f64, 2..60),
        shift in -0.2..0.2_f64,
        factor in 0.0..2.0_f64,
    ) {
        let plain = volatility(&monthly(&values)).unwrap();
        let moved: Vec<f64> = values.iter().map(|r| r * factor + shift).collect();
        let moved = volatility(&monthly(&moved)).unwrap();
        prop_assert!(plain >= 0.0 && (moved - plain * factor).abs() < 1e-12, "{} {}", moved, plain);
        // A year of months is √12 of a month.
        let yearly = volatility(&annual(&values)).unwrap();
        prop_assert!((plain - yearly * 12.0_f64.sqrt()).abs() < 1e-12);
    }

    #[test]
    fn no_pair_of_wealths_falls_deeper_than_the_drawdown(values in returns()) {
        let drawdown = max_drawdown(&monthly(&values)).unwrap();
        prop_assert!((-1.0..=0.0).contains(&drawdown.depth));
        let wealth = wealth(&values);
        let fall = |peak: usize, trough: usize| wealth[trough] / wealth[peak] - 1.0;
        prop_assert!((fall(drawdown.peak, drawdown.trough) - drawdown.depth).abs() < 1e-12);
        for peak in 0..wealth.len() {
            for trough in peak..wealth.len() {
                prop_assert!(fall(peak, trough) >= drawdown.depth - 1e-12, "{} {}", peak, trough);
            }
        }
    }

    #[test]
    fn omega_over_the_mean_is_one(values in prop::collection::vec(-0.3..0.35_f64, 2..60)) {
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        prop_assert!((omega(&over(&values, mean)).unwrap() - 1.0).abs() < 1e-9);
        // A lower hurdle is a better omega.
        if let Ok(lower) = omega(&over(&values, mean - 0.01)) {
            prop_assert!(lower > 1.0);
        }
    }

    #[test]
    fn downside_and_upside_are_the_whole(values in prop::collection::vec(-0.3..0.35_f64, 2..60), rate in -0.1..0.1_f64) {
        let mirrored: Vec<f64> = values.iter().map(|r| -r).collect();
        let below = downside_deviation(&over(&values, rate)).unwrap();
        let above = downside_deviation(&over(&mirrored, -rate)).unwrap();
        let square = values.iter().map(|r| (r - rate).powi(2)).sum::<f64>() / values.len() as f64 * 12.0;
        prop_assert!((below.powi(2) + above.powi(2) - square).abs() < 1e-12);
    }

    #[test]
    fn sortino_ignores_the_unit(values in prop::collection::vec(-0.3..0.35_f64, 2..60), factor in 0.01..2.0_f64) {
        let scaled: Vec<f64> = values.iter().map(|r| r * factor).collect();
        match (sortino(&over(&values, 0.01)), sortino(&over(&scaled, 0.01 * factor))) {
            (Ok(plain), Ok(scaled)) => prop_assert!((plain - scaled).abs() < 1e-9 * (1.0 + plain.abs())),
            (plain, scaled) => prop_assert_eq!((plain, scaled), (Err(Undefined::NoDownside), Err(Undefined::NoDownside))),
        }
    }

    #[test]
    fn shape_ignores_place_and_unit_and_turns_with_the_sign(
        values in prop::collection::vec(-0.3..0.35_f64, 3..60),
        factor in 0.1..2.0_f64,
        shift in -0.2..0.2_f64,
    ) {
        let moved: Vec<f64> = values.iter().map(|r| r * factor + shift).collect();
        let mirrored: Vec<f64> = values.iter().map(|r| -r).collect();
        let [plain, moved, mirrored] =
            [&values, &moved, &mirrored].map(|v| (skewness(&monthly(v)).unwrap(), kurtosis_raw(&monthly(v)).unwrap()));
        prop_assert!((plain.0 - moved.0).abs() < 1e-9 && (plain.1 - moved.1).abs() < 1e-9);
        prop_assert!((plain.0 + mirrored.0).abs() < 1e-9 && (plain.1 - mirrored.1).abs() < 1e-9);
        // No distribution has less.
        prop_assert!(plain.1 >= 1.0 + plain.0.powi(2) - 1e-9);
        prop_assert_eq!(kurtosis_excess(&monthly(&values)).unwrap(), plain.1 - 3.0);
    }
}
