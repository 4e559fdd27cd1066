use std::str::FromStr;

use allweather_core::{Month, Percent};
use rust_decimal::Decimal;

use crate::MarketError;

/// A CSV file with headings, read so that every refusal names file, line and field.
///
/// ```
/// use allweather_market::Table;
/// let table = Table::parse("levels.csv", "month,cpi\n1980-01,69.7\n1980-02,\n")?;
/// let [month, cpi] = table.columns(["month", "cpi"])?;
/// assert_eq!(table.cell(0, cpi).decimal()?.map(|x| x.to_string()), Some("69.7".into()));
/// assert_eq!(table.cell(1, cpi).decimal()?, None);
/// assert!(table.cell(0, cpi).month().unwrap_err().to_string().contains("levels.csv, line 2, field cpi"));
/// # let _ = month;
/// # Ok::<(), allweather_market::MarketError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Table {
    file: String,
    headings: Vec<String>,
    rows: Vec<(u64, csv::StringRecord)>,
}

/// One field of a [`Table`], with its place.
#[derive(Debug, Clone, Copy)]
pub struct Cell<'a> {
    table: &'a Table,
    row: usize,
    column: usize,
}

impl Table {
    /// Reads the text of the file called `file` (the name is only used in errors).
    ///
    /// # Errors
    ///
    /// [`MarketError::Layout`] when a line has another number of fields than the heading, a heading is empty or appears
    /// twice, or there is no line below the heading.
    pub fn parse(file: &str, text: &str) -> Result<Self, MarketError> {
        let layout = |line, found: String, rule: &str| MarketError::Layout {
            file: file.to_owned(),
            line,
            found,
            rule: rule.to_owned(),
        };
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
        let refuse = |e: &csv::Error| {
            let line = e.position().map_or(1, csv::Position::line);
            match e.kind() {
                csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
                    layout(line, format!("{len} fields"), &format!("{expected_len}, one for each heading"))
                }
                _ => layout(line, "unreadable text".to_owned(), "comma-separated values in UTF-8"),
            }
        };
        let headings: Vec<String> =
            reader.headers().map_err(|e| refuse(&e))?.iter().map(str::to_owned).collect();
        for (i, heading) in headings.iter().enumerate() {
            if heading.is_empty() || headings[..i].contains(heading) {
                return Err(layout(
                    1,
                    format!("heading {heading:?}"),
                    "headings that are not empty and differ",
                ));
            }
        }
        if let [only] = headings.as_slice()
            && only.contains([';', '\t'])
        {
            return Err(layout(1, format!("one heading, {only:?}"), "headings separated by commas"));
        }
        let mut rows = Vec::new();
        for record in reader.records() {
            let record = record.map_err(|e| refuse(&e))?;
            let line = record.position().map_or(0, csv::Position::line);
            rows.push((line, record));
        }
        if rows.is_empty() {
            return Err(layout(1, "no line below the heading".to_owned(), "at least one"));
        }
        Ok(Self { file: file.to_owned(), headings, rows })
    }

    /// The headings, in file order.
    pub fn headings(&self) -> impl ExactSizeIterator<Item = &str> {
        self.headings.iter().map(String::as_str)
    }

    /// How many lines stand below the heading.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "a table without lines is refused")]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// The places of exactly these headings, in the order asked for.
    ///
    /// # Errors
    ///
    /// [`MarketError::Layout`] when one is absent or the file has another one.
    pub fn columns<const N: usize>(&self, names: [&str; N]) -> Result<[usize; N], MarketError> {
        let rule = || format!("the headings {}", names.join(", "));
        let refuse =
            |found: String| MarketError::Layout { file: self.file.clone(), line: 1, found, rule: rule() };
        if let Some(unknown) = self.headings.iter().find(|h| !names.contains(&h.as_str())) {
            return Err(refuse(format!("unknown heading {unknown:?}")));
        }
        let mut places = [0; N];
        for (place, name) in places.iter_mut().zip(names) {
            let at = self.headings.iter().position(|h| h == name);
            *place = at.ok_or_else(|| refuse(format!("no heading {name:?}")))?;
        }
        Ok(places)
    }

    /// A refusal of the heading at `column` (from 0): it is not `rule`.
    #[must_use]
    pub fn refuse_heading(&self, column: usize, rule: &str) -> MarketError {
        let heading = self.headings.get(column).map_or("", String::as_str);
        MarketError::Layout {
            file: self.file.clone(),
            line: 1,
            found: format!("heading {heading:?}"),
            rule: rule.to_owned(),
        }
    }

    /// The field in line `row` (from 0, below the heading) under heading `column` (from 0). A place outside the table
    /// holds no text.
    #[must_use]
    pub fn cell(&self, row: usize, column: usize) -> Cell<'_> {
        Cell { table: self, row, column }
    }
}

impl<'a> Cell<'a> {
    /// The text, without surrounding blanks; empty when nothing is published.
    #[must_use]
    pub fn text(self) -> &'a str {
        self.table.rows.get(self.row).and_then(|(_, record)| record.get(self.column)).unwrap_or_default()
    }

    /// A refusal of this field: it is not `rule`.
    #[must_use]
    pub fn refuse(self, rule: &'static str) -> MarketError {
        MarketError::Field {
            file: self.table.file.clone(),
            line: self.table.rows.get(self.row).map_or(0, |(line, _)| *line),
            field: self.table.headings.get(self.column).cloned().unwrap_or_default(),
            value: self.text().to_owned(),
            rule,
        }
    }

    /// Its value, read by the type's own `FromStr`.
    ///
    /// # Errors
    ///
    /// [`MarketError::Field`] with `rule` when the text is not such a value.
    pub fn parse<T: FromStr>(self, rule: &'static str) -> Result<T, MarketError> {
        self.text().parse().map_err(|_| self.refuse(rule))
    }

    /// A month, `1980-01`.
    ///
    /// # Errors
    ///
    /// [`MarketError::Field`] when the text is no month.
    pub fn month(self) -> Result<Month, MarketError> {
        self.parse("a month such as 1980-01")
    }

    /// An exact number; `None` when the field is empty.
    ///
    /// # Errors
    ///
    /// [`MarketError::Field`] when the text is no decimal number.
    pub fn decimal(self) -> Result<Option<Decimal>, MarketError> {
        if self.text().is_empty() {
            return Ok(None);
        }
        let exact = Decimal::from_str_exact(self.text());
        exact.map(Some).map_err(|_| self.refuse("a decimal number or an empty field"))
    }

    /// A number of percent; `None` when the field is empty.
    ///
    /// # Errors
    ///
    /// [`MarketError::Field`] when the text is no decimal number.
    pub fn percent(self) -> Result<Option<Percent>, MarketError> {
        Ok(self.decimal()?.map(Percent::new))
    }

    /// A positive level as a double; `None` when the field is empty.
    ///
    /// # Errors
    ///
    /// [`MarketError::Field`] when the text is no positive finite number.
    pub fn level(self) -> Result<Option<f64>, MarketError> {
        const RULE: &str = "a positive number or an empty field";
        if self.text().is_empty() {
            return Ok(None);
        }
        let level: f64 = self.parse(RULE)?;
        if level.is_finite() && level > 0.0 { Ok(Some(level)) } else { Err(self.refuse(RULE)) }
    }
}
