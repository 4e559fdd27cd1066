use allweather_metrics::Undefined;
use allweather_portfolio::rebalance::Period;
use serde::Serialize;

use crate::{
    Luck, Measure, OverBenchmark, PastFigures, Premium, Premiums, Span, Tally, Versus,
    occurrence::NORMAL_97_5,
};

/// What a tournament came to: every rule at every level of costs, ranked, each with what history says of it, what the paths say, and whether
/// it is distinguishable from luck.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Standings {
    /// The study of its paths: [`Study::id`](crate::Study::id).
    pub study: String,
    /// The name of the spec that the rules were tried on.
    pub name: String,
    /// The months of history: what rules are tested on and what paths are drawn from.
    pub span: Span,
    /// The share of the drawn returns that are estimates.
    pub estimated_share: f64,
    /// Series that are not drawn because they have holes in the span.
    pub left_out: Vec<String>,
    /// What the others are held against.
    pub benchmark: String,
    /// How many paths.
    pub paths: u64,
    /// How many months a path has.
    pub months: u32,
    /// The seed of paths and tests.
    pub seed: u64,
    /// The mean length of the blocks of a path, months; tests draw blocks as long as the excess returns ask for.
    pub block_length: f64,
    /// The level below which a p-value counts as no luck.
    pub significance: f64,
    /// How many draws the tests took.
    pub draws: u32,
    /// How many trials the deflated Sharpe ratio counts.
    pub trials: usize,
    /// Each level of costs, gross first.
    pub levels: Vec<LevelStandings>,
}

/// The rules at one level of costs.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct LevelStandings {
    /// The level's name.
    pub name: String,
    /// The tests of all rules together; `None` where they do not exist.
    pub luck: Option<Luck>,
    /// Why they do not.
    pub untested: Option<Undefined>,
    /// The rules, the best first: by the studentised mean of their net return over the benchmark's, the benchmark at 0.
    pub rows: Vec<Standing>,
}

/// A rule at a level of costs.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Standing {
    /// The rule's name.
    pub name: String,
    /// How often it trades, where it goes by the calendar alone.
    pub every: Option<Period>,
    /// What is to be made of its rank.
    pub verdict: Verdict,
    /// What it came to on history.
    pub past: PastFigures,
    /// What it earned over the benchmark on history; `None` for the benchmark and for what never differs from it.
    pub over: Option<OverBenchmark>,
    /// Its premium over buy and hold on history; `None` where it cannot be split.
    pub premium: Option<Premium>,
    /// What it came to on the paths.
    pub paths: PathFigures,
    /// What it came to over the benchmark, path by path; `None` for the benchmark.
    pub versus: Option<PathDifference>,
    /// Its premium over buy and hold on the paths; `None` where no path has one.
    pub premium_on_paths: Option<PathPremium>,
}

/// What is to be made of a rank.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Verdict {
    /// It is the benchmark.
    Benchmark,
    /// It never differs from the benchmark.
    Same,
    /// It differs from the benchmark, and has no test: those of its level do not exist ([`LevelStandings::untested`]), or the deviation of its
    /// mean over all draws is nothing.
    Untested,
    /// What it earned over the benchmark is not distinguishable from luck.
    Luck,
    /// It beats the benchmark beyond luck: its p-value, which takes the rules of its level of costs together, is below the level of
    /// significance, and its deflated Sharpe ratio, which counts all trials of the tournament, above one less that. It may have taken more risk
    /// for it: see [`OverBenchmark::sharpe`](crate::OverBenchmark::sharpe).
    Skill,
}

/// Where a figure lies on the paths that were not lost.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Spread {
    /// The mean.
    pub mean: f64,
    /// Half the width of the interval that holds the mean with 95 %, for what drawing so few paths leaves open; `None` below two paths.
    pub mean_within: Option<f64>,
    /// The quantile of 5 %.
    pub low: f64,
    /// The median.
    pub median: f64,
    /// The quantile of 95 %.
    pub high: f64,
}

/// What a rule came to on the paths, net: all figures are of the paths that were not lost, and `lost` says how many were.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PathFigures {
    /// Geometric return a year; `None` when all paths lost everything.
    pub annual_return: Option<Spread>,
    /// By how much the mean of the same rule without costs is higher; the first purchase is in it, which all rules pay alike.
    pub cost: Option<f64>,
    /// The mean standard deviation, a year.
    pub deviation: Option<f64>,
    /// The median of the largest drawdown.
    pub drawdown: Option<f64>,
    /// The mean Sharpe ratio over nought.
    pub sharpe: Option<f64>,
    /// The mean turnover a year.
    pub turnover: Option<f64>,
    /// The mean number of rebalances a year.
    pub rebalances: Option<f64>,
    /// On how many paths everything was lost.
    pub lost: u64,
}

/// A rule less the benchmark, path by path. Differences are of the paths that neither of them lost; `ahead` is of all paths.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PathDifference {
    /// Of the geometric return a year.
    pub annual_return: Spread,
    /// The share of all paths on which the rule ended with more wealth; what is lost is worth nothing.
    pub ahead: f64,
    /// The interval that holds this share with 95 %.
    pub ahead_within: (f64, f64),
    /// Of the Sharpe ratio, in the mean.
    pub sharpe: Option<f64>,
    /// Of the standard deviation, in the mean.
    pub deviation: Option<f64>,
}

