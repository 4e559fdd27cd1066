use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{OptimizeError, Trading};

/// What weights must obey: plain data, long only and wholly invested unless it says otherwise.
///
/// ```text
/// Σw = 1,   min_i ≤ w_i ≤ max_i                                       bounds
/// min ≤ Σ_{i ∈ group} w_i ≤ max                                       groups
/// |Σ exposure_i (1 − hedge_i) w_i| ≤ cap                              currency
/// Σ|w_i − w0_i| ≤ turnover,   Σ c_i |w_i − w0_i| ≤ cost               trading
/// Σ μ_i w_i − Σ c_i |w_i − w0_i| / H ≥ floor                          return floor
/// ```
///
/// Assets are counted from 0. Cash, if there is to be any, is an asset. On the wire `{}` is long only and nothing more; unknown fields
/// are refused.
///
/// ```
/// use allweather_optimize::{Bounds, Constraints, Group};
/// let constraints: Constraints = serde_json::from_str(r#"{
///     "bounds": [{ "max": 0.5 }, {}, { "min": 0.05, "max": 0.2 }],
///     "groups": [{ "name": "bonds", "assets": [1, 2], "min": 0.3, "max": 0.8 }],
///     "currency": { "exposure": [1.0, 0.0, 1.0], "hedge": [0.5, 0.0, 0.0], "cap": 0.3 },
///     "return_floor": { "floor": 0.002 }
/// }"#)?;
/// let same = Constraints::new()
///     .with_bounds(vec![Bounds::new(0.0, 0.5)?, Bounds::LONG, Bounds::new(0.05, 0.2)?])
///     .with_group(Group::new("bonds", vec![1, 2], Some(0.3), Some(0.8))?)?
///     .with_currency(vec![1.0, 0.0, 1.0], vec![0.5, 0.0, 0.0], 0.3)?
///     .with_return_floor(0.002)?;
/// assert_eq!(constraints, same);
/// assert!(serde_json::from_str::<Constraints>(r#"{ "return_floor": { "floor": "high" } }"#).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(try_from = "Wire", into = "Wire")]
pub struct Constraints {
    pub(crate) bounds: Vec<Bounds>,
    pub(crate) groups: Vec<Group>,
    pub(crate) currency: Option<Currency>,
    pub(crate) trading: Option<Trading>,
    pub(crate) return_floor: Option<ReturnFloor>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    bounds: Vec<Bounds>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    groups: Vec<Group>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    currency: Option<Currency>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    trading: Option<Trading>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    return_floor: Option<ReturnFloor>,
}

/// The least and the most of one asset, fractions of the portfolio within ±10.
///
/// On the wire `{"min":0.05,"max":0.2}`; what is left out is 0 and 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "BoundsWire", into = "BoundsWire")]
pub struct Bounds {
    min: f64,
    max: f64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct BoundsWire {
    #[serde(default)]
    min: f64,
    #[serde(default = "one")]
    max: f64,
}

fn one() -> f64 {
    1.0
}

impl Bounds {
    /// From nothing to all: 0 to 1.
    pub const LONG: Self = Self { min: 0.0, max: 1.0 };

    /// Bounds of one's own; a negative `min` allows a short position.
    ///
    /// # Errors
    ///
    /// [`OptimizeError::Setting`] unless both are within ±10 and `min` is at most `max`.
    pub fn new(min: f64, max: f64) -> Result<Self, OptimizeError> {
        let rule = "within -10..=10, the least not above the most";
        for (what, value) in [("bound", min), ("bound", max)] {
            if !(-10.0..=10.0).contains(&value) || min > max {
                return Err(OptimizeError::Setting { what, value, rule });
            }
        }
        Ok(Self { min, max })
    }

    /// The least.
    #[must_use]
    pub fn min(self) -> f64 {
        self.min
    }

