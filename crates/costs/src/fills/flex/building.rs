use std::collections::BTreeMap;

use allweather_core::{Currency, Overflow};
use rust_decimal::Decimal;

use super::cash::movement;
use super::holdings::{balance, position, together};
use super::row::Row;
use super::trade::{Level, Traded, level, traded};
use crate::fills::merge::movements;
use crate::fills::place::Place;
use crate::fills::revision::{once, settled};
use crate::fills::{
    CashBalance, CashMovement, Fill, FillsError, NotHandled, OpenPosition, Span, Statement, UnknownField,
};

/// What a section of a statement is to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    Trades,
    Confirms,
    Cash,
    Positions,
    Balances,
    Account,
    Listed,
    Passed,
    Unknown,
}

/// The rows of one section of trades, by how fine they tell.
#[derive(Debug, Default)]
struct Told {
    executions: Vec<Fill>,
    /// An order that cannot be read matters only where no executions are told.
    orders: Vec<Result<Fill, FillsError>>,
    nothing: Vec<NotHandled>,
    /// A row of another level, if there is one.
    other: Option<usize>,
}

/// A statement while its rows come in.
#[derive(Debug)]
pub(super) struct Building {
    statement: Statement,
    line: usize,
    trades: Told,
    confirms: Told,
    cash: Vec<CashMovement>,
    cash_sums: Vec<CashMovement>,
    positions: Vec<OpenPosition>,
    lots: Vec<OpenPosition>,
    unknown: BTreeMap<(String, Option<String>), usize>,
}

impl Building {
    pub(super) fn new(row: &Row<'_>) -> Result<Self, FillsError> {
        let (_, account) = row.required(&["accountId"], "a statement is of an account")?;
        let mut statement = Statement::new("Interactive Brokers", account);
        let ends = (row.moment(&["fromDate"])?, row.moment(&["toDate"])?);
        if let (Some((first, _)), Some((last, _))) = ends {
            let span = Span::new(first, last);
            statement.span = Some(span.ok_or_else(|| row.refused("toDate", "must not be before fromDate"))?);
        }
        Ok(Self {
            statement,
            line: row.place.line,
            trades: Told::default(),
            confirms: Told::default(),
            cash: Vec::new(),
            cash_sums: Vec::new(),
            positions: Vec::new(),
            lots: Vec::new(),
            unknown: BTreeMap::new(),
        })
    }

    pub(super) fn unknown(&mut self, section: &str, field: Option<&str>) {
        *self.unknown.entry((section.to_owned(), field.map(str::to_owned))).or_default() += 1;
    }

    pub(super) fn base_currency(&mut self, currency: Option<Currency>) {
        self.statement.base_currency = currency.or(self.statement.base_currency);
    }

    /// Takes a row of a section in.
    pub(super) fn row(&mut self, section: Section, name: &str, row: &Row<'_>) -> Result<(), FillsError> {
        match section {
            Section::Trades | Section::Confirms => self.trade(section, name, row)?,
            Section::Cash if row.element == "CashTransaction" => {
                let sums = matches!(row.text("levelOfDetail"), Some("SUMMARY" | "Summary"));
                if sums { &mut self.cash_sums } else { &mut self.cash }.push(movement(row)?);
            }
            Section::Positions if row.element == "OpenPosition" => {
                let (position, lot) = position(row, self.statement.span.map(|span| span.last))?;
                if lot { &mut self.lots } else { &mut self.positions }.push(position);
            }
            Section::Balances if row.element == "CashReportCurrency" => {
                self.statement.balances.extend(balance(row)?);
            }
            Section::Listed => self.statement.not_handled.push(listed(name, row)?),
            Section::Account | Section::Passed => {}
            _ => self.unknown(&format!("{name}/{}", row.element), None),
        }
        Ok(())
    }

    fn trade(&mut self, section: Section, name: &str, row: &Row<'_>) -> Result<(), FillsError> {
        let Some(level) = level(row)? else {
            self.unknown(&format!("{name}/{}", row.element), None);
            return Ok(());
        };
        let told = if section == Section::Trades { &mut self.trades } else { &mut self.confirms };
        match level {
            Level::Execution => match traded(row, level)? {
                Traded::Fill(fill) => told.executions.push(*fill),
                Traded::Nothing(row) => told.nothing.push(row),
            },
            Level::Order => match traded(row, level) {
                Ok(Traded::Fill(fill)) => told.orders.push(Ok(*fill)),
                Ok(Traded::Nothing(_)) => {}
                Err(e) => told.orders.push(Err(e)),
            },
            Level::Other => told.other = Some(row.place.line),
        }
        Ok(())
    }

