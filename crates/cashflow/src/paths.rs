//! The ledger's twin over simulated paths: the same quarter, in `f64`.
//!
//! [`Account`] is one path, settled quarter by quarter by an engine; [`settle`] does whole arrays. Amounts are in any one
//! unit of money. No rounding rule applies here.

use allweather_core::Overflow;
use ndarray::{Array2, ArrayRef2};

use crate::CashflowError;
use crate::settle::{Figures, State};

/// One path's state between two quarters. Copying it and settling the copy is a dry run; nothing is allocated.
///
/// ```
/// use allweather_cashflow::paths::Account;
/// let mut account = Account::new(1000.0, 0.0, 94.5)?;
/// assert_eq!(account.headroom(), 94.5);
/// let quarter = account.settle(20.0, 2.0, 7.875, 94.5)?;
/// assert_eq!((quarter.withdrawn, quarter.pool, quarter.halted), (18.0, 10.125, false));
/// assert_eq!(account.headroom(), 84.375);
/// # Ok::<(), allweather_cashflow::CashflowError>(())
/// ```
///
/// # Source
///
/// Published method, §2.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Account {
    state: State<f64>,
}

/// What one quarter of one path came to, in units of money. The names are those of [`crate::QuarterEntry`].
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Settlement {
    /// `E`: gain less costs and consumption.
    pub excess: f64,
    /// `H`: room in the pool at the end of the quarter before.
    pub headroom: f64,
    /// `R`: added to invested capital.
    pub reinvested: f64,
    /// Taken out of the portfolio.
    pub withdrawn: f64,
    /// The pool at the quarter's end.
    pub pool: f64,
    /// Consumption that neither withdrawal nor pool funds.
    pub shortfall: f64,
    /// Whether withdrawals are halted: the gain after costs is not above 0.
    pub halted: bool,
    /// `K`: invested capital after this quarter's reinvestment.
    pub invested: f64,
}

impl Account {
    /// A path at its start. `first_cap` is the cap of the first quarter, which its headroom takes (our reading).
    ///
    /// # Errors
    ///
    /// [`CashflowError::Number`] when the capital is not above 0, the pool or the cap negative, or one of them not finite.
    pub fn new(initial_capital: f64, initial_pool: f64, first_cap: f64) -> Result<Self, CashflowError> {
        if !(initial_capital.is_finite() && initial_capital > 0.0) {
            let (what, rule) = ("the initial capital", "must be finite and above 0");
            return Err(CashflowError::Number { what, value: initial_capital, rule });
        }
        let pool = at_least_zero("the initial pool", initial_pool)?;
        let headroom = at_least_zero("the cap of the pool", first_cap)? - pool;
        Ok(Self { state: State { invested: initial_capital, pool, headroom } })
    }

    /// Settles the next quarter.
    ///
    /// `gain` is the portfolio value before any cost of the quarter less invested capital, `costs` all costs of the quarter
    /// (a rebate is negative), `consumption` a quarter of the annual expense, `cap` the largest pool by this quarter's
    /// annual expense.
    ///
    /// # Errors
    ///
    /// The account is then unchanged. [`CashflowError::Number`] when consumption or cap is negative or not finite,
    /// [`CashflowError::Overflow`] when gain or costs are not finite or a result is not.
    #[inline]
    pub fn settle(
        &mut self,
        gain: f64,
        costs: f64,
        consumption: f64,
        cap: f64,
    ) -> Result<Settlement, CashflowError> {
        let consumption = at_least_zero("the consumption", consumption)?;
        let cap = at_least_zero("the cap of the pool", cap)?;
        let headroom = self.state.headroom;
        let settled = self.state.settle(Figures { gain, costs, consumption, cap })?;
        self.state = settled.next;
        Ok(Settlement {
            excess: settled.excess,
            headroom,
            reinvested: settled.reinvested,
            withdrawn: settled.withdrawn,
            pool: settled.next.pool,
            shortfall: settled.shortfall,
            halted: settled.halted,
            invested: settled.next.invested,
        })
    }

    /// `H` of the quarter that is settled next: `cap − pool`, both of the quarter before.
    #[must_use]
    pub const fn headroom(&self) -> f64 {
        self.state.headroom
    }

    /// The pool now.
    #[must_use]
    pub const fn pool(&self) -> f64 {
        self.state.pool
    }

    /// Invested capital now: the initial capital and all reinvestment.
    #[must_use]
    pub const fn invested(&self) -> f64 {
        self.state.invested
    }
}

