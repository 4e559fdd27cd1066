use allweather_core::{Currency, Month};
use allweather_history::{Backfill, Filled, Series, Table};
use allweather_market::{Frequency, Market};

use crate::PortfolioError;

/// A market in which assets that begin late have a past: what it could have been, in many draws.
///
/// Each draw is a [`Market`] like any other, so specs run on it, studies draw from it, weights are chosen from it. What was observed is the
/// same in every draw, to the bit; what was estimated is marked, and [`Record::estimated`](crate::Record::estimated) says how much of a run
/// rests on it. Run a spec on many draws: one of them is no more likely than another.
///
/// **Estimates know what came later.** Relations are those of the months in which an asset was observed, which lie behind those that are
/// estimated, and a rule that looks back on a day of 1985 sees estimates made from the years after 1990. Such a run tells what could have
/// been, not what could have been done \[our reading\].
///
/// ```
/// use allweather_portfolio::{LongHistory, history::Backfill, metrics::Bootstrap, prelude::*, rfr::RateHistory};
/// // Ten years of months; the fund begins after four of them.
/// let month = |t: i32| Month::new(2010, 1).map(|first| first.offset(t));
/// let mut text = String::from("month,index_jpy,fund_jpy\n");
/// for t in 0..120 {
///     let (wave, own) = (f64::from(t * t * 37 % 101) / 10.0, f64::from(t * t * 11 % 17) / 10.0);
///     let fund = if t < 48 { String::new() } else { (60.0 + 0.8 * wave + own).to_string() };
///     text += &format!("{},{},{fund}\n", month(t)?, 100.0 + wave);
/// }
/// let market = Market::new(Currency::JPY, PricePanel::from_csv("prices.csv", &text)?);
///
/// let long = LongHistory::new(&market, &Backfill::new(Bootstrap::new(3, 7)?))?;
/// let spec = Spec::from_json(r#"{"name": "half and half", "capital": 1000, "rule": "never",
///     "holdings": [{"asset": "index", "weight": 0.5}, {"asset": "fund", "weight": 0.5}]}"#)?;
/// for draw in 0..long.draws() {
///     let market = long.market(draw)?;
///     let record = simulate(&spec, &market, &RateHistory::default())?;
///     let estimated = record.estimated();
///     assert_eq!((record.len(), estimated.iter().filter(|is| **is).count()), (120, 48));
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct LongHistory<'a> {
    market: &'a Market,
    filled: Filled,
    /// The row of the prices that the first estimated return begins at.
    row: usize,
}

impl<'a> LongHistory<'a> {
    /// Estimates what is missing from [`LongHistory::table`].
    ///
    /// # Errors
    ///
    /// As [`LongHistory::table`]; [`PortfolioError::History`] as [`Backfill::fill`].
    pub fn new(market: &'a Market, backfill: &Backfill) -> Result<Self, PortfolioError> {
        Self::of(market, backfill.fill(&Self::table(market)?)?)
    }

    /// The same of estimates made from a table of your own, with other series that explain. Those of assets that the market lacks are passed over.
    ///
    /// # Errors
    ///
    /// [`PortfolioError::NotMonthly`] when prices are not monthly, [`PortfolioError::EstimatesSpan`] when the first estimated return does not
    /// begin in a month of the prices.
    pub fn of(market: &'a Market, filled: Filled) -> Result<Self, PortfolioError> {
        let months = monthly(market)?;
        let found = filled.first_month();
        let row = months.binary_search(&found.offset(-1)).map_err(|_| {
            let (from, until) = market.prices().span();
            PortfolioError::EstimatesSpan { found, from, until }
        })?;
        Ok(Self { market, filled, row })
    }

    /// The returns of a market's assets as [`Backfill`] reads them: of each in its own currency, over the short rate of that currency that was
    /// known when the month began, where there is one in every month; the changes of exchange rates that have no gap explain.
    ///
    /// # Errors
    ///
    /// [`PortfolioError::NotMonthly`] when prices are not monthly; [`PortfolioError::History`] as [`Table::new`].
    pub fn table(market: &Market) -> Result<Table, PortfolioError> {
        let months = monthly(market)?;
        let (prices, begun) = (market.prices(), months.split_last().map_or(months, |(_, begun)| begun));
        let rates = |currency: Currency| -> Option<Vec<f64>> {
            let rates = market.short_rate_series(currency)?;
            begun.iter().map(|month| rates.get(*month).map(|rate| rate / 12.0)).collect()
        };
        let mut series = Vec::new();
        for (place, asset) in prices.instruments().iter().enumerate() {
            let returns = Series::from_levels(asset.id.clone(), prices.levels(place))?;
            series.push(match rates(asset.currency) {
                Some(rates) => returns.over(rates),
                None => returns,
            });
        }
        let spots = market.spots();
        for currency in spots.iter().flat_map(|spots| spots.currencies()) {
            let on = |date: &chrono::NaiveDate| spots.and_then(|spots| spots.on(*currency, *date));
            let levels: Vec<Option<f64>> = prices.dates().iter().map(on).collect();
            // An asset may have the name of a currency.
            let Ok(id) = currency.to_string().to_lowercase().parse() else { continue };
            if levels.iter().all(Option::is_some) && prices.position(&id).is_none() {
                let changes = Series::from_levels(id, &levels)?;
                series.push(Series::indicator(changes.id().clone(), changes.values().to_vec()));
            }
        }
        Ok(Table::new(prices.span().0.offset(1), series)?)
    }

    /// What was estimated, how, how well it tells months that are known, and what was refused.
    #[must_use]
    pub fn filled(&self) -> &Filled {
        &self.filled
    }

    /// How many draws there are.
    #[must_use]
    pub fn draws(&self) -> usize {
        self.filled.draws().dim().0
    }

    /// The market with one draw of what is missing, numbered from 0: levels before an asset's first one, each marked with its method
    /// ([`Method::name`](allweather_history::Method::name)). Later gaps stay gaps.
    ///
    /// # Errors
    ///
    /// [`PortfolioError::History`] as [`Filled::levels`].
    pub fn market(&self, draw: usize) -> Result<Market, PortfolioError> {
        let mut prices = self.market.prices().clone();
        for fill in self.filled.series().iter().filter_map(|id| Some((id, self.filled.fill(id)?))) {
            let (asset, method) = (fill.0, fill.1.method.name());
            let Some(place) = prices.position(asset) else { continue };
            let observed = prices.levels(place).get(self.row..).unwrap_or_default();
            let levels = self.filled.levels(draw, asset, observed)?;
            let dates = prices.dates().iter().skip(self.row);
            let estimated: Vec<_> = dates
                .zip(levels.values.iter().zip(&levels.estimated))
                .filter_map(|(date, (level, estimated))| Some((*date, level.filter(|_| *estimated)?)))
                .collect();
            prices = prices.with_estimated_levels(asset, method, estimated)?;
        }
        Ok(self.market.clone().with_prices(prices)?)
    }
}

fn monthly(market: &Market) -> Result<&[Month], PortfolioError> {
    match market.prices().frequency() {
        Frequency::Monthly => Ok(market.prices().months()),
        _ => Err(PortfolioError::NotMonthly),
    }
}
