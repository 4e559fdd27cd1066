use std::fmt;

use chrono::{Datelike, Months, NaiveDate, Weekday};
use serde::{Deserialize, Deserializer, Serialize, de};

use crate::{Decision, Reason, RebalanceError, Rebalancer, Review, ReviewDay, ScheduledDay, Targets};

/// How often a calendar rule trades.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Period {
    /// At every review, whatever the edge.
    Review,
    /// Every week (Monday to Sunday).
    Week,
    /// Every month.
    Month,
    /// Every quarter.
    Quarter,
    /// Every half of a calendar year.
    HalfYear,
    /// Every calendar year.
    Year,
}

/// Where in its period a calendar rule trades.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Edge {
    /// On the first review of a new period. Works for any dates.
    Start,
    /// On the last review of the period. Where no next review is known, when no weekday of the period is left.
    End,
    /// On the review that stands for a day of the period: each such day is traded on exactly once. Where no next review is known,
    /// the next weekday counts as one; where none before is known, days that have passed do not count.
    #[serde(untagged)]
    Scheduled(ScheduledDay),
}

/// Trades every asset to its target on dates.
///
/// ```
/// use allweather_rebalance::{Calendar, Edge, Period};
/// let rule = Calendar { every: Period::Year, on: Edge::End };
/// let json = r#"{"every":"year","on":"end"}"#;
/// assert_eq!(serde_json::from_str::<Calendar>(json)?, rule);
/// let always = Calendar { every: Period::Review, on: Edge::Start };
/// assert_eq!(serde_json::from_str::<Calendar>(r#"{"every":"review"}"#)?, always);
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// # Source
///
/// Published method, §3: rebalancing is periodic and mechanical. Days that fall between reviews: ISDA, "2006 ISDA Definitions",
/// section 4.12.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Wire", into = "Wire")]
pub struct Calendar {
    /// The period.
    pub every: Period,
    /// The day within the period.
    pub on: Edge,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    every: Period,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    on: Option<Edge>,
}

impl Period {
    pub(crate) fn adjective(self) -> &'static str {
        match self {
            Self::Review => "every",
            Self::Week => "weekly",
            Self::Month => "monthly",
            Self::Quarter => "quarterly",
            Self::HalfYear => "half-yearly",
            Self::Year => "yearly",
        }
    }

    fn of(self, date: NaiveDate) -> (i32, u32) {
        match self {
            Self::Review => (date.year(), date.ordinal()),
            Self::Week => (date.iso_week().year(), date.iso_week().week()),
            Self::Month => (date.year(), date.month()),
            Self::Quarter => (date.year(), date.month0() / 3),
            Self::HalfYear => (date.year(), date.month0() / 6),
            Self::Year => (date.year(), 0),
        }
    }

    pub(crate) fn first_day(self, date: NaiveDate) -> Option<NaiveDate> {
        match self {
            Self::Review => Some(date),
            Self::Week => Some(date.week(Weekday::Mon).checked_first_day()?),
            Self::Month => date.with_day(1),
            Self::Quarter => NaiveDate::from_ymd_opt(date.year(), date.month0() / 3 * 3 + 1, 1),
            Self::HalfYear => NaiveDate::from_ymd_opt(date.year(), date.month0() / 6 * 6 + 1, 1),
            Self::Year => NaiveDate::from_ymd_opt(date.year(), 1, 1),
        }
    }

    pub(crate) fn last_day(self, date: NaiveDate) -> Option<NaiveDate> {
        let first = self.first_day(date)?;
        let months = match self {
            Self::Review => return Some(date),
            Self::Week => return date.week(Weekday::Mon).checked_last_day(),
            Self::Month => 1,
            Self::Quarter => 3,
            Self::HalfYear => 6,
            Self::Year => 12,
        };
        first.checked_add_months(Months::new(months))?.pred_opt()
    }

    /// Whether no weekday of the period is left after the date.
    fn ends_on(self, date: NaiveDate) -> bool {
        let mut left = date.iter_days().skip(1).take_while(|day| self.of(*day) == self.of(date));
        left.all(|day| matches!(day.weekday(), Weekday::Sat | Weekday::Sun))
    }
}

/// By hand: an untagged variant would lose the words with which a day is refused.
impl<'de> Deserialize<'de> for Edge {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(EdgeForm)
    }
}

struct EdgeForm;

impl<'de> de::Visitor<'de> for EdgeForm {
    type Value = Edge;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"start\", \"end\", or a day with a convention")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Edge, E> {
        match text {
            "start" => Ok(Edge::Start),
            "end" => Ok(Edge::End),
            _ => Err(E::invalid_value(de::Unexpected::Str(text), &self)),
        }
    }

    fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Edge, A::Error> {
        ScheduledDay::deserialize(de::value::MapAccessDeserializer::new(map)).map(Edge::Scheduled)
    }
}

impl TryFrom<Wire> for Calendar {
    type Error = String;
    fn try_from(wire: Wire) -> Result<Self, Self::Error> {
        let every = wire.every;
        let on = match wire.on {
            Some(on) => on,
            None if every == Period::Review => Edge::Start,
            None => return Err("missing field `on`".to_owned()),
        };
        if let Edge::Scheduled(day) = on {
            day.check(every).map_err(|refused| refused.to_string())?;
        }
        Ok(Self { every, on })
    }
}

impl From<Calendar> for Wire {
    fn from(calendar: Calendar) -> Self {
        let Calendar { every, on } = calendar;
        let always = every == Period::Review && on == Edge::Start;
        Self { every, on: if always { None } else { Some(on) } }
    }
}

impl Calendar {
    /// Whether the day, if there is one, is of the period.
    pub(crate) fn check(self) -> Result<(), RebalanceError> {
        match self.on {
            Edge::Scheduled(day) if self.every != Period::Review => day.check(self.every),
            _ => Ok(()),
        }
    }

    pub(crate) fn source(self) -> &'static str {
        match self.on {
            Edge::Scheduled(_) => "2006 ISDA Definitions, section 4.12",
            Edge::Start | Edge::End => "Published method, §3",
        }
    }
}

impl Rebalancer for Calendar {
    fn decide(&self, review: &Review<'_>, _: &mut Targets) -> Result<Decision, RebalanceError> {
        let (every, day) = (self.every, review.day());
        if let Edge::Scheduled(scheduled) = self.on
            && every != Period::Review
        {
            self.check()?;
            let not_before = || scheduled.next_from(every, day.date);
            return Ok(scheduled.due(every, day).map_or_else(
                || Decision::Hold(Reason::NotDueUntil { every, scheduled: not_before() }),
                |scheduled| Decision::Rebalance(Reason::DueFor { every, scheduled }),
            ));
        }
        let due = self.may_trade(day);
        Ok(if due { Decision::Rebalance(Reason::Due(every)) } else { Decision::Hold(Reason::NotDue(every)) })
    }

    /// Whether it is due: a calendar trades whenever it may.
    fn may_trade(&self, day: ReviewDay) -> bool {
        let ReviewDay { previous, date, next, .. } = day;
        let every = self.every;
        match self.on {
            _ if every == Period::Review => true,
            Edge::Start => previous.is_some_and(|before| every.of(before) != every.of(date)),
            Edge::End => next.map_or_else(|| every.ends_on(date), |next| every.of(next) != every.of(date)),
            // What does not fit the period is refused when it is asked.
            Edge::Scheduled(scheduled) => {
                scheduled.check(every).is_err() || scheduled.due(every, day).is_some()
            }
        }
    }
}
