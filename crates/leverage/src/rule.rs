use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{LeverageError, UnleveredPath, error::multiple_at_least_one, growth_optimal, paths, vince};

/// How much leverage: from the months before leverage, a multiple.
///
/// # Laws
///
/// 1. **A multiple**: an answer is finite and 1 or more; 1 is no borrowing.
/// 2. **No memory**: the same path gives the same answer, however often and in whatever order it is asked.
///
/// A rule that has no answer for a path says so with an error ([`LeverageError::Rule`] with a reason of its own), never
/// with a number that stands for "none".
///
/// ```
/// use allweather_leverage::{LeverageError, LeverageRule, UnleveredPath};
///
/// /// Twice, once there are three years to look back on.
/// #[derive(Debug)]
/// struct TwiceWhenSeasoned;
///
/// impl LeverageRule for TwiceWhenSeasoned {
///     fn multiple(&self, path: &UnleveredPath<'_>) -> Result<f64, LeverageError> {
///         Ok(if path.months() < 36 { 1.0 } else { 2.0 })
///     }
/// }
///
/// let young = UnleveredPath::new(&[0.01], &[0.0], &[0.001])?;
/// assert_eq!(TwiceWhenSeasoned.multiple(&young)?, 1.0);
/// # Ok::<(), LeverageError>(())
/// ```
pub trait LeverageRule: fmt::Debug + Send + Sync {
    /// The multiple for what comes after `path`.
    ///
    /// # Errors
    ///
    /// [`LeverageError`] when the rule has no answer for this path.
    fn multiple(&self, path: &UnleveredPath<'_>) -> Result<f64, LeverageError>;
}

/// The same multiple whatever happened: the published 2 and 5. On the wire it is the number.
///
/// ```
/// use allweather_leverage::{Fixed, LeverageRule, UnleveredPath};
/// let path = UnleveredPath::new(&[0.01], &[0.0], &[0.001])?;
/// assert_eq!(Fixed::new(2.0)?.multiple(&path)?, 2.0);
/// assert!(Fixed::new(0.5).is_err());
/// # Ok::<(), allweather_leverage::LeverageError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Fixed(f64);

impl Fixed {
    /// Always `multiple`.
    ///
    /// # Errors
    ///
    /// [`LeverageError::Multiple`] when it is below 1 or not finite.
    pub fn new(multiple: f64) -> Result<Self, LeverageError> {
        multiple_at_least_one(multiple).map(Self)
    }
}

impl LeverageRule for Fixed {
    fn multiple(&self, _: &UnleveredPath<'_>) -> Result<f64, LeverageError> {
        Ok(self.0)
    }
}

impl TryFrom<f64> for Fixed {
    type Error = LeverageError;
    fn try_from(multiple: f64) -> Result<Self, Self::Error> {
        Self::new(multiple)
    }
}

impl From<Fixed> for f64 {
    fn from(fixed: Fixed) -> Self {
        fixed.0
    }
}

/// The published multiple of optimal f/2, on total assets rebased to 100 index points.
///
/// The index compounds the flow-adjusted changes of total assets; see [`crate::optimal_f_rebased`] for the formula and
/// for why it is rebased.
///
/// # Source
///
/// Published method, §5.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HalfOptimalF;

impl LeverageRule for HalfOptimalF {
    fn multiple(&self, path: &UnleveredPath<'_>) -> Result<f64, LeverageError> {
        let mut index = vec![100.0];
        index.extend(path.total().iter().scan(100.0, |level, change| {
            *level *= 1.0 + change;
            Some(*level)
        }));
        Ok(paths::optimal_f_rebased(&index)?.multiple)
    }
}

/// Vince's multiple `f*/W` of the changes of total assets, or 1 where it says to hold less: a rule borrows or does not.
///
/// # Source
///
/// Vince, 1990: see [`crate::vince`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VinceOptimalF;

impl LeverageRule for VinceOptimalF {
    fn multiple(&self, path: &UnleveredPath<'_>) -> Result<f64, LeverageError> {
        Ok(vince(&path.total())?.multiple.max(1.0))
    }
}

/// The growth-optimal multiple after funding, or 1 where it says to hold less: a rule borrows or does not.
///
/// # Source
///
/// Kelly, 1956: see [`crate::growth_optimal`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GrowthOptimal;

impl LeverageRule for GrowthOptimal {
    fn multiple(&self, path: &UnleveredPath<'_>) -> Result<f64, LeverageError> {
        Ok(growth_optimal(path)?.max(1.0))
    }
}
