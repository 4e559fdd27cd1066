use allweather_core::Rate;
use rust_decimal::{Decimal, dec};
use serde::{Deserialize, Serialize};

use super::FillsError;

/// How a new base of slippage is suggested from what was seen, as plain data.
///
/// ```
/// use allweather_core::Rate;
/// use allweather_costs::fills::ComparisonRules;
/// use rust_decimal::dec;
/// let rules: ComparisonRules = serde_json::from_str(r#"{"quantile": "0.9", "enough": 50}"#)?;
/// assert_eq!((rules.quantile(), rules.enough()), (Rate::from_fraction(dec!(0.9)), 50));
/// assert!(serde_json::from_str::<ComparisonRules>(r#"{"quantile": "1.5"}"#).is_err());
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// # Source
///
/// `[our reading]`: the published text says that estimates are conservative, and not how they are kept so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "ComparisonRulesWire")]
pub struct ComparisonRules {
    quantile: Rate,
    enough: usize,
    floor: Rate,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct ComparisonRulesWire {
    quantile: Rate,
    enough: usize,
    floor: Rate,
}

impl Default for ComparisonRulesWire {
    fn default() -> Self {
        let ComparisonRules { quantile, enough, floor } = ComparisonRules::default();
        Self { quantile, enough, floor }
    }
}

impl TryFrom<ComparisonRulesWire> for ComparisonRules {
    type Error = FillsError;
    fn try_from(wire: ComparisonRulesWire) -> Result<Self, FillsError> {
        Self::new(wire.quantile, wire.enough, wire.floor)
    }
}

impl Default for ComparisonRules {
    /// The 95 % quantile, from 20 orders on, and a floor of 0.5 basis points.
    fn default() -> Self {
        Self { quantile: Rate::from_fraction(dec!(0.95)), enough: 20, floor: Rate::from_bps(dec!(0.5)) }
    }
}

impl ComparisonRules {
    /// Rules with a quantile, the number of orders from which it is used, and the least that is ever suggested.
    ///
    /// # Errors
    ///
    /// [`FillsError::Rule`] when the quantile is not in 0.5..=1, fewer than 2 orders are enough, or the floor is not in 0..0.5.
    pub fn new(quantile: Rate, enough: usize, floor: Rate) -> Result<Self, FillsError> {
        let within = |what, rate: Rate, fits: bool, rule| {
            if fits { Ok(()) } else { Err(FillsError::Rule { what, value: rate.fraction(), rule }) }
        };
        let (part, least) = (quantile.fraction(), floor.fraction());
        within("the quantile", quantile, (dec!(0.5)..=Decimal::ONE).contains(&part), "must be in 0.5..=1")?;
        within("the floor", floor, least >= Decimal::ZERO && least < dec!(0.5), "must be in 0..0.5")?;
        within(
            "the number of orders that are enough",
            Rate::from_fraction(enough.into()),
            enough >= 2,
            "must be 2 at least",
        )?;
        Ok(Self { quantile, enough, floor })
    }

    /// Which part of the realised slippages the suggested base is not below, once there are enough.
    #[must_use]
    pub const fn quantile(&self) -> Rate {
        self.quantile
    }

    /// From how many orders on a base below the present one may be suggested.
    #[must_use]
    pub const fn enough(&self) -> usize {
        self.enough
    }

    /// The least base that is ever suggested.
    #[must_use]
    pub const fn floor(&self) -> Rate {
        self.floor
    }
}
