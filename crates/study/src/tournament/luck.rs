use allweather_metrics::{
    Adjusted, Bootstrap, Excess, Hurdle, MetricsError, Periodicity, RealityCheck, Returns, SharpeDifference,
    SharpeSample, SuperiorAbility, Trials, Undefined, annual_return_arithmetic, reality_check,
    sharpe_difference, stepdown, superior_predictive_ability, volatility,
};
use ndarray::Array2;
use serde::Serialize;

use crate::StudyError;

/// What a rule earned over the benchmark on history, after the same costs, and whether that could be luck.
///
/// The series that is judged is the month's net return less the benchmark's.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct OverBenchmark {
    /// Its mean, a year.
    pub excess: f64,
    /// Its standard deviation, a year.
    pub tracking_error: f64,
    /// The one over the other: the Sharpe ratio of the difference.
    pub information_ratio: f64,
    /// Its mean, studentised for its autocorrelation: what rules are ranked by.
    pub statistic: f64,
    /// How likely such a statistic is for the rule given all rules of the level, when it does not beat the benchmark
    /// ([`stepdown`](allweather_metrics::stepdown)).
    pub p_value: f64,
    /// How sure it is, 0 to 1, that the true information ratio is above what the best of all trials of the tournament would show without any
    /// skill ([`SharpeSample::deflated`](allweather_metrics::SharpeSample::deflated)). The ratios of the trials are taken to deviate as those of
    /// the level do, and by no less than √(12 / (months − 1)), as those of rules without skill do \[our reading\]. `None` where the moments leave no variance.
    pub deflated: Option<f64>,
    /// The rule's Sharpe ratio less the benchmark's, with its p-value, which is not corrected for the other rules: whether a higher return
    /// was paid for with risk. `None` where it has no variance.
    pub sharpe: Option<SharpeDifference>,
}

/// Whether the best rule of a level is more than the luckiest.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Luck {
    /// Hansen's test of all rules of the level.
    pub ability: SuperiorAbility,
    /// White's.
    pub reality: RealityCheck,
}

/// The rules of a level over the benchmark, month by month.
pub(crate) struct Excesses {
    /// Of each rule; the benchmark is not among them.
    rows: Vec<Vec<f64>>,
}

impl Excesses {
    pub(crate) fn new<'a>(benchmark: &[f64], rules: impl Iterator<Item = &'a [f64]>) -> Self {
        let over = |rule: &[f64]| {
            let row: Vec<f64> = rule.iter().zip(benchmark).map(|(r, b)| r - b).collect();
            // What differs by rounding alone is the benchmark, for every test alike.
            if row.iter().all(|excess| excess.abs() < 1e-13) { vec![0.0; row.len()] } else { row }
        };
        Self { rows: rules.map(over).collect() }
    }

    /// The trials: so many, whose ratios deviate as those of this level do, and by no less than ratios of rules without any skill do on so
    /// many months.
    pub(crate) fn trials(&self, count: usize) -> Result<Trials, StudyError> {
        let months = self.rows.first().map_or(0, Vec::len);
        // The standard error of an annual ratio that is 0 in truth.
        let noise = if months < 2 { 0.0 } else { (12.0 / (months - 1) as f64).sqrt() };
        // A rule that is the benchmark is a trial, but has no ratio.
        let ratios: Vec<f64> = self.ratios()?.into_iter().flatten().collect();
        let seen = match Trials::of(&ratios) {
            Ok(trials) => trials.deviation(),
            Err(MetricsError::Undefined(_)) => 0.0,
            Err(error) => return Err(error.into()),
        };
        Ok(Trials::new(count, seen.max(noise))?)
    }

    /// The annual Sharpe ratio of each; `None` where it does not vary.
    fn ratios(&self) -> Result<Vec<Option<f64>>, StudyError> {
        let ratio = |row: &Vec<f64>| match sample(row) {
            Ok(sample) => Ok(Some(sample.annual())),
            Err(MetricsError::Undefined(_)) => Ok(None),
            Err(error) => Err(error.into()),
        };
        self.rows.iter().map(ratio).collect()
    }

    /// Whether a rule never differs from the benchmark, but for rounding.
    pub(crate) fn is_benchmark(&self, rule: usize) -> bool {
        self.rows.get(rule).is_some_and(|row| row.iter().all(|excess| *excess == 0.0))
    }

    /// The tests of all rules together and of each. An answer that does not exist is a reason.
    pub(crate) fn judged(&self, draws: u32, seed: u64) -> Result<Result<Tested, Undefined>, StudyError> {
        let periods = self.rows.first().map_or(0, Vec::len);
        let rows = Array2::from_shape_fn((self.rows.len(), periods), |(rule, t)| self.rows[rule][t]);
        let bootstrap = Bootstrap::new(draws as usize, seed)?;
        let tested = || -> Result<Tested, MetricsError> {
            let luck = Luck {
                ability: superior_predictive_ability(&rows, &bootstrap)?,
                reality: reality_check(&rows, &bootstrap)?,
            };
            Ok(Tested { luck, each: stepdown(&rows, &bootstrap)? })
        };
        match tested() {
            Ok(tested) => Ok(Ok(tested)),
            Err(MetricsError::Undefined(reason)) => Ok(Err(reason)),
            Err(error) => Err(error.into()),
        }
    }

    /// What is told of one rule; `None` for one that never differs from the benchmark.
    pub(crate) fn told(
        &self,
        place: usize,
        adjusted: Option<Adjusted>,
        trials: &Trials,
        (rule, benchmark): (&[f64], &[f64]),
    ) -> Result<Option<OverBenchmark>, StudyError> {
        let (Some(row), Some(Adjusted { statistic, p_value, .. })) = (self.rows.get(place), adjusted) else {
            return Ok(None);
        };
        let returns = Returns::new(Periodicity::Monthly, row)?;
        let sample = sample(row)?;
        let [rule, benchmark] = [rule, benchmark].map(over_nothing);
        Ok(Some(OverBenchmark {
            excess: annual_return_arithmetic(&returns).map_err(MetricsError::from)?,
            tracking_error: volatility(&returns).map_err(MetricsError::from)?,
            information_ratio: sample.annual(),
            statistic,
            p_value,
            deflated: sample.deflated(trials).ok(),
            sharpe: sharpe_difference(&rule?, &benchmark?).ok(),
        }))
    }
}

