use std::num::NonZeroU16;

use allweather_core::Month;
use allweather_core::Rate;
use allweather_leverage::{Charge, Funding, HalfOptimalF, LeverageRule, UnleveredPath, paths};
use allweather_market::{Frequency, Market};
use allweather_metrics::{Periodicity, Returns, annual_return_geometric, max_drawdown, volatility};

use crate::{PortfolioError, Record};

/// A target with what was reached: both are fractions, and so is their difference.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Target {
    /// What was aimed at.
    pub aim: f64,
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
    /// The geometric mean of the prescribed rates over the run's steps; `None` when a year has none.
    pub prescribed_rate: Option<f64>,
}

/// Performance under one leverage variant.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Variant {
    /// What the variant is called.
    pub name: &'static str,
    /// The multiple; `None` when its rule has no answer, and then why.
    pub multiple: Result<f64, String>,
    /// The first and the last month of the path.
    pub span: (Month, Month),
    /// Geometric return a year; −1 after ruin.
    pub annual_return: Option<f64>,
    /// Annualised standard deviation, up to ruin.
    pub deviation: Option<f64>,
    /// Largest drawdown as a positive fraction.
    pub drawdown: Option<f64>,
    /// The month in which everything was lost, if it was.
    pub ruined_in: Option<Month>,
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

    /// The check against the published targets.
    ///
    /// # Source
    ///
    /// Published method, §7.
    #[must_use]
    pub fn targets(&self) -> TargetCheck {
        let returns = Returns::new(self.periodicity(), &self.outcome().returns).ok();
        let reached = returns.as_ref().and_then(|r| annual_return_geometric(r).ok());
        let deviation = returns.as_ref().and_then(|r| volatility(r).ok());
        let drawdown = returns.as_ref().and_then(|r| max_drawdown(r).ok()).map(|d| -d.depth);
        let mut log_rate = Some(0.0);
        for step in self.steps() {
            let rate = self.rates().get(&step.month.year()).map(|r| Rate::from_percent(r.rate).to_f64());
            log_rate = log_rate.zip(rate).map(|(sum, rate)| sum + rate.ln_1p());
        }
        let prescribed_rate = log_rate.map(|sum: f64| (sum / self.len() as f64).exp_m1());
        let aim = prescribed_rate.map_or(f64::INFINITY, |rate| rate + 0.04);
        let at_most =
            |aim, reached: Option<f64>| Target { aim, reached, met: reached.is_some_and(|r| r <= aim) };
        TargetCheck {
            annual_return: Target { aim, reached, met: reached.is_some_and(|r| r >= aim) },
            deviation: at_most(0.04, deviation),
            drawdown: at_most(0.06, drawdown),
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

    /// The run as it is and the published leverage variants, 2×, 5× and optimal f/2, computed afterwards from its monthly path.
    ///
    /// Funding is the 1-year JGB yield known at the end of the month before, plus `funding`'s spread; months before the first
    /// such yield are left out of every variant, so that all have one span. The pool earns nothing, so its part of the change
    /// is 0.
    ///
    /// # Errors
    ///
    /// [`PortfolioError::Leverage`] when the path itself is refused.
    ///
    /// # Source
    ///
    /// Published method, §5.
    pub fn variants(&self, market: &Market, funding: Funding) -> Result<Vec<Variant>, PortfolioError> {
        let (mut change, mut yields, mut months): (Vec<f64>, Vec<f64>, Vec<Month>) = Default::default();
        let mut before: Option<crate::Step<'_>> = None;
        for step in self.steps() {
            if let Some(last) = before {
                let known = market.as_of(last.date);
                let at = known.statistic(Market::JGB_1Y).zip(known.complete_month());
                if let Some(jgb) = at.and_then(|(series, month)| series.get(month)) {
                    change.push((step.after_costs - step.value_before) / (last.value_after + last.pool));
                    yields.push(jgb);
                    months.push(step.month);
                } else {
                    // A hole in the middle would join what does not belong together: begin anew after it.
                    (change, yields, months) = Default::default();
                }
            }
            before = Some(step);
        }
        let (Some(&first), Some(&last)) = (months.first(), months.last()) else { return Ok(Vec::new()) };
        let charged = paths::monthly_funding(funding, &yields)?;
        let pool = vec![0.0; change.len()];
        let path = UnleveredPath::new(&change, &pool, &charged)?;
        let published = HalfOptimalF.multiple(&path);
        let asked = [("1x", Ok(1.0)), ("2x", Ok(2.0)), ("5x", Ok(5.0)), ("optimal f/2", published)];
        let shape = (1, change.len());
        let view = |values: &[f64]| ndarray::Array2::from_shape_fn(shape, |(_, i)| values[i]);
        let mut variants = Vec::with_capacity(asked.len());
        for (name, multiple) in asked {
            let mut variant = Variant {
                name,
                multiple: multiple.map_err(|e| e.to_string()),
                span: (first, last),
                annual_return: None,
                deviation: None,
                drawdown: None,
                ruined_in: None,
            };
            if let Ok(multiple) = variant.multiple {
                let levered =
                    paths::levered(&view(&change), &view(&pool), &charged, multiple, Charge::WholePosition)?;
                let wealth = paths::wealth(levered.row(0))?;
                variant.ruined_in = wealth.ruined_in.and_then(|period| months.get(period)).copied();
                let alive = wealth.ruined_in.unwrap_or(change.len());
                let mut returns: Vec<f64> = levered.iter().take(alive).copied().collect();
                variant.deviation =
                    Returns::new(self.periodicity(), &returns).ok().and_then(|r| volatility(&r).ok());
                if wealth.ruined_in.is_some() {
                    returns.push(-1.0);
                }
                let returns = Returns::new(self.periodicity(), &returns).ok();
                variant.annual_return = returns.as_ref().and_then(|r| annual_return_geometric(r).ok());
                variant.drawdown = returns.as_ref().and_then(|r| max_drawdown(r).ok()).map(|d| -d.depth);
            }
            variants.push(variant);
        }
        Ok(variants)
    }
}
