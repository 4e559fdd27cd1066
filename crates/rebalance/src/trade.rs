//! Self-financing trades in `f64`: after costs, weights equal targets exactly.

use wide::f64x4;

use crate::{
    RebalanceError, Targets,
    budget::{Budget, in_range, same_length, solve, value_within},
    door,
    inner::{LANES, filled, folded, sum},
};

/// The sum of values in four lanes.
#[must_use]
#[inline]
pub fn total(values: &[f64]) -> f64 {
    sum([values], |[x]| x)
}

/// Lets each value grow by its factor and returns the [`total`] of those that did, in one pass: a period of a portfolio that holds still.
/// Values without a factor are left alone.
///
/// ```
/// use allweather_rebalance::paths::grow;
/// let mut holdings = [60.0, 40.0];
/// assert_eq!(grow(&mut holdings, &[1.5, 1.0]), 130.0);
/// assert_eq!(holdings, [90.0, 40.0]);
/// ```
#[inline]
pub fn grow(values: &mut [f64], factors: &[f64]) -> f64 {
    let length = values.len().min(factors.len());
    let (values, factors) = (&mut values[..length], &factors[..length]);
    let mut sums = f64x4::splat(0.0);
    let ((x, x_rest), (g, g_rest)) = (values.as_chunks_mut::<LANES>(), factors.as_chunks::<LANES>());
    for (x, g) in x.iter_mut().zip(g) {
        let grown = f64x4::new(*x) * f64x4::new(*g);
        *x = grown.to_array();
        sums += grown;
    }
    for (x, g) in x_rest.iter_mut().zip(g_rest) {
        *x *= g;
    }
    folded((sums + filled(x_rest, 0.0)).to_array())
}

/// The sum of absolute differences, in four lanes: what was traded between two lists of holdings.
#[must_use]
#[inline]
pub fn traded(before: &[f64], after: &[f64]) -> f64 {
    sum([before, after], |[before, after]| (after - before).abs())
}

/// `Σ rate_i · |after_i − before_i|` in four lanes: what the trade between two lists of holdings costs.
#[must_use]
#[inline]
pub fn cost_of(before: &[f64], after: &[f64], rates: &[f64]) -> f64 {
    sum([before, after, rates], |[before, after, rate]| rate * (after - before).abs())
}

/// Trades to targets within a budget: writes the value of each holding after the trade into `after` and returns the cost.
///
/// Assets that are to be kept stay as they are, and what is left over stays in cash. When the kept assets leave too little
/// for the purchases, these are cut in one proportion so that cash ends at nought; when even that does not free enough (a
/// payment is due), holdings are sold pro rata [our reading].
///
/// All slices are `[assets]`, values in base currency. Cash after the trade is `base − multiple · cost − Σ after`.
///
/// # Errors
///
/// As [`value_after_costs`](crate::paths::value_after_costs); [`RebalanceError::Insufficient`] when everything together cannot pay what is due.
pub fn trade_to_targets(
    holdings: &[f64],
    targets: &Targets,
    cost_rates: &[f64],
    budget: Budget,
    after: &mut [f64],
) -> Result<f64, RebalanceError> {
    same_length(holdings, targets.weights(), cost_rates)?;
    door::as_long("places for the result", after.len(), holdings.len())?;
    if targets.trades_all() {
        let value = solve(holdings, targets.weights(), cost_rates, budget)?;
        if value < 0.0 {
            return Err(insufficient(holdings, budget));
        }
        for (after, w) in after.iter_mut().zip(targets.weights()) {
            *after = w * value;
        }
        // The equation that was solved, read backwards.
        let Budget { base, multiple } = budget;
        let by_equation = multiple > 0.0;
        return Ok(if by_equation {
            // On its targets already, the value is the base but for rounding; nobody is paid for that.
            ((base - value) / multiple).max(0.0)
        } else {
            cost_of(holdings, after, cost_rates)
        });
    }
    in_range(holdings, targets.weights(), cost_rates, budget)?;
    trade_some(holdings, targets, cost_rates, budget, after)
}

fn insufficient(holdings: &[f64], budget: Budget) -> RebalanceError {
    let value = total(holdings);
    RebalanceError::Insufficient { value, due: value - budget.base }
}

