//! Self-financing trades in `f64`: after costs, weights equal targets exactly.

use wide::f64x4;

use crate::{
    RebalanceError, Targets,
    inner::{LANES, each, filled, folded, largest, on_piece, signed_rate, smallest, sum},
};

/// What a trade leaves behind: `value after = base − multiple · cost`.
///
/// A plain rebalance of a portfolio worth `V` is `{ base: V, multiple: 1 }`. When the trade happens together with a payment
/// that itself depends on the trade's cost (the quarter's withdrawal), the same two numbers describe that too: a withdrawal
/// of everything above the invested capital `K` leaves `{ base: K, multiple: 0 }`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Budget {
    /// The value after a trade that costs nothing.
    pub base: f64,
    /// How much of the trade's cost the value after bears: 0, 1 or 2.
    pub multiple: f64,
}

impl Budget {
    /// A plain rebalance of a portfolio of this value.
    #[must_use]
    pub fn of(value: f64) -> Self {
        Self { base: value, multiple: 1.0 }
    }
}

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

/// The value `V⁺` after a self-financing trade of every asset to its weight.
///
/// ```text
/// V⁺ = base − multiple · Σ k_i · |w_i V⁺ − h_i|
/// ```
///
/// | argument | shape | unit |
/// |---|---|---|
/// | `holdings` h | `[assets]` | value before, ≥ 0 |
/// | `weights` w | `[assets]` | fraction of `V⁺` wanted |
/// | `cost_rates` k | `[assets]` | cost as a fraction of traded value, in 0..0.5 |
///
/// The right-hand side is piecewise linear in `V⁺` with breakpoints `h_i / w_i`. Each pass solves the piece it stands on
/// exactly; since the excess is convex, and increasing where weights times cost rates times the budget's
/// multiple add up to less than 1 (as where weights add up to 1), passes move down from breakpoint to breakpoint and stop on the piece
/// that holds the root (in practice the second). There is no tolerance.
///
/// ```
/// use allweather_rebalance::paths::{Budget, value_after_costs};
/// // Everything from cash at 1 %: V⁺ = 100 / 1.01.
/// let after = value_after_costs(&[0.0, 0.0], &[0.6, 0.4], &[0.01, 0.01], Budget::of(100.0))?;
/// assert!((after - 100.0 / 1.01).abs() < 1e-12);
/// # Ok::<(), allweather_rebalance::RebalanceError>(())
/// ```
///
/// # Errors
///
/// [`RebalanceError`] when the lists differ in length, a holding or weight is negative or not finite, a cost rate is not in 0..0.5,
/// or the budget is not finite.
pub fn value_after_costs(
    holdings: &[f64],
    weights: &[f64],
    cost_rates: &[f64],
    budget: Budget,
) -> Result<f64, RebalanceError> {
    same_length(holdings, weights, cost_rates)?;
    solve(holdings, weights, cost_rates, budget)
}

fn same_length(holdings: &[f64], weights: &[f64], cost_rates: &[f64]) -> Result<(), RebalanceError> {
    let expected = holdings.len();
    for (what, found) in [("weights", weights.len()), ("cost rates", cost_rates.len())] {
        if found != expected {
            return Err(RebalanceError::Length { what, found, expected });
        }
    }
    Ok(())
}

fn in_range(
    holdings: &[f64],
    weights: &[f64],
    cost_rates: &[f64],
    budget: Budget,
) -> Result<(), RebalanceError> {
    let (finite, not_negative) = (f64::INFINITY, "nought or more, and finite");
    within("holding", holdings, 0.0, finite, not_negative)?;
    within("target weight", weights, 0.0, finite, not_negative)?;
    // A half or more on each side could eat the trade itself.
    within("cost rate", cost_rates, 0.0, 0.5, "in 0..0.5")?;
    within("budget", &[budget.base, budget.multiple], f64::MIN, finite, "finite")
}

/// Refuses the first value that is not in `low..high` or no number.
fn within(
    what: &'static str,
    values: &[f64],
    low: f64,
    high: f64,
    rule: &'static str,
) -> Result<(), RebalanceError> {
    match values.iter().enumerate().find(|(_, x)| !(low..high).contains(*x)) {
        None => Ok(()),
        Some((position, value)) => Err(RebalanceError::Range { what, value: *value, position, rule }),
    }
}

/// The breakpoint walk.
#[inline]
fn solve(
    holdings: &[f64],
    weights: &[f64],
    cost_rates: &[f64],
    budget: Budget,
) -> Result<f64, RebalanceError> {
    let mut value = budget.base;
    // One pass per piece at most; the walk never turns back.
    for pass in 0..=holdings.len() {
        let piece = Piece::at(holdings, weights, cost_rates, value);
        // Values are looked at one by one only when the sums do not show that they are fine: this is done before every trade.
        if pass == 0 && !(piece.shows_range && budget.base.is_finite() && budget.multiple.is_finite()) {
            in_range(holdings, weights, cost_rates, budget)?;
        }
        let next = on_piece(budget, piece.slope, piece.offset);
        if next >= value || piece.reaches(value, next) {
            return Ok(next);
        }
        value = next;
    }
    Ok(value)
}

