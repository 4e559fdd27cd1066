/// Why numbers are not a series of returns.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum MetricsError {
    /// A return is infinite or not a number.
    #[error("the return in period {period} (from 0) is {value}, which is not finite")]
    #[non_exhaustive]
    NotFinite {
        /// The period, from 0.
        period: usize,
        /// The refused value.
        value: f64,
    },
    /// A return below −1 loses more than there is.
    #[error("the return {value} in period {period} (from 0) is below -1: it loses more than there is")]
    #[non_exhaustive]
    BelowTotalLoss {
        /// The period, from 0.
        period: usize,
        /// The refused value, a fraction.
        value: f64,
    },
}

/// Why a series has no such measure: an answer, not a mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Undefined {
    /// The series is too short.
    #[error("it takes {needed} returns or more, there are {found}")]
    #[non_exhaustive]
    TooFew {
        /// How many it takes.
        needed: usize,
        /// How many there are.
        found: usize,
    },
    /// The measure is beyond the range of a double.
    #[error("it is too large for a double")]
    TooLarge,
}
