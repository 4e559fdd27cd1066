use std::collections::BTreeMap;

use allweather_core::{Currency, Rate};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::{FxError, OverlaySpec};

/// How foreign exposure is hedged.
///
/// ```
/// use allweather_core::Currency;
/// use allweather_fx_overlay::HedgeSpec;
/// let hedge = HedgeSpec::new(0.5, &[Currency::HKD])?;
/// assert!(!hedge.hedges(Currency::HKD) && hedge.hedges(Currency::USD));
/// assert_eq!(HedgeSpec::default().ratio(), 1.0);
/// # Ok::<(), allweather_fx_overlay::FxError>(())
/// ```
///
/// # Source
///
/// Published method, §6: everything foreign, ratio 1, which is the default.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "HedgeFields")]
pub struct HedgeSpec {
    ratio: f64,
    // Sorted: the same set is the same spec.
    unhedged: Vec<Currency>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HedgeFields {
    #[serde(default = "everything")]
    ratio: f64,
    #[serde(default)]
    unhedged: Vec<Currency>,
}

fn everything() -> f64 {
    1.0
}

impl HedgeSpec {
    /// Sells `ratio` (0 to 1) of the exposure to every foreign currency forward, except those left `unhedged` by name.
    ///
    /// # Errors
    ///
    /// [`FxError::Value`] when the ratio is not in 0..=1, [`FxError::Duplicate`] when a currency is named twice.
    pub fn new(ratio: f64, unhedged: &[Currency]) -> Result<Self, FxError> {
        FxError::unless((0.0..=1.0).contains(&ratio), "hedge ratio", ratio, "in 0..=1")?;
        FxError::no_currency_twice("the unhedged currencies", unhedged)?;
        let mut unhedged = unhedged.to_vec();
        unhedged.sort_unstable();
        // Adding nothing turns −0 into 0: they are equal, so they are written alike.
        Ok(Self { ratio: ratio + 0.0, unhedged })
    }

    /// The part of the exposure that is sold forward, 0 to 1.
    #[must_use]
    pub fn ratio(&self) -> f64 {
        self.ratio
    }

    /// The currencies left unhedged, sorted by code.
    #[must_use]
    pub fn unhedged(&self) -> &[Currency] {
        &self.unhedged
    }

    /// Whether exposure to `currency` is hedged.
    #[must_use]
    pub fn hedges(&self, currency: Currency) -> bool {
        self.ratio > 0.0 && !self.unhedged.contains(&currency)
    }
}

impl Default for HedgeSpec {
    fn default() -> Self {
        Self { ratio: 1.0, unhedged: Vec::new() }
    }
}

impl TryFrom<HedgeFields> for HedgeSpec {
    type Error = FxError;
    fn try_from(fields: HedgeFields) -> Result<Self, FxError> {
        Self::new(fields.ratio, &fields.unhedged)
    }
}

/// What the book of forwards binds, and how large it may be.
///
/// # Source
///
/// Published method, §6: margin is used, within a stated gross limit. There is no default: the limit is to be stated.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "MarginFields")]
pub struct MarginSpec {
    rate: Rate,
    gross_limit: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MarginFields {
    rate: Rate,
    gross_limit: f64,
}

impl MarginSpec {
    /// Margin of `rate` times gross notional; gross notional of hedge and overlay together at most `gross_limit` times net
    /// asset value. The margin of a full book must fit the portfolio that secures it: `rate · gross_limit ≤ 1`.
    ///
    /// # Errors
    ///
    /// [`FxError::Value`] when the rate is not in 0..=1, the limit is not positive and finite, or their product is above 1.
    pub fn new(rate: Rate, gross_limit: f64) -> Result<Self, FxError> {
        let rate = within("margin rate", rate, Decimal::ZERO, "in 0..=1")?;
        FxError::unless(gross_limit > 0.0, "gross limit of the book", gross_limit, "a positive number")?;
        let margin = rate.to_f64() * gross_limit;
        FxError::unless(margin <= 1.0, "margin of a full book", margin, "at most 1 net asset value")?;
        Ok(Self { rate, gross_limit })
    }

    /// Margin as a fraction of gross notional.
    #[must_use]
    pub fn rate(&self) -> Rate {
        self.rate
    }

