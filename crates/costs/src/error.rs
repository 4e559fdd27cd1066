use allweather_core::{AssetId, Currency, MoneyError, Overflow};
use rust_decimal::Decimal;

/// Why a cost could not be computed, or a schedule or model not made.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CostsError {
    /// An exact number is outside what its use allows.
    #[error("{what} is {value}, and {rule}")]
    #[non_exhaustive]
    Amount {
        /// What the number is.
        what: &'static str,
        /// The number.
        value: Decimal,
        /// The rule it breaks.
        rule: &'static str,
    },
    /// A floating-point number is outside what its use allows.
    #[error("{what} is {value}, and {rule}")]
    #[non_exhaustive]
    Number {
        /// What the number is.
        what: &'static str,
        /// The number.
        value: f64,
        /// The rule it breaks.
        rule: &'static str,
    },
    /// A tier of a schedule does not fit the others.
    #[error("tier {position} (from 0) of the schedule {rule}")]
    #[non_exhaustive]
    Tier {
        /// Its place, from 0.
        position: usize,
        /// The rule it breaks.
        rule: &'static str,
    },
    /// A schedule has no tiers.
    #[error("a schedule has at least one tier")]
    NoTiers,
    /// An amount must be converted and no exchange rate was given.
    #[error("an exchange rate from {from} to {to} is needed and was not given")]
    #[non_exhaustive]
    MissingExchangeRate {
        /// The currency that is there.
        from: Currency,
        /// The currency that is needed.
        to: Currency,
    },
    /// A charge per share is no rate of traded value without a price.
    #[error("a charge per share without a cap is a rate only at a price, and none was given")]
    MissingPrice,
    /// A model was asked for an asset it has no rates of.
    #[error("there are no rates for the asset {asset}")]
    #[non_exhaustive]
    UnknownAsset {
        /// The asset.
        asset: AssetId,
    },
    /// An asset is listed twice.
    #[error("the asset {asset} is listed twice")]
    #[non_exhaustive]
    RepeatedAsset {
        /// The asset.
        asset: AssetId,
    },
    /// A universe without assets has no costs.
    #[error("a universe has at least one asset")]
    NoAssets,
    /// A price is infinite, not a number or not above 0.
    #[error("{what} of day {day} (from 0) is {value}, and must be finite and above 0")]
    #[non_exhaustive]
    Price {
        /// Which price.
        what: &'static str,
        /// The day, from 0.
        day: usize,
        /// The refused value.
        value: f64,
    },
    /// A price is outside of its day's range.
    #[error("{what} of day {day} (from 0) is {value}, {side} of {bound}")]
    #[non_exhaustive]
    OffRange {
        /// Which price.
        what: &'static str,
        /// The day, from 0.
        day: usize,
        /// The refused value.
        value: f64,
        /// On which side it is out.
        side: &'static str,
        /// The high or low that it is outside of.
        bound: f64,
    },
    /// A column has another length than the opens, or than the bars it belongs to.
    #[error("{what} has {found} days, and must have {expected}")]
    #[non_exhaustive]
    Days {
        /// Which column.
        what: &'static str,
        /// The days it must have.
        expected: usize,
        /// The days it has.
        found: usize,
    },
    /// A rolling window too short for an estimate.
    #[error("a rolling window of {days} days is below 3")]
    #[non_exhaustive]
    Window {
        /// Its days.
        days: usize,
    },
    /// Two amounts could not be combined.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// A result needs more digits than its number type can hold.
    #[error(transparent)]
    Overflow(#[from] Overflow),
}

pub(crate) fn not_negative(what: &'static str, value: Decimal) -> Result<Decimal, CostsError> {
    if value < Decimal::ZERO {
        return Err(CostsError::Amount { what, value, rule: "must not be negative" });
    }
    Ok(value)
}

pub(crate) fn above_zero(what: &'static str, value: Decimal) -> Result<Decimal, CostsError> {
    if value <= Decimal::ZERO {
        return Err(CostsError::Amount { what, value, rule: "must be above 0" });
    }
    Ok(value)
}

pub(crate) fn positive(what: &'static str, value: f64) -> Result<f64, CostsError> {
    if value.is_finite() && value > 0.0 {
        return Ok(value);
    }
    Err(CostsError::Number { what, value, rule: "must be finite and above 0" })
}
