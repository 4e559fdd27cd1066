use serde::{Deserialize, Serialize};

use crate::StudyError;

/// How often something happened, of how many paths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "Wire")]
pub struct Occurrence {
    happened: u64,
    of: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    happened: u64,
    of: u64,
}

impl TryFrom<Wire> for Occurrence {
    type Error = StudyError;

    fn try_from(Wire { happened, of }: Wire) -> Result<Self, StudyError> {
        Self::new(happened, of)
    }
}

/// The normal quantile of 97.5 %: half the width of an interval of 95 %, in standard errors.
pub(crate) const NORMAL_97_5: f64 = 1.959_963_984_540_054;

impl Occurrence {
    /// It happened on so many of so many paths.
    ///
    /// # Errors
    ///
    /// [`StudyError::Occurrence`] when it happened on more than there are.
    pub fn new(happened: u64, of: u64) -> Result<Self, StudyError> {
        if happened <= of { Ok(Self { happened, of }) } else { Err(StudyError::Occurrence { happened, of }) }
    }

    /// On how many paths it happened.
    #[must_use]
    pub fn happened(&self) -> u64 {
        self.happened
    }

    /// On how many it could be told.
    #[must_use]
    pub fn of(&self) -> u64 {
        self.of
    }

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
        let z = NORMAL_97_5;
        let (square, middle) = (z * z / n, p + z * z / (2.0 * n));
        let half = z * (p * (1.0 - p) / n + square / (4.0 * n)).sqrt();
        // At 0 and 1 one end is the probability itself, but for rounding.
        let low = if self.happened == 0 { 0.0 } else { (middle - half) / (1.0 + square) };
        let high = if self.happened == self.of { 1.0 } else { (middle + half) / (1.0 + square) };
        Some((low, high))
    }
}
