//! What the programs of this package are run on where no data are given: figures that are the same on every machine.
#![expect(clippy::missing_errors_doc, reason = "what is made up here fits")]

pub mod clock;

use std::error::Error;

use allweather_core::{Currency, Month};
use allweather_costs::spread::DailyBars;
use allweather_market::{Frequency, Instrument, Market, PricePanel};
use allweather_portfolio::Spec;
use chrono::{Datelike, Days, NaiveDate};
use ndarray::Array2;
use serde_json::{Value, json};

/// `SplitMix64`, the random numbers of the peers' scripts, whose figures the programs here must come to: so they are written down here, and
/// stay these whatever the library draws.
#[derive(Debug, Clone)]
pub struct SplitMix(u64);

impl SplitMix {
    /// From a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The numbers of one path: its seed is the first number from `seed + path · golden`.
    #[must_use]
    pub fn of_path(seed: u64, path: u64) -> Self {
        Self(Self(seed.wrapping_add(path.wrapping_mul(0x9E37_79B9_7F4A_7C15))).next_number())
    }

    /// The next 64 bits.
    pub fn next_number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Nearly normal: the sum of twelve uniforms, less 6.
    pub fn normal(&mut self) -> f64 {
        let uniforms = (0..12).map(|_| (self.next_number() >> 11) as f64 / 9_007_199_254_740_992.0);
        uniforms.sum::<f64>() - 6.0
    }
}

/// The rows that a path takes as the peers' scripts draw them: whole rows in blocks of 12 in the mean, on a circle of as many rows as steps.
pub fn rows_of_path(path: u64, rows: usize) -> impl Iterator<Item = usize> {
    // A draw begins a block when its upper half is below this, and its lower half says where.
    const NEW_BLOCK: u64 = (1 << 32) / 12;
    let (mut draws, mut row) = (SplitMix::of_path(42, path), None);
    (0..rows).map(move |_| {
        let draw = draws.next_number();
        let at = match row {
            Some(row) if draw >> 32 >= NEW_BLOCK => {
                if row + 1 == rows {
                    0
                } else {
                    row + 1
                }
            }
            _ => usize::try_from(((draw & 0xFFFF_FFFF) * rows as u64) >> 32).unwrap_or_default(),
        };
        row = Some(at);
        at
    })
}

/// Returns of one common factor and own noise, from quiet assets to rough ones. Shape `[periods, assets]`.
///
/// `year`: how many periods it has.
#[must_use]
pub fn returns(periods: usize, assets: usize, year: f64) -> Array2<f64> {
    let (mut draws, mut returns) = (SplitMix::new(7), Array2::zeros((periods, assets)));
    for mut row in returns.rows_mut() {
        let common = draws.normal();
        for (i, value) in row.iter_mut().enumerate() {
            let part = i as f64 / assets as f64;
            let (mean, deviation, beta) = (0.02 + 0.08 * part, 0.04 + 0.18 * part, 0.2 + 0.6 * part);
            let noise = beta * common + (1.0 - beta * beta).sqrt() * draws.normal();
            *value = mean / year + deviation / year.sqrt() * noise;
        }
    }
    returns
}

/// The returns of 10 000 paths and the like: nearly normal months. Shape `[paths, months]`.
#[must_use]
pub fn paths(paths: usize, months: usize) -> Array2<f64> {
    let mut returns = Array2::zeros((paths, months));
    for (path, mut row) in (0_u64..).zip(returns.rows_mut()) {
        let mut draws = SplitMix::of_path(7, path);
        row.map_inplace(|month| *month = 0.005 + 0.04 * draws.normal());
    }
    returns
}

fn days(frequency: Frequency, count: usize) -> Result<Vec<NaiveDate>, Box<dyn Error>> {
    let first = Month::new(1000, 1)?;
    if frequency == Frequency::Monthly {
        let last = first.offset(i32::try_from(count)? - 1);
        return Ok(first.through(last).map(Month::last_day).collect());
    }
    let all = (0..).map_while(|n| first.last_day().checked_add_days(Days::new(n)));
    Ok(all.filter(|day| day.weekday().num_days_from_monday() < 5).take(count).collect())
}

/// A market in yen of assets `a0`, `a1` … over so many month ends or working days.
pub fn market(frequency: Frequency, dates: usize, assets: usize) -> Result<Market, Box<dyn Error>> {
    let year = if frequency == Frequency::Monthly { 12.0 } else { 252.0 };
    let returns = returns(dates, assets, year);
    let mut columns = Vec::with_capacity(assets);
    for (i, steps) in returns.columns().into_iter().enumerate() {
        let mut level = 100.0;
        let levels = steps.iter().map(|step| {
            level *= 1.0 + step;
            Some(level)
        });
        let instrument = Instrument { id: format!("a{i}").parse()?, currency: Currency::JPY };
        columns.push((instrument, levels.collect()));
    }
    Ok(Market::new(Currency::JPY, PricePanel::new(frequency, days(frequency, dates)?, columns)?))
}

/// Equal weights of `a0`, `a1` … under a rule, 10 basis points a trade.
pub fn spec(assets: usize, rule: &Value) -> Result<Spec, Box<dyn Error>> {
    let holding = |i| json!({ "asset": format!("a{i}"), "weight": 1.0 / assets as f64 });
    let holdings: Vec<_> = (0..assets).map(holding).collect();
    let costs = json!({ "proportional": "0.001" });
    let spec = json!({ "name": "made up", "capital": "1000000", "holdings": holdings, "rule": rule, "costs": costs });
    Ok(Spec::from_json(&spec.to_string())?)
}

/// W1's rule: all to their weights when one is half a point of the portfolio away.
#[must_use]
pub fn drift_band() -> Value {
    json!({ "drift_band": { "measure": "portfolio", "threshold": 1, "scope": "all" } })
}

/// All to their weights when one is a tenth of its weight away: as often whatever the number of assets.
#[must_use]
pub fn relative_band() -> Value {
    json!({ "drift_band": { "measure": "position", "threshold": 10, "scope": "all" } })
}

/// W2's rule: all to their weights on the first day of each month.
#[must_use]
pub fn each_month() -> Value {
    json!({ "calendar": { "every": "month", "on": "start" } })
}

/// Open, high, low and close of one asset.
#[derive(Debug, Clone, Default)]
pub struct Columns([Vec<f64>; 4]);

impl Columns {
    /// A walk of twelve trades a day, each half a spread off the middle.
    #[must_use]
    pub fn walk(seed: u64, days: usize) -> Self {
        let (mut draws, mut middle, mut columns) = (SplitMix::new(seed), 100.0_f64, Self::default());
        for _ in 0..days {
            let trades = [(); 12].map(|()| {
                middle = (middle * (1.0 + 0.003 * draws.normal())).max(1.0);
                let side = if draws.next_number() & 1 == 0 { 1.002 } else { 0.998 };
                (middle * side * 100.0).round() / 100.0
            });
            let (high, low) =
                trades.iter().fold((trades[0], trades[0]), |(h, l), trade| (h.max(*trade), l.min(*trade)));
            for (column, value) in columns.0.iter_mut().zip([trades[0], high, low, trades[11]]) {
                column.push(value);
            }
        }
        columns
    }

    /// As the estimators take them.
    pub fn bars(&self) -> Result<DailyBars<'_>, Box<dyn Error>> {
        let [open, high, low, close] = &self.0;
        Ok(DailyBars::new(open, high, low, close)?)
    }
}
