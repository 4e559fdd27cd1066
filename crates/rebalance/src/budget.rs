//! The value that a trade leaves which pays for itself: of one path of an engine and of many paths of fixed weights.

use allweather_core::Overflow;
use wide::f64x4;

use crate::{
    RebalanceError, door,
    inner::{each, folded, largest, smallest},
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
    /// How much of the trade's cost the value after bears: 0, 1 or 2, or any number above 0.
    pub multiple: f64,
}

impl Budget {
    /// A plain rebalance of a portfolio of this value.
    #[must_use]
    pub fn of(value: f64) -> Self {
        Self { base: value, multiple: 1.0 }
    }
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
/// exactly; since the excess is convex, passes move down from breakpoint to breakpoint and stop on the piece that holds the root (in
/// practice the second). There is no tolerance. The value is below 0 where more is due than can be paid.
///
/// There is such a value, and one only, where weights times cost rates times the budget's multiple add up to less than 1, as they do for
/// weights that add up to 1 and a multiple of 2 at the most. Beyond that there may be two, of which this is the larger, or none.
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
/// [`RebalanceError`] when the lists differ in length, a holding or weight is negative or not finite, a cost rate is not in 0..0.5, or
/// the budget is not finite or has a negative multiple; [`RebalanceError::Unsolvable`] when costs eat whatever is left of the budget,
/// [`RebalanceError::Overflow`] when the value is no number.
pub fn value_after_costs(
    holdings: &[f64],
    weights: &[f64],
    cost_rates: &[f64],
    budget: Budget,
) -> Result<f64, RebalanceError> {
    same_length(holdings, weights, cost_rates)?;
    solve(holdings, weights, cost_rates, budget)
}

pub(crate) fn same_length(
    holdings: &[f64],
    weights: &[f64],
    cost_rates: &[f64],
) -> Result<(), RebalanceError> {
    door::as_long("weights", weights.len(), holdings.len())?;
    door::as_long("cost rates", cost_rates.len(), holdings.len())
}

pub(crate) fn in_range(
    holdings: &[f64],
    weights: &[f64],
    cost_rates: &[f64],
    Budget { base, multiple }: Budget,
) -> Result<(), RebalanceError> {
    let (not_negative, rule) = (|x: f64| x >= 0.0 && x.is_finite(), "nought or more, and finite");
    door::each("holding", holdings, rule, not_negative)?;
    door::each("target weight", weights, rule, not_negative)?;
    door::cost_rates(cost_rates)?;
    door::each("base of the budget", &[base], "finite", f64::is_finite)?;
    door::each("multiple of the budget", &[multiple], rule, not_negative)
}

/// The breakpoint walk, for lists of one length.
#[inline]
pub(crate) fn solve(
    holdings: &[f64],
    weights: &[f64],
    cost_rates: &[f64],
    budget: Budget,
) -> Result<f64, RebalanceError> {
    let Budget { base, multiple } = budget;
    let mut value = base;
    // One pass per piece at most; the walk never turns back.
    for pass in 0..=holdings.len() {
        let piece = Piece::at(holdings, weights, cost_rates, value);
        // Values are looked at one by one only when the sums do not show that they are fine: this is done before every trade.
        if pass == 0 && !(piece.shows_range && base.is_finite() && (0.0..f64::INFINITY).contains(&multiple)) {
            in_range(holdings, weights, cost_rates, budget)?;
        }
        // What is left, less what that costs, must grow with what is left.
        let slope = 1.0 + multiple * piece.slope;
        if slope <= 0.0 {
            return Err(RebalanceError::Unsolvable { base, multiple });
        }
        let next = (base + multiple * piece.offset) / slope;
        let done = next >= value || piece.reaches(value, next);
        value = next;
        if done {
            break;
        }
    }
    if value.is_finite() { Ok(value) } else { Err(Overflow.into()) }
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
