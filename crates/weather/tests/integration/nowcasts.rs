//! Growth by the filter, as first known.
use allweather_market::Vintages;
use allweather_weather::{Direction, hamilton::nowcasts};
use rust_decimal::{Decimal, dec};

use crate::office::{NAMES, at, first, id, levels, release, twentieth, unrevised};

/// Growth of 3 % with two years of −4 % from month 72 on, and small steps around both.
fn activity() -> Vec<Decimal> {
    let change = |k: i64| {
        let level = if (60..84).contains(&k) { dec!(-0.04) } else { dec!(0.03) };
        level + Decimal::new((k * 37) % 11 - 5, 3)
    };
    levels(&(0..120).map(change).collect::<Vec<_>>())
}

#[test]
fn a_slump_is_seen_when_it_is_published() {
    let levels = activity();
    let vintages = unrevised(&levels, &levels);
    let all = nowcasts(&vintages, NAMES[0], 24, first(), at(200), at(200).last_day()).unwrap();
    assert_eq!(all.len(), 120 - 24);
    assert_eq!((all[0].month, all[0].as_of), (at(36), at(37).last_day()));
    let of = |k: usize| all.iter().find(|n| n.month == at(k)).unwrap();
    assert_eq!(of(73).direction(), Direction::Down);
    assert!(of(73).down > 0.9 && of(80).down > 0.99 && of(100).down < 0.01);
    assert_eq!(of(100).direction(), Direction::Up);
    let [low, high] = of(110).model.means();
    assert!((low + 0.04).abs() < 0.005 && (high - 0.03).abs() < 0.005);
    // Exactly what the model of the day says of the figures of the day.
    let x: Vec<f64> = (12..=80)
        .map(|k| {
            rust_decimal::prelude::ToPrimitive::to_f64(&levels[k]).unwrap()
                / rust_decimal::prelude::ToPrimitive::to_f64(&levels[k - 12]).unwrap()
                - 1.0
        })
        .collect();
    let alone = allweather_weather::hamilton::MarkovSwitching::fit(&x).unwrap().model;
    // To the last digits: the figures come here by another conversion of decimals.
    let near = |a: f64, b: f64| (a - b).abs() < 1e-12;
    let (there, here) = (&of(80).model, &alone);
    assert!(there.means().into_iter().zip(here.means()).all(|(a, b)| near(a, b)), "{there:?} {here:?}");
    assert!(
        there.stay().into_iter().zip(here.stay()).all(|(a, b)| near(a, b)) && near(there.sd(), here.sd())
    );
    assert!(alone.filter(&x).unwrap().down.last().is_some_and(|down| (down - of(80).down).abs() < 1e-9));
}

#[test]
fn what_comes_later_changes_nothing() {
    let levels = activity();
    let vintages = unrevised(&levels, &levels);
    let mut revised = vintages.clone();
    revised.add(release(NAMES[0], twentieth(100), (40..90).map(|k| (at(k), dec!(500))))).unwrap();
    let up_to = |vintages: &Vintages, k: usize| {
        nowcasts(vintages, NAMES[0], 24, first(), at(200), at(k).last_day()).unwrap()
    };
    let early = up_to(&vintages, 99);
    assert_eq!(early, up_to(&revised, 99));
    let later = up_to(&revised, 140);
    assert_eq!(early[..], later[..early.len()]);
    assert_ne!(later, up_to(&vintages, 140));
}

#[test]
fn only_the_run_after_a_gap_counts() {
    let levels = activity();
    let mut vintages = Vintages::new();
    for (k, &level) in levels.iter().enumerate().filter(|(k, _)| *k != 50) {
        vintages.add(release(NAMES[0], twentieth(k + 1), [(at(k), level)])).unwrap();
    }
    let all = nowcasts(&vintages, NAMES[0], 24, first(), at(200), at(200).last_day()).unwrap();
    let months: Vec<_> = all.iter().map(|n| n.month).collect();
    // Month 50 has no change, nor has month 62; 24 changes later there is an answer again.
    let expected: Vec<_> = (36..50).chain(87..132).map(at).collect();
    assert_eq!(months, expected);
    let part = nowcasts(&vintages, NAMES[0], 24, at(90), at(92), at(200).last_day()).unwrap();
    assert_eq!(part.iter().map(|n| n.month).collect::<Vec<_>>(), [at(90), at(91), at(92)]);
    assert_eq!(part[..], all[17..20]);
}

#[test]
fn without_variation_there_is_no_answer() {
    let steady = vec![dec!(100); 100];
    let vintages = unrevised(&steady, &steady);
    assert_eq!(nowcasts(&vintages, NAMES[0], 24, first(), at(200), at(200).last_day()).unwrap(), []);
    assert!(nowcasts(&vintages, id("other").as_str(), 24, first(), at(200), at(200).last_day()).is_err());
}
