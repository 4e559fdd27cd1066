use nalgebra::{Cholesky, DMatrix, DVector, Dyn};

use super::{
    Estimate,
    regression::{mean, size, varies},
};
use crate::{
    Refusal,
    sample::{Group, Sample, long_enough},
};

/// The moments count as settled when none moves by more than this, in units of the deviations of the known values.
const SETTLED: f64 = 1e-11;
const MOST_STEPS: usize = 5000;

/// A series that others explain up to this share of its variance is a combination of them.
const APART: f64 = 1e-12;

/// A joint normal distribution, its moments those of greatest likelihood.
#[derive(Debug, Clone)]
pub(crate) struct Normal {
    /// In the units of the series.
    pub(crate) mean: DVector<f64>,
    pub(crate) covariance: DMatrix<f64>,
}

/// Months that know the same series: their number, sums and products, in units of deviations.
struct Pattern {
    known: Vec<usize>,
    missing: Vec<usize>,
    months: f64,
    sums: DVector<f64>,
    products: DMatrix<f64>,
}

impl Normal {
    pub(crate) fn of(sample: &Sample) -> Result<Self, Refusal> {
        let count = sample.columns.len();
        let mut units = Vec::with_capacity(count);
        for series in 0..count {
            let known = sample.at(&sample.rows_of(series), series);
            let mean = mean(&known);
            let size = size(&known, mean);
            if !varies(&known, size) {
                return Err(collinear(sample, series));
            }
            units.push((mean, size / (known.len() as f64).sqrt()));
        }
        let patterns = patterns(sample, &units);
        let months: f64 = patterns.iter().map(|pattern| pattern.months).sum();
        let mut normal = Self { mean: DVector::zeros(count), covariance: DMatrix::identity(count, count) };
        for _ in 0..MOST_STEPS {
            let better = normal.step(sample, &patterns, months)?;
            let moved =
                (&better.mean - &normal.mean).amax().max((&better.covariance - &normal.covariance).amax());
            normal = better;
            if moved <= SETTLED {
                return Ok(normal.in_units(&units));
            }
            if moved.is_nan() {
                return Err(Refusal::NotFinite);
            }
        }
        Err(Refusal::NotSettled { steps: MOST_STEPS })
    }

    /// One step of expectation and maximisation.
    fn step(&self, sample: &Sample, patterns: &[Pattern], months: f64) -> Result<Self, Refusal> {
        let count = self.mean.len();
        let (mut sums, mut products) = (DVector::zeros(count), DMatrix::zeros(count, count));
        for pattern in patterns {
            let Pattern { known, missing, .. } = pattern;
            add(&mut sums, &mut products, known, known, &pattern.sums, &pattern.products);
            if missing.is_empty() {
                continue;
            }
            let slopes = self.slopes(sample, known, missing)?;
            let intercept = part(&self.mean, missing) - &slopes * part(&self.mean, known);
            let explained = &slopes * &pattern.sums;
            let left =
                block(&self.covariance, missing, missing) - &slopes * block(&self.covariance, known, missing);
            let within = &intercept * intercept.transpose() * pattern.months
                + &intercept * explained.transpose()
                + &explained * intercept.transpose()
                + &slopes * &pattern.products * slopes.transpose()
                + left * pattern.months;
            let across = &intercept * pattern.sums.transpose() + &slopes * &pattern.products;
            add(
                &mut sums,
                &mut products,
                missing,
                missing,
                &(&intercept * pattern.months + explained),
                &within,
            );
            for (i, row) in missing.iter().enumerate() {
                for (j, column) in known.iter().enumerate() {
                    products[(*row, *column)] += across[(i, j)];
                    products[(*column, *row)] += across[(i, j)];
                }
            }
        }
        let mean = sums / months;
        let covariance = products / months - &mean * mean.transpose();
        Ok(Self { covariance: (&covariance + covariance.transpose()) / 2.0, mean })
    }

    /// `V_mk V_kk⁻¹`, `[missing, known]`.
    fn slopes(&self, sample: &Sample, known: &[usize], missing: &[usize]) -> Result<DMatrix<f64>, Refusal> {
        if known.is_empty() {
            return Ok(DMatrix::zeros(missing.len(), 0));
        }
        let factor = self.factor(known).map_err(|series| collinear(sample, series))?;
        Ok(factor.solve(&block(&self.covariance, known, missing)).transpose())
    }

