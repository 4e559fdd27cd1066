use std::collections::{BTreeMap, BTreeSet};

use allweather_core::{Currency, Number, Year};
use allweather_costs::fills::{CashKind, CashMovement, Taxed};
use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;

use crate::TaxError;

/// Taxes withheld in one year, on one kind of income, by one country, in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct WithheldRow {
    /// The calendar year.
    pub year: Year,
    /// On which income.
    pub taxed: Taxed,
    /// By which country, two letters, where known.
    pub country: Option<String>,
    /// In which currency.
    pub currency: Currency,
    /// What was taken, above 0, before anything was given back.
    pub withheld: Decimal,
    /// What was given back later by corrections, above 0.
    pub given_back: Decimal,
    /// The income it was taken from, where the broker reports it with the same instrument and day; `None` where nothing was found.
    pub income: Option<Decimal>,
}

impl WithheldRow {
    /// What stayed withheld.
    ///
    /// # Errors
    ///
    /// [`TaxError::Overflow`] when the difference does not fit.
    pub fn net(&self) -> Result<Decimal, TaxError> {
        Ok(self.withheld.minus(self.given_back)?)
    }

    /// What stayed withheld over the income, a fraction; `None` without income.
    #[must_use]
    pub fn rate(&self) -> Option<Decimal> {
        self.net().ok()?.checked_div(self.income.filter(|income| !income.is_zero())?)
    }
}

type Key = (Year, Taxed, Option<String>, Currency);
/// Days and symbols of the income that a row's taxes were taken from.
type Sources<'a> = BTreeSet<(NaiveDate, Option<&'a str>)>;

/// The taxes withheld among a broker's movements of cash, by year, kind of income, country and currency.
///
/// Amounts are in the currency that was withheld in, above 0 whichever way they went; the rows are in the order of year, kind, country and
/// currency. A correction is a movement of the opposite sign: it nets out, in the year of its own day, and is told apart.
///
/// ```
/// use allweather_core::{Currency, Money};
/// use allweather_costs::fills::{CashKind, CashMovement, Taxed};
/// use allweather_taxes::withheld;
/// use chrono::NaiveDate;
/// use rust_decimal::dec;
///
/// let day = NaiveDate::from_ymd_opt(2026, 3, 20).ok_or("no day")?;
/// let movement = |kind, amount| {
///     let mut movement = CashMovement::new(day, kind, Money::new(amount, Currency::USD));
///     movement.country = Some("US".to_owned());
///     movement
/// };
/// let tax = CashKind::WithheldTax(Taxed::Dividend);
/// let rows = withheld(&[
///     movement(CashKind::Dividend, dec!(100)),
///     movement(tax.clone(), dec!(-15)), // 15 % at first,
///     movement(tax.clone(), dec!(15)),  // given back,
///     movement(tax, dec!(-10)),         // and 10 % by the treaty
/// ])?;
/// assert_eq!((rows[0].withheld, rows[0].given_back, rows[0].net()?), (dec!(25), dec!(15), dec!(10)));
/// assert_eq!(rows[0].rate(), Some(dec!(0.1)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`TaxError::Overflow`] when a sum does not fit.
///
/// # Source
///
/// Published method, §7: what was withheld is added to the broker's figures. Years, kinds and countries are ours.
pub fn withheld(movements: &[CashMovement]) -> Result<Vec<WithheldRow>, TaxError> {
    let mut rows: BTreeMap<Key, (WithheldRow, Sources<'_>)> = BTreeMap::new();
    for movement in movements {
        let CashKind::WithheldTax(taxed) = movement.kind else { continue };
        let (year, currency) = (Year::new(movement.date.year()), movement.amount.currency());
        let country = movement.country.clone();
        let (row, sources) = rows.entry((year, taxed, country.clone(), currency)).or_insert_with(|| {
            let (withheld, given_back, income) = (Decimal::ZERO, Decimal::ZERO, None);
            let row = WithheldRow { year, taxed, country, currency, withheld, given_back, income };
            (row, BTreeSet::new())
        });
        let amount = movement.amount.amount();
        let side = if amount < Decimal::ZERO { &mut row.withheld } else { &mut row.given_back };
        *side = side.plus(amount.abs())?;
        sources.insert((movement.date, symbol(movement)));
    }
    let mut answer = Vec::with_capacity(rows.len());
    for (mut row, sources) in rows.into_values() {
        for movement in movements.iter().filter(|movement| is_income(movement, row.taxed)) {
            let of_row = movement.amount.currency() == row.currency
                && sources.contains(&(movement.date, symbol(movement)));
            if of_row {
                row.income = Some(row.income.unwrap_or_default().plus(movement.amount.amount())?);
            }
        }
        answer.push(row);
    }
    Ok(answer)
}

fn symbol(movement: &CashMovement) -> Option<&str> {
    movement.instrument.as_ref().map(|instrument| instrument.symbol.as_str())
}

fn is_income(movement: &CashMovement, taxed: Taxed) -> bool {
    match taxed {
        Taxed::Dividend => matches!(movement.kind, CashKind::Dividend | CashKind::PaymentInLieu),
        Taxed::Interest => matches!(movement.kind, CashKind::BrokerInterest | CashKind::BondInterest),
        _ => false,
    }
}
