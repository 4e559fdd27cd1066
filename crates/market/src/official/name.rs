use std::collections::BTreeSet;

use super::OfficialSeries;
use crate::{MarketError, SeriesId};

/// The name of a publisher's series that has no name of its own here: `fred_dgs10`.
pub(super) fn generic(publisher: &str, code: &str) -> Result<SeriesId, MarketError> {
    if !code.contains(|c: char| c.is_ascii_alphanumeric()) {
        return Err(MarketError::SeriesName { found: code.to_owned() });
    }
    let clean = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    SeriesId::new(&format!("{publisher}_{}", code.chars().map(clean).collect::<String>()))
}

/// The Bank of Japan's series by its code, with or without the database before it.
pub(super) fn boj(code: &str) -> Result<SeriesId, MarketError> {
    let code = code.rsplit('\'').next().unwrap_or(code);
    // PRCG20_2200000000 is on the base of 2020; the next base year has a code of its own.
    let base = code.strip_prefix("PRCG").and_then(|rest| rest.strip_suffix("_2200000000"));
    if base.is_some_and(|base| base.len() == 2 && base.bytes().all(|b| b.is_ascii_digit())) {
        return SeriesId::new("jp_cgpi");
    }
    if code == "FX180110002" { SeriesId::new("jp_reer") } else { generic("boj", code) }
}

/// An item of Japan's consumer price index by its code.
pub(super) fn cpi(code: &str) -> Result<SeriesId, MarketError> {
    if code == "0001" { SeriesId::new("jp_cpi") } else { generic("jp_cpi", code) }
}

/// A series of FRED by its id.
pub(super) fn fred(code: &str) -> Result<SeriesId, MarketError> {
    match code {
        "RBJPBIS" => SeriesId::new("jp_reer"),
        "CPIAUCSL" => SeriesId::new("us_cpi"),
        "INDPRO" => SeriesId::new("us_indpro"),
        _ => generic("fred", code),
    }
}

/// Whether the values are levels of an index, which are above 0.
pub(super) fn is_level(series: &OfficialSeries) -> bool {
    let id = series.id().as_str();
    series.unit().is_some_and(|unit| unit.ends_with("=100"))
        || ["jp_cgpi", "jp_reer", "jp_gdp_deflator", "us_cpi", "us_indpro", "jp_cpi"].contains(&id)
        || id.starts_with("jp_cpi_")
}

/// The place of a series that has the name of one before it.
pub(super) fn repeated(series: &[OfficialSeries]) -> Option<usize> {
    let mut names = BTreeSet::new();
    series.iter().position(|series| !names.insert(series.id()))
}
