use std::fmt;

use allweather_core::{Number, Percent};
use rust_decimal::{Decimal, dec};
use serde::{Deserialize, Serialize, Serializer};

use crate::{RebalanceError, paths::TOLERANCE_PERCENT};

/// The drift that trades, in percent of the position or in points of the portfolio.
///
/// ```
/// use allweather_core::Percent;
/// use allweather_rebalance::Threshold;
/// use rust_decimal::dec;
/// assert_eq!(Threshold::Rounded(2).edge(), dec!(1.5));
/// assert_eq!(Threshold::from(Percent::new(dec!(1.75))).edge(), dec!(1.75));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Threshold {
    /// The drift, rounded half away from zero to a whole percent, reaches this: 2 trades from a drift of 1.5 up.
    Rounded(u32),
    /// The drift as it is goes beyond this: at 2 exactly it is still inside the band.
    Unrounded(Percent),
}

impl Threshold {
    /// The unrounded drift at the edge of the band, in percent: a rounded band of `n` ends at `n − ½`.
    #[must_use]
    pub fn edge(self) -> Decimal {
        match self {
            // Not below: a threshold of nought is refused by every band.
            Self::Rounded(n) => Decimal::from(n).saturating_sub(dec!(0.5)),
            Self::Unrounded(percent) => percent.points(),
        }
    }

    /// The drift in percent from which a comparison in binary fractions trades.
    pub(crate) fn limit(self) -> f64 {
        match self {
            Self::Rounded(n) => f64::from(n) - 0.5 - TOLERANCE_PERCENT,
            // Normalised, here and below: 2.0 and 2.00 become the same double, so equal bands decide alike.
            Self::Unrounded(percent) => percent.points().normalize().to_double() + TOLERANCE_PERCENT,
        }
    }

    pub(crate) fn checked(self) -> Result<Self, RebalanceError> {
        let (value, rule) = match self {
            Self::Rounded(n) => (n.into(), "a whole percent from 1 up"),
            Self::Unrounded(percent) => (percent.points(), "above 0"),
        };
        if value > Decimal::ZERO {
            return Ok(self);
        }
        Err(RebalanceError::Setting { what: "drift threshold", value, rule })
    }
}

impl From<u32> for Threshold {
    fn from(whole_percent: u32) -> Self {
        Self::Rounded(whole_percent)
    }
}

impl From<Percent> for Threshold {
    fn from(percent: Percent) -> Self {
        Self::Unrounded(percent)
    }
}

impl fmt::Display for Threshold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rounded(n) => write!(f, "{n}"),
            Self::Unrounded(percent) => write!(f, "{}", percent.points().normalize()),
        }
    }
}

/// A whole number when rounded, a decimal as text when not.
impl Serialize for Threshold {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Rounded(n) => n.serialize(serializer),
            Self::Unrounded(percent) => percent.serialize(serializer),
        }
    }
}

/// How far back a band trades what has drifted too far.
///
/// With [`Destination::Target`] the drifted assets go to their targets and what remains stays in cash. With any other
/// destination the trade is [balanced](crate::paths::project): drifted assets go as far as stated, and the others move only where
/// the weights would not add up otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Destination {
    /// All the way.
    #[default]
    Target,
    /// Half of the way from the edge of the band to the target.
    Half,
    /// To the edge of the band. Not for rounded thresholds: there, the edge itself trades.
    Edge,
    /// To within this many percent of the position, or points of the portfolio, of the target.
    Within(Percent),
}

impl Destination {
    /// The drift in percent that is left.
    pub(crate) fn drift(self, threshold: Threshold) -> Result<Decimal, RebalanceError> {
        let edge = threshold.edge();
        let drift = match self {
            Self::Target => Decimal::ZERO,
            Self::Half => edge.over(dec!(2))?,
            Self::Edge => edge,
            Self::Within(percent) => percent.points(),
        };
        let rule = match threshold {
            Threshold::Rounded(_) => {
                "0 or more and below the drift that trades (the edge of a rounded band trades itself)"
            }
            Threshold::Unrounded(_) => "in 0..=threshold",
        };
        let inside = drift < edge || (drift == edge && matches!(threshold, Threshold::Unrounded(_)));
        if drift >= Decimal::ZERO && inside {
            return Ok(drift);
        }
        Err(RebalanceError::Setting { what: "drift at the destination", value: drift, rule })
    }

    pub(crate) fn is_target(&self) -> bool {
        *self == Self::Target
    }
}
