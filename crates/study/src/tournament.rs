//! Many rules at many costs, ranked so that luck is not crowned.

mod cost_level;
mod entrant;
mod luck;
mod past;
mod spec;
mod standings;

use std::{borrow::Cow, collections::BTreeMap};

use allweather_market::{Market, Vintages};
use allweather_portfolio::rebalance::{Rebalancer, Rule};

pub use cost_level::{Charge, CostLevel};
pub use entrant::Entrant;
pub use luck::{Luck, OverBenchmark};
pub use past::PastFigures;
pub use spec::TournamentSpec;
pub use standings::{
    LevelStandings, PathDifference, PathFigures, PathPremium, Spread, Standing, Standings, Verdict,
};

use crate::{Results, Study, StudyError, Tally};
use luck::Excesses;
use past::{Past, PastRun};
use spec::variant_name;

/// A tournament that is laid out: rules times costs, on one history and on the same drawn paths.
///
/// History tells whether a rule is better than the benchmark; the paths tell how far that spreads. Drawn paths come all from one history:
/// a thousand of them add no evidence that a rule is better, because what was luck in history is drawn again on every path. So tests are of
/// the months of history, where each counts once, and no p-value comes from the paths \[our reading\].
///
/// ```
/// use allweather_study::{Entrant, Tournament, TournamentSpec};
/// let (data, spec) = (allweather_data::embedded()?, allweather_data::all_weather()?);
/// let entrants = vec![Entrant::monthly(), Entrant::never()];
/// let spec = TournamentSpec::new(spec, entrants, 4, 60)?.with_span("1990-07".parse()?, "2024-09".parse()?);
/// let tournament = Tournament::new(&spec, &data.market, &data.statistics)?;
/// let standings = tournament.run(2, &|_| ())?;
/// let level = standings.level("costs").ok_or("the costs of the spec")?;
/// assert_eq!(level.rows.len(), 3);
/// match level.winner() {
///     Some(rule) => println!("{} beats {} beyond luck", rule.name, standings.benchmark),
///     None => println!("no rule is distinguishable from luck"),
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Tournament<'a> {
    spec: &'a TournamentSpec,
    market: &'a Market,
    statistics: &'a Vintages,
    study: Study<'a>,
    own: BTreeMap<String, &'a dyn Rebalancer>,
}

impl<'a> Tournament<'a> {
    /// Lays out a tournament on a market and its statistics.
    ///
    /// # Errors
    ///
    /// As [`Study::new`].
    pub fn new(
        spec: &'a TournamentSpec,
        market: &'a Market,
        statistics: &'a Vintages,
    ) -> Result<Self, StudyError> {
        let study = Study::laid_out(Cow::Borrowed(spec.grid()), market, statistics)?;
        Ok(Self { spec, market, statistics, study, own: BTreeMap::new() })
    }

    /// The same with a rule of your own for an entrant that says so ([`Entrant::own`]), at every level of costs.
    ///
    /// # Errors
    ///
    /// As [`Study::with_rule`].
    pub fn with_rule(mut self, entrant: &str, rule: &'a dyn Rebalancer) -> Result<Self, StudyError> {
        let found = self.all().find(|known| known.name == entrant);
        let found = found.ok_or_else(|| StudyError::Unnamed { variant: entrant.to_owned() })?;
        for level in self.levels() {
            self.study = self.study.with_rule(&variant_name(found, &level), rule)?;
        }
        self.own.insert(entrant.to_owned(), rule);
        Ok(self)
    }

    /// The benchmark, then those that take part.
    fn all(&self) -> impl Iterator<Item = &'a Entrant> + use<'a> {
        std::iter::once(self.spec.benchmark()).chain(self.spec.entrants())
    }

    /// Without costs, then the others.
    fn levels(&self) -> Vec<CostLevel> {
        std::iter::once(CostLevel::free()).chain(self.spec.costs().iter().cloned()).collect()
    }

