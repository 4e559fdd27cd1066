use ndarray::ArrayView2;
use serde::Serialize;

use crate::{
    Bootstrap, MetricsError, Undefined,
    error::{at_least, finite},
    spread::{Spread, noise},
};

/// What White's reality check says of the best of many rules.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RealityCheck {
    /// The rule with the largest mean, from 0.
    pub best: usize,
    /// Its mean times √n.
    pub statistic: f64,
    /// How likely a best rule of this mean or more is when none beats the benchmark: 0 to 1.
    pub p_value: f64,
}

/// What Hansen's test of superior predictive ability says of the best of many rules.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SuperiorAbility {
    /// The rule with the largest studentised mean, from 0.
    pub best: usize,
    /// That mean, studentised, times √n; 0 when no rule has a mean above 0.
    pub statistic: f64,
    /// The p-value if rules with a mean below 0 were as bad as they look: the lowest of the three.
    pub lower: f64,
    /// The p-value that converges to the right one: rules that are clearly bad are taken to be bad.
    pub consistent: f64,
    /// The p-value if every rule were as good as the benchmark: the highest, and conservative.
    pub upper: f64,
}

/// White's reality check: does the best of many rules beat the benchmark, or is it the luckiest?
///
/// ```text
/// V  = max_k √n d̄_k,   V* = max_k √n (d̄*_k − d̄_k)        p = share of draws with V* ≥ V
/// ```
///
/// | argument         | shape             | unit                                                              |
/// | ---------------- | ----------------- | ----------------------------------------------------------------- |
/// | `over_benchmark` | `[rules, periods]`| what the rule earned above the benchmark in the period, fraction   |
///
/// All rules that were tried belong in it, not only those that are still of interest. Blocks are drawn for all rules alike;
/// automatic is the longest of theirs \[our reading\]. [`superior_predictive_ability`] is less conservative when some rules are bad
/// or noisy.
///
/// # Errors
///
/// [`MetricsError::NotFiniteInRow`]; [`Undefined::TooFew`] without a rule or with fewer than two periods (12 with automatic
/// blocks); [`Undefined::NoVariation`] when no rule ever differs from the benchmark, or one differs by a constant.
///
/// # Examples
///
/// ```
/// use allweather_metrics::{Bootstrap, reality_check};
/// use ndarray::Array2;
/// // Ten rules that throw dice each month. The best of them earns something; that is luck.
/// let dice = Bootstrap::new(1, 42)?;
/// let thrown = (0..10).flat_map(|rule| dice.periods_of_draw(rule, 120, 1.0));
/// let rules = Array2::from_shape_vec((10, 120), thrown.map(|eyes| (eyes as f64 - 59.5) * 5e-4).collect())?;
/// let check = reality_check(&rules, &Bootstrap::new(499, 7)?)?;
/// assert!(check.statistic > 0.0 && check.p_value > 0.05);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Source
///
/// White, *A Reality Check for Data Snooping*, 2000.
pub fn reality_check<'a>(
    over_benchmark: impl Into<ArrayView2<'a, f64>>,
    bootstrap: &Bootstrap,
) -> Result<RealityCheck, MetricsError> {
    let rules = Rules::new(over_benchmark, bootstrap)?;
    let (best, statistic) = largest(rules.means.iter().map(|mean| mean * rules.root()));
    let as_large = rules.count(bootstrap, |drawn| {
        let centred = drawn.iter().zip(&rules.means).map(|(drawn, mean)| (drawn - mean) * rules.root());
        [largest(centred).1 >= statistic]
    });
    let [p_value] = as_large.map(|count| count as f64 / bootstrap.draws() as f64);
    Ok(RealityCheck { best, statistic: finite(statistic)?, p_value })
}

