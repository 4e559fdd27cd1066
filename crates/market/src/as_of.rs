use allweather_core::{Currency, Month};
use chrono::NaiveDate;

use crate::{Market, series::Known};

/// A market as it was known at the end of a day. Nothing after that day can be reached through it: this is what a rule,
/// a signal or a cost model is given.
#[derive(Debug, Clone, Copy)]
pub struct AsOf<'a> {
    market: &'a Market,
    date: NaiveDate,
}

impl<'a> AsOf<'a> {
    pub(crate) fn new(market: &'a Market, date: NaiveDate) -> Self {
        Self { market, date }
    }

    /// The day.
    #[must_use]
    pub fn date(&self) -> NaiveDate {
        self.date
    }

    /// The currency that values are counted in.
    #[must_use]
    pub fn base(&self) -> Currency {
        self.market.base()
    }

    /// The levels of the instrument at `position` (universe order) up to the day, in its own currency.
    #[must_use]
    pub fn price(&self, position: usize) -> History<'a> {
        self.market.prices().history(position, self.date)
    }

    /// The spots of a currency up to the day; `None` when the market has none of it.
    #[must_use]
    pub fn spot(&self, currency: Currency) -> Option<History<'a>> {
        self.market.spots()?.history(currency, self.date)
    }

    /// The short rate of a currency, a fraction a year: of the last month that was over on the day. A month without a figure
    /// has none; the month before does not stand in.
    #[must_use]
    pub fn short_rate(&self, currency: Currency) -> Option<f64> {
        self.market.short_rate_series(currency)?.known_on(self.date).get(self.complete_month()?)
    }

    /// The short rates of a currency known on the day, fractions a year, by month.
    #[must_use]
    pub fn short_rates(&self, currency: Currency) -> Option<Known<'a>> {
        Some(self.market.short_rate_series(currency)?.known_on(self.date))
    }

    /// The consumer prices of a currency's country as published by the day.
    #[must_use]
    pub fn consumer_prices(&self, currency: Currency) -> Option<Known<'a>> {
        Some(self.market.consumer_price_series(currency)?.known_on(self.date))
    }

    /// A statistic as published by the day; `None` when the market has none of that name.
    #[must_use]
    pub fn statistic(&self, name: &str) -> Option<Known<'a>> {
        Some(self.market.statistic_series(name)?.known_on(self.date))
    }

    /// The last month that was over on the day.
    #[must_use]
    pub fn complete_month(&self) -> Option<Month> {
        let month = Month::containing(self.date).ok()?;
        if month.last_day() == self.date {
            return Some(month);
        }
        // The first month of the calendar has none before it.
        Some(month.offset(-1)).filter(|before| *before < month)
    }
}

/// Levels up to a day, oldest first.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct History<'a> {
    dates: &'a [NaiveDate],
    values: &'a [Option<f64>],
}

impl<'a> History<'a> {
    pub(crate) fn new(dates: &'a [NaiveDate], values: &'a [Option<f64>]) -> Self {
        Self { dates, values }
    }

    /// How many dates it has, gaps included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether it has no dates.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The dates.
    #[must_use]
    pub fn dates(&self) -> &'a [NaiveDate] {
        self.dates
    }

    /// The values, gaps as `None`.
    #[must_use]
    pub fn values(&self) -> &'a [Option<f64>] {
        self.values
    }

    /// The value on the last date; `None` when that is a gap.
    #[must_use]
    pub fn last(&self) -> Option<f64> {
        *self.values.last()?
    }

    /// The value `steps` dates before the last; `None` when that is a gap or before the beginning.
    #[must_use]
    pub fn back(&self, steps: usize) -> Option<f64> {
        *self.values.get(self.values.len().checked_sub(steps.checked_add(1)?)?)?
    }
}
