use allweather_core::Month;
use allweather_portfolio::{Spec, rebalance::Rule};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::{CostLevel, Entrant, Resampling, StudyError, StudySpec, Variant, spec::Span};

/// What a tournament runs: one spec under many rules, at several levels of costs, on one history and on the same drawn paths.
///
/// ```
/// use allweather_portfolio::Spec;
/// use allweather_study::{Entrant, TournamentSpec};
/// let spec = Spec::from_json(r#"{"name": "sixty forty", "capital": 1, "costs": {"proportional": "0.001"},
///     "holdings": [{"asset": "us_equity", "weight": 0.6}, {"asset": "jgb_10y", "weight": 0.4}],
///     "rule": {"calendar": {"every": "year", "on": "end"}}}"#)?;
/// let spec = TournamentSpec::new(spec, vec![Entrant::monthly(), Entrant::never()], 1000, 360)?;
/// // Three rules with the benchmark, without costs and with those of the spec.
/// assert_eq!(spec.grid().variants().len(), 6);
/// assert_eq!(TournamentSpec::from_json(&spec.canonical_json())?, spec);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Wire", into = "Wire")]
pub struct TournamentSpec {
    base: Spec,
    benchmark: Entrant,
    entrants: Vec<Entrant>,
    costs: Vec<CostLevel>,
    /// Every rule at every level, the benchmark first, gross first.
    grid: StudySpec,
    significance: f64,
    draws: u32,
    tried_elsewhere: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    base: Spec,
    #[serde(default = "Entrant::yearly")]
    benchmark: Entrant,
    entrants: Vec<Entrant>,
    #[serde(default = "as_they_are")]
    costs: Vec<CostLevel>,
    paths: u64,
    months: u32,
    #[serde(default)]
    seed: u64,
    #[serde(default)]
    resampling: Option<Resampling>,
    #[serde(default)]
    span: Option<Span>,
    #[serde(default)]
    past: Option<u32>,
    #[serde(default)]
    ruin_level: Option<f64>,
    #[serde(default = "five_percent")]
    significance: f64,
    #[serde(default = "draws")]
    draws: u32,
    #[serde(default)]
    tried_elsewhere: u32,
}

fn as_they_are() -> Vec<CostLevel> {
    vec![CostLevel::times("costs", Decimal::ONE)]
}

fn five_percent() -> f64 {
    0.05
}

fn draws() -> u32 {
    4999
}

/// More of them need more memory than a machine has, and no p-value is read so finely.
const MOST_DRAWS: u32 = 1_000_000;

impl TryFrom<Wire> for TournamentSpec {
    type Error = StudyError;

    fn try_from(wire: Wire) -> Result<Self, StudyError> {
        let Wire {
            base,
            benchmark,
            entrants,
            costs,
            paths,
            months,
            significance,
            draws,
            tried_elsewhere,
            ..
        } = wire;
        let mut grid = grid(&base, &benchmark, &entrants, &costs, paths, months)?.with_seed(wire.seed);
        if let Some(resampling) = wire.resampling {
            grid = grid.with_resampling(resampling)?;
        }
        if let Some(Span { first, last }) = wire.span {
            grid = grid.with_span(first, last);
        }
        if let Some(past) = wire.past {
            grid = grid.with_past(past)?;
        }
        if let Some(level) = wire.ruin_level {
            grid = grid.with_ruin_level(level)?;
        }
        Self { base, benchmark, entrants, costs, grid, significance, draws, tried_elsewhere }.testable()
    }
}

impl From<TournamentSpec> for Wire {
    fn from(spec: TournamentSpec) -> Self {
        let grid = spec.grid;
        Self {
            base: spec.base,
            benchmark: spec.benchmark,
            entrants: spec.entrants,
            costs: spec.costs,
            paths: grid.paths(),
            months: grid.months(),
            seed: grid.seed(),
            resampling: Some(grid.resampling()),
            span: grid.span(),
            past: Some(grid.past()),
            ruin_level: Some(grid.ruin_level()),
            significance: spec.significance,
            draws: spec.draws,
            tried_elsewhere: spec.tried_elsewhere,
        }
    }
}

