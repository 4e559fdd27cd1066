use serde::{Deserialize, Serialize};

use crate::{Distribution, Event, Measure, Occurrence, StudyError};

/// What was found on some paths of one variant: a distribution for each [`Measure`], a count for each [`Event`]. Tallies merge: in any
/// order and grouping, the same paths give the same bytes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Wire", into = "Wire")]
pub struct Tally {
    paths: u64,
    measures: Vec<Distribution>,
    events: Vec<Occurrence>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    paths: u64,
    measures: Vec<(Measure, Distribution)>,
    events: Vec<(Event, Occurrence)>,
}

impl From<Tally> for Wire {
    fn from(Tally { paths, measures, events }: Tally) -> Self {
        Self {
            paths,
            measures: Measure::ALL.into_iter().zip(measures).collect(),
            events: Event::ALL.into_iter().zip(events).collect(),
        }
    }
}

impl TryFrom<Wire> for Tally {
    type Error = StudyError;

    fn try_from(Wire { paths, measures, events }: Wire) -> Result<Self, StudyError> {
        let same = measures.iter().map(|(measure, _)| *measure).eq(Measure::ALL)
            && events.iter().map(|(event, _)| *event).eq(Event::ALL);
        let told = |of: &Distribution| of.defined().checked_add(of.undefined()) == Some(paths);
        let counted = |of: &Occurrence| of.of() <= paths;
        if !(same && measures.iter().all(|(_, of)| told(of)) && events.iter().all(|(_, of)| counted(of))) {
            return Err(StudyError::Tally { paths });
        }
        let (measures, events) = (
            measures.into_iter().map(|(_, of)| of).collect(),
            events.into_iter().map(|(_, of)| of).collect(),
        );
        Ok(Self { paths, measures, events })
    }
}

impl Default for Tally {
    fn default() -> Self {
        Self {
            paths: 0,
            measures: vec![Distribution::default(); Measure::ALL.len()],
            events: vec![Occurrence::default(); Event::ALL.len()],
        }
    }
}

impl Tally {
    /// Adds one path: `None` is what it does not have.
    pub(crate) fn add(
        &mut self,
        measure: impl Fn(Measure) -> Option<f64>,
        event: impl Fn(Event) -> Option<bool>,
    ) -> Result<(), StudyError> {
        self.paths = self.paths.saturating_add(1);
        for (of, found) in Measure::ALL.into_iter().zip(&mut self.measures) {
            found.add(measure(of))?;
        }
        for (of, found) in Event::ALL.into_iter().zip(&mut self.events) {
            found.add(event(of));
        }
        Ok(())
    }

    /// Adds what was found on other paths.
    pub fn merge(&mut self, other: &Self) {
        self.paths = self.paths.saturating_add(other.paths);
        for (mine, other) in self.measures.iter_mut().zip(&other.measures) {
            mine.merge(other);
        }
        for (mine, other) in self.events.iter_mut().zip(&other.events) {
            mine.merge(other);
        }
    }

    /// How many paths it is of.
    #[must_use]
    pub fn paths(&self) -> u64 {
        self.paths
    }

    /// A figure over the paths.
    #[must_use]
    pub fn measure(&self, measure: Measure) -> &Distribution {
        // There is one for each measure, in their order.
        &self.measures[measure as usize]
    }

    /// How often something happened.
    #[must_use]
    pub fn event(&self, event: Event) -> Occurrence {
        self.events[event as usize]
    }
}
