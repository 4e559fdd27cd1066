//! Saxo's export of trades.

mod columns;
mod text;

use allweather_core::{Currency, Money};
use csv::StringRecord;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use columns::{Column, Columns};

use super::day::{Moment, european};
use super::number::{Mark, NUMBER_RULE, number};
use super::place::Place;
use super::revision::once;
use super::{Fill, FillsError, Instrument, InstrumentKind, NotHandled, Statement, StatementReader};

const SECTION: &str = "Trades";
const DAY_RULE: &str = "must be a day as dd-MMM-yyyy, dd-MM-yyyy or yyyy-MM-dd, with or without a time";

/// Reads the trades that Saxo's platforms export as CSV with English headings.
///
/// Columns are found by their headings. `Trade ID`, `Instrument Symbol`, `Trade Time`, `B/S`, `Quantity`, `Trade Price`,
/// `Traded Value`, `Instrument Currency` and `Commission`, or other names of them, must be there. Numbers of a file that is
/// separated by semicolons have a decimal comma, unless told otherwise; what is traded must be quantity times price, which finds a
/// wrong guess.
///
/// ```
/// use allweather_core::Currency;
/// use allweather_costs::fills::{SaxoCsv, StatementReader};
/// use rust_decimal::dec;
/// let text = "Trade ID;Account ID;Instrument;Instrument Symbol;TradeTime;B/S;Amount;Price;Traded Value;Currency;Commission;Mood\n\
///             81;A1;Vanguard Total Stock Market ETF;VTI:arcx;04-Mar-2024;Bought;30;250,10;-7.503,00;USD;-3,00;good\n";
/// let read = SaxoCsv::default().read("trades.csv", text.as_bytes())?;
/// let [statement] = read.as_slice() else { return Err("one account".into()) };
/// let [fill] = statement.fills.as_slice() else { return Err("one trade".into()) };
/// assert_eq!((fill.quantity, fill.price.amount(), fill.commission.amount()), (dec!(30), dec!(250.10), dec!(3.00)));
/// assert_eq!(statement.unknown.first().and_then(|field| field.field.as_deref()), Some("Mood"));
///
/// let refused = SaxoCsv::default().read("trades.csv", text.replace("Price", "Pris").as_bytes()).unwrap_err();
/// assert_eq!(refused.to_string(), "trades.csv, line 1: Trades has no Trade Price, and the column is needed");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// The headings are those of files that users published, see `docs/fills.md`; no export of an account was at hand to try it on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SaxoCsv {
    /// The currency of prices and costs in a file that does not tell it.
    pub currency: Option<Currency>,
    /// Whether numbers have a decimal comma; by default those of files with semicolons have.
    pub decimal_comma: Option<bool>,
}

impl StatementReader for SaxoCsv {
    fn read(&self, name: &str, bytes: &[u8]) -> Result<Vec<Statement>, FillsError> {
        let place = Place { file: name, line: 1 };
        let text = text::text(bytes).ok_or_else(|| place.form("must be UTF-8, UTF-16 or Windows-1252"))?;
        let delimiter = text::delimiter(&text);
        let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(text.as_bytes());
        let broken = |e: &csv::Error| {
            let line =
                e.position().map_or(1, |position| usize::try_from(position.line()).unwrap_or(usize::MAX));
            Place { file: name, line }.form(format!("this is no CSV: {e}"))
        };
        let headings = reader.headers().map_err(|e| broken(&e))?.iter().map(str::to_owned).collect();
        let sheet = Sheet {
            columns: Columns::new(place, headings)?,
            mark: if self.decimal_comma.unwrap_or(delimiter == b';') { Mark::Comma } else { Mark::Point },
            currency: self.currency,
        };
        sheet.needed(place)?;
        let mut statements: Vec<Statement> = Vec::new();
        let mut costs = Costs::default();
        let mut record = StringRecord::new();
        loop {
            let line = usize::try_from(reader.position().line()).unwrap_or(usize::MAX);
            if !reader.read_record(&mut record).map_err(|e| broken(&e))? {
                break;
            }
            let position =
                record.position().map(csv::Position::line).and_then(|line| usize::try_from(line).ok());
            let row = Row {
                place: Place { file: name, line: position.unwrap_or(line) },
                sheet: &sheet,
                record: &record,
            };
            let account = row.text(Column::Account).unwrap_or_default();
            let at = statements.iter().position(|statement| statement.account == account);
            let at = at.unwrap_or_else(|| {
                statements.push(Statement::new("Saxo", account));
                statements.len() - 1
            });
            let Some(statement) = statements.get_mut(at) else { continue };
            match row.traded(&mut costs)? {
                Traded::Fill(fill) => statement.fills.push(*fill),
                Traded::Listed(row) => statement.not_handled.push(row),
            }
        }
        for statement in &mut statements {
            statement.fills = once(std::mem::take(&mut statement.fills))?;
            statement.not_handled.sort();
            statement.unknown = sheet.columns.unknown().to_vec();
            statement.unknown.sort();
        }
        Ok(statements)
    }
}

