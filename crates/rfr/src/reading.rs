use allweather_core::Percent;
use serde::{Deserialize, Serialize};

/// Where a reading comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Basis {
    /// The figure that the method names, as published.
    Published,
    /// Another published figure in its place: the 9-year bond's yield before the 10-year bond was quoted (July 1986).
    StandIn,
    /// Not published yet: the newest change in its place, or an estimate.
    Estimated,
}

/// What one indicator says for a year, and on what basis.
///
/// ```
/// use allweather_core::Percent;
/// use allweather_rfr::{Basis, Reading};
/// use rust_decimal::dec;
/// let reading = Reading { percent: Percent::new(dec!(9.2)), basis: Basis::StandIn };
/// assert_eq!(reading.percent.to_string(), "9.2 %");
/// assert_eq!(Reading::published(Percent::ZERO).basis, Basis::Published);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reading {
    /// The value or the year-on-year change, in percent.
    pub percent: Percent,
    /// Where it comes from.
    pub basis: Basis,
}

impl Reading {
    /// A figure as published.
    #[must_use]
    pub const fn published(percent: Percent) -> Self {
        Self { percent, basis: Basis::Published }
    }
}
