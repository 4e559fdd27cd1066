//! Laws over random offices: they publish late, and revise.
use std::collections::BTreeMap;

use allweather_core::Month;
use allweather_market::{ReferencePeriod, Vintage, Vintages};
use allweather_weather::{Label, Mode, Status, WeatherSpec};
use chrono::NaiveDate;
use proptest::prelude::*;
use rust_decimal::{Decimal, prelude::ToPrimitive};

use crate::office::{NAMES, at, first, month, release, spec, twentieth};

const MONTHS: usize = 48;
const END: usize = MONTHS + 20;

/// Releases of both indices: each month on the 20th of the next one or the one after, with revisions of the month before and
/// of the same month a year before.
fn office() -> impl Strategy<Value = Vec<Vintage>> {
    let step = prop_oneof![3 => -25..=30_i64, 1 => Just(0_i64)];
    let index = prop::collection::vec((step, -6..=6_i64, -9..=9_i64, 0..10_u8), MONTHS);
    (index.clone(), index).prop_map(|(activity, prices)| {
        let mut releases = Vec::new();
        for (name, index) in NAMES.into_iter().zip([activity, prices]) {
            let mut level = 1000_i64;
            let mut levels: Vec<i64> = Vec::new();
            for (k, &(step, revision, annual, late)) in index.iter().enumerate() {
                level += step;
                levels.push(level);
                let mut values = vec![(at(k), level)];
                if k > 0 {
                    levels[k - 1] += revision;
                    values.push((at(k - 1), levels[k - 1]));
                }
                if k >= 13 {
                    levels[k - 13] += annual;
                    values.push((at(k - 13), levels[k - 13]));
                }
                let on = twentieth(k + if late == 0 { 2 } else { 1 });
                // A later month may come out on the same day: one release then has both, and the older figures stay out.
                let values = values.into_iter().map(|(month, level)| (month, Decimal::new(level, 1)));
                releases.push((k, release(name, on, values)));
            }
        }
        let mut kept: BTreeMap<(String, NaiveDate), (usize, Vintage)> = BTreeMap::new();
        for (k, release) in releases {
            kept.insert((release.series().to_string(), release.released()), (k, release));
        }
        kept.into_values().map(|(_, release)| release).collect()
    })
}

fn all(releases: &[Vintage]) -> Vintages {
    let mut vintages = Vintages::new();
    for release in releases {
        vintages.add(release.clone()).unwrap();
    }
    vintages
}

fn specs() -> impl Strategy<Value = WeatherSpec> {
    let mode = prop::sample::select(vec![Mode::Level, Mode::Surprise, Mode::Trend, Mode::Combined]);
    let sd = prop::option::of(prop::sample::select(vec![0.0, 0.001, 0.02]));
    (mode, 1..9_u16, prop::option::of(1..=12_u32), sd.clone(), sd).prop_map(
        |(mode, minimum, annual, growth, inflation)| {
            let spec = spec(minimum).with_mode(mode).with_ages(4, 6).unwrap();
            spec.with_annual_revision(annual).unwrap().with_revision_sds(growth, inflation).unwrap()
        },
    )
}

fn days() -> impl Strategy<Value = NaiveDate> {
    (15..END, 0..28_u64).prop_map(|(k, day)| at(k).first_day() + chrono::Days::new(day))
}

