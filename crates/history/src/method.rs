use std::fmt;

use allweather_core::AssetId;
use serde::{Deserialize, Serialize};

use crate::HistoryError;

/// How the months before a series begins are estimated. Whole series are those without a gap.
///
/// On the wire `"stambaugh"`, `"em"`, `{"factors":{"on":[]}}`, `{"principal_components":{"share":0.9}}` and
/// `{"forest":{"trees":200,"leaf":5}}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Method {
    /// Each series is regressed on all that are longer, the longest first (Stambaugh 1997). For series that begin late and have no
    /// later gap; one with a later gap is left out.
    ///
    /// ```text
    /// y_t = a + B x_t + e_t        a, B from the overlap; x: whole series and longer ones, with their own estimates where they have gaps
    /// ```
    Stambaugh,
    /// The conditional mean of a joint normal distribution whose moments are those of greatest likelihood, by expectation and
    /// maximisation (Dempster, Laird and Rubin 1977). For gaps of any pattern.
    ///
    /// ```text
    /// E[y | x] = μ_y + V_yx V_xx⁻¹ (x − μ_x)        x: whatever is known in the month
    /// ```
    Em,
    /// A regression on whole series alone.
    Factors {
        /// The names of the factors; all whole series when empty.
        on: Vec<AssetId>,
    },
    /// A regression on the largest principal components of all whole series, in units of their deviations (Jolliffe 2002, ch. 8).
    PrincipalComponents {
        /// So many components that they hold this share of the variance: above 0 and at most 1. 0.9 is ours.
        share: f64,
    },
    /// A random forest of regression trees on all whole series (Breiman 2001), each split among a third of them: for relations that
    /// a line cannot hold. It cannot go beyond what it has seen.
    Forest {
        /// How many trees: 50 to 10 000. With fewer, a month might be in the sample of every tree.
        trees: u16,
        /// The fewest months in a leaf: 1 or more.
        leaf: u16,
    },
}

impl Method {
    /// Its kind, as on the wire: the name that estimated levels are marked with.
    ///
    /// ```
    /// assert_eq!(allweather_history::Method::Factors { on: Vec::new() }.name(), "factors");
    /// ```
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Stambaugh => "stambaugh",
            Self::Em => "em",
            Self::Factors { .. } => "factors",
            Self::PrincipalComponents { .. } => "principal_components",
            Self::Forest { .. } => "forest",
        }
    }

    /// One of each kind: all whole series as factors, components with 90 % of the variance, 200 trees of 5 months a leaf (ours).
    #[must_use]
    pub fn all() -> Vec<Self> {
        vec![
            Self::Stambaugh,
            Self::Em,
            Self::Factors { on: Vec::new() },
            Self::PrincipalComponents { share: 0.9 },
            Self::Forest { trees: 200, leaf: 5 },
        ]
    }

    pub(crate) fn check(&self) -> Result<(), HistoryError> {
        let wrong = |what, value, rule| Err(HistoryError::Setting { what, value, rule });
        match *self {
            Self::PrincipalComponents { share } if !(share > 0.0 && share <= 1.0) => {
                wrong("a share of variance", share, "above 0 and at most 1")
            }
            Self::Forest { trees, .. } if !(50..=10_000).contains(&trees) => {
                wrong("a number of trees", trees.into(), "50 to 10000")
            }
            Self::Forest { leaf: 0, .. } => wrong("a number of months in a leaf", 0.0, "1 or more"),
            _ => Ok(()),
        }
    }
}

/// What a mark says: `stambaugh`, `factor regression on jgb_2y, jgb_10y`, `forest of 200 trees, 5 months a leaf`.
impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stambaugh => f.write_str("stambaugh"),
            Self::Em => f.write_str("em"),
            Self::Factors { on } if on.is_empty() => f.write_str("factor regression"),
            Self::Factors { on } => {
                f.write_str("factor regression on ")?;
                for (place, id) in on.iter().enumerate() {
                    write!(f, "{}{id}", if place == 0 { "" } else { ", " })?;
                }
                Ok(())
            }
            Self::PrincipalComponents { share } => {
                write!(f, "principal components of {} % of the variance", 100.0 * share)
            }
            Self::Forest { trees, leaf } => write!(f, "forest of {trees} trees, {leaf} months a leaf"),
        }
    }
}
