//! From the bytes of a broker's file to the causes, through every door between.

use allweather_costs::fills::{FlexXml, StatementReader, SymbolMap};
use allweather_market::{Market, PricePanel, SpotPanel};
use allweather_portfolio::{
    Spec,
    actual::{ActualRun, Cause, Tolerance},
    rfr::RateHistory,
};
use rust_decimal::dec;

use super::{JPY, USD, opened};
use crate::close;

/// Of our own making: dollars are bought, a fund and a bond for them; they pay; some of the fund is sold late.
const FILE: &str = r#"<FlexQueryResponse queryName="all" type="AF"><FlexStatements count="1">
<FlexStatement accountId="U1" fromDate="20240131" toDate="20240331">
<AccountInformation accountId="U1" currency="JPY"/>
<Trades>
<Trade assetCategory="CASH" symbol="USD.JPY" currency="JPY" tradeID="1" tradeDate="20240131" buySell="BUY" quantity="20000"
  tradePrice="150" proceeds="-3000000" ibCommission="-300" ibCommissionCurrency="JPY"/>
<Trade assetCategory="STK" symbol="VTI" currency="USD" tradeID="2" tradeDate="20240131" buySell="BUY" quantity="40"
  tradePrice="250" proceeds="-10000" ibCommission="-1" netCash="-10001"/>
<Trade assetCategory="BOND" symbol="T 4 02/15/34" currency="USD" tradeID="3" tradeDate="20240131" buySell="BUY" quantity="9000"
  tradePrice="98.5" proceeds="-8865" accruedInt="-45" ibCommission="-5" netCash="-8915"/>
<Trade assetCategory="STK" symbol="VTI" currency="USD" tradeID="4" tradeDate="20240305" buySell="SELL" quantity="-10"
  tradePrice="260" proceeds="2600" ibCommission="-1" netCash="2599"/>
</Trades>
<CashTransactions>
<CashTransaction type="Dividends" currency="USD" amount="40" dateTime="20240220" transactionID="5"
  description="VTI CASH DIVIDEND"/>
<CashTransaction type="Withholding Tax" currency="USD" amount="-4" dateTime="20240220" transactionID="6"
  description="VTI CASH DIVIDEND - US TAX"/>
<CashTransaction type="Deposits/Withdrawals" currency="JPY" amount="500000" dateTime="20240229" transactionID="7"/>
<CashTransaction type="Bond Interest Received" currency="USD" amount="180" dateTime="20240315" transactionID="8"/>
</CashTransactions>
<OpenPositions>
<OpenPosition assetCategory="STK" symbol="VTI" currency="USD" reportDate="20240331" position="30" markPrice="265"
  positionValue="7950"/>
<OpenPosition assetCategory="BOND" symbol="T 4 02/15/34" currency="USD" reportDate="20240331" position="9000" markPrice="99"
  positionValue="8910"/>
</OpenPositions>
<CashReport>
<CashReportCurrency currency="JPY" startingCash="10000000" endingCash="7499700"/>
<CashReportCurrency currency="USD" startingCash="0" endingCash="3899"/>
</CashReport>
</FlexStatement>
</FlexStatements></FlexQueryResponse>"#;

const PRICES: &str = "month,vti_usd,bond_usd\n2024-01,250,98.5\n2024-02,255,98\n2024-03,265,99\n";
const SPOTS: &str = "month,usd\n2024-01,150\n2024-02,152\n2024-03,151\n";

#[test]
fn a_file_is_read_reconciled_run_and_explained() {
    let statements = FlexXml.read("quarter.xml", FILE.as_bytes()).unwrap();
    let symbols: SymbolMap = serde_json::from_str(
        r#"[{"symbol": "VTI", "asset": "vti"}, {"symbol": "T 4 02/15/34", "asset": "bond"}]"#,
    )
    .unwrap();
    let mut account = opened("2024-01-30", dec!(10000000));
    for statement in &statements {
        assert!(statement.unknown.is_empty(), "{:?}", statement.unknown);
        account = account.with_statement(statement, &symbols).unwrap();
    }

    // Cash at both ends, and both positions: the bond counts in percent in its fills and in its position.
    let reconciled = account.reconcile(Tolerance::default()).unwrap();
    assert!(reconciled.agrees(), "{:?}", reconciled.differences);
    assert_eq!(reconciled.compared.iter().map(|(_, figures)| figures).sum::<usize>(), 6);

    let market = Market::new(JPY, PricePanel::from_csv("prices.csv", PRICES).unwrap());
    let market = market.with_spots(SpotPanel::from_csv("fx.csv", SPOTS, JPY).unwrap()).unwrap();
    let spec = Spec::from_json(
        r#"{"name": "bytes", "capital": 10000000,
        "holdings": [{"asset": "vti", "weight": 0.2}, {"asset": "bond", "weight": 0.8}],
        "rule": {"calendar": {"every": "year", "on": "end"}},
        "operation": {"actual": {"lot": {"minimum": 1, "increment": 1}, "small_weights": null}}}"#,
    )
    .unwrap();
    let rates = RateHistory::default();
    let actual = ActualRun::new(&spec, &market, &rates, &account).run().unwrap();
    let steps: Vec<_> = actual.record.steps().collect();
    // 300 yen and 6 dollars were charged, 45 dollars of interest bought.
    assert_eq!(steps[0].value_before, 10_000_000.0);
    assert!(close(steps[0].period_return(), -(300.0 + 51.0 * 150.0) / 1e7, 1.0, 1e-15));
    assert_eq!(steps[1].reinvested(), 500_000.0);
    let last = actual.steps.last().unwrap();
    assert_eq!((last.units.as_slice(), last.cash[&USD]), ([dec!(30), dec!(90)].as_slice(), dec!(3899)));
    assert!(close(steps[2].value_after, (7950.0 + 8910.0 + 3899.0) * 151.0 + 7_499_700.0, 1e7, 1e-15));

    let explanation = actual.explain(&spec.simulated(), &market, &rates).unwrap();
    assert_eq!(explanation.steps().len(), 3);
    for step in explanation.steps() {
        assert!((step.causes.sum() - (step.actual - step.simulated)).abs() < 1e-15);
    }
    assert!((explanation.causes.sum() - (explanation.actual - explanation.simulated)).abs() < 1e-15);
    // Ten were sold at 5 more than the step that this carries out.
    let timing = explanation.steps()[2].causes.of(Cause::Timing);
    assert!(close(timing, 50.0 * 151.0 / last.capital, 1.0, 1e-15));
}
