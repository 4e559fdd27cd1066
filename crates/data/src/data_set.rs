use std::{borrow::Cow, collections::BTreeMap, fs, io::ErrorKind, path::Path};

use allweather_core::{Currency, RateStatus, Year};
use allweather_market::{Market, MonthlySeries, PricePanel, SpotPanel, Vintages, rates_from_csv};
use allweather_portfolio::{Record, Spec};
use allweather_rfr::{RateHistory, RateRules, RfrError, YearRate};
use chrono::NaiveDate;

use crate::{
    DataError, Recession,
    levels::levels_from_csv,
    recession::recessions_from_csv,
    statistics::{figures_from_csv, release, replaced_by, statistics_from_csv, yields_from_csv},
};

/// How many months after its own month's end a consumer price index is taken to be known. An assumption: the files hold
/// figures, not the days on which they came out.
pub const CONSUMER_PRICE_LAG: u16 = 1;

/// The same for Australia, whose index is quarterly: the file repeats a quarter's figure in each of its months, and the
/// first of them must not know the third.
pub const QUARTERLY_CONSUMER_PRICE_LAG: u16 = 3;

/// How many months after its own month's end a figure of `macro_monthly.csv` is taken to be known. An assumption, as
/// [`CONSUMER_PRICE_LAG`]; and what the file holds is the newest revision, not what was read on the day.
pub const MACRO_LAG: u16 = 1;

const ASSETS: &str = "assets_month_end.csv";
const ESTIMATED: &str = "estimated.csv";
const SPOTS: &str = "fx_month_end.csv";
const SHORT_RATES: &str = "short_rates_monthly.csv";
const YIELDS: &str = "jgb_yields_month_end.csv";
const INDICATORS: &str = "rfr_indicators.csv";
const CONSUMER_PRICES: &str = "cpi_by_currency.csv";
const MACRO: &str = "macro_monthly.csv";
const RECESSIONS: &str = "recession_dates.csv";
const VINTAGES: &str = "statistics.vintages";

/// All that a run reads: the market, the levels behind the prescribed risk-free rate, the recessions.
///
/// Get one from [`embedded`] or [`read_folder`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct DataSet {
    /// Prices, exchange rates, short rates, consumer prices and statistics, counted in yen.
    ///
    /// Its statistics are the yields `jgb_1y` ([`Market::JGB_1Y`]), `jgb_2y`, `jgb_5y`, `jgb_9y`, `jgb_10y` and `jgb_20y`,
    /// fractions a year, and each column of `macro_monthly.csv` under its heading.
    pub market: Market,
    /// The published statistics behind the prescribed rate and the weather, as they were known on any day: the columns of
    /// `macro_monthly.csv`, the 9-year and 10-year yields in percent (`jgb_9y`, `jgb_10y`), and the figures of
    /// `rfr_indicators.csv`. Each file is one release, and a figure is taken to have come out after the lag of its series. A folder's
    /// `statistics.vintages` takes the place of the tables for the series that it has.
    pub statistics: Vintages,
    /// The recessions, as the file lists them; none when there is no such file.
    pub recessions: Vec<Recession>,
}

impl DataSet {
    /// The prescribed risk-free rate of every year of the price panel as it stands by now, or why that year has none.
    ///
    /// Whoever wants all rates or nothing collects the map into a `Result`; how a rate moved until it was fixed is in
    /// [`RateRules::timeline`].
    ///
    /// ```
    /// use allweather_core::Year;
    /// use allweather_rfr::{Indicator, RateRules};
    /// let data = allweather_data::embedded()?;
    /// let rates = data.rates(&RateRules::default());
    /// let rate = rates[&Year::new(2023)].as_ref();
    /// assert!(rate.is_ok_and(|rate| rate.prescribed.chosen == Indicator::GdpDeflator));
    /// // The real effective exchange rate of 2024 is not in the data, so 2024 has no rate by the strict policy.
    /// assert!(rates[&Year::new(2024)].is_err());
    /// # Ok::<(), allweather_data::DataError>(())
    /// ```
    ///
    /// # Source
    ///
    /// Published method, §1.
    #[must_use]
    pub fn rates(&self, rules: &RateRules) -> BTreeMap<Year, Result<YearRate, RfrError>> {
        let (first, last) = self.market.prices().span();
        let years = (first.year().number()..=last.year().number()).map(Year::new);
        years.map(|year| (year, rules.known(&self.statistics, year, NaiveDate::MAX))).collect()
    }

