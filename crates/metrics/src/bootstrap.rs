use ndarray::{Array1, ArrayView1};
use serde::{Deserialize, Serialize};

use crate::{
    Excess, MetricsError, Returns, Tail, Undefined, block_length::stationary, quantile::type_7,
    random::SplitMix,
};

/// How long the blocks of a bootstrap are, in the mean.
///
/// On the wire `"automatic"` or `{"mean":12.0}`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Block {
    /// As [`optimal_block_length`](crate::optimal_block_length) says.
    Automatic,
    /// This many periods: 1 or more. 1 takes each period by itself.
    Mean(f64),
}

/// A stationary bootstrap: series like the one that was observed, made of its own blocks.
///
/// A draw has as many periods as the series. It goes on from one period to the next (from the last to the first), and with a
/// probability of one over the mean block length it starts anew anywhere. Periods are drawn with replacement, so the wealth at
/// the end differs from draw to draw; a permutation would end at the same wealth each time.
///
/// A draw depends on nothing but the seed and its number, so results do not depend on threads. On the wire
/// `{"draws":2000,"seed":7,"block":"automatic"}`.
///
/// ```
/// use allweather_metrics::{Bootstrap, Hurdle, Periodicity, Returns, Tail, max_drawdown, sharpe};
/// let months: Vec<f64> = (0..120).map(|t| 0.01 * f64::from((t * 7) % 11 - 4)).collect();
/// let returns = Returns::new(Periodicity::Monthly, &months)?;
///
/// let bootstrap = Bootstrap::new(500, 7)?;
/// let ratio = bootstrap.interval_of_excess(&returns.over(Hurdle::Nothing)?, Tail::FIVE_PERCENT, sharpe)?;
/// assert!(ratio.low < ratio.estimate && ratio.estimate < ratio.high);
///
/// let depth = bootstrap.interval(&returns, Tail::FIVE_PERCENT, |r| Ok(max_drawdown(r)?.depth))?;
/// assert!(depth.low < depth.high && depth.high <= 0.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Source
///
/// Politis and Romano, *The Stationary Bootstrap*, 1994.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Settings", into = "Settings")]
pub struct Bootstrap {
    draws: usize,
    seed: u64,
    block: Block,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    draws: usize,
    seed: u64,
    block: Block,
}

impl TryFrom<Settings> for Bootstrap {
    type Error = MetricsError;

    fn try_from(settings: Settings) -> Result<Self, MetricsError> {
        Self::new(settings.draws, settings.seed)?.with_block(settings.block)
    }
}

impl From<Bootstrap> for Settings {
    fn from(Bootstrap { draws, seed, block }: Bootstrap) -> Self {
        Self { draws, seed, block }
    }
}

/// A measure with what a bootstrap says of its uncertainty.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Interval {
    /// The measure of the series itself.
    pub estimate: f64,
    /// The quantile of the draws at the lower tail.
    pub low: f64,
    /// The quantile at the upper tail.
    pub high: f64,
    /// How many draws have the measure; the quantiles are theirs.
    pub defined: usize,
    /// How many do not have it, such as a ratio to a downside in a draw without one.
    pub undefined: usize,
}

impl Bootstrap {
    /// So many draws from a seed, with automatic block lengths.
    ///
    /// # Errors
    ///
    /// [`MetricsError::NoDraws`] for 0 draws.
    pub fn new(draws: usize, seed: u64) -> Result<Self, MetricsError> {
        if draws == 0 {
            Err(MetricsError::NoDraws)
        } else {
            Ok(Self { draws, seed, block: Block::Automatic })
        }
    }

    /// The same with other blocks.
    ///
    /// # Errors
    ///
    /// [`MetricsError::BlockLength`] unless a mean is a finite number of 1 or more.
    pub fn with_block(self, block: Block) -> Result<Self, MetricsError> {
        match block {
            Block::Mean(length) if !(length.is_finite() && length >= 1.0) => {
                Err(MetricsError::BlockLength { length })
            }
            block => Ok(Self { block, ..self }),
        }
    }

    /// How many draws it makes, 1 or more.
    #[must_use]
    pub fn draws(&self) -> usize {
        self.draws
    }

    /// The seed.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// How long its blocks are.
    #[must_use]
    pub fn block(&self) -> Block {
        self.block
    }

    /// The periods of one draw, each from 0 to below `periods`, for blocks of a mean length; to resample several series alike.
    ///
    /// There are `periods` of them. A mean length below 1 counts as 1. The seed is used, the number of draws is not.
    ///
    /// # Examples
    ///
    /// ```
    /// use allweather_metrics::Bootstrap;
    /// let bootstrap = Bootstrap::new(1000, 7)?;
    /// let once: Vec<usize> = bootstrap.periods_of_draw(3, 120, 12.0).collect();
    /// assert_eq!(once.len(), 120);
    /// assert!(once.iter().eq(bootstrap.periods_of_draw(3, 120, 12.0).collect::<Vec<_>>().iter()));
    /// # Ok::<(), allweather_metrics::MetricsError>(())
    /// ```
    pub fn periods_of_draw(
        &self,
        draw: u64,
        periods: usize,
        mean_length: f64,
    ) -> impl Iterator<Item = usize> + use<> {
        self.rows_of_draw(draw, periods, mean_length).take(periods)
    }

