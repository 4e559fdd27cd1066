use allweather_core::{AssetId, Currency, Month};
use allweather_market::MarketError;
use allweather_metrics::MetricsError;
use allweather_portfolio::PortfolioError;
use allweather_rfr::RfrError;

/// Why a study cannot be made, or stops.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StudyError {
    /// A spec that cannot be read.
    #[error("the study cannot be read: {reason}")]
    #[non_exhaustive]
    Spec {
        /// What the reader says, with line and column.
        reason: String,
    },
    /// A block length that is none.
    #[error("the mean block length {length} is not a finite number of 1 or more")]
    #[non_exhaustive]
    BlockLength {
        /// The length, months.
        length: f64,
    },
    /// Nothing to run.
    #[error("a study has {what} of at least 1")]
    #[non_exhaustive]
    Nothing {
        /// What it lacks.
        what: &'static str,
    },
    /// Two variants of one name.
    #[error("two variants are called {name:?}")]
    #[non_exhaustive]
    Repeated {
        /// The name.
        name: String,
    },
    /// More months than a calendar has.
    #[error("{months} months after {last} are beyond the calendar")]
    #[non_exhaustive]
    Calendar {
        /// How many months.
        months: u32,
        /// The last month of history.
        last: Month,
    },
    /// Too little or too much of the past before a path.
    #[error("{months} months of the past are not {least} to {most}")]
    #[non_exhaustive]
    Past {
        /// How many.
        months: u32,
        /// How many there must be.
        least: u32,
        /// How many there may be.
        most: u32,
    },
    /// A level of ruin that is none.
    #[error("the ruin level {level} is not in 0..1 of the capital")]
    #[non_exhaustive]
    RuinLevel {
        /// The level.
        level: f64,
    },
    /// Months are drawn, and the history has days.
    #[error("a study draws months: split the daily panel into month ends first")]
    Daily,
    /// A span outside of the history, or shorter than a year.
    #[error("history from {first} to {last} is not a year or more within {from} to {until}")]
    #[non_exhaustive]
    Span {
        /// The first month asked for.
        first: Month,
        /// The last month asked for.
        last: Month,
        /// The first month of the panel.
        from: Month,
        /// The last month of the panel.
        until: Month,
    },
    /// A series that a path needs has a hole in the span that months are drawn from.
    #[error("{series} has no value in {month}: draw from a span in which it is whole")]
    #[non_exhaustive]
    Hole {
        /// The series.
        series: String,
        /// The first month without a value.
        month: Month,
    },
    /// No span has everything.
    #[error("there is no year in which all of {series} have values")]
    #[non_exhaustive]
    NoSpan {
        /// The series that are needed.
        series: String,
    },
    /// An asset without prices.
    #[error("the market has no asset {asset}")]
    #[non_exhaustive]
    Unknown {
        /// The asset.
        asset: AssetId,
    },
    /// A currency without exchange rates.
    #[error("there are no exchange rates of {currency}")]
    #[non_exhaustive]
    NoSpots {
        /// The currency.
        currency: Currency,
    },
    /// There is no best block length.
    #[error("there is no automatic block length for {series}: {reason}")]
    #[non_exhaustive]
    NoBlockLength {
        /// The series.
        series: String,
        /// Why.
        reason: MetricsError,
    },
    /// A figure that is no number.
    #[error("{value} is not a finite number")]
    #[non_exhaustive]
    NotFinite {
        /// The figure.
        value: f64,
    },
    /// An exact sum that is none.
    #[error("{digits} digits from place {lowest} are no exact sum")]
    #[non_exhaustive]
    Digits {
        /// The place of the first.
        lowest: usize,
        /// How many.
        digits: usize,
    },
    /// A sketch that is none.
    #[error("a sketch is refused: {rule}")]
    #[non_exhaustive]
    Sketch {
        /// What holds for a sketch.
        rule: &'static str,
    },
    /// What happened on more paths than there are.
    #[error("it happened on {happened} of {of} paths")]
    #[non_exhaustive]
    Occurrence {
        /// On how many.
        happened: u64,
        /// Of how many.
        of: u64,
    },
    /// A tally that is none.
    #[error(
        "a tally of {paths} paths has one figure for each path and measure, and no more events than paths"
    )]
    #[non_exhaustive]
    Tally {
        /// How many paths it says it has.
        paths: u64,
    },
    /// A job that is not of this study.
    #[error(
        "job {variant}/{first}+{paths} is not of this study, which has {variants} variants and {of} paths"
    )]
    #[non_exhaustive]
    Job {
        /// The place of its variant.
        variant: usize,
        /// Its first path.
        first: u64,
        /// How many paths it has.
        paths: u64,
        /// How many variants the study has.
        variants: usize,
        /// How many paths.
        of: u64,
    },
    /// A variant that is none.
    #[error("no variant is called {variant:?}")]
    #[non_exhaustive]
    Unnamed {
        /// The name.
        variant: String,
    },
    /// A variant whose rule is its user's own, and nobody handed it over.
    #[error("the rule of {variant:?} is one of your own: hand it over before it runs")]
    #[non_exhaustive]
    RuleMissing {
        /// The variant's name.
        variant: String,
    },
    /// A rule of one's own that nothing tells from any other.
    #[error("the rule of {variant:?} is one of your own and has a blank fingerprint")]
    #[non_exhaustive]
    Fingerprint {
        /// The variant's name.
        variant: String,
    },
    /// A variant that is its own rival.
    #[error("{variant:?} is held against itself")]
    #[non_exhaustive]
    Itself {
        /// Its name.
        variant: String,
    },
    /// A rule of one's own for a variant that does not say so, and whose results could then merge with those of another rule.
    #[error("{variant:?} does not say that its rule is one of your own")]
    #[non_exhaustive]
    NotOwn {
        /// The variant's name.
        variant: String,
    },
    /// A level of significance that is none.
    #[error("the level of significance {level} is not above 0 and below 1")]
    #[non_exhaustive]
    Significance {
        /// The level.
        level: f64,
    },
    /// Too few draws of a test, or too many.
    #[error("{draws} draws are not 1/{level} to {most}, for a level of significance of {level}")]
    #[non_exhaustive]
    Draws {
        /// How many.
        draws: u32,
        /// How many there may be.
        most: u32,
        /// The level of significance; there are no fewer draws than one over it.
        level: f64,
    },
    /// A path that cannot be run.
    #[error("path {path} of {variant}: {error}")]
    #[non_exhaustive]
    Path {
        /// Its number.
        path: u64,
        /// The variant's name.
        variant: String,
        /// Why.
        error: Box<PortfolioError>,
    },
    /// The results of another study, or of the same jobs twice.
    #[error("{file}: {rule}")]
    #[non_exhaustive]
    Results {
        /// The file, or what the results were called.
        file: String,
        /// What is wrong.
        rule: String,
    },
    /// Threads that cannot be started.
    #[error("{threads} threads cannot be started: {reason}")]
    #[non_exhaustive]
    Threads {
        /// How many.
        threads: usize,
        /// Why.
        reason: String,
    },
    /// The market refuses what was drawn or asked for, or a file cannot be read or written.
    #[error(transparent)]
    Market(#[from] MarketError),
    /// A run on history is refused.
    #[error(transparent)]
    Portfolio(#[from] PortfolioError),
    /// The metrics refuse.
    #[error(transparent)]
    Metrics(#[from] MetricsError),
    /// The prescribed rate refuses.
    #[error(transparent)]
    Rfr(#[from] RfrError),
}
