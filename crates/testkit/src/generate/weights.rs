use proptest::{collection::vec, prelude::*};

/// `n` weights in 0..=1 that add up to 1; some are 0, the first never is. Without assets there are no weights.
pub fn weights(n: usize) -> BoxedStrategy<Vec<f64>> {
    let weight = prop_oneof![1 => Just(0.0), 6 => 0.02..1.0_f64];
    vec(weight, n).prop_map(normalized).boxed()
}

pub(super) fn normalized(mut raw: Vec<f64>) -> Vec<f64> {
    if let Some(first) = raw.first_mut() {
        *first = first.max(0.02);
    }
    let sum: f64 = raw.iter().sum();
    for weight in &mut raw {
        *weight /= sum;
    }
    raw
}
