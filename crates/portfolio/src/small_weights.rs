//! Weights that are too small for the capital, set to zero when they come into force.

use allweather_core::{AssetId, Number, Overflow};
use allweather_rebalance::{MinimumCapital, RebalanceError};
use ndarray::ArrayView1;
use rust_decimal::{Decimal, prelude::FromPrimitive};

use crate::{Operation, PortfolioError, prepare::Prepared};

/// The account on the day on which weights come into force.
pub(crate) struct SmallAccount<'a> {
    pub(crate) prepared: &'a Prepared,
    /// Prices of one unit in base currency; 0 where there is none.
    pub(crate) prices: ArrayView1<'a, f64>,
    /// What it is worth with its cash.
    pub(crate) value: f64,
}

impl SmallAccount<'_> {
    /// Sets to zero what the operation says; what was, with the capital it needs.
    pub(crate) fn zero(
        &self,
        operation: &Operation,
        weights: &mut [f64],
    ) -> Result<Vec<MinimumCapital>, PortfolioError> {
        let Operation::Actual { lot, lots, small_weights: Some(terms), .. } = operation else {
            return Ok(Vec::new());
        };
        let exact = |x: f64| Decimal::from_f64(x).ok_or(RebalanceError::Overflow(Overflow));
        let one = |place: usize| -> Result<(AssetId, Decimal, Decimal), RebalanceError> {
            let asset = self.prepared.universe[place].clone();
            let lot = lots.iter().find(|lot| lot.asset == asset).map_or(lot, |own| &own.lot);
            let unit = exact(self.prices[place])?.times(lot.minimum().max(lot.increment()))?;
            // Scaled weights are binary fractions, read to fifteen digits or so: 1 % does not become a hair more than 1 %.
            Ok((asset, unit, exact(weights[place])?))
        };
        let assets = (0..weights.len()).map(one).collect::<Result<Vec<_>, _>>()?;
        let zeroing = terms.zero(&assets, exact(self.value)?)?;
        if !zeroing.zeroed.is_empty() {
            for (weight, left) in weights.iter_mut().zip(&zeroing.weights) {
                *weight = left.to_double();
            }
        }
        Ok(zeroing.zeroed)
    }
}