/// The tests of a level.
pub(crate) struct Tested {
    pub(crate) luck: Luck,
    pub(crate) each: Vec<Option<Adjusted>>,
}

fn over_nothing(returns: &[f64]) -> Result<Excess, MetricsError> {
    Returns::new(Periodicity::Monthly, returns)?.over(Hurdle::Nothing)
}

fn sample(row: &[f64]) -> Result<SharpeSample, MetricsError> {
    Ok(SharpeSample::of(&over_nothing(row)?)?)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::float_cmp, reason = "a test may panic; these figures are exact")]
mod tests {
    use super::Excesses;

    /// Two rules that differ by rounding and one that does: what is the benchmark is so for every test.
    #[test]
    fn rounding_is_no_difference() {
        let benchmark: Vec<f64> = (0..48).map(|t| f64::from(t * 7 % 11) / 100.0 - 0.04).collect();
        let rounded: Vec<f64> = benchmark.iter().map(|r| r + 5e-14).collect();
        let other: Vec<f64> = benchmark.iter().enumerate().map(|(t, r)| r + (t % 3) as f64 / 100.0).collect();
        let rules = [&rounded, &other].map(Vec::as_slice);
        let excesses = Excesses::new(&benchmark, rules.into_iter());
        assert_eq!((excesses.is_benchmark(0), excesses.is_benchmark(1)), (true, false));
        let tested = excesses.judged(99, 1).unwrap().unwrap();
        assert!(tested.each[0].is_none() && tested.each[1].is_some());
        let alone = Excesses::new(&benchmark, rules.into_iter().take(1));
        assert!(alone.judged(99, 1).unwrap().is_err());
    }

    /// The ratios deviate as they do, or as those of rules without skill: √(12 / 47) on 48 months.
    #[test]
    fn trials_deviate_by_no_less_than_luck() {
        let benchmark = vec![0.0; 48];
        let up: Vec<f64> = (0..48).map(|t| f64::from(t % 3) / 100.0).collect();
        let down: Vec<f64> = up.iter().map(|r| -r).collect();
        let alike = Excesses::new(&benchmark, [&up, &up].map(Vec::as_slice).into_iter()).trials(9).unwrap();
        assert!((alike.deviation() - (12.0_f64 / 47.0).sqrt()).abs() < 1e-15);
        let apart = Excesses::new(&benchmark, [&up, &down].map(Vec::as_slice).into_iter()).trials(9).unwrap();
        // Mean 1 % and variance 2/3 · 48/47 of 1 %²: ± a ratio, whose deviation is √2 times it.
        let ratio = (12.0 * 47.0 / 32.0_f64).sqrt();
        assert!((apart.deviation() - ratio * 2.0_f64.sqrt()).abs() < 1e-12);
        assert!(apart.expected_maximum() > alike.expected_maximum() && alike.expected_maximum() > 0.0);
        let short = Excesses::new(&[0.0], [[0.1].as_slice()].into_iter()).trials(9).unwrap();
        assert_eq!(short.deviation(), 0.0);
    }
}
