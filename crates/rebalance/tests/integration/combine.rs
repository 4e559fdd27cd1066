use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use allweather_rebalance::{
    Calendar, Decision, DriftBand, DriftMeasure, Edge, NoTradeRegion, Period, Reason, RebalanceError,
    Rebalancer, Review, Rule, Rules, Scope, Targets, all_of, first_of,
};
use proptest::prelude::*;
use rust_decimal::dec;

use crate::bands::{ask, close, try_ask};

fn band(threshold: u32, scope: Scope) -> Rule {
    Rule::DriftBand(DriftBand::new(DriftMeasure::Portfolio, threshold, scope).unwrap())
}

fn always() -> Rule {
    Rule::Calendar(Calendar { every: Period::Review, on: Edge::Start })
}

fn never() -> Rule {
    // Without a review before there is no new year.
    Rule::Calendar(Calendar { every: Period::Year, on: Edge::Start })
}

const TARGETS: [f64; 3] = [0.5, 0.3, 0.2];
const HELD: [f64; 3] = [0.55, 0.27, 0.18];

#[test]
fn the_first_that_wants_to_trade_decides() {
    let rule = Rule::first_of(vec![never(), band(4, Scope::Breached), always()]).unwrap();
    let (decision, to) = ask(&rule, &TARGETS, &HELD, &[]);
    close(&to, &[0.5, 0.27, 0.18]);
    assert!(matches!(decision.reason(), Reason::Member { member: 1, .. }));
    let universe = ["gold".parse().unwrap()];
    let words = "rule 2: gold 55.0 % against 50.0 %: +5.0 points of the portfolio, band 4, sold to 50.0 %; 1 asset breached";
    assert_eq!(decision.reason().explain(&universe), words);

    let quiet = Rule::first_of(vec![never(), band(9, Scope::All)]).unwrap();
    let (decision, to) = ask(&quiet, &TARGETS, &HELD, &[]);
    assert_eq!(to, HELD);
    let words = "rule 1: yearly review is not due; rule 2: largest drift 5.0 points of the portfolio, band 9: 3.5 short of trading";
    assert_eq!(decision.reason().explain(&universe), words);
}

#[test]
fn all_must_want_to_and_the_first_says_to_what() {
    let rule = Rule::all_of(vec![band(4, Scope::Breached), always(), band(2, Scope::All)]).unwrap();
    let (decision, to) = ask(&rule, &TARGETS, &HELD, &[]);
    close(&to, &[0.5, 0.27, 0.18]);
    assert!(matches!(decision.reason(), Reason::All(reasons) if reasons.len() == 3));
    assert!(decision.reason().explain(&[]).contains("; rule 2: every review is due; rule 3: "));
    // The other way round, the first one wants everything.
    let rule = Rule::all_of(vec![always(), band(4, Scope::Breached)]).unwrap();
    close(&ask(&rule, &TARGETS, &HELD, &[]).1, &TARGETS);

    let held = Rule::all_of(vec![band(4, Scope::Breached), never(), band(9, Scope::All)]).unwrap();
    let (decision, to) = ask(&held, &TARGETS, &HELD, &[]);
    assert_eq!(to, HELD);
    assert_eq!(decision.reason().explain(&[]), "rule 2: yearly review is not due");
}

#[test]
fn a_rule_starts_from_the_strategic_targets_whatever_the_one_before_wanted() {
    /// Wants everything of the first asset, and holds all the same.
    #[derive(Debug)]
    struct Fickle;
    impl Rebalancer for Fickle {
        fn decide(&self, _: &Review<'_>, targets: &mut Targets) -> Result<Decision, RebalanceError> {
            targets.set(0, 1.0)?;
            targets.keep(1);
            Ok(Decision::Hold(Reason::Other("fickle".into())))
        }
    }
    #[derive(Debug)]
    struct Both(Arc<dyn Rebalancer>, Rule);
    impl Rebalancer for Both {
        fn decide(&self, review: &Review<'_>, targets: &mut Targets) -> Result<Decision, RebalanceError> {
            first_of(&[&*self.0, &self.1], review, targets)
        }
    }
    let (decision, to) = ask(&Both(Arc::new(Fickle), always()), &TARGETS, &HELD, &[]);
    assert!(decision.trades());
    close(&to, &TARGETS);
}

