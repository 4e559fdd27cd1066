use std::{collections::BTreeMap, path::Path};

use allweather_market::PendingFile;
use serde::{Deserialize, Serialize};

use crate::{Job, JobResult, Study, StudyError, Tally, Variant, job::in_jobs};

/// What a study has found so far: a tally for each variant, and which paths are in it.
///
/// Results of parts of one study merge, in any order, to the same bytes as one run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Wire")]
pub struct Results {
    study: String,
    /// How many paths each variant has in all.
    paths: u64,
    variants: Vec<VariantResults>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    study: String,
    paths: u64,
    variants: Vec<VariantResults>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct VariantResults {
    name: String,
    /// First path of each run of paths that are done, and the path after it: apart from one another, in order.
    done: Vec<(u64, u64)>,
    tally: Tally,
}

impl TryFrom<Wire> for Results {
    type Error = StudyError;

    fn try_from(Wire { study, paths, variants }: Wire) -> Result<Self, StudyError> {
        for VariantResults { name, done, tally } in &variants {
            let apart = done.windows(2).all(|pair| pair[0].1 < pair[1].0)
                && done.iter().all(|(first, end)| first < end);
            let within = done.last().is_none_or(|(_, end)| *end <= paths);
            if !apart || !within || done.iter().map(|(first, end)| end - first).sum::<u64>() != tally.paths()
            {
                return Err(refuse(
                    "the results",
                    format!("the paths of {name} that are done are those of its tally"),
                ));
            }
        }
        Ok(Self { study, paths, variants })
    }
}

fn refuse(file: &str, rule: impl Into<String>) -> StudyError {
    StudyError::Results { file: file.to_owned(), rule: rule.into() }
}

impl Results {
    /// Results of a study of which nothing has run.
    #[must_use]
    pub fn new(study: &Study<'_>) -> Self {
        let one =
            |name: &str| VariantResults { name: name.to_owned(), done: Vec::new(), tally: Tally::default() };
        let variants = study.spec().variants().iter().map(|variant| one(&variant.name)).collect();
        Self { study: study.id().to_owned(), paths: study.spec().paths(), variants }
    }

    /// Adds what a job came to.
    ///
    /// # Errors
    ///
    /// [`StudyError::Results`] when it is of another study, one of its paths is there already or none of the study, or it has another number
    /// of paths than it says.
    pub fn add(&mut self, result: &JobResult) -> Result<(), StudyError> {
        let Job { variant, first, paths } = result.job;
        if result.study != self.study {
            return Err(refuse(
                "a job's result",
                format!("it is of study {}, not {}", result.study, self.study),
            ));
        }
        let whole = |end: &u64| paths > 0 && *end <= self.paths && result.tally.paths() == paths;
        let end = first.checked_add(paths).filter(whole);
        let (Some(end), Some(into)) = (end, self.variants.get_mut(variant)) else {
            return Err(refuse(
                "a job's result",
                format!("{paths} paths of variant {variant} are none of the study"),
            ));
        };
        into.add(&[(first, end)], &result.tally)
    }

    /// Adds what another part of the same study found.
    ///
    /// # Errors
    ///
    /// [`StudyError::Results`] when it is of another study, or a path is in both. Nothing is added then.
    pub fn merge(&mut self, other: &Self) -> Result<(), StudyError> {
        let names = |results: &Self| results.variants.iter().map(|v| v.name.clone()).collect::<Vec<_>>();
        if (&self.study, self.paths) != (&other.study, other.paths) || names(self) != names(other) {
            return Err(refuse(
                "the other results",
                format!("they are of study {}, not {}", other.study, self.study),
            ));
        }
        let mut merged = self.clone();
        for (mine, other) in merged.variants.iter_mut().zip(&other.variants) {
            mine.add(&other.done, &other.tally)?;
        }
        *self = merged;
        Ok(())
    }

    /// What was found for a variant, by its name.
    #[must_use]
    pub fn tally(&self, variant: &str) -> Option<&Tally> {
        self.variants.iter().find(|v| v.name == variant).map(|v| &v.tally)
    }

    /// What was found for each variant, in their order.
    pub fn tallies(&self) -> impl Iterator<Item = (&str, &Tally)> {
        self.variants.iter().map(|v| (v.name.as_str(), &v.tally))
    }

    /// How many paths are done, over all variants.
    #[must_use]
    pub fn paths_done(&self) -> u64 {
        // Saturating: only a file can say that there are so many.
        self.variants.iter().fold(0, |sum, v| v.tally.paths().saturating_add(sum))
    }

