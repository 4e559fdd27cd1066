use std::collections::BTreeMap;

use allweather_core::{Percent, Year};
use allweather_rfr::{RfrError, splice};
use proptest::prelude::*;
use rust_decimal::{Decimal, dec};

type Series = BTreeMap<Year, Decimal>;

fn series(first: i32, levels: &[Decimal]) -> Series {
    (first..).map(Year::new).zip(levels.iter().copied()).collect()
}

#[test]
fn the_ratio_is_taken_where_the_series_meet_and_the_new_level_wins() {
    // The two disagree about 2002: the new series is right about it, and the ratio of 2001 counts.
    let old = series(2000, &[dec!(40), dec!(50), dec!(60)]);
    let new = series(2001, &[dec!(100), dec!(90), dec!(80)]);
    assert_eq!(splice(&old, &new).unwrap(), series(2000, &[dec!(80), dec!(100), dec!(90), dec!(80)]));
}

#[test]
fn no_overlap_is_an_error_and_never_a_jump() {
    let (old, new) = (series(2000, &[dec!(40)]), series(2001, &[dec!(100)]));
    assert_eq!(splice(&old, &new), Err(RfrError::NoOverlap));
    assert_eq!(splice(&old, &Series::new()), Err(RfrError::NoOverlap));
}

#[test]
fn a_level_that_is_not_above_zero_is_named_with_its_period() {
    let good = series(2000, &[dec!(1), dec!(1)]);
    for bad in [dec!(0), dec!(-2)] {
        let bad_series = series(2000, &[dec!(1), bad]);
        for error in [splice(&good, &bad_series).unwrap_err(), splice(&bad_series, &good).unwrap_err()] {
            assert_eq!(
                error.to_string(),
                format!("the level {bad} at 2001 of a series to splice is not above 0")
            );
        }
    }
}

#[test]
fn a_level_that_does_not_fit_its_new_base_is_an_error() {
    let tiny = Decimal::new(1, 28);
    for (old, new) in [([Decimal::MAX, dec!(1)], dec!(2)), ([tiny, dec!(2)], dec!(0.5))] {
        let error = splice(&series(2000, &old), &series(2001, &[new])).unwrap_err();
        assert!(matches!(&error, RfrError::SpliceFit { period, .. } if period == "2000"), "{error}");
    }
}

fn changes(series: &Series) -> Vec<Decimal> {
    let levels: Vec<Decimal> = series.values().copied().collect();
    levels.windows(2).map(|w| Percent::change(w[1], w[0]).unwrap().points()).collect()
}

fn level() -> impl Strategy<Value = Decimal> {
    (100..100_000_i64).prop_map(|l| Decimal::new(l, 2))
}

proptest! {
    #[test]
    fn the_base_of_either_series_changes_no_year_on_year_rate(
        old in prop::collection::vec(level(), 1..12),
        new in prop::collection::vec(level(), 1..12),
        at in any::<prop::sample::Index>(),
        factor in level(),
    ) {
        let start = i32::try_from(at.index(old.len())).unwrap();
        let (old, new) = (series(2000, &old), series(2000 + start, &new));
        let scaled = |s: &Series| -> Series { s.iter().map(|(y, l)| (*y, l * factor)).collect() };
        let plain = splice(&old, &new).unwrap();
        for (other_old, other_new) in [(scaled(&old), new.clone()), (old.clone(), scaled(&new))] {
            let other = splice(&other_old, &other_new).unwrap();
            prop_assert!(other.keys().eq(plain.keys()));
            for (a, b) in changes(&plain).into_iter().zip(changes(&other)) {
                prop_assert!((a - b).abs() <= dec!(1e-15), "{} {}", a, b);
            }
        }
        // What the new series says stands; what the old one said about itself still holds.
        for (year, level) in &new {
            prop_assert_eq!(plain[year], *level);
        }
        let before: Series = plain.range(..=Year::new(2000 + start)).map(|(y, l)| (*y, *l)).collect();
        for (a, b) in changes(&before).into_iter().zip(changes(&old)) {
            prop_assert!((a - b).abs() <= dec!(1e-15), "{} {}", a, b);
        }
    }
}
