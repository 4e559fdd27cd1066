//! What is in force when, and what a ledger refuses.

use allweather_core::{Currency, Weights};
use allweather_iterations::{Candidate, Entry, Iteration, IterationsError, Ledger, Standing};
use allweather_market::{Market, PricePanel};
use chrono::{Days, NaiveDate};
use proptest::prelude::*;

use crate::{acts, ahead, day, ledgers, model, three};

#[test]
fn in_force_is_what_was_adopted_last() {
    use Standing::{History, Live, Superseded};
    let ledger = three();
    let names: Vec<_> = ["2021-01-04", "2021-01-05", "2022-12-31", "2023-01-01", "2999-01-01"]
        .map(|on| ledger.in_force(day(on)).map(Iteration::number))
        .to_vec();
    assert_eq!(names, [None, Some(1), Some(1), Some(2), Some(2)]);
    let chain: Vec<_> = ledger.chain().iter().map(|it| (it.iteration.name(), it.from, it.until)).collect();
    assert_eq!(
        chain,
        [
            ("ITRL 1".to_owned(), day("2021-01-05"), Some(day("2022-12-31"))),
            ("ITRL 2".to_owned(), day("2023-01-01"), None)
        ]
    );
    let standings = |number| {
        ["2021-01-04", "2021-01-05", "2022-12-31", "2023-01-01"]
            .map(|on| ledger.standing(number, day(on)).unwrap())
    };
    assert_eq!(standings(1), [History, Live, Live, Superseded]);
    assert_eq!(standings(2), [History, History, History, Live]);
    assert_eq!(ledger.standing(3, day("2023-01-01")), None);
    assert_eq!(ledger.standing(0, day("2023-01-01")), None);
    assert_eq!(format!("{Live:>6}|{History}|{Superseded}"), "  live|history|superseded");
    let second = ledger.iteration(2).unwrap();
    assert_eq!((second.data_as_of(), second.recorded_on()), (day("2022-11-30"), day("2022-12-10")));
    assert_eq!((second.weights().as_slice(), second.note()), (&[0.5, 0.25, 0.25][..], ""));
    assert_eq!(second.universe()[2].as_str(), "asset 2");
    assert!(
        matches!(&ledger.entries()[1], Entry::Review(review) if review.kept() == 1 && review.note().starts_with("kept"))
    );
}

/// Every way in which a record can come too early, with its words; the ledger is as it was then.
#[test]
fn what_is_too_early_is_refused() {
    let mut ledger = three();
    let before = ledger.clone();
    let mut refused = |data: &str, today: &str, days| {
        let refused = ledger.adopt(model(day(data), &[1.0], ""), day(today), ahead(days)).unwrap_err();
        assert_eq!(ledger, before);
        refused.to_string()
    };
    assert_eq!(
        refused("2022-12-09", "2022-12-09", 400),
        "a record of 2022-12-09 comes after one of 2022-12-10: records are made in the order of their days"
    );
    assert_eq!(
        refused("2022-12-11", "2022-12-10", 400),
        "a model recorded on 2022-12-10 is made from data until 2022-12-11, which was not known yet"
    );
    assert_eq!(
        refused("2022-12-10", "2022-12-10", 22),
        "a model to be in force from 2023-01-01 follows one in force from 2023-01-01: it must come later"
    );
    assert_eq!(refused("2022-12-10", "+10000-01-01", 1), "+10000-01-01 is outside the years 1 to 9999");
    assert_eq!(refused("2022-12-10", "9999-12-31", 1), "+10000-01-01 is outside the years 1 to 9999");
    assert_eq!(refused("0000-12-31", "2022-12-10", 23), "0000-12-31 is outside the years 1 to 9999");
    assert!(refused("2022-12-10", &NaiveDate::MAX.to_string(), 1).contains("outside the years"));
    ledger.adopt(model(day("2022-12-10"), &[1.0], ""), day("2022-12-10"), ahead(23)).unwrap();
    let kept = ledger.keep(day("2022-12-09"), "").unwrap_err();
    assert!(matches!(kept, IterationsError::RecordedBefore { .. }));
    let early = Ledger::new().keep(day("2022-12-09"), "").unwrap_err().to_string();
    assert_eq!(early, "there is no model yet that a review could keep");
}

