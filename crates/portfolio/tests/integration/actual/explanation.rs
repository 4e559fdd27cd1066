//! Actual less simulated by cause: the parts add up whatever happened, and one thing changed shows in one cause.

use allweather_costs::fills::{CashKind, CashMovement, InstrumentKind, Taxed};
use allweather_market::{Market, PricePanel, SpotPanel};
use allweather_portfolio::{
    PortfolioError, Spec,
    actual::{Account, Actual, ActualError, ActualRun, Cause, Explanation, Movement},
    core::{Currency, Money},
    rfr::RateHistory,
    simulate,
};
use chrono::Days;
use proptest::prelude::*;
use rust_decimal::{Decimal, dec, prelude::FromPrimitive};

use super::{JPY, USD, asset, bought, cash, day, opened, parity, trade};
use crate::{BASE, close};

const PRICES: &str = "month,a_jpy,b_jpy\n2024-01,100,50\n2024-02,110,50\n2024-03,121,49\n2024-04,120,51\n";

fn spec(operation: &str) -> Spec {
    Spec::from_json(&format!(
        r#"{{"name": "two", "capital": 1000,
        "holdings": [{{"asset": "a", "weight": 0.5}}, {{"asset": "b", "weight": 0.5}}],
        "rule": {{"calendar": {{"every": "year", "on": "end"}}}}, "operation": {operation}}}"#
    ))
    .unwrap()
}

const LOTS: &str = r#"{"actual": {"lot": {"minimum": 1, "increment": 1}, "small_weights": null}}"#;

pub(super) fn explained(account: &Account) -> (Actual, Explanation) {
    let market = Market::new(JPY, PricePanel::from_csv("prices.csv", PRICES).unwrap());
    let (spec, rates) = (spec(LOTS), RateHistory::default());
    let actual = ActualRun::new(&spec, &market, &rates, account).run().unwrap();
    let explanation = actual.explain(&spec.simulated(), &market, &rates).unwrap();
    (actual, explanation)
}

/// Bought on the day, at its prices, for nothing.
fn as_simulated() -> Account {
    let account = opened("2024-01-30", dec!(1000));
    let account = account.with(bought("1", "a", "2024-01-31", dec!(5), dec!(100))).unwrap();
    account.with(bought("2", "b", "2024-01-31", dec!(10), dec!(50))).unwrap()
}

/// The only cause of a step that is not nought, or none.
fn only(explanation: &Explanation, step: usize, cause: Cause, expected: f64) {
    for other in Cause::ALL {
        let expected = if other == cause { expected } else { 0.0 };
        let found = explanation.steps()[step].causes.of(other);
        assert!((found - expected).abs() < 1e-15, "step {step}: {other:?} is {found}, not {expected}");
    }
}

#[test]
fn nothing_differs_when_nothing_does() {
    let (actual, explanation) = explained(&as_simulated());
    for step in 0..4 {
        only(&explanation, step, Cause::Unexplained, 0.0);
    }
    assert_eq!(explanation.causes.sum(), 0.0);
    assert_eq!(actual.steps[3].units, [dec!(5), dec!(10)]);
    assert_eq!(explanation.steps().len(), 4);
}

#[test]
fn a_commission_is_a_cost() {
    let mut fill = trade("3", "a", JPY, "2024-02-29", dec!(0), dec!(110));
    fill.commission = Money::new(dec!(3), JPY);
    // A fill of nothing, so that only its commission differs; the cash it leaves short shows a step later.
    let (_, explanation) = explained(&as_simulated().with(Movement::fill(asset("a"), fill)).unwrap());
    only(&explanation, 0, Cause::Costs, 0.0);
    only(&explanation, 1, Cause::Costs, -3.0 / 1000.0);
    // Holdings are more than everything now, as the fee was borrowed.
    let more = 1050.0 / 1047.0;
    let cash = (more - 1.0) * (55.0 - 10.0) / 1050.0;
    assert!((explanation.steps()[2].causes.of(Cause::Cash) - cash).abs() < 1e-15);
    assert!(explanation.steps()[2].causes.of(Cause::Unexplained).abs() < 1e-15);
}

