use serde::{Deserialize, Serialize};

use crate::{Decision, Reason, RebalanceError, Rebalancer, Review, Rule, Targets};

/// Rules that decide together: at least one, in the order in which they are asked.
///
/// ```
/// use allweather_rebalance::{DriftBand, Rule, Rules};
/// let rules = Rules::new(vec![Rule::DriftBand(DriftBand::published())])?;
/// assert_eq!(rules.as_slice().len(), 1);
/// assert!(Rules::new(Vec::new()).is_err());
/// # Ok::<(), allweather_rebalance::RebalanceError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Rule>", into = "Vec<Rule>")]
pub struct Rules(Vec<Rule>);

impl Rules {
    /// These rules.
    ///
    /// # Errors
    ///
    /// [`RebalanceError::Setting`] when there are none.
    pub fn new(rules: Vec<Rule>) -> Result<Self, RebalanceError> {
        if rules.is_empty() { Err(none()) } else { Ok(Self(rules)) }
    }

    /// The rules, in the order in which they are asked.
    #[must_use]
    pub fn as_slice(&self) -> &[Rule] {
        &self.0
    }

    pub(crate) fn each(&self) -> impl Iterator<Item = &dyn Rebalancer> {
        self.0.iter().map(|rule| rule as &dyn Rebalancer)
    }

    pub(crate) fn reads_costs(&self) -> bool {
        self.0.iter().any(Rebalancer::reads_costs)
    }
}

impl TryFrom<Vec<Rule>> for Rules {
    type Error = RebalanceError;
    fn try_from(rules: Vec<Rule>) -> Result<Self, Self::Error> {
        Self::new(rules)
    }
}

impl From<Rules> for Vec<Rule> {
    fn from(rules: Rules) -> Self {
        rules.0
    }
}

fn none() -> RebalanceError {
    RebalanceError::Setting { what: "number of rules to combine", value: 0.into(), rule: "1 or more" }
}

/// The decision of the first rule that wants to trade; a hold when none does. For a rule of your own that is made of others; as
/// data it is [`Rule::FirstOf`].
///
/// A rule that is asked after another starts from the strategic targets again, whatever the other one wanted.
///
/// ```
/// use allweather_rebalance::{Decision, Rebalancer, RebalanceError, Review, Targets, first_of};
///
/// /// The second rule steps in where the first sees nothing to do.
/// #[derive(Debug)]
/// struct Backed(Box<dyn Rebalancer>, Box<dyn Rebalancer>);
/// impl Rebalancer for Backed {
///     fn decide(&self, review: &Review<'_>, targets: &mut Targets) -> Result<Decision, RebalanceError> {
///         first_of(&[&*self.0, &*self.1], review, targets)
///     }
///     fn reads_costs(&self) -> bool {
///         self.0.reads_costs() || self.1.reads_costs()
///     }
/// }
/// ```
///
/// # Errors
///
/// That of the first rule that cannot decide; [`RebalanceError::Setting`] when there are no rules.
pub fn first_of(
    rules: &[&dyn Rebalancer],
    review: &Review<'_>,
    targets: &mut Targets,
) -> Result<Decision, RebalanceError> {
    first(rules.iter().copied(), review, targets)
}

/// The decision of the first rule when all want to trade; a hold when any does not. The order of the others only says who is asked, and
/// named, first. For a rule of your own that is made of others; as data it is [`Rule::AllOf`].
///
/// # Errors
///
/// As [`first_of`].
pub fn all_of(
    rules: &[&dyn Rebalancer],
    review: &Review<'_>,
    targets: &mut Targets,
) -> Result<Decision, RebalanceError> {
    all(rules.iter().copied(), review, targets)
}

pub(crate) fn first<'r>(
    rules: impl Iterator<Item = &'r dyn Rebalancer>,
    review: &Review<'_>,
    targets: &mut Targets,
) -> Result<Decision, RebalanceError> {
    let mut held = Vec::new();
    for (member, rule) in rules.enumerate() {
        match rule.decide(review, targets)? {
            Decision::Rebalance(reason) => return Ok(Decision::Rebalance(Reason::member(member, reason))),
            Decision::Hold(reason) => held.push(reason),
        }
        restore(review, targets);
    }
    if held.is_empty() { Err(none()) } else { Ok(Decision::Hold(Reason::All(held))) }
}

pub(crate) fn all<'r>(
    rules: impl Iterator<Item = &'r dyn Rebalancer>,
    review: &Review<'_>,
    targets: &mut Targets,
) -> Result<Decision, RebalanceError> {
    let (mut wanted, mut traded) = (None, Vec::new());
    for (member, rule) in rules.enumerate() {
        let decision = rule.decide(review, targets)?;
        if member == 0 && targets.changed() {
            wanted = Some(targets.clone());
        }
        restore(review, targets);
        match decision {
            Decision::Hold(reason) => return Ok(Decision::Hold(Reason::member(member, reason))),
            Decision::Rebalance(reason) => traded.push(reason),
        }
    }
    if traded.is_empty() {
        return Err(none());
    }
    if let Some(wanted) = wanted {
        *targets = wanted;
    }
    Ok(Decision::Rebalance(Reason::All(traded)))
}

/// Back to what every rule is given.
fn restore(review: &Review<'_>, targets: &mut Targets) {
    if targets.changed() {
        targets.reset(review.targets);
    }
}
