//! Another future: what a law against look-ahead puts in the place of everything that is not yet known.

use allweather_core::Month;
use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::{Noise, Series, World};

impl World {
    /// The same world up to the end of `date`, and other numbers behind it: prices, exchange rates, short rates, consumer prices,
    /// statistics and later years' indicators, and perhaps more or fewer months.
    ///
    /// Levels rise in the long run when the seed is even, and fall when it is odd. An asset that has not begun begins right after
    /// `date`. Where there was a next month there still is one, because a calendar is known in advance.
    ///
    /// ```
    /// use allweather_portfolio::core::{Currency, Month};
    /// use allweather_testkit::{Asset, World};
    /// let gold = Asset { id: "gold".parse()?, currency: Currency::JPY, prices: vec![Some(100.0); 5] };
    /// let world = World::new(Month::new(2020, 1)?, vec![gold]);
    /// let other = world.with_another_future(world.dates()[1], 7);
    /// assert_eq!(other.assets[0].prices[..2], world.assets[0].prices[..2]);
    /// assert_ne!(other.assets[0].prices[2], world.assets[0].prices[2]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_another_future(&self, date: NaiveDate, seed: u64) -> Self {
        let mut world = self.clone();
        let months = self.months();
        // Rows known on the day; what is published late is known a row less.
        let known = self.dates().partition_point(|d| *d <= date);
        if known >= months {
            return world;
        }
        // Numbers of its own for each series, so that a case that loses one series keeps the future of the others.
        let rising = seed.is_multiple_of(2);
        let noise = |table: u64, place: usize| Noise::new(seed ^ (table << 32) ^ ((place as u64) << 40));
        for (place, asset) in world.assets.iter_mut().enumerate() {
            let begins = asset.prices.iter().take_while(|p| p.is_none()).count();
            if begins > known {
                asset.prices[known..begins].fill(Some(100.0));
            }
            noise(1, place).turn(&mut asset.prices, known, rising);
        }
        for (place, spots) in world.spots.values_mut().enumerate() {
            noise(2, place).turn(spots, known, rising);
        }
        for (place, rates) in world.short_rates.values_mut().enumerate() {
            let mut noise = noise(3, place);
            let shift = noise.between(-0.02, 0.02);
            for rate in rates.iter_mut().skip(known).flatten() {
                *rate += shift + noise.between(-0.02, 0.02);
            }
        }
        let late = known.saturating_sub(1);
        for (place, prices) in world.consumer_prices.values_mut().enumerate() {
            noise(4, place).turn(prices, late, rising);
        }
        for (place, statistic) in world.statistics.values_mut().enumerate() {
            let mut noise = noise(5, place);
            statistic.iter_mut().skip(late).flatten().for_each(|x| *x += noise.between(-2.0, 2.0));
        }
        let years = Month::containing(date).map_or(0, |month| {
            usize::try_from(month.year().number() - self.first.year().number() + 1).unwrap_or(0)
        });
        for indicators in world.indicators.iter_mut().skip(years) {
            *indicators = [Decimal::from(7); 5];
        }
        world.resize(match noise(6, 0).whole() % 4 {
            0 => known + 1,
            1 => months + 3,
            _ => months,
        });
        world
    }

    /// As many months: the last ones are dropped, or the last one is repeated.
    fn resize(&mut self, months: usize) {
        let fit = |series: &mut Series| series.resize(months, series.last().copied().flatten());
        self.assets.iter_mut().for_each(|asset| fit(&mut asset.prices));
        self.spots.values_mut().for_each(fit);
        self.short_rates.values_mut().for_each(fit);
        self.consumer_prices.values_mut().for_each(fit);
        self.statistics.values_mut().for_each(fit);
    }
}

impl Noise {
    /// Levels from a row on, turned up or down for good, a little more each month, and shaken. No single step is large, so that a
    /// portfolio that lives through the one future lives through the other.
    fn turn(&mut self, levels: &mut Series, from: usize, rising: bool) {
        let growth = if rising { self.between(1.0, 1.04) } else { self.between(0.96, 1.0) };
        let mut factor = 1.0;
        for level in levels.iter_mut().skip(from) {
            factor *= growth;
            let shaken = factor * self.between(0.95, 1.05);
            *level = level.map(|level| level * shaken);
        }
    }
}
