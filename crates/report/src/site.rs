use std::{collections::BTreeMap, fs, io, path::Path};

use allweather_market::PendingFile;
use askama::Template;

use crate::{
    Block, Cell, Figure, Language, Mark, Page, Report, ReportError, Table, Value, Words, plot,
    report::DOWNLOADS, terms,
};

/// A report as a static site: its files, by their path within it. Nothing in it is fetched from elsewhere, so that it works from a
/// disk, and equal reports have equal bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    files: BTreeMap<String, Vec<u8>>,
}

#[derive(Template)]
#[template(path = "page.html")]
struct Sheet<'a> {
    language: Language,
    other: Language,
    other_href: String,
    /// From the page to the root of the site: `../`, or nothing.
    root: &'static str,
    name: &'a str,
    hash: &'a str,
    page: &'a Page,
    notice: &'static Words,
    nav: Vec<(String, &'a str, bool)>,
    downloads: &'a [(&'static str, Words)],
}

impl Site {
    pub(crate) fn new(report: &Report) -> Result<Self, ReportError> {
        let mut files = BTreeMap::new();
        for language in Language::ALL {
            for page in report.pages() {
                let sheet = Sheet::new(report, page, language);
                let html =
                    sheet.render().map_err(|e| ReportError::Page { page: page.id, reason: e.to_string() })?;
                files.insert(format!("{}{}.html", folder(language), page.id), html.into_bytes());
            }
        }
        files.insert("assets/style.css".to_owned(), include_bytes!("../assets/style.css").to_vec());
        files.insert("assets/site.js".to_owned(), include_bytes!("../assets/site.js").to_vec());
        files.insert("assets/plotly.min.js".to_owned(), plot::script().into_bytes());
        for (name, bytes) in report.downloads() {
            files.insert(format!("data/{name}"), bytes.clone());
        }
        Ok(Self { files })
    }

    /// The files, by their path within the site with `/` between its parts.
    #[must_use]
    pub fn files(&self) -> &BTreeMap<String, Vec<u8>> {
        &self.files
    }

    /// Writes the site into a folder, which is made if it is not there. All files are written before any is replaced; files of others
    /// in the folder stay.
    ///
    /// # Errors
    ///
    /// [`ReportError::Folder`] when a folder cannot be made, [`ReportError::File`] when a file cannot be written.
    pub fn write(&self, folder: impl AsRef<Path>) -> Result<(), ReportError> {
        let folder = folder.as_ref();
        let mut pending = Vec::with_capacity(self.files.len());
        for (name, bytes) in &self.files {
            let path = folder.join(name);
            let parent = path.parent().unwrap_or(folder);
            fs::create_dir_all(parent).map_err(|e: io::Error| ReportError::Folder {
                folder: parent.display().to_string(),
                reason: e.to_string(),
            })?;
            pending.push(PendingFile::write(&path, |out| out.write_all(bytes))?);
        }
        for file in pending {
            file.replace()?;
        }
        Ok(())
    }
}

/// From how many letters on words in a table break into lines.
const SENTENCE: usize = 72;

/// From how many letters on a name does.
const NAME: usize = 60;

/// From how many columns on a table is set closer.
const COLUMNS: usize = 10;

/// English pages are the root, those in other languages have a folder each.
fn folder(language: Language) -> String {
    if language == Language::English { String::new() } else { format!("{}/", language.code()) }
}

impl<'a> Sheet<'a> {
    fn new(report: &'a Report, page: &'a Page, language: Language) -> Self {
        let english = language == Language::English;
        let other = if english { Language::Japanese } else { Language::English };
        let root = if english { "" } else { "../" };
        let link = |p: &'a Page| (format!("{}.html", p.id), p.title.text(language), p.id == page.id);
        Self {
            language,
            other,
            other_href: format!("{root}{}{}.html", folder(other), page.id),
            root,
            name: report.name(),
            hash: report.spec_hash(),
            page,
            notice: if report.is_actual() { terms::NO_ADVICE_ACTUAL } else { terms::NO_ADVICE },
            nav: report.pages().iter().map(link).collect(),
            downloads: &DOWNLOADS,
        }
    }

    /// Words in the page's language; a number is not torn from its percent sign.
    fn say(&self, words: &Words) -> String {
        words.text(self.language).replace(" %", "\u{a0}%")
    }

    fn show(&self, value: &Value) -> String {
        match value {
            Value::Missing(why) if !self.say(why).is_empty() => format!("— ({})", self.say(why)),
            value => value.text(self.language).replace(" %", "\u{a0}%"),
        }
    }

    /// In a table there is no room for reasons: they are in the cell's title.
    fn cell(&self, cell: &Cell) -> String {
        cell.value.text(self.language).replace(" %", "\u{a0}%")
    }

    fn plot(&self, figure: &Figure) -> String {
        plot::json(figure, self.language)
    }

    /// A table of many columns is to fit a page.
    fn close(table: &Table) -> bool {
        table.columns.len() >= COLUMNS
    }

    fn class(&self, cell: &Cell) -> Option<String> {
        let figure = cell.value.is_figure().then_some("figure");
        // A sentence breaks into lines; a Japanese letter is as wide as two.
        let long =
            |text: &str| text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum::<usize>() > SENTENCE;
        let wide = match &cell.value {
            Value::Words(words) if long(words.text(self.language)) => Some("wide"),
            // A note that somebody wrote, or a hash: one word without an end.
            Value::Name(name) if name.chars().count() < NAME => None,
            Value::Name(name) => Some(if name.contains(' ') { "wide" } else { "code" }),
            _ => None,
        };
        let mark = cell.mark.map(|mark| mark_of(mark).0);
        let classes: Vec<&str> = figure.into_iter().chain(wide).chain(mark).collect();
        (!classes.is_empty()).then(|| classes.join(" "))
    }

    fn title(&self, cell: &Cell) -> Option<String> {
        let words = match (&cell.value, cell.mark) {
            (Value::Missing(why), _) => why,
            (_, Some(mark)) => mark_of(mark).1,
            _ => return None,
        };
        Some(self.say(words)).filter(|title| !title.is_empty())
    }
}

/// The class of a mark in the style sheet, and its words.
fn mark_of(mark: Mark) -> (&'static str, &'static Words) {
    match mark {
        Mark::Estimated => ("estimated", terms::ESTIMATED),
        Mark::Provisional => ("provisional", terms::PROVISIONAL),
        Mark::Chosen => ("chosen", terms::CHOSEN),
        Mark::Met => ("met", terms::MET),
        Mark::NotMet => ("not-met", terms::NOT_MET),
    }
}
