//! What a label says, by hand.
use allweather_market::{Lag, Vintages};
use allweather_weather::{Condition, Direction, Label, Mode, Status, Weather};
use rust_decimal::{Decimal, dec};

use crate::office::{NAMES, at, first, id, levels, month, release, spec, twentieth, unrevised};

fn near(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-12, "{found} instead of {expected}");
}

/// Activity with the given changes; prices grow by 2 % a year, always.
fn history(changes: &[Decimal], mode: Mode, minimum: u16) -> Vec<Label> {
    let prices = levels(&vec![dec!(0.02); changes.len()]);
    let vintages = unrevised(&levels(changes), &prices);
    let last = at(changes.len() + 30);
    spec(minimum).with_mode(mode).history(&vintages, first(), last, last.last_day()).unwrap()
}

#[test]
fn level_is_compared_with_the_median_so_far() {
    let changes = [dec!(0.03), dec!(0.01), dec!(0.02), dec!(0.02), dec!(0.05), dec!(0)];
    let labels = history(&changes, Mode::Level, 2);
    // Two changes come before the first label.
    assert_eq!(labels[0].month, at(14));
    let found: Vec<_> = labels.iter().map(|label| (label.growth.value, label.growth.threshold)).collect();
    let expected = [(0.02, 0.02), (0.02, 0.02), (0.05, 0.02), (0.0, 0.02)];
    for ((value, threshold), (x, median)) in found.into_iter().zip(expected) {
        near(value, x);
        near(threshold, median);
    }
    // Equal is up; constant inflation is therefore up.
    let words: Vec<String> = labels.iter().map(|label| label.weather.to_string()).collect();
    assert_eq!(words, ["boom, inflation", "boom, inflation", "boom, inflation", "recession, inflation"]);
    assert_eq!(labels.len(), 4);
    near(labels[3].inflation.value, 0.02);
}

#[test]
fn the_median_of_an_even_number_lies_between() {
    let labels = history(&[dec!(0.03), dec!(0.01), dec!(0.02), dec!(0.04)], Mode::Level, 3);
    near(labels[0].growth.threshold, 0.025);
}

#[test]
fn surprise_is_measured_from_the_change_a_year_before() {
    let mut changes = vec![dec!(0.01); 12];
    changes.extend([dec!(0.04), dec!(0.02), dec!(0.015)]);
    let labels = history(&changes, Mode::Surprise, 12);
    let found: Vec<_> = labels.iter().map(|l| (l.month, l.growth.value, l.growth.threshold)).collect();
    let expected = [(24, 0.03, 0.03), (25, 0.01, 0.02), (26, 0.005, 0.01)];
    assert_eq!(found.len(), 3);
    for ((month, value, threshold), (k, surprise, median)) in found.into_iter().zip(expected) {
        assert_eq!(month, at(k));
        near(value, surprise);
        near(threshold, median);
    }
    assert_eq!(labels[1].growth.direction, Direction::Down);
}

#[test]
fn a_surprise_remembers_what_was_forecast() {
    let mut changes = vec![dec!(0.01); 12];
    changes.push(dec!(0.04));
    let prices = levels(&[dec!(0.02); 13]);
    let activity = levels(&changes);
    let mut vintages = unrevised(&activity, &prices);
    // Much later the year before is found to have been better: the forecast stays, the change is another one.
    vintages.add(release(NAMES[0], twentieth(24), [(at(12), dec!(103)), (at(24), dec!(106.09))])).unwrap();
    let spec = spec(12).with_mode(Mode::Surprise);
    let label = spec.label(&vintages, at(24), at(25).last_day()).unwrap().unwrap();
    near(label.growth.value, 105.04 / 103.0 - 1.0 - 0.01);
}

#[test]
fn a_trend_looks_back_over_36_months() {
    let mut changes = vec![dec!(0.9); 4];
    changes.extend(vec![dec!(0.01); 35]);
    changes.push(dec!(0.046));
    changes.push(dec!(0.01));
    let labels = history(&changes, Mode::Trend, 36);
    let last = labels.len() - 1;
    // The 90 % of 37 and more months before are forgotten.
    near(labels[last - 1].growth.threshold, (35.0 * 0.01 + 0.046) / 36.0);
    near(labels[last].growth.threshold, (35.0 * 0.01 + 0.046) / 36.0);
    assert_eq!(labels[last - 1].growth.direction, Direction::Up);
    assert_eq!(labels[last].growth.direction, Direction::Down);
    near(labels[0].growth.threshold, (3.0 * 0.9 + 33.0 * 0.01) / 36.0);
}

