use allweather_core::{Number, Overflow, Percent, Quarter, Rate, Year};
use rust_decimal::Decimal;

use crate::expense::annual_expense;
use crate::rounding::summable;
use crate::settle::{Figures, State};
use crate::{CashflowError, KnownRates, RateStatus, Rounding, Terms};

/// What a quarter brought, in the base currency.
///
/// Amounts have at most [`crate::GRAIN_DIGITS`] digits after the point and are at most [`crate::MAX_AMOUNT`] in size.
/// A cost may be negative: a rebate, or a fill better than the price that was assumed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuarterFigures {
    /// The quarter.
    pub quarter: Quarter,
    /// Portfolio value at the quarter's end, before any cost of the quarter, less invested capital.
    pub gain: Decimal,
    /// Commissions of the quarter.
    pub commission: Decimal,
    /// Slippage of the quarter.
    pub slippage: Decimal,
    /// Fees for converting currencies in the quarter.
    pub fx: Decimal,
}

/// One settled quarter of a [`Ledger`]; amounts in the base currency, exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct QuarterEntry {
    /// The quarter.
    pub quarter: Quarter,
    /// The prescribed rate of its year, as known when the quarter was settled.
    pub rate: Percent,
    /// Whether that rate was final.
    pub rate_status: RateStatus,
    /// `A`: assumed annual expense.
    pub annual_expense: Decimal,
    /// `C`: consumed at the quarter's end, from the withdrawal, the pool, or (see `shortfall`) from nothing here.
    pub consumption: Decimal,
    /// Largest pool.
    pub pool_cap: Decimal,
    /// `F`: commission, slippage and fx fee.
    pub costs: Decimal,
    /// `E`: gain less costs and consumption.
    pub excess: Decimal,
    /// `H`: room in the pool at the end of the quarter before; negative when it was above its cap.
    pub headroom: Decimal,
    /// `R`: added to invested capital.
    pub reinvested: Decimal,
    /// Taken out of the portfolio: all that was above invested capital, or nothing.
    pub withdrawn: Decimal,
    /// The pool at the quarter's end.
    pub pool: Decimal,
    /// Consumption that neither withdrawal nor pool funds.
    pub shortfall: Decimal,
    /// Whether withdrawals are halted: the gain after costs is not above 0.
    pub halted: bool,
    /// `K`: invested capital after this quarter's reinvestment.
    pub invested_capital: Decimal,
}

/// The exact ledger of the published method: one entry per quarter, from the first to the last without a gap.
///
/// ```
/// use allweather_cashflow::{KnownRates, Ledger, QuarterFigures, RateStatus, Terms};
/// use allweather_core::{Percent, Year};
/// use rust_decimal::{Decimal, dec};
/// let mut rates = KnownRates::new(Year::new(2024));
/// rates.set(Year::new(2024), Percent::ZERO, RateStatus::Provisional)?;
/// let mut ledger = Ledger::new(Terms::new(dec!(400))?, "2024Q4".parse()?);
/// let loss = QuarterFigures {
///     quarter: ledger.next_quarter(),
///     gain: dec!(-5),
///     commission: Decimal::ZERO,
///     slippage: Decimal::ZERO,
///     fx: Decimal::ZERO,
/// };
/// let entry = ledger.settle(&loss, &rates)?;
/// assert!(entry.halted);
/// assert_eq!((entry.withdrawn, entry.shortfall), (dec!(0), dec!(3)));
/// assert!(ledger.settle(&loss, &rates).is_err(), "the next quarter is 2025Q1");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Laws
///
/// Over any run of entries, to the last digit: `Σ withdrawn = Σ consumption + Σ reinvested + Δpool − Σ shortfall`. The
/// pool and the shortfall are never negative, and never both above 0. Withdrawn is above 0 exactly when not halted.
///
/// # Source
///
/// Published method, §2; our readings of it are listed at the head of this crate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ledger {
    terms: Terms,
    first: Quarter,
    entries: Vec<QuarterEntry>,
}

impl Ledger {
    /// An empty ledger whose first quarter is `first`; its year is the year `t` of the formulas.
    #[must_use]
    pub const fn new(terms: Terms, first: Quarter) -> Self {
        Self { terms, first, entries: Vec::new() }
    }

