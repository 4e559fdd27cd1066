//! What comes before the first step is part of what the run begins with; its return is that of its trades.

use allweather_costs::fills::{CashKind, Taxed};
use allweather_portfolio::{
    actual::{Account, Cause, Movement, Standing},
    core::Money,
};
use rust_decimal::{Decimal, dec};

use super::{JPY, asset, bought, cash, day, explanation::explained, opened};

/// So many units of a, which is at 100 at the first step, and cash.
fn holding(units: Decimal, amount: Decimal) -> Account {
    let opening = Standing::new(day("2024-01-10")).with_cash(Money::new(amount, JPY));
    Account::new(opening.with_units(asset("a"), units))
}

fn action(on: &str, units: Decimal, amount: Option<Decimal>) -> Movement {
    Movement::action(day(on), asset("a"), units, amount.map(|amount| Money::new(amount, JPY)))
}

/// Value before the first step and profit in it, of an account to which all this happens.
fn first(account: Account, movements: impl IntoIterator<Item = Movement>) -> (f64, f64) {
    let account = movements.into_iter().fold(account, |account, movement| account.with(movement).unwrap());
    let (actual, explanation) = explained(&account);
    let (step, own) = (actual.record.step(0).unwrap(), &actual.steps[0]);
    assert!((own.profit() - (step.after_costs - step.value_before)).abs() < 1e-9);
    let found = &explanation.steps()[0];
    assert!((found.causes.sum() - (found.actual - found.simulated)).abs() < 1e-15);
    assert_eq!(step.withdrawn(), 0.0);
    (step.value_before, own.profit())
}

#[test]
fn a_split_before_the_first_step_is_no_return() {
    // At 200 when the account began, at 100 at the first step.
    assert_eq!(first(holding(dec!(5), dec!(0)), [action("2024-01-20", dec!(5), None)]), (1000.0, 0.0));
    // On the day of the step no price has moved either.
    assert_eq!(first(holding(dec!(5), dec!(0)), [action("2024-01-31", dec!(5), None)]), (1000.0, 0.0));
    // Twice, and four into one.
    let splits = [action("2024-01-20", dec!(5), None), action("2024-01-22", dec!(10), None)];
    assert_eq!(first(holding(dec!(5), dec!(0)), splits), (2000.0, 0.0));
    assert_eq!(first(holding(dec!(20), dec!(0)), [action("2024-01-20", dec!(-15), None)]), (500.0, 0.0));
    // A share of another is a spin-off: it was in the price of what was held.
    let of_b = Movement::action(day("2024-01-20"), asset("b"), dec!(2), None);
    assert_eq!(first(holding(dec!(5), dec!(0)), [of_b]), (600.0, 0.0));
    // Taken for cash.
    let taken = action("2024-01-20", dec!(-5), Some(dec!(700)));
    assert_eq!(first(holding(dec!(5), dec!(100)), [taken]), (800.0, 0.0));
}

#[test]
fn a_split_of_what_was_bought_before_the_first_step_goes_with_its_fill() {
    let buy = || bought("1", "a", "2024-01-15", dec!(5), dec!(200));
    let split = |units| action("2024-01-20", units, None);
    assert_eq!(first(opened("2024-01-10", dec!(1000)), [buy(), split(dec!(5))]), (1000.0, 0.0));
    assert_eq!(first(holding(dec!(5), dec!(1000)), [buy(), split(dec!(10))]), (2000.0, 0.0));
    // A purchase after it is at its own price.
    let after = bought("1", "a", "2024-01-25", dec!(5), dec!(98));
    assert_eq!(first(holding(dec!(5), dec!(490)), [split(dec!(5)), after]), (1490.0, 10.0));
    // What was sold before it was sold at the price of before.
    let sale = bought("1", "a", "2024-01-15", dec!(-5), dec!(200));
    assert_eq!(first(holding(dec!(10), dec!(0)), [sale, split(dec!(5))]), (2000.0, 0.0));
}

#[test]
fn what_is_paid_before_the_first_step_is_what_the_run_begins_with() {
    let paid = |kind, amount| cash("2024-01-20", kind, amount, JPY);
    let income = || {
        [
            paid(CashKind::Dividend, dec!(50)),
            paid(CashKind::WithheldTax(Taxed::Dividend), dec!(-5)),
            Movement::added_back(day("2024-01-20"), Money::new(dec!(5), JPY)),
        ]
    };
    assert_eq!(first(holding(dec!(5), dec!(0)), income()), (545.0, 0.0));
    let others = [paid(CashKind::BrokerInterest, dec!(7)), paid(CashKind::Lending, dec!(2))];
    assert_eq!(first(opened("2024-01-10", dec!(1000)), others), (1009.0, 0.0));
    // What is charged is a cost, as that of the first trades.
    let fee = paid(CashKind::Fee, dec!(-3));
    assert_eq!(first(opened("2024-01-10", dec!(1000)), [fee]), (1000.0, -3.0));
    // Bought with the dividend to come, which the price lost until the step: the two make up for each other.
    let buy = bought("1", "a", "2024-01-15", dec!(5), dec!(110));
    let dividend = paid(CashKind::Dividend, dec!(50));
    assert_eq!(first(opened("2024-01-10", dec!(1000)), [buy, dividend]), (1000.0, 0.0));
}

#[test]
fn a_tax_given_back_is_no_return_where_it_had_been_added_back() {
    let account = holding(dec!(5), dec!(500));
    let back = cash("2024-02-29", CashKind::WithheldTax(Taxed::Dividend), dec!(2), JPY);
    let taken = Movement::added_back(day("2024-02-29"), Money::new(dec!(-2), JPY));
    let (actual, explanation) = explained(&account.with(back).unwrap().with(taken).unwrap());
    let step = actual.record.step(1).unwrap();
    assert_eq!((step.reinvested(), step.withdrawn(), step.cash), (2.0, 0.0, 502.0));
    assert!((step.period_return() - 50.0 / 1000.0).abs() < 1e-15);
    assert_eq!(explanation.steps()[1].causes.of(Cause::Income), 0.0);
}