fn history(spec: &WeatherSpec, vintages: &Vintages, day: NaiveDate) -> Vec<Label> {
    spec.history(vintages, first(), at(END), day).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn a_later_release_changes_no_earlier_answer(releases in office(), spec in specs(), day in days()) {
        let known: Vec<Vintage> = releases.iter().filter(|r| r.released() <= day).cloned().collect();
        prop_assume!(NAMES.iter().all(|name| known.iter().any(|r| r.series().as_str() == *name)));
        let (then, now) = (all(&known), all(&releases));
        prop_assert_eq!(history(&spec, &then, day), history(&spec, &now, day));
        let firsts = |vintages| spec.first_labels(vintages, first(), at(END), day).unwrap();
        prop_assert_eq!(firsts(&then), firsts(&now));
        let finals = |vintages| spec.became_final(vintages, month("2001-01").first_day(), day).unwrap();
        prop_assert_eq!(finals(&then), finals(&now));
    }

    #[test]
    fn a_final_label_stays(releases in office(), spec in specs(), one in days(), other in days()) {
        let (early, late) = (one.min(other), one.max(other));
        let vintages = all(&releases);
        let later = history(&spec, &vintages, late);
        for label in history(&spec, &vintages, early) {
            let again = later.iter().find(|l| l.month == label.month);
            if label.status == Status::Final {
                prop_assert_eq!(again, Some(&label));
                prop_assert!(label.as_of >= spec.final_on(label.month));
            } else {
                prop_assert!(again.is_some_and(|again| again.as_of > label.as_of || early == late));
            }
        }
        let firsts = |day| spec.first_labels(&vintages, first(), at(END), day).unwrap();
        let known = firsts(early);
        for label in &known {
            prop_assert!(firsts(late).contains(label));
        }
        let became: Vec<Label> = later.iter().filter(|l| l.status == Status::Final && l.as_of > early).copied().collect();
        prop_assert_eq!(spec.became_final(&vintages, early, late).unwrap(), became);
    }

    #[test]
    fn four_probabilities_add_up_to_one(releases in office(), spec in specs(), day in days()) {
        for label in history(&spec, &all(&releases), day) {
            if let Some(four) = label.probabilities() {
                let sum: f64 = four.iter().map(|(_, p)| p).sum();
                prop_assert!((sum - 1.0).abs() < 1e-12);
                prop_assert!(four.iter().all(|(_, p)| (0.0..=1.0).contains(p)));
                let up = four[0].1 + four[1].1;
                prop_assert!((up - label.growth.probability_up.unwrap()).abs() < 1e-12);
            }
            for axis in [label.growth, label.inflation] {
                prop_assert!(axis.value.is_finite() && axis.threshold.is_finite());
                if let Some(p) = axis.probability_up {
                    let up = axis.direction == allweather_weather::Direction::Up;
                    prop_assert_eq!(up, p > 0.5 - 1e-9);
                }
            }
        }
    }

    #[test]
    fn the_base_of_an_index_does_not_matter(releases in office(), spec in specs(), factor in 1..10_000_i64, day in days()) {
        let factor = Decimal::new(factor, 2);
        let scaled: Vec<Vintage> = releases
            .iter()
            .map(|r| {
                let month = |p| if let ReferencePeriod::Month(month) = p { month } else { first() };
                let values = r.values().iter().map(|(period, level)| (month(*period), level * factor));
                release(r.series().as_str(), r.released(), values)
            })
            .collect();
        let (plain, scaled) = (history(&spec, &all(&releases), day), history(&spec, &all(&scaled), day));
        prop_assert_eq!(plain.len(), scaled.len());
        for (a, b) in plain.iter().zip(&scaled) {
            prop_assert_eq!((a.month, a.weather, a.status, a.as_of), (b.month, b.weather, b.status, b.as_of));
        }
    }

    #[test]
    fn the_order_of_releases_does_not_matter(
        (releases, shuffled) in office().prop_flat_map(|r| (Just(r.clone()), Just(r).prop_shuffle())),
        spec in specs(),
        day in days(),
    ) {
        prop_assert_eq!(history(&spec, &all(&releases), day), history(&spec, &all(&shuffled), day));
    }

    #[test]
    fn a_label_is_its_line_of_the_history(releases in office(), spec in specs(), day in days(), k in 12..MONTHS) {
        let vintages = all(&releases);
        let of_history = history(&spec, &vintages, day).into_iter().find(|label| label.month == at(k));
        prop_assert_eq!(spec.label(&vintages, at(k), day).unwrap(), of_history);
    }

    #[test]
    fn labels_are_those_of_the_definition(releases in office(), spec in specs(), day in days()) {
        let vintages = all(&releases);
        let found = history(&spec, &vintages, day);
        let expected: Vec<_> = (0..END).filter_map(|k| by_definition(&spec, &vintages, k, day).map(|e| (k, e))).collect();
        prop_assert_eq!(found.len(), expected.len());
        for (label, (k, (as_of, status, growth, inflation))) in found.iter().zip(expected) {
            prop_assert_eq!((label.month, label.as_of, label.status), (at(k), as_of, status));
            for (axis, (value, threshold)) in [(label.growth, growth), (label.inflation, inflation)] {
                prop_assert!((axis.value - value).abs() < 1e-9, "{} {}", axis.value, value);
                prop_assert!((axis.threshold - threshold).abs() < 1e-9, "{} {}", axis.threshold, threshold);
            }
        }
    }
}

