use allweather_market::MarketError;
use allweather_metrics::MetricsError;
use allweather_portfolio::PortfolioError;
use allweather_weather::WeatherError;

/// Why there is no report.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// A run without a step has nothing to report.
    #[error("a report needs a run with at least one step")]
    NoSteps,
    /// A page could not be written.
    #[error("page {page}: {reason}")]
    Page {
        /// The page.
        page: &'static str,
        /// What the template engine said.
        reason: String,
    },
    /// A folder could not be made.
    #[error("{folder} cannot be a folder of the site: {reason}")]
    Folder {
        /// The folder.
        folder: String,
        /// What the system said.
        reason: String,
    },
    /// The figures could not be written as JSON, or the record not as lines.
    #[error("the figures cannot be written: {reason}")]
    Figures {
        /// Why not.
        reason: String,
    },
    /// A file could not be written.
    #[error(transparent)]
    File(#[from] MarketError),
    /// A measure was given what it cannot take.
    #[error(transparent)]
    Metrics(#[from] MetricsError),
    /// The run's leverage could not be computed.
    #[error(transparent)]
    Portfolio(#[from] PortfolioError),
    /// The weather could not be told.
    #[error(transparent)]
    Weather(#[from] WeatherError),
    /// The results are not of the study that they were handed over with.
    #[error("{reason}")]
    Study {
        /// What the study said.
        reason: String,
    },
}