    /// The prescribed rates that a run of `spec` reads, with the days from which they were known: of the years of its span, under
    /// its rules.
    ///
    /// Expenses need the rate of every year. Without expenses only the check against the targets reads them, and a year that
    /// has none is left out.
    ///
    /// # Errors
    ///
    /// [`DataError::Rate`] naming the first year of the span that has no rate under those rules, and what it lacks; only for a
    /// spec with expenses.
    pub fn rates_for(&self, spec: &Spec) -> Result<RateHistory, DataError> {
        let (first, last) = self.market.prices().span();
        let years = spec.start.unwrap_or(first).year()..=spec.end.unwrap_or(last).year();
        let history = spec.prescribed_rate.history(&self.statistics, years, NaiveDate::MAX)?;
        if spec.expenses.is_some() {
            for year in history
                .years()
                .filter(|year| history.settled(*year).is_none_or(|rate| rate.status != RateStatus::Final))
            {
                spec.prescribed_rate.known(&self.statistics, year, NaiveDate::MAX)?;
            }
        }
        Ok(history)
    }

    /// Runs a spec on this data set and keeps the full record.
    ///
    /// ```
    /// let data = allweather_data::embedded()?;
    /// let record = data.simulate(&allweather_data::all_weather()?)?;
    /// for year in record.years() {
    ///     println!("{} {:6.2} %", year.year, year.period_return * 100.0);
    /// }
    /// assert_eq!(record.years().len(), 46);
    /// # Ok::<(), allweather_data::DataError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`DataError::Rate`] as [`DataSet::rates_for`], [`DataError::Portfolio`] as
    /// [`simulate`](allweather_portfolio::simulate()).
    pub fn simulate(&self, spec: &Spec) -> Result<Record, DataError> {
        Ok(allweather_portfolio::simulate(spec, &self.market, &self.rates_for(spec)?)?)
    }
}

/// The default data set, compiled in: 1980-01 to 2025-12, month ends, counted in yen.
///
/// All figures are real; none is estimated or filled in. What each series is, who publishes it and where it has holes is
/// in the project's data page; [`Market::gaps`] lists the holes.
///
/// ```
/// let data = allweather_data::embedded()?;
/// assert_eq!(data.market.prices().instruments().len(), 11);
/// assert!(data.market.gaps().iter().any(|gap| gap.series == "jgb_20y" && gap.last.to_string() == "1986-11"));
/// # Ok::<(), allweather_data::DataError>(())
/// ```
///
/// # Errors
///
/// None in a released crate: the files are compiled in, and the tests read them.
pub fn embedded() -> Result<DataSet, DataError> {
    assemble(|file| {
        let text = match file {
            ASSETS => include_str!("../data/assets_month_end.csv"),
            SPOTS => include_str!("../data/fx_month_end.csv"),
            SHORT_RATES => include_str!("../data/short_rates_monthly.csv"),
            YIELDS => include_str!("../data/jgb_yields_month_end.csv"),
            INDICATORS => include_str!("../data/rfr_indicators.csv"),
            CONSUMER_PRICES => include_str!("../data/cpi_by_currency.csv"),
            MACRO => include_str!("../data/macro_monthly.csv"),
            RECESSIONS => include_str!("../data/recession_dates.csv"),
            _ => return Err(DataError::Missing { file: file.to_owned() }),
        };
        Ok(Source { name: file.to_owned(), text: Cow::Borrowed(text) })
    })
}

