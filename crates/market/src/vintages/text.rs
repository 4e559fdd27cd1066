//! The plain text of a set of releases.
//!
//! A line `vintage,…` opens a release; below it stand the values that differ from those of the releases before it, so that a
//! new release of a long series is a few lines, and a comparison of two files shows what came and what was revised.

use std::{collections::BTreeMap, fmt::Write as _, ops::RangeInclusive};

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::{Dating, MarketError, ReferencePeriod, SeriesId, Vintage, Vintages};

const TITLE: &str = "allweather vintages, form 1";
const RELEASE: &str = "vintage";
const END: &str = "end";

/// The newest value of each period in the releases so far.
type Before = BTreeMap<ReferencePeriod, Decimal>;
/// What a release says anew, by period; `None` where it does not have the period.
type News = Vec<(ReferencePeriod, Option<Decimal>)>;

impl Vintages {
    /// All releases as text, in one form: equal sets give equal text. Lags are no part of it.
    ///
    /// The first line is a title, the last one `end` and the number of lines above it, so that a text that was cut off anywhere
    /// is refused. Between them stand the releases by series, day and source. Each has a line of eight fields, separated by
    /// commas and quoted where they must be: `vintage`, series, day, `stated` or `assumed`, unit, first period, last period,
    /// source. Below it follow lines `period,value` for the periods whose value is not that of the release before it that has
    /// the period; a line without a value means that this release does not have the period.
    ///
    /// ```
    /// use allweather_market::{Dating, SeriesId, Vintage, Vintages};
    /// use rust_decimal::dec;
    /// let q = |text: &str| text.parse();
    /// let release = |on, values| Vintage::new(SeriesId::new("gdp")?, on, Dating::Stated, "office", values);
    /// let mut vintages = Vintages::new();
    /// vintages.add(release("2024-05-16".parse()?, vec![(q("2023Q4")?, dec!(100)), (q("2024Q1")?, dec!(100.4))])?)?;
    /// vintages.add(release("2024-06-10".parse()?, vec![(q("2023Q4")?, dec!(100)), (q("2024Q1")?, dec!(100.9))])?)?;
    /// let text = "\
    /// allweather vintages, form 1
    /// vintage,gdp,2024-05-16,stated,,2023Q4,2024Q1,office
    /// 2023Q4,100
    /// 2024Q1,100.4
    /// vintage,gdp,2024-06-10,stated,,2023Q4,2024Q1,office
    /// 2024Q1,100.9
    /// end,6
    /// ";
    /// assert_eq!(vintages.to_text(), text);
    /// assert_eq!(Vintages::from_text("gdp.vintages", text)?, vintages);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = format!("{TITLE}\n");
        for releases in self.series.values() {
            let mut before = Before::new();
            for release in releases {
                heading(&mut text, release);
                for (period, value) in news(&before, release) {
                    // Writing to a string does not fail.
                    let _ = match value {
                        Some(value) => writeln!(text, "{period},{value}"),
                        None => writeln!(text, "{period},"),
                    };
                    if let Some(value) = value {
                        before.insert(period, value);
                    }
                }
            }
        }
        let lines = text.lines().count();
        let _ = writeln!(text, "{END},{lines}");
        text
    }

    /// Reads what [`Vintages::to_text`] wrote. `file` is the name that errors give.
    ///
    /// # Errors
    ///
    /// [`MarketError::Layout`] and [`MarketError::Field`] with file and line of what is refused, be it the form of the text or
    /// a release that [`Vintage::new`] and [`Vintages::add`] refuse.
    pub fn from_text(file: &str, text: &str) -> Result<Self, MarketError> {
        let mut reader = Reader { file, line: 1, vintages: Self::new(), before: Before::new(), open: None };
        let mut lines = text.lines();
        let title = lines.next().unwrap_or_default();
        if title != TITLE {
            return Err(reader.layout(&beginning(title), TITLE));
        }
        let mut complete = false;
        for line in lines {
            reader.line += 1;
            if complete {
                return Err(reader.layout("a line after the end", "nothing"));
            }
            let Some((first, rest)) = line.split_once(',') else {
                return Err(reader.layout(&beginning(line), "fields separated by commas"));
            };
            if first == RELEASE {
                reader.close()?;
                reader.open = Some(reader.heading(line)?);
            } else if first == END {
                reader.close()?;
                let above = (reader.line - 1).to_string();
                if rest != above {
                    return Err(reader.field(END, rest, "the number of lines above it"));
                }
                complete = true;
            } else {
                reader.value(first, rest)?;
            }
        }
        if complete && text.ends_with('\n') {
            Ok(reader.vintages)
        } else {
            Err(reader.layout("the text is cut off", "a whole line that begins with end"))
        }
    }
}

