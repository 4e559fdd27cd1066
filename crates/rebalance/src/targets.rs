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
        Self { traded: vec![true; weights.len()], weights, kept: 0, changed: false }
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

    /// Whether every asset is to be traded.
    #[must_use]
    pub fn trades_all(&self) -> bool {
        self.kept == 0
    }

    /// Whether a rule has changed anything since they were made or reset.
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

    /// Back to trading every asset to these weights, without allocating when there are as many.
    pub fn reset(&mut self, weights: &[f64]) {
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
