//! The core measures of many paths at once, as a simulation needs them.
//!
//! Each number is the one that the function of the same name answers for that path alone, up to rounding.

use ndarray::ArrayView2;
use serde::Serialize;
use statrs::distribution::{ContinuousCDF, Normal};

use crate::{
    Hurdle, MetricsError, Periodicity, Tail, Undefined,
    downside::Downside,
    error::{at_least, finite},
    growth::annual_of_log,
    hurdle::PerPeriod,
    spread::Spread,
    tail::InTail,
};

/// How many paths are walked side by side: their products are independent, so none waits for another.
const LANES: usize = 4;

/// The core measures of one path, each a number or the reason why there is none.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CoreMeasures {
    /// [`annual_return_geometric`](crate::annual_return_geometric).
    pub annual_return: Result<f64, Undefined>,
    /// [`volatility`](crate::volatility).
    pub volatility: Result<f64, Undefined>,
    /// [`sharpe`](crate::sharpe) over the hurdle.
    pub sharpe: Result<f64, Undefined>,
    /// [`sortino`](crate::sortino) over the hurdle.
    pub sortino: Result<f64, Undefined>,
    /// [`downside_deviation`](crate::downside_deviation) below the hurdle.
    pub downside_deviation: Result<f64, Undefined>,
    /// The depth of [`max_drawdown`](crate::max_drawdown): −1 to 0.
    pub max_drawdown: Result<f64, Undefined>,
    /// [`expected_shortfall`](crate::expected_shortfall) of the tail.
    pub expected_shortfall: Result<f64, Undefined>,
}

/// The core measures of every path.
///
/// | argument  | shape              | unit                                                          |
/// | --------- | ------------------ | ------------------------------------------------------------- |
/// | `returns` | `[paths, periods]` | simple return, fraction, −1 or more                           |
/// | `hurdle`  | one, or `[periods]`| the same for every path                                       |
/// | answer    | `[paths]`          |                                                               |
///
/// Paths that lie in memory one after another are read in place, others are copied four at a time. Memory is taken
/// once for the answer and once for scratch, whatever the number of paths.
///
/// # Errors
///
/// [`MetricsError::NotFiniteInRow`] and [`MetricsError::BelowTotalLossInRow`], with path and period; for the hurdle as
/// [`Returns::over`](crate::Returns::over).
///
/// # Examples
///
/// ```
/// use allweather_metrics::{Hurdle, Periodicity, Tail, Undefined, paths};
/// let returns = [[0.02, -0.01, 0.03, -0.02], [0.01, 0.01, 0.01, 0.01]];
/// let measures = paths::core_measures(Periodicity::Monthly, &returns, Hurdle::Nothing, Tail::FIVE_PERCENT)?;
/// assert!((measures[0].max_drawdown? + 0.02).abs() < 1e-15);
/// // How many paths have a Sharpe ratio, and the best of them?
/// let ratios: Vec<f64> = measures.iter().filter_map(|path| path.sharpe.ok()).collect();
/// assert_eq!((ratios.len(), measures[1].sharpe), (1, Err(Undefined::NoVariation)));
/// # Ok::<(), allweather_metrics::MetricsError>(())
/// ```
///
/// # Source
///
/// Those of the functions named in [`CoreMeasures`].
pub fn core_measures<'a>(
    periodicity: Periodicity,
    returns: impl Into<ArrayView2<'a, f64>>,
    hurdle: Hurdle<'_>,
    tail: Tail,
) -> Result<Vec<CoreMeasures>, MetricsError> {
    let returns = returns.into();
    let (paths, periods) = returns.dim();
    let hurdle = hurdle.per_period(periodicity, periods)?;
    let mut kernel = Kernel::new(periodicity, periods, hurdle, tail);
    let in_place = returns.rows().into_iter().all(|row| row.to_slice().is_some());
    let mut copies = vec![0.0; if in_place { 0 } else { LANES * periods }];
    let mut measures = Vec::with_capacity(paths);
    let mut rows = returns.rows().into_iter();
    while measures.len() < paths {
        let mut group: [&[f64]; LANES] = [&[]; LANES];
        let lanes = LANES.min(paths - measures.len());
        let mut free = copies.as_mut_slice();
        for (lane, row) in group.iter_mut().zip(rows.by_ref().take(lanes)) {
            *lane = if let Some(in_place) = row.to_slice() {
                in_place
            } else {
                let (copy, rest) = free.split_at_mut(periods);
                free = rest;
                copy.iter_mut().zip(row).for_each(|(copy, value)| *copy = *value);
                copy
            };
        }
        kernel.measure(group, lanes, &mut measures)?;
    }
    Ok(measures)
}

