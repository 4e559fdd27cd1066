//! The running ledger of a run's expenses: what a quarter claims, and how it is settled.

use allweather_cashflow::{SpendingRule, SpendingYear, paths::Account};
use allweather_core::{Number, Quarter, Rate, Year};
use allweather_rfr::{RateHistory, YearRate};
use chrono::NaiveDate;

use crate::{Expenses, Knowledge, PortfolioError, QuarterRecord, prepare::Prepared, quarter::Payment};

#[derive(Debug)]
pub(crate) struct Purse {
    /// From the first quarter's end on, when its cap is known.
    account: Option<Account>,
    initial_capital: f64,
    initial_pool: f64,
    pool_years: f64,
    knowledge: Knowledge,
    first_year: Year,
    /// The prescribed rates from the first quarter's year to the running one, fractions.
    rates: Vec<f64>,
    /// The calendar year that is running.
    year: Year,
    /// Invested and pool together at the start of this year and of the year before.
    market_value: f64,
    previous_market_value: f64,
    /// The annual expense of this year and of the year before.
    expense: f64,
    previous_expense: f64,
    /// Growth of the portfolio within this year, and its return over the year before.
    growth: f64,
    last_return: f64,
}

impl Purse {
    /// A purse of a portfolio that is bought in the first of these steps. What is bought on a quarter's last day has its first quarter behind it,
    /// maybe in another year.
    pub(crate) fn new(expenses: &Expenses, capital: f64, prepared: &Prepared) -> Self {
        let (bought, steps) = (prepared.months[0], prepared.months.len());
        let first_year = if prepared.ends_quarter[0] { bought.offset(1).year() } else { bought.year() };
        let initial_pool = expenses.initial_pool.to_double();
        Self {
            account: None,
            initial_capital: capital,
            initial_pool,
            pool_years: expenses.pool_years.to_double(),
            knowledge: expenses.knowledge,
            first_year,
            // Room for all years, so that nothing is allocated on the way.
            rates: Vec::with_capacity(steps / 4 + 2),
            year: bought.year(),
            market_value: capital + initial_pool,
            previous_market_value: 0.0,
            expense: 0.0,
            previous_expense: 0.0,
            growth: 1.0,
            last_return: 0.0,
        }
    }

    /// The same purse under other terms, of which the initial pool is none: what is in it stays.
    pub(crate) fn under(self, expenses: &Expenses) -> Self {
        Self { pool_years: expenses.pool_years.to_double(), knowledge: expenses.knowledge, ..self }
    }

    /// The pool now: the initial one until the first quarter is settled.
    pub(crate) fn pool(&self) -> f64 {
        self.account.map_or(self.initial_pool, |a| a.pool())
    }

    /// Invested capital now: the initial capital until the first quarter is settled.
    pub(crate) fn invested(&self) -> f64 {
        self.account.map_or(self.initial_capital, |a| a.invested())
    }

    /// A step in `year` begins, with the portfolio worth `value` after the step before.
    pub(crate) fn enter(&mut self, year: Year, value: f64) {
        if year == self.year {
            return;
        }
        self.year = year;
        (self.previous_market_value, self.market_value) = (self.market_value, value + self.pool());
        self.previous_expense = self.expense;
        self.last_return = self.growth - 1.0;
        self.growth = 1.0;
    }

    /// The portfolio grew by this factor in a step.
    pub(crate) fn grow(&mut self, factor: f64) {
        self.growth *= factor;
    }

    /// The rate of a year that counts at a quarter's end.
    pub(crate) fn rate<'r>(
        &self,
        rates: &'r RateHistory,
        year: Year,
        date: NaiveDate,
    ) -> Option<&'r YearRate> {
        match self.knowledge {
            Knowledge::PointInTime => rates.known_on(year, date),
            Knowledge::Final => rates.settled(year),
        }
    }

    /// What this quarter's end will ask for, by the year's expense as the rule sees it now.
    pub(crate) fn claim(
        &mut self,
        rule: &dyn SpendingRule,
        rates: &RateHistory,
        date: NaiveDate,
    ) -> Result<Payment, PortfolioError> {
        let year = self.year;
        self.rates.clear();
        for number in self.first_year.number()..=year.number() {
            let year = Year::new(number);
            let rate = self.rate(rates, year, date).ok_or(PortfolioError::MissingRate { year, date })?;
            self.rates.push(Rate::from_percent(rate.prescribed.rate).to_f64());
        }
        let mut now = SpendingYear::new(self.initial_capital, &self.rates, self.market_value)?;
        if year > self.first_year {
            now = now.after(self.previous_expense, self.previous_market_value, self.last_return)?;
        }
        let expense = rule.annual_expense(&now)?;
        if !(expense >= 0.0 && expense.is_finite()) {
            return Err(PortfolioError::Expense { year, expense });
        }
        self.expense = expense;
        let account = self.account()?;
        self.account = Some(account);
        Ok(Payment { invested: account.invested(), claim: self.consumption() + account.headroom() })
    }

    /// Settles the quarter that was claimed.
    pub(crate) fn settle(
        &mut self,
        quarter: Quarter,
        rate: Option<&YearRate>,
        gain: f64,
        costs: f64,
    ) -> Result<QuarterRecord, PortfolioError> {
        let (consumption, pool_cap) = (self.consumption(), self.cap());
        let mut account = self.account()?;
        let settled = account.settle(gain, costs, consumption, pool_cap)?;
        self.account = Some(account);
        Ok(QuarterRecord {
            quarter,
            rate: rate.map(|r| r.prescribed.rate),
            indicator: rate.map(|r| r.prescribed.chosen),
            rate_status: rate.map(|r| r.status),
            gain,
            costs,
            annual_expense: self.expense,
            consumption,
            pool_cap,
            excess: settled.excess,
            headroom: settled.headroom,
            withdrawn: settled.withdrawn,
            reinvested: settled.reinvested,
            pool: settled.pool,
            shortfall: settled.shortfall,
            halted: settled.halted,
            invested: settled.invested,
        })
    }

    /// The account; at the first quarter's end it begins with that quarter's cap.
    fn account(&self) -> Result<Account, PortfolioError> {
        match self.account {
            Some(account) => Ok(account),
            None => Ok(Account::new(self.initial_capital, self.initial_pool, self.cap())?),
        }
    }

    fn consumption(&self) -> f64 {
        self.expense / 4.0
    }

    fn cap(&self) -> f64 {
        self.pool_years * self.expense
    }
}
