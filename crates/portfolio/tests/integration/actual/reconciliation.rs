//! Opening and movements against what a broker states.

use allweather_costs::fills::{
    CashBalance, CashKind, CashMovement, Fill, FillsError, InstrumentKind, MappedSymbol, NotHandled,
    OpenPosition, Original, Revision, Span, Statement, SymbolMap,
};
use allweather_portfolio::{
    actual::{Account, ActualError, Difference, Held, Movement, Standing, Tolerance},
    core::Money,
};
use rust_decimal::{Decimal, dec};

use super::{JPY, USD, asset, bought, day, opened, share};

fn held(on: &str, a: Decimal) -> Standing {
    Standing::new(day(on)).with_units(asset("a"), a)
}

fn differences(account: &Account) -> Vec<Difference> {
    account.reconcile(Tolerance::default()).unwrap().differences
}

fn two_purchases() -> Account {
    let account =
        opened("2024-01-01", dec!(1000)).with(bought("1", "a", "2024-01-05", dec!(3), dec!(100))).unwrap();
    account.with(bought("2", "a", "2024-02-05", dec!(4), dec!(100))).unwrap()
}

#[test]
fn a_true_history_agrees() {
    let account = two_purchases().with_stated(held("2024-01-31", dec!(3))).unwrap();
    let account =
        account.with_stated(held("2024-02-29", dec!(7)).with_cash(Money::new(dec!(300), JPY))).unwrap();
    let reconciled = account.reconcile(Tolerance::default()).unwrap();
    assert!(reconciled.agrees());
    assert_eq!(reconciled.compared, [(day("2024-01-31"), 1), (day("2024-02-29"), 2)]);
    // Nothing stated is nothing agreed.
    assert!(!two_purchases().reconcile(Tolerance::default()).unwrap().agrees());
}

#[test]
fn a_missing_an_extra_and_a_doubled_fill_are_named() {
    // The broker says 7 of January: the second purchase was expected later, or one is missing.
    let account = two_purchases().with_stated(held("2024-01-31", dec!(7))).unwrap();
    let found = &differences(&account)[0];
    assert_eq!((found.missing(), found.since, found.suspects.len()), (dec!(4), day("2024-01-31"), 0));
    assert_eq!(found.to_string(), "2024-01-31: a is stated as 7 and expected to be 3");
    // It says 3 at the end: the second did not happen, or only in the account. It is the suspect, and stays so.
    let account = two_purchases().with_stated(held("2024-01-31", dec!(3))).unwrap();
    let account = account.with_stated(held("2024-02-29", dec!(3))).unwrap();
    let account = account.with_stated(held("2024-03-31", dec!(3))).unwrap();
    let found = differences(&account);
    assert_eq!(found.len(), 2);
    assert!(
        found.iter().all(|d| d.missing() == dec!(-4) && d.since == day("2024-02-29") && d.suspects == ["2"])
    );
    assert_eq!(found[1].date, day("2024-03-31"));
    // Twice as much: it is in the account once, and happened twice.
    let account = two_purchases().with_stated(held("2024-02-29", dec!(11))).unwrap();
    assert_eq!(differences(&account)[0].suspects, ["2"]);
    // What made up for it ends it.
    let account = two_purchases().with_stated(held("2024-01-31", dec!(4))).unwrap();
    let account = account
        .with_stated(held("2024-02-29", dec!(7)))
        .unwrap()
        .with_stated(held("2024-03-31", dec!(8)))
        .unwrap();
    let since: Vec<_> = differences(&account).iter().map(|d| d.since).collect();
    assert_eq!(since, [day("2024-01-31"), day("2024-03-31")]);
}

#[test]
fn positions_of_nowhere_and_positions_left_out_are_named() {
    // Told, and not told of b at all: it is stated to be none.
    let account = two_purchases().with(bought("3", "b", "2024-02-06", dec!(1), dec!(10))).unwrap();
    let account = account.with_stated(held("2024-02-29", dec!(7)).with_units(asset("c"), dec!(5))).unwrap();
    let found = differences(&account);
    let of: Vec<_> = found.iter().map(|d| (d.of.to_string(), d.missing())).collect();
    assert_eq!(of, [("b".to_owned(), dec!(-1)), ("c".to_owned(), dec!(5))]);
    assert_eq!(found[0].suspects, ["3"]);
}

