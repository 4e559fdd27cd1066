use allweather_core::AssetId;
use nalgebra::{DMatrix, SymmetricEigen};

use super::{
    Estimate,
    forest::{Settings, grow},
    regression::{Regression, Singular, mean, size, varies},
    stambaugh::named,
};
use crate::{
    Refusal,
    sample::{Group, Sample, long_enough},
};

/// Each series by itself, explained by whole series alone: what else is missing makes no difference.
#[derive(Debug)]
pub(crate) struct Alone {
    /// By series of the sample; `None` for a whole one.
    fits: Vec<Option<Result<Fit, Refusal>>>,
}

#[derive(Debug)]
struct Fit {
    /// The estimate of each month, `[periods]`.
    path: Vec<f64>,
    /// Scaled, `[periods]`.
    residuals: Vec<Option<f64>>,
    r_squared: f64,
    overlap: usize,
    numbers: usize,
}

impl Alone {
    fn of(sample: &Sample, fit: impl Fn(usize) -> Result<Fit, Refusal>) -> Self {
        let mut fits: Vec<Option<Result<Fit, Refusal>>> = (0..sample.columns.len()).map(|_| None).collect();
        for series in sample.short() {
            if let Some(place) = fits.get_mut(series) {
                *place = Some(fit(series));
            }
        }
        Self { fits }
    }

    /// Regressions on these series, or on all whole ones when there are none.
    pub(crate) fn on_factors(sample: &Sample, named: &[AssetId]) -> Self {
        let whole = sample.whole();
        let place = |factor: &AssetId| {
            let place = sample.names.iter().position(|name| name == factor);
            let place = place.filter(|place| whole.contains(place));
            place.ok_or_else(|| Refusal::FactorWithGaps { series: factor.clone() })
        };
        let on: Result<Vec<usize>, Refusal> =
            if named.is_empty() { Ok(whole.clone()) } else { named.iter().map(place).collect() };
        Self::of(sample, |series| {
            let on = on.as_ref().map_err(Clone::clone)?;
            regress(sample, series, &whole_columns(sample, on)?, |why| {
                super::stambaugh::named(sample, on, why)
            })
        })
    }

    /// Regressions on the largest principal components of all whole series.
    pub(crate) fn on_components(sample: &Sample, share: f64) -> Self {
        let scores = components(sample, share);
        Self::of(sample, |series| {
            regress(sample, series, scores.as_ref().map_err(Clone::clone)?, |_| Refusal::NoVariation)
        })
    }

    pub(crate) fn by_forest(sample: &Sample, settings: &Settings) -> Self {
        let columns = whole_columns(sample, &sample.whole());
        Self::of(sample, |series| {
            let columns = columns.as_ref().map_err(Clone::clone)?;
            let rows = sample.rows_of(series);
            long_enough(rows.len(), columns.len() + 1)?;
            let y = sample.at(&rows, series);
            let grown = grow(columns, &rows, &y, settings).ok_or(Refusal::NotFinite)?;
            let errors: Vec<f64> =
                y.iter().zip(&grown.out_of_bag).map(|(y, estimated)| y - estimated).collect();
            let total = size(&y, mean(&y));
            if !varies(&y, total) {
                return Err(Refusal::NoVariation);
            }
            Ok(Fit {
                r_squared: 1.0 - (size(&errors, 0.0) / total).powi(2),
                // Out of the bag: these errors are as large as those of months that the forest has never seen.
                residuals: spread_out(sample.periods, &rows, errors.iter().copied()),
                path: grown.path,
                overlap: rows.len(),
                numbers: columns.len() + 1,
            })
        })
    }

    pub(crate) fn estimate(&self, group: &Group, series: usize) -> Result<Estimate, Refusal> {
        let Some(Some(fit)) = self.fits.get(series) else { return Err(Refusal::NoWholeSeries) };
        let fit = fit.as_ref().map_err(Clone::clone)?;
        Ok(Estimate {
            mean: group.rows.iter().filter_map(|row| fit.path.get(*row)).copied().collect(),
            residuals: fit.residuals.clone(),
            r_squared: fit.r_squared,
            overlap: fit.overlap,
            numbers: fit.numbers,
        })
    }
}

fn regress(
    sample: &Sample,
    series: usize,
    columns: &[Vec<f64>],
    why: impl Fn(Singular) -> Refusal,
) -> Result<Fit, Refusal> {
    let rows = sample.rows_of(series);
    long_enough(rows.len(), columns.len() + 1)?;
    let within = |column: &Vec<f64>| rows.iter().filter_map(|row| column.get(*row)).copied().collect();
    let explaining: Vec<Vec<f64>> = columns.iter().map(within).collect();
    let regression = Regression::of(&sample.at(&rows, series), &explaining).map_err(why)?;
    let at =
        |row: usize| regression.at(columns.iter().map(|column| column.get(row).copied().unwrap_or_default()));
    Ok(Fit {
        path: (0..sample.periods).map(at).collect(),
        residuals: spread_out(
            sample.periods,
            &rows,
            regression.residuals.iter().map(|e| e * regression.scale),
        ),
        r_squared: regression.r_squared,
        overlap: rows.len(),
        numbers: columns.len() + 1,
    })
}

fn spread_out(periods: usize, rows: &[usize], values: impl Iterator<Item = f64>) -> Vec<Option<f64>> {
    let mut spread = vec![None; periods];
    for (row, value) in rows.iter().zip(values) {
        if let Some(place) = spread.get_mut(*row) {
            *place = Some(value);
        }
    }
    spread
}

/// Columns of whole series, `[periods]` each.
fn whole_columns(sample: &Sample, on: &[usize]) -> Result<Vec<Vec<f64>>, Refusal> {
    if on.is_empty() {
        return Err(Refusal::NoWholeSeries);
    }
    let all: Vec<usize> = (0..sample.periods).collect();
    Ok(on.iter().map(|series| sample.at(&all, *series)).collect())
}

/// The scores of the largest principal components of all whole series, in units of their deviations.
fn components(sample: &Sample, share: f64) -> Result<Vec<Vec<f64>>, Refusal> {
    let whole = sample.whole();
    let mut columns = whole_columns(sample, &whole)?;
    for (place, column) in columns.iter_mut().enumerate() {
        let mean = mean(column);
        let size = size(column, mean);
        if !varies(column, size) {
            return Err(named(sample, &whole, Singular::Column(place)));
        }
        for x in column.iter_mut() {
            *x = (*x - mean) / size;
        }
    }
    let x = DMatrix::from_iterator(sample.periods, columns.len(), columns.into_iter().flatten());
    let eigen = SymmetricEigen::new(x.transpose() * &x);
    let mut order: Vec<(f64, usize)> = eigen.eigenvalues.iter().copied().zip(0..).collect();
    order.sort_by(|one, other| other.0.total_cmp(&one.0));
    let (mut held, mut scores) = (0.0, Vec::new());
    for (value, component) in order {
        // The variances of as many series add up to their number.
        if held >= share * whole.len() as f64 - 1e-9 {
            break;
        }
        held += value;
        scores.push((&x * eigen.eigenvectors.column(component)).iter().copied().collect());
    }
    Ok(scores)
}
