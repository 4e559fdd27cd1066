use allweather_core::{AssetId, Money, Rate};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::error::not_negative;
use crate::proportional::{multiplied, one_way};
use crate::{CostModel, CostRates, CostsError, SlippageRule, TradedAsset};

/// The rates of one asset in [`PublishedCosts`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssetCosts {
    /// The asset.
    pub asset: AssetId,
    /// The highest rate that the broker charges for it ([`crate::FeeSchedule::max_rate`]).
    pub max_rate: Rate,
    /// Slippage one way in calm markets, from its liquidity ([`crate::spread::BaseSlippage`]).
    pub base_slippage: Rate,
    /// The smallest commission per order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum: Option<Money>,
}

/// The costs of the published method for an engine, as plain data.
///
/// ```text
/// commission = max_rate,   slippage = max(base, base · ratio^β),   fx = fx_rate on assets in a foreign currency
/// ```
///
/// All are fractions of traded value, one way. The whole value of a trade in a foreign asset counts as converted, which is
/// never too little. In a file, `slippage` may be left out.
///
/// ```
/// use allweather_core::{AssetId, Currency};
/// use allweather_costs::{CostModel, PublishedCosts, TradedAsset};
/// let costs: PublishedCosts = serde_json::from_str(
///     r#"{"assets": [{"asset": "gold", "max_rate": "0.00015", "base_slippage": "0.0005"}], "fx_rate": "0.00002"}"#,
/// )?;
/// let gold: AssetId = "gold".parse()?;
/// let model = costs.for_universe(std::slice::from_ref(&gold))?;
/// let asset = TradedAsset::new(&gold, 0, Currency::USD, Currency::JPY).with_volatility(Some(0.3), Some(0.15))?;
/// assert_eq!(model.rates(&asset).slippage, 0.001);
/// assert!(costs.for_universe(&["silver".parse()?]).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Source
///
/// Published method, §4.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "PublishedCostsWire")]
pub struct PublishedCosts {
    assets: Vec<AssetCosts>,
    slippage: SlippageRule,
    fx_rate: Rate,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PublishedCostsWire {
    assets: Vec<AssetCosts>,
    #[serde(default)]
    slippage: SlippageRule,
    fx_rate: Rate,
}

impl TryFrom<PublishedCostsWire> for PublishedCosts {
    type Error = CostsError;
    fn try_from(wire: PublishedCostsWire) -> Result<Self, CostsError> {
        Ok(Self::new(wire.assets, wire.fx_rate)?.with_slippage(wire.slippage))
    }
}

impl PublishedCosts {
    /// The costs of these assets, with the default rule for slippage; `fx_rate` is charged on foreign assets.
    ///
    /// # Errors
    ///
    /// [`CostsError::Amount`] when a rate is not in 0..0.5 or a minimum negative, [`CostsError::RepeatedAsset`] when an asset
    /// is listed twice.
    pub fn new(assets: Vec<AssetCosts>, fx_rate: Rate) -> Result<Self, CostsError> {
        for (position, row) in assets.iter().enumerate() {
            row.by_rate()?;
            if assets.iter().take(position).any(|earlier| earlier.asset == row.asset) {
                return Err(CostsError::RepeatedAsset { asset: row.asset.clone() });
            }
        }
        one_way("the fx rate", fx_rate)?;
        Ok(Self { assets, slippage: SlippageRule::default(), fx_rate })
    }

    /// The same with another rule for slippage.
    #[must_use]
    pub fn with_slippage(self, slippage: SlippageRule) -> Self {
        Self { slippage, ..self }
    }