#[test]
fn slippage_is_a_cost_where_the_arrival_is_told_and_timing_where_it_is_not() {
    let with = |arrival: Option<Decimal>| {
        let mut fill = trade("1", "a", JPY, "2024-01-31", dec!(5), dec!(101));
        fill.arrival = arrival.map(|price| Money::new(price, JPY));
        let account = opened("2024-01-30", dec!(1000)).with(Movement::fill(asset("a"), fill)).unwrap();
        explained(&account.with(bought("2", "b", "2024-01-31", dec!(10), dec!(50))).unwrap()).1
    };
    only(&with(None), 0, Cause::Timing, -5.0 / 1000.0);
    only(&with(Some(dec!(100))), 0, Cause::Costs, -5.0 / 1000.0);
    let both = with(Some(dec!(100.4)));
    assert!((both.steps()[0].causes.of(Cause::Costs) - -0.003).abs() < 1e-15);
    assert!((both.steps()[0].causes.of(Cause::Timing) - -0.002).abs() < 1e-15);
}

#[test]
fn a_late_trade_is_timing_of_the_step_in_which_it_is_done() {
    let account = |on| {
        let account =
            opened("2024-01-30", dec!(1000)).with(bought("1", "a", on, dec!(5), dec!(104))).unwrap();
        account.with(bought("2", "b", "2024-01-31", dec!(10), dec!(50))).unwrap()
    };
    // Ten days after the step, it still carries it out: it paid 4 more for each of 5.
    let late = explained(&account("2024-02-10")).1;
    only(&late, 0, Cause::Timing, 0.0);
    only(&late, 1, Cause::Timing, -20.0 / 1000.0);
    // Eleven days after, it is ahead of the next one: it gained 6 on each, and until then a half was cash.
    let early = explained(&account("2024-02-11")).1;
    let causes = &early.steps()[1].causes;
    assert!((causes.of(Cause::Timing) - 30.0 / 1000.0).abs() < 1e-15);
    // The mix of the simulation earned 50 on 1 000; half as much was invested.
    assert!((causes.of(Cause::Cash) - -25.0 / 1000.0).abs() < 1e-15);
    // What was not invested was a, which rose: the mix was another one.
    assert!((causes.of(Cause::Unexplained) - -25.0 / 1000.0).abs() < 1e-15);
}

#[test]
fn slippage_of_a_late_trade_is_no_timing() {
    let mut fill = trade("1", "a", JPY, "2024-02-01", dec!(5), dec!(104));
    fill.arrival = Some(Money::new(dec!(103), JPY));
    let account = opened("2024-01-30", dec!(1000)).with(Movement::fill(asset("a"), fill)).unwrap();
    let account = account.with(bought("2", "b", "2024-01-31", dec!(10), dec!(50))).unwrap();
    let causes = explained(&account).1.steps()[1].causes;
    assert!((causes.of(Cause::Timing) - -15.0 / 1000.0).abs() < 1e-15);
    assert!((causes.of(Cause::Costs) - -5.0 / 1000.0).abs() < 1e-15);
    assert!(causes.of(Cause::Unexplained).abs() < 1e-15);
}

