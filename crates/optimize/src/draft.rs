use ndarray::Array1;

use crate::{
    Constraint, Constraints,
    interior::ONE_VALUE,
    programme::{Design, Hinges, Programme, Row},
};

/// A constraint over weights and what is traded, as it was stated.
///
/// ```text
/// weights · w + Σ traded_i |w_i − w0_i| ≤ bound, or =
/// ```
#[derive(Debug, Clone)]
pub(crate) struct Limit {
    pub(crate) constraint: Constraint,
    pub(crate) weights: Vec<f64>,
    /// Empty where trading does not count.
    pub(crate) traded: Vec<f64>,
    pub(crate) bound: f64,
    pub(crate) equal: bool,
    /// −1 where the limit was stated as a least.
    pub(crate) sign: f64,
}

impl Limit {
    /// What stands on the left side.
    pub(crate) fn value(&self, weights: &[f64], before: &[f64]) -> f64 {
        let own: f64 = self.weights.iter().zip(weights).map(|(a, w)| a * w).sum();
        let trades = weights.iter().zip(before).zip(&self.traded);
        own + trades.map(|((w, before), price)| price * (w - before).abs()).sum::<f64>()
    }

    /// The largest coefficient.
    pub(crate) fn size(&self) -> f64 {
        let size = self.weights.iter().chain(&self.traded).fold(0.0_f64, |a, b| a.max(b.abs()));
        if size > 0.0 { size } else { 1.0 }
    }
}

/// All constraints but the bounds. Where a least and a most are one, they are one equality, named by the most, if `merged`.
pub(crate) fn limits(
    constraints: &Constraints,
    means: Option<&[f64]>,
    assets: usize,
    merged: bool,
) -> Vec<Limit> {
    let plain = |constraint, weights, bound, sign| Limit {
        constraint,
        weights,
        traded: Vec::new(),
        bound,
        equal: false,
        sign,
    };
    let mut all = vec![Limit { equal: true, ..plain(Constraint::Invested, vec![1.0; assets], 1.0, 1.0) }];
    let mut both = |(low, min): (Constraint, Option<f64>),
                    (high, max): (Constraint, Option<f64>),
                    weights: Vec<f64>,
                    sign: f64| {
        let one = matches!((min, max), (Some(min), Some(max)) if max - min <= ONE_VALUE);
        if let Some(min) = min.filter(|_| !(one && merged)) {
            all.push(plain(low, weights.iter().map(|a| -a).collect(), -min, sign));
        }
        if let Some(max) = max {
            all.push(Limit { equal: one && merged, ..plain(high, weights, max, 1.0) });
        }
    };
    for group in &constraints.groups {
        let mut weights = vec![0.0; assets];
        group.assets().filter(|asset| *asset < assets).for_each(|asset| weights[asset] = 1.0);
        let name = |of: fn(String) -> Constraint| of(group.name().to_owned());
        both(
            (name(|name| Constraint::GroupMin { name }), group.min()),
            (name(|name| Constraint::GroupMax { name }), group.max()),
            weights,
            -1.0,
        );
    }
    if let Some(currency) = &constraints.currency {
        let cap = currency.cap;
        both(
            (Constraint::CurrencyShort, Some(-cap)),
            (Constraint::CurrencyLong, Some(cap)),
            currency.unhedged(),
            1.0,
        );
    }
    if let Some(trading) = &constraints.trading {
        if let Some(turnover) = trading.turnover {
            let traded = vec![1.0; assets];
            all.push(Limit { traded, ..plain(Constraint::Turnover, vec![0.0; assets], turnover, 1.0) });
        }
        if let Some(cost) = trading.cost {
            let traded = trading.cost_rates.clone();
            all.push(Limit { traded, ..plain(Constraint::Cost, vec![0.0; assets], cost, 1.0) });
        }
    }
    if let Some(floor) = &constraints.return_floor {
        let expected = floor.expected.as_deref().or(means).unwrap_or_default();
        let weights = expected.iter().map(|mean| -mean).collect();
        let traded = constraints.trading.as_ref().map(crate::Trading::per_period).unwrap_or_default();
        all.push(Limit { traded, ..plain(Constraint::ReturnFloor, weights, -floor.floor, -1.0) });
    }
    all
}

/// A programme in the making.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) programme: Programme,
    /// By what each row was divided.
    pub(crate) divisors: Vec<f64>,
    before: Vec<f64>,
    /// Which kind of hinges are the trades.
    trades: Option<usize>,
}

impl Draft {
    /// A programme of weights within bounds and so many free variables, nothing to minimise yet.
    pub(crate) fn new(bounds: Vec<(f64, f64)>, free: usize, before: &[f64], ridge: f64) -> Self {
        let linear = vec![0.0; bounds.len() + free];
        let programme =
            Programme { quadratic: None, ridge, linear, bounds, hinges: Vec::new(), rows: Vec::new() };
        Self { programme, divisors: Vec::new(), before: before.to_vec(), trades: None }
    }

    /// The hinges of what is bought: `|d| = 2 max(d, 0) − d`, so one an asset is enough for purchases and sales.
    fn trades(&mut self) -> usize {
        if let Some(at) = self.trades {
            return at;
        }
        let assets = self.programme.assets();
        let hinges = &mut self.programme.hinges;
        hinges.push(Hinges {
            design: Design::Assets,
            shift: Vec::new(),
            constant: self.before.iter().map(|w| -w).collect(),
            linear: Array1::zeros(assets),
            curvature: Array1::zeros(assets),
            floored: true,
            links: Vec::new(),
        });
        *self.trades.insert(hinges.len() - 1)
    }

    /// Adds `Σ price_i |w_i − w0_i|` to what is minimised.
    pub(crate) fn charge(&mut self, prices: &[f64]) {
        if prices.iter().all(|price| *price == 0.0) {
            return;
        }
        let at = self.trades();
        let Programme { linear, hinges, .. } = &mut self.programme;
        for ((hinge, linear), price) in hinges[at].linear.iter_mut().zip(linear).zip(prices) {
            *hinge += 2.0 * price;
            *linear -= price;
        }
    }

    /// One more row, with coefficients for free variables in units of the row as it will stand: divided by its size. Returns its place.
    pub(crate) fn row(&mut self, limit: &Limit, free: &[(usize, f64)]) -> usize {
        let size = limit.size();
        let mut coefficients = vec![0.0; self.programme.variables()];
        for (place, weight) in coefficients.iter_mut().zip(&limit.weights) {
            *place = weight / size;
        }
        let place = self.programme.rows.len();
        let mut right = limit.bound / size;
        if limit.traded.iter().any(|price| *price != 0.0) {
            let at = self.trades();
            for ((coefficient, price), before) in coefficients.iter_mut().zip(&limit.traded).zip(&self.before)
            {
                *coefficient -= price / size;
                right -= price / size * before;
            }
            let link = limit.traded.iter().map(|price| 2.0 * price / size).collect();
            self.programme.hinges[at].links.push((place, link));
        }
        for (at, coefficient) in free {
            coefficients[*at] += coefficient;
        }
        self.programme.rows.push(Row { coefficients, limit: right, equal: limit.equal });
        self.divisors.push(size);
        place
    }
}
