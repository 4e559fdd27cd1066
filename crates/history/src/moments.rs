use allweather_core::AssetId;
use allweather_metrics::risk::Covariance;
use nalgebra::{DMatrix, DVector};
use ndarray::{Array2, ArrayView3, Axis};

use crate::{
    HistoryError, Refusal, Table,
    estimate::{self, Normal, Sequence, centred},
    sample::Sample,
};

/// Means and covariances of series, of one month, those of greatest likelihood: sums are divided by the number of months.
///
/// Those of a table are of what is estimated in it: over the rate of cash, where a series has one. Those of draws are of whole returns.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Moments {
    /// The series.
    pub series: Vec<AssetId>,
    /// `[series]`, fractions per month.
    pub mean: Vec<f64>,
    /// `[series, series]`.
    pub covariance: Covariance,
}

impl Moments {
    /// Moments of series of unequal length by regressions from long to short, in closed form.
    ///
    /// ```text
    /// y = a + B x + e over the overlap         x: all longer series
    /// μ_y = a + B μ_x    V_yx = B V_xx    V_yy = Σ_e + B V_xx B'
    /// ```
    ///
    /// The covariance of e is divided by the length of the overlap, as greatest likelihood has it. They are what [`Moments::em`] settles at.
    ///
    /// # Errors
    ///
    /// [`HistoryError::Refused`] when a series has a later gap, is too short, or no series is whole: all series of the table take part.
    ///
    /// # Examples
    ///
    /// ```
    /// use allweather_history::{Moments, Series, Table};
    /// let long: Vec<_> = (0..60).map(|t| Some(0.01 * f64::from(t * 7 % 11 - 5))).collect();
    /// let short: Vec<_> = (0..60).map(|t| (t >= 20).then(|| 0.005 * f64::from(t * 7 % 11 + t * 3 % 5))).collect();
    /// let series = vec![Series::returns("long".parse()?, long), Series::returns("short".parse()?, short)];
    /// let table = Table::new("1980-01".parse()?, series)?;
    /// let (closed, settled) = (Moments::stambaugh(&table)?, Moments::em(&table)?);
    /// assert!((closed.mean[1] - settled.mean[1]).abs() < 1e-9);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Source
    ///
    /// Stambaugh 1997, eqs. 1 to 6; Anderson, *Maximum Likelihood Estimates for a Multivariate Normal Distribution when Some
    /// Observations are Missing*, 1957.
    pub fn stambaugh(table: &Table) -> Result<Self, HistoryError> {
        let sample = all(table)?;
        let count = sample.columns.len();
        let (mut mean, mut covariance) = (DVector::zeros(count), DMatrix::zeros(count, count));
        let whole = sample.whole();
        let rows: Vec<usize> = (0..sample.periods).collect();
        let columns: Vec<Vec<f64>> = whole.iter().map(|series| centred(&sample.at(&rows, *series))).collect();
        for (one, column) in whole.iter().zip(&columns) {
            mean[*one] = estimate::mean(&sample.at(&rows, *one));
            for (other, beside) in whole.iter().zip(&columns) {
                covariance[(*one, *other)] = product(column, beside);
            }
        }
        let sequence = Sequence::of(&sample);
        for series in sample.short() {
            sequence.link(series).map_err(|refusal| refused(&sample, series, refusal))?;
        }
        let mut done = whole;
        for series in sequence.order().iter().copied() {
            let link = sequence.link(series).map_err(|refusal| refused(&sample, series, refusal))?;
            let slopes = || link.on.iter().copied().zip(link.regression.slopes.iter().copied());
            mean[series] =
                link.regression.intercept + slopes().map(|(on, slope)| slope * mean[on]).sum::<f64>();
            let left = |other: &[f64]| product(&link.regression.residuals, other);
            for other in done.iter().copied() {
                let explained: f64 = slopes().map(|(on, slope)| slope * covariance[(on, other)]).sum();
                // Of one of the same length, what the regressions leave of both.
                let equal = sequence.link(other).ok().filter(|equal| equal.rows == link.rows);
                let entry = explained + equal.map_or(0.0, |equal| left(&equal.regression.residuals));
                covariance[(series, other)] = entry;
                covariance[(other, series)] = entry;
            }
            let explained: f64 = slopes().map(|(on, slope)| slope * covariance[(on, series)]).sum();
            covariance[(series, series)] = explained + left(&link.regression.residuals);
            done.push(series);
        }
        Self::new(sample.names, mean.as_slice(), &covariance)
    }

