use std::collections::BTreeMap;

use allweather_metrics::{Tail, risk::Covariance};
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Zip};
use serde::{Deserialize, Serialize};

use crate::{OptimizeError, Scenarios, gram::add_gram, shrinkage::ledoit_wolf, turbulence::turbulence};

/// Where a covariance matrix comes from.
///
/// On the wire `"sample"`, `{"ledoit_wolf":{"divisor":"periods"}}`, `{"blend":{"stress":{"turbulent":{"share":0.25}},"weight":0.5}}`,
/// `{"blended_correlation":{"stress":{"weather":{"name":"recession"}},"weight":1.0}}`,
/// `{"mixture":{"weights":{"boom":0.25,"recession":0.75}}}`.
///
/// ```
/// use allweather_metrics::Tail;
/// use allweather_optimize::{Estimator, Scenarios, Stress};
/// // Together in the two bad months, apart in the others.
/// let scenarios = Scenarios::new(&[[0.01, -0.02], [-0.02, 0.01], [0.02, -0.01], [-0.01, 0.02], [-0.09, -0.08], [-0.08, -0.09]])?;
/// let calm = Estimator::Sample.covariance(&scenarios)?;
/// let stress = Stress::Turbulent { share: Tail::from_fraction(0.34)? };
/// let stressed = Estimator::BlendedCorrelation { stress, weight: 1.0 }.covariance(&scenarios)?;
/// assert!(stressed.correlation(0, 1)? > 0.98 && calm.correlation(0, 1)? < 0.95);
/// assert!((stressed.matrix()[(0, 0)] - calm.matrix()[(0, 0)]).abs() < 1e-15);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Estimator {
    /// The sample covariance, by the probabilities.
    ///
    /// ```text
    /// Σ p_t (r_t − μ)(r_t − μ)' / (1 − Σ p_t²)        T − 1 of T scenarios that are equally likely
    /// ```
    #[default]
    Sample,
    /// The sample covariance drawn towards equal variances without correlation, as far as is best: [`ledoit_wolf`](crate::ledoit_wolf).
    LedoitWolf {
        /// What the sample covariance is divided by.
        divisor: Divisor,
    },
    /// The covariance of scenarios under stress, blended with that of the others; both around the mean of all.
    ///
    /// ```text
    /// weight · Σ_stress + (1 − weight) · Σ_other
    /// ```
    ///
    /// A weight of the probability of stress gives back the covariance of all (divided by 1, not by 1 − Σp²); more is a fear of stress.
    ///
    /// # Source
    ///
    /// Chow, Jacquier, Kritzman and Lowry, *Optimal Portfolios in Good Times and Bad*, 1999.
    Blend {
        /// Which scenarios are under stress.
        stress: Stress,
        /// The weight of them, 0 to 1.
        weight: f64,
    },
    /// Each asset keeps its own deviation over all scenarios, and correlations are blended with those under stress.
    ///
    /// ```text
    /// σ_i σ_j · ( weight · ρ_stress + (1 − weight) · ρ_all )        ρ_stress around the mean of all
    /// ```
    ///
    /// An asset that does not vary under stress has no correlation there: 0 is taken. Correlations in months that were chosen for being
    /// bad differ from those of all also where nothing has changed, see
    /// [`normal_exceedance_correlation`](allweather_metrics::risk::normal_exceedance_correlation). The form is ours.
    BlendedCorrelation {
        /// Which scenarios are under stress.
        stress: Stress,
        /// The weight of them, 0 to 1.
        weight: f64,
    },
    /// A mixture over the weathers: what would be if each came as often as its weight says.
    ///
    /// ```text
    /// μ = Σ π_k μ_k,   Σ = Σ π_k ( Σ_k + (μ_k − μ)(μ_k − μ)' )        Σ_k within weather k, divided by its probability
    /// ```
    ///
    /// # Source
    ///
    /// The law of total covariance.
    Mixture {
        /// The weight of each weather by its name: 0 or more, together 1.
        weights: BTreeMap<String, f64>,
    },
}

