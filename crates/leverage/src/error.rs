use allweather_core::{Overflow, Rate};

/// Why there is no levered change or no multiple, or why its input was refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum LeverageError {
    /// A credit spread below 0.
    #[error("a credit spread of {spread} is below 0")]
    #[non_exhaustive]
    Spread {
        /// The refused spread.
        spread: Rate,
    },
    /// A multiple below 1, infinite or not a number.
    #[error("a multiple of {multiple} is not a number of 1 or more")]
    #[non_exhaustive]
    Multiple {
        /// The refused multiple.
        multiple: f64,
    },
    /// A fraction to bet that is not in 0..=1.
    #[error("a fraction of {fraction} is not in 0..=1")]
    #[non_exhaustive]
    Fraction {
        /// The refused fraction.
        fraction: f64,
    },
    /// A number in a series is infinite or not a number.
    #[error("{series} is {value} in period {period} (from 0), which is not finite")]
    #[non_exhaustive]
    NotFinite {
        /// Which series.
        series: &'static str,
        /// The period, from 0.
        period: usize,
        /// The refused value.
        value: f64,
    },
    /// A number among many paths is infinite or not a number.
    #[error("{series} is {value} on path {path} in period {period} (from 0), which is not finite")]
    #[non_exhaustive]
    NotFiniteOnPath {
        /// Which series.
        series: &'static str,
        /// The path, from 0.
        path: usize,
        /// The period, from 0.
        period: usize,
        /// The refused value.
        value: f64,
    },
    /// A series has another length than the changes it belongs to.
    #[error("{series} has {found} periods, the changes have {expected}")]
    #[non_exhaustive]
    Periods {
        /// Which series.
        series: &'static str,
        /// The periods of the changes.
        expected: usize,
        /// The periods of the series.
        found: usize,
    },
    /// The two parts of the change have different numbers of paths.
    #[error("the unreinvested part has {found} paths, the changes have {expected}")]
    #[non_exhaustive]
    Paths {
        /// The paths of the changes.
        expected: usize,
        /// The paths of the unreinvested part.
        found: usize,
    },
    /// A funding rate below 0, under which the growth of a multiple would not be concave.
    #[error("the funding rate {rate} in period {period} (from 0) is below 0")]
    #[non_exhaustive]
    Funding {
        /// The period, from 0.
        period: usize,
        /// The refused rate, a fraction.
        rate: f64,
    },
    /// The initial capital is not above 0.
    #[error("the initial capital {value} is not above 0")]
    #[non_exhaustive]
    Initial {
        /// The refused amount.
        value: f64,
    },
    /// A value of total assets is not above 0.
    #[error("total assets of {value} at position {position} (from 0) are not above 0")]
    #[non_exhaustive]
    Assets {
        /// Its place in the path, from 0.
        position: usize,
        /// The refused value.
        value: f64,
    },
    /// The unreinvested part alone loses everything, whatever the multiple is.
    #[error("the unreinvested part loses {change} in period {period} (from 0), which is everything")]
    #[non_exhaustive]
    Ruined {
        /// The period, from 0.
        period: usize,
        /// The change of the unreinvested part, a fraction.
        change: f64,
    },
    /// No month wins: the published optimal f is undefined.
    #[error("no month wins, so optimal f is undefined")]
    NoGain,
    /// No month loses: optimal f is undefined.
    #[error("no month loses, so optimal f is undefined")]
    NoLoss,
    /// No month falls short of its funding: more leverage is always better.
    #[error("no month falls short of its funding, so growth has no largest multiple")]
    Unbounded,
    /// A rule of your own has no answer.
    #[error("the rule has no multiple: {reason}")]
    Rule {
        /// Why, in words.
        reason: String,
    },
    /// A result does not fit its number type.
    #[error(transparent)]
    Overflow(#[from] Overflow),
}

pub(crate) fn multiple_at_least_one(multiple: f64) -> Result<f64, LeverageError> {
    if multiple.is_finite() && multiple >= 1.0 {
        Ok(multiple)
    } else {
        Err(LeverageError::Multiple { multiple })
    }
}

pub(crate) fn all_finite<'a>(
    series: &'static str,
    values: impl IntoIterator<Item = &'a f64>,
) -> Result<(), LeverageError> {
    match values.into_iter().enumerate().find(|(_, value)| !value.is_finite()) {
        Some((period, &value)) => Err(LeverageError::NotFinite { series, period, value }),
        None => Ok(()),
    }
}