/// Hansen's test of superior predictive ability: does the best of many rules beat the benchmark, or is it the luckiest?
///
/// ```text
/// T  = max(0, max_k √n d̄_k / ω_k)
/// T* = max(0, max_k √n (d̄*_k − g_k) / ω_k)        p = share of draws with T* ≥ T
/// g  = max(d̄, 0)                              lower
///    = d̄ if d̄ ≥ −ω √(2 ln ln n / n), else 0   consistent
///    = d̄                                      upper
/// ω² = R(0) + 2 Σ κ(i) R(i),   κ(i) = (n − i)/n · (1 − 1/b)^i + i/n · (1 − 1/b)^(n−i)        b the mean block length
/// ```
///
/// | argument         | shape             | unit                                                              |
/// | ---------------- | ----------------- | ----------------------------------------------------------------- |
/// | `over_benchmark` | `[rules, periods]`| what the rule earned above the benchmark in the period, fraction   |
///
/// A rule that never differs from the benchmark is never the best and harms nothing. Blocks as in [`reality_check`].
///
/// # Errors
///
/// As [`reality_check`].
///
/// # Examples
///
/// ```
/// use allweather_metrics::{Bootstrap, superior_predictive_ability};
/// use ndarray::Array2;
/// // Ten rules that throw dice each month, and one of them earns 1 % a month more than that.
/// let dice = Bootstrap::new(1, 42)?;
/// let thrown = (0..10).flat_map(|rule| dice.periods_of_draw(rule, 120, 1.0));
/// let mut rules = Array2::from_shape_vec((10, 120), thrown.map(|eyes| (eyes as f64 - 59.5) * 5e-4).collect())?;
/// rules.row_mut(4).mapv_inplace(|earned| earned + 0.01);
/// let test = superior_predictive_ability(&rules, &Bootstrap::new(499, 7)?)?;
/// assert_eq!(test.best, 4);
/// assert!(test.consistent < 0.01);
/// assert!(test.lower <= test.consistent && test.consistent <= test.upper);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Source
///
/// Hansen, *A Test for Superior Predictive Ability*, 2005.
pub fn superior_predictive_ability<'a>(
    over_benchmark: impl Into<ArrayView2<'a, f64>>,
    bootstrap: &Bootstrap,
) -> Result<SuperiorAbility, MetricsError> {
    let rules = Rules::new(over_benchmark, bootstrap)?;
    let deviations = rules.deviations()?;
    let studentised = |value: f64, deviation: f64| {
        if deviation > 0.0 { value * rules.root() / deviation } else { 0.0 }
    };
    let all = || rules.means.iter().zip(&deviations);
    let (best, statistic) = largest(all().map(|(&mean, &deviation)| studentised(mean, deviation)));
    let statistic = statistic.max(0.0);
    let n = rules.values.ncols() as f64;
    // Below three periods ln ln n is not above 0.
    let clearly_bad = (2.0 * n.ln().ln().max(0.0) / n).sqrt();
    let centres: Vec<[f64; 3]> = all()
        .map(|(&mean, &deviation)| {
            [mean.max(0.0), if mean >= -deviation * clearly_bad { mean } else { 0.0 }, mean]
        })
        .collect();
    let as_large = rules.count(bootstrap, |drawn| {
        let mut largest = [0.0_f64; 3];
        for ((&drawn, centre), &deviation) in drawn.iter().zip(&centres).zip(&deviations) {
            for (largest, centre) in largest.iter_mut().zip(centre) {
                *largest = largest.max(studentised(drawn - centre, deviation));
            }
        }
        largest.map(|largest| largest >= statistic)
    });
    let [lower, consistent, upper] = as_large.map(|count| count as f64 / bootstrap.draws() as f64);
    Ok(SuperiorAbility { best, statistic: finite(statistic)?, lower, consistent, upper })
}

/// The first of the largest, and where.
fn largest(values: impl Iterator<Item = f64>) -> (usize, f64) {
    values
        .enumerate()
        .fold((0, f64::NEG_INFINITY), |largest, next| if next.1 > largest.1 { next } else { largest })
}

/// Checked rules with their means.
pub(crate) struct Rules<'a> {
    values: ArrayView2<'a, f64>,
    pub(crate) means: Vec<f64>,
    mean_length: f64,
}

