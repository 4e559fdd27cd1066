//! How assets vary together, and what each carries of a portfolio's risk.
//!
//! ```
//! use allweather_metrics::risk::Covariance;
//!
//! // Equity of 20 % and bonds of 5 % a year, without correlation.
//! let covariance = Covariance::new(&[[0.04, 0.0], [0.0, 0.0025]])?;
//! let shares = covariance.risk_contributions(&[0.6, 0.4])?;
//! assert!(shares[0] > 0.97); // sixty percent of the money, nearly all of the risk
//! let equal = covariance.risk_budget_weights(&[0.5, 0.5])?;
//! assert!((equal[0] - 0.2).abs() < 1e-12 && (equal[1] - 0.8).abs() < 1e-12);
//! # Ok::<(), allweather_metrics::MetricsError>(())
//! ```

mod budget;
mod exceedance;

use ndarray::{Array2, ArrayView2};

pub use exceedance::{exceedance_correlation, normal_exceedance_correlation};

use crate::{
    MetricsError, Undefined,
    error::{at_least, finite},
    spread::noise,
};

/// Entries of a matrix count as symmetric within this share of the deviations of the two assets.
const SYMMETRIC: f64 = 1e-9;

/// A portfolio whose variance is below this share of what it would be without any hedging between its assets has none: what is left
/// is rounding.
const HEDGED: f64 = 1e-14;

/// The covariance matrix of assets: finite, symmetric, variances not negative. Assets are counted from 0.
///
/// Its unit is that of the returns it was made of, squared: of monthly returns it is a month's, and twelvefold a year's.
#[derive(Debug, Clone, PartialEq)]
pub struct Covariance {
    /// In standard layout.
    matrix: Array2<f64>,
}

