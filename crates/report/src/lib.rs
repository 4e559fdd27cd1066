//! A run as a report that a family's trustee reads and a quant trusts: typed tables, JSON, and a self-contained static site in
//! English and Japanese.
//!
//! For whoever has a [`Record`](allweather_portfolio::Record) and wants to show it. A [`Report`] holds pages of figures with their
//! units, marks (estimated, not final) and words; [`Site`] draws them, [`Report::to_json`] writes them out, [`Report::table`] gives
//! one to a terminal. All three show the same figures because they are the same.
//!
//! ```
//! use allweather_report::{Language, Report, Sources};
//! let data = allweather_data::embedded()?;
//! let record = data.simulate(&allweather_data::all_weather()?)?;
//! let report = Report::new(&record, &Sources::new(&data.market, &data.statistics))?;
//!
//! let targets = report.table("targets").ok_or("every report has them")?;
//! let reached = targets.cell(0, "reached").ok_or("a row for the return")?;
//! assert_eq!(reached.value.text(Language::English), "4.55 %");
//!
//! let site = report.site()?;
//! assert!(site.files().contains_key("ja/index.html"));
//! # let folder = tempfile::tempdir()?;
//! # let folder = folder.path();
//! site.write(folder)?; // opens from the disk: folder/index.html
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What this crate does not do
//!
//! It computes no rule of the method: figures come from the record and from the crates that measure. It fetches nothing, and its
//! pages fetch nothing. It gives no advice, and says so on every page.

mod bars;
mod error;
mod figure;
pub mod format;
mod page;
mod pages;
mod plot;
mod reasons;
mod report;
mod run;
mod scale;
mod site;
mod table;
mod terms;
mod trades;
mod undefined;
mod words;

pub use error::ReportError;
pub use figure::{Band, Colour, Figure, Points, Series, Shape, Unit};
pub use page::{Block, Page, Section, Tile};
pub use report::Report;
pub use run::Sources;
pub use scale::Scale;
pub use site::Site;
pub use table::{Cell, Column, Mark, Table, Value};
pub use words::{Language, Words};

// The guide's program is tested here.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/report.md")]
struct ReportPage;
