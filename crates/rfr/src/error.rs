use allweather_core::Year;
use allweather_market::MarketError;
use rust_decimal::Decimal;

use crate::{Indicator, IndicatorCount};

/// Why there is no rate, or why its input was refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RfrError {
    /// The text names none of the five indicators.
    #[error("{text:?} is none of jgb10y, cpi, cgpi, gdp_deflator, reer")]
    #[non_exhaustive]
    UnknownIndicator {
        /// The refused text.
        text: String,
    },
    /// The indicator has a reading already.
    #[error("{indicator} of {year} is given twice: an indicator has one reading a year")]
    #[non_exhaustive]
    Duplicate {
        /// The calendar year.
        year: Year,
        /// The indicator that is given twice.
        indicator: Indicator,
    },
    /// A level that a change is taken from is not above 0.
    #[error("the level {level} of {indicator} in {year} is not above 0")]
    #[non_exhaustive]
    Level {
        /// The calendar year of the level.
        year: Year,
        /// The indicator.
        indicator: Indicator,
        /// The refused level.
        level: Decimal,
    },
    /// A change needs more digits than a decimal can hold.
    #[error("the change of {indicator} to {year} does not fit a decimal")]
    #[non_exhaustive]
    Change {
        /// The calendar year of the later level.
        year: Year,
        /// The indicator.
        indicator: Indicator,
    },
    /// A second highest cannot be taken from that many indicators.
    #[error("at least {count} indicators: the number is 2 to 5")]
    #[non_exhaustive]
    Count {
        /// The refused number.
        count: u8,
    },
    /// Fewer indicators are there than the policy asks for.
    #[error(
        "{year} has {available} of the five indicators, {required} are required; missing: {}",
        listed(missing)
    )]
    #[non_exhaustive]
    Missing {
        /// The calendar year.
        year: Year,
        /// How many there are.
        available: usize,
        /// How many the policy asks for.
        required: IndicatorCount,
        /// Those that are missing, in published order.
        missing: Vec<Indicator>,
    },
    /// The month in which a rate is fixed is none.
    #[error("month {number}: a rate is fixed at the end of a month, 1 to 12")]
    #[non_exhaustive]
    FinalMonth {
        /// The refused number.
        number: u8,
    },
    /// A year outside the calendar.
    #[error("{year}: rates are of the years 1 to 9998")]
    #[non_exhaustive]
    Calendar {
        /// The refused year.
        year: Year,
    },
    /// From the statistics.
    #[error(transparent)]
    Market(#[from] MarketError),
}

fn listed(indicators: &[Indicator]) -> String {
    indicators.iter().map(Indicator::to_string).collect::<Vec<_>>().join(", ")
}