/// Made of no rules at all.
#[derive(Debug)]
struct Nobody(bool);

impl Rebalancer for Nobody {
    fn decide(&self, review: &Review<'_>, targets: &mut Targets) -> Result<Decision, RebalanceError> {
        if self.0 { first_of(&[], review, targets) } else { all_of(&[], review, targets) }
    }
}

#[test]
fn no_rules_are_no_rule() {
    assert!(Rules::new(Vec::new()).is_err());
    for json in [r#"{"first_of":[]}"#, r#"{"all_of":[]}"#, r#"{"first_of":[{"all_of":[]}]}"#] {
        let refused = serde_json::from_str::<Rule>(json).unwrap_err().to_string();
        assert!(refused.contains("number of rules to combine 0 is not 1 or more"), "{refused}");
    }
    for nobody in [Nobody(true), Nobody(false)] {
        assert!(try_ask(&nobody, &TARGETS, &HELD, &[]).is_err());
    }
}

#[test]
fn costs_are_read_when_any_member_reads_them() {
    let region = Rule::NoTradeRegion(NoTradeRegion::new(dec!(5)).unwrap());
    let nested = Rule::first_of(vec![always(), Rule::all_of(vec![never(), region]).unwrap()]).unwrap();
    assert!(nested.reads_costs());
    assert!(!Rule::all_of(vec![always(), never()]).unwrap().reads_costs());
}

