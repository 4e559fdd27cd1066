use rust_decimal::Decimal;

use super::number::Notation;
use crate::MarketError;

pub(super) const LEVEL: &str = "an index level, which is above 0";

/// The rows of a CSV file that need not be a table: titles above it, notes below it. Every refusal names its place.
pub(super) struct Sheet<'a> {
    file: &'a str,
    text: &'a str,
    rows: Vec<csv::StringRecord>,
}

impl<'a> Sheet<'a> {
    pub(super) fn parse(file: &'a str, text: &'a str) -> Result<Self, MarketError> {
        let mut reader =
            csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
        let mut sheet = Self { file, text, rows: Vec::new() };
        for row in reader.records() {
            let row = row.map_err(|e| {
                sheet.layout(sheet.rows.len(), format!("unreadable text ({e})"), "comma-separated values")
            })?;
            sheet.rows.push(row);
        }
        Ok(sheet)
    }

    /// How many rows there are; empty lines are none.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The text of a cell without surrounding blanks; empty outside the sheet.
    pub(super) fn cell(&self, row: usize, column: usize) -> &str {
        self.rows.get(row).and_then(|record| record.get(column)).unwrap_or_default().trim()
    }

    /// The cells of a row, the first from column 0.
    pub(super) fn cells(&self, row: usize) -> impl Iterator<Item = &str> {
        self.rows.get(row).into_iter().flatten().map(str::trim)
    }

    /// The first row that begins with one of these texts.
    pub(super) fn row_of(&self, first: &[&str]) -> Option<usize> {
        (0..self.len()).find(|row| first.contains(&self.cell(*row, 0)))
    }

    /// Where the table ends. Blank lines and notes may follow: lines of one text that does not look like the first cell of
    /// a line of the table, or that begin as notes do.
    pub(super) fn end(&self, of_table: impl Fn(&str) -> bool) -> usize {
        let is_note = |row: usize| {
            let first = self.cell(row, 0);
            first.starts_with(['※', '＊']) || !of_table(first) && self.cells(row).skip(1).all(str::is_empty)
        };
        (0..self.len()).rev().find(|row| !is_note(*row)).map_or(0, |row| row + 1)
    }

    /// Refuses a row with more or fewer cells than the headings.
    pub(super) fn check_width(&self, row: usize, headings: usize) -> Result<(), MarketError> {
        let width = |row| self.rows.get(row).map_or(0, csv::StringRecord::len);
        let (found, expected) = (width(row), width(headings));
        if found == expected {
            return Ok(());
        }
        Err(self.layout(row, format!("{found} fields"), &format!("{expected}, one for each heading")))
    }

    /// The number in a cell under `heading`, `None` when there is no figure. An index level must be above 0.
    pub(super) fn number(
        &self,
        row: usize,
        column: usize,
        heading: &str,
        notation: Notation,
        level: bool,
    ) -> Result<Option<Decimal>, MarketError> {
        let text = self.cell(row, column);
        let number = notation.read(text).map_err(|rule| self.field(row, heading, text, rule))?;
        match number {
            Some(number) if level && number <= Decimal::ZERO => Err(self.field(row, heading, text, LEVEL)),
            number => Ok(number),
        }
    }

    /// A refusal of a field.
    pub(super) fn field(&self, row: usize, heading: &str, value: &str, rule: &'static str) -> MarketError {
        let (file, field, value) = (self.file.to_owned(), heading.to_owned(), value.to_owned());
        MarketError::Field { file, line: self.line(row), field, value, rule }
    }

    /// A refusal of a heading.
    pub(super) fn heading(&self, row: usize, column: usize, rule: &str) -> MarketError {
        self.layout(row, format!("column {}: {:?}", column + 1, self.cell(row, column)), rule)
    }

    /// A refusal of the layout.
    pub(super) fn layout(&self, row: usize, found: String, rule: &str) -> MarketError {
        MarketError::Layout { file: self.file.to_owned(), line: self.line(row), found, rule: rule.to_owned() }
    }

    /// The line on which a row begins, from 1.
    fn line(&self, row: usize) -> u64 {
        let start = self.rows.get(row).and_then(csv::StringRecord::position).map(csv::Position::byte);
        let end = start.and_then(|byte| usize::try_from(byte).ok()).unwrap_or(self.text.len());
        // The reader's position may be in the middle of the line end before.
        let rest = self.text.get(end..).unwrap_or_default();
        line_at(self.text.as_bytes(), end + rest.len() - rest.trim_start_matches(['\r', '\n']).len())
    }
}

/// The line on which a byte stands, from 1. Lines end in `LF`, `CR LF`, `CR CR LF` or `CR`.
pub(super) fn line_at(bytes: &[u8], place: usize) -> u64 {
    let before = bytes.get(..place).unwrap_or(bytes);
    let next = before.iter().skip(1).chain([&b' ']);
    let is_end = |(byte, next): &(&u8, &u8)| **byte == b'\n' || (**byte == b'\r' && !b"\r\n".contains(next));
    1 + before.iter().zip(next).filter(is_end).count() as u64
}