/// The piece of `Σ k·|w x − h| = slope·x − offset` on which a value lies.
struct Piece {
    slope: f64,
    offset: f64,
    /// How far the nearest holding is from what is wanted of it, and the largest weight.
    nearest: f64,
    largest: f64,
    /// Whether everything is surely in range. It may say no to what is fine (a negative nought, a sum beyond all numbers), never yes to what
    /// is not: no sign is seen, no rate is too high, and what is no finite number would make a sum that is none.
    shows_range: bool,
}

impl Piece {
    /// All sums in one pass, in lanes.
    #[inline]
    fn at(holdings: &[f64], weights: &[f64], cost_rates: &[f64], value: f64) -> Self {
        let zero = f64x4::splat(0.0);
        let (mut slope, mut offset) = (zero, zero);
        let (mut nearest, mut largest_weight) = (f64x4::splat(f64::INFINITY), zero);
        let (mut signs, mut largest_rate) = (zero, zero);
        let value = f64x4::splat(value);
        // What fills up the last lanes is far from any target, and adds nothing.
        each([holdings, weights, cost_rates], [f64::MAX, 0.0, 0.0], |[h, w, k]| {
            let short = w * value - h;
            let signed = k.copysign(short);
            slope += signed * w;
            offset += signed * h;
            nearest = short.abs().fast_min(nearest);
            largest_weight = w.fast_max(largest_weight);
            signs = signs | h | w | k;
            largest_rate = k.fast_max(largest_rate);
        });
        let (slope, offset) = (folded(slope.to_array()), folded(offset.to_array()));
        let unsigned = signs.to_array().iter().all(|x| x.is_sign_positive());
        let finite = slope.is_finite() && offset.is_finite();
        Self {
            slope,
            offset,
            nearest: smallest(nearest.to_array()),
            largest: largest(largest_weight.to_array()),
            shows_range: unsigned && finite && largest(largest_rate.to_array()) < 0.5,
        }
    }

    /// Whether the piece of `value` surely goes down to `next`: then another pass there would find the same sums and the same value. No
    /// wanted holding moves further than the largest weight times the difference; the margins are far above what is rounded on the way.
    #[inline]
    fn reaches(&self, value: f64, next: f64) -> bool {
        self.nearest > self.largest * ((value - next) * 1.001 + value.abs() * 1e-12)
    }
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
/// As [`value_after_costs`]; [`RebalanceError::Insufficient`] when everything together cannot pay what is due.
pub fn trade_to_targets(
    holdings: &[f64],
    targets: &Targets,
    cost_rates: &[f64],
    budget: Budget,
    after: &mut [f64],
) -> Result<f64, RebalanceError> {
    same_length(holdings, targets.weights(), cost_rates)?;
    if after.len() != holdings.len() {
        let (found, expected) = (after.len(), holdings.len());
        return Err(RebalanceError::Length { what: "places for the result", found, expected });
    }
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
            let signed = if *traded { signed_rate(*k, w * value - h) } else { 0.0 };
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

/// The value `x = base − multiple · cost(x)` for a trade whose cost depends on the value that is left, when no formula says it.
///
/// `cost` is asked at values between 0 and `base`, at last at the answer itself. It must be continuous, and may rise or fall by less
/// than `1 / multiple` for each unit of `x`, as any cost does whose rates are below a half. A bracketed secant: exact on a straight
/// piece, and never outside of the bracket.
///
/// ```
/// use allweather_rebalance::{RebalanceError, paths::{Budget, value_within}};
/// // Everything is bought from cash at 1 %.
/// let value = value_within(Budget::of(101.0), |x| Ok::<f64, RebalanceError>(0.01 * x))?;
/// assert!((value - 100.0).abs() < 1e-12);
/// # Ok::<(), RebalanceError>(())
/// ```
///
/// # Errors
///
/// What `cost` returns; [`RebalanceError::Insufficient`] when no value from 0 to `base` fits.
pub fn value_within<E: From<RebalanceError>>(
    budget: Budget,
    mut cost: impl FnMut(f64) -> Result<f64, E>,
) -> Result<f64, E> {
    const ROUNDS: usize = 200;
    let Budget { base, multiple } = budget;
    let rounding = 1e-15 * base.abs();
    let (mut low, mut high, mut x) = (0.0, base, base);
    let mut last = None::<(f64, f64)>;
    for _ in 0..if base >= 0.0 { ROUNDS } else { 0 } {
        let miss = x + multiple * cost(x)? - base;
        if miss.abs() <= rounding {
            return Ok(x);
        }
        (low, high) = if miss > 0.0 { (low, x) } else { (x, high) };
        // Two equal misses give no number, which is in no bracket.
        let step = last.map_or(miss, |(before, missed)| miss * (x - before) / (miss - missed));
        last = Some((x, miss));
        x -= step;
        if !(low < x && x < high) {
            x = f64::midpoint(low, high);
            if !(low < x && x < high) {
                // Nothing lies between two neighbouring doubles.
                break;
            }
        }
    }
    match last {
        // A kink between two doubles may leave a little more than their distance.
        Some((solved, miss)) if miss.abs() <= 1e3 * rounding => Ok(solved),
        _ => Err(RebalanceError::Insufficient { value: base, due: base }.into()),
    }
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
/// As [`value_after_costs`]; [`RebalanceError::Insufficient`] when everything together cannot pay.
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
