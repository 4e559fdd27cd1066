use allweather_core::{Currency, Money, Number};
use allweather_costs::fills::{CashKind, CashMovement, Taxed};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::TaxError;

/// Which withheld taxes are added back: by default all of them.
///
/// ```
/// use allweather_costs::fills::Taxed;
/// use allweather_taxes::AddBack;
/// let foreign: AddBack = serde_json::from_str(r#"{"taxed": ["dividend", "interest"], "countries": ["US", "IE"]}"#)?;
/// assert!(foreign.adds(Taxed::Dividend, Some("US")));
/// // A tax of an unknown country is of none of them.
/// assert!(!foreign.adds(Taxed::Dividend, None));
/// assert!(AddBack::default().adds(Taxed::CapitalGain, None));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Source
///
/// Published method, §7: the broker's figures are after tax, and what was withheld is added.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "Wire", into = "Wire")]
pub struct AddBack {
    taxed: Option<Vec<Taxed>>,
    countries: Option<Vec<String>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    taxed: Option<Vec<Taxed>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    countries: Option<Vec<String>>,
}

/// A withheld tax that is added back, in base currency.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AddedBack {
    /// The day it was withheld.
    pub date: NaiveDate,
    /// On which income.
    pub taxed: Taxed,
    /// By which country, where known.
    pub country: Option<String>,
    /// What was withheld; below 0 where it was given back.
    pub withheld: Money,
    /// The same in base currency: what is added to the value of the day.
    pub amount: Decimal,
}

impl AddBack {
    /// Taxes on these kinds of income by these countries (two capital letters); `None` is every one.
    ///
    /// # Errors
    ///
    /// [`TaxError::Country`] when a country's code is none.
    pub fn new(taxed: Option<Vec<Taxed>>, countries: Option<Vec<String>>) -> Result<Self, TaxError> {
        let is_code = |code: &str| code.len() == 2 && code.bytes().all(|letter| letter.is_ascii_uppercase());
        match countries.iter().flatten().find(|code| !is_code(code)) {
            Some(code) => Err(TaxError::Country { code: code.clone() }),
            None => Ok(Self { taxed, countries }),
        }
    }

    /// Whether a tax is added back.
    #[must_use]
    pub fn adds(&self, taxed: Taxed, country: Option<&str>) -> bool {
        let of_kind = self.taxed.as_ref().is_none_or(|list| list.contains(&taxed));
        let of_country = self
            .countries
            .as_ref()
            .is_none_or(|list| country.is_some_and(|code| list.iter().any(|listed| listed == code)));
        of_kind && of_country
    }

    /// The taxes among a broker's movements that are added back, by day, in base currency.
    ///
    /// `rate` says what one unit of a movement's currency is in base currency on its day: from a market's spots, or what the broker
    /// told (`|movement| movement.to_base`). It is not asked for taxes in base currency.
    ///
    /// ```
    /// use allweather_core::{Currency, Money};
    /// use allweather_costs::fills::{CashKind, CashMovement, Taxed};
    /// use allweather_taxes::AddBack;
    /// use chrono::NaiveDate;
    /// use rust_decimal::dec;
    /// let day = NaiveDate::from_ymd_opt(2026, 3, 20).ok_or("no day")?;
    /// let tax = CashMovement::new(day, CashKind::WithheldTax(Taxed::Dividend), Money::new(dec!(-7), Currency::USD));
    /// let added = AddBack::default().amounts(&[tax], Currency::JPY, |_| Some(dec!(150)))?;
    /// assert_eq!(added[0].amount, dec!(1050));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`TaxError::MissingExchangeRate`] with currencies and day, [`TaxError::Amount`] when a rate is not above 0,
    /// [`TaxError::Overflow`] when an amount does not fit.
    pub fn amounts(
        &self,
        movements: &[CashMovement],
        base: Currency,
        mut rate: impl FnMut(&CashMovement) -> Option<Decimal>,
    ) -> Result<Vec<AddedBack>, TaxError> {
        let mut added = Vec::new();
        for movement in movements {
            let CashKind::WithheldTax(taxed) = movement.kind else { continue };
            if !self.adds(taxed, movement.country.as_deref()) {
                continue;
            }
            let (date, from) = (movement.date, movement.amount.currency());
            let to_base = if from == base {
                Decimal::ONE
            } else {
                rate(movement).ok_or(TaxError::MissingExchangeRate { from, to: base, date })?
            };
            if to_base <= Decimal::ZERO {
                let (what, rule) = ("an exchange rate", "must be above 0");
                return Err(TaxError::Amount { what, value: to_base, rule });
            }
            let taken = Decimal::ZERO.minus(movement.amount.amount())?;
            let (amount, withheld) = (taken.times(to_base)?, Money::new(taken, from));
            added.push(AddedBack { date, taxed, country: movement.country.clone(), withheld, amount });
        }
        added.sort_by_key(|tax| tax.date);
        Ok(added)
    }
}

