use std::sync::Arc;

use allweather_core::{Currency, Rate};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::{Carry, FxError, Momentum, Signal, Value, spec::within};

/// One of the three properties of the published method, with its parameters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SignalSpec {
    /// Interest differential.
    Carry,
    /// Purchasing power parity.
    Value(Value),
    /// Trailing excess return.
    Momentum(Momentum),
}

impl SignalSpec {
    pub(crate) fn signal(&self) -> Arc<dyn Signal> {
        match self {
            Self::Carry => Arc::new(Carry),
            Self::Value(value) => Arc::new(*value),
            Self::Momentum(momentum) => Arc::new(momentum.clone()),
        }
    }
}

/// The overlay: which currencies, by which signals, how large.
///
/// The base currency is not among them and is not ranked: what the others' weights leave over is held in it. A currency
/// needs every signal and its monthly spot returns; until it has them it takes no position.
///
/// ```
/// use allweather_core::{Currency, Rate};
/// use allweather_fx_overlay::{OverlaySpec, SignalSpec};
/// use rust_decimal::dec;
/// let majors = [Currency::USD, Currency::EUR, Currency::GBP, Currency::AUD];
/// let overlay = OverlaySpec::new(&majors, Rate::from_fraction(dec!(0.03)), 1.5)?
///     .with_signals(vec![SignalSpec::Carry, SignalSpec::Momentum(Default::default())])?;
/// assert_eq!(overlay.covariance_months(), 36);
/// # Ok::<(), allweather_fx_overlay::FxError>(())
/// ```
///
/// # Source
///
/// Published method, §6: a mechanical overlay by interest differential, purchasing power parity and momentum. Combination
/// and sizing are \[our reading\]: [`crate::rank_weights`], then
///
/// ```text
/// w = mean of the signals' weights
/// k = min( σ* / √(w'Σw) , G / Σ|w| )              position = k · w · net asset value
/// ```
///
/// with Σ the sample covariance (n − 1) of monthly spot returns, times 12. Spot returns, because the forward's price is
/// known when it is opened: only the spot moves afterwards. With fewer than three currencies that have what it takes there is
/// nothing to rank: a signal's weight is then its sign \[our default, no published source\]. Signals that cancel out give
/// positions of 0; an overlay that has not moved in those months has no volatility to be sized by, takes no position and is
/// reported.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "OverlayFields")]
pub struct OverlaySpec {
    currencies: Vec<Currency>,
    signals: Vec<SignalSpec>,
    target_volatility: Rate,
    gross_limit: f64,
    covariance_months: u16,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OverlayFields {
    currencies: Vec<Currency>,
    #[serde(default = "all_three")]
    signals: Vec<SignalSpec>,
    target_volatility: Rate,
    gross_limit: f64,
    #[serde(default = "three_years")]
    covariance_months: u16,
}

fn all_three() -> Vec<SignalSpec> {
    vec![SignalSpec::Carry, SignalSpec::Value(Value::default()), SignalSpec::Momentum(Momentum::default())]
}

fn three_years() -> u16 {
    36
}

impl OverlaySpec {
    /// Positions in `currencies` by carry, value and momentum, of at most `target_volatility` a year and of at most
    /// `gross_limit` times net asset value in all; volatility from 36 months of returns \[our default, no published
    /// source\].
    ///
    /// # Errors
    ///
    /// [`FxError::Empty`] without currencies, [`FxError::Duplicate`] when one is named twice, [`FxError::Value`] when the
    /// volatility is not above 0 and at most 1, or the limit not positive and finite.
    pub fn new(currencies: &[Currency], target_volatility: Rate, gross_limit: f64) -> Result<Self, FxError> {
        if currencies.is_empty() {
            return Err(FxError::Empty { what: "currencies in the overlay" });
        }
        FxError::no_currency_twice("the overlay currencies", currencies)?;
        let rule = "above 0 and at most 1 (100 % a year)";
        let target_volatility = within("target volatility", target_volatility, Decimal::ZERO, rule)?;
        FxError::unless(
            target_volatility > Rate::ZERO,
            "target volatility",
            target_volatility.to_f64(),
            rule,
        )?;
        FxError::unless(gross_limit > 0.0, "gross limit of the overlay", gross_limit, "a positive number")?;
        let currencies = currencies.to_vec();
        let (signals, covariance_months) = (all_three(), three_years());
        Ok(Self { currencies, signals, target_volatility, gross_limit, covariance_months })
    }

    /// The same with other signals, all of one weight.
    ///
    /// # Errors
    ///
    /// [`FxError::Empty`] without signals.
    pub fn with_signals(self, signals: Vec<SignalSpec>) -> Result<Self, FxError> {
        if signals.is_empty() {
            return Err(FxError::Empty { what: "signals in the overlay" });
        }
        Ok(Self { signals, ..self })
    }

    /// The same with volatility from another number of months.
    ///
    /// # Errors
    ///
    /// [`FxError::Months`] when it is not 2 to 600.
    pub fn with_covariance_months(self, covariance_months: u16) -> Result<Self, FxError> {
        if !(2..=600).contains(&covariance_months) {
            let months = covariance_months.into();
            return Err(FxError::Months { what: "covariance", months, rule: "2 to 600" });
        }
        Ok(Self { covariance_months, ..self })
    }

    /// The currencies, in the caller's order.
    #[must_use]
    pub fn currencies(&self) -> &[Currency] {
        &self.currencies
    }

    /// The signals.
    #[must_use]
    pub fn signals(&self) -> &[SignalSpec] {
        &self.signals
    }

    /// Largest volatility a year of the overlay, a fraction of net asset value.
    #[must_use]
    pub fn target_volatility(&self) -> Rate {
        self.target_volatility
    }

    /// Largest gross notional of the overlay alone, in net asset values.
    #[must_use]
    pub fn gross_limit(&self) -> f64 {
        self.gross_limit
    }

    /// From how many monthly returns volatility is measured.
    #[must_use]
    pub fn covariance_months(&self) -> u16 {
        self.covariance_months
    }
}

impl TryFrom<OverlayFields> for OverlaySpec {
    type Error = FxError;
    fn try_from(fields: OverlayFields) -> Result<Self, FxError> {
        Self::new(&fields.currencies, fields.target_volatility, fields.gross_limit)?
            .with_signals(fields.signals)?
            .with_covariance_months(fields.covariance_months)
    }
}
