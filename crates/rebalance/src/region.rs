use allweather_core::{Number, Rate};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::{
    Decision, Reason, RebalanceError, Rebalancer, Review, Targets,
    projection::{Reach, TOLERANCE, trade_within},
};

/// Half the width of the region around a weight in which trading costs more than it gains.
///
/// ```text
/// (3/(2γ) · π²(1 − π)² · λ)^{1/3}       π target weight, γ risk aversion, λ cost as a fraction of traded value
/// ```
///
/// A fraction of the portfolio. It is the leading term for small costs, for one risky asset with independent returns against the rest
/// of the portfolio and an investor of constant relative risk aversion.
///
/// ```
/// use allweather_rebalance::no_trade_half_width;
/// assert!((no_trade_half_width(0.6, 5.0, 0.001)? - 0.025_853_216_3).abs() < 1e-10);
/// # Ok::<(), allweather_rebalance::RebalanceError>(())
/// ```
///
/// # Errors
///
/// [`RebalanceError::Range`] when the weight is not in 0..=1, the risk aversion is not positive and finite, or the cost rate is not in
/// 0..0.5. Its position is always 0: there is one asset.
///
/// # Source
///
/// Janeček and Shreve, "Asymptotic analysis for optimal investment and consumption with transaction costs", Finance and Stochastics
/// 8, 2004.
pub fn no_trade_half_width(weight: f64, risk_aversion: f64, cost_rate: f64) -> Result<f64, RebalanceError> {
    half_width(weight, risk_aversion, cost_rate, 0)
}

fn half_width(weight: f64, risk_aversion: f64, rate: f64, position: usize) -> Result<f64, RebalanceError> {
    let refused = |what, value, rule| Err(RebalanceError::Range { what, value, position, rule });
    if !(0.0..=1.0).contains(&weight) {
        return refused("target weight", weight, "in 0..=1");
    }
    if !(risk_aversion > 0.0 && risk_aversion.is_finite()) {
        return refused("risk aversion", risk_aversion, "positive and finite");
    }
    if !(0.0..0.5).contains(&rate) {
        return refused("cost rate", rate, "in 0..0.5");
    }
    let spread = weight * (1.0 - weight);
    Ok((1.5 / risk_aversion * spread * spread * rate).cbrt())
}

/// Trades when an asset leaves the region around its target in which trading costs more than it gains, and only to the region's
/// edge.
///
/// Each asset has its own [half-width](no_trade_half_width): what is dear to trade may drift further. The trade is
/// [balanced](crate::paths::project); how far an asset is from its target is measured in its half-widths. Cash does not trade by
/// itself; in a trade its half-width is that of an asset as dear as the dearest [our reading]. Where nothing costs anything, every
/// asset goes to its target.
///
/// ```
/// use allweather_rebalance::NoTradeRegion;
/// let rule: NoTradeRegion = serde_json::from_str(r#"{"risk_aversion":"5"}"#)?;
/// assert_eq!(rule.cost_rate(), None); // what the engine says that trading costs on the day
/// let fixed: NoTradeRegion = serde_json::from_str(r#"{"risk_aversion":"5","cost_rate":"0.001"}"#)?;
/// assert!(fixed.cost_rate().is_some());
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// # Source
///
/// Janeček and Shreve 2004 (see [`no_trade_half_width`]). Its use for each of several assets by itself is ours: it leaves out how they
/// move together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Wire", into = "Wire")]
pub struct NoTradeRegion {
    risk_aversion: Decimal,
    cost_rate: Option<Rate>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    #[serde(with = "allweather_core::wire")]
    risk_aversion: Decimal,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cost_rate: Option<Rate>,
}

impl NoTradeRegion {
    /// For an investor of this relative risk aversion γ (1 is that of logarithmic utility), with the costs of the day.
    ///
    /// # Errors
    ///
    /// [`RebalanceError::Setting`] when it is not positive.
    pub fn new(risk_aversion: Decimal) -> Result<Self, RebalanceError> {
        if risk_aversion <= Decimal::ZERO {
            return Err(RebalanceError::Setting {
                what: "risk aversion",
                value: risk_aversion,
                rule: "positive",
            });
        }
        // Without trailing zeros: equal numbers become the same double.
        Ok(Self { risk_aversion: risk_aversion.normalize(), cost_rate: None })
    }

