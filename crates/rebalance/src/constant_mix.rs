use allweather_core::Weights;
use wide::f64x4;

use crate::{
    RebalanceError,
    budget::{Budget, solve},
    door,
    inner::{each, folded},
    paths::{Moment, grow},
};

/// Over how many rows after a trade holdings are looked up at the most, and how many such numbers there may be: they must stay near the
/// processor.
const DEEPEST: usize = 16;
const MOST: usize = 1 << 15;

/// A portfolio of fixed weights over rows of growth: what it comes to along any path through these rows.
///
/// Every trade is of all assets to their weights, divisible, and pays for itself, so there is no cash. An engine does the same step by step
/// on one path, with the same solver ([`value_after_costs`](crate::paths::value_after_costs)); this is for ten thousand paths of one portfolio.
///
/// The portfolio is carried as a multiple of its value after the last trade, and right after a trade it is its weights. What becomes of
/// them over rows that follow each other is worked out once, when all is laid out, and looked up where a path takes rows in that order, as
/// bootstrapped blocks do. Looked up or worked out, it is the same bits.
///
/// ```
/// use allweather_rebalance::paths::{ConstantMix, Moment};
/// // Three months of two assets that may be 5 points of the portfolio away from their weights; trading costs 10 basis points.
/// let growth = [1.3, 1.0, 1.0, 1.0, 0.9, 1.0];
/// let mix = ConstantMix::new(&growth, &[0.6, 0.4], &[0.001, 0.001], Some(&[0.05, 0.05]))?;
/// let mut walker = mix.walker();
/// let mut values = Vec::new();
/// // A path takes rows in any order; at each it looks whether an asset is too far away.
/// let path = [0, 1, 2, 0].map(|row| (row, Moment::Look));
/// let end = walker.walk(100.0, path, |value| values.push(value))?;
/// assert_eq!((end.rebalances, values.len()), (1, 5)); // 78 of 118 are 6.1 points too much
/// assert_eq!(values.last(), Some(&end.value));
/// # Ok::<(), allweather_rebalance::RebalanceError>(())
/// ```
#[derive(Debug, Clone)]
pub struct ConstantMix {
    rows: usize,
    /// Growth factors, row after row.
    growth: Vec<f64>,
    weights: Vec<f64>,
    rates: Vec<f64>,
    half_widths: Vec<f64>,
    /// What one unit of money becomes when the weights are bought with it.
    bought: Become,
    /// What becomes of the weights from each row on: over one row for all rows, then over two.
    held: Vec<Held>,
    /// Over how many rows that is known, for each row.
    known: Vec<u8>,
}

/// Weights that were held for a while, as multiples of their value at the beginning: what they are if they are kept, and if they are
/// traded. Side by side, so that a path picks one without a branch that nobody could predict.
#[derive(Debug, Clone, Copy)]
struct Held {
    left_band: bool,
    kept_or_traded: [Become; 2],
}

/// What becomes of one unit of value.
#[derive(Debug, Clone, Copy)]
struct Become {
    value: f64,
    /// What the value after the last trade is multiplied by.
    base: f64,
    cost: f64,
    /// Both sides of the trade over the value.
    turnover: f64,
}

impl Become {
    fn kept(value: f64) -> Self {
        Self { value, base: 1.0, cost: 0.0, turnover: 0.0 }
    }
}

/// What a path came to.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct MixTotals {
    /// The value at the end.
    pub value: f64,
    /// How often the portfolio was traded to its weights; the first purchase does not count.
    pub rebalances: usize,
    /// Traded value over portfolio value, both sides, summed over rebalances.
    pub turnover: f64,
    /// All costs in the unit of the value, those of the first purchase included.
    pub costs: f64,
    /// The largest drawdown as a fraction, 0 or more: from the highest value after a step so far, or after the first purchase.
    pub drawdown: f64,
}

