//! Each law on rules that keep it and on a rule that breaks it on purpose; and what its report looks like.

use std::sync::atomic::{AtomicU64, Ordering};

use allweather_portfolio::{
    market::{Market, ReturnCurrency},
    prelude::*,
    rebalance::{Calendar, DriftBand, DriftMeasure, Edge, Period, ReviewDay, Rule, Scope},
};
use allweather_testkit::{Broken, Settings, laws};
use chrono::Datelike;

type Answer = Result<Decision, RebalanceError>;

fn hold() -> Decision {
    Decision::Hold(Reason::Other("hold".into()))
}

fn trade() -> Decision {
    Decision::Rebalance(Reason::Other("trade".into()))
}

/// A report that somebody can read: few lines, none of them long.
fn readable(broken: &Broken, law: &str) -> String {
    assert_eq!(broken.law, law, "{broken}");
    let text = broken.to_string();
    println!("{text}");
    assert!(text.lines().count() <= 26, "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 150), "{text}");
    assert!(text.starts_with(&format!("the law \"{law}\" is broken: ")), "{text}");
    assert!(
        text.contains("\nexpected: ") && text.contains("\nhappened: ") && text.contains(" from seed 0"),
        "{text}"
    );
    // A test that returns the error prints this.
    assert!(format!("{broken:?}").ends_with(&text));
    text
}

fn lines<'a>(text: &'a str, beginning: &str) -> Vec<&'a str> {
    text.lines().map(str::trim).filter(|line| line.starts_with(beginning)).collect()
}

fn band(measure: DriftMeasure, threshold: u32, scope: Scope) -> DriftBand {
    DriftBand::new(measure, threshold, scope).unwrap()
}

fn built_in() -> Vec<Rule> {
    vec![
        Rule::DriftBand(DriftBand::published()),
        Rule::DriftBand(band(DriftMeasure::Portfolio, 3, Scope::All)),
        Rule::Calendar(Calendar { every: Period::Quarter, on: Edge::End }),
        Rule::Calendar(Calendar { every: Period::Year, on: Edge::Start }),
        rule(VOLATILE),
        rule(LIMITED),
    ]
}

/// Windows short enough for the worlds that laws are tried on; members that have quiet days.
const VOLATILE: &str = r#"{"when_volatile":{"recent":2,"window":{"least":3,"most":12},"ratio":"1.1",
    "turbulent":{"calendar":{"every":"quarter","on":"start"}},"calm":{"calendar":{"every":"year","on":"end"}}}}"#;
const LIMITED: &str = r#"{"correlation_limit":{"window":{"least":3,"most":12},"limit":"0.2","cap":"40",
    "rule":{"calendar":{"every":"quarter","on":"end"}}}}"#;

fn rule(text: &str) -> Rule {
    serde_json::from_str(text).unwrap()
}

#[test]
fn built_in_rules_keep_every_law() {
    let settings = Settings::default();
    for rule in built_in() {
        laws::rebalancer::all(&settings, || rule.clone()).unwrap();
        laws::rebalancer::all_fitted(&settings, |_| rule.clone()).unwrap();
        laws::rebalancer::scale(&settings, |_| rule.clone()).unwrap();
        laws::rebalancer::permutation(&settings, |_| rule.clone()).unwrap();
        laws::rebalancer::cost_monotone(&settings, |_| rule.clone()).unwrap();
    }
    laws::rebalancer::splitting(&settings, |_| DriftBand::published()).unwrap();
    laws::rebalancer::splitting(&settings, |_| Calendar { every: Period::Month, on: Edge::End }).unwrap();
}

/// The single laws that the front door is made of, each by its own name.
#[test]
fn every_law_of_the_front_door_has_a_door_of_its_own() {
    let settings = Settings::default().with_cases(8);
    laws::rebalancer::no_look_ahead(&settings, |_| DriftBand::published()).unwrap();
    laws::rebalancer::determinism(&settings, |_| DriftBand::published()).unwrap();
    laws::rebalancer::weights(&settings, |_| DriftBand::published()).unwrap();
    laws::rebalancer::idempotence(&settings, |_| DriftBand::published()).unwrap();
    laws::rebalancer::cash_never_negative(&settings, |_| DriftBand::published()).unwrap();
    laws::rebalancer::value_conserved(&settings, |_| DriftBand::published()).unwrap();
    laws::rebalancer::flows_are_no_return(&settings, |_| DriftBand::published()).unwrap();
    laws::rebalancer::quiet_days(&settings, |_| DriftBand::published()).unwrap();
}

