use allweather_core::AssetId;

use crate::{Refusal, SeriesKind, Table};

/// No series is filled from fewer months in common, nor from fewer than so many for each number estimated from them `[our reading]`.
pub(crate) const LEAST_MONTHS: usize = 36;
const MONTHS_EACH: usize = 5;

/// Whether an overlap is long enough for a regression on so many numbers, the intercept included.
pub(crate) fn long_enough(found: usize, numbers: usize) -> Result<(), Refusal> {
    let needed = LEAST_MONTHS.max(MONTHS_EACH * numbers);
    if found < needed { Err(Refusal::TooFewMonths { needed, found }) } else { Ok(()) }
}

/// The series that take part: those of a table without the ones that cannot.
#[derive(Debug, Clone)]
pub(crate) struct Sample {
    pub(crate) names: Vec<AssetId>,
    pub(crate) returns: Vec<bool>,
    /// What is estimated: over the rate of cash, where a series has one.
    pub(crate) columns: Vec<Vec<Option<f64>>>,
    pub(crate) rates: Vec<Option<Vec<f64>>>,
    pub(crate) periods: usize,
}

/// Months in which the same series are missing.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Group {
    /// In their order.
    pub(crate) rows: Vec<usize>,
    /// The missing series, in their order.
    pub(crate) missing: Vec<usize>,
}

impl Sample {
    pub(crate) fn of(table: &Table) -> (Self, Vec<(AssetId, Refusal)>) {
        let periods = table.periods();
        let mut sample = Self { names: vec![], returns: vec![], columns: vec![], rates: vec![], periods };
        let mut refused = Vec::new();
        for series in table.series() {
            let found = series.values.iter().flatten().count();
            let refusal = if found == periods {
                None
            } else if series.kind == SeriesKind::Indicator {
                Some(Refusal::IndicatorWithGaps)
            } else {
                long_enough(found, 1).err()
            };
            if let Some(refusal) = refusal {
                refused.push((series.id.clone(), refusal));
                continue;
            }
            let over = |(row, value): (usize, &Option<f64>)| {
                let rate = series.rates.as_ref().and_then(|rates| rates.get(row));
                value.map(|value| rate.map_or(value, |rate| value - rate))
            };
            sample.names.push(series.id.clone());
            sample.returns.push(series.kind == SeriesKind::Returns);
            sample.columns.push(series.values.iter().enumerate().map(over).collect());
            sample.rates.push(series.rates.clone());
        }
        (sample, refused)
    }

    pub(crate) fn value(&self, row: usize, series: usize) -> Option<f64> {
        *self.columns.get(series)?.get(row)?
    }

    /// The rate of cash that is added to an estimate, or 0.
    pub(crate) fn rate(&self, row: usize, series: usize) -> f64 {
        let rates = self.rates.get(series).and_then(Option::as_ref);
        rates.and_then(|rates| rates.get(row)).copied().unwrap_or(0.0)
    }

    /// A column in these months, the rate of cash added.
    pub(crate) fn totals(&self, rows: &[usize], series: usize) -> Vec<f64> {
        let total = |row: &usize| Some(self.value(*row, series)? + self.rate(*row, series));
        rows.iter().filter_map(total).collect()
    }

    fn with_gaps(&self, gaps: bool) -> Vec<usize> {
        let has = |column: &Vec<Option<f64>>| column.iter().any(Option::is_none) == gaps;
        self.columns.iter().enumerate().filter(|(_, column)| has(column)).map(|(series, _)| series).collect()
    }

    /// The series without a gap.
    pub(crate) fn whole(&self) -> Vec<usize> {
        self.with_gaps(false)
    }

    /// The series to fill.
    pub(crate) fn short(&self) -> Vec<usize> {
        self.with_gaps(true)
    }

    /// The months in which a series is known.
    pub(crate) fn rows_of(&self, series: usize) -> Vec<usize> {
        (0..self.periods).filter(|row| self.value(*row, series).is_some()).collect()
    }

    /// A column in these months; months in which it is not known are passed over.
    pub(crate) fn at(&self, rows: &[usize], series: usize) -> Vec<f64> {
        rows.iter().filter_map(|row| self.value(*row, series)).collect()
    }

    /// The months that lack something, by what they lack, in the order in which that is first seen.
    pub(crate) fn groups(&self) -> Vec<Group> {
        let short = self.short();
        let mut groups: Vec<Group> = Vec::new();
        for row in 0..self.periods {
            let missing: Vec<usize> =
                short.iter().copied().filter(|series| self.value(row, *series).is_none()).collect();
            match groups.iter_mut().find(|group| group.missing == missing) {
                _ if missing.is_empty() => {}
                Some(group) => group.rows.push(row),
                None => groups.push(Group { rows: vec![row], missing }),
            }
        }
        groups
    }

    /// The same with the first `months` known values of each short series taken away, where enough are left; and the months that
    /// were, by series.
    pub(crate) fn masked(&self, months: usize) -> (Self, Vec<Result<Vec<usize>, Refusal>>) {
        let mut sample = self.clone();
        let mut masks = vec![Ok(Vec::new()); self.columns.len()];
        for series in self.short() {
            let mut rows = self.rows_of(series);
            let left = long_enough(rows.len().saturating_sub(months), 1);
            rows.truncate(months);
            let (Some(mask), Some(column)) = (masks.get_mut(series), sample.columns.get_mut(series)) else {
                continue;
            };
            *mask = left.map(|()| {
                for row in &rows {
                    if let Some(value) = column.get_mut(*row) {
                        *value = None;
                    }
                }
                rows
            });
        }
        (sample, masks)
    }
}
