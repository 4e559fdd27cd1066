use std::collections::{BTreeMap, BTreeSet};

use allweather_core::{AssetId, Currency, Month, Number, Year};
use allweather_market::{
    Dating, Frequency, Instrument, Lag, Market, MonthlySeries, PricePanel, ReferencePeriod, SeriesId,
    SpotPanel, Vintage, Vintages, official,
};
use allweather_portfolio::{CashYield, Spec};
use allweather_rfr::{Indicator, RateHistory};
use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::{
    StudyError,
    track::{Track, months_to},
};

/// Where months are drawn from: every series that the specs of a study read, as what each month of the span does to it.
#[derive(Debug)]
pub(crate) struct Source {
    base: Currency,
    /// The months that are drawn from.
    pub(crate) span: (Month, Month),
    /// How many months of the real past come before the drawn ones, the last of them is where a path starts.
    past: usize,
    pub(crate) assets: Vec<(Instrument, Track)>,
    spots: Vec<(Currency, Track)>,
    short_rates: Vec<(Currency, Track, u16)>,
    consumer_prices: Vec<(Currency, Track, u16)>,
    indicators: Vec<Index>,
    /// What is not drawn because it has holes in the span.
    pub(crate) left_out: Vec<String>,
    /// The share of the span's returns of held assets that are estimates.
    pub(crate) estimated: f64,
}

/// A statistic behind the prescribed rate.
#[derive(Debug)]
pub(crate) struct Index {
    series: SeriesId,
    lag: Lag,
    quarterly: bool,
    pub(crate) track: Track,
}

impl Index {
    pub(crate) fn indicator(&self) -> Option<Indicator> {
        Indicator::ALL.into_iter().find(|indicator| indicator.series() == self.series.as_str())
    }

    /// The day on which the figure of a month, or of the quarter that it ends, comes out.
    pub(crate) fn out(&self, month: Month) -> NaiveDate {
        self.lag.from(self.period(month))
    }

    fn period(&self, month: Month) -> ReferencePeriod {
        if self.quarterly { ReferencePeriod::Quarter(month.quarter()) } else { ReferencePeriod::Month(month) }
    }
}

/// A series by name, and whether a month has what drawing it needs.
type Wanted<'a> = (String, Box<dyn Fn(Month) -> bool + 'a>);

/// What the specs of a study hold and hedge.
struct Needs {
    assets: Vec<usize>,
    held: BTreeSet<Currency>,
    /// Whose short rates no month may lack.
    rates: BTreeSet<Currency>,
}

impl Needs {
    fn of<'a>(specs: impl Iterator<Item = &'a Spec>, market: &Market) -> Result<Self, StudyError> {
        let panel = market.prices();
        let (mut assets, mut held, mut rates) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for spec in specs {
            let mut foreign = BTreeSet::new();
            for (asset, _) in spec.holdings.look_through() {
                let place =
                    panel.position(asset).ok_or_else(|| StudyError::Unknown { asset: asset.clone() })?;
                assets.insert(place);
                let currency = panel.instruments()[place].currency;
                if currency != market.base() {
                    foreign.insert(currency);
                }
            }
            if let Some(fx) = &spec.fx {
                rates.insert(market.base());
                rates.extend(foreign.iter().filter(|currency| fx.hedge().hedges(**currency)));
            }
            if spec.cash == CashYield::ShortRate {
                rates.insert(market.base());
            }
            held.extend(foreign);
        }
        Ok(Self { assets: assets.into_iter().collect(), held, rates })
    }
}

