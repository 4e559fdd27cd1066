//! What a run reads in its inner loop, laid out once before it.

use std::ops::Range;

use allweather_core::{AssetId, Currency, Month, Year};
use allweather_market::{Frequency, Instrument, Market};
use chrono::{Datelike, NaiveDate, Weekday};
use ndarray::Array2;

use crate::{LateAssets, Operation, PortfolioError, Spec, tree::Tree};

/// Market data of one run, `[steps, assets]` where not said otherwise. Step 0 is the first purchase.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) dates: Vec<NaiveDate>,
    pub(crate) months: Vec<Month>,
    pub(crate) ends_quarter: Vec<bool>,
    /// The day after the last step, if the panel goes on.
    pub(crate) next_review: Option<NaiveDate>,
    /// Fraction of a year from the step before to this one; 0 for step 0.
    pub(crate) year_fractions: Vec<f64>,
    /// The portfolio and its vaults.
    pub(crate) tree: Tree,
    /// What reports call each asset: its name, within its vaults.
    pub(crate) universe: Vec<AssetId>,
    pub(crate) instruments: Vec<Instrument>,
    /// Places of the assets in the market's own order.
    pub(crate) places: Vec<usize>,
    /// Growth of value in base currency since the step before; 0 where it is not known.
    pub(crate) growth: Array2<f64>,
    /// Whether every asset's growth is known at the step.
    pub(crate) whole: Vec<bool>,
    /// Whether each asset has a price at the step; only when one lacks a price somewhere.
    pub(crate) priced: Option<Array2<bool>>,
    /// The first step at which each asset has a price, if there is one.
    pub(crate) since: Vec<Option<usize>>,
    /// Whether an asset has its first price at the step.
    pub(crate) begins: Vec<bool>,
    /// Currency of each asset, as a place in `foreign`; `None` for the base currency.
    pub(crate) foreign_place: Vec<Option<usize>>,
    pub(crate) foreign: Vec<Currency>,
    /// Volatility of each asset's own price, recent and long-run; only when the costs ask for it.
    pub(crate) volatility: Option<Volatility>,
    /// Price of one unit in base currency; only in actual operation.
    pub(crate) unit_prices: Option<Array2<f64>>,
}

/// Volatilities of one return, `None` where the history is too short.
#[derive(Debug)]
pub(crate) struct Volatility {
    pub(crate) now: Array2<Option<f64>>,
    pub(crate) long_run: Array2<Option<f64>>,
}

/// Over how many returns the recent volatility is taken, and how many the long-run one needs.
fn volatility_windows(frequency: Frequency) -> (usize, usize) {
    match frequency {
        Frequency::Monthly => (12, 36),
        _ => (63, 756),
    }
}

impl Prepared {
    /// The rows of the price panel that a spec's run is of.
    pub(crate) fn rows(spec: &Spec, market: &Market) -> Result<Range<usize>, PortfolioError> {
        let panel = market.prices();
        let months = panel.months();
        let (panel_first, panel_last) = panel.span();
        let (start, end) = (spec.start.unwrap_or(panel_first), spec.end.unwrap_or(panel_last));
        let first = months.partition_point(|m| *m < start);
        let last = months.partition_point(|m| *m <= end);
        if first >= last || start < panel_first || end > panel_last {
            return Err(PortfolioError::Span { start, end, first: panel_first, last: panel_last });
        }
        Ok(first..last)
    }

