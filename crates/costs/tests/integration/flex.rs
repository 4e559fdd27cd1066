use allweather_core::{Currency, Money};
use allweather_costs::fills::{
    CashKind, Charged, Fill, FillsError, FlexXml, InstrumentKind, Original, Revision, Statement,
    StatementReader, Taxed,
};
use chrono::NaiveDate;
use rust_decimal::{Decimal, dec};

const MARCH: &str = include_str!("../data/flex_march.xml");

fn usd(amount: Decimal) -> Money {
    Money::new(amount, Currency::USD)
}

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

/// A file of one statement with these sections.
fn file(sections: &str) -> String {
    format!(
        "<FlexQueryResponse queryName=\"q\" type=\"AF\">\n<FlexStatements count=\"1\">\n\
         <FlexStatement accountId=\"U1\" fromDate=\"20240301\" toDate=\"20240331\">\n{sections}\n\
         </FlexStatement>\n</FlexStatements>\n</FlexQueryResponse>"
    )
}

pub(crate) fn read(text: &str) -> Result<Statement, FillsError> {
    let mut all = FlexXml.read("f.xml", text.as_bytes())?;
    assert_eq!(all.len(), 1);
    Ok(all.remove(0))
}

/// The attributes of an execution, some of them other than usual.
fn trade(others: &[(&str, &str)]) -> String {
    let usual = [
        ("assetCategory", "STK"),
        ("symbol", "VTI"),
        ("currency", "USD"),
        ("tradeID", "1"),
        ("tradeDate", "20240304"),
        ("quantity", "10"),
        ("tradePrice", "250"),
        ("ibCommission", "-1"),
    ];
    let usual = usual.iter().filter(|(name, _)| !others.iter().any(|(other, _)| other == name));
    let attributes = usual.chain(others).map(|(name, value)| format!(" {name}=\"{value}\""));
    format!("<Trade{}/>", attributes.collect::<String>())
}

fn trades(rows: &[String]) -> String {
    file(&format!("<Trades>\n{}\n</Trades>", rows.join("\n")))
}

fn refused(text: &str) -> String {
    FlexXml.read("f.xml", text.as_bytes()).unwrap_err().to_string()
}

fn found<'a>(statement: &'a Statement, id: &str) -> &'a Fill {
    statement.fills.iter().find(|fill| fill.id == id).unwrap()
}

#[test]
fn a_month_is_read() {
    let march = read(MARCH).unwrap();
    assert_eq!((march.broker.as_str(), march.account.as_str()), ("Interactive Brokers", "U100"));
    assert_eq!(march.base_currency, Some(Currency::JPY));
    let span = march.span.unwrap();
    assert_eq!((span.first, span.last), (day(2024, 3, 1), day(2024, 3, 29)));
    let ids: Vec<&str> = march.fills.iter().map(|fill| fill.id.as_str()).collect();
    assert_eq!(ids, ["9001", "9002", "9003", "9004", "9005", "9006", "9007"]);
    assert!(march.cancelled.is_empty());
}

#[test]
fn an_execution_is_read_whole() {
    let march = read(MARCH).unwrap();
    let fill = found(&march, "9001");
    assert_eq!(fill.order.as_deref(), Some("501"));
    assert_eq!(fill.booking.as_deref(), Some("8001"));
    assert_eq!((fill.quantity, fill.price, fill.commission), (dec!(20), usd(dec!(250)), usd(dec!(0.7))));
    assert_eq!(fill.date, day(2024, 3, 4));
    assert_eq!(fill.executed, day(2024, 3, 4).and_hms_opt(10, 0, 1));
    assert_eq!(fill.ordered, day(2024, 3, 4).and_hms_opt(9, 59, 58));
    assert_eq!(fill.settled, Some(day(2024, 3, 6)));
    assert_eq!(fill.to_base, Some(dec!(150.2)));
    assert_eq!((fill.arrival, fill.accrued, fill.revises.as_ref()), (None, None, None));
    assert!(fill.charges.is_empty());
    let it = &fill.instrument;
    assert_eq!((it.symbol.as_str(), &it.kind, it.currency), ("VTI", &InstrumentKind::Stock, Currency::USD));
    assert_eq!((it.isin.as_deref(), it.conid.as_deref()), (Some("US9229087690"), Some("12340985")));
    assert_eq!(it.country.as_deref(), Some("US"));
    assert_eq!(it.description.as_deref(), Some("VANGUARD TOTAL STOCK MKT ETF"));
    // Without the issuer's country it is that of the ISIN.
    assert_eq!(found(&march, "9003").instrument.country.as_deref(), Some("GB"));
}

