//! Steps at which no rule may trade are passed over, and nobody can tell.

use std::{
    collections::BTreeMap,
    fmt::Write,
    sync::atomic::{AtomicUsize, Ordering},
};

use allweather_core::Month;
use allweather_costs::{CostModel, CostRates, TradedAsset};
use allweather_market::{Market, PricePanel, rates_from_csv};
use allweather_portfolio::{
    CashYield, Outcome, PortfolioError, ScheduledTargets, Simulation, Spec, TargetSchedule,
    core::{Percent, Weights, Year},
    rebalance::{Decision, RebalanceError, Rebalancer, Review, ReviewDay, Rule, Targets},
    rfr::{Indicator, Indicators, MissingPolicy, RateHistory, Reading, prescribed_rate},
};
use allweather_testkit::{Noise, generate::cases};
use chrono::{Datelike, NaiveDate};
use proptest::prelude::*;

use crate::BASE;

/// A rule that is asked at every step, whatever it says of its days, and counts.
#[derive(Debug)]
struct Asked<'a> {
    rule: &'a Rule,
    always: bool,
    times: AtomicUsize,
}

impl<'a> Asked<'a> {
    fn new(rule: &'a Rule, always: bool) -> Self {
        Self { rule, always, times: AtomicUsize::new(0) }
    }
}

impl Rebalancer for Asked<'_> {
    fn decide(&self, review: &Review<'_>, targets: &mut Targets) -> Result<Decision, RebalanceError> {
        self.times.fetch_add(1, Ordering::Relaxed);
        self.rule.decide(review, targets)
    }
    fn reads_costs(&self) -> bool {
        self.rule.reads_costs()
    }
    fn may_trade(&self, day: ReviewDay) -> bool {
        self.always || self.rule.may_trade(day)
    }
}

/// Prices by day, some days missing and some prices too.
fn market(seed: u64, days: usize, gaps: bool) -> Market {
    let mut noise = Noise::new(seed);
    let first = NaiveDate::from_ymd_opt(2019, 11, 20).unwrap();
    let weekdays = first.iter_days().filter(|day| day.weekday().number_from_monday() <= 5);
    let mut text = "date,a_jpy,b_jpy,c_jpy\n".to_owned();
    let mut levels = [100.0, 20.0, 5000.0];
    let dates: Vec<_> = weekdays.filter(|_| noise.unit() > 0.1).take(days).collect();
    for (row, day) in dates.into_iter().enumerate() {
        write!(text, "{day}").unwrap();
        for (i, level) in levels.iter_mut().enumerate() {
            *level *= 1.0 + 0.02 * (noise.unit() - 0.48);
            // The last one begins late, and may have holes.
            let hole = i == 2 && (row < days / 3 || gaps && noise.unit() < 0.02);
            if hole { text.push(',') } else { write!(text, ",{level}").unwrap() }
        }
        text.push('\n');
    }
    let mut rates = "month,currency,rate_pct,basis\n".to_owned();
    let (first, last): (Month, Month) = ("2019-10".parse().unwrap(), "2021-12".parse().unwrap());
    for month in first.through(last) {
        writeln!(rates, "{month},{BASE},3,x").unwrap();
    }
    Market::new(BASE, PricePanel::from_csv("prices.csv", &text).unwrap())
        .with_short_rates(rates_from_csv("rates.csv", &rates).unwrap())
}

/// Rates of the years that the market is in.
fn rates() -> RateHistory {
    let of = |year: i32| {
        let two = Reading::published(Percent::new(2.into()));
        let all = Indicator::ALL.into_iter();
        let indicators =
            all.fold(Indicators::new(Year::new(year)), |so_far, one| so_far.with(one, two).unwrap());
        (Year::new(year), prescribed_rate(&indicators, MissingPolicy::Refuse).unwrap())
    };
    (2018..=2021).map(of).collect::<BTreeMap<_, _>>().into()
}

const RULES: [&str; 16] = [
    r#"{"calendar":{"every":"month","on":"start"}}"#,
    r#"{"calendar":{"every":"month","on":"end"}}"#,
    r#"{"calendar":{"every":"quarter","on":"end"}}"#,
    r#"{"calendar":{"every":"week","on":"start"}}"#,
    r#"{"calendar":{"every":"month","on":{"day":15,"convention":"following"}}}"#,
    r#"{"calendar":{"every":"month","on":{"day":31,"convention":"modified_following"}}}"#,
    r#"{"calendar":{"every":"week","on":{"day":3,"convention":"preceding"}}}"#,
    r#"{"all_of":[{"calendar":{"every":"month","on":"end"}},{"drift_band":{"measure":"position","threshold":1,"scope":"breached"}}]}"#,
    r#"{"first_of":[{"calendar":{"every":"quarter","on":"start"}},{"calendar":{"every":"month","on":"end"}}]}"#,
    r#"{"drift_band":{"measure":"position","threshold":3,"scope":"breached"}}"#,
    r#""never""#,
    r#"{"calendar":{"every":"half_year","on":"end"}}"#,
    r#"{"all_of":[{"drift_band":{"measure":"position","threshold":1,"scope":"breached"}},{"calendar":{"every":"month","on":"end"}}]}"#,
    r#"{"when_volatile":{"recent":5,"window":{"least":10,"most":40},"ratio":"1.1",
        "turbulent":{"calendar":{"every":"week","on":"end"}},"calm":{"calendar":{"every":"month","on":"start"}}}}"#,
    r#"{"when_volatile":{"recent":5,"window":{"least":10,"most":40},"ratio":"0.9","turbulent":"never","calm":{"calendar":{"every":"week","on":"end"}}}}"#,
    r#"{"correlation_limit":{"window":{"least":10,"most":40},"limit":"-0.5","cap":"40","rule":{"calendar":{"every":"week","on":"end"}}}}"#,
];

