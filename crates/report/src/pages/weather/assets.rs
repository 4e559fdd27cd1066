use allweather_core::{Currency, Month};
use allweather_market::{Instrument, Market};
use allweather_metrics::{Periodicity, Returns, annual_return_arithmetic};
use allweather_weather::{Label, Weather};
use chrono::NaiveDate;

use super::{Region, labelled, quadrant};
use crate::{Cell, Table, Value, Words, run::Run, undefined::why};

/// What each asset returned in each weather.
pub(super) fn table(region: &Region<'_, '_>, labels: &[Label]) -> Table {
    let run = region.run;
    let [one, two, three, four] = Weather::ALL.map(quadrant);
    let mut table = Table::new(
        region.id("assets_by_weather"),
        Words::new(
            "Assets by weather: mean return a year, unhedged",
            "資産別・天候別の平均リターン（年率、ヘッジなし）",
        ),
        [
            ("asset", Words::new("asset", "資産")),
            ("boom_inflation", one),
            ("boom_deflation", two),
            ("recession_inflation", three),
            ("recession_deflation", four),
            ("months", Words::new("months", "月数")),
        ],
    );
    let prices = run.sources.market.prices();
    for place in assets(run) {
        let Some(asset) = prices.instruments().get(place) else { continue };
        let returns = returns(run, asset, prices.levels(place));
        let labelled: Vec<(Weather, f64)> = returns
            .into_iter()
            .filter_map(|(month, change)| Some((labelled(labels, month)?.weather, change)))
            .collect();
        let mut cells: Vec<Cell> = vec![Value::Name(asset.id.to_string()).into()];
        for weather in Weather::ALL {
            let values: Vec<f64> =
                labelled.iter().filter(|(w, _)| *w == weather).map(|(_, change)| *change).collect();
            cells.push(mean(&values).into());
        }
        cells.push(Value::Count(labelled.len()).into());
        table.row(cells);
    }
    table.with_note(Words::new(
        "Market prices in base currency, exchange rates included: foreign assets are shown unhedged, whatever the portfolio did, and without costs. \
         Arithmetic, monthly × 12, over the labelled months in which the asset has a price at both ends; the last column counts them. An asset \
         that begins late is compared over other months than the rest.",
        "基準通貨建ての市場価格によるもので、為替変動を含みます。外貨建て資産はポートフォリオの扱いにかかわらずヘッジなし、コスト控除前です。判定があり、月初と月末の価格が揃う月の算術平均（月次×12）で、右端の列はその月数です。途中から始まる資産は対象月が他と異なります。",
    ))
}

fn mean(values: &[f64]) -> Value {
    if values.is_empty() {
        return Value::Missing(Words::new("no such month", "該当する月なし"));
    }
    match Returns::new(Periodicity::Monthly, values).map(|returns| annual_return_arithmetic(&returns)) {
        Ok(Ok(mean)) => Value::Percent(mean),
        Ok(Err(reason)) => Value::Missing(why(&reason)),
        Err(reason) => Value::Missing(Words::same(reason.to_string())),
    }
}

/// The run's assets by their places among the prices, each once: several vaults may hold the same.
fn assets(run: &Run<'_>) -> Vec<usize> {
    let mut assets = Vec::new();
    for place in run.record.universe().iter().filter_map(|name| run.instrument(name)) {
        if !assets.contains(&place) {
            assets.push(place);
        }
    }
    assets
}

/// The returns of an asset from month end to month end in base currency, over the run's months.
fn returns(run: &Run<'_>, instrument: &Instrument, levels: &[Option<f64>]) -> Vec<(Month, f64)> {
    let market = run.sources.market;
    let prices = market.prices();
    // The last date of a month that has a price, so that a holiday at a month's end is no hole.
    let mut ends: Vec<(Month, f64)> = Vec::new();
    let rows = prices.months().iter().zip(prices.dates()).zip(levels);
    for ((month, date), level) in rows {
        let level = level.zip(rate(market, instrument.currency, *date)).map(|(level, spot)| level * spot);
        match (level, ends.last_mut()) {
            (Some(level), Some(last)) if last.0 == *month => last.1 = level,
            (Some(level), _) => ends.push((*month, level)),
            (None, _) => {}
        }
    }
    let span = run.months.first().zip(run.months.last());
    let within = |month: Month| span.is_some_and(|(first, last)| (first.month..=last.month).contains(&month));
    let pairs = ends.iter().zip(ends.iter().skip(1));
    pairs
        .filter(|(before, after)| after.0.months_since(before.0) == 1 && within(after.0))
        .map(|(before, after)| (after.0, after.1 / before.1 - 1.0))
        .collect()
}

/// What one unit of a currency is in base currency on a day.
fn rate(market: &Market, currency: Currency, date: NaiveDate) -> Option<f64> {
    if currency == market.base() { Some(1.0) } else { market.spots()?.on(currency, date) }
}
