use std::thread;

use allweather_metrics::{Block, Bootstrap, Tail, optimal_block_length, type_7};
use serde::Serialize;

use crate::{Answer, Constraints, Objective, OptimizeError, Scenarios, Status};

/// How far weights move when the scenarios might have been others.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Bands {
    /// One an asset; empty when no draw has weights.
    pub assets: Vec<Band>,
    /// How many draws have weights; the bands are theirs.
    pub solved: usize,
    /// How many have none that obey the constraints.
    pub infeasible: usize,
    /// How many the solver did not bring to its end. Their weights are not in the bands.
    pub inexact: usize,
    /// How many cannot be asked: without a scenario of some weather, or without a covariance.
    pub undefined: usize,
}

/// The weight of an asset over the draws, fractions of the portfolio; quantiles of type 7.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Band {
    /// The quantile at the lower tail.
    pub low: f64,
    /// The median.
    pub median: f64,
    /// The quantile at the upper tail.
    pub high: f64,
    /// The mean. The means of all assets add up to 1, as the quantiles do not.
    pub mean: f64,
}

/// What became of one draw.
enum Drawn {
    Weights(Vec<f64>),
    Infeasible,
    Inexact,
    Undefined,
}

impl Objective {
    /// Weights over many sets of scenarios: the draws of an estimated history, or whatever else the past might have been.
    ///
    /// `scenarios` gives those of a draw, counted from 0; it may be called from several threads and in any order, so it should be a function of the
    /// number alone. The answer does not depend on the number of threads (0 counts as 1).
    ///
    /// # Errors
    ///
    /// [`OptimizeError::NoDraws`]; of the first draw that is refused, why, unless it is something that a draw may lack by chance.
    ///
    /// # Examples
    ///
    /// ```
    /// use allweather_metrics::Tail;
    /// use allweather_optimize::{Constraints, Estimator, Objective, Scenarios};
    /// // Three histories of an estimated part.
    /// let draw = |k: usize| {
    ///     let guess = 0.01 * (k as f64 - 1.0);
    ///     Scenarios::new(&[[0.02, 0.004], [-0.03, 0.006], [0.01 + guess, -0.004], [-guess, 0.002]])
    /// };
    /// let objective = Objective::MinimumVariance { estimator: Estimator::Sample };
    /// let bands = objective.bands(3, draw, &Constraints::new(), Tail::FIVE_PERCENT, 2)?;
    /// assert_eq!(bands.solved, 3);
    /// assert!(bands.assets[0].low <= bands.assets[0].median && bands.assets[0].high < bands.assets[1].low);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn bands(
        &self,
        draws: usize,
        scenarios: impl Fn(usize) -> Result<Scenarios, OptimizeError> + Sync,
        constraints: &Constraints,
        tail: Tail,
        threads: usize,
    ) -> Result<Bands, OptimizeError> {
        if draws == 0 {
            return Err(OptimizeError::NoDraws);
        }
        let one = |draw: usize| match scenarios(draw).and_then(|drawn| self.minimise(&drawn, constraints)) {
            Ok(Answer::Solved(solution)) if solution.status == Status::Optimal => {
                Ok(Drawn::Weights(solution.weights))
            }
            Ok(Answer::Solved(_)) => Ok(Drawn::Inexact),
            Ok(Answer::Infeasible(_)) => Ok(Drawn::Infeasible),
            Err(error) if error.by_chance() => Ok(Drawn::Undefined),
            Err(error) => Err(error),
        };
        let threads = threads.clamp(1, draws);
        // Each thread takes every so manieth draw; what a draw gives does not depend on who makes it.
        let mut drawn: Vec<Option<Result<Drawn, OptimizeError>>> = (0..draws).map(|_| None).collect();
        thread::scope(|scope| {
            let (one, mut shares) = (&one, (0..threads).map(|_| Vec::new()).collect::<Vec<_>>());
            for (draw, place) in drawn.iter_mut().enumerate() {
                shares[draw % threads].push((draw, place));
            }
            for share in shares {
                scope.spawn(move || share.into_iter().for_each(|(draw, place)| *place = Some(one(draw))));
            }
        });
        summary(drawn.into_iter().flatten(), tail)
    }

    /// Weights over a stationary bootstrap of the scenarios, which must be in the order of time.
    ///
    /// Rows are drawn whole, so what happened together stays together. An automatic block length is that of the mean return over the
    /// assets `[ours]`.
    ///
    /// # Errors
    ///
    /// As [`bands`](Self::bands); [`OptimizeError::Metrics`] when there is no automatic block length.
    ///
    /// # Examples
    ///
    /// ```
    /// use allweather_metrics::{Block, Bootstrap, Tail};
    /// use allweather_optimize::{Constraints, Objective, Scenarios};
    /// use ndarray::Array2;
    /// let returns = Array2::from_shape_fn((60, 2), |(t, i)| 0.01 * ((t * (3 + 4 * i)) % 11) as f64 - 0.05);
    /// let bootstrap = Bootstrap::new(20, 7)?.with_block(Block::Mean(6.0))?;
    /// let objective = Objective::ConditionalValueAtRisk { tail: Tail::FIVE_PERCENT };
    /// let scenarios = Scenarios::new(&returns)?;
    /// let bands = objective.bootstrap_bands(&scenarios, &bootstrap, &Constraints::new(), Tail::FIVE_PERCENT, 2)?;
    /// assert_eq!(bands, objective.bootstrap_bands(&scenarios, &bootstrap, &Constraints::new(), Tail::FIVE_PERCENT, 1)?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Source
    ///
    /// Politis and Romano, *The Stationary Bootstrap*, 1994; for weights, Michaud, *Efficient Asset Management*, 1998.
    pub fn bootstrap_bands(
        &self,
        scenarios: &Scenarios,
        bootstrap: &Bootstrap,
        constraints: &Constraints,
        tail: Tail,
        threads: usize,
    ) -> Result<Bands, OptimizeError> {
        let length = if let Block::Mean(length) = bootstrap.block() {
            length
        } else {
            let assets = scenarios.assets() as f64;
            let rows = scenarios.returns();
            let means: Vec<f64> = rows.rows().into_iter().map(|row| row.sum() / assets).collect();
            optimal_block_length(&means)?
        };
        let draw = |number: usize| {
            let rows = bootstrap.periods_of_draw(number as u64, scenarios.periods(), length);
            scenarios.drawn(&rows.collect::<Vec<usize>>())
        };
        self.bands(bootstrap.draws(), draw, constraints, tail, threads)
    }
}

