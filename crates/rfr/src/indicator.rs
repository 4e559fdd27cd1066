use std::{fmt, str::FromStr};

use allweather_core::Year;
use serde::{Deserialize, Serialize};

use crate::RfrError;

/// One of the five Japanese indicators, in the order in which they are published. All are in percent.
///
/// Its text form, also on the wire, is `jgb10y`, `cpi`, `cgpi`, `gdp_deflator` or `reer`.
///
/// ```
/// use allweather_rfr::Indicator;
/// assert_eq!("gdp_deflator".parse::<Indicator>()?, Indicator::GdpDeflator);
/// assert_eq!(Indicator::ALL.map(|indicator| indicator.to_string())[0], "jgb10y");
/// # Ok::<(), allweather_rfr::RfrError>(())
/// ```
///
/// # Source
///
/// Published method, §1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Indicator {
    /// Yield of the 10-year Japanese government bond at the year's end: a value, not a change.
    Jgb10y,
    /// Consumer price index: December against December a year before.
    Cpi,
    /// Corporate goods price index: December against December a year before.
    Cgpi,
    /// Deflator of the gross domestic product: the last quarter against the same quarter a year before.
    GdpDeflator,
    /// Real effective exchange rate of the yen: December against December a year before, with the sign flipped, because
    /// a weaker yen is inflation.
    Reer,
}

impl Indicator {
    /// The five, in published order.
    pub const ALL: [Self; 5] = [Self::Jgb10y, Self::Cpi, Self::Cgpi, Self::GdpDeflator, Self::Reer];

    /// The year in whose July the 10-year bond was first quoted.
    pub(crate) const FIRST_10Y: Year = Year::new(1986);

    /// The name of the published series behind it, as official files and data sets name it.
    #[must_use]
    pub const fn series(self) -> &'static str {
        match self {
            Self::Jgb10y => "jgb_10y",
            Self::Cpi => "jp_cpi",
            Self::Cgpi => "jp_cgpi",
            Self::GdpDeflator => "jp_gdp_deflator",
            Self::Reer => "jp_reer",
        }
    }

    /// The series to read for a year, the first that has a figure: the 9-year bond stands in until the 10-year bond was first quoted. A 10-year yield
    /// that is absent later on is a gap.
    pub fn series_of(self, year: Year) -> impl Iterator<Item = &'static str> {
        let stand_in = self == Self::Jgb10y && year <= Self::FIRST_10Y;
        std::iter::once(self.series()).chain(stand_in.then_some("jgb_9y"))
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Jgb10y => "jgb10y",
            Self::Cpi => "cpi",
            Self::Cgpi => "cgpi",
            Self::GdpDeflator => "gdp_deflator",
            Self::Reer => "reer",
        }
    }
}

impl fmt::Display for Indicator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Indicator {
    type Err = RfrError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|indicator| indicator.name() == text);
        found.ok_or_else(|| RfrError::UnknownIndicator { text: text.to_owned() })
    }
}
