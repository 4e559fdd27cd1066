use allweather_core::AssetId;
use allweather_market::MarketError;
use chrono::NaiveDate;

use crate::{ContentHash, iteration_name};

/// Why a record is not taken, or a ledger not read. Every message gives the value and the rule.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum IterationsError {
    /// A text that is no hash.
    #[error("{text:?} is not a hash of 64 hexadecimal digits in lower case")]
    #[non_exhaustive]
    Hash {
        /// The text.
        text: String,
    },
    /// A spec that a ledger cannot hold.
    #[error("the spec is not one JSON object in one line without blanks between its parts: {reason}")]
    #[non_exhaustive]
    Spec {
        /// What is wrong with it.
        reason: String,
    },
    /// Assets and weights that do not belong together.
    #[error("a model has one weight for each asset, and each asset once; there are {assets} assets and {weights} weights{}", .twice.as_ref().map(|asset| format!(", and {asset} appears twice")).unwrap_or_default())]
    #[non_exhaustive]
    Universe {
        /// How many assets.
        assets: usize,
        /// How many weights.
        weights: usize,
        /// An asset that is named twice.
        twice: Option<AssetId>,
    },
    /// A record of a day before another's.
    #[error(
        "a record of {recorded_on} comes after one of {before}: records are made in the order of their days"
    )]
    #[non_exhaustive]
    RecordedBefore {
        /// The day of the refused record.
        recorded_on: NaiveDate,
        /// The day of the record before it.
        before: NaiveDate,
    },
    /// A model in force before, or as, the one it is to follow.
    #[error(
        "a model to be in force from {adopted_from} follows one in force from {before}: it must come later"
    )]
    #[non_exhaustive]
    AdoptedBefore {
        /// The day of the refused model.
        adopted_from: NaiveDate,
        /// The day of the model before it.
        before: NaiveDate,
    },
    /// A back-dated model.
    #[error(
        "a model recorded on {recorded_on} was to be in force from {adopted_from}: it can be from the day after at the earliest"
    )]
    #[non_exhaustive]
    BackDated {
        /// The day of its record.
        recorded_on: NaiveDate,
        /// The day from which it says to have been in force.
        adopted_from: NaiveDate,
    },
    /// Data from after the record.
    #[error(
        "a model recorded on {recorded_on} is made from data until {data_as_of}, which was not known yet"
    )]
    #[non_exhaustive]
    DataAfter {
        /// The day of its record.
        recorded_on: NaiveDate,
        /// The last day of its data.
        data_as_of: NaiveDate,
    },
    /// A date outside the calendar this project works in.
    #[error("{date} is outside the years 1 to 9999")]
    #[non_exhaustive]
    Calendar {
        /// The date.
        date: NaiveDate,
    },
    /// A review before there is anything to review.
    #[error("there is no model yet that a review could keep")]
    NothingToKeep,
    /// A record with another number than its place gives it.
    #[error("a record says {} where {} is due", iteration_name(*found), iteration_name(*expected))]
    #[non_exhaustive]
    Number {
        /// What it says.
        found: u32,
        /// What is due.
        expected: u32,
    },
    /// A spec that is not the one whose hash is on record.
    #[error("the spec hashes to {found}, and {stated} is on record")]
    #[non_exhaustive]
    SpecHash {
        /// The hash on record.
        stated: ContentHash,
        /// The hash of the spec.
        found: ContentHash,
    },
    /// A text that is no ledger.
    #[error("{file}, line 1: {found:?} is not the title of a ledger of iterations, {expected}")]
    #[non_exhaustive]
    Title {
        /// Name of the file.
        file: String,
        /// Its first line, or the beginning of it.
        found: String,
        /// The title.
        expected: &'static str,
    },
    /// A line that is no record.
    #[error("{file}, line {line} (record {}): {reason}", .line - 1)]
    #[non_exhaustive]
    Unreadable {
        /// Name of the file.
        file: String,
        /// Line, from 1.
        line: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// A record that was changed after it was written.
    #[error(
        "{file}, line {line}: {record} was changed after it was written: it says that it hashes to {stated}, and it hashes to {found}"
    )]
    #[non_exhaustive]
    Changed {
        /// Name of the file.
        file: String,
        /// Line, from 1.
        line: usize,
        /// Which record it says it is.
        record: Box<str>,
        /// The hash that it says it has.
        stated: ContentHash,
        /// The hash that it has.
        found: ContentHash,
    },
    /// A record that does not stand on the one before it.
    #[error(
        "{file}, line {line}: {record} was written after a record that hashes to {stated}, and {before}, in the line before it, hashes to another value: that one was replaced, or lines were taken out, added or moved"
    )]
    #[non_exhaustive]
    Chain {
        /// Name of the file.
        file: String,
        /// Line, from 1.
        line: usize,
        /// Which record it says it is.
        record: String,
        /// The hash of the record that it was written after.
        stated: ContentHash,
        /// What stands in the line before it.
        before: String,
    },
    /// A record that breaks a rule, though its hash fits.
    #[error("{file}, line {line}: {error}")]
    #[non_exhaustive]
    Record {
        /// Name of the file.
        file: String,
        /// Line, from 1.
        line: usize,
        /// The rule.
        #[source]
        error: Box<IterationsError>,
    },
    /// A file that lost its end.
    #[error("{file}: the text is cut off in line {line}, after {bytes} bytes of it; recovery reads the {} whole records before", .line.saturating_sub(2))]
    #[non_exhaustive]
    Torn {
        /// Name of the file.
        file: String,
        /// Line, from 1.
        line: usize,
        /// How many bytes there are of it.
        bytes: usize,
    },
    /// A published hash that is none of this ledger's.
    #[error(
        "no record of this ledger hashes to {head}: it is not the ledger whose head that was, or its past was rewritten"
    )]
    #[non_exhaustive]
    UnknownHead {
        /// The published hash.
        head: ContentHash,
    },
    /// A ledger that does not go on from an older copy of it.
    #[error("record {position}, {record}, is not in this ledger as it is in the older copy{}", .found.as_ref().map(|found| format!(": there stands {found}, which hashes to another value")).unwrap_or_default())]
    #[non_exhaustive]
    Rewritten {
        /// Its place among the records, from 1.
        position: usize,
        /// The record of the older copy.
        record: String,
        /// What stands in its place.
        found: Option<String>,
    },
    /// A file that changed while it was held open for writing.
    #[error("{file} is not what it was when it was read: someone else has written it; open it again")]
    #[non_exhaustive]
    Moved {
        /// The file.
        file: String,
    },
    /// From reading, locking or replacing a file; a file that is to be read and is not there is [`MarketError::Absent`].
    #[error(transparent)]
    Market(#[from] MarketError),
}
