//! What holdings and cash are valued by at each step.

use allweather_core::Currency;
use allweather_market::{Market, PricePanel};
use chrono::NaiveDate;
use ndarray::Array2;

use super::ActualError;
use crate::{PortfolioError, prepare::Prepared};

/// Prices of one unit, and the market to ask for exchange rates.
pub(super) struct Marks<'a> {
    market: &'a Market,
    /// In the asset's currency, `[steps, assets]`.
    prices: Array2<Option<f64>>,
}

impl<'a> Marks<'a> {
    pub(super) fn new(
        prepared: &Prepared,
        market: &'a Market,
        traded: Option<&PricePanel>,
    ) -> Result<Self, PortfolioError> {
        let mut prices = Array2::from_elem((prepared.dates.len(), prepared.places.len()), None);
        let panel = traded.unwrap_or(market.prices());
        for (column, instrument) in prepared.instruments.iter().enumerate() {
            let Some(place) = panel.position(&instrument.id) else {
                // Nobody needs a price of what is never held: it is missed when it is.
                continue;
            };
            let found = panel.instruments()[place].currency;
            if found != instrument.currency {
                let (asset, expected, date) = (instrument.id.clone(), instrument.currency, prepared.dates[0]);
                return Err(ActualError::Currency { asset, expected, found, date }.into());
            }
            for (t, date) in prepared.dates.iter().enumerate() {
                let row = panel.dates().binary_search(date).ok();
                prices[[t, column]] = row.and_then(|row| panel.levels(place).get(row).copied().flatten());
            }
        }
        Ok(Self { market, prices })
    }

    pub(super) fn price(&self, t: usize, place: usize) -> Option<f64> {
        self.prices.get([t, place]).copied().flatten()
    }

    /// Base currency for one unit of another.
    pub(super) fn spot(&self, currency: Currency, date: NaiveDate) -> Result<f64, ActualError> {
        if currency == self.market.base() {
            return Ok(1.0);
        }
        let spot = self.market.spots().and_then(|spots| spots.on(currency, date));
        spot.ok_or(ActualError::CashSpot { currency, date })
    }
}
