//! The laws of `Vintages` over random offices.

use std::collections::BTreeMap;

use allweather_market::{Lag, Vintage, Vintages};
use chrono::NaiveDate;
use proptest::prelude::*;
use rust_decimal::{Decimal, dec};

use super::{
    all, id,
    model::kind_of,
    offices::{Kind, PERIODS, kinds, offices, period, releases},
};

/// Everything that can be asked as of a day, as text.
fn answers(vintages: &Vintages, kind: Kind, day: NaiveDate) -> Vec<String> {
    let known = vintages.as_of(day);
    let periods: Vec<_> = (0..2 * PERIODS).map(|k| period(kind, k)).collect();
    let mut answers = vec![
        format!("{:?}", known.newest("s")),
        format!("{:?}", known.levels("s")),
        format!("{:?}", known.monthly("s")),
        format!("{:?}", vintages.publication_days("s", NaiveDate::MIN, day)),
    ];
    answers.extend(periods.iter().map(|at| format!("{:?}", known.figure("s", *at))));
    answers.extend(periods.windows(5).map(|at| format!("{:?}", known.comparable("s", at[4], at[0]))));
    answers
}

/// The release in two parts, if it has two values.
fn parts(release: &Vintage) -> Vec<Vintage> {
    let part = |values: &[_]| {
        let part =
            Vintage::new(id("s"), release.released(), release.dating(), release.source(), values.to_vec());
        let part = part.unwrap();
        release.unit().map_or(part.clone(), |unit| part.with_unit(unit).unwrap())
    };
    let (one, two) = release.values().split_at(release.values().len() / 2);
    [one, two].into_iter().filter(|values| !values.is_empty()).map(part).collect()
}

