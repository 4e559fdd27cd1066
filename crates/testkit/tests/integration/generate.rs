//! What is drawn is valid, covers what it promises, and shrinks to something small.

use allweather_testkit::{Case, Noise, ReviewCase, World, generate};
use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, RngSeed, TestRunner},
};

fn drawn<S: Strategy>(strategy: &S, cases: usize) -> Vec<S::Value> {
    let mut runner = TestRunner::new(Config { rng_seed: RngSeed::Fixed(1), ..Config::default() });
    (0..cases).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect()
}

/// The smallest value on which `fails` is true, as a law would find it.
fn smallest<S: Strategy>(strategy: &S, fails: impl Fn(&S::Value) -> bool) -> S::Value {
    let mut runner = TestRunner::new(Config { rng_seed: RngSeed::Fixed(1), ..Config::default() });
    let mut tree = loop {
        let tree = strategy.new_tree(&mut runner).unwrap();
        if fails(&tree.current()) {
            break tree;
        }
    };
    let mut found = tree.current();
    let mut more = tree.simplify();
    for _ in 0..100_000 {
        if !more {
            return found;
        }
        let candidate = tree.current();
        more = if fails(&candidate) {
            found = candidate;
            tree.simplify()
        } else {
            tree.complicate()
        };
    }
    unreachable!("shrinking does not end")
}

#[test]
fn worlds_have_what_they_promise() {
    let worlds = drawn(&generate::worlds(), 300);
    let any = |of: &dyn Fn(&World) -> bool| worlds.iter().filter(|world| of(world)).count();
    let moves = |world: &World, test: &dyn Fn(f64) -> bool| {
        world.assets.iter().any(|asset| {
            let all: Vec<f64> = asset.prices.iter().flatten().copied().collect();
            all.len() > 1 && all.windows(2).any(|pair| test(pair[1] / pair[0] - 1.0))
        })
    };
    assert!(any(&|w| moves(w, &|r| r < -0.25)) > 20, "crashes");
    assert!(any(&|w| moves(w, &|r| r == 0.0)) > 20, "prices that stand still");
    assert!(any(&|w| moves(w, &|r| r != 0.0 && r.abs() < 1e-6)) > 20, "prices that hardly move");
    assert!(any(&|w| w.assets.iter().any(|a| a.prices[0].is_none())) > 20, "assets that begin late");
    assert!(any(&|w| w.short_rates.values().flatten().flatten().any(|r| *r < 0.0)) > 20, "negative rates");
    assert!(any(&|w| w.assets.iter().any(|a| a.currency != World::BASE)) > 20, "currencies");
    let tied = |w: &World| {
        w.assets.windows(2).any(|pair| {
            let of = |i: usize| pair[i].prices.iter().rev().map_while(|p| *p).take(3).collect::<Vec<_>>();
            let (a, b) = (of(0), of(1));
            a.len() == 3
                && b.len() == 3
                && (a[0] / a[2] - b[0] / b[2]).abs() < 1e-12
                && (a[0] - a[2]).abs() > 0.0
        })
    };
    assert!(any(&tied) > 5, "assets that move as one");
}