/// The premium of a rule over buy and hold on the paths, and its parts: logarithms a year, of the paths on which neither lost everything.
///
/// ```text
/// total = excess growth + drift + overlay − cost            on each path, and of the means; not of quantiles
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PathPremium {
    /// All of it.
    pub total: Spread,
    /// [`Premium::excess_growth`].
    pub excess_growth: Spread,
    /// [`Premium::drift`].
    pub drift: Spread,
    /// [`Premium::overlay`].
    pub overlay: Spread,
    /// [`Premium::cost`]; positive is a loss.
    pub cost: Spread,
    /// The share of these paths on which it was above nought.
    pub above: f64,
    /// The interval that holds this share with 95 %.
    pub above_within: (f64, f64),
    /// How many paths have none.
    pub missing: u64,
}

impl Standings {
    /// The standings as one line of JSON: fractions, unrounded; what is missing is `null`.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Plain data with text keys, and every number is finite.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// A level, by its name.
    #[must_use]
    pub fn level(&self, name: &str) -> Option<&LevelStandings> {
        self.levels.iter().find(|level| level.name == name)
    }
}

impl LevelStandings {
    /// The best ranked of the rules that beat the benchmark beyond luck. Nobody is crowned where there are none.
    #[must_use]
    pub fn winner(&self) -> Option<&Standing> {
        self.rows.iter().find(|row| row.verdict == Verdict::Skill)
    }

    /// A rule, by its name.
    #[must_use]
    pub fn rule(&self, name: &str) -> Option<&Standing> {
        self.rows.iter().find(|row| row.name == name)
    }

    /// The rules that go by the calendar, the most frequent first: the cost of frequency.
    #[must_use]
    pub fn by_frequency(&self) -> Vec<&Standing> {
        let mut rows: Vec<&Standing> = self.rows.iter().filter(|row| row.every.is_some()).collect();
        rows.sort_by(|a, b| b.past.rebalances.total_cmp(&a.past.rebalances));
        rows
    }
}

impl Spread {
    fn of(found: &crate::Distribution) -> Option<Self> {
        let quantile = |p| found.quantile(p);
        Some(Self {
            mean: found.mean()?,
            mean_within: found.standard_error().map(|error| NORMAL_97_5 * error),
            low: quantile(0.05)?,
            median: quantile(0.5)?,
            high: quantile(0.95)?,
        })
    }
}

impl PathFigures {
    pub(crate) fn of(tally: &Tally, free: &Tally) -> Self {
        let mean = |measure| tally.measure(measure).mean();
        let gross = free.measure(Measure::AnnualReturn).mean();
        Self {
            annual_return: Spread::of(tally.measure(Measure::AnnualReturn)),
            cost: gross.zip(mean(Measure::AnnualReturn)).map(|(gross, net)| gross - net),
            deviation: mean(Measure::Deviation),
            drawdown: tally.measure(Measure::Drawdown).quantile(0.5),
            sharpe: mean(Measure::Sharpe),
            turnover: mean(Measure::Turnover),
            rebalances: mean(Measure::Rebalances),
            lost: tally.measure(Measure::AnnualReturn).undefined(),
        }
    }
}

impl PathDifference {
    pub(crate) fn of(versus: &Versus) -> Option<Self> {
        let ahead = versus.above(Measure::Wealth);
        Some(Self {
            annual_return: Spread::of(versus.difference(Measure::AnnualReturn))?,
            ahead: ahead.probability()?,
            ahead_within: ahead.interval()?,
            sharpe: versus.difference(Measure::Sharpe).mean(),
            deviation: versus.difference(Measure::Deviation).mean(),
        })
    }
}

impl PathPremium {
    pub(crate) fn of(premium: &Premiums) -> Option<Self> {
        Some(Self {
            total: Spread::of(premium.total())?,
            excess_growth: Spread::of(premium.excess_growth())?,
            drift: Spread::of(premium.drift())?,
            overlay: Spread::of(premium.overlay())?,
            cost: Spread::of(premium.cost())?,
            above: premium.above().probability()?,
            above_within: premium.above().interval()?,
            missing: premium.total().undefined(),
        })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::float_cmp, reason = "a test may panic; these figures are exact")]
mod tests {
    use super::PathDifference;
    use crate::{Measure, Versus};

    /// Four paths: ahead, behind, lost by the rule alone, lost by the benchmark alone. A path that is lost is not ahead of anything.
    #[test]
    fn what_is_lost_is_behind() {
        let mut versus = Versus::default();
        for (wealth, rate) in [(0.5, Some(0.01)), (-0.5, Some(-0.02)), (-1.0, None), (1.0, None)] {
            let one = |measure| match measure {
                Measure::Wealth => Some(wealth),
                _ => rate,
            };
            versus.add(one).unwrap();
        }
        let told = PathDifference::of(&versus).unwrap();
        assert_eq!(told.ahead, 0.5);
        assert!((told.annual_return.mean + 0.005).abs() < 1e-15, "the mean is of two paths");
        versus.add(|measure| (measure == Measure::Wealth).then_some(-1.0)).unwrap();
        assert_eq!(PathDifference::of(&versus).unwrap().ahead, 0.4);
    }
}