    /// The study of its paths: to run it in jobs, to keep its results and to go on from them.
    #[must_use]
    pub fn study(&self) -> &Study<'a> {
        &self.study
    }

    /// Runs the whole tournament. `threads` and `progress` as for [`Study::resume`]: how many threads there are changes no byte.
    ///
    /// # Errors
    ///
    /// As [`Study::run`] and [`Tournament::standings`].
    pub fn run(&self, threads: usize, progress: &(dyn Fn(u64) + Sync)) -> Result<Standings, StudyError> {
        self.resume(&mut Results::new(&self.study), threads, progress, |_| Ok(()))
    }

    /// Runs what `results` lack, as [`Study::resume`] does, and ranks the rules. History is run first: what is refused there is told before
    /// the paths take their time.
    ///
    /// # Errors
    ///
    /// As [`Study::resume`] and [`Tournament::standings`].
    pub fn resume(
        &self,
        results: &mut Results,
        threads: usize,
        progress: &(dyn Fn(u64) + Sync),
        saved: impl FnMut(&Results) -> Result<(), StudyError>,
    ) -> Result<Standings, StudyError> {
        let history = self.history()?;
        self.study.resume(results, threads, progress, saved)?;
        self.ranked(&history, results)
    }

    /// Runs the rules on history, tests them, and ranks them beside what the paths came to.
    ///
    /// # Errors
    ///
    /// [`StudyError::Results`] when the results are of another study or paths are missing in them; [`StudyError::Portfolio`] when a rule
    /// cannot be run on history; [`StudyError::RuleMissing`].
    pub fn standings(&self, results: &Results) -> Result<Standings, StudyError> {
        results.whole(&self.study)?;
        self.ranked(&self.history()?, results)
    }

    /// All rules on history, level by level.
    fn history(&self) -> Result<Vec<Ran>, StudyError> {
        let past = Past::new(self.spec.base(), self.market, self.statistics, self.study.span())?;
        self.levels().iter().map(|level| self.ran(&past, level)).collect()
    }

    fn ranked(&self, history: &[Ran], results: &Results) -> Result<Standings, StudyError> {
        let (spec, study) = (self.spec, &self.study);
        results.whole(study)?;
        let free = history.first();
        let levels = self.levels();
        let levels = levels.iter().zip(history);
        let levels = levels
            .map(|(level, ran)| self.level(level, ran, free.unwrap_or(ran), results))
            .collect::<Result<_, _>>()?;
        let grid = spec.grid();
        Ok(Standings {
            study: study.id().to_owned(),
            name: spec.base().name.clone(),
            span: study.span(),
            estimated_share: study.estimated_share(),
            left_out: study.left_out().to_vec(),
            benchmark: spec.benchmark().name.clone(),
            paths: grid.paths(),
            months: grid.months(),
            seed: grid.seed(),
            block_length: study.block_length(),
            significance: spec.significance(),
            draws: spec.draws(),
            trials: spec.trials(),
            levels,
        })
    }

    /// All rules on history at a level of costs, and buy and hold beside them.
    fn ran(&self, past: &Past<'_>, level: &CostLevel) -> Result<Ran, StudyError> {
        let costs = level.costs(&self.spec.base().costs)?;
        let run = |entrant: &Entrant| {
            let own = self.own.get(&entrant.name).copied();
            if own.is_none() && entrant.own_rule.is_some() {
                return Err(StudyError::RuleMissing { variant: variant_name(entrant, level) });
            }
            past.run(&entrant.rule, own, &costs)
        };
        let benchmark = run(self.spec.benchmark())?;
        let rules = self.spec.entrants().iter().map(run).collect::<Result<_, _>>()?;
        Ok(Ran { benchmark, rules, held: past.run(&Rule::Never, None, &costs)? })
    }

    fn level(
        &self,
        level: &CostLevel,
        ran: &Ran,
        free: &Ran,
        results: &Results,
    ) -> Result<LevelStandings, StudyError> {
        let (spec, grid) = (self.spec, self.spec.grid());
        let excesses = ran.excesses();
        let trials = excesses.trials(spec.trials())?;
        let tested = excesses.judged(spec.draws(), grid.seed())?;
        let each = tested.as_ref().map(|tested| tested.each.as_slice()).unwrap_or_default();
        let tally = |entrant: &Entrant, level: &CostLevel| -> Result<&Tally, StudyError> {
            let variant = variant_name(entrant, level);
            results.tally(&variant).ok_or(StudyError::Unnamed { variant })
        };
        let gross = CostLevel::free();
        let mut rows = Vec::new();
        for (place, (entrant, (run, free))) in self.all().zip(ran.all().zip(free.all())).enumerate() {
            let over = match place.checked_sub(1) {
                None => None,
                Some(rule) => {
                    let adjusted = each.get(rule).copied().flatten();
                    excesses.told(rule, adjusted, &trials, (&run.returns, &ran.benchmark.returns))?
                }
            };
            let tally_of = tally(entrant, level)?;
            let premium = run.growth.zip(ran.held.growth).map(|(own, held)| own.premium_over(&held));
            rows.push(Standing {
                name: entrant.name.clone(),
                every: entrant.every(),
                verdict: match place.checked_sub(1) {
                    None => Verdict::Benchmark,
                    Some(rule) if excesses.is_benchmark(rule) => Verdict::Same,
                    Some(_) => verdict(spec.significance(), over.as_ref()),
                },
                past: run.figures(free)?,
                over,
                premium,
                paths: PathFigures::of(tally_of, tally(entrant, &gross)?),
                versus: tally_of.versus().and_then(PathDifference::of),
                premium_on_paths: tally_of.premium().and_then(PathPremium::of),
            });
        }
        // The benchmark, and what never differs from it, have no statistic: nought. Equal ones stay in the order of the spec.
        let rank = |row: &Standing| row.over.as_ref().map_or(0.0, |over| over.statistic);
        rows.sort_by(|a, b| rank(b).total_cmp(&rank(a)));
        let (luck, untested) = match tested {
            Ok(tested) => (Some(tested.luck), None),
            Err(reason) => (None, Some(reason)),
        };
        Ok(LevelStandings { name: level.name.clone(), luck, untested, rows })
    }
}