/// Dollars bought at 151 on the day after they stood at 150, and held while they rise to 153.
#[test]
fn a_late_conversion_is_timing_and_what_it_buys_is_currency() {
    let spots = "month,usd\n2024-01,150\n2024-02,153\n2024-03,153\n2024-04,153\n";
    let market = Market::new(JPY, PricePanel::from_csv("prices.csv", PRICES).unwrap());
    let market = market.with_spots(SpotPanel::from_csv("fx.csv", spots, JPY).unwrap()).unwrap();
    let mut pair = trade("3", "USD.JPY", JPY, "2024-02-01", dec!(2), dec!(151));
    pair.instrument.kind = InstrumentKind::Forex;
    let account = as_simulated().with(Movement::conversion(USD, pair)).unwrap();
    let (spec, rates) = (spec(LOTS), RateHistory::default());
    let actual = ActualRun::new(&spec, &market, &rates, &account).run().unwrap();
    let causes = actual.explain(&spec.simulated(), &market, &rates).unwrap().steps()[1].causes;
    assert!((causes.of(Cause::Timing) - -2.0 / 1000.0).abs() < 1e-15);
    assert!((causes.of(Cause::Currency) - 6.0 / 1000.0).abs() < 1e-15);
    assert!((actual.record.step(1).unwrap().period_return() - (50.0 + 4.0) / 1000.0).abs() < 1e-15);
}

/// Euros bought with borrowed dollars: both sides of the conversion are held from the step on that it carries out.
#[test]
fn both_sides_of_a_late_conversion_count() {
    let spots = "month,usd,eur\n2024-01,150,165\n2024-02,153,168\n2024-03,153,168\n2024-04,153,168\n";
    let market = Market::new(JPY, PricePanel::from_csv("prices.csv", PRICES).unwrap());
    let market = market.with_spots(SpotPanel::from_csv("fx.csv", spots, JPY).unwrap()).unwrap();
    let mut pair = trade("3", "EUR.USD", USD, "2024-02-01", dec!(2), dec!(1.12));
    pair.instrument.kind = InstrumentKind::Forex;
    let account = as_simulated().with(Movement::conversion(Currency::EUR, pair)).unwrap();
    let (spec, rates) = (spec(LOTS), RateHistory::default());
    let actual = ActualRun::new(&spec, &market, &rates, &account).run().unwrap();
    let causes = actual.explain(&spec.simulated(), &market, &rates).unwrap().steps()[1].causes;
    // At 1.1 dollars on the day: 0.02 more for each of 2, at 153 yen. Then euros rose by 3 yen each, and 2.2 dollars by as much.
    assert!((causes.of(Cause::Timing) - -6.12 / 1000.0).abs() < 1e-15);
    assert!((causes.of(Cause::Currency) - -0.6 / 1000.0).abs() < 1e-15);
    assert!(causes.of(Cause::Unexplained).abs() < 1e-15);
}

#[test]
fn cash_that_lies_idle_is_cash() {
    // Twice as much is there as the simulation has, and half of it lies idle; what differs is only that.
    let account = |amount| {
        let account =
            opened("2024-01-30", amount).with(bought("1", "a", "2024-01-31", dec!(5), dec!(100))).unwrap();
        account.with(bought("2", "b", "2024-01-31", dec!(10), dec!(50))).unwrap()
    };
    let idle = explained(&account(dec!(2000))).1;
    only(&idle, 1, Cause::Cash, -25.0 / 1000.0);
    // Interest on it is cash as well.
    let earning =
        account(dec!(2000)).with(cash("2024-02-29", CashKind::BrokerInterest, dec!(10), JPY)).unwrap();
    only(&explained(&earning).1, 1, Cause::Cash, -25.0 / 1000.0 + 10.0 / 2000.0);
}

