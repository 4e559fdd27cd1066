//! Readers of official statistics files, as their publishers give them out.
//!
//! A file is recognised by what it says, never by its name or by the position of a column: [`read`] takes the bytes and gives
//! a [`Document`] of exact values; [`Document::vintages`] makes releases of them, each with its source and its day of
//! publication. What is not understood is refused with file, line and field.
//!
//! ```
//! use allweather_market::official;
//!
//! let bytes = "DATE,RBJPBIS\n2024-08-01,72.86\n2024-09-01,73.82\n";
//! let document = official::read("RBJPBIS.csv", bytes.as_bytes())?;
//! assert_eq!(document.format(), official::Format::Fred);
//!
//! let [vintage] = document.vintages(Some("2024-10-24".parse()?))?.try_into().map_err(|_| "one series")?;
//! assert_eq!(vintage.series().as_str(), "jp_reer");
//! assert_eq!(vintage.get("2024-09".parse()?).map(|x| x.to_string()), Some("73.82".into()));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Names
//!
//! | series | from |
//! | --- | --- |
//! | `jgb_1y` to `jgb_40y` | Ministry of Finance, by maturity, percent a year |
//! | `jp_cpi`, `jp_cpi_0161` and so on | Statistics Bureau: item 0001 (all items), other items by code |
//! | `jp_cgpi` | Bank of Japan `PRCG20_2200000000`, and the same code of another base year |
//! | `jp_reer` | Bank of Japan `FM09'FX180110002`; FRED `RBJPBIS` |
//! | `jp_gdp_deflator` | Cabinet Office, gross domestic product, seasonally adjusted |
//! | `us_cpi`, `us_indpro` | FRED `CPIAUCSL`, `INDPRO` |
//! | `boj_fxerm07`, `fred_dgs10` and so on | other codes of the Bank of Japan and of FRED |
//! | `bis_long_cpi_m_jp_628`, `bis_cbpol_m_jp` and so on | Bank for International Settlements, by key |
//!
//! # What this module does not do
//!
//! It opens no files and fetches none, reads no workbooks (`.xlsx`, `.xls`), and adjusts and splices nothing.

mod bis;
mod boj_api;
mod boj_search;
mod cpi;
mod deflator;
mod document;
mod encoding;
mod estat;
mod format;
mod fred;
mod lag;
mod mof;
mod name;
mod number;
mod sheet;

pub use document::{Document, OfficialSeries};
pub use format::Format;
pub use lag::{lag, with_lags};

use crate::MarketError;
use sheet::Sheet;

/// Reads an official file. `file` is the name that errors give.
///
/// Shift-JIS and UTF-8 are told apart by the bytes, a byte-order mark is accepted, and so is each kind of line end.
///
/// # Errors
///
/// [`MarketError::Unrecognised`] with the list of formats when it is none of them, [`MarketError::Encoding`] for bytes that
/// are no text, [`MarketError::Layout`] and [`MarketError::Field`] with the place of what is refused: an unknown heading, an
/// unreadable date in the middle, dates out of order, an index level that is not above 0.
pub fn read(file: &str, bytes: &[u8]) -> Result<Document, MarketError> {
    let format = Format::recognise(bytes).ok_or_else(|| format::unrecognised(file, bytes))?;
    let text = encoding::decode(file, bytes, format)?;
    if format == Format::BojApi {
        return boj_api::read(file, &text);
    }
    let sheet = Sheet::parse(file, &text)?;
    let series = match format {
        Format::MofCurve => mof::read(&sheet),
        Format::BojSearch => boj_search::read(&sheet),
        Format::CpiTable => cpi::read(&sheet),
        Format::EstatApi => estat::read(&sheet),
        Format::GdpDeflator => deflator::read(&sheet),
        Format::BisColumns => bis::read(&sheet),
        Format::Fred | Format::BojApi => fred::read(&sheet),
    }?;
    Ok(Document::new(format, series))
}