#[test]
fn every_rule_is_written_as_it_is_read_and_names_its_source() {
    for (json, source) in [
        (r#"{"drift_band":{"measure":"position","threshold":1,"scope":"breached"}}"#, "Published"),
        (
            r#"{"drift_band":{"measure":"position","threshold":"20","rounding":"none","scope":"breached","to":"half"}}"#,
            "Daryanani",
        ),
        (
            r#"{"drift_band":{"measure":"portfolio","threshold":"2","rounding":"none","scope":"breached","to":{"within":"1.75"}}}"#,
            "Vanguard",
        ),
        (r#"{"calendar":{"every":"quarter","on":"end"}}"#, "Published"),
        (r#"{"calendar":{"every":"month","on":{"day":15,"convention":"following"}}}"#, "ISDA"),
        (r#"{"no_trade_region":{"risk_aversion":"5","cost_rate":"0.001"}}"#, "Shreve"),
        (
            r#"{"first_of":[{"calendar":{"every":"year","on":"end"}},{"all_of":[{"calendar":{"every":"review"}}]}]}"#,
            "ours",
        ),
        (r#"{"all_of":[{"calendar":{"every":"review"}}]}"#, "ours"),
    ] {
        let rule: Rule = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_string(&rule).unwrap(), json);
        assert!(rule.source().contains(source), "{json}: {}", rule.source());
    }
}

fn nested(depth: usize) -> String {
    let leaf = r#"{"calendar":{"every":"review"}}"#;
    format!("{}{leaf}{}", r#"{"all_of":["#.repeat(depth), "]}".repeat(depth))
}

#[test]
fn a_text_cannot_nest_rules_until_the_stack_is_full() {
    // What serde_json refuses below its limit of 128 levels is nested twice that in objects and lists.
    let deepest = (1..200).take_while(|depth| serde_json::from_str::<Rule>(&nested(*depth)).is_ok()).count();
    assert!((40..64).contains(&deepest), "{deepest}");
    let rule: Rule = serde_json::from_str(&nested(deepest)).unwrap();
    let (decision, to) = ask(&rule, &TARGETS, &HELD, &[]);
    close(&to, &TARGETS);
    assert!(decision.reason().explain(&[]).ends_with("every review is due"));
    for depth in [deepest + 1, 1000, 200_000] {
        assert!(serde_json::from_str::<Rule>(&nested(depth)).is_err());
    }
}

#[test]
fn nobody_is_asked_after_it_is_settled() {
    #[derive(Debug)]
    struct Counted(AtomicUsize, bool);
    impl Rebalancer for Counted {
        fn decide(&self, _: &Review<'_>, _: &mut Targets) -> Result<Decision, RebalanceError> {
            self.0.fetch_add(1, Ordering::Relaxed);
            let reason = Reason::Other("counted".into());
            Ok(if self.1 { Decision::Rebalance(reason) } else { Decision::Hold(reason) })
        }
    }
    #[derive(Debug)]
    struct Trio([Counted; 3], bool);
    impl Rebalancer for Trio {
        fn decide(&self, review: &Review<'_>, targets: &mut Targets) -> Result<Decision, RebalanceError> {
            let rules: [&dyn Rebalancer; 3] = [&self.0[0], &self.0[1], &self.0[2]];
            if self.1 { first_of(&rules, review, targets) } else { all_of(&rules, review, targets) }
        }
    }
    let counted = |trades| Counted(AtomicUsize::new(0), trades);
    for (first, answers) in [(true, [false, true, true]), (false, [true, false, false])] {
        let trio = Trio(answers.map(counted), first);
        ask(&trio, &TARGETS, &HELD, &[]);
        assert_eq!(trio.0.map(|rule| rule.0.into_inner()), [1, 1, 0]);
    }
}

/// Texts that look like rules: pieces of rules in any order.
fn texts() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        "\"drift_band\"",
        "\"calendar\"",
        "\"first_of\"",
        "\"all_of\"",
        "\"no_trade_region\"",
        "\"every\"",
        "\"on\"",
        "\"day\"",
        "\"month\"",
        "\"convention\"",
        "\"following\"",
        "\"review\"",
        "\"week\"",
        "\"threshold\"",
        "\"rounding\"",
        "\"none\"",
        "\"measure\"",
        "\"position\"",
        "\"scope\"",
        "\"all\"",
        "\"to\"",
        "\"half\"",
        "\"within\"",
        "\"risk_aversion\"",
        "0",
        "1",
        "-1",
        "31",
        "1e300",
        "0.5",
        "\"0.000000000000000000000000000000001\"",
        "null",
        "99999999999999999999",
    ]);
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

fn numbers() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<f64>().prop_map(|x| x.to_string()),
        any::<i64>().prop_map(|x| x.to_string()),
        (0..40_i64).prop_map(|x| x.to_string()),
        "\"[0-9]{0,35}(\\.[0-9]{0,35})?\"",
    ]
}

/// Whole rules with any numbers in them.
fn forms() -> impl Strategy<Value = String> {
    (0..5_u8, numbers(), numbers(), prop::sample::select(vec!["week", "month", "quarter", "year", "review"])).prop_map(
        |(form, a, b, every)| match form {
            0 => format!(r#"{{"drift_band":{{"measure":"position","threshold":{a},"rounding":"none","scope":"all","to":{{"within":{b}}}}}}}"#),
            1 => format!(r#"{{"drift_band":{{"measure":"portfolio","threshold":{a},"scope":"breached","to":"half"}}}}"#),
            2 => format!(r#"{{"calendar":{{"every":"{every}","on":{{"month":{a},"day":{b},"convention":"modified_following"}}}}}}"#),
            3 => format!(r#"{{"calendar":{{"every":"{every}","on":{{"day":{b},"convention":"preceding"}}}}}}"#),
            _ => format!(r#"{{"no_trade_region":{{"risk_aversion":{a},"cost_rate":{b}}}}}"#),
        },
    )
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic_and_what_it_reads_decides(text in prop_oneof![texts(), forms(), ".{0,60}"]) {
        if let Ok(rule) = serde_json::from_str::<Rule>(&text) {
            let json = serde_json::to_string(&rule).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Rule>(&json).unwrap(), &rule);
            prop_assert!(!rule.source().is_empty());
            let (decision, to) = ask(&rule, &TARGETS, &HELD, &[0.001; 3]);
            prop_assert!(to.iter().all(|x| (0.0..=1.0).contains(x)));
            prop_assert!(!decision.reason().explain(&[]).is_empty());
        }
    }
}
