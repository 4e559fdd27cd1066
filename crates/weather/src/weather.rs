use std::fmt;

use serde::{Deserialize, Serialize};

/// An end of an axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// At or above the threshold.
    Up,
    /// Below it.
    Down,
}

/// One of the four published weathers, an end of one of the two axes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Condition {
    /// Growth is up.
    Boom,
    /// Growth is down.
    Recession,
    /// Inflation is up.
    Inflation,
    /// Inflation is down: below its threshold, not necessarily below 0.
    Deflation,
}

/// The weather of a month: an end of each axis.
///
/// ```
/// use allweather_weather::{Condition, Direction, Weather};
/// let weather = Weather { growth: Direction::Down, inflation: Direction::Up };
/// assert_eq!(weather.to_string(), "recession, inflation");
/// assert!(weather.is(Condition::Recession) && weather.is(Condition::Inflation));
/// assert!(!weather.is(Condition::Boom));
/// ```
///
/// # Source
///
/// Published method, §7; two axes: Ilmanen, Maloney and Ross 2014.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weather {
    /// Growth.
    pub growth: Direction,
    /// Inflation.
    pub inflation: Direction,
}

impl Weather {
    /// The four quadrants, in the order in which tables show them.
    pub const ALL: [Self; 4] = [
        Self { growth: Direction::Up, inflation: Direction::Up },
        Self { growth: Direction::Up, inflation: Direction::Down },
        Self { growth: Direction::Down, inflation: Direction::Up },
        Self { growth: Direction::Down, inflation: Direction::Down },
    ];

    /// The two conditions that hold: boom or recession, then inflation or deflation.
    #[must_use]
    pub fn conditions(self) -> [Condition; 2] {
        let growth = match self.growth {
            Direction::Up => Condition::Boom,
            Direction::Down => Condition::Recession,
        };
        let inflation = match self.inflation {
            Direction::Up => Condition::Inflation,
            Direction::Down => Condition::Deflation,
        };
        [growth, inflation]
    }

    /// Whether a condition holds. Two of the four always do.
    #[must_use]
    pub fn is(self, condition: Condition) -> bool {
        self.conditions().contains(&condition)
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Boom => "boom",
            Self::Recession => "recession",
            Self::Inflation => "inflation",
            Self::Deflation => "deflation",
        })
    }
}

impl fmt::Display for Weather {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [growth, inflation] = self.conditions();
        f.pad(&format!("{growth}, {inflation}"))
    }
}
