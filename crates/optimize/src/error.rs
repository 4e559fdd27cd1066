use allweather_metrics::MetricsError;

/// Why a problem was refused. That no weights obey the constraints is not among the reasons: it is an
/// [`Answer`](crate::Answer).
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum OptimizeError {
    /// No scenarios, or no assets.
    #[error("{periods} scenarios of {assets} assets: it takes 1 or more of both")]
    #[non_exhaustive]
    Empty {
        /// How many scenarios there are.
        periods: usize,
        /// How many assets.
        assets: usize,
    },
    /// A return is not a number, or larger than any.
    #[error(
        "the return {value} of asset {asset} in scenario {period} (both from 0) is not a number within ±10⁶"
    )]
    #[non_exhaustive]
    Return {
        /// The scenario, from 0.
        period: usize,
        /// The asset, from 0.
        asset: usize,
        /// The refused value.
        value: f64,
    },
    /// A probability or a degree that is none.
    #[error("{value} of scenario {period} (from 0) is neither a probability nor a degree of weather")]
    #[non_exhaustive]
    Probability {
        /// The scenario, from 0.
        period: usize,
        /// The refused value.
        value: f64,
    },
    /// Probabilities that do not add up.
    #[error("the probabilities of the scenarios add up to {sum}, not 1")]
    #[non_exhaustive]
    Probabilities {
        /// What they add up to.
        sum: f64,
    },
    /// A list with the wrong number of entries.
    #[error("{found} {what} where there are {expected}")]
    #[non_exhaustive]
    Length {
        /// What the list is of.
        what: &'static str,
        /// How many entries it has.
        found: usize,
        /// How many there must be.
        expected: usize,
    },
    /// A setting that is not allowed.
    #[error("a {what} of {value} is not {rule}")]
    #[non_exhaustive]
    Setting {
        /// Which setting.
        what: &'static str,
        /// The refused value.
        value: f64,
        /// What is allowed.
        rule: &'static str,
    },
    /// A group that is none.
    #[error("group {name:?} is {rule}")]
    #[non_exhaustive]
    Group {
        /// Its name.
        name: String,
        /// What is wrong with it.
        rule: &'static str,
    },
    /// An asset that there is not.
    #[error("there is no asset {asset} (from 0) among {assets}")]
    #[non_exhaustive]
    NoSuchAsset {
        /// The asset, from 0.
        asset: usize,
        /// How many there are.
        assets: usize,
    },
    /// A weather to which no likely scenario belongs.
    #[error("no likely scenario belongs to the weather {name:?}")]
    #[non_exhaustive]
    WeatherWithout {
        /// Its name.
        name: String,
    },
    /// Two weathers of one name.
    #[error("the weather {name:?} is there already")]
    #[non_exhaustive]
    WeatherTwice {
        /// The name.
        name: String,
    },
    /// A weather that the scenarios do not have.
    #[error("there is no weather {name:?} among the scenarios")]
    #[non_exhaustive]
    NoSuchWeather {
        /// The name.
        name: String,
    },
    /// An objective about weathers, and scenarios without any.
    #[error("the scenarios have no weathers to be balanced")]
    NoWeathers,
    /// A covariance that cannot be estimated or used.
    #[error("{rows} scenarios tell nothing of a covariance: it takes 2 or more likely ones")]
    #[non_exhaustive]
    TooFew {
        /// How many likely scenarios there are.
        rows: usize,
    },
    /// Assets that can be combined to no risk at all, where an inverse of their covariance is needed.
    #[error("the covariance of {assets} assets in {rows} scenarios has no inverse")]
    #[non_exhaustive]
    Singular {
        /// How many assets there are.
        assets: usize,
        /// How many scenarios.
        rows: usize,
    },
    /// A matrix by which some weights would have a negative variance.
    #[error("the matrix of {assets} assets is no covariance: some weights would have a negative variance")]
    #[non_exhaustive]
    Indefinite {
        /// How many assets there are.
        assets: usize,
    },
    /// A floor on the return where no returns are expected.
    #[error("a return floor without expected returns: a covariance has none")]
    NothingExpected,
    /// Nobody is to do the work.
    #[error("no draws: it takes 1 or more")]
    NoDraws,
    /// A covariance, a bootstrap or risk budgets were refused.
    #[error(transparent)]
    Metrics(#[from] MetricsError),
}

impl OptimizeError {
    /// Whether a draw of scenarios may lack by chance what is missing.
    pub(crate) fn by_chance(&self) -> bool {
        matches!(self, Self::WeatherWithout { .. } | Self::TooFew { .. } | Self::Singular { .. })
            || matches!(self, Self::Metrics(MetricsError::Undefined(_)))
    }
}
