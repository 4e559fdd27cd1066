//! Small markets: monthly from January 2000, in yen.

use std::collections::BTreeMap;

use allweather_core::{Currency, Month, Rate};
use allweather_fx_overlay::{FxSpec, MarginSpec};
use allweather_market::{Frequency, Instrument, Market, MonthlySeries, PricePanel, SpotPanel};
use chrono::NaiveDate;
use proptest::prelude::*;
use rust_decimal::Decimal;

pub(crate) const MONTH: f64 = 1.0 / 12.0;
pub(crate) const FOREIGN: [Currency; 5] =
    [Currency::USD, Currency::EUR, Currency::GBP, Currency::AUD, Currency::CHF];

pub(crate) fn month(k: usize) -> Month {
    Month::new(2000, 1).unwrap().offset(i32::try_from(k).unwrap())
}

pub(crate) fn end(k: usize) -> NaiveDate {
    month(k).last_day()
}

/// Decimal fraction from text, as a rate.
pub(crate) fn rate(fraction: &str) -> Rate {
    Rate::from_fraction(fraction.parse::<Decimal>().unwrap())
}

/// Full hedge, roomy limit, 4 % margin.
pub(crate) fn roomy() -> FxSpec {
    FxSpec::new(MarginSpec::new(rate("0.04"), 25.0).unwrap())
}

pub(crate) type Series = Vec<Option<f64>>;

/// Spots, rates and consumer prices by currency, all from January 2000.
#[derive(Debug, Clone, Default)]
pub(crate) struct World {
    pub(crate) spots: Vec<(Currency, Series)>,
    pub(crate) rates: BTreeMap<Currency, Series>,
    pub(crate) consumer_prices: BTreeMap<Currency, Series>,
}

impl World {
    /// Yen and these currencies with level spots of 100, rates of 1 % (yen) and 3 %, and consumer prices of 100.
    pub(crate) fn level(currencies: &[Currency], months: usize) -> Self {
        let mut world = Self::default();
        world.rates.insert(Currency::JPY, vec![Some(0.01); months]);
        world.consumer_prices.insert(Currency::JPY, vec![Some(100.0); months]);
        for &currency in currencies {
            world.spots.push((currency, vec![Some(100.0); months]));
            world.rates.insert(currency, vec![Some(0.03); months]);
            world.consumer_prices.insert(currency, vec![Some(100.0); months]);
        }
        world
    }

    pub(crate) fn spots_of(&mut self, currency: Currency) -> &mut Series {
        &mut self.spots.iter_mut().find(|(c, _)| *c == currency).unwrap().1
    }

    pub(crate) fn rates_of(&mut self, currency: Currency) -> &mut Series {
        self.rates.get_mut(&currency).unwrap()
    }

    pub(crate) fn prices_of(&mut self, currency: Currency) -> &mut Series {
        self.consumer_prices.get_mut(&currency).unwrap()
    }

    pub(crate) fn months(&self) -> usize {
        self.spots[0].1.len()
    }

    /// With consumer prices published `delay` months late.
    pub(crate) fn market_with_delay(&self, delay: u16) -> Market {
        let dates: Vec<_> = (0..self.months()).map(end).collect();
        let asset = Instrument { id: "asset".parse().unwrap(), currency: Currency::JPY };
        let levels = vec![(asset, vec![Some(1.0); dates.len()])];
        let prices = PricePanel::new(Frequency::Monthly, dates.clone(), levels).unwrap();
        let spots = SpotPanel::new(Currency::JPY, Frequency::Monthly, dates, self.spots.clone()).unwrap();
        let series = |by: &BTreeMap<Currency, Series>, delay| {
            let one = |(c, values): (&Currency, &Series)| {
                (*c, MonthlySeries::new(month(0), values.clone()).unwrap().published_after(delay))
            };
            by.iter().map(one).collect()
        };
        Market::new(Currency::JPY, prices)
            .with_spots(spots)
            .unwrap()
            .with_short_rates(series(&self.rates, 0))
            .with_consumer_prices(series(&self.consumer_prices, delay))
    }

    pub(crate) fn market(&self) -> Market {
        self.market_with_delay(1)
    }
}

/// Worlds of the first `currencies` of [`FOREIGN`] that wander for `months`.
pub(crate) fn wandering(
    currencies: impl Into<prop::collection::SizeRange>,
    months: usize,
) -> impl Strategy<Value = World> {
    let one = (
        prop::collection::vec(-0.05..0.05_f64, months),
        prop::collection::vec(-0.01..0.12_f64, months),
        prop::collection::vec(-0.005..0.02_f64, months),
    );
    let wander = |start: f64, steps: &[f64]| -> Series {
        steps
            .iter()
            .scan(start, |level, step| {
                *level *= 1.0 + step;
                Some(Some(*level))
            })
            .collect()
    };
    (prop::collection::vec(one.clone(), currencies), one).prop_map(move |(foreign, home)| {
        let mut world = World::default();
        world.rates.insert(Currency::JPY, home.1.into_iter().map(Some).collect());
        world.consumer_prices.insert(Currency::JPY, wander(100.0, &home.2));
        for (currency, (moves, rates, inflation)) in FOREIGN.into_iter().zip(foreign) {
            world.spots.push((currency, wander(120.0, &moves)));
            world.rates.insert(currency, rates.into_iter().map(Some).collect());
            world.consumer_prices.insert(currency, wander(80.0, &inflation));
        }
        world
    })
}

pub(crate) fn close(a: f64, b: f64, tolerance: f64) -> bool {
    (a - b).abs() <= tolerance * a.abs().max(b.abs()).max(1.0)
}