/// Every rule at every level: the benchmark first, gross first, each held against the benchmark of its level.
fn grid(
    base: &Spec,
    benchmark: &Entrant,
    entrants: &[Entrant],
    costs: &[CostLevel],
    paths: u64,
    months: u32,
) -> Result<StudySpec, StudyError> {
    for (what, none) in [("entrants", entrants.is_empty()), ("cost levels", costs.is_empty())] {
        if none {
            return Err(StudyError::Nothing { what });
        }
    }
    let mut variants = Vec::new();
    for level in std::iter::once(&CostLevel::free()).chain(costs) {
        let costs = level.costs(&base.costs)?;
        for entrant in std::iter::once(benchmark).chain(entrants) {
            // What is not read is no part of what a study is.
            let rule = if entrant.own_rule.is_some() { Rule::Never } else { entrant.rule.clone() };
            let spec = Spec { rule, costs: costs.clone(), start: None, end: None, ..base.clone() };
            let mut variant = Variant::new(&variant_name(entrant, level), spec).with_premium();
            variant.own_rule.clone_from(&entrant.own_rule);
            if entrant.name != benchmark.name {
                variant.against = Some(variant_name(benchmark, level));
            }
            variants.push(variant);
        }
    }
    StudySpec::new(variants, paths, months)
}

/// How the results of a study call a rule at a level.
pub(crate) fn variant_name(entrant: &Entrant, level: &CostLevel) -> String {
    format!("{} @ {}", entrant.name, level.name)
}

impl TournamentSpec {
    /// A base spec under these rules, on so many paths of so many months: against a yearly calendar, with the costs of the base spec, at
    /// a level of 5 % with 4999 draws; the rest as in [`StudySpec::new`]. Of the base spec the rule and the span are not read.
    ///
    /// The benchmark is the yearly calendar \[our choice\]: the rarest rule that still keeps a portfolio what it was decided to be. Whoever
    /// trades more often has to earn the cost. Buy and hold is no such measure: its weights run, after years it is another portfolio with
    /// another risk, and a comparison with it tells about assets more than about rules. It can take part, and the premium of every rule over
    /// it is told in any case ([`Premium`](crate::Premium)).
    ///
    /// # Errors
    ///
    /// [`StudyError::Nothing`] without entrants, paths or months, [`StudyError::Repeated`] for two rules of one name at one level.
    pub fn new(base: Spec, entrants: Vec<Entrant>, paths: u64, months: u32) -> Result<Self, StudyError> {
        let (benchmark, costs) = (Entrant::yearly(), as_they_are());
        let grid = grid(&base, &benchmark, &entrants, &costs, paths, months)?;
        let (significance, draws, tried_elsewhere) = (five_percent(), draws(), 0);
        Ok(Self { base, benchmark, entrants, costs, grid, significance, draws, tried_elsewhere })
    }

    /// The grid anew, drawn as before.
    fn laid_out(self) -> Result<Self, StudyError> {
        let Self { base, benchmark, entrants, costs, grid: old, .. } = &self;
        let mut grid = grid(base, benchmark, entrants, costs, old.paths(), old.months())?
            .with_seed(old.seed())
            .with_resampling(old.resampling())?
            .with_past(old.past())?
            .with_ruin_level(old.ruin_level())?;
        if let Some(Span { first, last }) = old.span() {
            grid = grid.with_span(first, last);
        }
        Ok(Self { grid, ..self })
    }

    /// The same at these levels of costs. Figures without costs are always computed beside them, as gross.
    ///
    /// # Errors
    ///
    /// [`StudyError::Nothing`] without a level, [`StudyError::Repeated`] for two of one name or one called `no costs`,
    /// [`StudyError::Portfolio`] for rates that are none.
    pub fn with_costs(self, costs: Vec<CostLevel>) -> Result<Self, StudyError> {
        Self { costs, ..self }.laid_out()
    }

    /// The same against another rule.
    ///
    /// # Errors
    ///
    /// [`StudyError::Repeated`] when an entrant has its name.
    pub fn with_benchmark(self, benchmark: Entrant) -> Result<Self, StudyError> {
        Self { benchmark, ..self }.laid_out()
    }

    /// The same with another seed, of the paths and of the tests.
    #[must_use]
    pub fn with_seed(self, seed: u64) -> Self {
        Self { grid: self.grid.with_seed(seed), ..self }
    }