impl ConstantMix {
    /// Lays a portfolio out over rows of growth.
    ///
    /// | argument | shape | unit |
    /// |---|---|---|
    /// | `growth` | `[rows, assets]`, row after row | value after a period over the value before, above 0 |
    /// | `weights` | `[assets]` | fractions that add up to 1, as [`Weights`] do; they are scaled to 1 |
    /// | `cost_rates` | `[assets]` | cost as a fraction of traded value, in 0..0.5 |
    /// | `half_widths` | `[assets]` | how far from its weight an asset may be, a fraction of the portfolio; none: any distance |
    ///
    /// # Errors
    ///
    /// [`RebalanceError`] when lists do not fit each other, or a number is outside of its range.
    pub fn new(
        growth: &[f64],
        weights: &[f64],
        cost_rates: &[f64],
        half_widths: Option<&[f64]>,
    ) -> Result<Self, RebalanceError> {
        let assets = weights.len();
        let whole = growth.len().is_multiple_of(assets.max(1));
        door::as_long("growth factors", growth.len(), if whole { growth.len() } else { assets })?;
        door::as_long("cost rates", cost_rates.len(), assets)?;
        door::as_long("half widths", half_widths.map_or(assets, <[f64]>::len), assets)?;
        let above = |x: f64| x > 0.0 && x.is_finite();
        door::each("growth factor", growth, "above 0, and finite", above)?;
        door::each("target weight", weights, "nought or more, and finite", |x| x >= 0.0 && x.is_finite())?;
        door::cost_rates(cost_rates)?;
        door::each("half width", half_widths.unwrap_or_default(), "nought or more", |x| x >= 0.0)?;
        // Of no weights the sum is −0.
        let sum = weights.iter().sum::<f64>() + 0.0;
        if assets == 0 || (sum - 1.0).abs() > Weights::TOLERANCE {
            return Err(RebalanceError::Sum { sum });
        }
        let weights: Vec<f64> = weights.iter().map(|weight| weight / sum).collect();
        let rows = growth.len() / assets;
        let mut mix = Self {
            rows,
            growth: growth.to_vec(),
            weights,
            rates: cost_rates.to_vec(),
            half_widths: half_widths.map_or_else(|| vec![f64::INFINITY; assets], <[f64]>::to_vec),
            bought: Become::kept(1.0),
            held: Vec::new(),
            known: vec![0; rows],
        };
        mix.bought = mix.trade(&vec![0.0; assets], 1.0)?;
        mix.look_ahead();
        Ok(mix)
    }

    /// How many rows a path can take.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// What walks its paths, one after the other, without allocating.
    #[must_use]
    pub fn walker(&self) -> Walker<'_> {
        Walker { mix: self, units: self.weights.clone() }
    }

    /// Works out what becomes of the weights from each row on, as far as they are held.
    fn look_ahead(&mut self) {
        let deepest = DEEPEST.min(MOST / self.rows.max(1));
        if deepest == 0 {
            return;
        }
        let mut units: Vec<Vec<f64>> = vec![self.weights.clone(); self.rows];
        let mut ended = vec![false; self.rows];
        for depth in 0..deepest {
            if ended.iter().all(|ended| *ended) {
                break;
            }
            for row in 0..self.rows {
                let mut held = Held { left_band: false, kept_or_traded: [Become::kept(1.0); 2] };
                if !ended[row] {
                    let units = &mut units[row];
                    let value = self.grow(units, (row + depth) % self.rows);
                    // What leaves the range of doubles is left to the path that comes by, if one does.
                    ended[row] = true;
                    if let Ok(traded) = self.trade(units, value) {
                        held.left_band = self.left_band(units, value);
                        held.kept_or_traded = [Become::kept(value), traded];
                        self.known[row] += 1;
                        ended[row] = held.left_band;
                    }
                }
                self.held.push(held);
            }
        }
    }

    /// Holds on for a row, and what that comes to.
    #[inline]
    fn grow(&self, units: &mut [f64], row: usize) -> f64 {
        let assets = self.weights.len();
        grow(units, &self.growth[row * assets..][..assets])
    }

    /// Whether `|h_i / V − w_i| ≥ b_i` for any asset, without a division.
    #[inline]
    fn left_band(&self, units: &[f64], value: f64) -> bool {
        let (value, zero) = (f64x4::splat(value), f64x4::splat(0.0));
        let mut left = f64x4::splat(f64::NEG_INFINITY);
        each([units, &self.weights, &self.half_widths], [0.0, 0.0, f64::INFINITY], |[h, w, b]| {
            let beyond = (h - w * value).abs() - b * value;
            left = beyond.simd_gt(left).select(beyond, left);
        });
        left.simd_ge(zero).to_bitmask() != 0
    }

    #[inline]
    fn trade(&self, units: &[f64], value: f64) -> Result<Become, RebalanceError> {
        let after = solve(units, &self.weights, &self.rates, Budget::of(value))?;
        let (mut traded, mut cost) = (f64x4::splat(0.0), f64x4::splat(0.0));
        let wanted = f64x4::splat(after);
        each([units, &self.weights, &self.rates], [0.0; 3], |[h, w, k]| {
            let moved = (w * wanted - h).abs();
            traded += moved;
            cost += k * moved;
        });
        let (traded, cost) = (folded(traded.to_array()), folded(cost.to_array()));
        Ok(Become { value: after, base: after, cost, turnover: traded / value })
    }
}