impl<'a> Rules<'a> {
    pub(crate) fn new(
        values: impl Into<ArrayView2<'a, f64>>,
        bootstrap: &Bootstrap,
    ) -> Result<Self, MetricsError> {
        let values = values.into();
        if let Some(((row, period), &value)) = values.indexed_iter().find(|(_, value)| !value.is_finite()) {
            return Err(MetricsError::NotFiniteInRow { row, period, value });
        }
        at_least(1, values.nrows())?;
        at_least(2, values.ncols())?;
        let (mut means, mut mean_length) = (Vec::with_capacity(values.nrows()), None::<f64>);
        for row in values.rows() {
            let spread = Spread::of(&row);
            means.push(finite(spread.mean)?);
            let identical = spread.mean.abs().max(spread.deviation()?) <= noise(0.0);
            if !identical {
                spread.varying_deviation()?;
                let length = bootstrap.mean_length(&row)?;
                mean_length = Some(mean_length.map_or(length, |longest| longest.max(length)));
            }
        }
        Ok(Self { values, means, mean_length: mean_length.ok_or(Undefined::NoVariation)? })
    }

    pub(crate) fn root(&self) -> f64 {
        (self.values.ncols() as f64).sqrt()
    }

    /// In how many draws each of some things is so, given the means of the draw.
    fn count<const N: usize>(
        &self,
        bootstrap: &Bootstrap,
        is_so: impl Fn(&[f64]) -> [bool; N],
    ) -> [usize; N] {
        let mut counts = [0; N];
        self.each_draw(bootstrap, |means| {
            for (count, so) in counts.iter_mut().zip(is_so(means)) {
                *count += usize::from(so);
            }
        });
        counts
    }

    /// Shows the means of each draw.
    pub(crate) fn each_draw(&self, bootstrap: &Bootstrap, mut see: impl FnMut(&[f64])) {
        let periods = self.values.ncols();
        // How often a draw has a period is all that its means depend on.
        let mut times = vec![0.0; periods];
        let mut means = vec![0.0; self.means.len()];
        for draw in 0..bootstrap.draws() as u64 {
            times.fill(0.0);
            for period in bootstrap.periods_of_draw(draw, periods, self.mean_length) {
                if let Some(times) = times.get_mut(period) {
                    *times += 1.0;
                }
            }
            for (mean, row) in means.iter_mut().zip(self.values.rows()) {
                let sum: f64 = row.iter().zip(&times).map(|(value, times)| value * times).sum();
                *mean = sum / periods as f64;
            }
            see(&means);
        }
    }

    /// ω of each rule: the deviation of √n · mean over all draws there could be; 0 for a rule that is the benchmark.
    pub(crate) fn deviations(&self) -> Result<Vec<f64>, Undefined> {
        let periods = self.values.ncols();
        let (n, go_on) = (periods as f64, 1.0 - 1.0 / self.mean_length);
        let weight = |lag: usize| {
            let share = lag as f64 / n;
            (1.0 - share) * go_on.powf(lag as f64) + share * go_on.powf(n - lag as f64)
        };
        // Far from both ends of the circle the weights are nothing.
        let lags: Vec<(usize, f64)> =
            (1..periods).map(|lag| (lag, weight(lag))).filter(|(_, weight)| *weight > 1e-15).collect();
        let deviation = |(row, &mean): (ndarray::ArrayView1<'_, f64>, &f64)| {
            let centred: Vec<f64> = row.iter().map(|x| x - mean).collect();
            let covariance = |lag: usize| -> f64 {
                centred.iter().zip(centred.iter().skip(lag)).map(|(a, b)| a * b).sum::<f64>() / n
            };
            let variance =
                covariance(0) + 2.0 * lags.iter().map(|&(lag, weight)| weight * covariance(lag)).sum::<f64>();
            let deviation = finite(variance.max(0.0).sqrt())?;
            Ok(if deviation > noise(0.0) { deviation } else { 0.0 })
        };
        self.values.rows().into_iter().zip(&self.means).map(deviation).collect()
    }
}
