//! What was in force: nothing of a model before its day, everything of it after, and what the change costs.

use std::num::NonZeroU16;

use allweather_core::Weights;
use allweather_iterations::{Candidate, Ledger, Standing};
use allweather_market::{Market, PricePanel};
use allweather_portfolio::{
    Expenses, Holding, Holdings, Labelled, LateAssets, LiveTrack, PortfolioError, Spec, Track,
    rebalance::{Calendar, Edge, Period, Rule},
    rfr::RateHistory,
    simulate,
};
use allweather_testkit::{Case, generate::cases};
use chrono::{Days, NaiveDate};
use proptest::{prelude::*, sample::Index};

use crate::{BASE, close};

/// Adopts a spec from a day on, told of it the day before.
fn adopt(ledger: &mut Ledger, spec: &Spec, market: &Market, from: NaiveDate) {
    let known = market.as_of(from - Days::new(1));
    ledger.adopt(spec.candidate(known, "").unwrap(), known.date(), NonZeroU16::MIN).unwrap();
}

fn live(ledger: &Ledger, case: &Case) -> Result<LiveTrack, PortfolioError> {
    LiveTrack::new(ledger, &case.world.market().unwrap(), |_| Ok(case.world.rates()))
}

/// The days of the case's run, to the world's end.
fn days(case: &Case) -> Vec<NaiveDate> {
    let first = case.spec.start.map_or(0, |start| case.world.row(start).unwrap());
    case.world.dates().split_off(first)
}

/// The same with another model: weights turned round, every month, and without the first asset when asked.
fn other(spec: &Spec, without: bool) -> Spec {
    let mut holdings = spec.holdings.as_slice().to_vec();
    let mut weights: Vec<f64> = holdings.iter().map(|holding| holding.weight).collect();
    weights.reverse();
    if without && holdings.len() > 1 {
        holdings.remove(0);
        weights.remove(0);
    }
    let sum: f64 = weights.iter().sum();
    let equal = 1.0 / holdings.len() as f64;
    for (holding, weight) in holdings.iter_mut().zip(&weights) {
        holding.weight = if sum > 0.0 { weight / sum } else { equal };
    }
    let rule = Rule::Calendar(Calendar { every: Period::Month, on: Edge::End });
    // A weight of nought may have hidden that an asset begins late.
    let late_assets = LateAssets::LeaveOut;
    Spec { holdings: Holdings::new(holdings).unwrap(), rule, late_assets, ..spec.clone() }
}

fn is_composed(case: &Case) -> bool {
    !case.spec.holdings.vaults().is_empty()
}

/// A ledger that has the case's spec from its first day, and another from the day of a step.
fn two(case: &Case, at: usize, without: bool) -> Ledger {
    let (market, days) = (case.world.market().unwrap(), days(case));
    let mut ledger = Ledger::new();
    adopt(&mut ledger, &case.spec, &market, days[0]);
    adopt(&mut ledger, &other(&case.spec, without), &market, days[at]);
    ledger
}

