//! Formulas in the innermost loops of a simulation: of one portfolio over its assets, or of many portfolios side by side.

use crate::paths::Budget;

/// Partial sums side by side: four independent chains instead of one that waits for itself. The order is fixed, so the
/// result is the same on every machine.
pub(crate) const LANES: usize = 4;

#[inline]
pub(crate) fn folded([a, b, c, d]: [f64; LANES]) -> f64 {
    (a + b) + (c + d)
}

/// Passes over what is no number, and is one instruction, where [`f64::max`] is three.
#[inline]
pub(crate) fn larger(a: f64, b: f64) -> f64 {
    if b > a { b } else { a }
}

#[inline]
pub(crate) fn smaller(a: f64, b: f64) -> f64 {
    if b < a { b } else { a }
}

/// The cost rate of an asset with the sign of its trade. `short` is what it is short of its target, `w·x − h`; its trade then costs
/// `signed · w · x − signed · h`.
#[inline]
pub(crate) fn signed_rate(rate: f64, short: f64) -> f64 {
    rate.copysign(short)
}

/// The value after a trade whose cost is `slope · x − offset` at the value `x`.
#[inline]
pub(crate) fn on_piece(budget: Budget, slope: f64, offset: f64) -> f64 {
    let Budget { base, multiple } = budget;
    (base + multiple * offset) / (1.0 + multiple * slope)
}

/// How far the weight furthest from its target is away, without its sign.
#[inline]
pub(crate) fn furthest(targets: &[f64], weights: &[f64]) -> f64 {
    largest(targets, weights, |target, weight| weight - target)
}

/// The largest of a measure of two numbers, without its sign. Lanes and no branch.
#[inline]
pub(crate) fn largest(a: &[f64], b: &[f64], of: impl Fn(f64, f64) -> f64) -> f64 {
    const WIDE: usize = 2 * LANES;
    let mut lanes = [0.0; WIDE];
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<WIDE>(), b.as_chunks::<WIDE>());
    for (a, b) in a.iter().zip(b) {
        for lane in 0..WIDE {
            lanes[lane] = larger(lanes[lane], of(a[lane], b[lane]).abs());
        }
    }
    let rest = a_rest.iter().zip(b_rest).map(|(a, b)| of(*a, *b).abs());
    rest.chain(lanes).fold(0.0, larger)
}
