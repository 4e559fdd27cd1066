use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::{MarketError, ReferencePeriod, SeriesId};

/// What is known about the day on which something was published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dating {
    /// Computed from a publication lag: an assumption.
    Assumed,
    /// Stated by the publisher, or by whoever fetched the document.
    Stated,
}

impl Dating {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Assumed => "assumed",
            Self::Stated => "stated",
        }
    }
}

/// One release of a series: its values as one document gave them, on the day it came out.
///
/// A later release never replaces it; both are kept. Values are exact and in the publisher's unit (an index level, a yield in
/// percent), without zeros at their end: 109.0 and 109 are one number and have one form.
///
/// ```
/// use allweather_core::Month;
/// use allweather_market::{Dating, ReferencePeriod, SeriesId, Vintage};
/// use chrono::NaiveDate;
/// use rust_decimal::dec;
/// let released = NaiveDate::from_ymd_opt(2024, 11, 22).ok_or("no day")?;
/// let month = |m| Month::new(2024, m).map(ReferencePeriod::Month);
/// let values = vec![(month(9)?, dec!(108.9)), (month(10)?, dec!(109.5))];
/// let vintage = Vintage::new(SeriesId::new("jp_cpi")?, released, Dating::Stated, "Statistics Bureau", values)?
///     .with_unit("2020=100")?;
/// assert_eq!(vintage.get(month(10)?), Some(dec!(109.5)));
/// assert_eq!(vintage.span(), (month(9)?, month(10)?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vintage {
    series: SeriesId,
    released: NaiveDate,
    dating: Dating,
    source: String,
    unit: Option<String>,
    // By period, strictly increasing, not empty, all of one kind.
    values: Vec<(ReferencePeriod, Decimal)>,
}

impl Vintage {
    /// The values of `series` in a document of `source` that came out on the day `released`, in any order.
    ///
    /// # Errors
    ///
    /// [`MarketError::Empty`] without values, [`MarketError::TwoValues`] when a period has two different ones,
    /// [`MarketError::PeriodKind`] when days, months, quarters and years are mixed, [`MarketError::Future`] when a period
    /// had not begun on the day of the release, [`MarketError::Calendar`] for a day outside the years 1 to 9999,
    /// [`MarketError::Text`] when the source is empty or not one line of text.
    pub fn new(
        series: SeriesId,
        released: NaiveDate,
        dating: Dating,
        source: &str,
        mut values: Vec<(ReferencePeriod, Decimal)>,
    ) -> Result<Self, MarketError> {
        let source = line_of_text("source", source)?;
        if !ReferencePeriod::Day(released).in_calendar() {
            return Err(MarketError::Calendar { date: released });
        }
        for (_, value) in &mut values {
            *value = value.normalize();
        }
        if !values.is_sorted_by(|a, b| a.0 < b.0) {
            values.sort_by_key(|(period, _)| *period);
            let twice = values.windows(2).find(|w| w[0].0 == w[1].0 && w[0].1 != w[1].1);
            if let Some(&[(period, first), (_, second)]) = twice {
                return Err(MarketError::TwoValues {
                    series,
                    period,
                    released,
                    source_text: source,
                    first,
                    second,
                });
            }
            values.dedup_by_key(|(period, _)| *period);
        }
        let (Some(&(first, _)), Some(&(last, _))) = (values.first(), values.last()) else {
            return Err(MarketError::Empty { what: "a vintage" });
        };
        // Kinds sort one after the other, so the ends tell.
        if !first.same_kind(last) {
            return Err(MarketError::PeriodKind { series, first, other: last });
        }
        if let Some(day) = [first, last]
            .map(ReferencePeriod::last_day)
            .into_iter()
            .find(|d| !ReferencePeriod::Day(*d).in_calendar())
        {
            return Err(MarketError::Calendar { date: day });
        }
        if last.first_day() > released {
            return Err(MarketError::Future { series, period: last, released });
        }
        Ok(Self { series, released, dating, source, unit: None, values })
    }

    /// The same release, in a stated unit such as `2020=100` or `percent`.
    ///
    /// Releases of one unit are on one base; without a unit each release counts as a base of its own.
    ///
    /// # Errors
    ///
    /// [`MarketError::Text`] when the unit is empty or not one line of text.
    pub fn with_unit(self, unit: &str) -> Result<Self, MarketError> {
        Ok(Self { unit: Some(line_of_text("unit", unit)?), ..self })
    }

    /// The series.
    #[must_use]
    pub fn series(&self) -> &SeriesId {
        &self.series
    }

    /// The day on which it came out.
    #[must_use]
    pub fn released(&self) -> NaiveDate {
        self.released
    }

    /// Whether that day is stated or assumed.
    #[must_use]
    pub fn dating(&self) -> Dating {
        self.dating
    }

    /// Publisher and document.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The unit, when the document states one.
    #[must_use]
    pub fn unit(&self) -> Option<&str> {
        self.unit.as_deref()
    }

    /// The values by period, increasing; never empty.
    #[must_use]
    pub fn values(&self) -> &[(ReferencePeriod, Decimal)] {
        &self.values
    }

    /// The value of a period, if this release has one.
    #[must_use]
    pub fn get(&self, period: ReferencePeriod) -> Option<Decimal> {
        let place = self.values.binary_search_by_key(&period, |(period, _)| *period).ok()?;
        self.values.get(place).map(|(_, value)| *value)
    }

    /// The first and the last period that it has a value for.
    #[must_use]
    pub fn span(&self) -> (ReferencePeriod, ReferencePeriod) {
        // Never empty; the fallback is for the type only.
        let none = ReferencePeriod::Day(NaiveDate::MIN);
        let period = |value: Option<&(ReferencePeriod, Decimal)>| value.map_or(none, |(period, _)| *period);
        (period(self.values.first()), period(self.values.last()))
    }

    /// What sorts the releases of one series.
    pub(crate) fn key(&self) -> (NaiveDate, &str) {
        (self.released, &self.source)
    }

    /// This release and another part of it, in any order.
    pub(crate) fn joined(&self, other: &Self) -> Result<Self, MarketError> {
        if let (Some(first), Some(second)) = (&self.unit, &other.unit)
            && first != second
        {
            return Err(MarketError::TwoUnits {
                series: self.series.clone(),
                released: self.released,
                source_text: self.source.clone(),
                first: first.clone(),
                second: second.clone(),
            });
        }
        let values = self.values.iter().chain(&other.values).copied().collect();
        let dating = self.dating.max(other.dating);
        let joined = Self::new(self.series.clone(), self.released, dating, &self.source, values)?;
        Ok(Self { unit: self.unit.clone().or_else(|| other.unit.clone()), ..joined })
    }
}

fn line_of_text(what: &'static str, text: &str) -> Result<String, MarketError> {
    let text = text.trim();
    if text.is_empty() || text.chars().any(char::is_control) {
        return Err(MarketError::Text { what, found: text.to_owned() });
    }
    Ok(text.to_owned())
}