fn summary(
    drawn: impl Iterator<Item = Result<Drawn, OptimizeError>>,
    tail: Tail,
) -> Result<Bands, OptimizeError> {
    let mut bands = Bands { assets: Vec::new(), solved: 0, infeasible: 0, inexact: 0, undefined: 0 };
    let mut by_asset: Vec<Vec<f64>> = Vec::new();
    for draw in drawn {
        match draw? {
            Drawn::Infeasible => bands.infeasible += 1,
            Drawn::Inexact => bands.inexact += 1,
            Drawn::Undefined => bands.undefined += 1,
            Drawn::Weights(weights) => {
                bands.solved += 1;
                if by_asset.is_empty() {
                    by_asset.resize(weights.len(), Vec::new());
                }
                let (found, expected) = (weights.len(), by_asset.len());
                if found != expected {
                    return Err(OptimizeError::Length { what: "assets in a draw", found, expected });
                }
                by_asset.iter_mut().zip(weights).for_each(|(asset, weight)| asset.push(weight));
            }
        }
    }
    for mut weights in by_asset {
        let mean = weights.iter().sum::<f64>() / weights.len() as f64;
        weights.sort_unstable_by(f64::total_cmp);
        let at = |p: f64| type_7(&weights, p).unwrap_or(mean);
        let (low, high) = (at(tail.fraction()), at(1.0 - tail.fraction()));
        bands.assets.push(Band { low, median: at(0.5), high, mean });
    }
    Ok(bands)
}