impl Covariance {
    /// A covariance matrix of one's own, shape `[assets, assets]`.
    ///
    /// What rounding leaves of symmetry (10⁻⁹ of the two deviations) is evened out. That the matrix is positive semidefinite is not
    /// checked.
    ///
    /// # Errors
    ///
    /// [`MetricsError::NoAssets`], [`MetricsError::NotSquare`], and [`MetricsError::Covariance`] with the place of what is not
    /// finite, of a negative variance, and of two entries that should be equal.
    ///
    /// # Examples
    ///
    /// ```
    /// use allweather_metrics::risk::Covariance;
    /// let error = Covariance::new(&[[0.04, 0.01], [0.02, 0.09]]).unwrap_err();
    /// let words = "the covariance 0.01 of assets 0 and 1 (from 0) is not the same both ways";
    /// assert_eq!(error.to_string(), words);
    /// ```
    pub fn new<'a>(matrix: impl Into<ArrayView2<'a, f64>>) -> Result<Self, MetricsError> {
        let matrix = matrix.into();
        let (rows, columns) = matrix.dim();
        if rows != columns {
            return Err(MetricsError::NotSquare { rows, columns });
        }
        if rows == 0 {
            return Err(MetricsError::NoAssets);
        }
        let mut matrix = matrix.as_standard_layout().into_owned();
        let wrong = |row, column, value, rule| Err(MetricsError::Covariance { row, column, value, rule });
        for ((row, column), &value) in matrix.indexed_iter() {
            if !value.is_finite() {
                return wrong(row, column, value, "finite");
            }
            if row == column && value < 0.0 {
                return wrong(row, column, value, "0 or more: it is a variance");
            }
        }
        for row in 0..rows {
            for column in row + 1..rows {
                let (above, below) = (matrix[(row, column)], matrix[(column, row)]);
                let scale = matrix[(row, row)].sqrt() * matrix[(column, column)].sqrt();
                if (above - below).abs() > SYMMETRIC * scale {
                    return wrong(row, column, above, "the same both ways");
                }
                let middle = above / 2.0 + below / 2.0;
                (matrix[(row, column)], matrix[(column, row)]) = (middle, middle);
            }
        }
        Ok(Self { matrix })
    }

    /// The sample covariance of returns.
    ///
    /// ```text
    /// σ_ij = Σ_t (r_ti − r̄_i)(r_tj − r̄_j) / (T − 1)        T periods
    /// ```
    ///
    /// | argument  | shape               | unit                |
    /// | --------- | ------------------- | ------------------- |
    /// | `returns` | `[periods, assets]` | fraction per period |
    ///
    /// An asset whose returns are equal, or differ by no more than rounding, has a variance of exactly 0.
    ///
    /// # Errors
    ///
    /// [`MetricsError::NoAssets`], [`MetricsError::NotFiniteOfAsset`] with asset and period; [`Undefined::TooFew`] with fewer than
    /// two periods, [`Undefined::TooLarge`] when it is beyond a double.
    ///
    /// # Examples
    ///
    /// ```
    /// use allweather_metrics::risk::Covariance;
    /// let covariance = Covariance::of(&[[0.01, 0.02], [0.03, -0.02], [0.02, 0.0]])?;
    /// assert!((covariance.matrix()[(0, 0)] - 0.0001).abs() < 1e-15);
    /// assert!((covariance.correlation(0, 1)? + 1.0).abs() < 1e-12);
    /// # Ok::<(), allweather_metrics::MetricsError>(())
    /// ```
    ///
    /// # Source
    ///
    /// The unbiased estimator; Anderson, *An Introduction to Multivariate Statistical Analysis*, 2003, §3.2.
    pub fn of<'a>(returns: impl Into<ArrayView2<'a, f64>>) -> Result<Self, MetricsError> {
        let returns = returns.into();
        let (periods, assets) = returns.dim();
        if assets == 0 {
            return Err(MetricsError::NoAssets);
        }
        at_least(2, periods)?;
        // One row an asset, less its mean. Counted from the first return, as `Spread` does: equal returns differ by exactly 0.
        let mut deviations = Array2::zeros((assets, periods));
        for (asset, (column, mut row)) in returns.columns().into_iter().zip(deviations.rows_mut()).enumerate()
        {
            let first = column[0];
            let mut largest = 0.0_f64;
            for (period, (&value, deviation)) in column.iter().zip(&mut row).enumerate() {
                if !value.is_finite() {
                    return Err(MetricsError::NotFiniteOfAsset { asset, period, value });
                }
                *deviation = value - first;
                largest = largest.max(value.abs());
            }
            let mean = row.sum() / periods as f64;
            row.mapv_inplace(|deviation| deviation - mean);
            if row.iter().all(|deviation| deviation.abs() <= noise(largest)) {
                row.fill(0.0);
            }
        }
        let freedom = (periods - 1) as f64;
        let mut matrix = Array2::zeros((assets, assets));
        for row in 0..assets {
            for column in 0..=row {
                let covariance = finite(deviations.row(row).dot(&deviations.row(column)) / freedom)?;
                (matrix[(row, column)], matrix[(column, row)]) = (covariance, covariance);
            }
        }
        Ok(Self { matrix })
    }

    /// The matrix, shape `[assets, assets]`.
    #[must_use]
    pub fn matrix(&self) -> ArrayView2<'_, f64> {
        self.matrix.view()
    }

    /// How many assets there are, 1 or more.
    #[must_use]
    pub fn assets(&self) -> usize {
        self.matrix.nrows()
    }

    /// The correlation of two assets, −1 to 1.
    ///
    /// ```text
    /// ρ_ij = σ_ij / √(σ_ii σ_jj)
    /// ```
    ///
    /// # Errors
    ///
    /// [`MetricsError::NoSuchAsset`]; [`Undefined::NoVariationOf`] for an asset whose variance is 0.
    ///
    /// # Examples
    ///
    /// ```
    /// use allweather_metrics::risk::Covariance;
    /// let covariance = Covariance::new(&[[0.04, 0.03], [0.03, 0.09]])?;
    /// assert!((covariance.correlation(0, 1)? - 0.5).abs() < 1e-15);
    /// # Ok::<(), allweather_metrics::MetricsError>(())
    /// ```
    ///
    /// # Source
    ///
    /// Pearson 1896.
    pub fn correlation(&self, one: usize, other: usize) -> Result<f64, MetricsError> {
        let (one_deviation, other_deviation) = (self.deviation(one)?, self.deviation(other)?);
        // One deviation after the other: their product may be below a double.
        Ok((self.matrix[(one, other)] / one_deviation / other_deviation).clamp(-1.0, 1.0))
    }

    /// The standard deviation of an asset, above 0.
    fn deviation(&self, asset: usize) -> Result<f64, MetricsError> {
        let assets = self.assets();
        let variance = self.matrix.get((asset, asset)).ok_or(MetricsError::NoSuchAsset { asset, assets })?;
        if *variance > 0.0 { Ok(variance.sqrt()) } else { Err(Undefined::NoVariationOf { asset }.into()) }
    }

    /// The variance of a portfolio, `w'Σw`; `weights` are fractions in the order of the assets, and what is missing to 1 does not vary.
    ///
    /// # Errors
    ///
    /// [`MetricsError::Weights`] and [`MetricsError::Weight`] when there is not one finite weight for each asset;
    /// [`Undefined::TooLarge`] when it is beyond a double.
    ///
    /// # Source
    ///
    /// Markowitz, *Portfolio Selection*, 1952.
    pub fn variance(&self, weights: &[f64]) -> Result<f64, MetricsError> {
        self.check(weights)?;
        let variance =
            self.matrix.rows().into_iter().zip(weights).map(|(row, w)| w * times(row.iter(), weights)).sum();
        Ok(finite(variance)?.max(0.0))
    }

    /// The volatility of a portfolio, `√(w'Σw)`, of the period the covariance is of.
    ///
    /// # Errors
    ///
    /// As [`variance`](Self::variance).
    ///
    /// # Examples
    ///
    /// ```
    /// use allweather_metrics::risk::Covariance;
    /// let covariance = Covariance::new(&[[0.04, 0.0], [0.0, 0.04]])?;
    /// assert!((covariance.volatility(&[0.6, 0.4])? - 0.2 * 0.52_f64.sqrt()).abs() < 1e-15);
    /// # Ok::<(), allweather_metrics::MetricsError>(())
    /// ```
    ///
    /// # Source
    ///
    /// Markowitz, *Portfolio Selection*, 1952.
    pub fn volatility(&self, weights: &[f64]) -> Result<f64, MetricsError> {
        Ok(self.variance(weights)?.sqrt())
    }

    /// What share of the portfolio's risk each asset carries, `[assets]`; they add up to 1. That of a hedge is negative.
    ///
    /// ```text
    /// RC_i = w_i (Σw)_i / (w'Σw)
    /// ```
    ///
    /// # Errors
    ///
    /// As [`variance`](Self::variance); [`Undefined::NoVariation`] when the portfolio has no risk to share, or its assets hedge one
    /// another but for rounding.
    ///
    /// # Examples
    ///
    /// ```
    /// use allweather_metrics::risk::Covariance;
    /// let covariance = Covariance::new(&[[0.04, 0.0], [0.0, 0.01]])?;
    /// let shares = covariance.risk_contributions(&[0.5, 0.5])?;
    /// assert!((shares[0] - 0.8).abs() < 1e-15 && (shares[1] - 0.2).abs() < 1e-15);
    /// # Ok::<(), allweather_metrics::MetricsError>(())
    /// ```
    ///
    /// # Source
    ///
    /// Maillard, Roncalli and Teïletche, *The Properties of Equally Weighted Risk Contribution Portfolios*, 2010.
    pub fn risk_contributions(&self, weights: &[f64]) -> Result<Vec<f64>, MetricsError> {
        self.check(weights)?;
        let product = |(row, w): (ndarray::ArrayView1<'_, f64>, &f64)| w * times(row.iter(), weights);
        let mut shares: Vec<f64> = self.matrix.rows().into_iter().zip(weights).map(product).collect();
        let variance = finite(shares.iter().sum::<f64>())?;
        let unhedged: f64 = self.matrix.diag().iter().zip(weights).map(|(v, w)| v.sqrt() * w.abs()).sum();
        if variance <= HEDGED * unhedged * unhedged {
            return Err(Undefined::NoVariation.into());
        }
        for share in &mut shares {
            *share = finite(*share / variance)?;
        }
        Ok(shares)
    }

    /// The excess growth rate of a portfolio that is rebalanced to its weights all the time, of the period the covariance is of.
    ///
    /// ```text
    /// ½ ( Σ w_i σ_ii − w'Σw )
    /// ```
    ///
    /// The growth rate of such a portfolio is the weighted mean of its assets' growth rates and this. It is no free premium: a
    /// portfolio that is never rebalanced tends towards its best asset, and on a path with a trend it ends higher. Half in an asset and
    /// half in cash: when the asset doubles and halves, 1.125 rebalanced and 1 held; when it rises by 20 % twice, 1.21 and 1.22.
    ///
    /// # Errors
    ///
    /// As [`variance`](Self::variance).
    ///
    /// # Examples
    ///
    /// ```
    /// use allweather_metrics::risk::Covariance;
    /// // Two independent assets of 20 %, half in each.
    /// let covariance = Covariance::new(&[[0.04, 0.0], [0.0, 0.04]])?;
    /// assert!((covariance.excess_growth_rate(&[0.5, 0.5])? - 0.01).abs() < 1e-15);
    /// # Ok::<(), allweather_metrics::MetricsError>(())
    /// ```
    ///
    /// # Source
    ///
    /// Fernholz, *Stochastic Portfolio Theory*, 2002, §1.1.
    pub fn excess_growth_rate(&self, weights: &[f64]) -> Result<f64, MetricsError> {
        let variance = self.variance(weights)?;
        let of_assets: f64 = self.matrix.diag().iter().zip(weights).map(|(v, w)| v * w).sum();
        Ok(finite((of_assets - variance) / 2.0)?)
    }

    fn check(&self, weights: &[f64]) -> Result<(), MetricsError> {
        let (expected, found) = (self.assets(), weights.len());
        if found != expected {
            return Err(MetricsError::Weights { expected, found });
        }
        match weights.iter().enumerate().find(|(_, weight)| !weight.is_finite()) {
            Some((asset, &value)) => Err(MetricsError::Weight { asset, value }),
            None => Ok(()),
        }
    }
}

fn times<'a>(row: impl Iterator<Item = &'a f64>, weights: &[f64]) -> f64 {
    row.zip(weights).map(|(covariance, weight)| covariance * weight).sum()
}