type Pair = (f64, f64);

/// A label from the definition, as slowly as it reads.
fn by_definition(
    spec: &WeatherSpec,
    vintages: &Vintages,
    k: usize,
    day: NaiveDate,
) -> Option<(NaiveDate, Status, Pair, Pair)> {
    let on = |day: NaiveDate| {
        let axis = |name| pair(spec, vintages, name, k, day);
        Some((axis(NAMES[0])?, axis(NAMES[1])?))
    };
    let earliest = spec.final_on(at(k));
    let ends = (k..END + 12).map(|k| at(k).last_day());
    if let Some(end) = ends.filter(|end| *end >= earliest && *end <= day).find(|end| on(*end).is_some()) {
        let (growth, inflation) = on(end)?;
        return Some((end, Status::Final, growth, inflation));
    }
    let (growth, inflation) = on(day)?;
    let status = if day >= at(k + 4).last_day() { Status::MostlyFinal } else { Status::Provisional };
    Some((day, status, growth, inflation))
}

fn change(vintages: &Vintages, name: &str, month: Month, day: NaiveDate) -> Option<f64> {
    let level = |month| vintages.as_of(day).figure(name, ReferencePeriod::Month(month))?.value.to_f64();
    Some(level(month)? / level(month.offset(-12))? - 1.0)
}

fn pair(spec: &WeatherSpec, vintages: &Vintages, name: &str, k: usize, day: NaiveDate) -> Option<Pair> {
    let changes: Vec<Option<f64>> = (0..=k).map(|j| change(vintages, name, at(j), day)).collect();
    let now = changes[k]?;
    if changes[..k].iter().flatten().count() < spec.minimum_months() {
        return None;
    }
    let surprise = |j: usize| {
        let before = at(j).offset(-12);
        let end = |i: usize| at(i).last_day();
        let mut seen =
            (0..END).map(end).filter(|end| *end <= day).find_map(|end| change(vintages, name, before, end));
        if seen.is_none() {
            seen = change(vintages, name, before, day);
        }
        Some(changes[j]? - seen?)
    };
    let surprises: Vec<Option<f64>> = (0..=k).map(surprise).collect();
    let known = |values: &[Option<f64>]| values.iter().flatten().copied().collect::<Vec<f64>>();
    Some(match spec.mode() {
        Mode::Level => (now, middle(known(&changes))),
        Mode::Surprise => (surprises[k]?, middle(known(&surprises))),
        Mode::Trend => (now, average(&known(&changes[(k + 1).saturating_sub(36)..]))),
        Mode::Combined => {
            let z = |values: &[Option<f64>], j: usize| {
                let known = known(values);
                let mean = average(&known);
                let squares: f64 = known.iter().map(|x| (x - mean) * (x - mean)).sum();
                let sd = (squares / (known.len() as f64 - 1.0)).sqrt();
                let flat = known.len() < 2 || sd < 1e-12;
                values[j].map(|x| if flat { 0.0 } else { (x - mean) / sd })
            };
            let score = |j| Some(0.5 * z(&changes, j)? + 0.5 * z(&surprises, j)?);
            let scores: Vec<f64> = (0..=k).filter_map(score).collect();
            (score(k)?, middle(scores))
        }
    })
}

fn average(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn middle(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let half = values.len() / 2;
    if values.len() % 2 == 1 { values[half] } else { average(&values[half - 1..=half]) }
}