/// A data set from a folder of files with the names and formats of the embedded ones. This is the only function of the
/// crate that reads from a disk.
///
/// Required are `assets_month_end.csv`, `fx_month_end.csv`, `short_rates_monthly.csv`, `jgb_yields_month_end.csv`,
/// `rfr_indicators.csv` and `cpi_by_currency.csv`; `macro_monthly.csv`, `recession_dates.csv`, `statistics.vintages` (the text of
/// [`Vintages::to_text`]) and `estimated.csv` (which levels are estimates, see [`PricePanel::with_estimates_from_csv`]) may be left
/// out. Values are counted in yen, as in the embedded set.
///
/// ```no_run
/// let data = allweather_data::read_folder("my-data")?;
/// println!("{} months", data.market.prices().dates().len());
/// # Ok::<(), allweather_data::DataError>(())
/// ```
///
/// # Errors
///
/// [`DataError::Missing`] names a required file that is not there, [`DataError::Unreadable`] and [`DataError::Encoding`]
/// one that is no text, [`DataError::Market`] file, line and field of what is refused.
pub fn read_folder(path: impl AsRef<Path>) -> Result<DataSet, DataError> {
    let folder = path.as_ref();
    assemble(|file| {
        let path = folder.join(file);
        let name = path.display().to_string();
        let bytes = fs::read(path).map_err(|error| match error.kind() {
            ErrorKind::NotFound => DataError::Missing { file: name.clone() },
            kind => DataError::Unreadable { file: name.clone(), kind },
        })?;
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Source { name, text: Cow::Owned(text) }),
            Err(error) => {
                let text = &error.as_bytes()[..error.utf8_error().valid_up_to()];
                let line = text.split(|&byte| byte == b'\n').count();
                Err(DataError::Encoding { file: name, line })
            }
        }
    })
}

/// A file's text, with the name that its errors give.
struct Source {
    name: String,
    text: Cow<'static, str>,
}

fn assemble(source: impl Fn(&'static str) -> Result<Source, DataError>) -> Result<DataSet, DataError> {
    let optional = |file| match source(file) {
        Ok(source) => Ok(Some(source)),
        Err(DataError::Missing { .. }) => Ok(None),
        Err(error) => Err(error),
    };
    let base = Currency::JPY;
    let Source { name, text } = source(ASSETS)?;
    let mut prices = PricePanel::from_csv(&name, &text)?;
    if let Some(Source { name, text }) = optional(ESTIMATED)? {
        prices = prices.with_estimates_from_csv(&name, &text)?;
    }
    let Source { name, text } = source(SPOTS)?;
    let spots = SpotPanel::from_csv(&name, &text, base)?;
    let Source { name, text } = source(SHORT_RATES)?;
    let short_rates = rates_from_csv(&name, &text)?;
    let Source { name, text } = source(CONSUMER_PRICES)?;
    let consumer_prices =
        MonthlySeries::by_currency_from_csv(&name, &text)?.into_iter().map(|(currency, series)| {
            let quarterly = currency == Currency::AUD;
            let lag = if quarterly { QUARTERLY_CONSUMER_PRICE_LAG } else { CONSUMER_PRICE_LAG };
            (currency, series.published_after(lag))
        });
    let mut market = Market::new(base, prices)
        .with_spots(spots)?
        .with_short_rates(short_rates)
        .with_consumer_prices(consumer_prices.collect());
    let Source { name, text } = source(YIELDS)?;
    let mut statistics = Vintages::new();
    let bond = |heading: &str| {
        let name = heading.strip_prefix('y')?.strip_suffix("_pct")?;
        ["9", "10"].contains(&name).then(|| format!("jgb_{name}y"))
    };
    // Quoted on a market, so known on the day.
    for (tenor, series) in yields_from_csv(&name, &text)? {
        market = market.with_statistic(tenor, series);
    }
    release(&mut statistics, YIELDS, figures_from_csv(&name, &text, bond)?)?;
    if let Some(Source { name, text }) = optional(MACRO)? {
        for (statistic, series) in statistics_from_csv(&name, &text)? {
            if market.statistic_series(&statistic).is_some() {
                return Err(DataError::Name { file: name.clone(), name: statistic });
            }
            market = market.with_statistic(&statistic, series.published_after(MACRO_LAG));
        }
        release(&mut statistics, MACRO, figures_from_csv(&name, &text, |heading| Some(heading.to_owned()))?)?;
    }
    let Source { name, text } = source(INDICATORS)?;
    release(&mut statistics, INDICATORS, levels_from_csv(&name, &text)?)?;
    if let Some(Source { name, text }) = optional(VINTAGES)? {
        statistics = replaced_by(&statistics, Vintages::from_text(&name, &text)?)?;
    }
    let recessions = match optional(RECESSIONS)? {
        Some(Source { name, text }) => recessions_from_csv(&name, &text)?,
        None => Vec::new(),
    };
    Ok(DataSet { market, statistics, recessions })
}
