use super::{
    Estimate,
    regression::{Regression, Singular},
};
use crate::{
    Refusal,
    sample::{Group, Sample, long_enough},
};

/// Regressions from long to short.
#[derive(Debug)]
pub(crate) struct Sequence {
    /// By series of the sample; `None` for a whole one.
    links: Vec<Option<Result<Link, Refusal>>>,
    /// The series that are filled, the longest first.
    order: Vec<usize>,
}

#[derive(Debug)]
pub(crate) struct Link {
    /// The longer series.
    pub(crate) on: Vec<usize>,
    /// The months from the first known one on.
    pub(crate) rows: Vec<usize>,
    pub(crate) regression: Regression,
    /// The conditional mean of each month, `[periods]`, and the value itself where it is known.
    path: Vec<f64>,
}

impl Sequence {
    pub(crate) fn of(sample: &Sample) -> Self {
        let whole = sample.whole();
        let mut links: Vec<Option<Result<Link, Refusal>>> = (0..sample.columns.len()).map(|_| None).collect();
        let mut ordered: Vec<(usize, usize)> = Vec::new();
        for series in sample.short() {
            let rows = sample.rows_of(series);
            let first = rows.first().copied().unwrap_or(sample.periods);
            if rows.len() == sample.periods - first {
                ordered.push((first, series));
            } else if let Some(link) = links.get_mut(series) {
                *link = Some(Err(Refusal::NotMonotone));
            }
        }
        ordered.sort_unstable();
        let mut order: Vec<usize> = Vec::new();
        for (first, series) in &ordered {
            // One that is refused explains none of the shorter ones.
            let longer = ordered.iter().filter(|(earlier, longer)| earlier < first && order.contains(longer));
            let on: Vec<usize> = whole.iter().copied().chain(longer.map(|(_, series)| *series)).collect();
            let link = if whole.is_empty() {
                Err(Refusal::NoWholeSeries)
            } else {
                Link::of(sample, *series, on, &links)
            };
            if link.is_ok() {
                order.push(*series);
            }
            if let Some(place) = links.get_mut(*series) {
                *place = Some(link);
            }
        }
        Self { links, order }
    }

    pub(crate) fn link(&self, series: usize) -> Result<&Link, Refusal> {
        match self.links.get(series) {
            Some(Some(link)) => link.as_ref().map_err(Clone::clone),
            _ => Err(Refusal::NoWholeSeries),
        }
    }

    /// The series in the order of their regressions.
    pub(crate) fn order(&self) -> &[usize] {
        &self.order
    }

    pub(crate) fn estimate(&self, group: &Group, series: usize) -> Result<Estimate, Refusal> {
        let link = self.link(series)?;
        Ok(Estimate {
            mean: group.rows.iter().filter_map(|row| link.path.get(*row)).copied().collect(),
            residuals: self.errors(group, series),
            r_squared: link.regression.r_squared,
            overlap: link.rows.len(),
            numbers: link.on.len() + 1,
        })
    }

    /// The errors in known months when what the group misses is missing: its own, and through the slopes those of the longer series
    /// that the group misses too.
    fn errors(&self, group: &Group, series: usize) -> Vec<Option<f64>> {
        let mut errors: Vec<(usize, Vec<Option<f64>>)> = Vec::new();
        for member in self.order.iter().copied().filter(|member| group.missing.contains(member)) {
            let Ok(link) = self.link(member) else { continue };
            let mut own = vec![None; link.path.len()];
            for (row, residual) in link.rows.iter().zip(&link.regression.residuals) {
                let inherited = link.on.iter().zip(&link.regression.slopes).filter_map(|(on, slope)| {
                    let (_, longer) = errors.iter().find(|(before, _)| before == on)?;
                    Some(slope * (*longer.get(*row)?)?)
                });
                let error = residual * link.regression.scale + inherited.sum::<f64>();
                if let Some(place) = own.get_mut(*row) {
                    *place = Some(error);
                }
            }
            if member == series {
                return own;
            }
            errors.push((member, own));
        }
        Vec::new()
    }
}

impl Link {
    fn of(
        sample: &Sample,
        series: usize,
        on: Vec<usize>,
        links: &[Option<Result<Self, Refusal>>],
    ) -> Result<Self, Refusal> {
        let rows = sample.rows_of(series);
        long_enough(rows.len(), on.len() + 1)?;
        let columns: Vec<Vec<f64>> = on.iter().map(|series| sample.at(&rows, *series)).collect();
        let regression =
            Regression::of(&sample.at(&rows, series), &columns).map_err(|why| named(sample, &on, why))?;
        let longer: Vec<Option<&Self>> =
            on.iter().map(|series| links.get(*series)?.as_ref()?.as_ref().ok()).collect();
        let estimated = |row: usize| {
            let known = on.iter().zip(&longer).map(|(series, link)| {
                let path = || link.and_then(|link| link.path.get(row)).copied();
                sample.value(row, *series).or_else(path).unwrap_or_default()
            });
            regression.at(known)
        };
        let path = (0..sample.periods).map(|row| sample.value(row, series).unwrap_or_else(|| estimated(row)));
        let path = path.collect();
        Ok(Self { on, rows, regression, path })
    }
}

/// A singular regression on these series as a refusal that names one.
pub(super) fn named(sample: &Sample, on: &[usize], singular: Singular) -> Refusal {
    let name = |column: usize| on.get(column).and_then(|series| sample.names.get(*series));
    match singular {
        Singular::Column(column) => {
            name(column).map_or(Refusal::NoVariation, |series| Refusal::Collinear { series: series.clone() })
        }
        Singular::Explained => Refusal::NoVariation,
    }
}