    /// The Cholesky factor of the covariance of these series, or the one that is a combination of those before it.
    fn factor(&self, known: &[usize]) -> Result<Cholesky<f64, Dyn>, usize> {
        let apart = |factor: &Cholesky<f64, Dyn>| {
            let diagonal = factor.l_dirty().diagonal();
            let combination = |(place, series): (usize, &usize)| {
                let variance = self.covariance[(*series, *series)];
                diagonal[place] * diagonal[place] <= APART * variance
            };
            known.iter().take(diagonal.len()).enumerate().position(combination)
        };
        let at = |place: usize| known.get(place).copied().unwrap_or_default();
        if let Some(factor) = Cholesky::new(block(&self.covariance, known, known)) {
            return match apart(&factor) {
                Some(place) => Err(at(place)),
                None => Ok(factor),
            };
        }
        // The shortest beginning of the list that has no factor ends with the combination.
        let fails = |length: &usize| {
            let beginning = known.get(..*length).unwrap_or_default();
            Cholesky::new(block(&self.covariance, beginning, beginning)).is_none()
        };
        Err((1..=known.len()).find(fails).map_or_else(|| at(0), |length| at(length - 1)))
    }

    fn in_units(self, units: &[(f64, f64)]) -> Self {
        let means = DVector::from_iterator(units.len(), units.iter().map(|(mean, _)| *mean));
        let sizes = DVector::from_iterator(units.len(), units.iter().map(|(_, deviation)| *deviation));
        Self {
            mean: means + self.mean.component_mul(&sizes),
            covariance: self.covariance.component_mul(&(&sizes * sizes.transpose())),
        }
    }

    pub(crate) fn estimate(
        &self,
        sample: &Sample,
        group: &Group,
        series: usize,
    ) -> Result<Estimate, Refusal> {
        let known: Vec<usize> =
            (0..sample.columns.len()).filter(|series| !group.missing.contains(series)).collect();
        let slopes = self.slopes(sample, &known, &[series])?;
        let mean_of = |series: usize| self.mean[series];
        // `None` where the month does not know what the group knows.
        let conditional = |row: usize| {
            let mut estimate = mean_of(series);
            for (place, on) in known.iter().enumerate() {
                estimate += slopes[(0, place)] * (sample.value(row, *on)? - mean_of(*on));
            }
            Some(estimate)
        };
        let error = |row: usize| Some(sample.value(row, series)? - conditional(row)?);
        let errors: Vec<Option<f64>> = (0..sample.periods).map(error).collect();
        let (overlap, numbers) = (errors.iter().flatten().count(), known.len() + 1);
        long_enough(overlap, numbers)?;
        let scale = (overlap as f64 / (overlap - numbers) as f64).sqrt();
        let rows = errors.iter().enumerate().filter(|(_, error)| error.is_some()).map(|(row, _)| row);
        let values = sample.at(&rows.collect::<Vec<_>>(), series);
        let total = size(&values, mean(&values));
        if !varies(&values, total) {
            return Err(Refusal::NoVariation);
        }
        let known_errors: Vec<f64> = errors.iter().flatten().copied().collect();
        Ok(Estimate {
            mean: group.rows.iter().filter_map(|row| conditional(*row)).collect(),
            r_squared: 1.0 - (size(&known_errors, 0.0) / total).powi(2),
            residuals: errors.into_iter().map(|error| error.map(|error| error * scale)).collect(),
            overlap,
            numbers,
        })
    }
}

fn collinear(sample: &Sample, series: usize) -> Refusal {
    let name = sample.names.get(series);
    name.map_or(Refusal::NoVariation, |series| Refusal::Collinear { series: series.clone() })
}

fn patterns(sample: &Sample, units: &[(f64, f64)]) -> Vec<Pattern> {
    let mut patterns: Vec<Pattern> = Vec::new();
    for row in 0..sample.periods {
        let all = 0..sample.columns.len();
        let (known, missing): (Vec<usize>, Vec<usize>) = all.partition(|s| sample.value(row, *s).is_some());
        // A month without any value says nothing.
        if known.is_empty() {
            continue;
        }
        let scaled = known.iter().filter_map(|series| {
            let (mean, deviation) = units.get(*series)?;
            Some((sample.value(row, *series)? - mean) / deviation)
        });
        let values = DVector::from_iterator(known.len(), scaled);
        let products = &values * values.transpose();
        match patterns.iter_mut().find(|pattern| pattern.known == known) {
            Some(pattern) => {
                pattern.months += 1.0;
                pattern.sums += values;
                pattern.products += products;
            }
            None => patterns.push(Pattern { known, missing, months: 1.0, sums: values, products }),
        }
    }
    patterns
}

fn part(whole: &DVector<f64>, series: &[usize]) -> DVector<f64> {
    DVector::from_iterator(series.len(), series.iter().map(|series| whole[*series]))
}

fn block(whole: &DMatrix<f64>, rows: &[usize], columns: &[usize]) -> DMatrix<f64> {
    DMatrix::from_fn(rows.len(), columns.len(), |i, j| whole[(rows[i], columns[j])])
}

fn add(
    sums: &mut DVector<f64>,
    products: &mut DMatrix<f64>,
    rows: &[usize],
    columns: &[usize],
    more: &DVector<f64>,
    product: &DMatrix<f64>,
) {
    for (i, row) in rows.iter().enumerate() {
        sums[*row] += more[i];
        for (j, column) in columns.iter().enumerate() {
            products[(*row, *column)] += product[(i, j)];
        }
    }
}
