//! What an account's run refuses, and what it only names.

use allweather_costs::fills::{CashKind, CashMovement, Fill, InstrumentKind};
use allweather_market::{Market, PricePanel, SpotPanel};
use allweather_portfolio::{
    PortfolioError, Spec,
    actual::{Account, Actual, ActualError, ActualRun, Movement, Standing, Tolerance},
    core::{Currency, Money},
    rfr::RateHistory,
};
use proptest::prelude::*;
use rust_decimal::{Decimal, dec};

use super::{JPY, USD, asset, bought, cash, day, opened, share, trade};

/// b has no price in March, c is not in the spec, d is in no panel.
const PRICES: &str = "month,a_jpy,b_usd,c_jpy\n2024-01,100,50,10\n2024-02,110,50,11\n2024-03,121,,12\n";
const SPOTS: &str = "month,usd\n2024-01,150\n2024-02,152\n2024-03,148\n";

fn market() -> Market {
    let market = Market::new(JPY, PricePanel::from_csv("prices.csv", PRICES).unwrap());
    market.with_spots(SpotPanel::from_csv("fx.csv", SPOTS, JPY).unwrap()).unwrap()
}

fn spec(text: &str) -> Spec {
    Spec::from_json(&format!(
        r#"{{"name": "x", "capital": 1000, "holdings": {text}, "rule": {{"calendar": {{"every": "year", "on": "end"}}}}}}"#
    ))
    .unwrap()
}

const HOLDINGS: &str = r#"[{"asset": "a", "weight": 0.5}, {"asset": "b", "weight": 0.5}]"#;

fn run(account: &Account) -> Result<Actual, PortfolioError> {
    ActualRun::new(&spec(HOLDINGS), &market(), &RateHistory::default(), account).run()
}

fn refused(account: Account, movement: Movement) -> String {
    run(&account.with(movement).unwrap()).unwrap_err().to_string()
}

fn start() -> Account {
    opened("2024-01-01", dec!(100000)).with(bought("1", "a", "2024-01-20", dec!(10), dec!(98))).unwrap()
}

#[test]
fn what_is_refused_is_named() {
    let dollars = |on: &str, units| Movement::fill(asset("b"), trade("2", "b", USD, on, units, dec!(50)));
    for (movement, words) in [
        (
            bought("2", "a", "2024-02-10", dec!(-11), dec!(100)),
            "the account holds -1 units of a at the end of 2024-02-29",
        ),
        (dollars("2024-02-10", dec!(1)), "b is held or to be traded but has no price on 2024-03-31"),
        (
            bought("2", "d", "2024-02-10", dec!(1), dec!(100)),
            "d is among the holdings but has no prices in the market",
        ),
        (
            bought("2", "a", "2024-02-10", dec!(1), dec!(1000)),
            "a was traded at 1000 on 2024-02-10 and the panel has 110",
        ),
        (
            bought("2", "b", "2024-02-10", dec!(1), dec!(50)),
            "b is priced in USD and traded in JPY on 2024-02-10",
        ),
        (
            cash("2024-02-10", CashKind::Dividend, dec!(1), Currency::EUR),
            "the account holds cash in EUR, which has no exchange rate on 2024-02-29",
        ),
        (
            cash("2024-02-10", CashKind::Other("Odd".into()), dec!(1), JPY),
            "cash of 2024-02-10 moved for \"Odd\"",
        ),
        (
            cash("2024-02-10", CashKind::DepositOrWithdrawal, dec!(-400000), JPY),
            "on 2024-02-29 there is a capital of",
        ),
        (cash("2024-02-29", CashKind::Fee, dec!(-990000), JPY), "the portfolio is worth"),
    ] {
        let found = refused(start(), movement);
        assert!(found.starts_with(words), "{found}");
    }
    // Sold short at once, and short from the beginning.
    let short = Account::new(Standing::new(day("2024-01-01")).with_units(asset("a"), dec!(-1)));
    assert!(matches!(run(&short), Err(PortfolioError::Actual(ActualError::Short { .. }))));
    // Nothing there.
    let nothing = Account::new(Standing::new(day("2024-01-01")));
    assert!(matches!(run(&nothing), Err(PortfolioError::Actual(ActualError::Capital { .. }))));
    // Futures are refused when they are added.
    let mut future = share("a", JPY);
    future.kind = InstrumentKind::Future;
    let fill = Fill::new("2", future, day("2024-02-10"), dec!(1), dec!(100));
    assert!(matches!(start().with(Movement::fill(asset("a"), fill)), Err(ActualError::Instrument { .. })));
}

