//! Strategic weights that change: nothing but what a schedule says, and nothing before it says so.

use allweather_core::Weights;
use allweather_market::{Market, PricePanel};
use allweather_portfolio::{
    PortfolioError, Record, ScheduledTargets, Simulation, Spec, TargetSchedule, rebalance::Reason,
    rfr::RateHistory,
};
use allweather_testkit::{Case, generate::cases};
use chrono::{Days, NaiveDate};
use proptest::{prelude::*, sample::Index};

use crate::{BASE, close};

/// Weights that give each asset something.
fn weights(raw: &[f64]) -> Weights {
    let sum: f64 = raw.iter().sum();
    Weights::new(raw.iter().map(|weight| weight / sum).collect()).unwrap()
}

fn entry(since: NaiveDate, raw: &[f64], case: &Case) -> ScheduledTargets {
    ScheduledTargets { since, weights: weights(&raw[..case.spec.holdings.as_slice().len()]) }
}

fn run(case: &Case, entries: Vec<ScheduledTargets>) -> Result<Record, PortfolioError> {
    let schedule = TargetSchedule::new(entries)?;
    let (market, rates) = (case.world.market()?, case.world.rates());
    Simulation::new(&case.spec, &market, &rates)?.with_schedule(&schedule)?.run()
}

fn bytes(record: &Record) -> Vec<String> {
    let mut out = Vec::new();
    record.write_json_lines(&mut out).unwrap();
    String::from_utf8(out).unwrap().lines().map(str::to_owned).collect()
}

fn raw() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(0.05..1.0_f64, 12)
}

/// Days of the case's steps, each once, some moved to a day without a step.
fn days(case: &Case, at: &[Index], early: bool) -> Vec<NaiveDate> {
    let dates = case.world.dates();
    let mut days: Vec<_> =
        at.iter().map(|at| *at.get(&dates) - Days::new(if early { 3 } else { 0 })).collect();
    days.sort_unstable();
    days.dedup();
    days
}

proptest! {
    #[test]
    fn the_specs_own_weights_change_no_byte(case in cases(), at in prop::collection::vec(any::<Index>(), 0..4), early in any::<bool>()) {
        let own: Vec<f64> = case.spec.holdings.as_slice().iter().map(|holding| holding.weight).collect();
        let own = Weights::new(own).unwrap();
        let entries = days(&case, &at, early).into_iter().map(|since| ScheduledTargets { since, weights: own.clone() });
        prop_assert_eq!(bytes(&run(&case, entries.collect()).unwrap()), bytes(&case.run().unwrap()));
    }

    #[test]
    fn a_later_entry_changes_nothing_earlier(
        case in cases(), at in prop::collection::vec(any::<Index>(), 1..4), one in raw(), other in raw(),
    ) {
        let days = days(&case, &at, false);
        let mut entries: Vec<_> = days.iter().map(|since| entry(*since, &one, &case)).collect();
        let before = run(&case, entries.clone());
        let Some(last) = entries.last_mut() else { return Ok(()) };
        last.weights = entry(last.since, &other, &case).weights;
        let since = last.since;
        let (Ok(before), Ok(after)) = (before, run(&case, entries)) else {
            // A weight for an asset that the spec does not leave out until it begins.
            return Ok(());
        };
        let mut differ = false;
        for (a, b) in before.steps().zip(after.steps()) {
            let same = serde_json::to_string(&a).unwrap() == serde_json::to_string(&b).unwrap();
            prop_assert!(same || a.date >= since, "{} {since}", a.date);
            differ |= a.strategic != b.strategic;
        }
        // Weights of one asset, or of one asset that has begun, are 1 whatever they are.
        let assets = case.spec.holdings.as_slice().len();
        let last = before.steps().last().unwrap();
        let begun = last.strategic.iter().filter(|weight| **weight > 0.0).count();
        prop_assert!(differ || assets == 1 || begun == 1 || last.date < since);
    }

    /// In force is the last entry whose day has come, and of it what has a price; a rule that trades towards it does.
    #[test]
    fn the_last_entry_is_in_force(case in cases(), at in prop::collection::vec(any::<Index>(), 1..4), rows in prop::collection::vec(raw(), 4), early in any::<bool>()) {
        let case = case.divisible().every_month();
        let rows = days(&case, &at, early).into_iter().zip(&rows).map(|(since, raw)| entry(since, raw, &case));
        let entries: Vec<_> = rows.collect();
        let Ok(record) = run(&case, entries.clone()) else { return Ok(()) };
        let own: Vec<f64> = case.spec.holdings.as_slice().iter().map(|holding| holding.weight).collect();
        let mut before: Option<Vec<f64>> = None;
        for step in record.steps() {
            let due = entries.iter().rev().find(|entry| entry.since <= step.date);
            let strategic = due.map_or(&own[..], |entry| entry.weights.as_slice());
            let begun = |id| (case.world.first.through(step.month)).any(|m| step.date >= record.step(0).unwrap().date && m >= record.step(0).unwrap().month && case.world.price(id, m).is_some());
            let there: Vec<f64> = strategic.iter().zip(step.universe).map(|(w, id)| if begun(id) { *w } else { 0.0 }).collect();
            let sum: f64 = there.iter().sum();
            for (found, expected) in step.strategic.iter().zip(&there) {
                prop_assert!(close(*found, expected / sum, 1.0, 1e-12), "{} {found} {}", step.date, expected / sum);
            }
            prop_assert_eq!(step.strategic_changed, before.as_ref().is_some_and(|before| before != step.strategic));
            before = Some(step.strategic.to_vec());
            if step.decision.trades() && *step.decision.reason() != Reason::Start {
                let wanted: Vec<_> = step.targets.iter().map(|target| target.unwrap()).collect();
                prop_assert_eq!(&wanted, step.strategic);
            }
        }
    }
}

