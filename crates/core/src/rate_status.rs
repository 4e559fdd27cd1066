use serde::{Deserialize, Serialize};

/// Whether a year's prescribed rate may still change.
///
/// ```
/// use allweather_core::RateStatus;
/// assert!(RateStatus::Estimated < RateStatus::Provisional && RateStatus::Provisional < RateStatus::Final);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RateStatus {
    /// Some figure in it is not that of the year's end, which is not published yet: the newest one stands in its place.
    Estimated,
    /// Made of figures of the year's end only, which may still be revised; what is missing is listed beside it.
    Provisional,
    /// Fixed: later revisions do not move it.
    Final,
}

impl std::fmt::Display for RateStatus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Estimated => "estimated",
            Self::Provisional => "provisional",
            Self::Final => "final",
        })
    }
}