    /// The statement when all its rows are in.
    pub(super) fn finish(self, file: &str) -> Result<Statement, FillsError> {
        let place = Place { file, line: self.line };
        let mut statement = self.statement;
        // Confirmations tell of the same trades.
        let told = if self.trades.is_empty() { self.confirms } else { self.trades };
        let fills = told.fills(place, &mut statement.not_handled)?;
        statement.fills = settled(once(fills)?, &mut statement.cancelled);
        let cash = if self.cash.is_empty() { self.cash_sums } else { self.cash };
        statement.cash = movements(cash, Vec::new(), false)?;
        statement.positions = if self.positions.is_empty() { together(self.lots)? } else { self.positions };
        let key = |a: &OpenPosition| {
            (a.instrument.symbol.clone(), a.instrument.conid.clone(), a.instrument.currency, a.date)
        };
        statement.positions.sort_by_cached_key(key);
        balances_once(place, &mut statement.balances)?;
        statement.not_handled.sort();
        let unknown = self.unknown.into_iter();
        statement.unknown =
            unknown.map(|((section, field), times)| UnknownField { section, field, times }).collect();
        Ok(statement)
    }
}

fn balances_once(place: Place<'_>, balances: &mut [CashBalance]) -> Result<(), FillsError> {
    balances.sort_by_key(|balance| balance.end.currency());
    for pair in balances.windows(2) {
        if let [a, b] = pair
            && a.end.currency() == b.end.currency()
        {
            return Err(place.form(format!("the cash report tells of {} twice", a.end.currency())));
        }
    }
    Ok(())
}

impl Told {
    fn is_empty(&self) -> bool {
        self.executions.is_empty()
            && self.orders.is_empty()
            && self.nothing.is_empty()
            && self.other.is_none()
    }

    /// The finest level that is told, and that alone.
    fn fills(self, place: Place<'_>, not_handled: &mut Vec<NotHandled>) -> Result<Vec<Fill>, FillsError> {
        if self.executions.is_empty() && self.nothing.is_empty() {
            if let (true, Some(line)) = (self.orders.is_empty(), self.other) {
                let what = "trades are told as lots or sums only: add executions or orders to the query";
                return Err(Place { line, ..place }.form(what));
            }
            return self.orders.into_iter().collect();
        }
        not_handled.extend(self.nothing);
        let revised = self.executions.iter().filter(|fill| fill.revises.is_some());
        let revised: Vec<&str> = revised.filter_map(|fill| fill.order.as_deref()).collect();
        let mut sums: BTreeMap<&str, Decimal> = BTreeMap::new();
        for fill in &self.executions {
            if let Some(order) = fill.order.as_deref() {
                let sum = sums.entry(order).or_default();
                *sum = sum.checked_add(fill.quantity).ok_or(Overflow)?;
            }
        }
        // An order that takes days has a row on each.
        let mut orders: BTreeMap<&str, Decimal> = BTreeMap::new();
        for whole in self.orders.iter().flatten() {
            let sum = orders.entry(whole.order_name()).or_default();
            *sum = sum.checked_add(whole.quantity).ok_or(Overflow)?;
        }
        for (order, quantity) in orders {
            if let Some(sum) = sums.get(order)
                && quantity != *sum
                && !revised.contains(&order)
            {
                return Err(
                    place.form(format!("order {order} is of {quantity}, and its executions are of {sum}"))
                );
            }
        }
        Ok(self.executions)
    }
}

fn listed(section: &str, row: &Row<'_>) -> Result<NotHandled, FillsError> {
    let told = ["type", "transactionType", "description", "actionDescription", "taxDescription", "direction"];
    let words = told.into_iter().filter_map(|name| row.text(name)).collect::<Vec<_>>();
    let counts = ["quantity", "amount", "proceeds", "value", "taxAmount", "cashTransfer"];
    let counts = counts.into_iter().filter_map(|name| row.text(name).map(|value| format!("{name} {value}")));
    let description = words.into_iter().map(str::to_owned).chain(counts).collect::<Vec<_>>().join(", ");
    let mut it = NotHandled::new(section, description);
    it.date = row.moment(&["dateTime", "date", "reportDate"])?.map(|(day, _)| day);
    it.symbol = row.owned("symbol");
    Ok(it)
}
