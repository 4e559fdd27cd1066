use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{Month, Year};

/// A quarter of a calendar year: `1980Q1` is January to March 1980.
///
/// ```
/// use allweather_core::{Month, Quarter};
/// let quarter: Quarter = "2024Q4".parse()?;
/// assert_eq!(quarter.last_month(), Month::new(2024, 12)?);
/// assert_eq!(quarter.next().to_string(), "2025Q1");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Quarter {
    // Its first month: a quarter is a month that begins one.
    first: Month,
}

/// The text or number is no quarter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a quarter is a year from 0001 to 9999 and a number from 1 to 4, such as 1980Q1, not {found:?}")]
pub struct QuarterError {
    found: String,
}

impl Quarter {
    /// Quarter `number` (1 to 4) of a year.
    ///
    /// # Errors
    ///
    /// [`QuarterError`] when the number is not 1 to 4 or the year not 1 to 9999.
    pub fn new(year: i32, number: u32) -> Result<Self, QuarterError> {
        let first = if (1..=4).contains(&number) { Month::new(year, number * 3 - 2).ok() } else { None };
        first.map(|first| Self { first }).ok_or_else(|| QuarterError { found: format!("{year}Q{number}") })
    }

    pub(crate) fn beginning(first: Month) -> Self {
        Self { first }
    }

    /// The calendar year.
    #[must_use]
    pub fn year(self) -> Year {
        self.first.year()
    }

    /// The number within the year, 1 to 4.
    #[must_use]
    pub fn number(self) -> u32 {
        self.first.number().div_ceil(3)
    }

    /// Its last month: March, June, September or December.
    #[must_use]
    pub fn last_month(self) -> Month {
        self.first.offset(2)
    }

    /// The quarter after this one.
    #[must_use]
    pub fn next(self) -> Self {
        self.first.offset(3).quarter()
    }
}

impl FromStr for Quarter {
    type Err = QuarterError;
    fn from_str(s: &str) -> Result<Self, Self::Err> {
        let bad = || QuarterError { found: s.to_owned() };
        let (year, number) = s.split_once('Q').ok_or_else(bad)?;
        let digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
        if !(year.len() == 4 && number.len() == 1 && digits(year) && digits(number)) {
            return Err(bad());
        }
        Self::new(year.parse().map_err(|_| bad())?, number.parse().map_err(|_| bad())?).map_err(|_| bad())
    }
}

impl TryFrom<String> for Quarter {
    type Error = QuarterError;
    fn try_from(s: String) -> Result<Self, Self::Error> {
        s.parse()
    }
}

impl From<Quarter> for String {
    fn from(q: Quarter) -> Self {
        q.to_string()
    }
}

impl fmt::Display for Quarter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}Q{}", self.year().number(), self.number())
    }
}

impl fmt::Debug for Quarter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}
