/// Why bars have no such estimate: an answer, not a mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Unmeasured {
    /// Too few days.
    #[error("it takes {needed} days or more, there are {found}")]
    #[non_exhaustive]
    TooFewDays {
        /// How many it takes.
        needed: usize,
        /// How many there are.
        found: usize,
    },
    /// Too few times that all the prices are there that one observation takes, on a day and the days before it.
    #[error("it takes {needed} complete observations or more, there are {found}")]
    #[non_exhaustive]
    TooFewObservations {
        /// How many it takes.
        needed: usize,
        /// How many there are.
        found: usize,
    },
    /// The price hardly ever moved: a day counts when it has a range, or is off the close before.
    #[error("the price moved on {found} days, it takes 2 or more")]
    #[non_exhaustive]
    TooFewMoves {
        /// The days on which it moved.
        found: usize,
    },
    /// On no day that moved was the open off the high or the low.
    #[error("no open is off its day's high or low")]
    OpensAtExtremes,
    /// Before no day that moved was the close off the high or the low.
    #[error("no close is off its day's high or low")]
    ClosesAtExtremes,
}