const PRICES: &str = "month,a_jpy,b_jpy\n2020-01,100,\n2020-02,110,100\n2020-03,120,100\n2020-04,120,100\n";

fn spec(holdings: &str, late: &str) -> Spec {
    Spec::from_json(&format!(
        r#"{{"name":"x","capital":1000,"late_assets":"{late}","rule":{{"calendar":{{"every":"month","on":"end"}}}},"holdings":[{holdings}]}}"#
    ))
    .unwrap()
}

fn scheduled(spec: &Spec, schedule: &str) -> Result<Record, String> {
    let market = Market::new(BASE, PricePanel::from_csv("prices.csv", PRICES).unwrap());
    let schedule: TargetSchedule = serde_json::from_str(schedule).map_err(|e| e.to_string())?;
    let rates = RateHistory::default();
    let simulation = Simulation::new(spec, &market, &rates).unwrap().with_schedule(&schedule);
    Ok(simulation.map_err(|e| e.to_string())?.run().unwrap())
}

const BOTH: &str = r#"{"asset":"a","weight":1},{"asset":"b","weight":0}"#;

#[test]
fn what_does_not_fit_is_named() {
    let refuse = spec(BOTH, "refuse");
    let refusal = |spec: &Spec, schedule: &str| scheduled(spec, schedule).unwrap_err();
    assert_eq!(
        refusal(&refuse, r#"[{"since":"2020-01-01","weights":[0.5,0.5]}]"#),
        "b is scheduled to have a weight on 2020-01-31 and has had no price by then"
    );
    assert_eq!(
        refusal(&refuse, r#"[{"since":"2020-03-01","weights":[1]}]"#),
        "1 strategic weights are scheduled since 2020-03-01, and there are 2 holdings"
    );
    let twice = r#"[{"since":"2020-03-01","weights":[1,0]},{"since":"2020-03-01","weights":[0,1]}]"#;
    assert!(refusal(&refuse, twice).contains("2020-03-01 are scheduled behind those since 2020-03-01"));
    assert!(refusal(&refuse, r#"[{"since":"2020-03-01","weights":[0.5,0.6]}]"#).contains("1.1"));
    assert!(
        refusal(&refuse, r#"[{"since":"2020-03-01","weights":[1,0],"until":1}]"#).contains("unknown field")
    );
    // Left out, b shares its weight until it begins; alone it cannot.
    let left_out = spec(BOTH, "leave_out");
    let record = scheduled(&left_out, r#"[{"since":"2020-01-01","weights":[0.5,0.5]}]"#).unwrap();
    let strategic: Vec<_> = record.steps().map(|step| step.strategic.to_vec()).collect();
    assert_eq!(strategic, [[1.0, 0.0], [0.5, 0.5], [0.5, 0.5], [0.5, 0.5]]);
    assert!(refusal(&left_out, r#"[{"since":"2020-01-01","weights":[0,1]}]"#).contains("no price"));
    let vault = r#"{"vault":{"name":"v","holdings":[{"asset":"a","weight":1}],"rule":{"calendar":{"every":"month","on":"end"}}},"weight":1}"#;
    assert!(refusal(&spec(vault, "refuse"), "[]").contains("holds vaults"));
}

/// By hand: 1 000 in a, of which 90 % are sold when b is scheduled, on the step of that day and not before.
#[test]
fn a_schedule_is_traded_on_its_day() {
    let schedule = r#"[{"since":"2020-02-10","weights":[0.1,0.9]},{"since":"2020-05-01","weights":[1,0]}]"#;
    let record = scheduled(&spec(BOTH, "refuse"), schedule).unwrap();
    let after: Vec<_> = record.steps().map(|step| step.after.to_vec()).collect();
    assert_eq!(after[0], [1000.0, 0.0]);
    assert!(close(after[1][0], 110.0, 1.0, 1e-9) && close(after[1][1], 990.0, 1.0, 1e-9));
    let lines = bytes(&record);
    let told: Vec<_> = lines.iter().map(|line| line.contains(r#""strategic":[0.1,0.9]"#)).collect();
    assert_eq!(told, [false, false, true, false, false], "the heading, then the steps");
}
