use serde::{Deserialize, Serialize};

use crate::WeatherError;

/// A series that moves around one of two levels, between which it switches as a Markov chain.
///
/// ```text
/// y_t − μ(s_t) = Σ_i φ_i (y_{t−i} − μ(s_{t−i})) + ε_t        ε_t normal, mean 0, standard deviation sd
/// P(s_t = s_{t−1}) = stay(s_{t−1})                           s = 0 is down, s = 1 is up, μ(0) ≤ μ(1)
/// ```
///
/// # Source
///
/// Hamilton 1989.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Parameters", into = "Parameters")]
pub struct MarkovSwitching {
    parameters: Parameters,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Parameters {
    pub(super) means: [f64; 2],
    pub(super) stay: [f64; 2],
    #[serde(default)]
    pub(super) autoregression: Vec<f64>,
    pub(super) sd: f64,
    #[serde(default)]
    pub(super) start_down: Option<f64>,
}

/// What the filter says: at each time, by the observations up to it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Filtered {
    /// The probability of the lower state, for each observation but the first ones, as many as the model has lags.
    pub down: Vec<f64>,
    /// The logarithm of the likelihood of those observations, given the first ones.
    pub log_likelihood: f64,
}

/// What the smoother says: at each time, by all observations, later ones too. For research, never for a backtest.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct FullSample {
    /// The probability of the lower state, for each observation but the first ones, as many as the model has lags.
    pub down: Vec<f64>,
}

/// Every history of states is kept: 2⁹ of them.
const MOST_LAGS: usize = 8;

impl MarkovSwitching {
    /// Levels down and up, probabilities to stay down and up, coefficients of the lags (none for a series without memory of its
    /// own), and the standard deviation of the error. The first state is drawn from the chain's long-run distribution.
    ///
    /// # Errors
    ///
    /// [`WeatherError::Value`] when a level is not finite, the levels decrease, a probability is outside 0..=1, both are 1, or
    /// the standard deviation is not above 0; [`WeatherError::Element`] for a coefficient that is not finite;
    /// [`WeatherError::Lags`] for more than 8.
    pub fn new(
        means: [f64; 2],
        stay: [f64; 2],
        autoregression: &[f64],
        sd: f64,
    ) -> Result<Self, WeatherError> {
        Parameters { means, stay, autoregression: autoregression.to_vec(), sd, start_down: None }.try_into()
    }

    /// The same with a stated probability that the first observation is in the lower state.
    ///
    /// # Errors
    ///
    /// [`WeatherError::Value`] when it is outside 0..=1.
    pub fn with_start(mut self, down: f64) -> Result<Self, WeatherError> {
        self.parameters.start_down = Some(down);
        self.parameters.try_into()
    }

    /// The levels, down and up.
    #[must_use]
    pub fn means(&self) -> [f64; 2] {
        self.parameters.means
    }

    /// The probabilities to stay down and to stay up, from one period to the next.
    #[must_use]
    pub fn stay(&self) -> [f64; 2] {
        self.parameters.stay
    }

    /// The coefficients of the lags, the newest first.
    #[must_use]
    pub fn autoregression(&self) -> &[f64] {
        &self.parameters.autoregression
    }

    /// The standard deviation of the error.
    #[must_use]
    pub fn sd(&self) -> f64 {
        self.parameters.sd
    }

    /// The probability that the first observation is in the lower state: stated, or that of the long run.
    ///
    /// ```text
    /// (1 − stay up) / (2 − stay down − stay up)
    /// ```
    #[must_use]
    pub fn start_down(&self) -> f64 {
        let [down, up] = self.parameters.stay;
        self.parameters.start_down.unwrap_or_else(|| (1.0 - up) / (2.0 - down - up))
    }
}

impl TryFrom<Parameters> for MarkovSwitching {
    type Error = WeatherError;
    fn try_from(parameters: Parameters) -> Result<Self, WeatherError> {
        let Parameters { means: [low, high], stay: [down, up], ref autoregression, sd, start_down } =
            parameters;
        let check = |valid: bool, what, value, rule| {
            if valid { Ok(()) } else { Err(WeatherError::Value { what, value, rule }) }
        };
        check(low.is_finite(), "lower level", low, "a finite number")?;
        check(
            high.is_finite() && high >= low,
            "upper level",
            high,
            "a finite number not below the lower level",
        )?;
        let share = |p: f64| (0.0..=1.0).contains(&p);
        check(share(down), "probability to stay down", down, "from 0 to 1")?;
        check(share(up), "probability to stay up", up, "from 0 to 1")?;
        check(
            start_down.is_none_or(share),
            "probability to start down",
            start_down.unwrap_or(0.0),
            "from 0 to 1",
        )?;
        let settles = start_down.is_some() || down + up < 2.0;
        check(
            settles,
            "probability to stay up",
            up,
            "below 1 when the other is 1: there is no long run to start from",
        )?;
        check(sd.is_finite() && sd > 0.0, "standard deviation", sd, "a finite number above 0")?;
        if autoregression.len() > MOST_LAGS {
            return Err(WeatherError::Lags { lags: autoregression.len() });
        }
        if let Some((position, &value)) = autoregression.iter().enumerate().find(|(_, phi)| !phi.is_finite())
        {
            return Err(WeatherError::Element {
                what: "coefficient",
                position,
                value,
                rule: "a finite number",
            });
        }
        Ok(Self { parameters })
    }
}

impl From<MarkovSwitching> for Parameters {
    fn from(model: MarkovSwitching) -> Self {
        model.parameters
    }
}
