use allweather_core::Month;
use allweather_market::Vintages;
use chrono::NaiveDate;

use super::MarkovSwitching;
use crate::{
    Direction, WeatherError,
    changes::{Changes, month_ends},
};

/// How probable it was that growth was down in a month, as first known.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Nowcast {
    /// The month.
    pub month: Month,
    /// The month end at which its figure was first known.
    pub as_of: NaiveDate,
    /// The filtered probability of the lower state.
    pub down: f64,
    /// The model, estimated from what was known on that day.
    pub model: MarkovSwitching,
}

impl Nowcast {
    /// Down when that is the more probable state; equal is up.
    #[must_use]
    pub fn direction(&self) -> Direction {
        if self.down > 0.5 { Direction::Down } else { Direction::Up }
    }
}

/// Growth by Hamilton's filter, for each month from `from` to `to` whose figure was known at a month end up to `as_of`.
///
/// At each month end with a new figure a model without autoregression is estimated from the 12-month changes known then, as
/// fractions, and filtered. A month needs `minimum_months` changes before it, without a gap; where the changes have a gap, only those
/// after it count. A month end whose changes do not vary has no answer.
///
/// Twelve-month changes overlap, so their errors are not independent as the model assumes, and probabilities are surer than
/// they should be `[our reading]`.
///
/// # Errors
///
/// [`WeatherError::Unknown`] when the series has no release, [`WeatherError::Level`] for a level that is not above 0,
/// [`WeatherError::Day`], and [`WeatherError::Market`] when figures known on some day make no monthly series.
pub fn nowcasts(
    vintages: &Vintages,
    series: &str,
    minimum_months: u16,
    from: Month,
    to: Month,
    as_of: NaiveDate,
) -> Result<Vec<Nowcast>, WeatherError> {
    let mut nowcasts: Vec<Nowcast> = Vec::new();
    let mut done = from.offset(-1);
    for day in month_ends(vintages, &[series], as_of, 0)? {
        let Some(changes) = Changes::known(vintages, series, day)? else { continue };
        let known = changes.values.iter().rposition(Option::is_some).map_or(0, |newest| newest + 1);
        let known = changes.values.get(..known).unwrap_or_default();
        let gap = known.iter().rposition(Option::is_none).map_or(0, |gap| gap + 1);
        let run: Vec<f64> = known.iter().skip(gap).copied().flatten().collect();
        let months = changes.first.through(changes.first.offset(i32::MAX)).skip(gap);
        let new: Vec<(usize, Month)> = (0..run.len())
            .zip(months)
            .filter(|(place, month)| *place >= usize::from(minimum_months) && *month > done && *month <= to)
            .collect();
        if new.is_empty() {
            continue;
        }
        let model = match MarkovSwitching::fit(&run) {
            Ok(fitted) => fitted.model,
            // Too short or without variation: an answer that does not exist yet.
            Err(WeatherError::TooFew { .. } | WeatherError::NoVariation { .. }) => continue,
            Err(error) => return Err(error),
        };
        let filtered = model.filter(&run)?.down;
        for (place, month) in new {
            if let Some(&down) = filtered.get(place) {
                nowcasts.push(Nowcast { month, as_of: day, down, model: model.clone() });
                done = month;
            }
        }
    }
    Ok(nowcasts)
}
