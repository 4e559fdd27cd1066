//! What is refused, and in which words: value, place and rule.

use std::{io, io::Write};

use allweather_core::Currency;
use allweather_market::{Market, MonthlySeries, PricePanel, SpotPanel, rates_from_csv};
use allweather_portfolio::{
    Capital, Holding, Holdings, PortfolioError, Record, Simulation, Spec,
    costs::{CostModel, CostRates, TradedAsset},
    fx_overlay::FxError,
    rebalance::{Decision, Reason, RebalanceError, Rebalancer, Review, Targets},
    rfr::RateHistory,
    simulate,
};
use allweather_testkit::generate::cases;
use proptest::prelude::*;
use rust_decimal::Decimal;

use crate::BASE;

const PRICES: &str = "month,home_jpy,abroad_usd\n2019-11,100,10\n2019-12,101,11\n2020-01,102,12\n2020-02,103,11\n2020-03,104,10\n";
const SPOTS: &str = "month,usd\n2019-11,100\n2019-12,101\n2020-01,102\n2020-02,103\n2020-03,104\n";
const RATES: &str = "month,currency,rate_pct,basis\n2019-11,JPY,0,x\n2019-12,JPY,0,x\n2020-01,JPY,0,x\n2020-02,JPY,0,x\n\
    2019-11,USD,1,x\n2019-12,USD,1,x\n2020-01,USD,1,x\n2020-02,USD,1,x\n";
const HEDGED: &str = r#""fx":{"margin":{"rate":"0.04","gross_limit":2}}"#;

fn market(prices: &str, spots: &str, rates: &str) -> Market {
    let market = Market::new(BASE, PricePanel::from_csv("prices.csv", prices).unwrap());
    let market = market.with_spots(SpotPanel::from_csv("fx.csv", spots, BASE).unwrap()).unwrap();
    market.with_short_rates(rates_from_csv("rates.csv", rates).unwrap())
}

/// Half at home, half abroad, with more fields.
fn spec(more: &str) -> Spec {
    let comma = if more.is_empty() { "" } else { "," };
    Spec::from_json(&format!(
        r#"{{"name":"x","capital":1000000,"rule":{{"calendar":{{"every":"year","on":"end"}}}},
            "holdings":[{{"asset":"home","weight":0.5}},{{"asset":"abroad","weight":0.5}}]{comma}{more}}}"#
    ))
    .unwrap()
}

fn run(spec: &Spec, market: &Market) -> Result<Record, PortfolioError> {
    simulate(spec, market, &RateHistory::default())
}

fn refusal(spec: &Spec, market: &Market) -> String {
    run(spec, market).unwrap_err().to_string()
}

#[test]
fn the_market_of_these_tests_runs() {
    let record = run(&spec(HEDGED), &market(PRICES, SPOTS, RATES)).unwrap();
    assert_eq!(record.len(), 5);
}

