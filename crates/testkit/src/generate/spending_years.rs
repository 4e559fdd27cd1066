use std::fmt;

use allweather_cashflow::{CashflowError, SpendingYear};
use proptest::{collection::vec, prelude::*};

use crate::table::{Table, number};

/// What a spending rule is told of one year.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct YearFacts {
    /// The prescribed rate, a fraction above −1.
    pub rate: f64,
    /// Money at the start of the year, portfolio and pool together.
    pub market_value: f64,
    /// The annual expense of the year.
    pub expense: f64,
    /// The portfolio's return over the year, a fraction.
    pub portfolio_return: f64,
}

/// Years one after another, as a spending rule is told of them. Shown with `{:?}` as a table.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct SpendingYears {
    /// Capital at the start of the first year, above 0.
    pub initial_capital: f64,
    /// The years, at least one.
    pub years: Vec<YearFacts>,
    rates: Vec<f64>,
}

impl SpendingYears {
    /// Years after a capital.
    #[must_use]
    pub fn new(initial_capital: f64, years: Vec<YearFacts>) -> Self {
        let rates = years.iter().map(|year| year.rate).collect();
        Self { initial_capital, years, rates }
    }

    /// The prescribed rates of all years, fractions.
    #[must_use]
    pub fn rates(&self) -> &[f64] {
        &self.rates
    }

    /// The year `n` (from 0) as a rule is given it; the last year when there are not so many.
    ///
    /// # Errors
    ///
    /// [`CashflowError::Number`] when a figure that was put in by hand is out of range.
    pub fn year(&self, n: usize) -> Result<SpendingYear<'_>, CashflowError> {
        let n = n.min(self.years.len().saturating_sub(1));
        let known = self.rates.get(..=n).unwrap_or(&self.rates);
        let value = self.years.get(n).map_or(self.initial_capital, |year| year.market_value);
        let year = SpendingYear::new(self.initial_capital, known, value)?;
        match n.checked_sub(1).and_then(|before| self.years.get(before)) {
            None => Ok(year),
            Some(before) => year.after(before.expense, before.market_value, before.portfolio_return),
        }
    }

    /// The same in another unit of money: all amounts times `factor`.
    #[must_use]
    pub fn scaled(&self, factor: f64) -> Self {
        let year = |year: &YearFacts| YearFacts {
            market_value: year.market_value * factor,
            expense: year.expense * factor,
            ..*year
        };
        Self::new(self.initial_capital * factor, self.years.iter().map(year).collect())
    }

    /// The same up to the year `n` (from 0), and other prescribed rates after it.
    #[must_use]
    pub fn with_other_rates_after(&self, n: usize, other: &[f64]) -> Self {
        let mut years = self.years.clone();
        for (year, rate) in years.iter_mut().skip(n + 1).zip(other.iter().cycle()) {
            year.rate = *rate;
        }
        Self::new(self.initial_capital, years)
    }
}

impl fmt::Debug for SpendingYears {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = Table::new("year", (0..self.years.len()).map(|n| n.to_string()).collect());
        let mut column = |heading: &str, of: fn(&YearFacts) -> f64| {
            table.column(heading.to_owned(), self.years.iter().map(|year| number(of(year))).collect());
        };
        column("prescribed rate", |year| year.rate);
        column("market value", |year| year.market_value);
        column("expense", |year| year.expense);
        column("return", |year| year.portfolio_return);
        write!(f, "initial capital {}\n{table}", number(self.initial_capital))
    }
}

/// One to eight years of a portfolio that may grow, fall and be used up, with prescribed rates of −5 to 12 %.
///
/// The expenses of the years before are as drawn: a rule must answer to any past.
pub fn spending_years() -> BoxedStrategy<SpendingYears> {
    let tenths = |range: std::ops::Range<i32>| range.prop_map(|tenths| f64::from(tenths) / 1000.0);
    // A return of exactly nothing, a value of nothing: where rules turn.
    let year = (tenths(-50..120), 0..3000_u32, 0..200_u32, tenths(-500..500));
    (1..=1000_u32, vec(year, 1..=8))
        .prop_map(|(capital, years)| {
            let capital = f64::from(capital) * 1000.0;
            let share = |thousandths: u32| capital * f64::from(thousandths) / 1000.0;
            let year = |(rate, value, expense, portfolio_return)| YearFacts {
                rate,
                market_value: share(value),
                expense: share(expense),
                portfolio_return,
            };
            SpendingYears::new(capital, years.into_iter().map(year).collect())
        })
        .boxed()
}