/// How a file is to be read.
struct Sheet {
    columns: Columns,
    mark: Mark,
    currency: Option<Currency>,
}

impl Sheet {
    fn needed(&self, place: Place<'_>) -> Result<(), FillsError> {
        let mut needed = vec![
            Column::Id,
            Column::Symbol,
            Column::Time,
            Column::Side,
            Column::Quantity,
            Column::Price,
            Column::Value,
            Column::Cost,
        ];
        if self.currency.is_none() {
            needed.push(Column::Currency);
        }
        match needed.into_iter().find(|column| self.columns.place(*column).is_none()) {
            Some(column) => Err(place.missing(SECTION, self.columns.heading(column), "the column is needed")),
            None => Ok(()),
        }
    }
}

/// The sign with which costs are written: that of what leaves the account, or none; but one of them.
#[derive(Debug, Default)]
struct Costs {
    sign: Option<bool>,
}

enum Traded {
    Fill(Box<Fill>),
    Listed(NotHandled),
}

struct Row<'a> {
    place: Place<'a>,
    sheet: &'a Sheet,
    record: &'a StringRecord,
}

impl Row<'_> {
    fn text(&self, column: Column) -> Option<&str> {
        let text = self.record.get(self.sheet.columns.place(column)?)?.trim();
        (!matches!(text, "" | "-")).then_some(text)
    }

    fn refused(&self, column: Column, rule: &'static str) -> FillsError {
        let value = self.text(column).unwrap_or_default();
        self.place.field(SECTION, self.sheet.columns.heading(column), value, rule)
    }

    fn required(&self, column: Column) -> Result<&str, FillsError> {
        let missing =
            || self.place.missing(SECTION, self.sheet.columns.heading(column), "every trade has one");
        self.text(column).ok_or_else(missing)
    }

    fn decimal(&self, column: Column) -> Result<Decimal, FillsError> {
        number(self.required(column)?, self.sheet.mark).ok_or_else(|| self.refused(column, NUMBER_RULE))
    }

    fn moment(&self, column: Column) -> Result<Option<Moment>, FillsError> {
        let Some(text) = self.text(column) else { return Ok(None) };
        european(text).map(Some).ok_or_else(|| self.refused(column, DAY_RULE))
    }

    fn currency(&self, column: Column) -> Result<Option<Currency>, FillsError> {
        let Some(text) = self.text(column) else { return Ok(None) };
        text.parse().map(Some).map_err(|_| self.refused(column, "a currency is three capital letters"))
    }

    fn traded(&self, costs: &mut Costs) -> Result<Traded, FillsError> {
        let missing = || {
            self.place.missing(SECTION, self.sheet.columns.heading(Column::Currency), "every trade has one")
        };
        let currency = self.currency(Column::Currency)?.or(self.sheet.currency).ok_or_else(missing)?;
        self.required(Column::Time)?;
        let Some((date, executed)) = self.moment(Column::Time)? else {
            return Err(self.refused(Column::Time, DAY_RULE));
        };
        let mut instrument = self.instrument(currency)?;
        if instrument.kind == InstrumentKind::Bond {
            let mut row = NotHandled::new(SECTION, "a bond: its traded value has interest in it");
            (row.date, row.symbol) = (Some(date), Some(instrument.symbol));
            return Ok(Traded::Listed(row));
        }
        let quantity = self.quantity()?;
        let price = self.decimal(Column::Price)?;
        if price < Decimal::ZERO {
            return Err(self.refused(Column::Price, "must not be negative"));
        }
        let cost = self.cost(costs)?;
        if quantity.is_zero() {
            if !cost.is_zero() {
                return Err(
                    self.refused(Column::Quantity, "a row that trades nothing cannot have a commission")
                );
            }
            let mut row = NotHandled::new(SECTION, "a trade of 0 units at no cost");
            (row.date, row.symbol) = (Some(date), Some(instrument.symbol));
            return Ok(Traded::Listed(row));
        }
        instrument.multiplier = self.multiplier(&instrument.kind, quantity, price)?;
        let mut fill = Fill::new(self.required(Column::Id)?, instrument, date, quantity, price);
        fill.executed = executed;
        fill.order = self.text(Column::Order).map(str::to_owned);
        fill.settled = self.moment(Column::Settled)?.map(|(day, _)| day);
        fill.commission = Money::new(cost, self.currency(Column::CostCurrency)?.unwrap_or(currency));
        Ok(Traded::Fill(Box::new(fill)))
    }

    fn instrument(&self, currency: Currency) -> Result<Instrument, FillsError> {
        let symbol = self.required(Column::Symbol)?;
        let kind = self.text(Column::Kind).map_or(InstrumentKind::Stock, kind);
        let mut it = Instrument::new(symbol, kind, currency);
        if it.kind == InstrumentKind::Forex {
            let pair = symbol.split_at_checked(3);
            let pair =
                pair.and_then(|(bought, paid)| Some((bought.parse().ok()?, paid.parse::<Currency>().ok()?)));
            let (bought, paid) =
                pair.ok_or_else(|| self.refused(Column::Symbol, "a pair of currencies is as EURUSD"))?;
            if paid != currency {
                return Err(self.refused(Column::Currency, "must be the second of its pair"));
            }
            it.bought = Some(bought);
        }
        it.isin = self.text(Column::Isin).map(str::to_owned);
        it.conid = self.text(Column::Number).map(str::to_owned);
        it.description = self.text(Column::Name).map(str::to_owned);
        Ok(it)
    }

    /// With its sign: the word says which way, and a minus must not say otherwise.
    fn quantity(&self) -> Result<Decimal, FillsError> {
        let quantity = self.decimal(Column::Quantity)?;
        match self.required(Column::Side)?.to_ascii_lowercase().as_str() {
            "bought" | "buy" | "b" if quantity >= Decimal::ZERO => Ok(quantity),
            "bought" | "buy" | "b" => {
                Err(self.refused(Column::Quantity, "must not be negative where it was bought"))
            }
            "sold" | "sell" | "s" => Ok(-quantity.abs()),
            _ => Err(self.refused(Column::Side, "must be Bought, Buy, Sold or Sell")),
        }
    }

    fn cost(&self, costs: &mut Costs) -> Result<Decimal, FillsError> {
        let booked = self.decimal(Column::Cost)?;
        if !booked.is_zero() && *costs.sign.get_or_insert(booked < Decimal::ZERO) != (booked < Decimal::ZERO)
        {
            return Err(self.refused(Column::Cost, "the costs of a file are written with one sign"));
        }
        Ok(booked.abs())
    }

    /// 1, but for contracts of several units: what the traded value says, a whole number.
    fn multiplier(
        &self,
        kind: &InstrumentKind,
        quantity: Decimal,
        price: Decimal,
    ) -> Result<Decimal, FillsError> {
        let rule = "must be quantity · price";
        let refused = || self.refused(Column::Value, rule);
        let value = self.decimal(Column::Value)?.abs();
        let half = |of: Decimal| Decimal::try_new(5, of.scale() + 1).unwrap_or_default();
        let product = quantity.abs().checked_mul(price).ok_or_else(refused)?;
        let contracts = matches!(kind, InstrumentKind::Future | InstrumentKind::Option | InstrumentKind::Cfd);
        let multiplier = match value.checked_div(product) {
            Some(times) if contracts => times.round().max(Decimal::ONE),
            _ => Decimal::ONE,
        };
        let slack = quantity
            .abs()
            .checked_mul(half(price))
            .and_then(|of| of.checked_mul(multiplier)?.checked_add(half(value)));
        let off = product.checked_mul(multiplier).and_then(|product| product.checked_sub(value));
        match (off, slack) {
            (Some(off), Some(slack)) if off.abs() <= slack => Ok(multiplier),
            _ => Err(refused()),
        }
    }
}

fn kind(name: &str) -> InstrumentKind {
    let plain: String =
        name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    match plain.as_str() {
        "stock" | "stocks" | "etf" | "etc" | "etn" => InstrumentKind::Stock,
        "fund" | "mutualfund" => InstrumentKind::Fund,
        "bond" => InstrumentKind::Bond,
        "fxspot" | "fx" => InstrumentKind::Forex,
        "contractfutures" | "futures" | "future" => InstrumentKind::Future,
        "warrant" => InstrumentKind::Warrant,
        cfd if cfd.starts_with("cfd") => InstrumentKind::Cfd,
        option if option.ends_with("option") => InstrumentKind::Option,
        _ => InstrumentKind::Other(name.to_owned()),
    }
}