    /// The same with every rate and minimum so many times as large: what rules come to in dearer markets.
    ///
    /// # Errors
    ///
    /// [`CostsError::Amount`] when a rate is not in 0..0.5 then, or a minimum negative; [`CostsError::Overflow`] beyond a decimal.
    pub fn times(&self, times: Decimal) -> Result<Self, CostsError> {
        let dearer = |row: &AssetCosts| {
            let minimum = |amount: Money| amount.checked_mul(Rate::from_fraction(times));
            Ok(AssetCosts {
                asset: row.asset.clone(),
                max_rate: multiplied(row.max_rate, times)?,
                base_slippage: multiplied(row.base_slippage, times)?,
                minimum: row.minimum.map(minimum).transpose()?,
            })
        };
        let assets = self.assets.iter().map(dearer).collect::<Result<_, CostsError>>()?;
        Ok(Self::new(assets, multiplied(self.fx_rate, times)?)?.with_slippage(self.slippage))
    }

    /// The rates, asset by asset.
    #[must_use]
    pub fn assets(&self) -> &[AssetCosts] {
        &self.assets
    }

    /// How slippage follows volatility.
    #[must_use]
    pub const fn slippage(&self) -> SlippageRule {
        self.slippage
    }

    /// What converting a currency costs.
    #[must_use]
    pub const fn fx_rate(&self) -> Rate {
        self.fx_rate
    }

    /// The cost model of a universe: every asset of it must be listed here, others may be.
    ///
    /// # Errors
    ///
    /// [`CostsError::UnknownAsset`] names the first asset without rates, [`CostsError::NoAssets`] when the universe is empty.
    pub fn for_universe(&self, universe: &[AssetId]) -> Result<UniverseCosts, CostsError> {
        let rows = universe.iter().map(|asset| {
            let row = self.assets.iter().find(|row| row.asset == *asset);
            row.ok_or_else(|| CostsError::UnknownAsset { asset: asset.clone() })?.by_rate()
        });
        let rows = rows.collect::<Result<Vec<_>, _>>()?;
        let dearer = |a: ByRate, b: ByRate| ByRate {
            commission: a.commission.max(b.commission),
            base_slippage: a.base_slippage.max(b.base_slippage),
            minimum: None,
        };
        let dearest = rows.iter().copied().reduce(dearer).ok_or(CostsError::NoAssets)?;
        Ok(UniverseCosts { rows, dearest, slippage: self.slippage, fx: self.fx_rate.to_f64() })
    }
}

impl AssetCosts {
    fn by_rate(&self) -> Result<ByRate, CostsError> {
        if let Some(minimum) = self.minimum {
            not_negative("the smallest commission", minimum.amount())?;
        }
        Ok(ByRate {
            commission: one_way("the commission rate", self.max_rate)?,
            base_slippage: one_way("the base slippage", self.base_slippage)?,
            minimum: self.minimum,
        })
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct ByRate {
    commission: f64,
    base_slippage: f64,
    minimum: Option<Money>,
}

/// [`PublishedCosts`] of one universe: an asset's rates are found by its place in that universe.
///
/// A place outside it is a mistake of the caller, and answered with the highest rates of the universe: too much rather
/// than nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct UniverseCosts {
    rows: Vec<ByRate>,
    dearest: ByRate,
    slippage: SlippageRule,
    fx: f64,
}

impl UniverseCosts {
    fn row(&self, asset: &TradedAsset<'_>) -> &ByRate {
        self.rows.get(asset.position()).unwrap_or(&self.dearest)
    }
}

impl CostModel for UniverseCosts {
    #[inline]
    fn rates(&self, asset: &TradedAsset<'_>) -> CostRates {
        let row = self.row(asset);
        let (now, long_run) = (asset.volatility_now(), asset.volatility_long_run());
        CostRates {
            commission: row.commission,
            slippage: self.slippage.unchecked(row.base_slippage, now, long_run).rate,
            fx: if asset.is_foreign() { self.fx } else { 0.0 },
        }
    }

    fn reads_volatility(&self) -> bool {
        self.slippage.exponent() > 0.0 && self.slippage.ratio_cap() > 1.0
    }

    fn minimum(&self, asset: &TradedAsset<'_>) -> Option<Money> {
        self.row(asset).minimum
    }
}
