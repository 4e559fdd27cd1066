use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::Tally;

/// Some paths of a variant in jobs of up to so many, 1 or more.
pub(crate) fn in_jobs(variant: usize, paths: Range<u64>, size: u64) -> impl Iterator<Item = Job> + use<> {
    let (size, end) = (size.max(1), paths.end);
    let firsts = std::iter::successors(Some(paths.start), move |first| first.checked_add(size));
    firsts.take_while(move |first| *first < end).map(move |first| Job {
        variant,
        first,
        paths: size.min(end - first),
    })
}

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
    /// The study that it is of: [`Study::id`](crate::Study::id).
    pub study: String,
    /// The job.
    pub job: Job,
    /// What was found on its paths.
    pub tally: Tally,
}