proptest! {
    /// One model, adopted before everything: the chain is its run, to the last bit, whatever it does.
    #[test]
    fn one_iteration_is_its_own_run(case in cases(), early in 0..900_u64) {
        let (market, days) = (case.world.market().unwrap(), days(&case));
        let mut ledger = Ledger::new();
        adopt(&mut ledger, &case.spec, &market, days[0] - Days::new(if case.spec.start.is_some() { early % 20 } else { early }));
        let live = live(&ledger, &case);
        let whole = simulate(&Spec { end: None, ..case.spec.clone() }, &market, &case.world.rates());
        let Ok(whole) = whole else { return Ok(()) }; // what is behind the case's end may end it
        let live = live.unwrap();
        prop_assert_eq!(live.outcome(), whole.outcome());
        let track = &live.tracks()[0];
        prop_assert_eq!(&track.returns(Standing::Live), &whole.outcome().returns);
        prop_assert_eq!(track.steps().len(), live.steps().len());
        for ((step, whole), own) in live.steps().iter().zip(whole.steps()).zip(track.steps()) {
            prop_assert_eq!((step.date, step.month, step.iteration), (whole.date, whole.month, 1));
            prop_assert_eq!(step.adopted, (step.date == days[0]).then_some(1));
            prop_assert!(close(step.costs, whole.costs.total(), step.value, 1e-12));
            prop_assert_eq!(step.estimated, whole.estimated > 0.0);
            prop_assert_eq!(own.period_return, Labelled::new(step.period_return, Standing::Live, step.estimated));
        }
    }

    /// What a later model is changes nothing before the day from which it is in force; nor does there being one.
    #[test]
    fn a_later_iteration_changes_nothing_before_it(case in cases(), at in any::<Index>(), without in any::<bool>()) {
        let days = days(&case);
        if is_composed(&case) || days.len() < 2 {
            return Ok(());
        }
        let at = 1 + at.index(days.len() - 1);
        let mut alone = Ledger::new();
        adopt(&mut alone, &case.spec, &case.world.market().unwrap(), days[0]);
        let Ok(alone) = live(&alone, &case) else { return Ok(()) };
        let Ok(both) = live(&two(&case, at, without), &case) else { return Ok(()) };
        prop_assert_eq!(&both.steps()[..at], &alone.steps()[..at]);
        prop_assert_eq!(both.steps()[at].adopted, Some(2));
        prop_assert_eq!(both.steps()[at].iteration, 1);
        prop_assert_eq!(both.tracks()[0].steps().len(), alone.tracks()[0].steps().len());
        for (a, b) in both.tracks()[0].steps().iter().zip(alone.tracks()[0].steps()) {
            let standing = if a.date <= days[at] { Standing::Live } else { Standing::Superseded };
            prop_assert_eq!(a.period_return, Labelled::new(b.period_return.of(Standing::Live).unwrap(), standing, b.period_return.is_estimated()));
        }
    }

    /// Another future changes nothing until now.
    #[test]
    fn no_look_ahead(case in cases(), at in any::<Index>(), now in any::<Index>(), without in any::<bool>(), seed in any::<u64>()) {
        let days = days(&case);
        if is_composed(&case) || days.len() < 2 {
            return Ok(());
        }
        let ledger = two(&case, 1 + at.index(days.len() - 1), without);
        let now = *now.get(&days);
        let mut changed = case.clone();
        changed.world = case.world.with_another_future(now, seed);
        let (Ok(one), Ok(two)) = (live(&ledger, &case), live(&ledger, &changed)) else { return Ok(()) };
        for (a, b) in one.steps().iter().zip(two.steps()).filter(|(a, _)| a.date <= now) {
            // The last step opens no forwards and is no quarter's end that goes on: both are about later.
            prop_assert_eq!(a, b);
        }
        for (one, two) in one.tracks().iter().zip(two.tracks()) {
            for (a, b) in one.steps().iter().zip(two.steps()).filter(|(a, _)| a.date <= now) {
                prop_assert_eq!(a, b);
            }
        }
    }

    /// Every step of every path has one label; they come in their order; and where a path is live, it is the chain's own.
    #[test]
    fn labels_partition_every_path(case in cases(), at in any::<Index>(), without in any::<bool>()) {
        let days = days(&case);
        if is_composed(&case) || days.len() < 2 {
            return Ok(());
        }
        let Ok(live) = live(&two(&case, 1 + at.index(days.len() - 1), without), &case) else { return Ok(()) };
        let all = [Standing::History, Standing::Live, Standing::Superseded];
        for track in live.tracks() {
            let labels: Vec<_> = track.steps().iter().map(|step| step.period_return.standing()).collect();
            prop_assert!(labels.is_sorted());
            prop_assert_eq!(all.iter().map(|label| track.returns(*label).len()).sum::<usize>(), labels.len());
            for (rows, chunks) in [
                (track.months().len(), track.months().chunk_by(|a, b| a.month == b.month).count()),
                (track.years().len(), track.years().chunk_by(|a, b| a.year == b.year).count()),
            ] {
                prop_assert!(rows <= chunks + 2);
            }
            for label in all {
                let growth = |returns: Vec<f64>| returns.iter().map(|r| 1.0 + r).product::<f64>();
                let years = growth(track.years().iter().filter_map(|year| year.period_return.of(label)).collect());
                let months = growth(track.months().iter().filter_map(|month| month.period_return.of(label)).collect());
                let steps = growth(track.returns(label));
                prop_assert!(close(years, steps, steps, 1e-12) && close(months, steps, steps, 1e-12));
            }
        }
        let label_of = |track: &Track, date| track.steps().iter().find(|step| step.date == date).map(|step| step.period_return.standing());
        for step in &live.steps()[1..] {
            for track in live.tracks().iter().filter(|track| label_of(track, step.date).is_some()) {
                let own = track.iteration().number() == step.iteration;
                prop_assert_eq!(label_of(track, step.date) == Some(Standing::Live), own, "{}", step.date);
            }
        }
        let (years, months) = (live.years(), live.months());
        let growth = |returns: &mut dyn Iterator<Item = f64>| returns.map(|r| 1.0 + r).product::<f64>();
        let steps = growth(&mut live.steps().iter().map(|step| step.period_return));
        prop_assert!(close(growth(&mut years.iter().map(|year| year.period_return)), steps, steps, 1e-12));
        prop_assert!(close(growth(&mut months.iter().map(|month| month.period_return)), steps, steps, 1e-12));
    }

    /// A model that takes over from itself, where every month is traded anyway, changes nothing: pool, hedge, invested capital and the
    /// costs of the quarter go on.
    #[test]
    fn a_model_that_follows_itself_changes_nothing(case in cases(), at in any::<Index>()) {
        let mut case = case.divisible().every_month();
        case.spec.late_assets = LateAssets::LeaveOut;
        let (market, days) = (case.world.market().unwrap(), days(&case));
        if is_composed(&case) || days.len() < 2 {
            return Ok(());
        }
        let at = 1 + at.index(days.len() - 1);
        let mut ledger = Ledger::new();
        adopt(&mut ledger, &case.spec, &market, days[0]);
        let Ok(alone) = live(&ledger, &case) else { return Ok(()) };
        adopt(&mut ledger, &case.spec, &market, days[at]);
        let both = live(&ledger, &case).unwrap();
        let scale = alone.outcome().final_value;
        prop_assert_eq!(both.outcome().rebalances, alone.outcome().rebalances);
        for (a, b) in both.steps().iter().zip(alone.steps()) {
            prop_assert!(close(a.period_return, b.period_return, 1.0, 1e-11), "{} {} {}", a.date, a.period_return, b.period_return);
            prop_assert!(close(a.value, b.value, scale, 1e-10));
            prop_assert_eq!(a.iteration, 1 + u32::from(a.date > days[at]));
        }
        prop_assert!(close(both.outcome().pool, alone.outcome().pool, scale, 1e-10));
        let invested = |live: &LiveTrack| live.outcome().invested.unwrap_or(0.0);
        prop_assert!(close(invested(&both), invested(&alone), scale, 1e-10));
        prop_assert!(close(both.outcome().costs.total(), alone.outcome().costs.total(), scale, 1e-10));
    }

    /// Without expenses the value grows by the returns and nothing else, through every change of hands; what is sold out is paid for.
    #[test]
    fn a_change_is_self_financing(case in cases(), at in any::<Index>(), without in any::<bool>()) {
        let case = case.without_expenses().divisible();
        let days = days(&case);
        if is_composed(&case) || days.len() < 2 {
            return Ok(());
        }
        let Ok(live) = live(&two(&case, 1 + at.index(days.len() - 1), without), &case) else { return Ok(()) };
        for pair in live.steps().windows(2) {
            prop_assert!(close(pair[1].value, pair[0].value * (1.0 + pair[1].period_return), pair[0].value, 1e-9), "{}", pair[1].date);
        }
        let costs: f64 = live.steps().iter().map(|step| step.costs).sum();
        prop_assert!(close(costs, live.outcome().costs.total(), live.outcome().final_value, 1e-9));
    }
}

