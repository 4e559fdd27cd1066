//! What an asset's daily bars say about its bid-ask spread, and the base slippage that follows from it.
//!
//! Every estimator answers with the full [`Spread`] over the days it is given, or with the reason why there is none
//! ([`Unmeasured`]). In logarithms of prices, `m` the middle of high and low, `₋` the day before:
//!
//! ```text
//! edge                     two moment conditions, weighted by variance          Ardia, Guidotti, Kroencke 2024
//! corwin_schultz           ranges of one day and of two                         Corwin, Schultz 2012
//! abdi_ranaldo             s² = mean 4 (c₋ − m₋)(c₋ − m)                        Abdi, Ranaldo 2017
//! roll                     s² = −4 cov(r, r₋)                                   Roll 1984
//! volatility_over_volume   s  = 8 σ^(2/3) / value^(1/3)                         Fong, Holden, Tobek 2018
//! ```
//!
//! Daily bars measure a narrow spread badly: at a daily volatility of 1 % and over 250 days, EDGE is 6.8 basis points on
//! average where the true spread is 5, and 5.8 where there is none. [`BaseSlippage`] therefore takes EDGE only when it is
//! above 0 beyond chance.
//!
//! ```
//! use allweather_core::{AssetId, Rate};
//! use allweather_costs::spread::{BaseSlippage, Basis, DailyBars, edge};
//! use allweather_costs::{AssetCosts, PublishedCosts};
//! use rust_decimal::dec;
//!
//! let (open, high) = ([100.1, 99.9, 100.6, 101.2], [100.9, 100.7, 101.3, 101.4]);
//! let (low, close) = ([99.5, 99.8, 100.2, 100.4], [99.6, 100.5, 101.2, 100.5]);
//! let bars = DailyBars::new(&open, &high, &low, &close)?;
//! assert!(edge(&bars)?.size() < 0.01);
//!
//! // Four days prove nothing, and no traded value is given: the floor it is, and the evidence says so.
//! let base = BaseSlippage::estimate(&bars, Rate::from_bps(dec!(2)), None)?;
//! assert_eq!((base.rate, base.basis), (Rate::from_bps(dec!(2)), Basis::Floor));
//! assert!(!base.edge?.accepted());
//!
//! let gold: AssetId = "gold".parse()?;
//! let max_rate = Rate::from_bps(dec!(8));
//! let row = AssetCosts { asset: gold, max_rate, base_slippage: base.rate, minimum: None };
//! let costs = PublishedCosts::new(vec![row], Rate::ZERO)?;
//! # assert_eq!(costs.assets().len(), 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Many assets
//!
//! Histories are of unequal length, so a universe is a list of bars. [`edge`] allocates nothing, and a [`RollingEdge`]
//! keeps its memory from one asset to the next.
//!
//! ```
//! use allweather_costs::spread::{DailyBars, RollingEdge, edge};
//! # let (open, high) = ([100.1, 99.9, 100.6, 101.2], [100.9, 100.7, 101.3, 101.4]);
//! # let (low, close) = ([99.5, 99.8, 100.2, 100.4], [99.6, 100.5, 101.2, 100.5]);
//! # let universe = [DailyBars::new(&open, &high, &low, &close)?; 2];
//! let spans: Vec<_> = universe.iter().map(edge).collect();
//! let mut rolling = RollingEdge::new(3)?;
//! for bars in &universe {
//!     let windows = rolling.over(bars).filter_map(Result::ok);
//!     assert!(windows.map(|spread| spread.size()).fold(0.0, f64::max) < 0.05);
//! }
//! # assert!(spans.iter().all(Result::is_ok));
//! # Ok::<(), allweather_costs::CostsError>(())
//! ```

mod abdi_ranaldo;
mod bars;
mod base;
mod conditions;
mod corwin_schultz;
mod edge;
mod estimate;
mod evidence;
mod moments;
mod roll;
mod rolling;
mod unmeasured;
mod volume;

pub use abdi_ranaldo::abdi_ranaldo;
pub use bars::DailyBars;
pub use base::{BaseSlippage, Basis};
pub use corwin_schultz::{NegativeDays, corwin_schultz};
pub use edge::edge;
pub use estimate::Spread;
pub use evidence::{EdgeEvidence, edge_evidence};
pub use roll::roll;
pub use rolling::{RollingEdge, RollingSpreads};
pub use unmeasured::Unmeasured;
pub use volume::volatility_over_volume;
