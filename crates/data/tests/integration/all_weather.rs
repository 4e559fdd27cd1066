//! The main job on the embedded data: the default spec says what it says, and its figures stay what they are.

use std::{fs, path::Path};

use allweather_core::{RateStatus, Year};
use allweather_data::{all_weather, embedded, interactive_brokers};
use allweather_leverage::Funding;
use allweather_portfolio::{
    CostSpec, Knowledge, LateAssets, PortfolioError, Simulation, Spec, TargetSchedule, WalkForward,
    rfr::RateHistory,
};
use allweather_rfr::RateRules;
use rust_decimal::dec;

#[test]
fn fees_of_the_default_spec_are_the_brokers_highest() {
    let fees = interactive_brokers().unwrap();
    let highest = |asset: &str, plan: &str| {
        let row = fees.iter().find(|row| row.assets == asset && row.schedule.plan().contains(plan)).unwrap();
        row.schedule.max_rate(None).unwrap()
    };
    let CostSpec::Published(costs) = all_weather().unwrap().costs else { unreachable!() };
    let rate = |name: &str| costs.assets().iter().find(|row| row.asset.as_str() == name).unwrap().max_rate;
    for name in ["us_equity", "dev_exus_equity", "ust_2y", "ust_10y", "ust_30y"] {
        assert_eq!(rate(name), highest("US stocks and ETFs", "fixed"), "{name}");
    }
    assert_eq!(rate("gold"), highest("spot gold", ""));
    assert_eq!(costs.fx_rate(), highest("spot currencies", ""));
}

#[test]
fn the_run_covers_every_year_and_says_what_was_missing() {
    let data = embedded().unwrap();
    let record = data.simulate(&all_weather().unwrap()).unwrap();
    let years = record.years();
    assert_eq!((years[0].year, years[45].year), (Year::new(1980), Year::new(2025)));
    let missing: Vec<(i32, usize)> = years
        .iter()
        .filter_map(|row| Some((row.year.number(), row.rate?.prescribed.missing.len())))
        .filter(|(_, missing)| *missing > 0)
        .collect();
    assert_eq!(missing, [(1980, 1), (2024, 1), (2025, 2)]);
    for late in ["jgb_20y", "dev_exus_equity", "jp_equity"] {
        assert!(record.gaps().iter().any(|gap| gap.series == late), "{late}");
    }
}

/// The default spec under a knowledge of the prescribed rates.
fn knowing(knowledge: Knowledge) -> Spec {
    let mut spec = all_weather().unwrap();
    spec.expenses.as_mut().unwrap().knowledge = knowledge;
    spec
}

fn figures_stay(knowledge: Knowledge, figures: [f64; 6]) {
    let data = embedded().unwrap();
    let record = data.simulate(&knowing(knowledge)).unwrap();
    let check = record.targets();
    let close =
        |ours: Option<f64>, figure: f64| assert!((ours.unwrap() - figure).abs() < 5e-7, "{ours:?} {figure}");
    close(check.annual_return.reached, figures[0]);
    close(check.deviation.reached, figures[1]);
    close(check.drawdown.reached, figures[2]);
    close(check.prescribed_rate, figures[3]);
    close(record.hedge_account().earned_back, figures[4]);
    let variants = record.variants(&data.market, Funding::default()).unwrap();
    close(variants[3].multiple.clone().ok(), figures[5]);
    assert!(![check.annual_return, check.deviation, check.drawdown].iter().any(|target| target.met));
}

/// Return, deviation and drawdown of the run, the mean prescribed rate, what the overlay earned back, the multiple of optimal f/2.
///
/// Measured by this program and, but for the multiple, confirmed by an independent one that tells the rates from the files and the
/// published text; a change here is a change of results.
#[test]
fn the_figures_of_the_main_job_stay() {
    assert_eq!(all_weather().unwrap(), knowing(Knowledge::PointInTime));
    let figures = [0.045_459_7, 0.048_293_1, 0.144_437_1, 0.022_736_7, 0.353_994_7, 1.898_037_1];
    figures_stay(Knowledge::PointInTime, figures);
}

/// The same with the rates as they were fixed later.
#[test]
fn the_figures_with_final_rates_stay() {
    let figures = [0.045_458_9, 0.048_293_0, 0.144_437_1, 0.022_736_7, 0.353_515_8, 1.900_141_7];
    figures_stay(Knowledge::Final, figures);
}

