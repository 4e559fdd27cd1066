//! Performance measures of return series, and how far they can be trusted.
//!
//! Depend on this crate to judge returns from anywhere: it knows nothing of portfolios.
//!
//! ```
//! use allweather_metrics::{
//!     Bootstrap, Hurdle, Periodicity, Returns, SharpeSample, Tail, annual_return_geometric, expected_shortfall,
//!     max_drawdown, sharpe, volatility,
//! };
//!
//! let months = [
//!     0.01, -0.02, 0.03, 0.005, 0.012, -0.008, 0.02, 0.001, -0.015, 0.017, 0.004, 0.009, -0.01, 0.022, 0.006,
//! ];
//! let fund = Returns::new(Periodicity::Monthly, &months)?;
//! assert!(annual_return_geometric(&fund)? > 0.06);
//! assert!(volatility(&fund)? < 0.06);
//! assert!((max_drawdown(&fund)?.depth + 0.02).abs() < 1e-12);
//! assert!(expected_shortfall(&fund, Tail::FIVE_PERCENT)? < 0.03);
//!
//! // Ratios are over something, and it is always said over what: here yen at −0.1 % a year.
//! let excess = fund.over(Hurdle::Annual(-0.001))?;
//! let ratio = sharpe(&excess)?;
//!
//! // And what is a ratio of fifteen months worth?
//! let sure = SharpeSample::of(&excess)?.probabilistic(0.0)?;
//! let interval = Bootstrap::new(500, 7)?.interval_of_excess(&excess, Tail::FIVE_PERCENT, sharpe)?;
//! assert!(ratio > 1.3 && sure < 0.95 && interval.low < 0.7);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | question | functions |
//! | --- | --- |
//! | what was earned | [`annual_return_geometric`], [`annual_return_arithmetic`], [`modified_dietz`], [`xirr`] |
//! | how it varied | [`volatility`], [`downside_deviation`], [`skewness`], [`kurtosis_raw`], [`kurtosis_excess`] |
//! | how far it fell | [`max_drawdown`], [`longest_drawdown`], [`drawdowns`], [`drawdown_series`], [`ulcer_index`], [`pain_index`] |
//! | what a bad period is | [`value_at_risk`], [`expected_shortfall`], [`tail_ratio`] |
//! | was it worth it | [`sharpe`], [`sharpe_autocorrelated`], [`sortino`], [`omega`], [`calmar`] |
//! | was it luck | [`SharpeSample`], [`Bootstrap`], [`sharpe_difference`], [`reality_check`], [`superior_predictive_ability`], [`stepdown`] |
//! | what carries the risk of a portfolio | [`risk::Covariance`] |
//! | all of it, one series | [`Summary`] |
//! | the core, many paths | [`paths::core_measures`] |
//!
//! Everything is a fraction: 0.01 is 1 %. Returns, deviations and ratios are a year's unless they say otherwise; shortfalls,
//! skewness and kurtosis belong to one period.
//!
//! # What this crate does not do
//!
//! It computes no returns from prices: flows must be out of them before, or go into [`modified_dietz`] or [`xirr`]. A measure
//! that a series does not have is a typed reason, [`Undefined`], never 0, an infinity or NaN. It has no clock and no randomness
//! of its own: a bootstrap is given its seed.

mod amount;
mod block_length;
mod bootstrap;
mod dietz;
mod downside;
mod drawdown;
mod error;
mod excess;
mod growth;
mod hurdle;
mod moments;
pub mod paths;
mod periodicity;
mod quantile;
mod random;
mod returns;
pub mod risk;
mod rules;
mod sharpe;
mod sharpe_difference;
mod sharpe_sample;
mod spread;
mod stepdown;
mod summary;
mod tail;
mod underwater;
mod volatility;
mod xirr;

pub use amount::DatedAmount;
pub use block_length::optimal_block_length;
pub use bootstrap::{Block, Bootstrap, Interval};
pub use dietz::modified_dietz;
pub use downside::{downside_deviation, omega, sortino};
pub use drawdown::{Drawdown, drawdown_series, drawdowns, longest_drawdown, max_drawdown};
pub use error::{MetricsError, Undefined};
pub use excess::Excess;
pub use growth::{annual_return_arithmetic, annual_return_geometric};
pub use hurdle::Hurdle;
pub use moments::{kurtosis_excess, kurtosis_raw, skewness};
pub use periodicity::Periodicity;
pub use quantile::type_7;
pub use returns::Returns;
pub use rules::{RealityCheck, SuperiorAbility, reality_check, superior_predictive_ability};
pub use sharpe::{sharpe, sharpe_autocorrelated};
pub use sharpe_difference::{SharpeDifference, sharpe_difference, sharpe_difference_bootstrap};
pub use sharpe_sample::{SharpeSample, Trials};
pub use stepdown::stepdown;
pub use summary::Summary;
pub use tail::{Tail, expected_shortfall, tail_ratio, value_at_risk};
pub use underwater::{calmar, pain_index, ulcer_index};
pub use volatility::volatility;
pub use xirr::xirr;
