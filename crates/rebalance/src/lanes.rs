//! The inner loops of a portfolio of fixed weights, over values in chunks: several go into one instruction on any machine, and the order of
//! every sum is fixed, so results are the same on every machine.

use crate::{
    inner::{LANES, folded, larger, on_piece, signed_rate},
    paths::Budget,
};

pub(crate) type Chunk = [f64; LANES];

/// Values in chunks, the last one filled up.
pub(crate) fn chunked(values: &[f64], filler: f64) -> impl Iterator<Item = Chunk> {
    values.chunks(LANES).map(move |chunk| {
        let mut whole = [filler; LANES];
        whole[..chunk.len()].copy_from_slice(chunk);
        whole
    })
}

/// `h_i ← h_i · g_i`.
#[inline]
pub(crate) fn grow(holdings: &mut [Chunk], growth: &[Chunk]) {
    for (h, g) in holdings.iter_mut().zip(growth) {
        for lane in 0..LANES {
            h[lane] *= g[lane];
        }
    }
}

/// `Σ h_i`.
#[inline]
pub(crate) fn total(holdings: &[Chunk]) -> f64 {
    let mut lanes = Chunk::default();
    for h in holdings {
        for lane in 0..LANES {
            lanes[lane] += h[lane];
        }
    }
    folded(lanes)
}

/// Whether `|h_i / V − w_i| ≥ b_i` for any asset, without a division.
#[inline]
pub(crate) fn any_beyond(holdings: &[Chunk], weights: &[Chunk], half_widths: &[Chunk], value: f64) -> bool {
    let mut most = [f64::NEG_INFINITY; LANES];
    for ((h, w), b) in holdings.iter().zip(weights).zip(half_widths) {
        for lane in 0..LANES {
            let beyond = (h[lane] - w[lane] * value).abs() - b[lane] * value;
            most[lane] = larger(most[lane], beyond);
        }
    }
    most.iter().any(|beyond| *beyond >= 0.0)
}

/// `Σ |w_i V⁺ − h_i|` and `Σ k_i |w_i V⁺ − h_i|`: what is traded, and what that costs.
#[inline]
pub(crate) fn traded(holdings: &[Chunk], weights: &[Chunk], rates: &[Chunk], after: f64) -> (f64, f64) {
    let (mut traded, mut cost) = (Chunk::default(), Chunk::default());
    for ((h, w), k) in holdings.iter().zip(weights).zip(rates) {
        for lane in 0..LANES {
            let moved = (w[lane] * after - h[lane]).abs();
            traded[lane] += moved;
            cost[lane] += k[lane] * moved;
        }
    }
    (folded(traded), folded(cost))
}

/// `V⁺ = V − Σ k_i |w_i V⁺ − h_i|`: the walk of [`paths::value_after_costs`](crate::paths::value_after_costs).
#[inline]
pub(crate) fn value_after_costs(holdings: &[Chunk], weights: &[Chunk], rates: &[Chunk], value: f64) -> f64 {
    let budget = Budget::of(value);
    let mut after = value;
    for _ in 0..=LANES * holdings.len() {
        let (mut slope, mut offset) = (Chunk::default(), Chunk::default());
        for ((h, w), k) in holdings.iter().zip(weights).zip(rates) {
            for lane in 0..LANES {
                let signed = signed_rate(k[lane], w[lane] * after - h[lane]);
                slope[lane] += signed * w[lane];
                offset[lane] += signed * h[lane];
            }
        }
        let next = on_piece(budget, folded(slope), folded(offset));
        if next >= after {
            return next;
        }
        after = next;
    }
    after
}