/// An account that opens after the first step would earn returns before it existed; one whose statements end earlier says until when it
/// tells; and a spec in lots is no simulation to be explained against.
#[test]
fn an_account_has_a_beginning_and_an_end() {
    let late = Account::new(Standing::new(day("2024-02-01")).with_units(asset("a"), dec!(1)));
    let found = run(&late).unwrap_err();
    assert_eq!(
        found.to_string(),
        "the account opens at the end of 2024-02-01, and its run has a step on 2024-01-31: begin the spec later, or tell what was held"
    );
    let on_the_day = Account::new(Standing::new(day("2024-01-31")).with_units(asset("a"), dec!(1)));
    let actual = run(&on_the_day).unwrap();
    assert_eq!(actual.told_until, day("2024-01-31"));
    let fill = Fill::new("1", share("a", JPY), day("2024-02-10"), dec!(-0.5), dec!(100));
    let account = on_the_day.with(Movement::fill(asset("a"), fill)).unwrap();
    assert_eq!(run(&account).unwrap().told_until, day("2024-02-10"));
    let account = account.with_stated(Standing::new(day("2024-02-29"))).unwrap();
    assert_eq!(account.told_until(), day("2024-02-29"));

    let (market, rates, mut lots) = (market(), RateHistory::default(), spec(HOLDINGS));
    let lot = r#"{"actual": {"lot": {"minimum": "1", "increment": "1"}, "small_weights": null}}"#;
    lots.operation = serde_json::from_str(lot).unwrap();
    let refused = actual.explain(&lots, &market, &rates).unwrap_err();
    assert!(matches!(refused, PortfolioError::Actual(ActualError::NotSimulated)));
}

#[test]
fn vaults_and_panels_of_other_currencies_are_refused() {
    let vaults = spec(
        r#"[{"vault": {"name": "v", "holdings": [{"asset": "a", "weight": 1}], "rule": {"calendar": {"every": "year", "on": "end"}}}, "weight": 1}]"#,
    );
    let (market, rates, account) = (market(), RateHistory::default(), start());
    let refused = ActualRun::new(&vaults, &market, &rates, &account).run().unwrap_err();
    assert!(matches!(refused, PortfolioError::Actual(ActualError::Vaults)));
    let traded = PricePanel::from_csv("t.csv", "month,a_usd\n2024-01,1\n2024-02,1\n2024-03,1\n").unwrap();
    let spec = spec(HOLDINGS);
    let refused =
        ActualRun::new(&spec, &market, &rates, &account).with_traded_prices(&traded).run().unwrap_err();
    assert!(matches!(refused, PortfolioError::Actual(ActualError::Currency { .. })));
    // A panel of traded prices that lacks a day, or the asset.
    for text in ["month,a_jpy\n2024-02,110\n2024-03,121\n", "month,c_jpy\n2024-01,1\n2024-02,1\n2024-03,1\n"]
    {
        let traded = PricePanel::from_csv("t.csv", text).unwrap();
        let refused =
            ActualRun::new(&spec, &market, &rates, &account).with_traded_prices(&traded).run().unwrap_err();
        assert_eq!(refused.to_string(), "a is held or to be traded but has no price on 2024-01-31");
    }
}

#[test]
fn what_is_outside_of_the_spec_is_held_and_named() {
    let account = start().with(bought("2", "c", "2024-01-31", dec!(100), dec!(10))).unwrap();
    let actual = run(&account).unwrap();
    assert_eq!(actual.outside, [asset("c")]);
    assert_eq!(actual.record.universe().last(), Some(&asset("c")));
    let last = actual.record.step(2).unwrap();
    assert_eq!(last.after, [1210.0, 0.0, 1200.0]);
    assert_eq!(last.strategic, [0.5, 0.5, 0.0]);
    assert_eq!(last.value_after, 100_000.0 - 980.0 - 1000.0 + 1210.0 + 1200.0);
    // The spec of the record is the one that was asked for.
    assert_eq!(actual.record.spec(), &spec(HOLDINGS));
}

#[test]
fn what_lies_after_the_last_step_is_counted_and_what_lies_before_the_first_is_in_it() {
    let account = start().with(bought("2", "a", "2024-04-10", dec!(1), dec!(100))).unwrap();
    let actual = run(&account).unwrap();
    assert_eq!(actual.later, 1);
    assert_eq!(actual.steps[2].units[0], dec!(10));
    // Bought at 98 on the 20th, worth 100 on the 31st: in the first return.
    let first = actual.record.step(0).unwrap();
    assert_eq!((first.value_before, first.market_profit), (100_000.0, 20.0));
    assert_eq!((actual.steps[0].timing, actual.steps[0].trades), (20.0, 1));
}

