//! W6: EDGE of 100 assets over 2520 days, over the whole span and over every 21 days.

use std::error::Error;
use std::path::Path;

use allweather_costs::spread::{DailyBars, RollingEdge, Unmeasured, edge};

use crate::measured::Bench;
use crate::tables::numbers;

pub(crate) fn edge_of_all(data: &Path) -> crate::Outcome {
    let table = numbers(data, "ohlc_100x2520.csv", 0)?;
    let columns: Vec<Vec<f64>> = table.columns().into_iter().map(|column| column.to_vec()).collect();
    let bars = columns.chunks_exact(4).map(|of| DailyBars::new(&of[0], &of[1], &of[2], &of[3]));
    let universe: Vec<DailyBars<'_>> = bars.collect::<Result<_, _>>()?;

    let known = [("mean", 0.005_328_911_854_154, 1e-11)];
    let whole = Bench { workload: "w6-full", peer: "allweather", runs: 9, expected: &known };
    let spans = || -> Result<Vec<f64>, Box<dyn Error>> {
        let sizes = universe.iter().map(|bars| Ok(edge(bars)?.size()));
        Ok(sizes.collect::<Result<_, Unmeasured>>()?)
    };
    whole.measure(spans, |sizes| vec![("mean", sizes.iter().sum::<f64>() / sizes.len() as f64)])?;

    let known = [("mean", 0.005_399_579_022_243, 1e-11), ("windows", 250_000.0, 0.0)];
    let each = Bench { workload: "w6-rolling", peer: "allweather", runs: 7, expected: &known };
    let mut rolling = RollingEdge::new(21)?;
    // Every window's spread is kept, as the scripts keep them.
    let windows = || -> Result<Vec<Vec<f64>>, Box<dyn Error>> {
        let mut asset = |bars| rolling.over(bars).map(|spread| Ok(spread?.size())).collect();
        Ok(universe.iter().map(&mut asset).collect::<Result<_, Unmeasured>>()?)
    };
    each.measure(windows, |assets| {
        let (sum, count) = (assets.iter().flatten().sum::<f64>(), assets.iter().flatten().count() as f64);
        vec![("mean", sum / count), ("windows", count)]
    })
}