#[test]
fn cash_is_compared_by_currency_within_a_tolerance() {
    let told = |amount| Standing::new(day("2024-02-29")).with_cash(Money::new(amount, JPY));
    for (amount, agrees) in
        [(dec!(300), true), (dec!(300.01), true), (dec!(299.99), true), (dec!(300.011), false)]
    {
        let account = two_purchases().with_stated(told(amount)).unwrap();
        assert_eq!(account.reconcile(Tolerance::default()).unwrap().agrees(), agrees, "{amount}");
    }
    let exact = Tolerance::new(dec!(0), dec!(0)).unwrap();
    assert!(!two_purchases().with_stated(told(dec!(300.01))).unwrap().reconcile(exact).unwrap().agrees());
    let wide = Tolerance::new(dec!(1), dec!(0)).unwrap();
    assert!(
        two_purchases().with_stated(held("2024-02-29", dec!(6))).unwrap().reconcile(wide).unwrap().agrees()
    );
    // A fee that nobody told of, in a currency nobody has.
    let dollars = Standing::new(day("2024-02-29"))
        .with_cash(Money::new(dec!(300), JPY))
        .with_cash(Money::new(dec!(-2), USD));
    let found = differences(&two_purchases().with_stated(dollars).unwrap());
    assert_eq!((found.len(), &found[0].of), (1, &Held::Cash(USD)));
    assert_eq!(found[0].to_string(), "2024-02-29: cash in USD is stated as -2 and expected to be 0");
    // A movement of that very size is suspected.
    let account = two_purchases().with(bought("9", "b", "2024-02-07", dec!(1), dec!(20))).unwrap();
    assert_eq!(differences(&account.with_stated(told(dec!(300))).unwrap())[0].suspects, ["9"]);
    assert!(matches!(Tolerance::new(dec!(-1), dec!(0)), Err(ActualError::Tolerance { .. })));
}

#[test]
fn corporate_actions_and_transfers_move_units() {
    let account = two_purchases()
        .with(Movement::action(day("2024-02-10"), asset("a"), dec!(7), Some(Money::new(dec!(3), JPY))))
        .unwrap()
        .with(Movement::transfer(day("2024-02-11"), asset("b"), dec!(2)))
        .unwrap()
        .with(Movement::added_back(day("2024-02-11"), Money::new(dec!(2), JPY)))
        .unwrap();
    let stated =
        held("2024-02-29", dec!(14)).with_units(asset("b"), dec!(2)).with_cash(Money::new(dec!(303), JPY));
    assert!(account.with_stated(stated).unwrap().reconcile(Tolerance::default()).unwrap().agrees());
}

fn symbols() -> SymbolMap {
    let row = |symbol: &str, name: &str| {
        serde_json::from_value::<MappedSymbol>(serde_json::json!({"symbol": symbol, "asset": name})).unwrap()
    };
    SymbolMap::new(vec![row("AAA", "a"), row("AAA:x", "a"), row("BBB", "b")]).unwrap()
}

/// A quarter of an account as a broker tells it.
fn statement() -> Statement {
    let mut statement = Statement::new("Some Broker", "U1");
    statement.span = Span::new(day("2024-01-02"), day("2024-03-29"));
    statement.fills.push(Fill::new("1", share("AAA", USD), day("2024-01-05"), dec!(30), dec!(10)));
    let mut pair = share("USD.JPY", JPY);
    (pair.kind, pair.bought) = (InstrumentKind::Forex, Some(USD));
    let mut conversion = Fill::new("2", pair, day("2024-01-04"), dec!(400), dec!(150));
    conversion.commission = Money::new(dec!(2), USD);
    statement.fills.push(conversion);
    statement.cash.push(CashMovement::new(day("2024-02-01"), CashKind::Dividend, Money::new(dec!(5), USD)));
    statement.positions.push(OpenPosition::new(share("AAA", USD), day("2024-03-29"), dec!(20)));
    statement.positions.push(OpenPosition::new(share("AAA:x", USD), day("2024-03-29"), dec!(10)));
    let mut yen = CashBalance::new(Money::new(dec!(40000), JPY));
    yen.start = Some(Money::new(dec!(100000), JPY));
    let mut dollars = CashBalance::new(Money::new(dec!(103), USD));
    dollars.start = Some(Money::new(dec!(0), USD));
    statement.balances = vec![yen, dollars];
    statement.not_handled.push(NotHandled::new("CorporateActions", "a name was changed"));
    statement
}

#[test]
fn a_statement_becomes_movements_and_standings() {
    let account = opened("2024-01-01", dec!(100000)).with_statement(&statement(), &symbols()).unwrap();
    let days: Vec<_> = account.movements().iter().map(Movement::date).collect();
    assert_eq!(days, [day("2024-01-04"), day("2024-01-05"), day("2024-02-01")]);
    assert!(matches!(account.movements()[0], Movement::Conversion { bought: USD, .. }));
    // At the start and at the end.
    assert_eq!(account.stated().len(), 2);
    assert_eq!(account.stated()[0].date, day("2024-01-01"));
    assert_eq!(account.stated()[0].positions, None);
    let reconciled = account.reconcile(Tolerance::default()).unwrap();
    assert!(reconciled.agrees(), "{:?}", reconciled.differences);
    assert_eq!(reconciled.compared.iter().map(|(_, figures)| figures).sum::<usize>(), 5);
    // What nobody acted upon is there to be looked at.
    assert_eq!(reconciled.not_handled[0].description, "a name was changed");

    // An opening that is not what the statement begins with.
    let poor = opened("2024-01-01", dec!(90000)).with_statement(&statement(), &symbols()).unwrap();
    assert_eq!(
        differences(&poor)[0].to_string(),
        "2024-01-01: cash in JPY is stated as 100000 and expected to be 90000"
    );
}