/// Expenses that follow the value at the turn of the year, and the published ones with a pool to fill.
const EXPENSES: [&str; 4] = [
    "",
    r#","expenses":{"rule":{"rule":"yale","initial":"5"},"initial_pool":1000}"#,
    // This one reads what the year before has earned.
    r#","expenses":{"rule":{"rule":"guyton_klinger","initial":"5"},"initial_pool":1000}"#,
    r#","expenses":{}"#,
];

fn spec(rule: &str, more: &str) -> Spec {
    Spec::from_json(&format!(
        r#"{{"name":"quiet","capital":1000000,"late_assets":"leave_out","costs":{{"proportional":"0.001"}},"rule":{rule}{more},
            "holdings":[{{"asset":"a","weight":0.5}},{{"asset":"b","weight":0.3}},{{"asset":"c","weight":0.2}}]}}"#
    ))
    .unwrap()
}

fn same(
    a: &Result<Outcome, PortfolioError>,
    b: &Result<Outcome, PortfolioError>,
) -> Result<(), TestCaseError> {
    prop_assert_eq!(a, b);
    if let (Ok(a), Ok(b)) = (a, b) {
        let bits = |of: &[f64]| of.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        prop_assert_eq!(bits(&a.returns), bits(&b.returns));
        prop_assert_eq!(bits(&a.values), bits(&b.values));
    }
    Ok(())
}

