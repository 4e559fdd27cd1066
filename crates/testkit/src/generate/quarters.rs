use std::fmt;

use allweather_cashflow::{
    CashflowError, KnownRates, Ledger, QuarterFigures, RateStatus, Terms,
    paths::{Account, Settlement},
};
use allweather_core::{Number, Percent, Quarter, Year};
use proptest::{collection::vec, prelude::*};
use rust_decimal::Decimal;

use crate::{BookLine, table::Table};

/// What one quarter brought, in the base currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuarterAmounts {
    /// Portfolio value before costs less invested capital.
    pub gain: Decimal,
    /// Commission, slippage and fx fee.
    pub costs: Decimal,
}

/// Quarters one after another under the terms of a ledger. Shown with `{:?}` as a table.
#[derive(Clone, PartialEq)]
pub struct Quarters {
    /// Capital, spending and pool.
    pub terms: Terms,
    /// The first quarter.
    pub first: Quarter,
    /// The prescribed rates of the calendar years from that of the first quarter, all final.
    pub rates: Vec<Percent>,
    /// The quarters.
    pub quarters: Vec<QuarterAmounts>,
}

impl Quarters {
    /// The quarters with what they brought, in order.
    #[must_use = "iterators do nothing unless consumed"]
    pub fn iter(&self) -> impl Iterator<Item = (Quarter, QuarterAmounts)> {
        let names = std::iter::successors(Some(self.first), |quarter| Some(quarter.next()));
        names.zip(self.quarters.iter().copied())
    }

    /// The prescribed rates from the first year to that of a quarter.
    #[must_use]
    pub fn rates_to(&self, quarter: Quarter) -> &[Percent] {
        let years = i64::from(quarter.year().number()) - i64::from(self.first.year().number()) + 1;
        let years = usize::try_from(years).unwrap_or(0);
        self.rates.get(..years).unwrap_or(&self.rates)
    }

    /// All rates, as a ledger is given them.
    ///
    /// # Errors
    ///
    /// [`CashflowError`] when a rate that was put in by hand is none.
    pub fn known_rates(&self) -> Result<KnownRates, CashflowError> {
        let mut known = KnownRates::new(self.first.year());
        for (year, rate) in (self.first.year().number()..).zip(&self.rates) {
            known.set(Year::new(year), *rate, RateStatus::Final)?;
        }
        Ok(known)
    }

    /// The quarters by the exact ledger of `allweather-cashflow`.
    ///
    /// # Errors
    ///
    /// As [`Ledger::settle`].
    pub fn by_ledger(&self) -> Result<Vec<BookLine>, CashflowError> {
        let (mut ledger, rates) = (Ledger::new(self.terms, self.first), self.known_rates()?);
        for (quarter, QuarterAmounts { gain, costs }) in self.iter() {
            let nothing = Decimal::ZERO;
            let figures = QuarterFigures { quarter, gain, commission: costs, slippage: nothing, fx: nothing };
            ledger.settle(&figures, &rates)?;
        }
        Ok(ledger.entries().iter().map(BookLine::from).collect())
    }

    /// The quarters by its twin in doubles.
    ///
    /// # Errors
    ///
    /// As [`Account::settle`].
    pub fn by_account(&self) -> Result<Vec<Settlement>, CashflowError> {
        let share = self.terms.spending().points().to_double() / 100.0;
        let capital = self.terms.initial_capital().to_double();
        let mut account = None;
        let mut settled = Vec::with_capacity(self.quarters.len());
        for (quarter, amounts) in self.iter() {
            let growth = self.rates_to(quarter).iter().map(|rate| 1.0 + rate.points().to_double() / 100.0);
            let expense = share * capital * growth.product::<f64>();
            let cap = self.terms.pool_years().to_double() * expense;
            let mut now = match account {
                Some(account) => account,
                None => Account::new(capital, self.terms.initial_pool().to_double(), cap)?,
            };
            settled.push(now.settle(
                amounts.gain.to_double(),
                amounts.costs.to_double(),
                expense / 4.0,
                cap,
            )?);
            account = Some(now);
        }
        Ok(settled)
    }
}

impl fmt::Debug for Quarters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let terms = &self.terms;
        let (capital, pool, years) = (terms.initial_capital(), terms.initial_pool(), terms.pool_years());
        let mut table = Table::new("quarter", self.iter().map(|(quarter, _)| quarter.to_string()).collect());
        let rate = |(quarter, _)| self.rates_to(quarter).last().map_or("-".to_owned(), ToString::to_string);
        table.column("rate".to_owned(), self.iter().map(rate).collect());
        table.column("gain".to_owned(), self.iter().map(|(_, amounts)| amounts.gain.to_string()).collect());
        table.column("costs".to_owned(), self.iter().map(|(_, amounts)| amounts.costs.to_string()).collect());
        let spending = terms.spending();
        write!(
            f,
            "capital {capital}, {spending} spent a year, a pool of {pool} that holds {years} years\n{table}"
        )
    }
}

/// One to 16 quarters over up to five calendar years, with gains of −15 to 30 % of the capital, quarters that end exactly even, and
/// pools that are empty, full, and above their cap.
///
/// Figures are round, so that a ledger on any grain is exact: whole per cents, capitals of whole thousands.
pub fn quarters() -> BoxedStrategy<Quarters> {
    let gain = prop_oneof![1 => Just(0), 5 => -50..=80_i64, 2 => -150..=300_i64];
    let quarter = (gain, -1..=5_i64, prop_oneof![4 => Just(false), 1 => Just(true)]);
    let terms = (1..=1000_i64, 0..=8_i64, 0..=40_i64, prop_oneof![1 => Just(0), 1 => 0..=400_i64]);
    (terms, 1..=4_u32, vec(-3..=10_i64, 5), vec(quarter, 1..=16))
        .prop_filter_map("terms", |((thousands, spending, tenths, pool), number, rates, quarters)| {
            let capital = Decimal::from(thousands * 1000);
            // Thousandths of the capital: whole numbers of money.
            let share = |thousandths: i64| Decimal::from(thousands * thousandths);
            let terms = Terms::new(capital).ok()?.with_spending(Percent::new(spending.into())).ok()?;
            let terms =
                terms.with_pool_years(Decimal::new(tenths, 1)).ok()?.with_initial_pool(share(pool)).ok()?;
            let amounts = |(gain, costs, even): (i64, i64, bool)| QuarterAmounts {
                gain: share(if even { costs } else { gain }),
                costs: share(costs),
            };
            Some(Quarters {
                terms,
                first: Quarter::new(2020, number).ok()?,
                rates: rates.into_iter().map(|rate| Percent::new(rate.into())).collect(),
                quarters: quarters.into_iter().map(amounts).collect(),
            })
        })
        .boxed()
}