/// Walks the paths of a [`ConstantMix`], with the places it needs for that.
#[derive(Debug, Clone)]
pub struct Walker<'a> {
    mix: &'a ConstantMix,
    /// The holdings as multiples of the value after the last trade.
    units: Vec<f64>,
}

impl Walker<'_> {
    /// Walks one path: buys the weights with `capital`, then holds them over each row and does there what the moment says. `told` is told
    /// the value after the purchase and after each row.
    ///
    /// What a path comes to depends on nothing that was walked before.
    ///
    /// # Errors
    ///
    /// [`RebalanceError::Range`] for a capital that is not above 0 and finite, a row that is not there, and a value that has left the range of
    /// doubles at a trade or at the end; `told` may then have been told values that are no numbers.
    pub fn walk(
        &mut self,
        capital: f64,
        path: impl IntoIterator<Item = (usize, Moment)>,
        mut told: impl FnMut(f64),
    ) -> Result<MixTotals, RebalanceError> {
        self.walk_with_trades(capital, path, |value, _| told(value))
    }

    /// As [`Walker::walk`], to the same bits; `told` is told besides whether the portfolio was traded to its weights there. The first
    /// purchase is such a trade.
    ///
    /// # Errors
    ///
    /// As [`Walker::walk`].
    #[inline]
    pub fn walk_with_trades(
        &mut self,
        capital: f64,
        path: impl IntoIterator<Item = (usize, Moment)>,
        mut told: impl FnMut(f64, bool),
    ) -> Result<MixTotals, RebalanceError> {
        if !(capital > 0.0 && capital.is_finite()) {
            let rule = "above 0, and finite";
            return Err(RebalanceError::Range { what: "capital", value: capital, position: 0, rule });
        }
        let Self { mix, units } = self;
        let rows = mix.rows;
        // The value after the last trade.
        let mut base = capital * mix.bought.value;
        let mut value = base;
        let mut totals = MixTotals {
            value,
            rebalances: 0,
            turnover: 0.0,
            costs: capital * mix.bought.cost,
            drawdown: 0.0,
        };
        let mut peak = base;
        // While the rows since the last trade follow each other: the first of them, how many, and the one that would be next.
        let (mut first, mut depth, mut following) = (0, 0, 0);
        let mut looked_up = true;
        let mut steps = 0;
        told(value, true);
        for (row, moment) in path {
            if row >= rows {
                let rule = "the place of a row";
                return Err(RebalanceError::Range { what: "row", value: row as f64, position: steps, rule });
            }
            steps += 1;
            let fresh = depth == 0 && looked_up;
            (first, following) = if fresh { (row, row) } else { (first, following) };
            let here = looked_up && row == following && depth < usize::from(mix.known[first]);
            let (trades, of) = if here {
                let held = &mix.held[depth * rows + first];
                let trades = moment == Moment::Trade || (held.left_band && moment == Moment::Look);
                (trades, held.kept_or_traded[usize::from(trades)])
            } else {
                if looked_up {
                    units.copy_from_slice(&mix.weights);
                    for row in (0..rows).cycle().skip(first).take(depth) {
                        mix.grow(units, row);
                    }
                }
                let grown = mix.grow(units, row);
                let trades = match moment {
                    Moment::Hold => false,
                    Moment::Look => mix.left_band(units, grown),
                    Moment::Trade => true,
                };
                looked_up = trades;
                (trades, if trades { mix.trade(units, grown)? } else { Become::kept(grown) })
            };
            value = base * of.value;
            totals.costs += base * of.cost;
            totals.turnover += of.turnover;
            totals.rebalances += usize::from(trades);
            base *= of.base;
            depth = (depth + 1) * usize::from(!trades);
            following = if row + 1 == rows { 0 } else { row + 1 };
            peak = if value > peak { value } else { peak };
            let drawdown = 1.0 - value / peak;
            totals.drawdown = if drawdown > totals.drawdown { drawdown } else { totals.drawdown };
            told(value, trades);
        }
        if !(value > 0.0 && value.is_finite()) {
            let rule = "above 0, and finite";
            return Err(RebalanceError::Range { what: "value at the end", value, position: steps, rule });
        }
        totals.value = value;
        Ok(totals)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use proptest::prelude::*;

    use super::{ConstantMix, DEEPEST, MixTotals, Moment};

    /// Paths in blocks, longer than anything is known of and around the end, with all that can be done at a step.
    fn path(rows: usize) -> impl Strategy<Value = Vec<(usize, Moment)>> {
        let moment = prop_oneof![2 => Just(Moment::Hold), 6 => Just(Moment::Look), 1 => Just(Moment::Trade)];
        let block = (0..rows, prop::collection::vec(moment, 1..3 * DEEPEST));
        let block = block.prop_map(move |(row, moments)| {
            (row..).zip(moments).map(|(row, moment)| (row % rows, moment)).collect::<Vec<_>>()
        });
        prop::collection::vec(block, 1..6).prop_map(|blocks| blocks.concat())
    }

    fn bits(mix: &ConstantMix, path: &[(usize, Moment)]) -> (MixTotals, Vec<u64>) {
        let mut bits = Vec::new();
        let totals =
            mix.walker().walk(1e6, path.iter().copied(), |value| bits.push(value.to_bits())).unwrap();
        bits.extend([totals.value, totals.turnover, totals.costs, totals.drawdown].map(f64::to_bits));
        (totals, bits)
    }

    proptest! {
        /// What is looked up is what is worked out: the same walk once with everything forgotten that was worked out beforehand, and once
        /// with some of it.
        #[test]
        fn looking_up_changes_no_bit(
            (growth, weights, path) in (1..=9_usize, 1..=40_usize).prop_flat_map(|(assets, rows)| (
                prop::collection::vec(0.8..1.3_f64, assets * rows),
                prop::collection::vec(0.01..1.0_f64, assets),
                path(rows),
            )),
            rate in 0.0..0.05_f64,
            half_width in 0.0..0.3_f64,
            some in prop::collection::vec(0..=16_u8, 40),
        ) {
            let (assets, sum) = (weights.len(), weights.iter().sum::<f64>());
            let weights: Vec<f64> = weights.iter().map(|weight| weight / sum).collect();
            let mix = ConstantMix::new(&growth, &weights, &vec![rate; assets], Some(&vec![half_width; assets])).unwrap();
            prop_assert!(mix.known.iter().all(|known| *known > 0));
            let looked_up = bits(&mix, &path);
            let mut forgetful = mix.clone();
            for (known, some) in forgetful.known.iter_mut().zip(some) {
                *known = some.min(*known);
            }
            prop_assert_eq!(&bits(&forgetful, &path), &looked_up);
            forgetful.known.fill(0);
            prop_assert_eq!(&bits(&forgetful, &path), &looked_up);
        }
    }
}
