use std::fmt;

use allweather_core::{AssetId, Weights};
use chrono::{Months, NaiveDate};

use crate::{Candidate, ContentHash};

/// What the iteration of a number is called, everywhere.
///
/// ```
/// assert_eq!(allweather_iterations::iteration_name(1), "ITRL 1");
/// ```
#[must_use]
pub fn iteration_name(number: u32) -> String {
    format!("ITRL {number}")
}

/// A version of the model, as it was adopted: ITRL 1, ITRL 2, and so on.
///
/// There is no way to make one or to change one but [`Ledger::adopt`](crate::Ledger::adopt):
///
/// ```compile_fail,E0616
/// # fn back_date(mut iteration: allweather_iterations::Iteration) {
/// iteration.adopted_from = "1980-01-01".parse().unwrap();
/// # }
/// ```
///
/// ```compile_fail,E0277
/// let iteration: allweather_iterations::Iteration = serde_json::from_str("{}").unwrap();
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Iteration {
    pub(crate) number: u32,
    pub(crate) recorded_on: NaiveDate,
    pub(crate) adopted_from: NaiveDate,
    pub(crate) model: Candidate,
    pub(crate) hash: ContentHash,
}

impl Iteration {
    /// Its number, from 1.
    #[must_use]
    pub fn number(&self) -> u32 {
        self.number
    }

    /// Its name: `ITRL 1`.
    #[must_use]
    pub fn name(&self) -> String {
        iteration_name(self.number)
    }

    /// The day on which the ledger was told of it.
    #[must_use]
    pub fn recorded_on(&self) -> NaiveDate {
        self.recorded_on
    }

    /// The first day on which it is in force, after the day of its record.
    #[must_use]
    pub fn adopted_from(&self) -> NaiveDate {
        self.adopted_from
    }

    /// The last day of the data that it was made from, not after the day of its record.
    #[must_use]
    pub fn data_as_of(&self) -> NaiveDate {
        self.model.data_as_of
    }

    /// Its spec, as JSON in one line.
    #[must_use]
    pub fn spec(&self) -> &str {
        &self.model.spec
    }

    /// The hash of the spec's text.
    #[must_use]
    pub fn spec_hash(&self) -> ContentHash {
        self.model.spec_hash
    }

    /// Its assets, in order.
    #[must_use]
    pub fn universe(&self) -> &[AssetId] {
        &self.model.universe
    }

    /// Their strategic weights, in the order of the universe.
    #[must_use]
    pub fn weights(&self) -> &Weights {
        &self.model.weights
    }

    /// What its makers say of it.
    #[must_use]
    pub fn note(&self) -> &str {
        &self.model.note
    }

    /// The hash of its record, and through it of all records before.
    #[must_use]
    pub fn hash(&self) -> ContentHash {
        self.hash
    }
}

/// A review that kept what was adopted last.
#[derive(Debug, Clone, PartialEq)]
pub struct Review {
    pub(crate) kept: u32,
    pub(crate) recorded_on: NaiveDate,
    pub(crate) note: String,
    pub(crate) hash: ContentHash,
}

impl Review {
    /// The number of the iteration that was kept.
    #[must_use]
    pub fn kept(&self) -> u32 {
        self.kept
    }

    /// The day of the review.
    #[must_use]
    pub fn recorded_on(&self) -> NaiveDate {
        self.recorded_on
    }

    /// What its makers say of it.
    #[must_use]
    pub fn note(&self) -> &str {
        &self.note
    }

    /// The hash of its record, and through it of all records before.
    #[must_use]
    pub fn hash(&self) -> ContentHash {
        self.hash
    }
}

/// A record of the ledger.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    /// A model was adopted.
    Adoption(Iteration),
    /// A review kept the model.
    Review(Review),
}

impl Entry {
    /// The day of the record.
    #[must_use]
    pub fn recorded_on(&self) -> NaiveDate {
        match self {
            Self::Adoption(iteration) => iteration.recorded_on,
            Self::Review(review) => review.recorded_on,
        }
    }

    /// The hash of the record, and through it of all records before.
    #[must_use]
    pub fn hash(&self) -> ContentHash {
        match self {
            Self::Adoption(iteration) => iteration.hash,
            Self::Review(review) => review.hash,
        }
    }

    /// The last day on which the next review is in time: a year after this record, which is a review itself.
    pub(crate) fn review_due(&self) -> NaiveDate {
        self.recorded_on().checked_add_months(Months::new(12)).unwrap_or(NaiveDate::MAX)
    }
}

impl fmt::Display for Entry {
    /// Which record it is, in a few words.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Adoption(iteration) => write!(f, "the adoption of {}", iteration.name()),
            Self::Review(review) => {
                write!(f, "the review of {} on {}", iteration_name(review.kept), review.recorded_on)
            }
        }
    }
}
