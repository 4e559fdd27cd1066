use serde::{Deserialize, Serialize};

use crate::Tally;

/// A part of a study: some paths of one variant. Plain data, so that it can be sent to where it is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Job {
    /// The place of the variant in the study.
    pub variant: usize,
    /// The first path.
    pub first: u64,
    /// How many paths.
    pub paths: u64,
}

/// What a job came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct JobResult {
    /// The job.
    pub job: Job,
    /// What was found on its paths.
    pub tally: Tally,
}
