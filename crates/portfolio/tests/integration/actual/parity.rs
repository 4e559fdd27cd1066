//! A simulation in lots, its orders turned into fills at the panel's prices: the account's run is the simulation's.

use std::collections::BTreeMap;

use allweather_costs::fills::{CashKind, CashMovement, Fill, InstrumentKind};
use allweather_market::Market;
use allweather_portfolio::{
    Record,
    actual::{Account, ActualRun, Cause, Movement, Standing, Tolerance},
    core::{AssetId, Money},
};
use allweather_testkit::{
    Case,
    generate::{actual_operations, cases},
};
use proptest::prelude::*;
use rust_decimal::{Decimal, prelude::FromPrimitive};

use super::share;
use crate::{BASE, close};

fn exact(x: f64) -> Decimal {
    Decimal::from_f64_retain(x).unwrap()
}

/// The account that did exactly what the record says. Foreign purchases are paid by conversions at spot.
pub(super) fn account_of(record: &Record, market: &Market) -> Account {
    let capital = record.spec().capital.amount();
    let first = record.step(0).unwrap().date;
    let opening = Standing::new(first.pred_opt().unwrap()).with_cash(Money::new(capital, BASE));
    let mut account = Account::new(opening);
    let mut add = |movement| account = account.clone().with(movement).unwrap();
    let mut held: BTreeMap<&AssetId, Decimal> = BTreeMap::new();
    for (t, step) in record.steps().enumerate() {
        for (place, id) in record.universe().iter().enumerate() {
            if step.before[place] == step.after[place] {
                continue;
            }
            let at = market.prices().position(id).unwrap();
            let currency = market.prices().instruments()[at].currency;
            let row = market.prices().dates().binary_search(&step.date).unwrap();
            let price = market.prices().levels(at)[row].unwrap();
            let spot =
                if currency == BASE { 1.0 } else { market.spots().unwrap().on(currency, step.date).unwrap() };
            let so_far = held.entry(id).or_default();
            let mut units = exact((step.after[place] - step.before[place]) / (price * spot));
            if step.after[place] == 0.0 {
                units = -*so_far;
            }
            *so_far += units;
            let fill =
                Fill::new(format!("{id} {t}"), share(id.as_str(), currency), step.date, units, exact(price));
            let paid = fill.proceeds().unwrap();
            add(Movement::fill(id.clone(), fill));
            if currency != BASE {
                let mut pair = share("pair", BASE);
                pair.kind = InstrumentKind::Forex;
                let conversion =
                    Fill::new(format!("c {id} {t}"), pair, step.date, -paid.amount(), exact(spot));
                add(Movement::conversion(currency, conversion));
            }
        }
        for (kind, amount) in [
            (CashKind::Fee, -step.costs.total()),
            (CashKind::BrokerInterest, step.interest),
            (CashKind::DepositOrWithdrawal, step.reinvested()),
            (CashKind::DepositOrWithdrawal, -step.withdrawn()),
        ] {
            if amount != 0.0 {
                let money = Money::new(exact(amount), BASE);
                add(Movement::cash(CashMovement::new(step.date, kind, money)));
            }
        }
    }
    account
}

