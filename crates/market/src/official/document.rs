use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::{Format, lag};
use crate::{Dating, MarketError, ReferencePeriod, SeriesId, Vintage};

/// What an official file holds.
///
/// ```
/// use allweather_market::{Dating, official};
/// let json = r#"{"STATUS":200,"MESSAGEID":"M181000I","NEXTPOSITION":null,"RESULTSET":[
///   {"SERIES_CODE":"PRCG20_2200000000","UNIT_J":"2020年=100","FREQUENCY":"MONTHLY","LAST_UPDATE":20260911,
///    "VALUES":{"SURVEY_DATES":[202607,202608],"VALUES":[136.4,null]}}]}"#;
/// let document = official::read("cgpi.json", json.as_bytes())?;
/// let cgpi = document.series("jp_cgpi").ok_or("no such series")?;
/// assert_eq!(cgpi.unit(), Some("2020=100"));
/// assert_eq!(cgpi.values().len(), 1);
///
/// // The bank says when it was updated.
/// let vintages = document.vintages(None)?;
/// assert_eq!(vintages[0].released().to_string(), "2026-09-11");
/// assert_eq!(vintages[0].dating(), Dating::Stated);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    format: Format,
    series: Vec<OfficialSeries>,
    incomplete: bool,
}

/// One series of a [`Document`]: exact values by period, as published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfficialSeries {
    id: SeriesId,
    code: String,
    title: Option<String>,
    unit: Option<String>,
    last_update: Option<NaiveDate>,
    values: Vec<(ReferencePeriod, Decimal)>,
}

impl Document {
    pub(super) fn new(format: Format, series: Vec<OfficialSeries>) -> Self {
        Self { format, series, incomplete: false }
    }

    pub(super) fn incomplete(self, incomplete: bool) -> Self {
        Self { incomplete, ..self }
    }

    /// The format that was recognised. Its text form, publisher and document, is the source of each vintage.
    #[must_use]
    pub fn format(&self) -> Format {
        self.format
    }

    /// The series of this name.
    #[must_use]
    pub fn series(&self, id: &str) -> Option<&OfficialSeries> {
        self.series.iter().find(|series| series.id.as_str() == id)
    }

    /// All series, in the order of the file. One without any figure is among them.
    #[must_use]
    pub fn all(&self) -> &[OfficialSeries] {
        &self.series
    }

    /// Whether the publisher says that there is more: an answer of the Bank of Japan's API comes in pages. Read each page and
    /// add up their vintages.
    #[must_use]
    pub fn is_incomplete(&self) -> bool {
        self.incomplete
    }

    /// The releases that the file holds, one for each series that has a figure.
    ///
    /// The day of publication is, in this order: the day `released` that the caller states; the day that the file states
    /// ([`OfficialSeries::last_update`]); the last day of the newest period of the series that has a figure plus the
    /// publication lag of the series ([`lag`]), which is [`Dating::Assumed`].
    ///
    /// # Errors
    ///
    /// What [`Vintage::new`] refuses: a figure of a period that had not begun on the stated day, a day outside the years 1
    /// to 9999.
    pub fn vintages(&self, released: Option<NaiveDate>) -> Result<Vec<Vintage>, MarketError> {
        let source = self.format.to_string();
        let with_figures = self.series.iter().filter_map(|series| Some((series, series.values.last()?.0)));
        with_figures.map(|(series, newest)| series.vintage(released, newest, &source)).collect()
    }
}

impl OfficialSeries {
    pub(super) fn new(id: SeriesId, code: &str) -> Self {
        Self { id, code: code.to_owned(), title: None, unit: None, last_update: None, values: Vec::new() }
    }

    pub(super) fn with_title(self, title: &str) -> Self {
        Self { title: line_of_text(title), ..self }
    }

    pub(super) fn with_unit(self, unit: Option<&str>) -> Self {
        Self { unit: unit.and_then(line_of_text), ..self }
    }

    pub(super) fn with_last_update(self, last_update: Option<NaiveDate>) -> Self {
        Self { last_update, ..self }
    }

    /// Adds a figure; false when its period is not later than that before, or of another kind.
    pub(super) fn push(&mut self, period: ReferencePeriod, value: Decimal) -> bool {
        let follows = self.values.last().is_none_or(|(last, _)| *last < period && last.same_kind(period));
        if follows {
            self.values.push((period, value));
        }
        follows
    }

    fn vintage(
        &self,
        released: Option<NaiveDate>,
        newest: ReferencePeriod,
        source: &str,
    ) -> Result<Vintage, MarketError> {
        let stated = released.or(self.last_update);
        let assumed = || lag(&self.id).map_or(newest.last_day(), |lag| lag.from(newest));
        let dating = if stated.is_some() { Dating::Stated } else { Dating::Assumed };
        let day = stated.unwrap_or_else(assumed);
        let vintage = Vintage::new(self.id.clone(), day, dating, source, self.values.clone())?;
        match &self.unit {
            Some(unit) => vintage.with_unit(unit),
            None => Ok(vintage),
        }
    }

    /// Its name here: see the table at [`official`](super).
    #[must_use]
    pub fn id(&self) -> &SeriesId {
        &self.id
    }

    /// The publisher's code or heading.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }

    /// The publisher's title, when the file has one: in English when it has both.
    #[must_use]
    pub fn title(&self) -> Option<&str> {
        self.title.as_deref()
    }

    /// The unit: `2020=100` for an index, `percent`, or the publisher's text. `None` when the file does not say.
    #[must_use]
    pub fn unit(&self) -> Option<&str> {
        self.unit.as_deref()
    }

    /// The day on which the publisher last changed it, when the file says so.
    #[must_use]
    pub fn last_update(&self) -> Option<NaiveDate> {
        self.last_update
    }

    /// The figures by period, strictly increasing, all days, months, quarters or years.
    #[must_use]
    pub fn values(&self) -> &[(ReferencePeriod, Decimal)] {
        &self.values
    }
}

fn line_of_text(text: &str) -> Option<String> {
    // Blanks last: a control character becomes one.
    let text = text.replace(char::is_control, " ");
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}