#[test]
fn late_assets_are_named_with_their_months() {
    let late = PRICES.replace("2019-11,100,10", "2019-11,100,").replace("2019-12,101,11", "2019-12,101,");
    let market = market(&late, SPOTS, RATES);
    assert_eq!(
        refusal(&spec(""), &market),
        "the run begins in 2019-11, but abroad has prices since 2020-01; begin later, or set late_assets to leave_out"
    );
    let record = run(&spec(r#""late_assets":"leave_out""#), &market).unwrap();
    assert_eq!(record.step(0).unwrap().after, [1_000_000.0, 0.0]);
    // Begun later, it is not late.
    assert_eq!(run(&spec(r#""start":"2020-01""#), &market).unwrap().len(), 3);
    let both = PRICES.replace("2019-11,100,10", "2019-11,,");
    let refused = refusal(&spec(r#""late_assets":"leave_out""#), &self::market(&both, SPOTS, RATES));
    assert_eq!(refused, "no asset has a price in 2019-11, when the run begins");
}

#[test]
fn unknown_assets_and_empty_spans_are_refused() {
    let market = market(PRICES, SPOTS, RATES);
    let other = Spec::from_json(&spec("").canonical_json().replace("abroad", "atlantis")).unwrap();
    assert_eq!(refusal(&other, &market), "atlantis is among the holdings but has no prices in the market");
    assert_eq!(
        refusal(&spec(r#""start":"2021-01","end":"2021-05""#), &market),
        "the run is to go from 2021-01 to 2021-05; there are prices from 2019-11 to 2020-03"
    );
    assert_eq!(
        refusal(&spec(r#""start":"2020-02","end":"2020-01""#), &market),
        "the run is to go from 2020-02 to 2020-01; there are prices from 2019-11 to 2020-03"
    );
}

#[test]
fn a_held_asset_needs_its_price() {
    let hole = PRICES.replace("2020-01,102,12", "2020-01,102,");
    assert_eq!(
        refusal(&spec(""), &market(&hole, SPOTS, RATES)),
        "abroad is held or to be traded but has no price on 2020-01-31"
    );
    // It begins, then lacks a price on the very day the rule wants to buy it.
    let new = "month,home_jpy,abroad_usd\n2019-11,100,\n2019-12,101,11\n2020-01,102,\n2020-02,103,11\n";
    let monthly = r#""late_assets":"leave_out""#;
    let rule = spec(monthly)
        .canonical_json()
        .replace(r#""every":"year","on":"end""#, r#""every":"year","on":"start""#);
    assert_eq!(
        refusal(&Spec::from_json(&rule).unwrap(), &market(new, SPOTS, RATES)),
        "abroad is held or to be traded but has no price on 2020-01-31"
    );
}

#[test]
fn a_foreign_asset_needs_its_exchange_rate() {
    let hole = SPOTS.replace("2020-02,103", "2020-02,");
    assert_eq!(
        refusal(&spec(""), &market(PRICES, &hole, RATES)),
        "abroad is quoted in USD, which has no exchange rate on 2020-02-29"
    );
    let none = Market::new(BASE, PricePanel::from_csv("prices.csv", PRICES).unwrap());
    assert!(refusal(&spec(""), &none).contains("no exchange rate on 2019-11-30"));
}

#[test]
fn a_hedge_needs_its_short_rates_unless_the_currency_is_left_out_by_name() {
    let hole = RATES.replace("2020-01,USD,1,x\n", "");
    let market = market(PRICES, SPOTS, &hole);
    let error = run(&spec(HEDGED), &market).unwrap_err();
    assert!(matches!(error, PortfolioError::Fx(FxError::Unhedgeable { currency: Currency::USD, .. })));
    assert_eq!(
        error.to_string(),
        "USD is held on 2020-01-31 and cannot be hedged: no short rate of USD for 2020-01"
    );
    let left = r#""fx":{"margin":{"rate":"0.04","gross_limit":2},"hedge":{"unhedged":["USD"]}}"#;
    assert!(run(&spec(left), &market).unwrap().steps().all(|s| s.positions.is_empty()));
}

#[test]
fn cash_and_expenses_need_their_rates() {
    let hole = RATES.replace("2019-12,JPY,0,x\n", "");
    assert_eq!(
        refusal(&spec(r#""cash":"short_rate""#), &market(PRICES, SPOTS, &hole)),
        "cash is to earn the short rate of JPY, which has none on 2019-12-31"
    );
    assert_eq!(
        refusal(&spec(r#""expenses":{}"#), &market(PRICES, SPOTS, RATES)),
        "no prescribed rate for 2019 is known on 2019-12-31, and the expenses need it"
    );
}

/// Wants a weight of the first asset.
#[derive(Debug)]
struct Wants(f64);

impl Rebalancer for Wants {
    fn decide(&self, _: &Review<'_>, targets: &mut Targets) -> Result<Decision, RebalanceError> {
        targets.set(0, self.0)?;
        Ok(Decision::Rebalance(Reason::Other("wants".into())))
    }
}

#[test]
fn a_rule_cannot_want_more_than_everything() {
    let (market, spec, rates) = (market(PRICES, SPOTS, RATES), spec(""), RateHistory::default());
    let simulation = Simulation::new(&spec, &market, &rates).unwrap().with_rule(&Wants(0.75));
    let error = simulation.outcome().unwrap_err();
    assert_eq!(error.to_string(), "on 2019-12-31 the rule asks for weights that add up to 1.25, more than 1");
    let simulation = Simulation::new(&spec, &market, &rates).unwrap().with_rule(&Wants(1.5));
    assert_eq!(
        simulation.outcome().unwrap_err().to_string(),
        "on 2019-12-31: target weight 1.5 at position 0 is not in 0..=1"
    );
}

/// Takes all that is traded.
#[derive(Debug)]
struct Everything;

impl CostModel for Everything {
    fn rates(&self, _: &TradedAsset<'_>) -> CostRates {
        CostRates { commission: 1.0, ..CostRates::default() }
    }
}

#[test]
fn a_lost_portfolio_ends_the_run_and_costs_cannot_eat_the_trade() {
    // Abroad, nearly everything is lost while the dollar doubles: the hedge takes more than is left.
    let prices = "month,home_jpy,abroad_usd\n2019-11,100,10\n2019-12,1,0.1\n2020-01,1,0.1\n";
    let spots = "month,usd\n2019-11,100\n2019-12,300\n2020-01,300\n";
    let error = run(&spec(HEDGED), &market(prices, spots, RATES)).unwrap_err();
    let PortfolioError::Lost { value, .. } = error else { unreachable!("{error}") };
    assert!(value < -9e5);
    assert!(error.to_string().ends_with("on 2019-12-31: it is lost"), "{error}");
    let (market, spec, rates) = (market(PRICES, SPOTS, RATES), spec(""), RateHistory::default());
    let simulation = Simulation::new(&spec, &market, &rates).unwrap().with_costs(&Everything).unwrap();
    let words = "the cost model charges 1 of the traded value for home on 2019-11-30";
    assert!(simulation.run().unwrap_err().to_string().starts_with(words));
    let file =
        spec.canonical_json().replace(r#""costs":{"proportional":"0"}"#, r#""costs":{"proportional":"1"}"#);
    assert!(
        Spec::from_json(&file).unwrap_err().to_string().contains("the cost rate is 1, and must be in 0..0.5")
    );
}

#[test]
fn a_spec_says_what_is_wrong_with_it() {
    let refused = |text: &str| Spec::from_json(text).unwrap_err().to_string();
    let good = spec("").canonical_json();
    let with = |from: &str, to: &str| {
        assert!(good.contains(from), "{good}");
        refused(&good.replace(from, to))
    };
    assert!(with(r#""name":"x""#, r#""name":"x","colour":"red""#).contains("unknown field `colour`"));
    assert!(with(r#""every":"year""#, r#""every":"year","odd":1"#).contains("unknown field `odd`"));
    assert!(
        with(r#""weight":0.5}"#, r#""weight":0.25}"#)
            .contains("of the holdings: weights add up to 0.5, not 1")
    );
    assert!(with("abroad", "home").contains("home appears twice among the holdings"));
    assert!(with(r#""1000000""#, r#""0""#).contains("the initial capital 0 is not above 0"));
    assert!(with(r#""1000000""#, r#""-1""#).contains("the initial capital -1 is not above 0"));
    assert!(with(r#""weight":0.5"#, r#""weight":NaN"#).contains("expected value"));
    assert!(
        with(r#""weight":0.5"#, r#""weight":-0.5"#)
            .contains("weight -0.5 at position 0 (from 0) is not in 0..=1")
    );
    assert!(with(r#""weight":0.5"#, r#""weight":1e999"#).contains("number out of range"));
    assert!(with(r#""capital":"1000000","#, "").contains("missing field `capital`"));
    // With line and column.
    assert!(refused("{\n  \"name\": 1}").contains("at line 2 column"));
    assert!(Capital::new(Decimal::ZERO).is_err());
    for weight in [f64::NAN, f64::INFINITY, -1.0] {
        let asset = "home".parse().unwrap();
        assert!(Holdings::new(vec![Holding::asset(asset, weight)]).is_err());
    }
    assert_eq!(Holdings::new(Vec::new()).unwrap_err().to_string(), "of the holdings: there are no weights");
}

#[test]
fn a_writer_that_fails_is_not_passed_over() {
    struct Full;
    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::Error::other("full"))
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let record = run(&spec(""), &market(PRICES, SPOTS, RATES)).unwrap();
    assert!(record.write_json_lines(Full).is_err());
    assert!(record.write_monthly_csv(Full).is_err());
}

#[test]
fn what_the_market_lacks_is_in_the_record() {
    let month = "2019-11".parse().unwrap();
    let jgb = MonthlySeries::new(month, vec![Some(0.0), None, Some(0.0)]).unwrap();
    let market = market(PRICES, SPOTS, RATES).with_statistic(Market::JGB_1Y, jgb);
    let record = run(&spec(""), &market).unwrap();
    let gaps: Vec<String> = record.gaps().iter().map(ToString::to_string).collect();
    assert!(gaps.contains(&"statistic jgb_1y: none from 2019-12 to 2019-12".to_owned()), "{gaps:?}");
    assert!(gaps.contains(&"short rate USD: none from 2020-03 to 2020-03".to_owned()), "{gaps:?}");
}

proptest! {
    #[test]
    fn no_text_makes_a_spec_panic(text in ".*") {
        let _ = Spec::from_json(&text);
    }

    /// Good specs with one piece exchanged: refused or read, and what is read has a canonical text.
    #[test]
    fn no_damage_makes_a_spec_panic(case in cases(), place in any::<prop::sample::Index>(), piece in "[-0-9a-z\"{}\\[\\],:.]{0,4}") {
        let good = case.spec.canonical_json();
        let place = place.index(good.len());
        let end = (place + piece.len()).min(good.len());
        let damaged = format!("{}{piece}{}", &good[..place], &good[end..]);
        if let Ok(spec) = Spec::from_json(&damaged) {
            prop_assert_eq!(Spec::from_json(&spec.canonical_json()).unwrap(), spec);
        }
    }
}
