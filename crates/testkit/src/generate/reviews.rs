use proptest::{collection::vec, prelude::*};

use super::worlds::{MOST_ASSETS, drawn_worlds};
use crate::{ReviewCase, generate::weights::normalized, shrink::Shrinking};

/// Reviews on any day of a [world](super::worlds): portfolios at their targets, near them, far away, with and without cash, with
/// and without costs. Some hold a little more than there is, as after forwards that were settled at a loss: weights then add up to
/// as much as 1.05.
pub fn reviews() -> BoxedStrategy<ReviewCase> {
    let weight = || prop_oneof![1 => Just(0.0), 6 => 0.02..1.0_f64];
    // How far each weight has moved away from its target, as a factor.
    let drift = prop_oneof![
        1 => Just(vec![1.0; MOST_ASSETS]),
        2 => vec(0.97..1.03_f64, MOST_ASSETS),
        3 => vec(0.8..1.25_f64, MOST_ASSETS),
        2 => vec(0.5..2.0_f64, MOST_ASSETS),
        1 => vec(prop_oneof![Just(0.0), 1.0..20.0_f64], MOST_ASSETS),
    ];
    let invested = prop_oneof![4 => Just(1.0), 2 => 0.85..1.0_f64, 1 => 0.0..1.0_f64, 1 => 1.0..1.05_f64];
    // From a hundredth of a basis point to some percent.
    let dear = (vec(0.1..1.0_f64, MOST_ASSETS), -6.0..-1.5_f64)
        .prop_map(|(rates, magnitude)| rates.iter().map(|rate| rate * 10_f64.powf(magnitude)).collect());
    let costs = prop_oneof![1 => Just(vec![0.0; MOST_ASSETS]), 4 => dear];
    let drawn =
        (drawn_worlds(), any::<prop::sample::Index>(), vec(weight(), MOST_ASSETS), drift, invested, costs);
    let case = drawn.prop_map(|(world, row, mut targets, drift, invested, mut cost_rates)| {
        let assets = world.assets.len();
        targets.truncate(assets);
        cost_rates.truncate(assets);
        let targets = normalized(targets);
        let moved: Vec<f64> = targets.iter().zip(drift).map(|(target, factor)| target * factor).collect();
        let sum: f64 = moved.iter().sum();
        let weights = moved.iter().map(|w| if sum > 0.0 { w / sum * invested } else { 0.0 }).collect();
        let row = row.index(world.months());
        let mut case = ReviewCase { world, row, targets, weights, cost_rates };
        case.leave_out_what_has_no_price();
        case
    });
    Shrinking(case.boxed()).boxed()
}
