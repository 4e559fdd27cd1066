use allweather_core::Number;
use allweather_metrics::risk::Covariance;
use rust_decimal::{Decimal, dec};
use serde::{Deserialize, Serialize};

use crate::{
    Decision, Reason, RebalanceError, Rebalancer, Review, Targets, Window, door, programme::Programme,
    window::Unmeasured,
};

/// What becomes of cash that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SpareCash {
    /// It is spent where that is worth its cost: `Σw ≤ 1`.
    #[default]
    Kept,
    /// It is spent: `Σw = 1`.
    Invested,
}

/// Trades as far towards the targets as being nearer is worth its cost: the cost-aware quadratic programme.
///
/// ```text
/// minimise    λ/2 (w − w*)'Σ(w − w*) + Σ c_i |w_i − w0_i| / T
/// subject to  Σw ≤ 1 (or = 1),  0 ≤ w ≤ 1
/// ```
///
/// w* are the strategic targets and w0 the weights held; Σ is the sample covariance over the window, of a year (times the dates a
/// year that the window itself has); c are the cost rates of the review. Both terms are a return of a year: the first is what an investor
/// with risk aversion λ would give up to be rid of the tracking error, the second is the cost spread over the T years for which the
/// trade is expected to last.
///
/// λ has no unit. Its default of 5 is ours: in portfolio choice values up to 10 count as plausible (Mehra and Prescott 1985). With one
/// risky asset of volatility σ beside cash, the weight may be `c / (λ σ² T)` from its target before anything trades: at 0.1 % and 15 %
/// with λ = 5 and one year 0.9 points. T = 1 is ours as well.
///
/// There is no trade inside the region where no small move is worth its cost, and from outside it is traded to its edge. Without costs
/// everything trades to the targets. What the programme moves by less than a millionth of the portfolio is kept. Where the window has
/// fewer periods than assets, or assets that hedge one another, the covariance leaves directions open; 10⁻⁸ of the mean variance is added
/// on its diagonal, which takes the answer nearest the targets.
///
/// # Examples
///
/// ```
/// use allweather_rebalance::{CostAware, Rule, SpareCash, Window};
/// let rule: Rule = serde_json::from_str(r#"{"cost_aware": { "window": { "least": 36, "most": 120 } }}"#)?;
/// let window = Window::new(36, 120, Default::default())?;
/// let same = CostAware::new(window, CostAware::RISK_AVERSION, CostAware::YEARS, SpareCash::Kept)?;
/// assert_eq!(rule, Rule::CostAware(same));
/// let rule: Rule = serde_json::from_str(r#"{"cost_aware": {
///     "window": { "least": 36, "most": 120, "currency": "local" },
///     "risk_aversion": "10",
///     "years": "0.5",
///     "cash": "invested"
/// }}"#)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Source
///
/// Grinold and Kahn, *Active Portfolio Management*, 1999, ch. 16, for a quadratic tracking penalty against costs spread over a horizon;
/// Boyd et al., *Multi-Period Trading via Convex Optimization*, 2017, for the programme. Defaults are ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Wire", into = "Wire")]
pub struct CostAware {
    window: Window,
    risk_aversion: Decimal,
    years: Decimal,
    cash: SpareCash,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    window: Window,
    #[serde(default = "risk_aversion", with = "allweather_core::wire")]
    risk_aversion: Decimal,
    #[serde(default = "years", with = "allweather_core::wire")]
    years: Decimal,
    #[serde(default)]
    cash: SpareCash,
}

fn risk_aversion() -> Decimal {
    CostAware::RISK_AVERSION
}

fn years() -> Decimal {
    CostAware::YEARS
}

impl CostAware {
    /// The risk aversion when nothing else is said, our default.
    pub const RISK_AVERSION: Decimal = dec!(5);

    /// The years that a trade is expected to last when nothing else is said, our default.
    pub const YEARS: Decimal = dec!(1);