#[test]
fn a_flow_is_no_return() {
    // A deposit on a step's day lies there from then on.
    let deposit = cash("2024-02-29", CashKind::DepositOrWithdrawal, dec!(500), JPY);
    let (actual, explanation) = explained(&as_simulated().with(deposit).unwrap());
    only(&explanation, 1, Cause::Unexplained, 0.0);
    let step = actual.record.step(1).unwrap();
    assert_eq!((step.reinvested(), step.withdrawn(), step.value_after), (500.0, 0.0, 1550.0));
    // Half of the month before: it is half of it in the capital.
    let deposit = cash("2024-03-16", CashKind::DepositOrWithdrawal, dec!(500), JPY);
    let (actual, _) = explained(&as_simulated().with(deposit).unwrap());
    let march = actual.record.step(2).unwrap();
    assert!((march.capital - (1050.0 + 500.0 * 15.0 / 31.0)).abs() < 1e-12);
    assert!((march.period_return() - 45.0 / march.capital).abs() < 1e-15);
    // What comes before the first step is what the run begins with.
    let early = opened("2024-01-29", dec!(0)).with(cash(
        "2024-01-30",
        CashKind::DepositOrWithdrawal,
        dec!(1000),
        JPY,
    ));
    let account = early.unwrap().with(bought("1", "a", "2024-01-31", dec!(10), dec!(100))).unwrap();
    let (actual, _) = explained(&account);
    assert_eq!(actual.record.step(0).unwrap().value_before, 1000.0);
}

#[test]
fn what_an_asset_pays_is_income_and_a_tax_that_is_added_back_is_none() {
    let taxed = |account: Account| {
        let account = account.with(cash("2024-02-29", CashKind::Dividend, dec!(10), JPY)).unwrap();
        account.with(cash("2024-02-29", CashKind::WithheldTax(Taxed::Dividend), dec!(-2), JPY)).unwrap()
    };
    let net = taxed(as_simulated());
    only(&explained(&net).1, 1, Cause::Income, 8.0 / 1000.0);
    let gross = net.with(Movement::added_back(day("2024-02-29"), Money::new(dec!(2), JPY))).unwrap();
    let (actual, explanation) = explained(&gross);
    only(&explanation, 1, Cause::Income, 10.0 / 1000.0);
    assert_eq!(actual.record.step(1).unwrap().withdrawn(), 2.0);
    assert_eq!(actual.record.step(1).unwrap().cash, 8.0);
}

#[test]
fn a_split_is_no_gain_where_prices_have_it_too() {
    let prices = "month,a_jpy,b_jpy\n2024-01,100,50\n2024-02,110,50\n2024-03,60.5,49\n2024-04,60,51\n";
    let market = Market::new(JPY, PricePanel::from_csv("prices.csv", PRICES).unwrap());
    let traded = PricePanel::from_csv("traded.csv", prices).unwrap();
    let (spec, rates) = (spec(LOTS), RateHistory::default());
    let split = Movement::action(day("2024-03-15"), asset("a"), dec!(5), None);
    let account = as_simulated().with(split).unwrap();
    let run = ActualRun::new(&spec, &market, &rates, &account).with_traded_prices(&traded);
    let actual = run.run().unwrap();
    let explanation = actual.explain(&spec.simulated(), &market, &rates).unwrap();
    for step in 0..4 {
        only(&explanation, step, Cause::Unexplained, 0.0);
    }
    assert_eq!(actual.steps[2].units[0], dec!(10));
}

#[test]
fn a_weight_set_to_zero_is_zeroing() {
    let prices = "month,a_jpy,b_jpy\n2024-01,100,90000\n2024-02,110,99000\n2024-03,110,90000\n";
    let market = Market::new(JPY, PricePanel::from_csv("prices.csv", prices).unwrap());
    let text = r#"{"name": "x", "capital": 10000000,
        "holdings": [{"asset": "a", "weight": 0.99}, {"asset": "b", "weight": 0.01}],
        "rule": {"calendar": {"every": "year", "on": "end"}},
        "operation": {"actual": {"lot": {"minimum": 1, "increment": 1}}}}"#;
    let (spec, rates) = (Spec::from_json(text).unwrap(), RateHistory::default());
    let record = simulate(&spec, &market, &rates).unwrap();
    assert_eq!(record.step(0).unwrap().strategic, [1.0, 0.0]);
    let account = parity::account_of(&record, &market);
    let actual = ActualRun::new(&spec, &market, &rates, &account).run().unwrap();
    let explanation = actual.explain(&spec.simulated(), &market, &rates).unwrap();
    // a alone rose 10 % and stayed; the simulation fell back with b: 0.01 · (0.99 / 1.1).
    let march = &explanation.steps()[2];
    assert!((march.causes.of(Cause::Zeroing) - 0.01 * 0.1 / 1.1).abs() < 1e-12);
    for cause in Cause::ALL.into_iter().skip(1) {
        assert!(march.causes.of(cause).abs() < 1e-12, "{cause:?}");
    }
}

