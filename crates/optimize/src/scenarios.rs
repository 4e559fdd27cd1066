use ndarray::{Array2, ArrayView1, ArrayView2, Axis};

use crate::{OptimizeError, estimator::means};

/// Returns of assets in scenarios: what may happen in one period, and how likely each is.
///
/// A scenario is one row: a month that was, a row of an estimated history, or one that somebody fears. Without probabilities all are
/// as likely. Assets are counted from 0.
///
/// ```
/// use allweather_optimize::Scenarios;
/// let scenarios = Scenarios::new(&[[0.02, 0.001], [-0.03, 0.004], [0.01, 0.002]])?
///     .with_probabilities(&[0.25, 0.5, 0.25])?
///     .with_weather("recession", &[0.0, 1.0, 0.0])?
///     .with_weather("boom", &[1.0, 0.0, 1.0])?;
/// assert_eq!((scenarios.periods(), scenarios.assets()), (3, 2));
/// assert!((scenarios.means()[0] + 0.0075).abs() < 1e-15);
/// # Ok::<(), allweather_optimize::OptimizeError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Scenarios {
    /// In standard layout.
    returns: Array2<f64>,
    /// They add up to 1.
    probabilities: Vec<f64>,
    weathers: Vec<Weather>,
}

/// A weather and the scenarios that belong to it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Weather {
    pub(crate) name: String,
    /// Of each scenario, 0 to 1.
    degrees: Vec<f64>,
}

impl Scenarios {
    /// Probabilities add up to 1 within this.
    pub const TOLERANCE: f64 = 1e-9;