/// Which scenarios are under stress.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Stress {
    /// The most unusual: so large a share of the probability, by [`turbulence`](crate::turbulence).
    ///
    /// The last scenario that the share reaches counts in part. The share is ours to choose; Chow et al. take what is beyond a quantile
    /// of χ².
    Turbulent {
        /// Their share, up to one half.
        share: Tail,
    },
    /// Those of a weather, to the degree that they belong to it.
    Weather {
        /// Its name.
        name: String,
    },
}

/// What the squares are divided by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Divisor {
    /// T, as in the paper.
    Periods,
    /// T − 1.
    PeriodsLessOne,
}

impl Estimator {
    /// The covariance of one period.
    ///
    /// # Errors
    ///
    /// [`OptimizeError::TooFew`] without two likely scenarios, [`OptimizeError::Singular`] when turbulence has no inverse to be measured
    /// by; [`OptimizeError::Setting`] for a weight that is not in 0..=1, [`OptimizeError::NoSuchWeather`],
    /// [`OptimizeError::Probabilities`] for weights of weathers that do not add up to 1.
    pub fn covariance(&self, scenarios: &Scenarios) -> Result<Covariance, OptimizeError> {
        let matrix = match self {
            Self::Sample => sample(scenarios)?,
            Self::LedoitWolf { divisor } => return Ok(ledoit_wolf(scenarios, *divisor)?.covariance),
            Self::Blend { stress, weight } => {
                let (under, other) = stress.parts(scenarios)?;
                let weight = share(*weight)?;
                let means = scenarios.means();
                let spread = |p: &[f64]| around(&scenarios.returns(), p, &means);
                spread(&under) * weight + spread(&other) * (1.0 - weight)
            }
            Self::BlendedCorrelation { stress, weight } => {
                blended_correlation(scenarios, stress, share(*weight)?)?
            }
            Self::Mixture { weights } => mixture(scenarios, weights)?,
        };
        Ok(Covariance::new(&matrix)?)
    }
}

impl Stress {
    /// How likely each scenario is under stress and otherwise; both add up to 1.
    fn parts(&self, scenarios: &Scenarios) -> Result<(Vec<f64>, Vec<f64>), OptimizeError> {
        let all = scenarios.probabilities();
        let mut under = match self {
            Self::Turbulent { share } => {
                let turbulence = turbulence(scenarios)?;
                let mut order: Vec<usize> = (0..turbulence.len()).collect();
                order.sort_by(|a, b| turbulence[*b].total_cmp(&turbulence[*a]));
                let (mut left, mut under) = (share.fraction(), vec![0.0; turbulence.len()]);
                for at in order {
                    under[at] = all[at].min(left);
                    left -= under[at];
                }
                under
            }
            Self::Weather { name } => {
                let weather = scenarios.weather(name)?;
                all.iter().zip(weather.degrees()).map(|(p, degree)| p * degree).collect()
            }
        };
        let mut other: Vec<f64> = all.iter().zip(&under).map(|(all, under)| (all - under).max(0.0)).collect();
        for part in [&mut under, &mut other] {
            let sum: f64 = part.iter().sum();
            // All in one part: the other has no covariance of its own.
            if sum < 1e-12 {
                return Err(OptimizeError::TooFew { rows: 0 });
            }
            for p in part {
                *p /= sum;
            }
        }
        Ok((under, other))
    }
}

fn share(weight: f64) -> Result<f64, OptimizeError> {
    if (0.0..=1.0).contains(&weight) {
        Ok(weight)
    } else {
        Err(OptimizeError::Setting { what: "weight of stress", value: weight, rule: "in 0..=1" })
    }
}