    /// The same with months drawn otherwise.
    ///
    /// # Errors
    ///
    /// As [`StudySpec::with_resampling`].
    pub fn with_resampling(self, resampling: Resampling) -> Result<Self, StudyError> {
        Ok(Self { grid: self.grid.with_resampling(resampling)?, ..self })
    }

    /// The same on this span of history: it is what rules are tested on, and what paths are drawn from.
    #[must_use]
    pub fn with_span(self, first: Month, last: Month) -> Self {
        Self { grid: self.grid.with_span(first, last), ..self }
    }

    /// The same with so many months of the real past before each path.
    ///
    /// # Errors
    ///
    /// As [`StudySpec::with_past`].
    pub fn with_past(self, months: u32) -> Result<Self, StudyError> {
        Ok(Self { grid: self.grid.with_past(months)?, ..self })
    }

    /// The same with another level below which a p-value counts as no luck.
    ///
    /// # Errors
    ///
    /// [`StudyError::Significance`] unless it is above 0 and below 1; [`StudyError::Draws`] when no p-value of so many draws is below it but 0:
    /// set the draws first.
    pub fn with_significance(self, level: f64) -> Result<Self, StudyError> {
        Self { significance: level, ..self }.testable()
    }

    /// The same with so many draws of the tests.
    ///
    /// # Errors
    ///
    /// [`StudyError::Draws`] for fewer than one over the level of significance, and above a million.
    pub fn with_draws(self, draws: u32) -> Result<Self, StudyError> {
        Self { draws, ..self }.testable()
    }

    /// A p-value is a share of draws: of fewer than one over the level, only 0 would be below it.
    fn testable(self) -> Result<Self, StudyError> {
        let Self { significance: level, draws, .. } = self;
        if !(level > 0.0 && level < 1.0) {
            return Err(StudyError::Significance { level });
        }
        if f64::from(draws) < (1.0 / level).ceil() || draws > MOST_DRAWS {
            return Err(StudyError::Draws { draws, most: MOST_DRAWS, level });
        }
        Ok(self)
    }

    /// The same where so many rules more were tried before, elsewhere, and dropped: the deflated Sharpe ratio counts them as trials, whose
    /// ratios deviate as those that are seen and by no less than those of rules without skill.
    #[must_use]
    pub fn with_tried_elsewhere(self, rules: u32) -> Self {
        Self { tried_elsewhere: rules, ..self }
    }

    /// What all of them run, but for the rule and what trading costs.
    #[must_use]
    pub fn base(&self) -> &Spec {
        &self.base
    }

    /// What rules are held against.
    #[must_use]
    pub fn benchmark(&self) -> &Entrant {
        &self.benchmark
    }

    /// The rules that take part, the benchmark apart.
    #[must_use]
    pub fn entrants(&self) -> &[Entrant] {
        &self.entrants
    }

    /// The levels of costs.
    #[must_use]
    pub fn costs(&self) -> &[CostLevel] {
        &self.costs
    }

    /// The study of its paths: a variant for every rule at every level, called `rule @ level`.
    #[must_use]
    pub fn grid(&self) -> &StudySpec {
        &self.grid
    }

    /// The level below which a p-value counts as no luck.
    #[must_use]
    pub fn significance(&self) -> f64 {
        self.significance
    }

    /// How many draws the tests take.
    #[must_use]
    pub fn draws(&self) -> u32 {
        self.draws
    }

    /// How many rules were tried elsewhere.
    #[must_use]
    pub fn tried_elsewhere(&self) -> u32 {
        self.tried_elsewhere
    }

    /// How many trials there were: every rule at every level, without costs too, but for the benchmark, and those elsewhere.
    #[must_use]
    pub fn trials(&self) -> usize {
        self.entrants.len() * (self.costs.len() + 1) + self.tried_elsewhere as usize
    }

    /// Reads a tournament.
    ///
    /// # Errors
    ///
    /// [`StudyError::Spec`] with line and column.
    pub fn from_json(text: &str) -> Result<Self, StudyError> {
        serde_json::from_str(text).map_err(|e| StudyError::Spec { reason: e.to_string() })
    }

    /// The tournament as one line of JSON, always the same for equal tournaments.
    #[must_use]
    pub fn canonical_json(&self) -> String {
        // Plain data with text keys: there is nothing that JSON could not hold.
        serde_json::to_string(self).unwrap_or_default()
    }
}
