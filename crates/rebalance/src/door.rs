//! What is asked of lists of numbers that come in.

use crate::RebalanceError;

/// Refuses a list that is not as long as it should be.
pub(crate) fn as_long(what: &'static str, found: usize, expected: usize) -> Result<(), RebalanceError> {
    if found == expected { Ok(()) } else { Err(RebalanceError::Length { what, found, expected }) }
}

/// Refuses the first number that does not fit, with its place.
#[inline]
pub(crate) fn each(
    what: &'static str,
    values: &[f64],
    rule: &'static str,
    fits: impl Fn(f64) -> bool,
) -> Result<(), RebalanceError> {
    match values.iter().position(|x| !fits(*x)) {
        None => Ok(()),
        Some(position) => Err(RebalanceError::Range { what, value: values[position], position, rule }),
    }
}

/// Cost rates: a half or more on each side could eat the trade itself.
pub(crate) fn cost_rates(rates: &[f64]) -> Result<(), RebalanceError> {
    each("cost rate", rates, "in 0..0.5", |x| (0.0..0.5).contains(&x))
}