    /// The rows of one draw, each from 0 to below `rows`, for blocks of a mean length: as many as are taken, without an end. To draw
    /// more, or fewer, than there are to draw from.
    ///
    /// None of 0 rows. A mean length below 1 counts as 1. The seed is used, the number of draws is not.
    ///
    /// # Examples
    ///
    /// ```
    /// use allweather_metrics::Bootstrap;
    /// let bootstrap = Bootstrap::new(1000, 7)?;
    /// let drawn: Vec<usize> = bootstrap.rows_of_draw(3, 40, 12.0).take(100).collect();
    /// assert!(drawn.len() == 100 && drawn.iter().all(|row| *row < 40));
    /// # Ok::<(), allweather_metrics::MetricsError>(())
    /// ```
    pub fn rows_of_draw(
        &self,
        draw: u64,
        rows: usize,
        mean_length: f64,
    ) -> impl Iterator<Item = usize> + use<> {
        let mut random = SplitMix::of_draw(self.seed, draw);
        let anew = 1.0 / mean_length.max(1.0);
        let mut at = None;
        std::iter::from_fn(move || {
            at = Some(match at {
                _ if rows == 0 => return None,
                Some(before) if random.unit() >= anew => (before + 1) % rows,
                _ => random.below(rows),
            });
            at
        })
    }

    /// The rows of one draw in blocks of one length: each block begins anywhere and goes on around the end. As many as are taken, without
    /// an end.
    ///
    /// None of 0 rows. A length of 0 counts as 1. The seed is used, the number of draws is not.
    ///
    /// # Examples
    ///
    /// ```
    /// use allweather_metrics::Bootstrap;
    /// let drawn: Vec<usize> = Bootstrap::new(1, 7)?.blocks_of_draw(3, 40, 12).take(24).collect();
    /// assert!(drawn.windows(2).enumerate().all(|(i, pair)| i == 11 || pair[1] == (pair[0] + 1) % 40));
    /// # Ok::<(), allweather_metrics::MetricsError>(())
    /// ```
    ///
    /// # Source
    ///
    /// Politis and Romano, *A Circular Block-Resampling Procedure for Stationary Data*, 1992.
    pub fn blocks_of_draw(
        &self,
        draw: u64,
        rows: usize,
        length: usize,
    ) -> impl Iterator<Item = usize> + use<> {
        let mut random = SplitMix::of_draw(self.seed, draw);
        let (mut at, mut left) = (0, 0);
        std::iter::from_fn(move || {
            if rows == 0 {
                return None;
            }
            (at, left) = match left {
                0 => (random.below(rows), length.max(1) - 1),
                left => ((at + 1) % rows, left - 1),
            };
            Some(at)
        })
    }

    /// A measure of returns with its percentile interval: the tail is cut off on each side.
    ///
    /// # Errors
    ///
    /// The reason why the series, or every draw, does not have the measure; [`Undefined::TooFew`] and
    /// [`Undefined::NoVariation`] when there is no automatic block length.
    pub fn interval(
        &self,
        returns: &Returns<'_>,
        tail: Tail,
        measure: impl Fn(&Returns<'_>) -> Result<f64, Undefined>,
    ) -> Result<Interval, Undefined> {
        let periodicity = returns.periodicity();
        self.percentiles(&returns.values(), tail, measure(returns)?, |values| {
            // Of checked values; the check costs little beside the draw.
            let drawn = Returns::new(periodicity, &*values).map_err(|_| Undefined::TooLarge)?;
            measure(&drawn)
        })
    }

    /// A measure of excess returns with its percentile interval: the tail is cut off on each side.
    ///
    /// # Errors
    ///
    /// As [`Bootstrap::interval`].
    pub fn interval_of_excess(
        &self,
        excess: &Excess,
        tail: Tail,
        measure: impl Fn(&Excess) -> Result<f64, Undefined>,
    ) -> Result<Interval, Undefined> {
        self.percentiles(&excess.values(), tail, measure(excess)?, |values| {
            let drawn = Excess::unchecked(excess.periodicity(), std::mem::take(values));
            let measured = measure(&drawn);
            *values = drawn.into_values();
            measured
        })
    }

    fn percentiles(
        &self,
        values: &ArrayView1<'_, f64>,
        tail: Tail,
        estimate: f64,
        measure: impl Fn(&mut Array1<f64>) -> Result<f64, Undefined>,
    ) -> Result<Interval, Undefined> {
        let length = self.mean_length(values)?;
        let mut drawn = values.to_owned();
        let (mut measured, mut reason) = (Vec::new(), Undefined::TooLarge);
        for draw in 0..self.draws as u64 {
            for (value, at) in drawn.iter_mut().zip(self.periods_of_draw(draw, values.len(), length)) {
                *value = values.get(at).copied().unwrap_or_default();
            }
            match measure(&mut drawn) {
                Ok(value) => measured.push(value),
                Err(undefined) => reason = undefined,
            }
        }
        measured.sort_unstable_by(f64::total_cmp);
        let quantile = |p| type_7(&measured, p).ok_or(reason);
        Ok(Interval {
            estimate,
            low: quantile(tail.fraction())?,
            high: quantile(1.0 - tail.fraction())?,
            defined: measured.len(),
            undefined: self.draws - measured.len(),
        })
    }

    /// The mean block length for a series, 1 or more.
    pub(crate) fn mean_length(&self, values: &ArrayView1<'_, f64>) -> Result<f64, Undefined> {
        match self.block {
            Block::Automatic => stationary(values),
            Block::Mean(length) => Ok(length),
        }
    }
}
