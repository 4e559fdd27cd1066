use allweather_core::{Number, Overflow, Percent, Rate};
use rust_decimal::{Decimal, dec};
use serde::{Deserialize, Serialize};

use crate::LeverageError;

/// What borrowed money costs: the 1-year Japanese government bond yield, never below 0, plus a credit spread.
///
/// The default spread is the published one, 1.5 % (150 basis points) a year.
///
/// ```
/// use allweather_core::{Percent, Rate};
/// use allweather_leverage::Funding;
/// use rust_decimal::dec;
/// let monthly = Funding::default().monthly(Percent::new(dec!(0.649)))?;
/// assert_eq!(monthly.fraction().round_dp(10), dec!(0.0017734328));
/// assert!(Funding::new(Rate::from_bps(dec!(-1))).is_err());
/// # Ok::<(), allweather_leverage::LeverageError>(())
/// ```
///
/// # Source
///
/// Published method, §5.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Fields", into = "Fields")]
pub struct Funding {
    spread: Rate,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    spread: Rate,
}

impl Funding {
    /// Funding at a credit spread over the 1-year bond, a year.
    ///
    /// # Errors
    ///
    /// [`LeverageError::Spread`] when the spread is below 0.
    pub fn new(spread: Rate) -> Result<Self, LeverageError> {
        if spread < Rate::ZERO { Err(LeverageError::Spread { spread }) } else { Ok(Self { spread }) }
    }

    /// The credit spread, a year.
    #[must_use]
    pub const fn spread(self) -> Rate {
        self.spread
    }

    /// The funding rate of one month, a fraction, to 20 decimal places.
    ///
    /// ```text
    /// r_m = [1 + max(jgb1y/100, 0) + spread]^(1/12) − 1        jgb1y in percent
    /// ```
    ///
    /// The source labels the result a percentage; the formula gives a fraction `[our reading]`. For many months at once
    /// in doubles see [`crate::paths::monthly_funding`].
    ///
    /// # Errors
    ///
    /// [`LeverageError::Overflow`] when the annual rate does not fit a decimal.
    ///
    /// # Examples
    ///
    /// ```
    /// use allweather_core::Percent;
    /// use allweather_leverage::Funding;
    /// use rust_decimal::dec;
    /// let funding = Funding::default();
    /// // A negative yield counts as 0: the spread remains.
    /// assert_eq!(funding.monthly(Percent::new(dec!(-0.2)))?, funding.monthly(Percent::ZERO)?);
    /// # Ok::<(), allweather_leverage::LeverageError>(())
    /// ```
    ///
    /// # Source
    ///
    /// Published method, §5.
    pub fn monthly(self, jgb1y: Percent) -> Result<Rate, LeverageError> {
        let annual = annual(Rate::from_percent(jgb1y).fraction(), self.spread.fraction())?;
        let factor = twelfth_root(Decimal::ONE.plus(annual)?)?;
        Ok(Rate::from_fraction(factor.minus(Decimal::ONE)?.round_dp(20)))
    }
}

/// `max(jgb1y, 0) + spread`, all fractions.
pub(crate) fn annual<N: Number>(jgb1y: N, spread: N) -> Result<N, Overflow> {
    jgb1y.or_above(N::ZERO).plus(spread)
}

/// The 12th root of a number of 1 or more, by Newton's method from the root in doubles.
fn twelfth_root(x: Decimal) -> Result<Decimal, Overflow> {
    let mut root = Decimal::try_from(x.to_double().powf(1.0 / 12.0)).map_err(|_| Overflow)?;
    // The seed is good to 15 digits and each step doubles them: the second fills the decimal. What the last digits of a
    // platform's `powf` are is forgotten far behind the 20th place.
    for _ in 0..2 {
        let mut eleventh = root;
        for _ in 1..11 {
            eleventh = eleventh.times(root)?;
        }
        root = root.times(Decimal::from(11))?.plus(x.over(eleventh)?)?.over(Decimal::from(12))?;
    }
    Ok(root)
}

impl Default for Funding {
    fn default() -> Self {
        Self { spread: Rate::from_fraction(dec!(0.015)) }
    }
}

impl TryFrom<Fields> for Funding {
    type Error = LeverageError;
    fn try_from(fields: Fields) -> Result<Self, Self::Error> {
        Self::new(fields.spread)
    }
}

impl From<Funding> for Fields {
    fn from(funding: Funding) -> Self {
        Self { spread: funding.spread }
    }
}
