//! EDGE over moving windows.

use allweather_costs::CostsError;
use allweather_costs::spread::{RollingEdge, Spread, Unmeasured, edge};
use proptest::prelude::*;

use crate::bars::{any_bars, any_gapped_bars, gapped_walk, walk};
use crate::spread::{scale, square};

#[test]
fn windows_are_those_of_the_authors() {
    // Python package bidask 2.1.0, edge_rolling, signed: the first window, one between and the last; the mean of all.
    for (seed, half, some, mean) in [
        (
            7,
            400,
            [0.008_355_716_737_447_29, 0.010_909_789_507_980_418, 0.008_311_271_236_207_215],
            0.008_247_280_065_424_238,
        ),
        (
            11,
            20,
            [0.001_105_274_073_789_287_7, 0.000_618_265_266_964_365_7, -0.002_058_965_649_741_154_4],
            -0.000_055_060_099_232_025_04,
        ),
    ] {
        let walk = walk(seed, 600, half);
        let mut rolling = RollingEdge::new(21).unwrap();
        let spreads: Vec<f64> = rolling.over(&walk.bars()).map(|spread| spread.unwrap().signed()).collect();
        assert_eq!((spreads.len(), rolling.window()), (580, 21));
        for (day, expected) in [20, 300, 599].into_iter().zip(some) {
            assert!(
                (spreads[day - 20] - expected).abs() < 1e-12,
                "{} instead of {expected}",
                spreads[day - 20]
            );
        }
        assert!((spreads.iter().sum::<f64>() / 580.0 - mean).abs() < 1e-12);
    }
}

#[test]
fn a_window_has_three_days_or_more_and_may_be_longer_than_the_bars() {
    assert_eq!(RollingEdge::new(2).unwrap_err().to_string(), "a rolling window of 2 days is below 3");
    assert!(matches!(RollingEdge::new(0), Err(CostsError::Window { days: 0, .. })));
    let walk = walk(7, 30, 400);
    let count = |window| {
        let mut rolling = RollingEdge::new(window).unwrap();
        let spreads = rolling.over(&walk.bars());
        (spreads.len(), spreads.count())
    };
    assert_eq!([3, 30, 31, usize::MAX].map(count), [(28, 28), (1, 1), (0, 0), (0, 0)]);
}

#[test]
fn memory_is_kept_from_one_asset_to_the_next_and_a_span_takes_none() {
    let universe: Vec<_> = (1..20).map(|seed| walk(seed, 300, 100)).collect();
    let mut rolling = RollingEdge::new(63).unwrap();
    let mut all = |from: usize| {
        let spreads = universe[from..].iter().map(|walk| {
            let bars = walk.bars();
            rolling.over(&bars).flatten().map(Spread::size).sum::<f64>() + edge(&bars).unwrap().size()
        });
        spreads.sum::<f64>()
    };
    assert!(all(18) > 0.0);
    let counted = allocation_counter::measure(|| assert!(all(0) > 0.0));
    assert_eq!(counted.count_total, 0);
}

proptest! {
    #[test]
    fn rolling_is_window_by_window(columns in any_bars(3..80), window in 3_usize..30) {
        // The second time over, with what the first left behind.
        let mut rolling = RollingEdge::new(window).unwrap();
        rolling.over(&columns.bars()).take(window / 2).for_each(drop);
        let (bars, mut windows) = (columns.bars(), 0);
        for (from, rolled) in rolling.over(&bars).enumerate() {
            let days = columns.days(from, window);
            windows += 1;
            match (rolled, edge(&days.bars())) {
                (Ok(rolled), Ok(alone)) => {
                    prop_assert!((square(rolled) - square(alone)).abs() < 1e-11 * scale(&days), "{rolled:?} {alone:?}");
                }
                (rolled, alone) => prop_assert_eq!(rolled, alone),
            }
        }
        prop_assert_eq!(windows, (columns.len() + 1).saturating_sub(window));
    }

    #[test]
    fn with_gaps_too(columns in any_gapped_bars(3..40), window in 3_usize..12) {
        let alone = (0..(columns.len() + 1).saturating_sub(window)).map(|from| edge(&columns.days(from, window).bars()));
        let alone: Vec<Result<Spread, Unmeasured>> = alone.collect();
        let rolled: Vec<_> = RollingEdge::new(window).unwrap().over(&columns.bars()).collect();
        prop_assert_eq!(rolled, alone);
    }
}

#[test]
fn a_wild_day_leaves_nothing_behind() {
    // A price that jumps to a millionth and back: a running difference of sums would never forget it.
    let mut columns = walk(7, 200, 400);
    for column in &mut columns.0 {
        column[50] /= 1e6;
    }
    let bars = columns.bars();
    let rolled: Vec<_> = RollingEdge::new(21).unwrap().over(&bars).flatten().collect();
    assert_eq!(rolled.len(), 180);
    for (from, rolled) in rolled.iter().enumerate() {
        let alone = edge(&columns.days(from, 21).bars()).unwrap();
        // With the wild day inside, rounding is beside moves a thousand times as large.
        let tolerance = if from > 50 { 1e-12 } else { 1e-9 };
        assert!((rolled.signed() - alone.signed()).abs() < tolerance, "{from}");
    }
    let gapped = gapped_walk(7, 200, 400, 1000);
    assert_eq!(RollingEdge::new(21).unwrap().over(&gapped.bars()).len(), 180);
}