    /// Largest gross notional, in net asset values.
    #[must_use]
    pub fn gross_limit(&self) -> f64 {
        self.gross_limit
    }
}

impl TryFrom<MarginFields> for MarginSpec {
    type Error = FxError;
    fn try_from(fields: MarginFields) -> Result<Self, FxError> {
        Self::new(fields.rate, fields.gross_limit)
    }
}

/// Hedge, overlay and margin: all that a [`crate::Book`] is told.
///
/// ```
/// use allweather_core::{Currency, Rate};
/// use allweather_fx_overlay::{FxSpec, MarginSpec, OverlaySpec};
/// use rust_decimal::dec;
///
/// let majors = [Currency::USD, Currency::EUR, Currency::GBP, Currency::AUD];
/// let spec = FxSpec::new(MarginSpec::new(Rate::from_fraction(dec!(0.04)), 2.5)?)
///     .with_overlay(OverlaySpec::new(&majors, Rate::from_fraction(dec!(0.03)), 1.5)?);
/// assert_eq!(spec.hedge().ratio(), 1.0);
/// # Ok::<(), allweather_fx_overlay::FxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "FxFields")]
pub struct FxSpec {
    hedge: HedgeSpec,
    overlay: Option<OverlaySpec>,
    margin: MarginSpec,
    basis: BTreeMap<Currency, Rate>,
    fee: Rate,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FxFields {
    #[serde(default)]
    hedge: HedgeSpec,
    #[serde(default)]
    overlay: Option<OverlaySpec>,
    margin: MarginSpec,
    #[serde(default)]
    basis: BTreeMap<Currency, Rate>,
    #[serde(default)]
    fee: Rate,
}

impl FxSpec {
    /// Everything foreign hedged, no overlay, no basis, no fee.
    #[must_use]
    pub fn new(margin: MarginSpec) -> Self {
        let (hedge, overlay, basis, fee) = (HedgeSpec::default(), None, BTreeMap::new(), Rate::ZERO);
        Self { hedge, overlay, margin, basis, fee }
    }

    /// The same with another hedge.
    #[must_use]
    pub fn with_hedge(self, hedge: HedgeSpec) -> Self {
        Self { hedge, ..self }
    }

    /// The same with an overlay.
    #[must_use]
    pub fn with_overlay(self, overlay: OverlaySpec) -> Self {
        Self { overlay: Some(overlay), ..self }
    }

    /// The same with a cross-currency basis by currency (fraction a year, see [`crate::forward`]); 0 where none is named.
    /// It prices every forward in that currency, of hedge and overlay alike.
    ///
    /// # Errors
    ///
    /// [`FxError::Value`] when one is not in −1..=1.
    pub fn with_basis(self, basis: BTreeMap<Currency, Rate>) -> Result<Self, FxError> {
        let checked = |(currency, b)| Ok((currency, within("basis", b, Decimal::NEGATIVE_ONE, "in -1..=1")?));
        Ok(Self { basis: basis.into_iter().map(checked).collect::<Result<_, FxError>>()?, ..self })
    }

    /// The same with a dealing cost, as a fraction of the notional opened. The book does not charge it: whoever keeps the
    /// cash does.
    ///
    /// # Errors
    ///
    /// [`FxError::Value`] when it is not in 0..=1.
    pub fn with_fee(self, fee: Rate) -> Result<Self, FxError> {
        Ok(Self { fee: within("forward fee", fee, Decimal::ZERO, "in 0..=1")?, ..self })
    }

    /// The hedge.
    #[must_use]
    pub fn hedge(&self) -> &HedgeSpec {
        &self.hedge
    }

    /// The overlay, if there is one.
    #[must_use]
    pub fn overlay(&self) -> Option<&OverlaySpec> {
        self.overlay.as_ref()
    }

    /// Margin and gross limit.
    #[must_use]
    pub fn margin(&self) -> MarginSpec {
        self.margin
    }

    /// The basis of a currency, a fraction a year.
    #[must_use]
    pub fn basis(&self, currency: Currency) -> Rate {
        self.basis.get(&currency).copied().unwrap_or_default()
    }

    /// Dealing cost as a fraction of the notional opened.
    #[must_use]
    pub fn fee(&self) -> Rate {
        self.fee
    }
}

impl TryFrom<FxFields> for FxSpec {
    type Error = FxError;
    fn try_from(fields: FxFields) -> Result<Self, FxError> {
        let FxFields { hedge, overlay, margin, basis, fee } = fields;
        Self { overlay, ..Self::new(margin) }.with_hedge(hedge).with_basis(basis)?.with_fee(fee)
    }
}

/// A rate between `floor` and 1, without trailing zeros: equal rates are written alike.
pub(crate) fn within(
    what: &'static str,
    rate: Rate,
    floor: Decimal,
    rule: &'static str,
) -> Result<Rate, FxError> {
    if rate.fraction() < floor || rate.fraction() > Decimal::ONE {
        return Err(FxError::Value { what, value: rate.to_f64(), rule });
    }
    Ok(Rate::from_fraction(rate.fraction().normalize()))
}
