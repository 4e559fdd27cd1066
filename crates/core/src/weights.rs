use serde::{Deserialize, Serialize};

/// Long-only portfolio weights in universe order: each a fraction in 0..=1, together 1.
///
/// They are never rescaled: weights that do not add up are a mistake of whoever wrote them.
///
/// ```
/// use allweather_core::Weights;
/// let weights = Weights::new(vec![0.6, 0.4])?;
/// assert_eq!(weights.as_slice(), [0.6, 0.4]);
/// assert!(Weights::new(vec![0.6, 0.5]).is_err());
/// # Ok::<(), allweather_core::WeightsError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Vec<f64>", into = "Vec<f64>")]
pub struct Weights(Vec<f64>);

/// Why numbers are not weights.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum WeightsError {
    /// There are none.
    #[error("there are no weights")]
    Empty,
    /// One is not a fraction.
    #[error("weight {weight} at position {position} (from 0) is not in 0..=1")]
    #[non_exhaustive]
    Range {
        /// Its place, from 0.
        position: usize,
        /// Its value.
        weight: f64,
    },
    /// They do not add up.
    #[error("weights add up to {sum}, not 1")]
    #[non_exhaustive]
    Sum {
        /// What they add up to.
        sum: f64,
    },
}

impl Weights {
    /// How far the sum may be from 1: room for the rounding of binary fractions, not for a forgotten asset.
    pub const TOLERANCE: f64 = 1e-9;

    /// Weights from fractions.
    ///
    /// # Errors
    ///
    /// [`WeightsError`] when there are none, one is not in 0..=1 (or not a number), or the sum is further than
    /// [`Weights::TOLERANCE`] from 1.
    pub fn new(weights: Vec<f64>) -> Result<Self, WeightsError> {
        if weights.is_empty() {
            return Err(WeightsError::Empty);
        }
        if let Some(position) = weights.iter().position(|w| !(0.0..=1.0).contains(w)) {
            return Err(WeightsError::Range { position, weight: weights[position] });
        }
        let sum: f64 = weights.iter().sum();
        if (sum - 1.0).abs() > Self::TOLERANCE {
            return Err(WeightsError::Sum { sum });
        }
        // Adding nothing turns −0 into 0: they are equal, so they are written alike.
        Ok(Self(weights.into_iter().map(|weight| weight + 0.0).collect()))
    }

    /// The weights, in universe order.
    #[must_use]
    pub fn as_slice(&self) -> &[f64] {
        &self.0
    }

    /// How many assets they are for.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "there is no empty Weights")]
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

impl TryFrom<Vec<f64>> for Weights {
    type Error = WeightsError;
    fn try_from(weights: Vec<f64>) -> Result<Self, Self::Error> {
        Self::new(weights)
    }
}

impl From<Weights> for Vec<f64> {
    fn from(weights: Weights) -> Self {
        weights.0
    }
}
