//! Short series made long: months before a series begins are estimated from longer ones, many times over, and marked.
//!
//! Depend on this crate when assets have histories of unequal length and a portfolio of them is to be examined over the longest.
//!
//! ```
//! use allweather_history::{Backfill, Method, Series, Table};
//! use allweather_metrics::{Bootstrap, volatility};
//!
//! // Ten years of months; one fund begins after three of them.
//! let noise = |t: i32, salt: i32| 0.01 * f64::from((t * t * 37 + t * salt) % 101 - 50) / 10.0;
//! let long = (0..120).map(|t| Some(noise(t, 11))).collect();
//! let short = (0..120).map(|t| (t >= 36).then(|| 0.8 * noise(t, 11) + 0.4 * noise(t, 53))).collect();
//! let fund = "fund".parse()?;
//! let series = vec![Series::returns("index".parse()?, long), Series::returns("fund".parse()?, short)];
//! let table = Table::new("2010-02".parse()?, series)?;
//!
//! let spec = Backfill::new(Bootstrap::new(200, 7)?).with_hold_out(Some(24))?;
//! let filled = spec.fill(&table)?;
//! assert_eq!(filled.draws().dim(), (200, 120, 2));
//!
//! // What was chosen, and how well it told 24 months that it was not shown.
//! let fill = filled.fill(&fund).ok_or("not filled")?;
//! let score = filled.score(&fund).ok_or("not scored")?;
//! assert!(fill.months == 36 && score.months == 24 && score.rmse_ratio < 1.0);
//!
//! // The marks travel into every measure.
//! let returns = filled.returns(0, &fund)?;
//! assert!(volatility(&returns)? > 0.0 && returns.estimated_share() == Some(0.3));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | question | answer |
//! | --- | --- |
//! | what could have been | [`Filled::draws`], [`Filled::levels`] |
//! | what of it is estimated, and how | [`Filled::estimated`], [`Filled::method`], [`Filled::fill`] |
//! | how far that can be trusted | [`Filled::trials`], [`Filled::score`], [`Filled::notes`] |
//! | what is missing still, and why | [`Filled::refused`] |
//! | means and covariances | [`Moments::stambaugh`], [`Moments::em`], [`Filled::moments`], [`Filled::moments_of_draw`] |
//!
//! Returns are simple fractions per month. A draw depends on the seed and its number alone.
//!
//! # What this crate does not do
//!
//! It says what is likely, not what was: where little is explained, a draw has the right spread and no more. Relations of the overlap are
//! taken to have held before it. It fills returns only, never a statistic, and no gap in levels after the first one. It reads no prices and
//! converts no currencies. That coefficients are estimated is in no draw. The bytes of a forest are those of one version of its library;
//! everything else is the same in every later version.

mod backfill;
mod error;
mod estimate;
mod filled;
mod levels;
mod method;
mod moments;
mod plan;
mod refusal;
mod sample;
mod score;
mod series;
mod table;

pub use backfill::Backfill;
pub use error::HistoryError;
pub use filled::{Fill, Filled, Note};
pub use levels::Levels;
pub use method::Method;
pub use moments::Moments;
pub use refusal::Refusal;
pub use score::{Outcome, Score, Trial};
pub use series::{Series, SeriesKind};
pub use table::Table;
