use allweather_metrics::{
    Undefined, calmar, drawdown_series, drawdowns, longest_drawdown, max_drawdown, pain_index, ulcer_index,
};
use proptest::prelude::*;

use crate::{monthly, near};

#[test]
fn a_fall_ends_where_wealth_is_back() {
    // 100, 90, 80, 100, 110, 99, 110: two falls, both made good.
    let values = [-0.1, 80.0 / 90.0 - 1.0, 0.25, 0.1, -0.1, 110.0 / 99.0 - 1.0];
    let all = drawdowns(&monthly(&values)).unwrap();
    let places: Vec<_> = all.iter().map(|d| (d.peak, d.trough, d.recovery, d.periods)).collect();
    assert_eq!(places, [(0, 2, Some(3), 3), (4, 5, Some(6), 2)]);
    near(all[0].depth, -0.2);
    near(all[1].depth, -0.1);
    assert_eq!(max_drawdown(&monthly(&values)).unwrap(), all[0]);
    assert_eq!(longest_drawdown(&monthly(&values)).unwrap(), all[0]);
}

#[test]
fn the_longest_is_not_the_deepest() {
    let values = [-0.5, 1.0, -0.01, 0.0, 0.0, 0.001];
    let longest = longest_drawdown(&monthly(&values)).unwrap();
    assert_eq!((longest.peak, longest.trough, longest.recovery, longest.periods), (2, 3, None, 4));
    assert_eq!(max_drawdown(&monthly(&values)).unwrap().depth, -0.5);
}

#[test]
fn of_equal_falls_the_first_counts() {
    let values = [-0.5, 1.0, -0.5, 1.0];
    assert_eq!(max_drawdown(&monthly(&values)).unwrap().peak, 0);
    assert_eq!(longest_drawdown(&monthly(&values)).unwrap().peak, 0);
    // And within a fall the first of equal troughs.
    assert_eq!(max_drawdown(&monthly(&[-0.5, 0.0])).unwrap().trough, 1);
}

#[test]
fn wealth_that_never_fell_has_no_drawdown_to_divide_by() {
    for values in [vec![0.1, 0.0, 0.2], vec![0.0; 5], vec![1e-16, -1e-16, 0.01]] {
        let returns = monthly(&values);
        assert!(drawdowns(&returns).unwrap().is_empty());
        let none = max_drawdown(&returns).unwrap();
        assert_eq!(
            (none.depth, none.peak, none.trough, none.recovery, none.periods),
            (0.0, 0, 0, Some(0), 0)
        );
        assert_eq!(longest_drawdown(&returns).unwrap(), none);
        assert_eq!(calmar(&returns), Err(Undefined::NoDrawdown));
        assert!(ulcer_index(&returns).unwrap() < 1e-15 && pain_index(&returns).unwrap() < 1e-15);
    }
}

#[test]
fn no_returns_no_drawdown() {
    let none = monthly(&[]);
    assert!(drawdown_series(&none).is_empty());
    for undefined in [
        drawdowns(&none).unwrap_err(),
        longest_drawdown(&none).unwrap_err(),
        calmar(&none).unwrap_err(),
        ulcer_index(&none).unwrap_err(),
        pain_index(&none).unwrap_err(),
    ] {
        assert!(matches!(undefined, Undefined::TooFew { needed: 1, found: 0, .. }));
    }
}

proptest! {
    #[test]
    fn falls_do_not_overlap_and_cover_the_time_under_water(
        values in prop::collection::vec(prop_oneof![8 => -0.3..0.35_f64, 1 => Just(0.0), 1 => Just(-1.0)], 1..60),
    ) {
        let returns = monthly(&values);
        let (all, series) = (drawdowns(&returns).unwrap(), drawdown_series(&returns));
        prop_assert_eq!(series.len(), values.len());
        prop_assert!(series.iter().all(|dd| (-1.0..=0.0).contains(dd)));
        let mut end = 0;
        for fall in &all {
            prop_assert!(end <= fall.peak && fall.peak < fall.trough);
            prop_assert_eq!(series[fall.trough - 1], fall.depth);
            end = fall.recovery.unwrap_or(values.len());
            prop_assert_eq!(fall.periods, end - fall.peak);
            prop_assert!(fall.trough <= end);
            prop_assert!(series[fall.peak..end - usize::from(fall.recovery.is_some())].iter().all(|&dd| dd < 0.0));
        }
        let under_water = series.iter().filter(|&&dd| dd < -1e-12).count();
        let covered: usize = all.iter().map(|fall| fall.periods - usize::from(fall.recovery.is_some())).sum();
        prop_assert_eq!(under_water, covered);

        let (max, ulcer, pain) =
            (max_drawdown(&returns).unwrap().depth, ulcer_index(&returns).unwrap(), pain_index(&returns).unwrap());
        // A mean, a root mean square and a maximum of the same numbers.
        prop_assert!(pain <= ulcer + 1e-15 && ulcer <= -max + 1e-15);
        prop_assert_eq!(max, series.iter().fold(0.0, |low: f64, &dd| low.min(dd)).min(0.0));
    }
}
