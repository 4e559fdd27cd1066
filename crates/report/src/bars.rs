//! The ranges that the bars of a histogram stand for.

/// How many bars there are at most.
pub(crate) const BARS: u8 = 24;

/// The width of a bar, 1, 2 or 5 of a power of ten from the finest one on: the least that covers low to high with so many bars, each from a
/// multiple of the width up. With the power.
pub(crate) fn width(low: f64, high: f64, finest: i32) -> (f64, i32) {
    let widths =
        (finest..308).flat_map(|power| [1.0, 2.0, 5.0].map(|digit| (digit * 10_f64.powi(power), power)));
    let fits = |(width, _): &(f64, i32)| (high / width).floor() - (low / width).floor() < f64::from(BARS);
    widths.into_iter().find(fits).unwrap_or((1.0, 0))
}
