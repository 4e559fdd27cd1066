use serde::{Deserialize, Serialize};

use crate::{Distribution, Measure, Occurrence, StudyError};

/// A variant held against another one, path by path: for each [`Measure`] the distribution of its own figure less the other's, and on how
/// many paths its own was above.
///
/// Both ran on the same months, so what drawing other months does to both alike is not in a difference: the mean of differences is known far
/// better than the difference of two means of separate paths.
///
/// A figure that one of the two does not have on a path, as the return of what was lost, has no difference there. Wealth has one on every path:
/// what was lost is worth nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Wire", into = "Wire")]
pub struct Versus {
    differences: Vec<Distribution>,
    above: Vec<Occurrence>,
}

#[derive(Serialize, Deserialize)]
#[serde(transparent)]
struct Wire(Vec<(Measure, Distribution, Occurrence)>);

impl From<Versus> for Wire {
    fn from(Versus { differences, above }: Versus) -> Self {
        let all = Measure::ALL.into_iter().zip(differences).zip(above);
        Self(all.map(|((measure, difference), above)| (measure, difference, above)).collect())
    }
}

impl TryFrom<Wire> for Versus {
    type Error = StudyError;

    fn try_from(Wire(all): Wire) -> Result<Self, StudyError> {
        let same = all.iter().map(|(measure, ..)| *measure).eq(Measure::ALL);
        let told =
            |(_, difference, above): &(Measure, Distribution, Occurrence)| difference.defined() == above.of();
        if !same || !all.iter().all(told) {
            let paths = all.first().map_or(0, |(_, of, _)| of.defined().saturating_add(of.undefined()));
            return Err(StudyError::Tally { paths });
        }
        let (differences, above) = all.into_iter().map(|(_, difference, above)| (difference, above)).unzip();
        Ok(Self { differences, above })
    }
}

impl Default for Versus {
    fn default() -> Self {
        let measures = Measure::ALL.len();
        Self {
            differences: vec![Distribution::default(); measures],
            above: vec![Occurrence::default(); measures],
        }
    }
}

impl Versus {
    /// Adds a path: `None` is what one of the two does not have.
    pub(crate) fn add(&mut self, difference: impl Fn(Measure) -> Option<f64>) -> Result<(), StudyError> {
        let all = self.differences.iter_mut().zip(&mut self.above);
        for (measure, (differences, above)) in Measure::ALL.into_iter().zip(all) {
            let found = difference(measure);
            differences.add(found)?;
            above.add(found.map(|difference| difference > 0.0));
        }
        Ok(())
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        for (mine, other) in self.differences.iter_mut().zip(&other.differences) {
            mine.merge(other);
        }
        for (mine, other) in self.above.iter_mut().zip(&other.above) {
            mine.merge(other);
        }
    }

    /// Whether it tells of so many paths.
    pub(crate) fn is_of(&self, paths: u64) -> bool {
        self.differences.iter().all(|of| of.defined().checked_add(of.undefined()) == Some(paths))
    }

    /// The variant's own figure less that of the one it is held against, over the paths.
    #[must_use]
    pub fn difference(&self, measure: Measure) -> &Distribution {
        // There is one for each measure, in their order.
        &self.differences[measure as usize]
    }

    /// On how many paths the variant's own figure was the larger one; equal is not larger.
    #[must_use]
    pub fn above(&self, measure: Measure) -> Occurrence {
        self.above[measure as usize]
    }
}
