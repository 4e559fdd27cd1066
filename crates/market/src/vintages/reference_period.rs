use std::{fmt, str::FromStr};

use allweather_core::{Month, Quarter, Year};
use chrono::{Datelike, Months, NaiveDate};

use crate::MarketError;

/// The period that a published figure refers to: a day, a month, a quarter or a calendar year of the years 1 to 9999.
///
/// Its text form is `2024-12-30`, `2024-12`, `2024Q4` or `2024`.
///
/// ```
/// use allweather_market::ReferencePeriod;
/// let december: ReferencePeriod = "2024-12".parse()?;
/// assert_eq!(december.last_day().to_string(), "2024-12-31");
/// assert_eq!(december.year_before().map(|p| p.to_string()), Some("2023-12".into()));
/// # Ok::<(), allweather_market::MarketError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReferencePeriod {
    /// A day, such as that of a quoted yield.
    Day(NaiveDate),
    /// A month.
    Month(Month),
    /// A quarter.
    Quarter(Quarter),
    /// A calendar year.
    Year(Year),
}

impl ReferencePeriod {
    /// Its last day.
    #[must_use]
    pub fn last_day(self) -> NaiveDate {
        match self {
            Self::Day(day) => day,
            Self::Month(month) => month.last_day(),
            Self::Quarter(quarter) => quarter.last_month().last_day(),
            Self::Year(year) => NaiveDate::from_ymd_opt(year.number(), 12, 31).unwrap_or(NaiveDate::MAX),
        }
    }

    /// The same period a year before; 29 February has 28 February before it. `None` before the year 1.
    #[must_use]
    pub fn year_before(self) -> Option<Self> {
        if self.last_day().year() <= 1 {
            return None;
        }
        match self {
            Self::Day(day) => day.checked_sub_months(Months::new(12)).map(Self::Day),
            Self::Month(month) => Some(Self::Month(month.offset(-12))),
            Self::Quarter(quarter) => Some(Self::Quarter(quarter.last_month().offset(-12).quarter())),
            Self::Year(year) => Some(Self::Year(year.previous())),
        }
    }

    /// Whether both are days, both months, and so on. A series has periods of one kind.
    #[must_use]
    pub fn same_kind(self, other: Self) -> bool {
        std::mem::discriminant(&self) == std::mem::discriminant(&other)
    }

    /// Its first day: none has a figure before.
    pub(super) fn first_day(self) -> NaiveDate {
        match self {
            Self::Day(day) => day,
            Self::Month(month) => month.first_day(),
            Self::Quarter(quarter) => quarter.last_month().offset(-2).first_day(),
            Self::Year(year) => Month::new(year.number(), 1).map_or(NaiveDate::MAX, Month::first_day),
        }
    }

    /// How many periods of its kind there are from this one to `last`, both included; not above 0 when `last` is earlier.
    pub(super) fn count_to(self, last: Self) -> i64 {
        match (self, last) {
            (Self::Day(first), Self::Day(last)) => (last - first).num_days() + 1,
            (Self::Month(first), Self::Month(last)) => i64::from(last.months_since(first)) + 1,
            (Self::Quarter(first), Self::Quarter(last)) => {
                i64::from(last.last_month().months_since(first.last_month())) / 3 + 1
            }
            (Self::Year(first), Self::Year(last)) => i64::from(last.number()) - i64::from(first.number()) + 1,
            _ => 0,
        }
    }

    /// Whether it lies in the years 1 to 9999, as months and quarters always do.
    pub(crate) fn in_calendar(self) -> bool {
        (1..=9999).contains(&self.last_day().year())
    }
}

impl FromStr for ReferencePeriod {
    type Err = MarketError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // Signs and single digits, which number parsers let pass, are no second spelling.
        let number = |digits: &str| {
            if digits.bytes().all(|b| b.is_ascii_digit()) { digits.parse::<u32>().ok() } else { None }
        };
        let year = |digits: &str| i32::try_from(number(digits)?).ok();
        let day = || match (text.get(..4)?, text.get(4..5)?, text.get(5..7)?, text.get(7..8)?, text.get(8..)?)
        {
            (y, "-", m, "-", d) => NaiveDate::from_ymd_opt(year(y)?, number(m)?, number(d)?),
            _ => None,
        };
        let found = match text.len() {
            4 => year(text).map(|year| Self::Year(Year::new(year))),
            6 => text.parse().ok().map(Self::Quarter),
            7 => text.parse().ok().map(Self::Month),
            10 => day().map(Self::Day),
            _ => None,
        };
        found
            .filter(|period| period.in_calendar())
            .ok_or_else(|| MarketError::ReferencePeriod { found: text.to_owned() })
    }
}

impl fmt::Display for ReferencePeriod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(day) => write!(f, "{day}"),
            Self::Month(month) => write!(f, "{month}"),
            Self::Quarter(quarter) => write!(f, "{quarter}"),
            Self::Year(year) => write!(f, "{:04}", year.number()),
        }
    }
}

impl fmt::Debug for ReferencePeriod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}
