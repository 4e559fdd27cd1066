use std::collections::BTreeSet;

use allweather_core::Month;
use allweather_metrics::Block;
use allweather_portfolio::Spec;
use serde::{Deserialize, Serialize};

use crate::{Resampling, StudyError};

/// A spec under a name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Variant {
    /// Its name in the results, unique in a study.
    pub name: String,
    /// What is run. Its first and last month are not read: a path begins where history ends.
    pub spec: Spec,
    /// Where the rule is one of your own, handed over by [`Study::with_rule`](crate::Study::with_rule): a text, not blank, that tells it from any
    /// other rule, its version for one. It is part of what the study is, so that results of another rule never merge. `None` is the spec's rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own_rule: Option<String>,
    /// The name of another variant that this one is held against, path by path: [`Tally::versus`](crate::Tally::versus).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub against: Option<String>,
    /// Whether its premium over buying its weights and holding them is told, split on each path: [`Tally::premium`](crate::Tally::premium).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub premium: bool,
}

impl Variant {
    /// A spec under a name.
    #[must_use]
    pub fn new(name: &str, spec: Spec) -> Self {
        Self { name: name.to_owned(), spec, own_rule: None, against: None, premium: false }
    }

    /// The same under a rule of your own, which the study is given by [`Study::with_rule`](crate::Study::with_rule). `fingerprint` tells the
    /// rule from any other one: change it when the rule changes.
    #[must_use]
    pub fn with_own_rule(self, fingerprint: &str) -> Self {
        Self { own_rule: Some(fingerprint.to_owned()), ..self }
    }

    /// The same, held against another variant on every path.
    #[must_use]
    pub fn against(self, variant: &str) -> Self {
        Self { against: Some(variant.to_owned()), ..self }
    }

    /// The same, with its premium over buy and hold on every path: the same spec under the rule `never`, which is then run beside it.
    #[must_use]
    pub fn with_premium(self) -> Self {
        Self { premium: true, ..self }
    }
}

/// The months of history that are drawn from, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Span {
    /// The first month.
    pub first: Month,
    /// The last month: the end of history, at which a path begins.
    pub last: Month,
}

/// What a study runs: specs, how many paths of how many months, and how these are drawn.
///
/// All variants run on the same paths, so what differs between them is the variants'.
///
/// ```
/// use allweather_portfolio::Spec;
/// use allweather_study::{Resampling, StudySpec, Variant};
/// let spec = Spec::from_json(r#"{"name": "gold", "capital": 1, "holdings": [{"asset": "gold", "weight": 1}],
///     "rule": {"calendar": {"every": "year", "on": "end"}}}"#)?;
/// let study = StudySpec::new(vec![Variant::new("gold", spec)], 1000, 360)?.with_resampling(Resampling::blocks(24)?)?;
/// assert_eq!(StudySpec::from_json(&study.canonical_json())?, study);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Wire", into = "Wire")]
pub struct StudySpec {
    variants: Vec<Variant>,
    paths: u64,
    months: u32,
    seed: u64,
    resampling: Resampling,
    span: Option<Span>,
    past: u32,
    ruin_level: f64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    variants: Vec<Variant>,
    paths: u64,
    months: u32,
    #[serde(default)]
    seed: u64,
    #[serde(default = "automatic")]
    resampling: Resampling,
    #[serde(default)]
    span: Option<Span>,
    #[serde(default = "ten_years")]
    past: u32,
    #[serde(default = "half")]
    ruin_level: f64,
}

fn automatic() -> Resampling {
    Resampling::Stationary(Block::Automatic)
}

fn ten_years() -> u32 {
    120
}

fn half() -> f64 {
    0.5
}

/// Changes over a year to the year before need two years; no rule looks back a century.
const PAST: std::ops::RangeInclusive<u32> = 24..=1200;

impl TryFrom<Wire> for StudySpec {
    type Error = StudyError;

    fn try_from(wire: Wire) -> Result<Self, StudyError> {
        let Wire { variants, paths, months, seed, resampling, span, past, ruin_level } = wire;
        Self { span, ..Self::new(variants, paths, months)? }
            .with_seed(seed)
            .with_resampling(resampling)?
            .with_past(past)?
            .with_ruin_level(ruin_level)
    }
}

impl From<StudySpec> for Wire {
    fn from(spec: StudySpec) -> Self {
        let StudySpec { variants, paths, months, seed, resampling, span, past, ruin_level } = spec;
        Self { variants, paths, months, seed, resampling, span, past, ruin_level }
    }
}

