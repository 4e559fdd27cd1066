#![expect(clippy::float_cmp, reason = "sums are exact to the last bit")]

use allweather_study::{ExactSum, StudyError};
use proptest::prelude::*;

fn sum_of(values: &[f64]) -> ExactSum {
    let mut sum = ExactSum::default();
    for x in values {
        sum.add(*x).unwrap();
    }
    sum
}

fn text(sum: &ExactSum) -> String {
    serde_json::to_string(sum).unwrap()
}

/// Every double that there is, but for infinities and what is no number.
fn any_finite() -> impl Strategy<Value = f64> {
    any::<u64>().prop_map(f64::from_bits).prop_filter("finite", |x| x.is_finite())
}

#[test]
fn what_plain_addition_loses_is_kept() {
    assert_eq!(sum_of(&[1e308, 1.0, -1e308]).value(), 1.0);
    assert_eq!(sum_of(&[1e308, 1e308, -1e308]).value(), 1e308);
    assert_eq!(sum_of(&[0.1; 10]).value(), 1.0);
    // Ten tenths are a little more than 1, by the error of a tenth: the sum knows.
    let mut rest = sum_of(&[0.1; 10]);
    rest.add(-1.0).unwrap();
    assert_eq!(rest.value(), 5.551_115_123_125_783e-17);
}

#[test]
fn rounding_is_to_the_nearest_and_then_to_the_even() {
    let half = f64::EPSILON / 2.0;
    assert_eq!(sum_of(&[1.0, half]).value(), 1.0);
    assert_eq!(sum_of(&[1.0 + f64::EPSILON, half]).value(), 1.0 + 2.0 * f64::EPSILON);
    // The smallest number decides a tie, however far below it is.
    assert_eq!(sum_of(&[1.0, half, 5e-324]).value(), 1.0 + f64::EPSILON);
    assert_eq!(sum_of(&[-1.0, -half, -5e-324]).value(), -1.0 - f64::EPSILON);
}

#[test]
fn the_ends_of_the_range() {
    assert_eq!(sum_of(&[5e-324]).value(), 5e-324);
    assert_eq!(sum_of(&[5e-324, 5e-324, -1e-323]).value(), 0.0);
    assert_eq!(sum_of(&[f64::MAX]).value(), f64::MAX);
    assert_eq!(sum_of(&[f64::MAX, f64::MAX]).value(), f64::INFINITY);
    assert_eq!(sum_of(&[]).value(), 0.0);
    assert_eq!(text(&sum_of(&[])), r#"{"negative":false,"lowest":0,"digits":[]}"#);
}

#[test]
fn what_is_no_number_is_refused_and_changes_nothing() {
    let mut sum = sum_of(&[1.0]);
    for x in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert!(matches!(sum.add(x), Err(StudyError::NotFinite { .. })));
    }
    assert_eq!(sum.value(), 1.0);
}

#[test]
fn what_is_no_sum_is_refused() {
    for text in [
        r#"{"negative":false,"lowest":67,"digits":[1,1]}"#,
        r#"{"negative":false,"lowest":18446744073709551615,"digits":[1]}"#,
        r#"{"negative":false,"lowest":0,"digits":[0,1]}"#,
        r#"{"negative":false,"lowest":0,"digits":[1,0]}"#,
        r#"{"negative":true,"lowest":0,"digits":[]}"#,
        r#"{"negative":false,"lowest":3,"digits":[]}"#,
        r#"{"negative":false,"lowest":0,"digits":[1],"more":1}"#,
    ] {
        assert!(serde_json::from_str::<ExactSum>(text).is_err(), "{text}");
    }
}

proptest! {
    #[test]
    fn order_and_grouping_change_nothing(
        values in prop::collection::vec(any_finite(), 0..40),
        cut in 0_usize..40,
        seed in any::<u64>(),
    ) {
        let whole = sum_of(&values);
        let mut order: Vec<usize> = (0..values.len()).collect();
        order.sort_by_key(|i| (*i as u64 + 1).wrapping_mul(seed | 1));
        let mixed: Vec<f64> = order.iter().map(|i| values[*i]).collect();
        prop_assert_eq!(text(&sum_of(&mixed)), text(&whole));
        let (left, right) = mixed.split_at(cut.min(mixed.len()));
        let (mut one, mut other) = (sum_of(left), sum_of(right));
        one.merge(&sum_of(right));
        other.merge(&sum_of(left));
        prop_assert_eq!(text(&one), text(&whole));
        prop_assert_eq!(text(&other), text(&whole));
    }

    /// Whole numbers up to 2⁵⁰ are summed exactly by integers.
    #[test]
    fn whole_numbers_are_as_integers_have_them(values in prop::collection::vec(-(1_i64 << 50)..1 << 50, 0..100)) {
        let doubles: Vec<f64> = values.iter().map(|x| *x as f64).collect();
        let exact: i64 = values.iter().sum();
        prop_assert_eq!(sum_of(&doubles).value(), exact as f64);
    }

    #[test]
    fn a_number_and_its_opposite_are_nothing(values in prop::collection::vec(any_finite(), 0..20)) {
        let mut sum = sum_of(&values);
        for x in &values {
 sum.add(-x).unwrap();
}
        prop_assert_eq!(text(&sum), text(&ExactSum::default()));
    }

    #[test]
    fn written_and_read_it_is_the_same(values in prop::collection::vec(any_finite(), 0..20)) {
        let sum = sum_of(&values);
        let read: ExactSum = serde_json::from_str(&text(&sum)).unwrap();
        prop_assert_eq!(&read, &sum);
        prop_assert_eq!(read.value(), sum.value());
    }

    #[test]
    fn a_single_number_is_itself(x in any_finite()) {
        prop_assert_eq!(sum_of(&[x]).value(), x);
    }
}
