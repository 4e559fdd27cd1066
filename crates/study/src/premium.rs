use std::collections::BTreeMap;

use allweather_core::Currency;
use allweather_market::Market;
use allweather_portfolio::{Record, Step};
use serde::Serialize;

/// By how much the growth of a portfolio in a period is above the mean of its parts' growth.
///
/// ```text
/// ln Σ w_i R_i − Σ w_i ln R_i
/// ```
///
/// | argument  | shape     | unit                                                         |
/// | --------- | --------- | ------------------------------------------------------------ |
/// | `weights` | `[parts]` | weights at the beginning of the period, fractions that add up to 1 |
/// | `growth`  | `[parts]` | value at its end over value at its beginning                  |
///
/// It is 0 or more where no weight is negative, and 0 for one part: a mixture spreads less than what is in it. Where periods are short it is
/// half of the mean variance of the parts less that of the whole, the excess growth rate. A part without a weight is not looked at. `None` where a growth that counts, or that of
/// the whole, is not above 0 and finite.
///
/// ```
/// use allweather_study::excess_growth;
/// // Two assets, of which one doubles and the other halves: both would have grown by nothing in the mean.
/// let excess = excess_growth(&[0.5, 0.5], &[2.0, 0.5]).ok_or("both are above 0")?;
/// assert!((excess - 1.25_f64.ln()).abs() < 1e-15);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Source
///
/// Fernholz, *Stochastic Portfolio Theory*, 2002; for whole periods Pal and Wong, *Energy, Entropy, and Arbitrage*, 2013, where it is the
/// free energy.
#[must_use]
pub fn excess_growth(weights: &[f64], growth: &[f64]) -> Option<f64> {
    let parts = || weights.iter().zip(growth).filter(|(weight, _)| **weight != 0.0);
    let (of_all, of_parts) = split(parts().map(|(weight, growth)| (*weight, *growth)))?;
    Some(of_all - of_parts)
}

/// ln Σ w R and Σ w ln R.
fn split(parts: impl Iterator<Item = (f64, f64)>) -> Option<(f64, f64)> {
    let (mut all, mut mean) = (0.0, 0.0);
    for (weight, growth) in parts {
        all += weight * growth;
        mean += weight * growth.ln();
    }
    // The logarithm of what is not above 0 is no number.
    let of_all = f64::ln(all);
    (of_all.is_finite() && mean.is_finite()).then_some((of_all, mean))
}

/// What the growth of a run consists of, period by period; logarithms, summed over the run.
///
/// ```text
/// ln(1 + return) = excess growth + mean growth of the parts + overlay − cost
/// ```
///
/// Parts are assets, each with the hedge of its currency, and cash. Each step after the first purchase counts.
///
/// ```
/// use allweather_study::Growth;
/// let data = allweather_data::embedded()?;
/// let record = data.simulate(&allweather_data::all_weather()?)?;
/// let growth = Growth::of(&record, &data.market).ok_or("every part grew by something above nothing")?;
/// let returns: f64 = record.outcome().returns.iter().skip(1).map(|r| r.ln_1p()).sum();
/// assert!((growth.total() - returns).abs() < 1e-12);
/// assert!(growth.excess > 0.0 && growth.cost > 0.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
#[non_exhaustive]
pub struct Growth {
    /// How long the run is, years.
    pub years: f64,
    /// Σ of [`excess_growth`].
    pub excess: f64,
    /// Σ of the weighted mean of the parts' own growth.
    pub parts: f64,
    /// Σ of what the overlay added, and whatever is no part: what parts and costs do not explain.
    pub overlay: f64,
    /// Σ of what costs took, positive.
    pub cost: f64,
}