#[test]
fn rebates_taxes_and_accrued_interest_keep_their_signs() {
    let march = read(MARCH).unwrap();
    let sale = found(&march, "9003");
    let gbp = |amount| Money::new(amount, Currency::GBP);
    assert_eq!((sale.quantity, sale.commission), (dec!(-1000), gbp(dec!(-0.25))));
    assert_eq!(sale.charges, [Charged::new("taxes", gbp(dec!(3.5)))]);
    assert_eq!(sale.proceeds(), Ok(gbp(dec!(700.0))));
    assert_eq!(found(&march, "9005").accrued, Some(usd(dec!(-22.5))));
}

#[test]
fn kinds_have_their_multipliers() {
    let march = read(MARCH).unwrap();
    let of = |id| {
        let fill = found(&march, id);
        (fill.instrument.kind.clone(), fill.instrument.multiplier, fill.value().unwrap().amount())
    };
    assert_eq!(of("9005"), (InstrumentKind::Bond, dec!(0.01), dec!(9850)));
    assert_eq!(of("9006"), (InstrumentKind::Future, dec!(5), dec!(51002.5)));
    assert_eq!(of("9007"), (InstrumentKind::Option, dec!(100), dec!(750)));
}

#[test]
fn a_bond_without_proceeds_is_refused() {
    let bond = [("assetCategory", "BOND"), ("symbol", "T 4 02/15/34"), ("tradePrice", "98.5")];
    assert_eq!(
        refused(&trades(&[trade(&bond)])),
        "f.xml, line 5: Trade has no proceeds, and only they tell whether a bond is quoted in percent: add them to the query"
    );
    // One that is quoted by the piece says so.
    let quoted = |proceeds| read(&trades(&[trade(&[bond.as_slice(), &[("proceeds", proceeds)]].concat())]));
    assert_eq!(quoted("-985").unwrap().fills[0].instrument.multiplier, dec!(1));
    assert_eq!(quoted("-9.85").unwrap().fills[0].instrument.multiplier, dec!(0.01));
    assert!(quoted("-98.5").is_err());
}