impl StudySpec {
    /// So many paths of so many months each: seed 0, blocks of automatic length, all of history that is whole, ten years of the real past
    /// before each path, ruin below half of the capital.
    ///
    /// # Errors
    ///
    /// [`StudyError::Nothing`] without variants, paths or months, [`StudyError::Repeated`] for two variants of one name,
    /// [`StudyError::Unnamed`] for one that is held against a variant which is not there, [`StudyError::Itself`] for one that is held against
    /// itself, [`StudyError::Fingerprint`] for a rule of one's own with a blank fingerprint.
    pub fn new(variants: Vec<Variant>, paths: u64, months: u32) -> Result<Self, StudyError> {
        for (what, none) in
            [("variants", variants.is_empty()), ("paths", paths == 0), ("months", months == 0)]
        {
            if none {
                return Err(StudyError::Nothing { what });
            }
        }
        let mut names = BTreeSet::new();
        if let Some(variant) = variants.iter().find(|variant| !names.insert(variant.name.as_str())) {
            return Err(StudyError::Repeated { name: variant.name.clone() });
        }
        let mut rivals = variants.iter().filter_map(|variant| variant.against.as_ref());
        if let Some(missing) = rivals.find(|name| !names.contains(name.as_str())) {
            return Err(StudyError::Unnamed { variant: missing.clone() });
        }
        if let Some(variant) = variants.iter().find(|variant| variant.against.as_ref() == Some(&variant.name))
        {
            return Err(StudyError::Itself { variant: variant.name.clone() });
        }
        let blank = |variant: &&Variant| variant.own_rule.as_ref().is_some_and(|rule| rule.trim().is_empty());
        if let Some(variant) = variants.iter().find(blank) {
            return Err(StudyError::Fingerprint { variant: variant.name.clone() });
        }
        let (resampling, past, ruin_level) = (automatic(), ten_years(), half());
        Ok(Self { variants, paths, months, seed: 0, resampling, span: None, past, ruin_level })
    }

    /// The same with another seed.
    #[must_use]
    pub fn with_seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// The same with months drawn otherwise.
    ///
    /// # Errors
    ///
    /// [`StudyError::BlockLength`] for a length that is none.
    pub fn with_resampling(self, resampling: Resampling) -> Result<Self, StudyError> {
        let resampling = match resampling {
            Resampling::Stationary(block) => Resampling::stationary(block)?,
            Resampling::Blocks(months) => Resampling::blocks(months)?,
        };
        Ok(Self { resampling, ..self })
    }

    /// The same with months drawn from this span only, and paths that begin where it ends.
    #[must_use]
    pub fn with_span(self, first: Month, last: Month) -> Self {
        Self { span: Some(Span { first, last }), ..self }
    }

    /// The same with so many months of the real past before each path, for rules, signals and rates that look back.
    ///
    /// # Errors
    ///
    /// [`StudyError::Past`] below 24 and above 1200.
    pub fn with_past(self, months: u32) -> Result<Self, StudyError> {
        if !PAST.contains(&months) {
            return Err(StudyError::Past { months, least: *PAST.start(), most: *PAST.end() });
        }
        Ok(Self { past: months, ..self })
    }

    /// The same with another share of the capital below which a portfolio counts as ruined.
    ///
    /// # Errors
    ///
    /// [`StudyError::RuinLevel`] unless it is in 0..1.
    pub fn with_ruin_level(self, level: f64) -> Result<Self, StudyError> {
        if (0.0..1.0).contains(&level) {
            Ok(Self { ruin_level: level, ..self })
        } else {
            Err(StudyError::RuinLevel { level })
        }
    }

    /// What is run.
    #[must_use]
    pub fn variants(&self) -> &[Variant] {
        &self.variants
    }

    /// How many paths.
    #[must_use]
    pub fn paths(&self) -> u64 {
        self.paths
    }

    /// How many months a path has.
    #[must_use]
    pub fn months(&self) -> u32 {
        self.months
    }

    /// The seed of all paths.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// How months are drawn.
    #[must_use]
    pub fn resampling(&self) -> Resampling {
        self.resampling
    }

    /// From where they are drawn, if it was said.
    #[must_use]
    pub fn span(&self) -> Option<Span> {
        self.span
    }

    /// How many months of the real past come before a path.
    #[must_use]
    pub fn past(&self) -> u32 {
        self.past
    }

    /// The share of the capital below which a portfolio counts as ruined.
    #[must_use]
    pub fn ruin_level(&self) -> f64 {
        self.ruin_level
    }

    /// Reads a study.
    ///
    /// # Errors
    ///
    /// [`StudyError::Spec`] with line and column.
    pub fn from_json(text: &str) -> Result<Self, StudyError> {
        serde_json::from_str(text).map_err(|e| StudyError::Spec { reason: e.to_string() })
    }

    /// The study as one line of JSON, always the same for equal studies.
    #[must_use]
    pub fn canonical_json(&self) -> String {
        // Plain data with text keys: there is nothing that JSON could not hold.
        serde_json::to_string(self).unwrap_or_default()
    }
}