proptest! {
    #[test]
    fn every_case_runs_to_its_end(case in generate::cases()) {
        prop_assert!(case.run()?.outcome().final_value > 0.0);
    }

    #[test]
    fn every_spec_runs_on_its_world((world, spec) in generate::worlds().prop_flat_map(|world| {
        let spec = generate::specs_for(&world);
        (Just(world), spec)
    })) {
        Case::new(world, spec).run()?;
    }

    #[test]
    fn weights_are_weights(weights in (0..9_usize).prop_flat_map(generate::weights)) {
        prop_assert!(weights.iter().all(|w| (0.0..=1.0).contains(w)));
        let sum: f64 = weights.iter().sum();
        prop_assert!(weights.is_empty() || (sum - 1.0).abs() < 1e-12);
    }

    #[test]
    fn a_review_is_of_what_has_a_price(case in generate::reviews(), row in 0..60_usize) {
        for case in [case.clone(), case.on(row)] {
            for (asset, (target, weight)) in case.world.assets.iter().zip(case.targets.iter().zip(&case.weights)) {
                prop_assert!(asset.prices[case.row].is_some() || (*target == 0.0 && *weight == 0.0));
            }
            let sums = (case.targets.iter().sum::<f64>(), case.weights.iter().sum::<f64>());
            prop_assert!((sums.0 - 1.0).abs() < 1e-9 && sums.1 <= 1.05 + 1e-9, "{sums:?}");
            let market = case.world.market()?;
            let review = case.review(&market);
            prop_assert_eq!(review.date(), market.prices().dates()[case.row]);
            prop_assert_eq!(review.previous.is_none(), case.row == 0);
            prop_assert_eq!(review.next.is_none(), case.row + 1 == case.world.months());
        }
    }

    /// Up to the day nothing is different; behind it, everything that a market has.
    #[test]
    fn another_future_begins_after_its_day(world in generate::worlds(), at in any::<prop::sample::Index>(), seed in any::<u64>()) {
        let dates = world.dates();
        let day = dates[at.index(dates.len())];
        let other = world.with_another_future(day, seed);
        let (one, two) = (world.market()?, other.market()?);
        let (a, b) = (one.as_of(day), two.as_of(day));
        for place in 0..world.assets.len() {
            prop_assert_eq!(a.price(place), b.price(place));
        }
        for currency in world.short_rates.keys() {
            prop_assert_eq!(a.spot(*currency), b.spot(*currency));
            prop_assert_eq!(a.short_rate(*currency), b.short_rate(*currency));
            let known = |known: Option<allweather_portfolio::market::Known<'_>>| {
                let known = known.unwrap();
                (known.last_month(), known.last_month().and_then(|month| known.get(month)))
            };
            prop_assert_eq!(known(a.consumer_prices(*currency)), known(b.consumer_prices(*currency)));
        }
        if let Some(next) = dates.iter().position(|d| *d == day).and_then(|row| dates.get(row + 1)) {
            prop_assert!(two.prices().dates().contains(next));
            let (a, b) = (one.as_of(*next), two.as_of(*next));
            prop_assert_ne!(a.price(0), b.price(0));
        } else {
            prop_assert_eq!(world, other);
        }
    }

    #[test]
    fn statistics_are_revised_but_never_in_the_past(vintages in generate::statistics()) {
        for name in ["cpi", "gdp"] {
            let releases = vintages.releases(name);
            prop_assert!(releases.len() >= 2);
            for pair in releases.windows(2) {
                prop_assert_eq!(pair[0].values().len() + 1, pair[1].values().len());
                let known = vintages.as_of(pair[0].released());
                let (newest, value) = *pair[0].values().last().unwrap();
                prop_assert_eq!(known.figure(name, newest).map(|figure| figure.value), Some(value));
            }
        }
    }
}

#[test]
fn statistics_have_revisions_and_other_bases() {
    let drawn = drawn(&generate::statistics(), 100);
    let pairs = || drawn.iter().flat_map(|v| v.releases("cpi").windows(2));
    let unlike = |pair: &[allweather_portfolio::market::Vintage]| {
        pair[0].values().iter().any(|(period, value)| pair[1].get(*period) != Some(*value))
    };
    assert!(
        pairs().filter(|pair| pair[0].unit() == pair[1].unit() && unlike(pair)).count() > 50,
        "revisions"
    );
    assert!(pairs().filter(|pair| pair[0].unit() != pair[1].unit()).count() > 10, "other bases");
}

#[test]
fn worlds_shrink_to_what_matters() {
    let crash = |world: &World| {
        let of = |asset: &allweather_testkit::Asset| {
            asset.prices.windows(2).any(|p| matches!(p, [Some(a), Some(b)] if b / a < 0.7))
        };
        world.assets.iter().any(of)
    };
    let text = format!("{:?}", smallest(&generate::worlds(), crash));
    println!("{text}");
    assert!(text.lines().count() <= 5, "{text}");
    assert!(text.lines().all(|line| line.len() < 30), "{text}");
}

#[test]
fn cases_shrink_to_what_matters() {
    let fails = |case: &Case| case.run().is_ok_and(|record| record.outcome().costs.slippage > 0.0);
    let text = format!("{:?}", smallest(&generate::cases(), fails));
    println!("{text}");
    assert!(text.contains("costs:") && !text.contains("expenses") && !text.contains("fx:"), "{text}");
    assert!(text.lines().count() <= 20, "{text}");
}

#[test]
fn shrinking_ends_even_when_everything_fails() {
    let world = smallest(&generate::worlds(), |_| true);
    assert_eq!(
        format!("{world:?}").lines().skip(1).map(|line| &line[7..]).collect::<Vec<_>>(),
        ["     100", "     100"]
    );
    let case: Case = smallest(&generate::cases(), |_| true);
    assert_eq!((case.world.assets.len(), case.world.months()), (1, 2));
    let review: ReviewCase = smallest(&generate::reviews(), |_| true);
    assert_eq!((review.targets, review.weights), (vec![1.0], vec![1.0]));
}

#[test]
fn noise_is_in_range_and_repeats() {
    // The first outputs of SplitMix64 from seed 1234567, as its authors' C program gives them.
    let mut noise = Noise::new(1_234_567);
    assert_eq!([noise.whole(), noise.whole()], [6_457_827_717_110_365_317, 3_203_168_211_198_807_973]);
}