/// What is made of calendars says as truly as they do on which days it may trade.
#[test]
fn rules_made_of_calendars_hold_on_quiet_days() {
    let settings = Settings::default().with_cases(64);
    for text in [
        r#""never""#,
        r#"{"calendar":{"every":"half_year","on":"end"}}"#,
        r#"{"calendar":{"every":"month","on":{"day":15,"convention":"following"}}}"#,
        r#"{"first_of":[{"calendar":{"every":"quarter","on":"start"}},{"calendar":{"every":"month","on":"end"}}]}"#,
        r#"{"all_of":[{"calendar":{"every":"month","on":"end"}},{"drift_band":{"measure":"position","threshold":1,"scope":"breached"}}]}"#,
        r#"{"all_of":[{"drift_band":{"measure":"position","threshold":1,"scope":"breached"}},{"calendar":{"every":"month","on":"end"}}]}"#,
        VOLATILE,
        r#"{"when_volatile":{"recent":2,"window":{"least":3,"most":12},"ratio":"0.9","turbulent":"never",
            "calm":{"calendar":{"every":"half_year","on":"start"}}}}"#,
        LIMITED,
        r#"{"correlation_limit":{"window":{"least":2,"most":6},"limit":"-0.9","cap":"10","rule":"never"}}"#,
    ] {
        let rule = rule(text);
        let kept = laws::rebalancer::quiet_days(&settings, |_| rule.clone());
        assert!(kept.is_ok(), "{text}: {kept:?}");
    }
}

/// Trades when the first asset is dearer than its mean over a sample: the whole of it, with what is still to come.
#[derive(Debug)]
struct Peeking {
    mean: f64,
}

impl Peeking {
    fn fit(market: &Market) -> Self {
        let all: Vec<f64> = market.prices().levels(0).iter().flatten().copied().collect();
        Self { mean: all.iter().sum::<f64>() / all.len() as f64 }
    }
}

impl Rebalancer for Peeking {
    fn decide(&self, review: &Review<'_>, _: &mut Targets) -> Answer {
        let dear = review.market.price(0).last().is_some_and(|price| price > self.mean);
        Ok(if dear { trade() } else { hold() })
    }
}

#[test]
fn a_rule_fitted_on_the_whole_sample_is_caught() {
    let broken = laws::rebalancer::fitted(Peeking::fit).unwrap_err();
    let text = readable(&broken, "no look-ahead");
    assert!(lines(&text, "20").len() <= 4, "few months are left: {text}");
    assert_eq!(lines(&text, "review on ").len(), 1);
}

/// The same on everything else that a market has.
#[test]
fn peeking_at_anything_is_caught() {
    #[derive(Debug)]
    struct Knows(String);
    impl Rebalancer for Knows {
        fn decide(&self, _: &Review<'_>, _: &mut Targets) -> Answer {
            Ok(Decision::Hold(Reason::Other(self.0.clone().into())))
        }
    }
    type Look = fn(&Market) -> String;
    let looks: [Look; 6] = [
        |m| format!("{:?}", m.prices().levels(0).last()),
        |m| format!("{:?}", m.spots().and_then(|s| s.on(Currency::USD, *m.prices().dates().last()?))),
        |m| format!("{:?}", m.short_rate_series(Currency::JPY).and_then(|s| s.values().last().copied())),
        |m| format!("{:?}", m.consumer_price_series(Currency::JPY).and_then(|s| s.values().last().copied())),
        |m| format!("{:?}", m.statistic_series("growth").and_then(|s| s.values().last().copied())),
        |m| m.prices().dates().len().to_string(),
    ];
    for look in looks {
        let broken = laws::rebalancer::fitted(|market| Knows(look(market))).unwrap_err();
        readable(&broken, "no look-ahead");
    }
}

/// What is known by a day may be used up to the last bit: a rule that reads all of it is not accused.
#[test]
fn a_rule_that_uses_all_that_is_known_is_not_accused() {
    #[derive(Debug)]
    struct Reads;
    impl Rebalancer for Reads {
        fn decide(&self, review: &Review<'_>, _: &mut Targets) -> Answer {
            let market = review.market;
            let known = |currency| {
                let months = market.consumer_prices(currency).and_then(|known| known.last_month());
                let price = months.and_then(|month| market.consumer_prices(currency)?.get(month));
                format!("{months:?} {price:?} {:?} {:?}", market.short_rate(currency), market.spot(currency))
            };
            let growth = market.statistic("growth").and_then(|growth| growth.get(growth.last_month()?));
            let words = format!(
                "{:?} {:?} {growth:?} {} {} {:?} {:?}",
                market.price(0),
                review.returns(1, 600, ReturnCurrency::Base),
                known(Currency::JPY),
                known(Currency::USD),
                review.previous,
                review.next,
            );
            Ok(Decision::Hold(Reason::Other(words.into())))
        }
    }
    laws::rebalancer(|| Reads).unwrap();
}