    /// The programme with a covariance over `window`, a risk aversion, and the years over which a cost is spread.
    ///
    /// # Errors
    ///
    /// [`RebalanceError::Setting`] when risk aversion or years are not in 0.001..=1000.
    pub fn new(
        window: Window,
        risk_aversion: Decimal,
        years: Decimal,
        cash: SpareCash,
    ) -> Result<Self, RebalanceError> {
        for (what, value) in [("risk aversion", risk_aversion), ("years of a trade", years)] {
            if !(dec!(0.001)..=dec!(1000)).contains(&value) {
                return Err(RebalanceError::Setting { what, value, rule: "in 0.001..=1000" });
            }
        }
        Ok(Self { window, risk_aversion, years, cash })
    }

    /// What the covariance is taken over.
    #[must_use]
    pub fn window(&self) -> Window {
        self.window
    }

    /// The risk aversion λ.
    #[must_use]
    pub fn risk_aversion(&self) -> Decimal {
        self.risk_aversion
    }

    /// The years T over which a cost is spread.
    #[must_use]
    pub fn years(&self) -> Decimal {
        self.years
    }

    /// What becomes of cash that is there.
    #[must_use]
    pub fn cash(&self) -> SpareCash {
        self.cash
    }

    fn measured(&self, review: &Review<'_>, targets: &mut Targets) -> Result<Decision, Unmeasured> {
        door::as_long("cost rates", review.cost_rates.len(), review.targets.len())?;
        door::cost_rates(review.cost_rates)?;
        let returns = self.window.returns(review)?;
        let a_year = dates_a_year(review, returns.nrows());
        let covariance = Covariance::of(&returns)?;
        let programme = Programme {
            covariance: covariance.matrix(),
            // A cost is weighed against λ times the variance, so the years and the dates a year can stand on the side of the risk.
            aversion: self.risk_aversion.to_double() * self.years.to_double() * a_year,
            targets: review.targets,
            weights: review.weights,
            cost_rates: review.cost_rates,
            invested: self.cash == SpareCash::Invested,
        };
        let off_target = |weights: &[f64]| -> Result<f64, Unmeasured> {
            let off: Vec<f64> = weights.iter().zip(review.targets).map(|(w, target)| w - target).collect();
            Ok(covariance.volatility(&off)? * a_year.sqrt())
        };
        let tracking_error = off_target(review.weights)?;
        let wanted = programme.solve()?;
        let moved = |i: usize| (wanted[i] - review.weights[i]).abs();
        let traded = (0..wanted.len()).filter(|i| moved(*i) > 0.0).count();
        if traded == 0 {
            return Ok(Decision::Hold(Reason::NotWorthTrading { tracking_error }));
        }
        let mut cost = 0.0;
        for (position, weight) in wanted.iter().enumerate() {
            if moved(position) > 0.0 {
                targets.set(position, *weight)?;
                cost += review.cost_rates[position] * moved(position);
            } else {
                targets.keep(position);
            }
        }
        let position = (0..wanted.len()).fold(0, |a, b| if moved(b) > moved(a) { b } else { a });
        let left = off_target(&wanted)?;
        Ok(Decision::Rebalance(Reason::WorthTrading { tracking_error, left, cost, position, traded }))
    }
}

/// How many periods make a year, by the dates of the newest of them: 12 of a monthly panel, 252 on one exchange, 245 on another.
fn dates_a_year(review: &Review<'_>, periods: usize) -> f64 {
    let dates = review.market.price(0).dates();
    let first = dates.len().checked_sub(periods + 1).and_then(|first| dates.get(first));
    let days = first.zip(dates.last()).map_or(0, |(first, last)| (*last - *first).num_days());
    (periods as f64 * 365.25 / days.max(1) as f64).round().max(1.0)
}

impl TryFrom<Wire> for CostAware {
    type Error = RebalanceError;
    fn try_from(wire: Wire) -> Result<Self, Self::Error> {
        Self::new(wire.window, wire.risk_aversion, wire.years, wire.cash)
    }
}

impl From<CostAware> for Wire {
    fn from(rule: CostAware) -> Self {
        let CostAware { window, risk_aversion, years, cash } = rule;
        Self { window, risk_aversion, years, cash }
    }
}

impl Rebalancer for CostAware {
    fn decide(&self, review: &Review<'_>, targets: &mut Targets) -> Result<Decision, RebalanceError> {
        self.measured(review, targets).or_else(Unmeasured::decision)
    }

    fn reads_costs(&self) -> bool {
        true
    }
}
