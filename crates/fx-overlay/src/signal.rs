use std::fmt;

use allweather_core::{Currency, Month};
use allweather_market::{AsOf, Frequency, History, Known};
use chrono::NaiveDate;

use crate::{forward, parity::long_forward_return};

/// How attractive a currency is against the base currency: larger means hold more of it.
///
/// Implement it to add a property of your own to [`crate::Carry`], [`crate::Value`] and [`crate::Momentum`]; only the order
/// of currencies counts (with fewer than three, only the sign).
///
/// ```
/// use allweather_fx_overlay::{Missing, Pair, Signal};
///
/// /// Last month's fall, expected to come back.
/// #[derive(Debug)]
/// struct Reversal;
///
/// impl Signal for Reversal {
///     fn value(&self, pair: &Pair<'_>) -> Result<f64, Missing> {
///         Ok(1.0 - pair.spot(0)? / pair.spot(1)?)
///     }
/// }
/// ```
///
/// # Laws
///
/// 1. **Pure**: the same pair on the same day gives the same value.
/// 2. **No look-ahead**: what lies after the day is out of reach by type; nothing else may be consulted.
/// 3. **Whole history or none**: a signal that lacks part of what it needs answers with what is missing, never with a guess.
/// 4. **Finite**: a value is never NaN or infinite.
pub trait Signal: fmt::Debug + Send + Sync {
    /// The signal's value for a currency, or what is missing.
    ///
    /// # Errors
    ///
    /// [`Missing`] when the history is too short or has a hole where the signal needs a figure. The currency then takes no
    /// position, and the reason is reported.
    fn value(&self, pair: &Pair<'_>) -> Result<f64, Missing>;

    /// Its name in reports.
    fn name(&self) -> &'static str {
        "signal"
    }
}

/// A foreign currency against the base currency, as known on a day: what a [`Signal`] is given.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Pair<'a> {
    /// The market on the day.
    pub market: AsOf<'a>,
    /// The currency that values are counted in.
    pub base: Currency,
    /// The foreign currency.
    pub currency: Currency,
    // Looked up once: a signal asks for dozens of them.
    spots: Result<History<'a>, Missing>,
    complete: Option<Month>,
    rates: Sides<'a>,
    prices: Sides<'a>,
}

/// A series of the pair's currency and of the base currency.
#[derive(Debug, Clone, Copy)]
struct Sides<'a> {
    foreign: Option<Known<'a>>,
    base: Option<Known<'a>>,
}

/// What a signal lacks. Shown as the end of a sentence: "needs 66 months of spots, 12 are there".
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Missing {
    /// A spot on a day.
    Spot {
        /// The day.
        date: NaiveDate,
    },
    /// Months of spots before the day.
    Spots {
        /// How many months it must be able to look back.
        needed: usize,
        /// How many there are, from the first spot of all.
        found: usize,
    },
    /// A short rate.
    ShortRate {
        /// The currency.
        currency: Currency,
        /// The month.
        month: Month,
    },
    /// Consumer prices of both countries in the same months, published by the day.
    ConsumerPrices {
        /// The foreign currency.
        currency: Currency,
        /// The base currency.
        base: Currency,
        /// First month that is looked at.
        first: Month,
        /// Last month that is looked at.
        last: Month,
        /// In how many of these months both must be known.
        needed: usize,
        /// In how many they are.
        found: usize,
    },
    /// A price index that is above zero.
    PositiveIndex {
        /// The currency.
        currency: Currency,
        /// The month.
        month: Month,
        /// The figure.
        value: f64,
    },
    /// Spots on consecutive month ends, the last of them the day itself. A book refuses to go on with this one.
    MonthEnds {
        /// The day.
        date: NaiveDate,
    },
    /// Anything else, for signals written elsewhere: completes "needs …".
    Other {
        /// What is needed.
        what: &'static str,
    },
}

impl<'a> Pair<'a> {
    /// A currency against the market's base currency.
    #[must_use]
    pub fn new(market: AsOf<'a>, currency: Currency) -> Self {
        let date = market.date();
        let none = Missing::Spot { date };
        let on_day = market.spot(currency).filter(|history| spot_on(history, date).is_some());
        let spots = on_day.ok_or(none).and_then(|history| {
            let monthly = on_month_end(&history, date, 0) && on_month_end(&history, date, 1);
            if monthly { Ok(history) } else { Err(Missing::MonthEnds { date }) }
        });
        let base = market.base();
        let sides = |known: fn(&AsOf<'a>, Currency) -> Option<Known<'a>>| Sides {
            foreign: known(&market, currency),
            base: known(&market, base),
        };
        let (rates, prices) = (sides(AsOf::short_rates), sides(AsOf::consumer_prices));
        Self { market, base, currency, spots, complete: market.complete_month(), rates, prices }
    }

    /// The spots up to the day, one each month end, the last of them on the day itself.
    ///
    /// # Errors
    ///
    /// [`Missing::Spot`] when there is none on the day, [`Missing::MonthEnds`] when the newest two are not on consecutive
    /// month ends (daily spots, say).
    pub fn spots(&self) -> Result<History<'a>, Missing> {
        self.spots
    }