#[test]
fn the_combined_score_is_the_mean_of_two() {
    let mut changes = vec![dec!(0.01); 12];
    changes.extend([dec!(0.04), dec!(0.02)]);
    let labels = history(&changes, Mode::Combined, 12);
    // Over 14 changes: mean .18/14, squares of 12 · (.01)² + .04² + .02²; surprises .03 and .01.
    let mean = 0.18 / 14.0;
    let sd =
        ((12.0 * 0.01_f64.powi(2) + 0.04_f64.powi(2) + 0.02_f64.powi(2) - 14.0 * mean * mean) / 13.0).sqrt();
    let surprise = 0.5_f64.sqrt(); // two values lie 1/√2 sample deviations from their mean
    let scores = [f64::midpoint((0.04 - mean) / sd, surprise), f64::midpoint((0.02 - mean) / sd, -surprise)];
    let label = labels.last().unwrap();
    assert_eq!(label.month, at(25));
    assert!((label.growth.value - scores[1]).abs() < 1e-9);
    assert!((label.growth.threshold - f64::midpoint(scores[0], scores[1])).abs() < 1e-9);
    assert!(!label.growth.flagged);
    // Prices never vary: their score is 0, at the threshold, and flagged.
    assert_eq!((label.inflation.value, label.inflation.threshold, label.inflation.flagged), (0.0, 0.0, true));
    assert_eq!(label.weather, Weather { growth: Direction::Down, inflation: Direction::Up });
}

#[test]
fn one_flat_part_is_enough_for_a_flag() {
    // Inflation rises by a point each year, in every month alike: it varies, and never surprises.
    let wave = |k: i64| Decimal::new((k % 12) * 3, 3) + Decimal::new(k / 12, 2);
    let prices = levels(&(0..40).map(wave).collect::<Vec<_>>());
    let vintages = unrevised(&prices, &levels(&[dec!(0.02); 40]));
    let spec = spec(12).with_mode(Mode::Combined);
    let label = spec.label(&vintages, at(48), at(90).last_day()).unwrap().unwrap();
    assert!(label.growth.flagged && label.inflation.flagged);
    assert!(label.growth.value.abs() > 0.1);
    near(label.inflation.value, 0.0);
}

#[test]
fn the_history_that_counts_has_figures() {
    let steady = levels(&[dec!(0.02); 30]);
    let mut holed = Vintages::new();
    for vintage in NAMES.iter().flat_map(|name| unrevised(&steady, &steady).releases(name).to_vec()) {
        if vintage.span().0.to_string() != "2001-09" {
            holed.add(vintage).unwrap();
        }
    }
    let months = |vintages: &Vintages| -> Vec<_> {
        let labels = spec(10).history(vintages, first(), at(30), at(60).last_day()).unwrap();
        labels.iter().map(|label| label.month).collect()
    };
    assert_eq!(months(&unrevised(&steady, &steady))[0], at(22));
    // Without September 2001 the tenth change comes a month later.
    assert_eq!(months(&holed)[0], at(23));
}

#[test]
fn a_forecast_is_older_than_the_other_index() {
    // Prices are known for years, and revised, before activity is measured at all.
    let prices = levels(&[dec!(0.02); 60]);
    let mut vintages = unrevised(&[], &prices);
    vintages.add(release(NAMES[1], twentieth(55), [(at(30), prices[30] * dec!(1.1))])).unwrap();
    let document = prices.iter().enumerate().map(|(k, &level)| (at(k), level));
    vintages.add(release(NAMES[0], twentieth(73), document)).unwrap();
    let label =
        spec(2).with_mode(Mode::Surprise).label(&vintages, at(42), at(74).last_day()).unwrap().unwrap();
    // The level of month 30 is a tenth higher now; the change that was forecast is still 2 %.
    near(label.inflation.value, 1.02 / 1.1 - 1.0 - 0.02);
}