fn beginning(line: &str) -> String {
    format!("{:?}", line.chars().take(40).collect::<String>())
}

fn heading(text: &mut String, release: &Vintage) {
    let quoted = |field: &str| {
        if field.contains([',', '"']) {
            format!("\"{}\"", field.replace('"', "\"\""))
        } else {
            field.to_owned()
        }
    };
    let (series, day, dating) = (release.series(), release.released(), release.dating().name());
    let (first, last) = release.span();
    let (unit, source) = (quoted(release.unit().unwrap_or_default()), quoted(release.source()));
    // Writing to a string does not fail.
    let _ = writeln!(text, "{RELEASE},{series},{day},{dating},{unit},{first},{last},{source}");
}

fn news(before: &Before, release: &Vintage) -> News {
    let (first, last) = release.span();
    let mut held = before.range(first..=last).peekable();
    let mut news = News::new();
    for (period, value) in release.values() {
        while let Some((absent, _)) = held.next_if(|(held, _)| *held < period) {
            news.push((*absent, None));
        }
        if held.next_if(|(held, _)| *held == period).is_none_or(|(_, held)| held != value) {
            news.push((*period, Some(*value)));
        }
    }
    news
}

/// The values of a release, from what [`news`] says of it.
fn values(
    before: &Before,
    span: RangeInclusive<ReferencePeriod>,
    news: News,
) -> Vec<(ReferencePeriod, Decimal)> {
    let mut held = before.range(span).map(|(period, value)| (*period, *value)).peekable();
    let mut values = Vec::with_capacity(news.len());
    for (period, value) in news {
        while let Some(unchanged) = held.next_if(|(held, _)| *held < period) {
            values.push(unchanged);
        }
        let _ = held.next_if(|(held, _)| *held == period);
        values.extend(value.map(|value| (period, value)));
    }
    values.extend(held);
    values
}

/// The release that is being read.
struct Open {
    line: u64,
    series: SeriesId,
    released: NaiveDate,
    dating: Dating,
    unit: String,
    span: RangeInclusive<ReferencePeriod>,
    source: String,
    news: News,
}

struct Reader<'a> {
    file: &'a str,
    line: u64,
    vintages: Vintages,
    /// Of the series that was read last.
    before: Before,
    open: Option<Open>,
}

