use allweather_core::Number;
use allweather_metrics::{MetricsError, risk::Covariance};
use ndarray::{ArrayView1, Axis};
use rust_decimal::{Decimal, dec};
use serde::{Deserialize, Serialize};

use crate::{
    Decision, Reason, RebalanceError, Rebalancer, Review, ReviewDay, Rule, Targets, Window,
    window::Unmeasured,
};

/// Lets one rule decide while markets are turbulent and another while they are calm.
///
/// ```text
/// turbulent:  σ_recent > ratio · σ_long-run
/// ```
///
/// Both are sample deviations (n − 1) of the returns that today's weights would have had: over the newest `recent` periods, and over all
/// of the window, which holds the recent ones too. Cash counts as a return of 0.
///
/// Where the window is not filled to its least, markets count as calm, and the reason says of which asset returns are missing. A member
/// may be any rule, and rules can stand within rules; a file nests them as deep as its reader goes (`serde_json`: 128 levels, sixty rules).
///
/// # Examples
///
/// Trade when volatility is high, otherwise once a year:
///
/// ```
/// # use allweather_rebalance::Rule;
/// let rule: Rule = serde_json::from_str(r#"{"when_volatile": {
///     "recent": 3,
///     "window": { "least": 36, "most": 120 },
///     "turbulent": { "drift_band": { "measure": "portfolio", "threshold": 1, "scope": "all" } },
///     "calm": { "calendar": { "every": "year", "on": "end" } }
/// }}"#)?;
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// Look more often when volatility is high, on daily prices: every day with a band, or on the first day of a month.
///
/// ```
/// # use allweather_rebalance::Rule;
/// let rule: Rule = serde_json::from_str(r#"{"when_volatile": {
///     "recent": 21,
///     "window": { "least": 504, "most": 2520, "currency": "local" },
///     "ratio": "1.5",
///     "turbulent": { "drift_band": { "measure": "position", "threshold": 5, "scope": "all" } },
///     "calm": { "calendar": { "every": "month", "on": "start" } }
/// }}"#)?;
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// # Source
///
/// The text names rebalancing on volatility and faster reviews when it is high, and gives no numbers: the measure, the ratio and its
/// default of 1.5 are [our reading].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Wire", into = "Wire")]
pub struct WhenVolatile {
    recent: usize,
    window: Window,
    ratio: Decimal,
    turbulent: Box<Rule>,
    calm: Box<Rule>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    recent: usize,
    window: Window,
    #[serde(default = "ratio", with = "allweather_core::wire")]
    ratio: Decimal,
    turbulent: Box<Rule>,
    calm: Box<Rule>,
}

fn ratio() -> Decimal {
    WhenVolatile::RATIO
}

impl WhenVolatile {
    /// The ratio of recent to long-run volatility from which markets count as turbulent when nothing else is said [our reading].
    pub const RATIO: Decimal = dec!(1.5);

    /// Lets `turbulent` decide when the volatility of the newest `recent` periods is above `ratio` times that of the window, and
    /// `calm` otherwise.
    ///
    /// # Errors
    ///
    /// [`RebalanceError::Setting`] when `recent` is not in 2..= the window's least, or the ratio is not above 0.
    pub fn new(
        recent: usize,
        window: Window,
        ratio: Decimal,
        turbulent: Rule,
        calm: Rule,
    ) -> Result<Self, RebalanceError> {
        Self::checked(recent, window, ratio, Box::new(turbulent), Box::new(calm))
    }

    fn checked(
        recent: usize,
        window: Window,
        ratio: Decimal,
        turbulent: Box<Rule>,
        calm: Box<Rule>,
    ) -> Result<Self, RebalanceError> {
        if !(2..=window.least()).contains(&recent) {
            let rule = "2 or more periods, and no more than the window's least";
            return Err(RebalanceError::Setting { what: "recent", value: recent.into(), rule });
        }
        if ratio <= Decimal::ZERO {
            return Err(RebalanceError::Setting {
                what: "ratio of volatilities",
                value: ratio,
                rule: "above 0",
            });
        }
        Ok(Self { recent, window, ratio, turbulent, calm })
    }

    /// How many of the newest periods are recent.
    #[must_use]
    pub fn recent(&self) -> usize {
        self.recent
    }

    /// The long run.
    #[must_use]
    pub fn window(&self) -> Window {
        self.window
    }

    /// The ratio of volatilities above which markets are turbulent.
    #[must_use]
    pub fn ratio(&self) -> Decimal {
        self.ratio
    }

    /// The rule that decides in turbulent markets.
    #[must_use]
    pub fn turbulent(&self) -> &Rule {
        &self.turbulent
    }

    /// The rule that decides in calm markets.
    #[must_use]
    pub fn calm(&self) -> &Rule {
        &self.calm
    }

    /// The recent and the long-run volatility a period.
    fn volatilities(&self, review: &Review<'_>) -> Result<(f64, f64), Unmeasured> {
        let returns = self.window.returns(review)?;
        let portfolio = returns.dot(&ArrayView1::from(review.weights));
        let newest = portfolio.len().saturating_sub(self.recent)..;
        Ok((deviation(&portfolio.slice_axis(Axis(0), newest.into()))?, deviation(&portfolio.view())?))
    }
}

fn deviation(returns: &ArrayView1<'_, f64>) -> Result<f64, MetricsError> {
    Covariance::of(returns.view().insert_axis(Axis(1)))?.volatility(&[1.0])
}

impl TryFrom<Wire> for WhenVolatile {
    type Error = RebalanceError;
    fn try_from(wire: Wire) -> Result<Self, Self::Error> {
        Self::checked(wire.recent, wire.window, wire.ratio, wire.turbulent, wire.calm)
    }
}

impl From<WhenVolatile> for Wire {
    fn from(rule: WhenVolatile) -> Self {
        let WhenVolatile { recent, window, ratio, turbulent, calm } = rule;
        Self { recent, window, ratio, turbulent, calm }
    }
}

impl Rebalancer for WhenVolatile {
    fn decide(&self, review: &Review<'_>, targets: &mut Targets) -> Result<Decision, RebalanceError> {
        let (recent, long_run) = match self.volatilities(review) {
            Ok(volatilities) => volatilities,
            Err(unmeasured) => return unmeasured.leaves_it_to(&self.calm, review, targets),
        };
        let ratio = self.ratio.to_double();
        // A product, not a quotient: nothing that never moved is turbulent.
        let turbulent = recent > ratio * long_run;
        let rule = if turbulent { &self.turbulent } else { &self.calm };
        let decision = rule.decide(review, targets)?;
        Ok(decision.because(|reason| Reason::Volatility { recent, long_run, ratio, turbulent, reason }))
    }

    fn reads_costs(&self) -> bool {
        self.turbulent.reads_costs() || self.calm.reads_costs()
    }

    fn may_trade(&self, day: ReviewDay) -> bool {
        self.turbulent.may_trade(day) || self.calm.may_trade(day)
    }
}