    /// The most.
    #[must_use]
    pub fn max(self) -> f64 {
        self.max
    }
}

/// Assets whose weights together have a least, a most, or both.
///
/// On the wire `{"name":"bonds","assets":[1,2],"min":0.3,"max":0.8}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "GroupWire", into = "GroupWire")]
pub struct Group {
    name: String,
    assets: BTreeSet<usize>,
    min: Option<f64>,
    max: Option<f64>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupWire {
    name: String,
    assets: Vec<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    min: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    max: Option<f64>,
}

impl Group {
    /// A group by name and members, in any order.
    ///
    /// # Errors
    ///
    /// [`OptimizeError::Group`] when it is without a name, without members, names one twice, or has neither limit;
    /// [`OptimizeError::Setting`] unless limits are within ±10 and the least is not above the most.
    pub fn new(
        name: &str,
        assets: Vec<usize>,
        min: Option<f64>,
        max: Option<f64>,
    ) -> Result<Self, OptimizeError> {
        let refused = |rule| Err(OptimizeError::Group { name: name.to_owned(), rule });
        let count = assets.len();
        let assets: BTreeSet<usize> = assets.into_iter().collect();
        if name.trim().is_empty() {
            return refused("without a name");
        }
        if assets.is_empty() {
            return refused("without assets");
        }
        if assets.len() != count {
            return refused("with an asset named twice");
        }
        if min.is_none() && max.is_none() {
            return refused("without a least or a most");
        }
        Bounds::new(min.unwrap_or(-10.0), max.unwrap_or(10.0))?;
        Ok(Self { name: name.to_owned(), assets, min, max })
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its members, from 0, ascending.
    pub fn assets(&self) -> impl Iterator<Item = usize> {
        self.assets.iter().copied()
    }

    /// The least that they weigh together.
    #[must_use]
    pub fn min(&self) -> Option<f64> {
        self.min
    }

    /// The most.
    #[must_use]
    pub fn max(&self) -> Option<f64> {
        self.max
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Currency {
    pub(crate) exposure: Vec<f64>,
    pub(crate) hedge: Vec<f64>,
    pub(crate) cap: f64,
}

impl Currency {
    /// φ = exposure · (1 − hedge).
    pub(crate) fn unhedged(&self) -> Vec<f64> {
        self.exposure.iter().zip(&self.hedge).map(|(exposure, hedge)| exposure * (1.0 - hedge)).collect()
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReturnFloor {
    pub(crate) floor: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) expected: Option<Vec<f64>>,
}

pub(crate) fn within(
    what: &'static str,
    values: &[f64],
    rule: &'static str,
    allowed: impl Fn(f64) -> bool,
) -> Result<(), OptimizeError> {
    match values.iter().find(|value| !allowed(**value)) {
        Some(&value) => Err(OptimizeError::Setting { what, value, rule }),
        None => Ok(()),
    }
}

impl Constraints {
    /// Long only, wholly invested, nothing more.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same with bounds, one an asset.
    #[must_use]
    pub fn with_bounds(self, bounds: Vec<Bounds>) -> Self {
        Self { bounds, ..self }
    }

    /// The same with one more group.
    ///
    /// # Errors
    ///
    /// [`OptimizeError::Group`] when there is one of that name.
    pub fn with_group(mut self, group: Group) -> Result<Self, OptimizeError> {
        if self.groups.iter().any(|other| other.name == group.name) {
            return Err(OptimizeError::Group { name: group.name, rule: "there already" });
        }
        self.groups.push(group);
        Ok(self)
    }

    /// The same with a cap on what is exposed to foreign currencies after hedging.
    ///
    /// | argument   | shape      | unit                                                          |
    /// | ---------- | ---------- | ------------------------------------------------------------- |
    /// | `exposure` | `[assets]` | foreign part of the asset: 0 for a domestic one, 1 for a foreign one |
    /// | `hedge`    | `[assets]` | share of it that is sold forward                              |
    /// | `cap`      | one number | fraction of the portfolio                                     |
    ///
    /// # Errors
    ///
    /// [`OptimizeError::Length`], and [`OptimizeError::Setting`] for numbers beyond ±10 or a negative cap.
    pub fn with_currency(self, exposure: Vec<f64>, hedge: Vec<f64>, cap: f64) -> Result<Self, OptimizeError> {
        let (found, expected) = (hedge.len(), exposure.len());
        if found != expected {
            return Err(OptimizeError::Length { what: "hedge ratios", found, expected });
        }
        let rule = "within -10..=10";
        within("currency exposure", &exposure, rule, |v| (-10.0..=10.0).contains(&v))?;
        within("hedge ratio", &hedge, rule, |v| (-10.0..=10.0).contains(&v))?;
        within("currency cap", &[cap], "in 0..=1000", |v| (0.0..=1e3).contains(&v))?;
        Ok(Self { currency: Some(Currency { exposure, hedge, cap }), ..self })
    }

    /// The same with what trading costs and how much of it is allowed.
    #[must_use]
    pub fn with_trading(self, trading: Trading) -> Self {
        Self { trading: Some(trading), ..self }
    }

    /// The same with a least mean return per period, a fraction; expected are the means of the scenarios.
    ///
    /// # Errors
    ///
    /// [`OptimizeError::Setting`] unless it is within ±10⁶.
    pub fn with_return_floor(self, floor: f64) -> Result<Self, OptimizeError> {
        within("return floor", &[floor], "within ±10⁶", |v| (-1e6..=1e6).contains(&v))?;
        Ok(Self { return_floor: Some(ReturnFloor { floor, expected: None }), ..self })
    }

    /// The same with a least return where the expected returns are one's own, one an asset.
    ///
    /// # Errors
    ///
    /// [`OptimizeError::Setting`] unless all are within ±10⁶.
    pub fn with_return_floor_of(self, floor: f64, expected: Vec<f64>) -> Result<Self, OptimizeError> {
        let rule = "within ±10⁶";
        within("expected return", &expected, rule, |v| (-1e6..=1e6).contains(&v))?;
        let plain = self.with_return_floor(floor)?;
        Ok(Self { return_floor: Some(ReturnFloor { floor, expected: Some(expected) }), ..plain })
    }

    /// The same for so many assets of which some are out of question: their weights are 0, whatever their bounds were.
    ///
    /// ```
    /// use allweather_optimize::{Constraints, Objective, Scenarios, Target};
    /// let scenarios = Scenarios::new(&[[0.03, 0.0, -0.02], [-0.04, 0.0, 0.03]])?;
    /// let constraints = Constraints::new().without(3, &[1])?;
    /// let objective = Objective::DownsideDeviation { target: Target::Mean };
    /// let answer = objective.minimise(&scenarios, &constraints)?;
    /// assert_eq!(answer.solution().map(|solution| solution.weights[1]), Some(0.0));
    /// # Ok::<(), allweather_optimize::OptimizeError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`OptimizeError::Length`] when there are bounds for another number of assets, [`OptimizeError::NoSuchAsset`].
    pub fn without(self, assets: usize, left_out: &[usize]) -> Result<Self, OptimizeError> {
        self.check(assets)?;
        if left_out.is_empty() {
            return Ok(self);
        }
        let of = |asset| self.bounds.get(asset).copied().unwrap_or(Bounds::LONG);
        let mut bounds: Vec<Bounds> = (0..assets).map(of).collect();
        for &asset in left_out {
            let bound = bounds.get_mut(asset).ok_or(OptimizeError::NoSuchAsset { asset, assets })?;
            *bound = Bounds { min: 0.0, max: 0.0 };
        }
        Ok(self.with_bounds(bounds))
    }

    /// The same where trading is counted from other weights held before; without trading among the constraints, the same.
    ///
    /// # Errors
    ///
    /// [`OptimizeError::Length`] when they are of another number, [`OptimizeError::Setting`] for a weight beyond ±10.
    pub fn traded_from(mut self, previous: &[f64]) -> Result<Self, OptimizeError> {
        if let Some(trading) = &mut self.trading {
            let (found, expected) = (previous.len(), trading.previous.len());
            if found != expected {
                return Err(OptimizeError::Length { what: "previous weights", found, expected });
            }
            within("previous weight", previous, "within -10..=10", |w| (-10.0..=10.0).contains(&w))?;
            trading.previous.copy_from_slice(previous);
        }
        Ok(self)
    }

    /// Whether every list is for so many assets.
    pub(crate) fn check(&self, assets: usize) -> Result<(), OptimizeError> {
        let same = |what, found| {
            if found == assets {
                Ok(())
            } else {
                Err(OptimizeError::Length { what, found, expected: assets })
            }
        };
        if !self.bounds.is_empty() {
            same("bounds", self.bounds.len())?;
        }
        for group in &self.groups {
            if let Some(asset) = group.assets().find(|asset| *asset >= assets) {
                return Err(OptimizeError::NoSuchAsset { asset, assets });
            }
        }
        if let Some(currency) = &self.currency {
            same("currency exposures", currency.exposure.len())?;
        }
        if let Some(trading) = &self.trading {
            same("previous weights", trading.previous.len())?;
        }
        match self.return_floor.as_ref().and_then(|floor| floor.expected.as_ref()) {
            Some(expected) => same("expected returns", expected.len()),
            None => Ok(()),
        }
    }

    /// Lower and upper bound of each asset.
    pub(crate) fn limits(&self, assets: usize) -> Vec<(f64, f64)> {
        let of = |asset| self.bounds.get(asset).copied().unwrap_or(Bounds::LONG);
        (0..assets).map(|asset| (of(asset).min, of(asset).max)).collect()
    }
}

impl TryFrom<Wire> for Constraints {
    type Error = OptimizeError;

    fn try_from(wire: Wire) -> Result<Self, OptimizeError> {
        let mut made = Self::new().with_bounds(wire.bounds);
        for group in wire.groups {
            made = made.with_group(group)?;
        }
        if let Some(Currency { exposure, hedge, cap }) = wire.currency {
            made = made.with_currency(exposure, hedge, cap)?;
        }
        if let Some(trading) = wire.trading {
            made = made.with_trading(trading);
        }
        match wire.return_floor {
            Some(ReturnFloor { floor, expected: Some(expected) }) => {
                made.with_return_floor_of(floor, expected)
            }
            Some(ReturnFloor { floor, expected: None }) => made.with_return_floor(floor),
            None => Ok(made),
        }
    }
}

impl From<Constraints> for Wire {
    fn from(constraints: Constraints) -> Self {
        let Constraints { bounds, groups, currency, trading, return_floor } = constraints;
        Self { bounds, groups, currency, trading, return_floor }
    }
}

impl TryFrom<BoundsWire> for Bounds {
    type Error = OptimizeError;

    fn try_from(wire: BoundsWire) -> Result<Self, OptimizeError> {
        Self::new(wire.min, wire.max)
    }
}

impl From<Bounds> for BoundsWire {
    fn from(Bounds { min, max }: Bounds) -> Self {
        Self { min, max }
    }
}

impl TryFrom<GroupWire> for Group {
    type Error = OptimizeError;

    fn try_from(wire: GroupWire) -> Result<Self, OptimizeError> {
        Self::new(&wire.name, wire.assets, wire.min, wire.max)
    }
}

impl From<Group> for GroupWire {
    fn from(group: Group) -> Self {
        Self { name: group.name, assets: group.assets.into_iter().collect(), min: group.min, max: group.max }
    }
}
