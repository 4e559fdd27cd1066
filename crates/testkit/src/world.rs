use std::collections::BTreeMap;

use allweather_core::{AssetId, Currency, Month, Percent, Year};
use allweather_market::{Frequency, Instrument, Market, MarketError, MonthlySeries, PricePanel, SpotPanel};
use allweather_rfr::{Indicator, Indicators, MissingPolicy, RateHistory, Reading, prescribed_rate};
use chrono::NaiveDate;
use rust_decimal::Decimal;

/// A number a month, from the first month of a [`World`]; `None` is a gap.
pub type Series = Vec<Option<f64>>;

/// An asset with its prices, in its own currency.
#[derive(Debug, Clone, PartialEq)]
pub struct Asset {
    /// Its name.
    pub id: AssetId,
    /// The currency of its prices.
    pub currency: Currency,
    /// Month-end prices, `[months]`.
    pub prices: Series,
}

/// Everything a run reads, as plain data that a test may change. Shown with `{:?}` as a table.
///
/// ```
/// use allweather_portfolio::core::{Currency, Month};
/// use allweather_testkit::{Asset, World};
/// let gold = Asset { id: "gold".parse()?, currency: Currency::JPY, prices: vec![Some(100.0), Some(110.0)] };
/// let world = World::new(Month::new(2020, 1)?, vec![gold]);
/// assert_eq!(world.market()?.prices().dates().len(), 2);
/// assert_eq!(format!("{world:?}"), "\
/// month    gold JPY
/// 2020-01       100
/// 2020-02       110");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct World {
    /// The month that every series begins with.
    pub first: Month,
    /// The assets, one at least, all with as many months.
    pub assets: Vec<Asset>,
    /// Exchange rates, [`World::BASE`] for a unit.
    pub spots: BTreeMap<Currency, Series>,
    /// Short rates, fractions a year, known at the end of their month.
    pub short_rates: BTreeMap<Currency, Series>,
    /// Consumer prices, published one month late.
    pub consumer_prices: BTreeMap<Currency, Series>,
    /// Statistics of the market by name, published one month late.
    pub statistics: BTreeMap<String, Series>,
    /// The five indicators of the prescribed rate in percent, for each year from that of `first`, in the published order.
    pub indicators: Vec<[Decimal; 5]>,
}

impl World {
    /// The currency that values are counted in.
    pub const BASE: Currency = Currency::JPY;

    /// A world of prices alone.
    #[must_use]
    pub fn new(first: Month, assets: Vec<Asset>) -> Self {
        Self {
            first,
            assets,
            spots: BTreeMap::new(),
            short_rates: BTreeMap::new(),
            consumer_prices: BTreeMap::new(),
            statistics: BTreeMap::new(),
            indicators: Vec::new(),
        }
    }

    /// How many months it has.
    #[must_use]
    pub fn months(&self) -> usize {
        self.assets.first().map_or(0, |asset| asset.prices.len())
    }

    /// Its dates: the last day of each month.
    #[must_use]
    pub fn dates(&self) -> Vec<NaiveDate> {
        (0..self.months()).map(|row| self.month(row).last_day()).collect()
    }

    /// The month of a row, from 0.
    #[must_use]
    pub fn month(&self, row: usize) -> Month {
        self.first.offset(i32::try_from(row).unwrap_or(i32::MAX))
    }

    /// The row of a month; `None` before the first.
    #[must_use]
    pub fn row(&self, month: Month) -> Option<usize> {
        usize::try_from(month.months_since(self.first)).ok()
    }

    /// The market of it.
    ///
    /// # Errors
    ///
    /// [`MarketError`] when a price or a rate that was put in is none, lengths differ, or a name appears twice.
    pub fn market(&self) -> Result<Market, MarketError> {
        let column = |a: &Asset| (Instrument { id: a.id.clone(), currency: a.currency }, a.prices.clone());
        let columns = self.assets.iter().map(column).collect();
        let prices = Market::new(Self::BASE, PricePanel::new(Frequency::Monthly, self.dates(), columns)?)
            .with_short_rates(self.series(&self.short_rates, 0)?)
            .with_consumer_prices(self.series(&self.consumer_prices, 1)?);
        let statistics = self.series(&self.statistics, 1)?.into_iter();
        let market = statistics.fold(prices, |market, (name, series)| market.with_statistic(&name, series));
        if self.spots.is_empty() {
            return Ok(market);
        }
        let spots = self.spots.iter().map(|(currency, series)| (*currency, series.clone())).collect();
        market.with_spots(SpotPanel::new(Self::BASE, Frequency::Monthly, self.dates(), spots)?)
    }

    fn series<K: Ord + Clone>(
        &self,
        by: &BTreeMap<K, Series>,
        late: u16,
    ) -> Result<BTreeMap<K, MonthlySeries>, MarketError> {
        let one = |(key, values): (&K, &Series)| {
            Ok((key.clone(), MonthlySeries::new(self.first, values.clone())?.published_after(late)))
        };
        by.iter().map(one).collect()
    }

    /// The prescribed rates of its indicators: known, and final, from the first day of each year.
    #[must_use]
    pub fn rates(&self) -> RateHistory {
        let one = |(year, percents): (i32, &[Decimal; 5])| {
            let mut indicators = Indicators::new(Year::new(year));
            for (indicator, percent) in Indicator::ALL.into_iter().zip(percents) {
                indicators = indicators.with(indicator, Reading::published(Percent::new(*percent))).ok()?;
            }
            // All five are there, so that there is a rate.
            Some((indicators.year(), prescribed_rate(&indicators, MissingPolicy::Refuse).ok()?))
        };
        let years = self.first.year().number()..;
        RateHistory::from(years.zip(&self.indicators).filter_map(one).collect::<BTreeMap<_, _>>())
    }

    /// An asset by its name.
    #[must_use]
    pub fn asset(&self, id: &AssetId) -> Option<&Asset> {
        self.assets.iter().find(|a| a.id == *id)
    }

    /// [`World::BASE`] for a unit of a currency at the end of a month.
    #[must_use]
    pub fn spot(&self, currency: Currency, month: Month) -> Option<f64> {
        if currency == Self::BASE {
            return Some(1.0);
        }
        *self.spots.get(&currency)?.get(self.row(month)?)?
    }

    /// The short rate of a currency and a month, a fraction a year.
    #[must_use]
    pub fn short_rate(&self, currency: Currency, month: Month) -> Option<f64> {
        *self.short_rates.get(&currency)?.get(self.row(month)?)?
    }

    /// What a unit of an asset is worth in [`World::BASE`] at the end of a month.
    #[must_use]
    pub fn price(&self, id: &AssetId, month: Month) -> Option<f64> {
        let asset = self.asset(id)?;
        let price = (*asset.prices.get(self.row(month)?)?)?;
        Some(price * self.spot(asset.currency, month)?)
    }
}
