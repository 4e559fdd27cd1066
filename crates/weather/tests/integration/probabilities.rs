//! Soft labels.
use allweather_weather::{Direction, Mode, Weather};
use rust_decimal::{Decimal, dec};

use crate::office::{NAMES, at, first, levels, release, spec, twentieth, unrevised};

fn wavy() -> Vec<Decimal> {
    levels(&(0..60).map(|k| Decimal::new((k * 37) % 41, 3)).collect::<Vec<_>>())
}

#[test]
fn a_probability_is_the_normal_of_the_distance() {
    let vintages = unrevised(&wavy(), &wavy());
    let end = at(100).last_day();
    let spec = spec(12).with_revision_sds(Some(0.01), Some(0.0)).unwrap();
    for label in spec.history(&vintages, first(), at(100), end).unwrap() {
        let distance = (label.growth.value - label.growth.threshold) / 0.01;
        let found = label.growth.probability_up.unwrap();
        assert_eq!(label.growth.revision_sd, Some(0.01));
        // Φ by its series (Abramowitz and Stegun 26.2.10).
        let mut term = distance;
        let mut sum = 0.0;
        for n in 0..60 {
            sum += term / f64::from(2 * n + 1);
            term *= -distance * distance / 2.0 / f64::from(n + 1);
        }
        let expected = 0.5 + sum / std::f64::consts::TAU.sqrt();
        assert!((found - expected).abs() < 1e-9, "{found} instead of {expected} at {distance}");
        let certain = if label.inflation.direction == Direction::Up { 1.0 } else { 0.0 };
        assert_eq!(label.inflation.probability_up, Some(certain));
        let joint = label.probabilities().unwrap();
        assert_eq!(joint.map(|(weather, _)| weather), Weather::ALL);
        let expected = [found * certain, found * (1.0 - certain), (1.0 - found) * certain];
        for ((_, p), expected) in joint.into_iter().zip(expected) {
            assert!((p - expected).abs() < 1e-15);
        }
    }
}

#[test]
fn nothing_revised_is_nothing_measured() {
    let vintages = unrevised(&wavy(), &wavy());
    let label = spec(12).label(&vintages, at(70), at(100).last_day()).unwrap().unwrap();
    assert_eq!(
        (label.growth.revision_sd, label.growth.probability_up, label.probabilities()),
        (None, None, None)
    );
}

#[test]
fn revisions_are_measured_over_months_that_were_final_before() {
    // Activity's change of each month first comes out 1 or 3 points too high, in turn; a month later it is right.
    let activity = wavy();
    let mut vintages = unrevised(&activity, &wavy());
    let mut early = allweather_market::Vintages::new();
    for vintage in vintages.releases(NAMES[1]) {
        early.add(vintage.clone()).unwrap();
    }
    for (k, &level) in activity.iter().enumerate() {
        let error = if k % 2 == 0 { dec!(0.01) } else { dec!(0.03) };
        let base = if k < 12 { Decimal::ZERO } else { activity[k - 12] * error };
        early.add(release(NAMES[0], twentieth(k + 1), [(at(k), level + base)])).unwrap();
        early.add(release(NAMES[0], twentieth(k + 2), [(at(k), level)])).unwrap();
    }
    vintages = early;
    let spec = spec(12);
    // The first label is of month 24, final at the end of month 36; 24 are final at the end of month 59.
    let sd = |day: usize| {
        let label = spec.label(&vintages, at(day - 1), at(day).last_day()).unwrap().unwrap();
        assert_eq!((label.inflation.revision_sd, label.inflation.probability_up), (None, None));
        label.growth.revision_sd
    };
    assert_eq!(sd(59), None);
    // Twelve revisions of −1 point and twelve of −3: deviations of 1 point, over 23.
    assert!((sd(60).unwrap() - 0.01 * (24.0_f64 / 23.0).sqrt()).abs() < 1e-9);
    // A final label keeps the deviation of its day.
    let frozen = spec.label(&vintages, at(40), at(71).last_day()).unwrap().unwrap();
    assert_eq!(frozen.growth.revision_sd, None);
}

#[test]
fn months_that_were_final_at_once_say_nothing_of_revisions() {
    let activity = wavy();
    let mut vintages = unrevised(&[], &activity);
    // Month 24 is final at the end of month 36: all before it come out then, and are never revised.
    let document = activity[..25].iter().enumerate().map(|(k, &level)| (at(k), level));
    vintages.add(release(NAMES[0], twentieth(36), document)).unwrap();
    for (k, &level) in activity.iter().enumerate().skip(25) {
        let error = activity[k - 12] * if k % 2 == 0 { dec!(0.01) } else { dec!(0.03) };
        vintages.add(release(NAMES[0], twentieth((k + 1).max(36)), [(at(k), level + error)])).unwrap();
        vintages.add(release(NAMES[0], twentieth((k + 2).max(37)), [(at(k), level)])).unwrap();
    }
    let sd = |day: usize| {
        let label = spec(1).label(&vintages, at(day - 1), at(day).last_day()).unwrap().unwrap();
        label.growth.revision_sd
    };
    // Months 25 to 48 were revised; the twelve labelled before do not count.
    assert_eq!([50, 60].map(sd), [None, None]);
    assert!((sd(61).unwrap() - 0.01 * (24.0_f64 / 23.0).sqrt()).abs() < 1e-9);
}

#[test]
fn far_from_the_threshold_a_probability_is_a_number() {
    let vintages = unrevised(&wavy(), &wavy());
    let tiny = spec(12).with_mode(Mode::Level).with_revision_sds(Some(1e-11), Some(f64::MAX)).unwrap();
    for label in tiny.history(&vintages, first(), at(100), at(100).last_day()).unwrap() {
        let up = label.growth.direction == Direction::Up;
        let p = label.growth.probability_up.unwrap();
        let near = (label.growth.value - label.growth.threshold).abs() < 1e-9;
        assert!((p - f64::from(u8::from(up))).abs() < 1e-15 || near);
        assert_eq!(label.inflation.probability_up, Some(0.5));
    }
}
