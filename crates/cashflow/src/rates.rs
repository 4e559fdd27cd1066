use allweather_core::{Percent, RateStatus, Year};
use rust_decimal::Decimal;

use crate::CashflowError;

/// The prescribed rates of consecutive calendar years, as known at one moment.
///
/// Which rates these are is the caller's choice: those known at each quarter's end (point in time), or the final ones.
///
/// ```
/// use allweather_cashflow::KnownRates;
/// use allweather_core::{Percent, RateStatus, Year};
/// use rust_decimal::dec;
/// let year = Year::new(2024);
/// let mut rates = KnownRates::new(year);
/// rates.set(year, Percent::new(dec!(2.9)), RateStatus::Provisional)?;
/// rates.set(year, Percent::new(dec!(3.0)), RateStatus::Final)?;
/// assert!(rates.set(year, Percent::new(dec!(3.1)), RateStatus::Final).is_err());
/// assert_eq!(rates.get(year), Some((Percent::new(dec!(3)), RateStatus::Final)));
/// # Ok::<(), allweather_cashflow::CashflowError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownRates {
    first: Year,
    rates: Vec<(Percent, RateStatus)>,
}

impl KnownRates {
    /// No rates yet; the first to come is that of the year `first`.
    #[must_use]
    pub const fn new(first: Year) -> Self {
        Self { first, rates: Vec::new() }
    }

    /// Sets the rate of a year: the next one, or one that is still provisional. To set a final rate again, unchanged, is
    /// no change.
    ///
    /// # Errors
    ///
    /// [`CashflowError::RateGap`] when the year lies before the first or leaves a gap, [`CashflowError::FinalRate`] when a
    /// final rate would change or become provisional, [`CashflowError::Amount`] when the rate is −100 % or less.
    pub fn set(&mut self, year: Year, rate: Percent, status: RateStatus) -> Result<(), CashflowError> {
        if rate.points() <= -Decimal::ONE_HUNDRED {
            let (what, rule) = ("the prescribed rate in percent", "must be above -100");
            return Err(CashflowError::Amount { what, value: rate.points(), rule });
        }
        let position = self.position(year).filter(|k| *k <= self.rates.len());
        let Some(position) = position else {
            let grown = i32::try_from(self.rates.len()).unwrap_or(i32::MAX);
            let next = Year::new(self.first.number().saturating_add(grown));
            return Err(CashflowError::RateGap { first: self.first, next, found: year });
        };
        match self.rates.get_mut(position) {
            None => self.rates.push((rate, status)),
            Some(known) if *known == (rate, status) => {}
            Some((fixed, RateStatus::Final)) => {
                return Err(CashflowError::FinalRate { year, fixed: *fixed, offered: rate });
            }
            Some(known) => *known = (rate, status),
        }
        Ok(())
    }

    /// The rate of a year and whether it is final, if it is known.
    #[must_use]
    pub fn get(&self, year: Year) -> Option<(Percent, RateStatus)> {
        self.rates.get(self.position(year)?).copied()
    }

    /// The first year.
    #[must_use]
    pub const fn first(&self) -> Year {
        self.first
    }

    /// The years and their rates, in order.
    pub fn iter(&self) -> impl Iterator<Item = (Year, Percent, RateStatus)> + '_ {
        // `set` lets no year beyond the range of a year number in.
        (self.first.number()..)
            .zip(&self.rates)
            .map(|(year, (rate, status))| (Year::new(year), *rate, *status))
    }

    fn position(&self, year: Year) -> Option<usize> {
        usize::try_from(i64::from(year.number()) - i64::from(self.first.number())).ok()
    }
}
