use chrono::{Datelike, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};

use crate::{Decision, Reason, RebalanceError, Rebalancer, Review, Targets};

/// How often a calendar rule trades.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Period {
    /// Every week (Monday to Sunday).
    Week,
    /// Every month.
    Month,
    /// Every quarter.
    Quarter,
    /// Every calendar year.
    Year,
}

/// Where in its period a calendar rule trades.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Edge {
    /// On the first review of a new period. Works for any dates.
    Start,
    /// On the last review of the period. Where no next review is known, when no weekday of the period is left.
    End,
}

/// Trades every asset to its target on dates.
///
/// ```
/// use allweather_rebalance::{Calendar, Edge, Period};
/// let rule = Calendar { every: Period::Year, on: Edge::End };
/// let json = r#"{"every":"year","on":"end"}"#;
/// assert_eq!(serde_json::from_str::<Calendar>(json)?, rule);
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// # Source
///
/// Published method, §3: rebalancing is periodic and mechanical.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calendar {
    /// The period.
    pub every: Period,
    /// The day within the period.
    pub on: Edge,
}

impl Period {
    pub(crate) fn adjective(self) -> &'static str {
        match self {
            Self::Week => "weekly",
            Self::Month => "monthly",
            Self::Quarter => "quarterly",
            Self::Year => "yearly",
        }
    }

    fn of(self, date: NaiveDate) -> (i32, u32) {
        match self {
            Self::Week => (date.iso_week().year(), date.iso_week().week()),
            Self::Month => (date.year(), date.month()),
            Self::Quarter => (date.year(), date.month0() / 3),
            Self::Year => (date.year(), 0),
        }
    }

    /// Whether no weekday of the period is left after the date.
    fn ends_on(self, date: NaiveDate) -> bool {
        let mut left = date.iter_days().skip(1).take_while(|day| self.of(*day) == self.of(date));
        left.all(|day| matches!(day.weekday(), Weekday::Sat | Weekday::Sun))
    }
}

impl Rebalancer for Calendar {
    fn decide(&self, review: &Review<'_>, _: &mut Targets) -> Result<Decision, RebalanceError> {
        let date = review.date();
        let due = match self.on {
            Edge::Start => review.previous.is_some_and(|before| self.every.of(before) != self.every.of(date)),
            Edge::End => review
                .next
                .map_or_else(|| self.every.ends_on(date), |next| self.every.of(next) != self.every.of(date)),
        };
        let every = self.every;
        Ok(if due { Decision::Rebalance(Reason::Due(every)) } else { Decision::Hold(Reason::NotDue(every)) })
    }
}
