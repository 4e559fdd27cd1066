use allweather_core::{Month, Quarter};
use proptest::prelude::*;

#[test]
fn text_that_is_no_month_or_quarter_is_refused_with_the_text() {
    for bad in [
        "", "1980", "1980-1", "1980-13", "1980-00", "0000-01", "198O-01", "+198-01", "1980-+1", "1980/01",
        "19800-01",
    ] {
        let error = bad.parse::<Month>().unwrap_err().to_string();
        assert!(error.contains(&format!("{bad:?}")), "{error}");
    }
    for bad in ["", "1980Q0", "1980Q5", "1980q1", "1980Q", "0000Q1", "1980Q12"] {
        let error = bad.parse::<Quarter>().unwrap_err().to_string();
        assert!(error.contains(&format!("{bad:?}")), "{error}");
    }
}

#[test]
fn the_ends_of_the_calendar_hold() {
    let last = Month::new(9999, 12).unwrap();
    assert_eq!(last.offset(1), last);
    assert_eq!(last.last_day().to_string(), "9999-12-31");
    let first = Month::new(1, 1).unwrap();
    assert_eq!(first.offset(i32::MIN), first);
    assert!(Month::new(10_000, 1).is_err());
}

proptest! {
    #[test]
    fn a_month_round_trips_through_text_days_and_offsets(year in 1..=9999_i32, number in 1..=12_u32, k in -500..500_i32) {
        let month = Month::new(year, number).unwrap();
        prop_assert_eq!(month.to_string().parse::<Month>().unwrap(), month);
        prop_assert_eq!(Month::containing(month.first_day()).unwrap(), month);
        prop_assert_eq!(Month::containing(month.last_day()).unwrap(), month);
        prop_assert_eq!(month.ends_quarter(), month.quarter().last_month() == month);
        let moved = month.offset(k);
        prop_assume!(moved.months_since(month) == k);
        prop_assert_eq!(moved.offset(-k), month);
        prop_assert_eq!(month.through(moved).len(), usize::try_from(k + 1).unwrap_or(0));
        prop_assert_eq!(month.through(moved).last(), (k >= 0).then_some(moved));
        let json = serde_json::to_string(&month.quarter()).unwrap();
        prop_assert_eq!(serde_json::from_str::<Quarter>(&json).unwrap(), month.quarter());
    }
}
