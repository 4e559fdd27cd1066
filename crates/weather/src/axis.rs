use crate::{Direction, Mode};

/// Values this close count as equal, and equal is up: changes of published indices differ by 10⁻⁶ or more, or not at all.
pub(crate) const TIE: f64 = 1e-12;

/// How many months a trend looks back, the month itself included. No published source.
const TREND_MONTHS: usize = 36;

/// A value and what it is compared with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Reading {
    pub(crate) value: f64,
    pub(crate) threshold: f64,
    pub(crate) flagged: bool,
}

impl Reading {
    pub(crate) fn direction(self) -> Direction {
        if self.value >= self.threshold - TIE { Direction::Up } else { Direction::Down }
    }
}

/// The months that a threshold may be computed from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sample {
    /// Those up to the month itself.
    Expanding,
    /// All of them, later ones too: look-ahead, for research.
    Full,
}

/// What an axis says at `at`: 12-month changes by month, and what each was expected to be.
pub(crate) fn read(
    mode: Mode,
    sample: Sample,
    changes: &[Option<f64>],
    expected: &[Option<f64>],
    at: usize,
) -> Option<Reading> {
    let change = (*changes.get(at)?)?;
    let end = if sample == Sample::Full { changes.len() } else { at + 1 };
    let changes = changes.get(..end)?;
    let surprises = || -> Vec<Option<f64>> {
        changes.iter().zip(expected).map(|(x, forecast)| Some((*x)? - (*forecast)?)).collect()
    };
    let plain = |value, threshold| Some(Reading { value, threshold, flagged: false });
    match mode {
        Mode::Level => plain(change, median(changes.iter().flatten())?),
        Mode::Surprise => {
            let surprises = surprises();
            plain((*surprises.get(at)?)?, median(surprises.iter().flatten())?)
        }
        Mode::Trend => {
            let months = changes.get((at + 1).saturating_sub(TREND_MONTHS)..=at)?;
            plain(change, mean(months.iter().flatten()))
        }
        Mode::Combined => {
            let surprises = surprises();
            let (levels, level_flat) = scores(changes);
            let (surprises, surprise_flat) = scores(&surprises);
            let both = |(x, s): (&Option<f64>, &Option<f64>)| Some(f64::midpoint((*x)?, (*s)?));
            let combined: Vec<Option<f64>> = levels.iter().zip(&surprises).map(both).collect();
            Some(Reading {
                value: (*combined.get(at)?)?,
                threshold: median(combined.iter().flatten())?,
                flagged: level_flat || surprise_flat,
            })
        }
    }
}

/// Each value in standard deviations from the mean, and whether there are none: then all scores are 0.
fn scores(values: &[Option<f64>]) -> (Vec<Option<f64>>, bool) {
    let mean = mean(values.iter().flatten());
    let sd = deviation(values.iter().flatten()).filter(|sd| *sd > TIE);
    let score = |value: f64| sd.map_or(0.0, |sd| (value - mean) / sd);
    (values.iter().map(|value| value.map(score)).collect(), sd.is_none())
}

/// 0 when there are no values.
fn mean<'a>(values: impl Iterator<Item = &'a f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0_usize), |(sum, count), value| (sum + value, count + 1));
    if count == 0 { 0.0 } else { sum / count as f64 }
}

/// Sample standard deviation (over n − 1), of two values or more.
pub(crate) fn deviation<'a>(values: impl Iterator<Item = &'a f64> + Clone) -> Option<f64> {
    let mean = mean(values.clone());
    let (squares, count) = values.fold((0.0, 0_usize), |(sum, n), x| (sum + (x - mean).powi(2), n + 1));
    (count >= 2).then(|| (squares / (count - 1) as f64).sqrt())
}

/// Of an even number of values, the mean of the two in the middle.
fn median<'a>(values: impl Iterator<Item = &'a f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.copied().collect();
    let half = values.len() / 2;
    if values.is_empty() {
        return None;
    }
    let even = values.len().is_multiple_of(2);
    let (below, &mut upper, _) = values.select_nth_unstable_by(half, f64::total_cmp);
    let lower = if even { below.iter().copied().max_by(f64::total_cmp)? } else { upper };
    Some(f64::midpoint(lower, upper))
}
