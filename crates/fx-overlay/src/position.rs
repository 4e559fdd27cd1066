use std::fmt;

use allweather_core::{Currency, Month};
use chrono::NaiveDate;

use crate::{Missing, parity::long_forward_return};

/// The forward in one currency: hedge and overlay as one position. Amounts are base-currency values at the opening spot;
/// positive is bought, negative is sold forward.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Position {
    /// The foreign currency.
    pub currency: Currency,
    /// The part that hedges: −η times the exposure.
    pub hedge: f64,
    /// The part of the overlay, after every limit.
    pub overlay: f64,
    /// Spot at the opening, base currency per unit.
    pub spot: f64,
    /// Forward price at the opening, base currency per unit.
    pub forward: f64,
}

impl Position {
    /// The position that is dealt: hedge plus overlay.
    #[must_use]
    pub fn net(&self) -> f64 {
        self.hedge + self.overlay
    }

    /// What the interest differential costs the hedge until settlement, in base currency: positive is a cost.
    ///
    /// ```text
    /// −hedge · (X0 − F0)/X0
    /// ```
    #[must_use]
    pub fn hedge_cost(&self) -> f64 {
        -self.hedge * long_forward_return(self.spot, self.forward, self.spot)
    }
}

/// What the forward in one currency brought, in base currency.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Settlement {
    /// The position as it was opened.
    pub position: Position,
    /// Spot at the settlement, base currency per unit.
    pub spot: f64,
    /// Profit and loss of the hedge: `hedge · (X1/X0 − F0/X0)`.
    pub hedge: f64,
    /// Profit and loss of the overlay: `overlay · (X1/X0 − F0/X0)`.
    pub overlay: f64,
}

impl Settlement {
    pub(crate) fn new(position: Position, spot: f64) -> Self {
        let earned = long_forward_return(position.spot, position.forward, spot);
        Self { position, spot, hedge: position.hedge * earned, overlay: position.overlay * earned }
    }
}

/// The book at its opening.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Opened {
    /// Σ|hedge + overlay| over the currencies, in base currency.
    pub gross: f64,
    /// Margin it binds: rate times gross, in base currency.
    pub margin: f64,
    /// Σ|overlay| over net asset value, after every limit.
    pub overlay_gross: f64,
    /// Volatility a year of the overlay over net asset value, as the past months have it, after every limit.
    pub overlay_volatility: f64,
    /// What is left of the overlay after the book's gross limit: 1 when it fits.
    pub overlay_scale: f64,
}

/// The book at its settlement, in base currency: sums over the currencies.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub struct Settled {
    /// Profit and loss of the hedge.
    pub hedge: f64,
    /// Profit and loss of the overlay.
    pub overlay: f64,
    /// The part of the hedge's loss that is the interest differential (and basis), known at the opening: positive is a cost.
    pub hedge_cost: f64,
    /// Σ|hedge + overlay| that was open.
    pub gross: f64,
}

impl Settled {
    /// Profit and loss of the book: what goes to cash.
    #[must_use]
    pub fn profit(&self) -> f64 {
        self.hedge + self.overlay
    }
}

/// An overlay currency that takes no position this time. Shown as "EUR takes no position: value needs 66 months of spots,
/// 12 are there".
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Omission {
    /// The currency.
    pub currency: Currency,
    /// What is missing.
    pub reason: Reason,
}

/// Why there is no forward, or no position in one.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Reason {
    /// No spot on the day.
    #[non_exhaustive]
    Spot {
        /// The day.
        date: NaiveDate,
    },
    /// No short rate of the foreign or of the base currency.
    #[non_exhaustive]
    ShortRate {
        /// Whose rate.
        currency: Currency,
        /// The month: the last that was over on the day.
        month: Month,
    },
    /// A signal without its whole history.
    #[non_exhaustive]
    Signal {
        /// The signal's name.
        name: &'static str,
        /// What it lacks.
        missing: Missing,
    },
    /// Too few monthly returns in a row for a volatility.
    #[non_exhaustive]
    Returns {
        /// How many are needed.
        needed: usize,
        /// How many there are up to the day.
        found: usize,
    },
    /// The overlay as a whole has not moved in the past months: there is no volatility to size it by.
    #[non_exhaustive]
    Motionless {
        /// How many months.
        months: usize,
    },
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Spot { date } => write!(f, "no spot on {date}"),
            Self::ShortRate { currency, month } => write!(f, "no short rate of {currency} for {month}"),
            Self::Signal { name, missing } => write!(f, "{name} {missing}"),
            Self::Returns { needed, found } => {
                write!(f, "its volatility needs {needed} monthly returns in a row, {found} are there")
            }
            Self::Motionless { months } => {
                write!(f, "the overlay has no volatility over the last {months} months to be sized by")
            }
        }
    }
}

impl fmt::Display for Omission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} takes no position: {}", self.currency, self.reason)
    }
}
