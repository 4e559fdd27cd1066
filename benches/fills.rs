//! A Flex statement of 100 000 executions read, and held against the estimate.
#![expect(clippy::unwrap_used, reason = "a benchmark may panic")]

use std::fmt::Write;
use std::hint::black_box;

use allweather_costs::PublishedCosts;
use allweather_costs::fills::{Estimates, FlexXml, StatementReader, SymbolMap};
use criterion::{Criterion, criterion_group, criterion_main};

const EXECUTIONS: u32 = 100_000;

/// Orders of three executions, with the attributes that matter and as many that do not.
fn statement() -> String {
    let mut text = String::from(
        "<FlexQueryResponse><FlexStatements count=\"1\"><FlexStatement accountId=\"U1\"><AccountInformation currency=\"JPY\"/><Trades>\n",
    );
    for id in 0..EXECUTIONS {
        let (day, quantity, price) = (1 + id / 4_000, 1 + id % 90, 250 + id % 7);
        let (value, order) = (quantity * price, id / 3);
        writeln!(
            text,
            "<Trade accountId=\"U1\" acctAlias=\"\" model=\"\" currency=\"USD\" fxRateToBase=\"150.2\" assetCategory=\"STK\" symbol=\"VTI\" \
             description=\"VANGUARD TOTAL STOCK MKT ETF\" conid=\"12340985\" isin=\"US9229087690\" listingExchange=\"ARCA\" issuer=\"\" \
             issuerCountryCode=\"US\" tradeID=\"{id}\" ibOrderID=\"{order}\" transactionID=\"2{id}\" multiplier=\"1\" strike=\"\" expiry=\"\" \
             putCall=\"\" tradeDate=\"202403{day:02}\" dateTime=\"202403{day:02};103000\" settleDateTarget=\"202403{day:02}\" \
             transactionType=\"ExchTrade\" exchange=\"ARCA\" quantity=\"{quantity}\" tradePrice=\"{price}\" proceeds=\"-{value}\" taxes=\"0\" \
             ibCommission=\"-1.25\" ibCommissionCurrency=\"USD\" closePrice=\"251.00\" openCloseIndicator=\"O\" notes=\"P\" \
             fifoPnlRealized=\"0\" mtmPnl=\"50.00\" origTradeID=\"\" buySell=\"BUY\" levelOfDetail=\"EXECUTION\" orderType=\"LMT\"/>"
        )
        .unwrap();
    }
    text + "</Trades></FlexStatement></FlexStatements></FlexQueryResponse>"
}

fn fills(criterion: &mut Criterion) {
    let text = statement();
    let read = FlexXml.read("bench.xml", text.as_bytes()).unwrap();
    // A time counts only if nothing was left out.
    assert_eq!(read[0].fills.len(), 100_000);
    let symbols: SymbolMap = serde_json::from_str(r#"[{"symbol": "VTI", "asset": "us"}]"#).unwrap();
    let costs: PublishedCosts = serde_json::from_str(
        r#"{"assets": [{"asset": "us", "max_rate": "0.0005", "base_slippage": "0.0004"}], "fx_rate": "0.00002"}"#,
    )
    .unwrap();
    let estimates = Estimates::new(&costs, &symbols);
    assert_eq!(estimates.compare(&read).unwrap().orders().len(), 33_334);
    let mut group = criterion.benchmark_group("fills");
    group.sample_size(10);
    group.bench_function("flex of 100 000 executions", |bencher| {
        bencher.iter(|| black_box(FlexXml.read("bench.xml", black_box(text.as_bytes()))));
    });
    group.bench_function("compared", |bencher| {
        bencher.iter(|| black_box(estimates.compare(black_box(&read))));
    });
    group.finish();
}

criterion_group!(benches, fills);
criterion_main!(benches);