#[test]
fn years_are_chained_from_their_steps() {
    let account = as_simulated().with(cash("2024-03-31", CashKind::Fee, dec!(-7), JPY)).unwrap();
    let (_, whole) = explained(&account);
    let parts = [Explanation::chained(&whole.steps()[..2]), Explanation::chained(&whole.steps()[2..])];
    let growth = (1.0 + parts[0].actual) * (1.0 + parts[1].actual);
    assert!((growth - 1.0 - whole.actual).abs() < 1e-15);
    for part in &parts {
        assert!((part.causes.sum() - (part.actual - part.simulated)).abs() < 1e-15);
    }
    assert_eq!(
        serde_json::to_value(whole.causes).unwrap()["unexplained"],
        whole.causes.of(Cause::Unexplained)
    );
}

#[test]
fn records_of_other_days_are_refused() {
    let market = Market::new(JPY, PricePanel::from_csv("prices.csv", PRICES).unwrap());
    let (whole, rates) = (spec(LOTS), RateHistory::default());
    let actual = ActualRun::new(&whole, &market, &rates, &as_simulated()).run().unwrap();
    let mut shorter = whole.simulated();
    shorter.end = Some("2024-03".parse().unwrap());
    let refused = actual.explain(&shorter, &market, &rates).unwrap_err();
    assert!(matches!(
        refused,
        PortfolioError::Actual(ActualError::Days { what: "simulated", expected: 4, found: 3, .. })
    ));
}

/// What may happen to an account that was meant to do as simulated.
#[derive(Debug, Clone)]
enum Mishap {
    Price(f64),
    Delay(u64),
    Units(f64),
    Commission(i64),
    Paid(i64),
    Flow(i64),
    Gone,
}

fn mishaps() -> impl Strategy<Value = Vec<(prop::sample::Index, Mishap)>> {
    let mishap = prop_oneof![
        (0.9..1.1).prop_map(Mishap::Price),
        (1..40_u64).prop_map(Mishap::Delay),
        (0.5..1.2).prop_map(Mishap::Units),
        (-50..5000_i64).prop_map(Mishap::Commission),
        (0..5000_i64).prop_map(Mishap::Paid),
        (-3000..20000_i64).prop_map(Mishap::Flow),
        Just(Mishap::Gone),
    ];
    prop::collection::vec((any::<prop::sample::Index>(), mishap), 0..12)
}

fn suffered(account: &Account, mishaps: &[(prop::sample::Index, Mishap)]) -> Account {
    let mut movements = account.movements().to_vec();
    for (at, mishap) in mishaps {
        let place = at.index(movements.len());
        let date = movements[place].date();
        let of_base = |amount: &i64| Money::new(Decimal::from(*amount), BASE);
        let cash = |kind, amount| Movement::cash(CashMovement::new(date, kind, of_base(amount)));
        match mishap {
            Mishap::Paid(amount) => movements.push(cash(CashKind::Dividend, amount)),
            Mishap::Flow(amount) => movements.push(cash(CashKind::DepositOrWithdrawal, amount)),
            Mishap::Gone if movements.len() > 1 => drop(movements.remove(place)),
            _ => {}
        }
        let Some(movement) = movements.get_mut(place) else { continue };
        match (movement, mishap) {
            (Movement::Fill { fill, .. }, Mishap::Price(by)) => {
                let price = fill.price.amount() * Decimal::from_f64(*by).unwrap();
                fill.price = Money::new(price, fill.price.currency());
            }
            (Movement::Fill { fill, .. }, Mishap::Delay(days)) => fill.date = date + Days::new(*days),
            (Movement::Fill { fill, .. }, Mishap::Units(by)) => {
                fill.quantity *= Decimal::from_f64(*by).unwrap();
            }
            (Movement::Fill { fill, .. }, Mishap::Commission(amount)) => fill.commission = of_base(amount),
            _ => {}
        }
    }
    let opened = Account::new(account.opening().clone());
    movements.into_iter().fold(opened, |account, movement| account.with(movement).unwrap())
}

