//! What is refused, and in which words.
use allweather_weather::{Mode, WeatherSpec, hamilton::MarkovSwitching};
use rust_decimal::dec;

use crate::office::{NAMES, at, id, levels, release, spec, unrevised};

#[test]
fn a_spec_says_what_is_wrong_with_it() {
    let japan = WeatherSpec::japan;
    let refused = [
        japan().with_minimum_months(0),
        japan().with_minimum_months(1201),
        japan().with_ages(0, 12),
        japan().with_ages(13, 12),
        japan().with_ages(9, 121),
        japan().with_annual_revision(Some(13)),
        japan().with_revision_sds(Some(-0.5), None),
        japan().with_revision_sds(None, Some(f64::NAN)),
    ];
    assert_eq!(
        refused.map(|spec| spec.unwrap_err().to_string()),
        [
            "least history of a label: 0 months, expected 1 to 1200",
            "least history of a label: 1201 months, expected 1 to 1200",
            "mostly final after: 0 months, expected 1 up to those of final",
            "mostly final after: 13 months, expected 1 up to those of final",
            "final after: 121 months, expected 1 to 120",
            "an annual revision in month 13, expected 1 to 12",
            "standard deviation of growth's revisions -0.5 is not a number of 0 or more",
            "standard deviation of inflation's revisions NaN is not a number of 0 or more",
        ]
    );
}

