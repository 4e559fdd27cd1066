use allweather_core::{Currency, Money};
use allweather_costs::fills::{FillsError, InstrumentKind, SaxoCsv, Statement, StatementReader};
use chrono::NaiveDate;
use rust_decimal::{Decimal, dec};

use crate::usd;

const HEAD: &str = "Trade ID,Account ID,Instrument,Instrument ISIN,Instrument Symbol,Trade Time,B/S,OpenClose,Quantity,\
                    Trade Price,Traded Value,Instrument Currency,Commission,Account Currency,Asset Type,Order ID,Value Date";

fn file(rows: &[&str]) -> String {
    format!("{HEAD}\n{}\n", rows.join("\n"))
}

const ROW: &str = "81,A1,Vanguard Total,US9229087690,VTI:arcx,04-Mar-2024 15:30:00,Bought,Open,30,250.10,-7503,USD,-3,USD,Etf,5001,06-Mar-2024";

fn read(text: &str) -> Result<Vec<Statement>, FillsError> {
    SaxoCsv::default().read("t.csv", text.as_bytes())
}

fn refused(text: &str) -> String {
    read(text).unwrap_err().to_string()
}

#[test]
fn a_trade_is_read_whole() {
    let all = read(&file(&[ROW])).unwrap();
    let [statement] = all.as_slice() else { unreachable!("{all:?}") };
    assert_eq!((statement.broker.as_str(), statement.account.as_str(), statement.span), ("Saxo", "A1", None));
    let [fill] = statement.fills.as_slice() else { unreachable!("{statement:?}") };
    let day = NaiveDate::from_ymd_opt(2024, 3, 4).unwrap();
    assert_eq!((fill.id.as_str(), fill.order.as_deref()), ("81", Some("5001")));
    assert_eq!((fill.date, fill.executed), (day, day.and_hms_opt(15, 30, 0)));
    assert_eq!(fill.settled, NaiveDate::from_ymd_opt(2024, 3, 6));
    assert_eq!((fill.quantity, fill.price, fill.commission), (dec!(30), usd(dec!(250.10)), usd(dec!(3))));
    let it = &fill.instrument;
    assert_eq!((it.symbol.as_str(), it.isin.as_deref()), ("VTI:arcx", Some("US9229087690")));
    assert_eq!((it.kind.clone(), it.description.as_deref()), (InstrumentKind::Stock, Some("Vanguard Total")));
    assert!(statement.unknown.is_empty());
}

#[test]
fn semicolons_come_with_commas() {
    let text = "Trade ID;Symbol;TradeTime;B/S;Amount;Price;Trade Value;Spread Costs;Total Trading Costs\n\
                1;IMAE:xams;10-12-2020;Sold;1.000;11,09;11.090,00;0;-2,50\n";
    let euros = SaxoCsv { currency: Some(Currency::EUR), ..SaxoCsv::default() };
    let fill = euros.read("t.csv", text.as_bytes()).unwrap().remove(0).fills.remove(0);
    assert_eq!((fill.quantity, fill.price), (dec!(-1000), Money::new(dec!(11.09), Currency::EUR)));
    assert_eq!(fill.commission, Money::new(dec!(2.5), Currency::EUR));
    assert_eq!(fill.date, NaiveDate::from_ymd_opt(2020, 12, 10).unwrap());
    // Told otherwise, its numbers are none.
    let points = SaxoCsv { decimal_comma: Some(false), ..euros };
    assert!(
        points
            .read("t.csv", text.as_bytes())
            .unwrap_err()
            .to_string()
            .contains("Price of Trades is \"11,09\"")
    );
    let plain = text.replace("1.000;11,09;11.090,00;0;-2,50", "1000;11.09;11090;0;-2.5");
    let same = points.read("t.csv", plain.as_bytes()).unwrap().remove(0).fills.remove(0);
    assert_eq!(same, fill);
    // A wrong guess is found by the traded value.
    let guessed = text.replace("1.000;11,09;11.090,00", "2;1.234;2,468");
    assert!(
        euros.read("t.csv", guessed.as_bytes()).unwrap_err().to_string().contains("must be quantity · price")
    );
}

#[test]
fn encodings_tell_the_same() {
    let text = file(&[&ROW.replace("Vanguard", "Société"), &ROW.replace("81,", "82,")]);
    let plain = read(&text).unwrap();
    let marked = format!("\u{feff}{text}");
    assert_eq!(read(&marked).unwrap(), plain);
    let wide: Vec<u8> = marked.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(SaxoCsv::default().read("t.csv", &wide).unwrap(), plain);
    let wide: Vec<u8> = marked.encode_utf16().flat_map(u16::to_be_bytes).collect();
    assert_eq!(SaxoCsv::default().read("t.csv", &wide).unwrap(), plain);
    let windows: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    assert_eq!(SaxoCsv::default().read("t.csv", &windows).unwrap(), plain);
    assert!(SaxoCsv::default().read("t.csv", b"\xff\xfe\x00").is_err());
}

