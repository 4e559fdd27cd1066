//! Interactive Brokers' Flex statements.

mod building;
mod cash;
mod holdings;
mod instrument;
#[rustfmt::skip]
mod names;
mod row;
mod trade;

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use building::{Building, Section};
use row::Row;

use super::place::Place;
use super::{FillsError, Statement, StatementReader};

/// Elements within elements, beyond which a file is no statement: real ones have five or six.
const DEPTH: usize = 32;

/// Reads Flex statements of Interactive Brokers: XML of an activity query or of a query of trade confirmations.
///
/// ```
/// use allweather_costs::fills::{FlexXml, StatementReader};
/// use rust_decimal::dec;
/// let text = r#"<FlexQueryResponse queryName="all" type="AF"><FlexStatements count="1">
///   <FlexStatement accountId="U1" fromDate="20240301" toDate="20240301">
///     <Trades>
///       <Trade assetCategory="STK" symbol="VTI" currency="USD" tradeID="7" ibOrderID="3" tradeDate="20240301"
///              dateTime="20240301;100500" buySell="BUY" quantity="10" tradePrice="250" proceeds="-2500"
///              ibCommission="-1" ibCommissionCurrency="USD" netCash="-2501" moonPhase="full"/>
///     </Trades>
///   </FlexStatement>
/// </FlexStatements></FlexQueryResponse>"#;
/// let read = FlexXml.read("march.xml", text.as_bytes())?;
/// let [statement] = read.as_slice() else { return Err("one statement".into()) };
/// assert_eq!(statement.fills.first().map(|fill| fill.commission.amount()), Some(dec!(1)));
/// assert_eq!(statement.unknown.first().and_then(|field| field.field.as_deref()), Some("moonPhase"));
///
/// let broken = text.replace("2500", "2600");
/// let refused = FlexXml.read("march.xml", broken.as_bytes()).unwrap_err();
/// assert_eq!(
///     refused.to_string(),
///     "march.xml, line 4: proceeds of Trade is \"-2600\", and must be minus quantity · price · multiplier"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Which sections, rows and forms are read, what is refused and what is listed, stands in `docs/fills.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FlexXml;

impl StatementReader for FlexXml {
    fn read(&self, name: &str, bytes: &[u8]) -> Result<Vec<Statement>, FillsError> {
        let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
        let text = std::str::from_utf8(bytes).map_err(|e| {
            let line = 1 + count_lines(bytes.get(..e.valid_up_to()).unwrap_or_default());
            Place { file: name, line }.form("must be UTF-8")
        })?;
        Walk::new(name, text).run()
    }
}

fn count_lines(bytes: &[u8]) -> usize {
    bytes.split(|byte| *byte == b'\n').count() - 1
}

/// Names that are known beside a row's own: none.
fn nothing(_: &str) -> bool {
    false
}

/// One way through the file.
struct Walk<'a> {
    file: &'a str,
    text: &'a str,
    reader: Reader<&'a [u8]>,
    /// Up to where lines were counted, and how many there are.
    counted: usize,
    line: usize,
    /// Where the attributes of the last row went.
    places: Vec<usize>,
    /// The elements that are open.
    open: Vec<Open<'a>>,
    /// Whether the list of statements has begun.
    listed: bool,
    /// How many statements the file says that it has.
    count: Option<usize>,
    statement: Option<Building>,
    statements: Vec<Statement>,
    /// Unknown attributes and elements outside of statements.
    outside: Vec<(String, Option<String>)>,
    ended: bool,
}

#[derive(Debug, Clone, Copy)]
struct Open<'a> {
    name: &'a str,
    section: Section,
}

impl<'a> Walk<'a> {
    fn new(file: &'a str, text: &'a str) -> Self {
        Self {
            file,
            text,
            reader: Reader::from_str(text),
            counted: 0,
            line: 1,
            places: Vec::new(),
            open: Vec::new(),
            listed: false,
            count: None,
            statement: None,
            statements: Vec::new(),
            outside: Vec::new(),
            ended: false,
        }
    }

