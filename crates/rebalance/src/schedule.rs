use chrono::{Datelike, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};

use crate::{Period, RebalanceError, ReviewDay};

/// Which review stands for a scheduled day on which there is none. The days on which there is one are the business days.
///
/// # Source
///
/// ISDA, "2006 ISDA Definitions", section 4.12: business day convention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Convention {
    /// The first review after it.
    Following,
    /// The first review after it, if that is in the same calendar month; else the last one before it.
    ModifiedFollowing,
    /// The last review before it.
    Preceding,
}

/// A day in every period, and which review stands for it.
///
/// ```
/// use allweather_rebalance::{Calendar, Convention, Edge, Period, ScheduledDay};
/// let day = ScheduledDay::new(15, Convention::Following)?;
/// let rule = Calendar { every: Period::Month, on: Edge::Scheduled(day) };
/// let json = r#"{"every":"month","on":{"day":15,"convention":"following"}}"#;
/// assert_eq!(serde_json::to_string(&rule)?, json);
/// assert_eq!(serde_json::from_str::<Calendar>(json)?, rule);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Wire", into = "Wire")]
pub struct ScheduledDay {
    month: Option<u32>,
    day: u32,
    convention: Convention,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    month: Option<u32>,
    day: u32,
    convention: Convention,
}

impl ScheduledDay {
    /// This day of every month (beyond the month's end, its last day), or of every week (1 is Monday).
    ///
    /// # Errors
    ///
    /// [`RebalanceError::Setting`] when the day is not in 1..=31.
    pub fn new(day: u32, convention: Convention) -> Result<Self, RebalanceError> {
        let day = within("scheduled day", day, 31, "in 1..=31")?;
        Ok(Self { month: None, day, convention })
    }

    /// The same day of one month of every quarter (1 to 3), half-year (1 to 6) or year (1 to 12).
    ///
    /// # Errors
    ///
    /// [`RebalanceError::Setting`] when the month is not in 1..=12.
    pub fn in_month(self, month: u32) -> Result<Self, RebalanceError> {
        let month = within("scheduled month", month, 12, "in 1..=12")?;
        Ok(Self { month: Some(month), ..self })
    }

    /// The month within a quarter, half-year or year, from 1.
    #[must_use]
    pub fn month(&self) -> Option<u32> {
        self.month
    }

    /// The day of the month, from 1; of the week, from Monday as 1.
    #[must_use]
    pub fn day(&self) -> u32 {
        self.day
    }

    /// Which review stands for a day without one.
    #[must_use]
    pub fn convention(&self) -> Convention {
        self.convention
    }

    /// Whether there is such a day in every one of these periods.
    pub(crate) fn check(&self, every: Period) -> Result<(), RebalanceError> {
        let (most, rule) = match every {
            Period::Review => {
                let rule = "asked for: every review trades";
                return Err(RebalanceError::Setting { what: "scheduled day", value: self.day.into(), rule });
            }
            Period::Week => {
                within("scheduled day", self.day, 7, "in 1..=7, of a week")?;
                (0, "left out, of a week")
            }
            Period::Month => (0, "left out, of a month"),
            Period::Quarter => (3, "in 1..=3, of a quarter"),
            Period::HalfYear => (6, "in 1..=6, of half a year"),
            Period::Year => (12, "in 1..=12, of a year"),
        };
        match self.month {
            None if most == 0 => Ok(()),
            // A month that is missing reads as 0.
            month => within("scheduled month", month.unwrap_or(0), most, rule).map(|_| ()),
        }
    }

    /// The scheduled day for which the review on this day stands, if it stands for one.
    pub(crate) fn due(&self, every: Period, day: ReviewDay) -> Option<NaiveDate> {
        let ReviewDay { previous, date, next, .. } = day;
        let next = next.or_else(|| weekday_after(date));
        // Without a review before, nothing is known of days that have passed.
        let after = |day: NaiveDate| previous.map_or(day == date, |before| before < day);
        let before = |day: NaiveDate| next.is_none_or(|next| day < next);
        let last = self.last_until(every, date).filter(|day| after(*day));
        let coming = || self.next_from(every, date).filter(|day| before(*day));
        match self.convention {
            Convention::Following => last,
            Convention::Preceding => coming(),
            Convention::ModifiedFollowing => {
                let same_month = |a: NaiveDate, b: NaiveDate| (a.year(), a.month()) == (b.year(), b.month());
                let rolled_back =
                    |day: &NaiveDate| *day > date && next.is_some_and(|next| !same_month(*day, next));
                let stands = last.filter(|day| same_month(*day, date));
                stands.or_else(|| {
                    self.next_from(every, date.succ_opt()?).filter(|day| before(*day)).filter(rolled_back)
                })
            }
        }
    }

    /// The last scheduled day that is not after `date`.
    fn last_until(&self, every: Period, date: NaiveDate) -> Option<NaiveDate> {
        let own = self.of(every, date)?;
        if own <= date { Some(own) } else { self.of(every, every.first_day(date)?.pred_opt()?) }
    }

    /// The first scheduled day that is not before `date`.
    pub(crate) fn next_from(&self, every: Period, date: NaiveDate) -> Option<NaiveDate> {
        let own = self.of(every, date)?;
        if own >= date { Some(own) } else { self.of(every, every.last_day(date)?.succ_opt()?) }
    }

    /// The scheduled day of the period that holds `date`.
    fn of(&self, every: Period, date: NaiveDate) -> Option<NaiveDate> {
        let first = every.first_day(date)?;
        if every == Period::Week {
            return first.checked_add_days(chrono::Days::new(u64::from(self.day.saturating_sub(1))));
        }
        let month =
            first.checked_add_months(chrono::Months::new(self.month.unwrap_or(1).saturating_sub(1)))?;
        let last = Period::Month.last_day(month)?;
        month.with_day(self.day.min(last.day()))
    }
}

impl TryFrom<Wire> for ScheduledDay {
    type Error = RebalanceError;
    fn try_from(wire: Wire) -> Result<Self, Self::Error> {
        let day = Self::new(wire.day, wire.convention)?;
        wire.month.map_or(Ok(day), |month| day.in_month(month))
    }
}

impl From<ScheduledDay> for Wire {
    fn from(day: ScheduledDay) -> Self {
        Self { month: day.month, day: day.day, convention: day.convention }
    }
}

fn within(what: &'static str, n: u32, most: u32, rule: &'static str) -> Result<u32, RebalanceError> {
    if (1..=most).contains(&n) {
        return Ok(n);
    }
    Err(RebalanceError::Setting { what, value: n.into(), rule })
}

fn weekday_after(date: NaiveDate) -> Option<NaiveDate> {
    date.iter_days().skip(1).find(|day| !matches!(day.weekday(), Weekday::Sat | Weekday::Sun))
}