/// What all paths share, and the scratch of one path.
struct Kernel<'a> {
    periods: usize,
    a_year: f64,
    root_a_year: f64,
    hurdle: PerPeriod<'a>,
    tail: InTail,
    /// In deviations from the mean: a normal path has about twice the tail below it.
    surely_below: f64,
    worst: Vec<f64>,
    excess: Vec<f64>,
    /// Of a series.
    mean_hurdle: f64,
}

/// What one walk along a path finds.
#[derive(Debug, Clone, Copy)]
struct Walk {
    /// Σ r less the first r each.
    sum: f64,
    smallest: f64,
    wealth: f64,
    of_peak: f64,
    lowest_of_peak: f64,
}

/// The smaller of two numbers; unlike `f64::min` one instruction, and the second when one is not a number.
fn smaller(a: f64, b: f64) -> f64 {
    if a < b { a } else { b }
}

/// The larger of two numbers; as [`smaller`].
fn larger(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}

fn walk(group: [&[f64]; LANES], periods: usize) -> [Walk; LANES] {
    let start = Walk { sum: 0.0, smallest: 0.0, wealth: 1.0, of_peak: 1.0, lowest_of_peak: 1.0 };
    let mut walks = [start; LANES];
    let [a, b, c, d] = group;
    // A lane without a path walks along another's.
    let [b, c, d] = [b, c, d].map(|row| if row.len() == periods { row } else { a });
    let first = [a, b, c, d].map(|row| row.first().copied().unwrap_or_default());
    for (((&ra, &rb), &rc), &rd) in a.iter().zip(b).zip(c).zip(d) {
        let r = [ra, rb, rc, rd];
        for lane in 0..LANES {
            let (walk, r) = (&mut walks[lane], r[lane]);
            walk.sum += r - first[lane];
            walk.smallest = smaller(r, walk.smallest);
            let growth = 1.0 + r;
            walk.wealth *= growth;
            walk.of_peak = smaller(walk.of_peak * growth, 1.0);
            walk.lowest_of_peak = smaller(walk.of_peak, walk.lowest_of_peak);
        }
    }
    walks
}

/// Σ (x − mean)², Σ min(x − hurdle, 0)², and the largest x, or 0. The mean may be off by rounding.
fn squares(values: &[f64], mean: f64, hurdle: f64) -> (f64, f64, f64) {
    // Eight sums side by side, because one sum waits for itself.
    let (mut off, mut around, mut below, mut largest) = ([0.0; 8], [0.0; 8], [0.0; 8], [0.0; 8]);
    let mut add = |lane: usize, x: f64| {
        let (from_mean, short) = (x - mean, smaller(x - hurdle, 0.0));
        off[lane] += from_mean;
        around[lane] += from_mean * from_mean;
        below[lane] += short * short;
        largest[lane] = larger(x, largest[lane]);
    };
    let (eights, rest) = values.as_chunks::<8>();
    for eight in eights {
        for (lane, &x) in eight.iter().enumerate() {
            add(lane, x);
        }
    }
    for (lane, &x) in rest.iter().enumerate() {
        add(lane, x);
    }
    let sum = |lanes: [f64; 8]| lanes.iter().sum::<f64>();
    // What the mean is off by is taken out.
    let around = sum(around) - sum(off).powi(2) / values.len().max(1) as f64;
    // Not max: beyond a double this is no number, and must stay none.
    let around = if around < 0.0 { 0.0 } else { around };
    (around, sum(below), largest.into_iter().fold(0.0, larger))
}

impl<'a> Kernel<'a> {
    fn new(periodicity: Periodicity, periods: usize, hurdle: PerPeriod<'a>, tail: Tail) -> Self {
        let a_year = periodicity.periods_a_year();
        let (excess, mean_hurdle) = match hurdle {
            PerPeriod::Constant(_) => (Vec::new(), 0.0),
            PerPeriod::Each(rates) => (vec![0.0; periods], Spread::of(&rates).mean),
        };
        Self {
            periods,
            a_year,
            root_a_year: a_year.sqrt(),
            hurdle,
            tail: tail.of(periods),
            surely_below: Normal::standard().inverse_cdf((2.0 * tail.fraction()).min(0.75)),
            worst: vec![0.0; periods],
            excess,
            mean_hurdle,
        }
    }