    fn place(&self) -> Place<'a> {
        Place { file: self.file, line: self.line }
    }

    /// Counts lines up to where the reader is.
    fn advance(&mut self) {
        let at = usize::try_from(self.reader.buffer_position()).unwrap_or(usize::MAX).min(self.text.len());
        let passed = self.text.as_bytes().get(self.counted..at).unwrap_or_default();
        self.line += count_lines(passed);
        self.counted = at.max(self.counted);
    }

    fn run(mut self) -> Result<Vec<Statement>, FillsError> {
        loop {
            self.advance();
            let event =
                self.reader.read_event().map_err(|e| self.place().form(format!("this is no XML: {e}")))?;
            match event {
                Event::Start(element) => {
                    let open = self.element(&element)?;
                    self.open.push(open);
                }
                Event::Empty(element) => {
                    let open = self.element(&element)?;
                    self.open.push(open);
                    self.end()?;
                }
                Event::End(_) => self.end()?,
                Event::Text(text) if text.bytes().all(|byte| byte.is_ascii_whitespace()) => {}
                Event::Text(_) | Event::CData(_) | Event::GeneralRef(_) => {
                    return Err(self.place().form("text stands where only elements do"));
                }
                Event::DocType(_) => return Err(self.place().form("a statement has no DOCTYPE")),
                Event::Decl(declared) => {
                    let utf8 = match declared.encoding() {
                        None => true,
                        Some(name) => name.is_ok_and(|name| {
                            ["UTF-8", "US-ASCII"].iter().any(|ours| name.eq_ignore_ascii_case(ours))
                        }),
                    };
                    if !utf8 {
                        return Err(self.place().form("must be UTF-8"));
                    }
                }
                Event::Comment(_) | Event::PI(_) => {}
                Event::Eof => return self.finish(),
            }
        }
    }

    fn finish(self) -> Result<Vec<Statement>, FillsError> {
        if let Some(open) = self.open.last() {
            return Err(self.place().form(format!("the file ends within {}", open.name)));
        }
        if !self.ended {
            return Err(self.place().form("there is no FlexQueryResponse"));
        }
        let found = self.statements.len();
        if self.count.is_some_and(|count| count != found) {
            return Err(self.place().form(format!(
                "FlexStatements says that there are {}, and there are {found}",
                self.count.unwrap_or_default()
            )));
        }
        if found == 0 {
            return Err(self.place().form("there is no FlexStatement"));
        }
        let mut statements = self.statements;
        if let Some(first) = statements.first_mut() {
            for (section, field) in self.outside {
                first.unknown.push(super::UnknownField { section, field, times: 1 });
            }
            first.unknown.sort();
        }
        Ok(statements)
    }

    fn end(&mut self) -> Result<(), FillsError> {
        self.open.pop();
        match self.open.len() {
            0 => self.ended = true,
            2 => {
                if let Some(building) = self.statement.take() {
                    self.statements.push(building.finish(self.file)?);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Takes an element in that begins here.
    fn element(&mut self, element: &BytesStart<'_>) -> Result<Open<'a>, FillsError> {
        let name = self.name(element);
        let inherited = self.open.last().map_or(Section::Unknown, |open| open.section);
        let mut section = inherited;
        match self.open.len() {
            0 if self.ended => return Err(self.place().form("there is a second FlexQueryResponse")),
            0 if name == "FlexQueryResponse" => {
                self.attributes(element, name, names::QUERY, nothing)?;
            }
            0 => {
                let what = format!("the file is a {name}, and a Flex statement is a FlexQueryResponse");
                return Err(self.place().form(what));
            }
            1 if name == "FlexStatements" => {
                if std::mem::replace(&mut self.listed, true) {
                    return Err(self.place().form("there is a second FlexStatements"));
                }
                let row = self.attributes(element, name, names::STATEMENTS, nothing)?;
                let rule = "must be the number of statements";
                let count =
                    row.text("count").map(|count| count.parse().map_err(|_| row.refused("count", rule)));
                self.count = count.transpose()?;
            }
            2 if name == "FlexStatement" && self.within("FlexStatements") => {
                let row = self.attributes(element, name, names::STATEMENT, nothing)?;
                let building = Building::new(&row)?;
                self.statement = Some(building);
            }
            3 if self.statement.is_some() => section = self.section(element, name)?,
            4 if self.statement.is_some() => self.row(element, name, section)?,
            DEPTH.. => return Err(self.place().form("elements stand too deep within one another")),
            _ => self.nested(name, section),
        }
        Ok(Open { name, section })
    }

    fn within(&self, name: &str) -> bool {
        self.open.last().is_some_and(|open| open.name == name)
    }

    /// The element's name as a part of the text, which lives as long as the walk.
    fn name(&self, element: &BytesStart<'_>) -> &'a str {
        let length = element.name().into_inner().len();
        // The walk stands at the element's bracket.
        self.text.get(self.counted + 1..self.counted + 1 + length).unwrap_or_default()
    }

    fn section(&mut self, element: &BytesStart<'_>, name: &'a str) -> Result<Section, FillsError> {
        Ok(match name {
            "Trades" => Section::Trades,
            "TradeConfirms" => Section::Confirms,
            "CashTransactions" => Section::Cash,
            "OpenPositions" => Section::Positions,
            "CashReport" => Section::Balances,
            "AccountInformation" => {
                let row = self.attributes(element, name, names::ACCOUNT, nothing)?;
                let currency = row.currency(&["currency"])?;
                if let Some(building) = &mut self.statement {
                    building.base_currency(currency);
                }
                Section::Account
            }
            _ if names::LISTED_SECTIONS.binary_search(&name).is_ok() => Section::Listed,
            _ if names::PASSED_SECTIONS.binary_search(&name).is_ok() => Section::Passed,
            _ => {
                self.note(name, None);
                Section::Unknown
            }
        })
    }

    fn row(&mut self, element: &BytesStart<'_>, name: &'a str, section: Section) -> Result<(), FillsError> {
        let (known, also): (_, fn(&str) -> bool) = match section {
            Section::Trades | Section::Confirms => (names::TRADE, nothing),
            Section::Cash => (names::CASH, nothing),
            Section::Positions => (names::POSITION, nothing),
            Section::Balances => (names::BALANCE, names::is_cash_flow),
            // The row is listed as a whole.
            Section::Listed => (names::LISTED, |_| true),
            Section::Account | Section::Passed | Section::Unknown => return Ok(()),
        };
        let row = self.attributes(element, name, known, also)?;
        let within = self.open.last().map_or("", |open| open.name);
        self.statement.as_mut().map_or(Ok(()), |building| building.row(section, within, &row))
    }

    /// An element where none is known.
    fn nested(&mut self, name: &str, section: Section) {
        let read = matches!(
            section,
            Section::Trades | Section::Confirms | Section::Cash | Section::Positions | Section::Balances
        );
        if self.open.len() < 4 || read {
            let within = self.open.last().map_or("", |open| open.name);
            self.note(&format!("{within}/{name}"), None);
        }
    }

    fn note(&mut self, section: &str, field: Option<&str>) {
        match &mut self.statement {
            Some(building) => building.unknown(section, field),
            None => self.outside.push((section.to_owned(), field.map(str::to_owned))),
        }
    }

    /// The attributes of an element: the known ones in a row; the others, unless they are `also` known, noted.
    fn attributes<'e>(
        &mut self,
        element: &'e BytesStart<'_>,
        name: &'a str,
        known: &'static [&'static str],
        also: fn(&str) -> bool,
    ) -> Result<Row<'e>, FillsError>
    where
        'a: 'e,
    {
        let place = self.place();
        let mut row = Row::new(place, name, known);
        // Whether one stands there twice is seen when it is set.
        let mut attributes = element.attributes();
        for (nth, attribute) in attributes.with_checks(false).enumerate() {
            let attribute = attribute.map_err(|e| place.form(format!("this is no XML: {e}")))?;
            let key = attribute.key.into_inner();
            let value = attribute.normalized_value(XmlVersion::Implicit1_0);
            let value = value.map_err(|e| place.form(format!("{key} of {name} is no XML: {e}")))?;
            if !row.set(nth, key, value, &mut self.places)? && !also(key) {
                self.note(name, Some(key));
            }
        }
        Ok(row)
    }
}
