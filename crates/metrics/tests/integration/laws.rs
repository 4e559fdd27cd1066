use allweather_metrics::{annual_return_geometric, max_drawdown, volatility};
use proptest::prelude::*;

use crate::{annual, monthly};

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
        let mean = values.iter().sum::<f64>() / values.len() as f64;
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
}
