use std::io;

use allweather_core::{Month, Year};
use allweather_rfr::YearRate;
use serde::Serialize;

use crate::Record;

/// One calendar year of a run; amounts in base currency.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct YearRow<'a> {
    /// The year.
    pub year: Year,
    /// Its prescribed rate, with the indicator that gave it.
    pub rate: Option<&'a YearRate>,
    /// Time-weighted return of its steps, net of costs. The run's first step only buys: what its month earned is not in it.
    pub period_return: f64,
    /// Consumed.
    pub expenses: f64,
    /// Taken out of the portfolio.
    pub withdrawn: f64,
    /// Put back into it.
    pub reinvested: f64,
    /// The pool at the year's end.
    pub pool: f64,
    /// In how many quarters withdrawals were halted.
    pub halted_quarters: usize,
    /// Expenses that nothing funded.
    pub shortfall: f64,
    /// All costs.
    pub costs: f64,
    /// Value of the portfolio at the year's end, without the pool.
    pub value: f64,
}

/// One month of the monthly table, as it stands in the CSV; amounts in base currency. Of a panel with several dates a month,
/// profits, costs and flows are the month's sums.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct MonthRow {
    /// The month.
    pub month: Month,
    /// Time-weighted return, net of costs. The first step of a run only buys: its return is what that cost.
    #[serde(rename = "return")]
    pub period_return: f64,
    /// Value at its end, without the pool.
    pub value: f64,
    /// Cash in it.
    pub cash: f64,
    /// The pool.
    pub pool: f64,
    /// What prices and exchange rates did to the holdings.
    pub market_profit: f64,
    /// What cash earned.
    pub interest: f64,
    /// Profit of the hedge.
    pub hedge_profit: f64,
    /// What the interest differential took from the hedge.
    pub hedge_cost: f64,
    /// Profit of the overlay.
    pub overlay_profit: f64,
    /// Commission.
    pub commission: f64,
    /// Slippage.
    pub slippage: f64,
    /// Exchange fees.
    pub fx_fee: f64,
    /// Consumed.
    pub expenses: f64,
    /// Taken out of the portfolio.
    pub withdrawn: f64,
    /// Put back into it.
    pub reinvested: f64,
    /// Expenses that nothing funded.
    pub shortfall: f64,
    /// Whether the rule traded.
    pub rebalanced: bool,
    /// The share of the value that moved by estimated prices, a fraction; the largest of the month's steps.
    pub estimated: f64,
}

impl Record {
    /// The yearly table.
    #[must_use]
    pub fn years(&self) -> Vec<YearRow<'_>> {
        let mut rows: Vec<YearRow<'_>> = Vec::new();
        for step in self.steps() {
            let year = step.month.year();
            if rows.last().is_none_or(|row| row.year != year) {
                rows.push(YearRow {
                    year,
                    rate: self.rates().get(&year),
                    period_return: 0.0,
                    expenses: 0.0,
                    withdrawn: 0.0,
                    reinvested: 0.0,
                    pool: 0.0,
                    halted_quarters: 0,
                    shortfall: 0.0,
                    costs: 0.0,
                    value: 0.0,
                });
            }
            let Some(row) = rows.last_mut() else { continue };
            row.period_return = (1.0 + row.period_return) * (1.0 + step.period_return()) - 1.0;
            row.costs += step.costs.total();
            (row.pool, row.value) = (step.pool, step.value_after);
            row.withdrawn += step.withdrawn();
            row.reinvested += step.reinvested();
            if let Some(quarter) = step.quarter {
                row.expenses += quarter.consumption;
                row.halted_quarters += usize::from(quarter.halted);
                row.shortfall += quarter.shortfall;
            }
        }
        rows
    }

    /// The monthly table.
    #[must_use]
    pub fn months(&self) -> Vec<MonthRow> {
        let mut rows: Vec<MonthRow> = Vec::new();
        for step in self.steps() {
            let month = step.month;
            if rows.last().is_none_or(|row| row.month != month) {
                rows.push(MonthRow {
                    month,
                    period_return: 0.0,
                    value: 0.0,
                    cash: 0.0,
                    pool: 0.0,
                    market_profit: 0.0,
                    interest: 0.0,
                    hedge_profit: 0.0,
                    hedge_cost: 0.0,
                    overlay_profit: 0.0,
                    commission: 0.0,
                    slippage: 0.0,
                    fx_fee: 0.0,
                    expenses: 0.0,
                    withdrawn: 0.0,
                    reinvested: 0.0,
                    shortfall: 0.0,
                    rebalanced: false,
                    estimated: 0.0,
                });
            }
            let Some(row) = rows.last_mut() else { continue };
            row.period_return = (1.0 + row.period_return) * (1.0 + step.period_return()) - 1.0;
            (row.value, row.cash, row.pool) = (step.value_after, step.cash, step.pool);
            row.estimated = row.estimated.max(step.estimated);
            row.market_profit += step.market_profit;
            row.interest += step.interest;
            row.hedge_profit += step.forwards.hedge;
            row.hedge_cost += step.forwards.hedge_cost;
            row.overlay_profit += step.forwards.overlay;
            row.commission += step.costs.commission;
            row.slippage += step.costs.slippage;
            row.fx_fee += step.costs.fx;
            row.withdrawn += step.withdrawn();
            row.reinvested += step.reinvested();
            if let Some(quarter) = step.quarter {
                row.expenses += quarter.consumption;
                row.shortfall += quarter.shortfall;
            }
            row.rebalanced |= step.decision.trades();
        }
        rows
    }

    /// Writes the monthly table as CSV with a heading.
    ///
    /// # Errors
    ///
    /// Those of the writer.
    pub fn write_monthly_csv(&self, out: impl io::Write) -> io::Result<()> {
        let mut writer = csv::Writer::from_writer(out);
        for row in self.months() {
            writer.serialize(row).map_err(io::Error::other)?;
        }
        writer.flush()
    }
}