    /// The spot at the month end `months_back` months before the day; 0 is the day itself.
    ///
    /// # Errors
    ///
    /// [`Missing::Spots`] when the spots do not reach back so far, [`Missing::Spot`] when that one is a hole; otherwise as
    /// [`Pair::spots`].
    pub fn spot(&self, months_back: usize) -> Result<f64, Missing> {
        let date = self.market.date();
        let history = self.spots.as_ref().map_err(|missing| *missing)?;
        // A monthly panel has every month end: where the newest is one, as it is here, all are.
        if history.frequency() != Frequency::Monthly && !on_month_end(history, date, months_back) {
            return Err(Missing::MonthEnds { date });
        }
        history.back(months_back).ok_or_else(|| {
            let first = history.values().iter().position(Option::is_some).unwrap_or_default();
            let found = history.len().saturating_sub(first + 1);
            if found < months_back {
                Missing::Spots { needed: months_back, found }
            } else {
                Missing::Spot { date: month_end(date, months_back).unwrap_or(date) }
            }
        })
    }

    /// The short rate of `currency` in the month that ended `months_back` months before the day, a fraction a year.
    ///
    /// # Errors
    ///
    /// [`Missing::ShortRate`] when it is not known; [`Missing::MonthEnds`] when the calendar does not know the day.
    pub fn short_rate(&self, currency: Currency, months_back: usize) -> Result<f64, Missing> {
        let date = self.market.date();
        let newest = self.complete.ok_or(Missing::MonthEnds { date })?;
        let month = newest.offset(steps_back(months_back));
        let rates = match currency {
            own if own == self.currency => self.rates.foreign,
            base if base == self.base => self.rates.base,
            other => self.market.short_rates(other),
        };
        let known = rates.and_then(|rates| rates.get(month));
        known.ok_or(Missing::ShortRate { currency, month })
    }

    /// What a one-month forward purchase, opened with the rates known then, earned in the month that ended `months_back`
    /// months before the day; a fraction of its notional, without basis.
    ///
    /// ```text
    /// S1/S0 − F0/S0 = (S1/S0 − 1) + (S0 − F0)/S0        spot return plus carry
    /// ```
    ///
    /// # Errors
    ///
    /// [`Missing`] when one of the two spots or one of the two rates at the opening is not there.
    pub fn excess_return(&self, months_back: usize) -> Result<f64, Missing> {
        let opened = months_back.saturating_add(1);
        // The older spot first: when the history is short, the message then gives the months needed.
        let (before, after) = (self.spot(opened)?, self.spot(months_back)?);
        let foreign = self.short_rate(self.currency, opened)?;
        let base = self.short_rate(self.base, opened)?;
        let price = forward(before, base, foreign, 0.0, 1.0 / 12.0);
        // Only a rate of less than −1200 % a year has no forward.
        let price =
            price.map_err(|_| Missing::Other { what: "short rates by which a forward has a price" })?;
        Ok(long_forward_return(before, price, after))
    }

    /// Consumer prices of the currency and of the base in a month, where both are known.
    pub(crate) fn consumer_prices(&self, month: Month) -> Option<(f64, f64)> {
        Some((self.prices.foreign?.get(month)?, self.prices.base?.get(month)?))
    }
}

/// The spot on the very day: an older one does not stand in for it.
pub(crate) fn spot_on(history: &History<'_>, date: NaiveDate) -> Option<f64> {
    if history.dates().last() == Some(&date) { history.last() } else { None }
}

/// Whether the spot `months_back` rows before the last lies on that month's end (or before the beginning).
fn on_month_end(history: &History<'_>, date: NaiveDate, months_back: usize) -> bool {
    let row = history.len().checked_sub(months_back.saturating_add(1));
    match row.and_then(|row| history.dates().get(row)) {
        Some(found) => month_end(date, months_back) == Some(*found),
        None => true,
    }
}

fn month_end(date: NaiveDate, months_back: usize) -> Option<NaiveDate> {
    Some(Month::containing(date).ok()?.offset(steps_back(months_back)).last_day())
}

fn steps_back(months: usize) -> i32 {
    i32::try_from(months).map_or(i32::MIN, |months| -months)
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Spot { date } => write!(f, "needs a spot on {date}, there is none"),
            Self::Spots { needed, found } => write!(f, "needs {needed} months of spots, {found} are there"),
            Self::ShortRate { currency, month } => {
                write!(f, "needs the short rate of {currency} for {month}, there is none")
            }
            Self::ConsumerPrices { currency, base, first, last, needed, found } => write!(
                f,
                "needs consumer prices of {currency} and {base} in {needed} common months from {first} to {last}, \
                 {found} are known"
            ),
            Self::PositiveIndex { currency, month, value } => {
                write!(f, "needs a price index above zero, {currency} has {value} for {month}")
            }
            Self::MonthEnds { date } => write!(f, "needs spots on consecutive month ends up to {date}"),
            Self::Other { what } => write!(f, "needs {what}"),
        }
    }
}