    /// The same region reckoned with one cost for all assets and days, a fraction of traded value.
    ///
    /// # Errors
    ///
    /// [`RebalanceError::Setting`] when it is not in 0..0.5.
    pub fn with_cost_rate(self, cost_rate: Rate) -> Result<Self, RebalanceError> {
        let value = cost_rate.fraction();
        if !(0.0..0.5).contains(&value.to_double()) {
            return Err(RebalanceError::Setting { what: "cost rate", value, rule: "in 0..0.5" });
        }
        Ok(Self { cost_rate: Some(Rate::from_fraction(value.normalize())), ..self })
    }

    /// The relative risk aversion γ.
    #[must_use]
    pub fn risk_aversion(&self) -> Decimal {
        self.risk_aversion
    }

    /// The cost of trading that it is reckoned with; `None` for that of the day.
    #[must_use]
    pub fn cost_rate(&self) -> Option<Rate> {
        self.cost_rate
    }

    /// Half-widths of all assets, and of cash as the last.
    fn half_widths(&self, review: &Review<'_>) -> Result<Vec<f64>, RebalanceError> {
        let (found, expected) = (review.cost_rates.len(), review.targets.len());
        if self.cost_rate.is_none() && found != expected {
            return Err(RebalanceError::Length { what: "cost rates", found, expected });
        }
        let risk_aversion = self.risk_aversion.to_double();
        let fixed = self.cost_rate.map(|rate| rate.fraction().to_double());
        let (mut widths, mut cash, mut dearest) =
            (Vec::with_capacity(expected + 1), 1.0, fixed.unwrap_or(0.0));
        for (position, target) in review.targets.iter().enumerate() {
            let rate = fixed.unwrap_or_else(|| review.cost_rates[position]);
            widths.push(half_width(*target, risk_aversion, rate, position)?);
            dearest = rate.max(dearest);
            cash -= target;
        }
        widths.push(half_width(cash.clamp(0.0, 1.0), risk_aversion, dearest, expected)?);
        Ok(widths)
    }
}

impl TryFrom<Wire> for NoTradeRegion {
    type Error = RebalanceError;
    fn try_from(wire: Wire) -> Result<Self, Self::Error> {
        let region = Self::new(wire.risk_aversion)?;
        wire.cost_rate.map_or(Ok(region), |rate| region.with_cost_rate(rate))
    }
}

impl From<NoTradeRegion> for Wire {
    fn from(region: NoTradeRegion) -> Self {
        Self { risk_aversion: region.risk_aversion, cost_rate: region.cost_rate }
    }
}

impl Rebalancer for NoTradeRegion {
    fn decide(&self, review: &Review<'_>, targets: &mut Targets) -> Result<Decision, RebalanceError> {
        let half_widths = self.half_widths(review)?;
        // How far an asset is outside of its region: negative inside.
        let beyond = |((weight, target), half): ((&f64, &f64), &f64)| (weight - target).abs() - half;
        let rows = || review.weights.iter().zip(review.targets).zip(&half_widths).map(beyond);
        // An asset that has not begun is not what decides, though nothing is nearer to its target.
        let here = |(position, _): &(usize, f64)| {
            review.targets[*position] != 0.0 || review.weights[*position] != 0.0
        };
        let furthest =
            rows().enumerate().filter(here).reduce(|far, next| if next.1 > far.1 { next } else { far });
        let Some((position, excess)) = furthest else {
            return Ok(Decision::Hold(Reason::Other("there are no assets".into())));
        };
        let (weight, target, half_width) =
            (review.weights[position], review.targets[position], half_widths[position]);
        if excess <= TOLERANCE {
            return Ok(Decision::Hold(Reason::WithinRegion { position, weight, target, half_width }));
        }
        let outside = rows().filter(|excess| *excess > TOLERANCE).count();
        trade_within(review, targets, |position, _, _| {
            let half = half_widths.get(position).copied().unwrap_or_default();
            Reach { distance: half, unit: half }
        })?;
        let to = targets.wanted(position).unwrap_or(weight);
        Ok(Decision::Rebalance(Reason::OutsideRegion { position, weight, target, half_width, to, outside }))
    }

    fn reads_costs(&self) -> bool {
        self.cost_rate.is_none()
    }
}
