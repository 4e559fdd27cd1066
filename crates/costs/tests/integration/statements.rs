use allweather_core::{AssetId, Currency, Money};
use allweather_costs::fills::{
    ArrivalPrice, CashBalance, CashKind, CashMovement, Fill, Instrument, InstrumentKind, MappedSymbol,
    NotHandled, OpenPosition, Original, Revision, Span, Statement, SymbolMap,
};
use chrono::NaiveDate;
use proptest::prelude::*;
use rust_decimal::{Decimal, dec};

use crate::usd;

pub(crate) fn day(of_march: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2024, 3, of_march).unwrap()
}

fn vti() -> Instrument {
    Instrument::new("VTI", InstrumentKind::Stock, Currency::USD)
}

fn fill(id: &str, on: u32, quantity: Decimal) -> Fill {
    Fill::new(id, vti(), day(on), quantity, dec!(250))
}

fn cancel(id: &str, on: u32, quantity: Decimal, original: &str) -> Fill {
    let mut it = fill(id, on, quantity);
    it.revises = Some(Revision::Cancels(Original::new(original)));
    it
}

fn statement(first: u32, last: u32, fills: Vec<Fill>) -> Statement {
    let mut it = Statement::new("Interactive Brokers", "U1");
    it.span = Span::new(day(first), day(last));
    it.fills = fills;
    it
}

fn ids(of: &Statement) -> Vec<&str> {
    of.fills.iter().map(|fill| fill.id.as_str()).collect()
}

fn both_ways(a: Statement, b: Statement) -> Statement {
    let merged = a.clone().merge(b.clone()).unwrap();
    assert_eq!(b.merge(a).unwrap(), merged);
    merged
}

#[test]
fn days_that_both_tell_of_count_once() {
    let a = statement(1, 10, vec![fill("1", 2, dec!(10)), fill("2", 9, dec!(5))]);
    let b = statement(8, 20, vec![fill("2", 9, dec!(5)), fill("3", 15, dec!(-7))]);
    let merged = both_ways(a, b);
    assert_eq!(ids(&merged), ["1", "2", "3"]);
    assert_eq!(merged.span, Span::new(day(1), day(20)));
    assert!(merged.not_handled.is_empty());
}

#[test]
fn one_id_with_two_meanings_is_refused() {
    let a = statement(1, 10, vec![fill("1", 2, dec!(10))]);
    let b = statement(1, 10, vec![fill("1", 2, dec!(11))]);
    assert_eq!(
        a.clone().merge(b).unwrap_err().to_string(),
        "the fill \"1\" is told twice and differently: 2024-03-02 10 VTI at 250 USD, commission 0 USD and \
         2024-03-02 11 VTI at 250 USD, commission 0 USD"
    );
    let mut other = a.clone();
    other.account = "U2".to_owned();
    assert_eq!(
        a.clone().merge(other).unwrap_err().to_string(),
        "statements of the accounts \"Interactive Brokers U1\" and \"Interactive Brokers U2\" cannot be merged"
    );
    let (mut yen, mut dollars) = (a.clone(), a);
    yen.base_currency = Some(Currency::JPY);
    dollars.base_currency = Some(Currency::USD);
    assert!(yen.merge(dollars).is_err());
}

#[test]
fn a_cancellation_finds_its_trade_in_another_statement() {
    let a = statement(1, 5, vec![fill("1", 2, dec!(10))]);
    let b = statement(6, 10, vec![cancel("2", 7, dec!(-10), "1")]);
    let merged = both_ways(a.clone(), b.clone());
    assert!(merged.fills.is_empty());
    assert_eq!(
        merged.cancelled.iter().map(|gone| (gone.fill.id.as_str(), gone.by.as_str())).collect::<Vec<_>>(),
        [("1", "2")]
    );
    // It stays undone when one more statement tells of the trade, or of its cancellation.
    assert!(both_ways(merged.clone(), a).fills.is_empty());
    assert!(both_ways(merged, b).fills.is_empty());
}

#[test]
fn a_correction_finds_its_trade_in_another_statement() {
    let mut corrected = fill("3", 7, dec!(12));
    corrected.revises = Some(Revision::Corrects(Original::new("1")));
    let a = statement(1, 5, vec![fill("1", 2, dec!(10))]);
    let b = statement(6, 10, vec![corrected]);
    let merged = both_ways(a.clone(), b.clone());
    assert_eq!(ids(&merged), ["3"]);
    assert_eq!(merged.fills[0].revises, None);
    assert_eq!(ids(&both_ways(merged.clone(), b)), ["3"]);
    assert_eq!(ids(&both_ways(merged, a)), ["3"]);
}

