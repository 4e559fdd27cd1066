use allweather_core::Month;
use allweather_market::Vintages;
use chrono::NaiveDate;

use crate::{
    Weather, WeatherError, WeatherSpec,
    axis::Sample,
    changes::{Changes, month_ends},
    walk::reading,
};

/// The weather of a month by statistics over a sample that goes on after it: for research, never for a backtest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct FullSampleLabel {
    /// The month.
    pub month: Month,
    /// What it is called with hindsight.
    pub weather: Weather,
}

pub(crate) fn full_sample(
    spec: &WeatherSpec,
    vintages: &Vintages,
    as_of: NaiveDate,
) -> Result<Vec<FullSampleLabel>, WeatherError> {
    let names = [spec.activity(), spec.prices()];
    // Asked for its refusals only.
    drop(month_ends(vintages, &names, as_of, 0)?);
    let (Some(growth), Some(inflation)) =
        (Changes::known(vintages, names[0], as_of)?, Changes::known(vintages, names[1], as_of)?)
    else {
        return Ok(Vec::new());
    };
    let directions = |changes: &Changes| -> Vec<_> {
        let months =
            changes.first.through(changes.first.offset(i32::MAX)).zip(&changes.values).map(|(m, _)| m);
        let expected: Vec<_> = months.clone().map(|month| changes.get(month.offset(-12))).collect();
        months
            .filter_map(|month| {
                let reading = reading(spec, Sample::Full, changes, &expected, month)?;
                Some((month, reading.direction()))
            })
            .collect()
    };
    let (growth, inflation) = (directions(&growth), directions(&inflation));
    let both = growth.into_iter().filter_map(|(month, growth)| {
        let place = inflation.binary_search_by_key(&month, |(month, _)| *month).ok()?;
        let (_, inflation) = *inflation.get(place)?;
        Some(FullSampleLabel { month, weather: Weather { growth, inflation } })
    });
    Ok(both.collect())
}
