use serde::{Deserialize, Serialize};

/// How often something happened, of how many paths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Occurrence {
    /// On how many paths it happened.
    pub happened: u64,
    /// On how many it could be told.
    pub of: u64,
}

/// The normal quantile of 97.5 %.
const Z: f64 = 1.959_963_984_540_054;

impl Occurrence {
    pub(crate) fn add(&mut self, happened: Option<bool>) {
        if let Some(happened) = happened {
            self.happened = self.happened.saturating_add(happened.into());
            self.of = self.of.saturating_add(1);
        }
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.happened = self.happened.saturating_add(other.happened);
        self.of = self.of.saturating_add(other.of);
    }

    /// The share of paths on which it happened; `None` when it could be told on none.
    #[must_use]
    pub fn probability(&self) -> Option<f64> {
        (self.of > 0).then(|| self.happened as f64 / self.of as f64)
    }

    /// The interval that holds the probability with 95 %, for what drawing so few paths leaves open: never a point, also at 0 and 1.
    ///
    /// ```text
    /// (p + z²/2n ± z √(p(1 − p)/n + z²/4n²)) / (1 + z²/n)
    /// ```
    ///
    /// It says nothing on whether history is like the future.
    ///
    /// # Source
    ///
    /// Wilson, *Probable Inference, the Law of Succession, and Statistical Inference*, 1927.
    #[must_use]
    pub fn interval(&self) -> Option<(f64, f64)> {
        let (p, n) = (self.probability()?, self.of as f64);
        let (square, middle) = (Z * Z / n, p + Z * Z / (2.0 * n));
        let half = Z * (p * (1.0 - p) / n + square / (4.0 * n)).sqrt();
        // At 0 and 1 one end is the probability itself, but for rounding.
        let low = if self.happened == 0 { 0.0 } else { (middle - half) / (1.0 + square) };
        let high = if self.happened == self.of { 1.0 } else { (middle + half) / (1.0 + square) };
        Some((low, high))
    }
}
