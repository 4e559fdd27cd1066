use std::{collections::BTreeMap, fmt};

use allweather_core::{Currency, Month};
use chrono::NaiveDate;

use crate::{AsOf, MarketError, MonthlySeries, PricePanel, SpotPanel};

/// All data of a run: prices, exchange rates, short rates, consumer prices, statistics.
///
/// A market is complete in itself and never changes; a rule only ever sees [`Market::as_of`] it.
#[derive(Debug, Clone, PartialEq)]
pub struct Market {
    base: Currency,
    prices: PricePanel,
    spots: Option<SpotPanel>,
    short_rates: BTreeMap<Currency, MonthlySeries>,
    consumer_prices: BTreeMap<Currency, MonthlySeries>,
    statistics: BTreeMap<String, MonthlySeries>,
}

impl Market {
    /// A market of prices alone, counted in `base`.
    #[must_use]
    pub fn new(base: Currency, prices: PricePanel) -> Self {
        Self {
            base,
            prices,
            spots: None,
            short_rates: BTreeMap::new(),
            consumer_prices: BTreeMap::new(),
            statistics: BTreeMap::new(),
        }
    }

    /// The same market with other prices, such as those of a panel with estimates.
    ///
    /// # Errors
    ///
    /// [`MarketError::Mixed`] when they have another [`Basis`](crate::Basis) than the exchange rates.
    pub fn with_prices(self, prices: PricePanel) -> Result<Self, MarketError> {
        if let Some(spots) = &self.spots {
            prices.levels.same_basis(prices.name(), &spots.levels, spots.name())?;
        }
        Ok(Self { prices, ..self })
    }

    /// The same market with exchange rates.
    ///
    /// # Errors
    ///
    /// [`MarketError::Base`] when the rates are into another currency, [`MarketError::Mixed`] when they have another [`Basis`] than
    /// the prices.
    ///
    /// [`Basis`]: crate::Basis
    pub fn with_spots(self, spots: SpotPanel) -> Result<Self, MarketError> {
        if spots.base() != self.base {
            return Err(MarketError::Base { found: spots.base(), expected: self.base });
        }
        self.prices.levels.same_basis(self.prices.name(), &spots.levels, spots.name())?;
        Ok(Self { spots: Some(spots), ..self })
    }

    /// The same market with short interest rates by currency, fractions a year.
    #[must_use]
    pub fn with_short_rates(self, short_rates: BTreeMap<Currency, MonthlySeries>) -> Self {
        Self { short_rates, ..self }
    }

    /// The same market with consumer price indices by currency, for purchasing power parity.
    #[must_use]
    pub fn with_consumer_prices(self, consumer_prices: BTreeMap<Currency, MonthlySeries>) -> Self {
        Self { consumer_prices, ..self }
    }

    /// The same market with one more statistic, such as [`Market::JGB_1Y`].
    #[must_use]
    pub fn with_statistic(mut self, name: &str, series: MonthlySeries) -> Self {
        self.statistics.insert(name.to_owned(), series);
        self
    }

    /// Name of the 1-year Japanese government bond yield among the statistics (fraction a year): what leverage is funded at.
    pub const JGB_1Y: &'static str = "jgb_1y";

    /// The currency that values are counted in.
    #[must_use]
    pub fn base(&self) -> Currency {
        self.base
    }

    /// The prices.
    #[must_use]
    pub fn prices(&self) -> &PricePanel {
        &self.prices
    }

    /// The exchange rates, if there are any.
    #[must_use]
    pub fn spots(&self) -> Option<&SpotPanel> {
        self.spots.as_ref()
    }

    /// The short rates of a currency.
    #[must_use]
    pub fn short_rate_series(&self, currency: Currency) -> Option<&MonthlySeries> {
        self.short_rates.get(&currency)
    }

    /// The consumer prices of a currency's country.
    #[must_use]
    pub fn consumer_price_series(&self, currency: Currency) -> Option<&MonthlySeries> {
        self.consumer_prices.get(&currency)
    }

    /// A statistic by name.
    #[must_use]
    pub fn statistic_series(&self, name: &str) -> Option<&MonthlySeries> {
        self.statistics.get(name)
    }

    /// The market as known at the end of a day.
    #[must_use]
    pub fn as_of(&self, date: NaiveDate) -> AsOf<'_> {
        AsOf::new(self, date)
    }

    /// Every hole in the data within the span of the price panel, series by series: what starts late, ends early or is
    /// interrupted. Nothing is ever filled silently, so this is the list of what a run had to do without.
    #[must_use]
    pub fn gaps(&self) -> Vec<Gap> {
        let mut found = Vec::new();
        self.prices.gaps(&mut found);
        if let Some(spots) = &self.spots {
            spots.gaps(self.prices.span(), &mut found);
        }
        let (first, last) = self.prices.span();
        let monthly = |kind: &str, name: &str, series: &MonthlySeries, found: &mut Vec<Gap>| {
            let months: Vec<Month> = first.through(last).collect();
            let full: Vec<Option<f64>> = months.iter().map(|m| series.get(*m)).collect();
            Gap::collect(&format!("{kind}{name}"), &months, &full, found);
        };
        for (currency, series) in &self.short_rates {
            monthly("short rate ", currency.code(), series, &mut found);
        }
        for (currency, series) in &self.consumer_prices {
            monthly("consumer prices ", currency.code(), series, &mut found);
        }
        for (name, series) in &self.statistics {
            monthly("statistic ", name, series, &mut found);
        }
        found
    }
}

/// Months for which a series has no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// The asset, exchange rate or statistic.
    pub series: String,
    /// The first month without a value.
    pub first: Month,
    /// The last month without a value.
    pub last: Month,
    /// How many dates of the panel (months of a statistic) are without a value.
    pub dates: usize,
}

impl Gap {
    pub(crate) fn collect(series: &str, months: &[Month], values: &[Option<f64>], found: &mut Vec<Self>) {
        let mut open: Option<Self> = None;
        for (&month, value) in months.iter().zip(values) {
            match (value, &mut open) {
                (Some(_), _) => found.extend(open.take()),
                (None, Some(gap)) => {
                    gap.last = month;
                    gap.dates += 1;
                }
                (None, none) => {
                    *none = Some(Self { series: series.to_owned(), first: month, last: month, dates: 1 });
                }
            }
        }
        found.extend(open);
    }
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: none from {} to {}", self.series, self.first, self.last)
    }
}