#[test]
fn days_that_nobody_tells_of_are_named() {
    let merged = both_ways(statement(1, 5, vec![]), statement(9, 10, vec![]));
    let [gap] = merged.not_handled.as_slice() else { unreachable!("{merged:?}") };
    assert_eq!(gap.description, "no statement tells of 2024-03-06 through 2024-03-08");
    assert!(both_ways(statement(1, 5, vec![]), statement(6, 10, vec![])).not_handled.is_empty());
}

#[test]
fn what_is_not_handled_is_named_once() {
    let with = |first, last| {
        let mut it = statement(first, last, vec![]);
        it.not_handled = vec![NotHandled::new("CorporateActions", "SPLIT 10 FOR 1")];
        it
    };
    assert_eq!(both_ways(with(1, 9), with(5, 12)).not_handled.len(), 1);
    assert_eq!(both_ways(with(1, 5), with(6, 12)).not_handled.len(), 2);
}

#[test]
fn cash_counts_once_with_a_number_and_without() {
    let movement = |id: Option<&str>, amount| {
        let mut it = CashMovement::new(day(5), CashKind::Dividend, usd(amount));
        it.id = id.map(str::to_owned);
        it
    };
    let with = |first, last, cash: &[CashMovement]| {
        let mut it = statement(first, last, vec![]);
        it.cash = cash.to_vec();
        it
    };
    let (seven, other) = (movement(Some("7"), dec!(1)), movement(Some("7"), dec!(2)));
    assert_eq!(
        both_ways(with(1, 9, std::slice::from_ref(&seven)), with(1, 9, std::slice::from_ref(&seven)))
            .cash
            .len(),
        1
    );
    assert!(with(1, 9, &[seven]).merge(with(1, 9, &[other])).is_err());
    let nameless = movement(None, dec!(3));
    let twice = [nameless.clone(), nameless.clone()];
    assert_eq!(both_ways(with(1, 9, &twice), with(5, 12, std::slice::from_ref(&nameless))).cash.len(), 2);
    assert_eq!(both_ways(with(1, 5, &twice), with(6, 12, &[nameless])).cash.len(), 3);
}

#[test]
fn ends_are_those_of_the_later_statement() {
    let with = |first, last, held, start, end| {
        let mut it = statement(first, last, vec![]);
        it.positions = vec![OpenPosition::new(vti(), day(last), held)];
        let mut balance = CashBalance::new(usd(end));
        balance.start = Some(usd(start));
        it.balances = vec![balance];
        it
    };
    let merged =
        both_ways(with(1, 5, dec!(10), dec!(100), dec!(200)), with(6, 9, dec!(12), dec!(200), dec!(150)));
    assert_eq!(merged.positions[0].quantity, dec!(12));
    assert_eq!((merged.balances[0].start, merged.balances[0].end), (Some(usd(dec!(100))), usd(dec!(150))));
    let clash = with(1, 9, dec!(10), dec!(100), dec!(200)).merge(with(6, 9, dec!(12), dec!(200), dec!(200)));
    assert!(clash.unwrap_err().to_string().contains("positions of"));
    let clash = with(1, 9, dec!(10), dec!(100), dec!(200)).merge(with(6, 9, dec!(10), dec!(200), dec!(201)));
    assert!(clash.unwrap_err().to_string().contains("cash of"));
}

