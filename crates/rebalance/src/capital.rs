use allweather_core::{AssetId, Overflow, Percent};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::RebalanceError;

/// The smallest capital with which one asset can be held to a precision.
///
/// ```text
/// unit value / precision / weight · buffer
/// ```
///
/// `unit_value` is what the smallest order of the asset is worth, `weight` its target as a fraction; the result is in the
/// currency of `unit_value`.
///
/// ```
/// use allweather_core::Percent;
/// use allweather_rebalance::minimum_capital;
/// use rust_decimal::dec;
/// // The document's example: 25 USD ÷ 0.1 % ÷ 5 % = 500 000 USD, doubled as a buffer.
/// let capital = minimum_capital(dec!(25), Percent::new(dec!(0.1)), dec!(0.05), dec!(2))?;
/// assert_eq!(capital, dec!(1_000_000));
/// # Ok::<(), allweather_rebalance::RebalanceError>(())
/// ```
///
/// # Errors
///
/// [`RebalanceError::Setting`] when a figure is not positive, [`RebalanceError::Overflow`] when the result does not fit.
///
/// # Source
///
/// Published method, §3: actual operation, second example.
pub fn minimum_capital(
    unit_value: Decimal,
    precision: Percent,
    weight: Decimal,
    buffer: Decimal,
) -> Result<Decimal, RebalanceError> {
    for (what, value) in [
        ("unit value", unit_value),
        ("precision in percent", precision.points()),
        ("weight", weight),
        ("buffer", buffer),
    ] {
        if value <= Decimal::ZERO {
            return Err(RebalanceError::Setting { what, value, rule: "positive" });
        }
    }
    // Multiplications first: they are exact, and one division rounds once.
    let capital = || {
        let top = unit_value.checked_mul(buffer)?.checked_mul(Decimal::ONE_HUNDRED)?;
        top.checked_div(precision.points().checked_mul(weight)?)
    };
    Ok(capital().ok_or(Overflow)?)
}

/// The smallest capital for a portfolio: that of the asset which needs most.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct MinimumCapital {
    /// The asset that binds.
    pub asset: AssetId,
    /// The capital, in the currency of the unit values.
    #[serde(with = "allweather_core::wire")]
    pub capital: Decimal,
}

/// The smallest capital for a portfolio, and the asset that binds; `None` when no asset has a weight.
///
/// `assets` gives for each its name, the value of its smallest order and its target weight; assets without weight need nothing.
/// Among equals, the one listed first binds.
///
/// # Errors
///
/// As [`minimum_capital`].
pub fn portfolio_minimum_capital(
    assets: &[(AssetId, Decimal, Decimal)],
    precision: Percent,
    buffer: Decimal,
) -> Result<Option<MinimumCapital>, RebalanceError> {
    let mut binding: Option<MinimumCapital> = None;
    for (asset, unit_value, weight) in assets.iter().filter(|(_, _, weight)| *weight != Decimal::ZERO) {
        let capital = minimum_capital(*unit_value, precision, *weight, buffer)?;
        if binding.as_ref().is_none_or(|b| b.capital < capital) {
            binding = Some(MinimumCapital { asset: asset.clone(), capital });
        }
    }
    Ok(binding)
}

/// Where the weight of an asset goes that is set to zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Spread {
    /// To the other assets, in proportion [our reading].
    #[default]
    ProRata,
    /// To cash.
    Cash,
}

/// Targets after small assets that need too much capital were set to zero.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Zeroing {
    /// The targets, fractions in universe order.
    pub weights: Vec<Decimal>,
    /// The assets set to zero, with the capital each would have needed.
    pub zeroed: Vec<MinimumCapital>,
}

/// Sets to zero every asset whose own minimum capital exceeds `capital`, provided its target weight is at most `limit`.
///
/// `assets` as in [`portfolio_minimum_capital`]. The published limit is 1 %.
///
/// # Errors
///
/// [`RebalanceError::TooLargeToZero`] when an asset needs more than there is but weighs more than `limit`: that is never
/// silent. Otherwise as [`minimum_capital`]; [`RebalanceError::Sum`] when nothing would be left.
///
/// # Source
///
/// Published method, §3: in actual operation small weights are adjusted to 0 % by hand.
pub fn zero_small(
    assets: &[(AssetId, Decimal, Decimal)],
    capital: Decimal,
    precision: Percent,
    buffer: Decimal,
    limit: Decimal,
    spread: Spread,
) -> Result<Zeroing, RebalanceError> {
    let mut weights: Vec<Decimal> = assets.iter().map(|(_, _, weight)| *weight).collect();
    let mut zeroed = Vec::new();
    for (position, (asset, unit_value, weight)) in assets.iter().enumerate() {
        if weight.is_zero() {
            continue;
        }
        let required = minimum_capital(*unit_value, precision, *weight, buffer)?;
        if required <= capital {
            continue;
        }
        if *weight > limit {
            let (asset, weight) = (asset.clone(), *weight);
            return Err(RebalanceError::TooLargeToZero { asset, weight, required, capital, limit });
        }
        weights[position] = Decimal::ZERO;
        zeroed.push(MinimumCapital { asset: asset.clone(), capital: required });
    }
    if spread == Spread::ProRata && !zeroed.is_empty() {
        let sum = |w: &[Decimal]| w.iter().try_fold(Decimal::ZERO, |s, w| s.checked_add(*w)).ok_or(Overflow);
        let before = sum(&assets.iter().map(|(_, _, weight)| *weight).collect::<Vec<_>>())?;
        let left = sum(&weights)?;
        if left.is_zero() {
            return Err(RebalanceError::Sum { sum: 0.0 });
        }
        for weight in &mut weights {
            *weight = weight.checked_mul(before).and_then(|w| w.checked_div(left)).ok_or(Overflow)?;
        }
    }
    Ok(Zeroing { weights, zeroed })
}

