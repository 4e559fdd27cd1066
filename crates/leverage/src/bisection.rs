/// Where a decreasing function passes 0 between `low` and `high` (where it is not positive), to the last bit: the largest
/// double found at which it is still positive, or `low` when it is positive nowhere.
pub(crate) fn last_positive(mut low: f64, mut high: f64, decreasing: impl Fn(f64) -> f64) -> f64 {
    // Not for the answer, which would be the same: for the thousand halvings that lead to it.
    if decreasing(low) <= 0.0 {
        return low;
    }
    loop {
        let middle = low.midpoint(high);
        // Asked this way round, a bound that is not a number ends the search too.
        let between = middle > low && middle < high;
        if !between {
            return low;
        }
        if decreasing(middle) > 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
}
