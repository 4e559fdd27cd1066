use serde::{Deserialize, Serialize};

use crate::{OptimizeError, constraints::within};

/// What is held before, what trading costs, and how much of either is allowed.
///
/// The cost of a trade is `Σ c_i |w_i − w0_i|`, a fraction of the portfolio. It counts in the objective and against the return floor as
/// a lower return of every period for which the trade is expected to last: cost / periods. A variance and a deviation about the mean do
/// not see it, because they do not see the mean; there it counts against floor and cost limit only.
///
/// On the wire `{"previous":[0.6,0.4],"cost_rates":[0.001,0.002],"periods":12.0,"turnover":0.2,"cost":0.001}`; rates left out are 0,
/// limits left out are none, and 12 is what months a year are: it has no default.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "TradingWire", into = "TradingWire")]
pub struct Trading {
    pub(crate) previous: Vec<f64>,
    pub(crate) cost_rates: Vec<f64>,
    pub(crate) periods: f64,
    pub(crate) turnover: Option<f64>,
    pub(crate) cost: Option<f64>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TradingWire {
    previous: Vec<f64>,
    #[serde(default)]
    cost_rates: Vec<f64>,
    periods: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    turnover: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cost: Option<f64>,
}

impl Trading {
    /// From the weights held before, the cost rate of each asset (0.001 is 10 bp of what is traded), and the periods that a trade lasts.
    ///
    /// The weights before need not add up to 1: what is missing was cash that is not among the assets.
    ///
    /// # Errors
    ///
    /// [`OptimizeError::Length`] unless there are as many rates as weights, or none; [`OptimizeError::Setting`] for a weight beyond
    /// ±10, a rate not in 0..0.5, and periods not in 0.001..=100 000.
    pub fn new(previous: Vec<f64>, cost_rates: Vec<f64>, periods: f64) -> Result<Self, OptimizeError> {
        let cost_rates = if cost_rates.is_empty() { vec![0.0; previous.len()] } else { cost_rates };
        let (found, expected) = (cost_rates.len(), previous.len());
        if found != expected {
            return Err(OptimizeError::Length { what: "cost rates", found, expected });
        }
        within("previous weight", &previous, "within -10..=10", |w| (-10.0..=10.0).contains(&w))?;
        within("cost rate", &cost_rates, "in 0..0.5", |c| (0.0..0.5).contains(&c))?;
        within("number of periods", &[periods], "in 0.001..=100000", |p| (0.001..=1e5).contains(&p))?;
        Ok(Self { previous, cost_rates, periods, turnover: None, cost: None })
    }

    /// The same with a limit on `Σ|w − w0|`: purchases and sales both count.
    ///
    /// # Errors
    ///
    /// [`OptimizeError::Setting`] unless it is in 0..=1000.
    pub fn with_turnover(self, turnover: f64) -> Result<Self, OptimizeError> {
        within("turnover", &[turnover], "in 0..=1000", |t| (0.0..=1e3).contains(&t))?;
        Ok(Self { turnover: Some(turnover), ..self })
    }

    /// The same with a limit on the cost, a fraction of the portfolio.
    ///
    /// # Errors
    ///
    /// [`OptimizeError::Setting`] unless it is in 0..=1000.
    pub fn with_cost(self, cost: f64) -> Result<Self, OptimizeError> {
        within("cost", &[cost], "in 0..=1000", |t| (0.0..=1e3).contains(&t))?;
        Ok(Self { cost: Some(cost), ..self })
    }

    /// `Σ|w − w0|`.
    pub(crate) fn turnover_of(&self, weights: &[f64]) -> f64 {
        weights.iter().zip(&self.previous).map(|(w, before)| (w - before).abs()).sum()
    }

    /// `Σ c|w − w0|`.
    pub(crate) fn cost_of(&self, weights: &[f64]) -> f64 {
        let traded = weights.iter().zip(&self.previous).map(|(w, before)| (w - before).abs());
        traded.zip(&self.cost_rates).map(|(traded, rate)| traded * rate).sum()
    }

    /// What a unit traded of each asset takes from the return of a period.
    pub(crate) fn per_period(&self) -> Vec<f64> {
        self.cost_rates.iter().map(|rate| rate / self.periods).collect()
    }
}

impl TryFrom<TradingWire> for Trading {
    type Error = OptimizeError;

    fn try_from(wire: TradingWire) -> Result<Self, OptimizeError> {
        let mut made = Self::new(wire.previous, wire.cost_rates, wire.periods)?;
        if let Some(turnover) = wire.turnover {
            made = made.with_turnover(turnover)?;
        }
        match wire.cost {
            Some(cost) => made.with_cost(cost),
            None => Ok(made),
        }
    }
}

impl From<Trading> for TradingWire {
    fn from(trading: Trading) -> Self {
        let Trading { previous, cost_rates, periods, turnover, cost } = trading;
        Self { previous, cost_rates, periods, turnover, cost }
    }
}