#[test]
fn late_assets_are_an_error_unless_the_spec_leaves_them_out() {
    let data = embedded().unwrap();
    let spec = Spec { late_assets: LateAssets::Refuse, ..all_weather().unwrap() };
    let words = data.simulate(&spec).unwrap_err().to_string();
    for part in ["1980-01", "jgb_20y has prices since 1986-12", "jp_equity has prices since 1990-06"] {
        assert!(words.contains(part), "{words}");
    }
}

#[test]
fn a_year_without_enough_indicators_is_named() {
    let data = embedded().unwrap();
    let spec = Spec { prescribed_rate: RateRules::default(), ..all_weather().unwrap() };
    let words = data.simulate(&spec).unwrap_err().to_string();
    assert!(words.contains("1980") && words.contains("prescribed_rate.missing"), "{words}");
    // Without expenses nothing needs the rate of every year.
    let free = Spec { expenses: None, ..spec.clone() };
    let record = data.simulate(&free).unwrap();
    assert!(record.rates().len() == 43 && record.targets().prescribed_rate.is_none());
    // From 1981 to 2023 all five are there in the end.
    let mut spec = Spec { start: "1981-01".parse().ok(), end: "2023-12".parse().ok(), ..spec };
    let words = data.simulate(&spec).unwrap_err().to_string();
    // On the day, the deflator of 1980 had no year before it, and nothing could stand in for that of 1981.
    assert_eq!(words, "no prescribed rate for 1981 is known on 1981-03-31, and the expenses need it");
    spec.expenses.as_mut().unwrap().knowledge = Knowledge::Final;
    assert_eq!(data.simulate(&spec).unwrap().years().len(), 43);
}

/// The engine's quarters replayed through the exact ledger, which is told at each quarter's end what the rates are.
fn the_ledger_confirms(knowledge: Knowledge) {
    use allweather_cashflow::{KnownRates, Ledger, QuarterFigures, Terms};
    use rust_decimal::prelude::{FromPrimitive, ToPrimitive};

    let data = embedded().unwrap();
    let spec = knowing(knowledge);
    let record = data.simulate(&spec).unwrap();
    let mut rates = KnownRates::new(Year::new(1980));
    let mut ledger: Option<Ledger> = None;
    let mut quarters = 0;
    for (year, date, quarter) in
        record.steps().filter_map(|step| Some((step.month.year(), step.date, *step.quarter?)))
    {
        for past in (1980..=year.number()).map(Year::new) {
            let rate = match knowledge {
                // Asked of the statistics, day by day, and not of the history that the engine reads.
                Knowledge::PointInTime => spec.prescribed_rate.known(&data.statistics, past, date).unwrap(),
                Knowledge::Final => record.rates()[&past].clone(),
            };
            let fixed = knowledge == Knowledge::Final || past < year;
            assert_eq!(rate.status == RateStatus::Final, fixed, "{past} {date}");
            // A final rate that moved would be refused here.
            rates.set(past, rate.prescribed.rate, rate.status).unwrap();
        }
        let exact = |x: f64| rust_decimal::Decimal::from_f64(x).unwrap().round_dp(10);
        let ledger = ledger
            .get_or_insert_with(|| Ledger::new(Terms::new(spec.capital.amount()).unwrap(), quarter.quarter));
        let figures = QuarterFigures {
            quarter: quarter.quarter,
            gain: exact(quarter.gain),
            commission: exact(quarter.costs),
            slippage: dec!(0),
            fx: dec!(0),
        };
        let entry = ledger.settle(&figures, &rates).unwrap();
        for (ours, theirs) in [
            (quarter.annual_expense, entry.annual_expense),
            (quarter.pool_cap, entry.pool_cap),
            (quarter.withdrawn, entry.withdrawn),
            (quarter.reinvested, entry.reinvested),
            (quarter.pool, entry.pool),
            (quarter.shortfall, entry.shortfall),
            (quarter.invested, entry.invested_capital),
        ] {
            // One millionth of a yen on a hundred million.
            assert!((ours - theirs.to_f64().unwrap()).abs() < 1e-6, "{quarter:?} {entry:?}");
        }
        assert_eq!(quarter.halted, entry.halted, "{quarter:?}");
        assert_eq!((quarter.rate, quarter.rate_status), (Some(entry.rate), Some(entry.rate_status)));
        quarters += 1;
    }
    assert_eq!(quarters, 184);
}

#[test]
fn the_ledger_confirms_every_quarter_of_the_main_job() {
    the_ledger_confirms(Knowledge::PointInTime);
    the_ledger_confirms(Knowledge::Final);
    assert!(matches!(Spec::from_json("{}"), Err(PortfolioError::Spec { .. })));
}

