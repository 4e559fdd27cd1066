use super::{MarkovSwitching, model::Parameters};
use crate::WeatherError;

/// A model estimated from a series.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Fitted {
    /// The parameters.
    pub model: MarkovSwitching,
    /// The logarithm of the likelihood of the series under them.
    pub log_likelihood: f64,
    /// How many steps were taken.
    pub steps: usize,
    /// Whether the last step gained less than 10⁻⁸; otherwise 1000 steps were not enough.
    pub converged: bool,
}

const LEAST: usize = 8;
const MOST_STEPS: usize = 1000;
const ENOUGH: f64 = 1e-8;
/// An error smaller than this share of the series' own deviation is none: the likelihood has no upper bound there.
const SMALLEST_SD: f64 = 1e-6;

impl MarkovSwitching {
    /// Estimates a model without autoregression by expectation and maximisation.
    ///
    /// It starts from the quartiles as levels, the standard deviation of the series as that of the error, and 0.9 to stay
    /// `[our reading]`. The likelihood never decreases; what is found is a local maximum, which need not be the largest.
    ///
    /// # Errors
    ///
    /// [`WeatherError::TooFew`] under 8 observations, [`WeatherError::Element`] for one that is not finite or too large to
    /// square, [`WeatherError::NoVariation`] when all are equal or two levels explain them without an error.
    ///
    /// # Source
    ///
    /// Hamilton 1990; the first state's probability is estimated as well, as there.
    pub fn fit(observations: &[f64]) -> Result<Fitted, WeatherError> {
        let mut model = Self::from_quartiles(observations)?;
        let mut log_likelihood = f64::NEG_INFINITY;
        for steps in 0..MOST_STEPS {
            let (better, found) = model.step(observations)?;
            if found - log_likelihood < ENOUGH {
                return Ok(Fitted { model, log_likelihood: found, steps, converged: true });
            }
            (model, log_likelihood) = (better, found);
        }
        let log_likelihood = model.pass(observations)?.log_likelihood;
        Ok(Fitted { model, log_likelihood, steps: MOST_STEPS, converged: false })
    }

    /// One step of [`MarkovSwitching::fit`]: parameters under which the observations are at least as likely.
    ///
    /// ```text
    /// stay_i = Σ P(s_t = i, s_{t+1} = i) / Σ_{t<T} P(s_t = i)        P(·) by all observations
    /// μ_i    = Σ P(s_t = i) y_t / Σ P(s_t = i)
    /// sd²    = Σ_t Σ_i P(s_t = i) (y_t − μ_i)² / T
    /// ```
    ///
    /// # Errors
    ///
    /// As [`MarkovSwitching::fit`]; [`WeatherError::Autoregression`] when the model has lags.
    ///
    /// # Source
    ///
    /// Hamilton 1990.
    pub fn improved(&self, observations: &[f64]) -> Result<Self, WeatherError> {
        spread(observations)?;
        Ok(self.step(observations)?.0)
    }

    /// The better model, and the likelihood under this one.
    fn step(&self, observations: &[f64]) -> Result<(Self, f64), WeatherError> {
        let lags = self.autoregression().len();
        if lags > 0 {
            return Err(WeatherError::Autoregression { lags });
        }
        let pass = self.pass(observations)?;
        let transitions = self.transitions();
        let smoothed = pass.smoothed(&transitions);
        let [smoothed, filtered, predicted] =
            [&smoothed, &pass.filtered, &pass.predicted].map(|rows| rows.as_chunks::<2>().0);

        let mut means = self.means();
        let mut stay = self.stay();
        for state in 0..2 {
            let weight: f64 = smoothed.iter().map(|p| p[state]).sum();
            if weight > 0.0 {
                means[state] =
                    smoothed.iter().zip(observations).map(|(p, y)| p[state] * y).sum::<f64>() / weight;
            }
            let after = smoothed.iter().zip(predicted).skip(1);
            let kept = filtered.iter().zip(after).map(|(now, (later, expected))| {
                let came = now[state] * transitions[state][state];
                if expected[state] > 0.0 { came / expected[state] * later[state] } else { 0.0 }
            });
            let left: f64 = smoothed.iter().rev().skip(1).map(|p| p[state]).sum();
            if left > 0.0 {
                stay[state] = (kept.sum::<f64>() / left).clamp(0.0, 1.0);
            }
        }
        let squares = smoothed.iter().zip(observations);
        let squares = squares.map(|(p, y)| p[0] * (y - means[0]).powi(2) + p[1] * (y - means[1]).powi(2));
        let sd = (squares.sum::<f64>() / observations.len() as f64).sqrt();
        if sd < SMALLEST_SD * spread(observations)? {
            return Err(WeatherError::NoVariation { observations: observations.len() });
        }
        let mut start = smoothed.first().map_or(0.5, |p| p[0]).clamp(0.0, 1.0);
        if means[0] > means[1] {
            means.reverse();
            stay.reverse();
            start = 1.0 - start;
        }
        Ok((without_lags(means, stay, sd, start)?, pass.log_likelihood))
    }

    fn from_quartiles(observations: &[f64]) -> Result<Self, WeatherError> {
        let sd = spread(observations)?;
        let mut sorted = observations.to_vec();
        sorted.sort_by(f64::total_cmp);
        let at = |share: usize| sorted.get(share * (sorted.len() - 1) / 4).copied().unwrap_or_default();
        let mut means = [at(1), at(3)];
        if means[0] >= means[1] {
            means = [at(0), at(4)];
        }
        without_lags(means, [0.9, 0.9], sd, 0.5)
    }
}

fn without_lags(
    means: [f64; 2],
    stay: [f64; 2],
    sd: f64,
    start: f64,
) -> Result<MarkovSwitching, WeatherError> {
    Parameters { means, stay, autoregression: Vec::new(), sd, start_down: Some(start) }.try_into()
}

/// The standard deviation of a series that has one.
fn spread(observations: &[f64]) -> Result<f64, WeatherError> {
    let found = observations.len();
    if found < LEAST {
        return Err(WeatherError::TooFew { needed: LEAST, found });
    }
    let mean = observations.iter().sum::<f64>() / found as f64;
    let limit = |y: &f64| !(y.is_finite() && (y - mean).powi(2).is_finite());
    if let Some(position) = observations.iter().position(limit) {
        let value = observations.get(position).copied().unwrap_or_default();
        return Err(WeatherError::Element {
            what: "observation",
            position,
            value,
            rule: "a number that can be squared",
        });
    }
    let sd = (observations.iter().map(|y| (y - mean).powi(2)).sum::<f64>() / found as f64).sqrt();
    let level = observations.iter().fold(0.0_f64, |most, y| most.max(y.abs()));
    if !sd.is_finite() || sd <= 1e-13 * level || sd == 0.0 {
        return Err(WeatherError::NoVariation { observations: found });
    }
    Ok(sd)
}