fn scaled(release: &Vintage, unit: Option<&str>, factor: Decimal) -> Vintage {
    let values = release.values().iter().map(|(period, value)| (*period, value * factor)).collect();
    let scaled =
        Vintage::new(id("s"), release.released(), release.dating(), release.source(), values).unwrap();
    unit.map_or(scaled.clone(), |unit| scaled.with_unit(unit).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn neither_order_nor_repetition_nor_parts_matter(
        ((_, releases, _), order) in offices().prop_flat_map(|office| {
            let pieces = office.1.iter().flat_map(|release| [vec![release.clone()], parts(release)].concat()).collect::<Vec<_>>();
            (Just(office), Just(pieces).prop_shuffle())
        }),
    ) {
        let (once, shuffled) = (all(releases), all(order));
        prop_assert_eq!(&once, &shuffled);
        prop_assert_eq!(once.to_text(), shuffled.to_text());
    }

    #[test]
    fn merging_is_idempotent_and_free_of_order(sets in kinds().prop_flat_map(|kind| {
        // Small numbers, so that two offices sometimes agree and sometimes contradict one another.
        prop::array::uniform3(releases(kind, 1..3))
    })) {
        let [a, b, c] = sets.map(all);
        let merged = |one: &Vintages, other: &Vintages| {
            let mut merged = one.clone();
            let done = merged.merge(other.clone());
            if done.is_err() {
                assert_eq!(&merged, one, "all or nothing");
                assert_eq!(merged.to_text(), one.to_text());
            }
            done.ok().map(|()| merged)
        };
        let (ab, ba) = (merged(&a, &b), merged(&b, &a));
        prop_assert_eq!(&ab, &ba);
        prop_assert_eq!(merged(&a, &a), Some(a.clone()));
        prop_assert_eq!(merged(&a, &Vintages::new()), Some(a.clone()));
        prop_assert_eq!(merged(&Vintages::new(), &a), Some(a.clone()));
        let left = ab.clone().and_then(|ab| merged(&ab, &c));
        let right = merged(&b, &c).and_then(|bc| merged(&a, &bc));
        prop_assert_eq!(&left, &right);
        if let Some(ab) = ab {
            prop_assert_eq!(merged(&ab, &b), Some(ab.clone()));
            prop_assert!(a.series().chain(b.series()).all(|series| !ab.releases(series.as_str()).is_empty()));
            prop_assert!(ab.releases("s").len() >= a.releases("s").len().max(b.releases("s").len()));
        }
    }

    /// What comes out after a day changes nothing that is known on it.
    #[test]
    fn without_lags_the_future_cannot_be_seen((kind, releases, day) in offices()) {
        let known = releases.iter().filter(|release| release.released() <= day).cloned();
        prop_assert_eq!(answers(&all(known), kind, day), answers(&all(releases.clone()), kind, day));
    }

    /// With a lag, the newest of all releases changes no figure that was known before it came out.
    #[test]
    fn with_a_lag_the_newest_release_changes_no_earlier_figure((kind, mut releases, day) in offices(), lag in 0..500_u16) {
        releases.sort_by_key(Vintage::released);
        let Some(newest) = releases.pop() else { return Ok(()) };
        prop_assume!(releases.iter().all(|release| release.released() < newest.released()));
        let before = all(releases.clone()).with_lag(id("s"), Lag::days(lag));
        let mut after = before.clone();
        after.add(newest.clone()).unwrap();
        let day = day.min(newest.released().pred_opt().unwrap());
        for k in 0..2 * PERIODS {
            let figure = before.as_of(day).figure("s", period(kind, k));
            if figure.is_some() {
                prop_assert_eq!(figure, after.as_of(day).figure("s", period(kind, k)));
            }
        }
        let days = after.publication_days("s", NaiveDate::MIN, NaiveDate::MAX);
        prop_assert!(before.publication_days("s", NaiveDate::MIN, NaiveDate::MAX).is_subset(&days));
    }

    /// No lag is a lag that never ends, and a figure that is known stays known.
    #[test]
    fn a_shorter_lag_knows_no_less((kind, releases, day) in offices(), lag in 1..500_u16) {
        let vintages = all(releases);
        let (short, long) = (vintages.clone().with_lag(id("s"), Lag::days(lag - 1)), vintages.clone().with_lag(id("s"), Lag::days(lag)));
        for k in 0..2 * PERIODS {
            let known = |of: &Vintages, day| of.as_of(day).figure("s", period(kind, k)).is_some();
            prop_assert!(known(&short, day) || !known(&long, day));
            prop_assert!(known(&long, day) || !known(&vintages, day));
            prop_assert!(known(&long, day.succ_opt().unwrap()) || !known(&long, day));
        }
    }

    /// Another base of a unit, or of a release without one, changes no rate.
    #[test]
    fn rebasing_changes_no_rate(
        (kind, releases, day) in offices(),
        which in any::<prop::sample::Index>(),
        factor in 1..1_000_000_i64,
        lag in prop::option::of(0..100_u16),
    ) {
        prop_assume!(!releases.is_empty());
        let chosen = which.get(&releases).clone();
        let factor = Decimal::new(factor, 3);
        let rebased = releases.iter().map(|release| {
            let same = release == &chosen || release.unit().is_some() && release.unit() == chosen.unit();
            if same { scaled(release, release.unit().and(Some("another base")), factor) } else { release.clone() }
        });
        let lagged = |vintages: Vintages| lag.map_or(vintages.clone(), |lag| vintages.with_lag(id("s"), Lag::days(lag)));
        let (one, two) = (lagged(all(releases.clone())), lagged(all(rebased)));
        let (one, two) = (one.as_of(day), two.as_of(day));
        for (now, before) in (0..2 * PERIODS).flat_map(|k| [(k, 0), (k, k / 2), (k, k + 1)]) {
            let (now, before) = (period(kind, now), period(kind, before));
            match (one.comparable("s", now, before), two.comparable("s", now, before)) {
                (Ok(Some((a, b))), Ok(Some((c, d)))) => {
                    let rates = (a / b, c / d);
                    prop_assert!((rates.0 - rates.1).abs() <= dec!(1e-20) * rates.0, "{} {} {:?}", now, before, rates);
                }
                (Err(one), Err(two)) => prop_assert_eq!(kind_of(&one), kind_of(&two)),
                (one, two) => prop_assert_eq!(one, two),
            }
        }
        // Neither does it change which levels there are, nor their ratios.
        let (one, two) = (one.levels("s").map_err(|e| kind_of(&e)), two.levels("s").map_err(|e| kind_of(&e)));
        match (one, two) {
            (Ok(one), Ok(two)) => {
                prop_assert!(one.keys().eq(two.keys()));
                let ratio: BTreeMap<_, _> = one.iter().map(|(period, level)| (period, two[period] / level)).collect();
                let first = ratio.values().next().copied().unwrap_or_default();
                prop_assert!(ratio.values().all(|ratio| (ratio - first).abs() <= dec!(1e-20) * first), "{:?}", ratio);
            }
            (one, two) => prop_assert_eq!(one, two),
        }
    }
}
