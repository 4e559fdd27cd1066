use std::fmt;

use allweather_core::Month;
use chrono::NaiveDate;

use crate::{
    Direction, Weather,
    axis::{Reading, TIE},
};

/// How settled a month's weather is. Only [`Status::Final`] never changes; the other two carry the mark "not final" (未確定).
///
/// # Source
///
/// Published method, §7: mostly final after 9 months, final after 12.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// It is young, and figures are being revised.
    Provisional,
    /// Little is expected to change.
    MostlyFinal,
    /// Frozen: later revisions do not move it.
    Final,
}

/// What one axis says of a month.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Axis {
    /// What is compared: the 12-month change as a fraction, its surprise, or a score in standard deviations, by the
    /// [`Mode`](crate::Mode).
    pub value: f64,
    /// What it is compared with, in the same unit.
    pub threshold: f64,
    /// Up when the value is at or above the threshold.
    pub direction: Direction,
    /// Standard deviation of what revisions have done to the value, in its unit: assumed by the spec or measured. `None` when
    /// the spec assumes none and none can be measured yet.
    pub revision_sd: Option<f64>,
    /// The probability that the axis stays up when the figures are revised, `Φ((value − threshold) / revision_sd)`. When
    /// `revision_sd` is 0 it is 1 or 0, by the direction. `None` without a `revision_sd`.
    pub probability_up: Option<f64>,
    /// Part of the score was set to 0 because the figures so far do not vary.
    pub flagged: bool,
}

/// The weather of a month, as it was known on a day.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Label {
    /// The month.
    pub month: Month,
    /// Its weather.
    pub weather: Weather,
    /// Why growth is up or down.
    pub growth: Axis,
    /// Why inflation is up or down.
    pub inflation: Axis,
    /// How settled it is on the day that was asked for.
    pub status: Status,
    /// The day of the knowledge that it rests on: the day asked for, or the day on which it became final.
    pub as_of: NaiveDate,
}

impl Axis {
    pub(crate) fn new(reading: Reading, revision_sd: Option<f64>) -> Self {
        let Reading { value, threshold, flagged } = reading;
        let direction = reading.direction();
        let probability_up = revision_sd.map(|sd| match direction {
            Direction::Up if sd <= TIE => 1.0,
            Direction::Down if sd <= TIE => 0.0,
            // Beyond 40 standard deviations a double has no other answer than 0 or 1.
            _ => normal(((value - threshold) / sd).clamp(-40.0, 40.0)),
        });
        Self { value, threshold, direction, revision_sd, probability_up, flagged }
    }
}

impl Label {
    /// The probabilities of the four quadrants, in the order of [`Weather::ALL`]; they add up to 1. `None` when an axis has no
    /// probability.
    ///
    /// The axes are taken to be revised independently of each other: an assumption without a published source.
    ///
    /// ```text
    /// P(growth up, inflation up) = P(growth up) · P(inflation up)      and so on
    /// ```
    #[must_use]
    pub fn probabilities(&self) -> Option<[(Weather, f64); 4]> {
        let (growth, inflation) = (self.growth.probability_up?, self.inflation.probability_up?);
        let of = |up: f64, direction| match direction {
            Direction::Up => up,
            Direction::Down => 1.0 - up,
        };
        Some(Weather::ALL.map(|w| (w, of(growth, w.growth) * of(inflation, w.inflation))))
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Provisional => "provisional",
            Self::MostlyFinal => "mostly final",
            Self::Final => "final",
        })
    }
}

/// The distribution function of the standard normal.
fn normal(z: f64) -> f64 {
    statrs::function::erf::erfc(-z / std::f64::consts::SQRT_2) / 2.0
}
