use std::fmt;

use serde::{Deserialize, Serialize};

/// A calendar year. The published method counts in calendar years, never in fiscal ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Year(i32);

impl Year {
    /// The calendar year `year`.
    #[must_use]
    pub const fn new(year: i32) -> Self {
        Self(year)
    }

    /// The year as a number.
    #[must_use]
    pub const fn number(self) -> i32 {
        self.0
    }

    /// The year after this one (the last year that a number can name has itself).
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// The year before this one.
    #[must_use]
    pub const fn previous(self) -> Self {
        Self(self.0.saturating_sub(1))
    }
}

impl fmt::Display for Year {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
