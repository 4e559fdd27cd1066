/// An estimated bid-ask spread: the full one, as a fraction of the price, over the days it was measured on.
///
/// Estimators that are roots of a mean can find that mean below 0 where the spread is small; such an estimate has a sign.
///
/// ```
/// use allweather_costs::spread::{DailyBars, abdi_ranaldo};
/// let (high, low, close) = ([102.0, 104.0], [98.0, 100.0], [101.0, 103.0]);
/// let trending = abdi_ranaldo(&DailyBars::new(&low, &high, &low, &close)?)?;
/// assert!(trending.signed() < 0.0);
/// assert_eq!(trending.size(), -trending.signed());
/// assert_eq!(trending.one_way(), trending.size() / 2.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Spread(f64);

impl Spread {
    pub(super) const fn from_signed(signed: f64) -> Self {
        Self(signed)
    }

    /// The root, with the sign of what it is the root of.
    pub(super) fn from_square(square: f64) -> Self {
        Self(square.abs().sqrt().copysign(square))
    }

    /// With its sign.
    #[must_use]
    pub const fn signed(self) -> f64 {
        self.0
    }

    /// Without its sign: what the published estimators return.
    #[must_use]
    pub const fn size(self) -> f64 {
        self.0.abs()
    }

    /// Half of its size: what a trade loses against the middle.
    #[must_use]
    pub const fn one_way(self) -> f64 {
        self.0.abs() / 2.0
    }
}
