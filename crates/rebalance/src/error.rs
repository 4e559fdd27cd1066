use allweather_core::{AssetId, Overflow};
use allweather_metrics::MetricsError;
use rust_decimal::Decimal;

/// Why something cannot be rebalanced. Positions count from 0 in universe order.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RebalanceError {
    /// Two lists that belong together differ in length.
    #[error("{found} {what} for {expected} assets")]
    #[non_exhaustive]
    Length {
        /// What the list holds.
        what: &'static str,
        /// Its length.
        found: usize,
        /// The length it should have.
        expected: usize,
    },
    /// A number is outside its range.
    #[error("{what} {value} at position {position} is not {rule}")]
    #[non_exhaustive]
    Range {
        /// What the number is.
        what: &'static str,
        /// Its value.
        value: f64,
        /// Its place, from 0.
        position: usize,
        /// What is allowed.
        rule: &'static str,
    },
    /// A setting is outside its range.
    #[error("{what} {value} is not {rule}")]
    #[non_exhaustive]
    Setting {
        /// The setting.
        what: &'static str,
        /// Its value.
        value: Decimal,
        /// What is allowed.
        rule: &'static str,
    },
    /// Target weights that do not make a portfolio.
    #[error("target weights add up to {sum}, not 1")]
    #[non_exhaustive]
    Sum {
        /// What they add up to.
        sum: f64,
    },
    /// An asset needs more capital than there is and is too large to be left out without a word.
    #[error(
        "{asset} at {weight} of the portfolio needs a capital of {required}, there is {capital}; only weights up to {limit} are set to \
         zero (a smaller lot, a coarser precision or a smaller buffer needs less)"
    )]
    #[non_exhaustive]
    TooLargeToZero {
        /// The asset.
        asset: AssetId,
        /// Its target weight, a fraction.
        weight: Decimal,
        /// The capital it needs.
        required: Decimal,
        /// The capital there is.
        capital: Decimal,
        /// The largest weight that may be set to zero, a fraction.
        limit: Decimal,
    },
    /// More must be paid out than everything is worth.
    #[error("holdings worth {value} cannot pay {due} after costs")]
    #[non_exhaustive]
    Insufficient {
        /// What the holdings are worth.
        value: f64,
        /// What must be paid.
        due: f64,
    },
    /// No value after a trade pays for it: whatever is kept of the budget, its costs eat more.
    #[error("no value is left of a budget of {base} that bears {multiple} times what its trade costs")]
    #[non_exhaustive]
    Unsolvable {
        /// The value after a trade that costs nothing.
        base: f64,
        /// How often the cost is borne.
        multiple: f64,
    },
    /// A programme whose active set goes on changing.
    #[error("the cost-aware programme does not settle in {steps} steps")]
    #[non_exhaustive]
    NotSettled {
        /// How many were made.
        steps: usize,
    },
    /// A measure refuses the numbers of a review.
    #[error(transparent)]
    Metrics(#[from] MetricsError),
    /// A rule of your own cannot decide.
    #[error("the rule cannot decide: {reason}")]
    Rule {
        /// Why, in words.
        reason: String,
    },
    /// A result does not fit its number type.
    #[error(transparent)]
    Overflow(#[from] Overflow),
}