#[test]
fn what_a_statement_does_not_tell_is_not_compared() {
    let mut bare = statement();
    (bare.positions, bare.balances) = (Vec::new(), Vec::new());
    let account = opened("2024-01-01", dec!(100000)).with_statement(&bare, &symbols()).unwrap();
    assert!(account.stated().is_empty());
    let mut no_start = statement();
    no_start.balances[1].start = None;
    let account = opened("2024-01-01", dec!(100000)).with_statement(&no_start, &symbols()).unwrap();
    assert_eq!(account.stated().len(), 1);
}

#[test]
fn statements_that_do_not_fit_are_refused() {
    let account = || opened("2024-01-01", dec!(100000));
    let refused = |statement: &Statement| account().with_statement(statement, &symbols()).unwrap_err();
    // The same again, without a merge.
    let twice =
        account().with_statement(&statement(), &symbols()).unwrap().with_statement(&statement(), &symbols());
    assert!(matches!(twice, Err(ActualError::Twice { id, .. }) if id == "1"));
    let mut other = statement();
    other.account = "U2".into();
    let both = account().with_statement(&statement(), &symbols()).unwrap().with_statement(&other, &symbols());
    assert!(matches!(both, Err(ActualError::OtherAccount { .. })));
    let mut unknown = statement();
    unknown.fills[0].instrument.symbol = "CCC".into();
    assert!(
        matches!(refused(&unknown), ActualError::Fills(error) if matches!(*error, FillsError::UnmappedSymbol { .. }))
    );
    let mut future = statement();
    future.fills[0].instrument.kind = InstrumentKind::Future;
    assert_eq!(
        refused(&future).to_string(),
        "AAA of 2024-01-05 is a future: only what is paid for in full can be held"
    );
    let mut held = statement();
    held.positions[0].instrument.kind = InstrumentKind::Cfd;
    assert!(matches!(refused(&held), ActualError::Instrument { .. }));
    let mut untold = statement();
    untold.fills[1].instrument.bought = None;
    assert!(matches!(refused(&untold), ActualError::Conversion { .. }));
    let mut of_no_day = statement();
    (of_no_day.span, of_no_day.positions) = (None, Vec::new());
    assert!(matches!(refused(&of_no_day), ActualError::NoDay { .. }));
    let mut old = statement();
    old.cash[0].date = day("2024-01-01");
    assert_eq!(
        refused(&old).to_string(),
        "cash in USD of 2024-01-01 is not after the opening of the account on 2024-01-01, which is the end of that day"
    );
    let before = account().with_stated(held_before());
    assert!(matches!(before, Err(ActualError::BeforeOpening { .. })));
}

fn held_before() -> Standing {
    held("2023-12-31", dec!(1))
}

#[test]
fn a_fill_that_is_cancelled_is_gone_and_one_that_is_corrected_is_replaced() {
    let row = |id: &str, units, revision| {
        let mut fill = Fill::new(id, share("a", JPY), day("2024-02-20"), units, dec!(100));
        fill.revises = Some(revision);
        Movement::fill(asset("a"), fill)
    };
    let agrees = |account: Account, units| {
        account
            .with_stated(held("2024-02-29", units))
            .unwrap()
            .reconcile(Tolerance::default())
            .unwrap()
            .agrees()
    };
    let account = two_purchases().with(row("3", dec!(-4), Revision::Cancels(Original::new("2")))).unwrap();
    assert_eq!(account.movements().len(), 1);
    assert!(agrees(account.clone(), dec!(3)));
    // It may be told anew.
    assert!(account.with(bought("2", "a", "2024-02-05", dec!(5), dec!(100))).is_ok());
    let account = two_purchases().with(row("3", dec!(5), Revision::Corrects(Original::new("2")))).unwrap();
    assert_eq!(account.movements().len(), 2);
    assert!(agrees(account, dec!(8)));
    let mut of_another_day = Original::new("2");
    of_another_day.date = Some(day("2024-02-06"));
    for missing in [Original::new("7"), Original::default(), of_another_day] {
        let refused = two_purchases().with(row("3", dec!(-4), Revision::Cancels(missing))).unwrap_err();
        assert!(matches!(refused, ActualError::TakenBack { .. }), "{refused}");
    }
    // Cash may have the number of a fill.
    let mut fee = CashMovement::new(day("2024-02-20"), CashKind::Fee, Money::new(dec!(-1), JPY));
    fee.id = Some("2".into());
    let account = two_purchases().with(Movement::cash(fee.clone())).unwrap();
    assert!(matches!(account.with(Movement::cash(fee)), Err(ActualError::Twice { .. })));
}

#[test]
fn accrued_interest_is_cash_of_the_trade() {
    let mut fill = Fill::new("3", share("a", JPY), day("2024-02-20"), dec!(1), dec!(100));
    fill.accrued = Some(Money::new(dec!(-7), JPY));
    let account = opened("2024-01-01", dec!(1000)).with(Movement::fill(asset("a"), fill)).unwrap();
    let stated = Standing::new(day("2024-02-29")).with_cash(Money::new(dec!(893), JPY));
    assert!(account.with_stated(stated).unwrap().reconcile(Tolerance::default()).unwrap().agrees());
}