/// The annual expense of the published rule: `spending · I0 · Π(1 + rate)`, `spending` and `rates` as fractions.
///
/// `rates` are those of the first year to the year asked for, both included.
///
/// ```
/// use allweather_cashflow::paths::annual_expense;
/// assert_eq!(annual_expense(0.03, 1000.0, &[0.05])?, 31.5);
/// # Ok::<(), allweather_core::Overflow>(())
/// ```
///
/// # Errors
///
/// [`Overflow`] when an input or the product is not finite.
///
/// # Source
///
/// Published method, §2.
pub fn annual_expense(spending: f64, initial_capital: f64, rates: &[f64]) -> Result<f64, Overflow> {
    crate::expense::annual_expense(spending, initial_capital, rates.iter().copied())
}

/// What [`settle`] makes of paths; each array is `[paths, quarters]`, amounts in units of money.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct PathsOutcome {
    /// `E`: gain less costs and consumption.
    pub excess: Array2<f64>,
    /// `H`: room in the pool at the end of the quarter before.
    pub headroom: Array2<f64>,
    /// `R`: added to invested capital.
    pub reinvested: Array2<f64>,
    /// Taken out of the portfolio.
    pub withdrawn: Array2<f64>,
    /// The pool at the quarter's end.
    pub pool: Array2<f64>,
    /// Consumption that neither withdrawal nor pool funds.
    pub shortfall: Array2<f64>,
    /// Whether withdrawals are halted.
    pub halted: Array2<bool>,
    /// `K`: invested capital after the quarter's reinvestment.
    pub invested: Array2<f64>,
}

/// Settles every quarter of every path.
///
/// | argument | shape | unit |
/// | --- | --- | --- |
/// | `gains` | `[paths, quarters]` | money: value before costs less invested capital |
/// | `costs` | `[paths, quarters]` | money |
/// | `consumption` | `[quarters]` | money: a quarter of the annual expense |
/// | `cap` | `[quarters]` | money: largest pool |
/// | `initial_capital`, `initial_pool` | one number | money |
///
/// ```
/// use allweather_cashflow::paths;
/// use ndarray::array;
/// let gains = array![[20.0, 30.0], [-20.0, 30.0]];
/// let costs = array![[2.0, 2.0], [2.0, 2.0]];
/// let out = paths::settle(&gains, &costs, &[8.0, 8.0], &[96.0, 96.0], 1000.0, 0.0)?;
/// assert_eq!(out.pool, array![[10.0, 30.0], [0.0, 20.0]]);
/// assert_eq!(out.shortfall, array![[0.0, 0.0], [8.0, 0.0]]);
/// # Ok::<(), allweather_cashflow::CashflowError>(())
/// ```
///
/// # Errors
///
/// [`CashflowError::Shape`] when the arrays do not fit the gains, [`CashflowError::Number`] as of [`Account::new`],
/// [`CashflowError::Path`] with path, quarter and cause when one of them cannot be settled.
pub fn settle(
    gains: &ArrayRef2<f64>,
    costs: &ArrayRef2<f64>,
    consumption: &[f64],
    cap: &[f64],
    initial_capital: f64,
    initial_pool: f64,
) -> Result<PathsOutcome, CashflowError> {
    let (paths, quarters) = gains.dim();
    same_length("the costs by path", paths, costs.nrows())?;
    same_length("the costs by quarter", quarters, costs.ncols())?;
    same_length("the consumption", quarters, consumption.len())?;
    same_length("the cap of the pool", quarters, cap.len())?;
    let start = Account::new(initial_capital, initial_pool, cap.first().copied().unwrap_or_default())?;
    let money = || Array2::zeros(gains.dim());
    let mut out = PathsOutcome {
        excess: money(),
        headroom: money(),
        reinvested: money(),
        withdrawn: money(),
        pool: money(),
        shortfall: money(),
        halted: Array2::from_elem(gains.dim(), false),
        invested: money(),
    };
    for path in 0..paths {
        let mut account = start;
        for (quarter, (consumption, cap)) in consumption.iter().zip(cap).enumerate() {
            let at = [path, quarter];
            let settled = account
                .settle(gains[at], costs[at], *consumption, *cap)
                .map_err(|cause| CashflowError::Path { path, quarter, cause: Box::new(cause) })?;
            out.excess[at] = settled.excess;
            out.headroom[at] = settled.headroom;
            out.reinvested[at] = settled.reinvested;
            out.withdrawn[at] = settled.withdrawn;
            out.pool[at] = settled.pool;
            out.shortfall[at] = settled.shortfall;
            out.halted[at] = settled.halted;
            out.invested[at] = settled.invested;
        }
    }
    Ok(out)
}

fn at_least_zero(what: &'static str, value: f64) -> Result<f64, CashflowError> {
    if value.is_finite() && value >= 0.0 {
        return Ok(value);
    }
    Err(CashflowError::Number { what, value, rule: "must be finite and not negative" })
}

fn same_length(what: &'static str, expected: usize, found: usize) -> Result<(), CashflowError> {
    if expected == found { Ok(()) } else { Err(CashflowError::Shape { what, expected, found }) }
}
