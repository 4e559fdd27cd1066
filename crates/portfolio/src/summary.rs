use std::num::NonZeroU16;

use allweather_core::Rate;
use allweather_market::Frequency;
use allweather_metrics::{Periodicity, Returns, annual_return_geometric, max_drawdown, volatility};

use crate::Record;

/// A target with what was reached, both as fractions.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Target {
    /// What was aimed at; `None` when a year of the run has no prescribed rate to aim by.
    pub aim: Option<f64>,
    /// What was reached; `None` when the run is too short to say.
    pub reached: Option<f64>,
    /// Whether it was met; never when it is unknown.
    pub met: bool,
}

/// The published targets, without leverage: return ≥ prescribed rate + 4 %, standard deviation ≤ 4 %, drawdown ≤ 6 %.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct TargetCheck {
    /// Geometric return a year, against the geometric mean of the prescribed rates + 4 %.
    pub annual_return: Target,
    /// Annualised standard deviation of returns (n − 1), against 4 %.
    pub deviation: Target,
    /// Largest drawdown as a positive fraction, the start included, against 6 %.
    pub drawdown: Target,
    /// The geometric mean of the prescribed rates over the run's periods; `None` when a year has none.
    pub prescribed_rate: Option<f64>,
}

impl TargetCheck {
    /// What the return is to be above the prescribed rate, a fraction a year.
    pub const PREMIUM: f64 = 0.04;
    /// The largest standard deviation, a fraction a year.
    pub const DEVIATION: f64 = 0.04;
    /// The largest drawdown, a positive fraction.
    pub const DRAWDOWN: f64 = 0.06;
}

/// What the hedge cost and what the overlay earned, in base currency over the whole run.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct HedgeAccount {
    /// What the interest differential took: positive is a cost.
    pub hedge_cost: f64,
    /// Profit of the overlay.
    pub overlay_profit: f64,
    /// Overlay profit over hedge cost; `None` when the hedge cost nothing.
    pub earned_back: Option<f64>,
}

impl Record {
    /// How often there are returns, counted from the dates in a daily run.
    #[must_use]
    pub fn periodicity(&self) -> Periodicity {
        if self.frequency() == Frequency::Monthly {
            return Periodicity::Monthly;
        }
        let span = self.step(0).zip(self.step(self.len().saturating_sub(1)));
        let days = span.map_or(0, |(first, last)| (last.date - first.date).num_days());
        // Dates a year, from the run's own: 252 on one exchange, 245 on another.
        let a_year = ((self.len().saturating_sub(1)) as f64 * 365.25 / days.max(1) as f64).round();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a whole number in 1..=366"
        )]
        let whole = a_year.clamp(1.0, 366.0) as u16;
        let days_a_year = NonZeroU16::new(whole).unwrap_or(NonZeroU16::MIN);
        Periodicity::Daily { days_a_year }
    }

    /// Whether each step's return rests on estimated prices, wholly or in part: the mask for
    /// [`Returns::with_estimated`]. Shape `[steps]`.
    #[must_use]
    pub fn estimated(&self) -> Vec<bool> {
        self.steps().map(|step| step.estimated > 0.0).collect()
    }

    /// The check against the published targets.
    ///
    /// # Source
    ///
    /// Published method, §7.
    #[must_use]
    pub fn targets(&self) -> TargetCheck {
        let (first, returns) = (self.outcome().first_period, self.outcome().period_returns());
        let returns = Returns::new(self.periodicity(), &returns).ok();
        let reached = returns.as_ref().and_then(|r| annual_return_geometric(r).ok());
        let deviation = returns.as_ref().and_then(|r| volatility(r).ok());
        let drawdown = returns.as_ref().and_then(|r| max_drawdown(r).ok()).map(|d| -d.depth);
        let mut log_rate = Some(0.0);
        for step in self.steps().skip(first) {
            let rate =
                self.rates().get(&step.month.year()).map(|r| Rate::from_percent(r.prescribed.rate).to_f64());
            log_rate = log_rate.zip(rate).map(|(sum, rate)| sum + rate.ln_1p());
        }
        let prescribed_rate =
            log_rate.map(|sum: f64| (sum / self.len().saturating_sub(first).max(1) as f64).exp_m1());
        let target = |aim: Option<f64>, reached: Option<f64>, met: fn(f64, f64) -> bool| {
            let met = aim.zip(reached).is_some_and(|(aim, reached)| met(aim, reached));
            Target { aim, reached, met }
        };
        TargetCheck {
            annual_return: target(
                prescribed_rate.map(|rate| rate + TargetCheck::PREMIUM),
                reached,
                |aim, reached| reached >= aim,
            ),
            deviation: target(Some(TargetCheck::DEVIATION), deviation, |aim, reached| reached <= aim),
            drawdown: target(Some(TargetCheck::DRAWDOWN), drawdown, |aim, reached| reached <= aim),
            prescribed_rate,
        }
    }

    /// What the hedge cost and what the overlay earned back.
    #[must_use]
    pub fn hedge_account(&self) -> HedgeAccount {
        let (mut hedge_cost, mut overlay_profit) = (0.0, 0.0);
        for step in self.steps() {
            hedge_cost += step.forwards.hedge_cost;
            overlay_profit += step.forwards.overlay;
        }
        let earned_back = (hedge_cost > 0.0).then(|| overlay_profit / hedge_cost);
        HedgeAccount { hedge_cost, overlay_profit, earned_back }
    }
}
