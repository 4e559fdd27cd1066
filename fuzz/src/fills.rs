//! The laws that a broker's statements keep, whatever the bytes.

use std::collections::BTreeSet;

use allweather_costs::PublishedCosts;
use allweather_costs::fills::{Estimates, MappedSymbol, Revision, Statement, StatementReader, SymbolMap};
use rust_decimal::Decimal;

/// Reads `bytes` and checks what came of it; `None` when they were refused.
///
/// # Panics
///
/// When a law does not hold: that is how a fuzz target says so.
#[must_use]
pub fn statements(reader: &dyn StatementReader, bytes: &[u8]) -> Option<Vec<Statement>> {
    let read = reader.read("file", bytes);
    assert_eq!(reader.read("file", bytes), read, "reading is a function");
    let read = match read {
        Ok(read) => read,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return None;
        }
    };
    for statement in &read {
        let mut seen = BTreeSet::new();
        for fill in &statement.fills {
            assert!(!fill.quantity.is_zero(), "a fill trades something");
            assert_eq!(fill.price.currency(), fill.instrument.currency);
            assert!(fill.instrument.multiplier > Decimal::ZERO);
            let cancels = matches!(fill.revises, Some(Revision::Cancels(_)));
            assert!(seen.insert((&fill.id, cancels)), "an id is one fill");
        }
        assert!(statement.fills.is_sorted_by_key(|fill| (fill.date, fill.executed)));
        assert!(statement.unknown.iter().all(|field| field.times > 0));
        let twice = statement.clone().merge(statement.clone()).expect("a statement agrees with itself");
        assert_eq!(
            (&twice.fills, &twice.cancelled),
            (&statement.fills, &statement.cancelled),
            "merged with itself"
        );
        assert_eq!((&twice.positions, &twice.balances), (&statement.positions, &statement.balances));
        assert_eq!(twice.cash.len(), statement.cash.len());
        let halves = statement.fills.len() / 2;
        let (mut first, mut second) = (statement.clone(), statement.clone());
        second.fills = first.fills.split_off(halves);
        assert_eq!(
            first.merge(second).expect("of one account").fills,
            statement.fills,
            "cut and put together"
        );
    }
    compared(&read);
    Some(read)
}

/// Every fill is compared or named.
fn compared(read: &[Statement]) {
    let symbols: BTreeSet<&str> =
        read.iter().flat_map(|it| &it.fills).map(|fill| fill.instrument.symbol.as_str()).step_by(2).collect();
    let row = |symbol: &str| MappedSymbol {
        symbol: symbol.to_owned(),
        currency: None,
        asset: "gold".parse().expect("a name"),
    };
    let symbols = SymbolMap::new(symbols.into_iter().map(row).collect()).expect("each once");
    let costs: PublishedCosts = serde_json::from_str(
        r#"{"assets": [{"asset": "gold", "max_rate": "0.001", "base_slippage": "0.0005"}], "fx_rate": "0.00002"}"#,
    )
    .expect("plain data");
    // Sums of what a decimal can just hold do not fit.
    let Ok(compared) = Estimates::new(&costs, &symbols).compare(read) else { return };
    let fills = compared.orders().iter().map(|order| order.fills).sum::<usize>() + compared.left_out().len();
    assert_eq!(fills, read.iter().map(|it| it.fills.len()).sum::<usize>(), "compared or named");
}