    /// `rows` are of the price panel; there is one at least.
    pub(crate) fn new(
        spec: &Spec,
        market: &Market,
        rows: Range<usize>,
        with_volatility: bool,
    ) -> Result<Self, PortfolioError> {
        let panel = market.prices();
        let (first, last) = (rows.start, rows.end);
        let (dates, months) = (panel.dates()[rows.clone()].to_vec(), panel.months()[rows].to_vec());

        let tree = Tree::new(&spec.holdings);
        let mut places = Vec::new();
        let mut instruments = Vec::new();
        for asset in &tree.assets {
            let unknown = || PortfolioError::Unknown { asset: asset.clone() };
            let place = panel.position(asset).ok_or_else(unknown)?;
            places.push(place);
            instruments.push(panel.instruments()[place].clone());
        }
        if let Operation::Actual { lots, .. } = &spec.operation
            && let Some(unknown) = lots.iter().find(|lot| instruments.iter().all(|i| i.id != lot.asset))
        {
            return Err(PortfolioError::UnknownLot { asset: unknown.asset.clone() });
        }
        let base = market.base();
        let mut foreign = Vec::new();
        let foreign_place = instruments
            .iter()
            .map(|i| {
                (i.currency != base).then(|| {
                    foreign.iter().position(|c| *c == i.currency).unwrap_or_else(|| {
                        foreign.push(i.currency);
                        foreign.len() - 1
                    })
                })
            })
            .collect::<Vec<_>>();

        let steps = dates.len();
        let mut prepared = Self {
            ends_quarter: ends_quarter(&panel.dates()[first..], &panel.months()[first..], steps),
            next_review: panel.dates().get(last).copied(),
            year_fractions: year_fractions(panel.frequency(), &dates),
            universe: tree.names.clone(),
            tree,
            growth: Array2::zeros((steps, places.len())),
            whole: vec![true; steps],
            priced: None,
            since: Vec::new(),
            begins: vec![false; steps],
            volatility: None,
            unit_prices: matches!(spec.operation, Operation::Actual { .. })
                .then(|| Array2::zeros((steps, places.len()))),
            dates,
            months,
            instruments,
            places,
            foreign_place,
            foreign,
        };
        prepared.fill_prices(market, first)?;
        prepared.refuse_late(spec, market)?;
        if with_volatility {
            prepared.fill_volatility(market, first);
        }
        Ok(prepared)
    }

    fn fill_prices(&mut self, market: &Market, first: usize) -> Result<(), PortfolioError> {
        let steps = self.dates.len();
        let mut spots: Vec<Vec<Option<f64>>> = Vec::new();
        for currency in &self.foreign {
            let on = |date| market.spots().and_then(|s| s.on(*currency, date));
            spots.push(self.dates.iter().map(|d| on(*d)).collect());
        }
        for (column, instrument) in self.instruments.iter().enumerate() {
            let levels = &market.prices().levels(self.places[column])[first..first + steps];
            let mut before: Option<f64> = None;
            let mut since = None;
            for (t, level) in levels.iter().enumerate() {
                let value = match (*level, self.foreign_place[column]) {
                    (Some(level), None) => Some(level),
                    (Some(level), Some(place)) => {
                        let spot = spots[place][t].ok_or_else(|| PortfolioError::MissingSpot {
                            asset: instrument.id.clone(),
                            currency: instrument.currency,
                            date: self.dates[t],
                        })?;
                        Some(level * spot)
                    }
                    (None, _) => None,
                };
                if value.is_none() {
                    let all = || Array2::from_elem((steps, self.places.len()), true);
                    self.priced.get_or_insert_with(all)[[t, column]] = false;
                }
                match (before, value) {
                    (Some(before), Some(value)) => self.growth[[t, column]] = value / before,
                    _ => self.whole[t] = false,
                }
                if let Some(prices) = &mut self.unit_prices {
                    prices[[t, column]] = value.unwrap_or(0.0);
                }
                if value.is_some() && since.is_none() {
                    since = Some(t);
                }
                before = value;
            }
            if let Some(t) = since {
                self.begins[t] = true;
            }
            self.since.push(since);
        }
        Ok(())
    }

