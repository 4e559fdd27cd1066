use crate::{Lag, SeriesId, Vintages};

/// How long after the end of its period a figure of a series comes out: our assumption, in calendar days.
///
/// `None` for a name that no reader here gives. The days are at the late end of what the publisher keeps, so that a figure is
/// not known too early:
///
/// | series | days | why |
/// | --- | --- | --- |
/// | `jgb_*` | 0 | quoted on a market on the day; the ministry's file follows on the next business day |
/// | `jp_cpi`, `jp_cpi_*` | 28 | comes out on a Friday, about the 19th to the 25th of the next month |
/// | `jp_cgpi` | 18 | comes out around the 10th to the 15th of the next month |
/// | `jp_reer` | 25 | comes out in the second half of the next month |
/// | `jp_gdp_deflator` | 75 | the second preliminary: that of a last quarter comes out around 8 to 11 March |
/// | `bis_long_cpi_*` | 60 | gathered from national offices, some of which take a month |
/// | `bis_cbpol_*` | 45 | gathered from central banks |
/// | `us_cpi`, `us_indpro`, `fred_*`, `boj_*` | 45 | a month's figure mostly comes out in the next month |
///
/// ```
/// use allweather_market::{SeriesId, official};
/// let december = "2024-12".parse()?;
/// let lag = official::lag(&SeriesId::new("jp_cgpi")?).ok_or("no lag")?;
/// assert_eq!(lag.from(december).to_string(), "2025-01-18");
/// assert_eq!(official::lag(&SeriesId::new("my_index")?), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Source
///
/// `[our reading]`: no file states these days. [`Document::vintages`](super::Document::vintages) uses them last.
#[must_use]
pub fn lag(series: &SeriesId) -> Option<Lag> {
    let name = series.as_str();
    let family = |prefix: &str| name.strip_prefix(prefix).is_some_and(|rest| !rest.is_empty());
    let days = match name {
        "jp_cpi" => 28,
        "jp_cgpi" => 18,
        "jp_reer" => 25,
        "jp_gdp_deflator" => 75,
        "us_cpi" | "us_indpro" => 45,
        _ if family("jgb_") => 0,
        _ if family("jp_cpi_") => 28,
        _ if family("bis_long_cpi_") => 60,
        _ if family("bis_cbpol_") || family("fred_") || family("boj_") => 45,
        _ => return None,
    };
    Some(Lag::days(days))
}

/// The same set, with the lag of this crate for every series that has one here and none in the set.
///
/// ```
/// use allweather_market::{Dating, Lag, SeriesId, Vintage, Vintages, official};
/// use rust_decimal::dec;
/// let (cpi, mine) = (SeriesId::new("jp_cpi")?, SeriesId::new("jp_cgpi")?);
/// let mut statistics = Vintages::new().with_lag(mine.clone(), Lag::days(10));
/// for series in [cpi, mine] {
///     let values = vec![("2024-10".parse()?, dec!(109.5))];
///     statistics.add(Vintage::new(series, "2024-12-01".parse()?, Dating::Stated, "office", values)?)?;
/// }
/// let statistics = official::with_lags(statistics);
/// assert_eq!(statistics.lag("jp_cpi"), Some(Lag::days(28)));
/// assert_eq!(statistics.lag("jp_cgpi"), Some(Lag::days(10))); // what was stated stays
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn with_lags(vintages: Vintages) -> Vintages {
    let named = vintages.series().filter(|series| vintages.lag(series.as_str()).is_none());
    let assumed: Vec<_> = named.filter_map(|series| Some((series.clone(), lag(series)?))).collect();
    assumed.into_iter().fold(vintages, |vintages, (series, lag)| vintages.with_lag(series, lag))
}