/// Trades every third time it is asked.
#[derive(Debug, Default)]
struct Counting(AtomicU64);

impl Rebalancer for Counting {
    fn decide(&self, _: &Review<'_>, _: &mut Targets) -> Answer {
        Ok(if self.0.fetch_add(1, Ordering::Relaxed).is_multiple_of(3) { trade() } else { hold() })
    }
}

#[test]
fn a_rule_that_remembers_how_often_it_was_asked_is_caught() {
    let text = readable(&laws::rebalancer(Counting::default).unwrap_err(), "determinism");
    assert_eq!(lines(&text, "20").len(), 2, "{text}");
}

/// Goes past its target by half of the drift.
#[derive(Debug)]
struct Overshooting;

impl Rebalancer for Overshooting {
    fn decide(&self, review: &Review<'_>, targets: &mut Targets) -> Answer {
        let sides = || review.weights.iter().zip(review.targets).enumerate();
        if sides().all(|(_, (weight, target))| (weight - target).abs() < 0.01) {
            return Ok(hold());
        }
        for (position, (weight, target)) in sides() {
            targets.set(position, (target + 0.5 * (target - weight)).clamp(0.0, 1.0))?;
        }
        let sum: f64 = targets.weights().iter().sum();
        for position in 0..review.targets.len() {
            let weight = targets.weights()[position];
            targets.set(position, weight / sum.max(1.0))?;
        }
        Ok(trade())
    }
}

#[test]
fn a_rule_that_trades_past_its_target_is_caught() {
    let text = readable(&laws::rebalancer(|| Overshooting).unwrap_err(), "idempotence");
    assert!(lines(&text, "a").len() <= 4, "{text}");
}

/// Wants one and a half of the portfolio.
#[derive(Debug)]
struct Greedy;

impl Rebalancer for Greedy {
    fn decide(&self, review: &Review<'_>, targets: &mut Targets) -> Answer {
        targets.reset(&review.targets.iter().map(|target| 1.5 * target).collect::<Vec<_>>());
        Ok(trade())
    }
}

#[test]
fn a_rule_that_wants_more_than_there_is_is_caught() {
    let text = readable(&laws::rebalancer(|| Greedy).unwrap_err(), "weights");
    assert!(text.contains("together 1.5"), "{text}");
}

/// What asks for money that is not there stops the run, and each law of a run says so.
#[test]
fn the_laws_of_a_run_find_what_it_cannot_pay() {
    let settings = Settings::default();
    for broken in [
        laws::rebalancer::cash_never_negative(&settings, |_| Greedy).unwrap_err(),
        laws::rebalancer::value_conserved(&settings, |_| Greedy).unwrap_err(),
        laws::rebalancer::flows_are_no_return(&settings, |_| Greedy).unwrap_err(),
    ] {
        assert!(broken.happened.contains("the rule asks for weights that add up to 1.5"), "{broken}");
    }
}

/// Says that it trades in December only, and trades in any month.
#[derive(Debug)]
struct Restless;

impl Rebalancer for Restless {
    fn decide(&self, review: &Review<'_>, _: &mut Targets) -> Answer {
        let far =
            review.weights.iter().zip(review.targets).any(|(weight, target)| (weight - target).abs() > 0.05);
        Ok(if far { trade() } else { hold() })
    }
    fn may_trade(&self, day: ReviewDay) -> bool {
        day.date.month() == 12
    }
}

#[test]
fn a_rule_that_trades_on_a_day_it_calls_quiet_is_caught() {
    let text = readable(&laws::rebalancer(|| Restless).unwrap_err(), "quiet days");
    assert!(text.contains("the rule says that it may not"), "{text}");
}

/// Never sells the first asset.
#[derive(Debug)]
struct Loyal;

impl Rebalancer for Loyal {
    fn decide(&self, _: &Review<'_>, targets: &mut Targets) -> Answer {
        targets.keep(0);
        Ok(trade())
    }
}