/// What is done about weights that are too small for the capital, as plain data: the terms of [`zero_small`].
///
/// ```
/// use allweather_core::AssetId;
/// use allweather_rebalance::SmallWeights;
/// use rust_decimal::dec;
/// let asset = |name: &str, unit, weight| Ok::<_, allweather_core::AssetIdError>((AssetId::new(name)?, unit, weight));
/// let assets = [asset("fund", dec!(100), dec!(0.99))?, asset("bar", dec!(9000), dec!(0.01))?];
/// // One bar is worth 9 000: to hold 1 % in bars to a percent takes 9 000 / 1 % / 1 % · 2 = 180 000 000.
/// let zeroing = SmallWeights::published().zero(&assets, dec!(1_000_000))?;
/// assert_eq!(zeroing.weights, [dec!(1), dec!(0)]);
/// assert_eq!(zeroing.zeroed[0].capital, dec!(180_000_000));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "SmallWeightsWire", into = "SmallWeightsWire")]
pub struct SmallWeights {
    precision: Percent,
    buffer: Decimal,
    limit: Decimal,
    spread: Spread,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct SmallWeightsWire {
    precision: Percent,
    #[serde(with = "allweather_core::wire")]
    buffer: Decimal,
    #[serde(with = "allweather_core::wire")]
    limit: Decimal,
    spread: Spread,
}

impl Default for SmallWeightsWire {
    fn default() -> Self {
        SmallWeights::published().into()
    }
}

impl SmallWeights {
    /// The published terms: minimum capital for 1 % with buffer 2, and weights up to 1 % are set to zero and spread over the others
    /// [our reading].
    ///
    /// # Source
    ///
    /// Published method, §3: actual operation.
    #[must_use]
    pub fn published() -> Self {
        let (precision, buffer) = (Percent::new(Decimal::ONE), Decimal::TWO);
        Self { precision, buffer, limit: Decimal::new(1, 2), spread: Spread::ProRata }
    }

    /// Minimum capital for a precision with a buffer, up to which weight (a fraction) an asset is set to zero, and where that goes.
    ///
    /// # Errors
    ///
    /// [`RebalanceError::Setting`] when precision or buffer is not positive or the limit not in 0..=1.
    pub fn new(
        precision: Percent,
        buffer: Decimal,
        limit: Decimal,
        spread: Spread,
    ) -> Result<Self, RebalanceError> {
        for (what, value) in [("precision in percent", precision.points()), ("buffer", buffer)] {
            if value <= Decimal::ZERO {
                return Err(RebalanceError::Setting { what, value, rule: "positive" });
            }
        }
        if !(Decimal::ZERO..=Decimal::ONE).contains(&limit) {
            let what = "largest weight that is set to zero";
            return Err(RebalanceError::Setting { what, value: limit, rule: "in 0..=1" });
        }
        // Without trailing zeros: equal terms are written alike.
        let precision = Percent::new(precision.points().normalize());
        Ok(Self { precision, buffer: buffer.normalize(), limit: limit.normalize(), spread })
    }

    /// The precision that minimum capital is computed for.
    #[must_use]
    pub fn precision(&self) -> Percent {
        self.precision
    }

    /// The buffer of minimum capital.
    #[must_use]
    pub fn buffer(&self) -> Decimal {
        self.buffer
    }

    /// The largest weight that is set to zero, a fraction.
    #[must_use]
    pub fn limit(&self) -> Decimal {
        self.limit
    }

    /// Where such a weight goes.
    #[must_use]
    pub fn spread(&self) -> Spread {
        self.spread
    }

    /// Weights for a capital: [`zero_small`] on these terms.
    ///
    /// # Errors
    ///
    /// As [`zero_small`].
    pub fn zero(
        &self,
        assets: &[(AssetId, Decimal, Decimal)],
        capital: Decimal,
    ) -> Result<Zeroing, RebalanceError> {
        zero_small(assets, capital, self.precision, self.buffer, self.limit, self.spread)
    }
}

impl TryFrom<SmallWeightsWire> for SmallWeights {
    type Error = RebalanceError;
    fn try_from(wire: SmallWeightsWire) -> Result<Self, Self::Error> {
        Self::new(wire.precision, wire.buffer, wire.limit, wire.spread)
    }
}

impl From<SmallWeights> for SmallWeightsWire {
    fn from(terms: SmallWeights) -> Self {
        let SmallWeights { precision, buffer, limit, spread } = terms;
        Self { precision, buffer, limit, spread }
    }
}
