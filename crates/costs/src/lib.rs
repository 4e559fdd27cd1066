//! What trading costs: a broker's fee schedule, the published estimate, and cost models for an engine.
//!
//! Depend on this crate when you want commissions from a schedule ([`FeeSchedule`]), the conservative estimate of
//! the method in exact decimals ([`OrderRates`]), costs in a simulation ([`CostModel`]), or an asset's spread and base
//! slippage from its daily bars ([`spread`]) and the [`impact`] of a large order; or when you want to read what a broker reports
//! and hold it against the estimate ([`fills`]).
//!
//! ```
//! use allweather_core::{Currency, Money, Rate};
//! use allweather_costs::{Charge, FeeSchedule, Order, Tier};
//! use rust_decimal::dec;
//!
//! let usd = |amount| Money::new(amount, Currency::USD);
//! let per_share = Tier::new(None, Charge::PerShare(usd(dec!(0.005)))).with_minimum(usd(dec!(1)));
//! let schedule = FeeSchedule::new("US stocks, fixed", Currency::USD, vec![per_share])?
//!     .with_cap(Rate::from_fraction(dec!(0.01)))?;
//! assert_eq!(schedule.commission(&Order::new(dec!(1000), usd(dec!(25)))?, &[])?, usd(dec!(5)));
//! // The cap binds: 1 % of 250 dollars.
//! assert_eq!(schedule.commission(&Order::new(dec!(1000), usd(dec!(0.25)))?, &[])?, usd(dec!(2.5)));
//! # Ok::<(), allweather_costs::CostsError>(())
//! ```
//!
//! # The published estimate
//!
//! ```text
//! commission = |notional| · max_rate(asset)           the highest rate the broker charges for that asset
//! slippage   = |notional| · max(base, adjusted)       base from liquidity, adjusted = base · (σ_now / σ_long-run)^β
//! fx fee     = |converted notional| · rate
//! ```
//!
//! Source: published method, §4. The text says that the base is corrected for market volatility and not how: the power
//! law, β = 1 and the cap of 4 on the ratio are our reading.
//!
//! # What this crate does not do
//!
//! It knows no broker: rates come in as data. The estimate and the cost models charge no impact: they are asked for an asset,
//! not for an order beside its volume. It does not know when to trade. It never rounds on purpose; a product beyond 28 digits
//! keeps 28.

mod error;
mod estimate;
mod fees;
pub mod fills;
pub mod impact;
mod model;
mod order;
mod proportional;
mod published;
mod slippage;
pub mod spread;

pub use error::CostsError;
pub use estimate::{OrderCost, OrderRates};
pub use fees::{Charge, FeeSchedule, Tier, TierMeasure};
pub use model::{CostModel, CostRates, TradedAsset};
pub use order::{ExchangeRate, Order};
pub use proportional::Proportional;
pub use published::{AssetCosts, PublishedCosts, UniverseCosts};
pub use slippage::{RatioBasis, Slippage, SlippageRule};

#[cfg(doctest)]
#[doc = include_str!("../../../docs/fills.md")]
struct FillsPage;
