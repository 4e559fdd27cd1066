use allweather_core::Month;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, de::IgnoredAny};
use serde_json::value::RawValue;

use super::{
    Document, Format, OfficialSeries, name,
    number::{self, Notation, Style},
    sheet::{LEVEL, line_at},
};
use crate::{MarketError, ReferencePeriod};

const FIGURE: Notation = Notation { missing: &["null"], style: Style::Exponent, rule: "a number or null" };

#[derive(Deserialize)]
#[serde(rename_all = "UPPERCASE")]
struct Outcome {
    status: u16,
    messageid: Option<String>,
    message: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "UPPERCASE")]
struct Answer<'a> {
    nextposition: Option<IgnoredAny>,
    #[serde(borrow)]
    resultset: Vec<&'a RawValue>,
}

/// Keys end in `_J` in the Japanese answer.
#[derive(Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
struct Listed<'a> {
    series_code: String,
    #[serde(alias = "NAME_OF_TIME_SERIES_J")]
    name_of_time_series: Option<String>,
    #[serde(alias = "UNIT_J")]
    unit: Option<String>,
    frequency: String,
    last_update: Option<u32>,
    #[serde(borrow)]
    values: Values<'a>,
}

// As text: a number that went through a double would not be the bank's.
#[derive(Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
struct Values<'a> {
    #[serde(borrow)]
    survey_dates: Vec<&'a RawValue>,
    #[serde(borrow)]
    values: Vec<&'a RawValue>,
}

pub(super) fn read(file: &str, text: &str) -> Result<Document, MarketError> {
    let answer = Text { file, text };
    let Outcome { status, messageid, message } = answer.parse(text)?;
    if status != 200 {
        let words = [messageid, message].into_iter().flatten().collect::<Vec<_>>().join(" ");
        return Err(answer.layout(text, format!("STATUS {status}: {words}"), "STATUS 200"));
    }
    let Answer { nextposition, resultset } = answer.parse(text)?;
    let series = resultset.iter().map(|part| answer.series(part.get())).collect::<Result<Vec<_>, _>>()?;
    if let Some(again) = name::repeated(&series) {
        let (part, code) = (
            resultset.get(again).map_or(text, |part| part.get()),
            series.get(again).map(OfficialSeries::code),
        );
        return Err(answer.layout(
            part,
            format!("SERIES_CODE {:?}", code.unwrap_or_default()),
            "each series once",
        ));
    }
    if series.is_empty() {
        return Err(answer.layout(text, "an empty RESULTSET".to_owned(), "a series"));
    }
    Ok(Document::new(Format::BojApi, series).incomplete(nextposition.is_some()))
}

/// The whole text, for the lines of its parts.
struct Text<'a> {
    file: &'a str,
    text: &'a str,
}

impl<'a> Text<'a> {
    fn series(&self, part: &'a str) -> Result<OfficialSeries, MarketError> {
        let series: Listed<'_> = self.parse(part)?;
        let code = &series.series_code;
        let field = |name: &str, value: &str, rule| self.field(part, format!("{code} {name}"), value, rule);
        let id =
            name::boj(code).map_err(|_| field("SERIES_CODE", code, "a code such as PRCG20_2200000000"))?;
        if series.frequency != "MONTHLY" {
            return Err(field("FREQUENCY", &series.frequency, "MONTHLY"));
        }
        let updated = match series.last_update {
            None => None,
            Some(day) => Some(
                calendar_day(day)
                    .ok_or_else(|| field("LAST_UPDATE", &day.to_string(), "a day such as 20260911"))?,
            ),
        };
        let Values { survey_dates, values } = series.values;
        if survey_dates.len() != values.len() {
            let found =
                format!("{code} with {} SURVEY_DATES and {} VALUES", survey_dates.len(), values.len());
            return Err(self.layout(part, found, "a date for each value"));
        }
        let unit = series.unit.map(|unit| number::base(&unit).unwrap_or(unit));
        let title = series.name_of_time_series.unwrap_or_default();
        let mut read = OfficialSeries::new(id, code)
            .with_title(&title)
            .with_unit(unit.as_deref())
            .with_last_update(updated);
        let level = name::is_level(&read);
        let mut last = None;
        for (date, value) in survey_dates.iter().zip(values) {
            let refuse = |rule| self.field(date.get(), format!("{code} SURVEY_DATES"), date.get(), rule);
            let month = month(date.get()).ok_or_else(|| refuse("a month such as 202412"))?;
            if last.replace(month).is_some_and(|last| last >= month) {
                return Err(refuse("later than the month before"));
            }
            let refuse = |rule| self.field(value.get(), format!("{code} of {month}"), value.get(), rule);
            if let Some(number) = FIGURE.read(value.get()).map_err(refuse)? {
                if level && number <= Decimal::ZERO {
                    return Err(refuse(LEVEL));
                }
                read.push(ReferencePeriod::Month(month), number);
            }
        }
        Ok(read)
    }

    fn parse<T: Deserialize<'a>>(&self, part: &'a str) -> Result<T, MarketError> {
        serde_json::from_str(part).map_err(|e| {
            let line = self.line(part) + (e.line().max(1) - 1) as u64;
            let rule = "an answer of the Bank of Japan's API".to_owned();
            // Its line and column are those within the part.
            let words = e.to_string();
            let words = words.split(" at line ").next().unwrap_or_default();
            let found = format!("column {}: {words}", e.column());
            MarketError::Layout { file: self.file.to_owned(), line, found, rule }
        })
    }

    fn field(&self, part: &str, field: String, value: &str, rule: &'static str) -> MarketError {
        MarketError::Field {
            file: self.file.to_owned(),
            line: self.line(part),
            field,
            value: value.to_owned(),
            rule,
        }
    }

    fn layout(&self, part: &str, found: String, rule: &str) -> MarketError {
        MarketError::Layout {
            file: self.file.to_owned(),
            line: self.line(part),
            found,
            rule: rule.to_owned(),
        }
    }

    /// The line on which a part of the text begins.
    fn line(&self, part: &str) -> u64 {
        let start = (part.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
        line_at(self.text.as_bytes(), start)
    }
}

/// `202412`.
fn month(text: &str) -> Option<Month> {
    let number: u32 = text.parse().ok()?;
    Month::new(i32::try_from(number / 100).ok()?, number % 100).ok()
}

fn calendar_day(number: u32) -> Option<NaiveDate> {
    let month = month(&(number / 100).to_string())?;
    NaiveDate::from_ymd_opt(month.year().number(), month.number(), number % 100)
}