/// What is to be made of a rule that differs from the benchmark: beyond luck only where both say so.
fn verdict(level: f64, over: Option<&OverBenchmark>) -> Verdict {
    match over {
        None => Verdict::Untested,
        Some(over) if over.p_value < level && over.deflated.is_some_and(|sure| sure > 1.0 - level) => {
            Verdict::Skill
        }
        Some(_) => Verdict::Luck,
    }
}

/// What ran on history at a level of costs.
struct Ran {
    benchmark: PastRun,
    rules: Vec<PastRun>,
    /// Buy and hold.
    held: PastRun,
}

impl Ran {
    fn all(&self) -> impl Iterator<Item = &PastRun> {
        std::iter::once(&self.benchmark).chain(&self.rules)
    }

    fn excesses(&self) -> Excesses {
        Excesses::new(&self.benchmark.returns, self.rules.iter().map(|rule| rule.returns.as_slice()))
    }
}

#[cfg(test)]
mod tests {
    use super::{OverBenchmark, Verdict, verdict};

    /// Both are asked, each for itself: a small p-value alone is luck, and so is a sure ratio alone.
    #[test]
    fn both_must_say_so() {
        let over = |p_value: f64, deflated: Option<f64>| OverBenchmark {
            excess: 0.01,
            tracking_error: 0.01,
            information_ratio: 1.0,
            statistic: 3.0,
            p_value,
            deflated,
            sharpe: None,
        };
        for (p_value, deflated, expected) in [
            (0.04, Some(0.96), Verdict::Skill),
            (0.06, Some(0.96), Verdict::Luck),
            (0.05, Some(0.96), Verdict::Luck),
            (0.04, Some(0.94), Verdict::Luck),
            (0.04, None, Verdict::Luck),
        ] {
            assert_eq!(verdict(0.05, Some(&over(p_value, deflated))), expected, "{p_value} {deflated:?}");
        }
        assert_eq!(verdict(0.05, None), Verdict::Untested);
    }
}
