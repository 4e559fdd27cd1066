use allweather_core::{Number, Overflow};

/// `spending · I0 · Π(1 + rate)`, rates as fractions. The factors multiply first, so that no product but the last meets
/// the size of the capital.
pub(crate) fn annual_expense<N: Number>(
    spending: N,
    initial_capital: N,
    rates: impl IntoIterator<Item = N>,
) -> Result<N, Overflow> {
    let growth = rates.into_iter().try_fold(N::ONE, |product, rate| product.times(N::ONE.plus(rate)?))?;
    spending.times(initial_capital)?.times(growth)
}