    /// Settles the next quarter and returns its entry.
    ///
    /// `rates` is what is known now: the expense is a product over all years from the first, so a rate that has become
    /// final since the quarter before enters with its final value. Earlier entries stay as they are.
    ///
    /// # Errors
    ///
    /// On any error the ledger is unchanged. [`CashflowError::Order`] when the quarter is not the next,
    /// [`CashflowError::MissingRate`] when the rate of a year from the first to this one is not known,
    /// [`CashflowError::Amount`] when an amount, given or computed, is too large or too fine to be summed exactly,
    /// [`CashflowError::Overflow`] when the expense does not fit a decimal.
    pub fn settle(
        &mut self,
        figures: &QuarterFigures,
        rates: &KnownRates,
    ) -> Result<QuarterEntry, CashflowError> {
        let expected = self.next_quarter();
        // The last quarter of the calendar is its own successor, and has none.
        let past_the_end = self.entries.last().is_some_and(|last| last.quarter == expected);
        if figures.quarter != expected || past_the_end {
            return Err(CashflowError::Order { expected, found: figures.quarter });
        }
        let year = expected.year();
        let (rate, rate_status) = rates.get(year).ok_or(CashflowError::MissingRate { year })?;
        let (annual_expense, consumption, pool_cap) = self.plan(year, rates)?;
        let (gain, costs) = (summable("the gain", figures.gain)?, costs(figures)?);
        let state = self.state(pool_cap)?;
        let settled = state.settle(Figures { gain, costs, consumption, cap: pool_cap })?;
        let entry = QuarterEntry {
            quarter: expected,
            rate,
            rate_status,
            annual_expense,
            consumption,
            pool_cap,
            costs,
            excess: summable("the excess return", settled.excess)?,
            headroom: summable("the headroom", state.headroom)?,
            reinvested: summable("the reinvestment", settled.reinvested)?,
            withdrawn: summable("the withdrawal", settled.withdrawn)?,
            pool: summable("the pool", settled.next.pool)?,
            shortfall: summable("the shortfall", settled.shortfall)?,
            halted: settled.halted,
            invested_capital: summable("the invested capital", settled.next.invested)?,
        };
        self.entries.push(entry);
        Ok(entry)
    }

    /// The settled quarters, in order.
    #[must_use]
    pub fn entries(&self) -> &[QuarterEntry] {
        &self.entries
    }

    /// The terms.
    #[must_use]
    pub const fn terms(&self) -> &Terms {
        &self.terms
    }

    /// The quarter that is settled next.
    #[must_use]
    pub fn next_quarter(&self) -> Quarter {
        self.entries.last().map_or(self.first, |last| last.quarter.next())
    }

    /// The pool now.
    #[must_use]
    pub fn pool(&self) -> Decimal {
        self.entries.last().map_or(self.terms.initial_pool(), |last| last.pool)
    }

    /// Invested capital now: the initial capital and all reinvestment.
    #[must_use]
    pub fn invested_capital(&self) -> Decimal {
        self.entries.last().map_or(self.terms.initial_capital(), |last| last.invested_capital)
    }

    /// `H` of the quarter that is settled next. `None` before the first quarter, whose `H` takes that quarter's own cap.
    #[must_use]
    pub fn headroom(&self) -> Option<Decimal> {
        // Both are on the grain and at most `MAX_AMOUNT`: the difference is exact and fits.
        self.entries.last().and_then(|last| last.pool_cap.checked_sub(last.pool))
    }

    /// State before the next quarter. The first quarter's headroom takes this year's cap and the initial pool.
    fn state(&self, cap: Decimal) -> Result<State<Decimal>, Overflow> {
        let cap = self.entries.last().map_or(cap, |last| last.pool_cap);
        let pool = self.pool();
        Ok(State { invested: self.invested_capital(), pool, headroom: cap.minus(pool)? })
    }

    /// Annual expense, consumption of a quarter and cap of a year, rounded.
    fn plan(&self, year: Year, rates: &KnownRates) -> Result<(Decimal, Decimal, Decimal), CashflowError> {
        let years = (self.first.year().number()..=year.number()).map(Year::new);
        let known = years.map(|year| {
            let (rate, _) = rates.get(year).ok_or(CashflowError::MissingRate { year })?;
            Ok(Rate::from_percent(rate).fraction())
        });
        let factors = known.collect::<Result<Vec<_>, CashflowError>>()?;
        let rounding = self.terms.rounding().unwrap_or(Rounding::GRAIN);
        let spending = Rate::from_percent(self.terms.spending()).fraction();
        let expense = rounding.round(annual_expense(spending, self.terms.initial_capital(), factors)?);
        let quarterly = rounding.round(expense.over(Decimal::from(4))?);
        let cap = rounding.round(expense.times(self.terms.pool_years())?);
        Ok((
            summable("the annual expense", expense)?,
            summable("the consumption", quarterly)?,
            summable("the cap of the pool", cap)?,
        ))
    }
}

fn costs(figures: &QuarterFigures) -> Result<Decimal, CashflowError> {
    let commission = summable("the commission", figures.commission)?;
    let slippage = summable("the slippage", figures.slippage)?;
    let fx = summable("the fx fee", figures.fx)?;
    summable("the costs of the quarter", commission.plus(slippage)?.plus(fx)?)
}
