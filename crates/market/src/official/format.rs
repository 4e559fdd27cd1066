use std::fmt;

use super::{encoding, fred, mof};
use crate::MarketError;

/// The official files that are understood, by publisher and document.
///
/// ```
/// use allweather_market::official::Format;
/// let bytes = "observation_date,DGS10\n2024-12-30,4.55\n2024-12-31,4.58\n".as_bytes();
/// assert_eq!(Format::recognise(bytes), Some(Format::Fred));
/// assert_eq!(Format::recognise(b"date,price\n2024-12-31,1\n"), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Format {
    /// Ministry of Finance: yields of government bonds by maturity, history or current month, Japanese or English.
    MofCurve,
    /// Bank of Japan: CSV of the time-series search, several series side by side.
    BojSearch,
    /// Bank of Japan: JSON of the API.
    BojApi,
    /// Statistics Bureau: consumer prices by item, one column an item.
    CpiTable,
    /// Statistics Bureau: consumer prices from the e-Stat API, flattened to one line a figure.
    EstatApi,
    /// Cabinet Office: deflators, seasonally adjusted.
    GdpDeflator,
    /// Bank for International Settlements: bulk download, one line a series (consumer prices, policy rates).
    BisColumns,
    /// Federal Reserve Bank of St. Louis: FRED.
    Fred,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::MofCurve,
        Self::BojSearch,
        Self::BojApi,
        Self::CpiTable,
        Self::EstatApi,
        Self::GdpDeflator,
        Self::BisColumns,
        Self::Fred,
    ];

    /// The format of a file by its content; `None` when it is none of these.
    #[must_use]
    pub fn recognise(bytes: &[u8]) -> Option<Self> {
        let head = encoding::head(bytes);
        let first = head.trim_start();
        if first.starts_with('{') {
            return (first.contains("\"STATUS\"") && first.contains("\"MESSAGEID\"")).then_some(Self::BojApi);
        }
        let rows = opening_rows(first);
        let top = rows.first()?;
        let title = top.first()?.as_str();
        let begins =
            |texts: &[&str]| rows.iter().any(|row| row.first().is_some_and(|c| texts.contains(&c.as_str())));
        let has = |names: &[&str]| names.iter().all(|name| top.iter().any(|cell| cell == name));
        if rows.iter().take(2).any(|row| mof::is_title(row) || mof::is_heading(row)) {
            Some(Self::MofCurve)
        } else if title == "データコード" {
            Some(Self::BojSearch)
        } else if begins(&["類・品目", "Group/Item", "類・品目符号(Group/Item code)"]) {
            Some(Self::CpiTable)
        } else if has(&["tab_code", "cat01_code", "area_code", "time_code", "value"]) {
            Some(Self::EstatApi)
        } else if title.starts_with("四半期デフレーター") || title.starts_with("Deflators,") {
            Some(Self::GdpDeflator)
        } else if has(&["Frequency", "Reference area"]) {
            Some(Self::BisColumns)
        } else if fred::is_heading(top) && rows.get(1).is_some_and(|row| fred::is_line(row)) {
            Some(Self::Fred)
        } else {
            None
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::MofCurve => "Ministry of Finance Japan: JGB yields",
            Self::BojSearch => "Bank of Japan: time-series search",
            Self::BojApi => "Bank of Japan: API",
            Self::CpiTable => "Statistics Bureau of Japan: consumer price index",
            Self::EstatApi => "Statistics Bureau of Japan: consumer price index, e-Stat",
            Self::GdpDeflator => "Cabinet Office Japan: deflators, seasonally adjusted",
            Self::BisColumns => "Bank for International Settlements: bulk download",
            Self::Fred => "Federal Reserve Bank of St. Louis: FRED",
        })
    }
}

/// The first rows of a text that may end anywhere, cells without surrounding blanks.
fn opening_rows(text: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let rows = reader.records().take(4).map_while(Result::ok);
    rows.map(|row| row.iter().map(str::to_owned).collect()).collect()
}

/// The refusal of a file that is none of the formats.
pub(super) fn unrecognised(file: &str, bytes: &[u8]) -> MarketError {
    let found = if bytes.starts_with(b"PK\x03\x04") {
        "PK, a zip archive such as an .xlsx workbook".to_owned()
    } else if bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]) {
        "an OLE file such as an .xls workbook".to_owned()
    } else {
        encoding::head(bytes).trim_start().lines().next().unwrap_or_default().chars().take(60).collect()
    };
    let expected: Vec<String> = Format::ALL.iter().map(Format::to_string).collect();
    MarketError::Unrecognised { file: file.to_owned(), found, expected: expected.join("; ") }
}