proptest! {
    /// Whatever happens: profits add up to values, causes to the difference, and what is unexplained is the other mix.
    #[test]
    fn causes_add_up(case in parity::operated(), mishaps in mishaps(), delay in prop_oneof![Just(0_u16), 0..20_u16]) {
        let (market, rates) = (case.world.market().unwrap(), case.world.rates());
        let operated = case.run().unwrap();
        let account = parity::account_of(&operated, &market);
        prop_assume!(!account.movements().is_empty());
        let account = suffered(&account, &mishaps);
        let run = ActualRun::new(&case.spec, &market, &rates, &account).with_delay(delay);
        let actual = match run.run() {
            Ok(actual) => actual,
            // More was sold than was left, or nothing was: said by name.
            Err(PortfolioError::Actual(ActualError::Short { .. } | ActualError::Capital { .. } | ActualError::Scale { .. })
                | PortfolioError::Lost { .. } | PortfolioError::MissingPrice { .. }) => return Ok(()),
            Err(other) => return Err(TestCaseError::fail(other.to_string())),
        };
        let explanation = actual.explain(&case.spec.simulated(), &market, &rates).unwrap();
        let rows = actual.steps.iter().zip(actual.record.steps()).zip(explanation.steps());
        for (t, ((own, step), explained)) in rows.enumerate() {
            let scale = step.value.max(step.value_before).max(step.capital);
            prop_assert!(close(own.profit(), step.after_costs - step.value_before, scale, 1e-10), "{} {own:?}", step.date);
            prop_assert!(close(step.value_after, step.after_costs - step.withdrawn() + step.reinvested(), scale, 1e-12));
            prop_assert!(close(step.value_after, step.after.iter().sum::<f64>() + step.cash, scale, 1e-12));
            let size = 1.0 + explained.actual.abs() + scale / step.capital;
            prop_assert!(close(explained.causes.sum(), explained.actual - explained.simulated, size, 1e-12));
            if delay > 0 || t == 0 {
                continue;
            }
            let (before, planned, reference) =
                (actual.record.step(t - 1).unwrap(), operated.step(t).unwrap(), operated.step(t - 1).unwrap());
            let invested = (planned.value_before - reference.cash) / planned.value_before;
            // What is hardly invested has a mix of rounding.
            if invested < 1e-3 {
                continue;
            }
            let mut other = -own.invested / step.capital / invested * planned.market_profit / planned.value_before;
            for (id, held) in step.universe.iter().zip(before.after).filter(|(_, held)| **held != 0.0) {
                let prices = (case.world.price(id, before.month), case.world.price(id, step.month));
                // What is gone may have no price any more.
                let (Some(from), Some(to)) = prices else { return Ok(()) };
                other += held / step.capital * (to / from - 1.0);
            }
            let found = explained.causes.of(Cause::Unexplained);
            prop_assert!(close(found, other, size / invested, 1e-9), "{} {found} {other}", step.date);
        }
        let whole = explanation.actual - explanation.simulated;
        prop_assert!(close(explanation.causes.sum(), whole, 1.0 + explanation.actual.abs() + explanation.simulated.abs(), 1e-12));
    }
}