    fn measure(
        &mut self,
        group: [&[f64]; LANES],
        lanes: usize,
        measures: &mut Vec<CoreMeasures>,
    ) -> Result<(), MetricsError> {
        for (row, walk) in group.into_iter().zip(walk(group, self.periods)).take(lanes) {
            if !(walk.sum.is_finite() && walk.smallest >= -1.0) {
                refuse(row, measures.len())?;
            }
            measures.push(self.path(row, walk));
        }
        Ok(())
    }

    fn path(&mut self, row: &[f64], walk: Walk) -> CoreMeasures {
        let n = self.periods;
        let some = at_least(1, n);
        let mean = row.first().copied().unwrap_or_default() + walk.sum / n as f64;
        let (spread, excess, downside) = match self.hurdle {
            PerPeriod::Constant(rate) => {
                let (around, below, largest) = squares(row, mean, rate);
                let spread = Spread { n, mean, squares: around, largest };
                let (mean, largest) = (mean - rate, largest - rate);
                let excess = Spread { mean, largest, ..spread };
                (spread, excess, Downside { n, mean, squares: below, largest })
            }
            PerPeriod::Each(rates) => {
                let (around, _, largest) = squares(row, mean, 0.0);
                let spread = Spread { n, mean, squares: around, largest };
                for ((excess, r), rate) in self.excess.iter_mut().zip(row).zip(rates) {
                    *excess = r - rate;
                }
                let mean = mean - self.mean_hurdle;
                let (around, below, largest) = squares(&self.excess, mean, 0.0);
                let excess = Spread { n, mean, squares: around, largest };
                (spread, excess, Downside { n, mean, squares: below, largest })
            }
        };
        // Wealth that never falls below a thousandth of its peak is never below a thousandth: no digit was lost on the way.
        let log_wealth = if walk.lowest_of_peak > 1e-3 && walk.wealth.is_finite() {
            walk.wealth.ln()
        } else {
            row.iter().map(|r| r.ln_1p()).sum()
        };
        let annual = |per_period: Result<f64, Undefined>| finite(per_period? * self.root_a_year);
        CoreMeasures {
            annual_return: some.and_then(|()| annual_of_log(log_wealth, n, self.a_year)),
            volatility: annual(spread.deviation()),
            sharpe: annual(excess.ratio()),
            sortino: annual(downside.sortino()),
            downside_deviation: annual(downside.deviation()),
            max_drawdown: some.map(|()| walk.lowest_of_peak - 1.0),
            expected_shortfall: some.and_then(|()| finite(self.mean_loss(row, &spread))),
        }
    }

    /// The mean loss of the tail, searched among the returns that are well below the mean if they are enough.
    fn mean_loss(&mut self, row: &[f64], spread: &Spread) -> f64 {
        let threshold = mean_and(spread, self.surely_below);
        let mut below = 0;
        for &r in row {
            // Written in any case, kept only when below: a branch would be guessed wrong too often.
            if let Some(place) = self.worst.get_mut(below) {
                *place = r;
            }
            below += usize::from(r < threshold);
        }
        if below < self.tail.touched() {
            self.worst.copy_from_slice(row);
            below = row.len();
        }
        self.tail.mean_loss(self.worst.get_mut(..below).unwrap_or_default())
    }
}

/// So many deviations from the mean.
fn mean_and(spread: &Spread, deviations: f64) -> f64 {
    spread.mean + deviations * (spread.squares / spread.n.max(1) as f64).sqrt()
}

/// The first number of a path that is no return, if there is one.
fn refuse(path: &[f64], row: usize) -> Result<(), MetricsError> {
    for (period, &value) in path.iter().enumerate() {
        if !value.is_finite() {
            return Err(MetricsError::NotFiniteInRow { row, period, value });
        }
        if value < -1.0 {
            return Err(MetricsError::BelowTotalLossInRow { row, period, value });
        }
    }
    Ok(())
}