    /// Scenarios that are equally likely.
    ///
    /// | argument  | shape               | unit                |
    /// | --------- | ------------------- | ------------------- |
    /// | `returns` | `[periods, assets]` | fraction per period |
    ///
    /// # Errors
    ///
    /// [`OptimizeError::Empty`] without periods or assets, [`OptimizeError::Return`] for a return that is not a number within ±10⁶.
    pub fn new<'a>(returns: impl Into<ArrayView2<'a, f64>>) -> Result<Self, OptimizeError> {
        let returns = returns.into();
        let (periods, assets) = returns.dim();
        if periods == 0 || assets == 0 {
            return Err(OptimizeError::Empty { periods, assets });
        }
        let wrong = |value: &f64| !(-LARGEST..=LARGEST).contains(value);
        // All at once, and the place only of what there is to name: a quarter of the time.
        if returns.iter().fold(false, |any, value| any | wrong(value))
            && let Some(((period, asset), &value)) = returns.indexed_iter().find(|(_, value)| wrong(value))
        {
            return Err(OptimizeError::Return { period, asset, value });
        }
        Ok(Self {
            returns: returns.as_standard_layout().into_owned(),
            probabilities: vec![1.0 / periods as f64; periods],
            weathers: Vec::new(),
        })
    }

    /// The same with probabilities, one a scenario: 0 or more, together 1.
    ///
    /// # Errors
    ///
    /// [`OptimizeError::Length`], [`OptimizeError::Probability`] and [`OptimizeError::Probabilities`] when there is not one for each,
    /// one is negative or not a number, or they do not add up to 1; [`OptimizeError::WeatherWithout`] for a weather that is left
    /// without a likely scenario.
    pub fn with_probabilities(mut self, probabilities: &[f64]) -> Result<Self, OptimizeError> {
        let sum = self.sum("probabilities", probabilities)?;
        if (sum - 1.0).abs() > Self::TOLERANCE {
            return Err(OptimizeError::Probabilities { sum });
        }
        self.probabilities = probabilities.iter().map(|p| p / sum).collect();
        self.weathers.iter().try_for_each(|weather| self.within(weather).map(drop))?;
        Ok(self)
    }

    /// The same with one more weather: to what degree each scenario belongs to it, from 0 (not) to 1 (wholly).
    ///
    /// A scenario may belong to several weathers, as a month of boom may be one of inflation, or to none; a degree between is the
    /// probability of a soft label. Within the weather a scenario is as likely as its probability times its degree says.
    ///
    /// # Errors
    ///
    /// [`OptimizeError::Length`] and [`OptimizeError::Probability`] as above, [`OptimizeError::WeatherWithout`] when no likely
    /// scenario belongs to it, [`OptimizeError::WeatherTwice`] for a name that is there.
    pub fn with_weather(mut self, name: &str, degrees: &[f64]) -> Result<Self, OptimizeError> {
        self.sum("degrees of weather", degrees)?;
        if let Some((period, &value)) = degrees.iter().enumerate().find(|(_, degree)| **degree > 1.0) {
            return Err(OptimizeError::Probability { period, value });
        }
        if self.weathers.iter().any(|weather| weather.name == name) {
            return Err(OptimizeError::WeatherTwice { name: name.to_owned() });
        }
        let weather = Weather { name: name.to_owned(), degrees: degrees.to_vec() };
        self.within(&weather)?;
        self.weathers.push(weather);
        Ok(self)
    }

    /// How likely each scenario is within a weather; they add up to 1.
    pub(crate) fn within(&self, weather: &Weather) -> Result<Vec<f64>, OptimizeError> {
        let mut within: Vec<f64> =
            weather.degrees.iter().zip(&self.probabilities).map(|(d, p)| d * p).collect();
        let sum: f64 = within.iter().sum();
        // Below this the quotients would not add up to 1.
        if sum < 1e-300 {
            return Err(OptimizeError::WeatherWithout { name: weather.name.clone() });
        }
        for p in &mut within {
            *p /= sum;
        }
        Ok(within)
    }

    /// Scenarios made of rows of these, in that order and as often as they are named; what was more likely stays so.
    pub(crate) fn drawn(&self, rows: &[usize]) -> Result<Self, OptimizeError> {
        let of = |values: &[f64]| rows.iter().map(|row| values[*row]).collect::<Vec<f64>>();
        let mut probabilities = of(&self.probabilities);
        let sum: f64 = probabilities.iter().sum();
        if sum < 1e-300 {
            return Err(OptimizeError::Probabilities { sum });
        }
        for p in &mut probabilities {
            *p /= sum;
        }
        let weathers = self.weathers.iter();
        let weathers = weathers.map(|w| Weather { name: w.name.clone(), degrees: of(&w.degrees) }).collect();
        let drawn = Self { returns: self.returns.select(Axis(0), rows), probabilities, weathers };
        drawn.weathers.iter().try_for_each(|weather| drawn.within(weather).map(drop))?;
        Ok(drawn)
    }

    /// What numbers from 0 up add up to, one a scenario.
    fn sum(&self, what: &'static str, values: &[f64]) -> Result<f64, OptimizeError> {
        let (found, expected) = (values.len(), self.periods());
        if found != expected {
            return Err(OptimizeError::Length { what, found, expected });
        }
        match values.iter().enumerate().find(|(_, value)| !(0.0..=LARGEST).contains(*value)) {
            Some((period, &value)) => Err(OptimizeError::Probability { period, value }),
            None => Ok(values.iter().sum()),
        }
    }

    /// The returns, shape `[periods, assets]`.
    #[must_use]
    pub fn returns(&self) -> ArrayView2<'_, f64> {
        self.returns.view()
    }

    /// The probability of each scenario, `[periods]`; they add up to 1.
    #[must_use]
    pub fn probabilities(&self) -> ArrayView1<'_, f64> {
        ArrayView1::from(&self.probabilities)
    }

    /// The names of the weathers, in the order in which they were given.
    pub fn weathers(&self) -> impl Iterator<Item = &str> {
        self.weathers.iter().map(|weather| weather.name.as_str())
    }

    pub(crate) fn weather(&self, name: &str) -> Result<&Weather, OptimizeError> {
        let found = self.weathers.iter().find(|weather| weather.name == name);
        found.ok_or_else(|| OptimizeError::NoSuchWeather { name: name.to_owned() })
    }

    pub(crate) fn by_weather(&self) -> &[Weather] {
        &self.weathers
    }

    /// How many scenarios there are, 1 or more.
    #[must_use]
    pub fn periods(&self) -> usize {
        self.returns.nrows()
    }

    /// How many assets there are, 1 or more.
    #[must_use]
    pub fn assets(&self) -> usize {
        self.returns.ncols()
    }

    /// The mean return of each asset, `[assets]`, a fraction per period, by the probabilities.
    #[must_use]
    pub fn means(&self) -> Vec<f64> {
        means(&self.returns(), &self.probabilities)
    }

    /// The returns of weights in each scenario, `[periods]`.
    pub(crate) fn of(&self, weights: &[f64]) -> Vec<f64> {
        self.returns.dot(&ArrayView1::from(weights)).to_vec()
    }

    /// The size of a return: the root of the mean square over all, above 0. Everything is solved in units of it.
    pub(crate) fn scale(&self) -> f64 {
        let mut sum = 0.0;
        for (row, probability) in self.returns.rows().into_iter().zip(&self.probabilities) {
            sum += probability * row.dot(&row);
        }
        let scale = (sum / self.assets() as f64).sqrt();
        if scale > 1e-150 { scale } else { 1.0 }
    }
}

impl Weather {
    pub(crate) fn degrees(&self) -> &[f64] {
        &self.degrees
    }
}

/// No return of a period is larger; beyond it squares and sums would lose what the constraints are about.
const LARGEST: f64 = 1e6;