impl Source {
    pub(crate) fn new<'a>(
        specs: impl Iterator<Item = &'a Spec>,
        market: &Market,
        statistics: &Vintages,
        span: Option<(Month, Month)>,
        past: usize,
    ) -> Result<Self, StudyError> {
        let panel = market.prices();
        if panel.frequency() != Frequency::Monthly {
            return Err(StudyError::Daily);
        }
        let needs = Needs::of(specs, market)?;
        let spots = market.spots();
        let spot = |currency: Currency, month: Month| spots?.on(currency, month.last_day());
        if let Some(currency) = needs.held.iter().find(|c| spots.is_none_or(|s| !s.currencies().contains(c)))
        {
            return Err(StudyError::NoSpots { currency: *currency });
        }
        let level = |place: usize, month: Month| {
            let row = panel.months().binary_search(&month).ok()?;
            panel.levels(place).get(row).copied().flatten()
        };
        let rate = |currency: Currency, month: Month| market.short_rate_series(currency)?.get(month);

        // What no month may lack: by name, whether a month of the span can be drawn.
        let mut wanted: Vec<Wanted<'_>> = Vec::new();
        for &place in &needs.assets {
            let grows =
                move |month: Month| level(place, month).is_some() && level(place, month.offset(-1)).is_some();
            wanted.push((panel.instruments()[place].id.to_string(), Box::new(grows)));
        }
        for &currency in &needs.held {
            let grows = move |month: Month| {
                spot(currency, month).is_some() && spot(currency, month.offset(-1)).is_some()
            };
            wanted.push((format!("spot {currency}"), Box::new(grows)));
        }
        for &currency in &needs.rates {
            wanted.push((
                format!("short rate {currency}"),
                Box::new(move |month| rate(currency, month).is_some()),
            ));
        }
        let span = chosen(span, panel.span(), &wanted)?;

        let mut left_out = Vec::new();
        let mut grown = |name: String, levels: &BTreeMap<Month, f64>| {
            let track = Track::growth(levels, span, past);
            if track.is_none() && !levels.is_empty() {
                left_out.push(name);
            }
            track
        };
        let assets = needs.assets.iter().filter_map(|&place| {
            let levels = panel.months().iter().filter_map(|m| Some((*m, level(place, *m)?))).collect();
            let instrument = panel.instruments()[place].clone();
            Some((instrument.clone(), grown(instrument.id.to_string(), &levels)?))
        });
        let assets = assets.collect();
        let all: Vec<Month> =
            span.0.offset(-i32::try_from(past).unwrap_or(i32::MAX)).through(span.1).collect();
        let currencies = spots.map(|s| s.currencies().to_vec()).unwrap_or_default();
        let tracks = currencies.into_iter().filter_map(|currency| {
            let levels = all.iter().filter_map(|m| Some((*m, spot(currency, *m)?))).collect();
            Some((currency, grown(format!("spot {currency}"), &levels)?))
        });
        let tracks: Vec<_> = tracks.collect();
        let known: Vec<Currency> =
            tracks.iter().map(|(currency, _)| *currency).chain([market.base()]).collect();
        let short_rates = known.iter().filter_map(|&currency| {
            let delay = market.short_rate_series(currency)?.delay();
            Some((currency, Track::values(|month| rate(currency, month), span, past), delay))
        });
        let short_rates = short_rates.collect();
        let consumer_prices = known.iter().filter_map(|&currency| {
            let series = market.consumer_price_series(currency)?;
            let months = series.first().through(series.first().offset(i32::MAX)).zip(series.values());
            let levels = months.filter_map(|(month, level)| Some((month, (*level)?))).collect();
            Some((currency, grown(format!("consumer prices {currency}"), &levels)?, series.delay()))
        });
        let consumer_prices = consumer_prices.collect();
        let indicators = indicators(statistics, span, past, &mut left_out)?;
        let rows = || span.0.through(span.1).filter_map(|m| panel.months().binary_search(&m).ok());
        let marks = || {
            rows()
                .flat_map(|row| needs.assets.iter().map(move |place| panel.is_return_estimated(*place, row)))
        };
        let estimated = marks().filter(|mark| *mark).count() as f64 / marks().count().max(1) as f64;
        Ok(Self {
            base: market.base(),
            span,
            past,
            assets,
            spots: tracks,
            short_rates,
            consumer_prices,
            indicators,
            left_out,
            estimated,
        })
    }

    /// How many months can be drawn.
    pub(crate) fn rows(&self) -> usize {
        usize::try_from(self.span.1.months_since(self.span.0) + 1).unwrap_or(0)
    }

    pub(crate) fn indicators(&self) -> &[Index] {
        &self.indicators
    }

    /// The first month of a path, of the real past.
    pub(crate) fn first_month(&self) -> Month {
        self.span.1.offset(1 - i32::try_from(self.past).unwrap_or(i32::MAX))
    }

    /// The place of a month on a path, if an index has a figure of it there, or of the quarter that it ends.
    pub(crate) fn place(&self, index: &Index, month: Month) -> Option<usize> {
        let place = usize::try_from(month.months_since(self.first_month())).ok()?;
        ((!index.quarterly || month.ends_quarter()) && index.track.has(place)).then_some(place)
    }

    /// What each month does to the value of these assets in base currency: row after row. `None` where one is not drawn, or where its level
    /// after so many months, whichever they are, might leave the range of doubles.
    pub(crate) fn growth(&self, assets: &[&AssetId], months: usize) -> Option<Vec<f64>> {
        let mut columns = Vec::new();
        for asset in assets {
            let (instrument, track) = self.assets.iter().find(|(instrument, _)| instrument.id == **asset)?;
            let spot = self.spots.iter().find(|(currency, _)| *currency == instrument.currency);
            let spot = if instrument.currency == self.base { None } else { Some(&spot?.1) };
            if !(track.stays(months) && spot.is_none_or(|spot| spot.stays(months))) {
                return None;
            }
            columns.push((track.factors(), spot.map(Track::factors)));
        }
        let of =
            |row: usize| columns.iter().map(move |(own, spot)| own[row] * spot.map_or(1.0, |spot| spot[row]));
        Some((0..self.rows()).flat_map(of).collect())
    }

    /// Everything that a path is made of, for the name of a study.
    pub(crate) fn describe(&self) -> String {
        let assets = self.assets.iter().map(|(i, track)| format!("{} {} {track:?}", i.id, i.currency));
        let spots = self.spots.iter().map(|(currency, track)| format!("spot {currency} {track:?}"));
        let others = self.short_rates.iter().chain(&self.consumer_prices);
        let others = others.map(|(currency, track, delay)| format!("{currency} {delay} {track:?}"));
        let rest = format!("{} {:?} {:?}", self.base, self.span, self.indicators);
        assets.chain(spots).chain(others).chain([rest]).collect::<Vec<_>>().join("\n")
    }

    /// The market of a path: the real past, then the months of these rows.
    pub(crate) fn market(&self, rows: &[usize]) -> Result<Market, StudyError> {
        let months = self.months(rows.len());
        let first = months.first().copied().unwrap_or(self.span.1);
        let dates: Vec<_> = months.iter().map(|month| month.last_day()).collect();
        let prices = self.assets.iter().map(|(instrument, track)| (instrument.clone(), track.drawn(rows)));
        let prices = PricePanel::new(Frequency::Monthly, dates.clone(), prices.collect())?;
        let mut market = Market::new(self.base, prices);
        if !self.spots.is_empty() {
            let spots = self.spots.iter().map(|(currency, track)| (*currency, track.drawn(rows)));
            market =
                market.with_spots(SpotPanel::new(self.base, Frequency::Monthly, dates, spots.collect())?)?;
        }
        let series = |tracks: &[(Currency, Track, u16)]| {
            let one = |(currency, track, delay): &(Currency, Track, u16)| {
                Ok((*currency, MonthlySeries::new(first, track.drawn(rows))?.published_after(*delay)))
            };
            tracks.iter().map(one).collect::<Result<BTreeMap<_, _>, StudyError>>()
        };
        Ok(market
            .with_short_rates(series(&self.short_rates)?)
            .with_consumer_prices(series(&self.consumer_prices)?))
    }

    /// The prescribed rates of a path, as its statistics would have told them.
    pub(crate) fn rates(&self, spec: &Spec, rows: &[usize]) -> Result<RateHistory, StudyError> {
        let months = self.months(rows.len());
        let (Some(last), start) = (months.last(), self.span.1) else { return Ok(RateHistory::default()) };
        let mut statistics = Vintages::new();
        for index in &self.indicators {
            let Index { series, lag, track, .. } = index;
            let mut figures = Vec::with_capacity(months.len());
            for (month, level) in months.iter().zip(track.drawn(rows)) {
                if index.quarterly && !month.ends_quarter() {
                    continue;
                }
                let period = index.period(*month);
                // A level beyond a decimal has no change either.
                let level = level.and_then(|level| Decimal::try_from(level).ok());
                figures.extend(level.map(|level| (period, level)));
            }
            let Some((newest, _)) = figures.last() else { continue };
            statistics = statistics.with_lag(series.clone(), *lag);
            let out = lag.from(*newest);
            statistics.add(Vintage::new(series.clone(), out, Dating::Assumed, "drawn months", figures)?)?;
        }
        let years = start.year()..=last.year();
        let (rules, end) = (&spec.prescribed_rate, last.last_day());
        if spec.expenses.is_some() {
            return Ok(rules.history(&statistics, years, end)?);
        }
        // Only the rates as they settle are read, and a year without one has none.
        let years = (years.start().number()..=years.end().number()).map(Year::new);
        let settled =
            years.filter_map(|year| Some((year, rules.known(&statistics, year, end).ok()?.prescribed)));
        Ok(RateHistory::from(settled.collect::<BTreeMap<_, _>>()))
    }

    fn months(&self, drawn: usize) -> Vec<Month> {
        let after = i32::try_from(drawn).unwrap_or(i32::MAX);
        months_to(self.span.1.offset(after), self.past + drawn).collect()
    }
}

