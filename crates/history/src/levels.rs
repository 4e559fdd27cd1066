use allweather_core::{AssetId, Month};
use ndarray::ArrayView1;

use crate::{HistoryError, Method, series::check_levels};

/// Levels of one series, with the marks of those that are estimated.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Levels {
    /// The month of the first level.
    pub first: Month,
    /// `[months]`, above 0; a gap is `None`.
    pub values: Vec<Option<f64>>,
    /// `[months]`: true where the level stands in for one that was never observed.
    pub estimated: Vec<bool>,
    /// The method by which estimated levels came about.
    pub method: Option<Method>,
}

/// Observed levels with what comes before the first one divided back:
///
/// ```text
/// level_{t−1} = level_t / (1 + r_t)
/// ```
pub(crate) fn chain(
    id: &AssetId,
    first: Month,
    returns: &ArrayView1<'_, f64>,
    observed: &[Option<f64>],
    method: Option<Method>,
) -> Result<Levels, HistoryError> {
    let Some(observed) = observed.get(..=returns.len()) else {
        return Err(HistoryError::Levels { expected: returns.len(), found: observed.len() });
    };
    check_levels(id, observed)?;
    let mut values = observed.to_vec();
    let mut estimated = vec![false; values.len()];
    let begins = values.iter().position(Option::is_some).unwrap_or(0);
    let mut level = values.get(begins).copied().flatten();
    let before = values.iter_mut().zip(&mut estimated).zip(returns).take(begins);
    for ((value, estimated), change) in before.rev() {
        level = level.map(|level| level / (1.0 + change));
        (*value, *estimated) = (level, level.is_some());
    }
    check_levels(id, &values)?;
    Ok(Levels { first, values, estimated, method })
}
