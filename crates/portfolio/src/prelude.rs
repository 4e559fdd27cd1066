//! What most programs need, in one line: `use allweather_portfolio::prelude::*;`

#[doc(no_inline)]
pub use crate::{PortfolioError, Record, Simulation, Spec, simulate};
#[doc(no_inline)]
pub use allweather_core::{AssetId, Currency, Month, Percent, Rate, Year};
#[doc(no_inline)]
pub use allweather_market::{Market, PricePanel, SpotPanel};
#[doc(no_inline)]
pub use allweather_rebalance::{Decision, Reason, RebalanceError, Rebalancer, Review, ReviewDay, Targets};
