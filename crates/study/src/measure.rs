use std::fmt;

use serde::{Deserialize, Serialize};

/// A figure that each path has, or does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Measure {
    /// Value and pool at the end over capital and pool at the start, a ratio; 0 when the portfolio is lost. What a lost path does not have is
    /// missing, as are figures of expenses without expenses and figures over prices where a year has no prescribed rate.
    Wealth,
    /// [`Measure::Wealth`] over the growth of prices by the prescribed rates of the path's months: 1 keeps the real value.
    RealWealth,
    /// Geometric return a year, flows apart, a fraction; so are the figures below but for years.
    AnnualReturn,
    /// [`Measure::AnnualReturn`] over the geometric mean of the path's prescribed rates, as a difference.
    OverPrescribedRate,
    /// Standard deviation of returns a year (n − 1).
    Deviation,
    /// Downside deviation below nought, a year.
    DownsideDeviation,
    /// The largest drawdown, as a positive fraction.
    Drawdown,
    /// Expected shortfall of the worst 5 % of months, as a positive fraction.
    ExpectedShortfall,
    /// Quarters in which nothing was withdrawn because principal was under water, over 4: years.
    HaltedYears,
    /// What nothing funded, as a share of the expenses.
    Unfunded,
    /// Both sides of what the rule traded after the first purchase, over the value, a year; sales for payments alone are not in it.
    Turnover,
    /// All costs over the starting capital, a year.
    Costs,
    /// How often the rule rebalanced a year, the first purchase apart: a number.
    Rebalances,
    /// Sharpe ratio over nought, a year, a number. Missing where returns do not vary.
    Sharpe,
}

impl Measure {
    /// All of them, in the order in which results have them.
    pub const ALL: [Self; 14] = [
        Self::Wealth,
        Self::RealWealth,
        Self::AnnualReturn,
        Self::OverPrescribedRate,
        Self::Deviation,
        Self::DownsideDeviation,
        Self::Drawdown,
        Self::ExpectedShortfall,
        Self::HaltedYears,
        Self::Unfunded,
        Self::Turnover,
        Self::Costs,
        Self::Rebalances,
        Self::Sharpe,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Wealth => "wealth",
            Self::RealWealth => "real wealth",
            Self::AnnualReturn => "annual return",
            Self::OverPrescribedRate => "over the prescribed rate",
            Self::Deviation => "deviation",
            Self::DownsideDeviation => "downside deviation",
            Self::Drawdown => "drawdown",
            Self::ExpectedShortfall => "expected shortfall",
            Self::HaltedYears => "halted years",
            Self::Unfunded => "unfunded expenses",
            Self::Turnover => "turnover a year",
            Self::Costs => "costs a year",
            Self::Rebalances => "rebalances a year",
            Self::Sharpe => "Sharpe ratio",
        }
    }
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Something that happens on a path, or does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Event {
    /// The portfolio is lost, or its value falls below the study's ruin level at some step.
    Ruin,
    /// Some quarter's expenses were not funded in full.
    Shortfall,
    /// Withdrawals halted in some quarter.
    Halt,
    /// The real value was not kept: [`Measure::RealWealth`] below 1.
    RealLoss,
    /// The target of the return was met: 4 % a year over the prescribed rate.
    ReturnMet,
    /// The target of the deviation was met: 4 % a year at the most.
    DeviationMet,
    /// The target of the drawdown was met: 6 % at the most.
    DrawdownMet,
    /// All three were met.
    TargetsMet,
}

impl Event {
    /// All of them, in the order in which results have them.
    pub const ALL: [Self; 8] = [
        Self::Ruin,
        Self::Shortfall,
        Self::Halt,
        Self::RealLoss,
        Self::ReturnMet,
        Self::DeviationMet,
        Self::DrawdownMet,
        Self::TargetsMet,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Ruin => "ruin",
            Self::Shortfall => "expenses unfunded",
            Self::Halt => "withdrawals halted",
            Self::RealLoss => "real value lost",
            Self::ReturnMet => "return met",
            Self::DeviationMet => "deviation met",
            Self::DrawdownMet => "drawdown met",
            Self::TargetsMet => "all targets met",
        }
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
