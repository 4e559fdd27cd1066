use allweather_core::{Currency, Month};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::{
    Frequency, Market,
    estimates::{Mark, is_return_estimated, method},
    series::Known,
};

/// The currency that returns are measured in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReturnCurrency {
    /// The currency that values are counted in: exchange rates move foreign assets.
    #[default]
    Base,
    /// The asset's own currency, which is what a fully hedged holder is left with (but for the hedge's cost).
    Local,
}

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

    /// Whether the last level of the instrument at `position` (universe order) up to the day is an estimate. By what method, and
    /// which levels before it are, [`AsOf::price`] says.
    #[must_use]
    pub fn is_estimated(&self, position: usize) -> bool {
        self.price(position).estimate(0).is_some()
    }

    /// The simple returns of the instrument at `position` (universe order) up to the day, newest first and without end but the first
    /// gap's: it stops before a return whose level, or whose exchange rate in [`ReturnCurrency::Base`], is missing.
    ///
    /// ```
    /// use allweather_core::Currency;
    /// use allweather_market::{Market, PricePanel, ReturnCurrency};
    /// let prices = PricePanel::from_csv("prices.csv", "month,a_jpy\n2020-01,\n2020-02,100\n2020-03,110\n2020-04,99\n")?;
    /// let market = Market::new(Currency::JPY, prices);
    /// let april = market.as_of(market.prices().dates()[3]);
    /// let newest: Vec<f64> = april.returns(0, ReturnCurrency::Base).collect();
    /// assert!((newest[0] + 0.1).abs() < 1e-12 && (newest[1] - 0.1).abs() < 1e-12);
    /// assert_eq!(newest.len(), 2);
    /// # Ok::<(), allweather_market::MarketError>(())
    /// ```
    #[must_use = "iterators do nothing unless consumed"]
    pub fn returns(&self, position: usize, currency: ReturnCurrency) -> impl Iterator<Item = f64> + use<'a> {
        let (market, history) = (self.market, self.price(position));
        let quoted = market.prices().instruments().get(position).map(|i| i.currency);
        let abroad = quoted.filter(|quoted| currency == ReturnCurrency::Base && *quoted != market.base());
        let none = History::new(self.market.prices().frequency(), &[], &[]);
        let spots = abroad.map(|abroad| self.spot(abroad).unwrap_or(none));
        // Both lists of dates are walked backwards together.
        let mut spots = spots.map(|spots| spots.dates.iter().zip(spots.values).rev().peekable());
        let value = move |(date, level): (&NaiveDate, &Option<f64>)| {
            let Some(spots) = &mut spots else { return *level };
            while spots.next_if(|(day, _)| *day > date).is_some() {}
            let spot = spots.next_if(|(day, _)| *day == date).and_then(|(_, spot)| *spot);
            Some((*level)? * spot?)
        };
        let mut newest_first = history.dates.iter().zip(history.values).rev().map(value);
        let mut after = newest_first.next().flatten();
        std::iter::from_fn(move || {
            let before = newest_first.next().flatten()?;
            Some(after.replace(before)? / before - 1.0)
        })
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
    frequency: Frequency,
    dates: &'a [NaiveDate],
    values: &'a [Option<f64>],
    // Of the rows above only: a later mark must not show, not even by its absence.
    marks: &'a [Mark],
}

impl<'a> History<'a> {
    pub(crate) fn new(frequency: Frequency, dates: &'a [NaiveDate], values: &'a [Option<f64>]) -> Self {
        Self { frequency, dates, values, marks: &[] }
    }

    pub(crate) fn marked(self, marks: &'a [Mark]) -> Self {
        Self { marks, ..self }
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

    /// How often there is a date: in a monthly history, the end of every month from the first to the last.
    #[must_use]
    pub fn frequency(&self) -> Frequency {
        self.frequency
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
        *self.values.get(self.row(steps)?)?
    }

    /// The method by which the value `steps` dates before the last was estimated; `None` when it was observed, is a gap, or lies
    /// before the beginning.
    ///
    /// ```
    /// use allweather_core::Currency;
    /// use allweather_market::{Market, PricePanel};
    /// let panel = PricePanel::from_csv("prices.csv", "month,a_jpy\n2020-01,100\n2020-02,110\n2020-03,99\n")?
    ///     .with_estimates_from_csv("estimated.csv", "month,asset,method\n2020-01,a,em\n")?;
    /// let market = Market::new(Currency::JPY, panel);
    /// let march = market.as_of(market.prices().dates()[2]);
    /// assert!(!march.is_estimated(0));
    /// assert_eq!(march.price(0).estimate(2), Some("em"));
    /// assert!(march.price(0).is_return_estimated(1) && !march.price(0).is_return_estimated(0));
    /// # Ok::<(), allweather_market::MarketError>(())
    /// ```
    #[must_use]
    pub fn estimate(&self, steps: usize) -> Option<&'a str> {
        method(self.marks, self.row(steps)?)
    }

    /// Whether the return that ends `steps` dates before the last rests on an estimate: its level there or the one before.
    #[must_use]
    pub fn is_return_estimated(&self, steps: usize) -> bool {
        self.row(steps).is_some_and(|row| is_return_estimated(self.marks, row))
    }

    fn row(&self, steps: usize) -> Option<usize> {
        self.values.len().checked_sub(steps.checked_add(1)?)
    }
}
