use allweather_core::Weights;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::PortfolioError;

/// Strategic weights that change over time: each in force from a day on, until the next. Before the first the spec's own hold.
///
/// It says what is wanted, not when to trade: the rule decides that, as always.
///
/// ```
/// use allweather_portfolio::{prelude::*, TargetSchedule, rfr::RateHistory};
/// let prices = PricePanel::from_csv("prices.csv", "month,a_jpy,b_jpy\n2020-01,100,100\n2020-02,100,100\n2020-03,100,100\n")?;
/// let market = Market::new(Currency::JPY, prices);
/// let spec = Spec::from_json(r#"{"name": "two", "capital": 1000,
///     "holdings": [{"asset": "a", "weight": 0.5}, {"asset": "b", "weight": 0.5}],
///     "rule": {"calendar": {"every": "month", "on": "end"}}}"#)?;
/// let schedule: TargetSchedule = serde_json::from_str(r#"[{"since": "2020-02-10", "weights": [0.2, 0.8]}]"#)?;
/// let record = Simulation::new(&spec, &market, &RateHistory::default())?.with_schedule(&schedule)?.run()?;
/// let strategic: Vec<_> = record.steps().map(|step| step.strategic.to_vec()).collect();
/// assert_eq!(strategic, [[0.5, 0.5], [0.2, 0.8], [0.2, 0.8]]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(try_from = "Vec<ScheduledTargets>", into = "Vec<ScheduledTargets>")]
pub struct TargetSchedule(Vec<ScheduledTargets>);

/// Strategic weights with the day from which they are in force.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScheduledTargets {
    /// They are in force from the first step on or after this day.
    pub since: NaiveDate,
    /// One for each of the spec's holdings, in their order.
    pub weights: Weights,
}

impl TargetSchedule {
    /// A schedule of weights in the order of their days; none is a schedule too.
    ///
    /// # Errors
    ///
    /// [`PortfolioError::ScheduleOrder`] when a day is not after the one before.
    pub fn new(entries: Vec<ScheduledTargets>) -> Result<Self, PortfolioError> {
        match entries.windows(2).find(|pair| pair[1].since <= pair[0].since) {
            Some(pair) => Err(PortfolioError::ScheduleOrder { before: pair[0].since, since: pair[1].since }),
            None => Ok(Self(entries)),
        }
    }

    /// The weights, in the order of their days.
    #[must_use]
    pub fn entries(&self) -> &[ScheduledTargets] {
        &self.0
    }
}

impl TryFrom<Vec<ScheduledTargets>> for TargetSchedule {
    type Error = PortfolioError;
    fn try_from(entries: Vec<ScheduledTargets>) -> Result<Self, Self::Error> {
        Self::new(entries)
    }
}

impl From<TargetSchedule> for Vec<ScheduledTargets> {
    fn from(schedule: TargetSchedule) -> Self {
        schedule.0
    }
}