/// In lots, unhedged: forwards are not among what an account does.
pub(super) fn operated() -> impl Strategy<Value = Case> {
    (cases(), actual_operations()).prop_map(|(case, operation)| {
        let mut case = case.operated(operation);
        case.spec.fx = None;
        case
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn an_account_that_does_what_was_simulated_earns_it(case in operated()) {
        let (market, rates) = (case.world.market().unwrap(), case.world.rates());
        let record = case.run().unwrap();
        let account = account_of(&record, &market);
        let actual = ActualRun::new(&case.spec, &market, &rates, &account).run().unwrap();
        prop_assert_eq!(actual.later, 0);
        let noise = |step: &allweather_portfolio::Step<'_>| step.value.max(step.value_before);
        for (t, ((ours, theirs), own)) in actual.record.steps().zip(record.steps()).zip(&actual.steps).enumerate() {
            let scale = noise(&theirs);
            // The engine takes cash of up to 10⁻¹² of the value for rounding, at each step.
            let tolerance = 1e-12 * (t + 1) as f64;
            prop_assert!(close(ours.value_after, theirs.value_after, scale, tolerance), "{} {} {}", ours.date, ours.value_after, theirs.value_after);
            prop_assert!(close(ours.period_return(), theirs.period_return(), scale / theirs.value_before, 1e-11));
            prop_assert!(close(ours.cash, theirs.cash, scale, 1e-11), "{} {}", ours.cash, theirs.cash);
            prop_assert!(close(ours.costs.total(), theirs.costs.total(), scale, 1e-12));
            prop_assert!(close(own.profit(), ours.after_costs - ours.value_before, scale, 1e-11));
            prop_assert!(close(ours.withdrawn(), theirs.withdrawn(), scale, 1e-12));
            for (ours, theirs) in ours.after.iter().zip(theirs.after) {
                prop_assert!(close(*ours, *theirs, scale, 1e-12));
            }
        }
        // Nothing is left but lots: no cause has anything.
        let explanation = actual.explain(&case.spec.simulated(), &market, &rates).unwrap();
        for step in explanation.steps() {
            for cause in Cause::ALL.into_iter().filter(|cause| *cause != Cause::Lots) {
                let part = step.causes.of(cause);
                prop_assert!(part.abs() <= 1e-10, "{} {cause:?} {part}", step.date);
            }
        }
    }

    #[test]
    fn a_true_history_has_no_differences_and_a_changed_fill_is_named(case in operated(), pick in any::<prop::sample::Index>(), more in 1..1000_i64) {
        let market = case.world.market().unwrap();
        // Units as a broker writes them: sums of them are exact.
        let simulated = account_of(&case.run().unwrap(), &market);
        let mut account = Account::new(simulated.opening().clone());
        for movement in simulated.movements() {
            let mut movement = movement.clone();
            if let Movement::Fill { fill, .. } = &mut movement {
                fill.quantity = fill.quantity.round_dp(9);
            }
            account = account.with(movement).unwrap();
        }
        let stated = |account: &Account| {
            let mut days: Vec<_> = account.movements().iter().map(Movement::date).collect();
            days.dedup();
            days
        };
        // What the broker states, added up here from the movements themselves.
        let mut told = account.clone();
        let fills: Vec<_> = account.movements().iter().filter(|m| m.asset().is_some()).cloned().collect();
        prop_assume!(!fills.is_empty());
        for date in stated(&account) {
            let mut standing = Standing::new(date);
            for movement in &fills {
                let Movement::Fill { asset, fill, .. } = movement else { unreachable!() };
                let so_far = standing.positions.get_or_insert_default().entry(asset.clone()).or_default();
                if fill.date <= date {
                    *so_far += fill.quantity;
                }
            }
            told = told.with_stated(standing).unwrap();
        }
        prop_assert!(told.reconcile(Tolerance::default()).unwrap().agrees());

        // One fill changed.
        let changed = pick.get(&fills);
        let mut wrong = Account::new(account.opening().clone());
        for movement in account.movements() {
            let mut movement = movement.clone();
            if movement.id() == changed.id()
                && let Movement::Fill { fill, .. } = &mut movement
            {
                fill.quantity += Decimal::from_i64(more).unwrap();
            }
            wrong = wrong.with(movement).unwrap();
        }
        for standing in told.stated() {
            wrong = wrong.with_stated(standing.clone()).unwrap();
        }
        let reconciled = wrong.reconcile(Tolerance::default()).unwrap();
        let first = reconciled.differences.first().unwrap();
        prop_assert_eq!(first.date, changed.date());
        prop_assert_eq!(first.of.to_string(), changed.asset().unwrap().to_string());
        prop_assert_eq!(first.missing(), -Decimal::from(more));
        // The same difference, on every later day.
        prop_assert!(reconciled.differences.iter().all(|d| d.since == first.date && d.missing() == first.missing()));
    }
}
