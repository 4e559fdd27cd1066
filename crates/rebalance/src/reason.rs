use std::borrow::Cow;

use allweather_core::AssetId;
use serde::Serialize;

use crate::{DriftMeasure, Period};

/// Why a rule decided as it did: data, turned into words by [`Reason::explain`]. Positions count from 0 in universe order.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reason {
    /// The first purchase.
    Start,
    /// No asset has drifted far enough.
    WithinBand {
        /// The largest drift in percent, unrounded and without its sign.
        largest: f64,
        /// What the percent is of.
        measure: DriftMeasure,
        /// The drift in whole percent that would trade.
        threshold: u32,
    },
    /// Assets have drifted too far.
    Drift {
        /// The asset that has drifted furthest.
        position: usize,
        /// Its weight, a fraction.
        weight: f64,
        /// Its target, a fraction.
        target: f64,
        /// Its drift in percent, unrounded.
        drift: f64,
        /// What the percent is of.
        measure: DriftMeasure,
        /// The drift in whole percent that trades.
        threshold: u32,
        /// How many assets have drifted too far.
        breached: usize,
    },
    /// The calendar says so.
    Due(Period),
    /// The calendar does not say so.
    NotDue(Period),
    /// The words of a rule of your own.
    Other(Cow<'static, str>),
}

impl Reason {
    /// The reason in plain words; `universe` gives the names of the assets.
    ///
    /// ```
    /// use allweather_core::AssetId;
    /// use allweather_rebalance::{DriftMeasure, Reason};
    /// let reason = Reason::Drift {
    ///     position: 0, weight: 0.231, target: 0.2, drift: 3.1, measure: DriftMeasure::Portfolio, threshold: 2, breached: 1,
    /// };
    /// let words = reason.explain(&[AssetId::new("gold")?]);
    /// assert_eq!(words, "gold 23.1 % against 20.0 %: +3.1 points of the portfolio, trades from 2; 1 asset breached");
    /// # Ok::<(), allweather_core::AssetIdError>(())
    /// ```
    #[must_use]
    pub fn explain(&self, universe: &[AssetId]) -> String {
        let name = |position: &usize| universe.get(*position).map_or("?", AssetId::as_str);
        let of = |measure: &DriftMeasure| match measure {
            DriftMeasure::Position => "% of the position",
            DriftMeasure::Portfolio => "points of the portfolio",
        };
        match self {
            Self::Start => "first purchase".to_owned(),
            Self::WithinBand { largest, measure, threshold } => {
                format!("largest drift {largest:.1} {}, trades from {threshold}", of(measure))
            }
            Self::Drift { position, weight, target, drift, measure, threshold, breached } => format!(
                "{} {:.1} % against {:.1} %: {drift:+.1} {}, trades from {threshold}; {breached} asset{} breached",
                name(position),
                weight * 100.0,
                target * 100.0,
                of(measure),
                if *breached == 1 { "" } else { "s" },
            ),
            Self::Due(period) => format!("{} review is due", period.adjective()),
            Self::NotDue(period) => format!("{} review is not due", period.adjective()),
            Self::Other(words) => words.clone().into_owned(),
        }
    }
}