impl Reader<'_> {
    fn layout(&self, found: &str, rule: &str) -> MarketError {
        self.layout_of(self.line, found, rule)
    }

    fn layout_of(&self, line: u64, found: &str, rule: &str) -> MarketError {
        let (file, found, rule) = (self.file.to_owned(), found.to_owned(), rule.to_owned());
        MarketError::Layout { file, line, found, rule }
    }

    fn field(&self, field: &str, value: &str, rule: &'static str) -> MarketError {
        let (file, field, value) = (self.file.to_owned(), field.to_owned(), value.to_owned());
        MarketError::Field { file, line: self.line, field, value, rule }
    }

    fn period(&self, field: &str, text: &str) -> Result<ReferencePeriod, MarketError> {
        text.parse().map_err(|_| self.field(field, text, "a period such as 2024-12 or 2024Q4"))
    }

    fn heading(&self, line: &str) -> Result<Open, MarketError> {
        let fields = self.fields(line)?;
        let [_, series, day, dating, unit, first, last, source] = fields.as_slice() else {
            let rule = "8: vintage, series, day, dating, unit, first, last, source";
            return Err(self.layout(&format!("{} fields", fields.len()), rule));
        };
        let series = series.parse().map_err(|_| self.field("series", series, "the name of a series"))?;
        let Ok(ReferencePeriod::Day(released)) = day.parse() else {
            return Err(self.field("day", day, "a day such as 2024-12-30"));
        };
        let dating = match dating.as_str() {
            "stated" => Dating::Stated,
            "assumed" => Dating::Assumed,
            other => return Err(self.field("dating", other, "stated or assumed")),
        };
        let (from, to) = (self.period("first", first)?, self.period("last", last)?);
        if from > to || !from.same_kind(to) {
            return Err(self.field("last", last, "a period of the same kind, not before the first"));
        }
        let (unit, source, news) = (unit.clone(), source.clone(), News::new());
        Ok(Open { line: self.line, series, released, dating, unit, span: from..=to, source, news })
    }

    fn fields(&self, line: &str) -> Result<Vec<String>, MarketError> {
        if !line.contains('"') {
            return Ok(line.split(',').map(str::to_owned).collect());
        }
        let mut record = csv::StringRecord::new();
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(line.as_bytes());
        let read = reader.read_record(&mut record);
        read.map_err(|_| self.layout("unreadable text", "comma-separated values"))?;
        Ok(record.iter().map(str::to_owned).collect())
    }

    fn value(&mut self, period: &str, value: &str) -> Result<(), MarketError> {
        let at = self.period("period", period)?;
        let number = match value {
            "" => None,
            // What reads decimals lets underscores pass.
            _ => Some(
                Decimal::from_str_exact(value)
                    .ok()
                    .filter(|_| !value.contains('_'))
                    .ok_or_else(|| self.field("value", value, "a decimal number or an empty field"))?,
            ),
        };
        let Some(mut open) = self.open.take() else {
            return Err(self.layout("a value", "a line that begins with vintage first"));
        };
        if !open.span.contains(&at) {
            return Err(self.field("period", period, "between the first and the last of its release"));
        }
        if open.news.last().is_some_and(|(last, _)| *last >= at) {
            return Err(self.field("period", period, "after the period of the line before"));
        }
        open.news.push((at, number));
        self.open = Some(open);
        Ok(())
    }

    fn close(&mut self) -> Result<(), MarketError> {
        let Some(open) = self.open.take() else { return Ok(()) };
        let Open { line, series, released, dating, unit, span, source, news } = open;
        let newest = self.vintages.series.last_key_value().map(|(_, releases)| releases.as_slice());
        let newest = newest.and_then(<[Vintage]>::last);
        if newest.is_some_and(|newest| (newest.series(), newest.key()) >= (&series, (released, &*source))) {
            let rule = "the releases by series, day and source, none twice";
            return Err(self.layout_of(line, "a release", rule));
        }
        if newest.is_none_or(|newest| *newest.series() != series) {
            self.before.clear();
        }
        let values = values(&self.before, span.clone(), news.clone());
        let ends = values.first().zip(values.last()).map(|((first, _), (last, _))| *first..=*last);
        if ends != Some(span) {
            return Err(self.layout_of(
                line,
                "a release without a value of its first or last period",
                "both",
            ));
        }
        self.before.extend(news.into_iter().filter_map(|(period, value)| Some((period, value?))));
        let vintage = Vintage::new(series, released, dating, &source, values);
        let vintage = if unit.is_empty() { vintage } else { vintage.and_then(|it| it.with_unit(&unit)) };
        let added = vintage.and_then(|vintage| self.vintages.add(vintage));
        added.map_err(|e| self.layout_of(line, &e.to_string(), "a possible release"))
    }
}
