use allweather_core::Month;
use serde::{Deserialize, Serialize};

use crate::{FxError, Missing, Pair, Signal};

/// Purchasing power parity: how far the real exchange rate has fallen below what it was about five years ago. A currency
/// that became cheap has a positive value.
///
/// ```text
/// value = −[ ln(S / S̄) + ln(P_foreign / P̄_foreign) − ln(P_base / P̄_base) ]
/// ```
///
/// S is the spot of the day and S̄ the mean of the month-end spots from 66 to 54 months before it. P are consumer prices in the
/// newest month that both countries have published, P̄ the means over the months of the same window that both have.
///
/// ```
/// use allweather_fx_overlay::Value;
/// assert_eq!(Value::default(), Value::new(54, 66)?);
/// # Ok::<(), allweather_fx_overlay::FxError>(())
/// ```
///
/// # What the sources leave open
///
/// \[our reading\] Growth of prices is measured from the mean of the window, as the spot is. The newest month used is never the
/// month of the day itself, whatever the data claims about its publication, and at most twelve months old: an index that
/// ended is not carried on. A hole in an index is stepped over: the newest month that *both* know is used, and in the
/// window a third of the months (four of thirteen, what a quarterly index has) is enough.
///
/// # Source
///
/// Asness, Moskowitz and Pedersen (2013), *Value and Momentum Everywhere*; published method, §6 (purchasing power parity).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Fields")]
pub struct Value {
    newest: u16,
    oldest: u16,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    newest: u16,
    oldest: u16,
}

/// How old the newest consumer prices may be, in months. No published source.
const OLDEST_PRICES: i32 = 12;

impl Value {
    /// Against the window from `oldest` to `newest` months back (both included).
    ///
    /// # Errors
    ///
    /// [`FxError::Months`] unless 12 < `newest` ≤ `oldest` ≤ 600: the window must be over before the newest consumer prices.
    pub fn new(newest: u16, oldest: u16) -> Result<Self, FxError> {
        let refuse =
            |months: u16, rule| FxError::Months { what: "window of value", months: months.into(), rule };
        if newest <= 12 {
            return Err(refuse(newest, "more than 12 back to its newest end"));
        }
        if !(newest..=600).contains(&oldest) {
            return Err(refuse(oldest, "at most 600 back to its oldest end, which is not after its newest"));
        }
        Ok(Self { newest, oldest })
    }

    /// How many months back the window ends.
    #[must_use]
    pub fn newest(&self) -> u16 {
        self.newest
    }

    /// How many months back the window begins.
    #[must_use]
    pub fn oldest(&self) -> u16 {
        self.oldest
    }
}

impl Default for Value {
    /// The window of Asness, Moskowitz and Pedersen: 4½ to 5½ years back.
    fn default() -> Self {
        Self { newest: 54, oldest: 66 }
    }
}

impl TryFrom<Fields> for Value {
    type Error = FxError;
    fn try_from(fields: Fields) -> Result<Self, FxError> {
        Self::new(fields.newest, fields.oldest)
    }
}

impl Signal for Value {
    fn value(&self, pair: &Pair<'_>) -> Result<f64, Missing> {
        let spot = pair.spot(0)?;
        let mut mean = 0.0;
        // Oldest first: a short history then says how many months are needed in all.
        for months_back in (self.newest..=self.oldest).rev() {
            mean += pair.spot(months_back.into())? / f64::from(self.oldest - self.newest + 1);
        }
        Ok(-((spot / mean).ln() + self.relative_inflation(pair)?.ln()))
    }

    fn name(&self) -> &'static str {
        "value"
    }
}

impl Value {
    /// Growth of foreign consumer prices over growth of base consumer prices, from the window to the newest common month.
    fn relative_inflation(self, pair: &Pair<'_>) -> Result<f64, Missing> {
        let date = pair.market.date();
        let now = Month::containing(date).map_err(|_| Missing::MonthEnds { date })?;
        let lacking = |first, last, needed, found| {
            let (currency, base) = (pair.currency, pair.base);
            Missing::ConsumerPrices { currency, base, first, last, needed, found }
        };

        let (first, last) = (now.offset(-i32::from(self.oldest)), now.offset(-i32::from(self.newest)));
        let (mut foreign_then, mut base_then, mut found) = (0.0, 0.0, 0);
        for month in first.through(last) {
            if let Some((foreign, base)) = common_prices(pair, month)? {
                foreign_then += foreign;
                base_then += base;
                found += 1;
            }
        }
        let needed = (usize::from(self.oldest - self.newest + 1) / 3).max(1);
        if found < needed {
            return Err(lacking(first, last, needed, found));
        }
        for months_back in 1..=OLDEST_PRICES {
            if let Some((foreign, base)) = common_prices(pair, now.offset(-months_back))? {
                // Both means are over the same months: the ratio of the sums is the ratio of the means.
                return Ok(foreign / base * (base_then / foreign_then));
            }
        }
        Err(lacking(now.offset(-OLDEST_PRICES), now.offset(-1), 1, 0))
    }
}

/// Foreign and base consumer prices of a month that both have published by the day.
fn common_prices(pair: &Pair<'_>, month: Month) -> Result<Option<(f64, f64)>, Missing> {
    let Some((foreign, base)) = pair.consumer_prices(month) else { return Ok(None) };
    for (currency, value) in [(pair.currency, foreign), (pair.base, base)] {
        if value <= 0.0 {
            return Err(Missing::PositiveIndex { currency, month, value });
        }
    }
    Ok(Some((foreign, base)))
}