    fn refuse_late(&self, spec: &Spec, market: &Market) -> Result<(), PortfolioError> {
        let (start, end) = (self.months[0], self.months[self.months.len() - 1]);
        let mut late = Vec::new();
        for (i, asset) in self.universe.iter().enumerate().filter(|(i, _)| self.tree.held[*i]) {
            match self.since[i] {
                Some(0) => {}
                Some(t) => late.push((asset.clone(), self.months[t])),
                None => {
                    // It may begin after the run's end; what ended before its start, or never began, cannot be left out until then.
                    let levels = market.prices().levels(self.places[i]);
                    let months = market.prices().months().iter().zip(levels);
                    let after = months
                        .filter(|(month, level)| **month > end && level.is_some())
                        .map(|(month, _)| *month);
                    let since = after.min().ok_or_else(|| PortfolioError::NoPrices {
                        asset: asset.clone(),
                        start,
                        end,
                    })?;
                    late.push((asset.clone(), since));
                }
            }
        }
        if spec.late_assets == LateAssets::Refuse && !late.is_empty() {
            return Err(PortfolioError::LateAssets { start, assets: late });
        }
        let mut weights = vec![0.0; self.tree.nodes[0].children.len()];
        let strategic = &self.tree.nodes[0].weights;
        let any = self.tree.weights_in(0, strategic, &|place| self.is_here(place, 0), &mut weights);
        if any { Ok(()) } else { Err(PortfolioError::NothingToHold { start }) }
    }

    /// Growth into each of these steps, step by step, assets side by side.
    pub(crate) fn growth_into(&self, steps: Range<usize>) -> &[f64] {
        let assets = self.places.len();
        let all = self.growth.as_slice().unwrap_or_default();
        all.get(steps.start * assets..steps.end * assets).unwrap_or_default()
    }

    /// Whether an asset has had its first price by step `t`.
    pub(crate) fn is_here(&self, place: usize, t: usize) -> bool {
        self.since[place].is_some_and(|since| since <= t)
    }

    pub(crate) fn year(&self, t: usize) -> Year {
        self.months[t].year()
    }

    fn fill_volatility(&mut self, market: &Market, first: usize) {
        let (recent, least) = volatility_windows(market.prices().frequency());
        let shape = (self.dates.len(), self.places.len());
        let (mut now, mut long_run) = (Array2::from_elem(shape, None), Array2::from_elem(shape, None));
        for (column, place) in self.places.iter().enumerate() {
            let levels = &market.prices().levels(*place)[..first + self.dates.len()];
            let mut returns: Vec<f64> = Vec::with_capacity(levels.len());
            // Mean and sum of squared deviations of all returns so far (Welford 1962).
            let (mut mean, mut squares) = (0.0, 0.0);
            for (row, level) in levels.iter().enumerate() {
                let before = row.checked_sub(1).and_then(|r| levels[r]);
                if let (Some(before), Some(level)) = (before, *level) {
                    let r = level / before - 1.0;
                    returns.push(r);
                    let delta = r - mean;
                    mean += delta / returns.len() as f64;
                    squares += delta * (r - mean);
                }
                if let Some(t) = row.checked_sub(first)
                    && returns.len() >= least
                {
                    long_run[[t, column]] = Some((squares / (returns.len() - 1) as f64).sqrt());
                    let window = &returns[returns.len() - recent..];
                    let mean = window.iter().sum::<f64>() / recent as f64;
                    let squares: f64 = window.iter().map(|r| (r - mean) * (r - mean)).sum();
                    now[[t, column]] = Some((squares / (recent - 1) as f64).sqrt());
                }
            }
        }
        self.volatility = Some(Volatility { now, long_run });
    }
}

/// Whether each of the first `steps` dates is its quarter's last in the panel. Of a panel that ends there, the last date is it
/// when no weekday of the quarter is left.
fn ends_quarter(dates: &[NaiveDate], months: &[Month], steps: usize) -> Vec<bool> {
    let last_of = |t: usize| {
        if let Some(next) = months.get(t + 1) {
            return next.quarter() != months[t].quarter();
        }
        let mut left = dates[t].iter_days().skip(1).take_while(|day| *day <= months[t].last_day());
        months[t].ends_quarter() && left.all(|day| matches!(day.weekday(), Weekday::Sat | Weekday::Sun))
    };
    (0..steps).map(last_of).collect()
}

fn year_fractions(frequency: Frequency, dates: &[NaiveDate]) -> Vec<f64> {
    let mut fractions = vec![0.0; dates.len()];
    for (t, pair) in dates.windows(2).enumerate() {
        fractions[t + 1] = match frequency {
            Frequency::Monthly => 1.0 / 12.0,
            _ => (pair[1] - pair[0]).num_days() as f64 / 365.0,
        };
    }
    fractions
}
