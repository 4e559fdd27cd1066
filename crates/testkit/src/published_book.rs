use allweather_cashflow::{QuarterEntry, Terms};
use allweather_core::{Number, Overflow, Percent, Rate};
use rust_decimal::Decimal;

/// One settled quarter, amounts exact. The names are those of the published text; see [`QuarterEntry`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields of QuarterEntry, where each is explained")]
pub struct BookLine {
    pub annual_expense: Decimal,
    pub consumption: Decimal,
    pub pool_cap: Decimal,
    pub excess: Decimal,
    pub headroom: Decimal,
    pub reinvested: Decimal,
    pub withdrawn: Decimal,
    pub pool: Decimal,
    pub shortfall: Decimal,
    pub halted: bool,
    pub invested_capital: Decimal,
}

impl From<&QuarterEntry> for BookLine {
    fn from(entry: &QuarterEntry) -> Self {
        Self {
            annual_expense: entry.annual_expense,
            consumption: entry.consumption,
            pool_cap: entry.pool_cap,
            excess: entry.excess,
            headroom: entry.headroom,
            reinvested: entry.reinvested,
            withdrawn: entry.withdrawn,
            pool: entry.pool,
            shortfall: entry.shortfall,
            halted: entry.halted,
            invested_capital: entry.invested_capital,
        }
    }
}

/// The published quarter, written down from the text sentence by sentence: the yardstick for a ledger.
///
/// It shares nothing with the ledger of `allweather-cashflow` but the text. It checks no input, rounds nothing, and is not fast.
///
/// ```
/// use allweather_portfolio::{cashflow::Terms, core::Percent};
/// use allweather_testkit::PublishedBook;
/// use rust_decimal::dec;
/// let mut book = PublishedBook::new(&Terms::new(dec!(1000))?);
/// let line = book.settle(&[Percent::new(dec!(5))], dec!(20), dec!(2))?;
/// // 3 % of 1000, raised by 5 %, is 31.5 a year; a quarter of it is consumed, the rest of the gain fills the pool.
/// assert_eq!((line.consumption, line.withdrawn, line.pool), (dec!(7.875), dec!(18), dec!(10.125)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Source
///
/// Published method, §2. \[our reading\], as in `allweather-cashflow`: what nothing funds is a shortfall, reinvestment follows its
/// formula in every state, and the first quarter's headroom takes that quarter's own cap.
#[derive(Debug, Clone)]
pub struct PublishedBook {
    initial_capital: Decimal,
    spending: Decimal,
    pool_years: Decimal,
    invested: Decimal,
    pool: Decimal,
    /// Of the quarter before.
    cap: Option<Decimal>,
}

impl PublishedBook {
    /// An empty book under these terms, of which the rounding is not read.
    #[must_use]
    pub fn new(terms: &Terms) -> Self {
        Self {
            initial_capital: terms.initial_capital(),
            spending: Rate::from_percent(terms.spending()).fraction(),
            pool_years: terms.pool_years(),
            invested: terms.initial_capital(),
            pool: terms.initial_pool(),
            cap: None,
        }
    }

    /// From the next quarter on, the pool may hold so many annual expenses.
    pub fn set_pool_years(&mut self, pool_years: Decimal) {
        self.pool_years = pool_years;
    }

    /// Settles the next quarter. `rates` are the prescribed rates from the first year to the quarter's.
    ///
    /// # Errors
    ///
    /// [`Overflow`] when an amount does not fit; the book is then as it was.
    pub fn settle(&mut self, rates: &[Percent], gain: Decimal, costs: Decimal) -> Result<BookLine, Overflow> {
        // "3 per cent of the initial capital, raised by the prescribed rate of each year, the first included."
        let mut annual_expense = self.spending.times(self.initial_capital)?;
        for rate in rates {
            annual_expense =
                annual_expense.times(Decimal::ONE.plus(Rate::from_percent(*rate).fraction())?)?;
        }
        // "A quarter of it is consumed at each quarter's end; the pool holds at most three of it."
        let consumption = annual_expense.over(Decimal::from(4))?;
        let pool_cap = annual_expense.times(self.pool_years)?;
        // "Excess return: the gain less commission, slippage, fx fee and consumption."
        let net = gain.minus(costs)?;
        let excess = net.minus(consumption)?;
        // "The room in the pool at the end of the quarter before; what exceeds it is reinvested."
        let headroom = self.cap.unwrap_or(pool_cap).minus(self.pool)?;
        let too_much = excess.minus(headroom)?;
        let reinvested = if too_much > Decimal::ZERO { too_much } else { Decimal::ZERO };
        // "In profit, everything above invested capital is withdrawn. Under water, nothing is, and the pool pays."
        let halted = net <= Decimal::ZERO;
        let (withdrawn, funds) =
            if halted { (Decimal::ZERO, self.pool) } else { (net, self.pool.plus(net)?) };
        let left = funds.minus(consumption)?.minus(reinvested)?;
        let (pool, shortfall) = if left < Decimal::ZERO {
            (Decimal::ZERO, Decimal::ZERO.minus(left)?)
        } else {
            (left, Decimal::ZERO)
        };
        let invested_capital = self.invested.plus(reinvested)?;
        (self.pool, self.invested, self.cap) = (pool, invested_capital, Some(pool_cap));
        Ok(BookLine {
            annual_expense,
            consumption,
            pool_cap,
            excess,
            headroom,
            reinvested,
            withdrawn,
            pool,
            shortfall,
            halted,
            invested_capital,
        })
    }
}
