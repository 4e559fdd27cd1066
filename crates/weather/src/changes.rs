use std::collections::BTreeSet;

use allweather_core::Month;
use allweather_market::Vintages;
use chrono::NaiveDate;

use crate::WeatherError;

/// The 12-month changes of an index, as known on a day.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Changes {
    pub(crate) first: Month,
    pub(crate) values: Vec<Option<f64>>,
}

impl Changes {
    /// `None` when nothing was known.
    pub(crate) fn known(
        vintages: &Vintages,
        series: &str,
        day: NaiveDate,
    ) -> Result<Option<Self>, WeatherError> {
        let published = vintages.as_of(day);
        if published.newest(series).is_none() {
            return Ok(None);
        }
        let levels = published.monthly(series)?;
        let first = levels.first();
        let months = first.through(first.offset(i32::MAX));
        if let Some((month, value)) =
            months.zip(levels.values()).find_map(|(m, v)| (*v).filter(|v| *v <= 0.0).map(|v| (m, v)))
        {
            return Err(WeatherError::Level { series: series.to_owned(), month, value });
        }
        let change = |(before, now): (&Option<f64>, &Option<f64>)| Some((*now)? / (*before)? - 1.0);
        let values = levels.values().iter().zip(levels.values().iter().skip(12)).map(change).collect();
        Ok(Some(Self { first: first.offset(12), values }))
    }

    pub(crate) fn place(&self, month: Month) -> Option<usize> {
        usize::try_from(month.months_since(self.first)).ok().filter(|place| *place < self.values.len())
    }

    pub(crate) fn get(&self, month: Month) -> Option<f64> {
        *self.values.get(self.place(month)?)?
    }

    /// The months that have one, increasing.
    pub(crate) fn months(&self) -> impl Iterator<Item = (Month, f64)> {
        let months = self.first.through(self.first.offset(i32::MAX));
        months.zip(&self.values).filter_map(|(month, change)| Some((month, (*change)?)))
    }

    /// How many changes there are before a place.
    pub(crate) fn count_before(&self, place: usize) -> usize {
        self.values.iter().take(place).flatten().count()
    }
}

/// The month ends from the first day on which one of the series has something, up to `as_of`, and no further than `settle`
/// months after the last figure came out.
pub(crate) fn month_ends(
    vintages: &Vintages,
    series: &[&str],
    as_of: NaiveDate,
    settle: u16,
) -> Result<impl Iterator<Item = NaiveDate> + use<>, WeatherError> {
    let asked = Month::containing(as_of).map_err(|_| WeatherError::Day { day: as_of })?;
    let mut days = BTreeSet::new();
    for name in series {
        if vintages.releases(name).is_empty() {
            return Err(WeatherError::Unknown { series: (*name).to_owned() });
        }
        days.append(&mut vintages.publication_days(name, NaiveDate::MIN, as_of));
    }
    let month = |day: Option<&NaiveDate>| Month::containing(*day?).ok();
    let span = month(days.first()).zip(month(days.last()));
    let months =
        span.into_iter().flat_map(move |(first, last)| first.through(last.offset(settle.into()).min(asked)));
    Ok(months.map(Month::last_day).filter(move |day| *day <= as_of))
}
