//! Random tables: some long series and some short ones that they explain in part.
use proptest::prelude::*;

/// `[series][periods]`, everything known; the first `long` of them are independent.
pub(crate) fn full(periods: usize, long: usize, short: usize) -> impl Strategy<Value = Vec<Vec<f64>>> {
    let noise = prop::collection::vec(prop::collection::vec(-0.05..0.05_f64, periods), long + short);
    let slopes = prop::collection::vec(prop::collection::vec(-1.0..1.0_f64, long), short);
    (noise, slopes).prop_map(move |(mut columns, slopes)| {
        for (j, slopes) in slopes.iter().enumerate() {
            for t in 0..periods {
                let explained: f64 =
                    slopes.iter().zip(&columns).map(|(slope, column)| slope * column[t]).sum();
                columns[long + j][t] = 0.5 * columns[long + j][t] + explained;
            }
        }
        columns
    })
}

/// The same as values that may be missing: series `long + j` from month `starts[j]` on.
pub(crate) fn late(full: &[Vec<f64>], long: usize, starts: &[usize]) -> Vec<Vec<Option<f64>>> {
    let start = |series: usize| series.checked_sub(long).map_or(0, |j| starts[j]);
    let column = |(series, column): (usize, &Vec<f64>)| {
        column.iter().enumerate().map(|(t, value)| (t >= start(series)).then_some(*value)).collect()
    };
    full.iter().enumerate().map(column).collect()
}