#[test]
fn a_candidate_has_one_spec_and_one_weight_an_asset() {
    let market = Market::new(Currency::JPY, PricePanel::from_csv("p", "month,a_jpy\n2020-01,1\n").unwrap());
    let made = |spec: &str, universe: &[&str], weights: &[f64]| {
        let universe = universe.iter().map(|name| name.parse().unwrap()).collect();
        let weights = Weights::new(weights.to_vec()).unwrap();
        Candidate::new(market.as_of(day("2020-01-31")), spec, universe, weights, "")
            .map_err(|e| e.to_string())
    };
    let good = r#"{"a b":["\" \\",-1e5,{}],"c":"\\"}"#;
    assert_eq!(made(good, &["a"], &[1.0]).unwrap().spec(), good);
    for spec in [
        "",
        "{",
        "[]",
        "7",
        "\"{}\"",
        "{} ",
        " {}",
        "{}{}",
        r#"{"a": 1}"#,
        "{\"a\":\n1}",
        r#"{"a":1,}"#,
        r#"{"a":"\\" }"#,
        "{\"a\":\"\n\"}",
    ] {
        let message = made(spec, &["a"], &[1.0]).unwrap_err();
        assert!(
            message.starts_with("the spec is not one JSON object in one line without blanks"),
            "{spec} {message}"
        );
    }
    let deep = "[".repeat(200_000);
    assert!(made(&deep, &["a"], &[1.0]).is_err());
    assert_eq!(
        made("{}", &["a", "b", "a"], &[0.5, 0.5]).unwrap_err(),
        "a model has one weight for each asset, and each asset once; there are 3 assets and 2 weights, and a appears twice"
    );
    assert!(made("{}", &["a", "b"], &[1.0]).unwrap_err().ends_with("2 assets and 1 weights"));
}

proptest! {
    /// Days of record never go back, days of adoption only forward, and each lies after the record, which is not before the data.
    #[test]
    fn order(ledger in ledgers(12)) {
        prop_assert!(ledger.entries().is_sorted_by_key(Entry::recorded_on));
        let all: Vec<_> = ledger.iterations().collect();
        prop_assert!(all.is_sorted_by(|a, b| a.adopted_from() < b.adopted_from()));
        for (at, iteration) in all.iter().enumerate() {
            prop_assert_eq!(iteration.number() as usize, at + 1);
            prop_assert!(iteration.data_as_of() <= iteration.recorded_on());
            prop_assert!(iteration.recorded_on() < iteration.adopted_from());
        }
    }

    /// A day has one iteration in force, or none; `standing`, `in_force` and `chain` say the same of it.
    #[test]
    fn one_is_in_force(ledger in ledgers(8), later in 0..6000_u64) {
        let on = day("2001-01-01") + Days::new(later);
        let live: Vec<_> = ledger.iterations().filter(|it| ledger.standing(it.number(), on) == Some(Standing::Live)).collect();
        prop_assert_eq!(live.first().copied(), ledger.in_force(on));
        prop_assert!(live.len() <= 1);
        let spans: Vec<_> = ledger.chain().into_iter().filter(|it| it.from <= on && it.until.is_none_or(|until| on <= until)).map(|it| it.iteration).collect();
        prop_assert_eq!(&spans, &live);
        let number = ledger.in_force(on).map_or(0, Iteration::number);
        for it in ledger.iterations() {
            let expected = match it.number().cmp(&number) {
                std::cmp::Ordering::Less => Standing::Superseded,
                std::cmp::Ordering::Equal => Standing::Live,
                std::cmp::Ordering::Greater => Standing::History,
            };
            prop_assert_eq!(ledger.standing(it.number(), on), Some(expected));
        }
    }

    /// What a new record says of days before it is what was said before.
    #[test]
    fn a_new_record_changes_no_day_before_it(ledger in ledgers(8), act in acts(), back in 0..4000_u64) {
        let mut longer = ledger.clone();
        let last = ledger.entries().last().map_or(day("2001-01-31"), Entry::recorded_on);
        let today = act.day(last);
        let took = act.record(&mut longer, last);
        prop_assert_eq!(took, longer != ledger);
        let on = today - Days::new(back);
        prop_assert_eq!(longer.in_force(on), ledger.in_force(on));
        for it in ledger.iterations() {
            prop_assert_eq!(longer.standing(it.number(), on), ledger.standing(it.number(), on));
        }
    }
}