#[test]
fn what_is_sold_out_needs_no_price_any_more() {
    let b =
        |id: &str, on: &str, units, price| Movement::fill(asset("b"), trade(id, "b", USD, on, units, price));
    let account = start().with(b("2", "2024-02-10", dec!(1), dec!(50))).unwrap();
    let account = account.with(b("3", "2024-03-10", dec!(-1), dec!(55))).unwrap();
    let actual = run(&account).unwrap();
    let march = &actual.steps[2];
    // 110 of a, 55 − 50 dollars of b, and −50 dollars of cash that fell from 152 to 148; then 5 dollars are there.
    let expected = 110.0 + 55.0 * 148.0 - 50.0 * 152.0 + 50.0 * 4.0;
    assert!((march.prices + march.fills + march.currency - expected).abs() < 1e-9);
    assert_eq!(march.cash.get(&USD), Some(&dec!(5)));
}

fn amounts() -> impl Strategy<Value = Decimal> {
    prop_oneof![
        4 => (-1_000_000..1_000_000_i64, 0..6_u32).prop_map(|(n, scale)| Decimal::new(n, scale)),
        1 => Just(Decimal::MAX),
        1 => Just(Decimal::MIN),
        1 => Just(Decimal::ZERO),
        1 => Just(Decimal::new(1, 28)),
    ]
}

fn anything() -> impl Strategy<Value = Movement> {
    let days = (0..140_u64).prop_map(|days| day("2023-12-20") + chrono::Days::new(days));
    let currency = prop_oneof![Just(JPY), Just(USD), Just(Currency::EUR)];
    let name = prop_oneof![Just("a"), Just("b"), Just("c"), Just("d")];
    (days, name, currency, amounts(), amounts(), 0..9, any::<bool>()).prop_map(
        |(on, name, currency, x, y, kind, odd)| {
            let mut fill = Fill::new(if odd { "1" } else { "" }, share(name, currency), on, x, y);
            fill.commission = Money::new(x, currency);
            let cash = |kind| Movement::cash(CashMovement::new(on, kind, Money::new(x, currency)));
            match kind {
                0 | 1 => Movement::fill(asset(name), fill),
                2 => {
                    fill.arrival = Some(Money::new(x, currency));
                    fill.instrument.multiplier = y;
                    Movement::fill(asset(name), fill)
                }
                3 => Movement::conversion(USD, fill),
                4 => Movement::action(on, asset(name), x, odd.then(|| Money::new(y, currency))),
                5 => Movement::transfer(on, asset(name), x),
                6 => Movement::added_back(on, Money::new(x, currency)),
                7 => cash(CashKind::DepositOrWithdrawal),
                _ => cash(if odd { CashKind::Dividend } else { CashKind::Fee }),
            }
        },
    )
}

proptest! {
    /// Refused, run, reconciled or explained: never a panic.
    #[test]
    fn nothing_panics(movements in prop::collection::vec(anything(), 0..12), stated in prop::collection::vec((0..140_u64, amounts(), amounts()), 0..4)) {
        let mut account = opened("2023-12-25", dec!(1000000));
        for movement in movements {
            // What is refused is not added.
            account = account.clone().with(movement).unwrap_or(account);
        }
        for (days, units, cash) in stated {
            let standing = Standing::new(day("2023-12-25") + chrono::Days::new(days));
            let standing = standing.with_units(asset("a"), units).with_cash(Money::new(cash, JPY));
            account = account.with_stated(standing).unwrap();
        }
        let _ = account.reconcile(Tolerance::default());
        if let Ok(actual) = run(&account) {
            let explained = actual.explain(&spec(r#"[{"asset": "a", "weight": 1}]"#), &market(), &RateHistory::default());
            // b, which the account's spec has, ends in February.
            prop_assert!(explained.is_err());
            prop_assert!(actual.record.outcome().values.iter().all(|value| value.is_finite()));
        }
    }
}

/// Estimated are the moves of the prices that value the account, not those of the market beside them.
#[test]
fn marks_of_estimates_are_those_of_the_prices_that_value() {
    let (market, rates, spec) = (market(), RateHistory::default(), spec(r#"[{"asset": "a", "weight": 1}]"#));
    let account = Account::new(Standing::new(day("2024-01-31")).with_units(asset("a"), dec!(1)));
    let traded =
        PricePanel::from_csv("t.csv", "month,a_jpy\n2024-01,100\n2024-02,110\n2024-03,121\n").unwrap();
    let marked =
        traded.clone().with_estimates_from_csv("e.csv", "month,asset,method\n2024-02,a,em\n").unwrap();
    let run = |panel: &PricePanel| {
        let run = ActualRun::new(&spec, &market, &rates, &account).with_traded_prices(panel).run().unwrap();
        run.record.estimated()
    };
    assert_eq!(run(&traded), [false, false, false]);
    assert_eq!(run(&marked), [false, true, true]);
}
