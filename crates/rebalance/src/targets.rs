use rust_decimal::{Decimal, prelude::FromPrimitive};

use crate::RebalanceError;

/// What a rule wants to hold: a weight for each asset, or that an asset be left as it is.
///
/// A rule is given the strategic targets, with every asset to be traded, and changes what it wants otherwise.
#[derive(Debug, Clone, PartialEq)]
pub struct Targets {
    weights: Vec<f64>,
    traded: Vec<bool>,
    kept: usize,
    changed: bool,
}

impl Targets {
    /// Every asset to its weight.
    #[must_use]
    pub fn new(weights: Vec<f64>) -> Self {
        Self { traded: vec![true; weights.len()], weights, kept: 0, changed: true }
    }

    /// The weights, fractions of the portfolio.
    #[must_use]
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// Which assets are to be traded.
    #[must_use]
    pub fn traded(&self) -> &[bool] {
        &self.traded
    }

    /// The weight wanted of the asset at `position`; `None` when it is kept (or there is no such asset).
    #[must_use]
    pub fn wanted(&self, position: usize) -> Option<f64> {
        let traded = self.traded.get(position).is_some_and(|traded| *traded);
        self.weights.get(position).copied().filter(|_| traded)
    }

    /// What is wanted of each asset as decimals, `None` where it is kept: for [`plan_to`](crate::plan_to). Rounded to 12 decimal
    /// places, far below any lot.
    ///
    /// # Errors
    ///
    /// [`RebalanceError::Range`] when a weight is no number.
    pub fn to_decimals(&self) -> Result<Vec<Option<Decimal>>, RebalanceError> {
        let one = |position| {
            let Some(value) = self.wanted(position) else { return Ok(None) };
            let range = RebalanceError::Range { what: "target weight", value, position, rule: "in 0..=1" };
            Decimal::from_f64(value).map(|weight| Some(weight.round_dp(12))).ok_or(range)
        };
        (0..self.weights.len()).map(one).collect()
    }

    /// Whether every asset is to be traded.
    #[must_use]
    pub fn trades_all(&self) -> bool {
        self.kept == 0
    }

    /// Whether anything may differ from what an engine gave.
    #[must_use]
    pub fn changed(&self) -> bool {
        self.changed
    }

    /// Wants `weight` (a fraction in 0..=1) of the asset at `position`.
    ///
    /// # Errors
    ///
    /// [`RebalanceError::Range`] when the weight is not in 0..=1 or there is no such position.
    pub fn set(&mut self, position: usize, weight: f64) -> Result<(), RebalanceError> {
        let range = |rule| RebalanceError::Range { what: "target weight", value: weight, position, rule };
        if !(0.0..=1.0).contains(&weight) {
            return Err(range("in 0..=1"));
        }
        *self.weights.get_mut(position).ok_or_else(|| range("of an asset of the universe"))? = weight;
        self.changed = true;
        self.mark(position, true);
        Ok(())
    }

    /// Leaves the asset at `position` as it is (no effect outside the universe).
    pub fn keep(&mut self, position: usize) {
        self.mark(position, false);
    }

    /// Trades every asset to these weights, without allocating when there are as many.
    pub fn reset(&mut self, weights: &[f64]) {
        self.give(weights);
        self.changed = true;
    }

    /// Gives the strategic weights to a rule, as an engine does: from here on a change is seen.
    pub fn give(&mut self, weights: &[f64]) {
        self.weights.clear();
        self.weights.extend_from_slice(weights);
        self.traded.clear();
        self.traded.resize(weights.len(), true);
        self.kept = 0;
        self.changed = false;
    }

    fn mark(&mut self, position: usize, traded: bool) {
        if let Some(mark) = self.traded.get_mut(position)
            && *mark != traded
        {
            *mark = traded;
            self.changed = true;
            if traded { self.kept -= 1 } else { self.kept += 1 }
        }
    }
}