/// The span that was asked for, if nothing lacks in it; otherwise the longest one in which nothing lacks, of equal ones the latest.
fn chosen(
    asked: Option<(Month, Month)>,
    panel: (Month, Month),
    wanted: &[Wanted<'_>],
) -> Result<(Month, Month), StudyError> {
    const YEAR: i32 = 12;
    let whole = |month: Month| wanted.iter().all(|(_, has)| has(month));
    if let Some((first, last)) = asked {
        if first <= panel.0 || last > panel.1 || last.months_since(first) < YEAR - 1 {
            return Err(StudyError::Span { first, last, from: panel.0.offset(1), until: panel.1 });
        }
        for month in first.through(last) {
            if let Some((series, _)) = wanted.iter().find(|(_, has)| !has(month)) {
                return Err(StudyError::Hole { series: series.clone(), month });
            }
        }
        return Ok((first, last));
    }
    let mut best: Option<(Month, Month)> = None;
    let mut running: Option<(Month, Month)> = None;
    for month in panel.0.offset(1).through(panel.1) {
        running = whole(month).then(|| (running.map_or(month, |(first, _)| first), month));
        let length = |(first, last): (Month, Month)| last.months_since(first);
        if let Some(now) = running
            && best.is_none_or(|best| length(now) >= length(best))
        {
            best = Some(now);
        }
    }
    best.filter(|(first, last)| last.months_since(*first) >= YEAR - 1).ok_or_else(|| StudyError::NoSpan {
        series: wanted.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", "),
    })
}

