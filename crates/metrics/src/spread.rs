use ndarray::ArrayView1;

use crate::{
    Undefined,
    error::{at_least, finite},
};

/// Mean and squared deviations of a series, for both doors.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spread {
    pub(crate) n: usize,
    pub(crate) mean: f64,
    /// Σ (x − mean)².
    pub(crate) squares: f64,
    /// The largest value, or 0.
    pub(crate) largest: f64,
}

impl Spread {
    pub(crate) fn of(values: &ArrayView1<'_, f64>) -> Self {
        // Counted from the first value: equal values then differ by exactly 0, which their rounded mean would not give.
        let first = values.first().copied().unwrap_or_default();
        let n = values.len();
        let mean = values.iter().map(|x| x - first).sum::<f64>() / n.max(1) as f64;
        let squares = values.iter().map(|x| (x - first - mean).powi(2)).sum();
        let largest = values.iter().fold(0.0_f64, |largest, &x| largest.max(x));
        Self { n, mean: first + mean, squares, largest }
    }

    /// The sample standard deviation, n − 1.
    pub(crate) fn deviation(&self) -> Result<f64, Undefined> {
        at_least(2, self.n)?;
        finite((self.squares / (self.n - 1) as f64).sqrt())
    }

    /// A standard deviation to divide by.
    pub(crate) fn varying_deviation(&self) -> Result<f64, Undefined> {
        let deviation = self.deviation()?;
        if deviation > noise(self.largest) { Ok(deviation) } else { Err(Undefined::NoVariation) }
    }

    /// Mean over standard deviation, per period.
    pub(crate) fn ratio(&self) -> Result<f64, Undefined> {
        finite(self.mean / self.varying_deviation()?)
    }
}

/// What rounding alone makes of returns that are equal: wealth 1 + r has 53 binary digits, and a few steps cost a few of
/// them. A deviation of this size says nothing, and a ratio to it would be of the order of 10¹⁴.
pub(crate) fn noise(largest: f64) -> f64 {
    16.0 * f64::EPSILON * (1.0 + largest.max(0.0))
}
