use allweather_core::AssetId;
use serde::Serialize;

use crate::{
    Method, Refusal,
    estimate::{Fitted, centred, mean, size},
    plan::Plan,
    sample::Sample,
};

/// How well a method told the first known months of a series, when it was not shown them.
///
/// It is chosen by `crps`; the others say what is right and wrong about a method.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Score {
    /// How many months were hidden.
    pub months: usize,
    /// √mean (known − mean of the draws)², a fraction per month.
    pub rmse: f64,
    /// `rmse` over the standard deviation of the known returns: 1 is no better than their mean would have been.
    pub rmse_ratio: f64,
    /// Standard deviation of a draw over that of the known returns, in the mean over draws. 1 is right.
    pub volatility_ratio: f64,
    /// |correlation of a draw with a whole series of returns, in the mean over draws − that of the known returns|, in the mean over the
    /// whole series; `None` when there is none that varies.
    pub correlation_error: Option<f64>,
    /// The largest distance between the distribution of the known returns and that of all draws (Kolmogorov and Smirnov).
    pub kolmogorov_smirnov: f64,
    /// The share of months whose known return lies between the draws' 5 % and 95 % quantiles. 0.9 is right.
    pub coverage: f64,
    /// What is chosen by, the smaller the better: the continuous ranked probability score, a fraction per month.
    ///
    /// ```text
    /// mean of E|X − y| − ½ E|X − X'|        y known, X a draw, X' the draw after it (after the last the first)
    /// ```
    ///
    /// It is the mean absolute error of draws that are all alike, and asks for a spread that is neither too small nor too large: no draws
    /// score better than those of the right distribution. Matheson and Winkler 1976; Gneiting and Raftery 2007.
    pub crps: f64,
}

/// What came of a method on a series.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Outcome {
    /// It was scored on hidden months.
    Scored(Score),
    /// It fills the series, and could not be scored: too few months are left when some are hidden, or no hold-out was asked for.
    NotScored,
    /// It does not fill the series.
    Refused(Refusal),
}

/// A method tried on a series.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Trial {
    /// The series.
    pub series: AssetId,
    /// The method.
    pub method: Method,
    /// What came of it.
    pub outcome: Outcome,
}

/// A hidden series: its months and what was known there.
struct Hidden {
    series: usize,
    rows: Vec<usize>,
    known: Vec<f64>,
}

/// The scores of one method on every series of `sample` that could be hidden.
pub(crate) fn scores(
    sample: &Sample,
    (masked, masks): &(Sample, Vec<Result<Vec<usize>, Refusal>>),
    fitted: &Fitted,
    plan_of: impl Fn(Vec<Option<usize>>) -> Plan,
    draws: usize,
) -> Vec<Option<Score>> {
    let groups = masked.groups();
    let fills = |series: usize| {
        let mut of_series = groups.iter().filter(|group| group.missing.contains(&series));
        of_series.all(|group| fitted.estimate(masked, group, series).is_ok())
    };
    let chosen: Vec<Option<usize>> =
        (0..sample.columns.len()).map(|series| fills(series).then_some(0)).collect();
    let plan = plan_of(chosen);
    let long: Vec<usize> =
        sample.whole().into_iter().filter(|series| sample.returns.get(*series) == Some(&true)).collect();
    masks
        .iter()
        .enumerate()
        .map(|(series, mask)| {
            let rows = mask.as_ref().ok().filter(|rows| rows.len() > 1)?.clone();
            plan.supports.get(series).copied().flatten()?;
            let known = sample.totals(&rows, series);
            let long: Vec<Vec<f64>> = long.iter().map(|long| sample.totals(&rows, *long)).collect();
            Hidden { series, rows, known }.score(&long, &plan, draws, sample.periods)
        })
        .collect()
}