#[test]
fn a_file_passes_through_the_same_door() {
    let spec = WeatherSpec::japan().with_mode(Mode::Trend).with_revision_sds(None, Some(0.001)).unwrap();
    let text = serde_json::to_string(&spec).unwrap();
    assert_eq!(serde_json::from_str::<WeatherSpec>(&text).unwrap(), spec);
    let short: WeatherSpec = serde_json::from_str(r#"{"activity":"us_indpro","prices":"us_cpi"}"#).unwrap();
    assert_eq!(short, WeatherSpec::us());
    assert_eq!(short, WeatherSpec::new(&id("us_indpro"), &id("us_cpi")));
    assert_eq!((short.activity(), short.prices(), short.mode()), ("us_indpro", "us_cpi", Mode::Combined));
    assert_eq!((short.minimum_months(), short.revision_sds()), (60, [None, None]));
    for (wrong, words) in [
        (r#"{"activity":"US","prices":"us_cpi"}"#, "\"US\" is no name of a series"),
        (r#"{"activity":"a","prices":"b","annual_revision":0}"#, "an annual revision in month 0"),
        (r#"{"activity":"a","prices":"b","median":1}"#, "unknown field `median`"),
        (r#"{"activity":"a","prices":"b","mode":"survey"}"#, "unknown variant `survey`"),
    ] {
        let error = serde_json::from_str::<WeatherSpec>(wrong).unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    }
    let model = MarkovSwitching::new([-0.3577, 1.1643], [0.755, 0.9049], &[0.014], 0.769).unwrap();
    let text = serde_json::to_string(&model).unwrap();
    assert_eq!(serde_json::from_str::<MarkovSwitching>(&text).unwrap(), model);
    assert!(serde_json::from_str::<MarkovSwitching>(r#"{"means":[1,0],"stay":[0.5,0.5],"sd":1}"#).is_err());
}

#[test]
fn figures_that_cannot_be_used_are_named() {
    let steady = levels(&[dec!(0.02); 30]);
    let mut vintages = unrevised(&steady, &steady);
    let day = at(50).last_day();
    let error = WeatherSpec::us().label(&vintages, at(20), day).unwrap_err();
    assert_eq!(error.to_string(), "there is no release of the series \"us_indpro\"");
    let far = "10000-01-01".parse().or_else(|_| "+10000-01-01".parse::<chrono::NaiveDate>()).unwrap();
    let error = spec(2).label(&vintages, at(20), far).unwrap_err();
    assert_eq!(error.to_string(), "the day +10000-01-01 is outside the years 1 to 9999");
    assert!(spec(2).full_sample(&vintages, at(20), at(21), far).is_err());
    vintages.add(release(NAMES[1], at(43).last_day(), [(at(7), dec!(-3))])).unwrap();
    let error = spec(2).label(&vintages, at(20), day).unwrap_err();
    assert_eq!(error.to_string(), "prices of 2000-08 is -3: a change needs levels above 0");
    // A day on which it was not known has no such trouble.
    assert!(spec(2).label(&vintages, at(20), at(42).last_day()).unwrap().is_some());
}

#[test]
fn a_day_far_ahead_takes_no_longer() {
    let steady = levels(&[dec!(0.02); 30]);
    let vintages = unrevised(&steady, &steady);
    let (near, far) = (at(60).last_day(), "9999-12-31".parse().unwrap());
    let all = |day| spec(2).history(&vintages, at(0), at(60), day).unwrap();
    assert_eq!(all(near), all(far));
}

#[test]
fn a_model_says_what_is_wrong_with_it() {
    let model = MarkovSwitching::new;
    let (ok, half) = ([0.0, 1.0], [0.5, 0.5]);
    let refused = [
        model([1.0, 0.0], half, &[], 1.0),
        model([f64::NAN, 0.0], half, &[], 1.0),
        model([0.0, f64::INFINITY], half, &[], 1.0),
        model(ok, [1.5, 0.5], &[], 1.0),
        model(ok, [0.5, -0.1], &[], 1.0),
        model(ok, [1.0, 1.0], &[], 1.0),
        model(ok, half, &[], 0.0),
        model(ok, half, &[0.1, f64::NAN], 1.0),
        model(ok, half, &[0.1; 9], 1.0),
        model(ok, half, &[], 1.0).unwrap().with_start(2.0),
    ];
    assert_eq!(
        refused.map(|model| model.unwrap_err().to_string()),
        [
            "upper level 0 is not a finite number not below the lower level",
            "lower level NaN is not a finite number",
            "upper level inf is not a finite number not below the lower level",
            "probability to stay down 1.5 is not from 0 to 1",
            "probability to stay up -0.1 is not from 0 to 1",
            "probability to stay up 1 is not below 1 when the other is 1: there is no long run to start from",
            "standard deviation 0 is not a finite number above 0",
            "coefficient 1 (from 0) is NaN, which is not a finite number",
            "an autoregression of 9 lags: at most 8",
            "probability to start down 2 is not from 0 to 1",
        ]
    );
    let one_lag = model(ok, half, &[0.3], 1.0).unwrap();
    let errors = [
        one_lag.filter(&[1.0]).unwrap_err(),
        one_lag.filter(&[1.0, f64::NAN]).unwrap_err(),
        one_lag.filter(&[1.0, 1e300]).unwrap_err(),
        one_lag.improved(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]).unwrap_err(),
        model([-1e308, 1e308], half, &[-1e300, 1e300], 1.0).unwrap().filter(&[1.0, 2.0, 3.0]).unwrap_err(),
        MarkovSwitching::fit(&[1.0; 7]).unwrap_err(),
        MarkovSwitching::fit(&[1.0; 8]).unwrap_err(),
        MarkovSwitching::fit(&[0.1; 200]).unwrap_err(),
        MarkovSwitching::fit(&[1.0, 2.0, 1.0, 2.0, 2.0, 1.0, 1.0, 2.0]).unwrap_err(),
        MarkovSwitching::fit(&[1e200, 2.0, 1.0, 2.0, 2.0, 1.0, 1.0, 2.0]).unwrap_err(),
    ];
    let words: Vec<String> = errors
        .iter()
        .map(ToString::to_string)
        .map(|w| w.replace(&format!("{}", 1e300), "1e300").replace(&format!("{}", 1e200), "1e200"))
        .collect();
    assert_eq!(
        words,
        [
            "it takes 2 observations or more, there are 1",
            "observation 1 (from 0) is NaN, which is not a finite number",
            "observation 1 (from 0) is 1e300, which is not within what a double can tell from the two levels",
            "only a model without autoregression is estimated here, this one has 1 lags",
            "observation 2 (from 0) is 3, which is not within what a double can tell from the two levels",
            "it takes 8 observations or more, there are 7",
            "the 8 observations do not vary around two levels: there is nothing to estimate",
            "the 200 observations do not vary around two levels: there is nothing to estimate",
            "the 8 observations do not vary around two levels: there is nothing to estimate",
            "observation 0 (from 0) is 1e200, which is not a number that can be squared",
        ]
    );
}
