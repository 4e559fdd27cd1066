//! Many runs: months of history drawn again and again, whole rows at a time, and what specs come to on the paths they make.
//!
//! Depend on this crate when one history is not enough: for the probability that expenses are not funded, that real value is lost, that
//! a target is met, and for the spread of every figure. All variants of a study run on the same paths.
//!
//! ```
//! use allweather_study::{Event, Results, Study, StudySpec, Variant};
//! let (data, spec) = (allweather_data::embedded()?, allweather_data::all_weather()?);
//! let spec = StudySpec::new(vec![Variant::new("all weather", spec)], 6, 60)?;
//! let study = Study::new(&spec, &data.market, &data.statistics)?;
//! // Two halves, anywhere, merge to the bytes of the whole.
//! let (mut left, mut right) = (Results::new(&study), Results::new(&study));
//! for job in study.jobs(2) {
//!     let half = if job.first < 3 { &mut left } else { &mut right };
//!     half.add(&study.run_job(&job)?)?;
//! }
//! right.merge(&left)?;
//! assert_eq!(right.to_json(), study.run(2, &|_| ())?.to_json());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What a path is
//!
//! The real past, up to the end of the span that is drawn from, followed by drawn months. A drawn month brings the growth of every asset,
//! exchange rate, price index and statistic of one month of history, and its interest rates and yields, all together. The run begins at
//! the end of the past: it buys at real prices, and its rules, signals and prescribed rates look back on real months first. What is
//! published late in the calendar is published late on a path: the lags of the series hold.
//!
//! # What this crate does not do
//!
//! It has no scheduler and no network: jobs and results are plain data. Drawn months are months that were: nothing happens on a path that
//! never happened in a month, and an interval around a probability tells what drawing few paths leaves open, not whether the future is
//! like the past.

mod distribution;
mod error;
mod job;
mod measure;
mod mix;
mod occurrence;
mod path;
mod premium;
mod premiums;
mod resampling;
mod results;
mod sketch;
mod source;
mod spec;
mod split;
mod study;
mod sum;
mod tally;
mod tournament;
mod track;
mod versus;
mod year_rates;

pub use distribution::Distribution;
pub use error::StudyError;
pub use job::{Job, JobResult};
pub use measure::{Event, Measure};
pub use occurrence::Occurrence;
pub use premium::{Growth, Premium, excess_growth};
pub use premiums::Premiums;
pub use resampling::Resampling;
pub use results::Results;
pub use sketch::Sketch;
pub use spec::{Span, StudySpec, Variant};
pub use study::Study;
pub use sum::ExactSum;
pub use tally::Tally;
pub use tournament::{
    Charge, CostLevel, Entrant, LevelStandings, Luck, OverBenchmark, PastFigures, PathDifference,
    PathFigures, PathPremium, Spread, Standing, Standings, Tournament, TournamentSpec, Verdict,
};
pub use versus::Versus;