#[test]
fn a_position_of_a_bond_has_the_multiplier_of_its_trades() {
    let multiplier = |category: &str, told: &str| {
        let row = format!(
            "<OpenPosition assetCategory=\"{category}\" symbol=\"T 4 02/15/34\" currency=\"USD\" position=\"9000\" {told}/>"
        );
        let statement = read(&file(&format!("<OpenPositions>{row}</OpenPositions>"))).unwrap();
        statement.positions[0].instrument.multiplier
    };
    let percent = r#"markPrice="98.5" positionValue="8865""#;
    assert_eq!(multiplier("BOND", percent), dec!(0.01));
    assert_eq!(multiplier("BOND", r#"markPrice="98.5" positionValue="886500""#), dec!(1));
    // Of neither, or not told.
    assert_eq!(multiplier("BOND", r#"markPrice="98.5" positionValue="8000""#), dec!(1));
    assert_eq!(multiplier("BOND", r#"markPrice="98.5""#), dec!(1));
    assert_eq!(multiplier("STK", percent), dec!(1));
}

#[test]
fn a_conversion_is_a_fill() {
    let march = read(MARCH).unwrap();
    let dollars = found(&march, "9004");
    assert_eq!(dollars.instrument.bought, Some(Currency::USD));
    assert_eq!(dollars.proceeds(), Ok(Money::new(dec!(-1502500), Currency::JPY)));
    assert_eq!(dollars.commission, Money::new(dec!(300), Currency::JPY));
    let wrong = trades(&[trade(&[("assetCategory", "CASH"), ("symbol", "USD.JPY")])]);
    assert_eq!(
        refused(&wrong),
        "f.xml, line 5: currency of Trade is \"USD\", and must be the second of its pair"
    );
    let wrong = trades(&[trade(&[("assetCategory", "CASH"), ("symbol", "USDJPY")])]);
    assert!(refused(&wrong).contains("a pair of currencies is as EUR.USD"));
}

#[test]
fn cash_moves_for_its_reasons() {
    let march = read(MARCH).unwrap();
    let of = |id: &str| march.cash.iter().find(|movement| movement.id.as_deref() == Some(id)).unwrap();
    let kinds = [
        ("7001", CashKind::Dividend, dec!(27)),
        ("7002", CashKind::WithheldTax(Taxed::Dividend), dec!(-4.05)),
        ("7003", CashKind::WithheldTax(Taxed::Dividend), dec!(1.35)),
        ("7004", CashKind::WithheldTax(Taxed::Interest), dec!(-0.5)),
        ("7005", CashKind::BrokerInterest, dec!(-12.4)),
        ("7006", CashKind::DepositOrWithdrawal, dec!(3000000)),
        ("7007", CashKind::CommissionAdjustment, dec!(0.42)),
        ("7008", CashKind::Fee, dec!(-10)),
        ("7009", CashKind::Other("Price Adjustments".to_owned()), dec!(3)),
        ("7010", CashKind::PaymentInLieu, dec!(1.1)),
    ];
    // The row that sums dividends up is not one more.
    assert_eq!(march.cash.len(), kinds.len());
    for (id, kind, amount) in kinds {
        assert_eq!((&of(id).kind, of(id).amount.amount()), (&kind, amount), "{id}");
    }
    assert_eq!((of("7002").country.as_deref(), of("7004").country.as_deref()), (Some("US"), None));
    assert_eq!(of("7001").date, day(2024, 3, 27));
    assert_eq!(of("7001").time, day(2024, 3, 27).and_hms_opt(20, 20, 0));
    assert_eq!(of("7001").instrument.as_ref().map(|it| it.symbol.as_str()), Some("VTI"));
    assert_eq!(of("7001").to_base, Some(dec!(151)));
    let order: Vec<_> = march.cash.iter().map(|movement| movement.date).collect();
    assert!(order.is_sorted());
}

/// Found by fuzzing: such a statement was read and then did not agree with itself.
#[test]
fn one_id_is_one_movement_of_cash() {
    let row = |amount: &str| {
        format!(
            "<CashTransaction currency=\"USD\" amount=\"{amount}\" type=\"Dividends\" dateTime=\"20240301\" transactionID=\"7\"/>"
        )
    };
    let cash = |rows: &[String]| file(&format!("<CashTransactions>{}</CashTransactions>", rows.concat()));
    assert_eq!(read(&cash(&[row("1"), row("1")])).unwrap().cash.len(), 1);
    assert_eq!(
        refused(&cash(&[row("1"), row("2")])),
        "the movement of cash \"7\" is told twice and differently: 2024-03-01 1 USD  and 2024-03-01 2 USD "
    );
}

#[test]
fn the_country_of_a_tax_is_told_by_words_before_the_isin() {
    let row = |words: &str, isin: &str| {
        let text = file(&format!(
            "<CashTransactions><CashTransaction currency=\"USD\" amount=\"-1\" type=\"Withholding Tax\" dateTime=\"20240301\" \
             description=\"{words}\" symbol=\"X\" assetCategory=\"STK\" isin=\"{isin}\"/></CashTransactions>"
        ));
        let movement = read(&text).unwrap().cash.remove(0);
        (movement.kind, movement.country)
    };
    let dividend = CashKind::WithheldTax(Taxed::Dividend);
    assert_eq!(row("ADR CASH DIVIDEND - FR TAX", "US1234567890"), (dividend.clone(), Some("FR".to_owned())));
    assert_eq!(row("CASH DIVIDEND TAX", "CH1234567890"), (dividend.clone(), Some("CH".to_owned())));
    assert_eq!(row("CASH DIVIDEND", "XS1234567890"), (dividend, None));
    let told = CashKind::WithheldTax(Taxed::NotTold);
    assert_eq!(row("PRINTING", "IE1234567890"), (told, Some("IE".to_owned())));
}

#[test]
fn ends_are_read_at_one_level() {
    let march = read(MARCH).unwrap();
    let [vti] = march.positions.as_slice() else { unreachable!("{:?}", march.positions) };
    assert_eq!(
        (vti.quantity, vti.mark, vti.value),
        (dec!(30), Some(usd(dec!(259.9))), Some(usd(dec!(7797))))
    );
    assert_eq!((vti.date, vti.cost), (day(2024, 3, 29), Some(usd(dec!(7504.05)))));
    let [jpy, dollars] = march.balances.as_slice() else { unreachable!("{:?}", march.balances) };
    assert_eq!(jpy.end, Money::new(dec!(1497200), Currency::JPY));
    assert_eq!((dollars.start, dollars.end), (Some(usd(dec!(0))), usd(dec!(123.45))));
    assert_eq!(dollars.settled, Some(usd(dec!(120))));
    // Lots are put together where nothing else is told.
    let lots = |quantity| {
        format!(
            "<OpenPosition currency=\"USD\" assetCategory=\"STK\" symbol=\"VTI\" position=\"{quantity}\" \
             positionValue=\"1\" levelOfDetail=\"LOT\"/>"
        )
    };
    let text = file(&format!("<OpenPositions>{}{}</OpenPositions>", lots(2), lots(3)));
    let statement = read(&text).unwrap();
    let [sum] = statement.positions.as_slice() else { unreachable!("{:?}", statement.positions) };
    assert_eq!((sum.quantity, sum.value, sum.date), (dec!(5), Some(usd(dec!(2))), day(2024, 3, 31)));
}

#[test]
fn nothing_is_dropped_in_silence() {
    let march = read(MARCH).unwrap();
    let unknown: Vec<_> =
        march.unknown.iter().map(|it| (it.section.as_str(), it.field.as_deref(), it.times)).collect();
    assert_eq!(
        unknown,
        [
            ("CashReportCurrency", Some("surprise"), 1),
            ("MoonPhases", None, 1),
            ("Trade", Some("newField"), 1)
        ]
    );
    let [split, nothing] = march.not_handled.as_slice() else { unreachable!("{:?}", march.not_handled) };
    assert_eq!((split.section.as_str(), split.symbol.as_deref()), ("CorporateActions", Some("NVDA")));
    assert_eq!(split.date, Some(day(2024, 3, 15)));
    assert_eq!(split.description, "FS, NVDA(US67066G1040) SPLIT 10 FOR 1, quantity 90");
    assert_eq!((nothing.section.as_str(), nothing.symbol.as_deref()), ("Trades", Some("USD.TWD")));
    let text = "<FlexQueryResponse x=\"1\"><Odd/><FlexStatements y=\"2\"><FlexStatement accountId=\"U1\"/></FlexStatements></FlexQueryResponse>";
    let unknown: Vec<_> = read(text).unwrap().unknown.into_iter().map(|it| (it.section, it.field)).collect();
    let some = |field: &str| Some(field.to_owned());
    assert_eq!(
        unknown,
        [
            ("FlexQueryResponse".to_owned(), some("x")),
            ("FlexQueryResponse/Odd".to_owned(), None),
            ("FlexStatements".to_owned(), some("y"))
        ]
    );
    let nested = trades(&["<Foo/>".to_owned(), "<Trade assetCategory=\"STK\" symbol=\"VTI\" currency=\"USD\" tradeID=\"1\" tradeDate=\"20240304\" quantity=\"10\" tradePrice=\"250\" ibCommission=\"-1\"><Leg/></Trade>".to_owned()]);
    let unknown: Vec<_> = read(&nested).unwrap().unknown.into_iter().map(|it| it.section).collect();
    assert_eq!(unknown, ["Trade/Leg", "Trades/Foo"]);
}

#[test]
fn levels_of_detail_count_once() {
    let order = |quantity: &str| {
        trade(&[("ibOrderID", "5"), ("quantity", quantity), ("levelOfDetail", "ORDER"), ("tradeID", "")])
    };
    let part = |id: &str| trade(&[("tradeID", id), ("ibOrderID", "5"), ("levelOfDetail", "EXECUTION")]);
    let sum = trade(&[("levelOfDetail", "SYMBOL_SUMMARY")]);
    let all = read(&trades(&[sum.clone(), order("20"), part("1"), part("2")])).unwrap();
    assert_eq!(all.fills.iter().map(|fill| fill.id.as_str()).collect::<Vec<_>>(), ["1", "2"]);
    // Orders where no executions are told; they are numbered by themselves and the day.
    let orders = read(&trades(&[sum.clone(), order("20")])).unwrap();
    assert_eq!(
        orders.fills.iter().map(|fill| (fill.id.as_str(), fill.quantity)).collect::<Vec<_>>(),
        [("5@2024-03-04", dec!(20))]
    );
    assert_eq!(
        refused(&trades(&[sum])),
        "f.xml, line 5: trades are told as lots or sums only: add executions or orders to the query"
    );
    assert_eq!(
        refused(&trades(&[order("30"), part("1"), part("2")])),
        "f.xml, line 3: order 5 is of 30, and its executions are of 20"
    );
    assert!(
        refused(&trades(&[trade(&[("levelOfDetail", "DREAM")])]))
            .contains("levelOfDetail of Trade is \"DREAM\"")
    );
}

#[test]
fn confirmations_are_read_where_there_are_no_trades() {
    let confirm = "<TradeConfirms><TradeConfirm assetCategory=\"STK\" symbol=\"VTI\" currency=\"USD\" tradeID=\"1\" orderID=\"9\" \
                   tradeDate=\"20240304\" quantity=\"-10\" price=\"250\" proceeds=\"2500\" commission=\"-1.5\" tax=\"-0.5\" \
                   commissionCurrency=\"EUR\" netCash=\"2498\" buySell=\"SELL\" code=\"P\"/></TradeConfirms>";
    let alone = read(&file(confirm)).unwrap();
    let fill = found(&alone, "1");
    assert_eq!((fill.order.as_deref(), fill.quantity), (Some("9"), dec!(-10)));
    assert_eq!(fill.commission, Money::new(dec!(1.5), Currency::EUR));
    assert_eq!(fill.charges, [Charged::new("taxes", usd(dec!(0.5)))]);
    let both = read(&file(&format!("<Trades>{}</Trades>{confirm}", trade(&[])))).unwrap();
    assert_eq!(both.fills.len(), 1);
    assert_eq!(both.fills[0].quantity, dec!(10));
}

#[test]
fn a_cancelled_trade_and_its_cancellation_vanish_together() {
    let cancel = |others: &[(&str, &str)]| {
        let mut all = vec![("quantity", "-10"), ("ibCommission", "1"), ("tradeID", "2")];
        all.extend(others);
        trade(&all)
    };
    let ways: [&[(&str, &str)]; 5] = [
        &[("transactionType", "TradeCancel"), ("origTradeID", "1")],
        &[("buySell", "BUY (Ca.)")],
        &[("notes", "P;Ca"), ("origTransactionID", "77")],
        &[("notes", "Ca"), ("origTradeID", "0"), ("tradeDate", "20240305"), ("origTradeDate", "20240304")],
        &[("transactionType", "FracShareCancel"), ("origTradeID", "1")],
    ];
    for way in ways {
        let original = trade(&[("buySell", "BUY"), ("transactionID", "77")]);
        for rows in [[original.clone(), cancel(way)], [cancel(way), original]] {
            let statement = read(&trades(&rows)).unwrap();
            assert!(statement.fills.is_empty(), "{way:?} {:?}", statement.fills);
            let [gone] = statement.cancelled.as_slice() else { unreachable!("{way:?}") };
            assert_eq!((gone.fill.id.as_str(), gone.by.as_str()), ("1", "2"));
        }
    }
    // Two like trades, one cancelled without a number: one is left.
    let rows = [trade(&[]), trade(&[("tradeID", "3")]), cancel(&[("notes", "Ca")])];
    let statement = read(&trades(&rows)).unwrap();
    assert_eq!((statement.fills.len(), statement.cancelled.len()), (1, 1));
}

#[test]
fn a_cancellation_without_its_original_stays() {
    let text = trades(&[trade(&[
        ("quantity", "-10"),
        ("ibCommission", "1"),
        ("tradeID", "2"),
        ("buySell", "BUY (Ca.)"),
        ("origTradeID", "1"),
    ])]);
    let statement = read(&text).unwrap();
    let fill = found(&statement, "2");
    assert_eq!(fill.revises, Some(Revision::Cancels(Original::new("1"))));
    assert_eq!((fill.quantity, fill.commission), (dec!(-10), usd(dec!(-1))));
    // One that does not fit what it names stays as well, so that sums stay right.
    let text = trades(&[
        trade(&[("quantity", "10")]),
        trade(&[
            ("quantity", "-4"),
            ("ibCommission", "1"),
            ("tradeID", "2"),
            ("notes", "Ca"),
            ("origTradeID", "1"),
        ]),
    ]);
    assert_eq!(read(&text).unwrap().fills.iter().map(|fill| fill.quantity).sum::<Decimal>(), dec!(6));
}

#[test]
fn a_correction_takes_the_place_of_what_it_corrects() {
    let first = trade(&[]);
    let corrected = trade(&[
        ("tradeID", "3"),
        ("tradePrice", "249"),
        ("transactionType", "TradeCorrect"),
        ("origTradeID", "1"),
    ]);
    let cancel = trade(&[
        ("tradeID", "2"),
        ("quantity", "-10"),
        ("ibCommission", "1"),
        ("notes", "Ca"),
        ("origTradeID", "1"),
    ]);
    for rows in
        [vec![first.clone(), corrected.clone()], vec![first.clone(), cancel.clone(), corrected.clone()]]
    {
        let statement = read(&trades(&rows)).unwrap();
        let [fill] = statement.fills.as_slice() else { unreachable!("{:?}", statement.fills) };
        assert_eq!((fill.id.as_str(), fill.price, fill.revises.as_ref()), ("3", usd(dec!(249)), None));
        assert_eq!(statement.cancelled.len(), 1);
    }
    // Its original is elsewhere: it says so.
    let alone = read(&trades(std::slice::from_ref(&corrected))).unwrap();
    assert_eq!(alone.fills[0].revises, Some(Revision::Corrects(Original::new("1"))));
    // The correction is cancelled in its turn: nothing was traded.
    let undo = trade(&[
        ("tradeID", "4"),
        ("quantity", "-10"),
        ("tradePrice", "249"),
        ("ibCommission", "1"),
        ("notes", "Ca"),
        ("origTradeID", "3"),
    ]);
    let none = read(&trades(&[first, corrected, undo])).unwrap();
    assert!(none.fills.is_empty(), "{:?}", none.fills);
    assert_eq!(none.cancelled.len(), 2);
}

/// Many alike are paired in a time that grows with their number, not with its square.
#[test]
fn many_cancellations_are_paired() {
    let (mut rows, n) = (Vec::new(), 4_000);
    for id in 0..n {
        rows.push(trade(&[("tradeID", &id.to_string())]));
        rows.push(trade(&[
            ("tradeID", &format!("c{id}")),
            ("quantity", "-10"),
            ("ibCommission", "1"),
            ("notes", "Ca"),
        ]));
    }
    let statement = read(&trades(&rows)).unwrap();
    assert_eq!((statement.fills.len(), statement.cancelled.len()), (0, n));
}

#[test]
fn one_id_is_one_trade() {
    let twice = read(&trades(&[trade(&[]), trade(&[])])).unwrap();
    assert_eq!(twice.fills.len(), 1);
    assert_eq!(
        refused(&trades(&[trade(&[]), trade(&[("quantity", "11")])])),
        "the fill \"1\" is told twice and differently: 2024-03-04 10 VTI at 250 USD, commission 1 USD and \
         2024-03-04 11 VTI at 250 USD, commission 1 USD"
    );
}

#[test]
fn several_statements_stand_in_one_file() {
    let one = |account: &str, id: &str| {
        format!(
            "<FlexStatement accountId=\"{account}\" fromDate=\"20240301\" toDate=\"20240301\"><Trades>{}</Trades></FlexStatement>",
            trade(&[("tradeID", id)])
        )
    };
    let text = format!(
        "<FlexQueryResponse><FlexStatements count=\"2\">{}{}</FlexStatements></FlexQueryResponse>",
        one("U1", "1"),
        one("U2", "1")
    );
    let all = FlexXml.read("f.xml", text.as_bytes()).unwrap();
    assert_eq!(all.iter().map(|it| it.account.as_str()).collect::<Vec<_>>(), ["U1", "U2"]);
    assert_eq!(
        refused(&text.replace("count=\"2\"", "count=\"3\"")),
        "f.xml, line 1: FlexStatements says that there are 3, and there are 2"
    );
}

#[test]
fn a_broken_row_refuses_the_whole_file() {
    let cases: &[(&[(&str, &str)], &str)] = &[
        (
            &[("quantity", "ten")],
            "quantity of Trade is \"ten\", and must be a number that a decimal can hold",
        ),
        (&[("quantity", "12,34")], "quantity of Trade is \"12,34\""),
        (&[("quantity", "")], "Trade has no quantity, and a trade has a quantity"),
        (&[("tradePrice", "1e40")], "tradePrice of Trade is \"1e40\""),
        (&[("tradePrice", "-1")], "tradePrice of Trade is \"-1\", and must not be negative"),
        (&[("tradePrice", "N/A")], "Trade has no tradePrice"),
        (&[("tradeDate", "20240230")], "tradeDate of Trade is \"20240230\""),
        (&[("tradeDate", "")], "Trade has no tradeDate, and a trade has a day"),
        (&[("dateTime", "20240304;999999")], "dateTime of Trade is \"20240304;999999\""),
        (
            &[("ibCommission", "")],
            "Trade has no ibCommission, and its cost would be unknown: add it to the query",
        ),
        (&[("currency", "usd")], "currency of Trade is \"usd\", and a currency is three capital letters"),
        (&[("currency", "")], "Trade has no currency"),
        (&[("symbol", "")], "Trade has no symbol"),
        (&[("assetCategory", "")], "Trade has no assetCategory"),
        (&[("tradeID", "")], "Trade has no tradeID"),
        (&[("buySell", "SELL")], "quantity of Trade is \"10\""),
        (&[("buySell", "HOLD")], "buySell of Trade is \"HOLD\", and must be BUY or SELL"),
        (&[("proceeds", "-2600")], "proceeds of Trade is \"-2600\""),
        (&[("proceeds", "2500")], "proceeds of Trade is \"2500\""),
        (&[("proceeds", "-2500"), ("netCash", "-2505")], "netCash of Trade is \"-2505\""),
        (&[("multiplier", "0")], "multiplier of Trade is \"0\", and must be above 0"),
        (&[("fxRateToBase", "-1")], "fxRateToBase of Trade is \"-1\", and must be above 0"),
        (
            &[("quantity", "0")],
            "quantity of Trade is \"0\", and a row that trades nothing cannot have a commission",
        ),
    ];
    for (others, message) in cases {
        let found = refused(&trades(&[trade(&[("tradeID", "99")]), trade(others)]));
        assert!(found.starts_with("f.xml, line 6: "), "{found}");
        assert!(found.contains(message), "{found} for {others:?}");
    }
    let cash =
        |row: &str| refused(&file(&format!("<CashTransactions><CashTransaction {row}/></CashTransactions>")));
    assert!(
        cash("currency=\"USD\" type=\"Dividends\" dateTime=\"20240301\"")
            .contains("CashTransaction has no amount")
    );
    assert!(cash("currency=\"USD\" amount=\"1\" dateTime=\"20240301\"").contains("has no type"));
    assert!(cash("currency=\"USD\" amount=\"1\" type=\"Dividends\"").contains("has no dateTime"));
    assert!(cash("amount=\"1\" type=\"Dividends\"").contains("has no currency"));
    let report = |rows: &str| refused(&file(&format!("<CashReport>{rows}</CashReport>")));
    let row = "<CashReportCurrency currency=\"USD\" endingCash=\"1\"/>";
    assert!(report(&format!("{row}{row}")).contains("the cash report tells of USD twice"));
    assert!(report("<CashReportCurrency currency=\"USD\"/>").contains("has no endingCash"));
    assert!(refused(&file("").replace("20240331", "20240229")).contains("must not be before fromDate"));
    assert!(refused(&file("").replace("accountId=\"U1\"", "")).contains("FlexStatement has no accountId"));
}

#[test]
fn a_broken_file_is_refused_whole() {
    for (text, message) in [
        ("", "line 1: there is no FlexQueryResponse"),
        (
            "<FlexStatementResponse><Status>Warn</Status></FlexStatementResponse>",
            "the file is a FlexStatementResponse",
        ),
        ("<html></html>", "the file is a html"),
        (
            "<FlexQueryResponse><FlexStatements></FlexStatements></FlexQueryResponse>",
            "there is no FlexStatement",
        ),
        ("<FlexQueryResponse>\n<FlexStatements>", "line 2: the file ends within FlexStatements"),
        ("<FlexQueryResponse>\n</FlexStatements>", "line 2: this is no XML"),
        ("<FlexQueryResponse a=b/>", "this is no XML"),
        ("<FlexQueryResponse>hello</FlexQueryResponse>", "text stands where only elements do"),
        ("<FlexQueryResponse>&foo;</FlexQueryResponse>", "text stands where only elements do"),
        ("<!DOCTYPE a [<!ENTITY b \"c\">]><FlexQueryResponse/>", "a statement has no DOCTYPE"),
        ("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><FlexQueryResponse/>", "must be UTF-8"),
        ("<FlexQueryResponse/><FlexQueryResponse/>", "there is a second FlexQueryResponse"),
        ("<FlexQueryResponse type=\"&boo;\"/>", "type of FlexQueryResponse is no XML"),
        (
            "<FlexQueryResponse type=\"a\" type=\"b\"/>",
            "type of FlexQueryResponse is \"b\", and must stand there once",
        ),
        (
            "<FlexQueryResponse><FlexStatements count=\"-1\"/></FlexQueryResponse>",
            "must be the number of statements",
        ),
        (
            "<FlexQueryResponse><FlexStatements/><FlexStatements/></FlexQueryResponse>",
            "there is a second FlexStatements",
        ),
    ] {
        let found = refused(text);
        assert!(found.contains(message), "{found} for {text}");
    }
    assert!(
        FlexXml
            .read("f.xml", b"<FlexQueryResponse>\n\xff")
            .unwrap_err()
            .to_string()
            .contains("line 2: must be UTF-8")
    );
    let deep = "<a>".repeat(100_000);
    let found = refused(&format!("<FlexQueryResponse>{deep}"));
    assert!(found.contains("elements stand too deep within one another"), "{found}");
    // Cut anywhere, it is refused.
    let text = trades(&[trade(&[])]);
    for end in 0..text.len() {
        assert!(FlexXml.read("f.xml", &text.as_bytes()[..end]).is_err(), "{end}");
    }
    assert!(FlexXml.read("f.xml", format!("\u{feff}{text}").as_bytes()).is_ok());
}

#[test]
fn words_are_unescaped_and_empty_ones_missing() {
    let text = trades(&[trade(&[
        ("description", "A &amp; B &#8212; C"),
        ("isin", "-"),
        ("conid", ""),
        ("notes", "N/A"),
    ])]);
    let fill = read(&text).unwrap().fills.remove(0);
    assert_eq!(fill.instrument.description.as_deref(), Some("A & B — C"));
    assert_eq!((fill.instrument.isin, fill.instrument.conid, fill.revises), (None, None, None));
}

#[test]
fn sums_are_held_as_far_as_digits_tell() {
    let ok = |others: &[(&str, &str)]| read(&trades(&[trade(others)])).is_ok();
    // 3 parts of a share at a rounded price.
    assert!(ok(&[("quantity", "0.3333"), ("tradePrice", "301.57"), ("proceeds", "-100.5133")]));
    assert!(!ok(&[("quantity", "0.3333"), ("tradePrice", "301.57"), ("proceeds", "-100.6")]));
    // A price averaged over parts.
    assert!(ok(&[("quantity", "300"), ("tradePrice", "33.333"), ("proceeds", "-10000.00")]));
    assert!(!ok(&[("quantity", "300"), ("tradePrice", "33.333"), ("proceeds", "-10001.00")]));
}