/// The five statistics behind the prescribed rate, as they stand by now; those with holes in the span are left out.
fn indicators(
    statistics: &Vintages,
    span: (Month, Month),
    past: usize,
    left_out: &mut Vec<String>,
) -> Result<Vec<Index>, StudyError> {
    let newest = statistics.newest();
    let mut found = Vec::new();
    for indicator in Indicator::ALL {
        let name = indicator.series();
        let levels = newest.levels(name)?;
        let Some((kind, _)) = levels.first_key_value() else {
            left_out.push(name.to_owned());
            continue;
        };
        let quarterly = !matches!(kind, ReferencePeriod::Month(_) | ReferencePeriod::Day(_));
        let by_month = |levels: BTreeMap<ReferencePeriod, Decimal>| -> BTreeMap<Month, f64> {
            // The last figure of a month stands for it.
            let one = |(period, level): (ReferencePeriod, Decimal)| {
                Some((Month::containing(period.last_day()).ok()?, level.to_double()))
            };
            levels.into_iter().filter_map(one).collect()
        };
        let track = if indicator == Indicator::Jgb10y {
            let mut yields = BTreeMap::new();
            for series in indicator.series_of(span.0.year().min(Year::new(1986))) {
                yields.insert(series, by_month(newest.levels(series)?));
            }
            let value = |month: Month| {
                let known = |series: &str| yields.get(series)?.get(&month).copied();
                indicator.series_of(month.year()).find_map(known)
            };
            span.0
                .through(span.1)
                .all(|month| value(month).is_some())
                .then(|| Track::values(value, span, past))
        } else {
            Track::growth(&by_month(levels), span, past)
        };
        let series = SeriesId::new(name)?;
        let lag = statistics.lag(name).or_else(|| official::lag(&series)).unwrap_or(Lag::days(0));
        match track {
            Some(track) => found.push(Index { series, lag, quarterly, track }),
            None => left_out.push(name.to_owned()),
        }
    }
    Ok(found)
}
