//! A record as a line of text, and back.

use std::borrow::Cow;

use allweather_core::{AssetId, Weights};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{Candidate, ContentHash, Entry, Iteration, IterationsError, Review, iteration_name};

/// The first line of every ledger; the first record is chained to its hash.
pub(crate) const TITLE: &str = r#"{"ledger":"allweather iterations","form":1}"#;

const ADOPTION: &str = "adoption";
const REVIEW: &str = "review";
const HASH: &str = r#","hash":""#;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct AdoptionLine<'a> {
    previous: ContentHash,
    record: Cow<'a, str>,
    iteration: u32,
    recorded_on: NaiveDate,
    adopted_from: NaiveDate,
    data_as_of: NaiveDate,
    note: Cow<'a, str>,
    universe: Cow<'a, [AssetId]>,
    weights: Cow<'a, Weights>,
    spec_sha256: ContentHash,
    #[serde(borrow)]
    spec: &'a RawValue,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReviewLine<'a> {
    previous: ContentHash,
    record: Cow<'a, str>,
    iteration: u32,
    recorded_on: NaiveDate,
    note: Cow<'a, str>,
}

/// What a record says before the ledger has taken it.
#[derive(Debug)]
pub(crate) enum Draft {
    Adoption { number: u32, recorded_on: NaiveDate, adopted_from: NaiveDate, model: Candidate },
    Review { kept: u32, recorded_on: NaiveDate, note: String },
}

impl Draft {
    pub(crate) fn recorded_on(&self) -> NaiveDate {
        match self {
            Self::Adoption { recorded_on, .. } | Self::Review { recorded_on, .. } => *recorded_on,
        }
    }

    /// The record that says this after the record with the hash `previous`.
    pub(crate) fn seal(self, previous: ContentHash) -> Entry {
        let hash = ContentHash::of(self.body(previous).as_bytes());
        match self {
            Self::Adoption { number, recorded_on, adopted_from, model } => {
                Entry::Adoption(Iteration { number, recorded_on, adopted_from, model, hash })
            }
            Self::Review { kept, recorded_on, note } => {
                Entry::Review(Review { kept, recorded_on, note, hash })
            }
        }
    }

    /// The line without its own hash: what is hashed.
    fn body(&self, previous: ContentHash) -> String {
        // Every part is plain data; there is nothing that JSON could not hold.
        match self {
            Self::Adoption { number, recorded_on, adopted_from, model } => {
                adoption(previous, *number, *recorded_on, *adopted_from, model)
            }
            Self::Review { kept, recorded_on, note } => review(previous, *kept, *recorded_on, note),
        }
    }
}

fn adoption(
    previous: ContentHash,
    iteration: u32,
    recorded_on: NaiveDate,
    adopted_from: NaiveDate,
    model: &Candidate,
) -> String {
    let line = AdoptionLine {
        previous,
        record: ADOPTION.into(),
        iteration,
        recorded_on,
        adopted_from,
        data_as_of: model.data_as_of,
        note: model.note.as_str().into(),
        universe: model.universe.as_slice().into(),
        weights: Cow::Borrowed(&model.weights),
        spec_sha256: model.spec_hash,
        spec: serde_json::from_str(&model.spec).unwrap_or(RawValue::NULL),
    };
    serde_json::to_string(&line).unwrap_or_default()
}

fn review(previous: ContentHash, iteration: u32, recorded_on: NaiveDate, note: &str) -> String {
    let line = ReviewLine { previous, record: REVIEW.into(), iteration, recorded_on, note: note.into() };
    serde_json::to_string(&line).unwrap_or_default()
}

/// The line of a record, without its end.
pub(crate) fn write(entry: &Entry, previous: ContentHash) -> String {
    let mut line = match entry {
        Entry::Adoption(it) => adoption(previous, it.number, it.recorded_on, it.adopted_from, &it.model),
        Entry::Review(it) => review(previous, it.kept, it.recorded_on, &it.note),
    };
    line.truncate(line.len().saturating_sub(1));
    format!("{line}{HASH}{}\"}}", entry.hash())
}

/// A line that is being read.
pub(crate) struct Line {
    /// Without its own hash: what is hashed.
    body: String,
    /// The hash that it says it has.
    pub(crate) stated: ContentHash,
}

impl Line {
    /// Takes a line apart.
    pub(crate) fn of(text: &str) -> Result<Self, String> {
        let parts = text.strip_suffix("\"}").and_then(|text| {
            let (body, hash) = text.rsplit_once(HASH)?;
            Some((format!("{body}}}"), hash.parse().ok()?))
        });
        match parts {
            Some((body, stated)) => Ok(Self { body, stated }),
            None => Err(match serde_json::from_str::<serde::de::IgnoredAny>(text) {
                Ok(_) => "it does not end with its hash".to_owned(),
                Err(error) => error.to_string(),
            }),
        }
    }

    /// The hash that it has.
    pub(crate) fn found(&self) -> ContentHash {
        ContentHash::of(self.body.as_bytes())
    }

    /// Which record it says it is, whatever else it says; `None` when it does not.
    pub(crate) fn name(&self) -> Option<String> {
        #[derive(Deserialize)]
        struct Name<'a> {
            #[serde(borrow)]
            record: Cow<'a, str>,
            iteration: u32,
            recorded_on: NaiveDate,
        }
        let Name { record, iteration, recorded_on } = serde_json::from_str(&self.body).ok()?;
        match &*record {
            ADOPTION => Some(format!("the adoption of {}", iteration_name(iteration))),
            REVIEW => Some(format!("the review of {} on {recorded_on}", iteration_name(iteration))),
            _ => None,
        }
    }

    /// What it says: the hash of the record before it, and the rest.
    pub(crate) fn draft(&self) -> Result<(ContentHash, Draft), DraftError> {
        #[derive(Deserialize)]
        struct Kind<'a> {
            #[serde(borrow)]
            record: Cow<'a, str>,
        }
        let kind: Kind<'_> = serde_json::from_str(&self.body)?;
        match &*kind.record {
            ADOPTION => {
                let line: AdoptionLine<'_> = serde_json::from_str(&self.body)?;
                let AdoptionLine { iteration, recorded_on, adopted_from, data_as_of, .. } = line;
                let (universe, weights) = (line.universe.into_owned(), line.weights.into_owned());
                let model = Candidate::on(data_as_of, line.spec.get(), universe, weights, &line.note)?;
                let (stated, found) = (line.spec_sha256, model.spec_hash);
                if stated != found {
                    return Err(IterationsError::SpecHash { stated, found }.into());
                }
                let draft = Draft::Adoption { number: iteration, recorded_on, adopted_from, model };
                Ok((line.previous, draft))
            }
            REVIEW => {
                let line: ReviewLine<'_> = serde_json::from_str(&self.body)?;
                let (kept, recorded_on, note) = (line.iteration, line.recorded_on, line.note.into_owned());
                Ok((line.previous, Draft::Review { kept, recorded_on, note }))
            }
            other => Err(DraftError::Form(format!("{other:?} is not a kind of record"))),
        }
    }
}

/// Why a line says nothing that could be a record.
pub(crate) enum DraftError {
    /// It has not the form of one.
    Form(String),
    /// A part of it breaks a rule.
    Rule(IterationsError),
}

impl From<serde_json::Error> for DraftError {
    fn from(error: serde_json::Error) -> Self {
        Self::Form(error.to_string())
    }
}

impl From<IterationsError> for DraftError {
    fn from(error: IterationsError) -> Self {
        Self::Rule(error)
    }
}