/// Some assets are kept: they neither cost anything nor give anything.
fn trade_some(
    holdings: &[f64],
    targets: &Targets,
    cost_rates: &[f64],
    budget: Budget,
    after: &mut [f64],
) -> Result<f64, RebalanceError> {
    let Budget { base, multiple } = budget;
    // The walk of `solve`, with the kept assets' cost rates read as nought.
    let mut value = base;
    for _ in 0..=holdings.len() {
        let (mut slope, mut offset) = (1.0, base);
        for (((h, w), k), traded) in
            holdings.iter().zip(targets.weights()).zip(cost_rates).zip(targets.traded())
        {
            let signed = if *traded { k.copysign(w * value - h) } else { 0.0 };
            slope += multiple * signed * w;
            offset += multiple * signed * h;
        }
        let next = offset / slope;
        let done = next >= value;
        value = next;
        if done {
            break;
        }
    }
    if value >= 0.0 && !fit_some(holdings, targets, value, after) {
        return Ok(cost_of(holdings, after, cost_rates));
    }
    // Cash would go negative: what must be cut depends on the value after costs and that on what is cut.
    let mut cost = 0.0;
    let solved = value_within(budget, |value| {
        fit_some(holdings, targets, value, after);
        cost = cost_of(holdings, after, cost_rates);
        Ok::<f64, RebalanceError>(cost)
    });
    solved.map(|_| cost).map_err(|_| insufficient(holdings, budget))
}

/// Writes the holdings that are worth `value` at most: traded assets at their targets, the others as they are. Whether they had to be
/// cut: purchases first, in one proportion, then all that is held.
fn fit_some(holdings: &[f64], targets: &Targets, value: f64, after: &mut [f64]) -> bool {
    let rows = holdings.iter().zip(targets.weights()).zip(targets.traded());
    let mut bought = 0.0;
    for (((h, w), traded), after) in rows.zip(after.iter_mut()) {
        *after = if *traded { w * value } else { *h };
        bought += (*after - h).max(0.0);
    }
    let wanted = total(after);
    if wanted <= value {
        return false;
    }
    let rest = wanted - bought;
    if rest < value {
        let share = (value - rest) / bought;
        for (h, after) in holdings.iter().zip(after.iter_mut()) {
            *after = after.min(*h) + share * (*after - h).max(0.0);
        }
    } else {
        for (h, after) in holdings.iter().zip(after.iter_mut()) {
            *after = after.min(*h) * (value / rest);
        }
    }
    true
}

/// Sells all holdings in one proportion until what is left fits the budget; sells nothing when they fit already (cash pays
/// first). Changes `holdings` in place and returns the cost.
///
/// ```text
/// sold share s = (Σh − base) / (Σh − multiple · Σ k h)
/// ```
///
/// ```
/// use allweather_rebalance::paths::{Budget, sell_pro_rata};
/// let mut holdings = [60.0, 40.0];
/// // 10 must be paid, costs are 1 %: 10/0.99 is sold.
/// let cost = sell_pro_rata(&mut holdings, &[0.01, 0.01], Budget { base: 90.0, multiple: 1.0 })?;
/// assert!((holdings[0] + holdings[1] - (90.0 - cost)).abs() < 1e-12);
/// # Ok::<(), allweather_rebalance::RebalanceError>(())
/// ```
///
/// # Errors
///
/// As [`value_after_costs`](crate::paths::value_after_costs); [`RebalanceError::Insufficient`] when everything together cannot pay.
pub fn sell_pro_rata(
    holdings: &mut [f64],
    cost_rates: &[f64],
    budget: Budget,
) -> Result<f64, RebalanceError> {
    same_length(holdings, holdings, cost_rates)?;
    in_range(holdings, holdings, cost_rates, budget)?;
    let worth = total(holdings);
    if worth <= budget.base {
        return Ok(0.0);
    }
    let rate = sum([holdings, cost_rates], |[h, k]| h * k);
    let share = (worth - budget.base) / (worth - budget.multiple * rate);
    if !(0.0..=1.0).contains(&share) {
        return Err(insufficient(holdings, budget));
    }
    for h in holdings.iter_mut() {
        *h -= share * *h;
    }
    Ok(share * rate)
}
