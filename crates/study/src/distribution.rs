use serde::{Deserialize, Serialize};

use crate::{ExactSum, Sketch, StudyError};

/// One figure over many paths: its mean and deviation, its quantiles, and how many paths do not have it.
///
/// Everything in it merges exactly: whatever the order and the number of threads, the same paths give the same bytes.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Distribution {
    sum: ExactSum,
    squares: ExactSum,
    sketch: Sketch,
    undefined: u64,
}

impl Distribution {
    /// Adds the figure of one path; `None` when that path has none.
    ///
    /// # Errors
    ///
    /// [`StudyError::NotFinite`] when it, or its square, is not finite.
    pub fn add(&mut self, figure: Option<f64>) -> Result<(), StudyError> {
        let Some(x) = figure else {
            self.undefined = self.undefined.saturating_add(1);
            return Ok(());
        };
        // The square first: what it refuses must not be in the sum.
        self.squares.add_product(x, x).ok_or(StudyError::NotFinite { value: x * x })?;
        self.sum.add(x)?;
        self.sketch.add(x)
    }

    /// Adds what another distribution holds.
    pub fn merge(&mut self, other: &Self) {
        self.sum.merge(&other.sum);
        self.squares.merge(&other.squares);
        self.sketch.merge(&other.sketch);
        self.undefined = self.undefined.saturating_add(other.undefined);
    }

    /// How many paths have the figure.
    #[must_use]
    pub fn defined(&self) -> u64 {
        self.sketch.count()
    }

    /// How many paths do not have it.
    #[must_use]
    pub fn undefined(&self) -> u64 {
        self.undefined
    }

    /// The mean of the paths that have it.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        (self.defined() > 0).then(|| self.sum.value() / self.defined() as f64)
    }

    /// The standard deviation over paths (n − 1); `None` below two, and when the squares of the sum are beyond a double.
    ///
    /// ```text
    /// √( (n Σx² − (Σx)²) / (n (n − 1)) )        the difference exact, rounded once
    /// ```
    ///
    /// Paths that are all alike have a deviation of 0, and nothing is lost where the mean is far larger than the deviation. Exact are figures
    /// of 10⁻¹⁴⁰ and more; of smaller ones some last bits are below the smallest double.
    #[must_use]
    pub fn deviation(&self) -> Option<f64> {
        let n = Some(self.defined()).filter(|n| *n > 1)? as f64;
        let mut difference = ExactSum::default();
        for digit in self.squares.digits() {
            difference.add_product(n, digit)?;
        }
        for one in self.sum.digits() {
            for other in self.sum.digits() {
                difference.add_product(-one, other)?;
            }
        }
        // A file may say what no paths have: a sum whose square is above n times the squares.
        Some((difference.value().max(0.0) / (n * (n - 1.0))).sqrt())
    }

    /// How far the mean is known: its standard deviation over √n. `None` below two.
    #[must_use]
    pub fn standard_error(&self) -> Option<f64> {
        self.deviation().map(|deviation| deviation / (self.defined() as f64).sqrt())
    }

    /// As [`Sketch::quantile`].
    #[must_use]
    pub fn quantile(&self, p: f64) -> Option<f64> {
        self.sketch.quantile(p)
    }

    /// The quantiles.
    #[must_use]
    pub fn sketch(&self) -> &Sketch {
        &self.sketch
    }
}