#[test]
fn status_follows_age_and_the_annual_revision() {
    let steady = levels(&[dec!(0.02); 40]);
    let vintages = unrevised(&steady, &steady);
    let march = at(26); // 2002-03
    let on = |spec: &allweather_weather::WeatherSpec, day: &str| {
        spec.label(&vintages, march, day.parse().unwrap())
            .unwrap()
            .map(|label| (label.status, label.as_of.to_string()))
    };
    let plain = spec(2);
    let stand = |status, day: &str| Some((status, day.to_owned()));
    assert_eq!(on(&plain, "2002-04-19"), None);
    assert_eq!(on(&plain, "2002-04-20"), stand(Status::Provisional, "2002-04-20"));
    assert_eq!(on(&plain, "2002-12-30"), stand(Status::Provisional, "2002-12-30"));
    assert_eq!(on(&plain, "2002-12-31"), stand(Status::MostlyFinal, "2002-12-31"));
    assert_eq!(on(&plain, "2003-03-30"), stand(Status::MostlyFinal, "2003-03-30"));
    assert_eq!(on(&plain, "2003-03-31"), stand(Status::Final, "2003-03-31"));
    assert_eq!(on(&plain, "2009-09-09"), stand(Status::Final, "2003-03-31"));
    let revised = plain.with_annual_revision(Some(2)).unwrap();
    assert_eq!(on(&revised, "2003-03-31"), stand(Status::MostlyFinal, "2003-03-31"));
    assert_eq!(on(&revised, "2004-02-28"), stand(Status::MostlyFinal, "2004-02-28"));
    assert_eq!(on(&revised, "2004-02-29"), stand(Status::Final, "2004-02-29"));
    assert_eq!(revised.final_on(at(25)).to_string(), "2003-02-28");
    let quick = revised.with_annual_revision(None).unwrap().with_ages(1, 2).unwrap();
    assert_eq!(on(&quick, "2002-04-30"), stand(Status::MostlyFinal, "2002-04-30"));
    assert_eq!(on(&quick, "2002-05-31"), stand(Status::Final, "2002-05-31"));
    assert_eq!(
        [Status::Provisional, Status::MostlyFinal, Status::Final].map(|s| s.to_string()),
        ["provisional", "mostly final", "final"]
    );
}

#[test]
fn a_revision_moves_what_is_not_final_and_nothing_else() {
    let changes: Vec<Decimal> = (0..30).map(|k| Decimal::new(100 + k, 4)).collect();
    let activity = levels(&changes);
    let mut vintages = unrevised(&activity, &levels(&[dec!(0.02); 30]));
    // In February 2003 both January and December 2002 turn out to have been poor.
    let poor = [(at(24), dec!(50)), (at(35), dec!(50))];
    vintages.add(release(NAMES[0], "2003-02-10".parse().unwrap(), poor)).unwrap();
    let spec = spec(6);
    let on = |k, day: &str| spec.label(&vintages, at(k), day.parse().unwrap()).unwrap().unwrap();
    let later = "2008-01-01";
    assert!(on(24, "2003-01-30").weather.is(Condition::Boom)); // January 2002, not final yet
    assert!(on(24, later).weather.is(Condition::Boom)); // final since 2003-01-31
    assert!(on(35, "2003-02-09").weather.is(Condition::Boom));
    assert!(on(35, "2003-02-10").weather.is(Condition::Recession));
    assert!(on(35, later).weather.is(Condition::Recession));

    let firsts = spec.first_labels(&vintages, at(24), at(35), later.parse().unwrap()).unwrap();
    assert_eq!(firsts.len(), 12);
    assert!(firsts.iter().all(|label| label.weather.is(Condition::Boom)));
    assert_eq!(firsts[11].as_of.to_string(), "2003-01-31");
    let by = spec.first_labels(&vintages, at(24), at(35), "2003-01-30".parse().unwrap()).unwrap();
    assert_eq!(by.last().map(|label| label.month), Some(at(34)));
}

