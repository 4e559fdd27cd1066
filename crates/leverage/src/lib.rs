//! Leverage: what borrowed money costs, what it does to a path, and how much of it to take.
//!
//! Depend on this crate to lever a path of monthly changes by the published formula. Vince's optimal f and
//! the growth-optimal multiple after funding stand beside the published optimal f.
//!
//! ```
//! use allweather_leverage::{Charge, Funding, HalfOptimalF, LeverageRule, UnleveredPath, paths};
//!
//! // Three months of one path: what the assets did, and what the pool did.
//! let (invested, pool) = ([[0.021, -0.012, 0.008]], [[0.0, 0.0, 0.001]]);
//! let funding = paths::monthly_funding(Funding::default(), &[0.0065, 0.0064, 0.0066])?;
//! let multiple = HalfOptimalF.multiple(&UnleveredPath::new(&invested[0], &pool[0], &funding)?)?;
//!
//! let levered = paths::levered(&invested, &pool, &funding, multiple, Charge::WholePosition)?;
//! assert_eq!(paths::wealth(levered.row(0))?.ruined_in, None);
//! # Ok::<(), allweather_leverage::LeverageError>(())
//! ```
//!
//! # What this crate does not do
//!
//! It holds no yields and trades nothing: it levers an unlevered monthly path afterwards, as the published method does.
//! It models no margin call and no liquidation before everything is lost.

mod bisection;
mod error;
mod funding;
mod growth;
mod levered;
mod optimal_f;
mod path;
pub mod paths;
mod rule;
mod vince;

pub use error::LeverageError;
pub use funding::Funding;
pub use growth::growth_optimal;
pub use levered::{Charge, UnleveredMonth};
pub use optimal_f::{OptimalF, optimal_f, optimal_f_rebased};
pub use path::UnleveredPath;
pub use rule::{Fixed, GrowthOptimal, HalfOptimalF, LeverageRule, VinceOptimalF};
pub use vince::{VinceF, terminal_wealth_relative, vince};