    /// The results as JSON: the same bytes for the same paths.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Plain data with text keys: there is nothing that JSON could not hold.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads results.
    ///
    /// # Errors
    ///
    /// [`StudyError::Results`] with line and column.
    pub fn from_json(file: &str, text: &str) -> Result<Self, StudyError> {
        serde_json::from_str(text).map_err(|e| refuse(file, e.to_string()))
    }

    /// The results that a file keeps of a study, or those of nothing when there is no such file: to go on from.
    ///
    /// # Errors
    ///
    /// [`StudyError::Market`] when it cannot be read, [`StudyError::Results`] when it is of another study.
    pub fn open(path: &Path, study: &Study<'_>) -> Result<Self, StudyError> {
        let file = path.display().to_string();
        let Some(bytes) = PendingFile::standing(path)? else { return Ok(Self::new(study)) };
        let text = std::str::from_utf8(&bytes).map_err(|e| refuse(&file, e.to_string()))?;
        let results = Self::from_json(&file, text)?;
        results.of_study(study).map_err(|_| refuse(&file, "it keeps the results of another study"))?;
        Ok(results)
    }

    /// Replaces a file by these results as a whole: a reader sees the old ones or the new ones.
    ///
    /// # Errors
    ///
    /// [`StudyError::Market`] when it cannot be written; the file is as it was.
    pub fn save(&self, path: &Path) -> Result<(), StudyError> {
        Ok(PendingFile::write(path, |out| out.write_all(self.to_json().as_bytes()))?.replace()?)
    }

    pub(crate) fn of_study(&self, study: &Study<'_>) -> Result<(), StudyError> {
        let names = study.spec().variants().iter().map(|variant| variant.name.as_str());
        let fits = (self.study.as_str(), self.paths) == (study.id(), study.spec().paths())
            && self.variants.iter().map(|v| v.name.as_str()).eq(names);
        if !fits {
            return Err(refuse("the results", format!("they are not of study {}", study.id())));
        }
        // A comparison that is missing would go unnoticed: what is merged with it has none either.
        let ran = study.spec().variants().iter().zip(&self.variants).filter(|(_, of)| of.tally.paths() > 0);
        for (Variant { name, against, premium, .. }, VariantResults { tally, .. }) in ran {
            let is =
                |what| refuse("the results", format!("{name} {what} if the study says so, and only then"));
            if told_versus(tally) != against.is_some() {
                return Err(is("is compared"));
            }
            if told_premium(tally) != *premium {
                return Err(is("has a premium"));
            }
        }
        Ok(())
    }

    /// That these are all results of a study.
    pub(crate) fn whole(&self, study: &Study<'_>) -> Result<(), StudyError> {
        self.of_study(study)?;
        let (done, all) = (self.paths_done(), self.paths.saturating_mul(self.variants.len() as u64));
        if done == all {
            Ok(())
        } else {
            Err(refuse("the results", format!("{done} of {all} paths are done")))
        }
    }

    /// What is left, in jobs of up to so many paths.
    pub(crate) fn remaining(&self, size: u64) -> impl Iterator<Item = Job> + use<> {
        let mut left = Vec::new();
        for (variant, results) in self.variants.iter().enumerate() {
            let mut from = 0;
            for &(first, end) in results.done.iter().chain([&(self.paths, self.paths)]) {
                left.push((variant, from..first));
                from = end;
            }
        }
        left.into_iter().flat_map(move |(variant, paths)| in_jobs(variant, paths, size))
    }
}

fn told_versus(tally: &Tally) -> bool {
    tally.versus().is_some()
}

fn told_premium(tally: &Tally) -> bool {
    tally.premium().is_some()
}

impl VariantResults {
    fn add(&mut self, done: &[(u64, u64)], tally: &Tally) -> Result<(), StudyError> {
        let both = self.tally.paths() > 0 && tally.paths() > 0;
        for (told, rule) in [
            (
                told_versus as fn(&Tally) -> bool,
                "some of its paths are compared with another variant and some are not",
            ),
            (told_premium, "some of its paths have a premium over buy and hold and some have not"),
        ] {
            if both && told(&self.tally) != told(tally) {
                return Err(refuse(&self.name, rule));
            }
        }
        let mut ranges: BTreeMap<u64, u64> = self.done.iter().copied().collect();
        for &(first, end) in done {
            let before = ranges.range(..end).next_back();
            if before.is_some_and(|(_, other)| *other > first) {
                return Err(refuse(&self.name, format!("paths {first} to {} are there already", end - 1)));
            }
            ranges.insert(first, end);
        }
        self.done.clear();
        for (first, end) in ranges {
            match self.done.last_mut() {
                Some(last) if last.1 == first => last.1 = end,
                _ => self.done.push((first, end)),
            }
        }
        self.tally.merge(tally);
        Ok(())
    }
}
