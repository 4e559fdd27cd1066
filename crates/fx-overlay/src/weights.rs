use crate::{FxError, parity::finite};

/// Long and short weights by rank: the largest value is held most, the smallest sold most; each side adds up to 1.
///
/// ```text
/// w_i = c · (rank_i − mean rank)        c such that the positive weights add up to 1 and the negative ones to −1
/// ```
///
/// | | shape | unit |
/// |---|---|---|
/// | `values` | `[currencies]` | any, larger is better |
/// | result | `[currencies]` | fraction of one side |
///
/// Equal values share the mean of their ranks. When all are equal there is nothing to prefer: all weights are 0.
///
/// ```
/// use allweather_fx_overlay::rank_weights;
/// let w = rank_weights(&[0.04, -0.01, 0.02, 0.03])?;
/// assert_eq!(w, [0.75, -0.75, -0.25, 0.25]);
/// assert_eq!(rank_weights(&[7.0, 7.0])?, [0.0, 0.0]);
/// # Ok::<(), allweather_fx_overlay::FxError>(())
/// ```
///
/// # Errors
///
/// [`FxError::Value`] when a value is not finite.
///
/// # Source
///
/// Asness, Moskowitz and Pedersen (2013), *Value and Momentum Everywhere*, equation 1. Average ranks for equal values are
/// \[our reading\].
pub fn rank_weights(values: &[f64]) -> Result<Vec<f64>, FxError> {
    for &value in values {
        finite("signal", value)?;
    }
    let mut weights = vec![0.0; values.len()];
    add_rank_weights(values, 1.0, &mut weights);
    Ok(weights)
}

/// Adds `share` times the rank weights of `values` to `weights`.
pub(crate) fn add_rank_weights(values: &[f64], share: f64, weights: &mut [f64]) {
    // Twice the distance of the (average) rank from the mean rank; the factor drops out in the division by the side.
    let from_mean = |value: &f64| {
        let below = values.iter().filter(|v| *v < value).count() as f64;
        let above = values.iter().filter(|v| *v > value).count() as f64;
        below - above
    };
    let side: f64 = values.iter().map(from_mean).filter(|x| *x > 0.0).sum();
    if side > 0.0 {
        for (weight, value) in weights.iter_mut().zip(values) {
            *weight += share * from_mean(value) / side;
        }
    }
}

/// Adds `share` times the sign of each value to `weights`: each currency against the base on its own.
pub(crate) fn add_signs(values: &[f64], share: f64, weights: &mut [f64]) {
    for (weight, value) in weights.iter_mut().zip(values) {
        if *value != 0.0 {
            *weight += share * value.signum();
        }
    }
}
