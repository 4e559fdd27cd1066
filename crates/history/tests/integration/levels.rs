//! From levels and back to levels.
use allweather_history::{HistoryError, Method, Series, Table};
use allweather_metrics::volatility;
use proptest::prelude::*;

use crate::{
    by, factors, id, month,
    world::{full, late},
};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn levels_chain_onto_the_first_observed_one(full in full(80, 1, 1), start in 1..30_usize) {
        let compounded = |returns: &[f64]| {
            let mut levels = vec![100.0];
            for change in returns {
                levels.push(levels[levels.len() - 1] * (1.0 + change));
            }
            levels
        };
        let levels: Vec<Vec<Option<f64>>> =
            late(&full.iter().map(|r| compounded(r)).collect::<Vec<_>>(), 1, &[start]);
        let series = levels.iter().zip(["long", "short"]).map(|(l, name)| Series::from_levels(id(name), l).unwrap());
        let table = Table::new(month("1980-02"), series.collect()).unwrap();
        prop_assert_eq!((table.periods(), table.last_month()), (80, month("1986-09")));
        let filled = by(factors(), 3).fill(&table).unwrap();
        for draw in 0..3 {
            let chained = filled.levels(draw, &id("short"), &levels[1]).unwrap();
            prop_assert_eq!((chained.first, chained.values.len()), (month("1980-01"), 81));
            prop_assert_eq!(chained.method.as_ref(), Some(&factors()));
            for (t, level) in chained.values.iter().enumerate() {
                prop_assert_eq!(chained.estimated[t], t < start);
                if t >= start {
                    prop_assert_eq!(*level, levels[1][t]);
                } else {
                    let change = chained.values[t + 1].unwrap() / level.unwrap() - 1.0;
                    prop_assert!((change - filled.draws()[(draw, t, 1)]).abs() < 1e-12);
                }
            }
        }
        // What is whole stays as it is.
        let whole = filled.levels(0, &id("long"), &levels[0]).unwrap();
        prop_assert_eq!((&whole.values, whole.method), (&levels[0], None));
        prop_assert!(whole.estimated.iter().all(|mark| !mark));
    }
}

#[test]
fn later_gaps_stay_gaps_and_marks_reach_the_measures() {
    let returns =
        |k: u32| (0..60_u32).map(|t| Some(0.01 * f64::from((t * k) % 7) - 0.03)).collect::<Vec<_>>();
    let mut short = returns(3);
    short[..12].fill(None);
    short[30] = None;
    let table = crate::table(&[returns(2), short]);
    let filled = by(Method::Em, 2).fill(&table).unwrap();
    let mut observed: Vec<Option<f64>> = (0..=60).map(|t| (t >= 12).then_some(100.0)).collect();
    observed[31] = None;
    observed.push(Some(7.0)); // A level after the last return is not read.
    let levels = filled.levels(1, &id("s1"), &observed).unwrap();
    assert_eq!((levels.values[31], levels.values.len()), (None, 61));
    assert_eq!(levels.estimated.iter().filter(|mark| **mark).count(), 12);

    let measured = filled.returns(1, &id("s1")).unwrap();
    assert_eq!(measured.estimated_share(), Some(13.0 / 60.0));
    assert!(volatility(&measured).unwrap() > 0.0);
    assert_eq!(filled.returns(1, &id("s0")).unwrap().estimated_share(), Some(0.0));

    // Nothing observed, nothing to chain onto.
    assert!(filled.levels(0, &id("s1"), &[None; 61]).unwrap().values.iter().all(Option::is_none));
    let words = |result: Result<_, HistoryError>| {
        result.map(|_: allweather_history::Levels| ()).unwrap_err().to_string()
    };
    assert_eq!(
        words(filled.levels(0, &id("s1"), &[None; 60])),
        "60 levels for 60 returns: it takes one more than there are returns, or more"
    );
    assert_eq!(words(filled.levels(2, &id("s1"), &observed)), "there is no draw 2 (from 0) among 2");
    assert_eq!(words(filled.levels(0, &id("s9"), &observed)), "there is no series s9");
    observed[20] = Some(-1.0);
    assert_eq!(
        words(filled.levels(0, &id("s1"), &observed)),
        "the level of s1 at position 20 (from 0) is -1, which is not a finite number above 0"
    );
}
