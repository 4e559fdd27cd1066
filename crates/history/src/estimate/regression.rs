use nalgebra::{DMatrix, DVector};

/// An explaining series whose part that the others do not explain is below this share of its own size does not vary by itself.
const APART: f64 = 1e-9;

/// Ordinary least squares with an intercept.
#[derive(Debug, Clone)]
pub(crate) struct Regression {
    pub(crate) intercept: f64,
    pub(crate) slopes: Vec<f64>,
    /// In the order of the rows; their mean is 0.
    pub(crate) residuals: Vec<f64>,
    pub(crate) r_squared: f64,
    /// √(S/(S − k)): residuals of a fit vary less than what they stand for. k counts the intercept.
    pub(crate) scale: f64,
}

/// Why there is no regression.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Singular {
    /// This explaining column does not vary apart from those before it.
    Column(usize),
    /// What is to be explained does not vary.
    Explained,
}

impl Regression {
    /// Of `y` on columns of the same length, which is more than their number and one.
    pub(crate) fn of(y: &[f64], columns: &[Vec<f64>]) -> Result<Self, Singular> {
        let (rows, slopes) = (y.len(), columns.len());
        let freedom =
            rows.checked_sub(slopes + 1).filter(|left| *left > 0).ok_or(Singular::Explained)? as f64;
        let means: Vec<f64> = columns.iter().map(|column| mean(column)).collect();
        let mean_y = mean(y);
        // Centred and in units of their own size: the diagonal of R is then what each column has beside those before it.
        let sizes: Vec<f64> = columns.iter().zip(&means).map(|(column, mean)| size(column, *mean)).collect();
        if let Some(constant) = columns.iter().zip(&sizes).position(|(column, size)| !varies(column, *size)) {
            return Err(Singular::Column(constant));
        }
        let size_y = size(y, mean_y);
        if !varies(y, size_y) {
            return Err(Singular::Explained);
        }
        let entries = columns.iter().zip(means.iter().zip(&sizes));
        let entries =
            entries.flat_map(|(column, (mean, size))| column.iter().map(move |x| (x - mean) / size));
        let x = DMatrix::from_iterator(rows, slopes, entries);
        let target = DVector::from_iterator(rows, y.iter().map(|y| y - mean_y));
        let mut solution = DVector::zeros(slopes);
        if slopes > 0 {
            let qr = x.clone().qr();
            let r = qr.r();
            if let Some(column) = (0..slopes).find(|j| r[(*j, *j)].abs() <= APART) {
                return Err(Singular::Column(column));
            }
            let rotated = qr.q().transpose() * &target;
            // R has no 0 on its diagonal.
            solution = r.solve_upper_triangular(&rotated).ok_or(Singular::Column(0))?;
        }
        let residuals: Vec<f64> = (target - &x * &solution).iter().copied().collect();
        let left: f64 = residuals.iter().map(|e| e * e).sum();
        let slopes: Vec<f64> = solution.iter().zip(&sizes).map(|(slope, size)| slope / size).collect();
        Ok(Self {
            intercept: mean_y - slopes.iter().zip(&means).map(|(slope, mean)| slope * mean).sum::<f64>(),
            slopes,
            residuals,
            r_squared: 1.0 - left / (size_y * size_y),
            scale: (rows as f64 / freedom).sqrt(),
        })
    }

    pub(crate) fn at(&self, values: impl Iterator<Item = f64>) -> f64 {
        self.intercept + self.slopes.iter().zip(values).map(|(slope, value)| slope * value).sum::<f64>()
    }
}

pub(crate) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

/// A column less its mean.
pub(crate) fn centred(column: &[f64]) -> Vec<f64> {
    let mean = mean(column);
    column.iter().map(|x| x - mean).collect()
}

/// √Σ(x − mean)².
pub(crate) fn size(values: &[f64], mean: f64) -> f64 {
    values.iter().map(|x| (x - mean).powi(2)).sum::<f64>().sqrt()
}

/// Whether a column differs from its mean by more than rounding.
pub(crate) fn varies(column: &[f64], size: f64) -> bool {
    let largest = column.iter().fold(0.0_f64, |largest, x| largest.max(x.abs()));
    size > 1e-12 * largest * (column.len() as f64).sqrt() && size > 1e-150
}
