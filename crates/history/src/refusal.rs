use allweather_core::AssetId;
use serde::Serialize;

/// Why a method does not fill a series: an answer, not a mistake.
///
/// On the wire `"no_whole_series"` or `{"too_few_months":{"needed":36,"found":20}}`.
#[derive(Debug, Clone, PartialEq, Serialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Refusal {
    /// The overlap is shorter than 36 months, or than 5 for each number that is estimated from it.
    #[error("it takes {needed} months in common, there are {found}")]
    #[non_exhaustive]
    TooFewMonths {
        /// How many it takes.
        needed: usize,
        /// How many there are.
        found: usize,
    },
    /// There is no series without a gap to explain the others by.
    #[error("no series is whole")]
    NoWholeSeries,
    /// The months that are known are not all the months from the first known one on: there is no order from long to short.
    #[error("it has a gap after its first month")]
    NotMonotone,
    /// An indicator has gaps. Indicators explain; they are never filled.
    #[error("an indicator with gaps explains nothing")]
    IndicatorWithGaps,
    /// A factor that was asked for has gaps.
    #[error("the factor {series} has gaps")]
    #[non_exhaustive]
    FactorWithGaps {
        /// The factor.
        series: AssetId,
    },
    /// An explaining series does not vary by itself: it is constant, or a combination of the others.
    #[error("{series} does not vary apart from the other explaining series")]
    #[non_exhaustive]
    Collinear {
        /// The explaining series.
        series: AssetId,
    },
    /// The series itself does not vary.
    #[error("it does not vary")]
    NoVariation,
    /// Expectation and maximisation did not settle.
    #[error("the moments do not settle in {steps} steps")]
    #[non_exhaustive]
    NotSettled {
        /// How many steps were taken.
        steps: usize,
    },
    /// The estimate is beyond a double, or the learner gave none.
    #[error("the estimate is not a finite number")]
    NotFinite,
}