#[test]
fn a_rule_that_depends_on_the_order_of_assets_is_caught() {
    laws::rebalancer(|| Loyal).unwrap();
    let broken = laws::rebalancer::permutation(&Settings::default(), |_| Loyal).unwrap_err();
    let text = readable(&broken, "permutation");
    assert!(text.contains("[keep, 0.5]") && text.contains("[0.5, keep]"), "{text}");
}

/// Trades when the first asset costs more than 100.
#[derive(Debug)]
struct Dear;

impl Rebalancer for Dear {
    fn decide(&self, review: &Review<'_>, _: &mut Targets) -> Answer {
        Ok(if review.market.price(0).last().is_some_and(|price| price > 100.0) { trade() } else { hold() })
    }
}

#[test]
fn a_rule_that_depends_on_the_unit_of_prices_is_caught() {
    laws::rebalancer(|| Dear).unwrap();
    let broken = laws::rebalancer::scale(&Settings::default(), |_| Dear).unwrap_err();
    readable(&broken, "scale");
}

#[test]
fn a_band_in_points_of_the_portfolio_tells_halves_from_a_whole() {
    let rule = |_: &Market| band(DriftMeasure::Portfolio, 5, Scope::All);
    let broken = laws::rebalancer::splitting(&Settings::default(), rule).unwrap_err();
    let text = readable(&broken, "splitting");
    assert!(text.contains("in two halves"), "{text}");
}

/// Trades where it is dear.
#[derive(Debug)]
struct Spendthrift;

impl Rebalancer for Spendthrift {
    fn decide(&self, review: &Review<'_>, _: &mut Targets) -> Answer {
        Ok(if review.cost_rates.iter().any(|rate| *rate > 0.01) { trade() } else { hold() })
    }
}

#[test]
fn a_rule_that_trades_more_where_it_is_dearer_is_caught() {
    laws::rebalancer(|| Spendthrift).unwrap();
    let broken = laws::rebalancer::cost_monotone(&Settings::default(), |_| Spendthrift).unwrap_err();
    readable(&broken, "cost monotone");
}

/// Looks at an asset that may not be there.
#[derive(Debug)]
struct Index;
impl Rebalancer for Index {
    fn decide(&self, review: &Review<'_>, _: &mut Targets) -> Answer {
        Ok(if review.weights[review.weights.len() - 2] > 0.5 { trade() } else { hold() })
    }
}

#[test]
fn an_error_and_a_panic_of_a_rule_are_findings() {
    #[derive(Debug)]
    struct Lost;
    impl Rebalancer for Lost {
        fn decide(&self, _: &Review<'_>, _: &mut Targets) -> Answer {
            Err(RebalanceError::Rule { reason: "no covariance of one month".into() })
        }
    }
    let text = readable(&laws::rebalancer(|| Lost).unwrap_err(), "weights");
    assert!(
        text.contains("happened: an error: the rule cannot decide: no covariance of one month"),
        "{text}"
    );
    let text = readable(&laws::rebalancer(|| Index).unwrap_err(), "weights");
    assert!(text.contains("happened: a panic: attempt to subtract with overflow"), "{text}");
}

/// Goes half the way: every law but one.
#[derive(Debug)]
struct HalfWay;

impl Rebalancer for HalfWay {
    fn decide(&self, review: &Review<'_>, targets: &mut Targets) -> Answer {
        // After forwards that were settled at a loss, more is held than there is.
        let held = review.weights.iter().sum::<f64>().max(1.0);
        for (position, (weight, target)) in review.weights.iter().zip(review.targets).enumerate() {
            targets.set(position, f64::midpoint(*weight / held, *target))?;
        }
        Ok(trade())
    }
}

#[test]
fn a_rule_that_goes_half_the_way_keeps_every_other_law() {
    let settings = Settings::default();
    laws::rebalancer::no_look_ahead(&settings, |_| HalfWay).unwrap();
    laws::rebalancer::determinism(&settings, |_| HalfWay).unwrap();
    laws::rebalancer::weights(&settings, |_| HalfWay).unwrap();
    laws::rebalancer::value_conserved(&settings, |_| HalfWay).unwrap();
    readable(&laws::rebalancer::idempotence(&settings, |_| HalfWay).unwrap_err(), "idempotence");
}

#[test]
fn a_report_says_the_same_twice_and_another_seed_finds_another_case() {
    let of =
        |seed| laws::rebalancer::all_fitted(&Settings::default().with_seed(seed), Peeking::fit).unwrap_err();
    assert_eq!(of(0), of(0));
    assert_eq!(of(1).law, "no look-ahead");
    assert_ne!(of(0), of(1));
}
