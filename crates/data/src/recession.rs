use std::collections::BTreeMap;

use allweather_core::Month;
use allweather_market::{MarketError, Table};

/// A recession as a dating committee dated it, long after the fact: for research and reports, not for decisions.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Recession {
    /// The country, by its two letters: `US`.
    pub country: String,
    /// Who dated it: `NBER`.
    pub dater: String,
    /// The month in which activity was highest.
    pub peak: Month,
    /// The month in which it was lowest; `None` while that is not dated.
    pub trough: Option<Month>,
}

/// Reads `country,dater,peak,trough`; the recessions of one country by one dater follow one another.
pub(crate) fn recessions_from_csv(file: &str, text: &str) -> Result<Vec<Recession>, MarketError> {
    let table = Table::parse(file, text)?;
    let [country, dater, peak, trough] = table.columns(["country", "dater", "peak", "trough"])?;
    let mut recessions = Vec::with_capacity(table.len());
    // The newest trough of each list.
    let mut ended: BTreeMap<(&str, &str), Option<Month>> = BTreeMap::new();
    for row in 0..table.len() {
        let cell = |column| table.cell(row, column);
        for named in [cell(country), cell(dater)] {
            if named.text().is_empty() {
                return Err(named.refuse("a name"));
            }
        }
        let began = cell(peak).month()?;
        let over = if cell(trough).text().is_empty() { None } else { Some(cell(trough).month()?) };
        if over.is_some_and(|over| over <= began) {
            return Err(cell(trough).refuse("later than the peak"));
        }
        let before = ended.insert((cell(country).text(), cell(dater).text()), over);
        if before.is_some_and(|before| before.is_none_or(|before| began <= before)) {
            return Err(cell(peak).refuse("later than the trough of the line before of the same list"));
        }
        recessions.push(Recession {
            country: cell(country).text().to_owned(),
            dater: cell(dater).text().to_owned(),
            peak: began,
            trough: over,
        });
    }
    Ok(recessions)
}