impl Growth {
    /// The growth of a run on this market. `None` when it has no step after the first purchase, or a part (with its hedge) did not grow by
    /// something above nothing.
    #[must_use]
    pub fn of(record: &Record, market: &Market) -> Option<Self> {
        let panel = market.prices();
        let held = record.spec().holdings.look_through();
        let currency = |asset| panel.position(asset).map(|place| panel.instruments()[place].currency);
        let currencies: Vec<Currency> =
            held.into_iter().map(|(asset, _)| currency(asset)).collect::<Option<_>>()?;
        let mut sum = Self::default();
        let steps: Vec<Step<'_>> = record.steps().collect();
        for pair in steps.windows(2) {
            sum.add(&pair[0], &pair[1], &currencies, market)?;
        }
        let periods = steps.len().checked_sub(1).filter(|periods| *periods > 0)?;
        sum.years = periods as f64 / record.periodicity().periods_a_year();
        Some(sum)
    }

    fn add(
        &mut self,
        before: &Step<'_>,
        step: &Step<'_>,
        currencies: &[Currency],
        market: &Market,
    ) -> Option<()> {
        let whole = before.value_after;
        // What the hedge brought for one unit of value held in each currency.
        let mut hedged: BTreeMap<Currency, f64> = BTreeMap::new();
        for position in before.positions.iter().filter(|position| position.hedge != 0.0) {
            let spot = market.spots()?.on(position.currency, step.date)?;
            let exposed = before.after.iter().zip(currencies).filter(|(_, of)| **of == position.currency);
            let exposed: f64 = exposed.map(|(held, _)| held).sum();
            let profit = position.hedge * (spot - position.forward) / position.spot;
            *hedged.entry(position.currency).or_default() += profit / exposed;
        }
        let assets = before.after.iter().zip(step.before).zip(currencies);
        let assets = assets.filter(|((held, _), _)| **held > 0.0).map(|((held, now), currency)| {
            (held / whole, now / held + hedged.get(currency).copied().unwrap_or(0.0))
        });
        let cash = (before.cash > 0.0).then(|| (before.cash / whole, 1.0 + step.interest / before.cash));
        let (of_all, of_parts) = split(assets.chain(cash))?;
        let (net, gross) = (step.period_return().ln_1p(), step.gross_return().ln_1p());
        self.excess += of_all - of_parts;
        self.parts += of_parts;
        self.overlay += gross - of_all;
        self.cost += gross - net;
        (net.is_finite() && gross.is_finite()).then_some(())
    }

    /// The growth of the run, a logarithm.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.excess + self.parts + self.overlay - self.cost
    }

    /// What rebalancing brought over buying the same weights and holding them.
    #[must_use]
    pub fn premium_over(&self, held: &Self) -> Premium {
        let years = if self.years > 0.0 { self.years } else { 1.0 };
        let a_year = |sum: f64| sum / years;
        Premium {
            excess_growth: a_year(self.excess),
            drift: a_year(self.parts - (held.excess + held.parts)),
            overlay: a_year(self.overlay - held.overlay),
            cost: a_year(self.cost - held.cost),
            total: a_year(self.total() - held.total()),
        }
    }
}

/// The rebalancing premium: growth over buy and hold, a logarithm a year, and what it consists of.
///
/// ```text
/// total = excess growth + drift + overlay − cost
/// drift = Σ_t Σ_i w_ti ln R_ti − ln(growth of buy and hold)
/// ```
///
/// Excess growth is what the mixture gained by being kept a mixture; it is not below 0. Drift is what the parts then earned in the mean less
/// what was earned by letting weights run: it is below 0 where winners went on winning, for constant weights always. Neither is a premium by
/// itself: the sum is. Buy and hold is the same spec under the rule `never`: vaults that it holds keep their own rules, so with vaults it is buy
/// and hold of what is on top only.
///
/// # Source
///
/// Pal and Wong 2013, "The Geometry of Relative Arbitrage", 2016: the growth of a portfolio relative to another one is a sum of free energy
/// and drift. The terms for overlay and cost are ours.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Premium {
    /// All of it.
    pub total: f64,
    /// The excess growth of the rebalanced portfolio.
    pub excess_growth: f64,
    /// What weights that were brought back earned otherwise than weights that ran.
    pub drift: f64,
    /// What the overlay brought more or less, on weights of another size; 0 without one.
    pub overlay: f64,
    /// What costs took more than those of buy and hold; positive is a loss.
    pub cost: f64,
}
