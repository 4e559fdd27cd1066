use allweather_market::MarketError;
use allweather_portfolio::PortfolioError;
use allweather_rfr::RfrError;

/// Why a data set could not be read.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// A file that every data set has is not there.
    #[error("{file} is missing: every data folder has it")]
    #[non_exhaustive]
    Missing {
        /// The path of the file.
        file: String,
    },
    /// A file is there and cannot be read.
    #[error("{file} cannot be read: {kind}")]
    #[non_exhaustive]
    Unreadable {
        /// The path of the file.
        file: String,
        /// What the operating system says.
        kind: std::io::ErrorKind,
    },
    /// A file is not text in UTF-8.
    #[error("{file}, line {line}: not UTF-8")]
    #[non_exhaustive]
    Encoding {
        /// The path of the file.
        file: String,
        /// The line of the first byte that is not, from 1.
        line: usize,
    },
    /// A column of the statistics file has the name that a bond yield has in the market.
    #[error("{file}: the heading {name} is the name of a bond yield, and a statistic has one source")]
    #[non_exhaustive]
    Name {
        /// The name of the file.
        file: String,
        /// The heading.
        name: String,
    },
    /// A file's text is refused; the error names file, line and field.
    #[error(transparent)]
    Market(#[from] MarketError),
    /// A year of the run has no prescribed rate, which its expenses need.
    #[error("{0}; `prescribed_rate.missing` in a spec says how many are enough")]
    Rate(#[from] RfrError),
    /// The spec or the run.
    #[error(transparent)]
    Portfolio(#[from] PortfolioError),
}