    /// Moments of series with gaps of any pattern, by expectation and maximisation.
    ///
    /// It starts from the known values of each series by themselves and goes on until no moment moves by more than 10⁻¹¹ of its
    /// deviations.
    ///
    /// # Errors
    ///
    /// [`HistoryError::Refused`] when a series is too short; [`HistoryError::NoMoments`] when one is a combination of others, or the moments
    /// do not settle in 5000 steps.
    ///
    /// # Examples
    ///
    /// ```
    /// use allweather_history::{Moments, Series, Table};
    /// let long: Vec<_> = (0..60).map(|t| Some(0.01 * f64::from(t * 7 % 11 - 5))).collect();
    /// // Unknown every tenth month.
    /// let holes: Vec<_> = (0..60).map(|t| (t % 10 > 0).then(|| 0.01 * f64::from(t * 3 % 5))).collect();
    /// let series = vec![Series::returns("long".parse()?, long), Series::returns("holes".parse()?, holes)];
    /// let moments = Moments::em(&Table::new("1980-01".parse()?, series)?)?;
    /// assert!(moments.covariance.matrix()[(1, 1)] > 0.0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Source
    ///
    /// Dempster, Laird and Rubin 1977; Little and Rubin, *Statistical Analysis with Missing Data*, 2002, §11.2.
    pub fn em(table: &Table) -> Result<Self, HistoryError> {
        let sample = all(table)?;
        let normal = Normal::of(&sample).map_err(|refusal| HistoryError::NoMoments { refusal })?;
        Self::new(sample.names, normal.mean.as_slice(), &normal.covariance)
    }

    /// Of draws, `[draws, periods, series]`.
    pub(crate) fn of_draws(series: &[AssetId], draws: &ArrayView3<'_, f64>) -> Result<Self, HistoryError> {
        let (count, periods, width) = draws.dim();
        let months = (count * periods) as f64;
        let mut mean = vec![0.0; width];
        for draw in draws.axis_iter(Axis(0)) {
            for row in draw.rows() {
                mean.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
            }
        }
        for sum in &mut mean {
            *sum /= months;
        }
        let mut covariance = DMatrix::zeros(width, width);
        let mut centred = vec![0.0; width];
        for draw in draws.axis_iter(Axis(0)) {
            for row in draw.rows() {
                for (place, (value, mean)) in centred.iter_mut().zip(row.iter().zip(&mean)) {
                    *place = value - mean;
                }
                for (i, one) in centred.iter().enumerate() {
                    for (j, other) in centred.iter().enumerate().take(i + 1) {
                        covariance[(i, j)] += one * other;
                    }
                }
            }
        }
        covariance /= months;
        covariance.fill_upper_triangle_with_lower_triangle();
        Self::new(series.to_vec(), &mean, &covariance)
    }

    fn new(series: Vec<AssetId>, mean: &[f64], covariance: &DMatrix<f64>) -> Result<Self, HistoryError> {
        let entry = |(row, column): (usize, usize)| covariance[(row, column)];
        let covariance = Array2::from_shape_fn(covariance.shape(), entry);
        Ok(Self { series, mean: mean.to_vec(), covariance: Covariance::new(&covariance)? })
    }
}

/// The series of a table, all of them.
fn all(table: &Table) -> Result<Sample, HistoryError> {
    let (sample, refused) = Sample::of(table);
    match refused.into_iter().next() {
        Some((series, refusal)) => Err(HistoryError::Refused { series, refusal }),
        None => Ok(sample),
    }
}

fn refused(sample: &Sample, series: usize, refusal: Refusal) -> HistoryError {
    match sample.names.get(series) {
        Some(series) => HistoryError::Refused { series: series.clone(), refusal },
        None => HistoryError::NoMoments { refusal },
    }
}

/// The mean product of two columns.
fn product(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(x, y)| x * y).sum::<f64>() / one.len().max(1) as f64
}