#[test]
fn columns_are_found_by_their_headings() {
    let names = [
        "Trade ID",
        "Instrument Symbol",
        "Trade Time",
        "B/S",
        "Quantity",
        "Trade Price",
        "Traded Value",
        "Commission",
        "Instrument Currency",
    ];
    for name in names {
        let found = refused(&file(&[ROW]).replacen(name, "Foo", 1));
        assert_eq!(found, format!("t.csv, line 1: Trades has no {name}, and the column is needed"));
    }
    let odd = read(&file(&[ROW]).replacen("OpenClose", "Mood", 1)).unwrap();
    assert_eq!(odd[0].unknown.iter().map(|it| it.field.as_deref()).collect::<Vec<_>>(), [Some("Mood")]);
    assert!(
        refused(&file(&[ROW]).replacen("OpenClose", "trade id", 1))
            .contains("two columns are headed \"trade id\"")
    );
}

#[test]
fn accounts_are_told_apart() {
    let all = read(&file(&[ROW, &ROW.replace(",A1,", ",A2,"), &ROW.replace("81,", "79,")])).unwrap();
    let told: Vec<_> = all.iter().map(|it| (it.account.as_str(), it.fills.len())).collect();
    assert_eq!(told, [("A1", 2), ("A2", 1)]);
    assert_eq!(all[0].fills[0].id, "79");
}

#[test]
fn kinds_are_told_apart() {
    let row = |kind: &str, symbol: &str, numbers: &str| {
        ROW.replace("Etf", kind).replace("VTI:arcx", symbol).replace("30,250.10,-7503", numbers)
    };
    let fill = |row: &str| read(&file(&[row])).unwrap()[0].fills[0].clone();
    let future = fill(&row("ContractFutures", "MESM4:xcme", "2,5100.25,-51002.5"));
    assert_eq!(
        (future.instrument.kind.clone(), future.instrument.multiplier),
        (InstrumentKind::Future, dec!(5))
    );
    let euro = fill(&row("FxSpot", "EURUSD", "1000,1.0850,-1085"));
    assert_eq!((euro.instrument.bought, euro.currency()), (Some(Currency::EUR), Currency::USD));
    assert!(
        refused(&file(&[&row("FxSpot", "EURJPY", "1000,1.0850,-1085")]))
            .contains("must be the second of its pair")
    );
    let bond = &read(&file(&[&row("Bond", "FRANCE-3.75-25MAY56", "10000,95.341,-9564.92")])).unwrap()[0];
    assert_eq!((bond.fills.len(), bond.not_handled.len()), (0, 1));
    assert_eq!(fill(&row("StockOption", "SPY/21M24P450", "3,2.5,-750")).instrument.multiplier, dec!(100));
    assert_eq!(
        fill(&row("Sandwich", "X", "3,2,6")).instrument.kind,
        InstrumentKind::Other("Sandwich".to_owned())
    );
}

#[test]
fn a_broken_row_refuses_the_whole_file() {
    for (from, to, message) in [
        ("81,", ",", "Trades has no Trade ID, and every trade has one"),
        ("30,250", "thirty,250", "Quantity of Trades is \"thirty\", and must be a number"),
        ("30,250", "-30,250", "Quantity of Trades is \"-30\", and must not be negative where it was bought"),
        (
            "30,250",
            "0,250",
            "Quantity of Trades is \"0\", and a row that trades nothing cannot have a commission",
        ),
        ("Bought", "Given", "B/S of Trades is \"Given\", and must be Bought, Buy, Sold or Sell"),
        ("-7503", "-7600", "Traded Value of Trades is \"-7600\", and must be quantity · price"),
        ("250.10", "-250.10", "Trade Price of Trades is \"-250.10\", and must not be negative"),
        (
            "04-Mar-2024 15",
            "04-Mrt-2024 15",
            "Trade Time of Trades is \"04-Mrt-2024 15:30:00\", and must be a day",
        ),
        ("06-Mar-2024", "soon", "Value Date of Trades is \"soon\""),
        (
            "USD,-3",
            "dollar,-3",
            "Instrument Currency of Trades is \"dollar\", and a currency is three capital letters",
        ),
        (
            "-3,USD",
            "3,USD",
            "Commission of Trades is \"3\", and the costs of a file are written with one sign",
        ),
        (",5001", "", "line 3: this is no CSV"),
    ] {
        let found = refused(&file(&[&ROW.replace("81,", "80,"), &ROW.replacen(from, to, 1)]));
        assert!(found.starts_with("t.csv, line 3: ") && found.contains(message), "{found}");
    }
    assert!(refused("").contains("Trades has no Trade ID"));
    assert!(
        refused(&file(&[ROW, &ROW.replace("30,250.10,-7503", "10,250.10,-2501")]))
            .contains("the fill \"81\" is told twice")
    );
    assert_eq!(read(&file(&[ROW, ROW])).unwrap()[0].fills.len(), 1);
    // Written without their sign, costs are costs as well.
    let positive = read(&file(&[&ROW.replace("-3,USD", "3,USD")])).unwrap();
    assert_eq!(positive[0].fills[0].commission.amount(), Decimal::from(3));
}
