use allweather_core::{Overflow, Percent, Year};
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

use crate::{Indicator, Indicators, Reading, RfrError};

/// The levels of one year that the indicators are computed from; a level that is not there is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AnnualLevels {
    /// Yield of the 10-year bond at the year's end.
    pub jgb10y: Option<Reading>,
    /// Consumer price index of December, above 0.
    pub cpi: Option<Decimal>,
    /// Corporate goods price index of December, above 0.
    pub cgpi: Option<Decimal>,
    /// Deflator of the gross domestic product in the last quarter, above 0.
    pub gdp_deflator: Option<Decimal>,
    /// Real effective exchange rate of December, above 0, up when the yen is stronger.
    pub reer: Option<Decimal>,
}

impl AnnualLevels {
    // The four that a change is taken of; the bond's yield is a value.
    const fn indices(&self) -> [(Indicator, Option<Decimal>); 4] {
        [
            (Indicator::Cpi, self.cpi),
            (Indicator::Cgpi, self.cgpi),
            (Indicator::GdpDeflator, self.gdp_deflator),
            (Indicator::Reer, self.reer),
        ]
    }
}

/// How a computed change is rounded, for readers who want what the press prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ChangeRounding {
    /// To 0.1 %, half away from zero: 0.25 % becomes 0.3 %, −0.25 % becomes −0.3 %.
    TenthOfPercent,
}

impl ChangeRounding {
    pub(crate) fn apply(self, percent: Percent) -> Percent {
        match self {
            Self::TenthOfPercent => Percent::new(
                percent.points().round_dp_with_strategy(1, RoundingStrategy::MidpointAwayFromZero),
            ),
        }
    }
}

impl Indicators {
    /// The indicators of `year` from the levels of that year and of the year before.
    ///
    /// ```text
    /// jgb10y = the yield of this year, as it is
    /// change = (now / before − 1) · 100        cpi, cgpi, gdp_deflator
    /// reer   = −(now / before − 1) · 100       a weaker yen is inflation
    /// ```
    ///
    /// An indicator is missing when its level is missing in either year. Changes come from unrounded levels; `rounding`
    /// applies to the four changes afterwards, never to the bond's yield, and only when it is asked for.
    ///
    /// That changes are not rounded is `[our reading]`: the published text does not say how many digits they have.
    ///
    /// # Errors
    ///
    /// [`RfrError::Level`] when a level is not above 0 (also one that no change is taken from), [`RfrError::Change`]
    /// when a change does not fit a decimal.
    ///
    /// # Examples
    ///
    /// ```
    /// use allweather_core::{Percent, Year};
    /// use allweather_rfr::{AnnualLevels, Indicator, Indicators};
    /// use rust_decimal::dec;
    /// let before = AnnualLevels { cpi: Some(dec!(100)), reer: Some(dec!(80)), ..AnnualLevels::default() };
    /// let now = AnnualLevels { cpi: Some(dec!(102.5)), reer: Some(dec!(76)), ..AnnualLevels::default() };
    /// let indicators = Indicators::from_levels(Year::new(2022), &now, &before, None)?;
    /// assert_eq!(indicators.get(Indicator::Cpi).map(|r| r.percent), Some(Percent::new(dec!(2.5))));
    /// assert_eq!(indicators.get(Indicator::Reer).map(|r| r.percent), Some(Percent::new(dec!(5))));
    /// assert_eq!(indicators.get(Indicator::Jgb10y), None);
    /// # Ok::<(), allweather_rfr::RfrError>(())
    /// ```
    ///
    /// # Source
    ///
    /// Published method, §1.
    pub fn from_levels(
        year: Year,
        now: &AnnualLevels,
        before: &AnnualLevels,
        rounding: Option<ChangeRounding>,
    ) -> Result<Self, RfrError> {
        let mut indicators = Self::new(year);
        if let Some(reading) = now.jgb10y {
            indicators = indicators.with(Indicator::Jgb10y, reading)?;
        }
        for ((indicator, now), (_, before)) in now.indices().into_iter().zip(before.indices()) {
            let now = above_zero(year, indicator, now)?;
            let before = above_zero(year.previous(), indicator, before)?;
            let (Some(now), Some(before)) = (now, before) else { continue };
            let change = change(indicator, now, before).map_err(|_| RfrError::Change { year, indicator })?;
            let percent = rounding.map_or(change, |rounding| rounding.apply(change));
            indicators = indicators.with(indicator, Reading::published(percent))?;
        }
        Ok(indicators)
    }
}

fn above_zero(year: Year, indicator: Indicator, level: Option<Decimal>) -> Result<Option<Decimal>, RfrError> {
    match level {
        Some(level) if level <= Decimal::ZERO => Err(RfrError::Level { year, indicator, level }),
        _ => Ok(level),
    }
}

pub(crate) fn change(indicator: Indicator, now: Decimal, before: Decimal) -> Result<Percent, Overflow> {
    let change = Percent::change(now, before)?;
    match indicator {
        // Subtracted, not negated: no change stays 0 and does not become −0.
        Indicator::Reer => Decimal::ZERO.checked_sub(change.points()).map(Percent::new).ok_or(Overflow),
        _ => Ok(change),
    }
}
