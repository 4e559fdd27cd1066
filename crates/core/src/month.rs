use std::{fmt, str::FromStr};

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::{Quarter, Year};

/// A calendar month of the years 1 to 9999: `1980-01`.
///
/// ```
/// use allweather_core::Month;
/// let month: Month = "2024-02".parse()?;
/// assert_eq!(month.last_day().to_string(), "2024-02-29");
/// assert_eq!(month.offset(-2).to_string(), "2023-12");
/// assert!(!month.ends_quarter());
/// # Ok::<(), allweather_core::MonthError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Month {
    // Months since January of the year 0.
    index: i32,
}

const FIRST: i32 = 12;
const LAST: i32 = 9999 * 12 + 11;

/// The text or number is no month.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a month is a year from 0001 to 9999 and a number from 01 to 12, such as 1980-01, not {found:?}")]
pub struct MonthError {
    found: String,
}

impl Month {
    /// Month `number` (1 to 12) of a year (1 to 9999).
    ///
    /// # Errors
    ///
    /// [`MonthError`] when either is out of range.
    pub fn new(year: i32, number: u32) -> Result<Self, MonthError> {
        let index = i32::try_from(number).ok().filter(|n| (1..=12).contains(n) && (1..=9999).contains(&year));
        index
            .map(|n| Self { index: year * 12 + n - 1 })
            .ok_or_else(|| MonthError { found: format!("{year}-{number}") })
    }

    /// The month that a day lies in.
    ///
    /// # Errors
    ///
    /// [`MonthError`] when the day's year is not 1 to 9999.
    pub fn containing(date: NaiveDate) -> Result<Self, MonthError> {
        Self::new(date.year(), date.month())
    }

    /// The calendar year.
    #[must_use]
    pub fn year(self) -> Year {
        Year::new(self.index.div_euclid(12))
    }

    /// The number within the year, 1 to 12.
    #[must_use]
    pub fn number(self) -> u32 {
        self.index.rem_euclid(12).unsigned_abs() + 1
    }

    /// The quarter it belongs to.
    #[must_use]
    pub fn quarter(self) -> Quarter {
        Quarter::beginning(Self { index: self.index - self.index.rem_euclid(3) })
    }

    /// Whether it is March, June, September or December.
    #[must_use]
    pub fn ends_quarter(self) -> bool {
        self.index.rem_euclid(3) == 2
    }

    /// The month `months` later (earlier when negative), kept within the years 1 to 9999.
    #[must_use]
    pub fn offset(self, months: i32) -> Self {
        Self { index: self.index.saturating_add(months).clamp(FIRST, LAST) }
    }

    /// How many months this month lies after `earlier` (negative when before).
    #[must_use]
    pub fn months_since(self, earlier: Self) -> i32 {
        self.index - earlier.index
    }

    /// Its first calendar day.
    #[must_use]
    pub fn first_day(self) -> NaiveDate {
        // The range of `index` is far inside the calendar's.
        NaiveDate::from_ymd_opt(self.year().number(), self.number(), 1).unwrap_or_default()
    }

    /// Its last calendar day.
    #[must_use]
    pub fn last_day(self) -> NaiveDate {
        let next = Self { index: self.index + 1 };
        next.first_day().pred_opt().unwrap_or_default()
    }

    /// The months from `self` to `last`, both included; none when `last` is earlier.
    #[must_use]
    pub fn through(self, last: Self) -> impl ExactSizeIterator<Item = Self> + Clone {
        let count = u32::try_from(last.index - self.index + 1).unwrap_or(0);
        // `count` is at most the number of months in 9999 years.
        (0..count as usize).map(move |k| Self { index: self.index + i32::try_from(k).unwrap_or(0) })
    }
}

impl FromStr for Month {
    type Err = MonthError;
    fn from_str(s: &str) -> Result<Self, Self::Err> {
        let bad = || MonthError { found: s.to_owned() };
        let (year, number) = s.split_once('-').ok_or_else(bad)?;
        let digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
        if !(year.len() == 4 && number.len() == 2 && digits(year) && digits(number)) {
            return Err(bad());
        }
        Self::new(year.parse().map_err(|_| bad())?, number.parse().map_err(|_| bad())?).map_err(|_| bad())
    }
}

impl TryFrom<String> for Month {
    type Error = MonthError;
    fn try_from(s: String) -> Result<Self, Self::Error> {
        s.parse()
    }
}

impl From<Month> for String {
    fn from(m: Month) -> Self {
        m.to_string()
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year().number(), self.number())
    }
}

impl fmt::Debug for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}
