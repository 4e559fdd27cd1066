use allweather_study::{Distribution, Occurrence, Sketch};
use proptest::prelude::*;

fn sketch_of(values: &[f64]) -> Sketch {
    let mut sketch = Sketch::default();
    for x in values {
        sketch.add(*x).unwrap();
    }
    sketch
}

fn text(sketch: &Sketch) -> String {
    serde_json::to_string(sketch).unwrap()
}

#[test]
fn signs_noughts_and_ends() {
    let sketch = sketch_of(&[-2.0, -0.0, 0.0, 0.0, 3.0]);
    assert_eq!((sketch.smallest(), sketch.largest(), sketch.count()), (Some(-2.0), Some(3.0), 5));
    assert_eq!(sketch.quantile(0.5), Some(0.0));
    assert_eq!((sketch.quantile(0.0), sketch.quantile(1.0)), (Some(-2.0), Some(3.0)));
    assert_eq!((sketch.quantile(-0.1), sketch.quantile(f64::NAN)), (None, None));
    assert_eq!(Sketch::default().quantile(0.5), None);
    assert!(sketch_of(&[]).add(f64::NAN).is_err());
}

#[test]
fn what_is_no_sketch_is_refused() {
    let fine = text(&sketch_of(&[1.0, 2.0]));
    assert!(serde_json::from_str::<Sketch>(&fine).is_ok());
    for (found, instead) in [
        ("[1.0,2.0]", "[1.0,9.0]"),
        ("[1.0,2.0]", "null"),
        (",1],", ",0],"),
        (",1],", ",18446744073709551615],"),
    ] {
        let broken = fine.replacen(found, instead, 1);
        assert_ne!(broken, fine);
        assert!(serde_json::from_str::<Sketch>(&broken).is_err(), "{broken}");
    }
}

#[test]
fn mean_and_deviation_of_a_distribution() {
    let mut distribution = Distribution::default();
    for x in [2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0] {
        distribution.add(Some(x)).unwrap();
    }
    distribution.add(None).unwrap();
    assert_eq!((distribution.mean(), distribution.defined(), distribution.undefined()), (Some(5.0), 8, 1));
    assert!((distribution.deviation().unwrap() - (32.0_f64 / 7.0).sqrt()).abs() < 1e-15);
    let error = (32.0_f64 / 7.0 / 8.0).sqrt();
    assert!((distribution.standard_error().unwrap() - error).abs() < 1e-15);
    assert_eq!(Distribution::default().mean(), None);
    // Its square is beyond a double: nothing of it stays.
    assert!(distribution.add(Some(1e200)).is_err());
    assert_eq!((distribution.mean(), distribution.defined()), (Some(5.0), 8));
}

/// A mean far above the deviation takes no digit from it, and the paths of one and the same figure have none.
#[test]
fn a_large_mean_costs_the_deviation_nothing() {
    let of = |values: &[f64]| {
        let mut distribution = Distribution::default();
        for x in values {
            distribution.add(Some(*x)).unwrap();
        }
        distribution.deviation()
    };
    assert_eq!(of(&[1e15 + 1.0, 1e15 + 2.0, 1e15 + 3.0]), Some(1.0));
    assert_eq!(of(&[0.1; 7]), Some(0.0));
    assert_eq!(of(&[-1.0 / 3.0; 1000]), Some(0.0));
    // One last bit apart: the half of it times the root of two.
    let step = f64::EPSILON / std::f64::consts::SQRT_2;
    assert!((of(&[1.0, 1.0 + f64::EPSILON]).unwrap() / step - 1.0).abs() < 1e-15);
    assert_eq!(of(&[2.0]), None);
    // The square of the sum is beyond a double.
    assert_eq!(of(&[1e154; 3]), None);
}

/// Of the formula: 0 of 10 gives z²/(n + z²).
#[test]
fn the_interval_of_a_probability() {
    let interval = |happened, of| Occurrence::new(happened, of).unwrap().interval().unwrap();
    let (low, high) = interval(0, 10);
    assert!(low.abs() < 1e-15 && (high - 0.277_532_799_862_889).abs() < 1e-12);
    let (low, high) = interval(10, 10);
    assert!((low - (1.0 - 0.277_532_799_862_889)).abs() < 1e-12 && (high - 1.0).abs() < 1e-15);
    let (low, high) = interval(50, 100);
    assert!((low - 0.403_831_530_366_6).abs() < 1e-12 && (high - 0.596_168_469_633_4).abs() < 1e-12);
    assert_eq!(Occurrence::default().interval(), None);
    assert!(Occurrence::new(5, 3).is_err());
    assert!(serde_json::from_str::<Occurrence>(r#"{"happened":5,"of":3}"#).is_err());
}

proptest! {
    #[test]
    fn the_deviation_is_that_of_whole_numbers(values in prop::collection::vec(-1_i64 << 40..1 << 40, 2..40), far in 0_i64..1 << 50) {
        let mut distribution = Distribution::default();
        for x in &values {
            distribution.add(Some((x + far) as f64)).unwrap();
        }
        let n = values.len() as i128;
        let (sum, squares) = values.iter().fold((0, 0), |(sum, squares), x| {
            (sum + i128::from(*x), squares + i128::from(*x) * i128::from(*x))
        });
        let exact = ((n * squares - sum * sum) as f64 / (n * (n - 1)) as f64).sqrt();
        let found = distribution.deviation().unwrap();
        prop_assert!((found - exact).abs() <= 4.0 * f64::EPSILON * exact, "{found} for {exact}");
    }

    #[test]
    fn a_quantile_is_within_half_a_thousandth(
        values in prop::collection::vec(-1e6_f64..1e6, 1..200),
        p in 0.0_f64..=1.0,
    ) {
        let mut sorted = values.clone();
        sorted.sort_by(f64::total_cmp);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to the count")]
        let rank = ((p * values.len() as f64).ceil() as usize).clamp(1, values.len());
        let exact = sorted[rank - 1];
        let found = sketch_of(&values).quantile(p).unwrap();
        prop_assert!((found - exact).abs() <= 0.0005 * exact.abs(), "{found} for {exact}");
    }

    #[test]
    fn order_and_grouping_change_nothing(values in prop::collection::vec(-1e3_f64..1e3, 0..60), cut in 0_usize..60) {
        let whole = text(&sketch_of(&values));
        let backwards: Vec<f64> = values.iter().rev().copied().collect();
        prop_assert_eq!(&text(&sketch_of(&backwards)), &whole);
        let (left, right) = values.split_at(cut.min(values.len()));
        let (mut one, mut other) = (sketch_of(left), sketch_of(right));
        one.merge(&sketch_of(right));
        other.merge(&sketch_of(left));
        prop_assert_eq!(&text(&one), &whole);
        prop_assert_eq!(&text(&other), &whole);
        prop_assert_eq!(serde_json::from_str::<Sketch>(&whole).unwrap(), one);
    }
}