const PRICES: &str = "month,a_jpy,b_jpy,c_jpy\n2020-01,100,100,100\n2020-02,110,100,100\n2020-03,120,100,50\n2020-04,120,130,\n2020-05,120,130,\n";

fn market() -> Market {
    Market::new(BASE, PricePanel::from_csv("prices.csv", PRICES).unwrap())
}

fn spec(holdings: &str, more: &str) -> Spec {
    Spec::from_json(&format!(
        r#"{{"name":"x","capital":1000,"rule":{{"calendar":{{"every":"year","on":"end"}}}},"holdings":[{holdings}]{more}}}"#
    ))
    .unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn chain(models: &[(&Spec, &str)]) -> Result<LiveTrack, String> {
    let market = market();
    let mut ledger = Ledger::new();
    for (spec, from) in models {
        adopt(&mut ledger, spec, &market, day(from));
    }
    LiveTrack::new(&ledger, &market, |_| Ok::<_, PortfolioError>(RateHistory::default()))
        .map_err(|e| e.to_string())
}

const A: &str = r#"{"asset":"a","weight":1}"#;
const B: &str = r#"{"asset":"b","weight":1}"#;

/// By hand: 1 % a trade. 1000 buy a: 1000 / 1.01. In February they have grown by a tenth when b takes over: all of a is sold, which costs a
/// hundredth of it, and b bought of the rest. In May half of it is still there and only the other half changes hands.
#[test]
fn a_change_of_hands_pays_for_what_is_traded() {
    let costs = r#","costs":{"proportional":0.01}"#;
    let half = r#"{"asset":"c","weight":0},{"asset":"b","weight":0.5},{"asset":"a","weight":0.5}"#;
    let half = spec(half, costs);
    let live =
        chain(&[(&spec(A, costs), "2020-01-20"), (&spec(B, costs), "2020-02-20"), (&half, "2020-05-01")])
            .unwrap();
    let bought = 1000.0 / 1.01;
    let switched = bought * 1.1 * 0.99 / 1.01;
    let grown = switched * 1.3;
    // b from V to V⁺/2 and a from nought to V⁺/2: V⁺ = V − 0.01 (V − V⁺/2) − 0.01 V⁺/2.
    let halved = grown * 0.99;
    for (step, value) in live.steps().iter().zip([bought, switched, switched, grown, halved]) {
        assert!(close(step.value, value, value, 1e-12), "{} {} {value}", step.date, step.value);
    }
    let who: Vec<_> = live.steps().iter().map(|step| (step.iteration, step.adopted)).collect();
    assert_eq!(who, [(1, Some(1)), (1, Some(2)), (2, None), (2, None), (2, Some(3))]);
    assert!(close(live.steps()[1].costs, bought * 1.1 - switched, 1.0, 1e-9));
    assert_eq!(live.outcome().rebalances, 2);
    let traded = (bought * 1.1 + switched) / (bought * 1.1) + (grown - halved / 2.0 + halved / 2.0) / grown;
    assert!(close(live.outcome().turnover, traded, 1.0, 1e-12));
    let years: Vec<_> = live
        .years()
        .into_iter()
        .map(|year| (year.year.number(), year.iterations, year.period_return))
        .collect();
    assert!(
        years[0].0 == 2020 && years[0].1 == [1, 2] && close(years[0].2, halved / 1000.0 - 1.0, 1.0, 1e-12)
    );
    assert_eq!(live.months()[1].iterations, [1]);
}

/// A cost model may charge what leaves otherwise than what comes: each by the model of the run that holds it.
#[test]
fn what_leaves_pays_the_costs_of_the_model_that_held_it() {
    let (dear, cheap) = (spec(A, r#","costs":{"proportional":0.02}"#), spec(B, ""));
    let live = chain(&[(&dear, "2020-01-20"), (&cheap, "2020-02-20")]).unwrap();
    let bought = 1000.0 / 1.02;
    assert!(close(live.steps()[1].value, bought * 1.1 * 0.98, 1.0, 1e-9));
}

/// By hand, in quarters of a unit at 1 %: 9.75 of a for 975 and 9.75, as a tenth of a unit more could not be paid. In February they are worth
/// 1 072.5, beside 15.25 of cash. Selling them costs 10.725, so that of b not the nearest 10.75 can be paid but 10.5.
#[test]
fn what_leaves_is_paid_before_lots_are_bought() {
    let more = r#","costs":{"proportional":0.01},
        "operation":{"actual":{"lot":{"minimum":"0.25","increment":"0.25"},"under_minimum":"skip","small_weights":null}}"#;
    let live = chain(&[(&spec(A, more), "2020-01-20"), (&spec(B, more), "2020-02-20")]).unwrap();
    let values = [1000.0 - 9.75, 1072.5 + 15.25 - 10.725 - 10.5];
    for (step, value) in live.steps().iter().zip(values) {
        assert!(close(step.value, value, value, 1e-12), "{} {} {value}", step.date, step.value);
    }
}

#[test]
fn a_model_that_no_step_saw_is_never_held() {
    let live =
        chain(&[(&spec(A, ""), "2020-02-03"), (&spec(B, ""), "2020-02-04"), (&spec(A, ""), "2020-07-01")])
            .unwrap();
    assert_eq!(live.steps().iter().map(|step| step.iteration).collect::<Vec<_>>(), [2; 4]);
    let labels: Vec<_> = live
        .tracks()
        .iter()
        .map(|track| {
            [Standing::History, Standing::Live, Standing::Superseded].map(|label| track.returns(label).len())
        })
        .collect();
    assert_eq!(labels, [[2, 0, 3], [2, 3, 0], [5, 0, 0]]);
    // A spec's own last month ends neither its path nor its time in force.
    let ends = chain(&[(&spec(A, r#","end":"2020-03""#), "2020-01-20")]).unwrap();
    assert_eq!((ends.tracks()[0].steps().len(), ends.steps().len()), (5, 5));
    let none = chain(&[(&spec(A, ""), "2020-06-01")]).unwrap();
    assert!(none.steps().is_empty() && none.years().is_empty() && none.tracks()[0].steps().len() == 5);
    assert!(chain(&[]).unwrap().tracks().is_empty());
}

/// A year in which a model is adopted has two rows; no figure mixes what was known with what was lived.
#[test]
fn a_year_is_shown_in_parts() {
    let live = chain(&[(&spec(A, ""), "2020-02-20"), (&spec(B, ""), "2020-03-20")]).unwrap();
    let shown = |track: &Track| {
        track.years().iter().map(|year| format!("{} {}", year.year, year.period_return)).collect::<Vec<_>>()
    };
    assert_eq!(
        shown(&live.tracks()[0]),
        ["2020 10.00 % (history)", "2020 9.09 % (live)", "2020 0.00 % (superseded)"]
    );
    assert_eq!(shown(&live.tracks()[1]), ["2020 0.00 % (history)", "2020 30.00 % (live)"]);
    let json = serde_json::to_string(&live.tracks()[1].months()[3]).unwrap();
    assert_eq!(
        json,
        r#"{"month":"2020-04","period_return":{"value":0.30000000000000004,"standing":"live","estimated":false}}"#
    );
}

/// A path that can no longer be followed ends where it can, and says why; the chain goes on with what is in force.
#[test]
fn a_path_ends_where_its_prices_do() {
    let c = spec(r#"{"asset":"c","weight":1}"#, "");
    let live = chain(&[(&c, "2020-01-20"), (&spec(B, ""), "2020-03-20")]).unwrap();
    let track = &live.tracks()[0];
    assert_eq!((track.steps().len(), live.steps().len()), (3, 5));
    let why = track.stopped().unwrap().to_string();
    assert_eq!(why, "c is held or to be traded but has no price on 2020-04-30");
    assert!(live.tracks()[1].stopped().is_none());
    let held = chain(&[(&c, "2020-01-20")]).unwrap_err();
    assert_eq!(held, why, "what is in force must go on");
}

#[test]
fn what_one_portfolio_cannot_do_is_named() {
    let vaults = spec(
        r#"{"vault":{"name":"v","holdings":[{"asset":"a","weight":1}],"rule":{"calendar":{"every":"month","on":"end"}}},"weight":1}"#,
        "",
    );
    let alone = chain(&[(&vaults, "2020-01-20")]).unwrap();
    assert_eq!(alone.steps().len(), 5);
    for models in [
        [(&vaults, "2020-01-20"), (&spec(A, ""), "2020-03-20")],
        [(&spec(A, ""), "2020-01-20"), (&vaults, "2020-03-20")],
    ] {
        assert!(chain(&models).unwrap_err().ends_with(
            "holds vaults: a portfolio with vaults does not change from one iteration to another"
        ));
    }
    let mut spending = spec(A, "");
    spending.expenses = Some(Expenses::published());
    let message = chain(&[(&spec(A, ""), "2020-01-20"), (&spending, "2020-02-20")]).unwrap_err();
    assert_eq!(
        message,
        "ITRL 2 has living expenses or none, unlike the iteration before it: one pool goes through all of them"
    );
    let late = spec(A, r#","start":"2020-03""#);
    assert_eq!(
        chain(&[(&spec(A, ""), "2020-01-20"), (&late, "2020-02-20")]).unwrap_err(),
        "ITRL 2 is in force from 2020-02-20, and its spec begins in 2020-03"
    );
    let unknown = spec(r#"{"asset":"z","weight":1}"#, "");
    assert_eq!(
        chain(&[(&unknown, "2020-02-20")]).unwrap_err(),
        "ITRL 1: z is among the holdings but has no prices in the market"
    );
    // An asset without a price on the day cannot be bought then.
    let c = spec(r#"{"asset":"c","weight":1}"#, "");
    assert!(chain(&[(&spec(A, ""), "2020-01-20"), (&c, "2020-04-20")]).unwrap_err().starts_with("ITRL 2: "));
}

/// A record made by other means than [`Spec::candidate`] has to say what its spec says.
#[test]
fn a_record_that_differs_from_its_spec_is_refused() {
    let (market, good) = (market(), spec(r#"{"asset":"a","weight":0.5},{"asset":"b","weight":0.5}"#, ""));
    let refused = |text: &str, universe: [&str; 2], weights: [f64; 2]| {
        let known = market.as_of(day("2020-01-01"));
        let universe = universe.map(|name| name.parse().unwrap()).to_vec();
        let model =
            Candidate::new(known, text, universe, Weights::new(weights.to_vec()).unwrap(), "").unwrap();
        let mut ledger = Ledger::new();
        ledger.adopt(model, known.date(), NonZeroU16::MIN).unwrap();
        LiveTrack::new(&ledger, &market, |_| Ok::<_, PortfolioError>(RateHistory::default()))
            .map(|_| ())
            .map_err(|e| e.to_string())
    };
    let text = good.canonical_json();
    assert_eq!(refused(&text, ["a", "b"], [0.5, 0.5]), Ok(()));
    let says = |part: &str| {
        Err(format!("the record of ITRL 1 has another {part} than its spec, read and written again"))
    };
    assert_eq!(refused(&text, ["b", "a"], [0.5, 0.5]), says("universe"));
    assert_eq!(refused(&text, ["a", "b"], [0.4, 0.6]), says("list of weights"));
    assert!(refused(&text.replace("1000", "1e3"), ["a", "b"], [0.5, 0.5]).is_err());
    assert_eq!(refused(&text.replace(r#","start":null"#, ""), ["a", "b"], [0.5, 0.5]), says("text"));
    assert!(
        refused("{}", ["a", "b"], [0.5, 0.5])
            .unwrap_err()
            .starts_with("ITRL 1: the spec cannot be read: missing field")
    );
    assert_eq!(Holding::asset("a".parse().unwrap(), 0.5), good.holdings.as_slice()[0]);
}