#[test]
fn arrivals_belong_to_orders_of_the_statement() {
    let mut a = fill("1", 2, dec!(10));
    a.order = Some("77".to_owned());
    let mut b = fill("2", 2, dec!(5));
    b.order = Some("77".to_owned());
    let sale = fill("3", 3, dec!(-4));
    let it = statement(1, 5, vec![a, b, sale]);
    let arrival = |order: &str, price| ArrivalPrice { order: order.to_owned(), price: usd(price) };
    let told = it.clone().with_arrivals(&[arrival("77", dec!(249)), arrival("3", dec!(252))]).unwrap();
    let lost: Vec<_> = told.fills.iter().map(|fill| fill.shortfall().unwrap().unwrap().amount()).collect();
    // 10 · (250 − 249), 5 · (250 − 249) and −4 · (250 − 252): all to the worse.
    assert_eq!(lost, [dec!(10), dec!(5), dec!(8)]);
    let refused = |arrivals: &[ArrivalPrice]| it.clone().with_arrivals(arrivals).unwrap_err().to_string();
    assert_eq!(
        refused(&[arrival("9", dec!(1))]),
        "the arrival price of \"9\" must be of an order of the statement"
    );
    assert_eq!(refused(&[arrival("3", dec!(0))]), "the arrival price of \"3\" must be above 0");
    assert_eq!(
        refused(&[arrival("3", dec!(1)), arrival("3", dec!(1))]),
        "the arrival price of \"3\" must be given once"
    );
    let yen = ArrivalPrice { order: "3".to_owned(), price: Money::new(dec!(1), Currency::JPY) };
    assert_eq!(refused(&[yen]), "the arrival price of \"3\" must be in the currency of the fill");
    assert!(
        serde_json::from_str::<ArrivalPrice>(
            r#"{"order":"1","price":{"amount":"1","currency":"USD"},"x":1}"#
        )
        .is_err()
    );
    // Arrivals that one of two statements has are no contradiction.
    assert_eq!(both_ways(it, told.clone()).fills, told.fills);
}

#[test]
fn a_map_names_what_it_does_not_know() {
    let row = |symbol: &str, currency, asset: &str| MappedSymbol {
        symbol: symbol.to_owned(),
        currency,
        asset: asset.parse().unwrap(),
    };
    let usd = Some(Currency::USD);
    let map = SymbolMap::new(vec![
        row("VTI", usd, "us"),
        row("VTI", Some(Currency::EUR), "eu"),
        row("GLD", None, "gold"),
    ])
    .unwrap();
    let asset = |symbol: &str, currency| {
        map.asset(&Instrument::new(symbol, InstrumentKind::Stock, currency)).map(AssetId::as_str)
    };
    assert_eq!((asset("VTI", Currency::USD), asset("VTI", Currency::EUR)), (Ok("us"), Ok("eu")));
    assert_eq!(asset("GLD", Currency::JPY), Ok("gold"));
    assert_eq!(
        asset("VTI", Currency::JPY).unwrap_err().to_string(),
        "no asset is given for the symbol \"VTI\" in JPY"
    );
    assert!(asset("vti", Currency::USD).is_err());
    let twice = SymbolMap::new(vec![row("VTI", usd, "us"), row("VTI", usd, "eu")]).unwrap_err();
    assert_eq!(twice.to_string(), "the symbol \"VTI\" is mapped twice in USD");
    assert!(SymbolMap::new(vec![row("VTI", usd, "us"), row("VTI", None, "eu")]).is_err());
    let text = serde_json::to_string(&map).unwrap();
    assert_eq!(serde_json::from_str::<SymbolMap>(&text).unwrap(), map);
    assert!(
        serde_json::from_str::<SymbolMap>(r#"[{"symbol":"A","asset":"a"},{"symbol":"A","asset":"b"}]"#)
            .is_err()
    );
    assert!(serde_json::from_str::<SymbolMap>(r#"[{"symbol":"A","asset":"a","x":1}]"#).is_err());
}

proptest! {
    /// However a history is cut into statements that overlap, and in whatever order they are merged, it is the same.
    #[test]
    fn merging_knows_no_order(
        quantities in prop::collection::vec(-20_i64..20, 1..12),
        cuts in prop::collection::vec((0_usize..12, 0_usize..12), 1..4),
        order in any::<prop::sample::Index>(),
    ) {
        let all: Vec<Fill> = quantities
            .iter()
            .enumerate()
            .filter(|(_, quantity)| **quantity != 0)
            .map(|(at, quantity)| fill(&at.to_string(), u32::try_from(at + 1).unwrap(), Decimal::from(*quantity)))
            .collect();
        let whole = statement(1, 31, all.clone());
        let part = |from: usize, to: usize| {
            let (first, last) = (from.min(to), from.max(to) + 1);
            let days = u32::try_from(first).unwrap() + 1..=u32::try_from(last).unwrap() + 1;
            let within = all.iter().filter(|fill| days.contains(&chrono::Datelike::day(&fill.date))).cloned().collect();
            statement(*days.start(), *days.end(), within)
        };
        let mut parts: Vec<Statement> = cuts.iter().map(|(from, to)| part(*from, *to)).collect();
        parts.push(whole.clone());
        let turn = order.index(parts.len());
        parts.rotate_left(turn);
        let merged = parts.into_iter().reduce(|a, b| a.merge(b).unwrap()).unwrap();
        prop_assert_eq!(merged.fills, whole.fills);
    }
}