#[test]
fn a_refresh_says_what_became_final() {
    let steady = levels(&[dec!(0.02); 40]);
    let vintages = unrevised(&steady, &steady);
    let spec = spec(2);
    let between = |before: &str, until: &str| {
        let labels = spec.became_final(&vintages, before.parse().unwrap(), until.parse().unwrap()).unwrap();
        labels.iter().map(|label| label.month.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(between("2003-03-30", "2003-03-31"), ["2002-03"]);
    assert_eq!(between("2003-03-31", "2003-05-31"), ["2002-04", "2002-05"]);
    assert_eq!(between("2003-03-31", "2003-04-29"), [""; 0]);
    assert_eq!(between("2003-05-31", "2003-03-31"), [""; 0]);
}

#[test]
fn a_missing_month_has_no_label_and_stops_no_other() {
    let steady = levels(&[dec!(0.02); 30]);
    let mut vintages = unrevised(&steady, &steady);
    let mut holed = Vintages::new();
    for name in NAMES {
        for vintage in
            vintages.releases(name).iter().filter(|v| name == "prices" || v.span().0.to_string() != "2002-06")
        {
            holed.add(vintage.clone()).unwrap();
        }
    }
    vintages = holed;
    let spec = spec(2);
    let end = at(60).last_day();
    let months: Vec<_> =
        spec.history(&vintages, at(28), at(31), end).unwrap().iter().map(|l| l.month.to_string()).collect();
    assert_eq!(months, ["2002-05", "2002-07", "2002-08"]);
    // It comes in after 12 months: then it is final at the month end, not before.
    let june = month("2002-06");
    vintages.add(release(NAMES[0], "2003-10-10".parse().unwrap(), [(june, steady[29])])).unwrap();
    let on = |day: &str| {
        spec.label(&vintages, june, day.parse().unwrap()).unwrap().map(|l| (l.status, l.as_of.to_string()))
    };
    assert_eq!(on("2003-10-09"), None);
    assert_eq!(on("2003-10-30"), Some((Status::MostlyFinal, "2003-10-30".to_owned())));
    assert_eq!(on("2003-10-31"), Some((Status::Final, "2003-10-31".to_owned())));
    assert_eq!(on("2005-01-01"), Some((Status::Final, "2003-10-31".to_owned())));
}

#[test]
fn nothing_published_is_no_label() {
    let steady = levels(&[dec!(0.02); 30]);
    let vintages = unrevised(&steady, &steady);
    let spec = spec(2);
    assert_eq!(spec.label(&vintages, at(20), "1999-01-01".parse().unwrap()).unwrap(), None);
    assert_eq!(spec.label(&vintages, month("1990-01"), at(40).last_day()).unwrap(), None);
    // One index alone, too.
    let short = unrevised(&steady, &steady[..5]);
    assert_eq!(spec.history(&short, first(), at(50), at(50).last_day()).unwrap(), []);
}

#[test]
fn under_an_assumed_lag_a_later_document_changes_nothing_earlier() {
    let steady = levels(&(0..40).map(|k| Decimal::new((k * 37) % 41, 3)).collect::<Vec<_>>());
    let mut vintages = Vintages::new();
    for name in NAMES {
        let today = at(60).last_day();
        vintages
            .add(release(name, today, steady.iter().enumerate().map(|(k, &level)| (at(k), level))))
            .unwrap();
    }
    // Without an assumption nothing is known before the document.
    let spec = spec(6);
    let before = at(60).last_day().pred_opt().unwrap();
    assert_eq!(spec.history(&vintages, first(), at(60), before).unwrap(), []);
    let all = spec.history(&vintages, first(), at(60), at(60).last_day()).unwrap();
    assert_eq!(all.len(), 40 - 6);
    for label in all {
        let settled = spec.final_on(label.month) <= at(60).last_day();
        assert_eq!((label.status == Status::Final, label.as_of), (settled, at(60).last_day()));
    }
    for name in NAMES {
        vintages = vintages.with_lag(id(name), Lag::days(28));
    }
    let lagged = |vintages: &Vintages| spec.history(vintages, first(), at(60), before).unwrap();
    let known = lagged(&vintages);
    assert_eq!(known.len(), 40 - 6);
    assert_eq!(known[0].as_of, spec.final_on(at(18)));
    let mut later = vintages.clone();
    for name in NAMES {
        later.add(release(name, at(70).last_day(), (20..52).map(|k| (at(k), dec!(500))))).unwrap();
    }
    assert!(lagged(&later) == known);
}