/// Whole lots from 1980 to 2025 under each policy: every order is a size of the lot, cash is never negative, and the run ends.
#[test]
fn actual_operation_runs_through_the_whole_history() {
    let data = embedded().unwrap();
    for (lot, policy) in [("1", "skip"), ("1000", "round_trip"), ("100", "zero")] {
        let operation = format!(
            r#"{{"actual":{{"lot":{{"minimum":"{lot}","increment":"1"}},"under_minimum":"{policy}","small_weights":null}}}}"#
        );
        let spec = Spec { operation: serde_json::from_str(&operation).unwrap(), ..all_weather().unwrap() };
        let record = data.simulate(&spec).unwrap();
        assert_eq!(record.len(), 552);
        assert!(record.steps().all(|step| step.cash >= 0.0 && step.after.iter().all(|held| *held >= 0.0)));
        // What cannot be invested stays in cash, and it is little where lots are small.
        if lot == "1" {
            let simulated = data.simulate(&all_weather().unwrap()).unwrap().outcome().final_value;
            assert!((record.outcome().final_value / simulated - 1.0).abs() < 0.01);
        }
    }
}

#[test]
fn the_initial_pool_is_there_from_the_first_month() {
    let data = embedded().unwrap();
    let mut spec =
        Spec { start: "2000-01".parse().ok(), end: "2000-12".parse().ok(), ..all_weather().unwrap() };
    spec.expenses.as_mut().unwrap().initial_pool = dec!(5_000_000);
    let record = data.simulate(&spec).unwrap();
    assert!(record.steps().take(2).all(|step| (step.pool - 5_000_000.0).abs() < 1e-9));
    // Total assets are invested assets and the pool: what leverage measures a change on.
    let path = record.funded_path(&data.market, Funding::default()).unwrap().unwrap();
    let (first, second) = (record.step(0).unwrap(), record.step(1).unwrap());
    let change = (second.after_costs - second.value_before) / (first.value_after + 5_000_000.0);
    assert!((path.unlevered().unwrap().invested()[0] - change).abs() < 1e-15);
}

#[test]
fn an_asset_that_begins_after_the_run_is_left_out_of_all_of_it() {
    let data = embedded().unwrap();
    let spec = Spec { end: "1989-12".parse().ok(), ..all_weather().unwrap() };
    let record = data.simulate(&spec).unwrap();
    let jp_equity = record.universe().iter().position(|id| id.as_str() == "jp_equity").unwrap();
    assert!(record.steps().all(|step| step.after[jp_equity].abs() < f64::EPSILON));
    let refused = Spec { late_assets: LateAssets::Refuse, ..spec };
    assert!(data.simulate(&refused).unwrap_err().to_string().contains("jp_equity has prices since 1990-06"));
}

/// The page that describes spec files: its example has every field, is accepted, and shows the defaults where it says so.
#[test]
fn the_documented_spec_is_one() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/spec.md");
    let page = fs::read_to_string(page).unwrap();
    let json = page.split("```json").nth(1).unwrap().split("```").next().unwrap();
    let spec = Spec::from_json(json).unwrap();
    let written: serde_json::Value = serde_json::from_str(&spec.canonical_json()).unwrap();
    let read: serde_json::Value = serde_json::from_str(json).unwrap();
    let fields = |v: &serde_json::Value| v.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(fields(&written), fields(&read));
    assert_eq!(fields(&written["fx"]), fields(&read["fx"]));
    assert_eq!(fields(&written["fx"]["overlay"]), fields(&read["fx"]["overlay"]));
    // Leaving out what is shown by default changes nothing.
    let shown = r#""signals": ["carry", { "value": { "newest": 54, "oldest": 66 } }, { "momentum": { "horizons": [1, 3, 12] } }],"#;
    assert!(json.contains(shown));
    let short = json.replace(shown, "").replace(r#""slippage": { "exponent": 1.0, "ratio_cap": 4.0 },"#, "");
    assert_eq!(Spec::from_json(&short).unwrap(), spec);
    assert!(embedded().unwrap().simulate(&spec).is_ok());

    // The schedule and the walk-forward of the page go with its example.
    let block = |part: usize| page.split("```json").nth(part).unwrap().split("```").next().unwrap();
    let data = embedded().unwrap();
    let schedule: TargetSchedule = serde_json::from_str(block(2)).unwrap();
    let rates = RateHistory::default();
    let unspent = Spec { expenses: None, ..spec };
    assert!(Simulation::new(&unspent, &data.market, &rates).unwrap().with_schedule(&schedule).is_ok());
    let walk: WalkForward = serde_json::from_str(block(3)).unwrap();
    assert!(!walk.schedule(&unspent, &data.market).unwrap().0.entries().is_empty());
}
