use std::num::NonZeroU16;

use allweather_metrics::{MetricsError, Periodicity, Returns, Undefined};
use ndarray::{Array1, arr2};

#[test]
fn a_number_that_is_no_return_is_named_with_its_period() {
    let error = |bad: f64| Returns::new(Periodicity::Monthly, &[0.0, bad]).unwrap_err();
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert!(matches!(error(bad), MetricsError::NotFinite { period: 1, .. }), "{bad}");
    }
    assert_eq!(
        error(-1.01).to_string(),
        "the return -1.01 in period 1 (from 0) is below -1: it loses more than there is"
    );
    assert!(Returns::new(Periodicity::Monthly, &[-1.0]).is_ok());
}

#[test]
fn slices_arrays_and_columns_are_series() {
    let paths = arr2(&[[0.01, 0.02], [0.03, 0.04]]);
    let column = Returns::new(Periodicity::Monthly, paths.column(1)).unwrap();
    let vector = vec![0.02, 0.04];
    let array = Array1::from(vector.clone());
    assert_eq!(column, Returns::new(Periodicity::Monthly, &array).unwrap());
    assert_eq!(column, Returns::new(Periodicity::Monthly, &vector).unwrap());
    assert_eq!(column, Returns::new(Periodicity::Monthly, vector.as_slice()).unwrap());
    assert!(column != Returns::new(Periodicity::Annual, &vector).unwrap());
    assert!(!column.is_empty() && column.values()[1] == 0.04);
}

#[test]
fn a_periodicity_round_trips() {
    let days_a_year = NonZeroU16::new(245).unwrap();
    let daily = Periodicity::Daily { days_a_year };
    for (periodicity, json, a_year) in [
        (daily, r#"{"daily":{"days_a_year":245}}"#, 245.0),
        (Periodicity::Monthly, "\"monthly\"", 12.0),
        (Periodicity::Quarterly, "\"quarterly\"", 4.0),
        (Periodicity::Annual, "\"annual\"", 1.0),
    ] {
        assert_eq!(serde_json::to_string(&periodicity).unwrap(), json);
        assert_eq!(serde_json::from_str::<Periodicity>(json).unwrap(), periodicity);
        assert_eq!(periodicity.periods_a_year(), a_year);
    }
    assert!(serde_json::from_str::<Periodicity>(r#"{"daily":{"days_a_year":245,"extra":1}}"#).is_err());
}

#[test]
fn errors_can_cross_threads() {
    fn ok<E: std::error::Error + Send + Sync + 'static>() {}
    ok::<MetricsError>();
    ok::<Undefined>();
}
