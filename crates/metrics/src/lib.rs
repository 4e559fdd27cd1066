//! Performance measures of a series of returns whose period is stated, never assumed.
//!
//! Depend on this crate to judge returns from anywhere: it knows nothing of portfolios.
//!
//! ```
//! use allweather_metrics::{Periodicity, Returns, annual_return_geometric, max_drawdown, volatility};
//!
//! let returns = Returns::new(Periodicity::Monthly, &[0.01, -0.02, 0.03, 0.005])?;
//! assert!(annual_return_geometric(&returns)? > 0.07);
//! assert!(volatility(&returns)? < 0.08);
//! assert!((max_drawdown(&returns)?.depth + 0.02).abs() < 1e-12);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What this crate does not do
//!
//! It computes no returns: flows must be out of them before. A measure that a series does not have is a typed reason,
//! [`Undefined`], never 0, an infinity or NaN.

mod drawdown;
mod error;
mod growth;
mod periodicity;
mod returns;
mod volatility;

pub use drawdown::{Drawdown, max_drawdown};
pub use error::{MetricsError, Undefined};
pub use growth::annual_return_geometric;
pub use periodicity::Periodicity;
pub use returns::Returns;
pub use volatility::volatility;
