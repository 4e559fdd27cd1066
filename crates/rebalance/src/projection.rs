use crate::{RebalanceError, Review, Targets, door, paths::TOLERANCE_PERCENT};

/// Weights and fractions that differ by less than this are the same.
pub(crate) const TOLERANCE: f64 = TOLERANCE_PERCENT / 100.0;

/// The weights within stated distances of their targets that add up to 1 and are reached with the least turnover.
///
/// ```text
/// minimise Σ|x_i − w_i|     subject to     Σ x_i = 1,   |x_i − t_i| ≤ d_i,   x_i ≥ 0
/// ```
///
/// Each weight goes to the nearest end of its box, if it is outside. Where the result does not add up to 1, many ways cost the same
/// turnover; this takes the one in which the assets furthest from their targets on the side that is needed move first, towards
/// their targets, until they are level with the next ones [our reading]. Far is measured in units: the target makes it relative
/// to the position, 1 makes it points of the portfolio. No weight passes its target, so all boxes hold. Solved over sorted
/// breakpoints, without a tolerance.
///
/// | argument | shape | unit |
/// |---|---|---|
/// | `weights` w | `[assets]` | fraction, together 1 |
/// | `targets` t | `[assets]` | fraction, 0 or more, together 1 |
/// | `distances` d | `[assets]` | fraction, 0 or more; infinite when the asset moves only to balance |
/// | `units` | `[assets]` | in what distance is measured, 0 or more; 0 only where the asset ends at its target |
///
/// Cash, if there is any, is one of the assets.
///
/// ```
/// use allweather_rebalance::paths::project;
/// // A band of 20 % of the position, back to half of it: only the first asset is outside.
/// let targets = [0.3, 0.4, 0.2, 0.1];
/// let distances = [0.03, f64::INFINITY, f64::INFINITY, f64::INFINITY];
/// let to = project(&[0.37, 0.34, 0.19, 0.1], &targets, &distances, &targets)?;
/// for (x, wanted) in to.iter().zip([0.33, 0.38, 0.19, 0.1]) {
///     assert!((x - wanted).abs() < 1e-15);
/// }
/// # Ok::<(), allweather_rebalance::RebalanceError>(())
/// ```
///
/// # Errors
///
/// [`RebalanceError`] when the lists differ in length, a number is outside its range (named with its position), or the targets do not
/// add up to 1.
///
/// # Source
///
/// Daryanani, "Opportunistic Rebalancing", Journal of Financial Planning, January 2008: trade only what is out of balance, and back to
/// half of the band. That text does not say what balances the trade; the projection is ours.
pub fn project(
    weights: &[f64],
    targets: &[f64],
    distances: &[f64],
    units: &[f64],
) -> Result<Vec<f64>, RebalanceError> {
    check(weights, targets, distances, units)?;
    let boxed = |((w, t), d): ((&f64, &f64), &f64)| w.clamp((t - d).max(0.0), t + d);
    let mut to: Vec<f64> = weights.iter().zip(targets).zip(distances).map(boxed).collect();
    let short = 1.0 - to.iter().sum::<f64>();
    if short == 0.0 {
        return Ok(to);
    }
    // Selling is buying in the mirror: `away` is how far an asset is from its target, negative on the side that must move.
    let side = short.signum();
    let away = |i: usize, to: &[f64]| side * (to[i] - targets[i]);
    let mut order: Vec<usize> = (0..to.len()).filter(|i| units[*i] > 0.0).collect();
    order.sort_by(|a, b| (away(*a, &to) / units[*a]).total_cmp(&(away(*b, &to) / units[*b])));
    if let Some(position) =
        (0..to.len()).find(|i| units[*i] == 0.0 && (to[*i] - targets[*i]).abs() > TOLERANCE)
    {
        let rule = "above 0, as the asset does not end at its target";
        return Err(RebalanceError::Range { what: "unit", value: 0.0, position, rule });
    }
    // The first k assets are lifted to one level: Σ (t + level · unit − to) = short.
    let (mut lift, mut unit) = (short.abs(), 0.0);
    for (k, i) in order.iter().enumerate() {
        lift += away(*i, &to);
        unit += units[*i];
        // Not past the targets, by the rounding of their sum either.
        let level = (lift / unit).min(0.0);
        if order.get(k + 1).is_none_or(|next| level <= away(*next, &to) / units[*next]) {
            for i in &order[..=k] {
                to[*i] = (targets[*i] + side * level * units[*i]).clamp(0.0, 1.0);
            }
            break;
        }
    }
    Ok(to)
}

fn check(weights: &[f64], targets: &[f64], distances: &[f64], units: &[f64]) -> Result<(), RebalanceError> {
    door::as_long("targets", targets.len(), weights.len())?;
    door::as_long("distances", distances.len(), weights.len())?;
    door::as_long("units", units.len(), weights.len())?;
    door::each("weight", weights, "finite", f64::is_finite)?;
    door::each("target weight", targets, "in 0..=1", |t| (0.0..=1.0).contains(&t))?;
    door::each("distance", distances, "0 or more", |d| d >= 0.0)?;
    door::each("unit", units, "0 or more, and finite", |u| (0.0..f64::INFINITY).contains(&u))?;
    let sum: f64 = targets.iter().sum();
    if (sum - 1.0).abs() > 1e-9 {
        return Err(RebalanceError::Sum { sum });
    }
    Ok(())
}

/// What a band asks of one asset.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reach {
    /// How far from its target it may end, a fraction of the portfolio.
    pub(crate) distance: f64,
    /// In what its distance is measured.
    pub(crate) unit: f64,
}

/// Projects the weights of a review, with cash as the last asset, and marks in `targets` what trades. `reach` is asked with position,
/// target and weight of each asset and of cash.
pub(crate) fn trade_within(
    review: &Review<'_>,
    targets: &mut Targets,
    reach: impl Fn(usize, f64, f64) -> Reach,
) -> Result<(), RebalanceError> {
    let with_cash = |weights: &[f64]| {
        let cash = 1.0 - weights.iter().sum::<f64>();
        // Decimals written as binary fractions do not add up to 1: that is no cash.
        let cash = if cash.abs() < TOLERANCE { 0.0 } else { cash };
        weights.iter().copied().chain([cash]).collect::<Vec<f64>>()
    };
    let (wanted, weights) = (with_cash(review.targets), with_cash(review.weights));
    let rows = wanted.iter().zip(&weights).enumerate();
    let (distances, units): (Vec<f64>, Vec<f64>) = rows
        .map(|(position, (target, weight))| {
            let Reach { distance, unit } = reach(position, *target, *weight);
            (distance, unit)
        })
        .unzip();
    let to = project(&weights, &wanted, &distances, &units)?;
    for (position, (to, weight)) in to.iter().zip(review.weights).enumerate() {
        if (to - weight).abs() > TOLERANCE {
            targets.set(position, *to)?;
        } else {
            targets.keep(position);
        }
    }
    Ok(())
}
