use serde::{Deserialize, Serialize};

use crate::{Distribution, Event, Measure, Occurrence, Premium, Premiums, StudyError, Versus};

/// What was found on some paths of one variant: a distribution for each [`Measure`], a count for each [`Event`]. Tallies merge: in any
/// order and grouping, the same paths give the same bytes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Wire", into = "Wire")]
pub struct Tally {
    paths: u64,
    measures: Vec<Distribution>,
    events: Vec<Occurrence>,
    versus: Option<Versus>,
    /// Apart, so that who has none carries no place for it.
    premium: Option<Box<Premiums>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    paths: u64,
    measures: Vec<(Measure, Distribution)>,
    events: Vec<(Event, Occurrence)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    versus: Option<Versus>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    premium: Option<Premiums>,
}

impl From<Tally> for Wire {
    fn from(Tally { paths, measures, events, versus, premium }: Tally) -> Self {
        Self {
            paths,
            measures: Measure::ALL.into_iter().zip(measures).collect(),
            events: Event::ALL.into_iter().zip(events).collect(),
            versus,
            premium: premium.map(|premium| *premium),
        }
    }
}

impl TryFrom<Wire> for Tally {
    type Error = StudyError;

    fn try_from(Wire { paths, measures, events, versus, premium }: Wire) -> Result<Self, StudyError> {
        let same = measures.iter().map(|(measure, _)| *measure).eq(Measure::ALL)
            && events.iter().map(|(event, _)| *event).eq(Event::ALL);
        let told = |of: &Distribution| of.defined().checked_add(of.undefined()) == Some(paths);
        let counted = |of: &Occurrence| of.of() <= paths;
        let compared = versus.as_ref().is_none_or(|versus| versus.is_of(paths))
            && premium.as_ref().is_none_or(|premium| premium.is_of(paths));
        if !(compared
            && same
            && measures.iter().all(|(_, of)| told(of))
            && events.iter().all(|(_, of)| counted(of)))
        {
            return Err(StudyError::Tally { paths });
        }
        let (measures, events) = (
            measures.into_iter().map(|(_, of)| of).collect(),
            events.into_iter().map(|(_, of)| of).collect(),
        );
        Ok(Self { paths, measures, events, versus, premium: premium.map(Box::new) })
    }
}

impl Default for Tally {
    fn default() -> Self {
        Self {
            paths: 0,
            measures: vec![Distribution::default(); Measure::ALL.len()],
            events: vec![Occurrence::default(); Event::ALL.len()],
            versus: None,
            premium: None,
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

    /// Adds by how much the path that was just added has more than the same path of the variant it is held against.
    pub(crate) fn compare(&mut self, difference: impl Fn(Measure) -> Option<f64>) -> Result<(), StudyError> {
        self.versus.get_or_insert_default().add(difference)
    }

    /// Adds the premium over buy and hold of the path that was just added; `None` where it has none.
    pub(crate) fn add_premium(&mut self, premium: Option<&Premium>) -> Result<(), StudyError> {
        self.premium.get_or_insert_default().add(premium)
    }

    /// Adds what was found on other paths.
    pub fn merge(&mut self, other: &Self) {
        for (mine, other) in self.measures.iter_mut().zip(&other.measures) {
            mine.merge(other);
        }
        for (mine, other) in self.events.iter_mut().zip(&other.events) {
            mine.merge(other);
        }
        let paths = (self.paths, other.paths);
        self.versus = of_both(self.versus.take(), other.versus.as_ref(), paths, Versus::merge);
        self.premium =
            of_both(self.premium.take(), other.premium.as_ref(), paths, |mine, other| mine.merge(other));
        self.paths = self.paths.saturating_add(other.paths);
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

    /// The differences to the variant that this one is held against; `None` when it is held against none.
    #[must_use]
    pub fn versus(&self) -> Option<&Versus> {
        self.versus.as_ref()
    }

    /// The premium over buy and hold; `None` unless the variant asks for it ([`Variant::with_premium`](crate::Variant::with_premium)).
    #[must_use]
    pub fn premium(&self) -> Option<&Premiums> {
        self.premium.as_deref()
    }

    /// How often something happened.
    #[must_use]
    pub fn event(&self, event: Event) -> Occurrence {
        self.events[event as usize]
    }
}

/// What is told beside the measures is told of all paths of a tally or of none; a side without paths has nothing to say.
fn of_both<T: Clone>(
    mine: Option<T>,
    theirs: Option<&T>,
    paths: (u64, u64),
    merge: fn(&mut T, &T),
) -> Option<T> {
    match (mine, theirs) {
        (Some(mut mine), Some(theirs)) => {
            merge(&mut mine, theirs);
            Some(mine)
        }
        (None, theirs) if paths.0 == 0 => theirs.cloned(),
        (mine, None) if paths.1 == 0 => mine,
        _ => None,
    }
}
