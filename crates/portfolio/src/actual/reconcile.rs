use std::{collections::BTreeMap, fmt};

use allweather_core::{AssetId, Currency, Number, Overflow};
use allweather_costs::fills::NotHandled;
use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::{Account, ActualError, Movement};

/// What may differ without being named: units and cash, each in its own unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tolerance {
    units: Decimal,
    cash: Decimal,
}

impl Tolerance {
    /// So many units of an asset, and so much cash of a currency.
    ///
    /// # Errors
    ///
    /// [`ActualError::Tolerance`] when one is below 0.
    pub fn new(units: Decimal, cash: Decimal) -> Result<Self, ActualError> {
        match [units, cash].into_iter().find(|value| *value < Decimal::ZERO) {
            Some(value) => Err(ActualError::Tolerance { value }),
            None => Ok(Self { units, cash }),
        }
    }
}

impl Default for Tolerance {
    /// Units to the last digit, cash to a hundredth: brokers state cents and book fractions of them [our reading].
    fn default() -> Self {
        Self { units: Decimal::ZERO, cash: Decimal::new(1, 2) }
    }
}

/// What an account holds: units of an asset, or cash in a currency.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Held {
    /// Units of an asset.
    Asset(AssetId),
    /// Cash in a currency.
    Cash(Currency),
}

impl fmt::Display for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Asset(asset) => write!(f, "{asset}"),
            Self::Cash(currency) => write!(f, "cash in {currency}"),
        }
    }
}

/// A stated standing that the account does not lead to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Difference {
    /// The day of the statement.
    pub date: NaiveDate,
    /// What differs.
    pub of: Held,
    /// What opening and movements lead to.
    pub expected: Decimal,
    /// What is stated.
    pub stated: Decimal,
    /// The first statement since which the difference is the same.
    pub since: NaiveDate,
    /// Ids of movements since the statement before the difference began which alone are as large: one that did not happen, one that
    /// happened twice, or the other way round.
    pub suspects: Vec<String>,
}

impl Difference {
    /// Stated less expected.
    #[must_use]
    pub fn missing(&self) -> Decimal {
        // Both fit, and the difference was taken when they were compared.
        self.stated.checked_sub(self.expected).unwrap_or_default()
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { date, of, expected, stated, .. } = self;
        write!(
            f,
            "{date}: {of} is stated as {} and expected to be {}",
            stated.normalize(),
            expected.normalize()
        )
    }
}

/// Opening and movements against what is stated: an answer, whatever it is.
///
/// ```text
/// expected = opening + Σ movements up to the end of the day
/// ```
///
/// A difference stays on the list of every later statement until something makes up for it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reconciliation {
    /// The days that were compared, with how many figures.
    pub compared: Vec<(NaiveDate, usize)>,
    /// What is beyond the tolerance, by day; assets, then cash.
    pub differences: Vec<Difference>,
    /// Rows of the statements that nobody acted upon: the first to look at.
    pub not_handled: Vec<NotHandled>,
}

impl Reconciliation {
    /// Whether there was something to compare, and all of it agrees.
    #[must_use]
    pub fn agrees(&self) -> bool {
        self.differences.is_empty() && self.compared.iter().any(|(_, figures)| *figures > 0)
    }
}

/// Units and cash as they stand after some movements.
#[derive(Debug, Clone, Default)]
pub(super) struct Books {
    pub(super) units: BTreeMap<AssetId, Decimal>,
    pub(super) cash: BTreeMap<Currency, Decimal>,
}

impl Books {
    pub(super) fn open(account: &Account) -> Self {
        let opening = account.opening().clone();
        Self { units: opening.positions.unwrap_or_default(), cash: opening.cash.unwrap_or_default() }
    }

    pub(super) fn take(&mut self, movement: &Movement) -> Result<(), Overflow> {
        if let Some(asset) = movement.asset() {
            let units = self.units.entry(asset.clone()).or_default();
            *units = units.plus(movement.units()?)?;
        }
        movement.book_cash(&mut self.cash)
    }
}

pub(super) fn reconcile(account: &Account, tolerance: Tolerance) -> Result<Reconciliation, ActualError> {
    let mut books = Books::open(account);
    let (mut compared, mut differences) = (Vec::new(), Vec::new());
    // By what differs: the difference, its first day, and where the movements of its day begin.
    let mut standing_since: BTreeMap<Held, (Decimal, NaiveDate, Vec<String>)> = BTreeMap::new();
    let (mut from, mut to) = (0, 0);
    let mut last_day = None;
    for stated in account.stated() {
        // Several standings of one day look at the same movements.
        if last_day != Some(stated.date) {
            from = to;
        }
        last_day = Some(stated.date);
        while let Some(movement) = account.movements().get(to).filter(|m| m.date() <= stated.date) {
            books.take(movement)?;
            to += 1;
        }
        let since = account.movements().get(from..to).unwrap_or_default();
        let assets = stated.positions.iter().flat_map(|stated| {
            let known = books.units.keys().chain(stated.keys().filter(|key| !books.units.contains_key(*key)));
            known.map(|asset| (Held::Asset(asset.clone()), books.units.get(asset), stated.get(asset)))
        });
        let cash = stated.cash.iter().flat_map(|stated| {
            let known = books.cash.keys().chain(stated.keys().filter(|key| !books.cash.contains_key(*key)));
            known.map(|of| (Held::Cash(*of), books.cash.get(of), stated.get(of)))
        });
        let mut figures = 0;
        let mut rows: Vec<_> = assets.chain(cash).collect();
        rows.sort_by(|a, b| a.0.cmp(&b.0));
        for (of, expected, found) in rows {
            figures += 1;
            let (expected, found) =
                (expected.copied().unwrap_or_default(), found.copied().unwrap_or_default());
            let missing = found.minus(expected)?;
            let allowed = match of {
                Held::Asset(_) => tolerance.units,
                Held::Cash(_) => tolerance.cash,
            };
            if missing.magnitude()? <= allowed {
                standing_since.remove(&of);
                continue;
            }
            let known = standing_since.get(&of).filter(|(before, ..)| *before == missing);
            let (_, first, suspects) = match known {
                Some(known) => known.clone(),
                None => (missing, stated.date, suspects(since, &of, missing)?),
            };
            standing_since.insert(of.clone(), (missing, first, suspects.clone()));
            let date = stated.date;
            differences.push(Difference { date, of, expected, stated: found, since: first, suspects });
        }
        compared.push((stated.date, figures));
    }
    Ok(Reconciliation { compared, differences, not_handled: account.not_handled().to_vec() })
}

/// Ids of the movements whose own effect is as large as the difference.
fn suspects(movements: &[Movement], of: &Held, missing: Decimal) -> Result<Vec<String>, Overflow> {
    let size = missing.magnitude()?;
    let mut found = Vec::new();
    for movement in movements {
        let mut effect = Decimal::ZERO;
        match of {
            Held::Asset(asset) if movement.asset() == Some(asset) => effect = movement.units()?,
            Held::Asset(_) => {}
            Held::Cash(currency) => movement.each_cash(&mut |moved| {
                if moved.currency() == *currency {
                    effect = effect.plus(moved.amount())?;
                }
                Ok(())
            })?,
        }
        if effect.magnitude()? == size
            && let Some(id) = movement.id()
        {
            found.push(id.to_owned());
        }
    }
    Ok(found)
}