/// A period of a taxed account, in base currency.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TaxedPeriod {
    /// The day after whose end it begins.
    pub start: NaiveDate,
    /// Its last day.
    pub end: NaiveDate,
    /// The account's value at its beginning, after flows.
    pub opening: f64,
    /// The account's value at its end, before flows; taxes have left it.
    pub closing: f64,
}

/// A period with its taxes added back.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct UntaxedPeriod {
    /// Its last day.
    pub end: NaiveDate,
    /// What is added back in it, in base currency.
    pub added: f64,
    /// Its return as the account has it.
    pub taxed: f64,
    /// Its return with taxes added back.
    pub untaxed: f64,
}

/// The returns of a taxed account with what was withheld added back: fractions a period, one for each period, in their order. Amounts are
/// in base currency.
///
/// ```text
/// untaxed_t = (closing_t + Σ added back in t) / opening_t − 1
/// ```
///
/// What is added is return and no flow. It is not in the account afterwards, so it earns nothing in amounts; but returns are chained, and
/// so, in the track that is shown, it goes on with the rest as if it had been invested alike [our reading].
///
/// # Laws
///
/// **Restored**: where tax is withheld at the ends of periods, the returns are those of the same account without the tax, whatever
/// the tax was. Tax withheld within a period misses what it would have earned from then to its end.
///
/// ```
/// use allweather_taxes::{TaxedPeriod, untaxed};
/// use chrono::NaiveDate;
/// let day = |m, d| NaiveDate::from_ymd_opt(2026, m, d).ok_or("no day");
/// let period = TaxedPeriod { start: day(1, 31)?, end: day(2, 28)?, opening: 1000.0, closing: 1010.0 };
/// let months = untaxed(&[period], &[])?;
/// assert_eq!(months[0].taxed, months[0].untaxed);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`TaxError::Period`] when periods overlap or have no days, [`TaxError::Number`] when an opening value is not above 0 or a value not
/// finite, [`TaxError::OutsidePeriods`] when a day is in none: nothing is dropped.
///
/// # Source
///
/// Published method, §7: the broker's figures are after tax, and what was withheld is added.
pub fn untaxed(periods: &[TaxedPeriod], added: &[AddedBack]) -> Result<Vec<UntaxedPeriod>, TaxError> {
    let mut sums = vec![0.0; periods.len()];
    let mut last = NaiveDate::MIN;
    for period in periods {
        let TaxedPeriod { start, end, opening, closing } = *period;
        if start >= end || start < last {
            return Err(TaxError::Period { start, end });
        }
        last = end;
        let (what, rule) = ("an opening value", "must be finite and above 0");
        if !(opening > 0.0 && opening.is_finite()) {
            return Err(TaxError::Number { what, value: opening, rule });
        }
        if !closing.is_finite() {
            let what = "a closing value";
            return Err(TaxError::Number { what, value: closing, rule: "must be finite" });
        }
    }
    for tax in added {
        let place = periods.partition_point(|period| period.end < tax.date);
        let inside = periods.get(place).is_some_and(|period| period.start < tax.date);
        match sums.get_mut(place).filter(|_| inside) {
            Some(sum) => *sum += tax.amount.to_double(),
            None => return Err(TaxError::OutsidePeriods { amount: tax.amount, date: tax.date }),
        }
    }
    let of = |(period, added): (&TaxedPeriod, f64)| UntaxedPeriod {
        end: period.end,
        added,
        taxed: period.closing / period.opening - 1.0,
        untaxed: (period.closing + added) / period.opening - 1.0,
    };
    Ok(periods.iter().zip(sums).map(of).collect())
}

impl TryFrom<Wire> for AddBack {
    type Error = TaxError;
    fn try_from(wire: Wire) -> Result<Self, TaxError> {
        Self::new(wire.taxed, wire.countries)
    }
}

impl From<AddBack> for Wire {
    fn from(policy: AddBack) -> Self {
        Self { taxed: policy.taxed, countries: policy.countries }
    }
}
