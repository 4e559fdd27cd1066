//! What an order moves the price, beyond the spread: for orders that are large beside the volume of a day.
//!
//! The published estimate has no such part. It belongs beside it when an order is more than a small part of a day's volume.
//!
//! ```
//! use allweather_costs::impact::{AlmgrenOrder, ImpactLaw};
//! // 1 % of a day's volume, at a daily volatility of 1 %: 10 basis points.
//! let impact = ImpactLaw::default().impact(10_000.0, 1_000_000.0, 0.01)?;
//! assert!((impact - 0.001).abs() < 1e-15);
//! # Ok::<(), allweather_costs::CostsError>(())
//! ```

mod almgren;
mod amihud;
mod law;

pub use almgren::{AlmgrenImpact, AlmgrenOrder};
pub use amihud::amihud;
pub use law::ImpactLaw;