proptest! {
    #[test]
    fn a_quiet_stretch_is_its_steps_to_the_bit(
        rule in prop::sample::select(&RULES[..]),
        seed in any::<u64>(),
        days in 2..200_usize,
        gaps in any::<bool>(),
        lots in any::<bool>(),
        expenses in prop::sample::select(&EXPENSES[..]),
        interest in prop::sample::select(vec!["", r#","cash":"short_rate""#]),
        // Behind its end, prices go on or do not.
        end in prop::option::of(any::<prop::sample::Index>()),
        scheduled in prop::collection::vec(0..200_usize, 0..3),
    ) {
        let lots = if lots {
            r#","operation":{"actual":{"lot":{"minimum":1,"increment":1},"under_minimum":"skip","small_weights":null}}"#
        } else {
            ""
        };
        let market = market(seed, days, gaps);
        let end = end.map(|at| Month::containing(*at.get(market.prices().dates())).unwrap());
        let end = end.map_or(String::new(), |month| format!(r#","end":"{month}""#));
        let (spec, rates) = (spec(rule, &format!("{lots}{expenses}{interest}{end}")), rates());
        let mut entries: Vec<_> = scheduled.iter().filter_map(|row| market.prices().dates().get(*row)).collect();
        entries.sort();
        entries.dedup();
        let weights = || Weights::new(vec![0.3, 0.7, 0.0]).unwrap();
        let entries = entries.into_iter().map(|since| ScheduledTargets { since: *since, weights: weights() });
        let schedule = TargetSchedule::new(entries.collect()).unwrap();
        let (quiet, asked) = (Asked::new(&spec.rule, false), Asked::new(&spec.rule, true));
        let run = |rule| {
            Simulation::new(&spec, &market, &rates).unwrap().with_schedule(&schedule).unwrap().with_rule(rule)
        };
        let (fast, slow) = (run(&quiet).outcome(), run(&asked).outcome());
        same(&fast, &slow)?;
        // Where every price is known there is a run, and what was compared was not a refusal.
        prop_assert!(gaps || fast.is_ok(), "{fast:?}");
        same(&fast, &run(&quiet).run().map(|record| record.outcome().clone()))?;
    }

    #[test]
    fn outcome_and_record_agree_to_the_bit_in_any_run(case in cases()) {
        let (market, rates) = (case.world.market().unwrap(), case.world.rates());
        // Once with what makes steps quiet: expenses that follow the value at the turn of the year, and a rule that waits for its end.
        let yearly = Spec {
            rule: serde_json::from_str(r#"{"calendar":{"every":"year","on":"end"}}"#).unwrap(),
            expenses: Some(serde_json::from_str(r#"{"rule":{"rule":"yale","initial":"5"},"initial_pool":1000}"#).unwrap()),
            fx: None,
            cash: CashYield::Nothing,
            ..case.spec.clone()
        };
        for spec in [&case.spec, &yearly] {
            let asked = Asked::new(&spec.rule, true);
            let run = || Simulation::new(spec, &market, &rates).unwrap();
            let outcome = run().outcome();
            same(&outcome, &run().run().map(|record| record.outcome().clone()))?;
            same(&outcome, &run().with_rule(&asked).outcome())?;
        }
    }
}

/// Counts how often it is asked.
#[derive(Debug, Default)]
struct Counted(AtomicUsize);

impl CostModel for Counted {
    fn rates(&self, _: &TradedAsset<'_>) -> CostRates {
        self.0.fetch_add(1, Ordering::Relaxed);
        CostRates { commission: 0.001, ..CostRates::default() }
    }
}

/// A rule that reads costs is given those of every day: they may be refused on any of them, a quiet one or not.
#[test]
fn costs_that_a_rule_reads_are_asked_for_on_every_day() {
    let asked = |rule: &str| {
        let (spec, market, rates, costs) =
            (spec(rule, ""), market(7, 120, false), rates(), Counted::default());
        let simulation = Simulation::new(&spec, &market, &rates).unwrap().with_costs(&costs).unwrap();
        simulation.outcome().unwrap();
        costs.0.into_inner()
    };
    let calendar = r#"{"calendar":{"every":"month","on":"start"}}"#;
    assert!(asked(calendar) < 3 * 20);
    let reading = asked(&format!(r#"{{"all_of":[{calendar},{{"no_trade_region":{{"risk_aversion":3}}}}]}}"#));
    assert!(reading >= 3 * 119, "{reading}");
}

/// What comes behind the end of a run says whether its last day ends a month: there, too, nothing is passed over that trades.
#[test]
fn the_last_day_of_a_run_ends_a_month_when_the_next_price_is_of_another() {
    let prices = "date,a_jpy,b_jpy\n2024-01-29,1,1\n2024-01-30,2,1\n2024-02-05,2,1\n";
    let market = Market::new(BASE, PricePanel::from_csv("prices.csv", prices).unwrap());
    let spec = |end: &str| {
        let half = |id| format!(r#"{{"asset":"{id}","weight":0.5}}"#);
        let spec = format!(
            r#"{{"name":"end","capital":1000,"holdings":[{},{}],"end":"{end}","rule":{{"calendar":{{"every":"month","on":"end"}}}}}}"#,
            half("a"),
            half("b")
        );
        Spec::from_json(&spec).unwrap()
    };
    for end in ["2024-01", "2024-02"] {
        let (spec, rates) = (spec(end), RateHistory::default());
        let outcome = Simulation::new(&spec, &market, &rates).unwrap().outcome().unwrap();
        // On the 30th, although the 31st is a weekday.
        assert_eq!(outcome.rebalances, 1, "{end}");
    }
}

/// A value that no double holds is told of on its day, though nothing is to be done there.
#[test]
fn a_value_beyond_all_numbers_is_told_of_on_a_quiet_day() {
    let prices = "date,a_jpy\n2024-01-02,1\n2024-01-03,1e304\n2024-01-04,1\n2024-01-05,1\n";
    let market = Market::new(BASE, PricePanel::from_csv("prices.csv", prices).unwrap());
    let spec = Spec::from_json(
        r#"{"name":"huge","capital":1000000,"holdings":[{"asset":"a","weight":1}],"rule":"never"}"#,
    );
    let (spec, rates) = (spec.unwrap(), RateHistory::default());
    let lost = Simulation::new(&spec, &market, &rates).unwrap().outcome().unwrap_err();
    assert!(matches!(lost, PortfolioError::Lost { date, .. } if date.to_string() == "2024-01-03"), "{lost}");
}

/// How often a rule is asked in a run of half a year, and how often it could be.
fn times(rule: &str) -> (usize, usize) {
    let (spec, market, rates) = (spec(rule, ""), market(7, 120, false), RateHistory::default());
    let asked = Asked::new(&spec.rule, false);
    let simulation = Simulation::new(&spec, &market, &rates).unwrap().with_rule(&asked);
    simulation.outcome().unwrap();
    let without = asked.times.swap(0, Ordering::Relaxed);
    simulation.run().unwrap();
    (without, asked.times.into_inner())
}

/// A property that holds because nothing is passed over would prove nothing.
#[test]
fn a_calendar_is_asked_when_it_is_due() {
    // November 2019 to May 2020: six first days of a month, and the day on which an asset begins.
    assert_eq!(times(RULES[0]), (7, 119));
    let (without, with) = times(RULES[7]);
    assert!(without < 10 && with == 119, "{without} {with}");
    // A band may trade on any day.
    assert_eq!(times(RULES[9]), (119, 119));
    for rule in &RULES[13..] {
        let (without, with) = times(rule);
        assert!(without < 40 && with == 119, "{rule}: {without} {with}");
    }
}
