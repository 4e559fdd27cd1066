//! Formulas in the innermost loops of a simulation: of one portfolio over its assets, or of many portfolios side by side.

use wide::f64x4;

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
pub(crate) fn largest([a, b, c, d]: [f64; LANES]) -> f64 {
    larger(larger(a, b), larger(c, d))
}

#[inline]
pub(crate) fn smallest([a, b, c, d]: [f64; LANES]) -> f64 {
    -larger(larger(-a, -b), larger(-c, -d))
}

/// Columns side by side, in lanes from the first value to the last of the shortest; the last lanes are filled up, each column with its own
/// filler.
#[inline]
pub(crate) fn each<const N: usize>(
    columns: [&[f64]; N],
    fillers: [f64; N],
    mut take: impl FnMut([f64x4; N]),
) {
    let length = columns.iter().map(|column| column.len()).min().unwrap_or_default();
    let whole = length / LANES;
    let chunks = columns.map(|column| &column.as_chunks::<LANES>().0[..whole]);
    (0..whole).for_each(|i| take(std::array::from_fn(|column| f64x4::new(chunks[column][i]))));
    if length > whole * LANES {
        take(std::array::from_fn(|column| filled(&columns[column][whole * LANES..length], fillers[column])));
    }
}

/// Fewer than four values, filled up.
#[inline]
pub(crate) fn filled(values: &[f64], filler: f64) -> f64x4 {
    let at = |i: usize| values.get(i).copied().unwrap_or(filler);
    f64x4::new([at(0), at(1), at(2), filler])
}

/// `Σ term` over columns. A term of noughts must be nought.
#[inline]
pub(crate) fn sum<const N: usize>(columns: [&[f64]; N], term: impl Fn([f64x4; N]) -> f64x4) -> f64 {
    let mut sums = f64x4::splat(0.0);
    each(columns, [0.0; N], |row| sums += term(row));
    folded(sums.to_array())
}

/// The largest of a measure of two numbers, without its sign. The measure of two noughts must be nought. Passes over what is no number, on
/// every machine: the greatest of two numbers is not the same instruction everywhere.
#[inline]
pub(crate) fn largest_of(a: &[f64], b: &[f64], measure: impl Fn(f64x4, f64x4) -> f64x4) -> f64 {
    let mut most = f64x4::splat(0.0);
    each([a, b], [0.0; 2], |[a, b]| {
        let measured = measure(a, b).abs();
        most = measured.simd_gt(most).select(measured, most);
    });
    largest(most.to_array())
}