impl Hidden {
    /// `None` when the known returns do not vary.
    fn score(&self, long: &[Vec<f64>], plan: &Plan, draws: usize, periods: usize) -> Option<Score> {
        let months = self.known.len();
        let mut place_of = vec![None; periods];
        for (place, row) in self.rows.iter().enumerate() {
            *place_of.get_mut(*row)? = Some(place);
        }
        let actual = Centred::of(&self.known)?;
        // Long series that do not vary here have no correlation.
        let long: Vec<Centred> = long.iter().filter_map(|long| Centred::of(long)).collect();
        let mut ranks = Ranks::of(&self.known);
        let (mut path, mut sums, mut below) = (vec![0.0; months], vec![0.0; months], vec![0_usize; months]);
        let (mut first, mut before) = (path.clone(), path.clone());
        let (mut off, mut apart) = (0.0, 0.0);
        let (mut deviations, mut correlations) = (0.0, vec![0.0; long.len()]);
        for draw in 0..draws {
            plan.draw(draw, |row, series, value| {
                if series == self.series
                    && let Some(place) = place_of.get(row).copied().flatten()
                    && let Some(at) = path.get_mut(place)
                {
                    *at = value;
                }
            });
            let cells = path.iter().zip(&self.known).zip(sums.iter_mut().zip(&mut below));
            for ((value, known), (sum, below)) in cells {
                *sum += value;
                *below += usize::from(value < known);
                ranks.count(*value);
            }
            off += distance(&path, &self.known);
            if draw == 0 {
                first.copy_from_slice(&path);
            } else {
                apart += distance(&path, &before);
            }
            before.copy_from_slice(&path);
            let size = size(&path, mean(&path));
            deviations += size;
            for (correlation, long) in correlations.iter_mut().zip(&long) {
                let product: f64 = path.iter().zip(&long.centred).map(|(x, long)| x * long).sum();
                *correlation += if size > 0.0 { product / size / long.size } else { 0.0 };
            }
        }
        apart += distance(&before, &first);
        let count = draws as f64;
        let crps = (off - apart / 2.0) / count / months as f64;
        let squares: f64 =
            sums.iter().zip(&self.known).map(|(sum, known)| (sum / count - known).powi(2)).sum();
        let rmse = (squares / months as f64).sqrt();
        let rmse_ratio = squares.sqrt() / actual.size;
        let volatility_ratio = deviations / count / actual.size;
        let errors =
            correlations.iter().zip(&long).map(|(sum, long)| (sum / count - actual.correlation(long)).abs());
        let correlation_error = (!long.is_empty()).then(|| errors.sum::<f64>() / long.len() as f64);
        let kolmogorov_smirnov = ranks.distance();
        let inside = |below: &&usize| (0.05..=0.95).contains(&(**below as f64 / count));
        let coverage = below.iter().filter(inside).count() as f64 / months as f64;
        Some(Score {
            months,
            rmse,
            rmse_ratio,
            volatility_ratio,
            correlation_error,
            kolmogorov_smirnov,
            coverage,
            crps,
        })
    }
}

/// Σ |x − y|.
fn distance(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(x, y)| (x - y).abs()).sum()
}

struct Centred {
    centred: Vec<f64>,
    /// √Σ squares, above 0.
    size: f64,
}

impl Centred {
    fn of(values: &[f64]) -> Option<Self> {
        let (centred, size) = (centred(values), size(values, mean(values)));
        (size > 0.0).then_some(Self { centred, size })
    }

    fn correlation(&self, other: &Self) -> f64 {
        self.centred.iter().zip(&other.centred).map(|(x, y)| x * y).sum::<f64>() / self.size / other.size
    }
}

/// Where draws fall among known values; two counts for each known value instead of a list of all draws.
struct Ranks {
    sorted: Vec<f64>,
    /// How many draws are above so many known values, and how many are not below so many.
    above: Vec<u64>,
    not_below: Vec<u64>,
}

impl Ranks {
    fn of(known: &[f64]) -> Self {
        let mut sorted = known.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        let counts = vec![0; sorted.len() + 1];
        Self { sorted, above: counts.clone(), not_below: counts }
    }

    fn count(&mut self, value: f64) {
        let above = self.sorted.partition_point(|known| *known < value);
        let not_below =
            above + self.sorted.get(above..).map_or(0, |rest| rest.partition_point(|known| *known <= value));
        for (counts, place) in [(&mut self.above, above), (&mut self.not_below, not_below)] {
            if let Some(count) = counts.get_mut(place) {
                *count += 1;
            }
        }
    }

    /// The largest distance of the two distribution functions, at each known value and just below it.
    fn distance(&self) -> f64 {
        let total = self.above.iter().sum::<u64>().max(1) as f64;
        let known = self.sorted.len() as f64;
        let (mut at, mut below, mut largest) = (0, 0, 0.0_f64);
        for (place, value) in self.sorted.iter().enumerate() {
            at += self.above.get(place).copied().unwrap_or(0);
            below += self.not_below.get(place).copied().unwrap_or(0);
            let first = place == 0 || self.sorted.get(place - 1) != Some(value);
            let last = self.sorted.get(place + 1) != Some(value);
            if first {
                largest = largest.max((place as f64 / known - below as f64 / total).abs());
            }
            if last {
                largest = largest.max(((place + 1) as f64 / known - at as f64 / total).abs());
            }
        }
        largest
    }
}
