//! What looking ahead would do.
use allweather_weather::{Condition, Mode};
use rust_decimal::{Decimal, dec};

use crate::office::{at, first, levels, spec, unrevised};

#[test]
fn the_full_sample_calls_months_otherwise_than_anyone_could() {
    // Inflation of 8 % that falls to 1 %: at the time 6 % was low; with hindsight it was high.
    let falling: Vec<Decimal> = (0..71).map(|k| dec!(0.08) - Decimal::new(k, 3)).collect();
    let prices = levels(&falling);
    let activity = levels(&[dec!(0.02); 71]);
    let vintages = unrevised(&activity, &prices);
    let end = at(100).last_day();
    for mode in [Mode::Level, Mode::Combined] {
        let spec = spec(12).with_mode(mode);
        let known = spec.history(&vintages, first(), at(100), end).unwrap();
        let hindsight = spec.full_sample(&vintages, first(), at(100), end).unwrap();
        assert_eq!(known.len(), hindsight.len());
        let deflation = |weather: allweather_weather::Weather| weather.is(Condition::Deflation);
        let other = known.iter().zip(&hindsight).filter(|(a, b)| {
            assert_eq!(a.month, b.month);
            deflation(a.weather) != deflation(b.weather)
        });
        assert!(other.count() > 10, "{mode:?}");
    }
}

#[test]
fn the_newest_month_has_no_later_ones() {
    let changes: Vec<Decimal> = (0..40).map(|k| Decimal::new((k * k * 37) % 41, 3)).collect();
    let other: Vec<Decimal> = (0..40).map(|k| Decimal::new((k * k * 29) % 43, 3)).collect();
    let vintages = unrevised(&levels(&changes), &levels(&other));
    for mode in [Mode::Level, Mode::Surprise, Mode::Trend, Mode::Combined] {
        let spec = spec(12).with_mode(mode);
        for k in 24..52 {
            let day = at(k + 1).last_day();
            let known = spec.label(&vintages, at(k), day).unwrap().unwrap();
            let hindsight = spec.full_sample(&vintages, first(), at(100), day).unwrap();
            assert_eq!(
                hindsight.last().map(|l| (l.month, l.weather)),
                Some((at(k), known.weather)),
                "{mode:?}"
            );
        }
    }
    let label = spec(20).full_sample(&vintages, at(40), at(41), at(60).last_day()).unwrap();
    assert_eq!(label.iter().map(|l| l.month).collect::<Vec<_>>(), [at(40), at(41)]);
}