/// `Σ p_t (r_t − m)(r_t − m)'`.
pub(crate) fn around(returns: &ArrayView2<'_, f64>, probabilities: &[f64], means: &[f64]) -> Array2<f64> {
    let (mut deviations, means) = (returns.to_owned(), ArrayView1::from(means));
    for (mut row, probability) in deviations.rows_mut().into_iter().zip(probabilities) {
        let root = probability.sqrt();
        Zip::from(&mut row).and(&means).for_each(|value, mean| *value = root * (*value - mean));
    }
    let mut sum = Array2::zeros((deviations.ncols(), deviations.ncols()));
    add_gram(&deviations.view(), &deviations.view(), &mut sum);
    sum
}

/// Means by probabilities, counted from the first row: returns that are all equal differ from theirs by exactly 0.
pub(crate) fn means(returns: &ArrayView2<'_, f64>, probabilities: &[f64]) -> Vec<f64> {
    let first = returns.row(0);
    let mut means = Array1::<f64>::zeros(returns.ncols());
    for (row, probability) in returns.rows().into_iter().zip(probabilities) {
        Zip::from(&mut means).and(row).and(first).for_each(|mean, value, first| {
            *mean += probability * (value - first);
        });
    }
    means.iter().zip(first).map(|(mean, first)| first + mean).collect()
}

/// `1 − Σp²`, and how many scenarios are likely.
pub(crate) fn freedom(scenarios: &Scenarios) -> Result<f64, OptimizeError> {
    let probabilities = scenarios.probabilities();
    let rows = probabilities.iter().filter(|p| **p > 0.0).count();
    let freedom = 1.0 - probabilities.dot(&probabilities);
    if rows < 2 || freedom < 1e-12 { Err(OptimizeError::TooFew { rows }) } else { Ok(freedom) }
}

pub(crate) fn sample(scenarios: &Scenarios) -> Result<Array2<f64>, OptimizeError> {
    let freedom = freedom(scenarios)?;
    let probabilities = scenarios.probabilities().to_vec();
    Ok(around(&scenarios.returns(), &probabilities, &scenarios.means()) / freedom)
}

fn blended_correlation(
    scenarios: &Scenarios,
    stress: &Stress,
    weight: f64,
) -> Result<Array2<f64>, OptimizeError> {
    let all = sample(scenarios)?;
    let (under, _) = stress.parts(scenarios)?;
    let stressed = around(&scenarios.returns(), &under, &scenarios.means());
    let correlation = |matrix: &Array2<f64>, (row, column): (usize, usize)| {
        let scale = matrix[(row, row)].sqrt() * matrix[(column, column)].sqrt();
        if scale > 0.0 { (matrix[(row, column)] / scale).clamp(-1.0, 1.0) } else { 0.0 }
    };
    Ok(Array2::from_shape_fn(all.dim(), |(row, column)| {
        if row == column {
            return all[(row, row)];
        }
        // The same numbers in the same order on both sides of the diagonal.
        let at = (row.min(column), row.max(column));
        let blended = weight * correlation(&stressed, at) + (1.0 - weight) * correlation(&all, at);
        all[(at.0, at.0)].sqrt() * all[(at.1, at.1)].sqrt() * blended
    }))
}

fn mixture(scenarios: &Scenarios, weights: &BTreeMap<String, f64>) -> Result<Array2<f64>, OptimizeError> {
    let sum: f64 = weights.values().sum();
    if let Some(&value) = weights.values().find(|weight| !(0.0..=1.0 + 1e-9).contains(*weight)) {
        return Err(OptimizeError::Setting { what: "weight of a weather", value, rule: "in 0..=1" });
    }
    if (sum - 1.0).abs() > Scenarios::TOLERANCE {
        return Err(OptimizeError::Probabilities { sum });
    }
    // The mixture is a distribution over the scenarios, and its covariance is that of the formula.
    let mut mixed = vec![0.0; scenarios.periods()];
    for (name, weight) in weights {
        let within = scenarios.within(scenarios.weather(name)?)?;
        mixed.iter_mut().zip(within).for_each(|(mixed, p)| *mixed += weight / sum * p);
    }
    Ok(around(&scenarios.returns(), &mixed, &means(&scenarios.returns(), &mixed)))
}
