use std::collections::BTreeMap;

use allweather_core::Month;
use allweather_portfolio::Record;
use serde::Serialize;

use crate::{Page, ReportError, Scale, Site, Sources, Table, Words, pages, run::Run};

/// A run as a report: pages of figures, each with its unit, its mark and its words in every language. The site, the tables of a
/// terminal and the JSON are made from it, so that they cannot differ.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    name: String,
    spec_hash: String,
    base: String,
    scale: Scale,
    span: (Month, Month),
    actual: bool,
    pages: Vec<Page>,
    downloads: Vec<(&'static str, Vec<u8>)>,
}

/// What the files beside the pages are.
pub(crate) static DOWNLOADS: [(&str, Words); 4] = [
    ("record.jsonl", Words::new("every step", "全ステップ")),
    ("monthly.csv", Words::new("the monthly table", "月次表")),
    ("spec.json", Words::new("the spec", "仕様")),
    ("report.json", Words::new("every table of this report", "本報告書の全ての表")),
];

impl Report {
    /// The report of a run.
    ///
    /// Intervals come from 1 000 draws of a stationary bootstrap with a fixed seed, so that equal runs have equal reports.
    ///
    /// # Errors
    ///
    /// [`ReportError::NoSteps`] for a run without a step; else as the parts say that measure it.
    ///
    /// # Source
    ///
    /// Published method, §7.
    pub fn new(record: &Record, sources: &Sources<'_>) -> Result<Self, ReportError> {
        let run = Run::new(record, sources)?;
        let span = (run.steps.first(), run.steps.last());
        let (Some(first), Some(last)) = span else { return Err(ReportError::NoSteps) };
        let (base, mut pages) = (record.base().to_string(), pages::all(&run)?);
        let scale = run.scale();
        for page in &mut pages {
            page.scale(scale, &base);
        }
        let mut report = Self {
            name: record.spec().name.clone(),
            spec_hash: record.spec().content_hash(),
            base,
            scale,
            span: (first.month, last.month),
            actual: record.is_actual(),
            pages,
            downloads: Vec::new(),
        };
        let (mut lines, mut monthly) = (Vec::new(), Vec::new());
        let figures = |e: std::io::Error| ReportError::Figures { reason: e.to_string() };
        record.write_json_lines(&mut lines).map_err(figures)?;
        record.write_monthly_csv(&mut monthly).map_err(figures)?;
        let spec = format!("{}\n", record.spec().canonical_json()).into_bytes();
        let json = report.to_json()?.into_bytes();
        report.downloads =
            DOWNLOADS.iter().map(|(name, _)| *name).zip([lines, monthly, spec, json]).collect();
        Ok(report)
    }

    /// The name of the spec that was run.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The content hash of that spec.
    #[must_use]
    pub fn spec_hash(&self) -> &str {
        &self.spec_hash
    }

    /// Whether it is of an account, and not of a simulation.
    #[must_use]
    pub fn is_actual(&self) -> bool {
        self.actual
    }

    /// What its amounts are counted in, by the capital; the pages of costs and taxes have a scale of their own ([`Page::unit`]).
    #[must_use]
    pub fn scale(&self) -> Scale {
        self.scale
    }

    /// The words for that: `millions of JPY`.
    #[must_use]
    pub fn unit(&self) -> Words {
        self.scale.of_currency(&self.base)
    }

    /// The pages, `index` first.
    #[must_use]
    pub fn pages(&self) -> &[Page] {
        &self.pages
    }

    /// All tables, page by page.
    pub fn tables(&self) -> impl Iterator<Item = &Table> {
        self.pages.iter().flat_map(Page::tables)
    }

    /// The table of that id.
    #[must_use]
    pub fn table(&self, id: &str) -> Option<&Table> {
        self.tables().find(|table| table.id == id)
    }

    /// The report as JSON: what was run, and every table under its id as a list of objects. Percentages are fractions, amounts are in
    /// base currency, nothing is rounded, and what is missing is `null`.
    ///
    /// # Errors
    ///
    /// [`ReportError::Figures`] when a figure does not fit JSON.
    pub fn to_json(&self) -> Result<String, ReportError> {
        #[derive(Serialize)]
        struct Wire<'a> {
            name: &'a str,
            spec_sha256: &'a str,
            base: &'a str,
            first_month: Month,
            last_month: Month,
            tables: BTreeMap<&'a str, &'a Table>,
        }
        let wire = Wire {
            name: &self.name,
            spec_sha256: &self.spec_hash,
            base: &self.base,
            first_month: self.span.0,
            last_month: self.span.1,
            tables: self.tables().map(|table| (&*table.id, table)).collect(),
        };
        let text = serde_json::to_string_pretty(&wire);
        text.map(|text| text + "\n").map_err(|e| ReportError::Figures { reason: e.to_string() })
    }

    /// The report as a static site.
    ///
    /// # Errors
    ///
    /// [`ReportError::Page`] when a page cannot be written.
    pub fn site(&self) -> Result<Site, ReportError> {
        Site::new(self)
    }

    pub(crate) fn downloads(&self) -> &[(&'static str, Vec<u8>)] {
        &self.downloads
    }
}
