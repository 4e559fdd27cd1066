use serde::{Deserialize, Serialize};

use crate::{Distribution, Occurrence, Premium, StudyError};

/// The rebalancing premium over buy and hold on many paths: where all of it lies, and each of its parts.
///
/// On each path it is the [`Premium`] of the two runs on that path's months, so on each path the parts add up to all of it, and so do their means:
/// `total = excess growth + drift + overlay − cost`, logarithms a year. Quantiles do not add up: a path of much excess growth is often one of
/// much drift. What is below 10⁻¹³ a year is rounding and counts as nought, so that a spec without an overlay has none.
///
/// A path on which the variant or buy and hold lost everything, or all but what a double holds of it, has no premium.
///
/// ```
/// use allweather_portfolio::Spec;
/// use allweather_study::{Study, StudySpec, Variant};
/// let data = allweather_data::embedded()?;
/// let spec = Spec::from_json(r#"{"name": "sixty forty", "capital": 1, "costs": {"proportional": "0.001"},
///     "holdings": [{"asset": "us_equity", "weight": 0.6}, {"asset": "jgb_10y", "weight": 0.4}],
///     "rule": {"calendar": {"every": "year", "on": "end"}}}"#)?;
/// let spec = StudySpec::new(vec![Variant::new("yearly", spec).with_premium()], 50, 120)?;
/// let results = Study::new(&spec, &data.market, &data.statistics)?.run(1, &|_| ())?;
/// let premium = results.tally("yearly").and_then(|tally| tally.premium()).ok_or("asked for")?;
/// println!("rebalancing was worth it on {:?} of paths", premium.above().probability());
/// let mean = |of: &allweather_study::Distribution| of.mean().ok_or("no path was lost");
/// let parts = mean(premium.excess_growth())? + mean(premium.drift())? + mean(premium.overlay())? - mean(premium.cost())?;
/// assert!((mean(premium.total())? - parts).abs() < 1e-12);
/// assert!(premium.excess_growth().quantile(0.0) > Some(0.0) && premium.drift().quantile(0.5) < Some(0.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(try_from = "Wire")]
pub struct Premiums {
    total: Distribution,
    excess_growth: Distribution,
    drift: Distribution,
    overlay: Distribution,
    cost: Distribution,
    above: Occurrence,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    total: Distribution,
    excess_growth: Distribution,
    drift: Distribution,
    overlay: Distribution,
    cost: Distribution,
    above: Occurrence,
}

impl TryFrom<Wire> for Premiums {
    type Error = StudyError;

    fn try_from(wire: Wire) -> Result<Self, StudyError> {
        let Wire { total, excess_growth, drift, overlay, cost, above } = wire;
        let found = Self { total, excess_growth, drift, overlay, cost, above };
        let paths = found.total.defined().saturating_add(found.total.undefined());
        // They are told of the same paths.
        let told =
            |of: &&Distribution| of.defined() == above.of() && of.undefined() == found.total.undefined();
        if found.all().iter().all(told) { Ok(found) } else { Err(StudyError::Tally { paths }) }
    }
}

/// Less than this a year is rounding.
const ROUNDING: f64 = 1e-13;

impl Premiums {
    /// Adds a path; `None` where it has no premium.
    pub(crate) fn add(&mut self, premium: Option<&Premium>) -> Result<(), StudyError> {
        let told = |part: fn(&Premium) -> f64| {
            premium.map(part).map(|part| if part.abs() < ROUNDING { 0.0 } else { part })
        };
        let total = told(|premium| premium.total);
        self.total.add(total)?;
        self.excess_growth.add(told(|premium| premium.excess_growth))?;
        self.drift.add(told(|premium| premium.drift))?;
        self.overlay.add(told(|premium| premium.overlay))?;
        self.cost.add(told(|premium| premium.cost))?;
        self.above.add(total.map(|total| total > 0.0));
        Ok(())
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.total.merge(&other.total);
        self.excess_growth.merge(&other.excess_growth);
        self.drift.merge(&other.drift);
        self.overlay.merge(&other.overlay);
        self.cost.merge(&other.cost);
        self.above.merge(&other.above);
    }

    fn all(&self) -> [&Distribution; 5] {
        [&self.total, &self.excess_growth, &self.drift, &self.overlay, &self.cost]
    }

    /// Whether it tells of so many paths.
    pub(crate) fn is_of(&self, paths: u64) -> bool {
        self.total.defined().checked_add(self.total.undefined()) == Some(paths)
    }

    /// All of it: growth over that of buy and hold, a logarithm a year.
    #[must_use]
    pub fn total(&self) -> &Distribution {
        &self.total
    }

    /// [`Premium::excess_growth`].
    #[must_use]
    pub fn excess_growth(&self) -> &Distribution {
        &self.excess_growth
    }

    /// [`Premium::drift`].
    #[must_use]
    pub fn drift(&self) -> &Distribution {
        &self.drift
    }

    /// [`Premium::overlay`].
    #[must_use]
    pub fn overlay(&self) -> &Distribution {
        &self.overlay
    }

    /// [`Premium::cost`]; positive is a loss.
    #[must_use]
    pub fn cost(&self) -> &Distribution {
        &self.cost
    }

    /// On how many paths the premium was above nought; the same as buy and hold is not above.
    #[must_use]
    pub fn above(&self) -> Occurrence {
        self.above
    }
}
