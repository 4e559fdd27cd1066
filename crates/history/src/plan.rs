//! What a draw is made of: conditional means, and rows of residuals to add to them.

use allweather_metrics::{Block, Bootstrap, optimal_block_length};

use crate::{
    Refusal,
    estimate::{Estimate, Fitted, centred},
    sample::{Group, LEAST_MONTHS, Sample},
};

/// No return is estimated below this: what a level is divided by must stay above 0.
pub(crate) const LEAST_RETURN: f64 = -0.99;

/// A group of months with its estimates.
#[derive(Debug)]
struct Part {
    rows: Vec<usize>,
    targets: Vec<usize>,
    /// `[rows, targets]`.
    means: Vec<f64>,
    /// `[pool, targets]`, centred; empty when no residuals are drawn.
    pool: Vec<f64>,
    /// How many rows the pool has.
    drawn_from: usize,
    block: f64,
}

/// How one series was estimated.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Support {
    pub(crate) months: usize,
    pub(crate) overlap: usize,
    pub(crate) numbers: usize,
    pub(crate) r_squared: f64,
    pub(crate) block: f64,
}

#[derive(Debug)]
pub(crate) struct Plan {
    parts: Vec<Part>,
    bootstrap: Bootstrap,
    /// By series of the sample.
    pub(crate) supports: Vec<Option<Support>>,
    /// Series whose months in common with the others are too few.
    pub(crate) dropped: Vec<(usize, Refusal)>,
}

impl Plan {
    /// `chosen` is the method of each series of the sample, `None` where it is not filled. Every chosen estimate exists.
    pub(crate) fn of(
        sample: &Sample,
        fitted: &[Fitted],
        mut chosen: Vec<Option<usize>>,
        bootstrap: Bootstrap,
        residuals: bool,
    ) -> Self {
        let groups = sample.groups();
        let mut dropped = Vec::new();
        loop {
            let mut plan =
                Self { parts: Vec::new(), bootstrap, supports: vec![None; chosen.len()], dropped: vec![] };
            let short =
                groups.iter().find_map(|group| plan.add(sample, fitted, &chosen, group, residuals).err());
            let Some((series, refusal)) = short else { return Self { dropped, ..plan } };
            if let Some(place) = chosen.get_mut(series) {
                *place = None;
            }
            dropped.push((series, refusal));
        }
    }

    fn add(
        &mut self,
        sample: &Sample,
        fitted: &[Fitted],
        chosen: &[Option<usize>],
        group: &Group,
        residuals: bool,
    ) -> Result<(), (usize, Refusal)> {
        let mut targets = Vec::new();
        let mut estimates: Vec<Estimate> = Vec::new();
        for series in group.missing.iter().copied() {
            let Some(method) = chosen.get(series).copied().flatten().and_then(|method| fitted.get(method))
            else {
                continue;
            };
            let mut estimate = method.estimate(sample, group, series).map_err(|refusal| (series, refusal))?;
            for (mean, row) in estimate.mean.iter_mut().zip(&group.rows) {
                *mean += sample.rate(*row, series);
            }
            estimates.push(estimate);
            targets.push(series);
        }
        let error = |estimate: &Estimate, row: usize| estimate.residuals.get(row).copied().flatten();
        let in_common = |row: &usize| estimates.iter().all(|estimate| error(estimate, *row).is_some());
        let pool_rows: Vec<usize> = (0..sample.periods).filter(in_common).collect();
        let mut columns: Vec<Vec<f64>> = estimates
            .iter()
            .map(|estimate| pool_rows.iter().filter_map(|row| error(estimate, *row)).collect())
            .collect();
        let least =
            targets.iter().zip(&estimates).map(|(s, e)| (e.residuals.iter().flatten().count(), *s)).min();
        if let Some((_, series)) = least.filter(|_| pool_rows.len() < LEAST_MONTHS) {
            return Err((series, Refusal::TooFewMonths { needed: LEAST_MONTHS, found: pool_rows.len() }));
        }
        for column in &mut columns {
            *column = centred(column);
        }
        let block = match self.bootstrap.block() {
            // As for a pair, the longest among them. Residuals that do not vary have no block.
            Block::Automatic => {
                columns.iter().filter_map(|column| optimal_block_length(column).ok()).fold(1.0, f64::max)
            }
            Block::Mean(length) => length,
            _ => 1.0,
        };
        for (series, estimate) in targets.iter().zip(&estimates) {
            let before = self.supports.get(*series).copied().flatten();
            let support = Support {
                months: before.map_or(0, |b| b.months) + group.rows.len(),
                overlap: before.map_or(usize::MAX, |b| b.overlap).min(estimate.overlap),
                numbers: before.map_or(0, |b| b.numbers).max(estimate.numbers),
                r_squared: before.map_or(f64::INFINITY, |b| b.r_squared).min(estimate.r_squared),
                block: before.map_or(1.0, |b| b.block).max(block),
            };
            if let Some(place) = self.supports.get_mut(*series) {
                *place = Some(support);
            }
        }
        let rows_of = |columns: &[&[f64]], rows: usize| -> Vec<f64> {
            (0..rows)
                .flat_map(|row| columns.iter().filter_map(move |column| column.get(row)))
                .copied()
                .collect()
        };
        let means: Vec<&[f64]> = estimates.iter().map(|estimate| &*estimate.mean).collect();
        let pool: Vec<&[f64]> = columns.iter().map(|column| &**column).collect();
        self.parts.push(Part {
            means: rows_of(&means, group.rows.len()),
            pool: if residuals { rows_of(&pool, pool_rows.len()) } else { Vec::new() },
            drawn_from: pool_rows.len(),
            rows: group.rows.clone(),
            targets,
            block,
        });
        Ok(())
    }

    /// One draw: month, series and value of everything that is estimated. Nothing is allocated.
    ///
    /// A draw depends on nothing but the seed and its number. One row of residuals serves all series of a month.
    pub(crate) fn draw(&self, draw: usize, mut put: impl FnMut(usize, usize, f64)) {
        let streams = self.parts.len() as u64;
        for (stream, part) in (0_u64..).zip(&self.parts) {
            let width = part.targets.len();
            if width == 0 {
                continue;
            }
            let stream = (draw as u64).wrapping_mul(streams).wrapping_add(stream);
            let mut drawn = self.bootstrap.rows_of_draw(stream, part.drawn_from, part.block);
            for (row, means) in part.rows.iter().zip(part.means.chunks_exact(width)) {
                let from = drawn.next().unwrap_or(0) * width;
                let residuals = part.pool.get(from..from + width);
                for (place, (series, mean)) in part.targets.iter().zip(means).enumerate() {
                    let residual = residuals.and_then(|row| row.get(place)).copied().unwrap_or(0.0);
                    put(*row, *series, (mean + residual).max(LEAST_RETURN));
                }
            }
        }
    }
}
